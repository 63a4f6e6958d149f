"""ODD 7.5 Leaving care: people die, move to a care home, or recover."""

import math

from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import COUNCIL, LEFT, RECEIVING, WAITING
from ..market.people import end_care
from ..market.state import clients_of

LEAVES_CARE = process_code("people_leave_care")
UNDER_65, OVER_84 = 0, 3
"""Age groups."""


@process
def people_leave_care(market, parameters, policy, draws):
    """Death, a move to a care home, or recovery, as competing weekly chances.

    Moves rise with need, care not delivered and isolation. How many were to be expected to leave is counted by payer.
    """
    p = parameters[0]
    key = key_of(draws, LEAVES_CARE)
    clients = clients_of(market)
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        counts = market.counts[c.council]
        death = p.demand_death_rate / 52.0
        if c.age_group == OVER_84:
            death *= p.demand_death_ratio_85
        elif c.age_group == UNDER_65:
            death *= p.demand_death_ratio_under_65
        need = c.need_hours / p.hospital_need_reference
        unmet = 1.0 - c.delivered_share if c.status == RECEIVING else 1.0 * (c.status == WAITING)
        move = (
            p.demand_care_home_rate
            / 52.0
            * math.exp(
                p.demand_care_home_need_elasticity * c.log_need
                + p.demand_care_home_unmet_effect * unmet
                + p.demand_care_home_isolation_effect * (p.connection_resting_level - c.connection)
            )
        )
        recovery = p.demand_recovery_rate / 52.0 / max(need, p.demand_recovery_floor)
        if c.payer == COUNCIL:
            counts.expected_to_leave_council += death + move + recovery
        else:
            counts.expected_to_leave_self += death + move + recovery
        u = uniform(key, c.number, 0)
        if u < death:
            counts.deaths += 1.0
        elif u < death + move:
            counts.care_home_moves += 1.0
        elif u < death + move + recovery:
            counts.recoveries += 1.0
        else:
            continue
        c.status = LEFT
        end_care(c)
