"""What a sweep varies: levers, parameters or plain numbers, each with its range and how it is spread over it.

A sample is a point of the unit cube, one coordinate a factor; a factor turns its coordinate into a value by the
inverse of its distribution. Analyses work on coordinates, so that choices, flags and skewed numbers are alike to them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Distribution = Literal["uniform", "triangular", "normal", "log_uniform", "levels"]
DISTRIBUTIONS: tuple[Distribution, ...] = ("uniform", "triangular", "normal", "log_uniform", "levels")
Kind = Literal["lever", "parameter", "number"]


def units_of(factors: Iterable[Factor]) -> dict[str, str]:
    """Every factor's unit by its name."""
    return {factor.name: factor.unit for factor in factors}


@dataclass(frozen=True)
class Factor:
    """One thing that a sweep varies between `low` and `high`, or over `levels` (any values, each as likely).

    `kind` number is a plain argument of a function; levers and parameters are named as in scenario files. A triangular
    factor is likeliest at `mode`; a normal one has `mean` and `sd` and is cut off at its bounds. `only` names the
    scenarios that a lever is varied in; all when empty. A `whole` factor takes whole numbers.
    """

    name: str
    kind: Kind = "number"
    low: float = 0.0
    high: float = 1.0
    distribution: Distribution = "uniform"
    mode: float | None = None
    mean: float | None = None
    sd: float | None = None
    levels: tuple[Any, ...] = ()
    whole: bool = False
    only: tuple[str, ...] = ()
    unit: str = ""

    def __post_init__(self) -> None:
        if self.distribution == "levels" and not self.levels:
            raise ValueError(f"{self.name} has no levels")
        if self.distribution != "levels" and not self.low < self.high:
            raise ValueError(f"{self.name} goes from {self.low:g} to {self.high:g}; low must be under high")
        if self.distribution == "log_uniform" and self.low <= 0:
            raise ValueError(f"{self.name} is log_uniform from {self.low:g}; low must be over 0")

    @property
    def numeric(self) -> bool:
        """Whether every value is a number, so that it makes sense to say above and below."""
        return all(isinstance(level, (int, float)) and not isinstance(level, bool) for level in self.levels)

    def value(self, coordinate: float) -> Any:
        """The value at a coordinate from 0 to 1."""
        if self.levels:
            return self.levels[min(int(coordinate * len(self.levels)), len(self.levels) - 1)]
        if self.whole:
            span = math.floor(self.high) - math.ceil(self.low) + 1
            return math.ceil(self.low) + min(int(coordinate * span), span - 1)
        return float(min(max(self._quantile(coordinate), self.low), self.high))

    def coordinate(self, value: Any) -> float:
        """A coordinate at which the factor has this value (the middle of those that do). ValueError if none has."""
        if self.levels:
            alike = [isinstance(value, bool) == isinstance(level, bool) and value == level for level in self.levels]
            return (alike.index(True) + 0.5) / len(self.levels)
        if isinstance(value, bool) or not isinstance(value, int | float) or (self.whole and value != int(value)):
            raise ValueError(f"{self.name} is {value}, not a {'whole ' if self.whole else ''}number")
        if not self.low <= value <= self.high:
            raise ValueError(f"{self.name} is {value:g}, outside {self.low:g} to {self.high:g}")
        if self.whole:
            return (value - math.ceil(self.low) + 0.5) / (math.floor(self.high) - math.ceil(self.low) + 1)
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self._quantile(middle) < value else (low, middle)
        return 0.5 * (low + high)

    def column(self, values: list[Any]) -> NDArray[np.float64]:
        """Values as numbers: themselves, or the position of each among the levels."""
        if self.levels and not self.numeric:
            return np.array([float(self.levels.index(value)) for value in values])
        return np.array(values, dtype=np.float64)

    def _quantile(self, coordinate: float) -> float:
        low, width = self.low, self.high - self.low
        if self.distribution == "log_uniform":
            return low * (self.high / low) ** coordinate
        if self.distribution == "triangular":
            mode = low + width / 2 if self.mode is None else self.mode
            at = (mode - low) / width
            if coordinate < at:
                return low + math.sqrt(coordinate * width * (mode - low))
            return self.high - math.sqrt((1.0 - coordinate) * width * (self.high - mode))
        if self.distribution == "normal":
            from scipy.special import ndtr, ndtri

            mean = low + width / 2 if self.mean is None else self.mean
            sd = width / 4 if self.sd is None else self.sd
            first, last = ndtr((low - mean) / sd), ndtr((self.high - mean) / sd)
            return mean + sd * float(ndtri(first + coordinate * (last - first)))
        return low + width * coordinate
