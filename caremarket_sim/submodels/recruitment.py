"""ODD 7.7 Recruitment: posts, applicants, hires, induction, training."""

import numpy as np

from ..arithmetic import within
from ..entities import COUNCIL, POOL, WAITING, CareWorkers
from ..kernels import staff, workforce

NUMBERS_A_WEEK = 10_000


def candidate_numbers(week: int, count: int) -> np.ndarray:
    """Permanent numbers of a week's potential care workers; the same in every scenario."""
    return (week + 1_000_000) * NUMBERS_A_WEEK + np.arange(count, dtype=np.int64)


def posts_wanted(market, parameters):
    """Posts follow the hours a provider wants to deliver, not what it can deliver today (E1: no ratchet)."""
    p = parameters
    providers, clients = market.providers, market.clients
    open_now = (providers.open == 1) & (providers.closing == 0)
    demand = providers.demand * open_now
    plan = np.maximum(providers.plan, 1.0)
    load = demand.sum() / max(float(providers.plan @ open_now), 1.0)
    queue = (clients.status == WAITING) & (clients.payer == COUNCIL)
    waiting = float(clients.hours[queue].sum())
    earning = open_now & (providers.contracted == 1) & (providers.margin > 0.0)
    weight = demand * earning
    share = weight / max(weight.sum(), 1.0)
    unmet = np.minimum(p.posts_largest_growth * demand, share * waiting)
    young = providers.age < p.posts_young_weeks
    reach = p.posts_growth_share * demand + np.where(young, p.posts_young_hours, p.posts_growth_hours)
    target = p.posts_plan_fill * plan * min(p.posts_plan_stretch, p.posts_plan_room * load)
    fill = within(target - demand, 0.0, reach) * (providers.margin > p.posts_margin_line)
    spare = p.posts_spare_hours * (demand < p.posts_spare_line * plan)
    wanted = (p.posts_cover * demand + spare + unmet + fill) * open_now
    providers.posts = wanted / market.commissioners.rows[0]["hours_a_post"]
    grown = (providers.age > p.posts_young_weeks) & open_now
    providers.plan += p.posts_plan_drift * (providers.demand / p.posts_plan_fill - providers.plan) * grown


def providers_recruit(market, parameters, policy, draws):
    """Each open vacancy is filled with a weekly chance that rises with searchers, pay and guarantees (E3, M2, M3).

    Searchers are the pool between jobs plus people outside care, who respond to pay here against pay outside. The
    week's candidates from outside are made from place and date alone; a hire takes one of them or one from the pool.
    """
    p = parameters
    providers, workers = market.providers, market.workers
    staff.summarise_staff(workers.rows, providers.rows, parameters.row)
    posts_wanted(market, parameters)
    providers.hires[:] = 0.0
    vacancies = np.maximum(np.rint(providers.posts - providers.staff - providers.onboarding), 0.0)
    staffed = providers.staff + providers.onboarding
    outside_pay = market.prices["outside_pay"] * policy.shocks_outside_pay
    employed = float(staffed.sum())
    mean_pay = float((providers.pay * staffed).sum() / employed) if employed > 0.0 else outside_pay
    pool = float(np.count_nonzero(workers.status == POOL))
    scale = market.scale
    outside = (
        p.recruitment_outside_searchers
        * scale
        * (mean_pay / outside_pay) ** p.recruitment_supply_elasticity
        * policy.shocks_labour_supply
    )
    searchers = pool + outside
    reference = p.recruitment_reference_searchers * scale
    attraction = (
        p.recruitment_filling_rate
        * (searchers / reference) ** p.recruitment_searcher_exponent
        * (providers.pay / mean_pay) ** p.recruitment_firm_pay_elasticity
        * np.exp(
            p.recruitment_guarantee_effect * (providers.guaranteed_share - 0.5)
            + p.recruitment_reputation_effect * (providers.quality - 0.5)
        )
    )
    chance = 1.0 - np.exp(-attraction)
    waiting = np.flatnonzero(vacancies > 0.0)
    order = waiting[np.argsort(draws.uniform("providers_recruit", providers.number[waiting], 1), kind="stable")]
    candidates = CareWorkers(capacity=market.candidates)
    rows = candidates.add(market.candidates)
    numbers = candidate_numbers(market.week, market.candidates)
    workforce.born_workers(rows, numbers, market.zones["residents"], parameters.row, draws.fixed("born_worker"))
    penalty = p.contract_starter_penalty
    starter = within((providers.guaranteed_share - penalty) / (1.0 - penalty), 0.0, 1.0)
    taken_by = np.full(market.candidates, -1, np.int64)
    workforce.hire(
        workers.rows,
        providers.rows,
        rows,
        market.zones,
        vacancies,
        chance,
        pool / searchers,
        order,
        starter,
        parameters.row,
        draws.key("providers_recruit"),
        taken_by,
    )
    hired = rows[taken_by >= 0]
    if len(hired):
        workers.add(len(hired))[:] = hired
    market.counts["hires"] += providers.hires.sum()


def recruits_start(market, parameters, policy, draws):
    """Checks and induction end, and new care workers make their first visits (C73)."""
    started = workforce.recruits_start(market.workers.rows)
    market.counts["started"] += started
    tenure = market.workers.tenure
    market.counts["reached_a_year"] += np.count_nonzero((tenure == 52.0) & (market.workers.status == 2))
    slot = market.week % 52
    market.counts["started_a_year_ago"] += market.starts[slot]
    market.starts[slot] = started


def carers_train(market, parameters, policy, draws):
    """Training is remembered over a year, and with enough of it people qualify."""
    workforce.train(market.workers.rows, market.providers.rows, parameters.row, draws.key("carers_train"))
    market.counts["training_days"] += float(market.providers.training_days @ market.providers.staff) / 52.0


def carers_take_leave_and_fall_sick(market, parameters, policy, draws):
    """Annual leave takes a tenth of all time, sickness two weeks in a hundred, and a shock of absence more."""
    workforce.take_leave(
        market.workers.rows,
        parameters.row,
        policy.shocks_absence,
        market.week + 10_000,
        draws.fixed("annual_leave"),
        draws.key("carers_take_leave_and_fall_sick"),
    )
