"""What the nation sets, by date (`data/national.toml`), and what of it a scenario has otherwise."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Literal

from .parameters import DATA

Ends = Literal["value", "low", "high"]
ENDS: tuple[Ends, ...] = ("value", "low", "high")


@dataclass(frozen=True)
class Dated:
    """A value and the day from which it holds; `low` and `high` where it is a projection or open."""

    day: date
    value: float
    low: float
    high: float
    grade: str
    source: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Item:
    """One thing that the nation sets. A value of a scenario lies between `low` and `high`; one that `grows` goes on
    from there as the calendar does, a `number` or `flag` stays. `indicator` is what it should move, and
    `direction` how."""

    name: str
    label: str
    unit: str
    kind: Literal["grows", "number", "flag"]
    low: float
    high: float
    indicator: str
    direction: int
    meaning: str
    dated: tuple[Dated, ...]

    def on(self, day: date, end: Ends = "value") -> float:
        """What the calendar has on a day, or an end of its range. Raises ValueError before its first day."""
        found = [one for one in self.dated if one.day <= day]
        if not found:
            raise ValueError(f"{self.name} begins after {day}")
        return getattr(found[-1], end)


@dataclass(frozen=True)
class Setting:
    """What a scenario makes of an item: so many `times` what is in force else, the `low` or `high` end of the
    calendar's range, or a `value`."""

    how: Literal["times", "value", "low", "high"]
    amount: float = 1.0

    @property
    def shown(self) -> str:
        """As it is written in a scenario."""
        if self.how == "times":
            return f"{100.0 * (self.amount - 1.0):+.6g}%"
        return f"{self.amount:.6g}" if self.how == "value" else self.how


@dataclass(frozen=True)
class NationalChange:
    """From `day` on, these items are otherwise than in the calendar, and why; `written` is where it says so."""

    day: date
    settings: Mapping[str, Setting]
    why: str = ""
    written: str = field(default="", compare=False)


@cache
def calendar() -> dict[str, Item]:
    """All items by name, in the order of the file."""
    text = tomllib.loads((DATA / "national.toml").read_text(encoding="utf-8"))
    return {
        name: Item(name=name, dated=tuple(map(_dated, entry.pop("dated"))), **entry) for name, entry in text.items()
    }


def _dated(entry: dict) -> Dated:
    value = float(entry["value"])
    low, high = float(entry.get("low", value)), float(entry.get("high", value))
    return Dated(entry["from"], value, low, high, entry["grade"], tuple(entry["source"]), entry.get("note", ""))


@cache
def first_day() -> date:
    """The first day on which every item has a value."""
    return max(item.dated[0].day for item in calendar().values())


def course(name: str, changes: Iterable[NationalChange] = (), held: date | None = None) -> Callable[[date], float]:
    """An item's value by day, with a scenario's changes in order of date; `held`: the calendar is that of one day."""
    item = calendar()[name]

    def calendar_has(day: date, end: Ends = "value") -> float:
        return item.on(day if held is None else held, end)

    begun: list[tuple[date, Callable[[date], float]]] = [(date.min, calendar_has)]
    for change in changes:
        if name in change.settings:
            begun.append((change.day, _otherwise(item, change, calendar_has, begun[-1][1])))

    def on(day: date) -> float:
        return next(value for start, value in reversed(begun) if start <= day)(day)

    return on


def _otherwise(item: Item, change: NationalChange, calendar_has, before) -> Callable[[date], float]:
    """An item's value by day from a change on."""
    setting = change.settings[item.name]
    if setting.how == "times":
        return lambda day: setting.amount * before(day)
    if setting.how in ENDS[1:]:
        return lambda day: calendar_has(day, setting.how)
    if item.kind == "grows":
        return lambda day: setting.amount * calendar_has(day) / calendar_has(change.day)
    return lambda day: setting.amount
