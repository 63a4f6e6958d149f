"""ODD 7.44 Unpaid carers: what they take on, how it strains them, and when they can do no more."""

import math

from ..compiled import compiled
from ..compiled.draws import fixed_key, key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import IN_CARE_HOME, LEFT, RECEIVING, SLOTS, WAITING
from ..market.followed import leave_homecare
from ..market.people import expect_to_leave
from ..market.state import clients_of

BREAKS_DOWN, FOLLOWED = process_code("unpaid_carers_break_down"), process_code("follow")


@process
def unpaid_carers_break_down(market, parameters, policy, draws):
    """An unpaid carer may come to be able to do no more: a rate a year, more often the more strained (A: no rate is
    published, N101). The person then moves to a care home, or has nobody and needs another visit a day.
    """
    p = parameters[0]
    key, own_key = key_of(draws, BREAKS_DOWN), fixed_key(draws, FOLLOWED)
    clients = clients_of(market)
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT or c.unpaid_carer == 0:
            continue
        more = math.exp(p.unpaid_breakdown_effect * (c.unpaid_strain - p.unpaid_usual_strain))
        chance = p.unpaid_breakdown_rate / 52.0 * more
        counts = market.counts[c.council]
        expect_to_leave(c, counts, p.unpaid_care_home_share * chance)
        if uniform(key, c.number, 0) >= chance:
            continue
        counts.unpaid_breakdowns += 1.0
        c.unpaid_carer = 0
        if uniform(key, c.number, 1) < p.unpaid_care_home_share:
            counts.care_home_moves += 1.0
            leave_homecare(market, i, IN_CARE_HOME, p, own_key)
        else:
            another_visit(c, p)


@compiled
def another_visit(client, p):
    """A visit a day more, or, where there is one in each slot already, as much more time in those there are."""
    if client.visits < SLOTS:
        client.visits += 1
    else:
        client.need_minutes = min(client.need_minutes * (SLOTS + 1.0) / SLOTS, p.demand_longest_visit)


@process
def unpaid_carers_cope(market, parameters, policy, draws):
    """Unpaid carers fill a part of the hours that nobody delivers, and spend time on putting right what was late or
    missed (N100). The more that is beside what they give anyway, the more strain; care that is experienced better than
    is usual relieves them. Strain moves a part of the way a week."""
    p = parameters[0]
    clients = clients_of(market)
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT or c.unpaid_carer == 0:
            continue
        more, relief = 0.0, 0.0
        if c.status == RECEIVING or c.status == WAITING:
            more = p.quality_informal_share * c.unmet_hours
        if c.status == RECEIVING:
            more += p.unpaid_putting_right * c.delivered * min(c.late_share + c.missed_share, 1.0)
            relief = p.unpaid_relief * (c.experience - market.commissioners[c.council].experience_reference)
        aim = p.unpaid_usual_strain + p.unpaid_hours_effect * math.log(1.0 + more / c.unpaid_hours) - relief
        c.unpaid_strain += p.unpaid_speed * (min(max(aim, 0.0), 1.0) - c.unpaid_strain)
