"""Results as one workbook for Excel: first what is what, then a sheet a table, with the numbers of the CSV files.

Nothing in it is computed by the spreadsheet. Text stays text, whatever it begins with, also after somebody has edited
its cell; equal results give equal bytes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.results import query
from caremarket_sim.results.belongings import Belongings
from caremarket_sim.results.durable import require_office, write_file, writing
from caremarket_sim.results.soundness import text_of
from caremarket_sim.results.store import Store

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

NAME = "results.xlsx"
MOST_ROWS, MOST_CHARACTERS = 1_048_575, 32_767
"""What a sheet holds below its header, and a cell."""
OF_THE_LEDGER = ("runs", "scenarios", "parameters", "indicators", "failures")
"""Tables that a workbook has beside the CSV files of the folder, where they have any row."""
NAMES = {"scenario", "reference", "group", "shock", "place", "key", "title", "path", "name", "id", "variant"}
"""Columns of names: what looks like a number there is a name all the same."""
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")
FIRST, COLUMNS = "What is what", "Columns"
UNITS = (
    "In the column `unit` where a table has one; else with the column on the sheet Columns, or, for an indicator, on "
    "the sheet indicators. Shares are from 0 to 1."
)
INTERVALS = (
    "`low` and `high` are the ends of a 95% interval: of chance alone, assumptions held fixed, unless the column "
    "`draws` says more than 1."
)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Told:
    """What a row of a table is, and what its columns mean."""

    row: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """A table on a sheet of its name; of one that no sheet holds, only that it is left out."""

    name: str
    told: Told
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]

    @property
    def fits(self) -> bool:
        """Whether a sheet holds as many rows."""
        return len(self.rows) <= MOST_ROWS


def export_workbook(store: Store, to: Path, told: Mapping[str, Told], names: Iterable[str] | None = None) -> Path:
    """Write a workbook of these tables, or of all that are for reading, into a folder or as a file that ends in .xlsx.

    Raises BadInput for a table that no sheet holds, if it was asked for, and for a file that is no workbook of ours;
    CannotWrite where nothing can be written.
    """
    sheets = _asked_for(store, told, names) if names is not None else _for_reading(store, told)
    if to.suffix.lower() != ".xlsx":
        Belongings(to).write(NAME, workbook(store, sheets))
        return to / NAME
    require_office(to)
    with writing(to):
        to.parent.mkdir(parents=True, exist_ok=True)
    write_file(to, workbook(store, sheets))
    return to


def _asked_for(store: Store, told: Mapping[str, Told], names: Iterable[str]) -> list[Sheet]:
    sheets = [_of_table(store, told, name) for name in names]
    for sheet in sheets:
        if not sheet.fits:
            what = f"{sheet.name} has {len(sheet.rows):,} rows, and a sheet holds {MOST_ROWS:,}"
            raise BadInput(Problem(what, right="export it as csv or parquet"))
    return sheets


def _for_reading(store: Store, told: Mapping[str, Told]) -> list[Sheet]:
    """Every CSV file of the folder that is told of, in that order; then those tables of the ledger that have rows."""
    files = [name for name in told if name.endswith(".csv") and (store.folder / name).is_file()]
    kept = [_of_table(store, told, name) for name in OF_THE_LEDGER]
    return [*(_of_file(store, told[name], name) for name in files), *(sheet for sheet in kept if sheet.rows)]


def _of_file(store: Store, told: Told, name: str) -> Sheet:
    reader = csv.reader(io.StringIO(text_of(store.folder, name, others=True).removeprefix("\ufeff"), newline=""))
    header = next(reader, [])
    are_names = [column in NAMES for column in header]
    rows = [[_read(cell, named) for cell, named in zip(row, are_names, strict=False)] for row in reader]
    return Sheet(name.removesuffix(".csv"), told, header, rows)


def _read(cell: str, is_name: bool) -> Any:
    """A cell of a CSV file as it was before it was written: a number, yes or no, or text without its guard."""
    if not is_name:
        if cell in ("True", "False"):
            return cell == "True"
        if _NUMBER.fullmatch(cell):
            return float(cell)
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RUN_BY_SPREADSHEETS) else cell


def _of_table(store: Store, told: Mapping[str, Told], name: str) -> Sheet:
    rows = query.table(store, name)
    values = zip(*(column.to_pylist() for column in rows.columns), strict=True)
    return Sheet(name, told.get(name, Told("", {})), rows.column_names, [list(row) for row in values])


def workbook(store: Store, sheets: Sequence[Sheet]) -> bytes:
    """The bytes of a workbook with these sheets, after two that say what is what."""
    import xlsxwriter

    file = io.BytesIO()
    made = xlsxwriter.Workbook(file, {"in_memory": True})
    made.set_properties({"author": "caremarket-sim", "created": datetime(2000, 1, 1)})
    styles = _Styles(made)
    _what_is_what(made, styles, store, sheets)
    _what_columns_mean(made, styles, store, sheets)
    for sheet in sheets:
        if sheet.fits:
            page = _page(made, sheet.name, landscape=True)
            _fill(page, styles, 0, sheet.header, sheet.rows)
            page.freeze_panes(1, 0)
            page.repeat_rows(0)
            if sheet.rows:
                page.autofilter(0, 0, len(sheet.rows), len(sheet.header) - 1)
            for place, name in enumerate(sheet.header):
                seen = [name, *(str(row[place]) for row in sheet.rows[:200] if place < len(row))]
                number = all(isinstance(row[place], float | int) for row in sheet.rows[:200] if place < len(row))
                page.set_column(place, place, min(max(map(len, seen)), 14 if number else 60) + 3)
    made.close()
    return file.getvalue()


class _Styles:
    """How cells look: a heading, a table's header, long text, and text that must stay text when it is edited."""

    def __init__(self, made: Workbook):
        self.heading: Format = made.add_format({"bold": True, "font_size": 14})
        self.header: Format = made.add_format({"bold": True, "bottom": 1, "valign": "top"})
        self.long: Format = made.add_format({"text_wrap": True, "valign": "top"})
        self.kept: Format = made.add_format({"quote_prefix": True, "valign": "top"})


def _what_is_what(made: Workbook, styles: _Styles, store: Store, sheets: Sequence[Sheet]) -> None:
    """The first sheet: what these results are, under which banner, which scenarios, and what is on each sheet."""
    page = _page(made, FIRST)
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 90)
    page.set_column(2, 2, 12)
    page.write_string(0, 0, "What is what", styles.heading)
    said = [
        ("results", store.folder.resolve().name),
        ("what they are", "Consequences of stated assumptions, simulated by caremarket-sim; no forecast."),
        ("numbers", "Those of the CSV files, to the digits that a spreadsheet keeps. Nothing here is a formula."),
        ("units", UNITS),
        ("intervals", INTERVALS),
    ]
    if (store.folder / "banner.txt").is_file():
        said.insert(0, ("read this first", text_of(store.folder, "banner.txt").strip()))
    row = _fill(page, styles, 2, ("", ""), said, styles.long)
    titles = store.ledger.rows("SELECT name, title FROM scenarios ORDER BY position")
    row = _fill(page, styles, row + 1, ("scenario", "title"), titles, styles.long)
    listed = [
        (sheet.name, sheet.told.row + ("" if sheet.fits else ": more than a sheet holds, so left out"), len(sheet.rows))
        for sheet in sheets
    ]
    first = row + 2
    _fill(page, styles, row + 1, ("sheet", "a row is", "rows"), listed, styles.long)
    for place, sheet in enumerate(sheets):
        if sheet.fits:
            page.write_url(first + place, 0, f"internal:'{sheet.name}'!A1", string=sheet.name)


def _what_columns_mean(made: Workbook, styles: _Styles, store: Store, sheets: Sequence[Sheet]) -> None:
    """The second sheet: each column of each table, what it means, and its unit where it is an indicator."""
    query_ = "SELECT id, label, unit FROM indicators"
    indicators = {name: (label, unit) for name, label, unit in store.ledger.rows(query_)}
    rows = []
    for sheet in sheets:
        for column in sheet.header:
            label, unit = indicators.get(column, ("", ""))
            rows.append((sheet.name, column, sheet.told.columns.get(column, label), unit))
    page = _page(made, COLUMNS)
    for place, width in enumerate((24, 28, 90, 20)):
        page.set_column(place, place, width)
    _fill(page, styles, 0, ("sheet", "column", "what it means", "unit"), rows, styles.long)
    page.freeze_panes(1, 0)
    page.repeat_rows(0)


def _page(made: Workbook, name: str, landscape: bool = False) -> Worksheet:
    """A sheet that prints on A4, as wide as a page."""
    page = made.add_worksheet(name)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    if landscape:
        page.set_landscape()
    return page


def _fill(
    page: Worksheet,
    styles: _Styles,
    row: int,
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
    style: Format | None = None,
) -> int:
    """Write a table from a row on, and say in which row it ends. What has no value is an empty cell."""
    if any(header):
        for place, name in enumerate(header):
            _write(page, styles, row, place, name, styles.header)
        row += 1
    for values in rows:
        for place, value in enumerate(values):
            _write(page, styles, row, place, value, style)
        row += 1
    return row


def _write(page: Worksheet, styles: _Styles, row: int, place: int, value: Any, style: Format | None) -> None:
    """Write a cell by what it is: never a formula, a link or a number out of somebody's text."""
    if value is None or value == "" or value != value:
        return
    if isinstance(value, bool):
        page.write_boolean(row, place, value, style)
    elif isinstance(value, float | int) and value - value == 0:
        page.write_number(row, place, value, style)
    else:
        text = str(value)
        if len(text) > MOST_CHARACTERS:
            text = text[: MOST_CHARACTERS - 1] + "…"
        kept = styles.kept if text.startswith(RUN_BY_SPREADSHEETS) and style is not styles.header else style
        page.write_string(row, place, text, kept)
