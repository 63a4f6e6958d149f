"""The zones of a place, as a market knows them."""

import numpy as np

from ..compiled import step

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
        ("neighbourhood", "i8"),
    ],
    align=True,
)
"""Kilometres from the middle of the place, community assets (0 to 1), fifth of deprivation (0 least), and cumulative
shares of a council's referrals, of people who pay for themselves and of residents."""


@step
def zones_of(market, council):
    """The zones of a council, and the row of the first of them."""
    row = market.commissioners[council]
    return market.zones[row.first_zone : row.first_zone + row.zones], row.first_zone
