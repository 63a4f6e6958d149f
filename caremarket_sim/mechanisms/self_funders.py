"""ODD 7.7 Self-funders: what they are asked for, and whether they look for another provider."""

from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.process import process
from ..market.codes import COUNCIL, RECEIVING
from ..market.providers import cost_of_an_hour, paid_share
from ..market.state import clients_of, week_of

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


@process
def providers_set_prices(market, parameters, policy, draws):
    """Each April, when the new pay is known, a provider sets its own price to people who pay for themselves: pay and
    travel, its markup, which grows with prices, and what the council's fee does not cover, as far as people bear it.

    That is what an hour of council work costs, overhead included, above what is paid for it, spread over the hours of
    those who pay for themselves; of the rest of the price it is a share at most.
    """
    if week_of(market) % 52 != 0:
        return
    p = parameters[0]
    for j in range(len(market.providers)):
        r = market.providers[j]
        own = r.cost_fixed + r.cost_travel + r.markup * market.prices[0].price_index
        uncovered = max(cost_of_an_hour(r) - r.rate * paid_share(policy[r.council], p), 0.0) * r.contracted
        self_hours = max(r.committed - r.council_hours, 1.0)
        r.recovers = min(uncovered * r.council_hours / self_hours, p.fees_self_funders_bear * own)
        r.price = own + r.recovers
