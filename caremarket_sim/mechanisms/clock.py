"""ODD 7.1 Time: a week passes for everybody, and what the nation sets changes on its day.

What it sets in which week is made before the start by `opening/prices.py`, a row a week, from the national calendar
(`data/national.toml`, with the days on which wages, prices and duties change; `scenario/timing.py` says of which week a
day is).
"""

from ..compiled.process import process
from ..market.codes import IN_POST, RECEIVING
from ..market.state import clients_of, week_of, workers_of


@process
def time_passes(market, parameters, policy, draws):
    """Age, tenure, experience and time in care grow by a week; wages, prices and duties are those of the day; the
    week's books are empty."""
    for j in range(len(market.providers)):
        market.providers[j].age += 1.0
    workers = workers_of(market)
    for w in range(len(workers)):
        r = workers[w]
        r.age += 1.0 / 52.0
        if r.status == IN_POST:
            r.tenure += 1.0
            r.experience += 1.0 / 52.0
    clients = clients_of(market)
    for i in range(len(clients)):
        if clients[i].status == RECEIVING:
            clients[i].weeks_in_care += 1.0
    week = week_of(market)
    if week >= 0:
        market.prices[0] = market.price_path[min(week, len(market.price_path) - 1)]
    market.count_values[:] = 0.0
    for c in range(market.ledger.shape[0]):
        for n in range(market.ledger.shape[1]):
            market.paid_before[c, n] += market.ledger[c, n]
            market.ledger[c, n] = 0
