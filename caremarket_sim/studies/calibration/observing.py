"""What a place comes to under one set of parameters, as far as targets ask: the work of a calibration's workers."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np

from caremarket_sim.indicators import BROKEN_DOWN, INDICATORS, WEEKLY, Outcome, add_up, evaluate, record_of
from caremarket_sim.methods.standing_still import BOUNDS
from caremarket_sim.runs.lean import SweepTask
from caremarket_sim.runs.targets import targets
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.timing import WEEKS_A_YEAR, monday_of
from caremarket_sim.settling import fork, go_through, settle
from caremarket_sim.studies.calibration.own_figures import SEASONS, YEAR
from caremarket_sim.studies.calibration.panels import Sizes
from caremarket_sim.studies.calibration.probe import END, watch

SIZES = ("clients_per_provider", "under_30_share", "tiny_share")
YEARS = 5
TARGET_YEARS = 3
"""Targets are means of the first years; the others show whether the place stands still."""


@cache
def quantities() -> tuple[str, ...]:
    """What is observed: what must stand still first, then what targets are about, and more that is shown."""
    asked = [target.indicator for target in targets()]
    names = dict.fromkeys([*BOUNDS, *asked, "closure_rate", "provider_count"])
    return (*names, *SIZES)


def observed_scenario(place: Scenario, years: int = YEARS) -> Scenario:
    """The place with no new policy, nor anything national that its scenario has otherwise, and the prices of its first
    year held."""
    return Scenario(place.name, place.title, place.path, place.place, 52 * years, "frozen", place.parameters)


def observe(task: SweepTask) -> list[Outcome]:
    """Settle and simulate each of the task's scenarios; give the quantities of the target years and of each year.

    `yearly` begins with the year before the start. Sizes of agencies are known for the target years as a whole.
    """
    names = quantities()
    indicators = tuple(name for name in names if name in INDICATORS)
    outcomes = []
    for scenario in task.scenarios:
        settled = settle(scenario, task.seed)
        before = evaluate(add_up(record_of(settled).reshape(1, -1)), indicators)
        sizes = Sizes(until=52 * TARGET_YEARS)
        market = watch(scenario, settled, task.seed, {END: [sizes]})
        series = record_of(market)
        years = len(series) // 52
        yearly = np.full((1 + years, len(names)), np.nan)
        yearly[0, : len(indicators)] = before
        yearly[1:, : len(indicators)] = evaluate(add_up(series[: 52 * years].reshape(years, 52)), indicators)
        overall = np.full(len(names), np.nan)
        first = series[: 52 * TARGET_YEARS].reshape(1, -1)
        overall[: len(indicators)] = evaluate(add_up(first), indicators)[0]
        found = sizes.quantities()
        overall[len(indicators) :] = [found[name] for name in names[len(indicators) :]]
        weekly, cells = np.zeros((0, len(WEEKLY))), np.zeros((0, 1, len(BROKEN_DOWN)))
        outcomes.append(Outcome(weekly, yearly, overall, np.zeros((0, len(names))), cells, cells))
    return outcomes


@cache
def seasonal() -> tuple[str, ...]:
    """Every indicator over whole years, then over each fiscal quarter: what own figures are held beside."""
    return tuple(f"{name} {season}" for season in SEASONS for name in INDICATORS)


def column_of(indicator: str, season: int) -> int:
    """Where an indicator of a season stands in `seasonal`."""
    return SEASONS.index(season) * len(INDICATORS) + list(INDICATORS).index(indicator)


def observe_seasons(task: SweepTask) -> list[Outcome]:
    """Settle and simulate each of the task's scenarios; give the quantities of `seasonal` for each of its years.

    `overall` is the mean of the years.
    """
    outcomes = []
    for scenario in task.scenarios:
        market = go_through(scenario, fork(settle(scenario, task.seed), scenario), task.seed)
        rows = record_of(market).reshape(-1, WEEKS_A_YEAR)
        quarter = np.array([_quarter(monday_of(week, scenario.start)) for week in range(WEEKS_A_YEAR)])
        parts = [rows if season == YEAR else rows[:, quarter == season] for season in SEASONS]
        yearly = np.hstack([evaluate(add_up(np.ascontiguousarray(part))) for part in parts])
        names = seasonal()
        weekly, cells = np.zeros((0, len(WEEKLY))), np.zeros((0, 1, len(BROKEN_DOWN)))
        outcomes.append(Outcome(weekly, yearly, yearly.mean(axis=0), np.zeros((0, len(names))), cells, cells))
    return outcomes


def _quarter(day: date) -> int:
    """The quarter of the fiscal year, the first from April to June."""
    return 1 + (day.month - 4) % 12 // 3
