"""Loops over providers: the pay and contracts they offer, how their care goes, and the record of them."""

import math

import numpy as np

from . import compiled

UNRATED, GOOD = 0, 3


@compiled
def offer_contracts(providers, parameters, levers, intercept):
    """Share of posts offered with guaranteed hours (E5, M39): certain volume, planned payment, term, mission, size."""
    p, lever = parameters[0], levers[0]
    for j in range(len(providers)):
        r = providers[j]
        council = min(max(r.council_hours / max(r.committed, 1.0), 0.0), 1.0) * r.contracted
        logit = (
            intercept
            + p.contract_volume_effect * lever.contract_guaranteed_volume * council
            + p.contract_planned_effect * lever.contract_payment_basis * council
            + p.contract_retainer_effect * lever.contract_retainer_weeks * council
            + p.contract_term_effect * (lever.contract_term_years - p.contract_term_reference) * council
            + p.contract_mission_effect * (r.mission - 0.5)
        )
        cap = lever.employment_zero_hours_cap if r.contracted == 1 else 1.0
        r.guaranteed_share = max(1.0 - cap, 1.0 / (1.0 + math.exp(-logit)))


@compiled
def hear_from_people(providers, sums, parameters):
    """Experience, connection, independence and reliability, as each provider's people had them, in recent memory.

    `sums` has per provider experience, connection, people receiving care, late visits.
    """
    p = parameters[0]
    for j in range(len(providers)):
        r = providers[j]
        people = max(sums[j, 2], 1.0)
        r.late_visits = sums[j, 3]
        if sums[j, 2] > 0.0:
            r.experience += p.experience_memory * (sums[j, 0] / people - r.experience)
            r.connection += p.experience_memory * (sums[j, 1] / people - r.connection)
            r.independence += p.outcome_independence_memory * (1.0 - 52.0 * r.need_rises / people - r.independence)
        if r.due > 0.0:
            r.undelivered += p.experience_memory * (1.0 - r.delivered / max(r.due, 1.0) - r.undelivered)


@compiled
def quality_drifts(providers, parameters):
    """Latent quality follows staff, manager, reliability, practice, mission and strain, slowly (M13, M19)."""
    p = parameters[0]
    for j in range(len(providers)):
        r = providers[j]
        if r.staff == 0.0:
            continue
        aim = (
            p.quality_resting_level
            + p.quality_skill_effect * (r.skill - p.quality_skill_reference)
            - p.quality_newcomer_effect * (r.newcomers - p.quality_newcomer_reference)
            + p.quality_manager_effect * (r.manager_quality - 0.5)
            - p.quality_no_manager_effect * (r.manager_away > 0)
            - p.quality_undelivered_effect * r.undelivered
            + p.quality_mission_effect * (r.mission - 0.5)
            + p.quality_practice_effect * r.practice
            - p.quality_strain_effect * r.strain
        )
        r.quality += p.quality_speed * (min(max(aim, 0.0), 1.0) - r.quality)


@compiled
def middle(values):
    """Median of a few values, nan of none."""
    count = len(values)
    if count == 0:
        return np.nan
    ordered = np.sort(values)
    return (ordered[count // 2] + ordered[(count - 1) // 2]) / 2.0


@compiled
def record_providers(providers, record):
    """Numbers, sizes, margins, trust and ratings of providers; contracted ones weigh by the council's hours."""
    out = record[0]
    council = np.empty(len(providers))
    private = np.empty(len(providers))
    n_council = 0
    n_private = 0
    hours = 0.0
    weight = 0.0
    for j in range(len(providers)):
        r = providers[j]
        hours += r.delivered
        out.agency += r.agency
        out.office += r.office
        out.quality_latent += r.delivered * r.quality
        if r.open == 0:
            continue
        out.posts += r.posts
        out.staff += r.staff
        out.onboarding += r.onboarding
        out.rated += r.rating != UNRATED
        out.rated_good += r.rating >= GOOD
        if r.contracted == 1:
            council[n_council] = r.margin
            n_council += 1
            weight += r.council_hours
            out.trust += r.council_hours * r.trust
            out.practice += r.council_hours * r.practice
            out.fee += r.council_hours * r.rate
            out.promised += r.council_hours * r.promised
            out.realised += r.council_hours * r.realised
        else:
            private[n_private] = r.margin
            n_private += 1
    for j in range(len(providers)):
        share = providers[j].delivered / max(hours, 1.0)
        out.largest_share = max(out.largest_share, share)
        out.concentration += share * share
    weight = max(weight, 1e-9)  # whoever holds no contract divides by nothing
    out.trust /= weight
    out.practice /= weight
    out.fee /= weight
    out.promised /= weight
    out.realised /= weight
    out.quality_latent /= max(hours, 1.0)
    out.contracted_open = n_council
    out.private_open = n_private
    out.median_margin = middle(council[:n_council])
    out.private_margin = middle(private[:n_private])
