"""ODD 7.6 Fees: what an hour of contracted care pays, and how it is uprated."""

import numpy as np

from ..compiled import compiled
from ..compiled.process import process
from ..market.codes import OPEN_BOOK
from ..market.providers import median_open_cost, open_book_rate
from ..market.state import week_of


@process
def council_uprates_fees(market, parameters, policy, draws):
    """Each April the council passes on a share of cost growth (S11), steered by what it sees; a freeze passes on none.

    Open-book fees move that share of the way up to what the books show plus the allowed surplus, and fall with it,
    both by at most so much a year. What National Insurance adds to costs is no part of it, as in 2025.
    """
    p = parameters[0]
    providers = market.providers
    prices = market.prices[0]
    growth = prices.cost_growth
    for c in range(len(market.commissioners)):
        council, lever = market.commissioners[c], policy[c]
        council.fee_growth = 0.0
        if week_of(market) % 52 != 0:
            continue
        frozen = lever.shocks_fee_freeze == 1.0
        share = lever.fee_uplift_share + council.uplift_cap
        share = min(max(share - council.fee_restraint, 0.0), p.fees_largest_uplift)
        if frozen:
            share = 0.0
        books = lever.fee_rule == OPEN_BOOK and not frozen
        median = median_open_cost(providers, c, np.zeros(len(providers)), True) if books else 0.0
        before = 0.0
        after = 0.0
        for j in range(len(providers)):
            r = providers[j]
            if r.council != c:
                continue
            before += r.rate * r.council_hours
            if not books:
                r.rate *= 1.0 + share * growth
            elif r.contracted == 1 and r.open == 1 and r.delivered > 0.0:
                r.rate = rate_from_books(r, median, min(share, 1.0), growth, lever, p)
            after += r.rate * r.council_hours
            if frozen and growth > 0.0 and r.contracted == 1 and r.hurt >= p.trust_event_spacing:
                r.trust *= p.trust_event_loss
                r.hurt = 0.0
        council.fee *= 1.0 + share * growth
        if before > 0.0:
            council.fee_growth = after / max(before, 1e-9) - 1.0


@compiled
def rate_from_books(provider, median, share, growth, lever, p):
    """A rate after an uplift that the provider's open books decide: `share` of a rise is passed on, all of a fall."""
    before = provider.rate
    highest = before * (1.0 + growth) * (1.0 + p.fees_open_book_step)
    aim = open_book_rate(provider.open_cost, median, lever, p)
    aim = min(max(aim, before * (1.0 - p.fees_open_book_cut)), highest)
    return before + (share if aim > before else 1.0) * (aim - before)
