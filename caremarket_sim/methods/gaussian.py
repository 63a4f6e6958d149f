"""A Gaussian process as a short sum: a line, and a bump at every point that it was fitted to.

What it expects is `offset + slopes · x + sum of weights × exp(-½ |(x - point) / lengths|²)`, which a page can work out
without any library. How far each input's bumps reach is found by their likelihood (Rasmussen and Williams 2006,
chapter 5); the variance that chance has at each point is given, not guessed.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

SHORTEST, LONGEST = 0.15, 30.0
"""Reach of a bump in parts of an input's range; at the longest an input acts as a straight line."""


@dataclass(frozen=True)
class Gaussian:
    """A fitted process: `points` (point, input), `lengths` and `slopes` (input), `weights` (point).

    `found` is what its likelihood said, for a fit to nearly the same points to begin from.
    """

    points: Values
    lengths: Values
    weights: Values
    slopes: Values
    offset: float
    found: Any = field(default=None, compare=False, repr=False)

    kind = "gaussian process"

    def __call__(self, inputs: Values) -> Values:
        """What it expects at each row of inputs."""
        gaps = (inputs[:, None, :] - self.points[None, :, :]) / self.lengths
        return self.offset + inputs @ self.slopes + np.exp(-0.5 * np.sum(gaps**2, axis=2)) @ self.weights

    def plain(self) -> dict[str, Any]:
        """Its numbers for JSON, without the points, which others share; `of_plain` reads them."""
        arrays = {name: getattr(self, name).tolist() for name in ("lengths", "weights", "slopes")}
        return {"kind": self.kind, "offset": self.offset, **arrays}

    @classmethod
    def of_plain(cls, plain: dict[str, Any], points: Values) -> Gaussian:
        """The process whose numbers these are."""
        arrays = {name: np.array(plain[name], float) for name in ("lengths", "weights", "slopes")}
        return cls(points, offset=plain["offset"], **arrays)


def level(points: Values, value: float) -> Gaussian:
    """A process that expects the same everywhere."""
    count = points.shape[1]
    return Gaussian(points, np.ones(count), np.zeros(len(points)), np.zeros(count), value)


def fit_gaussian(inputs: Values, output: Values, variance: Values, begin: Gaussian | None = None) -> Gaussian:
    """Fit to an output (point) in which chance has this variance (point), neither of them the same everywhere.

    The search for lengths begins from another fit's if one is given.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    shift, scale = float(output.mean()), float(output.std())
    count = inputs.shape[1]
    if begin is not None and begin.found is not None:
        kernel = begin.found
    else:
        bumps = ConstantKernel(1.0, (1e-4, 1e3)) * RBF(np.ones(count), (SHORTEST, LONGEST))
        line = ConstantKernel(1.0, (1e-4, 1e3)) * DotProduct(1.0, "fixed")
        kernel = bumps + line + WhiteKernel(1e-2, (1e-7, 1.0))
    fitted = GaussianProcessRegressor(kernel, alpha=np.maximum(variance / scale**2, 1e-9))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a reach at its bound is an input that acts as a line
        fitted.fit(inputs, (output - shift) / scale)
    found: Any = fitted.kernel_
    weights = scale * np.asarray(fitted.alpha_).ravel()
    by_line = found.k1.k2.k1.constant_value
    return Gaussian(
        points=inputs,
        lengths=np.broadcast_to(np.asarray(found.k1.k1.k2.length_scale, float), (count,)).copy(),
        weights=found.k1.k1.k1.constant_value * weights,
        slopes=by_line * (inputs.T @ weights),
        offset=shift + by_line * float(weights.sum()),
        found=found,
    )
