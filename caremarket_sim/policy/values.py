"""What a lever takes for a value: each kind checks its own, and a refusal says what to write instead."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np

from caremarket_sim.errors import BadInput, Problem, suggestion

if TYPE_CHECKING:
    from caremarket_sim.policy.levers import Lever

Value = bool | int | float | str | None | dict[str, float]

_QUANTITY = re.compile(
    r"^\s*[£$]?\s*([-+]?\d[\d,_]*(?:\.\d+)?|[-+]?\.\d+)\s*(%|p\b|per ?cent|[a-z£/ ]*)\s*$", re.IGNORECASE
)
_FRACTION = re.compile(r"^\s*(\d+)\s*/\s*(\d+)\s*$")


def shown(value: object) -> str:
    """A value as it is written in a scenario file."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{part}: {shown(weight)}" for part, weight in value.items()) + "}"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def number_meant(text: str) -> str | None:
    """The number to write for a text that holds one, such as 0.1 for `10%` and 12.60 for `£12.60`; None without one."""
    if fraction := _FRACTION.match(text):
        over, under = float(fraction[1]), float(fraction[2])
        return f"{over / under:.4g}" if under else None
    if not (quantity := _QUANTITY.match(text)):
        return None
    digits = quantity[1].replace(",", "").replace("_", "")
    if quantity[2].lower().replace(" ", "") in ("%", "percent"):
        return f"{float(digits) / 100:.10g}"
    return digits


def accepted(lever: Lever, value: object) -> Value:
    """`value` in the lever's own type. Raises BadInput with what to write if it is none of the lever's values."""
    value = value.item() if isinstance(value, np.generic) else value
    if lever.kind == "weights":
        return _weights(lever, value)
    if isinstance(value, (dict, list, tuple, set)):
        raise _refused(lever, f"is one value, not {'a mapping' if isinstance(value, dict) else 'a list'}")
    if lever.kind == "flag":
        return _flag(lever, value)
    if lever.kind == "choice":
        return _choice(lever, value)
    if lever.may_be_none and (value is None or value == "none"):
        return None
    if lever.kind == "wage_floor" and isinstance(value, str) and number_meant(value) is None:
        return _choice(lever, value, f"or an amount from {shown(lever.low)} to {shown(lever.high)} £ an hour")
    return _number(lever, value)


def checked_number(
    name: str,
    value: object,
    low: float | None,
    high: float | None,
    *,
    whole: bool = False,
    share: bool = False,
    unit: str = "",
) -> float:
    """A finite number within its bounds. Raises BadInput with the number to write if it is text, a flag or outside."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        meant = number_meant(value) if isinstance(value, str) else None
        right = f"write {meant}" if meant is not None else _span(low, high, unit)
        raise BadInput(Problem(f"{name} is a number, not {_kind_of(value)} {shown(value)}".rstrip(), right=right))
    if not math.isfinite(value):
        raise BadInput(Problem(f"{name} is {value}, which is no number that can be used", right=_span(low, high, unit)))
    if whole and value != int(value):
        raise BadInput(Problem(f"{name} is a whole number, not {shown(value)}", right=_span(low, high, unit)))
    if (low is not None and value < low) or (high is not None and value > high):
        right = _span(low, high, unit)
        if share and high is not None and 2 <= value <= 100 and value / 100 <= high:
            right = f"shares are numbers, not per cent: write {value / 100:.10g}"
        raise BadInput(Problem(f"{name} is {shown(value)}, outside its bounds", right=right))
    return int(value) if whole else float(value) + 0.0  # so that -0.0 is 0.0


def _number(lever: Lever, value: object) -> Value:
    whole = lever.kind == "whole"
    share = lever.kind == "share"
    if lever.allowed and value not in lever.allowed and isinstance(value, (int, float)):
        raise _refused(lever, f"is {shown(value)}", "write " + " or ".join(map(str, lever.allowed)))
    return checked_number(lever.key, value, lever.low, lever.high, whole=whole, share=share, unit=lever.unit)


def _flag(lever: Lever, value: object) -> bool:
    if isinstance(value, bool):
        return value
    meant = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}
    word = meant.get(str(value).lower())
    raise _refused(lever, f"is true or false, not {shown(value)}", f"write {word}" if word else "write true or false")


def _choice(lever: Lever, value: object, also: str = "") -> str:
    if isinstance(value, str) and value in lever.options:
        return value
    right = suggestion(shown(value), lever.options)
    raise _refused(lever, f"is {shown(value)!r}, which it cannot be", f"{right} {also}".rstrip())


def _weights(lever: Lever, value: object) -> dict[str, float]:
    example = f"write {{{', '.join(f'{part}: …' for part in lever.parts)}}}"
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
                weights[part] = checked_number(f"{lever.key} {part}", value[part], 0, 1)
            except BadInput as bad:
                problems.extend(bad.problems)
    total = sum(weights.values())
    if not problems and abs(total - 1) > 1e-6:
        problems.append(Problem(f"{lever.key} sums to {total:.6g}", right="weights must sum to 1"))
    if problems:
        raise BadInput(problems)
    return weights


def _refused(lever: Lever, what: str, right: str | None = None) -> BadInput:
    return BadInput(Problem(f"{lever.key} {what}", right=right))


def _kind_of(value: object) -> str:
    return (
        "a flag" if isinstance(value, bool) else "text" if isinstance(value, str) else "empty" if value is None else ""
    )


def _span(low: float | None, high: float | None, unit: str) -> str:
    ends = "a number" if low is None or high is None else f"a number from {shown(low)} to {shown(high)}"
    return f"write {ends}" + (f" ({unit})" if unit else "")
