"""A Gaussian process as a short sum: a line, and a bump at every point that it was fitted to.

What it expects is `offset + slopes · x + sum of weights × exp(-½ |(x - point) / lengths|²)`, which a page can work out
without any library. How far each input's bumps reach is found by their likelihood (Rasmussen and Williams 2006,
chapter 5); the variance that chance has at each point is given, not guessed.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

SHORTEST, LONGEST = 0.15, 30.0
"""Reach of a bump in parts of an input's range; at the longest an input acts as a straight line."""


@dataclass(frozen=True)
class Gaussian:
    """A fitted process; `weights` is (point, column), `slopes` (input, column), `offset` (column)."""

    points: Values
    lengths: Values
    weights: Values
    slopes: Values
    offset: Values

    kind = "gaussian process"

    def __call__(self, inputs: Values) -> Values:
        """What it expects at these inputs (row, input): (row, column)."""
        gaps = (inputs[:, None, :] - self.points[None, :, :]) / self.lengths
        return self.offset + inputs @ self.slopes + np.exp(-0.5 * np.sum(gaps**2, axis=2)) @ self.weights

    def plain(self) -> dict[str, Any]:
        """The first column's numbers for JSON; `of_plain` reads them."""
        return {
            "kind": self.kind,
            "lengths": self.lengths.tolist(),
            "weights": self.weights[:, 0].tolist(),
            "slopes": self.slopes[:, 0].tolist(),
            "offset": float(self.offset[0]),
        }

    @classmethod
    def of_plain(cls, plain: dict[str, Any], points: Values) -> Gaussian:
        """The process whose numbers these are."""
        weights, slopes = np.array(plain["weights"])[:, None], np.array(plain["slopes"])[:, None]
        return cls(points, np.array(plain["lengths"]), weights, slopes, np.array([plain["offset"]]))


def fit_gaussian(inputs: Values, columns: Values, variance: Values, seed: int) -> Gaussian:
    """Fit to the mean of columns (row, column) whose chance has this variance (row); every column gets the same sum.

    A sum of columns is fitted by the sum of their fits, so that one fit tells what each column alone would have said.
    Raises ValueError where the mean never changes.
    """
    from scipy.linalg import cho_solve
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    mean = columns.mean(axis=1)
    shift, scale = float(mean.mean()), float(mean.std())
    if not scale > 0.0:
        raise ValueError("what is to be fitted never changes")
    count = inputs.shape[1]
    bumps = ConstantKernel(1.0, (1e-4, 1e3)) * RBF(np.ones(count), (SHORTEST, LONGEST))
    line = ConstantKernel(1.0, (1e-4, 1e3)) * DotProduct(1.0, "fixed")
    kernel = bumps + line + WhiteKernel(1e-2, (1e-7, 1.0))
    fitted = GaussianProcessRegressor(kernel, alpha=np.maximum(variance / scale**2, 1e-9), random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a reach at its bound is an input that acts as a line
        fitted.fit(inputs, (mean - shift) / scale)
    found: Any = fitted.kernel_
    alphas = scale * cho_solve((fitted.L_, True), (columns - shift) / scale)
    by_line = found.k1.k2.k1.constant_value
    return Gaussian(
        points=inputs,
        lengths=np.broadcast_to(np.asarray(found.k1.k1.k2.length_scale, float), (count,)).copy(),
        weights=found.k1.k1.k1.constant_value * alphas,
        slopes=by_line * (inputs.T @ alphas),
        offset=shift + by_line * alphas.sum(axis=0),
    )
