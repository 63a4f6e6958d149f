"""Where a sweep looks: points of the unit cube, by the plan that an analysis needs.

SALib draws the designs that its analyses take. It takes a seed of 0 for none, and some of its functions draw from the
generator that all of numpy shares; so every call here gets a seed that is never 0 and leaves that generator as it was.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.methods.factors import Factor

Method = Literal["grid", "latin_hypercube", "sobol_sequence", "morris", "saltelli", "fast", "csv"]
METHODS: tuple[Method, ...] = get_args(Method)
MEANING: dict[str, str] = {
    "grid": "every combination of `steps` values a factor (or of its levels)",
    "latin_hypercube": "so many points, each factor's range cut into as many equal parts",
    "sobol_sequence": "so many points that fill the space evenly; a power of 2",
    "morris": "so many trajectories that move one factor at a time, to screen many factors",
    "saltelli": "so many blocks for Sobol indices; a power of 2",
    "fast": "so many points a factor on each of `curves` search curves, for FAST; 65 or more",
    "csv": "the rows of a CSV file whose heads are the factors' names",
}
FAST_HARMONICS = 4


@dataclass(frozen=True)
class Sampler:
    """Which points: a method, how many `samples` of it, and what else the method takes."""

    method: Method
    samples: int = 0
    second_order: bool = False
    steps: int = 5
    levels: int = 4
    curves: int = 4
    rows: tuple[tuple[Any, ...], ...] = ()
    """The values of a CSV list, in the order of the factors."""

    def block(self, factors: int) -> int:
        """How many points in a row belong together: one must not be analysed without the others."""
        if self.method == "saltelli":
            return 2 * factors + 2 if self.second_order else factors + 2
        if self.method == "morris":
            return factors + 1
        return self.samples * (factors + 1) if self.method == "fast" else 1

    def points(self, factors: Sequence[Factor]) -> int:
        """How many points there will be."""
        if self.method == "csv":
            return len(self.rows)
        if self.method == "grid":
            return int(np.prod([len(factor.levels) or self.steps for factor in factors]))
        if self.method == "fast":
            return self.block(len(factors)) * self.curves
        return self.samples * self.block(len(factors))


def problem_of(count: int) -> dict[str, Any]:
    """The unit cube as SALib describes it. Names are our own: it refuses some."""
    return {"num_vars": count, "names": [f"x{place}" for place in range(count)], "bounds": [[0.0, 1.0]] * count}


def salib_seed(seed: int, purpose: str) -> int:
    """A seed for SALib, from 1 on, that differs from purpose to purpose."""
    words = np.random.SeedSequence([seed, *purpose.encode()]).generate_state(1, np.uint32)
    return 1 + int(words[0]) % (2**31 - 2)


@contextmanager
def guarded(seed: int, purpose: str) -> Iterator[int]:
    """Give a seed for SALib; afterwards numpy's shared generator and the ways of warning are what they were."""
    state, formatted = np.random.get_state(), warnings.formatwarning
    own = salib_seed(seed, purpose)
    try:
        np.random.seed(own)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield own
    finally:
        np.random.set_state(state)
        warnings.formatwarning = formatted


def draw(sampler: Sampler, factors: Sequence[Factor], seed: int) -> NDArray[np.float64]:
    """The points (point, factor) of the unit cube; the same for the same seed, 0 included."""
    count = len(factors)
    if sampler.method == "csv":
        return np.array([[factor.coordinate(value) for factor, value in zip(factors, row, strict=True)]
                         for row in sampler.rows])  # fmt: skip
    if sampler.method == "grid":
        return _grid(sampler, factors)
    with guarded(seed, f"draw {sampler.method}") as own:
        if sampler.method == "saltelli":
            from SALib.sample import sobol

            return sobol.sample(problem_of(count), sampler.samples, calc_second_order=sampler.second_order, seed=own)
        if sampler.method == "morris":
            from SALib.sample import morris

            return morris.sample(problem_of(count), sampler.samples, num_levels=sampler.levels, seed=own)
        if sampler.method == "fast":
            from SALib.sample import fast_sampler

            rng = np.random.default_rng(own)  # one generator, so that every curve has phases of its own
            curves = [fast_sampler.sample(problem_of(count + 1), sampler.samples, M=FAST_HARMONICS, seed=rng)
                      for _ in range(sampler.curves)]  # fmt: skip
            return np.concatenate(curves)[:, :count]  # the last factor does nothing: what it gets is the method's error
        if sampler.method == "sobol_sequence":
            from scipy.stats import qmc

            return qmc.Sobol(count, scramble=True, rng=np.random.default_rng(own)).random(sampler.samples)
        from SALib.sample import latin

        return latin.sample(problem_of(count), sampler.samples, seed=own)


def _grid(sampler: Sampler, factors: Sequence[Factor]) -> NDArray[np.float64]:
    """Every combination; the ends of a range are among its steps."""
    axes = []
    for factor in factors:
        if factor.levels:
            axes.append((np.arange(len(factor.levels)) + 0.5) / len(factor.levels))
        else:
            axes.append(np.linspace(0.0, 1.0, sampler.steps))
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)
