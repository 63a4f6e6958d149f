"""A stand-in for a simulation whose every point was tried on several futures, and how far it errs where it was not fitted.

A Gaussian process and boosted trees are held to the same points held out, and whichever errs less stands in. Each future
is fitted by itself as well, so that three things can be told apart at a point held out: what the stand-in gets wrong,
what its own few futures made of it, and what the futures of the point itself make of that. Only the first two are its
error; the third is sampling, and is taken off as what it is known to be rather than guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.methods.gaussian import Gaussian, fit_gaussian
from caremarket_sim.methods.trees import Trees, fit_trees

Values = NDArray[np.float64]
Function = Gaussian | Trees

FOLDS = 8
FEWEST = 32
"""Points below which none is fitted."""

MOST_BATCHES = 20
"""Futures are fitted by themselves in so many batches at most."""

PRIOR = 4.0
"""Degrees of freedom that all points together lend each of them where its own chance is measured."""

LEAST_CHANCE = 0.02
"""Part of the typical variance of a future that every point is granted: where nothing moves chance is nil, and an error of
nothing could not be divided by it."""

FUTURES = 20
"""A stand-in is worth showing where it errs by less than the standard error of so many simulated futures."""

BARS = 0.9
"""Share of points that are to lie within what is shown, and that are to err by less than the futures would."""

COVERED = (0.85, 0.95)
HALVINGS = 20


@dataclass(frozen=True)
class Judged:
    """What points held out say of a stand-in.

    `errors` are root mean squares of what each kind gets wrong beyond sampling, in the output's unit; `error` is the
    variance of the error in parts of the variance of one future; `within` the share of points that err by less than the
    standard error of FUTURES futures; `covered` the share of points, simulated on futures of their own, that lie within
    the bars. A bar reaches `reach` times the square root of the variance of one future times (`error` + 1/futures).
    """

    errors: dict[str, float]
    error: float
    within: float
    covered: float
    reach: float
    typical: float
    """Standard error of FUTURES futures at a typical point, in the output's unit."""
    farthest: float
    """How far a point held out was, at most, from the nearest that was not, in the lengths of the stand-in."""


@dataclass(frozen=True)
class StandIn:
    """A function that stands in for the simulation's mean over futures, the logarithm of one future's variance as a
    function too, and how both were judged."""

    mean: Function
    chance: Gaussian
    judged: Judged

    @property
    def lengths(self) -> Values:
        """In which each input's distance is measured."""
        return self.mean.lengths if isinstance(self.mean, Gaussian) else np.ones(self.chance.points.shape[1])

    def variance(self, inputs: Values) -> Values:
        """Variance of one future at each row of inputs."""
        return np.exp(self.chance(inputs)[:, 0])

    def bar(self, inputs: Values, futures: int = FUTURES) -> Values:
        """How far the mean of so many simulated futures may lie from what is expected, in BARS of cases."""
        return self.judged.reach * np.sqrt(self.variance(inputs) * (self.judged.error + 1.0 / futures))

    def far(self, inputs: Values) -> NDArray[np.bool_]:
        """Whether a row of inputs lies farther from every point fitted than any point held out did."""
        return nearest(inputs, self.chance.points, self.lengths) > self.judged.farthest * (1.0 + 1e-9)

    @property
    def why_not(self) -> str:
        """Why it is not good enough to be shown; empty if it is."""
        if self.judged.within < BARS:
            return (
                f"the emulator errs by less than the standard error of {FUTURES} simulated futures at "
                f"{self.judged.within:.0%} of points held out, fewer than {BARS:.0%}"
            )
        low, high = COVERED
        if not low <= self.judged.covered <= high:
            return f"its bars hold {self.judged.covered:.0%} of points held out, not {low:.0%} to {high:.0%}"
        return ""


@dataclass
class _HeldOut:
    """Each batch's values (point, batch) at points held out, and what a fit to the other points expects of it."""

    values: Values
    expected: Values
    variance: Values
    fold: NDArray[np.int64]
    size: int
    """Futures in a batch."""
    farthest: float
    rng: np.random.Generator


def fit(inputs: Values, values: Values, groups: NDArray[np.int64], seed: int) -> StandIn:
    """Fit to values (point, future) at inputs (point, input) from 0 to 1; points of one group are held out together.

    Raises ValueError, which says why, where none can be fitted.
    """
    count = len(np.unique(groups))
    if count < FEWEST:
        raise ValueError(f"{count} samples that can be held out by themselves are too few; {FEWEST} are needed")
    if values.shape[1] < 2:
        raise ValueError("every sample was simulated on one future, so that error cannot be told from chance")
    if np.ptp(values.mean(axis=1)) <= 1e-12 * np.abs(values).max(initial=1e-300):
        raise ValueError("it is the same at every sample")
    rng = np.random.default_rng([seed, 7])
    fold = rng.permutation(count)[np.unique(groups, return_inverse=True)[1]] % FOLDS
    chance = _chance(inputs, values, seed)
    variance = np.exp(chance(inputs)[:, 0])
    per_mean = variance / values.shape[1]
    batches, size = _batches(values)

    held = {"gaussian process": np.empty_like(batches), "boosted trees": np.empty((len(values), 1))}
    farthest = {"gaussian process": 0.0, "boosted trees": 0.0}
    for number in range(FOLDS):
        out = fold == number
        process = fit_gaussian(inputs[~out], batches[~out], per_mean[~out], seed)
        held["gaussian process"][out] = process(inputs[out])
        held["boosted trees"][out] = fit_trees(inputs[~out], values[~out].mean(axis=1), seed)(inputs[out])
        for kind, lengths in (("gaussian process", process.lengths), ("boosted trees", np.ones(inputs.shape[1]))):
            farthest[kind] = max(farthest[kind], float(nearest(inputs[out], inputs[~out], lengths).max()))
    sampling = (batches - held["gaussian process"]).var(axis=1, ddof=1) / batches.shape[1]
    missed = {one: batches.mean(axis=1) - expected.mean(axis=1) for one, expected in held.items()}
    errors = {one: float(np.sqrt(max(0.0, np.mean(gap**2 - sampling)))) for one, gap in missed.items()}
    kind = min(missed, key=lambda one: float(np.mean(missed[one] ** 2)))
    mean: Function
    if kind == "boosted trees":
        mean = fit_trees(inputs, values.mean(axis=1), seed)
        held[kind] = _each_by_trees(inputs, batches, fold, seed)
    else:
        mean = fit_gaussian(inputs, values.mean(axis=1, keepdims=True), per_mean, seed)
    judged = _judged(_HeldOut(batches, held[kind], variance, fold, size, farthest[kind], rng), errors)
    return StandIn(mean, chance, judged)


def nearest(inputs: Values, points: Values, lengths: Values) -> Values:
    """Each row's distance to the nearest of the points, every input measured in its length."""
    gaps = (inputs[:, None, :] - points[None, :, :]) / lengths
    return np.sqrt(np.sum(gaps**2, axis=2).min(axis=1))


def _chance(inputs: Values, values: Values, seed: int) -> Gaussian:
    """The logarithm of the variance of one future as a smooth function; each point borrows from all."""
    freedom = values.shape[1] - 1.0
    each = values.var(axis=1, ddof=1)
    typical = max(float(each.mean()), 1e-300)
    shrunk = np.maximum((freedom * each + PRIOR * typical) / (freedom + PRIOR), LEAST_CHANCE * typical)
    logs = np.log(shrunk)[:, None]
    if np.ptp(logs) <= 1e-9:
        flat = np.zeros((inputs.shape[1], 1))
        return Gaussian(inputs, np.ones(inputs.shape[1]), np.zeros((len(inputs), 1)), flat, logs[0])
    return fit_gaussian(inputs, logs, np.full(len(inputs), 2.0 / (freedom + PRIOR)), seed)


def _batches(values: Values) -> tuple[Values, int]:
    """Means of batches of equally many futures (point, batch), a few of the last futures left over, and how many."""
    size = -(-values.shape[1] // MOST_BATCHES)
    count = values.shape[1] // size
    return values[:, : count * size].reshape(len(values), count, size).mean(axis=2), size


def _each_by_trees(inputs: Values, batches: Values, fold: NDArray[np.int64], seed: int) -> Values:
    expected = np.empty_like(batches)
    for number in range(FOLDS):
        out = fold == number
        for place in range(batches.shape[1]):
            expected[out, place] = fit_trees(inputs[~out], batches[~out, place], seed)(inputs[out])[:, 0]
    return expected


def _judged(held: _HeldOut, errors: dict[str, float]) -> Judged:
    """Error, share within and bars from batches of futures, each expected from points that were fitted without it.

    Of a mean over batches, what is missed has the square of the misfit in it and the variance of (value - expected)
    over batches; the error of what is expected has the misfit and the variance of what is expected.
    """
    from scipy.special import erf

    batches = held.values.shape[1]
    missed = held.values.mean(axis=1) - held.expected.mean(axis=1)
    misfit = (missed**2 - (held.values - held.expected).var(axis=1, ddof=1) / batches) / held.variance
    carried = held.expected.var(axis=1, ddof=1) / held.variance / batches
    error = max(0.0, float(np.mean(misfit + carried)))
    within = float(erf(np.sqrt(1.0 / (2.0 * FUTURES * max(error, 1e-12)))))
    scaled = _on_other_futures(held, max(0.0, float(np.mean(misfit))), float(np.mean(carried)))
    folds = [held.fold == number for number in range(FOLDS)]
    inside = [scaled[:, out] <= np.quantile(scaled[:, ~out], BARS) for out in folds]
    return Judged(
        errors=errors,
        error=error,
        within=within,
        covered=float(np.mean(np.concatenate(inside, axis=1))),
        reach=float(np.quantile(scaled, BARS)),
        typical=float(np.sqrt(np.mean(held.variance) / FUTURES)),
        farthest=held.farthest,
    )


def _on_other_futures(held: _HeldOut, misfit: float, carried: float) -> Values:
    """What half of the futures expects against what the other half found, in the bars' unit: (halving, point)."""
    batches = held.values.shape[1]
    half = batches // 2
    found = []
    for _ in range(HALVINGS):
        order = held.rng.permutation(batches)
        one, other = order[:half], order[half:]
        missed = held.values[:, other].mean(axis=1) - held.expected[:, one].mean(axis=1)
        spread = misfit + carried * batches / half + 1.0 / (len(other) * held.size)
        found.append(np.abs(missed) / np.sqrt(held.variance * spread))
    return np.stack(found)
