"""The rows of a CSV file with a header: what lists of zones, providers, samples and draws have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice
from pathlib import Path

from caremarket_sim.errors import MOST_SHOWN, BadInput, Problem, suggestion
from caremarket_sim.policy.advice import Span
from caremarket_sim.reading import number_of, rows_of, text_of

Row = tuple[int, dict[str, str]]
"""A line's number and its cells by column."""


def header_of(path: Path, shown: str) -> list[str]:
    """The names in the first line of a CSV file; none where it is empty."""
    _, first = next(rows_of(text_of(path, shown), shown), (1, []))
    return [name.strip() for name in first]


def read_rows(
    path: Path, shown: str, columns: Iterable[str], required: Iterable[str], thing: str, most: int
) -> tuple[list[Row], list[Problem]]:
    """The rows of a CSV file, and the mistakes in its shape; empty lines are left out.

    `thing` is what a line describes. Raises BadInput where the header, or the number of lines, makes it impossible to
    go on.
    """
    columns = list(columns)
    lines = list(islice(rows_of(text_of(path, shown), shown), most + 2))
    if not any(cells for _, cells in lines):
        raise BadInput(Problem("is empty", shown, 1, "begin with the line " + ",".join(columns)))
    header = [name.strip() for name in lines[0][1]]
    problems = _of_header(header, shown, columns, required)
    if len(lines) - 1 > most:
        problems.append(Problem(f"has more than {most:,} {thing}s", shown, most + 2, f"give at most {most:,}"))
    if problems:
        raise BadInput(problems)
    rows: list[Row] = []
    for number, cells in lines[1:]:
        if len(cells) not in (0, len(header)):
            problems.append(Problem("has another number of cells than the header", shown, number))
        elif cells:
            rows.append((number, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}))
    if not rows and not problems:
        problems.append(Problem(f"has no {thing}", shown, 2, f"give one line a {thing}"))
    return rows, problems


def _of_header(header: list[str], shown: str, columns: list[str], required: Iterable[str]) -> list[Problem]:
    """What is wrong with the names of the columns; of many that are unknown, how many more there are."""
    unknown = [name for name in header if name not in columns]
    few = None if len(columns) <= MOST_SHOWN else "take the file as it was written"
    problems = [
        Problem(f"unknown column {name:.80}", shown, 1, suggestion(name[:80], columns, few))
        for name in unknown[:MOST_SHOWN]
    ]
    if len(unknown) > MOST_SHOWN:
        problems.append(Problem(f"has {len(unknown) - MOST_SHOWN:,} more unknown columns", shown, 1))
    missing = [name for name in required if name not in header]
    if missing:
        problems.append(Problem(f"lacks the column {', '.join(missing)}", shown, 1))
    if len(set(header)) < len(header):
        problems.append(Problem("names a column twice", shown, 1))
    return problems


def number_in(cell: str, bounds: tuple[float, float]) -> float | None:
    """The number in a cell, or None where there is none within the bounds."""
    number = number_of(cell)
    return number if number is not None and bounds[0] <= number <= bounds[1] else None


def number_right(cell: str, bounds: tuple[float, float]) -> str:
    """What to write instead of a cell that holds no number within the bounds."""
    return Span(*bounds).instead_of(cell)


def is_name(cell: str, longest: int) -> bool:
    """Whether a cell holds a name that can be shown."""
    return bool(cell) and cell.isprintable() and len(cell) <= longest


def one_of(cell: str, words: Collection[str]) -> str | None:
    """The word that a cell holds, in whatever case, or None."""
    word = " ".join(cell.casefold().split())
    return word if word in words else None
