"""Prices of each year from a scenario's start on."""

import numpy as np

from ..market.state import PRICES
from ..parameters import series
from ..scenario.timing import day_of_prices


def price_path(scenario, p) -> np.ndarray:
    """Prices of each fiscal year from the start: recorded, then projected; or held where prices are frozen.

    Cost growth weighs growth of the National Living Wage and of prices; outside pay keeps its ratio to the former.
    """
    frozen = scenario.prices == "frozen"
    first = day_of_prices(0, scenario.start)
    path = []
    index = 1.0
    for year in range(scenario.weeks // 52 + 2):
        day = first if frozen else day_of_prices(year, scenario.start)
        before = first if frozen or year == 0 else day_of_prices(year - 1, scenario.start)
        wage, last_wage = series("national_living_wage", day), series("national_living_wage", before)
        inflation = 0.0 if frozen or year == 0 else series("price_inflation", day)
        index *= 1.0 + inflation
        growth = p.money_wage_weight * (wage / last_wage - 1.0) + (1.0 - p.money_wage_weight) * inflation
        path.append(
            {
                "national_living_wage": wage,
                "real_living_wage": series("real_living_wage", day),
                "outside_pay": p.leaving_outside_pay * wage / series("national_living_wage", first),
                "price_index": index,
                "wage_index": wage / series("national_living_wage", first),
                "cost_growth": growth,
            }
        )
    for year, prices in enumerate(path[:-1]):
        prices["next_cost_growth"] = path[year + 1]["cost_growth"]
    path[-1]["next_cost_growth"] = 0.0
    rows = np.zeros(len(path), PRICES)
    for row, prices in zip(rows, path, strict=True):
        for name, value in prices.items():
            row[name] = value
    return rows
