"""The week's staff of each provider, what they can do, and what they are paid."""

import math

from . import compiled
from ._memory import look_ahead

POOL, ONBOARDING, IN_POST = 0, 1, 2
ON_LEAVE, SICK = 1, 2


@compiled
def skill_of(worker, p):
    """Skill from experience, qualification, training and values, 0 to 1 (M10, M11, M12, M21)."""
    skill = (
        p.experience_skill_base
        + p.experience_skill_experience * (1.0 - math.exp(-worker.experience / p.experience_skill_years))
        + p.experience_skill_qualification * worker.qualified
        + p.experience_skill_training * min(worker.training / p.training_full_days, p.training_most_counted)
        + p.experience_skill_values * worker.values_match
    )
    return min(max(skill, 0.0), 1.0)


@compiled
def summarise_staff(workers, providers, parameters):
    """Per provider: started staff, onboarding, hours they can deliver in an average week (E2), zero-hours staff,
    skill, strain and newcomers. Returns how many people are in the pool between jobs."""
    p = parameters[0]
    here = 1.0 - p.absence_leave_share - p.absence_sick_share
    pool = 0.0
    for j in range(len(providers)):
        r = providers[j]
        r.staff = 0.0
        r.onboarding = 0.0
        r.capacity = 0.0
        r.zero_staff = 0.0
        r.skill = 0.0
        r.strain = 0.0
        r.newcomers = 0.0
    for w in range(len(workers)):
        look_ahead(workers, w)
        r = workers[w]
        if r.status == ONBOARDING:
            providers[r.provider].onboarding += 1.0
        elif r.status == IN_POST:
            provider = providers[r.provider]
            provider.staff += 1.0
            provider.capacity += r.hours_wanted * p.rostering_stretch * here
            provider.zero_staff += r.guaranteed == 0.0
            provider.skill += skill_of(r, p)
            provider.strain += r.strain
            provider.newcomers += r.tenure < 52.0
        elif r.status == POOL:
            pool += 1.0
    for j in range(len(providers)):
        r = providers[j]
        if r.staff > 0.0:
            r.skill /= r.staff
            r.strain /= r.staff
            r.newcomers /= r.staff
    return pool


@compiled
def pay_wages(workers, year, providers, levers, wage_line, parameters, wages_out, sick_out):
    """The week's pay of every care worker and what it does to them (E5).

    Pay covers contact, a share of travel and of gaps, and at least the guaranteed hours of whoever was at work; holiday
    is paid from accrual. Volatility and shortfall leave out weeks of own leave. `wage_line` is the legal hourly minimum
    that contact and travel together must reach where it is enforced. Sums by provider go to `wages_out` and `sick_out`.
    """
    p = parameters[0]
    lever = levers[0]
    for w in range(len(workers)):
        look_ahead(workers, w)
        look_ahead(year, w)
        r = workers[w]
        if r.status != IN_POST:
            continue
        j = r.provider
        r.pay = providers[j].pay + (p.pay_experience_premium if r.experience >= p.pay_premium_years else 0.0)
        usual = min(r.owned, r.hours_wanted)
        if r.absent == ON_LEAVE:
            r.week_pay = usual * r.pay
        elif r.absent == SICK:
            r.week_pay = lever.employment_sick_pay * usual * r.pay
            sick_out[j] += r.week_pay
        else:
            hours = max(r.contact, r.guaranteed)
            pay = r.pay * (hours + lever.employment_paid_travel_share * r.travel + lever.employment_shift_pay * r.gap)
            owed = wage_line * (r.contact + r.travel) - pay
            r.week_pay = pay + p.pay_enforcement_share * max(owed, 0.0)
            wages_out[j] += r.week_pay
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
        y = year[w]
        y.sum_weeks += 1.0
        y.sum_zero += r.guaranteed == 0.0
        y.sum_bad += r.week_pay < p.pay_bad_week_share * r.pay * r.hours_wanted
        y.sum_pay += r.effective_pay
        y.sum_volatility += r.volatility
        y.sum_guaranteed += r.guaranteed
