"""What owners are after: a margin, how far they look ahead, care for the work; and how far each drives what they do.

The three are traits of their own, drawn with one correlation (`motive.correlation`). A consequence follows from how far
an owner differs from the usual owner, by a slope of its own from 0, where all do as the usual owner would, to 1. With
all owners alike nothing follows from motive, whatever the slopes.
"""

from functools import lru_cache

import numpy as np

from ..compiled import compiled
from ..compiled.draws import one_normal

LED, CARE, HORIZON, MARGIN = 3, 13, 14, 15
"""Draws of a firm: how far it is led by a mission within its kind of owner, and what of each trait is its own."""


@compiled
def cares(provider, slope, p):
    """Care for the work, 0 to 1, as it drives a consequence: the usual owner's and `slope` times what the owner's is
    above it."""
    return p.motive_care + slope * (provider.care - p.motive_care)


@compiled
def looks_ahead(provider, slope, p):
    """How much further than the usual owner it looks ahead, as it drives a consequence: 1 for the usual horizon, and at
    a slope of 1 twice as much for a horizon twice as long."""
    return (provider.horizon / p.motive_horizon) ** slope


@compiled
def margin_aimed_at(provider, slope, p):
    """Margin that it aims at, as it drives a consequence: the usual and `slope` times what the owner's is above it."""
    return p.motive_margin + slope * (provider.margin_target - p.motive_margin)


@compiled
def care_costs(provider, p):
    """What care for the work costs above the usual, £ an hour: time to supervise, to hand over, to listen."""
    return p.motive_care_cost * p.motive_quality_slope * (provider.care - p.motive_care)


@compiled
def office_spending(provider, p):
    """What it spends on its office over what one of its size would: more, for later, the further it looks ahead."""
    return 1.0 + p.motive_office_share * ((provider.horizon / p.motive_horizon) ** p.motive_investment_slope - 1.0)


def draw_traits(row, missions, shares, mission: float, number: int, p, key):
    """Draw an owner's traits: normal about the usual owner's (the horizon in logs), each pair with the correlation.

    What they share is how far the owner is led by a mission, of which kinds of owner have more or less (`missions`, of
    kinds with these `shares`), brought to mean 0 and spread 1. A trait is √ρ of it and √(1 − ρ) of its own.
    """
    usual, spread = _usual_mission(shares, missions, p.ownership_mission_spread)
    led = (mission + p.ownership_mission_spread * one_normal(key, number, LED) - usual) / spread
    common, own = float(np.sqrt(p.motive_correlation)), float(np.sqrt(1.0 - p.motive_correlation))

    def score(part):
        return common * led + own * one_normal(key, number, part)

    row["care"] = min(max(p.motive_care + p.motive_care_spread * score(CARE), 0.0), 1.0)
    row["horizon"] = p.motive_horizon * np.exp(p.motive_horizon_spread * score(HORIZON))
    row["margin_target"] = max(p.motive_margin - p.motive_margin_spread * score(MARGIN), 0.0)


@lru_cache(maxsize=64)
def _usual_mission(shares, missions, of_each: float) -> tuple[float, float]:
    """Mean and spread of mission over all owners, of kinds with these shares and missions and a spread of each."""
    usual = float(np.dot(shares, missions))
    return usual, float(np.sqrt(np.dot(shares, (np.array(missions) - usual) ** 2) + of_each**2))
