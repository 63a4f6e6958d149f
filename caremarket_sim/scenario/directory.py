"""The regulator's public directory of active locations, as the CSV file that the Care Quality Commission publishes.

It says of every agency its name, place, rating and something of its owner; it does not say who holds a contract with
the council or how much care anybody gives, so those stay blank in the list that is made from it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.reading import as_text, content_of, rows_of
from caremarket_sim.scenario.providers import COLUMNS, LATITUDES, LONGITUDES, RATING_WORDS
from caremarket_sim.scenario.sheets import number_in, number_right, one_of

AUTHORITY, HOMECARE, NAME = (
    "Location Local Authority",
    "Service type - Domiciliary care service",
    "Location Name",
)
NEEDED = (AUTHORITY, HOMECARE, NAME)
MOST_BYTES = 250_000_000
HEADER_WITHIN = 20
"""Lines among which the header is looked for: some editions begin with a title and a date."""
NOT_RATED = ("", "-", "not rated", "no published rating", "inspected but not rated", "insufficient evidence to rate")
NO = ("", "-", "n", "no", "n/a")


@dataclass(frozen=True)
class Agency:
    """One location of the directory that gives homecare; what the directory does not say is empty."""

    name: str
    rating: str
    ownership: str
    latitude: str
    longitude: str


def read_directory(path: Path, shown: str, authority: str) -> list[Agency]:
    """The authority's active locations that give homecare, in the directory's order, each once.

    Raises BadInput with every mistake in the authority's rows, or if the file has no header or no row of it.
    """
    lines = (row for row in rows_of(_text(path, shown), shown) if any(row[1]))
    header = _header(lines, shown)
    problems: list[Problem] = []
    agencies: list[Agency] = []
    seen: set[str] = set()
    authorities: set[str] = set()
    for line, cells in lines:
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        here = row.get(AUTHORITY, "")
        authorities.add(here)
        if here.casefold() != authority.casefold() or not _yes(row, HOMECARE) or _yes(row, "Dormant (Y/N)"):
            continue
        number = row.get("Location ID") or f"line {line}"
        if number not in seen:
            seen.add(number)
            agencies.append(_agency(row, line, shown, problems))
    if problems:
        raise BadInput(problems)
    if not agencies:
        names = sorted(authorities - {""})
        if any(name.casefold() == authority.casefold() for name in names):
            raise BadInput(Problem(f"has no active homecare service in {authority}", shown))
        right = suggestion(authority, names, "give --authority as the column Location Local Authority has it")
        raise BadInput(Problem(f"has no row whose {AUTHORITY} is {authority}", shown, right=right))
    return agencies


def as_list(agencies: list[Agency]) -> str:
    """The agencies as the text of a providers file, to be completed by those who know them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column for column in COLUMNS if column != "zone")
    for one in agencies:
        writer.writerow([_safe(one.name), "", "", one.ownership, one.rating, one.latitude, one.longitude])
    return text.getvalue()


def _text(path: Path, shown: str) -> str:
    """The file's text, in UTF-8 or as Excel on Windows writes it."""
    content = content_of(path, shown, MOST_BYTES)
    if b"\0" in content or content.startswith(b"PK\x03\x04"):
        right = "open the spreadsheet and save the sheet of locations as CSV"
        raise BadInput(Problem("is a spreadsheet or binary, not CSV", shown, 1, right))
    return as_text(content, shown, otherwise="cp1252")


def _header(lines: Iterator[tuple[int, list[str]]], shown: str) -> list[str]:
    """The names of the columns; the lines are left at the first below them."""
    for _, (line, cells) in zip(range(HEADER_WITHIN), lines, strict=False):
        header = [" ".join(cell.split()) for cell in cells]
        if AUTHORITY in header or NAME in header:
            missing = [column for column in NEEDED if column not in header]
            if missing:
                right = suggestion(missing[0], header, "download the directory of active locations again")
                raise BadInput(Problem(f"lacks the column {', '.join(missing)}", shown, line, right))
            return header
    what = f"has no column {AUTHORITY} in its first {HEADER_WITHIN} lines"
    raise BadInput(Problem(what, shown, 1, "give the regulator's directory of active locations, saved as CSV"))


def _agency(row: dict[str, str], line: int, shown: str, problems: list[Problem]) -> Agency:
    """One location's values, noting its mistakes."""
    name = "".join(letter for letter in " ".join(row[NAME].split()) if letter.isprintable())[:79]
    rating = row.get("Location Latest Overall Rating", "")
    word = "not rated" if rating.casefold() in NOT_RATED else one_of(rating, RATING_WORDS)
    if word is None:
        right = suggestion(rating.casefold(), RATING_WORDS)
        problems.append(Problem(f"Location Latest Overall Rating is {rating[:40]!r}", shown, line, right))
    position = []
    for column, bounds in (("Location Latitude", LATITUDES), ("Location Longitude", LONGITUDES)):
        cell = "" if row.get(column, "") == "-" else row.get(column, "")
        if cell and number_in(cell, bounds) is None:
            right = f"{number_right(cell, bounds)}, or leave it blank"
            problems.append(Problem(f"{column} is {cell[:40]!r}", shown, line, right))
        position.append(cell)
    latitude, longitude = position if all(position) else ("", "")
    stated = "Location Latest Overall Rating" in row
    return Agency(name, (word or "") if stated else "", _ownership(row), latitude, longitude)


def _ownership(row: dict[str, str]) -> str:
    """Who owns it, where the directory says so: a council, a charity, a brand, a person or partnership; else blank."""
    kind = row.get("Provider Ownership Type", "").casefold()
    if kind == "local authority":
        return "council"
    if row.get("Provider Charity Number", "").casefold() not in NO:
        return "not-for-profit"
    if row.get("Brand Name", "").casefold() not in NO:
        return "chain"
    return "independent" if kind in ("individual", "partnership") else ""


def _yes(row: dict[str, str], column: str) -> bool:
    return row.get(column, "").casefold() in ("y", "yes", "true")


def _safe(name: str) -> str:
    """A name that a spreadsheet will not run as a formula."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@")) else name
