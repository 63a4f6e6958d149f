"""What is known before a council's own figures: a set of draws, what lies between them, and the levels of a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.findings.draws import Draw
from caremarket_sim.methods.factors import Factor
from caremarket_sim.parameters import register
from caremarket_sim.scenario import Scenario

Values = NDArray[np.float64]

LEVELS = (
    "baseline.turnover",
    "baseline.zero_hours_share",
    "baseline.waiting_share",
    "baseline.late_share",
    "baseline.travel_share",
    "baseline.unpaid_travel_share",
)
"""What a settled market is solved for. Nationally published, and a council's own where it has a figure of its own."""

REACH = np.sqrt(3.0) / 2.0
"""How far from the middle of two draws, in ways from one to the other, others are taken: the spread stays the set's."""


@dataclass(frozen=True)
class Effort:
    """How hard it is tried: samples of the first wave and of each later one, waves at most, futures of each sample, and
    how many draws are wanted."""

    first: int = 64
    later: int = 48
    waves: int = 5
    replicates: int = 4
    wanted: int = 24
    seed: int = 20240401

    def times(self, share: float) -> Effort:
        """So much more or less of it."""
        return Effort(
            max(24, round(self.first * share)), max(12, round(self.later * share)), self.waves, self.replicates,
            max(2, round(self.wanted * share)), self.seed,
        )  # fmt: skip


USUAL = Effort()


@dataclass(frozen=True)
class Before:
    """What is known before: a table of draws as points of the unit cube, one column a factor; levels are open."""

    factors: tuple[Factor, ...]
    table: Values
    levels: int
    """How many of the factors, the last ones, are levels of the place."""

    def points(self, count: int, seed: int) -> Values:
        """So many points between and a little beyond two draws of the set, their levels anywhere."""
        rng = np.random.default_rng(seed)
        one, other = (self.table[rng.integers(len(self.table), size=count)] for _ in range(2))
        beyond = rng.uniform(-REACH, REACH, (count, 1))
        return self._anywhere(np.clip((one + other) / 2.0 + beyond * (one - other), 0.0, 1.0), rng)

    def of_the_set(self, most: int, seed: int) -> Values:
        """The draws of the set themselves, at most so many, their levels anywhere."""
        return self._anywhere(self.table[:most].copy(), np.random.default_rng(seed))

    def _anywhere(self, points: Values, rng: np.random.Generator) -> Values:
        points[:, points.shape[1] - self.levels :] = rng.uniform(size=(len(points), self.levels))
        return points


def before(place: Scenario, draws: Sequence[Draw]) -> Before:
    """What a set of draws says, but for what the place's own file sets."""
    known, own = register(), place.parameters.overrides
    levels = [name for name in LEVELS if name not in own]
    varied = [name for name in draws[0].values if name not in own and name not in levels]
    factors = tuple(
        Factor(name, "parameter", known[name].low, known[name].high, unit=known[name].unit)
        for name in (*varied, *levels)
    )
    rows = [[draw.values.get(one.name, place.parameters[one.name]) for one in factors] for draw in draws]
    return Before(factors, as_points(np.array(rows, float), factors), len(levels))


def as_points(values: Values, factors: Sequence[Factor]) -> Values:
    """Values (row, factor) as points of the unit cube."""
    low, high = np.array([one.low for one in factors]), np.array([one.high for one in factors])
    return (values - low) / (high - low)
