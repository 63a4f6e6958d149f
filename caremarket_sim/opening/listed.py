"""Providers whom the place's list names: what it says of them holds at the start, what it leaves blank is drawn.

A listed provider's permanent number is its line in the list, from 1; those whom nobody listed come after them.
"""

from math import erf, sqrt

import numpy as np

from ..compiled import plain
from ..compiled.draws import one_normal, one_uniform
from ..compiled.hashing import normal_quantile
from ..market.codes import INADEQUATE, UNRATED
from ..market.firms import QUALITIES, open_office, own

UNKNOWN = -1
"""What the list does not say. Weekly hours that it does not say are 0."""


def who_is_contracted(place, draws) -> np.ndarray:
    """Whether each provider holds a contract (bool), by number.

    Where the list does not say, it is drawn: as many as are still missing from the place's number of contracted
    providers, listed and unlisted alike. Without a list they are the first.
    """
    count = place.contracted_providers + place.private_providers
    said = np.full(count, UNKNOWN, np.int64)
    said[: len(place.providers)] = place.providers["contracted"]
    contracted = said == 1
    open_to_draw = np.flatnonzero(said == UNKNOWN)
    if len(place.providers):
        open_to_draw = open_to_draw[np.argsort(draws.uniform("who_is_contracted", open_to_draw + 1), kind="stable")]
    contracted[open_to_draw[: place.contracted_providers - int(contracted.sum())]] = True
    return contracted


def opening_sizes(known: np.ndarray, order: np.ndarray, total: float, spread: float, smallest: float) -> np.ndarray:
    """Hours a week of each provider of a class, which together give `total`.

    `known` are the hours that the list says, 0 where it does not. Those unknown share what the known leave, unequally
    (a lognormal's quantiles, given out by `order`); then all are scaled to the total, since the list's hours and the
    place's people are never of quite the same day. Nobody is smaller than `smallest`.
    """
    unknown = np.flatnonzero(known == 0.0)
    sizes = known.copy()
    if len(unknown):
        left = total - known.sum()
        if len(unknown) < len(known):
            left = max(left, len(unknown) * smallest)
        quantiles = (np.arange(len(unknown)) + 0.5) / len(unknown)
        drawn = np.exp(spread * np.array([plain(normal_quantile)(q) for q in quantiles]))
        sizes[unknown[np.argsort(order[unknown], kind="stable")]] = drawn / drawn.sum() * left
    if len(unknown) < len(known):
        sizes *= total / sizes.sum()
    return np.maximum(sizes, smallest)


def make_as_listed(row, listed, market, p, key):
    """Give a provider what the list says of it: base, owner, and with its rating the quality that would earn it."""
    if listed["zone"] != UNKNOWN:
        open_office(row, int(listed["zone"]), market, key)
    if listed["ownership"] != UNKNOWN:
        own(row, int(listed["ownership"]), int(row["number"]), p, key)
    if listed["rating"] > UNRATED:
        row["quality"] = quality_behind(int(listed["rating"]), int(row["number"]), p, key)


def quality_behind(rating: int, number: int, p, key) -> float:
    """A latent quality for a known rating: drawn from what it may be, given that an inspector read it so.

    Quality is normal among providers and its reading has normal noise; the reading is drawn within the rating's
    bounds, and then the quality given the reading.
    """
    lines = (-np.inf, p.regulator_inadequate_line, p.regulator_good_line, p.regulator_outstanding_line, np.inf)
    middle, spread = p.quality_resting_level, p.quality_opening_spread
    of_readings = sqrt(spread**2 + p.regulator_noise**2)
    low, high = (
        0.5 * (1.0 + erf((line - middle) / of_readings / sqrt(2.0)))
        for line in lines[rating - INADEQUATE : rating - INADEQUATE + 2]
    )
    within = min(max(low + (high - low) * one_uniform(key, number, 11), 1e-9), 1.0 - 1e-9)
    weight = (spread / of_readings) ** 2
    expected = middle + weight * of_readings * plain(normal_quantile)(within)
    left = spread * sqrt(1.0 - weight)
    return float(np.clip(expected + left * one_normal(key, number, 12), *QUALITIES))


def opening_ratings(place, numbers: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """The rating of each provider of these numbers at the start: as the list says, else as `drawn`."""
    said = np.full(max(len(drawn), len(place.providers)) + 1, UNKNOWN, np.int64)
    said[1 : len(place.providers) + 1] = place.providers["rating"]
    return np.where(said[numbers] == UNKNOWN, drawn, said[numbers])
