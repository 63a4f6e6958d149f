"""Tidy tables of what was simulated: one row a number, units with them.

Every frame carries `attrs["units"]` (indicator, and where they are in it factor, to unit) and `attrs["note"]` (what its
intervals do and do not cover).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.findings.draws import level_over_draws, note_of, over_draws
from caremarket_sim.indicators import BROKEN_DOWN, INDICATORS, WEEKLY, Indicator, groups
from caremarket_sim.methods.statistics import PairedDifference, holm, interval, p_better, paired_difference, verdict
from caremarket_sim.results.periods import ALL, require_period
from caremarket_sim.runs.design import Sample

CHANCE_ONLY = "chance only; assumptions held fixed"
"""What the intervals cover: the spread over simulated futures, with every parameter at one value."""


def differences(
    samples: Mapping[str, Sample], reference: str, other_draws: Sequence[Mapping[str, Sample]] = ()
) -> pd.DataFrame:
    """Every scenario against the reference, an indicator and period a row.

    With `other_draws`, the same futures under other draws of the assumptions, means are over all draws and intervals
    hold ignorance as well as chance. Verdicts on the headline indicators of a scenario in a period allow for being
    looked at together (Holm); those on all others stand alone. Those that are shown first are of the period in force.
    """
    parts = []
    for name, sample in samples.items():
        if name == reference:
            continue
        for period in _shared_periods(sample, samples[reference]):
            paired = paired_difference(samples[reference].period(period), sample.period(period))
            if other_draws:
                paired = over_draws(paired, (samples, *other_draws), name, reference, period)
            parts.append(paired_rows(paired, name, reference, period, 1 + len(other_draws)))
    note = note_of(1 + len(other_draws)) if other_draws else CHANCE_ONLY
    return described(pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(), note=note)


def paired_rows(paired: PairedDifference, name: str, reference: str, period: str, draws: int = 1) -> pd.DataFrame:
    """A scenario's paired differences from the reference in a period, a row an indicator, each with its verdict."""
    indicators = list(INDICATORS.values())
    headline = np.array([indicator.headline for indicator in indicators])
    looked_at = paired.p_value.copy()
    looked_at[headline] = holm(paired.p_value[headline])
    columns = {
        "scenario": name,
        "reference": reference,
        **_labels(period),
        "reference_mean": paired.reference_mean,
        "mean": paired.mean,
        "difference": paired.difference,
        "low": paired.low,
        "high": paired.high,
        "p_better": [
            p_better(higher, same, indicator.better)
            for higher, same, indicator in zip(paired.p_higher, paired.p_same, indicators, strict=True)
        ],
        "p_same": paired.p_same,
        "replicates": paired.replicates,
        "draws": draws,
        "variance_ratio": paired.variance_ratio,
        "verdict": _verdicts(paired, looked_at, indicators),
    }
    return pd.DataFrame(columns)


def _labels(period: str) -> dict[str, object]:
    """What every table of indicators in a period says of each of them."""
    indicators = list(INDICATORS.values())
    return {
        "family": [indicator.family for indicator in indicators],
        "indicator": [indicator.id for indicator in indicators],
        "period": period,
        "unit": [indicator.unit for indicator in indicators],
        "better": [indicator.better for indicator in indicators],
    }


def levels(samples: Mapping[str, Sample], other_draws: Sequence[Mapping[str, Sample]] = ()) -> pd.DataFrame:
    """The mean of every indicator in every scenario and period, with its 95% t interval over replicates.

    With `other_draws` the mean is over all draws, and the interval holds ignorance as well as chance.
    """
    parts = []
    for name, sample in samples.items():
        for period in sample.periods.names:
            level = interval(sample.period(period))
            if other_draws:
                level = level_over_draws((samples, *other_draws), name, period)
            columns = {
                "scenario": name,
                **_labels(period),
                "mean": level.mean,
                "low": level.low,
                "high": level.high,
                "replicates": level.replicates,
            }
            parts.append(pd.DataFrame(columns))
    note = note_of(1 + len(other_draws)) if other_draws else CHANCE_ONLY
    return described(pd.concat(parts, ignore_index=True), note=note)


def overall(samples: Mapping[str, Sample]) -> pd.DataFrame:
    """Every replicate's value of every indicator over the whole horizon."""
    return _long(samples, "overall", (), list(INDICATORS))


def yearly(samples: Mapping[str, Sample]) -> pd.DataFrame:
    """Every replicate's value of every indicator in every year; years count from 1."""
    return _long(samples, "yearly", ("year",), list(INDICATORS))


def weekly(samples: Mapping[str, Sample]) -> pd.DataFrame:
    """Every replicate's value of the indicators recorded weekly; weeks count from 1."""
    return _long(samples, "weekly", ("week",), list(WEEKLY))


def breakdowns(
    samples: Mapping[str, Sample], reference: str | None = None, dimension: str | None = None
) -> pd.DataFrame:
    """Means and intervals by group, and where a reference is named the paired difference from it.

    `dimension` keeps one way of grouping (zone, deprivation, age, need, payer, contract); `people` is the mean number
    of people or workers behind a cell over the replicates; a group of nobody has no row. Each verdict stands alone: of
    twenty cells that only chance moves one is clear. Raises BadInput for a dimension there is none of.
    """
    parts = []
    for name, sample in samples.items():
        labels = groups(sample.scenario.place)
        kept = [row for row, (found, _) in enumerate(labels) if dimension in (None, found)]
        if not kept:
            right = suggestion(str(dimension), dict.fromkeys(found for found, _ in labels))
            raise BadInput(Problem(f"results are not broken down by {dimension!r}", right=right))
        compared = reference if reference is not None and groups(samples[reference].scenario.place) == labels else None
        years = sample.years if compared is None else min(sample.years, samples[compared].years)
        for period in (ALL, *(f"year_{year}" for year in range(1, years + 1))):
            cells = _cells(sample, period)[:, kept]
            columns = {"scenario": name, **_cell_labels([labels[row] for row in kept]), "period": period}
            columns["people"] = interval(_cells(sample, period, "counts")[:, kept]).mean.ravel()
            level = interval(cells)
            columns |= {"mean": level.mean.ravel(), "low": level.low.ravel(), "high": level.high.ravel()}
            columns["replicates"] = level.replicates.ravel()
            if compared is not None:
                paired = paired_difference(_cells(samples[compared], period)[:, kept], cells)
                columns["reference"] = compared
                columns["difference"] = paired.difference.ravel()
                columns["difference_low"] = paired.low.ravel()
                columns["difference_high"] = paired.high.ravel()
                kinds = [INDICATORS[one] for one in BROKEN_DOWN] * len(kept)
                said = _verdicts(paired, paired.p_value, kinds)
                columns["verdict"] = said if name != compared else "reference"
            parts.append(pd.DataFrame(columns))
    found = pd.concat(parts, ignore_index=True)
    return described(found[found["mean"].notna()].reset_index(drop=True))


def _verdicts(paired: PairedDifference, p_values: np.ndarray, kinds: Sequence[Indicator]) -> list[str]:
    """The verdict on each difference, flattened; `kinds` has the indicator of each."""
    numbers = (paired.difference, paired.low, paired.high, p_values, paired.identical)
    return [
        verdict(difference, low, high, p, identical=bool(same), smallest=one.smallest, better=one.better)
        for difference, low, high, p, same, one in zip(*map(np.ravel, numbers), kinds, strict=True)
    ]


def of_period(frame: pd.DataFrame, period: str) -> pd.DataFrame:
    """The rows of a period. Raises BadInput where there is no such period."""
    require_period(period, list(dict.fromkeys(frame.period)))
    return frame[frame.period == period].reset_index(drop=True)


def _shared_periods(one: Sample, other: Sample) -> list[str]:
    """The periods of both: samples that are compared for a reason may differ in their horizon."""
    known = other.periods.names
    return [period for period in one.periods.names if period in known]


def _cells(sample: Sample, period: str, field: str = "breakdowns") -> np.ndarray:
    """Values (replicate, group, indicator) of a period; the arrays hold the years and then the whole."""
    array = getattr(sample, field)
    return array[:, -1 if period == ALL else int(period.removeprefix("year_")) - 1]


def _cell_labels(labels: Sequence[tuple[str, str]]) -> dict[str, np.ndarray]:
    """The columns that name each cell of (group, indicator), flattened."""
    indicators = [INDICATORS[name] for name in BROKEN_DOWN]
    return {
        "dimension": np.repeat([dimension for dimension, _ in labels], len(indicators)),
        "group": np.repeat([label for _, label in labels], len(indicators)),
        "indicator": np.tile([indicator.id for indicator in indicators], len(labels)),
        "unit": np.tile([indicator.unit for indicator in indicators], len(labels)),
    }


def headlines() -> list[Indicator]:
    """The nine indicators that are shown first, in the order of the register."""
    return [indicator for indicator in INDICATORS.values() if indicator.headline]


def headline_rows(frame: pd.DataFrame) -> pd.Series:
    """Which rows of a frame are about a headline indicator."""
    return frame.indicator.isin([indicator.id for indicator in headlines()])


def _long(samples: Mapping[str, Sample], field: str, time: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    """One row a value of an array (replicate, [time,] indicator), replicates and times counted from 1."""
    parts = []
    for name, sample in samples.items():
        values = getattr(sample, field)
        index = np.indices(values.shape)
        columns: dict[str, object] = {
            "scenario": name,
            "replicate": np.asarray(sample.replicates)[index[0]].ravel(),
        }
        for axis, label in enumerate(time, start=1):
            columns[label] = index[axis].ravel() + 1
        columns["indicator"] = np.asarray(names, dtype=object)[index[-1]].ravel()
        columns["value"] = values.ravel()
        parts.append(pd.DataFrame(columns))
    return described(pd.concat(parts, ignore_index=True))


def described(frame: pd.DataFrame, factors: Mapping[str, str] | None = None, note: str = CHANCE_ONLY) -> pd.DataFrame:
    """The frame with the unit of every indicator, and of the `factors` in it, and what its intervals cover."""
    units = {name: indicator.unit for name, indicator in INDICATORS.items()}
    frame.attrs.update(units={**units, **(factors or {})}, note=note)
    return frame
