"""A policy as it is put together on the page: where it starts from, and which levers are moved from when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from caremarket_sim.errors import printable
from caremarket_sim.policy.values import Value, shown
from caremarket_sim.scenario import Scenario, load
from caremarket_sim.scenario.explanations import differences
from caremarket_sim.scenario.never import never_in_force
from caremarket_sim.scenario.timeline_words import timeline_sentences
from caremarket_sim.scenario.timing import monday_of, week_of

WHY = "Moved on the page"
Move = tuple[date, str]
"""The day from which a lever is moved, and its key."""


@dataclass(frozen=True)
class Draft:
    """A policy that starts from a scenario file of its folder; `moves` are the levers set besides, by date and key."""

    name: str
    title: str
    start: str
    moves: Mapping[Move, Value]

    def moved(self, day: date, key: str, value: Value) -> Draft:
        """The draft with a lever at this value from this day on."""
        return replace(self, moves={**self.moves, (day, key): value})

    def without(self, day: date, key: str) -> Draft:
        """The draft with a lever as it was on this day."""
        return replace(self, moves={move: value for move, value in self.moves.items() if move != (day, key)})

    @property
    def text(self) -> str:
        """The scenario file."""
        title = json.dumps(printable(" ".join(self.title.split())), ensure_ascii=False)
        lines = ["format: 2", f"extends: {self.start}", f"title: {title}"]
        days = sorted({day for day, _ in self.moves})
        if days:
            lines.append("policy:")
        for day in days:
            lines += [f"  - from: {day}", f"    why: {WHY}", "    set:"]
            lines += [f"      {key}: {shown(value)}" for (on, key), value in sorted(self.moves.items()) if on == day]
        return "\n".join(lines) + "\n"

    def write(self, folder: Path) -> Path:
        """Write the file into the folder of the file it starts from, and return its path."""
        path = folder / f"{self.name}.yaml"
        path.write_text(self.text, encoding="utf-8", newline="\n")
        return path


@dataclass(frozen=True)
class Differs:
    """A difference from the start in words, and the move that makes it; None where a move has it as a consequence."""

    words: str
    move: Move | None


@dataclass(frozen=True)
class Reading:
    """What a draft comes to: scenario and file, what differs from its start, what is in force when, what never is."""

    scenario: Scenario
    path: Path
    differs: tuple[Differs, ...]
    effect: tuple[str, ...]
    never: tuple[str, ...]


def read_draft(draft: Draft, folder: Path) -> Reading:
    """Write a draft and read it as the command line does. Raises BadInput for what cannot be."""
    path = draft.write(folder)
    scenario, start = load(path), load(folder / draft.start)
    never = tuple(
        f"{problem.what}; to mend it, {problem.right}" if problem.right else problem.what
        for problem in never_in_force(scenario)
    )
    return Reading(scenario, path, tuple(_differs(draft, start, scenario)), tuple(timeline_sentences(scenario)), never)


def _differs(draft: Draft, start: Scenario, scenario: Scenario) -> list[Differs]:
    moves = {f"from {monday_of(week_of(day, start.start), start.start)} {key}": (day, key) for day, key in draft.moves}
    found = [
        Differs(f"{one.what}: {one.first} → {one.second}", moves.pop(one.what, None))
        for one in differences(start, scenario)
    ]
    return found + [
        Differs(f"{what}: {shown(draft.moves[move])}, as the move before it has it", move)
        for what, move in moves.items()
    ]


def value_at(scenario: Scenario, day: date, key: str) -> Value:
    """What a scenario sets a lever to on a day."""
    return scenario.levers_at(max(0, (day - scenario.start).days // 7))[key]
