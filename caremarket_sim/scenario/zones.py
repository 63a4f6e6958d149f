"""The zones of a place: a CSV file with one line a zone."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.scenario.sheets import is_name, number_in, number_right, read_rows

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
ZONE_COLUMNS: dict[str, tuple[float, float] | None] = {
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
    rows, problems = read_rows(path, shown, ZONE_COLUMNS, ZONE_COLUMNS, "zone", MOST_ZONES)
    return zones_of([(shown, line, cells) for line, cells in rows], problems)


def zones_of(rows: Iterable[tuple[str, int, dict[str, str]]], problems: list[Problem]) -> np.ndarray:
    """Zones of rows with the file and line of each. Raises BadInput with every mistake, those `problems` first."""
    seen: dict[str, int] = {}
    zones = [_zone(cells, line, shown, seen, problems) for shown, line, cells in rows]
    if problems:
        raise BadInput(problems)
    return np.array(zones, dtype=ZONE_TYPE)


def nearest_zone(zones: np.ndarray, latitude: float, longitude: float) -> int:
    """The row of the zone whose centre is nearest to a point."""
    north = (zones["latitude"] - latitude) * 111.2
    east = (zones["longitude"] - longitude) * 111.2 * math.cos(math.radians(latitude))
    return int(np.argmin(np.hypot(north, east)))


def _zone(
    cells: dict[str, str], line: int, shown: str, seen: dict[str, int], problems: list[Problem]
) -> tuple[str | float, ...]:
    """One zone's values, noting its mistakes."""
    values: list[str | float] = []
    for column, bounds in ZONE_COLUMNS.items():
        cell = cells[column]
        if bounds is None:
            if not is_name(cell, 16 if column == "zone_code" else 80):
                problems.append(Problem(f"{column} {cell[:40]!r} is no name", shown, line))
            values.append(cell)
            continue
        number = number_in(cell, bounds)
        if number is None:
            problems.append(Problem(f"{column} is {cell[:40]!r}", shown, line, number_right(cell, bounds)))
        values.append(math.nan if number is None else number)
    code = cells["zone_code"]
    if code in seen:
        problems.append(Problem(f"the zone {code} is given twice", shown, line, f"it is in line {seen[code]} already"))
    seen.setdefault(code, line)
    everyone, older, oldest = (float(value) for value in values[5:8])
    if older > everyone or oldest > older:
        problems.append(Problem("has more older people than people", shown, line, "85plus ≤ 65plus ≤ population"))
    return tuple(values)
