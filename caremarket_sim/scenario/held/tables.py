"""The rows of a file, whatever program saved it: CSV with commas, semicolons or tabs, an Excel workbook, or ODS.

Which line is the header is found by its headings: what stands above it is left. A cell is text, a number or a day.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.reading import STEERING, content_of, held_text, rows_of

MOST_BYTES = 250_000_000
MOST_UNPACKED = 1_000_000_000
"""Bytes of a workbook's parts; the regulator's whole directory has some hundred million."""
MOST_PARTS = 10_000
MOST_COLUMNS = 2_000
MOST_ROWS = 1_048_576
HEADER_WITHIN = 30
"""Rows among which the header is looked for."""
SEPARATORS = (",", ";", "\t")
AS_CSV = "open it and save the sheet with the rows as CSV"

Cell = str | float | date
Row = tuple[int, list[Cell]]
Known = Callable[[str], bool]
"""Whether a heading is one of those that are looked for."""


@dataclass(frozen=True)
class Table:
    """A header and the rows below it, each with the number of its line; `separator` is None in a workbook."""

    shown: str
    separator: str | None
    line: int
    header: list[str]
    rows: Iterator[Row]


@dataclass(frozen=True)
class _Sheet:
    """A table that has not been read: its name, and its rows as often as they are asked for."""

    name: str
    separator: str | None
    rows: Callable[[int | None], Iterator[Row]]
    """Of at most so many rows, or of all."""


def read_table(
    path: Path, shown: str, known: Known, sheet: str | None = None, *, most: int = MOST_BYTES, odd: bool = False
) -> Table:
    """The table of a file whose header has the most of the headings that are known.

    `odd` turns characters that do not print into spaces; `sheet` is the one to read of a workbook that has it. Raises
    BadInput for what is no table, and where two sheets could be meant and `sheet` does not say which.
    """
    content = content_of(path, shown, most)
    sheets = _workbook(content, shown, odd) if content.startswith(b"PK\x03\x04") else _texts(content, shown, odd)
    sheets = [one for one in sheets if one.name == sheet] or sheets
    found = [(*_header_of(one, known), one) for one in sheets]
    if not any(header for _, _, header, _ in found):
        raise BadInput(Problem("is empty", shown, 1, "give a header, and one line for each row"))
    best = max(score for score, *_ in found)
    if best == 0:  # nothing is known: the table that looks most like one
        best = max(len(header) for _, _, header, _ in found)
        found = [(len(header), line, header, one) for _, line, header, one in found]
    fitting = [(line, header, one) for score, line, header, one in found if score == best]
    if len(fitting) > 1 and fitting[0][2].separator is None:
        names = " or ".join(repr(one.name) for *_, one in fitting[:10])
        what = "has more than one sheet that could be meant"
        raise BadInput(Problem(what, shown, right=f"say which: --sheet {names}"))
    line, header, one = fitting[0]
    where = shown if len(sheets) == 1 or one.separator is not None else f"{shown} ({one.name})"
    if len(header) > MOST_COLUMNS:
        raise BadInput(Problem(f"has {len(header):,} columns", where, line, f"give at most {MOST_COLUMNS:,}"))
    below = ((number, cells) for number, cells in one.rows(None) if number > line)
    return Table(where, one.separator, line, header, below)


def require_sheet(paths: Sequence[tuple[Path, str]], sheet: str) -> None:
    """Raise BadInput where no file has a sheet of this name; `paths` are files, as they are and as they are shown."""
    names: list[str] = []
    for path, shown in paths:
        content = content_of(path, shown, MOST_BYTES)
        names += [one.name for one in _workbook(content, shown, True)] if content.startswith(b"PK\x03\x04") else []
    if sheet not in names:
        right = suggestion(sheet, names, f"their sheets: {', '.join(names)}") if names else "leave out --sheet"
        raise BadInput(Problem(f"no file has a sheet {sheet!r:.80}", right=right))


def as_words(cell: Cell) -> str:
    """A cell as text: a whole number without its decimals, a day as 2026-04-06."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, date):
        return cell.isoformat()
    return str(int(cell)) if cell == cell // 1 and abs(cell) < 1e15 else repr(cell)


def _header_of(sheet: _Sheet, known: Known) -> tuple[int, int, list[str]]:
    """The line of a sheet's first rows with the most known headings: how many, its number, and its cells."""
    best: tuple[int, int, list[str]] = (-1, 1, [])
    for line, cells in sheet.rows(HEADER_WITHIN):
        header = [" ".join(as_words(cell).split()) for cell in cells]
        while header and not header[-1]:
            header.pop()
        score = sum(map(known, header))
        if header and score > best[0]:
            best = (score, line, header)
    return max(best[0], 0), best[1], best[2]


def _texts(content: bytes, shown: str, odd: bool) -> list[_Sheet]:
    """Text as a table with each of the separators."""
    text = held_text(content, shown, odd_as_spaces=odd)

    def separated(separator: str) -> Callable[[int | None], Iterator[Row]]:
        def rows(most: int | None) -> Iterator[Row]:
            some = text if most is None else text[:1_000_000]
            filled = ((line, list[Cell](cells)) for line, cells in rows_of(some, shown, separator) if any(cells))
            return islice(filled, most)

        return rows

    first = text[:5].casefold()
    chosen = [first[4]] if first.startswith("sep=") and first[4:] in SEPARATORS else SEPARATORS
    return [_Sheet("", separator, separated(separator)) for separator in chosen]


def _workbook(content: bytes, shown: str, odd: bool) -> list[_Sheet]:
    """The sheets of an Excel workbook or an OpenDocument spreadsheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = parts.namelist()
            unpacked = sum(part.file_size for part in parts.infolist())
            if unpacked > MOST_UNPACKED or len(names) > MOST_PARTS:
                raise BadInput(Problem(f"unpacks to {unpacked / 1e6:,.0f} MB", shown, 1, AS_CSV))
            if "content.xml" in names:
                _require_few(parts.read("content.xml"), shown)
                return _opendocument(content, shown, odd)
        return _excel(content, shown, odd)
    except BadInput:
        raise
    except Exception as error:  # whatever three libraries raise for a damaged file
        what = f"is a spreadsheet that cannot be read: {type(error).__name__}"
        raise BadInput(Problem(what, shown, 1, AS_CSV)) from None


def _excel(content: bytes, shown: str, odd: bool) -> list[_Sheet]:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and rules that are not read
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    sheets = []
    for one in book.worksheets:
        if one.sheet_state != "visible":
            continue
        one.reset_dimensions()  # some programs write them wrongly

        def rows(most: int | None, one: Any = one) -> Iterator[Row]:
            return _filled(one.iter_rows(values_only=True), most, shown, odd)

        sheets.append(_Sheet(one.title, None, rows))
    return sheets


def _opendocument(content: bytes, shown: str, odd: bool) -> list[_Sheet]:
    import pandas as pd

    book = pd.ExcelFile(io.BytesIO(content), engine="calamine")
    sheets = []
    for name in book.sheet_names:

        def rows(most: int | None, name: str = str(name)) -> Iterator[Row]:
            def read() -> Iterator[Any]:
                some = most and 3 * most
                frame = pd.read_excel(book, sheet_name=name, header=None, dtype=object, na_filter=False, nrows=some)
                yield from frame.itertuples(index=False, name=None)

            return _filled(read(), most, shown, odd)

        sheets.append(_Sheet(str(name), None, rows))
    return sheets


def _filled(rows: Iterator[Any], most: int | None, shown: str, odd: bool) -> Iterator[Row]:
    """The rows of a sheet that hold anything, by their numbers, until there are so many."""
    try:
        found = ((number, [_cell(value) for value in row]) for number, row in enumerate(rows, start=1))
        filled = ((number, cells) for number, cells in found if any(cell != "" for cell in cells))
        for number, cells in islice(filled, most):
            while cells and cells[-1] == "":
                cells.pop()
            if number > MOST_ROWS or len(cells) > MOST_COLUMNS:
                what = f"has more than {MOST_ROWS:,} rows or {MOST_COLUMNS:,} columns"
                raise BadInput(Problem(what, shown, number, AS_CSV))
            if not odd and (steering := STEERING.search("".join(cell for cell in cells if isinstance(cell, str)))):
                what = f"holds the character U+{ord(steering[0]):04X}, which does not print"
                raise BadInput(Problem(what, shown, number, "remove it"))
            yield number, cells
    except BadInput:
        raise
    except Exception as error:  # whatever the library raises for a damaged sheet
        what = f"is a spreadsheet that cannot be read: {type(error).__name__}"
        raise BadInput(Problem(what, shown, 1, AS_CSV)) from None


def _cell(value: Any) -> Cell:
    """A workbook's value as a cell."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else str(value)


_ROWS = re.compile(rb'<table:table-row\b[^>]*number-rows-repeated="(\d{4,})"[^>]*>')
_COLUMNS = re.compile(rb'<table:table-cell\b[^>]*number-columns-repeated="(\d{4,})"[^>]*>')


def _require_few(content: bytes, shown: str) -> None:
    """Raise BadInput for an OpenDocument sheet that says in a few bytes that it is full of cells."""
    full = [found[0] for found in _COLUMNS.finditer(content)]
    rows = (
        content[found.start() : content.find(b"</table:table-row>", found.end())] for found in _ROWS.finditer(content)
    )
    if any(b"value-type=" in part for part in chain(full, rows)):
        raise BadInput(Problem("repeats a filled row or cell a thousand times", shown, 1, AS_CSV))
