"""ODD 7.6 Leaving: managers come and go, care workers leave, contracts convert."""

import numpy as np

from ..kernels import workforce

LEAVING = ("leavers", "leavers_zero", "weeks_in_post", "weeks_zero", "expected_leavers")


def managers_come_and_go(market, parameters, policy, draws):
    """A registered manager leaves with the chance of a year (M13); the post stays empty for months."""
    p = parameters
    providers = market.providers
    away = providers.manager_away
    providers.manager_away = np.maximum(away - 1, 0)
    leaves = draws.uniform("managers_come_and_go", providers.number) < p.leaving_manager_rate / 52.0
    leaves &= (away == 0) & (providers.open == 1)
    if leaves.any():
        providers.manager_away[leaves] = round(p.leaving_manager_weeks)
        quality = draws.uniform("managers_come_and_go", providers.number[leaves], 1)
        providers.manager_quality[leaves] = quality


def carers_leave(market, parameters, policy, draws):
    """Care workers leave with the chance that pay, hours, tenure, age, distance, training, values, manager, the
    provider's growth, voice and strain give them (E4); most go to the pool of people between jobs."""
    p = parameters
    providers = market.providers
    commissioner = market.commissioners.rows[0]
    providers.leavers = 0.0
    growth = p.posts_slow_memory * 52.0 * (providers.demand / np.maximum(providers.demand_slow, 1.0) - 1.0)
    tallies = np.zeros(5)
    workforce.carers_leave(
        market.workers.rows,
        providers.rows,
        growth,
        commissioner["leaving_intercept"],
        commissioner["volatility_reference"],
        market.prices["outside_pay"] * policy.shocks_outside_pay,
        parameters.row,
        draws.key("carers_leave"),
        tallies,
    )
    for name, value in zip(LEAVING, tallies, strict=True):
        market.counts[name] += value
    market.counts["leavers_in_post"] += tallies[0]
    cap = np.where(providers.contracted == 1, policy.employment_zero_hours_cap, 1.0)
    zero_now = providers.zero_staff / np.maximum(providers.staff, 1.0)
    workforce.contracts_convert(
        market.workers.rows,
        np.ascontiguousarray(providers.guaranteed_share),
        cap,
        zero_now,
        parameters.row,
        draws.key("contracts_convert"),
    )
