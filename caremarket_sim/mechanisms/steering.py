"""ODD 7.34 Steering: what the council sees of its market, and what it makes of it."""

import math

from ..compiled.draws import key_of, process_code
from ..compiled.hashing import normal_quantile, uniform
from ..compiled.process import process

STEER = process_code("council_steers")


@process
def council_steers(market, parameters, policy, draws):
    """The council reads late, noisy indicators and adds to or takes from next April's uplift (E14).

    The lag falls from a quarter to a month, and the noise shrinks, with stewardship's reach.
    """
    p = parameters[0]
    key = key_of(draws, STEER)
    for c in range(len(policy)):
        lever, council = policy[c], market.commissioners[c]
        contracted = 0.0
        for j in range(len(market.providers)):
            r = market.providers[j]
            contracted += r.council == c and r.contracted == 1 and r.open == 1
        capacity = lever.stewardship_capacity_fte / (p.stewardship_fte_per_provider * max(contracted, 1.0))
        council.reach = 1.0 - math.exp(-capacity)
        lag = p.stewardship_slow_lag + (p.stewardship_fast_lag - p.stewardship_slow_lag) * council.reach
        noise = p.stewardship_noise * (1.0 - council.reach)
        receiving = max(council.receiving_council, 1.0)
        waiting = council.waiting_council / receiving + noise * normal_quantile(uniform(key, 2 * c, 0))
        handed = market.counts[c].hand_backs / receiving * 52.0 + noise * normal_quantile(uniform(key, 2 * c + 1, 0))
        over = council.spend / max(council.budget, 1.0) - 1.0
        council.waiting_seen += (waiting - council.waiting_seen) / lag
        council.hand_backs_seen += (handed - council.hand_backs_seen) / (p.stewardship_hand_back_lag * lag)
        council.overspend_seen += (over - council.overspend_seen) / (p.stewardship_overspend_lag * lag)
        uplift = (
            p.stewardship_waiting_response * (council.waiting_seen - p.stewardship_waiting_line)
            + p.stewardship_hand_back_response * (council.hand_backs_seen - p.stewardship_hand_back_line)
            - p.stewardship_overspend_response * max(council.overspend_seen, 0.0)
        )
        council.uplift_cap = min(max(uplift, -p.stewardship_largest_steer), p.stewardship_largest_steer)
