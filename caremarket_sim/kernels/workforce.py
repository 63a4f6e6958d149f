"""Loops over care workers: who is away, who leaves, who is hired, who holds which contract."""

import math

import numpy as np

from . import compiled
from ._memory import look_ahead
from .geography import kilometres
from .hashing import gumbel, normal_quantile, pair, uniform

POOL, ONBOARDING, IN_POST, GONE = 0, 1, 2, 3
IN, ON_LEAVE, SICK = 0, 1, 2


@compiled
def born_worker(worker, number, zone_weights, p, key):
    """Give a potential care worker the attributes that their number was born with."""
    worker.number = number
    worker.zone = min(np.searchsorted(zone_weights, uniform(key, number, 1)), len(zone_weights) - 1)
    worker.age = p.leaving_youngest_age + (p.leaving_oldest_age - p.leaving_youngest_age) * uniform(key, number, 2)
    longest = max(0.0, worker.age - p.leaving_youngest_age)
    spell = -p.recruitment_mean_experience * math.log(uniform(key, number, 3))
    worker.experience = min(spell, longest) if uniform(key, number, 9) < p.recruitment_experienced_share else 0.0
    worker.qualified = uniform(key, number, 4) < p.recruitment_qualified_share
    worker.flexibility = uniform(key, number, 5)
    worker.values_match = uniform(key, number, 6)
    worker.keenness = uniform(key, number, 7)
    wanted = p.recruitment_hours_wanted + p.recruitment_hours_wanted_spread * normal_quantile(uniform(key, number, 8))
    worker.hours_wanted = min(max(wanted, p.recruitment_fewest_hours), p.recruitment_most_hours)
    worker.provider = -1
    worker.status = POOL


@compiled
def born_workers(rows, numbers, zone_weights, parameters, key):
    """Fill new rows with the people of these numbers."""
    p = parameters[0]
    for i in range(len(numbers)):
        born_worker(rows[i], numbers[i], zone_weights, p, key)


@compiled
def time_passes(clients, workers, providers):
    """A week of age, experience, tenure, care and trading."""
    for j in range(len(providers)):
        providers[j].age += 1.0
    for w in range(len(workers)):
        r = workers[w]
        r.age += 1.0 / 52.0
        if r.status == IN_POST:
            r.tenure += 1.0
            r.experience += 1.0 / 52.0
    for i in range(len(clients)):
        if clients[i].status == 1:
            clients[i].weeks_in_care += 1.0


@compiled
def take_leave(workers, parameters, absence, week, phase_key, key):
    """Annual leave falls in each person's own phase of the year, a tenth of all weeks; sickness at random (C67)."""
    p = parameters[0]
    for w in range(len(workers)):
        look_ahead(workers, w)
        r = workers[w]
        r.absent = IN
        if r.status != IN_POST:
            continue
        phase = uniform(phase_key, r.number, 0)
        before = math.floor(phase + (week - 1) * p.absence_leave_share)
        if math.floor(phase + week * p.absence_leave_share) > before:
            r.absent = ON_LEAVE
        elif uniform(key, r.number, 0) < p.absence_sick_share * (1.0 + p.absence_strain_effect * r.strain) + absence:
            r.absent = SICK


@compiled
def leaving_logit(worker, provider, growth, outside_pay, intercept, volatility_reference, p):
    """Annual log-odds of leaving (E4): effective pay against outside pay (M1, M9), volatility and shortfall of hours
    (M4, M5), tenure (M6), age (M7) and retirement, distance (M8), training and qualification (M10, M11), values (M12),
    manager (M13), shrinking or growing provider (M14), voice (M18), strain. Zero-hours has no term of its own."""
    logit = intercept
    on_duty = math.log(max(worker.effective_pay, 1.0) / outside_pay)
    agreed = math.log(worker.pay / outside_pay)
    logit += p.leaving_pay_effect * (agreed + p.leaving_travel_salience * (on_duty - agreed))
    surplus = (worker.volatility - volatility_reference) / p.leaving_volatility_step
    surplus = min(surplus, p.leaving_volatility_limit)
    logit += p.leaving_volatility_effect * surplus * (1.0 - p.leaving_flexibility_relief * worker.flexibility)
    logit += p.leaving_shortfall_effect * worker.shortfall
    if worker.tenure < 52.0:
        logit += p.leaving_first_year
    elif worker.tenure > p.leaving_long_tenure_weeks:
        logit -= p.leaving_long_tenure
    logit -= p.leaving_age_effect * (worker.age - p.leaving_age_reference) / p.leaving_age_span
    logit += p.leaving_retirement_effect * max(worker.age - p.leaving_retirement_age, 0.0)
    logit += p.leaving_distance_effect * math.log(max(worker.commute, p.leaving_nearest) / p.leaving_distance_reference)
    logit -= p.leaving_training_effect * math.log((1.0 + worker.training) / (1.0 + p.leaving_training_reference))
    if worker.qualified:
        logit -= p.leaving_qualification_effect
    logit -= p.leaving_values_effect * 2.0 * (worker.values_match - 0.5)
    if provider.manager_away > 0:
        logit += p.leaving_no_manager_effect
    growth = min(max(growth, -p.leaving_growth_limit), p.leaving_growth_limit)
    logit -= (p.leaving_contraction_effect if growth < 0.0 else p.leaving_expansion_effect) * growth
    if provider.voice > 0.0:
        logit += math.log(p.leaving_voice_ratio) * provider.voice
    logit += p.leaving_strain_effect * worker.strain
    return logit


@compiled
def carers_leave(workers, year, providers, growth, intercept, volatility_reference, outside_pay, parameters, key):
    """Weekly chance 1 − (1 − p)^(1/52) of leaving; most stay in the sector, in the pool between jobs (M16), unless they
    are of an age to retire.

    Returns care workers in post, of whom on zero-hours, how many were to be expected to leave, how many left, and of
    whom on zero-hours.
    """
    p = parameters[0]
    for j in range(len(providers)):
        providers[j].leavers = 0.0
    in_post = 0.0
    in_post_zero = 0.0
    expected = 0.0
    leavers = 0.0
    leavers_zero = 0.0
    for w in range(len(workers)):
        look_ahead(workers, w)
        r = workers[w]
        if r.status == POOL:
            if uniform(key, r.number, 2) < p.recruitment_pool_abandon_rate:
                r.status = GONE
            continue
        if r.status != IN_POST:
            continue
        j = r.provider
        zero = r.guaranteed == 0.0
        in_post += 1.0
        in_post_zero += zero
        logit = leaving_logit(r, providers[j], growth[j], outside_pay, intercept, volatility_reference, p)
        weekly = 1.0 - (1.0 + math.exp(logit)) ** (-1.0 / 52.0)
        expected += weekly
        if uniform(key, r.number, 0) < weekly:
            leavers += 1.0
            leavers_zero += zero
            year[w].sum_left += 1.0
            year[w].sum_left_zero += zero
            providers[j].leavers += 1.0
            retires = r.age > p.leaving_retirement_age
            leave_job(r, 0.0 if retires else p.leaving_stay_in_sector_share, uniform(key, r.number, 1))
    return in_post, in_post_zero, expected, leavers, leavers_zero


@compiled
def leave_job(worker, stay_share, u):
    """End a job: into the pool, or out of care."""
    worker.status = POOL if u < stay_share else GONE
    worker.provider = -1
    worker.guaranteed = 0.0
    worker.tenure = 0.0


@compiled
def hire(
    workers,
    providers,
    candidates,
    zones,
    vacancies,
    chance,
    pool_share,
    order,
    starter_guaranteed,
    parameters,
    key,
):
    """Fill vacancies one by one (E3): each is filled this week with its provider's chance, from the pool or outside.

    `candidates` are this week's people outside care who would come; one is taken at most once. Among applicants a
    provider takes whom distance, chance and, the more it is led by mission, values favour (M12). New starters are put
    on zero-hours first: `starter_guaranteed` is the chance of a guarantee from the start. Returns how many candidates
    from outside were taken; these come first among `candidates` then, and the others are lost.
    """
    p = parameters[0]
    pool = np.empty(len(workers), np.int64)
    n_pool = 0
    for w in range(len(workers)):
        if workers[w].status == POOL:
            pool[n_pool] = w
            n_pool += 1
    taken = 0
    is_taken = np.zeros(len(candidates), np.bool_)
    for n in range(len(order)):
        j = order[n]
        provider = providers[j]
        for v in range(int(vacancies[j])):
            slot = pair(provider.number, v)
            if uniform(key, slot, 0) >= chance[j]:
                continue
            inside = uniform(key, slot, 1) < pool_share
            best = -1
            best_score = -1e300
            limit = n_pool if inside else len(candidates)
            for m in range(limit):
                if inside:
                    r = workers[pool[m]]
                    if r.status != POOL:
                        continue
                else:
                    r = candidates[m]
                    if is_taken[m]:
                        continue
                away = kilometres(zones, r.zone, provider.base_zone)
                if away > p.recruitment_reach:
                    continue
                score = (
                    gumbel(key, pair(r.number, provider.number), 2)
                    - p.recruitment_distance_weight * away
                    + p.recruitment_values_weight * provider.mission * r.values_match
                )
                if score > best_score:
                    best_score = score
                    best = m
            if best < 0:
                continue
            if inside:
                start_job(workers[pool[best]], j, provider, zones, starter_guaranteed[j], p, key)
                workers[pool[best]].weeks_to_start = int(round(p.recruitment_weeks_from_pool))
            else:
                is_taken[best] = True
                start_job(candidates[best], j, provider, zones, starter_guaranteed[j], p, key)
                candidates[best].weeks_to_start = int(round(p.recruitment_weeks_from_outside))
                taken += 1
            provider.hires += 1.0
            provider.onboarding += 1.0
    first = 0
    for m in range(len(candidates)):
        if is_taken[m]:
            candidates[first] = candidates[m]
            first += 1
    return taken


@compiled
def start_job(worker, j, provider, zones, guaranteed_chance, p, key):
    """Sign a contract with provider j: onboarding until checks are done."""
    worker.status = ONBOARDING
    worker.provider = j
    worker.tenure = 0.0
    worker.commute = kilometres(zones, worker.zone, provider.base_zone)
    worker.guaranteed = (
        p.contract_guaranteed_share_of_wanted * worker.hours_wanted
        if uniform(key, worker.number, 5) < guaranteed_chance
        else 0.0
    )
    worker.pay = provider.pay
    worker.effective_pay = provider.pay / (1.0 + p.leaving_opening_unpaid_share)
    worker.volatility = p.contract_starter_volatility
    worker.shortfall = p.contract_starter_shortfall
    worker.strain = 0.0
    worker.training = max(worker.training, provider.training_days)
    worker.last_paid = -1.0


@compiled
def recruits_start(workers):
    """Checks and induction pass (C73). Returns how many started this week, and how many reached a year in post."""
    started = 0.0
    reached = 0.0
    for w in range(len(workers)):
        r = workers[w]
        if r.status == ONBOARDING:
            r.weeks_to_start -= 1
            if r.weeks_to_start <= 0:
                r.status = IN_POST
                r.tenure = 0.0
                started += 1.0
        elif r.status == IN_POST:
            reached += r.tenure == 52.0
    return started, reached


@compiled
def contracts_convert(workers, providers, zero_hours_cap, parameters, key):
    """Staff on zero-hours are offered a guarantee where their provider has fewer than its target, and guarantees lapse
    where it has more; some decline (M5), unless the council's cap on zero-hours contracts leaves no room to."""
    p = parameters[0]
    for w in range(len(workers)):
        look_ahead(workers, w)
        r = workers[w]
        if r.status != IN_POST:
            continue
        provider = providers[r.provider]
        cap = zero_hours_cap if provider.contracted == 1 else 1.0
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


@compiled
def train(workers, providers, parameters, key):
    """Training is remembered over a year; with enough of it people qualify."""
    p = parameters[0]
    for w in range(len(workers)):
        look_ahead(workers, w)
        r = workers[w]
        if r.status == IN_POST:
            days = providers[r.provider].training_days
            r.training += (days - r.training) / 52.0
            if r.qualified == 0 and uniform(key, r.number, 0) < p.training_qualifying_rate * r.training / 52.0:
                r.qualified = 1
