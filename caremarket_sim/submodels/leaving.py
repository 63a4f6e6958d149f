"""ODD 7.6 Leaving: managers come and go, care workers leave, contracts convert."""

from ..kernels import agencies, workforce


def managers_come_and_go(market, parameters, policy, draws):
    """A registered manager leaves with the chance of a year (M13); the post stays empty for months."""
    agencies.managers_come_and_go(market.providers.rows, parameters.row, draws.key("managers_come_and_go"))


def carers_leave(market, parameters, policy, draws):
    """Care workers leave with the chance that pay, hours, tenure, age, distance, training, values, manager, the
    provider's growth, voice and strain give them (E4); most go to the pool of people between jobs."""
    providers = market.providers
    commissioner = market.commissioners.rows[0]
    in_post, in_post_zero, expected, leavers, leavers_zero = workforce.carers_leave(
        market.workers.rows,
        market.workers.year,
        providers.rows,
        agencies.growth_of(providers.rows, parameters.row),
        commissioner["leaving_intercept"],
        commissioner["volatility_reference"],
        market.prices["outside_pay"] * policy.shocks_outside_pay,
        parameters.row,
        draws.key("carers_leave"),
    )
    counts = market.counts
    counts["weeks_in_post"] += in_post
    counts["weeks_zero"] += in_post_zero
    counts["expected_leavers"] += expected
    counts["leavers"] += leavers
    counts["leavers_in_post"] += leavers
    counts["leavers_zero"] += leavers_zero
    workforce.contracts_convert(
        market.workers.rows,
        providers.rows,
        policy.employment_zero_hours_cap,
        parameters.row,
        draws.key("contracts_convert"),
    )
