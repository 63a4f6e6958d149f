"""ODD 7.13 Posts: the staff of each provider, and how many posts it wants filled."""

import numpy as np

from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import IN_POST, ONBOARDING, POOL
from ..market.providers import is_trading
from ..market.state import workers_of
from ..market.workers import skill_of


@process
def staff_are_counted(market, parameters, policy, draws):
    """Per provider: started staff, onboarding, hours that staff can deliver in an average week (E2), and those who are
    due to start soon; zero-hours staff, skill and strain; and how many people are in the pool between jobs."""
    p = parameters[0]
    workers, providers = workers_of(market), market.providers
    here = 1.0 - p.absence_leave_share - p.absence_sick_share
    for k in range(len(market.commissioners)):
        market.commissioners[k].pool = 0.0
    for j in range(len(providers)):
        r = providers[j]
        r.staff = 0.0
        r.onboarding = 0.0
        r.capacity = 0.0
        r.coming = 0.0
        r.zero_staff = 0.0
        r.skill = 0.0
        r.strain = 0.0
    for w in range(len(workers)):
        look_ahead(workers, w)
        r = workers[w]
        if r.status == ONBOARDING:
            provider = providers[r.provider]
            provider.onboarding += 1.0
            if r.weeks_to_start <= p.sourcing_ahead_weeks:
                provider.coming += r.hours_wanted * p.rostering_stretch * here
        elif r.status == IN_POST:
            provider = providers[r.provider]
            provider.staff += 1.0
            provider.capacity += r.hours_wanted * p.rostering_stretch * here
            provider.zero_staff += r.guaranteed == 0.0
            provider.skill += skill_of(r, p)
            provider.strain += r.strain
        elif r.status == POOL:
            market.commissioners[r.council].pool += 1.0
    for j in range(len(providers)):
        r = providers[j]
        if r.staff > 0.0:
            r.skill /= r.staff
            r.strain /= r.staff


@process
def providers_plan_posts(market, parameters, policy, draws):
    """Posts follow the hours a provider wants to deliver, not what it can deliver today (E1: no ratchet).

    Of the hours of council packages in the queue each hopes for its share.
    """
    p = parameters[0]
    providers = market.providers
    councils = len(market.commissioners)
    demand, plans, earning = np.zeros(councils), np.zeros(councils), np.zeros(councils)
    for j in range(len(providers)):
        r = providers[j]
        if is_trading(r):
            demand[r.council] += r.demand
            plans[r.council] += r.plan
            if r.contracted == 1 and r.margin > 0.0:
                earning[r.council] += r.demand
    for j in range(len(providers)):
        r = providers[j]
        r.posts = 0.0
        if not is_trading(r):
            continue
        c = r.council
        council = market.commissioners[c]
        fullest = min(p.posts_plan_stretch, p.posts_plan_room * demand[c] / max(plans[c], 1.0))
        if r.last_resort == 1:
            hours = policy[c].provision_last_resort_hours
            needed = max(r.committed + market.commissioners[c].waiting_hours, p.provision_ready_share * hours)
            r.posts = p.posts_cover * min(needed, hours) / market.commissioners[c].hours_a_post
            continue
        wanted = p.posts_cover * r.demand
        plan = max(r.plan, 1.0)
        if r.demand < p.posts_spare_line * plan:
            wanted += p.posts_spare_hours
        if r.contracted == 1 and r.margin > 0.0:
            hoped_for = r.demand / max(earning[c], 1.0) * council.waiting_hours
            wanted += min(p.posts_largest_growth * r.demand, hoped_for)
        if r.margin > p.posts_margin_line:
            young = r.age < p.posts_young_weeks
            reach = p.posts_growth_share * r.demand + (p.posts_young_hours if young else p.posts_growth_hours)
            wanted += min(max(p.posts_plan_fill * plan * fullest - r.demand, 0.0), reach)
        r.posts = wanted / council.hours_a_post
        if r.age > p.posts_young_weeks:
            r.plan += p.posts_plan_drift * (r.demand / p.posts_plan_fill - r.plan)
