"""The factors of a design file: levers and parameters by name, with ranges from the registers where none are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.methods.factors import DISTRIBUTIONS, Factor
from caremarket_sim.parameters import Parameter, register
from caremarket_sim.policy import LEVERS, Lever
from caremarket_sim.policy.settings import unmet_needs
from caremarket_sim.policy.values import shown
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.documents import Mapping, Node, Scalar
from caremarket_sim.scenario.documents import Sequence as ListNode
from caremarket_sim.scenario.fields import Reader
from caremarket_sim.scenario.lever_values import accepted_parameters, plain
from caremarket_sim.scenario.timeline import RETENDER, timeline

FACTOR_KEYS = ("low", "high", "distribution", "mode", "mean", "sd", "levels", "only")
MOST_LEVELS = 100
ASSUMPTIONS = "assumptions"
"""Instead of factors by name: every number that was not measured, over the register's range."""
SOLVING = frozenset(
    f"baseline.{one}"
    for one in ("leaving_intercept", "contract_intercept", "late_intercept", "leg_factor", "hours_a_post",
                "leaving_share", "spin_up_years", "regime_years", "quick_years", "later_step", "post_response",
                "post_step", "referral_response")
)  # fmt: skip
"""Opening guesses and steps with which a place settles: they say how it is solved, and assume nothing about it."""
_SHAPES = {"triangular": ("mode",), "normal": ("mean", "sd")}


class FactorReader:
    """Reads the factors of one design; mistakes are noted with the reader."""

    def __init__(self, reader: Reader, scenarios: Sequence[Scenario]) -> None:
        self.reader = reader
        self.scenarios = tuple(scenarios)

    def factors(self, node: Node) -> tuple[Factor, ...]:
        """Every factor that could be read, in the order written."""
        if isinstance(node, Scalar) and node.value == ASSUMPTIONS:
            return tuple(
                Factor(one.name, "parameter", one.low, one.high, unit=one.unit) for one in assumed_parameters()
            )
        if not isinstance(node, Mapping):
            right = f"write such as `fee.level: {{}}`, or `factors: {ASSUMPTIONS}` for every number not measured"
            self.reader.note("factors is a set of `name: range` lines", node.line, right)
            return ()
        found = []
        unknown = [(name, line) for name, line in node.lines.items() if name not in LEVERS and name not in register()]
        self.reader.unknown(unknown, _unknown)
        for name, entry in node.entries.items():
            line = node.lines[name]
            if name not in LEVERS and name not in register():
                continue
            before = len(self.reader.problems)
            try:
                factor = self._factor(name, entry, line)
            except BadInput as bad:
                self.reader.note_all(bad, line)
                continue
            except ValueError as error:
                self.reader.note(str(error), line)
                continue
            if factor is not None and len(self.reader.problems) == before:
                found.append((factor, line))
        if not node.entries:
            self.reader.note("factors names none", node.line, "name a lever or parameter to vary")
        varied = {factor.name for factor, _ in found}
        for factor, line in found:
            self._require_effect(factor, line, varied)
        return tuple(factor for factor, _ in found)

    def _factor(self, name: str, node: Node, line: int) -> Factor | None:
        if isinstance(node, Scalar) and node.value is not None:
            self.reader.note(f"{name} is one value", node.line, f"write a range or a list, such as {_two_of(name)}")
            return None
        if isinstance(node, ListNode):
            return self._of_levels(name, node, ())
        entries = self.reader.mapping(node, name, FACTOR_KEYS) if isinstance(node, Mapping) else {}
        only = self._only(name, entries.get("only"))
        if "levels" in entries:
            for key in entries.keys() - {"levels", "only"}:
                self.reader.note(f"{name} has levels, so {key} means nothing", entries[key].line, "remove it")
            if not isinstance(entries["levels"], ListNode):
                self.reader.note(
                    f"the levels of {name} are a list", entries["levels"].line, f"write such as {_two_of(name)}"
                )
                return None
            return self._of_levels(name, entries["levels"], only)
        return self._of_range(name, entries, line, only)

    def _of_levels(self, name: str, node: ListNode, only: tuple[str, ...]) -> Factor | None:
        levels = []
        for item in node.items:
            try:
                levels.append(_accepted(name, plain(item)))
            except BadInput as bad:
                self.reader.note_all(bad, item.line)
        if len(node.items) < 2:
            self.reader.note(f"{name} has fewer than two levels", node.line, f"write such as {_two_of(name)}")
            return None
        if any(level in levels[:place] for place, level in enumerate(levels[:MOST_LEVELS])):
            self.reader.note(f"{name} has the same level twice", node.line, "write each once")
        if len(levels) > MOST_LEVELS:
            self.reader.note(f"{name} has {len(levels):,} levels", node.line, f"keep to {MOST_LEVELS}, or give a range")
        return Factor(name, _kind(name), 0.0, 1.0, "levels", levels=tuple(levels), only=only, unit=_unit(name))

    def _of_range(self, name: str, entries: dict[str, Node], line: int, only: tuple[str, ...]) -> Factor | None:
        lever = LEVERS.get(name)
        if lever is not None and not (entries.keys() - {"only"}):
            levels = _own_levels(lever)
            if levels:
                return Factor(name, "lever", 0.0, 1.0, "levels", levels=levels, only=only)
        if lever is not None and not _has_a_range(lever):
            right = f"give levels, such as `levels: {_two_of(name)}`"
            self.reader.note(f"{name} has no range to draw from", line, right)
            return None
        low, high = lever.bounds if lever is not None else (register()[name].low, register()[name].high)  # type: ignore[misc]
        bounds = {"low": float(low), "high": float(high)}
        for key in bounds:
            if key in entries:
                value = self.reader.scalar(entries[key], f"{key} of {name}")
                try:
                    bounds[key] = float(_accepted(name, value)) if value is not None else bounds[key]  # type: ignore[arg-type]
                except BadInput as bad:
                    self.reader.note_all(bad, entries[key].line)
                except TypeError:
                    self.reader.note(f"{key} of {name} is a number", entries[key].line)
        distribution = "uniform"
        if "distribution" in entries:
            drawn = [one for one in DISTRIBUTIONS if one != "levels"]
            distribution = self.reader.choice(entries["distribution"], "distribution", drawn) or "uniform"
        shape: dict[str, float | None] = {}
        for key in ("mode", "mean", "sd"):
            if key not in entries:
                continue
            if key not in _SHAPES.get(distribution, ()):
                right = f"it belongs to {'triangular' if key == 'mode' else 'normal'}"
                self.reader.note(f"{key} means nothing to a {distribution} factor", entries[key].line, right)
                continue
            width = bounds["high"] - bounds["low"]
            span = (bounds["low"], bounds["high"]) if key != "sd" else (width / 1000, width * 1000)
            shape[key] = self.reader.number(entries[key], f"{key} of {name}", *span)
        whole = lever is not None and lever.kind == "whole"
        return Factor(name, _kind(name), **bounds, distribution=distribution, whole=whole, only=only,  # type: ignore[arg-type]
                      unit=_unit(name), **shape)  # fmt: skip

    def _only(self, name: str, node: Node | None) -> tuple[str, ...]:
        """The scenarios that a lever is varied in."""
        if node is None:
            return ()
        if name not in LEVERS:
            self.reader.note(f"{name} is a parameter, the same in every scenario", node.line, "remove `only`")
            return ()
        items = [node] if isinstance(node, Scalar) else self.reader.items(node, "only")
        known = [scenario.name for scenario in self.scenarios]
        named = [self.reader.choice(item, "only", known) for item in items] if known else []
        return tuple(one for one in named if one is not None)

    def _require_effect(self, factor: Factor, line: int, varied: set[str]) -> None:
        """Note a lever that can do nothing: what it needs is in force nowhere and is not varied either."""
        if factor.kind != "lever":
            return
        touched = [one for one in self.scenarios if not factor.only or one.name in factor.only]
        if RETENDER not in varied and touched and _waits(factor) and not any(map(_tenders, touched)):
            what = f"{factor.name} takes effect with a tender, and these scenarios have none"
            right = f"vary {RETENDER} too, or use a scenario with {RETENDER}: true"
            self.reader.problems.append(Problem(what, self.reader.file, line, right))
        unmet: dict[str, Any] = {}
        for scenario in touched:
            in_force = [scenario.place.regime, *(change.levers for change in scenario.changes)]
            missing = [unmet_needs(factor.name, levers) for levers in in_force]
            if any(not set(one) - varied for one in missing):
                return
            unmet = {key: value for key, value in missing[-1].items() if key not in varied}
        for other, needed in unmet.items():
            right = f"vary {other} too, or use a scenario with {other}: {shown(needed)}"
            self.reader.problems.append(
                Problem(f"{factor.name} has no effect in these scenarios", self.reader.file, line, right)
            )


def assumed_parameters() -> tuple[Parameter, ...]:
    """Every number of the model that was not measured, but for those that only say how a place is solved."""
    return tuple(one for one in register().values() if one.grade != "measured" and one.name not in SOLVING)


def _unknown(name: str) -> Problem:
    right = suggestion(name, [*LEVERS, *register()], "`caremarket docs levers` and `parameters` list them")
    return Problem(f"there is no lever or parameter {name}", right=right)


def _waits(factor: Factor) -> bool:
    """Whether some value of a lever takes effect with a tender alone."""
    lever = LEVERS[factor.name]
    moves = [(lever.neutral, level) for level in factor.levels if level != lever.neutral]  # weights cannot be hashed
    at_once = bool(moves) and all(move in lever.varied for move in moves)
    return lever.begins in ("with a tender", "with co-design") and not at_once


def _tenders(scenario: Scenario) -> bool:
    """Whether contracts that the council decides to tender start before the scenario ends."""
    return any(course.levers.get(RETENDER) is not None for course in timeline(scenario).courses)


def _accepted(name: str, value: object) -> Any:
    return LEVERS[name].accept(value) if name in LEVERS else accepted_parameters({name: value})[name]


def _two_of(name: str) -> str:
    """A list of two values that a lever or parameter takes."""
    two = LEVERS[name].contrast if name in LEVERS else (register()[name].low, register()[name].high)
    return f"[{', '.join(map(shown, two))}]"


def _has_a_range(lever: Lever) -> bool:
    """Whether a lever can be drawn between two numbers."""
    return lever.kind in ("share", "number", "whole") and not lever.allowed


def _kind(name: str) -> Any:
    return "lever" if name in LEVERS else "parameter"


def _unit(name: str) -> str:
    return LEVERS[name].unit if name in LEVERS else register()[name].unit


def _own_levels(lever: Lever) -> tuple[Any, ...]:
    """The values of a lever that has but a few; empty for one with a range, and for weights."""
    if lever.kind == "flag":
        return (False, True)
    return tuple(lever.options) or tuple(lever.allowed)
