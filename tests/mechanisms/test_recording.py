"""The week is recorded, and the year is summed."""

import numpy as np
import pytest

from caremarket_sim.indicators import add_up, evaluate
from caremarket_sim.market.codes import FIT, GONE, GOOD, LEFT, SELF_FUNDER, UNRATED, WAITING
from caremarket_sim.market.record import CLIENT_SUMS, STAFF_SUMS
from caremarket_sim.mechanisms.recording import groups, the_week_is_recorded, the_year_is_summed
from tests.mechanisms.markets import bare, carry_out, numbers, person, provider, worker


def recorded(market, parameters=None):
    """The week's row of the record."""
    carry_out(the_week_is_recorded, market, {}, parameters or numbers())
    return market.series[market.week % len(market.series), 0]


def test_people_are_added_up_by_what_becomes_of_them():
    market = bare()
    market.series[1] = np.ones(1, market.series.dtype)
    had = {"due": 3.5, "delivered": 3.0, "visits_due": 7.0, "missed": 1.0, "late": 2.0, "quality_of_life": 0.2}
    person(market, 0, connection=0.2, experience=0.6, continuity=0.5, carers_fortnight=4.0, **had)
    person(market, 1, payer=SELF_FUNDER, connection=0.5, experience=0.8, continuity=0.7, carers_fortnight=2.0, **had)
    person(market, 2, status=WAITING, due=0.0, delivered=0.0, visits_due=0.0, missed=0.0, late=0.0)
    person(market, 3, status=FIT, payer=SELF_FUNDER, due=0.0, delivered=0.0, visits_due=0.0, missed=0.0, late=0.0)
    person(market, 4, status=LEFT)
    r = recorded(market)
    expected = {"people": 4, "people_council": 2, "receiving": 2, "receiving_council": 1, "waiting": 1, "fit": 1}
    expected |= {"waiting_council": 1, "lonely": 1, "experience": 1.4, "continuity": 1.2, "carers_fortnight": 6}
    expected |= {"due": 7, "delivered": 6, "delivered_council": 3, "visits_due": 14, "missed": 2, "late": 4}
    expected |= {"hours_council": 3.5, "hours_self": 3.5, "hours_waiting": 3.5, "weeks": 1}
    assert {name: r[name] for name in expected} == pytest.approx(expected)


def test_care_not_had_is_what_nobody_delivered_and_what_people_wait_for_at_home():
    market = bare()
    person(market, 0, due=3.5, delivered=3.0)
    person(market, 1, status=WAITING, due=0.0, delivered=0.0)
    person(market, 2, status=FIT, due=0.0, delivered=0.0)
    week = add_up(recorded(market).reshape(1, 1))
    assert evaluate(week, ("undelivered_share", "unmet_share"))[0] == pytest.approx([0.5 / 3.5, 4.0 / 7.0])


def test_care_workers_are_added_up_while_they_are_in_post():
    market = bare()
    worker(market, 0, pay=12.0, effective_pay=12.5, week_pay=200.0, tenure=52.0, contact=20.0, travel=4.0, strain=0.3)
    worker(market, 1, pay=12.0, effective_pay=10.0, week_pay=230.0, tenure=51.0, guaranteed=20.0, contact=15.0)
    worker(market, 2, status=GONE)
    r = recorded(market)
    expected = {"in_post": 2, "zero_hours": 1, "guaranteed": 20, "bad_weeks": 1, "long_held": 1, "contact": 35}
    expected |= {"above_real_living_wage": 1, "wages": 430, "effective_pay": 22.5, "travel": 4, "strain": 0.3}
    assert {name: r[name] for name in expected} == pytest.approx(expected)


def test_contracted_providers_weigh_by_the_council_s_hours_and_margins_are_medians():
    market = bare(3)
    for j, (hours, trust, margin) in enumerate(((100, 0.2, 0.01), (300, 0.6, 0.05), (0, 0.9, 0.2))):
        provider(
            market, j, council_hours=float(hours), trust=trust, margin=margin, delivered=100.0 + 100 * j, rating=GOOD
        )
    provider(market, 2, contracted=0, rating=UNRATED)
    r = recorded(market)
    expected = {"contracted_open": 2, "private_open": 1, "trust": 0.5, "median_margin": 0.03, "private_margin": 0.2}
    expected |= {"largest_share": 0.5, "concentration": (1 + 4 + 9) / 36, "rated": 2, "rated_good": 2}
    assert {name: r[name] for name in expected} == pytest.approx(expected)


def test_where_nobody_is_left_to_measure_a_cell_is_empty():
    market = bare()
    provider(market, open=0, contracted=0)
    week = add_up(recorded(market).reshape(1, 1))
    cells = ("median_margin", "trust", "fee", "quality_latent", "largest_share", "vacancy_rate", "continuity")
    assert all(np.isfinite(week[name]).all() for name in week.dtype.names)
    assert np.isnan(evaluate(week, cells)).all()


def test_posts_are_those_planned_or_filled_so_that_vacancies_are_never_below_nothing():
    market = bare(2)
    provider(market, 0, posts=0.0, staff=9.0, closing=2)
    provider(market, 1, posts=4.0, staff=3.0)
    assert evaluate(add_up(recorded(market).reshape(1, 1)), ("vacancy_rate",))[0] == 0


def test_what_happened_and_what_was_paid_are_written_down():
    market = bare()
    market.counts["deaths"] = 3
    market.pay("council", "suppliers", "brokerage", 480.0)
    r = recorded(market)
    assert (r["n_deaths"], r["brokerage"], r["monitoring"]) == (3, 480, 0)


@pytest.mark.parametrize(("week", "surveys"), [(26, 1), (78, 1), (25, 0), (27, 0)])
def test_once_a_year_a_survey_asks_who_is_satisfied(week, surveys):
    market = bare(week=week)
    for i, experience in enumerate((0.7, 0.6, 0.66, 0.5)):
        person(market, i, experience=experience)
    r = recorded(market, numbers(experience__survey_noise=0))
    assert (r["surveys"], r["satisfied"]) == (surveys, 0.5 * surveys), "the line is at 0.65"


def test_a_survey_reads_experience_with_noise():
    shares = []
    for year in range(40):
        market = bare(week=26 + 52 * year)
        for i in range(50):
            person(market, i, experience=0.5)
        shares.append(recorded(market)["satisfied"])
    assert np.mean(shares) == pytest.approx(0.159, abs=4 * np.sqrt(0.159 * 0.841 / 2000)), "one spread below the line"


def test_at_the_year_s_end_groups_are_added_up_and_those_who_have_gone_are_dropped():
    market = bare(week=51)
    person(market, 0, zone=0)
    person(market, 1, zone=2)
    worker(market, 0, zone=1)
    market.clients.sum_weeks, market.workers.sum_weeks = 0.0, 0.0
    market.clients.sum_weeks[:3] = 52, 26, 10  # the third has left
    market.workers.sum_weeks[0] = 40
    market.workers.sum_zero[0] = 10
    carry_out(the_year_is_summed, market)
    (sums,) = market.breakdowns
    rows = {group: row for row, group in enumerate(groups(market.zones))}
    people, weeks = CLIENT_SUMS.index("sum_weeks"), len(CLIENT_SUMS) + STAFF_SUMS.index("sum_weeks")
    by_zone = [sums[rows["zone", str(name)]] for name in market.zones["name"]]
    assert (
        sum(row[people] for row in by_zone)
        == sums[rows["payer", "council"], people] + sums[rows["payer", "self-funder"], people]
        == 88
    )
    assert [row[weeks] for row in by_zone] == [0, 40, 0]
    assert sums[rows["contract", "zero-hours"], weeks] == 10 and sums[rows["contract", "guaranteed hours"], weeks] == 30
    assert (len(market.clients), len(market.workers)) == (2, 1)
    assert not market.clients.sum_weeks.any(), "the new year begins at zero"


def test_no_year_ends_in_another_week():
    market = bare(week=50)
    before = len(market.clients)
    carry_out(the_year_is_summed, market)
    assert market.breakdowns == [] and len(market.clients) == before
