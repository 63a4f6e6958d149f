"""Sensitivity indices by method, each with its interval, from SALib where it has them, guarded where it is not safe.

What comes in is complete (no nan) and not constant; `sensitivity` sees to that. Coordinates are of the unit cube, so an
index means the same for a lever of a few values as for a number. Methods that take any sample (PAWN, delta, RBD-FAST)
find a little influence in pure chance; beside PAWN and delta stands what is above it: the index less that of the same
coordinates in a random order, which is near zero for a factor that does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.methods.samplers import FAST_HARMONICS, guarded, problem_of
from caremarket_sim.methods.statistics import interval

Values = NDArray[np.float64]

RESAMPLES = 200
HALVES = 60
"""Half samples from which the spread of PAWN and delta is taken."""

SLICES = 10
NORMAL_95 = 1.959963984540054
ABOVE_CHANCE = " above chance"


@dataclass(frozen=True, slots=True)
class Index:
    """One index of one factor (or of a pair), with its 95% interval; nan where there is none."""

    measure: str
    factor: int
    value: float
    low: float = float("nan")
    high: float = float("nan")
    other: int | None = None


def morris(coordinates: Values, output: Values, levels: int, seed: int) -> list[Index]:
    """Elementary effects (Morris 1991, Campolongo 2007): mu* with its interval, mu, sigma, in the output's unit.

    An effect is over a factor's whole range, as a step times the ranges it takes.
    """
    from SALib.analyze import morris as method

    count = coordinates.shape[1]
    with guarded(seed, "morris") as own:
        found = method.analyze(problem_of(count), coordinates, output, num_resamples=RESAMPLES, num_levels=levels,
                               seed=own)  # fmt: skip
    indices = _with_reach("mu_star", found["mu_star"], found["mu_star_conf"])
    indices += [Index("mu", place, float(found["mu"][place])) for place in range(count)]
    return indices + [Index("sigma", place, float(found["sigma"][place])) for place in range(count)]


def sobol(output: Values, count: int, second_order: bool, seed: int) -> list[Index]:
    """First-order, total and (if the sample allows it) second-order Sobol indices (Saltelli 2010), bootstrapped."""
    from SALib.analyze import sobol as method

    with guarded(seed, "sobol") as own:
        found = method.analyze(
            problem_of(count), output, calc_second_order=second_order, num_resamples=RESAMPLES, seed=own
        )
    indices = _with_reach("S1", found["S1"], found["S1_conf"]) + _with_reach("ST", found["ST"], found["ST_conf"])
    if second_order:
        for one in range(count):
            for other in range(one + 1, count):
                value, reach = float(found["S2"][one, other]), float(found["S2_conf"][one, other])
                indices.append(Index("S2", one, value, value - reach, value + reach, other))
    return indices


def fast(output: Values, count: int, curves: int, seed: int) -> list[Index]:
    """First-order and total indices by extended FAST (Saltelli 1999): means over search curves, t intervals.

    The sample has a factor more than there is, which does nothing. Its total index is the method's own error, and
    every interval is widened by it.
    """
    from SALib.analyze import fast as method

    found = []
    for part in output.reshape(curves, -1):
        with guarded(seed, "fast") as own:
            one = method.analyze(problem_of(count + 1), part, M=FAST_HARMONICS, num_resamples=2, seed=own)
        found.append([one["S1"], one["ST"]])
    means = interval(np.array(found))
    error = abs(float(means.mean[1, count]))
    return [
        Index(measure, place, float(means.mean[row, place]), float(means.low[row, place]) - error,
              float(means.high[row, place]) + error)
        for row, measure in enumerate(("S1", "ST"))
        for place in range(count)
    ]  # fmt: skip


def rbd_fast(coordinates: Values, output: Values, seed: int) -> list[Index]:
    """First-order indices from any sample by random balance designs (Tarantola 2006), bias corrected.

    Ten harmonics, or fewer for few runs: SALib's bootstrap halves the sample, and divides by zero at forty runs.
    """
    from SALib.analyze import rbd_fast as method

    problem, harmonics = problem_of(coordinates.shape[1]), max(2, min(10, len(output) // 16))
    with guarded(seed, "rbd_fast") as own:
        found = method.analyze(problem, coordinates, output, M=harmonics, num_resamples=RESAMPLES, seed=own)
    return _with_reach("RBD-FAST S1", found["S1"], found["S1_conf"])


def delta(coordinates: Values, output: Values, seed: int) -> list[Index]:
    """Borgonovo's delta (2007) from any sample, and what of it is above chance.

    SALib's own takes its estimate from a resample and gives nan for samples of less than some hundred, so the formula
    (Plischke 2013, equation 26) stands here; a test holds it to SALib's within its interval.
    """
    return _beside_chance("delta", mean_density_shifts, coordinates, output, np.random.default_rng([seed, 1]))


def pawn(coordinates: Values, output: Values, seed: int) -> list[Index]:
    """PAWN (Pianosi and Wagener 2018), the median over slices, from any sample, and what of it is above chance."""
    return _beside_chance("PAWN", medians_of_distance, coordinates, output, np.random.default_rng([seed, 2]))


def _beside_chance(
    measure: str,
    statistic: Callable[[Values, Values, int], Values],
    coordinates: Values,
    output: Values,
    rng: np.random.Generator,
) -> list[Index]:
    """A statistic of any sample with its spread, and less what it is when the coordinates are in a random order.

    Spread and chance are taken from halves of the sample drawn without putting back: what they find varies as the
    whole sample's own does (Politis and Romano 1994), and no run is in a half twice, which would look like influence.
    """
    count, rows = coordinates.shape[1], len(output)
    slices = slices_of(rows)
    value = statistic(coordinates, output, slices)
    halves, chance = np.empty((HALVES, count)), np.empty((HALVES, count))
    for number in range(HALVES):
        half = rng.permutation(rows)[: rows // 2]
        halves[number] = statistic(coordinates[half], output[half], slices_of(rows // 2))
        chance[number] = statistic(coordinates[rng.permutation(half)], output[half], slices_of(rows // 2))
    reach = NORMAL_95 * halves.std(axis=0, ddof=1)
    above = (halves - chance).mean(axis=0)
    return _with_reach(measure, value, reach) + _with_reach(measure + ABOVE_CHANCE, above, reach)


def slices_of(rows: int) -> int:
    """Into how many parts a factor's range is cut: ten, or fewer so that each holds ten runs."""
    return max(2, min(SLICES, rows // 10))


def mean_density_shifts(coordinates: Values, output: Values, slices: int) -> Values:
    """Per factor, half the area between the output's density in a slice and overall, on average over slices."""
    grid = np.linspace(output.min(), output.max(), 100)
    overall = _density(output, grid)
    found = np.zeros(coordinates.shape[1])
    for place, column in enumerate(coordinates.T):
        for rows in np.array_split(np.argsort(column, kind="stable"), slices):
            if np.ptp(output[rows]) > 0.0:
                shift = np.abs(overall - _density(output[rows], grid))
                found[place] += len(rows) / (2 * len(output)) * float(np.trapezoid(shift, grid))
    return found


def _density(values: Values, grid: Values) -> Values:
    """A Gaussian kernel estimate with Silverman's bandwidth."""
    width = values.std(ddof=1) * (0.75 * len(values)) ** -0.2
    return np.exp(-0.5 * ((grid[:, None] - values) / width) ** 2).mean(axis=1) / (width * np.sqrt(2.0 * np.pi))


def medians_of_distance(coordinates: Values, output: Values, slices: int) -> Values:
    """Per factor, the median over slices of the largest distance of the output's distribution there from all."""
    order = np.argsort(output, kind="stable")
    last = np.append(np.flatnonzero(np.diff(output[order])), len(output) - 1)  # where a run of equal outputs ends
    overall = (last + 1) / len(output)
    found = np.empty(coordinates.shape[1])
    for place, column in enumerate(coordinates.T):
        edges = np.quantile(column, np.linspace(0.0, 1.0, slices + 1))
        member = (column[order] >= edges[:-1, None]) & (column[order] < edges[1:, None])
        sizes = member.sum(axis=1)
        some = sizes > 0
        within = np.cumsum(member[some], axis=1)[:, last] / sizes[some, None]
        found[place] = np.median(np.abs(within - overall).max(axis=1))
    return found


def factorial(output: Values, shape: Sequence[int]) -> list[Index]:
    """First-order and total shares of the variance over a full grid: exact for its points, so without intervals."""
    table = output.reshape(tuple(shape))
    variance = float(table.var())
    axes = range(table.ndim)
    indices = []
    for place in axes:
        rest = tuple(axis for axis in axes if axis != place)
        indices.append(Index("S1", place, float(table.mean(axis=rest).var()) / variance))
    for place in axes:
        indices.append(Index("ST", place, 1.0 - float(table.mean(axis=place).var()) / variance))
    return indices


def _with_reach(measure: str, values: Sequence[float] | Values, reach: Sequence[float] | Values) -> list[Index]:
    """An index a factor with a symmetric interval."""
    return [
        Index(measure, place, float(value), float(value) - float(by), float(value) + float(by))
        for place, (value, by) in enumerate(zip(values, reach, strict=True))
    ]
