"""ODD 7.7 People who pay for themselves: whether they look for another provider."""

from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.process import process
from ..market.codes import COUNCIL, RECEIVING
from ..market.state import clients_of

CHOOSE = process_code("self_funders_choose")


@process
def self_funders_choose(market, parameters, policy, draws):
    """A self-funder who is badly served, and has been served for some weeks, may give notice and joins the queue."""
    p = parameters[0]
    key = key_of(draws, CHOOSE)
    clients = clients_of(market)
    for i in range(len(clients)):
        c = clients[i]
        if c.payer == COUNCIL or c.status != RECEIVING or c.notice != 0:
            continue
        unhappy = c.weeks_in_care > p.sourcing_settling_weeks and c.experience < p.sourcing_unhappy_line
        if unhappy and uniform(key, c.number, 0) < p.sourcing_switch_rate:
            c.notice = round(p.exit_notice_weeks)
