"""What several files say together of zones, and what is estimated where none says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from caremarket_sim.errors import MOST_SHOWN, Problem
from caremarket_sim.scenario.held.tables import Table, as_words
from caremarket_sim.scenario.sheets import Row, number_in


@dataclass
class Merged:
    """What the files said so far: cells by zone, where each zone was first read, and the small areas' scores."""

    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    lines: dict[str, tuple[str, int]] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def require_all(merged: Merged, missing: set[str], table: Table, rows: Sequence[Row]) -> None:
    """Note the zones of which a file that says of others says nothing."""
    if rows:
        right = "give the file of the same year as the zones"
        for code in sorted(missing):
            merged.problems.append(Problem(f"says nothing of the zone {code:.40}", table.shown, table.line, right))


def estimate(merged: Merged) -> None:
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
