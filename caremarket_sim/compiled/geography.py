"""Which providers serve a zone, and what a leg between two visits takes."""

import math
from typing import NamedTuple

import numpy as np

from . import compiled


class ByZone(NamedTuple):
    """Open providers of each zone as a compressed list: those of zone z are from `start[z]` to `start[z + 1]`."""

    start: np.ndarray
    rows: np.ndarray
    """Rows of providers."""
    patches: np.ndarray
    """Place of the zone in the provider's patch."""


@compiled
def providers_by_zone(providers, zone_count):
    """Open providers of each zone, as `ByZone`."""
    start = np.zeros(zone_count + 1, np.int64)
    for j in range(len(providers)):
        if providers[j].open and providers[j].closing == 0:
            for k in range(providers[j].patch_count):
                start[providers[j].patch_zone[k] + 1] += 1
    for z in range(zone_count):
        start[z + 1] += start[z]
    filled = start[:-1].copy()
    rows = np.empty(start[-1], np.int64)
    patches = np.empty(start[-1], np.int64)
    for j in range(len(providers)):
        if providers[j].open and providers[j].closing == 0:
            for k in range(providers[j].patch_count):
                z = providers[j].patch_zone[k]
                rows[filled[z]] = j
                patches[filled[z]] = k
                filled[z] += 1
    return ByZone(start, rows, patches)


@compiled
def patch_of(provider, zone):
    """Index of a zone in a provider's patch, -1 where it does not serve it."""
    for k in range(provider.patch_count):
        if provider.patch_zone[k] == zone:
            return k
    return -1


@compiled
def distance(from_x, from_y, x, y):
    """Kilometres between two points."""
    return math.sqrt((from_x - x) ** 2 + (from_y - y) ** 2)


@compiled
def kilometres(zones, a, b):
    """Distance between the centres of two zones."""
    return distance(zones[a].x, zones[a].y, zones[b].x, zones[b].y)


@compiled
def leg_alone(area, leg_factor, p):
    """Kilometres of a leg in a zone of `area` km² where a provider makes one call in a slot: φ · 0.7124 · 1.3 · A^e.

    Where it makes n calls a leg is n^-e times as long (Beardwood, Halton and Hammersley 1959, with a detour factor;
    e = 1/2 for one optimal tour).
    """
    reference = p.travel_reference_area
    return (
        leg_factor * 0.7124 * p.travel_detour * math.sqrt(reference) * (area / reference) ** p.travel_density_exponent
    )


@compiled
def minutes_of_leg(leg, practice, p):
    """Minutes for a leg of so many kilometres, up to a longest one: driven and parked, or walked if quicker; practice
    shortens it."""
    leg = min(leg, p.travel_longest_leg) * (1.0 - p.practice_travel_effect * practice)
    drive = leg / p.travel_driving_speed * 60.0 + p.travel_parking_minutes
    return min(drive, leg / p.travel_walking_speed * 60.0)
