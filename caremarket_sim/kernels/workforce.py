"""Loops over care workers: who is away, who leaves, who is hired, who holds which contract."""

import math

import numpy as np

from . import compiled
from .geography import kilometres
from .hashing import gumbel, normal_quantile, pair, uniform

POOL, ONBOARDING, IN_POST, GONE = 0, 1, 2, 3
IN, ON_LEAVE, SICK = 0, 1, 2
COOPERATIVE = 3


@compiled
def born_worker(worker, number, zone_weights, parameters, key):
    """Give a potential care worker the attributes that their number was born with."""
    p = parameters[0]
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
    for i in range(len(numbers)):
        born_worker(rows[i], numbers[i], zone_weights, parameters, key)


@compiled
def time_passes(clients, workers):
    """A week of age, experience, tenure and care."""
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
def leaving_logit(worker, provider, growth, outside_pay, intercept, volatility_reference, parameters):
    """Annual log-odds of leaving (E4): effective pay against outside pay (M1, M9), volatility and shortfall of hours
    (M4, M5), tenure (M6), age (M7), distance (M8), training and qualification (M10, M11), values (M12), manager (M13),
    shrinking or growing provider (M14), voice (M18), strain. Zero-hours has no term of its own."""
    p = parameters[0]
    logit = intercept
    on_duty = math.log(max(worker.effective_pay, 1.0) / outside_pay)
    agreed = math.log(worker.pay / outside_pay)
    logit += p.leaving_pay_effect * (agreed + p.leaving_travel_salience * (on_duty - agreed))
    surplus = (worker.volatility - volatility_reference) / 0.05
    surplus = min(max(surplus, -4.0), 6.0)
    logit += p.leaving_volatility_effect * surplus * (1.0 - p.leaving_flexibility_relief * worker.flexibility)
    logit += p.leaving_shortfall_effect * worker.shortfall
    if worker.tenure < 52.0:
        logit += p.leaving_first_year
    elif worker.tenure > 260.0:
        logit -= p.leaving_long_tenure
    logit -= p.leaving_age_effect * (worker.age - 42.0) / 20.0
    logit += p.leaving_distance_effect * math.log(max(worker.commute, 1.0) / 5.0)
    logit -= p.leaving_training_effect * math.log((1.0 + worker.training) / 4.0)
    if worker.qualified:
        logit -= p.leaving_qualification_effect
    logit -= p.leaving_values_effect * 2.0 * (worker.values_match - 0.5)
    if provider.manager_away > 0:
        logit += p.leaving_no_manager_effect
    growth = min(max(growth, -0.2), 0.2)
    logit -= (p.leaving_contraction_effect if growth < 0.0 else p.leaving_expansion_effect) * growth
    if provider.voice > 0.0:
        logit += math.log(p.leaving_voice_ratio) * provider.voice
    logit += p.leaving_strain_effect * worker.strain
    return logit


@compiled
def carers_leave(workers, providers, growth, intercept, volatility_reference, outside_pay, parameters, key, tallies):
    """Weekly chance 1 − (1 − p)^(1/52) of leaving; most stay in the sector, in the pool between jobs (M16).

    `tallies` receives leavers, leavers from zero-hours, person-weeks, zero-hours person-weeks and leavers expected.
    """
    p = parameters[0]
    for w in range(len(workers)):
        r = workers[w]
        if r.status == POOL:
            if uniform(key, r.number, 2) < p.recruitment_pool_abandon_rate:
                r.status = GONE
            continue
        if r.status != IN_POST:
            continue
        j = r.provider
        zero = r.guaranteed == 0.0
        tallies[2] += 1.0
        tallies[3] += zero
        logit = leaving_logit(r, providers[j], growth[j], outside_pay, intercept, volatility_reference, parameters)
        weekly = 1.0 - (1.0 + math.exp(logit)) ** (-1.0 / 52.0)
        tallies[4] += weekly
        if uniform(key, r.number, 0) < weekly:
            tallies[0] += 1.0
            tallies[1] += zero
            r.sum_left += 1.0
            r.sum_left_zero += zero
            providers[j].leavers += 1.0
            leave_job(r, p.leaving_stay_in_sector_share, uniform(key, r.number, 1))


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
    outcomes,
):
    """Fill vacancies one by one (E3): each is filled this week with its provider's chance, from the pool or outside.

    `candidates` are this week's people outside care who would come; one is taken at most once. Among applicants a
    provider takes whom distance, chance and, the more it is led by mission, values favour (M12). New starters are put
    on zero-hours first: `starter_guaranteed` is the chance of a guarantee from the start. Returns how many candidates
    from outside were taken; `outcomes` holds each one's provider, -1 not taken.
    """
    p = parameters[0]
    pool = np.empty(len(workers), np.int64)
    n_pool = 0
    for w in range(len(workers)):
        if workers[w].status == POOL:
            pool[n_pool] = w
            n_pool += 1
    taken = 0
    outcomes[:] = -1
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
                    if outcomes[m] >= 0:
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
                start_job(workers[pool[best]], j, provider, zones, starter_guaranteed[j], parameters, key)
                workers[pool[best]].weeks_to_start = int(round(p.recruitment_weeks_from_pool))
            else:
                outcomes[best] = j
                start_job(candidates[best], j, provider, zones, starter_guaranteed[j], parameters, key)
                candidates[best].weeks_to_start = int(round(p.recruitment_weeks_from_outside))
                taken += 1
            provider.hires += 1.0
            provider.onboarding += 1.0
    return taken


@compiled
def start_job(worker, j, provider, zones, guaranteed_chance, parameters, key):
    """Sign a contract with provider j: onboarding until checks are done."""
    p = parameters[0]
    worker.status = ONBOARDING
    worker.provider = j
    worker.tenure = 0.0
    worker.commute = max(kilometres(zones, worker.zone, provider.base_zone), 0.5)
    worker.guaranteed = (
        p.contract_guaranteed_share_of_wanted * worker.hours_wanted
        if uniform(key, worker.number, 5) < guaranteed_chance
        else 0.0
    )
    worker.pay = provider.pay
    worker.effective_pay = provider.pay / (1.0 + p.leaving_opening_unpaid_share)
    worker.volatility = 0.05
    worker.shortfall = 0.1
    worker.strain = 0.0
    worker.training = max(worker.training, provider.training_days)
    worker.last_paid = -1.0


@compiled
def recruits_start(workers):
    """Checks and induction pass (C73). Returns how many started this week."""
    started = 0.0
    for w in range(len(workers)):
        r = workers[w]
        if r.status == ONBOARDING:
            r.weeks_to_start -= 1
            if r.weeks_to_start <= 0:
                r.status = IN_POST
                r.tenure = 0.0
                started += 1.0
    return started


@compiled
def contracts_convert(workers, target, cap, zero_now, parameters, key):
    """Staff on zero-hours are offered a guarantee where their provider has fewer than its target, and guarantees lapse
    where it has more; some decline (M5), unless the cap on zero-hours contracts leaves no room to."""
    p = parameters[0]
    for w in range(len(workers)):
        r = workers[w]
        if r.status != IN_POST:
            continue
        j = r.provider
        gap = target[j] - (1.0 - zero_now[j])
        if r.guaranteed == 0.0:
            willing = r.keenness > p.contract_decline_share or zero_now[j] > cap[j]
            if gap > 0.0 and willing and r.tenure >= p.contract_weeks_before_guarantee * (cap[j] >= 1.0):
                share = gap / max(zero_now[j], 0.01)
                if uniform(key, r.number, 0) < p.contract_conversion_rate * share:
                    r.guaranteed = p.contract_guaranteed_share_of_wanted * r.hours_wanted
        elif gap < 0.0:
            share = -gap / max(1.0 - zero_now[j], 0.01)
            if uniform(key, r.number, 0) < p.contract_lapse_rate * share:
                r.guaranteed = 0.0


@compiled
def train(workers, providers, parameters, key):
    """Training is remembered over a year; with enough of it people qualify."""
    p = parameters[0]
    for w in range(len(workers)):
        r = workers[w]
        if r.status == IN_POST:
            days = providers[r.provider].training_days
            r.training += (days - r.training) / 52.0
            if r.qualified == 0 and uniform(key, r.number, 0) < p.training_qualifying_rate * r.training / 52.0:
                r.qualified = 1


@compiled
def transfer_staff(clients, workers, providers, parameters, key):
    """Staff follow the people they visit when packages have moved to another provider (TUPE).

    A worker most of whose own hours are now with another provider moves there, leaves for the pool, or leaves care
    (E9). Returns how many left.
    """
    p = parameters[0]
    moved = np.zeros(len(workers))
    total = np.zeros(len(workers))
    target = np.full(len(workers), -1, np.int64)
    lead = np.zeros(len(workers))
    for i in range(len(clients)):
        c = clients[i]
        if c.provider < 0:
            continue
        for run in range(16):
            w = c.carer[run]
            if w < 0 or workers[w].status != IN_POST:
                continue
            hours = (2.0 if run >= 8 else 5.0) * c.visit_minutes / 60.0
            total[w] += hours
            if workers[w].provider != c.provider:
                moved[w] += hours
                if target[w] == c.provider:
                    lead[w] += hours
                elif lead[w] < hours:
                    target[w] = c.provider
                    lead[w] = hours - lead[w]
                else:
                    lead[w] -= hours
    left = 0.0
    for w in range(len(workers)):
        r = workers[w]
        if target[w] < 0 or moved[w] <= p.procurement_move_threshold * total[w]:
            continue
        u = uniform(key, r.number, 0)
        if u < p.procurement_staff_move_share:
            r.provider = target[w]
            if r.guaranteed > 0.0:
                r.guaranteed = p.contract_guaranteed_share_of_wanted * r.hours_wanted
        else:
            providers[r.provider].leavers += 1.0
            r.sum_left += 1.0
            left += 1.0
            leave_job(r, p.procurement_staff_pool_share, uniform(key, r.number, 1))
    return left


@compiled
def staff_follow(clients, workers, closing, move_share, key):
    """While providers close, their staff follow the people they know to the provider who takes over (TUPE).

    `closing` is weeks until each provider stops. A worker moves once people they know better are with one other
    provider than are still with the old one.
    """
    stay = np.zeros(len(workers))
    lead = np.zeros(len(workers))
    target = np.full(len(workers), -1, np.int64)
    for i in range(len(clients)):
        c = clients[i]
        if c.provider < 0:
            continue
        for k in range(len(c.familiar)):
            w = c.familiar[k]
            if w < 0 or workers[w].status != IN_POST or closing[workers[w].provider] == 0:
                continue
            known = c.familiarity[k]
            if c.provider == workers[w].provider:
                stay[w] += known
            elif target[w] == c.provider:
                lead[w] += known
            elif lead[w] < known:
                target[w] = c.provider
                lead[w] = known - lead[w]
            else:
                lead[w] -= known
    for w in range(len(workers)):
        r = workers[w]
        if target[w] >= 0 and lead[w] > stay[w] and uniform(key, r.number, 0) < move_share:
            r.provider = target[w]


@compiled
def dismiss(workers, ending, stay_share, key):
    """Providers that have closed let whoever is left go: most to the pool. Returns how many had started."""
    lost = 0.0
    for w in range(len(workers)):
        r = workers[w]
        if (r.status == IN_POST or r.status == ONBOARDING) and ending[r.provider]:
            if r.status == IN_POST:
                lost += 1.0
                r.sum_left += 1.0
                r.sum_left_zero += r.guaranteed == 0.0
            leave_job(r, stay_share, uniform(key, r.number, 0))
    return lost


@compiled
def summarise_staff(workers, providers, parameters):
    """Per provider: started staff, onboarding, hours they can deliver in an average week (E2), zero-hours staff,
    skill, strain and newcomers."""
    p = parameters[0]
    here = 1.0 - p.absence_leave_share - p.absence_sick_share
    for j in range(len(providers)):
        r = providers[j]
        r.staff = 0.0
        r.onboarding = 0.0
        r.capacity = 0.0
        r.zero_staff = 0.0
        r.skill = 0.0
        r.strain = 0.0
        r.newcomers = 0.0
    for w in range(len(workers)):
        r = workers[w]
        if r.status == ONBOARDING:
            providers[r.provider].onboarding += 1.0
        elif r.status == IN_POST:
            provider = providers[r.provider]
            provider.staff += 1.0
            provider.capacity += r.hours_wanted * p.rostering_stretch * here
            provider.zero_staff += r.guaranteed == 0.0
            provider.skill += skill_of(r, parameters)
            provider.strain += r.strain
            provider.newcomers += r.tenure < 52.0
    for j in range(len(providers)):
        r = providers[j]
        if r.staff > 0.0:
            r.skill /= r.staff
            r.strain /= r.staff
            r.newcomers /= r.staff


@compiled
def skill_of(worker, parameters):
    """Skill from experience, qualification, training and values, 0 to 1 (M10, M11, M12, M21)."""
    p = parameters[0]
    skill = (
        p.experience_skill_base
        + p.experience_skill_experience * (1.0 - math.exp(-worker.experience / 2.0))
        + p.experience_skill_qualification * worker.qualified
        + p.experience_skill_training * min(worker.training / 6.0, 1.5)
        + p.experience_skill_values * worker.values_match
    )
    return min(max(skill, 0.0), 1.0)


@compiled
def pay_wages(workers, providers, levers, wage_line, parameters, wages_out, sick_out):
    """The week's pay of every care worker and what it does to them (E5).

    Pay covers contact, a share of travel and of gaps, and at least the guaranteed hours of whoever was at work; holiday
    is paid from accrual. Volatility and shortfall leave out weeks of own leave. `wage_line` is the legal hourly minimum
    that contact and travel together must reach where it is enforced. Sums by provider go to `wages_out` and `sick_out`.
    """
    p = parameters[0]
    lever = levers[0]
    for w in range(len(workers)):
        r = workers[w]
        if r.status != IN_POST:
            continue
        j = r.provider
        r.pay = providers[j].pay + (p.pay_experience_premium if r.experience >= 5.0 else 0.0)
        usual = min(r.owned, r.hours_wanted)
        if r.absent == ON_LEAVE:
            r.week_pay = usual * r.pay
        elif r.absent == SICK:
            r.week_pay = lever.employment_sick_pay * usual * r.pay
            sick_out[j] += r.week_pay
        else:
            hours = max(r.contact, r.guaranteed)
            pay = r.pay * (hours + lever.employment_paid_travel_share * r.travel + lever.employment_shift_pay * r.gap)
            owed = wage_line * (r.contact + r.travel) - pay
            r.week_pay = pay + p.pay_enforcement_share * max(owed, 0.0)
            wages_out[j] += r.week_pay
            duty = r.contact + r.travel + r.gap
            if duty > 0.0:
                r.effective_pay += p.pay_memory * (r.week_pay / duty - r.effective_pay)
            if r.last_paid >= 0.0:
                change = abs(hours - r.last_paid) / r.hours_wanted
                r.volatility += p.contract_volatility_memory * (change - r.volatility)
            lack = max(1.0 - hours / r.hours_wanted, 0.0)
            r.shortfall += p.contract_shortfall_memory * (lack - r.shortfall)
            r.last_paid = hours
            available = r.hours_wanted * p.rostering_stretch * p.rostering_duty_ratio
            overload = min(max((duty / available - p.rostering_ease) / (1.0 - p.rostering_ease), 0.0), 1.0)
            r.strain += p.pay_memory * (overload - r.strain)
        r.sum_weeks += 1.0
        r.sum_zero += r.guaranteed == 0.0
        r.sum_bad += r.week_pay < p.pay_bad_week_share * r.pay * r.hours_wanted
        r.sum_pay += r.effective_pay
        r.sum_volatility += r.volatility
        r.sum_guaranteed += r.guaranteed
