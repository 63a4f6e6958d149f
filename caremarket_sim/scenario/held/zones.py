"""Zones from the files that a council holds, each known by its headings: lists of its own, ward estimates by year of
age, deprivation by small area and the lookup from small areas to zones. What a later file says goes first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from caremarket_sim.errors import MOST_SHOWN, BadInput, Problem, suggestion
from caremarket_sim.scenario.held.headings import ZONES, called, plain
from caremarket_sim.scenario.held.lists import Held, Says, as_csv, read_list
from caremarket_sim.scenario.held.numbers import Kind, number_as
from caremarket_sim.scenario.held.tables import Table, as_words, read_table
from caremarket_sim.scenario.sheets import Row, number_in
from caremarket_sim.scenario.workspace import shown_path
from caremarket_sim.scenario.zones import MOST_ZONES, ZONE_COLUMNS, zones_of

COUNTS = ("population", "population_65plus", "population_85plus")
KINDS = {column: Kind(*bounds, whole=column in COUNTS) for column, bounds in ZONE_COLUMNS.items() if bounds is not None}
_AGE = re.compile(r"(?:[fm]|age )(?P<age>[0-9]{1,2})(?: (?:plus|and over))?")
"""A year of age of one sex (F0 to M90), or of both (Age 0)."""
_DISTRICTS = {"lad_code": r"lad( [0-9]{4})? code|lad[0-9]{2}cd", "lad_name": r"lad( [0-9]{4})? name|lad[0-9]{2}nm"}
_SMALL_AREAS = {
    "lsoa_code": r"lsoa code( (2011|2021))?|lsoa(11|21)cd",
    "lsoa_name": r"lsoa name( (2011|2021))?|lsoa(11|21)nm",
    "imd_score": r"(index of multiple deprivation )?imd score( (2019|2025))?",
    "residents": r"total population( mid [0-9]{4})?( excluding prisoners)?",
}
_LOOKUP = {"lsoa_code": _SMALL_AREAS["lsoa_code"], "wards": r"wd[0-9]{2}cd", "msoas": r"msoa[0-9]{2}cd"}


@dataclass
class HeldZones:
    """Zones as a plain list's text and as rows; the headings taken for others; what is to be said of them."""

    text: str
    zones: np.ndarray
    taken: dict[str, str]
    notes: list[str]


@dataclass
class _Merged:
    """What the files said so far: cells by zone, where each zone was first read, and the small areas' scores."""

    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    lines: dict[str, tuple[str, int]] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_held_zones(paths: Sequence[Path], council: str, says: Says) -> HeldZones:
    """The zones that several files give together. Raises BadInput with every mistake in them.

    Of files of all England the rows of the zones of the other files are read, or else those of the council's district.
    """
    tables = [read_table(path, shown_path(path), lambda heading: _known(heading, says), says.sheet) for path in paths]
    kinds = [_kind_of(table.header, says) for table in tables]
    by = {kind: [table for table, its in zip(tables, kinds, strict=True) if its == kind] for kind in set(kinds)}
    for kind, word in (("deprivation", "deprivation"), ("ages", "population"), ("lookup", "lookup")):
        if len(by.get(kind, ())) > 1:
            one, other = (table.shown for table in by[kind][:2])
            raise BadInput(Problem(f"two files give the {word}, {one} and {other}", other, 1, "give one of them"))
    merged = _Merged()
    lists = by.get("list", [])
    given = {*(COUNTS if "ages" in by else ()), *(("imd_2019_score",) if "deprivation" in by else ())}
    required = [column for column in ZONE_COLUMNS if column not in given] if len(lists) == 1 else ["zone_code"]
    for table in lists:
        _add_list(merged, table, required, says)
    for table in by.get("ages", ()):
        _add_ages(merged, table, council, says)
    for table in by.get("deprivation", ()):
        _add_deprivation(merged, table, by.get("lookup", [None])[0], says)
    first = (lists or tables)[0]
    if not merged.cells and not merged.problems:
        raise BadInput(Problem("names no zones", first.shown, 1, "give a list of zones, or ward estimates, as well"))
    lacking = [column for column in ZONE_COLUMNS if not any(column in cells for cells in merged.cells.values())]
    if lacking and merged.cells:
        what = f"{'the files lack' if len(tables) > 1 else 'lacks'} the column {', '.join(lacking)}"
        merged.problems.append(
            Problem(what, first.shown, first.line, "give a file with it as well, by another --zones")
        )
    if merged.problems:
        raise BadInput(merged.problems)
    _estimate(merged)
    rows = [{column: cells.get(column, "") for column in ZONE_COLUMNS} for cells in merged.cells.values()]
    placed = [(*merged.lines[code], row) for code, row in zip(merged.cells, rows, strict=True)]
    zones = zones_of(placed, merged.problems)
    return HeldZones(as_csv(rows, list(ZONE_COLUMNS)), zones, merged.taken, merged.notes)


def _known(heading: str, says: Says) -> bool:
    several = ({**_SMALL_AREAS, **_LOOKUP}, _DISTRICTS, ZONES)
    return says.names(heading) or bool(_AGE.fullmatch(plain(heading))) or any(called(heading, one) for one in several)


def _kind_of(header: Sequence[str], says: Says) -> str:
    """What a file is, by its headings: `ages`, `deprivation`, `lookup`, or else a `list`."""
    if sum(bool(_AGE.fullmatch(plain(heading))) for heading in header) >= 80:
        return "ages"
    areas = {called(heading, _SMALL_AREAS) for heading in header}
    zones = {called(heading, ZONES) for heading in header} | {
        column for heading, column in says.headings if heading in header
    }
    if {"lsoa_code", "imd_score"} <= areas and not {"population_65plus", "latitude"} & zones:
        return "deprivation"
    lookup = {called(heading, _LOOKUP) for heading in header}
    return "lookup" if "lsoa_code" in lookup and {"wards", "msoas"} & lookup else "list"


def _add_list(merged: _Merged, table: Table, required: Sequence[str], says: Says) -> None:
    """A list of the council's own: the first names the zones, another says more of them."""
    newer = "imd_2019_score" not in {called(heading, ZONES) for heading in table.header}
    columns = ZONES
    if newer:  # its scores of 2025, if it has none of 2019
        columns = {**ZONES, "imd_2019_score": r"imd ?2025( average)?( score)?|imd score 2025"}
    held = read_list(table, columns, required, KINDS, says, ("zone", MOST_ZONES))
    merged.problems.extend(held.problems)
    merged.taken.update(held.taken)
    merged.notes.extend(held.notes)
    if newer and "imd_2019_score" in held.taken:
        merged.notes.append(f"{table.shown}: {_STANDS_IN}")
    first = not merged.cells
    for line, cells in held.rows:
        code = cells["zone_code"]
        if first and code in merged.cells:
            right = f"it is in line {merged.lines[code][1]} already"
            merged.problems.append(Problem(f"the zone {code:.40} is given twice", table.shown, line, right))
        elif first:
            merged.cells[code], merged.lines[code] = cells, (table.shown, line)
        elif code in merged.cells:
            merged.cells[code].update({column: cell for column, cell in cells.items() if cell})
    _count_people(merged, table, held)


def _count_people(merged: _Merged, table: Table, held: Held) -> None:
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


_STANDS_IN = "deprivation is of 2025 and stands in for that of 2019, by which the model knows what it does"


def _add_ages(merged: _Merged, table: Table, council: str, says: Says) -> None:
    """Estimates by single year of age, of each sex or both: people, those of 65 and over and of 85 and over."""
    parts = {heading: _AGE.fullmatch(plain(heading)) for heading in table.header}
    ages = {heading: int(part["age"]) for heading, part in parts.items() if part}
    both = {heading: age for heading, age in ages.items() if plain(heading).startswith("age")}
    ages = both or ages
    columns = {
        "zone_code": ZONES["zone_code"],
        "zone_name": r"(ward|msoa|lsoa|area)( [0-9]{4})? name|(wd|msoa|lsoa)[0-9]{2}nm",
        **_DISTRICTS,
        **{heading: re.escape(plain(heading)) for heading in ages},
    }
    known = set(merged.cells)
    names: set[str] = set()

    def here(words: dict[str, str]) -> bool:
        names.update(words[column] for column in _DISTRICTS if column in words)
        if known:
            return words["zone_code"] in known
        districts = [words[column].casefold() for column in _DISTRICTS if column in words]
        return not districts or council.casefold() in districts

    kinds = dict.fromkeys(ages, Kind(0, 1e6, whole=True))
    held = read_list(table, columns, ("zone_code",), kinds, says, ("zone", MOST_ZONES), here)
    merged.problems.extend(held.problems)
    if not held.rows and not held.problems:
        right = suggestion(council, sorted(names), "give the council's name as the file has it, with --authority")
        merged.problems.append(Problem(f"has no row of {'these zones' if known else council}", table.shown, 1, right))
    for line, cells in held.rows:
        counts = {heading: number_in(cells[heading], (0, 1e6)) for heading in ages}
        for heading, count in counts.items():
            if count is None:
                what = f"{heading} is {cells[heading][:40]!r}"
                merged.problems.append(Problem(what, table.shown, line, "write a number from 0 to 1000000"))
        sums = {
            column: sum(count or 0.0 for heading, count in counts.items() if ages[heading] >= least)
            for column, least in zip(COUNTS, (0, 65, 85), strict=True)
        }
        code = cells["zone_code"]
        row = merged.cells.setdefault(code, {"zone_code": code, "zone_name": cells.get("zone_name", code)})
        merged.lines.setdefault(code, (table.shown, line))
        row.update({column: as_words(total) for column, total in sums.items()})
        known.discard(code)
    _require_all(merged, known, table, held.rows)
    merged.notes.append(f"{table.shown}: population by age of {len(held.rows)} zones, summed from single years")


def _add_deprivation(merged: _Merged, table: Table, lookup: Table | None, says: Says) -> None:
    """Scores of small areas as means of their zones, weighted by people where the file counts them."""
    to_zone: dict[str, str] = {code: code for code in merged.cells}
    if lookup is not None:
        to_zone.update(_zones_of_areas(merged, lookup, says))
    by_name = {cells.get("zone_name", ""): code for code, cells in merged.cells.items()}

    def zone_of(words: Mapping[str, str]) -> str | None:
        named = by_name.get(words.get("lsoa_name", "")[:-1])  # Wigan 001A lies in Wigan 001
        return to_zone.get(words["lsoa_code"], named)

    kinds = {"imd_score": Kind(0, 100), "residents": Kind(0, 1e6, whole=True)}
    required = ("lsoa_code", "imd_score")
    held = read_list(
        table, _SMALL_AREAS, required, kinds, says, ("small area", 50_000), lambda words: zone_of(words) is not None
    )
    merged.problems.extend(held.problems)
    sums: dict[str, tuple[float, float]] = {}
    for line, cells in held.rows:
        score = number_in(cells["imd_score"], (0, 100))
        people = number_in(cells["residents"], (0, 1e6)) if "residents" in cells else 1.0
        for column, value in (("imd_score", score), ("residents", people)):
            if value is None:
                what = f"{held.taken.get(column, column)} is {cells[column][:40]!r}"
                right = f"write a number from 0 to {kinds[column].high:g}"
                merged.problems.append(Problem(what, table.shown, line, right))
        zone = zone_of(cells)
        if zone is not None and score is not None and people is not None:
            total, weight = sums.get(zone, (0.0, 0.0))
            sums[zone] = total + score * people, weight + people
    if not held.rows and merged.cells:
        right = "give the lookup from LSOA to ward or MSOA as well, by another --zones"
        what = "has no row whose LSOA is a zone of the list, or lies in one by its name"
        merged.problems.append(Problem(what, table.shown, table.line, right))
    else:
        _require_all(merged, {code for code in merged.cells if not sums.get(code, (0.0, 0.0))[1]}, table, held.rows)
    for code, (total, weight) in sums.items():
        if weight:
            merged.cells[code]["imd_2019_score"] = as_words(round(total / weight, 2))
    merged.notes.append(f"{table.shown}: deprivation of {len(sums)} zones from {len(held.rows)} small areas")
    if lookup is not None and (missing := len(set(to_zone) - set(merged.cells)) - len(held.rows)) > 0:
        merged.notes.append(
            f"{table.shown}: lacks {missing} small areas of {lookup.shown}, whose codes are of another year"
        )
    if any("2021" in heading or "lsoa21" in heading.casefold() for heading in table.header):
        merged.notes.append(f"{table.shown}: {_STANDS_IN}")


def _zones_of_areas(merged: _Merged, lookup: Table, says: Says) -> dict[str, str]:
    """The zone of each small area, by whichever column of the lookup has the zones' codes."""
    held = read_list(lookup, _LOOKUP, ("lsoa_code",), {}, says, ("small area", 250_000))
    merged.problems.extend(held.problems)
    return {
        cells["lsoa_code"]: cells[column]
        for _, cells in held.rows
        for column in ("wards", "msoas")
        if cells.get(column) in merged.cells
    }


def _require_all(merged: _Merged, missing: set[str], table: Table, rows: Sequence[Row]) -> None:
    """Note the zones of which a file that says of others says nothing."""
    if rows:
        right = "give the file of the same year as the zones"
        for code in sorted(missing):
            merged.problems.append(Problem(f"says nothing of the zone {code:.40}", table.shown, table.line, right))


def _estimate(merged: _Merged) -> None:
    """Fill the blanks of numbers from the other zones, and say so; a position cannot be estimated.

    People of an age: the others' share of those they are among; everybody: by the same share, or as dense as the
    others; the area likewise. Deprivation: the others' mean, by people. Nothing is estimated from less than half of
    the zones.
    """
    cells, told = merged.cells, []
    for column, among in (
        ("population", "population_65plus"),
        ("population", "area_km2"),
        ("area_km2", "population"),
        ("population_65plus", "population"),
        ("population_85plus", "population_65plus"),
        ("imd_2019_score", "population"),
    ):
        values = {
            code: (number_in(row[column], (0, 1e9)), number_in(row[among], (0, 1e9))) for code, row in cells.items()
        }
        blank = [code for code, row in cells.items() if not row[column]]
        known = [(value, base) for value, base in values.values() if value is not None and base]
        if not blank or 2 * len(known) < len(cells):
            continue
        bases = sum(base for _, base in known)
        mean = column == "imd_2019_score"
        rate = sum(value * (base if mean else 1.0) for value, base in known) / bases
        for code in blank:
            base = values[code][1]
            if base or mean:
                estimate = rate if mean else rate * (base or 0.0)
                cells[code][column] = as_words(round(estimate, 1 if mean or column == "area_km2" else 0))
                file, line = merged.lines[code]
                told.append(
                    f"{file}:{line}: {column} is blank; {cells[code][column]} is estimated from the other zones"
                )
    merged.notes.extend(told[:MOST_SHOWN])
    if len(told) > MOST_SHOWN:
        merged.notes.append(f"and {len(told) - MOST_SHOWN} more blanks are estimated")
