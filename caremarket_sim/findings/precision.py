"""Replicates until the answer is sharp enough: what is asked of intervals, how far it is met, how many more it takes.

The interval that must be narrow is that of the paired difference. A rule asks one of three things: half the interval
at most a share of the difference (`0.1`), at most the smallest difference that matters (`decision`), or at most so much
in one indicator's unit (`turnover=0.01`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.findings.frames import headlines
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import IDENTICAL, TOO_SMALL
from caremarket_sim.reading import number_of
from caremarket_sim.results.periods import verdict_period

RELATIVE, DECISION, ABSOLUTE = "relative", "decision", "absolute"
LARGEST_STEP = 2.0
"""Replicates at most double at a step: the spread is itself uncertain when there are few."""
SMALLEST_STEP = 1.25
"""And grow by at least a quarter, so that intervals are not looked at after every replicate."""


@dataclass(frozen=True, slots=True)
class Precision:
    """What is asked of the interval of a paired difference in the period that verdicts go by."""

    kind: str
    amount: float = math.nan
    indicator: str | None = None

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators it is asked of: one, or the headlines."""
        return (self.indicator,) if self.indicator else tuple(indicator.id for indicator in headlines())

    @property
    def words(self) -> str:
        """The rule in words."""
        if self.kind == DECISION:
            return "half the interval at most the smallest difference that matters"
        if self.kind == RELATIVE:
            return f"half the interval at most {self.amount:g} of the difference, unless it is too small to matter"
        return f"half the interval of {self.indicator} at most {self.amount:g}"


def precision_from(text: str) -> Precision:
    """The rule that an option's text asks for. Raises BadInput for a text that is no rule."""
    right = "write a share such as 0.1, the word decision, or an indicator and an amount such as turnover=0.01"
    if text == DECISION:
        return Precision(DECISION)
    name, equals, amount = text.rpartition("=")
    if equals and name not in INDICATORS:
        raise BadInput(Problem(f"no indicator is called {name!r}", right=suggestion(name, INDICATORS, right)))
    number = number_of(amount)
    if number is None:
        raise BadInput(Problem(f"--precision is {text!r}", right=right))
    if number <= 0:
        raise BadInput(Problem(f"--precision is {text!r}", right="give an amount above 0"))
    return Precision(ABSOLUTE, number, name) if equals else Precision(RELATIVE, number)


def precision_table(differences: pd.DataFrame, asked: Precision) -> pd.DataFrame:
    """How narrow each interval is and was to be: a scenario and indicator a row."""
    rows = []
    table = differences[
        (differences.period == verdict_period(differences.period)) & differences.indicator.isin(asked.indicators)
    ]
    for row in table.itertuples(index=False):
        half = (row.high - row.low) / 2.0
        settled = row.verdict == IDENTICAL
        if asked.kind == RELATIVE:
            wanted = asked.amount * abs(row.difference)
            settled = settled or row.verdict == TOO_SMALL
        else:
            wanted = asked.amount if asked.kind == ABSOLUTE else INDICATORS[row.indicator].smallest
        rows.append(
            {
                "scenario": row.scenario,
                "indicator": row.indicator,
                "unit": row.unit,
                "half_interval": half,
                "wanted": wanted,
                "reached": bool(settled or half <= wanted),
                "replicates": row.replicates,
            }
        )
    return pd.DataFrame(rows)


def replicates_next(found: pd.DataFrame, now: int, most: int) -> int | None:
    """How many replicates to have next; None when every interval is narrow enough or the cap is met.

    Half an interval shrinks with the square root of the replicates.
    """
    left = found[~found.reached]
    if left.empty or now >= most:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.square(left.half_interval.to_numpy() / left.wanted.to_numpy())
    times = float(np.nan_to_num(times, nan=LARGEST_STEP, posinf=LARGEST_STEP).max())
    grown = math.ceil(now * min(max(times, SMALLEST_STEP), LARGEST_STEP))
    return min(max(grown, now + 1), most)


def until_precise(
    carry_out: Callable[[int], pd.DataFrame], asked: Precision, first: int, most: int
) -> tuple[int, pd.DataFrame]:
    """Carry out a comparison with more and more replicates until it is as precise as asked, or the cap is met.

    `carry_out(replicates)` gives the table of differences; futures that it has had before it need not play again.
    Returns the replicates reached and the last table of precision.
    """
    now = max(2, min(first, most))
    while True:
        found = precision_table(carry_out(now), asked)
        more = replicates_next(found, now, most)
        if more is None:
            return now, found
        now = more


def precision_sentence(found: pd.DataFrame, asked: Precision, replicates: int) -> str:
    """What came of it."""
    left = found[~found.reached]
    if left.empty:
        return f"Precise enough with {replicates} replicates: {asked.words}."
    names = ", ".join(f"{row.scenario} {row.indicator}" for row in left.head(5).itertuples())
    more = f" and {len(left) - 5} more" if len(left) > 5 else ""
    return f"Not as precise as asked ({asked.words}) at the cap of {replicates} replicates: {names}{more}."
