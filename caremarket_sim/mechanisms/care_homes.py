"""ODD 7.42 Care homes: who pays for the places of people who have moved there."""

import numpy as np

from ..compiled.process import process
from ..market.codes import COUNCIL, IN_CARE_HOME
from ..market.followed import price_of_a_place
from ..market.ledger import line, pay
from ..market.state import followed_of

PLACES = line("council", "care homes", "care homes")
OWN_PLACES = line("self-funders", "care homes", "care homes")
CONTRIBUTIONS = line("clients", "council", "care home contributions")


@process
def care_homes_are_paid(market, parameters, policy, draws):
    """A week of every place: the council pays its residents' and gets a part back from them; the others pay for
    themselves, at a higher price. Prices follow the growth of providers' costs."""
    p, prices = parameters[0], market.prices[0]
    councils = len(market.commissioners)
    residents, own = np.zeros(councils), np.zeros(councils)
    people = followed_of(market)
    for i in range(len(people)):
        r = people[i]
        if r.state == IN_CARE_HOME:
            if r.home_payer == COUNCIL:
                residents[r.council] += 1.0
            else:
                own[r.council] += 1.0
    price = price_of_a_place(prices, p)
    for c in range(councils):
        pay(market.ledger, c, PLACES, residents[c] * price)
        pay(market.ledger, c, CONTRIBUTIONS, residents[c] * price * p.care_home_contribution_share)
        pay(market.ledger, c, OWN_PLACES, own[c] * price * p.care_home_own_price)
