"""ODD 7.5 Pay and contract offers."""

import numpy as np

from ..arithmetic import within
from ..kernels import agencies


def providers_set_pay_and_contracts(market, parameters, policy, draws):
    """Each April, each quarter and each year-end providers set pay (E6); every week they say which contracts to offer.

    April: at least the legal floor, and the contract's where the council contracts; last year's pay grown by a share of
    fee growth; the National Living Wage plus part of last April's premium. Quarterly: a step up where vacancies press
    and the margin allows. Yearly: a step towards what the margin affords. Pay is never cut below the floor.
    """
    p, lever = parameters, policy
    providers = market.providers
    pay = providers.pay.copy()
    contracted = providers.contracted == 1
    living_wage = market.prices["national_living_wage"]
    floor = np.full(len(providers), living_wage)
    kind = lever.employment_wage_floor_kind
    agreed = market.prices["real_living_wage"] if kind == 1.0 else lever.employment_wage_floor_amount
    if kind > 0.0:
        floor[contracted] = np.maximum(floor[contracted], agreed)
    if market.week % 52 == 0:
        growth = market.prices["fee_growth"]
        held = living_wage + p.pay_premium_kept * providers.premium
        pay = np.maximum(pay * (1.0 + providers.pass_through * growth), held)
        room = within(
            p.pay_margin_response * (providers.margin - providers.margin_target), -p.pay_largest_cut, p.pay_largest_rise
        )
        pay *= 1.0 + room
    if market.week % 13 == 0:
        vacancy = 1.0 - (providers.staff + providers.onboarding) / np.maximum(providers.posts, 1.0)
        press = (vacancy > p.pay_vacancy_line) & (providers.margin > p.pay_margin_line * providers.margin_target)
        pay *= 1.0 + p.pay_vacancy_step * press
    pot = market.commissioners.rows[0]["pot_wages"]
    providers.pay = np.maximum(np.maximum(pay, floor), floor + pot * contracted * (pot > 0.0))
    if market.week % 52 == 0:
        providers.premium = np.maximum(providers.pay - living_wage, 0.0)
    agencies.offer_contracts(providers.rows, p.row, policy.row, market.commissioners.rows[0]["contract_intercept"])
    days = np.where(contracted, lever.employment_training_days, p.training_private_days)
    providers.training_days = days
