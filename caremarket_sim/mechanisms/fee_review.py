"""ODD 7.48 The fee review: what a council does out of turn where more people than usual wait."""

import numpy as np

from ..compiled import compiled, step
from ..compiled.arithmetic import middle
from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.process import process
from ..market.codes import OPEN_BOOK
from ..market.commissioners import net_spend_permits
from ..market.providers import cost_of_an_hour, is_trading, paid_share
from ..market.state import week_of

REVIEW = process_code("council_reviews_fees")


@process
def council_reviews_fees(market, parameters, policy, draws):
    """Where more people than usual have waited for a quarter the council looks at its fee and asks further agencies.

    If an hour is paid less than it costs the middle agency of the place, contracted or not, the fee and each contract
    rate below that cost are raised towards it, by a step at most: while net spend permits, or where the rise costs less
    than the beds in which people wait; not in a freeze, nor where open books say what is paid. Agencies without a
    contract that are large enough and whose cost the fee covers are then offered one, whether the list is open or not,
    and some take it.
    """
    p = parameters[0]
    key = key_of(draws, REVIEW)
    for c in range(len(policy)):
        council, lever = market.commissioners[c], policy[c]
        council.weeks_short = council.weeks_short + 1.0 if council.waiting_seen > p.stewardship_review_line else 0.0
        if council.weeks_short < p.stewardship_review_weeks:
            continue
        council.weeks_short = 0.0
        cost = middle_cost(market, c) / paid_share(lever, p)
        price = council.fee * lever.fee_level
        more = p.stewardship_review_step * price * council.hours_held
        affordable = more < council.interim_spend or net_spend_permits(council, more, week_of(market))
        frozen = lever.shocks_fee_freeze == 1.0 or lever.fee_rule == OPEN_BOOK
        if price < cost and affordable and not frozen:
            fee_is_raised(market, c, cost, lever, p)
        agencies_are_asked(market, c, council.fee * lever.fee_level, lever, p, key)


@step
def middle_cost(market, council):
    """What an hour costs the middle one of all agencies of a council's place at its present size, £; nothing where
    there is none."""
    costs = np.empty(len(market.providers))
    count = 0
    for j in range(len(market.providers)):
        r = market.providers[j]
        if r.council == council and is_trading(r) and r.delivered > 0.0 and r.last_resort == 0:
            costs[count] = cost_of_an_hour(r)
            count += 1
    return middle(costs[:count]) if count > 0 else 0.0


@step
def fee_is_raised(market, c, cost, lever, p):
    """A council's fee and contract rates below `cost`, £ an hour, rise towards it by a step at most."""
    council = market.commissioners[c]
    market.counts[c].fee_reviews += 1.0
    council.fee *= min(1.0 + p.stewardship_review_step, cost / (council.fee * lever.fee_level))
    for j in range(len(market.providers)):
        r = market.providers[j]
        if r.council == c and r.contracted == 1 and r.rate < cost:
            r.rate = min(r.rate * (1.0 + p.stewardship_review_step), cost)


@step
def agencies_are_asked(market, c, price, lever, p, key):
    """Agencies without a contract that are large enough and whose cost `price` covers may take one."""
    for j in range(len(market.providers)):
        r = market.providers[j]
        joins = r.council == c and would_join(r, price * paid_share(lever, p), p)
        if joins and uniform(key, r.number, 0) < p.stewardship_review_answer:
            r.contracted = 1
            r.rate = price
            r.plan *= p.entry_join_growth


@compiled
def would_join(provider, paid, p):
    """Whether an agency has no contract, is large enough for one, and what is paid for an hour covers what it costs."""
    able = is_trading(provider) and provider.contracted == 0 and provider.last_resort == 0
    return able and provider.demand > p.entry_join_hours and cost_of_an_hour(provider) < paid
