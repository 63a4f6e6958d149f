"""History matching: which parameter values the targets do not rule out (Craig, Goldstein, Seheult and Smith 1997).

An emulator is fitted to each target's quantity over the samples so far: a straight and a curved term for each
parameter, shrunk by as much as foretells best what was left out (ridge regression). With dozens of parameters and a few
hundred noisy samples it errs less than one that chooses among thousands of interactions. A sample is ruled out where an
emulator, give or take twice its own error on samples it has not seen, puts the quantity outside its band. Later waves
look only where nothing is ruled out. What remains is simulated, and the simulation alone decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.samplers import Sampler, draw
from caremarket_sim.studies.calibration.recipe import Band

Values = NDArray[np.float64]

EDGE = 0.02
"""Share of a range, at each end, that is not searched: an end of a range is where evidence stops, not where it is."""

DOUBT = 2.0
"""Emulator errors by which a prediction must miss a band to rule a sample out; finalists must be expected inside."""

BATCH, BATCHES = 4000, 60
"""Points looked at with the emulators at a time, and at most."""


SHRINKAGE = np.logspace(-2, 4, 37)
"""Penalties tried; the one with the least error on samples left out one at a time is used."""


@dataclass(frozen=True)
class Emulator:
    """A shrunken sum of curves, one a parameter. `explained` and `error` are about samples left out of the fit."""

    coefficients: Values
    explained: float
    error: float

    def __call__(self, points: Values) -> Values:
        """What it expects at these points."""
        return terms(points) @ self.coefficients


def terms(points: Values) -> Values:
    """A constant, and a straight and a curved term of each coordinate, uncorrelated and of variance 1."""
    turned = 2.0 * points - 1.0
    return np.hstack([np.ones((len(points), 1)), np.sqrt(3.0) * turned, np.sqrt(5.0) * (1.5 * turned**2 - 0.5)])


def fit(points: Values, output: Values) -> Emulator:
    """The emulator of these samples, its errors those of leaving out one at a time (in closed form)."""
    table = terms(points)
    centre, middle = table[:, 1:].mean(axis=0), output.mean()
    left, strengths, right = np.linalg.svd(table[:, 1:] - centre, full_matrices=False)
    along = left.T @ (output - middle)
    best, chosen = np.inf, SHRINKAGE[-1]
    for penalty in SHRINKAGE:
        kept = strengths**2 / (strengths**2 + penalty)
        leverage = (left**2 * kept).sum(axis=1) + 1.0 / len(output)
        missed = (output - middle - left @ (kept * along)) / np.maximum(1.0 - leverage, 1e-9)
        if np.mean(missed**2) < best:
            best, chosen = float(np.mean(missed**2)), float(penalty)
    slopes = right.T @ (strengths / (strengths**2 + chosen) * along)
    coefficients = np.concatenate([[middle - centre @ slopes], slopes])
    return Emulator(coefficients, 1.0 - best / float(output.var()), float(np.sqrt(best)))


@dataclass(frozen=True)
class Fate:
    """What became of a target: `kept`, or why it does not constrain (nothing within the ranges reaches it)."""

    band: Band
    kept: bool
    why: str
    best: float
    """The value nearest to the band that any sample gave."""
    explained: float
    """Share of variance that its emulator explains on samples it has not seen."""


def points_of(count: int, factors: Sequence[Factor], seed: int) -> Values:
    """So many points that fill the ranges evenly, their ends left out."""
    return EDGE + (1.0 - 2.0 * EDGE) * draw(Sampler("latin_hypercube", count), factors, seed)


def values_at(points: Values, factors: Sequence[Factor]) -> Values:
    """The factors' values at points of the unit cube (point, factor)."""
    return np.array([[factor.value(float(at)) for factor, at in zip(factors, row, strict=True)] for row in points])


def distance(values: Values, band: Band) -> Values:
    """How far each value is outside the band; 0 inside."""
    return np.maximum(np.maximum(band.low - values, values - band.high), 0.0)


def emulators(points: Values, means: Values, bands: Sequence[Band]) -> list[Emulator | None]:
    """An emulator for each band's quantity (column of `means`); None where the quantity does not vary."""
    found: list[Emulator | None] = []
    for column in range(len(bands)):
        known = np.isfinite(means[:, column])
        output = means[known, column]
        varies = len(output) > 1 and np.ptp(output) > 1e-12 * max(1.0, float(np.abs(output).max()))
        found.append(fit(points[known], output) if varies else None)
    return found


def fates(means: Values, fitted: Sequence[Emulator | None], bands: Sequence[Band], hopeful: Values) -> list[Fate]:
    """Which bands constrain. One that neither a sample nor any point's prediction comes near is out of reach."""
    found = []
    for column, (band, emulator) in enumerate(zip(bands, fitted, strict=True)):
        values = means[np.isfinite(means[:, column]), column]
        away = distance(values, band)
        best = float(values[np.argmin(away)]) if len(values) else float("nan")
        reached = bool(len(values)) and bool((away == 0.0).any())
        if not reached and emulator is not None:
            reached = bool((distance(emulator(hopeful), band) <= DOUBT * emulator.error).any())
        why = "" if reached else f"no values within the ranges bring it into its band; the nearest was {best:.4g}"
        if band.set_aside:
            reached, why = False, f"set aside: {band.set_aside}"
        found.append(Fate(band, reached, why, best, emulator.explained if emulator is not None else float("nan")))
    return found


def outside(points: Values, fitted: Sequence[Emulator | None], kept: Sequence[Fate]) -> Values:
    """How many of its emulator's errors each point's prediction lies outside each kept band (point, band)."""
    columns = []
    for emulator, fate in zip(fitted, kept, strict=True):
        if not fate.kept or emulator is None:
            columns.append(np.zeros(len(points)))
        else:
            columns.append(distance(emulator(points), fate.band) / max(emulator.error, 1e-300))
    return np.column_stack(columns)


def not_ruled_out(
    count: int, factors: Sequence[Factor], fitted: Sequence[Emulator | None], kept: list[Fate], doubt: float, seed: int
) -> tuple[Values, float, list[Fate]]:
    """Points that no emulator rules out, the share of all points that they are, and the bands that still constrain.

    Where no point is left the bands contradict one another within the ranges: the one that rules out most gives way.
    """
    kept = list(kept)
    looked, found = 0, []
    every: list[Values] = []
    for number in range(BATCHES):
        batch = points_of(BATCH, factors, seed + number)
        away = outside(batch, fitted, kept)
        every.append(away)
        looked += len(batch)
        found.append(batch[(away <= doubt).all(axis=1)])
        if sum(len(part) for part in found) >= count:
            break
    points = np.concatenate(found)
    if len(points) < max(1, count // 20):
        ruled_out = (np.concatenate(every) > doubt).mean(axis=0)
        worst = int(np.argmax(ruled_out))
        band = kept[worst].band
        why = (
            f"together with the other targets it leaves nothing within the ranges; it rules out {ruled_out[worst]:.0%}"
        )
        kept[worst] = Fate(band, False, why, kept[worst].best, kept[worst].explained)
        return not_ruled_out(count, factors, fitted, kept, doubt, seed)
    return points[:count], len(points) / looked, kept
