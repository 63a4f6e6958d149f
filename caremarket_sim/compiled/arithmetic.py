"""Small sums, each in one order whatever the processor, and quick on the tens of numbers that providers are."""

import math

import numpy as np

from . import compiled


@compiled
def total(values):
    """Sum of a few values, one after the other."""
    found = 0.0
    for value in values:
        found += value
    return found


@compiled
def nth(values, n):
    """The value with n smaller ones before it, were they in order; found by Hoare's selection, which moves `values`."""
    low, high = 0, len(values) - 1
    while low < high:
        pivot = values[n]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while pivot < values[j]:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if j < n:
            low = i
        if n < i:
            high = j
    return values[n]


@compiled
def middle(values):
    """Median of a few values, nan of none."""
    count = len(values)
    if count == 0:
        return np.nan
    moved = values.copy()
    upper = nth(moved, count // 2)
    lower = upper if count % 2 else moved[: count // 2].max()
    return (upper + lower) / 2.0


@compiled
def in_order(values):
    """Places of the values from the lowest to the highest, equal ones as they stand: a merge sort from below.

    numba's own sorting takes longer to compile than a mechanism.
    """
    count = len(values)
    order, merged = np.arange(count), np.empty(count, np.int64)
    keys, merged_keys = values.copy(), np.empty(count, values.dtype)
    width = 1
    while width < count:
        for start in range(0, count, 2 * width):
            left, right = start, min(start + width, count)
            first, last = right, min(start + 2 * width, count)
            for place in range(start, last):
                if left < first and (right >= last or keys[left] <= keys[right]):
                    merged[place], merged_keys[place] = order[left], keys[left]
                    left += 1
                else:
                    merged[place], merged_keys[place] = order[right], keys[right]
                    right += 1
        order, merged = merged, order
        keys, merged_keys = merged_keys, keys
        width *= 2
    return order


@compiled
def place_among(cumulative, value):
    """First place in a rising list whose number reaches the value; the last one if none does."""
    low, high = 0, len(cumulative) - 1
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def within(value, low, high):
    """The value, held between low and high."""
    return min(max(value, low), high)


@compiled
def is_plainly_above(value, scale, exponent):
    """Whether a value is above scale·eˣ by the bound eˣ ≤ 1/(1 − x) below x = 1: most luck is, and the exponential
    function takes longer than all around it. False says nothing; a margin leaves what rounding could decide undecided.
    """
    return exponent < 1.0 and value * (1.0 - exponent) > scale * (1.0 + 1e-9)


@compiled
def expected_above(line, spread):
    """What a normal number of mean 0 and this spread is expected to be above a line, counted 0 where it is below:
    σ·(φ(z) − z·(1 − Φ(z))) with z = line/σ."""
    if spread <= 0.0:
        return max(-line, 0.0)
    z = line / spread
    density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    return spread * (density - 0.5 * z * math.erfc(z / math.sqrt(2.0)))


def median(values: np.ndarray) -> float:
    """Median of a few values, for Python; many times quicker than numpy's own on arrays this small."""
    ordered = np.sort(values)
    return float(ordered[len(ordered) // 2] + ordered[(len(ordered) - 1) // 2]) / 2.0
