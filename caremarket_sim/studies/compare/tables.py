"""Tables for the screen and for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text

from caremarket_sim.findings.frames import CHANCE_ONLY, headline_rows
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import BETTER, WORSE
from caremarket_sim.results.periods import ALL, LAST_YEAR, periods_beside, verdict_period
from caremarket_sim.telling.words import better_in, labelled, moved, quantity, span

_STYLES = {BETTER: "green", WORSE: "red"}

BESIDE = {ALL: "all weeks", LAST_YEAR: "last year"}
"""Headings of the periods whose differences are shown beside those of the verdicts."""

_LEAST = {"indicator": 14, "verdict": 10}
"""Letters that a column has at least, so that its longest word is not cut."""

LEVEL_COLUMNS = ("indicator", "mean", "95% interval")
TARGET_COLUMNS = ("quantity", "model", "95% interval", "published", "within band", "evidence")


def difference_columns(rows: pd.DataFrame) -> tuple[str, ...]:
    """The headings of a table of differences: what is in force, then the difference in other periods."""
    first = ("indicator", rows.reference.iloc[0], "difference", "95% interval", "better in", "verdict")
    beside = periods_beside(rows.period)
    return (*first, *(BESIDE[period] for period in beside))


def difference_rows(rows: pd.DataFrame) -> list[tuple[str, ...]]:
    """The cells of a table of differences, one scenario against the reference in every period, as they are shown."""
    beside = [rows[rows.period == period].set_index("indicator").difference for period in periods_beside(rows.period)]
    rows = rows[rows.period == verdict_period(rows.period)]
    shown = []
    for row in rows.itertuples(index=False):
        indicator = INDICATORS[row.indicator]
        shown.append(
            (
                labelled(indicator),
                quantity(row.reference_mean, indicator),
                moved(row.difference, indicator),
                span(row.low, row.high, indicator),
                better_in(row),
                row.verdict,
                *(moved(other[row.indicator], indicator) for other in beside),
            )
        )
    return shown


def level_rows(rows: pd.DataFrame) -> list[tuple[str, ...]]:
    """The cells of a table of means in the period that sentences go by, as they are shown."""
    rows = rows[rows.period == verdict_period(rows.period)]
    shown = []
    for row in rows.itertuples(index=False):
        indicator = INDICATORS[row.indicator]
        mean, reach = quantity(row.mean, indicator), span(row.low, row.high, indicator, signed=False)
        shown.append((labelled(indicator), mean, reach))
    return shown


def target_rows(found: pd.DataFrame) -> list[tuple[str, ...]]:
    """The cells of the table of calibration targets, as they are shown."""
    shown = []
    for row in found.itertuples(index=False):
        indicator = INDICATORS[row.indicator]
        band = span(row.target_low, row.target_high, indicator, signed=False)
        shown.append(
            (
                labelled(indicator, row.target),
                quantity(row.mean, indicator),
                span(row.low, row.high, indicator, signed=False),
                row.published,
                f"{'yes' if row.within else 'NO'} ({band}, {row.band})",
                row.evidence,
            )
        )
    return shown


def selected(frame: pd.DataFrame, *, headlines: bool) -> pd.DataFrame:
    """The rows of the headline indicators, or of all the others."""
    return frame[headline_rows(frame) == headlines]


def difference_table(rows: pd.DataFrame, title: str) -> Table:
    """One scenario against the reference, for the screen."""
    note = rows.attrs.get("note", CHANCE_ONLY)
    return _table(title, difference_columns(rows), difference_rows(rows), note)


def level_table(rows: pd.DataFrame, title: str) -> Table:
    """The means of one scenario, for the screen."""
    return _table(title, LEVEL_COLUMNS, level_rows(rows), rows.attrs.get("note", CHANCE_ONLY))


def target_table(found: pd.DataFrame, title: str) -> Table:
    """What the model gives beside its calibration targets, for the screen."""
    return _table(title, TARGET_COLUMNS, target_rows(found), note="plausible, reported, not forced; " + CHANCE_ONLY)


def plain_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Any rows of text, for the screen."""
    return _table(title, columns, rows, "")


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], note: str) -> Table:
    table = Table(title=Text(title), caption=Text(note), box=box.SIMPLE_HEAD, title_style="bold", padding=(0, 1, 0, 0))
    table.title_justify = table.caption_justify = "left"
    for column in columns:
        whole = column in ("difference", "95% interval", "mean", "model", *BESIDE.values())
        table.add_column(Text(column), no_wrap=whole, min_width=_LEAST.get(column))
    for row in rows:
        table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
    return table
