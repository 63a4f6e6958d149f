"""What each care worker is paid this week, and what it does to them."""

import pytest

from caremarket_sim.market.codes import ON_LEAVE, POOL, SICK
from caremarket_sim.mechanisms.wages import carers_are_paid
from tests.mechanisms.markets import P, bare, carry_out, provider, worker

FAIR = {"employment.paid_travel_share": 0.5, "employment.shift_pay": 0.2, "employment.sick_pay": 0.4}


def paid(policy=None, **columns):
    """The market after somebody with 20 hours of contact, 4 of travel and 1 of gaps has been paid £13 an hour."""
    market = bare()
    provider(market, pay=13.0, wages=999.0, sick_pay=999.0)
    usual = {"contact": 20.0, "travel": 4.0, "gap": 1.0, "owned": 24.0, "experience": 0.0, "last_paid": -1.0}
    worker(market, **(usual | {"effective_pay": 10.0, "volatility": 0.1, "shortfall": 0.2, "strain": 0.5} | columns))
    return carry_out(carers_are_paid, market, FAIR | (policy or {}))


def pay(policy=None, **columns):
    return paid(policy, **columns).workers.week_pay[0]


def test_pay_covers_contact_and_a_share_of_travel_and_gaps():
    assert pay() == pytest.approx(13 * (20 + 0.5 * 4 + 0.2 * 1))
    assert pay({"employment.paid_travel_share": 1}) - pay() == pytest.approx(13 * 2)
    assert pay({"employment.shift_pay": 1}) - pay() == pytest.approx(13 * 0.8)


def test_guaranteed_hours_are_paid_worked_or_not():
    assert pay(guaranteed=25.0) == pytest.approx(13 * (25 + 2 + 0.2))
    assert pay(guaranteed=15.0) == pay()


def test_leave_is_paid_in_full_and_sickness_in_part_and_wages_are_owed_for_work_alone():
    leave, sick, at_work = (paid(absent=why) for why in (ON_LEAVE, SICK, 0))
    assert leave.workers.week_pay[0] == 24 * 13 and sick.workers.week_pay[0] == pytest.approx(0.4 * 24 * 13)
    owed = [(m.providers.wages[0], m.providers.sick_pay[0]) for m in (leave, sick, at_work)]
    assert owed == [(0, 0), (0, pytest.approx(124.8)), (at_work.workers.week_pay[0], 0)], "leave is paid from accrual"


def test_experience_is_paid_a_premium():
    assert pay(experience=5.0) / pay(experience=4.9) == pytest.approx(13.1 / 13)


LONG_WAY = {"travel": 10.0, "gap": 5.0}
SHORT = 11.44 * 30 - 13 * 20
"""What pay for 20 hours of contact lacks to the legal minimum with ten hours of travel between them, £."""


def paid_by(lawful, policy=None, week=1, contracted=1, **columns):
    market = bare(week=week)
    provider(market, pay=13.0, lawful=lawful, contracted=contracted)
    worker(market, **({"contact": 20.0, "experience": 0.0, "last_paid": -1.0} | LONG_WAY | columns))
    return carry_out(carers_are_paid, market, policy or {})


def test_an_employer_that_obeys_makes_pay_for_contact_and_travel_up_to_the_legal_minimum():
    assert paid_by(lawful=1).workers.week_pay[0] == pytest.approx(11.44 * 30)
    assert paid_by(lawful=0).workers.week_pay[0] == pytest.approx(13 * 20)
    assert paid_by(lawful=1, travel=0.5).workers.week_pay[0] == pytest.approx(13 * 20), "nothing is missing"


def test_pay_for_gaps_and_for_idle_guaranteed_hours_does_not_count_towards_the_legal_minimum():
    fair = paid_by(lawful=1, policy={"employment.shift_pay": 1}, guaranteed=25.0)
    assert fair.workers.week_pay[0] == pytest.approx(13 * 25 + 13 * 5 + SHORT)


def test_the_legal_minimum_is_averaged_over_a_pay_period_of_four_weeks():
    well_paid = {"period_hours": 20.0, "period_pay": 20 * 11.44 + 50.0}  # weeks with little travel before
    assert paid_by(lawful=1, week=2, **well_paid).workers.week_pay[0] == pytest.approx(13 * 20 + SHORT - 50)
    assert paid_by(lawful=1, week=4, **well_paid).workers.week_pay[0] == pytest.approx(13 * 20 + SHORT), "a new one"


def test_at_the_end_of_a_pay_period_what_it_lacks_is_counted_and_owed():
    for lawful, lacks in ((0, SHORT + 30), (1, 0)):
        market = paid_by(lawful, week=3, period_hours=10.0, period_pay=10 * 11.44 - 30 * (lawful == 0))
        assert market.providers.underpaid[0] == pytest.approx(lacks)
        assert (market.counts["pay_periods"][0], market.counts["pay_periods_below"][0]) == (1, lawful == 0)
    assert paid_by(lawful=0, week=2).providers.underpaid[0] == 0, "not before its end"
    away = paid_by(lawful=0, week=3, absent=SICK, period_hours=10.0, period_pay=100.0)
    assert away.providers.underpaid[0] == pytest.approx(14.4), "a pay period ends for whoever is away as well"


def test_what_a_contract_requires_for_travel_binds_who_has_one_and_counts():
    required = {"employment.paid_travel_share": 0.5}
    assert paid_by(0, required).workers.week_pay[0] == pytest.approx(13 * 25)
    assert paid_by(0, required, contracted=0).workers.week_pay[0] == pytest.approx(13 * 20)
    assert paid_by(1, required).workers.week_pay[0] == pytest.approx(11.44 * 30)
    assert paid_by(1, {"employment.paid_travel_share": 1}).workers.week_pay[0] == pytest.approx(13 * 30), "above it"


def test_weeks_with_travel_and_no_pay_for_it_are_counted():
    counts = [(m.counts["weeks_travelled"][0], m.counts["weeks_travel_unpaid"][0]) for m in map(paid_by, (0, 1))]
    assert counts == [(1, 1), (1, 0)]
    assert paid_by(0, travel=0.0).counts["weeks_travelled"][0] == 0


def test_pay_on_duty_volatility_shortfall_and_strain_are_felt_in_recent_memory():
    market = paid(last_paid=26.0, hours_wanted=25.0)
    r = market.workers.rows[0]
    assert r["effective_pay"] == pytest.approx(10 + 0.1 * (r["week_pay"] / 25 - 10))
    assert r["volatility"] == pytest.approx(0.1 + 0.1 * (6 / 25 - 0.1))
    assert r["shortfall"] == pytest.approx(0.2 + 0.08 * (5 / 25 - 0.2))
    overload = (25 / (25 * P.rostering_stretch * 1.32) - 0.75) / 0.25
    assert overload < 0 and r["strain"] == pytest.approx(0.5 + 0.1 * (0 - 0.5))
    assert r["last_paid"] == 20


def test_somebody_worked_to_the_full_comes_under_strain():
    full = 30 * P.rostering_stretch * 1.32
    assert paid(contact=full, travel=0.0, gap=0.0).workers.strain[0] == pytest.approx(0.5 + 0.1 * 0.5)
    half = full * 0.875
    assert paid(contact=half, travel=0.0, gap=0.0, strain=0.0).workers.strain[0] == pytest.approx(0.1 * 0.5)


def test_a_week_away_is_not_felt():
    r = paid(absent=SICK, last_paid=26.0).workers.rows[0]
    assert (r["effective_pay"], r["volatility"], r["shortfall"], r["strain"], r["last_paid"]) == (10, 0.1, 0.2, 0.5, 26)


def test_the_year_s_sums_know_zero_hours_and_bad_weeks():
    market = bare()
    market.workers.year[:] = 0
    for w, (contact, guaranteed) in enumerate(((17.0, 0.0), (19.0, 10.0))):
        worker(market, w, contact=contact, guaranteed=guaranteed, experience=0.0)
    carry_out(carers_are_paid, market, FAIR)
    assert market.workers.sum_weeks[:3].tolist() == [1, 1, 0] and market.workers.sum_zero[:2].tolist() == [1, 0]
    assert market.workers.sum_bad[:2].tolist() == [1, 0], "below 0.6 of 30 hours' pay"


def test_whoever_is_between_jobs_is_not_paid():
    assert pay(status=POOL, week_pay=0.0) == 0 == paid(status=POOL).providers.wages[0]


def test_guaranteed_hours_without_a_visit_are_paid_and_counted():
    idle = paid(contact=20.0, guaranteed=25.0, experience=0.0)
    assert idle.counts["idle_hours"][0] == pytest.approx(5)
    assert idle.counts["idle_pay"][0] == pytest.approx(5 * idle.providers.pay[0])
    assert paid(contact=26.0, guaranteed=25.0).counts["idle_pay"][0] == 0
    assert paid(contact=10.0, guaranteed=0.0).counts["idle_pay"][0] == 0


def test_the_spread_of_weekly_pay_follows_how_far_weeks_are_from_the_usual_one():
    first = paid(usual_pay=0.0, pay_variance=0.0).workers.rows[0]
    assert (first["usual_pay"], first["pay_variance"]) == (first["week_pay"], 0)
    later = paid(usual_pay=first["week_pay"] - 50.0, pay_variance=0.0).workers.rows[0]
    assert later["pay_variance"] == pytest.approx(0.1 * 50**2)
    assert later["usual_pay"] == pytest.approx(first["week_pay"] - 45)
    away = paid(absent=SICK, usual_pay=300.0, pay_variance=16.0).workers.rows[0]
    assert (away["usual_pay"], away["pay_variance"]) == (300, 16)
