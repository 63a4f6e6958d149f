"""Loops over people: who arrives, whose needs change, who goes to hospital, who leaves."""

import math

import numpy as np

from . import compiled
from ._memory import look_ahead
from .hashing import normal_quantile, poisson_quantile, uniform

WAITING, RECEIVING, IN_HOSPITAL, FIT, LEFT = 0, 1, 2, 3, 4
COUNCIL = 0


@compiled
def _category(u, first, second, third):
    """0, 1, 2 or 3 by cumulative shares."""
    if u < first:
        return 0
    if u < second:
        return 1
    return 2 if u < third else 3


@compiled
def born(client, rounds, known, number, payer, zone_weights, p, key):
    """Give a person the attributes that their number was born with; policy touches none of them.

    `zone_weights` is the cumulative share of referrals by zone.
    """
    client.number = number
    client.payer = payer
    client.zone = min(np.searchsorted(zone_weights, uniform(key, number, 1)), len(zone_weights) - 1)
    client.age_group = _category(
        uniform(key, number, 2),
        p.demand_under_65_share,
        p.demand_under_65_share + p.demand_age_65_74_share,
        p.demand_under_65_share + p.demand_age_65_74_share + p.demand_age_75_84_share,
    )
    client.lives_alone = uniform(key, number, 3) < p.demand_living_alone_share
    u = uniform(key, number, 4)
    client.visits = 1 + _category(
        u,
        p.demand_one_visit_share,
        p.demand_one_visit_share + p.demand_two_visits_share,
        p.demand_one_visit_share + p.demand_two_visits_share + p.demand_three_visits_share,
    )
    u = uniform(key, number, 5)
    minutes = 15.0 * (
        1
        + _category(
            u,
            p.demand_minutes_15_share,
            p.demand_minutes_15_share + p.demand_minutes_30_share,
            p.demand_minutes_15_share + p.demand_minutes_30_share + p.demand_minutes_45_share,
        )
    )
    client.carers = 1 + (uniform(key, number, 6) < p.demand_two_carers_share)
    if payer != COUNCIL:
        client.carers = 1
    client.need_minutes = minutes
    client.readiness = uniform(key, number, 7)
    client.sociability = (
        p.connection_resting_level
        - p.connection_living_alone_loss * client.lives_alone
        + p.connection_spread * normal_quantile(uniform(key, number, 8))
    )
    client.sociability = min(max(client.sociability, 0.0), 1.0)
    client.connection = client.sociability
    client.provider = -1
    client.former = -1
    known.familiar[:] = -1
    rounds.carer[:] = -1
    rounds.seen[:] = -1
    rounds.seen_before[:] = -1
    client.delivered_share = 1.0
    client.late_share = p.experience_opening_late_share
    client.package_fit = p.experience_fit_start
    client.continuity = p.experience_opening_continuity
    client.experience = p.experience_opening_experience
    client.status = WAITING


@compiled
def referred(first, mean, share, key, made_key):
    """Permanent numbers of the week's referrals, and their payers.

    The queue of each payer has a Poisson number of people, numbered from `first` on; of each, the referral is made with
    a chance of `share`.
    """
    counts = np.empty(len(mean), np.int64)
    for payer in range(len(mean)):
        counts[payer] = poisson_quantile(uniform(key, payer, 0), mean[payer])
    numbers = np.empty(counts.sum(), np.int64)
    payers = np.empty(len(numbers), np.int64)
    n = 0
    for payer in range(len(mean)):
        for number in range(first[payer], first[payer] + counts[payer]):
            if uniform(made_key, number, 0) < share:
                numbers[n] = number
                payers[n] = payer
                n += 1
    return numbers[:n], payers[:n]


@compiled
def born_clients(rows, rounds, known, numbers, payers, zone_weights_council, zone_weights_self, parameters, key):
    """Fill new rows with the people of these numbers."""
    p = parameters[0]
    for i in range(len(numbers)):
        weights = zone_weights_council if payers[i] == COUNCIL else zone_weights_self
        born(rows[i], rounds[i], known[i], numbers[i], payers[i], weights, p, key)


@compiled
def meet_the_front_door(clients, first, parameters, levers, reach_key, key):
    """New council referrals meet strengths-based conversations: some are helped without a package, some relearn.

    Returns (conversations, reablement episodes, people helped without a package). Those who start in hospital are
    marked fit to leave it.
    """
    p = parameters[0]
    front_door = levers[0].community_front_door
    conversations = 0.0
    episodes = 0.0
    diverted = 0
    for i in range(first, len(clients)):
        c = clients[i]
        c.status = FIT if uniform(key, c.number, 1) < p.demand_hospital_share else WAITING
        if c.payer != COUNCIL or front_door <= 0.0 or uniform(reach_key, c.number, 1) >= front_door:
            continue
        conversations += 1.0
        light = c.visits <= p.demand_light_visits and c.carers == 1
        if light and uniform(reach_key, c.number, 2) < p.demand_diverted_share:
            c.status = LEFT
            diverted += 1
        elif uniform(reach_key, c.number, 3) < p.demand_reablement_share:
            episodes += 1.0
            c.need_minutes *= 1.0 - p.demand_reablement_reduction
    return conversations, episodes, diverted


@compiled
def needs_change(clients, providers, parameters, levers, package_share, key):
    """Needs drift up; packages follow need, the shortest visit allowed, the budget's share and the person's network.

    Hours a week = visits · minutes/60 · 7 · care workers.
    """
    p = parameters[0]
    lever = levers[0]
    for j in range(len(providers)):
        providers[j].need_rises = 0.0
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        outcome = 0.0
        if c.provider >= 0 and c.payer == COUNCIL and lever.contract_outcome_measure == 1.0:
            outcome = lever.contract_outcome_share * p.outcome_independence_effect
        practice = p.practice_independence_effect * (providers[c.provider].practice if c.provider >= 0 else 0.0)
        rise = (
            p.demand_need_rise_rate
            / 52.0
            * (1.0 - outcome)
            * (1.0 - practice)
            * (1.0 + p.demand_unmet_need_effect * (1.0 - c.delivered_share))
        )
        if uniform(key, c.number, 0) < rise:
            if c.provider >= 0:
                providers[c.provider].need_rises += 1.0
            c.need_minutes *= 1.0 + p.demand_need_rise_step
            if c.need_minutes > p.demand_longest_visit:
                if c.visits < 4:
                    c.need_minutes *= c.visits / (c.visits + 1.0)
                    c.visits += 1
                else:
                    c.need_minutes = p.demand_longest_visit
        minutes = c.need_minutes
        if c.payer == COUNCIL:
            network = p.connection_need_effect * max(0.0, c.connection - 0.5) / 0.5
            minutes = max(minutes * package_share * (1.0 - network), lever.contract_minimum_visit_minutes)
        c.visit_minutes = minutes
        c.hours = c.visits * minutes / 60.0 * 7.0 * c.carers
        need = c.visits * c.need_minutes / 60.0 * 7.0 * c.carers
        if need != c.need_hours:
            c.need_hours = need
            c.log_need = math.log(need / p.hospital_need_reference)


@compiled
def weeks_kept(lever, p):
    """Weeks that a place is kept during a hospital stay: the retainer's, or a week's notice where the plan is paid."""
    planned = lever.contract_payment_basis == 1.0
    return max(lever.contract_retainer_weeks, p.contract_planned_notice_weeks if planned else 0.0)


@compiled
def go_to_hospital(clients, year, parameters, levers, continuity_reference, key):
    """Admission: a rate a year (A) · living alone (D14) · continuity (M22) · missed visits (M28) · connection · need.

    The package stops; the place is kept while somebody pays for it. Returns admissions.
    """
    p = parameters[0]
    lever = levers[0]
    keeps = weeks_kept(lever, p) > 0.0
    log_continuity_ratio = math.log(p.hospital_continuity_ratio)
    admissions = 0.0
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status != RECEIVING and c.status != WAITING:
            continue
        chance = p.hospital_admission_rate / 52.0
        if c.lives_alone:
            chance *= p.hospital_living_alone_ratio
        chance *= 1.0 - p.hospital_connection_effect * (c.connection - 0.5)
        chance *= math.exp(
            log_continuity_ratio * (continuity_reference - c.continuity) / p.hospital_continuity_step
            + p.hospital_missed_visits_effect * c.missed_share
            + p.hospital_need_elasticity * c.log_need
        )
        if uniform(key, c.number, 0) < chance:
            admissions += 1.0
            year[i].sum_admissions += 1.0
            stay = math.log(uniform(key, c.number, 1)) / math.log(1.0 - 1.0 / p.hospital_mean_stay)
            c.nights_left = 1.0 + math.floor(stay)
            c.status = IN_HOSPITAL
            c.weeks_away = 0
            c.weeks_waiting = 0.0
            c.kept = 0
            if c.provider >= 0:
                c.former = c.provider
                if c.payer == COUNCIL and keeps and c.notice == 0:
                    c.kept = 1
                else:
                    c.provider = -1
            c.notice = 0
    return admissions


@compiled
def become_fit(clients, providers, parameters, levers, key):
    """Nights in hospital pass. Whoever is fit goes home to a kept place, or waits in hospital for a provider.

    A place is kept for the retainer's weeks, or a week's notice where planned time is paid. A quarter need a tenth more
    hours on return (E13). Returns nights of people who were fit the whole week (the rest are counted at sourcing).
    """
    p = parameters[0]
    lever = levers[0]
    weeks = weeks_kept(lever, p)
    for i in range(len(clients)):
        c = clients[i]
        if c.status != IN_HOSPITAL:
            continue
        c.weeks_away += 1
        c.nights_left -= 7.0
        gone = c.provider >= 0 and (providers[c.provider].open == 0 or providers[c.provider].closing > 0)
        if c.kept and (c.weeks_away > weeks or gone):
            c.kept = 0
            c.provider = -1
        if c.nights_left <= 0.0:
            if uniform(key, c.number, 0) < p.hospital_more_need_share:
                c.need_minutes = min(c.need_minutes * (1.0 + p.hospital_more_need_step), p.demand_longest_visit)
            if c.kept:
                c.status = RECEIVING
                c.kept = 0
            else:
                c.status = FIT
                c.weeks_waiting = 0.0


@compiled
def leave_care(clients, parameters, key):
    """Death, a move to a care home, or recovery, as competing weekly chances.

    Moves rise with need, care not delivered and isolation. Returns deaths, moves, recoveries, and the numbers that
    were to be expected to leave of council clients and of self-funders.
    """
    p = parameters[0]
    deaths = 0.0
    moves = 0.0
    recoveries = 0.0
    council = 0.0
    self_funders = 0.0
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        death = p.demand_death_rate / 52.0
        if c.age_group == 3:
            death *= p.demand_death_ratio_85
        elif c.age_group == 0:
            death *= p.demand_death_ratio_under_65
        need = c.need_hours / p.hospital_need_reference
        unmet = 1.0 - c.delivered_share if c.status == RECEIVING else 1.0 * (c.status == WAITING)
        move = (
            p.demand_care_home_rate
            / 52.0
            * math.exp(
                p.demand_care_home_need_elasticity * c.log_need
                + p.demand_care_home_unmet_effect * unmet
                + p.demand_care_home_isolation_effect * (p.connection_resting_level - c.connection)
            )
        )
        recovery = p.demand_recovery_rate / 52.0 / max(need, p.demand_recovery_floor)
        if c.payer == COUNCIL:
            council += death + move + recovery
        else:
            self_funders += death + move + recovery
        u = uniform(key, c.number, 0)
        if u < death:
            deaths += 1.0
        elif u < death + move:
            moves += 1.0
        elif u < death + move + recovery:
            recoveries += 1.0
        else:
            continue
        c.status = LEFT
        c.provider = -1
        c.kept = 0
        c.notice = 0
    return deaths, moves, recoveries, council, self_funders


@compiled
def self_funders_choose(clients, parameters, key):
    """Self-funders who are badly served, and have been served for some weeks, may give their provider notice."""
    p = parameters[0]
    for i in range(len(clients)):
        c = clients[i]
        if c.payer == COUNCIL or c.status != RECEIVING or c.notice != 0:
            continue
        unhappy = c.weeks_in_care > p.sourcing_settling_weeks and c.experience < p.sourcing_unhappy_line
        if unhappy and uniform(key, c.number, 0) < p.sourcing_switch_rate:
            c.notice = round(p.exit_notice_weeks)
