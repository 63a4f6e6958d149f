"""ODD 7.19 Connection: how people are connected to others."""

import numpy as np

from ..compiled import compiled, step
from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import COUNCIL, FOR_CONNECTION, LEFT, RECEIVING
from ..market.state import clients_of

SUPPORTED = process_code("connections_form")


@process
def connections_form(market, parameters, policy, draws):
    """Connection drifts to the person's own level. A connector's support raises it for some weeks, more where the place
    has assets (M30) and the provider has learned, and what it raised drifts away; visits with time left help a little.

    A connector has a caseload (N85, N90). Its free places go to people who lack connection and are ready for company,
    with the more chance the more they lack and the readier they are; whoever had support is not asked again for a
    time. Where there are fewer places than people in support, each gets less of it. Counts connections made: those who
    began, and what providers who are paid for connection offered and people could take.
    """
    p = parameters[0]
    key = key_of(draws, SUPPORTED)
    clients = clients_of(market)
    chance, effort = places_are_offered(market, policy, p)
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        lever, counts = policy[c.council], market.counts[c.council]
        assets = market.zones[c.zone].assets
        c.connection += p.connection_drift * (c.sociability - c.connection)
        if chance[c.council] > 0.0 and wants_company(c, p) * chance[c.council] > uniform(key, c.number, 0):
            c.supported = round(p.connection_support_weeks)
            c.unasked = c.supported + round(p.connection_again_weeks)
            counts.connections += 1.0
        clipping, practice, paid_for = 0.0, 0.0, 0.0
        if c.provider >= 0:
            provider = market.providers[c.provider]
            clipping, practice, paid_for = provider.clipping, provider.practice, provider.effort
        gain = 0.0
        if c.supported > 0:
            c.supported -= 1
            better = assets / p.connection_assets * (1.0 + p.practice_connection_effect * practice)
            gain += effort[c.council] * p.connection_support_gain / p.connection_support_weeks * better
        c.unasked = max(c.unasked - 1, 0)
        if c.payer == COUNCIL and lever.contract_outcome_measure == FOR_CONNECTION:
            offered = p.outcome_connection_effect * paid_for * c.readiness * assets
            counts.connections += offered
            gain += offered
        if time_left(c, clipping) >= p.connection_talk_minutes:
            gain += p.connection_talk_gain
        c.connection = min(c.connection + gain * (1.0 - c.connection), 1.0)


@step
def places_are_offered(market, policy, p):
    """For each council the chance of support this week of somebody who is wholly alone and ready, and how much of a
    connector's time each person in support gets, from nothing to all that they need."""
    councils = len(market.commissioners)
    supported, wanted = np.zeros(councils), np.zeros(councils)
    clients = clients_of(market)
    for i in range(len(clients)):
        c = clients[i]
        if c.status != LEFT:
            supported[c.council] += c.supported > 0
            wanted[c.council] += wants_company(c, p)
    chance, effort = np.zeros(councils), np.ones(councils)
    for k in range(councils):
        fte = policy[k].community_connectors_fte + market.commissioners[k].pot_connectors
        places = fte * p.connection_caseload
        if places < supported[k]:
            effort[k] = places / supported[k]
        elif wanted[k] > 0.0:
            chance[k] = min((places - supported[k]) / wanted[k], 1.0)
    return chance, effort


@compiled
def wants_company(client, p):
    """How much a person lacks of the usual connection, times readiness; nothing in support or soon after it."""
    lacks = max(p.connection_resting_level - client.connection, 0.0) / p.connection_resting_level
    return lacks * client.readiness if client.unasked == 0 else 0.0


@compiled
def time_left(client, clipping):
    """Minutes that a visit is longer than its tasks take, as far as it is worked and not clipped."""
    worked = client.status == RECEIVING and client.delivered > 0.0
    return client.visit_minutes * (1.0 - clipping) - client.need_minutes if worked else 0.0
