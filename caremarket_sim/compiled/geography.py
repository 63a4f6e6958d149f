"""Which providers serve a locality, and what a leg between two visits takes."""

import math
from typing import NamedTuple

import numpy as np

from . import compiled


class ByLocality(NamedTuple):
    """Open providers of each locality as a compressed list: those of locality k are from `start[k]` to
    `start[k + 1]`."""

    start: np.ndarray
    rows: np.ndarray
    """Rows of providers."""
    patches: np.ndarray
    """Place of the locality in the provider's patch."""


@compiled
def providers_by_locality(providers, localities):
    """Open providers of each of so many localities, as `ByLocality`."""
    start = np.zeros(localities + 1, np.int64)
    for j in range(len(providers)):
        if providers[j].open and providers[j].closing == 0:
            for k in range(providers[j].patch_count):
                start[providers[j].patch_locality[k] + 1] += 1
    for z in range(localities):
        start[z + 1] += start[z]
    filled = start[:-1].copy()
    rows = np.empty(start[-1], np.int64)
    patches = np.empty(start[-1], np.int64)
    for j in range(len(providers)):
        if providers[j].open and providers[j].closing == 0:
            for k in range(providers[j].patch_count):
                z = providers[j].patch_locality[k]
                rows[filled[z]] = j
                patches[filled[z]] = k
                filled[z] += 1
    return ByLocality(start, rows, patches)


@compiled
def patch_of(provider, locality):
    """Place of a locality in a provider's patch, -1 where it does not serve it."""
    for k in range(provider.patch_count):
        if provider.patch_locality[k] == locality:
            return k
    return -1


@compiled
def distance(from_x, from_y, x, y):
    """Kilometres between two points."""
    return math.sqrt((from_x - x) ** 2 + (from_y - y) ** 2)


@compiled
def leg_of(apart, leg_factor, p):
    """Kilometres of a leg between two calls that are so far apart as the crow flies: φ · 1.3 · r · (apart / r)^2e.

    Where n calls are spread over A km² a tour takes them c·√(A/n) apart (Beardwood, Halton and Hammersley 1959); with
    e = 1/2, one tour, that is the leg, but for the detour and φ. r² is the area for a call at which e turns.
    """
    reference = p.travel_reference_area
    if p.travel_density_exponent == 0.5:
        return leg_factor * p.travel_detour * apart
    stretched = math.sqrt(reference) * (apart * apart / reference) ** p.travel_density_exponent
    return leg_factor * p.travel_detour * stretched


@compiled
def hours_of_leg(leg, practice, p):
    """Hours for a leg of so many kilometres, up to a longest one: driven and parked, or walked if quicker; practice
    shortens it."""
    leg = min(leg, p.travel_longest_leg) * (1.0 - p.practice_travel_effect * practice)
    return min(leg / p.travel_driving_speed + p.travel_parking_minutes / 60.0, leg / p.travel_walking_speed)
