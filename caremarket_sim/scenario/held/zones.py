"""Zones from the files that a council holds, each known by its headings: lists of its own, ward estimates by year of
age, deprivation by small area and the lookup from small areas to zones. What a later file says goes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.reading import rows_of
from caremarket_sim.scenario.held.headings import ZONES, called, plain
from caremarket_sim.scenario.held.lists import Held, Says, as_csv, read_list
from caremarket_sim.scenario.held.merged import Merged, estimate
from caremarket_sim.scenario.held.numbers import Kind, number_as
from caremarket_sim.scenario.held.published import (
    AGE,
    COUNTS,
    DISTRICTS,
    LOOKUP,
    SMALL_AREAS,
    STANDS_IN,
    add_ages,
    add_deprivation,
)
from caremarket_sim.scenario.held.tables import Table, as_words, read_table
from caremarket_sim.scenario.sheets import number_in
from caremarket_sim.scenario.workspace import shown_path
from caremarket_sim.scenario.zones import MOST_ZONES, ZONE_COLUMNS, zones_of

KINDS = {column: Kind(*bounds, whole=column in COUNTS) for column, bounds in ZONE_COLUMNS.items() if bounds is not None}


_NEWER = r"imd ?2025( average)?( score)?|imd score 2025"


@dataclass
class HeldZones:
    """Zones as a plain list's text and as rows; the headings taken for others; what is to be said of them."""

    text: str
    zones: np.ndarray
    taken: dict[str, str]
    notes: list[str]


def read_held_zones(paths: Sequence[Path], council: str, says: Says, base: str | None = None) -> HeldZones:
    """The zones that several files give together. Raises BadInput with every mistake in them.

    Of files of all England the rows of the zones of the other files are read, or else those of the council's district.
    `base` is the text of a plain list that the files say more of, unless one of them places zones itself.
    """
    tables = zones_tables(paths, says)
    by = _by_kind(tables, says)
    merged, lists = Merged(), by.get("list", [])
    if base is not None and not any("latitude" in columns_of(table, says) for table in lists):
        _begin_with(merged, base)
    given = {*(COUNTS if "ages" in by else ()), *(("imd_2019_score",) if "deprivation" in by else ())}
    alone = len(lists) == 1 and not merged.cells
    required = [column for column in ZONE_COLUMNS if column not in given] if alone else ["zone_code"]
    for table in lists:
        _add_list(merged, table, required, says)
    for table in by.get("ages", ()):
        add_ages(merged, table, council, says)
    for table in by.get("deprivation", ()):
        add_deprivation(merged, table, by.get("lookup", [None])[0], says)
    first = (lists or tables)[0]
    if not merged.cells and not merged.problems:
        raise BadInput(Problem("names no zones", first.shown, 1, "give a list of zones, or ward estimates, as well"))
    lacking = [column for column in ZONE_COLUMNS if not any(column in cells for cells in merged.cells.values())]
    if lacking and merged.cells:
        what = f"{'the files lack' if len(tables) > 1 else 'lacks'} the column {', '.join(lacking)}"
        right = "give a file with it as well, by another --zones"
        merged.problems.append(Problem(what, first.shown, first.line, right))
    if merged.problems:
        raise BadInput(merged.problems)
    estimate(merged)
    rows = [{column: cells.get(column, "") for column in ZONE_COLUMNS} for cells in merged.cells.values()]
    placed = [(*merged.lines[code], row) for code, row in zip(merged.cells, rows, strict=True)]
    zones = zones_of(placed, merged.problems)
    return HeldZones(as_csv(rows, list(ZONE_COLUMNS)), zones, merged.taken, merged.notes)


def _by_kind(tables: Sequence[Table], says: Says) -> dict[str, list[Table]]:
    """Files by what they are. Raises BadInput for two editions of a published one."""
    by: dict[str, list[Table]] = {}
    for table in tables:
        by.setdefault(_kind_of(table, says), []).append(table)
    for kind, word in (("deprivation", "deprivation"), ("ages", "population"), ("lookup", "lookup")):
        if len(by.get(kind, ())) > 1:
            one, other = (table.shown for table in by[kind][:2])
            raise BadInput(Problem(f"two files give the {word}, {one} and {other}", other, 1, "give one of them"))
    return by


def _begin_with(merged: Merged, text: str) -> None:
    """The zones of a plain list that has been read before."""
    (_, header), *lines = rows_of(text, "zones.csv")
    for line, cells in lines:
        row = dict(zip(header, cells, strict=True))
        merged.cells[row["zone_code"]], merged.lines[row["zone_code"]] = row, ("zones.csv", line)


def zones_tables(paths: Sequence[Path], says: Says) -> list[Table]:
    """The tables of files on zones."""
    return [read_table(path, shown_path(path), lambda heading: _known(heading, says), says.sheet) for path in paths]


def _known(heading: str, says: Says) -> bool:
    several = ({**SMALL_AREAS, **LOOKUP}, DISTRICTS, ZONES)
    return says.names(heading) or bool(AGE.fullmatch(plain(heading))) or any(called(heading, one) for one in several)


def columns_of(table: Table, says: Says) -> set[str | None]:
    """The columns of zones that a file has, by their names or as somebody says."""
    said = {column for heading, column in says.headings if heading in table.header}
    return {called(heading, ZONES) for heading in table.header} | said


def _kind_of(table: Table, says: Says) -> str:
    """What a file is, by its headings: `ages`, `deprivation`, `lookup`, or else a `list`."""
    if sum(bool(AGE.fullmatch(plain(heading))) for heading in table.header) >= 80:
        return "ages"
    areas = {called(heading, SMALL_AREAS) for heading in table.header}
    if {"lsoa_code", "imd_score"} <= areas and not {"population_65plus", "latitude"} & columns_of(table, says):
        return "deprivation"
    lookup = {called(heading, LOOKUP) for heading in table.header}
    return "lookup" if "lsoa_code" in lookup and {"wards", "msoas"} & lookup else "list"


def _add_list(merged: Merged, table: Table, required: Sequence[str], says: Says) -> None:
    """A list of the council's own: the first names the zones, another says more of them."""
    newer = "imd_2019_score" not in columns_of(table, says)  # its scores of 2025, if it has none of 2019
    columns = {**ZONES, "imd_2019_score": _NEWER} if newer else ZONES
    held = read_list(table, columns, required, KINDS, says, ("zone", MOST_ZONES))
    merged.problems.extend(held.problems)
    merged.taken.update(held.taken)
    merged.notes.extend(held.notes)
    if newer and "imd_2019_score" in held.taken:
        merged.notes.append(f"{table.shown}: {STANDS_IN}")
    first, seen, others = not merged.cells, dict[str, int](), 0
    for line, cells in held.rows:
        code = cells["zone_code"]
        if code in seen:
            right = f"it is in line {seen[code]} already"
            merged.problems.append(Problem(f"the zone {code:.40} is given twice", table.shown, line, right))
        elif first:
            merged.cells[code], merged.lines[code] = cells, (table.shown, line)
        elif code in merged.cells:
            merged.cells[code].update({column: cell for column, cell in cells.items() if cell})
        else:
            others += 1
        seen.setdefault(code, line)
    if others:
        merged.notes.append(f"{table.shown}: left: {others} rows of zones that the first list has not")
    _count_people(merged, table, held)


def _count_people(merged: Merged, table: Table, held: Held) -> None:
    """Turn the per cent of a population that are 65 and over into people; a share that may be of others is asked."""
    for line, cells in held.rows:
        everybody = number_in(cells.get("population", ""), (1, 1e6))
        for column in ("population_65plus", "population_85plus"):
            share = number_as(cells.get(column, ""), held.decimal, "%") if cells.get(column, "").endswith("%") else None
            if share is None or everybody is None or not 0 <= share <= 1:
                continue
            people = as_words(float(round(share * everybody)))
            if column == "population_65plus":
                cells[column] = people
                merged.notes.append(
                    f"{table.shown}:{line}: {people} people of 65 and over are its {share:.3g} of {everybody:,.0f}"
                )
            else:
                older = round(share * (number_in(cells.get("population_65plus", ""), (0, 1e6)) or 0.0))
                two = f"{people} of all people or {older} of those of 65 and over"
                what = f"{column} is {cells[column]!r:.40}, which is {two}"
                merged.problems.append(Problem(what, table.shown, line, "write how many people they are"))
    for column in ("population_65plus", "population_85plus"):
        values = [(line, number_in(cells.get(column, ""), (0, 1e9))) for line, cells in held.rows]
        known = [(line, value) for line, value in values if value is not None]
        if len(known) > 1 and 0 < max(value for _, value in known) <= 1:
            what = f"{column} is never above 1, as if it were a share of the population"
            merged.problems.append(Problem(what, table.shown, known[0][0], "write how many people they are"))
