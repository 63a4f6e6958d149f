"""How the week's care is experienced, and what it does to connection and quality of life."""

import math

import numpy as np

from . import compiled
from ._memory import look_ahead
from .hashing import normal_quantile, uniform
from .rostering import days_of, lateness
from .staff import skill_of

WAITING, RECEIVING, LEFT = 0, 1, 4
COUNCIL = 0
NOBODY, OFFICE, AGENCY = -1, -2, -3
LATE, SKILL, SLACK, KNOWN = 0, 1, 2, 3


@compiled
def meet(acquainted, w, gain):
    """How well the person knew this worker before, and a week of getting to know them better.

    A stranger takes the place of whoever the person knows least.
    """
    known = -1
    for k in range(len(acquainted.familiar)):
        known = k if acquainted.familiar[k] == w else known
    if known >= 0:
        before = acquainted.familiarity[known]
        acquainted.familiarity[known] += gain * (1.0 - before)
        return before
    weakest = 0
    for k in range(len(acquainted.familiar)):
        weakest = k if acquainted.familiarity[k] < acquainted.familiarity[weakest] else weakest
    acquainted.familiar[weakest] = w
    acquainted.familiarity[weakest] = gain
    return np.float32(0.0)


@compiled
def experience_of(client, provider, lever, codesigned, p):
    """Experience of care (E12): continuity, reliability, length of visit, skill, fit of the package to the person.

    Fit starts at its resting value, moves with co-design times flexibility and with practice.
    """
    contracted = client.payer == COUNCIL
    design = codesigned * lever.contract_package_flexibility if contracted else p.experience_self_funder_say
    fit = p.experience_fit_start + p.experience_fit_codesign * design + p.experience_fit_practice * provider.practice
    client.package_fit += p.experience_fit_speed * (min(fit, 1.0) - client.package_fit)
    reliability = max(
        0.0, 1.0 - p.experience_late_weight * client.late_share - p.experience_missed_weight * client.missed_share
    )
    length = 1.0 - math.exp(-client.visit_minutes / p.experience_length_scale)
    experience = (
        p.experience_weight_continuity * client.continuity
        + p.experience_weight_reliability * reliability
        + p.experience_weight_length * length
        + p.experience_weight_skill * client.skill
        + p.experience_weight_fit * client.package_fit
    )
    total = (
        p.experience_weight_continuity
        + p.experience_weight_reliability
        + p.experience_weight_length
        + p.experience_weight_skill
        + p.experience_weight_fit
    )
    effort = 1.0 + p.trust_effort_effect * (provider.trust - 0.5)
    if contracted and lever.contract_outcome_measure == 0.0:
        effort += p.outcome_experience_effect * lever.contract_outcome_share
    return min(experience / total * effort, 1.0)


@compiled
def care_is_received(clients, rounds, known, workers, providers, levers, late_intercept, codesigned, parameters, sums):
    """What each person saw of the week: continuity, different carers, missed and late visits, skill, time to spare.

    Continuity is the share of delivered time from people the person knows, by how well. Carers a fortnight counts each
    different care worker of this week and the last; agency staff always count as different. `sums` receives per
    provider experience, connection, people and late visits, for the provider's own means.
    """
    p, lever = parameters[0], levers[0]
    planned = lever.contract_payment_basis == 1.0
    visit = np.zeros((len(workers), 4))  # of each care worker's: chance of being late, skill, slack, how well known
    for w in range(len(workers)):
        r = workers[w]
        if r.contact > 0.0:
            visit[w, LATE] = lateness(r, late_intercept, p)
            visit[w, SKILL] = skill_of(r, p)
            if r.tenure < p.experience_newcomer_weeks:
                visit[w, SKILL] *= p.experience_newcomer_skill
            available = r.hours_wanted * p.rostering_stretch * p.rostering_duty_ratio
            spare = (
                max(available - r.contact - r.travel - r.gap, 0.0)
                * 60.0
                / (r.contact * 60.0 / p.travel_reference_minutes)
            )
            visit[w, SLACK] = spare * (1.0 if planned else p.experience_unpaid_slack_share)
    fade = np.float32(1.0 - p.experience_familiarity_fade)
    gain = np.float32(p.experience_familiarity_gain)
    met_by = np.full(len(workers), -1, np.int32)
    for i in range(len(clients)):
        look_ahead(clients, i)
        look_ahead(rounds, i)
        look_ahead(known, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        acquainted = known[i]
        for k in range(len(acquainted.familiar)):
            acquainted.familiarity[k] *= fade
        if c.status != RECEIVING:
            c.carers_fortnight = 0.0
            continue
        familiar = 0.0
        skilled = 0.0
        spare = 0.0
        late_visits = 0.0
        total = 0.0
        distinct = 0
        office = 0
        seen, seen_before = rounds[i].seen, rounds[i].seen_before
        for run in range(8 * c.carers):
            w = seen[run]
            if w == NOBODY:
                continue
            days = days_of(run % 8)
            total += days
            if w >= 0:
                if met_by[w] != i:
                    met_by[w] = i
                    visit[w, KNOWN] = meet(acquainted, w, gain)
                    distinct += 1
                familiar += days * visit[w, KNOWN]
                skilled += days * visit[w, SKILL]
                spare += days * visit[w, SLACK]
                late_visits += days * visit[w, LATE]
            else:
                skilled += days * p.experience_agency_skill
                late_visits += days * p.experience_agency_late_share
                distinct += w == AGENCY
                office = max(office, w == OFFICE)
        for run in range(8 * c.carers):
            w = seen_before[run]
            if w >= 0:
                distinct += met_by[w] != i
                met_by[w] = i
            elif w != NOBODY:
                distinct += w == AGENCY
                office = max(office, w == OFFICE)
        memory = p.experience_memory
        if total > 0.0:
            c.continuity += memory * (familiar / total - c.continuity)
            c.skill = skilled / total
            c.slack = spare / total
        c.late = late_visits
        c.carers_fortnight = distinct + office
        if c.visits_due > 0.0:
            c.delivered_share += memory * (c.delivered / c.due - c.delivered_share)
            c.missed_share += memory * (c.missed / c.visits_due - c.missed_share)
            c.late_share += memory * (c.late / c.visits_due - c.late_share)
        c.experience = experience_of(c, providers[c.provider], lever, codesigned, p)
        sums[c.provider, 0] += c.experience
        sums[c.provider, 1] += c.connection
        sums[c.provider, 2] += 1.0
        sums[c.provider, 3] += c.late


@compiled
def connections_form(clients, providers, zones, levers, reach, parameters):
    """Connection drifts to the person's own level, is raised by connectors' reach where people are ready and the place
    has assets (M30), and a little by visits with time to spare (E18). Returns connections made."""
    p = parameters[0]
    lever = levers[0]
    made = 0.0
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        assets = zones[c.zone].assets
        c.connection += p.connection_drift * (c.sociability - c.connection)
        practice = providers[c.provider].practice if c.provider >= 0 else 0.0
        offered = reach * c.readiness * assets * (1.0 + p.practice_connection_effect * practice)
        if c.payer == COUNCIL and lever.contract_outcome_measure == 2.0:
            offered += p.outcome_connection_effect * lever.contract_outcome_share * c.readiness * assets
        gain = offered * (1.0 - c.connection)
        if c.status == RECEIVING and c.slack >= p.connection_slack_minutes:
            gain += p.connection_slack_gain * (1.0 - c.connection)
        c.connection = min(c.connection + gain, 1.0)
        made += offered
    return made


@compiled
def quality_of_life_responds(clients, year, experience_reference, parameters):
    """Quality of life (E12, M26): A(need)·(1 − exp(−k · hours/need · experience/ē)) + connection, moving an eighth of
    the way a week. While waiting nobody comes, and informal carers fill a part. Sums of the year are kept by person.
    Returns the hours of care that nobody delivered."""
    p = parameters[0]
    undelivered = 0.0
    for i in range(len(clients)):
        look_ahead(clients, i)
        look_ahead(year, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        light = p.hospital_need_reference
        ratio = c.need_hours / light
        lighter = p.quality_gain_low + (p.quality_gain_mid - p.quality_gain_low) * min(max(2.0 * ratio - 1.0, 0.0), 1.0)
        heavier = p.quality_gain_mid + (p.quality_gain_high - p.quality_gain_mid) * min(ratio - 1.0, 1.0)
        top = lighter if ratio < 1.0 else heavier
        had = 0.0
        due = c.need_hours
        if c.status == RECEIVING:
            had = c.delivered
            due = c.due
            effect = c.experience / experience_reference
        else:
            effect = 1.0
        unmet = max(due - had, 0.0) if c.status == RECEIVING or c.status == WAITING else 0.0
        c.unmet_hours = unmet
        undelivered += unmet
        helped = had * effect + p.quality_informal_share * unmet
        gain = top * (1.0 - math.exp(-p.quality_hours_slope * helped / max(c.need_hours, 0.5)))
        gain += p.quality_connection_gain * (c.connection - 0.5)
        if c.status != 2:
            c.quality_of_life += p.quality_adjustment * (gain - c.quality_of_life)
        y = year[i]
        y.sum_weeks += 1.0
        y.sum_quality += c.quality_of_life
        y.sum_lonely += c.connection < p.connection_lonely_line
        if c.status == WAITING or c.status == 3:
            y.sum_waiting += 1.0
        if c.status == RECEIVING:
            y.sum_receiving += 1.0
            y.sum_experience += c.experience
            y.sum_continuity += c.continuity
            y.sum_carers += c.carers_fortnight
            y.sum_due += c.due
            y.sum_delivered += c.delivered
            y.sum_visits += c.visits_due
            y.sum_late += c.late
    return undelivered


@compiled
def satisfied_share(clients, parameters, key):
    """Share of people receiving care who would say extremely or very satisfied: a noisy reading of experience."""
    p = parameters[0]
    yes = 0.0
    asked = 0.0
    for i in range(len(clients)):
        c = clients[i]
        if c.status == RECEIVING:
            asked += 1.0
            noise = p.experience_survey_noise * normal_quantile(uniform(key, c.number, 0))
            yes += c.experience + noise > p.experience_satisfied_line
    return yes / max(asked, 1.0)


@compiled
def forget_rows(rounds, known, moved):
    """Follow care workers to their new rows after gone ones are dropped."""
    for i in range(len(rounds)):
        who, acquainted = rounds[i], known[i]
        for run in range(len(who.carer)):
            if who.carer[run] >= 0:
                who.carer[run] = moved[who.carer[run]]
            if who.seen[run] >= 0:
                who.seen[run] = moved[who.seen[run]]
            if who.seen_before[run] >= 0:
                who.seen_before[run] = moved[who.seen_before[run]]
        for k in range(len(acquainted.familiar)):
            if acquainted.familiar[k] >= 0:
                acquainted.familiar[k] = moved[acquainted.familiar[k]]
            if acquainted.familiar[k] < 0:
                acquainted.familiarity[k] = 0.0
