"""ODD 7.23 Wages: what each care worker is paid this week, and what it does to them."""

from ..compiled import compiled
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import IN_POST, ON_LEAVE, SICK
from ..market.state import workers_of
from ..market.workers import income_spread


@process
def carers_are_paid(market, parameters, policy, draws):
    """The week's pay of every care worker (E5).

    Pay covers contact, a share of travel and of gaps, and at least the guaranteed hours of whoever was at work; holiday
    is paid from accrual. Contact and travel together must reach the legal minimum where it is enforced. Each provider
    owes the sums. Guaranteed hours without a visit are counted, in hours and pounds.
    """
    p = parameters[0]
    workers, providers = workers_of(market), market.providers
    for j in range(len(providers)):
        providers[j].wages = 0.0
        providers[j].sick_pay = 0.0
    wage_line = market.prices[0].national_living_wage
    for w in range(len(workers)):
        look_ahead(workers, w)
        look_ahead(market.worker_year, w)
        r = workers[w]
        if r.status != IN_POST:
            continue
        provider = providers[r.provider]
        lever = policy[provider.council]
        r.pay = provider.pay + (p.pay_experience_premium if r.experience >= p.pay_premium_years else 0.0)
        usual = min(r.owned, r.hours_wanted)
        if r.absent == ON_LEAVE:
            r.week_pay = usual * r.pay
        elif r.absent == SICK:
            r.week_pay = lever.employment_sick_pay * usual * r.pay
            provider.sick_pay += r.week_pay
        else:
            hours = max(r.contact, r.guaranteed)
            pay = r.pay * (hours + lever.employment_paid_travel_share * r.travel + lever.employment_shift_pay * r.gap)
            owed = wage_line * (r.contact + r.travel) - pay
            r.week_pay = pay + p.pay_enforcement_share * max(owed, 0.0)
            provider.wages += r.week_pay
            idle = hours - r.contact
            market.counts[provider.council].idle_hours += idle
            market.counts[provider.council].idle_pay += idle * r.pay
            work_is_felt(r, hours, p)
            usual_week_moves(r, p)
        year = market.worker_year[w]
        year.sum_weeks += 1.0
        year.sum_zero += r.guaranteed == 0.0
        year.sum_bad += r.week_pay < p.pay_bad_week_share * r.pay * r.hours_wanted
        year.sum_pay += r.effective_pay
        year.sum_volatility += r.volatility
        year.sum_income_spread += income_spread(r)
        year.sum_cancelled += r.cancelled
        year.sum_guaranteed += r.guaranteed


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
