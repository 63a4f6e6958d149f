"""ODD 7.40 Renegotiation: a contract won below its cost is put right, in part, where the council trusts who asks."""

from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.process import process
from ..market.codes import TENDERED
from ..market.providers import is_trading, paid_share

ASK = process_code("low_bids_are_put_right")


@process
def low_bids_are_put_right(market, parameters, policy, draws):
    """Some months into a contract with tendered fees a provider whose hour has cost more in recent weeks than it is
    paid asks, once, for a share of the gap (N37). The council gives it with a chance of the trust between them; where
    it does not, the provider goes on, and hands packages back by the rule for those below cost."""
    p = parameters[0]
    key = key_of(draws, ASK)
    for c in range(len(policy)):
        market.commissioners[c].contract_age += 1.0
    for j in range(len(market.providers)):
        r = market.providers[j]
        lever = policy[r.council]
        if lever.fee_rule != TENDERED or r.contracted == 0 or not is_trading(r):
            continue
        if market.commissioners[r.council].contract_age != round(p.procurement_renegotiation_weeks):
            continue
        gap = r.unit_cost / paid_share(lever, p) - r.rate
        if gap > 0.0 and p.procurement_renegotiated_share > 0.0 and uniform(key, r.number, 0) < r.trust:
            r.rate += p.procurement_renegotiated_share * gap
            market.counts[r.council].renegotiated += 1.0
