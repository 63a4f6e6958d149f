"""What an emulator takes: each factor's value as numbers from 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.methods.factors import Factor

Values = NDArray[np.float64]


def bounds(factor: Factor) -> tuple[float, float]:
    """The lowest and the highest number that a factor was tried at; of what is no number, 0 and 1."""
    if not factor.levels:
        return factor.low, factor.high
    return (float(min(factor.levels)), float(max(factor.levels))) if factor.numeric else (0.0, 1.0)


def as_numbers(factor: Factor, value: Any) -> list[float]:
    """A number as its part of the way from the lowest to the highest; of other levels, a 1 for that which it is, of all
    but the first. Raises BadInput for what is no number or none of the levels."""
    if factor.levels and not factor.numeric:
        if not any(_same(value, level) for level in factor.levels):
            right = suggestion(str(value), [str(level) for level in factor.levels])
            raise BadInput(Problem(f"{factor.name} is {value!r}, which was not tried", right=right))
        return [float(_same(value, level)) for level in factor.levels[1:]]
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise BadInput(Problem(f"{factor.name} is {value!r}, not a number"))
    low, high = bounds(factor)
    return [(value - low) / (high - low)]


def table_of(factors: Sequence[Factor], rows: Sequence[Sequence[Any]]) -> Values:
    """Every row of values as numbers (row, input)."""
    return np.array([
        [number for factor, value in zip(factors, row, strict=True) for number in as_numbers(factor, value)]
        for row in rows
    ])  # fmt: skip


def outside(factors: Sequence[Factor], values: Mapping[str, Any]) -> list[str]:
    """What lies outside what was tried, a clause each."""
    found = []
    for factor in factors:
        if not factor.levels or factor.numeric:
            low, high = bounds(factor)
            if not low <= values[factor.name] <= high:
                found.append(f"{factor.name} is {values[factor.name]:g}, and was tried from {low:g} to {high:g}")
    return found


def _same(one: Any, other: Any) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and one == other
