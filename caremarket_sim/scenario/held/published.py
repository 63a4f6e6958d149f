"""Zones' people and deprivation from what is published for all England: by year of age, and by small area."""

from __future__ import annotations

import re
from collections.abc import Mapping

from caremarket_sim.errors import Problem, suggestion
from caremarket_sim.scenario.held.headings import ZONES, plain
from caremarket_sim.scenario.held.lists import Says, read_list
from caremarket_sim.scenario.held.merged import Merged, require_all
from caremarket_sim.scenario.held.numbers import Kind
from caremarket_sim.scenario.held.tables import Table, as_words
from caremarket_sim.scenario.sheets import number_in
from caremarket_sim.scenario.zones import MOST_ZONES

COUNTS = ("population", "population_65plus", "population_85plus")
AGE = re.compile(r"(?:[fm]|age )(?P<age>[0-9]{1,2})(?: (?:plus|and over))?")
"""A year of age of one sex (F0 to M90), or of both (Age 0)."""
DISTRICTS = {"lad_code": r"lad( [0-9]{4})? code|lad[0-9]{2}cd", "lad_name": r"lad( [0-9]{4})? name|lad[0-9]{2}nm"}
SMALL_AREAS = {
    "lsoa_code": r"lsoa code( (2011|2021))?|lsoa(11|21)cd",
    "lsoa_name": r"lsoa name( (2011|2021))?|lsoa(11|21)nm",
    "imd_score": r"(index of multiple deprivation )?imd score( (2019|2025))?",
    "residents": r"total population( mid [0-9]{4})?( excluding prisoners)?",
}
LOOKUP = {"lsoa_code": SMALL_AREAS["lsoa_code"], "wards": r"wd[0-9]{2}cd", "msoas": r"msoa[0-9]{2}cd"}
STANDS_IN = "deprivation is of 2025 and stands in for that of 2019, by which the model knows what it does"


def add_ages(merged: Merged, table: Table, council: str, says: Says) -> None:
    """Estimates by single year of age, of each sex or both: people, those of 65 and over and of 85 and over."""
    parts = {heading: AGE.fullmatch(plain(heading)) for heading in table.header}
    ages = {heading: int(part["age"]) for heading, part in parts.items() if part}
    both = {heading: age for heading, age in ages.items() if plain(heading).startswith("age")}
    ages = both or ages
    columns = {
        "zone_code": ZONES["zone_code"],
        "zone_name": r"(ward|msoa|lsoa|area)( [0-9]{4})? name|(wd|msoa|lsoa)[0-9]{2}nm",
        **DISTRICTS,
        **{heading: re.escape(plain(heading)) for heading in ages},
    }
    known = set(merged.cells)
    names: set[str] = set()

    def here(words: dict[str, str]) -> bool:
        names.update(words[column] for column in DISTRICTS if column in words)
        if known:
            return words["zone_code"] in known
        districts = [words[column].casefold() for column in DISTRICTS if column in words]
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
    require_all(merged, known, table, held.rows)
    merged.notes.append(f"{table.shown}: population by age of {len(held.rows)} zones, summed from single years")


def add_deprivation(merged: Merged, table: Table, lookup: Table | None, says: Says) -> None:
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
        table, SMALL_AREAS, required, kinds, says, ("small area", 50_000), lambda words: zone_of(words) is not None
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
        require_all(merged, {code for code in merged.cells if not sums.get(code, (0.0, 0.0))[1]}, table, held.rows)
    for code, (total, weight) in sums.items():
        if weight:
            merged.cells[code]["imd_2019_score"] = as_words(round(total / weight, 2))
    merged.notes.append(f"{table.shown}: deprivation of {len(sums)} zones from {len(held.rows)} small areas")
    if lookup is not None and (missing := len(set(to_zone) - set(merged.cells)) - len(held.rows)) > 0:
        merged.notes.append(
            f"{table.shown}: lacks {missing} small areas of {lookup.shown}, whose codes are of another year"
        )
    if any("2021" in heading or "lsoa21" in heading.casefold() for heading in table.header):
        merged.notes.append(f"{table.shown}: {STANDS_IN}")


def _zones_of_areas(merged: Merged, lookup: Table, says: Says) -> dict[str, str]:
    """The zone of each small area, by whichever column of the lookup has the zones' codes."""
    held = read_list(lookup, LOOKUP, ("lsoa_code",), {}, says, ("small area", 250_000))
    merged.problems.extend(held.problems)
    return {
        cells["lsoa_code"]: cells[column]
        for _, cells in held.rows
        for column in ("wards", "msoas")
        if cells.get(column) in merged.cells
    }
