"""A Gaussian process as a short sum: a line, and a bump at every point that it was fitted to.

What it expects is `offset + slopes · x + sum of weights × exp(-½ |(x - point) / lengths|²)`, which a page can work out
without any library. How far each input's bumps reach is found by their likelihood (Rasmussen and Williams 2006,
chapter 5); the variance that chance has at each point, and how much of it two points share, is given, not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

SHORTEST, LONGEST = 0.15, 30.0
"""Reach of a bump in parts of an input's range; at the longest an input acts as a straight line."""
BEGIN = (1.0, 4.0)
"""Reaches from which the search begins; it can end on another hill of the likelihood, so that the highest is taken."""


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


def fit_gaussian(
    inputs: Values, output: Values, variance: Values, begin: Gaussian | None = None, shared: Values | None = None
) -> Gaussian:
    """Fit to an output (point) in which chance has this variance (point), neither of them the same everywhere.

    `shared` (point, point) is the correlation of the chance in two points; none where each has its own. The search for
    lengths begins from another fit's if one is given.
    """
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    shift, scale = float(output.mean()), float(output.std())
    values, spread = (output - shift) / scale, np.sqrt(np.maximum(variance / scale**2, 1e-9))
    noise = np.outer(spread, spread) * (np.eye(len(values)) if shared is None else shared)
    count = inputs.shape[1]
    if begin is not None and begin.found is not None:
        kernels = [begin.found]
    else:
        line = ConstantKernel(1.0, (1e-4, 1e3)) * DotProduct(1.0, "fixed")
        kernels = [
            ConstantKernel(1.0, (1e-4, 1e3)) * RBF(np.full(count, length), (SHORTEST, LONGEST))
            + line
            + WhiteKernel(1e-2, (1e-7, 1.0))
            for length in BEGIN
        ]
    _, found = min((_likeliest(kernel, inputs, values, noise) for kernel in kernels), key=itemgetter(0))
    weights = scale * np.linalg.solve(found(inputs) + noise, values)
    by_line = found.k1.k2.k1.constant_value
    return Gaussian(
        points=inputs,
        lengths=np.broadcast_to(np.asarray(found.k1.k1.k2.length_scale, float), (count,)).copy(),
        weights=found.k1.k1.k1.constant_value * weights,
        slopes=by_line * (inputs.T @ weights),
        offset=shift + by_line * float(weights.sum()),
        found=found,
    )


def _likeliest(kernel: Any, inputs: Values, values: Values, noise: Values) -> tuple[float, Any]:
    """Minus the logarithm of the likelihood of a kernel with its numbers at their best, and that kernel.

    The gradient is of Rasmussen and Williams (2006), equation 5.9. Scikit-learn's own search takes every point's chance
    for its own.
    """
    from scipy.linalg import cho_factor, cho_solve
    from scipy.optimize import minimize

    def unlikely(numbers: Values) -> tuple[float, Values]:
        covariance, slopes = kernel.clone_with_theta(numbers)(inputs, eval_gradient=True)
        factor = cho_factor(covariance + noise, lower=True)
        weights = cho_solve(factor, values)
        pull = np.outer(weights, weights) - cho_solve(factor, np.eye(len(values)))
        size = 0.5 * float(values @ weights) + float(np.log(np.diag(factor[0])).sum())
        return size, -0.5 * np.einsum("ij,ijk->k", pull, slopes)

    found = minimize(unlikely, kernel.theta, jac=True, method="L-BFGS-B", bounds=kernel.bounds)
    return float(found.fun), kernel.clone_with_theta(found.x)
