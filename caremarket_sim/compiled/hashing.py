"""Draws by counter: a hash of who, what and when is the chance, so nobody's luck depends on anybody else's."""

import math

import numpy as np

from . import compiled

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
PART = np.uint64(0xD1B54A32D192ED03)
UNIT = 1.0 / 4503599627370496.0  # 2 ** -52


@compiled
def mix(x):
    """Splitmix64's output function (Steele, Lea and Flood 2014): a bijection of 64-bit integers."""
    x = np.uint64(x) + GOLDEN
    x = (x ^ (x >> np.uint64(30))) * FIRST
    x = (x ^ (x >> np.uint64(27))) * SECOND
    return x ^ (x >> np.uint64(31))


@compiled
def pair(first, second):
    """One number for two: who a draw of a pair (client, provider) belongs to."""
    return np.int64(mix(mix(np.uint64(first)) ^ (np.uint64(np.int64(second)) * PART)) >> np.uint64(1))


@compiled
def uniform(key, who, part):
    """A uniform in (0, 1) of (key, who, part); 52 bits and a half, which is exact, so never 0 and never 1."""
    x = mix(np.uint64(key) ^ mix(np.uint64(who) + np.uint64(part) * PART))
    return (np.float64(x >> np.uint64(12)) + 0.5) * UNIT


@compiled
def normal_quantile(p):
    """Inverse of the standard normal distribution function; relative error below 1.2e-9 (Acklam 2003)."""
    if p < 0.02425 or p > 1.0 - 0.02425:
        q = math.sqrt(-2.0 * math.log(p if p < 0.5 else 1.0 - p))
        numerator = (
            (((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q
            + 4.374664141464968
        ) * q + 2.938163982698783
        denominator = (
            ((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416
        ) * q + 1.0
        return numerator / denominator if p < 0.5 else -numerator / denominator
    q = p - 0.5
    r = q * q
    numerator = (
        (
            (((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r + 1.383577518672690e02)
            * r
            - 3.066479806614716e01
        )
        * r
        + 2.506628277459239
    ) * q
    denominator = (
        (((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r + 6.680131188771972e01) * r
        - 1.328068155288572e01
    ) * r + 1.0
    return numerator / denominator


@compiled
def poisson_quantile(p, mean):
    """The smallest count whose Poisson distribution function reaches p, by summation.

    Means above 500 take the normal quantile with its first Cornish-Fisher correction (error below one count).
    """
    if mean > 500.0:
        z = normal_quantile(p)
        return int(max(math.floor(mean + math.sqrt(mean) * z + (z * z - 1.0) / 6.0 + 0.5), 0.0))
    term = math.exp(-mean)
    total = term
    count = 0
    while total < p and count < 10000:
        count += 1
        term *= mean / count
        total += term
    return count


@compiled
def gumbel(key, who, part):
    """A standard Gumbel draw: the choice that maximises log weight + Gumbel is drawn with chance ∝ weight."""
    return -math.log(-math.log(uniform(key, who, part)))


@compiled
def stream_key(seed, process, week):
    """The key of a process in a week of a run."""
    return mix(mix(mix(np.uint64(seed)) ^ np.uint64(process)) ^ (np.uint64(week) * PART))
