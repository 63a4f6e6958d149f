"""The zones of a place: a CSV file with one line a zone."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import numpy as np

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.scenario.documents import read_text

MOST_ZONES = 2000

ZONE_TYPE = np.dtype(
    [
        ("code", "U16"),
        ("name", "U80"),
        ("latitude", np.float64),
        ("longitude", np.float64),
        ("area_km2", np.float64),
        ("population", np.float64),
        ("population_65plus", np.float64),
        ("population_85plus", np.float64),
        ("imd_2019_score", np.float64),
    ]
)
# The columns of a zones file, and the bounds outside which a number is a slip.
_ZONE_COLUMNS: dict[str, tuple[float, float] | None] = {
    "zone_code": None,
    "zone_name": None,
    "latitude": (49, 61),
    "longitude": (-9, 2.5),
    "area_km2": (0.01, 5000),
    "population": (1, 500_000),
    "population_65plus": (0, 200_000),
    "population_85plus": (0, 100_000),
    "imd_2019_score": (0, 100),
}


def read_zones(path: Path, shown: str) -> np.ndarray:
    """The zones of a CSV file, one row each. Raises BadInput with every mistake."""
    rows = list(csv.reader(io.StringIO(read_text(path, shown), newline="")))
    if not any(rows):
        raise BadInput(Problem("is empty", shown, 1, "begin with the line " + ",".join(_ZONE_COLUMNS)))
    header = [name.strip() for name in rows[0]]
    problems = [
        Problem(f"unknown column {name}", shown, 1, suggestion(name, _ZONE_COLUMNS))
        for name in header
        if name not in _ZONE_COLUMNS
    ]
    missing = [name for name in _ZONE_COLUMNS if name not in header]
    if missing:
        problems.append(Problem(f"lacks the column {', '.join(missing)}", shown, 1))
    if len(set(header)) < len(header):
        problems.append(Problem("names a column twice", shown, 1))
    if len(rows) - 1 > MOST_ZONES:
        problems.append(Problem(f"has {len(rows) - 1} zones", shown, 1, f"give at most {MOST_ZONES}"))
    if problems:
        raise BadInput(problems)
    zones: list[tuple[str | float, ...]] = []
    seen: dict[str, int] = {}
    for line, row in enumerate(rows[1:], start=2):
        if row:
            zones.append(
                _zone(dict(zip(header, row, strict=False)), len(row) == len(header), line, shown, seen, problems)
            )
    if not zones:
        problems.append(Problem("has no zone", shown, 2, "give one line a zone"))
    if problems:
        raise BadInput(problems)
    return np.array(zones, dtype=ZONE_TYPE)


def _zone(
    cells: dict[str, str], complete: bool, line: int, shown: str, seen: dict[str, int], problems: list[Problem]
) -> tuple[str | float, ...]:
    """One zone's values, noting its mistakes."""
    if not complete:
        problems.append(Problem("has another number of cells than the header", shown, line))
        return ()
    values: list[str | float] = []
    for column, bounds in _ZONE_COLUMNS.items():
        cell = cells[column].strip()
        if bounds is None:
            if not cell or not cell.isprintable() or len(cell) > (16 if column == "zone_code" else 80):
                problems.append(Problem(f"{column} {cell[:40]!r} is no name", shown, line))
            values.append(cell)
            continue
        try:
            number = float(cell)
        except ValueError:
            number = math.nan
        if not bounds[0] <= number <= bounds[1]:
            right = f"write a number from {bounds[0]} to {bounds[1]}"
            problems.append(Problem(f"{column} is {cell[:40]!r}", shown, line, right))
        values.append(number)
    code = cells["zone_code"].strip()
    if code in seen:
        problems.append(Problem(f"the zone {code} is given twice", shown, line, f"it is in line {seen[code]} already"))
    seen.setdefault(code, line)
    everyone, older, oldest = (float(value) for value in values[5:8])
    if older > everyone or oldest > older:
        problems.append(Problem("has more older people than people", shown, line, "85plus ≤ 65plus ≤ population"))
    return tuple(values)
