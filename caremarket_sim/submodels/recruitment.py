"""ODD 7.7 Recruitment: posts, applicants, hires, induction, training."""

import numpy as np

from ..arithmetic import total
from ..entities import CareWorkers
from ..kernels import agencies, staff, workforce

NUMBERS_A_WEEK = 10_000


def candidate_numbers(week: int, count: int) -> np.ndarray:
    """Permanent numbers of a week's potential care workers; the same in every scenario."""
    return (week + 1_000_000) * NUMBERS_A_WEEK + np.arange(count, dtype=np.int64)


def providers_recruit(market, parameters, policy, draws):
    """Each open vacancy is filled with a weekly chance that rises with searchers, pay and guarantees (E3, M2, M3).

    Searchers are the pool between jobs plus people outside care, who respond to pay here against pay outside. The
    week's candidates from outside are made from place and date alone; a hire takes one of them or one from the pool.
    """
    p = parameters
    providers, workers = market.providers, market.workers
    pool = staff.summarise_staff(workers.rows, providers.rows, p.row)
    commissioner = market.commissioners.rows[0]
    agencies.want_posts(providers.rows, p.row, commissioner["waiting_hours"], commissioner["hours_a_post"])
    outside, reference = (
        p.recruitment_outside_searchers * market.scale,
        p.recruitment_reference_searchers * market.scale,
    )
    key = draws.key("providers_recruit")
    vacancies, chance, guaranteed, order, pool_share = agencies.advertise(
        providers.rows,
        p.row,
        (pool, outside, reference),
        market.prices["outside_pay"] * policy.shocks_outside_pay,
        policy.shocks_labour_supply,
        key,
    )
    rows = np.zeros(market.candidates, CareWorkers.dtype())
    numbers = candidate_numbers(market.week, market.candidates)
    workforce.born_workers(rows, numbers, market.zones["residents"], parameters.row, draws.fixed("born_worker"))
    taken = workforce.hire(
        workers.rows,
        providers.rows,
        rows,
        market.zones,
        vacancies,
        chance,
        pool_share,
        order,
        guaranteed,
        p.row,
        key,
    )
    workers.extend(rows[:taken])
    market.counts["hires"] += providers.hires.sum()


def recruits_start(market, parameters, policy, draws):
    """Checks and induction end, and new care workers make their first visits (C73)."""
    started, reached = workforce.recruits_start(market.workers.rows)
    market.counts["started"] += started
    market.counts["reached_a_year"] += reached
    slot = market.week % 52
    market.counts["started_a_year_ago"] += market.starts[slot]
    market.starts[slot] = started


def carers_train(market, parameters, policy, draws):
    """Training is remembered over a year, and with enough of it people qualify."""
    workforce.train(market.workers.rows, market.providers.rows, parameters.row, draws.key("carers_train"))
    market.counts["training_days"] += total(market.providers.training_days * market.providers.staff) / 52.0


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
