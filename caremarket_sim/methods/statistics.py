"""What paired replicates say: differences, intervals, verdicts.

Replicate r of every scenario is the same simulated future (same people, same luck), so scenarios are compared pair by
pair: the spread that the two share cancels, and what is left is the effect of the policy and the chance that goes with
it. Every function takes arrays whose first axis is the replicate and leaves out a pair with a side that has no value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

Values = NDArray[np.float64]

CONFIDENCE = 0.95
"""Coverage of every interval that is reported."""

SIGNIFICANCE = 0.05
"""A difference is clear when chance alone would give one as large less often than this."""

IDENTICAL = "identical"
TOO_SMALL = "too small to matter"
NO_CLEAR_DIFFERENCE = "no clear difference"
BETTER, WORSE, HIGHER, LOWER = "better", "worse", "higher", "lower"
VERDICTS = (BETTER, WORSE, HIGHER, LOWER, NO_CLEAR_DIFFERENCE, TOO_SMALL, IDENTICAL)
CLEAR = (BETTER, WORSE, HIGHER, LOWER)


@dataclass(frozen=True, slots=True)
class Interval:
    """Mean and 95% t interval over replicates; `low` and `high` are nan with fewer than two values."""

    mean: Values
    low: Values
    high: Values
    replicates: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Scenario minus reference over paired replicates, one entry a quantity.

    `p_value` is two-sided, from the paired t test; `p_higher` is the share of pairs in which the scenario is the
    higher, `p_same` of those in which both are alike; `variance_ratio` is the variance the difference would have had
    with independent arms over the variance it has; `identical` says that no pair differs at all.
    """

    reference_mean: Values
    mean: Values
    difference: Values
    low: Values
    high: Values
    p_value: Values
    p_higher: Values
    p_same: Values
    variance_ratio: Values
    replicates: NDArray[np.int64]
    identical: NDArray[np.bool_]


def interval(values: Values) -> Interval:
    """Mean over the first axis and its 95% t interval, leaving out what is nan."""
    values = np.asarray(values, dtype=np.float64)
    count, mean, variance = _moments(values, np.isfinite(values))
    reach = _quantile(count) * np.sqrt(variance / np.maximum(count, 1))
    return Interval(mean, mean - reach, mean + reach, count)


def paired_difference(reference: Values, scenario: Values) -> PairedDifference:
    """Compare two arrays of the same shape pair by pair along the first axis."""
    reference, scenario = np.asarray(reference, dtype=np.float64), np.asarray(scenario, dtype=np.float64)
    if reference.shape != scenario.shape:
        raise ValueError(f"pairs need equal shapes, not {reference.shape} and {scenario.shape}")
    known = np.isfinite(reference) & np.isfinite(scenario)
    gap = np.where(known, scenario, 0.0) - np.where(known, reference, 0.0)
    same = (known & (gap == 0.0)) | (np.isnan(reference) & np.isnan(scenario))

    count, difference, variance = _moments(gap, known)
    _, reference_mean, reference_variance = _moments(reference, known)
    _, mean, scenario_variance = _moments(scenario, known)
    error = np.sqrt(variance / np.maximum(count, 1))
    reach = _quantile(count) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2.0 * stdtr(np.maximum(count - 1, 1), -np.abs(difference / error))
        p_higher = np.sum(known & (gap > 0), axis=0) / count
        p_same = np.sum(known & (gap == 0), axis=0) / count
        variance_ratio = np.where(variance > 0, (reference_variance + scenario_variance) / variance, np.nan)
    return PairedDifference(
        reference_mean=reference_mean,
        mean=mean,
        difference=difference,
        low=difference - reach,
        high=difference + reach,
        p_value=np.where(count >= 2, p_value, np.nan),
        p_higher=p_higher,
        p_same=p_same,
        variance_ratio=variance_ratio,
        replicates=count,
        identical=np.all(same, axis=0),
    )


def holm(p_values: Sequence[float] | Values) -> Values:
    """P values adjusted for many looks at once (Holm 1979); nan stays nan and is not counted as a look.

    The k-th smallest of m is multiplied by m - k + 1 and never falls below the one before it, so that the chance of
    any false finding among the m stays under the level the adjusted values are held to.
    """
    p_values = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(p_values.shape, np.nan)
    looks = np.flatnonzero(np.isfinite(p_values))
    order = looks[np.argsort(p_values[looks], kind="stable")]
    scaled = p_values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted


def verdict(
    difference: float, low: float, high: float, p_value: float, *, identical: bool, smallest: float, better: str
) -> str:
    """One difference in words.

    `smallest` is the smallest difference that matters, in the indicator's unit; `better` is `higher`, `lower` or
    `neither` (then the verdict says which way, not whether it is good); `p_value` may have been adjusted by `holm`.
    A mean that is too small to matter is never clear, however sure its sign: whether it matters is not known until the
    interval is on one side of the smallest that does.
    """
    if identical:
        return IDENTICAL
    if low >= -smallest and high <= smallest:
        return TOO_SMALL
    if not p_value < SIGNIFICANCE or abs(difference) < smallest:
        return NO_CLEAR_DIFFERENCE
    if better == "neither":
        return HIGHER if difference > 0 else LOWER
    return BETTER if (difference > 0) == (better == "higher") else WORSE


def p_better(p_higher: float, p_same: float, better: str) -> float:
    """Share of paired replicates in which the scenario is better, none alike; nan where neither way is better."""
    if better == "neither":
        return float("nan")
    return p_higher if better == "higher" else round(1.0 - p_higher - p_same, 12)


def _moments(values: Values, known: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Values, Values]:
    """Count, mean and unbiased variance along the first axis of what is known (variance nan below two values)."""
    count = np.sum(known, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.sum(np.where(known, values, 0.0), axis=0) / count
        squares = np.sum(np.where(known, values - mean, 0.0) ** 2, axis=0)
        variance = np.where(count >= 2, squares / (count - 1), np.nan)
    return count, mean, variance


def _quantile(count: NDArray[np.int64]) -> Values:
    """How many standard errors a 95% t interval reaches to either side."""
    return np.where(count >= 2, stdtrit(np.maximum(count - 1, 1), 0.5 + CONFIDENCE / 2), np.nan)
