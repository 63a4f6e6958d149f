"""What the nation sets in each week from a scenario's start on: wages, prices, charges, duties."""

from datetime import date

import numpy as np

from ..market.state import PRICES
from ..national import calendar, course
from ..scenario.timing import WEEKS_A_YEAR, day_met, day_of_prices

AS_DATED = tuple(name for name in calendar() if name in (PRICES.names or ()))
"""Items of the calendar that are a price as they are."""


def price_path(scenario, p) -> np.ndarray:
    """A row of `state.PRICES` for each week from the start, and one more; where prices are frozen, the calendar is that
    of the first week, and only the scenario's own changes move it.

    Cost growth, by which fees are uprated, weighs growth of the legal minimum and of prices, and leaves out what
    employers' National Insurance adds. Outside pay keeps its ratio to the National Living Wage.
    """
    first = day_of_prices(0, scenario.start)
    held = first if scenario.prices == "frozen" else None
    items = {name: course(name, scenario.national, held) for name in calendar()}
    years = scenario.weeks // WEEKS_A_YEAR + 2
    path = np.zeros(years * WEEKS_A_YEAR, PRICES)
    days = [day_met(week, scenario.start) for week in range(len(path))]
    for name in AS_DATED:
        path[name] = [items[name](day) for day in days]
    wage = np.array([items["national_living_wage"](day) for day in days])
    path["legal_minimum"] = wage + path["fair_pay_premium"]
    path["outside_pay"] = p.leaving_outside_pay * wage / wage[0]
    path["wage_index"] = wage / wage[0]
    path["insurance_threshold"] /= WEEKS_A_YEAR
    moved = [change.day for change in scenario.national if "price_inflation" in change.settings]
    moves = date.min if held is None else min(moved, default=date.max)
    inflation = [items["price_inflation"](day) if day >= moves else 0.0 for day in days]
    _yearly(path, inflation, p)
    return path[: scenario.weeks + 1]


def _yearly(path: np.ndarray, inflation: list[float], p) -> None:
    """What is of a year: the index of prices, and growth of costs at its beginning and at the next."""
    index = 1.0
    for begins in range(0, len(path), WEEKS_A_YEAR):
        year = path[begins : begins + WEEKS_A_YEAR]
        if begins:
            before, now = path[begins - WEEKS_A_YEAR], year[0]
            index *= 1.0 + inflation[begins]
            wages = now["legal_minimum"] / before["legal_minimum"] - 1.0
            year["cost_growth"] = p.money_wage_weight * wages + (1.0 - p.money_wage_weight) * inflation[begins]
            path["next_cost_growth"][begins - WEEKS_A_YEAR : begins] = year["cost_growth"][0]
        year["price_index"] = index
