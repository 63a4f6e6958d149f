"""ODD 7.49 Outcomes that are paid for: effort, what is only reported, and whom providers would rather not have."""

import math

from ..compiled import compiled
from ..compiled.process import process
from ..market.motive import cares


@process
def providers_work_for_outcomes(market, parameters, policy, draws):
    """Where part of the fee depends on an outcome, providers put effort into it, with diminishing returns; the less an
    owner cares for the work, and the less is checked, the more of the effort goes into the report alone, and into
    picking people with good prospects (M43, M44; N136: those unlikely to succeed were parked).

    effort = 1 − exp(−share of fee/scale); reported only: effort · gaming · (1 − care) · (1 − what checks find).
    """
    p = parameters[0]
    for c in range(len(market.commissioners)):
        market.commissioners[c].effort = effort_for(policy[c].contract_outcome_share, p)
    for j in range(len(market.providers)):
        r = market.providers[j]
        effort = market.commissioners[r.council].effort * r.open
        heedless = 1.0 - cares(r, p.motive_outcome_slope, p)
        unseen = 1.0 - p.outcome_checks * policy[r.council].stewardship_monitoring
        r.only_reported = effort * p.outcome_gaming * heedless * unseen
        r.effort = effort - r.only_reported
        r.picks = effort * p.outcome_picking * heedless


@compiled
def effort_for(share, p):
    """Effort, 0 to 1, that a share of the fee draws."""
    return 1.0 - math.exp(-share / p.outcome_effort_scale)
