"""ODD 7.9 Pay: what providers pay a new care worker for an hour.

Whoever is in post gets the same, with a premium for experience, in the week's pay (`wages.py`). On which days the
national minimum changes: `clock.py`.
"""

from ..compiled.process import process
from ..market.motive import cares, margin_aimed_at
from ..market.state import week_of
from ..market.terms import wage_floor


@process
def providers_set_pay(market, parameters, policy, draws):
    """Pay of new care workers (E6), £ an hour, and the training they will have:
    as much as is asked for, more or less by the owner's care for the work.

    April: last year's pay grown by a share of fee growth, or the legal minimum plus part of last April's premium; then
    a step towards what the margin affords. Quarterly: a step up where vacancies press and the margin allows. Never
    below the legal minimum, the contract's where the council contracts, with the citizens' pot on top of it.
    """
    p = parameters[0]
    week, prices = week_of(market), market.prices[0]
    legal_minimum = prices.legal_minimum
    for j in range(len(market.providers)):
        r = market.providers[j]
        lever, council = policy[r.council], market.commissioners[r.council]
        pay = r.pay
        target = margin_aimed_at(r, p.motive_keeping_slope, p)
        if week % 52 == 0:
            pay = max(pay * (1.0 + r.pass_through * council.fee_growth), legal_minimum + p.pay_premium_kept * r.premium)
            room = p.pay_margin_response * (r.margin - target)
            pay *= 1.0 + min(max(room, -p.pay_largest_cut), p.pay_largest_rise)
        if week % 13 == 0:
            vacancy = 1.0 - (r.staff + r.onboarding) / max(r.posts, 1.0)
            if vacancy > p.pay_vacancy_line and r.margin > p.pay_margin_line * target:
                pay *= 1.0 + p.pay_vacancy_step
        floor = legal_minimum
        if r.contracted == 1:
            floor = max(legal_minimum, wage_floor(lever, prices)) + max(council.pot_wages, 0.0)
        r.pay = max(pay, floor)
        if week % 52 == 0:
            r.premium = max(r.pay - legal_minimum, 0.0)
        days = lever.employment_training_days if r.contracted == 1 else p.training_private_days
        r.training_days = days * (1.0 + cares(r, p.motive_training_slope, p) - p.motive_care)
