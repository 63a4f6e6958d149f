"""Results in words: quantities with their units, how often better, a sentence a family."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from caremarket_sim.findings.economics import UNDERPAID
from caremarket_sim.findings.first_year import ANY
from caremarket_sim.indicators import INDICATORS, Indicator
from caremarket_sim.methods.statistics import (
    BETTER,
    CLEAR,
    HIGHER,
    IDENTICAL,
    LOWER,
    NO_CLEAR_DIFFERENCE,
    TOO_SMALL,
    WORSE,
)
from caremarket_sim.parameters import register
from caremarket_sim.results.periods import ALL, IN_FORCE, Periods, verdict_period

UNKNOWN = "–"
"""Shown where there is no number, such as the interval of a single replicate."""

HOW_TO_READ = (
    "'Better in' counts futures, in each of which the scenarios met the same people and the same luck. The interval is "
    "where the mean difference lies in 19 cases of 20. Verdicts allow for nine looks at once, and a mean that is too "
    "small to matter is never better or worse: an interval just clear of zero may read 'no clear difference'. pts are "
    "percentage points."
)

MARKS = {BETTER: "▲", WORSE: "▼"}
"""What stands beside a verdict, so that no colour is needed to read it."""

_SAYING = {
    BETTER: "better on {}",
    WORSE: "worse on {}",
    HIGHER: "higher in {}",
    LOWER: "lower in {}",
    NO_CLEAR_DIFFERENCE: "not clearly different on {}",
    TOO_SMALL: "too little different to matter on {}",
    IDENTICAL: "identical on {}",
}


def turned(rows: pd.DataFrame) -> list[str]:
    """The indicators of which one scenario's mean over all weeks has the other sign than in force, and either is clear.

    Where neither is clear, a sign is chance.
    """
    if verdict_period(rows.period) == ALL:
        return []
    now, whole = (rows[rows.period == period].set_index("indicator") for period in (IN_FORCE, ALL))
    return [
        name
        for name in now.index
        if now.difference[name] * whole.difference[name] < 0
        and (now.verdict[name] in CLEAR or whole.verdict[name] in CLEAR)
    ]


def reversals(rows: pd.DataFrame) -> list[str]:
    """Where one scenario's mean over all weeks lies the other way than in force: a sentence, or none."""
    found = turned(rows)
    if not found:
        return []
    now, whole = (rows[rows.period == period].set_index("indicator") for period in (IN_FORCE, ALL))
    said = [
        f"{in_a_sentence(INDICATORS[name].label)} ({change(now.difference[name], name)} in force, "
        f"{change(whole.difference[name], name)} over all weeks)"
        for name in found
    ]
    return [f"With the way there included it is the other way round for {now.scenario.iloc[0]} on {listed(said)}."]


def change(difference: float, name: str) -> str:
    """A difference with its sign and unit; of shares in percentage points."""
    indicator = INDICATORS[name]
    factor, unit = shown_in(indicator)
    number = quantity(difference, indicator, signed=True)
    if unit.startswith("£") and math.isfinite(difference):
        sign = number[:1] if number[0] in "+−" else ""
        return f"{sign}£{number.removeprefix(sign)}{unit[1:]}"
    return f"{number} {'percentage points' if factor == 100.0 else unit}"


def how_much(row: Any) -> str:
    """A difference with its unit and, unless it is of shares or of next to nothing, in per cent of the reference."""
    indicator = INDICATORS[row.indicator]
    said = change(row.difference, row.indicator)
    if shown_in(indicator)[0] == 100.0 or not abs(row.reference_mean) >= 4.0 * indicator.smallest:
        return said
    percent = 100.0 * row.difference / row.reference_mean
    return f"{said}, {per_cent(percent)}" if math.isfinite(percent) else said


def per_cent(percent: float) -> str:
    """A difference in per cent of what it is from."""
    return f"{as_written(f'{percent:+.{0 if abs(percent) >= 10 else 1}f}')}%"


def spend_sentences(spend: pd.DataFrame, periods: Periods) -> list[str]:
    """What the council and all payers spend over all weeks together, a sentence each."""
    said = []
    for payer, words in (("Council", "the council spends"), ("All", "all payers together spend")):
        rows = spend[spend.payer == payer]
        parts = [
            f"{millions(row.mean)} in {row.scenario}"
            if row.scenario == row.reference
            else f"{millions(row.mean)} in {row.scenario} ({millions(row.difference, '+')}; "
            f"{millions(row.difference_low, '+')} to {millions(row.difference_high, '+')})"
            for row in rows.itertuples(index=False)
        ]
        said.append(f"Over {periods.whole} {words} {listed(parts)}.")
    return [*said, *underpayment_sentences(spend, periods)]


def underpayment_sentences(spend: pd.DataFrame, periods: Periods) -> list[str]:
    """What pay below the legal minimum comes to, and what would be left of a difference in cost with lawful pay."""
    unpaid = spend[spend.payer == UNDERPAID].set_index("scenario")
    every = spend[spend.payer == "All"].set_index("scenario")
    if unpaid.empty:
        return []
    parts = [f"{millions(row['mean'])} in {name}" for name, row in unpaid.iterrows()]
    said = [f"Over {periods.whole} pay below the legal minimum, which nobody may agree, comes to {listed(parts)}."]
    for name, row in unpaid.iterrows():
        if name != row["reference"]:
            lawful = every.loc[name, "difference"] + row["difference"]
            said.append(
                f"In {name} all payers together spend {more(every.loc[name, 'difference'])} than in "
                f"{row['reference']}, while staff are unlawfully underpaid by {more(row['difference'])}: with lawful "
                f"pay in both they would spend {more(lawful)}, employers' charges left out."
            )
    return said


def more(pounds: float) -> str:
    """How many pounds more or less, in millions to one place."""
    if abs(pounds) < 50_000.0:
        return "about as much"
    return f"{millions(abs(pounds))} {'less' if pounds < 0.0 else 'more'}"


def millions(pounds: float, sign: str = "") -> str:
    """Pounds in millions."""
    if not math.isfinite(pounds):
        return UNKNOWN
    number = f"{pounds / 1e6:{sign},.1f}"
    return f"£{number} million" if not sign else as_written(number)


def marked(verdict: str) -> str:
    """A verdict with its mark before it."""
    return f"{MARKS[verdict]} {verdict}" if verdict in MARKS else verdict


def clauses(rows: pd.DataFrame, measured: Collection[str] = ()) -> str:
    """What one scenario's verdicts say, the same verdicts together, in the order of `_SAYING`; nothing of no rows.

    Of those verdicts that are `measured`, also how much the difference is.
    """
    said = []
    for verdict, saying in _SAYING.items():
        labels = [
            in_a_sentence(INDICATORS[row.indicator].label) + (f" ({how_much(row)})" if verdict in measured else "")
            for row in rows[rows.verdict == verdict].itertuples()
        ]
        if labels:
            said.append(saying.format(listed(labels)))
    return listed(said) if said else ""


def first_year_sentences(risks: pd.DataFrame) -> list[str]:
    """How likely each policy's first year is to be a bad one, a sentence a policy: what `first_years` found."""
    return [
        f"Chance of a bad first year of {name} (year {rows.year.iloc[0]}, the first under what it changes), in which "
        f"{bad_year(rows)} than under {rows.reference.iloc[0]} by what matters: {in_how_many(rows)}."
        for name, rows in risks.groupby("scenario", sort=False)
    ]


def bad_year(rows: pd.DataFrame) -> str:
    """What makes a year bad, of one policy's rows of `first_years`."""
    return f"at least one of {listed(_risks(rows))} is worse"


def in_how_many(rows: pd.DataFrame) -> str:
    """In how many futures one policy's first year is bad, and for what, of its rows of `first_years`."""
    futures = int(rows.replicates.iloc[0])
    (whole,) = rows[rows.indicator == ANY].worse_in
    said = f"{round(whole * futures)} of {futures} futures"
    each = [
        f"{label} in {round(row.worse_in * futures)}" + (f", fewer in {round(row.better_in * futures)}" if row.better_in
                                                         else "")
        for label, row in zip(_risks(rows), rows[rows.indicator != ANY].itertuples(), strict=True)
    ]  # fmt: skip
    return f"{said} ({'; '.join(each)})" if whole or rows.better_in.any() else said


def _risks(rows: pd.DataFrame) -> list[str]:
    return [in_a_sentence(INDICATORS[name].label) for name in rows.indicator if name != ANY]


def listed(words: Sequence[str]) -> str:
    """Words with commas and an `and`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def in_a_sentence(label: str) -> str:
    """A label as it stands inside a sentence: its first letter small, unless the first word is an abbreviation."""
    first = label.split(" ", 1)[0]
    return label if first[1:] != first[1:].lower() else label[:1].lower() + label[1:]


def shown_in(indicator: Indicator) -> tuple[float, str]:
    """What to multiply a value by to show it, and the unit then: shares in per cent, large sums in millions."""
    unit = indicator.unit
    if unit == "share" or unit.startswith("share "):
        return 100.0, "%" + unit.removeprefix("share")
    if unit == "points of share":
        return 100.0, "percentage points"
    if unit.startswith("£") and indicator.smallest >= 10_000:
        return 1e-6, f"£ million{unit[1:]}"
    return 1.0, unit


def labelled(indicator: Indicator, label: str | None = None) -> str:
    """A label, the indicator's own unless another is given, and the unit its numbers are shown in."""
    return f"{label or indicator.label}, {shown_in(indicator)[1]}"


def smallest_in_words(indicator: Indicator) -> str:
    """The smallest difference that matters, with its unit; shares in percentage points."""
    factor, unit = shown_in(indicator)
    smallest = f"{indicator.smallest * factor:g}"
    if unit.startswith("£"):
        return f"£{smallest}{unit[1:]}"
    if factor == 100.0:
        return f"{smallest} percentage point{'' if smallest == '1' else 's'}"
    return f"{smallest} {unit}"


def quantity(value: float, indicator: Indicator, signed: bool = False) -> str:
    """A value as it is shown, without its unit, to about a tenth of the smallest difference that matters."""
    if not math.isfinite(value):
        return UNKNOWN
    factor, _ = shown_in(indicator)
    smallest = indicator.smallest * factor
    places = max(0, math.ceil(-math.log10(smallest / 5))) if smallest > 0 else 3
    return as_written(f"{value * factor:{'+' if signed else ''},.{places}f}")


def as_written(number: str) -> str:
    """A number with its sign as people write it: a true minus, and none before a nought."""
    return number.replace("-", "−") if number.strip("+-0.,") else number.lstrip("+-")


def moved(difference: float, indicator: Indicator) -> str:
    """A difference as a table shows it, without its unit; of what is shown in per cent, in percentage points."""
    number = quantity(difference, indicator, signed=True)
    return f"{number} pts" if number != UNKNOWN and shown_in(indicator)[1].startswith("%") else number


def to_a_person(row: Any, means: Mapping[str, float]) -> str:
    """What a difference in a headline is to a person; nothing where it rounds to nothing.

    `means` are the reference's by indicator.
    """
    one = INDICATORS[row.indicator]
    over = 1.0
    if one.person_over:
        over = means[one.person_over] if one.person_over in INDICATORS else register()[one.person_over].value
    amount = abs(row.difference) * one.person_times / over if over else math.nan
    pence = 2 if "£{n}" in one.person and amount < 10.0 else 0 if amount >= 9.5 else 1
    number = f"{amount:,.{pence}f}"
    if not math.isfinite(amount) or not number.strip("0.,"):
        return ""
    up = row.difference > 0.0
    said = re.sub(r"\{(\w+)\|(\w+)\}", lambda found: found[1 if up else 2], one.person)
    return said.replace("{n}", number)


def span(low: float, high: float, indicator: Indicator, signed: bool = True) -> str:
    """An interval in the indicator's shown unit."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return UNKNOWN
    return f"{quantity(low, indicator, signed)} to {quantity(high, indicator, signed)}"


def better_in(row: Any) -> str:
    """In how many paired futures the scenario was better, and in how many alike if in any."""
    if not math.isfinite(row.p_better):
        return UNKNOWN
    futures = int(row.replicates * row.draws)
    alike = round(row.p_same * futures)
    return f"{round(row.p_better * futures)} of {futures}" + (f", {alike} alike" if alike else "")


MOST_ROWS = 30


def asked(row: Any) -> str:
    """An output's name with its unit."""
    unit = f" ({shown_in(INDICATORS[row.indicator])[1]})" if row.indicator in INDICATORS else ""
    return f"{row.indicator}{unit}, {row.scenario}" + (f" − {row.reference}" if row.reference else "")
