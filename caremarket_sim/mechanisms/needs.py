"""ODD 7.3 Needs: how they change, and packages with them."""

import math

from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import COUNCIL, FOR_INDEPENDENCE, LEFT
from ..market.state import clients_of

NEEDS = process_code("needs_change")


@process
def needs_change(market, parameters, policy, draws):
    """Needs drift up; packages follow need, the shortest visit allowed, the budget's share and the person's network.

    Hours a week = visits · minutes/60 · 7 · care workers.
    """
    p = parameters[0]
    key = key_of(draws, NEEDS)
    clients, providers = clients_of(market), market.providers
    for j in range(len(providers)):
        providers[j].need_rises = 0.0
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        lever = policy[c.council]
        outcome = 0.0
        if c.provider >= 0 and c.payer == COUNCIL and lever.contract_outcome_measure == FOR_INDEPENDENCE:
            outcome = lever.contract_outcome_share * p.outcome_independence_effect
        practice = p.practice_independence_effect * (providers[c.provider].practice if c.provider >= 0 else 0.0)
        rise = (
            p.demand_need_rise_rate
            / 52.0
            * (1.0 - outcome)
            * (1.0 - practice)
            * (1.0 + p.demand_unmet_need_effect * (1.0 - c.delivered_share))
        )
        if uniform(key, c.number, 0) < rise:
            if c.provider >= 0:
                providers[c.provider].need_rises += 1.0
            c.need_minutes *= 1.0 + p.demand_need_rise_step
            if c.need_minutes > p.demand_longest_visit:
                if c.visits < 4:
                    c.need_minutes *= c.visits / (c.visits + 1.0)
                    c.visits += 1
                else:
                    c.need_minutes = p.demand_longest_visit
        minutes = c.need_minutes
        if c.payer == COUNCIL:
            council = market.commissioners[c.council]
            network = p.connection_need_effect * max(0.0, c.connection - 0.5) / 0.5
            bought = council.package_share * (1.0 + council.pot_hours)
            minutes = max(minutes * bought * (1.0 - network), lever.contract_minimum_visit_minutes)
        c.visit_minutes = minutes
        c.hours = c.visits * minutes / 60.0 * 7.0 * c.carers
        need = c.visits * c.need_minutes / 60.0 * 7.0 * c.carers
        if need != c.need_hours:
            c.need_hours = need
            c.log_need = math.log(need / p.hospital_need_reference)
