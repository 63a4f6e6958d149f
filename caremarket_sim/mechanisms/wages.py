"""ODD 7.23 Wages: what each care worker is paid this week, at the hourly pay that `pay.py` sets, and what it does to
them."""

import numpy as np

from ..compiled import compiled
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import IN, IN_POST, ON_LEAVE, SICK
from ..market.law import required_share
from ..market.state import week_of, workers_of
from ..market.workers import income_spread

A_PENNY = 1.0
"""Pence up to which a pay period lacks nothing: what rounding leaves."""


@process
def carers_are_paid(market, parameters, policy, draws):
    """The week's pay of every care worker (E5).

    Pay covers contact, a share of what is cancelled at short notice where the law asks it, the share of travel that a
    contract requires, a share of gaps, and at least the guaranteed hours of whoever was at work; holiday is paid from
    accrual. A provider that obeys the law adds what pay for contact and travel lacks to the legal minimum, in the pay
    period so far. Each provider owes the sums, and National Insurance on what a week's pay, holiday and sick pay too,
    has above the threshold. Guaranteed hours without a visit are counted, in hours and pounds; so are travel without
    pay, and pay periods below the legal minimum.
    """
    p = parameters[0]
    workers, providers = workers_of(market), market.providers
    for j in range(len(providers)):
        providers[j].wages = 0.0
        providers[j].sick_pay = 0.0
        providers[j].insurance = 0.0
        providers[j].underpaid = 0.0
    prices = market.prices[0]
    wage_line = prices.legal_minimum
    above = np.zeros(len(providers))
    period = round(p.law_pay_period)
    begins, ends = week_of(market) % period == 0, week_of(market) % period == period - 1
    for w in range(len(workers)):
        look_ahead(workers, w)
        look_ahead(market.worker_year, w)
        r = workers[w]
        if r.status != IN_POST:
            continue
        if begins:
            r.period_hours = 0.0
            r.period_pay = 0.0
        provider = providers[r.provider]
        counts = market.counts[provider.council]
        lever = policy[provider.council]
        r.pay = provider.pay + (p.pay_experience_premium if r.experience >= p.pay_premium_years else 0.0)
        usual = min(r.owned, r.hours_wanted)
        if r.absent == ON_LEAVE:
            r.week_pay = usual * r.pay
        elif r.absent == SICK:
            r.week_pay = lever.employment_sick_pay * usual * r.pay
            provider.sick_pay += r.week_pay
        else:
            hours = max(r.contact + prices.cancelled_shift_pay * r.cancelled, r.guaranteed)
            for_travel = pay_for_travel(r, required_share(lever, provider.contracted), provider.lawful == 1, wage_line)
            r.week_pay = r.pay * (hours + lever.employment_shift_pay * r.gap) + for_travel
            provider.wages += r.week_pay
            idle = hours - r.contact
            counts.idle_hours += idle
            counts.idle_pay += idle * r.pay
            counts.weeks_travelled += r.travel > 0.0
            counts.weeks_travel_unpaid += r.travel > 0.0 and for_travel <= 0.0
            work_is_felt(r, hours, p)
            usual_week_moves(r, p)
        insured = max(r.week_pay - prices.insurance_threshold, 0.0)
        provider.insurance += prices.insurance_rate * insured
        above[r.provider] += insured * (r.absent == IN)
        if ends and r.period_hours > 0.0:
            lacks = wage_line * r.period_hours - r.period_pay
            below = 100.0 * lacks > A_PENNY
            counts.pay_periods += 1.0
            counts.pay_periods_below += below
            provider.underpaid += lacks if below else 0.0
        year = market.worker_year[w]
        year.sum_weeks += 1.0
        year.sum_zero += r.guaranteed == 0.0
        year.sum_bad += r.week_pay < p.pay_bad_week_share * r.pay * r.hours_wanted
        year.sum_pay += r.effective_pay
        year.sum_volatility += r.volatility
        year.sum_income_spread += income_spread(r)
        year.sum_cancelled += r.cancelled
        year.sum_guaranteed += r.guaranteed
    for j in range(len(providers)):
        if providers[j].wages > 0.0:
            providers[j].insured = (1.0 + p.money_holiday_share) * above[j] / providers[j].wages


@compiled
def pay_for_travel(worker, required, lawful, wage_line):
    """£ for this week's travel: what the contract requires, and where the employer obeys the law what pay for contact
    and travel in the pay period so far lacks to the legal minimum. Both are added to the pay period's sums."""
    r = worker
    r.period_hours += r.contact + r.travel
    paid = required * r.travel * r.pay
    r.period_pay += r.contact * r.pay + paid
    extra = max(wage_line * r.period_hours - r.period_pay, 0.0) if lawful else 0.0
    r.period_pay += extra
    return paid + extra


@compiled
def work_is_felt(worker, hours, p):
    """Pay for an hour on duty, volatility and shortfall of hours, and strain, in recent memory; weeks of own leave are
    left out. `hours` are those paid as contact."""
    r = worker
    duty = r.contact + r.travel + r.gap
    if duty > 0.0:
        r.effective_pay += p.pay_memory * (r.week_pay / duty - r.effective_pay)
    if r.last_paid >= 0.0:
        change = abs(hours - r.last_paid) / r.hours_wanted
        r.volatility += p.contract_volatility_memory * (change - r.volatility)
    lack = max(1.0 - hours / r.hours_wanted, 0.0)
    r.shortfall += p.contract_shortfall_memory * (lack - r.shortfall)
    r.last_paid = hours
    available = r.hours_wanted * p.rostering_stretch * p.rostering_duty_ratio
    overload = min(max((duty / available - p.rostering_ease) / (1.0 - p.rostering_ease), 0.0), 1.0)
    r.strain += p.pay_memory * (overload - r.strain)


@compiled
def usual_week_moves(worker, p):
    """What a week at work usually pays, and the square of how far weeks are from it, in recent memory."""
    if worker.usual_pay == 0.0:
        worker.usual_pay = worker.week_pay
    off = worker.week_pay - worker.usual_pay
    worker.pay_variance += p.pay_usual_memory * (off * off - worker.pay_variance)
    worker.usual_pay += p.pay_usual_memory * off
