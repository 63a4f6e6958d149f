"""ODD 7.29 Entry: new agencies, and agencies that join an open list."""

import math

import numpy as np

from ..compiled import compiled, step
from ..compiled.arithmetic import median, middle
from ..compiled.draws import key_of, one_uniform, process_code
from ..compiled.hashing import uniform
from ..compiled.process import guard, process, when
from ..market.codes import COOPERATIVE
from ..market.firms import first_firm, found, usual_firm
from ..market.ledger import line, pay
from ..market.providers import cost_of_an_hour
from ..market.state import week_of

ENTER, JOIN = map(process_code, ("providers_enter", "providers_join"))
SUPPORT = line("council", "suppliers", "co-operative support")


@process
def firms_consider_coming(market, parameters, policy, draws):
    """Margins and unmet need invite firms in, and support helps co-operatives (E10).

    The firms that might come are made per week from place and date alone: each with its own chance, mission and size.
    """
    p = parameters[0]
    key = key_of(draws, ENTER)
    market.clock[0].firms = 0
    for c in range(len(policy)):
        lever, council = policy[c], market.commissioners[c]
        margin, mean_hours = state_of_trade(market, c, p)
        council.invites = invitation(council, margin, p)
        rate = p.entry_rate * council.labour_market / 52.0 * mean_hours / p.entry_reference_hours * council.invites
        support = lever.community_coop_support / p.entry_coop_reference_support * p.entry_coop_rate / 52.0
        candidates = math.ceil(p.entry_candidates * council.labour_market)
        first = first_firm(week_of(market), c)
        for number in range(first, first + candidates):
            cooperative = uniform(key, number, 1) < support / candidates
            if cooperative or uniform(key, number, 0) < rate / candidates:
                firm = market.firms[market.clock[0].firms]
                firm.number = number
                firm.council = c
                firm.cooperative = cooperative
                market.clock[0].firms += 1
        pay(market.ledger, c, SUPPORT, lever.community_coop_support / 52.0)


@step
def state_of_trade(market, council, p):
    """What a firm that might come sees of a council's place: the median margin of those that deliver, and the mean
    demand of those open; where there is nobody, of firms of usual size that neither gain nor lose."""
    margins = np.empty(len(market.providers))
    delivering = 0
    trading = 0
    demand = 0.0
    for j in range(len(market.providers)):
        r = market.providers[j]
        if r.open == 0 or r.council != council:
            continue
        trading += 1
        demand += r.demand
        if r.delivered > 0.0:
            margins[delivering] = r.margin
            delivering += 1
    margin = middle(margins[:delivering]) if delivering > 0 else 0.0
    return margin, demand / trading if trading > 0 else p.entry_reference_hours


@compiled
def invitation(council, margin, p):
    """How far margins and waiting invite firms in: 1 in the baseline."""
    waiting = council.waiting / max(council.people, 1.0)
    pull = p.entry_margin_effect * (margin - p.entry_margin_reference)
    queue = p.entry_waiting_effect * (waiting - p.entry_waiting_reference)
    limit = p.entry_margin_limit
    return math.exp(min(max(pull, -limit), limit)) * min(1.0 + queue, p.entry_waiting_limit)


@guard
def somebody_comes(market, parameters, policy, draws):
    """Whether a firm opens this week."""
    return market.clock[0].firms > 0


@when(somebody_comes)
def providers_enter(market, parameters, policy, draws):
    """New agencies open. Those that want a contract have one at once where the list is open and its price covers what
    an hour costs firms on it."""
    for firm in market.firms[: market.clock["firms"][0]].copy():
        number, cooperative, council = int(firm["number"]), bool(firm["cooperative"]), int(firm["council"])
        lever = market.levers[council]
        price = market.commissioners.fee[council] * lever["fee_level"]
        wants = cooperative or one_uniform(draws.key("providers_enter"), number, 2) < parameters.entry_wants_contract
        contracted = wants and is_open(lever) and cost_on_the_list(market.providers, council) < price
        usual = usual_firm(market, council, contracted)
        row = found(market, parameters, draws, number, usual, cooperative=cooperative)
        row["rate"] = price
        market.counts[council]["entries"] += 1


def is_open(lever) -> bool:
    """Whether a council's list is open to whoever wants a contract."""
    return lever["procurement_max_providers"] == 0.0 and not lever["procurement_zoned"]


def cost_on_the_list(providers, council) -> float:
    """What an hour costs the middle one of the providers under contract with a council, 0 where there is none."""
    listed = (providers.open == 1) & (providers.contracted == 1) & (providers.council == council)
    costs = (providers.cost_fixed + providers.cost_travel + providers.overhead_hour)[listed]
    return median(costs) if len(costs) else 0.0


@process
def agencies_join_the_list(market, parameters, policy, draws):
    """Private agencies of some size, and co-operatives that are supported, join the council's list while it is open, if
    the price covers what an hour costs them."""
    p = parameters[0]
    key = key_of(draws, JOIN)
    for c in range(len(policy)):
        lever, council = policy[c], market.commissioners[c]
        if lever.procurement_max_providers != 0.0 or lever.procurement_zoned != 0.0:
            continue
        price = council.fee * lever.fee_level
        hours = 0.0
        contracted = 0
        for j in range(len(market.providers)):
            r = market.providers[j]
            if r.council == c and r.contracted == 1:
                hours += r.council_hours
                contracted += 1
        size = hours / contracted if contracted > 0 else p.entry_join_reference_hours
        chance = p.entry_join_rate / 52.0 * size / p.entry_join_reference_hours * council.invites
        for j in range(len(market.providers)):
            r = market.providers[j]
            if r.council != c or r.open == 0 or r.contracted == 1 or r.last_resort == 1:
                continue
            helped = r.ownership == COOPERATIVE and lever.community_coop_support > 0.0
            if r.demand <= p.entry_join_hours and not helped:
                continue
            soon = max(chance, p.entry_supported_join_rate / 52.0) if helped else chance
            if cost_of_an_hour(r) < price and uniform(key, r.number, 0) < soon:
                r.contracted = 1
                r.rate = price
                r.plan *= p.entry_join_growth
