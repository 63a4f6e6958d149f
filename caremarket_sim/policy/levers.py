"""The register of levers: what each is, between which bounds, and what it should move."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

from caremarket_sim.policy.values import Value, accepted, shown

Kind = Literal["choice", "flag", "share", "number", "whole", "weights", "wage_floor"]
Begins = Literal["at once", "with the contract", "with a tender", "with co-design"]
Acts = Literal["", "in April", "once"]


@dataclass(frozen=True)
class Lever:
    """One decision of a policy: its values, the one that changes nothing, and the indicator that it should move.

    Going from `contrast[0]` to `contrast[1]`, with the levers in `needs` set on both sides, `indicator` goes up
    (`direction` +1) or down (-1). It does nothing unless one set of its `partners` is in force with it, if it has any.
    `begins` says what brings a new value into force, and `varied` which moves of one that begins with a tender need
    none; `acts` whether it does something in the model's Aprils alone, or the first time that it is set alone.
    `source` says where the neutral value comes from, `assumption` that nobody has published it.
    """

    key: str
    kind: Kind
    neutral: Value
    meaning: str
    indicator: str
    direction: int
    contrast: tuple[Value, Value]
    unit: str = ""
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] = ()
    allowed: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    may_be_none: bool = False
    needs: Mapping[str, Value] = field(default_factory=dict)
    partners: tuple[Mapping[str, Value], ...] = ()
    begins: Begins = "at once"
    varied: tuple[tuple[Value, Value], ...] = ()
    acts: Acts = ""
    source: str | None = None
    assumption: bool = False

    @property
    def group(self) -> str:
        """The first part of the key, such as contract, fee or shocks."""
        return self.key.partition(".")[0]

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Lowest and highest number, or None for a lever that is no number."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the lever's numbers in a row of compiled code."""
        name = self.key.replace(".", "_")
        if self.kind == "weights":
            return tuple(f"{name}_{part}" for part in self.parts)
        if self.kind == "wage_floor":
            return (f"{name}_kind", f"{name}_amount")
        return (name,)

    def accept(self, value: object) -> Value:
        """The value in the lever's own type. Raises BadInput, saying what would be right, if it is none of its own."""
        return accepted(self, value)

    def as_numbers(self, value: Value) -> tuple[float, ...]:
        """One number for each of `fields`: a choice as the index of its option, a flag as 0 or 1, none as nan."""
        if isinstance(value, dict):
            return tuple(float(value[part]) for part in self.parts)
        index = float(self.options.index(value)) if isinstance(value, str) else math.nan
        number = math.nan if value is None or isinstance(value, str) else float(value)
        if self.kind == "wage_floor":
            return (index, math.nan) if isinstance(value, str) else (float(len(self.options)), number)
        return (index if isinstance(value, str) else number,)

    @property
    def is_term(self) -> bool:
        """Whether it is a term of the contracts: while new ones are in preparation, the old value holds."""
        return self.begins in ("with the contract", "with a tender")

    def counts(self, value: Value, wanted: Value) -> bool:
        """Whether a partner at `value` counts as one at `wanted`: a flag or choice if equal, a number off neutral."""
        return value == wanted if self.kind in ("flag", "choice") else value != self.neutral

    @property
    def values_in_words(self) -> str:
        """What the lever may be set to, for people to read."""
        if self.kind == "choice":
            return " or ".join(self.options)
        if self.kind == "flag":
            return "true or false"
        if self.kind == "weights":
            return ", ".join(self.parts) + "; each 0 or more, sum 1"
        if self.allowed:
            return " or ".join(map(str, self.allowed))
        span = f"{shown(self.low)} to {shown(self.high)}"
        if self.kind == "wage_floor":
            return ", ".join(self.options) + f", or {span}"
        return ("whole number, " if self.kind == "whole" else "") + span + (", or none" if self.may_be_none else "")


def _lever(key: str, entry: dict[str, Any]) -> Lever:
    """One lever from its entry in the register."""
    allowed = tuple(entry.get("allowed", ()))
    low, high = (allowed[0], allowed[-1]) if allowed else (entry.get("low"), entry.get("high"))
    contrast = entry.get("contrast", (False, True) if entry["kind"] == "flag" else (low, high))
    lever = Lever(
        key=key,
        kind=entry["kind"],
        neutral=None,
        meaning=entry["meaning"],
        indicator=entry["indicator"],
        direction=entry["direction"],
        contrast=(None, None),
        unit=entry.get("unit", ""),
        low=low,
        high=high,
        options=tuple(entry.get("options", ())),
        allowed=allowed,
        parts=tuple(entry.get("parts", ())),
        may_be_none=entry.get("none", False),
        needs=entry.get("needs", {}),
        partners=tuple(entry.get("partners", ())),
        begins=entry["begins"],
        varied=tuple((before, after) for before, after in entry.get("varied", ())),
        acts=entry.get("acts", ""),
        source=entry.get("source"),
        assumption=entry.get("assumed", False),
    )
    object.__setattr__(lever, "neutral", lever.accept(entry["neutral"]))
    object.__setattr__(lever, "contrast", (lever.accept(contrast[0]), lever.accept(contrast[1])))
    return lever


def _register() -> dict[str, Lever]:
    """Every lever by its key, in the order of the register, its needs in their own types."""
    entries = tomllib.loads((files("caremarket_sim") / "data" / "levers.toml").read_text(encoding="utf-8"))
    levers = {key: _lever(key, entry) for key, entry in entries.items()}
    for lever in levers.values():
        needs, *partners = (
            {other: levers[other].accept(value) for other, value in together.items()}
            for together in (lever.needs, *lever.partners)
        )
        object.__setattr__(lever, "needs", needs)
        object.__setattr__(lever, "partners", tuple(partners))
    return levers


LEVERS: dict[str, Lever] = _register()
