"""ODD 7.3 Needs: how they change, and how packages follow them, by agreement or by dispute."""

import math

from ..compiled import compiled
from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import COUNCIL, FOR_INDEPENDENCE, LEFT, RECEIVING, SLOTS
from ..market.state import clients_of

NEEDS = process_code("needs_change")


@process
def needs_change(market, parameters, policy, draws):
    """Needs rise, and now and then ease; packages follow the need that was agreed on, the shortest visit allowed, the
    budget's share and the person's network.

    Hours a week = visits · minutes/60 · 7 · care workers. What is agreed on is need itself, but for people to whom a
    provider of the council's comes: there it follows when both sides have settled it.
    """
    p = parameters[0]
    key = key_of(draws, NEEDS)
    clients, providers = clients_of(market), market.providers
    for j in range(len(providers)):
        providers[j].need_rises = 0.0
        providers[j].disputes = 0.0
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        lever = policy[c.council]
        outcome = 0.0
        if c.provider >= 0 and c.payer == COUNCIL and lever.contract_outcome_measure == FOR_INDEPENDENCE:
            outcome = providers[c.provider].effort * p.outcome_independence_effect
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
            need_rises(c, p)
        if uniform(key, c.number, 1) < p.demand_need_fall_rate / 52.0:
            c.need_minutes /= 1.0 + p.demand_need_rise_step
        need = c.visits * c.need_minutes / 60.0 * 7.0 * c.carers
        if need != c.need_hours:
            c.need_hours = need
            c.log_need = math.log(need / p.hospital_need_reference)
        council = market.commissioners[c.council]
        if c.payer == COUNCIL and c.status == RECEIVING:
            package_is_reviewed(c, providers[c.provider], council, market.counts[c.council], p, key)
        else:
            c.agreed_hours = need
            c.review = 0
        minutes = c.need_minutes * (c.agreed_hours / need)
        if c.payer == COUNCIL:
            network = p.connection_need_effect * max(0.0, c.connection - 0.5) / 0.5
            bought = council.package_share * (1.0 + council.pot_hours)
            minutes = max(minutes * bought * (1.0 - network), lever.contract_minimum_visit_minutes)
        c.visit_minutes = minutes
        c.hours = c.visits * minutes / 60.0 * 7.0 * c.carers


@compiled
def need_rises(client, p):
    """A person's need goes a step up: longer visits, and beyond the longest another visit a day."""
    client.need_minutes *= 1.0 + p.demand_need_rise_step
    if client.need_minutes <= p.demand_longest_visit:
        return
    if client.visits < SLOTS:
        client.need_minutes *= client.visits / (client.visits + 1.0)
        client.visits += 1
    else:
        client.need_minutes = p.demand_longest_visit


@compiled
def package_is_reviewed(client, provider, council, counts, p, key):
    """A package that need has left behind, or run ahead of, is brought to it: within weeks where provider and council
    agree, and where they do not after months, at a cost to both. They disagree the more often the less they trust each
    other, and the less of the service was designed together (A: nobody has counted disputes, N138 only what distrust
    costs to transact)."""
    c = client
    if c.need_hours == c.agreed_hours:
        c.review = 0
        return
    if c.review == 0:
        c.review = round(p.trust_agreed_weeks)
        distrust = max(1.0 + p.trust_dispute_effect * (0.5 - provider.trust), 0.0)
        chance = p.trust_dispute_share * distrust * (1.0 - p.trust_dispute_design * min(council.codesigned, 1.0))
        if uniform(key, c.number, 2) < chance:
            c.review = round(p.trust_disputed_weeks)
            provider.disputes += 1.0
            counts.disputes += 1.0
        return
    c.review -= 1
    if c.review == 0:
        c.agreed_hours = c.need_hours
