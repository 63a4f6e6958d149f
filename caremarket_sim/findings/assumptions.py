"""What becomes of the verdicts at the ends of the two assumptions that carry most of a collaborative bundle.

How fast a provider's overhead an hour falls with its size, and how fast travel falls with the density of its calls,
are exponents that nobody has measured for homecare. Fewer, zoned providers gain by both, so a comparison is repeated
on a few of its own futures with each exponent at each end of its range.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from caremarket_sim.findings.frames import differences
from caremarket_sim.methods.statistics import CLEAR, IDENTICAL, TOO_SMALL
from caremarket_sim.parameters import register
from caremarket_sim.results.periods import verdict_period
from caremarket_sim.runs.design import Sample, tasks_of
from caremarket_sim.runs.plan import Batch
from caremarket_sim.scenario import Scenario

CARRYING = ("overhead.scale_exponent", "travel.density_exponent")
"""The two assumed exponents that carry most of a collaborative bundle."""

HOLDS = "holds"
SHRINKS = "now too small to matter"
SAME_DIRECTION = "same direction but no longer clear"
OTHER_DIRECTION = "other direction but not clear"
REVERSES = "reversed"
STILL_NOT_CLEAR = "still not clear"


@dataclass(frozen=True, slots=True)
class End:
    """A comparison repeated with one parameter at one end of its range; `usual` is its value in the comparison."""

    parameter: str
    value: float
    usual: float
    samples: Mapping[str, Sample]


def ends(scenarios: Sequence[Scenario]) -> list[tuple[str, float]]:
    """Each carrying parameter at each end of its range, but for an end at which the scenarios have it already."""
    return [
        (name, value)
        for name in CARRYING
        for value in (register()[name].low, register()[name].high)
        if any(scenario.parameters[name] != value for scenario in scenarios)
    ]


def batches_at_ends(scenarios: Sequence[Scenario], seeds: Sequence[int]) -> tuple[Batch, ...]:
    """The comparison's own futures again, at each end of each carrying assumption."""
    batches = []
    for name, value in ends(scenarios):
        changed = [scenario.with_parameters({name: value}) for scenario in scenarios]
        batches.append(Batch(tasks_of(changed, seeds), ((name, value),)))
    return tuple(batches)


def what_becomes(main: pd.DataFrame, found: Sequence[End], reference: str) -> pd.DataFrame:
    """What becomes of each verdict at each end: a scenario, indicator and end a row, in the period verdicts go by.

    `main` is the comparison's table of differences. `becomes` weighs the difference at the end, which rests on fewer
    replicates, against the verdict of the comparison.
    """
    rows = []
    period = verdict_period(main.period)
    settled = main[main.period == period].set_index(["scenario", "indicator"])
    for end in found:
        table = differences(end.samples, reference)
        for row in table[table.period == period].itertuples(index=False):
            before = settled.loc[(row.scenario, row.indicator)]
            rows.append(
                {
                    "parameter": end.parameter,
                    "value": end.value,
                    "usual_value": end.usual,
                    "scenario": row.scenario,
                    "reference": reference,
                    "family": row.family,
                    "indicator": row.indicator,
                    "unit": row.unit,
                    "better": row.better,
                    "difference": row.difference,
                    "low": row.low,
                    "high": row.high,
                    "replicates": row.replicates,
                    "verdict": row.verdict,
                    "usual_difference": before.difference,
                    "usual_verdict": before.verdict,
                    "becomes": becomes(before.verdict, before.difference, row.verdict, row.difference),
                }
            )
    frame = pd.DataFrame(rows)
    frame.attrs.update(main.attrs)
    return frame


def becomes(verdict: str, difference: float, verdict_there: str, difference_there: float) -> str:
    """A verdict's fate in words, from the verdict and difference before and at the end of a range."""
    clear_there = verdict_there in CLEAR
    if verdict not in CLEAR:
        return f"now {verdict_there}" if clear_there else STILL_NOT_CLEAR
    if verdict_there in (TOO_SMALL, IDENTICAL):
        return SHRINKS
    if difference * difference_there > 0:
        return HOLDS if clear_there else SAME_DIRECTION
    return REVERSES if clear_there else OTHER_DIRECTION
