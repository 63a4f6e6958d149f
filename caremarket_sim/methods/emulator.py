"""A quick stand-in for the model where runs are few: a sparse sum of polynomials, with its error on runs held out.

Legendre polynomials of the factors' coordinates (a polynomial chaos expansion, Sudret 2008), of which the few that
explain most are taken one by one (orthogonal matching pursuit) for as long as the error of leaving one run out falls
(Blatman and Sudret 2011). Its indices are as good as it is, so the share of the output's variance that it gets right
on runs it has not seen stands beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.methods.indices import Index

Values = NDArray[np.float64]

MOST_TERMS = 1200
"""Candidates; the highest degree is the largest that stays under it."""

HIGHEST_DEGREE = 10
SPARSITY = 0.75
"""Hyperbolic truncation: below 1, terms of many factors at once are left out before those of high degree in one."""

RUNS_A_TERM = 4
"""Fewest runs for each term taken: the error of leaving one out flatters terms that were picked among so many."""
FOLDS = 5
RESAMPLES = 60
TRUSTED = 0.7
"""Share of the variance of held-out runs that an emulator must get right for its indices to rank factors."""


@dataclass(frozen=True)
class Emulator:
    """A fitted sum of polynomials. `holdout` is the share of variance explained on runs left out of the fit."""

    degrees: NDArray[np.int64]
    """(term, factor) degree of each polynomial."""
    coefficients: Values
    """(term, resample); the first column is the fit itself."""
    levels: tuple[int, ...]
    """How many values each factor has; 0 where any."""
    holdout: float
    holdout_error: float
    """Root mean square error on runs left out, in the output's unit."""
    runs: int

    def __call__(self, coordinates: Values) -> Values:
        """What it expects at these points."""
        return basis(coordinates, self.degrees, self.levels) @ self.coefficients[:, 0]

    @cached_property
    def trusted(self) -> bool:
        """Whether it is good enough on runs it has not seen."""
        return self.holdout >= TRUSTED

    def indices(self) -> list[Index]:
        """First-order and total indices, read off the coefficients: terms are uncorrelated and of variance 1.

        The interval is the spread over refits to resampled runs, widened on both sides by the share of the variance
        that is missed on held-out runs: nobody knows whose that is.
        """
        parts = self.coefficients[1:] ** 2 if not self.degrees[0].any() else self.coefficients**2
        moving = self.degrees[1:] if not self.degrees[0].any() else self.degrees
        shares = parts / np.maximum(parts.sum(axis=0), 1e-300)
        missed = min(1.0, max(0.0, 1.0 - self.holdout))
        found = []
        for measure in ("emulator S1", "emulator ST"):
            for place in range(self.degrees.shape[1]):
                terms = moving[:, place] > 0
                if measure == "emulator S1":
                    terms = terms & ((moving > 0).sum(axis=1) == 1)
                values = shares[terms].sum(axis=0)
                low, high = np.percentile(values, [2.5, 97.5])
                value = float(values[0])
                found.append(Index(measure, place, value, min(low, value) - missed, max(high, value) + missed))
        return found


def fit(
    coordinates: Values, output: Values, seed: int, *, levels: Sequence[int] | None = None, block: int = 1
) -> Emulator:
    """Fit to runs whose output is known and not constant; rows in blocks of `block` are held out together.

    `levels`: how many values each factor has, 0 where any (as all have, when None).
    """
    levels = tuple(levels or [0] * coordinates.shape[1])
    every = candidates(coordinates.shape[1])
    table = basis(coordinates, every, levels)
    chosen = _pursue(table, output)
    degrees, whole, table = every[chosen], table, table[:, chosen]
    rng = np.random.default_rng([seed, 4])
    fits = [np.linalg.lstsq(table, output, rcond=None)[0]]
    groups = np.arange(len(output)) // block
    for _ in range(RESAMPLES):
        drawn = rng.integers(groups[-1] + 1, size=groups[-1] + 1)
        rows = (drawn[:, None] * block + np.arange(block)).ravel()
        fits.append(np.linalg.lstsq(table[rows], output[rows], rcond=None)[0])
    missed = _held_out(whole, output, groups, rng)
    return Emulator(
        degrees=degrees,
        coefficients=np.stack(fits, axis=1).astype(np.float64),
        levels=levels,
        holdout=1.0 - float(np.mean(missed**2) / output.var()),
        holdout_error=float(np.sqrt(np.mean(missed**2))),
        runs=len(output),
    )


def _held_out(table: Values, output: Values, groups: NDArray[np.int64], rng: np.random.Generator) -> Values:
    """Each run's output less what a fit to the other folds expects; terms are chosen anew for every fold."""
    fold = rng.permutation(groups[-1] + 1)[groups] % FOLDS
    missed = np.empty(len(output))
    for number in range(FOLDS):
        out = fold == number
        chosen = _pursue(table[~out], output[~out])
        found = np.linalg.lstsq(table[~out][:, chosen], output[~out], rcond=None)[0]
        missed[out] = output[out] - table[out][:, chosen] @ found
    return missed


def candidates(count: int) -> NDArray[np.int64]:
    """Degrees of every candidate term (term, factor), the constant first."""
    found = np.zeros((1, count), np.int64)
    for degree in range(1, HIGHEST_DEGREE + 1):
        more = np.array(list(_terms(count, float(degree) ** SPARSITY)), np.int64)
        if len(more) > MOST_TERMS:
            break
        found = more
    return found[np.lexsort((*found.T[::-1], found.sum(axis=1)))]


def _terms(count: int, left: float) -> Iterator[tuple[int, ...]]:
    """Tuples of degrees whose powers sum to no more than `left`."""
    if count == 0:
        yield ()
        return
    degree = 0
    while degree**SPARSITY <= left + 1e-9:
        for rest in _terms(count - 1, left - degree**SPARSITY):
            yield (degree, *rest)
        degree += 1


def basis(coordinates: Values, degrees: NDArray[np.int64], levels: Sequence[int]) -> Values:
    """Products of polynomials that are uncorrelated and of variance 1 on the unit cube, (point, term).

    Of a factor with a few values they are polynomials on those values alone, 0 from as many degrees on as it has.
    """
    highest = int(degrees.max(initial=0))
    table = np.ones((len(coordinates), len(degrees)))
    for factor, (column, values) in enumerate(zip(coordinates.T, levels, strict=True)):
        powers = _on_values(column, values, highest) if values else _legendre(2.0 * column - 1.0, highest)
        table *= powers[degrees[:, factor]].T
    return table


def _legendre(turned: Values, highest: int) -> Values:
    powers = np.ones((highest + 1, len(turned)))
    if highest:
        powers[1] = turned
    for degree in range(1, highest):
        powers[degree + 1] = ((2 * degree + 1) * turned * powers[degree] - degree * powers[degree - 1]) / (degree + 1)
    return powers * np.sqrt(2.0 * np.arange(highest + 1) + 1.0)[:, None]


def _on_values(column: Values, values: int, highest: int) -> Values:
    powers = np.zeros((highest + 1, len(column)))
    middles = (np.arange(values) + 0.5) / values
    of_values = np.linalg.qr(np.vander(2.0 * middles - 1.0, min(values, highest + 1), increasing=True))[0]
    of_values *= np.sqrt(values) * np.sign(of_values[-1])
    at = np.minimum((column * values).astype(np.int64), values - 1)
    powers[: of_values.shape[1]] = of_values[at].T
    return powers


def _pursue(table: Values, output: Values) -> list[int]:
    """The columns to use: that which explains most of what is left, again and again, while leaving-one-out improves."""
    rows = len(output)
    rest, left = table.copy(), output.astype(float)
    leverage = np.zeros(rows)
    chosen: list[int] = []
    best, best_size, patience = np.inf, 1, 12
    for size in range(1, min(table.shape[1], rows // RUNS_A_TERM) + 1):
        norms = np.sqrt((rest**2).sum(axis=0))
        usable = norms > 1e-8 * np.sqrt(rows)
        usable[chosen] = False
        if not usable.any():
            break
        gains = np.where(usable, np.abs(rest.T @ left) / np.where(usable, norms, 1.0), -1.0)
        column = 0 if size == 1 else int(np.argmax(gains))
        direction = rest[:, column] / norms[column]
        chosen.append(column)
        leverage += direction**2
        left = left - direction * (direction @ left)
        rest -= np.outer(direction, direction @ rest)
        error = float(np.mean((left / np.maximum(1.0 - leverage, 1e-6)) ** 2)) * rows / (rows - size)
        if error < best * (1 - 1e-9):
            best, best_size = error, size
        elif size - best_size >= patience:
            break
    return chosen[:best_size]
