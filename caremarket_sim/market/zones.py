"""The zones that describe a place, the localities that it is served in, and homes: where in a zone somebody lives.

Zones say who lives where and how well off; a place may be described in wards or in something finer. Nothing else asks
how many there are: whoever lives in one has a home, a point in it, and territories and contracts are of localities,
which are made from where people live.
"""

import math

import numpy as np

from ..compiled import compiled, step
from ..compiled.hashing import uniform

ZONE_TYPE = np.dtype(
    [
        ("code", "U16"),
        ("name", "U64"),
        ("council", "u1"),
        ("x", "f8"),
        ("y", "f8"),
        ("area_km2", "f8"),
        ("assets", "f8"),
        ("fifth", "i8"),
        ("council_referrals", "f8"),
        ("self_referrals", "f8"),
        ("residents", "f8"),
    ],
    align=True,
)
"""Kilometres from the middle of the place, community assets (0 to 1), fifth of deprivation (0 least), and cumulative
shares of a council's referrals, of people who pay for themselves and of residents."""
LOCALITY_TYPE = np.dtype([("council", "i8"), ("x", "f8"), ("y", "f8"), ("residents", "f8")], align=True)
"""A locality: kilometres from the middle of the place to where its people live on average, and how many they are."""
EAST, NORTH = 20, 21
"""Parts of the draw that somebody, or an office, was born with: where in the zone."""
CELL = 0.125
"""Kilometres of a cell of the tour: shorter than most legs, so that who comes after whom within one matters little."""
BITS = 12
"""The tour passes 2^BITS cells each way, which is as wide as England; beyond, it begins anew."""


@step
def zones_of(market, council):
    """The zones of a council, and the row of the first of them."""
    row = market.commissioners[council]
    return market.zones[row.first_zone : row.first_zone + row.zones], row.first_zone


@step
def localities_of(market, council):
    """The localities of a council, and the row of the first of them."""
    row = market.commissioners[council]
    return market.localities[row.first_locality : row.first_locality + row.localities], row.first_locality


@compiled
def home_in(zone, number, key):
    """Where in a zone somebody of this number lives, in kilometres: anywhere in a square of its area around its
    centre."""
    side = math.sqrt(zone.area_km2)
    return zone.x + side * (uniform(key, number, EAST) - 0.5), zone.y + side * (uniform(key, number, NORTH) - 0.5)


@compiled
def locality_at(localities, x, y):
    """Place of the locality whose middle is nearest to a point."""
    best, nearest = 0, np.inf
    for k in range(len(localities)):
        away = (localities[k].x - x) ** 2 + (localities[k].y - y) ** 2
        if away < nearest:
            best, nearest = k, away
    return best


@compiled
def tour_at(x, y):
    """When a tour of the whole place passes a point: its cell's place along Hilbert's curve, a number of 2·BITS bits.

    Points near one another on the curve are near on the ground, so that whoever goes through any people in this order
    has a round that is a quarter (of very many) to two fifths longer than the shortest (Platzman and Bartholdi 1989).
    """
    cells = 1 << BITS
    column, row = int(math.floor(x / CELL)) % cells, int(math.floor(y / CELL)) % cells
    passed = 0
    half = cells >> 1
    while half > 0:
        right, up = int((column & half) > 0), int((row & half) > 0)
        passed += half * half * ((3 * right) ^ up)
        if up == 0:
            if right == 1:
                column, row = cells - 1 - column, cells - 1 - row
            column, row = row, column
        half >>= 1
    return passed
