"""ODD 7.38 Enforcement of the law on pay: who obeys it, who is found out, and what that costs."""

import math

from ..compiled import compiled
from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.process import process
from ..market.law import UNDECIDED, chance_to_be_found, means_to_obey
from ..market.ledger import line, provider_pays
from ..market.state import week_of

FOUND = process_code("the_law_is_enforced")
ARREARS = line("providers", "workers", "arrears of pay")
PENALTIES = line("providers", "treasury", "penalties")
A_POUND = 1.0
"""Arrears up to which there is nothing to find: what rounding and fading leave."""


@process
def providers_weigh_the_law(market, parameters, policy, draws):
    """Each April, and when a contract starts, a provider decides whether it pays the legal minimum for working time, by
    what it cares for staff and by what it expects to pay back if it is found: P = logistic((p·Y·(1+κ) − 1 + c·care)/s).

    A firm draws once for good: it changes its mind when the chance passes its draw. Whoever was found out obeys for
    some years whatever it weighs.
    """
    p = parameters[0]
    april = week_of(market) % 52 == 0
    for j in range(len(market.providers)):
        r = market.providers[j]
        r.bound = max(r.bound - 1, 0)
        if not (april or r.lawful == UNDECIDED):
            continue
        care_weight = market.commissioners[r.council].care_weight
        obeys = r.bound > 0 or means_to_obey(r, policy[r.council], r.contracted, care_weight, p)
        r.lawful = 1 if obeys else 0


@process
def the_law_is_enforced(market, parameters, policy, draws):
    """Whoever has underpaid may be found, nationally or by a contracting council's pay checks; it then owes what can be
    claimed back and a penalty, from its cash, and obeys for some years.

    What can be claimed back is the underpayment of the last years, those further back counting less and less.
    """
    p = parameters[0]
    key = key_of(draws, FOUND)
    for j in range(len(market.providers)):
        r = market.providers[j]
        r.arrears += r.underpaid - r.arrears / (52.0 * p.law_arrears_years)
        market.counts[r.council].underpaid += r.underpaid
        if r.open == 0 or r.arrears < A_POUND or r.bound > 0:
            continue
        a_year = chance_to_be_found(policy[r.council], r.contracted, p)
        if uniform(key, r.number, 0) >= 1.0 - math.pow(1.0 - a_year, 1.0 / 52.0):
            continue
        market.counts[r.council].found_out += 1.0
        is_found_out(market.ledger, r, p)


@compiled
def is_found_out(ledger, provider, p):
    """A provider pays its staff what they lack and the state a penalty, and obeys from now on."""
    r = provider
    penalty = p.law_penalty * r.arrears
    provider_pays(ledger, r, ARREARS, r.arrears)
    provider_pays(ledger, r, PENALTIES, penalty)
    r.year_surplus -= r.arrears + penalty
    r.arrears = 0.0
    r.lawful = 1
    r.bound = round(52.0 * p.law_bound_years)
