"""The shipped ways of commissioning: bundles of lever values that differ from the neutral ones, each with its why."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from caremarket_sim.policy.settings import NEUTRAL, Levers, accepted_levers
from caremarket_sim.policy.values import Value


@dataclass(frozen=True)
class Reason:
    """Why a preset has a value, and whether the value is an assumption of ours."""

    why: str
    assumed: bool


_ENTRIES = tomllib.loads((files("caremarket_sim") / "data" / "presets.toml").read_text(encoding="utf-8"))

PRESETS: dict[str, dict[str, Value]] = {
    name: accepted_levers({key: entry["value"] for key, entry in preset["values"].items()})
    for name, preset in _ENTRIES.items()
}
REASONS: dict[str, dict[str, Reason]] = {
    name: {key: Reason(entry["why"], entry.get("assumed", False)) for key, entry in preset["values"].items()}
    for name, preset in _ENTRIES.items()
}
PRESET_TITLES: dict[str, str] = {name: preset["title"] for name, preset in _ENTRIES.items()}
PRESET_MEANINGS: dict[str, str] = {name: preset["meaning"] for name, preset in _ENTRIES.items()}


def of_preset(name: str, in_force: Levers = NEUTRAL) -> Levers:
    """A preset's whole bundle: its values, all other levers neutral, and the shocks in force, which are no policy."""
    shocks = {key: value for key, value in in_force.items() if key.startswith("shocks.")}
    return NEUTRAL.changed({**shocks, **PRESETS[name]})
