"""ODD 7.14 Recruitment: applicants, hires, checks and induction."""

import math
from typing import NamedTuple

import numpy as np

from ..compiled import compiled, step
from ..compiled.arithmetic import in_order
from ..compiled.draws import fixed_key, key_of, process_code
from ..compiled.geography import distance
from ..compiled.hashing import gumbel, pair, uniform
from ..compiled.process import process
from ..market.codes import IN_POST, ONBOARDING, POOL
from ..market.motive import cares
from ..market.state import week_of, workers_of
from ..market.workers import CareWorkers, born_worker, candidate_number, wants_guarantee
from ..market.zones import zones_of

RECRUIT, BORN = map(process_code, ("providers_recruit", "born_worker"))
WORKER = CareWorkers.dtype()
NOT_HIRING = 2.0
"""Turn of a provider without vacancies: after everybody's, whose turns are drawn between 0 and 1."""


class Homes(NamedTuple):
    """Where those who search live, km: all that is asked of most of them."""

    rows: np.ndarray
    x: np.ndarray
    y: np.ndarray


@process
def providers_recruit(market, parameters, policy, draws):
    """Each open vacancy is filled with a weekly chance that rises with searchers, pay and guarantees (E3, M2, M3).

    Searchers are the pool between jobs plus people outside care, who respond to pay here against pay outside
    but for those who come from abroad, whose number the visa decides. The
    week's candidates from outside are made from place and date alone; a hire takes one of them or one from the pool.
    Among applicants a provider takes whom distance, chance and, the more its owner cares for the work, values favour
    (M12).
    """
    p = parameters[0]
    key = key_of(draws, RECRUIT)
    providers = market.providers
    pay, rate, pool_share = state_of_labour_markets(market, p, policy)
    vacancies = np.zeros(len(providers))
    turn = np.full(len(providers), NOT_HIRING)
    hiring = 0
    for j in range(len(providers)):
        r = providers[j]
        r.hires = 0.0
        vacancies[j] = max(np.rint(r.posts - r.staff - r.onboarding), 0.0)
        if vacancies[j] > 0.0:
            hiring += 1
            turn[j] = uniform(key, r.number, 1)
    candidates_come(market, p, draws)
    workers = workers_of(market)
    pool = people_between_jobs(workers)
    outside = homes_of(market.candidates)
    taken = np.zeros(len(market.candidates), np.bool_)
    for j in in_order(turn)[:hiring]:
        provider = providers[j]
        c = provider.council
        chance = filling_chance(provider, rate[c], pay[c], p)
        penalty = p.contract_starter_penalty
        offered = min(max((provider.guaranteed_share - penalty) / (1.0 - penalty), 0.0), 1.0)
        for v in range(int(vacancies[j])):
            slot = pair(provider.number, v)
            if uniform(key, slot, 0) >= chance:
                continue
            if uniform(key, slot, 1) < pool_share[c]:
                best = best_of_pool(workers, pool, provider, p, key)
                if best >= 0:
                    start_job(workers[best], j, provider, offered, p, key)
                    workers[best].weeks_to_start = int(round(p.recruitment_weeks_from_pool))
            else:
                best = best_from_outside(market.candidates, outside, taken, provider, p, key)
                if best >= 0:
                    taken[best] = True
                    start_job(market.candidates[best], j, provider, offered, p, key)
                    market.candidates[best].weeks_to_start = int(round(p.recruitment_weeks_from_outside))
            if best >= 0:
                provider.hires += 1.0
                provider.onboarding += 1.0
                market.counts[c].hires += 1.0
    for m in range(len(taken)):
        if taken[m]:
            w = market.clock[0].workers
            market.workers[w] = market.candidates[m]
            market.clock[0].workers = w + 1


@step
def state_of_labour_markets(market, p, policy):
    """In each council's place: mean pay offered (£ an hour), the weekly rate at which a vacancy is filled at that pay,
    and the share of those searching who are in the pool."""
    councils = len(policy)
    pay, staffed = np.zeros(councils), np.zeros(councils)
    rate, pool_share = np.zeros(councils), np.zeros(councils)
    for j in range(len(market.providers)):
        r = market.providers[j]
        staffed[r.council] += r.staff + r.onboarding
        pay[r.council] += r.pay * (r.staff + r.onboarding)
    for c in range(councils):
        council, lever = market.commissioners[c], policy[c]
        outside_pay = market.prices[0].outside_pay * lever.shocks_outside_pay
        pay[c] = pay[c] / staffed[c] if staffed[c] > 0.0 else outside_pay
        outside = p.recruitment_outside_searchers * council.labour_market
        drawn = (1.0 - p.recruitment_abroad_share) * (pay[c] / outside_pay) ** p.recruitment_supply_elasticity
        drawn += p.recruitment_abroad_share * market.prices[0].applicants_from_abroad
        searching = council.pool + outside * drawn * lever.shocks_labour_supply
        reference = p.recruitment_reference_searchers * council.labour_market
        rate[c] = p.recruitment_filling_rate * (searching / reference) ** p.recruitment_searcher_exponent
        pool_share[c] = council.pool / searching
    return pay, rate, pool_share


@compiled
def filling_chance(provider, rate, mean_pay, p):
    """Chance that one of a provider's vacancies is filled this week (E3)."""
    attraction = (
        rate
        * (provider.pay / mean_pay) ** p.recruitment_firm_pay_elasticity
        * math.exp(
            p.recruitment_guarantee_effect * (provider.guaranteed_share - 0.5)
            + p.recruitment_reputation_effect * (provider.quality - 0.5)
        )
    )
    return 1.0 - math.exp(-attraction)


@step
def candidates_come(market, p, draws):
    """This week's people outside care who would come are born."""
    key = fixed_key(draws, BORN)
    nobody = np.zeros(1, WORKER)
    candidates = market.candidates
    m = 0
    for c in range(len(market.commissioners)):
        zones, first_zone = zones_of(market, c)
        for place in range(market.commissioners[c].candidates):
            number = candidate_number(week_of(market), c, place)
            candidates[m] = nobody[0]
            born_worker(candidates[m], number, c, zones, first_zone, p, key)
            m += 1


@compiled
def people_between_jobs(workers):
    """The pool, as `Homes`."""
    rows = np.empty(len(workers), np.int64)
    n = 0
    for w in range(len(workers)):
        rows[n] = w
        n += workers[w].status == POOL
    x, y = np.empty(n), np.empty(n)
    for m in range(n):
        x[m], y[m] = workers[rows[m]].home_x, workers[rows[m]].home_y
    return Homes(rows[:n], x, y)


@compiled
def homes_of(candidates):
    """The week's candidates, as `Homes`."""
    count = len(candidates)
    x, y = np.empty(count), np.empty(count)
    for m in range(count):
        x[m], y[m] = candidates[m].home_x, candidates[m].home_y
    return Homes(np.arange(count), x, y)


@compiled
def is_in_reach(homes, m, office, reach):
    """Whether somebody lives so near to a provider's office; most live further off already in one direction."""
    if abs(homes.x[m] - office.base_x) > reach or abs(homes.y[m] - office.base_y) > reach:
        return False
    return distance(homes.x[m], homes.y[m], office.base_x, office.base_y) <= reach


@compiled
def best_of_pool(workers, pool, provider, p, key):
    """Row of the care worker between jobs whom a provider takes, -1 nobody."""
    best = -1
    best_score = -1e300
    for m in range(len(pool.rows)):
        if not is_in_reach(pool, m, provider, p.recruitment_reach):
            continue
        w = pool.rows[m]
        if workers[w].status != POOL:
            continue
        score = suits(workers[w], provider, p, key)
        if score > best_score:
            best_score = score
            best = w
    return best


@compiled
def best_from_outside(candidates, homes, taken, provider, p, key):
    """Place among the week's candidates of the one whom a provider takes, -1 nobody; one is taken at most once."""
    best = -1
    best_score = -1e300
    for m in range(len(candidates)):
        if taken[m] or not is_in_reach(homes, m, provider, p.recruitment_reach):
            continue
        score = suits(candidates[m], provider, p, key)
        if score > best_score:
            best_score = score
            best = m
    return best


@compiled
def to_the_office(worker, provider):
    """Kilometres from a care worker's home to a provider's office."""
    return distance(worker.home_x, worker.home_y, provider.base_x, provider.base_y)


@compiled
def suits(worker, provider, p, key):
    """How well somebody suits a provider: near, by chance, and by values the more its owner cares for work (M12)."""
    return (
        gumbel(key, pair(worker.number, provider.number), 2)
        - p.recruitment_distance_weight * to_the_office(worker, provider)
        + p.recruitment_values_weight * cares(provider, p.motive_recruitment_slope, p) * worker.values_match
    )


@compiled
def start_job(worker, j, provider, offered, p, key):
    """Sign a contract with provider j: onboarding until checks are done. New starters are put on zero-hours first:
    `offered` is the chance of being offered a guarantee from the start, which whoever wants flexibility declines."""
    worker.status = ONBOARDING
    worker.provider = j
    worker.tenure = 0.0
    worker.commute = to_the_office(worker, provider)
    worker.guaranteed = (
        p.contract_guaranteed_share_of_wanted * worker.hours_wanted
        if uniform(key, worker.number, 5) < offered and wants_guarantee(worker, p)
        else 0.0
    )
    worker.pay = provider.pay
    worker.effective_pay = provider.pay / (1.0 + p.leaving_opening_unpaid_share)
    worker.volatility = p.contract_starter_volatility
    worker.shortfall = p.contract_starter_shortfall
    worker.strain = 0.0
    worker.training = max(worker.training, provider.training_days)
    worker.last_paid = -1.0
    worker.usual_pay = 0.0
    worker.pay_variance = 0.0


@process
def recruits_start(market, parameters, policy, draws):
    """Checks and induction end, and new care workers make their first visits (C73). Whoever has now been here for a
    year is counted, beside those who started a year ago."""
    workers = workers_of(market)
    slot = week_of(market) % 52
    for c in range(len(market.commissioners)):
        market.counts[c].started_a_year_ago += market.starts[c, slot]
        market.starts[c, slot] = 0.0
    for w in range(len(workers)):
        r = workers[w]
        if r.status == ONBOARDING:
            r.weeks_to_start -= 1
            if r.weeks_to_start <= 0:
                r.status = IN_POST
                r.tenure = 0.0
                c = market.providers[r.provider].council
                market.counts[c].started += 1.0
                market.starts[c, slot] += 1.0
        elif r.status == IN_POST:
            market.counts[market.providers[r.provider].council].reached_a_year += r.tenure == 52.0
