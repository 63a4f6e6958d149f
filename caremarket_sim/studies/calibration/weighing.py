"""What simulated samples say of a council's own figures: which are implausible, and which figures cannot be met."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from caremarket_sim.studies.calibration import matching
from caremarket_sim.studies.calibration.recipe import Band

Values = NDArray[np.float64]

CUTOFF = 3.0
"""Standard deviations outside a figure's bounds beyond which a sample does not come near it (after Pukelsheim 1994)."""

SURE = 0.95
"""How sure to keep the truth: the squares of what a sample is off by, over all figures, may add up to what chance alone
exceeds in the rest of cases (chi squared)."""

BATCH, BATCHES = 4000, 25
"""Points looked at with the emulators at a time, and at most."""


@dataclass(frozen=True)
class Weighed:
    """Samples beside figures. `points` (sample, factor); `means` (sample, figure) over futures and years; `chance`, a
    standard deviation a figure, of the difference between one year that was and a sample's mean."""

    bands: tuple[Band, ...]
    points: Values
    means: Values
    chance: Values

    @cached_property
    def away(self) -> Values:
        """How many standard deviations of chance each sample is outside each figure's bounds (sample, figure)."""
        distances = [matching.distance(self.means[:, k], band) for k, band in enumerate(self.bands)]
        return np.nan_to_num(np.column_stack(distances) / self.chance, nan=np.inf)

    @cached_property
    def fitted(self) -> list[matching.Emulator | None]:
        """An emulator a figure."""
        return matching.emulators(self.points, self.means, self.bands)

    def expected_away(self, points: Values) -> Values:
        """The same of points that were not simulated, by the emulators, whose own error is added to chance."""
        columns = []
        for k, (band, emulator) in enumerate(zip(self.bands, self.fitted, strict=True)):
            if emulator is None:  # the same everywhere: as the samples are
                columns.append(np.full(len(points), np.nanmedian(self.away[:, k])))
            else:
                distances = matching.distance(emulator(points), band)
                columns.append(distances / np.hypot(emulator.error, self.chance[k]))
        return np.column_stack(columns)

    def expected_plausible(self, points: Values, kept: Sequence[bool]) -> NDArray[Any]:
        """Which points the emulators do not make implausible, figures that are kept taken together."""
        return plausible(self.expected_away(points), kept)

    def meets(self, kept: Sequence[bool]) -> NDArray[Any]:
        """Which samples the figures that are kept, taken together, do not make implausible."""
        return plausible(self.away, kept)

    def nearest(self, k: int) -> float:
        """What the sample that comes nearest to a figure came to."""
        return float(self.means[int(np.argmin(self.away[:, k])), k])


@dataclass(frozen=True)
class Fate:
    """What became of a figure: `kept`, or why it gave way."""

    kept: bool
    why: str = ""


def plausible(away: Values, kept: Sequence[bool]) -> NDArray[Any]:
    """Which rows of standard deviations outside bounds (row, figure) are no more than chance makes of the truth."""
    chosen = np.array(kept, bool)
    return (away[:, chosen] ** 2).sum(axis=1) <= chdtri(max(int(chosen.sum()), 1), 1.0 - SURE)


def weigh(points: Values, found: Values, bands: Sequence[Band]) -> Weighed:
    """Samples beside figures, from what they came to (sample, future, year, figure).

    Chance is the same for all samples: the spread between futures of one year, which is what the council had, and of
    the mean over the few futures that were simulated.
    """
    with np.errstate(invalid="ignore"):
        of_a_year = np.nanmean(found.var(axis=1, ddof=1), axis=(0, 1))
        of_the_mean = np.nanmean(found.mean(axis=2).var(axis=1, ddof=1), axis=0) / found.shape[1]
    means = found.mean(axis=(1, 2))
    least = 1e-9 * np.maximum(np.nanmax(np.abs(means), axis=0), 1e-9)
    return Weighed(tuple(bands), points, means, np.maximum(np.sqrt(of_a_year + of_the_mean), least))


def points_left(
    weighed: Weighed, draw: Callable[[int, int], Values], count: int, seed: int
) -> tuple[Values, list[Fate]]:
    """Points that no emulator makes implausible, at least `count` where there are so many, and what became of figures.

    `draw(count, seed)` gives points of what is known before. A figure that neither a sample nor any point comes near
    gives way; where nothing is left of figures that each can be met, so does the one that rules out most.
    """
    looked = np.concatenate([draw(BATCH, seed + number) for number in range(BATCHES)])
    away = weighed.expected_away(looked)
    fates = []
    for k in range(len(weighed.bands)):
        met = bool((weighed.away[:, k] <= CUTOFF).any() or (away[:, k] <= CUTOFF).any())
        fates.append(Fate(met, "" if met else "nothing within the ranges comes near it"))
    while True:
        kept = np.array([fate.kept for fate in fates])
        left = looked[plausible(away, kept.tolist())]
        if len(left) >= min(count, 20) or kept.sum() <= 1:
            return left, fates
        fates[_worst(away, kept)] = Fate(False, "together with the other figures it leaves nothing within the ranges")


def settled_fates(weighed: Weighed, fates: Sequence[Fate]) -> list[Fate]:
    """What became of figures once all samples are simulated: until one meets the rest, the most missed gives way."""
    fates = list(fates)
    while not weighed.meets([fate.kept for fate in fates]).any():
        missed = _worst(weighed.away, np.array([fate.kept for fate in fates]))
        fates[missed] = Fate(False, "no sample meets it together with the other figures")
    return fates


def _worst(away: Values, kept: NDArray[np.bool_]) -> int:
    """The figure among those kept that most are farthest from."""
    return int(np.argmax(np.where(kept, np.median(away, axis=0), -1.0)))
