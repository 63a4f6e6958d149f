"""Small sums that a week asks for many times, quicker than numpy's own on the tens of numbers that providers are."""

import numpy as np

from .kernels import agencies


def middle(values, otherwise: float = 0.0) -> float:
    """Median of a few values, `otherwise` of none; many times quicker than numpy's on arrays this small."""
    return float(agencies.middle(np.ascontiguousarray(values))) if len(values) else otherwise


def total(values) -> float:
    """Sum of a few values in their order, which neither numpy's own sum nor a BLAS keeps."""
    return float(agencies.total(np.ascontiguousarray(values, np.float64)))


def within(values, low, high):
    """The values, held between low and high."""
    return np.minimum(np.maximum(values, low), high)
