"""The rows of a list as it is held, with our columns, numbers in plain digits, and what was done to get there."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from caremarket_sim.errors import MOST_SHOWN, BadInput, Problem
from caremarket_sim.reading import number_of
from caremarket_sim.scenario.held.headings import headings_of, plain
from caremarket_sim.scenario.held.numbers import BLANKS, Ambiguous, Kind, decimals_of, number_as
from caremarket_sim.scenario.held.tables import Cell, Table, as_words
from caremarket_sim.scenario.sheets import Row


@dataclass(frozen=True)
class Says:
    """What somebody says of files that could be read in two ways; None where nothing is said.

    `headings` are headings and the columns of ours that they are, `none` for what is to be left; `decimal` is point or
    comma, `days` day or month, whichever stands first; `sheet` is that of a workbook.
    """

    headings: tuple[tuple[str, str], ...] = ()
    decimal: str | None = None
    days: str | None = None
    sheet: str | None = None

    def names(self, heading: str) -> bool:
        """Whether it says something of a heading."""
        return any(heading == one for one, _ in self.headings)


@dataclass(frozen=True)
class Held:
    """A list as read: its rows, the mistakes in its shape, the headings that were taken for others, what to say of it,
    and what separates its decimals."""

    rows: list[Row]
    problems: list[Problem]
    taken: dict[str, str]
    notes: list[str]
    decimal: str


def read_list(
    table: Table,
    columns: Mapping[str, str],
    required: Iterable[str],
    kinds: Mapping[str, Kind],
    says: Says,
    most: tuple[str, int],
    keep: Callable[[dict[str, str]], bool] | None = None,
) -> Held:
    """The rows of a list whose columns may have other names and whose cells are written as people write them.

    `kinds` are the columns of numbers; `most` is what a row describes and how many there may be; `keep` says by its
    words whether a row is wanted. A number that cannot be read stays as it is written, for the reader of the plain list
    to refuse. Raises BadInput where the header, or what is ambiguous, makes it impossible to go on.
    """
    where = Problem("", table.shown, table.line)
    headings = headings_of(table.header, columns, required, says.headings, where)
    texts = {column: place for column, place in headings.places.items() if column not in kinds}
    problems: list[Problem] = []
    even = _even(table, problems)
    if keep is not None:
        even = (
            row for row in even if keep({column: as_words(row[1][place]).strip() for column, place in texts.items()})
        )
    lines = list(islice(even, most[1] + 1))
    if len(lines) > most[1]:
        right = f"give at most {most[1]:,}"
        problems.append(Problem(f"has more than {most[1]:,} {most[0]}s", table.shown, lines[-1][0], right))
        raise BadInput(problems)
    if not lines and not problems and keep is None:
        raise BadInput(Problem(f"has no {most[0]}", table.shown, table.line + 1, f"give one line a {most[0]}"))
    cells = [(line, {column: row[place] for column, place in headings.places.items()}) for line, row in lines]
    decimal = _decimal(cells, kinds, table, says)
    rows = [
        (line, {column: _written(cell, kinds.get(column), decimal) for column, cell in row.items()})
        for line, row in cells
    ]
    other = {column: heading for column, heading in headings.taken.items() if plain(heading) != plain(column)}
    pairs = ", ".join(f"{heading} is {column}" for column, heading in other.items())
    notes = [f"taken: {pairs}"] if pairs else []
    if decimal == "comma":
        notes.append("a comma is taken to separate decimals")
    if headings.left:
        more = len(headings.left) - MOST_SHOWN
        notes.append("left: " + ", ".join(headings.left[:MOST_SHOWN]) + (f" and {more} more" if more > 0 else ""))
    return Held(rows, problems, headings.taken, [f"{table.shown}: {note}" for note in notes], decimal)


def _decimal(cells: list[tuple[int, dict[str, Cell]]], kinds: Mapping[str, Kind], table: Table, says: Says) -> str:
    """What separates decimals in the columns of numbers. Raises BadInput, with both readings, where that is open."""
    if says.decimal is not None:
        return says.decimal
    places = [(line, column, row[column]) for line, row in cells for column in kinds if column in row]
    found = decimals_of(((cell, kinds[column]) for _, column, cell in places), table.separator)
    if isinstance(found, Ambiguous):
        line, column, cell = places[found.place]
        point, comma = found.readings
        what = f"{column} is {cell!r:.40}, which is {point} or, with a decimal comma, {comma}"
        raise BadInput(Problem(what, table.shown, line, "say which: --decimal point or --decimal comma"))
    return found


def as_csv(rows: Iterable[Mapping[str, str]], columns: Collection[str]) -> str:
    """Rows as the text of a plain list."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([harmless(row.get(column, "")) for column in columns] for row in rows)
    return text.getvalue()


def harmless(words: str) -> str:
    """Words that a spreadsheet will not run as a formula."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@")) and number_of(words) is None else words


def _even(table: Table, problems: list[Problem]) -> Iterator[tuple[int, list[Cell]]]:
    """Rows as wide as the header; those that are not are noted. A workbook does not write the blanks at a row's end."""
    width = len(table.header)
    for line, cells in table.rows:
        if any(cells[width:]) or (len(cells) < width and table.separator is not None):
            problems.append(Problem("has another number of cells than the header", table.shown, line))
        else:
            yield line, [*cells, *[""] * (width - len(cells))][:width]


def _written(cell: Cell, kind: Kind | None, decimal: str) -> str:
    """A cell as a plain list has it: digits where a number can be read."""
    words = " ".join(as_words(cell).split())
    if kind is None:
        return words
    if words.casefold() in BLANKS:
        return ""
    plain = number_of(words) if decimal == "point" and isinstance(cell, str) else None
    number = number_as(cell, decimal, kind.sign) if plain is None else None
    return words if number is None else as_words(number)
