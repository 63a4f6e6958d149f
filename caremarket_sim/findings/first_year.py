"""The chance of a bad first year: in how many futures a switch brings more of what can go wrong than the reference."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from caremarket_sim.indicators import INDICATORS
from caremarket_sim.runs.design import Sample
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.timeline import timeline

RISKS = ("closures", "people_displaced", "missed_share")
"""What makes a first year bad: providers that close, people who lose their provider, visits that nobody makes."""
ANY = "any"
"""In place of an indicator: at least one of them."""
COLUMNS = (
    "scenario",
    "reference",
    "year",
    "indicator",
    "unit",
    "smallest",
    "worse_in",
    "better_in",
    "replicates",
)
A_YEAR = 52


def first_year_of(scenario: Scenario) -> int | None:
    """The year, from 1, nearest to the 52 weeks after a scenario's first switch: the start of the contracts that it
    lets, or what it decides first where it lets none. None where it changes nothing, or not before its last half-year.
    """
    if not scenario.changes:
        return None
    starts = [one.start for one in timeline(scenario).tenders if one.change is not None and one.overtaken is None]
    year = round(min(starts, default=scenario.changes[0].week) / A_YEAR) + 1
    return year if year <= scenario.weeks // A_YEAR else None


def first_years(samples: Mapping[str, Sample], reference: str) -> pd.DataFrame:
    """Of each scenario that switches, the share of futures in whose first year each of RISKS is worse, and better, than
    under the reference in the same year by at least the smallest difference that matters; and at least one of them.

    `worse_in` and `better_in` are shares of paired futures, of which there are `replicates`.
    """
    rows = []
    for name, sample in samples.items():
        year = first_year_of(sample.scenario)
        if name == reference or year is None or year > min(sample.years, samples[reference].years):
            continue
        worse, better = [], []
        for risk in RISKS:
            change = _of_year(sample, year, risk) - _of_year(samples[reference], year, risk)
            worse.append(change >= INDICATORS[risk].smallest)
            better.append(change <= -INDICATORS[risk].smallest)
        known = [(risk, INDICATORS[risk].unit, INDICATORS[risk].smallest) for risk in RISKS]
        for (risk, unit, smallest), more, less in zip(
            [*known, (ANY, "", np.nan)], [*worse, np.any(worse, axis=0)], [*better, np.any(better, axis=0)], strict=True
        ):
            rows.append((name, reference, year, risk, unit, smallest, more.mean(), less.mean(), len(more)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_year(sample: Sample, year: int, indicator: str) -> np.ndarray:
    """Each replicate's value in a year, counted from 1."""
    return sample.yearly[:, year - 1, list(INDICATORS).index(indicator)]
