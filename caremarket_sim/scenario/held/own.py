"""What a council brings, read together: its zones and its providers, each as a plain list's text and as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.reading import rows_of, text_of
from caremarket_sim.scenario.directory import as_list, read_directory
from caremarket_sim.scenario.held.lists import Says
from caremarket_sim.scenario.held.providers import read_held_providers
from caremarket_sim.scenario.held.tables import require_sheet
from caremarket_sim.scenario.held.zones import columns_of, read_held_zones, zones_tables
from caremarket_sim.scenario.providers import no_providers, providers_of, read_providers
from caremarket_sim.scenario.workspace import shown_path
from caremarket_sim.scenario.zones import ZONE_TYPE, read_zones, zones_of


@dataclass
class Own:
    """A council's zones and providers, the headings taken for ours, by list, and what is to be said of the files."""

    zones_text: str = ""
    zones: np.ndarray = field(default_factory=lambda: np.zeros(0, ZONE_TYPE))
    providers_text: str | None = None
    providers: np.ndarray = field(default_factory=no_providers)
    taken: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_own(
    zones: Sequence[Path],
    providers: Path | None,
    directory: Path | None,
    council: str,
    says: Says | None = None,
    base: str | None = None,
) -> Own:
    """Everything in a council's files. Raises BadInput with every mistake in all of them.

    A plain list is taken as it is written. `council` is whose rows are read of files of many; `base` is the text of a
    plain list of zones that is known of it, of which its files may say more, or all.
    """
    own, says, problems = Own(), says or Says(), []
    places: np.ndarray | None = None
    if says.sheet is not None:
        files = [file for file in (*zones, providers, directory) if file is not None]
        require_sheet([(file, shown_path(file)) for file in files], says.sheet)
    try:
        _read_zones(own, zones, council, says, base)
        places = own.zones
    except BadInput as bad:
        problems.extend(bad.problems)
    try:
        if directory is not None:
            _read_directory(own, directory, providers, places, council, says)
        elif providers is not None:
            _read_providers(own, providers, places, council, says)
    except BadInput as bad:
        problems.extend(bad.problems)
    if problems:
        raise BadInput(problems)
    return own


def place_zones(files: Sequence[Path], says: Says) -> bool:
    """Whether files say themselves where zones are, or cannot be read to know."""
    try:
        return any("latitude" in columns_of(table, says) for table in zones_tables(files, says))
    except BadInput:
        return True


def _read_zones(own: Own, files: Sequence[Path], council: str, says: Says, base: str | None) -> None:
    if not files:
        own.zones_text = base or ""
        (_, header), *lines = rows_of(own.zones_text, "zones.csv")
        own.zones = zones_of([("zones.csv", line, dict(zip(header, row, strict=True))) for line, row in lines], [])
        return
    if len(files) == 1:
        shown = shown_path(files[0])
        try:
            own.zones, own.zones_text = read_zones(files[0], shown), text_of(files[0], shown)
            return
        except BadInput:
            pass  # no plain list, or one with mistakes, of which the other reader knows more
    held = read_held_zones(files, council, says, base)
    own.zones, own.zones_text = held.zones, held.text
    own.notes.extend(held.notes)
    if held.taken:
        own.taken["zones"] = held.taken


def _read_providers(own: Own, file: Path, zones: np.ndarray | None, council: str, says: Says) -> None:
    shown = shown_path(file)
    try:
        own.providers, own.providers_text = read_providers(file, shown, zones), text_of(file, shown)
        return
    except BadInput:
        pass  # as above
    held = read_held_providers(file, shown, zones, council, says)
    own.providers, own.providers_text = held.providers, held.text
    own.notes.extend(held.notes)
    if held.taken:
        own.taken["providers"] = held.taken


def _read_directory(
    own: Own, file: Path, hours_file: Path | None, zones: np.ndarray | None, council: str, says: Says
) -> None:
    """The regulator's agencies, and their hours where the Capacity Tracker is given as well."""
    hours: dict[str, str] = {}
    if hours_file is not None:
        held = read_held_providers(hours_file, shown_path(hours_file), zones, council, says)
        if not held.tracker:
            both = Problem("--providers and --cqc both give the providers", right="give one of them")
            raise BadInput(both)
        hours = held.hours
        own.notes.extend(held.notes)
    agencies = read_directory(file, shown_path(file), council, says.sheet)
    if others := set(hours) - {one.number for one in agencies}:
        own.notes.append(f"{shown_path(file)}: has not {len(others)} of the services that say their hours: left")
    own.providers_text = as_list(agencies, hours)
    (_, header), *lines = rows_of(own.providers_text, "providers.csv")
    rows = [(line, dict(zip(header, cells, strict=True))) for line, cells in lines]
    own.providers = providers_of(rows, "providers.csv", zones, [])
