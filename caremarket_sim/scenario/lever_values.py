"""Reading lever values and parameter values from nodes, each by the type and bounds of its own."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping

import numpy as np

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.parameters import register
from caremarket_sim.policy import LEVERS
from caremarket_sim.policy.advice import Span, shown
from caremarket_sim.policy.settings import unknown_lever
from caremarket_sim.policy.values import Value, checked_number, right_for
from caremarket_sim.scenario.documents import Mapping, Node, Scalar, Sequence
from caremarket_sim.scenario.fields import Reader


def plain(node: Node) -> object:
    """The node as Python values."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value


def lever_values(reader: Reader, node: Node, name: str) -> dict[str, tuple[Value, int]]:
    """Each lever's value and line; mistakes are noted and left out."""
    values: dict[str, tuple[Value, int]] = {}
    if not isinstance(node, Mapping):
        reader.note(f"{name} is a set of `lever: value` lines", node.line, "write such as `fee.level: 1.05`")
        return values
    groups = {lever.group for lever in LEVERS.values()}
    unknown: list[tuple[str, int]] = []
    for key, value in node.entries.items():
        line = node.lines[key]
        if key in groups:
            inside = [f"{key}.{name}" for name in value.entries] if isinstance(value, Mapping) else []
            first = next(name for name in (*inside, *LEVERS) if name in LEVERS and name.startswith(f"{key}."))
            right = f"write them in one line each, such as `{first}: {shown(LEVERS[first].neutral)}`"
            reader.note(f"{key} is a group of levers", line, right)
        elif key not in LEVERS:
            unknown.append((key, line))
        elif isinstance(value, Scalar) and value.value is None:
            reader.note(f"{key} has no value", line, right_for(LEVERS[key]))
        else:
            try:
                values[key] = (LEVERS[key].accept(plain(value)), line)
            except BadInput as bad:
                reader.note_all(bad, line)
    reader.unknown(unknown, unknown_lever)
    return values


def parameter_values(reader: Reader, node: Node) -> dict[str, tuple[float, int]]:
    """Each overridden parameter's value and line; mistakes are noted and left out."""
    values: dict[str, tuple[float, int]] = {}
    if not isinstance(node, Mapping):
        reader.note("parameters is a set of `parameter: value` lines", node.line, "remove it, or give values")
        return values
    reader.unknown([(key, line) for key, line in node.lines.items() if key not in register()], _unknown)
    for key, value in node.entries.items():
        line = node.lines[key]
        try:
            if key in register():
                values[key] = (accepted_parameters({key: plain(value)})[key], line)
        except BadInput as bad:
            reader.note_all(bad, line)
    return values


def accepted_parameters(values: AnyMapping[str, object]) -> dict[str, float]:
    """The values as numbers within the register's bounds. Raises BadInput with every unknown name and wrong value."""
    known = register()
    problems: list[Problem] = []
    accepted: dict[str, float] = {}
    for name, value in values.items():
        if name not in known:
            problems.append(_unknown(name))
            continue
        parameter = known[name]
        value = value.item() if isinstance(value, np.generic) else value
        try:
            accepted[name] = checked_number(name, value, Span(parameter.low, parameter.high, parameter.unit))
        except BadInput as bad:
            problems.extend(bad.problems)
    if problems:
        raise BadInput(problems)
    return accepted


def _unknown(name: str) -> Problem:
    right = suggestion(name, register(), "`caremarket docs parameters` lists them")
    return Problem(f"there is no parameter {name}", right=right)
