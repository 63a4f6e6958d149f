"""ODD 7.10 Contracts of employment: which hours providers guarantee, and what becomes of those who have none."""

import math

from ..compiled import compiled
from ..compiled.arithmetic import expected_above
from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import GUARANTEED, IN_POST, ZERO_HOURS
from ..market.motive import looks_ahead
from ..market.providers import council_part, on_cost, paid_share
from ..market.state import workers_of
from ..market.workers import volatility_felt, wants_guarantee, yearly_to_weekly

CONVERT = process_code("contracts_convert")


@process
def providers_offer_contracts(market, parameters, policy, draws):
    """Share of posts offered with guaranteed hours: g = logistic(γ0 + (ξ·B − C)/s), where a guarantee costs C and saves
    B, in £ a worker-week, and ξ is how far the provider heeds what it saves later: 1 for the usual
    horizon.

    Whoever has a contract with the council offers what its norm asks for, where it has one.
    """
    p = parameters[0]
    for j in range(len(market.providers)):
        r = market.providers[j]
        lever, council = policy[r.council], market.commissioners[r.council]
        heeded = looks_ahead(r, p.motive_offers_slope, p) * leavers_saved(r, council, market.prices[0], lever, p)
        logit = (
            council.contract_intercept + (heeded - idle_cost(r, market.prices[0], lever, p)) / p.contract_choice_spread
        )
        r.guaranteed_share = 1.0 / (1.0 + math.exp(-logit))
        if r.contracted == 1:
            if lever.employment_contract_norm == ZERO_HOURS:
                r.guaranteed_share = 0.0
            elif lever.employment_contract_norm == GUARANTEED:
                r.guaranteed_share = 1.0
            else:
                r.guaranteed_share = max(1.0 - lever.employment_zero_hours_cap, r.guaranteed_share)


@compiled
def idle_cost(provider, prices, lever, p):
    """C, £ a worker-week: pay with on-costs for hours that a guarantee makes a provider pay for without a visit, less
    the part that the council pays for used or not, and that which is paid anyway because the law asks it.

    Hours are lost at short notice by so much, counted before anybody refills them, and a guarantee leaves the rest of
    the hours wanted open.
    """
    spread = math.sqrt(provider.cuts)
    idle = p.recruitment_hours_wanted * expected_above(1.0 - p.contract_guaranteed_share_of_wanted, spread)
    certain = lever.contract_guaranteed_volume * council_part(provider) * provider.contracted
    return provider.pay * on_cost(provider, prices, p) * idle * (1.0 - certain) * (1.0 - prices.cancelled_shift_pay)


@compiled
def leavers_saved(provider, council, prices, lever, p):
    """B, £ a worker-week: the weekly leaving that a guarantee saves, by the market's own rule at the mean volatility of
    hours without and with one for somebody of average taste for flexible hours, times what a leaver costs: a hire, and
    what the post would earn while it is empty."""
    with_it, without = council.volatility_guaranteed, council.volatility_zero
    change = volatility_felt(without, 0.5, council.volatility_reference, p)
    change -= volatility_felt(with_it, 0.5, council.volatility_reference, p)
    saved = yearly_to_weekly(council.leaving_usual + change) - yearly_to_weekly(council.leaving_usual)
    bought = council_part(provider)
    earned = bought * provider.rate * paid_share(lever, p) + (1.0 - bought) * provider.price
    earned = max(earned - provider.cost_fixed - provider.cost_travel, 0.0)
    empty = p.contract_empty_weeks * p.recruitment_hours_wanted * earned
    return saved * (p.recruitment_hire_cost * prices.price_index + empty)


@process
def contracts_convert(market, parameters, policy, draws):
    """Staff on zero-hours are offered a guarantee where their provider has fewer than its target, and guarantees lapse
    where it has more; whoever wants flexibility declines (M5), unless the council's cap on zero-hours contracts leaves
    no room to, which with a norm of guaranteed hours says how many may. None lapse where
    the law asks for offers of guaranteed hours."""
    p = parameters[0]
    key = key_of(draws, CONVERT)
    workers = workers_of(market)
    for w in range(len(workers)):
        look_ahead(workers, w)
        r = workers[w]
        if r.status != IN_POST:
            continue
        provider = market.providers[r.provider]
        cap = policy[provider.council].employment_zero_hours_cap if provider.contracted == 1 else 1.0
        zero_now = provider.zero_staff / max(provider.staff, 1.0)
        gap = provider.guaranteed_share - (1.0 - zero_now)
        if r.guaranteed == 0.0:
            willing = wants_guarantee(r, p) or zero_now > cap
            if gap > 0.0 and willing and r.tenure >= p.contract_weeks_before_guarantee * (cap >= 1.0):
                share = gap / max(zero_now, 0.01)
                if uniform(key, r.number, 0) < p.contract_conversion_rate * share:
                    r.guaranteed = p.contract_guaranteed_share_of_wanted * r.hours_wanted
        elif gap < 0.0 and market.prices[0].guaranteed_hours_duty == 0.0:
            share = -gap / max(1.0 - zero_now, 0.01)
            if uniform(key, r.number, 0) < p.contract_lapse_rate * share:
                r.guaranteed = 0.0
