"""ODD 7.5 Pay and contract offers."""

from ..kernels import agencies


def providers_set_pay_and_contracts(market, parameters, policy, draws):
    """Each April, each quarter and each year-end providers set pay (E6); every week they say which contracts to offer.

    April: at least the legal floor, and the contract's where the council contracts; last year's pay grown by a share of
    fee growth; the National Living Wage plus part of last April's premium. Quarterly: a step up where vacancies press
    and the margin allows. Yearly: a step towards what the margin affords. Pay is never cut below the floor.
    """
    council = market.commissioners.rows[0]
    agencies.set_pay(
        market.providers.rows,
        parameters.row,
        policy.row,
        market.week,
        market.prices["national_living_wage"],
        market.prices["real_living_wage"],
        market.prices["fee_growth"],
        council["pot_wages"],
    )
    agencies.offer_contracts(market.providers.rows, parameters.row, policy.row, council["contract_intercept"])
