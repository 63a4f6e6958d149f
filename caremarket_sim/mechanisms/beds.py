"""ODD 7.46 Beds outside hospital: where people wait who are fit to leave it and whom no provider takes."""

import numpy as np

from ..compiled import compiled
from ..compiled.arithmetic import in_order
from ..compiled.process import process
from ..market.codes import COUNCIL, FIT, INTERIM, STEP_DOWN, WARD
from ..market.commissioners import net_spend_permits
from ..market.followed import price_of_a_place
from ..market.ledger import line, pay
from ..market.state import clients_of, week_of

STEP_DOWN_BEDS = line("council", "care homes", "step-down beds")
INTERIM_BEDS = line("council", "care homes", "interim beds")
OWN_BEDS = line("self-funders", "care homes", "interim beds")


@process
def people_wait_in_other_beds(market, parameters, policy, draws):
    """Whoever is fit to leave hospital and whom nobody takes waits in a step-down bed where one is free, the longest
    waiting first; after some weeks in an interim bed in a care home, the council's people while net spend permits,
    self-funders at their own cost.

    They are looked for a provider as before. Step-down beds are paid whether used or not.
    """
    p = parameters[0]
    clients = clients_of(market)
    councils = len(policy)
    taken, interim, own = np.zeros(councils), np.zeros(councils), np.zeros(councils)
    for i in range(len(clients)):
        c = clients[i]
        if c.status == FIT and c.bed != WARD:
            taken[c.council] += c.bed == STEP_DOWN
            interim[c.council] += c.bed == INTERIM and c.payer == COUNCIL
            own[c.council] += c.bed == INTERIM and c.payer != COUNCIL
    cost = price_of_a_place(market.prices[0], p)
    new = np.zeros(councils)
    for i in longest_waiting_in_hospital(clients):
        c = clients[i]
        k = c.council
        if taken[k] < policy[k].hospital_step_down_beds:
            c.bed = STEP_DOWN
            taken[k] += 1.0
        elif c.weeks_waiting >= p.hospital_interim_wait:
            council = market.commissioners[k]
            if c.payer != COUNCIL:
                c.bed = INTERIM
                own[k] += 1.0
            elif net_spend_permits(council, (new[k] + 1.0) * cost, week_of(market)):
                c.bed = INTERIM
                new[k] += 1.0
    for k in range(councils):
        beds = max(policy[k].hospital_step_down_beds, taken[k])
        pay(market.ledger, k, STEP_DOWN_BEDS, beds * p.hospital_step_down_cost * market.prices[0].price_index)
        market.commissioners[k].interim_spend = (interim[k] + new[k]) * cost
        pay(market.ledger, k, INTERIM_BEDS, market.commissioners[k].interim_spend)
        pay(market.ledger, k, OWN_BEDS, own[k] * cost)


@compiled
def longest_waiting_in_hospital(clients):
    """Rows of those who are fit to leave hospital and have waited in it, the longest waiting first."""
    rows = np.empty(len(clients), np.int64)
    rank = np.empty(len(clients))
    n = 0
    for i in range(len(clients)):
        c = clients[i]
        if c.status == FIT and c.bed == WARD and c.weeks_waiting > 0.0:
            rows[n] = i
            rank[n] = -c.weeks_waiting
            n += 1
    return rows[:n][in_order(rank[:n])]
