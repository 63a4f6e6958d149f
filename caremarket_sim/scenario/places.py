"""A place: its zones, its figures with their sources, and the commissioning that it starts from."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.markup import display
from caremarket_sim.national import first_day
from caremarket_sim.policy import NEUTRAL, PRESETS, Levers, of_preset
from caremarket_sim.scenario.documents import Document, Mapping, Node, Sequence, read_document
from caremarket_sim.scenario.fields import Reader
from caremarket_sim.scenario.held.remembered import headings_in
from caremarket_sim.scenario.lever_values import lever_values
from caremarket_sim.scenario.providers import PROVIDER_TYPE, contradiction, no_providers, read_providers
from caremarket_sim.scenario.timing import monday_before
from caremarket_sim.scenario.workspace import referred, shown_path
from caremarket_sim.scenario.zones import ZONE_TYPE, read_zones

GRADES = ("measured", "derived", "assumed")
RETENDER = "procurement.retender_at_start"


@dataclass(frozen=True)
class FigureKind:
    """What a figure of a place file means, its unit and its bounds, and what is better than an estimate of it."""

    key: str
    kind: str
    unit: str
    low: float
    high: float
    meaning: str
    better: str


@dataclass(frozen=True)
class Figure:
    """A place's figure: its value, the range it may lie in, where it comes from and how good that is."""

    value: float
    low: float | None
    high: float | None
    source: tuple[str, ...]
    grade: str
    note: str | None
    line: int


@dataclass(frozen=True, eq=False, repr=False)
class Place:
    """A council's area at the start: `zones` (one row each, see ZONE_TYPE) and the figures of its market.

    `regime` are the levers in force at week 0. Where not neutral, the market has lived under it for years: `tendered`
    says whether it began with a tender, after which contracts are let again as they end. `home` is the same place under
    the regime that it really has, where this one asks what another would be like: its numbers hold there.

    `providers` are those that the place names (see PROVIDER_TYPE), often none: the figures say how many there are in
    all, and the others are made up. `complete` says whether those named are all; None where the file does not say,
    which is read as some. Money is £ in the year of `price_base`. `start` is a Monday.
    """

    name: str
    path: Path
    zones: np.ndarray
    figures: dict[str, Figure]
    price_base: str
    start: date
    regime: Levers
    licence: str
    providers: np.ndarray = field(default_factory=no_providers)
    complete: bool | None = None
    tendered: bool = False
    home: Place | None = None

    @property
    def is_baseline(self) -> bool:
        """Whether it is the place in which intercepts are solved: at neutral levers, as nobody else's."""
        return self.home is None and not self.tendered and self.regime == NEUTRAL

    @property
    def baseline(self) -> Place:
        """The same place at neutral levers, from whose settled market every regime of it begins."""
        return replace(self, regime=NEUTRAL, tendered=False, home=None)

    def under(self, levers: Levers) -> Place:
        """The same place with these levers as its standing regime, begun with a tender if they ask for one.

        Shocks are no regime, and are left out. People are referred as they are under its own. The baseline runs on as
        any regime does: what is compared has to be as old.
        """
        shocks = {key: NEUTRAL[key] for key in levers if key.startswith("shocks.")}
        regime, tendered = _standing(levers.changed(shocks))
        home = self.home or self
        if (regime, tendered) == (home.regime, home.tendered) and not home.is_baseline:
            return home
        return replace(self, regime=regime, tendered=tendered, home=home)

    @property
    def council_clients(self) -> int:
        """People whose homecare the council pays for."""
        return int(self.figures["council_clients"].value)

    @property
    def self_funders(self) -> int:
        """People who buy homecare with their own money."""
        return int(self.figures["self_funders"].value)

    @property
    def contracted_providers(self) -> int:
        """Providers with a contract or a place on the framework."""
        return int(self.figures["contracted_providers"].value)

    @property
    def private_providers(self) -> int:
        """Other, mostly small providers."""
        return int(self.figures["private_providers"].value)

    @property
    def care_workers(self) -> int:
        """Care workers in post."""
        return int(self.figures["care_workers"].value)

    @property
    def council_fee(self) -> float:
        """£ an hour that the council pays."""
        return self.figures["council_fee"].value

    @property
    def self_funder_price(self) -> float:
        """£ an hour that a self-funder pays."""
        return self.figures["self_funder_price"].value

    @property
    def key(self) -> str:
        """A hash of all that determines numbers: zones, providers, figures, start, price base, regime; never a name."""
        content = {
            "zones": _nameless(self.zones, ZONE_TYPE),
            "figures": {key: figure.value for key, figure in self.figures.items()},
            "start": self.start.isoformat(),
            "price_base": self.price_base,
            "regime": dict(self.regime),
        }
        if self.tendered:
            content["tendered"] = True
        if self.home is not None:
            content["home"] = self.home.key
        if len(self.providers):
            content["providers"] = _nameless(self.providers, PROVIDER_TYPE)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def __repr__(self) -> str:
        return f"<Place {self.name}: {len(self.zones)} zones>"

    def _repr_html_(self) -> str:
        return display(self).place_html(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and (self.name, self.key) == (other.name, other.key)

    def __hash__(self) -> int:
        return hash(self.key)


def _nameless(rows: np.ndarray, of: np.dtype) -> list[list[object]]:
    """The values of each row, without its name."""
    return [[value for name, value in zip(of.names or (), row, strict=True) if name != "name"] for row in rows.tolist()]


@cache
def figure_kinds() -> dict[str, FigureKind]:
    """Every figure that a place file must give, in the order of the register."""
    entries = tomllib.loads((files("caremarket_sim") / "data" / "place.toml").read_text(encoding="utf-8"))
    return {key: FigureKind(key, **entry) for key, entry in entries.items()}


def is_place(document: Document) -> bool:
    """Whether a file describes a place rather than a scenario."""
    root = document.root
    return isinstance(root, Mapping) and bool({"zones", "figures", "regime"} & set(root.entries))


def read_place(path: Path, shown: str | None = None) -> Place:
    """The place that a file describes. Raises BadInput with every mistake in it, its zones and its providers."""
    shown = shown_path(path) if shown is None else shown
    document = read_document(path, shown)
    reader = Reader(shown)
    reader.problems.extend(document.problems)
    if isinstance(document.root, Mapping) and "extends" in document.root.entries:
        return _under_another_regime(reader, document, path)
    required = ("name", "zones", "start", "price_base", "figures")
    reader.format(document.root)
    entries = reader.mapping(
        document.root, "a place", ("format", "licence", "regime", "providers", "headings", *required), required
    )
    if "headings" in entries:
        headings_in(reader, entries["headings"])
    name = reader.text(entries["name"], "name") if "name" in entries else None
    licence = reader.text(entries["licence"], "licence") if "licence" in entries else ""
    start = _start(reader, entries["start"]) if "start" in entries else None
    price_base = _price_base(reader, entries["price_base"], start) if "price_base" in entries else None
    figures = _figures(reader, entries["figures"]) if "figures" in entries else {}
    regime, tendered = _regime(reader, entries["regime"]) if "regime" in entries else (NEUTRAL, False)
    zones = _referred(reader, entries["zones"], path, "zones", read_zones) if "zones" in entries else None
    providers, complete = no_providers(), None
    if "providers" in entries and zones is not None:
        providers, complete = _providers(reader, entries["providers"], path, zones, figures)
    if reader.problems or name is None or start is None or price_base is None or zones is None:
        raise BadInput(reader.problems)
    monday = monday_before(start)
    licence = licence or ""
    return Place(name, path, zones, figures, price_base, monday, regime, licence, providers, complete, tendered)


def _start(reader: Reader, node: Node) -> date | None:
    """The day on which week 1 begins; none before there are prices."""
    day, first = reader.day(node, "start", first_day()), first_day()
    if day is not None and day < first:
        reader.note(f"start is {day}, and prices and wages are known from {first} on", node.line, "start then or later")
        return None
    return day


def _under_another_regime(reader: Reader, document: Document, path: Path) -> Place:
    """The place of a file that extends another place's: the same in all but its name and its regime."""
    reader.format(document.root)
    keys = ("format", "extends", "name", "regime")
    entries = reader.mapping(document.root, "a place that extends another", keys, ("name", "regime"))
    name = reader.text(entries["name"], "name") if "name" in entries else None
    regime, tendered = _regime(reader, entries["regime"]) if "regime" in entries else (NEUTRAL, False)
    node = entries["extends"]
    reference, extended = reader.path(node, "extends"), None
    if reference is not None:
        try:
            target = referred(reference, path)
            if not os.path.exists(target) or target == path.resolve():
                raise BadInput(Problem(f"there is no other place file {reference}"))
            if "extends" in getattr(read_document(target, shown_path(target)).root, "entries", {}):
                raise BadInput(Problem(f"{reference} extends another place itself", right="extend that one"))
        except BadInput as bad:
            reader.note_all(bad, node.line)
        else:
            try:
                extended = read_place(target)
            except BadInput as bad:
                reader.problems.extend(bad.problems)
    if reader.problems or extended is None or name is None:
        raise BadInput(reader.problems)
    return replace(extended, name=name, path=path, regime=regime, tendered=tendered)


def _referred(
    reader: Reader, node: Node, path: Path, what: str, read: Callable[[Path, str], np.ndarray]
) -> np.ndarray | None:
    """The rows of the zones or providers file that a place file names; None with the mistakes noted."""
    reference = reader.path(node, what)
    if reference is None:
        return None
    try:
        target = referred(reference, path)
    except BadInput as bad:
        reader.note_all(bad, node.line)
        return None
    if not os.path.exists(target):
        reader.note(f"there is no {what} file {reference}", node.line)
        return None
    try:
        return read(target, shown_path(target))
    except BadInput as bad:
        reader.problems.extend(bad.problems)
        return None


def _providers(
    reader: Reader, node: Node, path: Path, zones: np.ndarray, figures: dict[str, Figure]
) -> tuple[np.ndarray, bool | None]:
    """The providers that a place file names, and whether it says that they are all; not against its own figures."""
    complete, file = None, node
    if isinstance(node, Mapping):
        entries = reader.mapping(node, "providers", ("list", "complete"), ("list", "complete"))
        if "complete" in entries:
            complete = reader.flag(entries["complete"], "complete")
        if "list" not in entries:
            return no_providers(), complete
        file = entries["list"]
    found = _referred(reader, file, path, "providers", lambda target, shown: read_providers(target, shown, zones))
    contracted, private = figures.get("contracted_providers"), figures.get("private_providers")
    if found is None or contracted is None or private is None:
        return no_providers(), complete
    if what := contradiction(found, complete is True, int(contracted.value), int(private.value)):
        right = "contracted_providers and private_providers count all, listed or not: make the two agree"
        if complete:
            right += ", or write `complete: false` and the others are made up"
        reader.note(what, file.line, right)
    return found, complete


def _figures(reader: Reader, node: Node) -> dict[str, Figure]:
    kinds = figure_kinds()
    entries = reader.mapping(node, "figures", kinds, kinds)
    figures: dict[str, Figure] = {}
    for key, kind in kinds.items():
        if key not in entries:
            continue
        parts = reader.mapping(
            entries[key], key, ("value", "low", "high", "source", "grade", "note"), ("value", "grade")
        )
        whole = kind.kind == "whole"
        numbers = {
            part: reader.number(parts[part], f"{key} {part}", kind.low, kind.high, whole=whole, unit=kind.unit)
            for part in ("low", "value", "high")
            if part in parts
        }
        grade = reader.choice(parts["grade"], f"{key} grade", GRADES) if "grade" in parts else None
        source = _source(reader, parts["source"], key) if "source" in parts else ()
        if grade in ("measured", "derived") and not source:
            reader.note(
                f"{key} is {grade} but names no source", entries[key].line, "add `source: …`, or grade it assumed"
            )
        given = [number for number in numbers.values() if number is not None]
        if given != sorted(given):
            reader.note(f"{key} is not in order", entries[key].line, "low ≤ value ≤ high")
        note = reader.text(parts["note"], f"{key} note") if "note" in parts else None
        value = numbers.get("value")
        if value is not None and grade is not None:
            line = entries[key].line
            figures[key] = Figure(value, numbers.get("low"), numbers.get("high"), source, grade, note, line)
    return figures


def _source(reader: Reader, node: Node, key: str) -> tuple[str, ...]:
    nodes = node.items if isinstance(node, Sequence) else [node]
    texts = [reader.text(item, f"{key} source") for item in nodes]
    return tuple(text for text in texts if text is not None)


def _regime(reader: Reader, node: Node) -> tuple[Levers, bool]:
    """The regime in force, and whether it began with a tender: a preset's name, `use:` and `set:`, or levers."""
    levers, values = NEUTRAL, {}
    if isinstance(node, Mapping) and {"use", "set"} & set(node.entries):
        entries = reader.mapping(node, "regime", ("use", "set"))
        use = reader.choice(entries["use"], "use", PRESETS) if "use" in entries else None
        levers = NEUTRAL if use is None else of_preset(use)
        values = lever_values(reader, entries["set"], "set") if "set" in entries else {}
    elif isinstance(node, Mapping):
        values = lever_values(reader, node, "regime")
    else:
        use = reader.choice(node, "regime", PRESETS)
        levers = NEUTRAL if use is None else of_preset(use)
    return _standing(levers.changed({key: value for key, (value, _) in values.items()}))


def _standing(levers: Levers) -> tuple[Levers, bool]:
    """Levers as they stand when a regime has long begun, and whether it began with a tender: that is over and done."""
    return levers.changed({RETENDER: False}), bool(levers[RETENDER])


def _price_base(reader: Reader, node: Node, start: date | None) -> str | None:
    """A fiscal year such as 2024/25, the one in which the place starts."""
    text = reader.text(node, "price_base")
    if text is None:
        return None
    years = text.split("/")
    if re.fullmatch("20[0-9]{2}/[0-9]{2}", text):
        first = int(years[0])
        if years[1] == f"{(first + 1) % 100:02d}":
            if start is None or date(first, 4, 1) <= start < date(first + 1, 4, 1):
                return text
            reader.note(
                f"price_base is {text}, but the place starts on {start}", node.line, "name the fiscal year of the start"
            )
            return None
    reader.note(f"price_base is {text!r}, not a fiscal year", node.line, "write one such as 2024/25")
    return None
