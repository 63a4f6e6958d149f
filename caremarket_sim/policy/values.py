"""What a lever takes for a value: each kind checks its own, and a refusal says what to write instead."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.policy.advice import Span, shown

if TYPE_CHECKING:
    from caremarket_sim.policy.levers import Lever

Value = bool | int | float | str | None | dict[str, float]


def accepted(lever: Lever, value: object) -> Value:
    """`value` in the lever's own type. Raises BadInput with what to write if it is none of the lever's values."""
    value = value.item() if isinstance(value, np.generic) else value
    if lever.kind == "weights":
        return _weights(lever, value)
    if isinstance(value, (dict, list, tuple, set)):
        what = f"is one value, not {'a mapping' if isinstance(value, dict) else 'a list'}"
        raise _refused(lever, what, right_for(lever))
    if lever.kind == "flag":
        return _flag(lever, value)
    if lever.kind == "choice":
        return _choice(lever, value)
    if lever.may_be_none and (value is None or value == "none"):
        return None
    if lever.kind == "wage_floor" and isinstance(value, str):
        if value in lever.options:
            return value
        if not any(letter.isdigit() for letter in value):
            near = suggestion(value, lever.options)
            amount = f"or an amount from {shown(lever.low)} to {shown(lever.high)} £ an hour"
            raise _refused(lever, f"is {value!r}, which it cannot be", f"{near} {amount}")
    return checked_number(lever.key, value, span_of(lever))


def span_of(lever: Lever) -> Span:
    """The numbers that a lever takes, and the words besides."""
    words = lever.options if lever.kind == "wage_floor" else ("none",) if lever.may_be_none else ()
    return Span(lever.low, lever.high, lever.unit, lever.kind == "whole", lever.allowed, words)


def right_for(lever: Lever) -> str:
    """What to write for a lever that has no value yet."""
    if lever.kind == "weights":
        return f"write such as {shown(lever.neutral)}"
    if lever.kind in ("choice", "flag"):
        return "write one of: " + ", ".join(lever.options or ("true", "false"))
    return span_of(lever).in_words


def checked_number(name: str, value: object, span: Span) -> float:
    """A finite number of a span. Raises BadInput with what to write if it is text, a flag or none of the span's."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        what = f"{name} is a number, not {_kind_of(value)} {shown(value)}".rstrip()
    elif not math.isfinite(value):
        what = f"{name} is {value}, which is no number that can be used"
    elif span.few and value not in span.few:
        what = f"{name} is {shown(value)}"
    elif span.whole and value != int(value):
        what = f"{name} is a whole number, not {shown(value)}"
    elif not span.takes(value):
        what = f"{name} is {shown(value)}, outside its bounds"
    else:
        return int(value) if span.whole else float(value) + 0.0  # so that -0.0 is 0.0
    raise BadInput(Problem(what, right=span.instead_of(value)))


def _flag(lever: Lever, value: object) -> bool:
    if isinstance(value, bool):
        return value
    meant = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}
    word = meant.get(str(value).lower())
    raise _refused(lever, f"is true or false, not {shown(value)}", f"write {word}" if word else "write true or false")


def _choice(lever: Lever, value: object) -> str:
    if isinstance(value, str) and value in lever.options:
        return value
    raise _refused(lever, f"is {shown(value)!r}, which it cannot be", suggestion(shown(value), lever.options))


def _weights(lever: Lever, value: object) -> dict[str, float]:
    example = right_for(lever)
    if not isinstance(value, dict):
        raise _refused(lever, f"is a set of weights, not {shown(value)}", example)
    problems = [
        Problem(f"{lever.key} has no part {part}", right=suggestion(str(part), lever.parts))
        for part in value
        if part not in lever.parts
    ]
    missing = [part for part in lever.parts if part not in value]
    if missing:
        problems.append(Problem(f"{lever.key} lacks {', '.join(missing)}", right=example))
    weights: dict[str, float] = {}
    for part in lever.parts:
        if part in value:
            try:
                weights[part] = checked_number(f"{lever.key} {part}", value[part], Span(0, 1))
            except BadInput as bad:
                problems.extend(bad.problems)
    total = sum(weights.values())
    if not problems and abs(total - 1) > 1e-6:
        problems.append(Problem(f"{lever.key} sums to {total:.6g}", right="weights must sum to 1"))
    if problems:
        raise BadInput(problems)
    return weights


def _refused(lever: Lever, what: str, right: str | None) -> BadInput:
    return BadInput(Problem(f"{lever.key} {what}", right=right))


def _kind_of(value: object) -> str:
    return (
        "a flag" if isinstance(value, bool) else "text" if isinstance(value, str) else "empty" if value is None else ""
    )
