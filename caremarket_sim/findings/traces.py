"""Did it happen? Each policy's line of time, and what became of what each of its levers should move.

A lever is traced to the indicator that it declares: in the weeks that verdicts go by, with the policy against the place
with no new policy, on the same futures. That the indicator moved does not show which of the levers moved it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import PairedDifference, paired_difference
from caremarket_sim.policy import LEVERS
from caremarket_sim.policy.values import shown
from caremarket_sim.runs.design import Sample
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.national import national_sentences
from caremarket_sim.scenario.timeline import timeline
from caremarket_sim.scenario.timeline_words import timeline_sentences
from caremarket_sim.scenario.timing import monday_of

MOVED, NOT_CLEARLY, NOT_AT_ALL = "moved", "not beyond chance", "not at all"
NEVER, NOT_COMPARED = "never in force", "not compared with no new policy"
COLUMNS = [
    "scenario", "lever", "set_to", "in_force_from", "indicator", "unit", "without_policy", "mean", "difference", "low",
    "high", "moved",
]  # fmt: skip
PROVIDERS = "contracted_providers"


def traces(samples: Mapping[str, Sample]) -> pd.DataFrame:
    """A row for each lever that a policy has moved for good: from when, and what became of what it should move."""
    rows = []
    for name, sample in samples.items():
        paired = _against_no_policy(samples, name)
        for key, week in _in_force(sample.scenario).items():
            column = list(INDICATORS).index(LEVERS[key].indicator)
            start = "" if week is None else monday_of(week, sample.scenario.start).isoformat()
            numbers = (np.nan,) * 5 if paired is None else _numbers(paired, column)
            about = (name, key, shown(sample.scenario.changes[-1].levers[key]), start, LEVERS[key].indicator)
            rows.append((*about, INDICATORS[LEVERS[key].indicator].unit, *numbers, _moved(paired, column, week)))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame.attrs["units"] = {LEVERS[key].indicator: INDICATORS[LEVERS[key].indicator].unit for key in frame.lever}
    return frame


def happened(samples: Mapping[str, Sample]) -> dict[str, list[str]]:
    """Each policy's line of time and what came of it, in sentences; nothing for a scenario without policy."""
    found = traces(samples)
    told = {}
    for name, sample in samples.items():
        if sample.scenario.is_as_it_is:
            continue
        rows = found[found.scenario == name]
        told[name] = [
            *national_sentences(sample.scenario),
            *timeline_sentences(sample.scenario),
            *_market(samples, name),
            *_levers(rows),
        ]
    return told


def sentences_frame(samples: Mapping[str, Sample]) -> pd.DataFrame:
    """The sentences of `happened`, a row each."""
    rows = [(name, sentence) for name, said in happened(samples).items() for sentence in said]
    return pd.DataFrame(rows, columns=["scenario", "sentence"])


def _in_force(scenario: Scenario) -> dict[str, int | None]:
    """The levers that are other than in the place's regime in the end, each with the week from which it is in force."""
    weeks: dict[str, int | None] = {}
    for course in timeline(scenario).courses:
        weeks |= course.levers
    if not scenario.changes:
        return {}
    last = scenario.changes[-1].levers
    return {key: week for key, week in weeks.items() if last[key] != scenario.place.regime[key]}


def _against_no_policy(samples: Mapping[str, Sample], name: str) -> PairedDifference | None:
    """A scenario against its own place with no new policy; None where that was not simulated, or is the same."""
    sample = samples[name]
    for other in samples.values():
        ours, theirs = sample.scenario, other.scenario
        if (
            theirs.is_as_it_is
            and not ours.is_as_it_is
            and theirs.place.key == ours.place.key
            and theirs.weeks == ours.weeks
        ):
            period = sample.periods.verdicts
            return paired_difference(other.period(period), sample.period(period))
    return None


def _numbers(paired: PairedDifference, column: int) -> tuple[float, ...]:
    each = (paired.reference_mean, paired.mean, paired.difference, paired.low, paired.high)
    return tuple(float(values[column]) for values in each)


def _moved(paired: PairedDifference | None, column: int, week: int | None) -> str:
    if week is None:
        return NEVER
    if paired is None:
        return NOT_COMPARED
    if paired.identical[column]:
        return NOT_AT_ALL
    return MOVED if paired.low[column] > 0.0 or paired.high[column] < 0.0 else NOT_CLEARLY


def _market(samples: Mapping[str, Sample], name: str) -> list[str]:
    """How many providers hold a contract without and with the policy."""
    paired = _against_no_policy(samples, name)
    if paired is None:
        return []
    column = list(INDICATORS).index(PROVIDERS)
    before, after = float(paired.reference_mean[column]), float(paired.mean[column])
    weeks = samples[name].periods.words
    return [
        f"What the market made of it: contracted providers {before:.1f} with no new policy → {after:.1f} ({weeks})."
    ]


def _levers(rows: pd.DataFrame) -> list[str]:
    """For how many levers what they should move has moved, and for which it has not."""
    compared = rows[rows.moved.isin([MOVED, NOT_CLEARLY, NOT_AT_ALL])]
    if compared.empty:
        return []
    moved = int((compared.moved == MOVED).sum())
    said = f"What a lever should move moved beyond chance for {moved} of {len(compared)} in force"
    named = [
        f"{lever} ({INDICATORS[indicator].label}{', exactly as without' if how == NOT_AT_ALL else ''})"
        for lever, indicator, how in zip(compared.lever, compared.indicator, compared.moved, strict=True)
        if how != MOVED
    ]
    return [f"{said}; not for {', '.join(named)}." if named else f"{said}."]
