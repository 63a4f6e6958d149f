"""ODD 2: care workers, and what several mechanisms ask of them or do to them."""

import math

from ..compiled import compiled
from ..compiled.arithmetic import place_among
from ..compiled.draws import EARLIEST
from ..compiled.hashing import normal_quantile, uniform
from .codes import BLOCKS, GONE, NUMBERS_A_COUNCIL, POOL
from .table import Column, Table
from .zones import home_in, tour_at

NUMBERS_A_WEEK = 10_000
"""Permanent numbers for a week's potential care workers of a council."""


class CareWorkers(Table):
    """Care workers in post, starting, or between jobs in this place."""

    number = Column("i8", "", "permanent number; keys every draw")
    status = Column("i1", "code", "0 between jobs, 1 onboarding, 2 in post, 3 gone")
    absent = Column("i1", "code", "0 in, 1 on annual leave, 2 off sick, this week")
    council = Column("u1", "", "row of the council that the care worker lives in")
    qualified = Column("i1", "0/1", "holds a level 2 qualification or higher")
    provider = Column("i4", "", "row of the employer, -1 none")
    zone = Column("i4", "", "home zone: row in the place's zones")
    weeks_to_start = Column("i4", "weeks", "weeks of checks and induction left")
    home_x = Column("f8", "km", "home, east of the middle of the place")
    home_y = Column("f8", "km", "home, north of it")
    tour = Column("i4", "", "when a tour of the whole place passes the care worker's home")
    hours_wanted = Column("f8", "hours a week", "contact hours wanted")
    guaranteed = Column("f8", "hours a week", "guaranteed hours; 0 is a zero-hours contract")
    tenure = Column("f8", "weeks", "weeks since starting with this provider")
    age = Column("f8", "years", "age")
    experience = Column("f8", "years", "years in the sector")
    contact = Column("f8", "hours", "contact hours this week")
    travel = Column("f8", "hours", "travel between visits this week")
    gap = Column("f8", "hours", "gaps between visits this week")
    owned = Column("f8", "hours", "contact hours of the runs that are this worker's own")
    cancelled = Column("f8", "hours", "hours of the worker's own round cancelled at short notice this week")
    training = Column("f8", "days a year", "training days, recent year")
    values_match = Column("f8", "0 to 1", "how well the person's values fit the work")
    strain = Column("f8", "0 to 1", "overload and rushed visits, recent weeks")
    effective_pay = Column("f8", "£ an hour", "pay per hour on duty, recent weeks")
    pay = Column("f8", "£ an hour", "hourly pay")
    volatility = Column("f8", "share", "week-to-week change of hours over hours wanted, recent weeks")
    shortfall = Column("f8", "share", "hours wanted but not had, recent weeks")
    commute = Column("f8", "km", "distance from home to the provider's base")
    flexibility = Column("f8", "0 to 1", "taste for flexible hours")
    block_hours = Column("f8", "hours", "contact hours in each block this week", BLOCKS, part="rounds")
    last_paid = Column("f8", "hours", "contact hours paid in the last week at work")
    week_pay = Column("f8", "£", "pay this week")
    period_hours = Column("f8", "hours", "contact and travel in this pay period")
    period_pay = Column("f8", "£", "pay for them")
    reference_hours = Column("f8", "hours", "contact hours in this reference period, where hours must be offered")
    usual_pay = Column("f8", "£", "pay in a week at work, recent weeks; 0 before the first")
    pay_variance = Column("f8", "£²", "squared distance of a week's pay from it, recent weeks")
    sum_weeks = Column("f8", "weeks", "weeks in post this year", part="year")
    sum_zero = Column("f8", "weeks", "weeks in post on a zero-hours contract this year", part="year")
    sum_bad = Column("f8", "weeks", "weeks with pay below the bad-week line this year", part="year")
    sum_pay = Column("f8", "£", "effective pay summed over weeks in post", part="year")
    sum_volatility = Column("f8", "", "volatility summed over weeks in post", part="year")
    sum_income_spread = Column("f8", "", "spread of weekly pay summed over weeks in post", part="year")
    sum_cancelled = Column("f8", "hours", "hours cancelled at short notice this year", part="year")
    sum_guaranteed = Column("f8", "hours", "guaranteed hours summed over weeks in post", part="year")
    sum_left = Column("f8", "leavings", "times left a job this year", part="year")
    sum_left_zero = Column("f8", "leavings", "times left a zero-hours job this year", part="year")


@compiled
def candidate_number(week, council, place):
    """Permanent number of the n-th of a week's potential care workers; the same in every scenario."""
    return council * NUMBERS_A_COUNCIL + (week + EARLIEST) * NUMBERS_A_WEEK + place


@compiled
def born_worker(worker, number, council, zones, first_zone, p, key):
    """Give a potential care worker the attributes that their number was born with.

    `zones` are the council's, from row `first_zone` on.
    """
    worker.number = number
    worker.council = council
    zone = place_among(zones["residents"], uniform(key, number, 1))
    worker.zone = first_zone + zone
    worker.home_x, worker.home_y = home_in(zones[zone], number, key)
    worker.tour = tour_at(worker.home_x, worker.home_y)
    worker.age = p.leaving_youngest_age + (p.leaving_oldest_age - p.leaving_youngest_age) * uniform(key, number, 2)
    longest = max(0.0, worker.age - p.leaving_youngest_age)
    spell = -p.recruitment_mean_experience * math.log(uniform(key, number, 3))
    worker.experience = min(spell, longest) if uniform(key, number, 9) < p.recruitment_experienced_share else 0.0
    worker.qualified = uniform(key, number, 4) < p.recruitment_qualified_share
    worker.flexibility = uniform(key, number, 5)
    worker.values_match = uniform(key, number, 6)
    wanted = p.recruitment_hours_wanted + p.recruitment_hours_wanted_spread * normal_quantile(uniform(key, number, 8))
    worker.hours_wanted = min(max(wanted, p.recruitment_fewest_hours), p.recruitment_most_hours)
    worker.provider = -1
    worker.status = POOL


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
def volatility_felt(volatility, flexibility, reference, p):
    """What volatility of hours adds to the log-odds of leaving (M4), less for a taste for flexible hours (M5)."""
    surplus = min((volatility - reference) / p.leaving_volatility_step, p.leaving_volatility_limit)
    return p.leaving_volatility_effect * surplus * (1.0 - p.leaving_flexibility_relief * flexibility)


@compiled
def yearly_to_weekly(logit):
    """Weekly chance of leaving at annual log-odds: 1 − (1 − p)^(1/52)."""
    return 1.0 - (1.0 + math.exp(logit)) ** (-1.0 / 52.0)


@compiled
def wants_guarantee(worker, p):
    """Whether the care worker would take guaranteed hours: those who most want flexibility decline (M5)."""
    return worker.flexibility <= 1.0 - p.contract_decline_share


@compiled
def income_spread(worker):
    """How far a week's pay usually is from that of recent weeks, as a share of the pay for the hours wanted."""
    return math.sqrt(worker.pay_variance) / (worker.pay * worker.hours_wanted)


@compiled
def end_job(worker, stay_share, u):
    """End a job: into the pool with a chance of `stay_share`, else out of care."""
    worker.status = POOL if u < stay_share else GONE
    worker.provider = -1
    worker.guaranteed = 0.0
    worker.tenure = 0.0
    worker.period_hours = 0.0
    worker.period_pay = 0.0
    worker.reference_hours = 0.0


@compiled
def count_as_leaver(year, zero_hours):
    """Somebody has left a job, for the year's sums."""
    year.sum_left += 1.0
    year.sum_left_zero += zero_hours
