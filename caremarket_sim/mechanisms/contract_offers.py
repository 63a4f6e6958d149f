"""ODD 7.10 Contracts of employment: which hours providers guarantee, and what becomes of those who have none."""

import math

from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import GUARANTEED, IN_POST, ZERO_HOURS
from ..market.providers import council_part
from ..market.state import workers_of

CONVERT = process_code("contracts_convert")


@process
def providers_offer_contracts(market, parameters, policy, draws):
    """Share of posts offered with guaranteed hours (E5, M39): certain volume, planned payment, term, mission.

    Whoever has a contract with the council offers what its norm asks for, where it has one.
    """
    p = parameters[0]
    for j in range(len(market.providers)):
        r = market.providers[j]
        lever = policy[r.council]
        council = council_part(r) * r.contracted
        logit = (
            market.commissioners[r.council].contract_intercept
            + p.contract_volume_effect * lever.contract_guaranteed_volume * council
            + p.contract_planned_effect * lever.contract_payment_basis * council
            + p.contract_retainer_effect * lever.contract_retainer_weeks * council
            + p.contract_term_effect * (lever.contract_term_years - p.contract_term_reference) * council
            + p.contract_mission_effect * (r.mission - 0.5)
        )
        r.guaranteed_share = 1.0 / (1.0 + math.exp(-logit))
        if r.contracted == 1:
            if lever.employment_contract_norm == ZERO_HOURS:
                r.guaranteed_share = 0.0
            elif lever.employment_contract_norm == GUARANTEED:
                r.guaranteed_share = 1.0
            else:
                r.guaranteed_share = max(1.0 - lever.employment_zero_hours_cap, r.guaranteed_share)


@process
def contracts_convert(market, parameters, policy, draws):
    """Staff on zero-hours are offered a guarantee where their provider has fewer than its target, and guarantees lapse
    where it has more; some decline (M5), unless the council's cap on zero-hours contracts leaves no room to, which with
    a norm of guaranteed hours says how many may."""
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
            willing = r.keenness > p.contract_decline_share or zero_now > cap
            if gap > 0.0 and willing and r.tenure >= p.contract_weeks_before_guarantee * (cap >= 1.0):
                share = gap / max(zero_now, 0.01)
                if uniform(key, r.number, 0) < p.contract_conversion_rate * share:
                    r.guaranteed = p.contract_guaranteed_share_of_wanted * r.hours_wanted
        elif gap < 0.0:
            share = -gap / max(1.0 - zero_now, 0.01)
            if uniform(key, r.number, 0) < p.contract_lapse_rate * share:
                r.guaranteed = 0.0
