"""Owners who stop, and staff who take their firm over."""

import math

from ..compiled import compiled
from .codes import COOPERATIVE, IN_HOUSE, INDEPENDENT


@compiled
def retirement(provider, p):
    """Chance this week that an owner stops and nobody buys: less often of large firms, and of good ones."""
    r = provider
    if r.ownership == IN_HOUSE:
        return 0.0
    rate = p.exit_contracted_rate if r.contracted == 1 else p.exit_private_rate
    rate *= min(1.0, p.exit_sold_hours / max(r.usual_hours, 1.0))
    return rate / 52.0 * (1.0 - p.exit_quality_effect * (r.quality - 0.5))


@compiled
def taken_over(provider, support, p):
    """Share of independents whose owner stops that their staff take over with so much support a year, £."""
    if provider.ownership != INDEPENDENT:
        return 0.0
    return p.exit_taken_over_share * (1.0 - math.exp(-support / p.entry_coop_reference_support))


@compiled
def becomes_a_cooperative(provider):
    """Staff have all the say from now on, and no surplus is taken out; all else is as it was."""
    provider.ownership = COOPERATIVE
    provider.voice = 1.0
    provider.extraction = 0.0
