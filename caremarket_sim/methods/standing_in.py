"""A stand-in for a simulation whose every point was tried on several futures, and how far it errs where it was not.

A Gaussian process and boosted trees are held to the same points held out, and whichever errs less stands in. What is
missed at a point held out is the stand-in's error and the chance of that point's own futures. The second is known, as
there are several of them, and is taken off; so that it is not in the first as well, a point is held to futures that the
stand-in has not met.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.methods.gaussian import Gaussian, fit_gaussian, level
from caremarket_sim.methods.trees import Trees, fit_trees

Values = NDArray[np.float64]
Function = Gaussian | Trees

FOLDS = 8
FEWEST = 32
"""Points below which none is fitted."""

PRIOR = 4.0
"""Degrees of freedom that all points together lend each of them where its own chance is measured."""

LEAST_CHANCE = 0.02
"""Part of the typical variance of a future that every point is granted: where nothing moves there is no chance, and an
error could not be measured by it."""

FUTURES = 20
"""A stand-in is worth showing where it errs by less than the standard error of so many simulated futures."""

BARS = 0.9
"""Share of points that are to lie within what is shown, and that are to err by less than the futures would."""

COVERED = (0.85, 0.95)
"""Share of points held out that bars may hold."""


@dataclass(frozen=True)
class Judged:
    """What points held out say of a stand-in.

    `errors` are root mean squares of what each kind gets wrong beyond sampling, in the output's unit; `error` is the
    variance of the error in parts of the variance of one future, never called less than it is known to; `within` the
    share of points that err by less than the standard error of FUTURES futures; `covered` the share of points that lie
    within their bars. A bar reaches `reach` times the square root of the variance of one future times (`error` +
    1/futures). `typical` is the standard error of FUTURES futures, in the output's unit; `farthest` how far a point
    held out was, at most, from the nearest that was not, in the lengths of the stand-in.
    """

    errors: dict[str, float]
    error: float
    within: float
    covered: float
    reach: float
    typical: float
    farthest: float


@dataclass(frozen=True)
class StandIn:
    """A function that stands in for the simulation's mean over futures, the logarithm of one future's variance as a
    function too, and how they were judged."""

    mean: Function
    chance: Gaussian
    judged: Judged

    @property
    def lengths(self) -> Values:
        """In which each input's distance is measured."""
        return lengths_of(self.mean, self.chance.points)

    def variance(self, inputs: Values) -> Values:
        """Variance of one future at each row of inputs."""
        return np.exp(self.chance(inputs))

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
                f"{self.judged.within:.0%} of samples held out, fewer than {BARS:.0%}"
            )
        low, high = COVERED
        if not low <= self.judged.covered <= high:
            return f"its bars hold {self.judged.covered:.0%} of samples held out, not {low:.0%} to {high:.0%}"
        return ""


def fit(inputs: Values, values: Values, groups: NDArray[np.int64], seed: int, *, shared: bool) -> StandIn:
    """Fit to values (point, future) at inputs (point, input) from 0 to 1; points of one group are held out together.

    `shared`: all points met the same futures, and each is then held to a half of them that the fit is not given.
    Otherwise no two groups have met the same. Raises ValueError, which says why, where none can be fitted.
    """
    count = len(np.unique(groups))
    if len(values) < FEWEST or count < FOLDS:
        what = f"{len(values)} samples, in {count} parts that can be held out"
        raise ValueError(f"{what}, are too few; {FEWEST} in {FOLDS} are needed")
    if np.ptp(values.mean(axis=1)) <= 1e-12 * np.abs(values).max(initial=1e-300):
        raise ValueError("it is the same at every sample")
    fold = np.random.default_rng([seed, 7]).permutation(count)[np.unique(groups, return_inverse=True)[1]] % FOLDS
    chance = _chance(inputs, values)
    variance = np.exp(chance(inputs))
    together = _together(values, np.zeros_like(groups) if shared else groups)
    process = fit_gaussian(inputs, values.mean(axis=1), variance / values.shape[1], shared=together)

    missed: dict[str, list[Values]] = {Gaussian.kind: [], Trees.kind: []}
    farthest = dict.fromkeys(missed, 0.0)
    sampling = []
    for given, kept in _halves(values, shared):
        gaps = {kind: np.empty(len(values)) for kind in missed}
        for number in range(FOLDS):
            out = fold == number
            known, output = inputs[~out], given[~out].mean(axis=1)
            for fitted in (
                fit_gaussian(known, output, variance[~out] / given.shape[1], process, together[np.ix_(~out, ~out)]),
                fit_trees(known, output, seed),
            ):
                gaps[fitted.kind][out] = kept[out].mean(axis=1) - fitted(inputs[out])
                away = nearest(inputs[out], known, lengths_of(fitted, known))
                farthest[fitted.kind] = max(farthest[fitted.kind], float(away.max()))
        for kind, gap in gaps.items():
            missed[kind].append(gap)
        sampling.append(kept.var(axis=1, ddof=1) / kept.shape[1])
    kind = min(missed, key=lambda one: float(np.mean(np.square(missed[one]))))
    mean = process if kind == Gaussian.kind else fit_trees(inputs, values.mean(axis=1), seed)
    errors = {one: _beyond(np.square(gaps) - sampling) ** 0.5 for one, gaps in missed.items()}
    judged = _judged(np.array(missed[kind]), np.array(sampling), variance, fold)
    typical = float(np.sqrt(variance.mean() / FUTURES))
    return StandIn(mean, chance, Judged(errors=errors, typical=typical, farthest=farthest[kind], **judged))


def nearest(inputs: Values, points: Values, lengths: Values) -> Values:
    """Each row's distance to the nearest of the points, every input measured in its length."""
    gaps = (inputs[:, None, :] - points[None, :, :]) / lengths
    return np.sqrt(np.sum(gaps**2, axis=2).min(axis=1))


def lengths_of(fitted: Function, points: Values) -> Values:
    """In which each input's distance is measured: those of a process; of trees, its whole range."""
    return fitted.lengths if isinstance(fitted, Gaussian) else np.ones(points.shape[1])


def _halves(values: Values, shared: bool) -> Iterator[tuple[Values, Values]]:
    """The futures that a fit is given, and those that it is held to."""
    if not shared:
        yield values, values
        return
    half = values.shape[1] // 2
    yield values[:, :half], values[:, half:]
    yield values[:, -half:], values[:, :-half]


def _chance(inputs: Values, values: Values) -> Gaussian:
    """The logarithm of the variance of one future as a smooth function; each point borrows from all."""
    freedom = values.shape[1] - 1.0
    each = values.var(axis=1, ddof=1)
    typical = max(float(each.mean()), 1e-300)
    shrunk = np.maximum((freedom * each + PRIOR * typical) / (freedom + PRIOR), LEAST_CHANCE * typical)
    logs = np.log(shrunk)
    if np.ptp(logs) <= 1e-9:
        return level(inputs, float(logs.mean()))
    return fit_gaussian(inputs, logs, np.full(len(inputs), 2.0 / (freedom + PRIOR)))


def _together(values: Values, met: NDArray[np.int64]) -> Values:
    """How far two points share their chance: all those that met the same futures alike, and others not at all."""
    centred = values - values.mean(axis=1, keepdims=True)
    scaled = centred / np.maximum(np.sqrt(np.sum(centred**2, axis=1, keepdims=True)), 1e-300)
    same = met[:, None] == met[None, :]
    each = np.eye(len(met), dtype=bool)
    pairs = (scaled @ scaled.T)[same & ~each]
    alike = float(np.clip(pairs.mean(), 0.0, 1.0)) if len(pairs) else 0.0
    return np.where(each, 1.0, np.where(same, alike, 0.0))


def _beyond(squares: Values) -> float:
    """The mean of squares from which sampling was taken off; not under 0."""
    return max(0.0, float(np.mean(squares)))


def _judged(missed: Values, sampling: Values, variance: Values, fold: NDArray[np.int64]) -> dict[str, float]:
    """Error, share within and bars, from what was missed (half, point) and the sampling in it."""
    from scipy.special import erf

    squares = ((missed**2 - sampling) / variance).mean(axis=0)
    parts = np.array([squares[fold == one].mean() for one in range(FOLDS)])
    known_to = float(parts.std(ddof=1) / np.sqrt(FOLDS))
    error = max(float(squares.mean()), known_to)
    within = float(erf(np.sqrt(1.0 / (2.0 * FUTURES * max(error, 1e-12)))))  # the share if the error is normal
    scaled = np.abs(missed) / np.sqrt(variance * error + np.mean(sampling / variance) * variance)
    inside = [scaled[:, fold == one] <= np.quantile(scaled[:, fold != one], BARS) for one in range(FOLDS)]
    covered, reach = float(np.mean(np.concatenate(inside, axis=1))), float(np.quantile(scaled, BARS))
    return {"error": error, "within": within, "covered": covered, "reach": reach}
