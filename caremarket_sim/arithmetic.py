"""Small sums that a week asks for many times, quicker than numpy's own on the tens of numbers that providers are."""

import numpy as np


def middle(values, otherwise: float = 0.0) -> float:
    """Median of a few values, `otherwise` of none; many times quicker than numpy's on arrays this small."""
    count = len(values)
    if count == 0:
        return otherwise
    ordered = np.sort(values)
    return float(ordered[count // 2] + ordered[(count - 1) // 2]) / 2.0


def within(values, low, high):
    """The values, held between low and high."""
    return np.minimum(np.maximum(values, low), high)
