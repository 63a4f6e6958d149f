"""ODD 7.44 Unpaid carers: what they take on, how it strains them, and when they can do no more."""

import math

from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import LEFT, RECEIVING, WAITING
from ..market.state import clients_of

BREAKS_DOWN = process_code("unpaid_carers_break_down")


@process
def unpaid_carers_break_down(market, parameters, policy, draws):
    """An unpaid carer may come to be able to do no more: a rate a year, more often the more strained (A: no rate is
    published, N101). The person then has none, and needs another visit a day, or longer visits where there are four.
    """
    p = parameters[0]
    key = key_of(draws, BREAKS_DOWN)
    clients = clients_of(market)
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT or c.unpaid_carer == 0:
            continue
        more = math.exp(p.unpaid_breakdown_effect * (c.unpaid_strain - p.unpaid_usual_strain))
        if uniform(key, c.number, 0) < p.unpaid_breakdown_rate / 52.0 * more:
            c.unpaid_carer = 0
            market.counts[c.council].unpaid_breakdowns += 1.0
            if c.visits < 4:
                c.visits += 1
            else:
                c.need_minutes = min(c.need_minutes * 1.25, p.demand_longest_visit)


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
