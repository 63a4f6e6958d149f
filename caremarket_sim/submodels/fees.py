"""ODD 7.4 Fees: what an hour of contracted care pays, and how it is uprated."""

import numpy as np

from .. import costs
from ..arithmetic import total

OPEN_BOOK = 2.0


def council_uprates_fees(market, parameters, policy, draws):
    """Each April the council passes on a share of cost growth (S11), steered by what it sees; a freeze passes on none.

    Open-book fees move that share of the way up to what the books show plus the allowed surplus, and fall with it,
    both by at most so much a year.
    """
    p, lever = parameters, policy
    commissioner = market.commissioners.rows[0]
    providers = market.providers
    market.prices["fee_growth"] = 0.0
    if market.week % 52 != 0:
        return
    growth = market.prices["cost_growth"]
    share = lever.fee_uplift_share + commissioner["uplift_cap"]
    share = float(np.clip(share - commissioner["fee_restraint"], 0.0, p.fees_largest_uplift))
    frozen = lever.shocks_fee_freeze == 1.0
    if frozen:
        share = 0.0
    before = providers.rate.copy()
    if lever.fee_rule == OPEN_BOOK and not frozen:
        contracted = (providers.contracted == 1) & (providers.open == 1) & (providers.delivered > 0.0)
        aim = costs.open_book_rate(providers.open_cost, contracted, lever, p)
        reference = providers.rate * (1.0 + growth)
        highest = reference * (1.0 + p.fees_open_book_step)
        aim = np.clip(aim, before * (1.0 - p.fees_open_book_cut), highest)
        passed_on = np.where(aim > before, min(share, 1.0), 1.0)
        providers.rate += passed_on * (aim - before) * contracted
    else:
        providers.rate *= 1.0 + share * growth
    commissioner["fee"] *= 1.0 + share * growth
    held = providers.council_hours
    if total(held) > 0.0:
        grown = total(providers.rate * held) / max(total(before * held), 1e-9) - 1.0
        market.prices["fee_growth"] = grown
    providers.price *= 1.0 + growth
    if frozen and growth > 0.0:
        hurt = (providers.contracted == 1) & (providers.hurt >= p.trust_event_spacing)
        providers.trust[hurt] *= p.trust_event_loss
        providers.hurt[hurt] = 0.0
