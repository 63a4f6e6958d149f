"""The regulator's public directory, in both of the forms that the Care Quality Commission publishes.

With filters (active locations, a spreadsheet) it says of every agency its name, place, rating and something of its
owner; as a plain CSV file its name only. Neither says who holds a contract with the council or how much care anybody
gives, so those stay blank in the list that is made from it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.scenario.held.lists import harmless
from caremarket_sim.scenario.held.tables import HEADER_WITHIN, Row, Table, as_words, read_table
from caremarket_sim.scenario.providers import COLUMNS, LATITUDES, LONGITUDES, RATING_WORDS
from caremarket_sim.scenario.sheets import number_in, number_right, one_of

AUTHORITY, HOMECARE, NAME = (
    "Location Local Authority",
    "Service type - Domiciliary care service",
    "Location Name",
)
NEEDED = (AUTHORITY, HOMECARE, NAME)
TYPES = "Service types"
PLAIN = {
    "Name": NAME,
    "Local authority": AUTHORITY,
    TYPES: HOMECARE,
    "CQC Location ID (for office use only)": "Location ID",
}
"""What the plain file calls the columns."""
AGENCIES = "homecare agencies"
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
    number: str = ""
    """By which the regulator, and others after it, know the location."""


def read_directory(path: Path, shown: str, authority: str, sheet: str | None = None) -> list[Agency]:
    """The authority's active locations that give homecare, in the directory's order, each once.

    Raises BadInput with every mistake in the authority's rows, or if the file has no header or no row of it.
    """
    table = read_table(path, shown, lambda heading: heading in _HEADINGS, sheet, odd=True)
    header = _header(table)
    at = header.index(AUTHORITY)
    problems: list[Problem] = []
    agencies: list[Agency] = []
    seen: set[str] = set()
    authorities: set[str] = set()
    for line, cells in table.rows:
        here = as_words(cells[at]).strip() if at < len(cells) else ""
        authorities.add(here)
        if here.casefold() != authority.casefold():
            continue
        row = _words(header, (line, cells))
        if not _gives_homecare(row) or _yes(row, "Dormant (Y/N)"):
            continue
        number = row.get("Location ID") or f"line {line}"
        if number not in seen:
            seen.add(number)
            agencies.append(_agency(row, line, table.shown, problems))
    if problems:
        raise BadInput(problems)
    if not agencies:
        names = sorted(authorities - {""})
        if any(name.casefold() == authority.casefold() for name in names):
            raise BadInput(Problem(f"has no active homecare service in {authority}", shown))
        right = suggestion(authority, names, "give --authority as the column Location Local Authority has it")
        raise BadInput(Problem(f"has no row whose {AUTHORITY} is {authority}", shown, right=right))
    return agencies


def as_list(agencies: list[Agency], hours: Mapping[str, str] | None = None) -> str:
    """The agencies as the text of a providers file, to be completed by those who know them; `hours` by number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column for column in COLUMNS if column != "zone")
    for one in agencies:
        weekly = (hours or {}).get(one.number, "")
        writer.writerow([harmless(one.name), "", weekly, one.ownership, one.rating, one.latitude, one.longitude])
    return text.getvalue()


_HEADINGS = frozenset((*NEEDED, *PLAIN, "Location ID", "Location Latest Overall Rating"))


def _header(table: Table) -> list[str]:
    """The names of the columns, as the directory with filters has them."""
    header = table.header
    if TYPES in header:
        header = [PLAIN.get(name, name) for name in header]
    if AUTHORITY not in header and NAME not in header:
        what = f"has no column {AUTHORITY} in its first {HEADER_WITHIN} lines"
        raise BadInput(Problem(what, table.shown, 1, "give the regulator's directory of active locations"))
    missing = [column for column in NEEDED if column not in header]
    if missing:
        right = suggestion(missing[0], header, "download the directory of active locations again")
        raise BadInput(Problem(f"lacks the column {', '.join(missing)}", table.shown, table.line, right))
    return header


def _words(header: list[str], row: Row) -> dict[str, str]:
    """A row's cells as text, by column."""
    return dict(zip(header, (as_words(cell).strip() for cell in row[1]), strict=False))


def _gives_homecare(row: dict[str, str]) -> bool:
    """Whether the directory says so: by a column of its own, or among several services of the plain file."""
    services = (word.strip().casefold() for word in row.get(HOMECARE, "").split("|"))
    return _yes(row, HOMECARE) or AGENCIES in services


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
    rated = (word or "") if stated else ""
    return Agency(name, rated, _ownership(row), latitude, longitude, row.get("Location ID", ""))


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
