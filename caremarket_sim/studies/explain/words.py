"""An explanation in words, tables and files: what in a bundle did it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from caremarket_sim.indicators import INDICATORS, Indicator
from caremarket_sim.methods.statistics import CLEAR
from caremarket_sim.studies.explain.coalitions import AS_WRITTEN, EQUAL_BUDGET, EQUAL_FEE
from caremarket_sim.studies.explain.frames import ALONE, DIFFERENCE, LAST, SHAPLEY, View
from caremarket_sim.studies.explain.result import Explanation
from caremarket_sim.telling.words import listed, quantity, shown_in

MOST_LEVERS = 4
"""Knock-outs named in a sentence; all are in the table."""

_CONDITION = {
    AS_WRITTEN: "As written.",
    EQUAL_FEE: "At an equal fee: the fee levers are the reference's in every combination.",
    EQUAL_BUDGET: "At an equal budget: the terms are those at which the whole costs the council what the reference "
    "does; combinations of some groups alone may cost more or less.",
}


def sentences(found: Explanation) -> list[str]:
    """A paragraph a view and headline indicator under the view's own heading, then how to read them."""
    values, pairs, knocked = found.frame(), found.interactions(), found.knock_outs()
    said = list(found.notes)
    for view in found.views:
        said += [_CONDITION[view.name]] if len(found.views) > 1 else []
        for name in view.indicators:
            parts = [of_view(frame, view.name, name) for frame in (values, pairs, knocked)]
            said.append(" ".join(filter(None, _paragraph(view, INDICATORS[name], *parts))))
    said.append(_how_to_read(found))
    return said


def of_view(frame: pd.DataFrame, view: str, indicator: str) -> pd.DataFrame:
    """The rows of one view and indicator."""
    return frame[(frame["view"] == view) & (frame["indicator"] == indicator)]


def _paragraph(
    view: View, indicator: Indicator, values: pd.DataFrame, pairs: pd.DataFrame, knocked: pd.DataFrame
) -> Iterator[str]:
    whole = values[values.measure == DIFFERENCE].iloc[0]
    yield (
        f"{indicator.label}: {amount(whole['mean'], indicator)} with the whole of {whole['scenario']}, "
        f"{amount(whole['reference_mean'], indicator)} with {whole['reference']}; "
        f"difference {change(whole['value'], indicator)}{_between(whole, indicator)}."
    )
    shares = values[(values.measure == SHAPLEY) & (values["value"] != 0.0)]
    small = (shares.low >= -indicator.smallest) & (shares.high <= indicator.smallest)
    clear = shares[((shares.low > 0) | (shares.high < 0)) & ~small]
    if len(clear):
        ordered = clear.reindex(clear["value"].abs().sort_values(ascending=False).index)
        parts = [
            f"{row['group']} {change(row['value'], indicator)}{_between(row, indicator)}"
            for _, row in ordered.iterrows()
        ]
        yield f"Of that, {listed(parts)}."
    unclear = [group for group in shares[~small].group if group not in set(clear.group)]
    for groups, what in (
        (unclear, "cannot be told from chance"),
        (list(shares[small].group), "is too little to matter"),
    ):
        if groups:
            yield f"What {listed(groups)} {'does' if len(groups) == 1 else 'do'} {what}."
    yield _together(pairs, values, indicator)
    yield _without(knocked, indicator)


def _together(pairs: pd.DataFrame, values: pd.DataFrame, indicator: Indicator) -> str:
    """The strongest clear interaction; where orders were sampled, the widest gap between alone and last."""
    small = (pairs.low >= -indicator.smallest) & (pairs.high <= indicator.smallest)
    clear = pairs[((pairs.low > 0) | (pairs.high < 0)) & ~small]
    if len(clear):
        row = clear.loc[clear["value"].abs().idxmax()]
        return (
            f"Together {row['group']} and {row['with']} add {change(row['value'], indicator)}"
            f"{_between(row, indicator)} to what each does apart."
        )
    if len(pairs):
        return ""
    wide = values[values.measure.isin([ALONE, LAST])].pivot(index="group", columns="measure", values="value")
    if wide.empty:
        return ""
    group = (wide[LAST] - wide[ALONE]).abs().idxmax()
    first, final = float(wide.loc[group, ALONE]), float(wide.loc[group, LAST])  # type: ignore[arg-type]
    does = f"{change(first, indicator)} alone and {change(final, indicator)} on top of all others"
    return f"{str(group).capitalize()} does {does}."


def _without(knocked: pd.DataFrame, indicator: Indicator) -> str:
    clear = knocked[knocked.verdict.isin(CLEAR)]
    if knocked.empty:
        return ""
    if clear.empty:
        return "No one lever set back makes a clear difference."
    ordered = clear.reindex(clear.difference.abs().sort_values(ascending=False).index)
    parts = [f"{row['lever']} ({change(row['difference'], indicator)})" for _, row in ordered.iterrows()]
    more = f" and {len(parts) - MOST_LEVERS} more" if len(parts) > MOST_LEVERS else ""
    named = ", ".join(parts[:MOST_LEVERS]) + more if more else listed(parts)
    return f"Levers that by themselves make a clear difference to the whole: {named}."


def change(value: float, indicator: Indicator) -> str:
    """A difference with its sign and unit; of shares in percentage points."""
    unit, number = shown_in(indicator)[1], quantity(value, indicator, signed=True)
    if unit.startswith("£"):
        sign = number[:1] if number[:1] in "+−" else ""
        return f"{sign}£{number.removeprefix(sign)}{unit[1:]}"
    return f"{number} {'percentage points' if unit.startswith('%') else unit}"


def amount(value: float, indicator: Indicator) -> str:
    """A level with its unit."""
    unit, number = shown_in(indicator)[1], quantity(value, indicator)
    if unit.startswith("£"):
        return f"£{number}{unit[1:]}"
    return f"{number}{'' if unit.startswith('%') else ' '}{unit}"


def _between(row: pd.Series, indicator: Indicator) -> str:
    low, high = float(row["low"]), float(row["high"])
    if low != low or high != high:
        return ""
    return f" ({quantity(low, indicator, True)} to {quantity(high, indicator, True)})"


def _how_to_read(found: Explanation) -> str:
    view = found.views[0]
    text = f"Every number is of the same weeks: {found.periods.words}. From {view.replicates} paired futures, "
    if view.orders is None:
        text += f"all {view.coalitions} different combinations of the groups of levers. "
    else:
        text += f"{len(view.orders)} of the orders in which the groups could be introduced. "
    if any("procurement.retender_at_start" in one.bundle.levers for one in found.views):
        text += (
            "With a new tender, terms of contract begin only when co-design, tender and mobilisation have run their "
            "course; combinations are looked at in the weeks in which the whole policy is in force. "
        )
    return text + (
        "A group's value is what introducing it adds, averaged over every order in which the groups could be "
        "introduced (Shapley); the values of all groups add up to the whole difference. In brackets: 95% intervals; "
        "chance only, assumptions held fixed. What is said of single levers allows for looking at all of them (Holm); "
        "what is said of groups does not."
    )
