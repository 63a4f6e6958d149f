"""ODD 7.18 Experience of care: who came, how well known, how late, how skilled."""

import math

import numpy as np

from ..compiled import compiled, step
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import (
    AGENCY,
    BLOCKS,
    COUNCIL,
    FOR_EXPERIENCE,
    IN_POST,
    LEFT,
    NOBODY,
    OFFICE,
    RECEIVING,
)
from ..market.people import days_of
from ..market.state import clients_of, workers_of
from ..market.workers import skill_of

VISIT = np.dtype((np.record, [("late", "f8"), ("skill", "f8"), ("bond", "f4"), ("met_by", "i4"), ("place", "i4")]))
"""Of each care worker's visits this week: chance of being late, skill, the bond that one they visit had with them
before, the row of that person, and the worker's place among those whom the person knows."""


@process
def care_is_experienced(market, parameters, policy, draws):
    """Continuity, reliability, length, skill and fit make the experience of care (E12).

    Continuity is the mean bond with whoever comes, over visits: a bond grows with visits, towards 1, and fades in weeks
    without any. Carers a fortnight counts each different care worker of this week and the last; agency staff always
    count as different. Each provider hears what its people had.
    """
    p = parameters[0]
    clients, providers, workers = clients_of(market), market.providers, workers_of(market)
    visits = visits_of_each(market, p)
    heard = np.zeros((len(providers), 3))  # experience, connection and people receiving care
    fade = np.float32(1.0 - p.experience_bond_fade)
    # An array: of two numbers at hand the compiler would work out the exponentials again for each visit.
    kept = np.array((math.exp(-5.0 / p.experience_bond_visits), math.exp(-2.0 / p.experience_bond_visits)))
    for j in range(len(providers)):
        providers[j].late_visits = 0.0
    for i in range(len(clients)):
        look_ahead(clients, i)
        look_ahead(market.rounds, i)
        look_ahead(market.known, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        acquainted = market.known[i]
        if c.status != RECEIVING:
            bonds_fade(acquainted, 0, fade)
            c.carers_fortnight = 0.0
            continue
        met = visits_are_had(c, i, market.rounds[i], acquainted, visits, workers, kept, p)
        bonds_fade(acquainted, met, fade)
        memory = p.experience_memory
        if c.visits_due > 0.0:
            c.delivered_share += memory * (c.delivered / c.due - c.delivered_share)
            c.missed_share += memory * (c.missed / c.visits_due - c.missed_share)
            c.late_share += memory * (c.late / c.visits_due - c.late_share)
        lever, council = policy[c.council], market.commissioners[c.council]
        c.experience = experience_of(c, providers[c.provider], lever, council.codesigned, p)
        heard[c.provider, 0] += c.experience
        heard[c.provider, 1] += c.connection
        heard[c.provider, 2] += 1.0
        providers[c.provider].late_visits += c.late
    for j in range(len(providers)):
        hear_from_people(providers[j], heard[j, 0], heard[j, 1], heard[j, 2], p)


@step
def visits_of_each(market, p):
    """What a visit of each care worker is like this week."""
    workers = workers_of(market)
    visits = np.zeros(len(workers), VISIT)
    for w in range(len(workers)):
        r, visit = workers[w], visits[w]
        visit.met_by = -1
        if r.contact <= 0.0:
            continue
        provider = market.providers[r.provider]
        visit.late = lateness(r, market.commissioners[provider.council].late_intercept, p)
        visit.skill = skill_of(r, p)
        if r.tenure < p.experience_newcomer_weeks:
            visit.skill *= p.experience_newcomer_skill
    return visits


@compiled
def lateness(worker, late_intercept, p):
    """Chance that a worker's visit is more than 30 minutes late: logit⁻¹(λ0 + λ(duty/available − 1))."""
    duty = worker.contact + worker.travel + worker.gap
    available = worker.hours_wanted * p.rostering_stretch * p.rostering_duty_ratio
    return 1.0 / (1.0 + math.exp(-(late_intercept + p.rostering_late_effect * (duty / available - 1.0))))


@compiled
def visits_are_had(client, i, rounds, acquainted, visits, workers, kept, p):
    """Continuity, different carers, late visits and skill in the visits of a person in row `i`.

    Each visit brings whoever comes a little nearer: five and two of them leave the shares `kept` of what a bond lacks.
    Returns who came, as a bit for each place among those known.
    """
    met = 0
    familiar = 0.0
    skilled = 0.0
    late_visits = 0.0
    total = 0.0
    distinct = 0
    office = 0
    seen, seen_before = rounds.seen, rounds.seen_before
    for run in range(BLOCKS * client.carers):
        w = seen[run]
        if w == NOBODY:
            continue
        days = days_of(run % BLOCKS)
        total += days
        if w >= 0:
            visit = visits[w]
            if visit.met_by != i:
                visit.met_by = i
                visit.place = place_of(acquainted, w, seen, BLOCKS * client.carers, client.provider, workers)
                visit.bond = acquainted.familiarity[visit.place] if visit.place >= 0 else np.float32(0.0)
                met |= 1 << visit.place if visit.place >= 0 else 0
                distinct += 1
            bond_grows(acquainted, visit.place, kept[0 if days == 5.0 else 1])
            familiar += days * np.float64(visit.bond)
            skilled += days * visit.skill
            late_visits += days * visit.late
        else:
            skilled += days * p.experience_agency_skill
            late_visits += days * p.experience_agency_late_share
            distinct += w == AGENCY
            office = max(office, w == OFFICE)
    for run in range(BLOCKS * client.carers):
        w = seen_before[run]
        if w >= 0:
            distinct += visits[w].met_by != i
            visits[w].met_by = i
        elif w != NOBODY:
            distinct += w == AGENCY
            office = max(office, w == OFFICE)
    if total > 0.0:
        client.continuity += p.experience_memory * (familiar / total - client.continuity)
        client.skill = skilled / total
    client.late = late_visits
    client.carers_fortnight = distinct + office
    return met


@compiled
def place_of(acquainted, w, seen, runs, provider, workers):
    """Place of a worker among those whom a person knows, or -1: a stranger for whom there is no place.

    A stranger takes the place of somebody who no longer works for the person's provider, else of whoever is known
    least among those who do not come this week: nobody who comes is pushed out.
    """
    known = -1
    for k in range(len(acquainted.familiar)):
        if acquainted.familiar[k] == w:
            known = k
    if known >= 0:
        return known
    weakest, least = -1, np.float32(2.0)
    for k in range(len(acquainted.familiar)):
        who = acquainted.familiar[k]
        strength = acquainted.familiarity[k]
        if who < 0 or workers[who].status != IN_POST or workers[who].provider != provider:
            strength = np.float32(-1.0)
        if strength < least and not comes(who, seen, runs):
            weakest, least = k, strength
    if weakest >= 0:
        acquainted.familiar[weakest] = w
        acquainted.familiarity[weakest] = 0.0
    return weakest


@compiled
def comes(w, seen, runs):
    """Whether a care worker comes this week."""
    found = False
    for run in range(runs):
        found |= w >= 0 and seen[run] == w
    return found


@compiled
def bond_grows(acquainted, place, strangeness):
    """So much of what is missing in the bond with somebody remains; nothing where that somebody has no place."""
    if place >= 0:
        lacks = 1.0 - np.float64(acquainted.familiarity[place])  # rounded once, uncompiled too
        acquainted.familiarity[place] = 1.0 - lacks * strangeness


@compiled
def bonds_fade(acquainted, met, fade):
    """Bonds with those whom the person has not `met` this week fade."""
    for k in range(len(acquainted.familiar)):
        acquainted.familiarity[k] *= np.float32(1.0) if (met >> k) & 1 else fade


@compiled
def experience_of(client, provider, lever, codesigned, p):
    """Experience of care (E12): continuity, reliability, length of visit, skill, fit of the package to the person.

    A visit that is clipped is as long as it is in fact. Fit starts at its resting value, moves with practice and with
    co-design: part of it is in what is specified, the rest comes as far as time can be moved.
    """
    contracted = client.payer == COUNCIL
    movable = p.experience_fit_specified + (1.0 - p.experience_fit_specified) * lever.contract_package_flexibility
    design = codesigned * movable if contracted else p.experience_self_funder_say
    fit = p.experience_fit_start + p.experience_fit_codesign * design + p.experience_fit_practice * provider.practice
    client.package_fit += p.experience_fit_speed * (min(fit, 1.0) - client.package_fit)
    reliability = max(
        0.0, 1.0 - p.experience_late_weight * client.late_share - p.experience_missed_weight * client.missed_share
    )
    length = 1.0 - math.exp(-client.visit_minutes * (1.0 - provider.clipping) / p.experience_length_scale)
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
    if contracted and lever.contract_outcome_measure == FOR_EXPERIENCE:
        effort += p.outcome_experience_effect * provider.effort
    return min(experience / total * effort, 1.0)


@compiled
def hear_from_people(provider, experience, connection, count, p):
    """Experience, connection, independence and reliability, as a provider's people had them, in recent memory.

    `experience` and `connection` are sums over `count` people who receive care.
    """
    if count > 0.0:
        provider.experience += p.experience_memory * (experience / count - provider.experience)
        provider.connection += p.experience_memory * (connection / count - provider.connection)
        rises = 52.0 * provider.need_rises / count
        provider.independence += p.outcome_independence_memory * (1.0 - rises - provider.independence)
    if provider.due > 0.0:
        missing = 1.0 - provider.delivered / max(provider.due, 1.0)
        provider.undelivered += p.experience_memory * (missing - provider.undelivered)
