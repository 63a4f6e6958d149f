"""Loops over providers: posts and contracts they offer, how their care and trust go, who gives up, their record."""

import math

import numpy as np

from . import compiled
from .hashing import normal_quantile, uniform

UNRATED, GOOD = 0, 3
IN_HOUSE = 4


@compiled
def set_pay(providers, parameters, levers, week, living_wage, real_living_wage, growth, pot):
    """Pay of new care workers (E6), £ an hour, and the training they will have.

    April: last year's pay grown by a share of fee growth, or the legal minimum plus part of last April's premium; then
    a step towards what the margin affords. Quarterly: a step up where vacancies press and the margin allows. Never
    below the legal minimum, the contract's where the council contracts, with the citizens' `pot` on top of it.
    """
    p, lever = parameters[0], levers[0]
    kind = lever.employment_wage_floor_kind
    agreed = real_living_wage if kind == 1.0 else lever.employment_wage_floor_amount
    for j in range(len(providers)):
        r = providers[j]
        pay = r.pay
        if week % 52 == 0:
            pay = max(pay * (1.0 + r.pass_through * growth), living_wage + p.pay_premium_kept * r.premium)
            room = p.pay_margin_response * (r.margin - r.margin_target)
            pay *= 1.0 + min(max(room, -p.pay_largest_cut), p.pay_largest_rise)
        if week % 13 == 0:
            vacancy = 1.0 - (r.staff + r.onboarding) / max(r.posts, 1.0)
            if vacancy > p.pay_vacancy_line and r.margin > p.pay_margin_line * r.margin_target:
                pay *= 1.0 + p.pay_vacancy_step
        floor = max(living_wage, agreed) if kind > 0.0 and r.contracted == 1 else living_wage
        if r.contracted == 1:
            floor += max(pot, 0.0)
        r.pay = max(pay, floor)
        if week % 52 == 0:
            r.premium = max(r.pay - living_wage, 0.0)
        r.training_days = lever.employment_training_days if r.contracted == 1 else p.training_private_days


@compiled
def offer_contracts(providers, parameters, levers, intercept):
    """Share of posts offered with guaranteed hours (E5, M39): certain volume, planned payment, term, mission."""
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
def total(values):
    """Sum of a few values, one after the other: the same on every processor, whatever it adds at once."""
    found = 0.0
    for value in values:
        found += value
    return found


@compiled
def middle(values):
    """Median of a few values, nan of none."""
    count = len(values)
    if count == 0:
        return np.nan
    upper = count // 2
    ordered = np.partition(values, upper)
    lower = ordered[upper] if count % 2 else ordered[:upper].max()
    return (ordered[upper] + lower) / 2.0


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


@compiled
def remember_demand(providers, parameters):
    """Demand, quick and slow, follows the hours that each provider holds."""
    p = parameters[0]
    for j in range(len(providers)):
        r = providers[j]
        if r.open == 1:
            r.demand += p.posts_demand_memory * (r.committed - r.demand)
            r.demand_slow += p.posts_slow_memory * (r.committed - r.demand_slow)


@compiled
def growth_of(providers, parameters):
    """Each provider's growth of demand a year."""
    p = parameters[0]
    growth = np.empty(len(providers))
    for j in range(len(providers)):
        r = providers[j]
        growth[j] = p.posts_slow_memory * 52.0 * (r.demand / max(r.demand_slow, 1.0) - 1.0)
    return growth


@compiled
def managers_come_and_go(providers, parameters, key):
    """A registered manager leaves with the chance of a year (M13); the post stays empty for months."""
    p = parameters[0]
    for j in range(len(providers)):
        r = providers[j]
        if r.manager_away > 0:
            r.manager_away -= 1
        elif r.open == 1 and uniform(key, r.number, 0) < p.leaving_manager_rate / 52.0:
            r.manager_away = round(p.leaving_manager_weeks)
            r.manager_quality = uniform(key, r.number, 1)


@compiled
def want_posts(providers, parameters, waiting, hours_a_post):
    """Posts follow the hours a provider wants to deliver, not what it can deliver today (E1: no ratchet).

    `waiting` are the hours of council packages in the queue, of which each hopes for its share.
    """
    p = parameters[0]
    demand = 0.0
    plans = 0.0
    earning = 0.0
    for j in range(len(providers)):
        r = providers[j]
        if r.open == 1 and r.closing == 0:
            demand += r.demand
            plans += r.plan
            if r.contracted == 1 and r.margin > 0.0:
                earning += r.demand
    fullest = min(p.posts_plan_stretch, p.posts_plan_room * demand / max(plans, 1.0))
    for j in range(len(providers)):
        r = providers[j]
        r.posts = 0.0
        if r.open == 0 or r.closing > 0:
            continue
        wanted = p.posts_cover * r.demand
        plan = max(r.plan, 1.0)
        if r.demand < p.posts_spare_line * plan:
            wanted += p.posts_spare_hours
        if r.contracted == 1 and r.margin > 0.0:
            wanted += min(p.posts_largest_growth * r.demand, r.demand / max(earning, 1.0) * waiting)
        if r.margin > p.posts_margin_line:
            young = r.age < p.posts_young_weeks
            reach = p.posts_growth_share * r.demand + (p.posts_young_hours if young else p.posts_growth_hours)
            wanted += min(max(p.posts_plan_fill * plan * fullest - r.demand, 0.0), reach)
        r.posts = wanted / hours_a_post
        if r.age > p.posts_young_weeks:
            r.plan += p.posts_plan_drift * (r.demand / p.posts_plan_fill - r.plan)


@compiled
def advertise(providers, parameters, searchers, outside_pay, supply, key):
    """Vacancies of each provider, the weekly chance that one is filled, of a guarantee from the start, and whose turn
    it is (E3).

    `searchers` are the pool, those outside at outside pay and neutral supply, and the number at which the filling rate
    was measured; `supply` is the shock to labour supply. Returns (vacancies, chance, guaranteed, order, share of
    searchers who are in the pool).
    """
    p = parameters[0]
    pool, outside, reference = searchers
    count = len(providers)
    staffed = 0.0
    pay = 0.0
    for j in range(count):
        r = providers[j]
        staffed += r.staff + r.onboarding
        pay += r.pay * (r.staff + r.onboarding)
    mean_pay = pay / staffed if staffed > 0.0 else outside_pay
    searching = pool + outside * (mean_pay / outside_pay) ** p.recruitment_supply_elasticity * supply
    rate = p.recruitment_filling_rate * (searching / reference) ** p.recruitment_searcher_exponent
    penalty = p.contract_starter_penalty
    vacancies = np.zeros(count)
    chance = np.zeros(count)
    guaranteed = np.zeros(count)
    turn = np.full(count, 2.0)
    hiring = 0
    for j in range(count):
        r = providers[j]
        r.hires = 0.0
        vacancies[j] = max(np.rint(r.posts - r.staff - r.onboarding), 0.0)
        if vacancies[j] == 0.0:
            continue
        hiring += 1
        turn[j] = uniform(key, r.number, 1)
        attraction = (
            rate
            * (r.pay / mean_pay) ** p.recruitment_firm_pay_elasticity
            * math.exp(
                p.recruitment_guarantee_effect * (r.guaranteed_share - 0.5)
                + p.recruitment_reputation_effect * (r.quality - 0.5)
            )
        )
        chance[j] = 1.0 - math.exp(-attraction)
        guaranteed[j] = min(max((r.guaranteed_share - penalty) / (1.0 - penalty), 0.0), 1.0)
    return vacancies, chance, guaranteed, np.argsort(turn)[:hiring], pool / searching


@compiled
def trust_moves(providers, parameters, levers, reach, codesigned, key):
    """Trust drifts to what the relationship is, faster down than up (E11, M45); events cut it, at most one a month."""
    p, lever = parameters[0], levers[0]
    forum = min(lever.stewardship_forum_per_year / p.trust_forums, 1.0)
    ignored = codesigned > 0.0 and lever.stewardship_citizens_share == 0.0
    everybody = (
        p.trust_base
        + p.trust_stewardship_effect * reach
        + p.trust_forum_effect * forum
        + p.trust_codesign_effect * codesigned
        - p.trust_monitoring_strain * lever.stewardship_monitoring * (1.0 - reach)
        - p.trust_panel_ignored_loss * ignored
    )
    checks = lever.stewardship_monitoring * 12.0 / 52.0
    for j in range(len(providers)):
        r = providers[j]
        fair = min(max(r.rate / max(r.open_cost, 1.0) - 1.0, -p.trust_fee_limit), p.trust_fair_limit)
        lacking = max(r.undelivered - p.trust_undelivered_line, 0.0)
        aim = min(max(everybody + fair - p.trust_undelivered_effect * lacking, 0.0), 1.0)
        r.trust += (p.trust_rise if aim > r.trust else p.trust_fall) * (aim - r.trust)
        r.hurt += 1.0
        if r.contracted == 0 or r.open == 0 or r.hurt < p.trust_event_spacing:
            continue
        found = r.undelivered > p.trust_shortfall_line and uniform(key, r.number, 0) < checks
        if found or uniform(key, r.number, 1) < p.trust_decline_effect * r.declined:
            r.trust *= p.trust_event_loss
            r.hurt = 0.0


@compiled
def inspected(providers, parameters, key):
    """Rows of the providers that the regulator inspects this week, sooner the worse they were found."""
    p = parameters[0]
    chosen = np.empty(len(providers), np.int64)
    n = 0
    for j in range(len(providers)):
        r = providers[j]
        if r.open == 0 or r.delivered == 0.0 or r.age <= p.regulator_first_weeks:
            continue
        worse = r.rating != UNRATED and r.rating < GOOD
        rate = p.regulator_reinspection_rate if worse else p.regulator_inspection_rate
        if uniform(key, r.number, 0) < rate / 52.0:
            chosen[n] = j
            n += 1
    return chosen[:n]


@compiled
def handing_back(providers, parameters, key):
    """Which contracted providers give notice on packages this week: after months below cost, not too often."""
    p = parameters[0]
    chosen = np.zeros(len(providers), np.bool_)
    for j in range(len(providers)):
        r = providers[j]
        below = r.margin < p.exit_margin_line and r.open == 1 and r.contracted == 1
        r.weeks_below = r.weeks_below + 1.0 if below else 0.0
        r.handing_back += 1.0
        if r.weeks_below < p.exit_hand_back_weeks or r.handing_back <= p.exit_hand_back_spacing or r.closing > 0:
            continue
        chosen[j] = uniform(key, r.number, 0) < p.exit_hand_back_rate
    return chosen


@compiled
def giving_up(providers, parameters, key):
    """Who decides this week to close: an owner retires, cash has run out for long, or there is too little work."""
    p = parameters[0]
    closes = np.zeros(len(providers), np.bool_)
    for j in range(len(providers)):
        r = providers[j]
        trading = r.open == 1 and r.closing == 0
        broke = r.cash < 0 and r.margin < p.exit_margin_line and trading
        r.weeks_insolvent = r.weeks_insolvent + 1.0 if broke else 0.0
        if not trading:
            continue
        hazard = 0.0
        if r.ownership != IN_HOUSE:
            rate = p.exit_contracted_rate if r.contracted == 1 else p.exit_private_rate
            hazard += rate / 52.0 * (1.0 - p.exit_quality_effect * (r.quality - 0.5))
        if r.weeks_insolvent >= p.exit_insolvent_weeks:
            hazard += p.exit_insolvent_rate
        if r.demand < p.exit_tiny_hours and r.age > p.exit_tiny_grace:
            hazard += p.exit_tiny_rate
        closes[j] = uniform(key, r.number, 0) < hazard
    return closes


@compiled
def state_of_trade(providers):
    """What a firm that might come sees: the median margin of those that deliver, and the mean demand of those open."""
    margins = np.empty(len(providers))
    delivering = 0
    trading = 0
    demand = 0.0
    for j in range(len(providers)):
        r = providers[j]
        if r.open == 0:
            continue
        trading += 1
        demand += r.demand
        if r.delivered > 0.0:
            margins[delivering] = r.margin
            delivering += 1
    margin = middle(margins[:delivering]) if delivering > 0 else 0.0
    return margin, demand / max(trading, 1)


@compiled
def entering(first, candidates, chance, coop_chance, key):
    """Permanent numbers of the firms that open this week, of so many candidates with numbers from `first` on, and which
    of them come as co-operatives."""
    numbers = np.empty(candidates, np.int64)
    as_coop = np.empty(candidates, np.bool_)
    n = 0
    for number in range(first, first + candidates):
        coop = uniform(key, number, 1) < coop_chance
        if coop or uniform(key, number, 0) < chance:
            numbers[n] = number
            as_coop[n] = coop
            n += 1
    return numbers[:n], as_coop[:n]


@compiled
def joining(providers, parameters, price, invites, key):
    """Which private agencies of some size join the council's open list this week, if the price covers cost."""
    p = parameters[0]
    hours = 0.0
    contracted = 0
    for j in range(len(providers)):
        if providers[j].contracted == 1:
            hours += providers[j].council_hours
            contracted += 1
    size = hours / max(contracted, 1)
    chance = p.entry_join_rate / 52.0 * size / p.entry_join_reference_hours * invites
    chosen = np.zeros(len(providers), np.bool_)
    for j in range(len(providers)):
        r = providers[j]
        if r.open == 0 or r.contracted == 1 or r.demand <= p.entry_join_hours:
            continue
        chosen[j] = r.cost_fixed + r.cost_travel + r.overhead_hour < price and uniform(key, r.number, 0) < chance
    return chosen


@compiled
def steer(commissioners, providers, parameters, levers, hand_backs, key):
    """What the council sees, late and with noise, and the uplift that it makes of it (E14)."""
    p, lever, council = parameters[0], levers[0], commissioners[0]
    contracted = 0.0
    for j in range(len(providers)):
        contracted += providers[j].contracted == 1 and providers[j].open == 1
    capacity = lever.stewardship_capacity_fte / (p.stewardship_fte_per_provider * max(contracted, 1.0))
    council.reach = 1.0 - math.exp(-capacity)
    lag = p.stewardship_slow_lag + (p.stewardship_fast_lag - p.stewardship_slow_lag) * council.reach
    noise = p.stewardship_noise * (1.0 - council.reach)
    receiving = max(council.receiving_council, 1.0)
    waiting = council.waiting_council / receiving + noise * normal_quantile(uniform(key, 0, 0))
    handed = hand_backs / receiving * 52.0 + noise * normal_quantile(uniform(key, 1, 0))
    over = council.spend / max(council.budget, 1.0) - 1.0
    council.waiting_seen += (waiting - council.waiting_seen) / lag
    council.hand_backs_seen += (handed - council.hand_backs_seen) / (p.stewardship_hand_back_lag * lag)
    council.overspend_seen += (over - council.overspend_seen) / (p.stewardship_overspend_lag * lag)
    uplift = (
        p.stewardship_waiting_response * (council.waiting_seen - p.stewardship_waiting_line)
        + p.stewardship_hand_back_response * (council.hand_backs_seen - p.stewardship_hand_back_line)
        - p.stewardship_overspend_response * max(council.overspend_seen, 0.0)
    )
    council.uplift_cap = min(max(uplift, -p.stewardship_largest_steer), p.stewardship_largest_steer)
