"""The answer as every place tells it: a policy's verdicts in three sentences, by how much, and what they hang on."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from caremarket_sim.findings.assumptions import HOLDS, SAME_DIRECTION, STILL_NOT_CLEAR
from caremarket_sim.findings.draws import note_of
from caremarket_sim.findings.economics import UNDERPAID
from caremarket_sim.findings.frames import CHANCE_ONLY, headline_rows, headlines
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import CLEAR, NO_CLEAR_DIFFERENCE, TOO_SMALL
from caremarket_sim.results.periods import Periods, verdict_period
from caremarket_sim.telling.words import (
    MARKS,
    clauses,
    in_a_sentence,
    labelled,
    listed,
    millions,
    more,
    moved,
    per_cent,
    reversals,
    span,
    to_a_person,
)

WHOSE = {"outcomes": "For people who draw on care", "jobs": "For care workers", "costs": "For what it costs"}
ALL_TOLD = (*CLEAR, NO_CLEAR_DIFFERENCE, TOO_SMALL)
"""Verdicts after which it says how much the difference is, where there is room."""
CARRYING_IN_WORDS = "how fast overheads fall with a provider’s size, and travel with the density of its visits"
CARRIED_BY = {"overhead.scale_exponent": "overheads’ exponent", "travel.density_exponent": "travel’s exponent"}
"""What an assumption is called where its name would say nothing."""
MOST_LOST = 4
"""How many verdicts that are lost at the ends of assumptions are told one by one."""


def bottom_line(
    differences: pd.DataFrame,
    spend: pd.DataFrame,
    name: str,
    periods: Periods,
    measured: Collection[str] = ALL_TOLD,
    payers: bool = True,
) -> list[str]:
    """One policy against the reference in three sentences, with by how much: people, care workers, money.

    Of headline verdicts in the period that they go by, and of what is spent over all weeks. `differences` and `spend`
    are a comparison's tables; of verdicts that are not `measured` it does not say how much, and without `payers`
    nothing of who beside the council pays.
    """
    rows = _headline_rows(differences, name)
    said = []
    for family, whose in WHOSE.items():
        told = f"{whose}: {clauses(rows[rows.family == family], measured)}"
        said.append(f"{told}; {_spent(spend, name, periods, payers)}." if family == "costs" else f"{told}.")
    return said


def _headline_rows(differences: pd.DataFrame, name: str) -> pd.DataFrame:
    """One policy's headline differences in the period that verdicts go by."""
    period = verdict_period(differences.period)
    return differences[(differences.scenario == name) & (differences.period == period) & headline_rows(differences)]


def _spent(spend: pd.DataFrame, name: str, periods: Periods, payers: bool) -> str:
    """What the council and all payers together spend more or less over all weeks, in per cent too."""
    own = spend[spend.scenario == name].set_index("payer")
    parts = []
    for payer, words in (("Council", "the council spends"), ("All", "all payers together")):
        row = own.loc[payer]
        before = row["mean"] - row.difference
        percent = f"; {per_cent(100.0 * row.difference / before)}" if before else ""
        interval = f"£ million: {millions(row.difference_low, '+')} to {millions(row.difference_high, '+')}"
        parts.append(f"{words} {more(row.difference)} ({interval}{percent})")
    others = own.drop(["Council", "All", UNDERPAID], errors="ignore")
    paid = [f"{_payer(payer)} {more(row.difference)}" for payer, row in others.iterrows() if _shows(row.difference)]
    parts[1] += f", of which {listed(paid)}" if paid and payers else ""
    return f"over {periods.whole}, the way there included, {' and '.join(parts)}"


def _payer(payer: object) -> str:
    """A payer in the middle of a sentence."""
    return {"NHS": "the NHS"}.get(str(payer), in_a_sentence(str(payer)))


def _shows(pounds: float) -> bool:
    """Whether a sum is not nothing in millions to one place."""
    return bool(abs(pounds) >= 50_000)


def to_people(differences: pd.DataFrame, name: str, verdicts: Collection[str] = CLEAR) -> dict[str, str]:
    """What each headline difference with such a verdict is to a person, by indicator."""
    rows = _headline_rows(differences, name)
    means = rows.set_index("indicator").reference_mean.to_dict()
    told = {row.indicator: to_a_person(row, means) for row in rows[rows.verdict.isin(verdicts)].itertuples()}
    return {indicator: words for indicator, words in told.items() if words}


def to_people_sentence(differences: pd.DataFrame, name: str) -> str:
    """What one policy's clear headline differences are to a person, in one sentence; nothing where none is clear."""
    told = to_people(differences, name)
    parts = [f"{in_a_sentence(INDICATORS[indicator].label)}, {words}" for indicator, words in told.items()]
    return f"To a person: {'; '.join(parts)}." if parts else ""


def other_signs(differences: pd.DataFrame, name: str) -> list[str]:
    """Where a headline's mean over all weeks lies the other way than in force: a sentence, or none."""
    return reversals(differences[(differences.scenario == name) & headline_rows(differences)])


def from_when(differences: pd.DataFrame, name: str, periods: Periods) -> str:
    """From which year on each clear headline verdict of a policy holds in every year; nothing where none is clear."""
    rows = _headline_rows(differences, name)
    clear = rows[rows.verdict.isin(CLEAR)].set_index("indicator").verdict
    own = differences[differences.scenario == name].set_index(["indicator", "period"]).verdict
    years = [int(period.removeprefix("year_")) for period in periods.names if period.startswith("year_")]
    starts: dict[int, list[str]] = {}
    for indicator, verdict in clear.items():
        held = 0
        for year in reversed(years):
            if own[indicator, f"year_{year}"] != verdict:
                break
            held = year
        label = in_a_sentence(INDICATORS[str(indicator)].label)
        starts.setdefault(held, []).append(f"{label} {MARKS.get(verdict, '')}".rstrip())
    parts = [
        f"from {in_a_sentence(periods.year_name(year))} on {listed(starts[year])}" for year in sorted(starts) if year
    ]
    if 0 in starts:
        parts.append(f"over the years together, but not in each of the last, {listed(starts[0])}")
    return f"So in every single year (▲ better, ▼ worse): {'; '.join(parts)}." if parts else ""


def trial_sentence(ends: pd.DataFrame | None, others: Sequence[str]) -> str:
    """What becomes of clear verdicts at the ends of the two assumptions that carry most, in one sentence.

    `ends` is a comparison's table of assumptions, if they were tried.
    """
    if ends is None:
        return f"The two assumptions that carry most ({CARRYING_IN_WORDS}) were not tried at the ends of their ranges."
    rows = ends[headline_rows(ends) & ends.usual_verdict.isin(CLEAR)]
    if rows.empty:
        return f"No verdict was clear that the two assumptions that carry most ({CARRYING_IN_WORDS}) could turn."
    kept = rows.becomes.isin([HOLDS, SAME_DIRECTION])
    parts = [f"{int(kept[rows.scenario == name].sum())} of {name}’s {int((rows.scenario == name).sum())}"
             for name in others]  # fmt: skip
    told = (
        f"Each clear verdict was tried at the ends of the two assumptions that carry most ({CARRYING_IN_WORDS}), on "
        f"{int(ends.replicates.max())} futures: the direction is kept in {listed(parts)} trials"
    )
    lost = [
        f"{row.scenario} on {in_a_sentence(INDICATORS[row.indicator].label)} "
        f"({row.becomes}, with {CARRIED_BY.get(row.parameter, row.parameter)} at {row.value:g})"
        for row in rows[~kept].itertuples()
    ]
    more_of = f" and {len(lost) - MOST_LOST} more" if len(lost) > MOST_LOST else ""
    return f"{told}; not: {'; '.join(lost[:MOST_LOST])}{more_of}." if lost else f"{told}."


def trial_details(ends: pd.DataFrame) -> list[str]:
    """What becomes of the headline verdicts at the ends of the carrying assumptions, a sentence an end and scenario."""
    said = []
    rows = ends[headline_rows(ends)]
    for (parameter, value, scenario), part in rows.groupby(["parameter", "value", "scenario"], sort=False):
        clear = int(part.usual_verdict.isin(CLEAR).sum())
        held = int((part.becomes == HOLDS).sum())
        kept = held + int((part.becomes == SAME_DIRECTION).sum())
        sentence = f"{parameter} at {value:g}: {kept} of {scenario}'s {clear} clear verdicts keep their direction"
        sentence += f", {held} still clear"
        moved_on = part[~part.becomes.isin([HOLDS, SAME_DIRECTION, STILL_NOT_CLEAR])]
        for fate, group in moved_on.groupby("becomes", sort=False):
            labels = [in_a_sentence(INDICATORS[name].label) for name in group.indicator]
            sentence += f"; {fate}: {listed(labels)}"
        said.append(sentence + ".")
    return said


def covers(draws: int) -> str:
    """What intervals hold: chance, or with several draws of the assumptions chance and ignorance."""
    return CHANCE_ONLY if draws == 1 else note_of(draws)


IGNORANCE_COLUMNS = ("Indicator", "Usual assumptions: chance", "All draws: chance and ignorance", "Same sign in draws")


def chance_and_ignorance(shares: pd.DataFrame, differences: pd.DataFrame, name: str) -> list[tuple[str, ...]]:
    """Chance beside ignorance for each headline difference of a policy, a row an indicator, as IGNORANCE_COLUMNS says.

    `shares` and `differences` are the tables of a comparison under several draws of the assumptions.
    """
    both = _headline_rows(differences, name).set_index("indicator")
    rows = []
    for one in headlines():
        row, every = shares[(shares.scenario == name) & (shares.indicator == one.id)].iloc[0], both.loc[one.id]
        usual = f"{moved(row.centre, one)} ({span(row.centre_low, row.centre_high, one)})"
        drawn = f"{moved(every.difference, one)} ({span(every.low, every.high, one)})"
        rows.append((labelled(one), usual, drawn, f"{round(row.same_sign * row.draws)} of {row.draws}"))
    return rows
