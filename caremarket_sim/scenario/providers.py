"""The providers that a place's list names: a CSV file with one line a provider, of which every column may be left out.

What a cell says holds for that provider on the first day of a scenario; what it leaves blank is drawn, as for those
whom nobody listed. Only hours are where the market starts to settle: by the first day they have moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.scenario.sheets import Row, is_name, number_in, number_right, one_of, read_rows
from caremarket_sim.scenario.zones import nearest_zone

MOST_PROVIDERS = 2000
UNKNOWN = -1
"""What a list does not say. Weekly hours that it does not say are 0."""

PROVIDER_TYPE = np.dtype(
    [
        ("name", "U80"),
        ("contracted", np.int8),
        ("weekly_hours", np.float64),
        ("ownership", np.int8),
        ("rating", np.int8),
        ("zone", np.int32),
    ]
)
COLUMNS = ("name", "contracted", "weekly_hours", "ownership", "rating", "zone", "latitude", "longitude")
CONTRACTED = {"yes": 1, "no": 0}
# Words of a list, in the order of the codes that the market gives owners and ratings.
OWNERSHIP_WORDS = {
    word: code for code, word in enumerate(("independent", "chain", "not-for-profit", "co-operative", "council"))
}
RATING_WORDS = {
    word: code for code, word in enumerate(("not rated", "inadequate", "requires improvement", "good", "outstanding"))
}
WEEKLY_HOURS = (1.0, 100_000.0)
LATITUDES, LONGITUDES = (49.0, 61.0), (-9.0, 2.5)


def no_providers() -> np.ndarray:
    """The list of a place that names no provider."""
    return np.zeros(0, PROVIDER_TYPE)


def read_providers(path: Path, shown: str, zones: np.ndarray | None) -> np.ndarray:
    """The providers of a CSV file, one row each; `zones` are the place's, or None where only the file is checked.

    A zone is given by its code or its name; without one, the zone whose centre is nearest to latitude and longitude is
    taken. Raises BadInput with every mistake.
    """
    rows, problems = read_rows(path, shown, COLUMNS, (), "provider", MOST_PROVIDERS)
    return providers_of(rows, shown, zones, problems)


def providers_of(rows: list[Row], shown: str, zones: np.ndarray | None, problems: list[Problem]) -> np.ndarray:
    """The providers of rows of a file. Raises BadInput with every mistake, those `problems` first."""
    found = [_provider(cells, line, shown, zones, problems) for line, cells in rows]
    if problems:
        raise BadInput(problems)
    return np.array(found, dtype=PROVIDER_TYPE)


def counts(providers: np.ndarray) -> tuple[int, int, int]:
    """How many a list says hold a contract, how many it says do not, and of how many it does not say."""
    said = providers["contracted"]
    return int((said == 1).sum()), int((said == 0).sum()), int((said == UNKNOWN).sum())


def contradiction(providers: np.ndarray, complete: bool, contracted: int, private: int) -> str | None:
    """In what a list and the place's figures say different numbers of providers, or None; `complete`: it names all."""
    with_contract, without, _ = counts(providers)
    named, stated = len(providers), contracted + private
    if complete and named != stated:
        return (
            f"the list is complete and names {named} providers, and the figures say {stated} "
            f"({contracted} with a contract and {private} without)"
        )
    for count, kind, figure in (
        (with_contract, "with a contract", contracted),
        (without, "without a contract", private),
        (named, "in all", stated),
    ):
        if count > figure:
            return f"the list names {count} providers {kind}, and the figures say {figure}"
    return None


def _provider(
    cells: dict[str, str], line: int, shown: str, zones: np.ndarray | None, problems: list[Problem]
) -> tuple[str | float, ...]:
    """One provider's values, noting its mistakes."""

    def note(what: str, right: str | None = None) -> None:
        problems.append(Problem(what, shown, line, right))

    def word(column: str, words: Mapping[str, int]) -> int:
        cell = cells.get(column, "")
        known = one_of(cell, words)
        if cell and known is None:
            note(f"{column} is {cell[:40]!r}", f"write one of: {', '.join(words)}; or leave it blank")
        return UNKNOWN if known is None else words[known]

    def number(column: str, bounds: tuple[float, float]) -> float | None:
        cell = cells.get(column, "")
        value = number_in(cell, bounds)
        if cell and value is None:
            note(f"{column} is {cell[:40]!r}", f"{number_right(cell, bounds)}, or leave it blank")
        return value

    name = cells.get("name", "")
    if name and not is_name(name, 80):
        note(f"name {name[:40]!r} is no name", "write at most 80 printable characters")
    contracted, ownership = word("contracted", CONTRACTED), word("ownership", OWNERSHIP_WORDS)
    rating, hours = word("rating", RATING_WORDS), number("weekly_hours", WEEKLY_HOURS)
    latitude, longitude = number("latitude", LATITUDES), number("longitude", LONGITUDES)
    if bool(cells.get("latitude")) != bool(cells.get("longitude")):
        note("has only one of latitude and longitude", "give both or neither")
    zone = UNKNOWN
    wanted = cells.get("zone", "")
    if zones is not None and wanted:
        zone = _zone_called(wanted, zones)
        if zone == UNKNOWN:
            names = [*zones["code"].tolist(), *zones["name"].tolist()]
            note(
                f"the place has no zone {wanted[:40]}", suggestion(wanted, names, "write a zone_code of the zones file")
            )
    elif zones is not None and latitude is not None and longitude is not None:
        zone = nearest_zone(zones, latitude, longitude)
    return name, contracted, 0.0 if hours is None else hours, ownership, rating, zone


def _zone_called(wanted: str, zones: np.ndarray) -> int:
    """The row of the zone with a code or, if only one has it, a name."""
    for column in ("code", "name"):
        rows = np.flatnonzero(zones[column] == wanted)
        if len(rows) == 1:
            return int(rows[0])
    return UNKNOWN
