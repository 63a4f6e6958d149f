"""Providers from lists with other headings, and what the Capacity Tracker says of homecare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.scenario.held.headings import PROVIDERS, called
from caremarket_sim.scenario.held.lists import Held, Says, as_csv, read_list
from caremarket_sim.scenario.held.numbers import Ambiguous, Kind, day_as, days_of
from caremarket_sim.scenario.held.tables import Table, read_table
from caremarket_sim.scenario.providers import (
    COLUMNS,
    LATITUDES,
    LONGITUDES,
    MOST_PROVIDERS,
    WEEKLY_HOURS,
    providers_of,
)
from caremarket_sim.scenario.sheets import Row, number_in

KINDS = {"weekly_hours": Kind(*WEEKLY_HOURS), "latitude": Kind(*LATITUDES), "longitude": Kind(*LONGITUDES)}
YES = {"y": "yes", "true": "yes", "n": "no", "false": "no"}
_TRACKED = {
    "number": r"cqc ?(location )?id|location id",
    "name": r"location( name)?|service( name)?|name",
    "authority": r"local authority|la ?name",
    "updated": r"cqcsurveylastupdated(utc|bst)|(survey )?last updated|(import )?date",
    "weekly_hours": "hourspaiddomcare",
    "extra_hours": "extrahourscount",
    "people": "serviceusercount",
    "by_council_or_nhs": "usersnhsla",
    "by_themselves": "usersselffunded",
}
_COUNTS = {
    **{column: Kind(0, 100_000) for column in ("weekly_hours", "extra_hours")},
    **{column: Kind(0, 100_000, whole=True) for column in ("people", "by_council_or_nhs", "by_themselves")},
}
WORDS = {
    "extra_hours": "more hours that they could give",
    "people": "people served",
    "by_council_or_nhs": "paid for by council or NHS",
    "by_themselves": "paying themselves",
}


@dataclass(frozen=True)
class HeldProviders:
    """Providers as a plain list's text and as rows; the headings taken for others; hours by the regulator's number."""

    text: str
    providers: np.ndarray
    taken: dict[str, str]
    notes: list[str]
    hours: dict[str, str]
    tracker: bool


def read_held_providers(path: Path, shown: str, zones: np.ndarray | None, council: str, says: Says) -> HeldProviders:
    """The providers of a list as it is held, or of the Capacity Tracker. Raises BadInput with every mistake."""
    table = read_table(path, shown, lambda heading: _known(heading, says), says.sheet)
    if is_tracker(table):
        return _tracked(table, zones, council, says)
    held = read_list(table, PROVIDERS, (), KINDS, says, ("provider", MOST_PROVIDERS))
    if not any(held.rows and column in held.rows[0][1] for column in PROVIDERS) and not held.problems:
        right = f"it has {', '.join(map(repr, table.header[:12]))}; we know {', '.join(COLUMNS)}"
        raise BadInput(Problem("has no column that we know", table.shown, table.line, right))
    for _, cells in held.rows:
        if "contracted" in cells:
            cells["contracted"] = YES.get(cells["contracted"].casefold(), cells["contracted"])
    return _made(table, held, held.rows, zones, held.notes, None)


def is_tracker(table: Table) -> bool:
    """Whether a table has the Capacity Tracker's columns on homecare."""
    found = {called(heading, _TRACKED) for heading in table.header}
    return {"number", "weekly_hours"} <= found and bool({"people", "by_council_or_nhs", "extra_hours"} & found)


def _known(heading: str, says: Says) -> bool:
    return says.names(heading) or any(called(heading, one) is not None for one in (PROVIDERS, _TRACKED))


def _tracked(table: Table, zones: np.ndarray | None, council: str, says: Says) -> HeldProviders:
    """What the tracker last heard of each of the council's services: its hours; it knows no contract and no rating."""
    names: set[str] = set()

    def here(words: Mapping[str, str]) -> bool:
        names.add(words.get("authority", ""))
        return words.get("authority", council).casefold() == council.casefold()

    held = read_list(table, _TRACKED, ("number", "weekly_hours"), _COUNTS, says, ("row", 100_000), here)
    problems = held.problems
    if not held.rows and not problems:
        right = suggestion(council, sorted(names), "give the council's name as the file has it, with --authority")
        raise BadInput(Problem(f"has no row of {council}", table.shown, table.line, right))
    for line, cells in held.rows:
        for column, kind in _COUNTS.items():
            cell = cells.get(column, "")
            if cell and number_in(cell, (kind.low, kind.high)) is None:
                what = f"{held.taken.get(column, column)} is {cell[:40]!r}"
                right = f"write a number from {kind.low:g} to {kind.high:g}, or leave it blank"
                problems.append(Problem(what, table.shown, line, right))
    rows = _latest(table, held.rows, says, problems)
    if problems:
        raise BadInput(problems)
    for _, cells in rows:
        if number_in(cells["weekly_hours"], WEEKLY_HOURS) is None:
            cells["weekly_hours"] = ""
    hours = {cells["number"]: cells["weekly_hours"] for _, cells in rows if cells["weekly_hours"]}
    sums = {column: sum(number_in(cells.get(column, ""), (0, 1e9)) or 0.0 for _, cells in rows) for column in WORDS}
    said = ", ".join(f"{total:,.0f} {WORDS[column]}" for column, total in sums.items() if total)
    notes = [
        *held.notes,
        f"{table.shown}: {len(hours)} of {len(rows)} services say their hours, taken to be of a week",
        *([f"{table.shown}: they count {said}; if they are all, give --self-funders and --clients"] if said else []),
    ]
    plain = [(line, {column: cells.get(column, "") for column in ("name", "weekly_hours")}) for line, cells in rows]
    return _made(table, held, plain, zones, notes, hours)


def _latest(table: Table, rows: list[Row], says: Says, problems: list[Problem]) -> list[Row]:
    """The last row of each service, by its day where there is one; a service without one must be given once."""
    days: list[date | None] = [None] * len(rows)
    if rows and "updated" in rows[0][1]:
        cells = [row["updated"] for _, row in rows]
        first = says.days or days_of(cells)
        if isinstance(first, Ambiguous):
            line, cell = rows[first.place][0], cells[first.place]
            what = f"the day {cell!r:.40} is {first.readings[0]} or {first.readings[1]}"
            problems.append(
                Problem(what, table.shown, line, "say which: --days day or --days month, which stands first")
            )
            return []
        days = [day_as(cell, first) for cell in cells]
        for day, cell, (line, _) in zip(days, cells, rows, strict=True):
            if cell and day is None:
                problems.append(Problem(f"the day {cell[:40]!r} is none", table.shown, line, "write one as 2026-04-06"))
    last: dict[str, tuple[date, Row]] = {}
    for day, row in zip(days, rows, strict=True):
        number = row[1]["number"] or f"line {row[0]}"
        if number in last and (day is None or day == last[number][0]):
            what = f"the service {number:.40} is given twice" + (
                f", both of {day}" if day else ", and not of which day"
            )
            problems.append(Problem(what, table.shown, row[0], f"it is in line {last[number][1][0]} already"))
        if number not in last or (day or date.min) > last[number][0]:
            last[number] = (day or date.min, row)
    return [row for _, row in last.values()]


def _made(
    table: Table, held: Held, rows: list[Row], zones: np.ndarray | None, notes: list[str], hours: dict[str, str] | None
) -> HeldProviders:
    """The providers of rows with our columns; `hours` by the regulator's number where the tracker says them."""
    providers = providers_of(rows, table.shown, zones, held.problems)
    columns = [column for column in COLUMNS if any(column in cells for _, cells in rows)]
    text = as_csv((cells for _, cells in rows), columns)
    taken = {column: heading for column, heading in held.taken.items() if column in COLUMNS}
    return HeldProviders(text, providers, taken, notes, hours or {}, hours is not None)
