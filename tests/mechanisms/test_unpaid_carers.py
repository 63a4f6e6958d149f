"""Unpaid carers: what they take on, how it strains them, and when they can do no more."""

import numpy as np
import pytest

from caremarket_sim.market.codes import IN_CARE_HOME, IN_HOSPITAL, LEFT, RECEIVING, WAITING
from caremarket_sim.mechanisms.referral import people_are_referred
from caremarket_sim.mechanisms.unpaid_carers import unpaid_carers_break_down, unpaid_carers_cope
from tests.mechanisms.markets import bare, carry_out, council, numbers, person

USUAL = numbers().unpaid_usual_strain
SURE = {"unpaid__breakdown_rate": 52, "unpaid__care_home_share": 0}
MANY = 60


def strained(parameters=None, **columns):
    """Strain of somebody's unpaid carer after a week, from the usual."""
    market = bare()
    council(market, experience_reference=0.7)
    person(market, **({"experience": 0.7, "delivered": 14.0, "unmet_hours": 0.0} | columns))
    return carry_out(unpaid_carers_cope, market, parameters=parameters or numbers()).clients.unpaid_strain[0]


def test_strain_stays_as_it_is_where_care_comes_as_usual():
    assert strained() == pytest.approx(USUAL)


def test_care_that_nobody_delivers_strains_them_by_the_hours_that_they_fill_over_those_they_give_anyway():
    more = 0.45 * 10.0
    assert strained(unmet_hours=10.0) == pytest.approx(USUAL + 0.1 * 0.3 * np.log(1 + more / 20))
    assert strained(unmet_hours=10.0, status=WAITING) == strained(unmet_hours=10.0)
    assert strained(unmet_hours=10.0, unpaid_hours=40.0) < strained(unmet_hours=10.0)
    assert strained(unmet_hours=10.0, status=IN_HOSPITAL) == pytest.approx(USUAL)


@pytest.mark.parametrize("column", ["late_share", "missed_share"])
def test_visits_late_or_missed_are_put_right_and_that_takes_time(column):
    assert strained(**{column: 0.5}) == pytest.approx(USUAL + 0.1 * 0.3 * np.log(1 + 0.2 * 14 * 0.5 / 20))


def test_good_care_relieves_them_and_bad_care_does_not():
    assert strained(experience=0.9) == pytest.approx(USUAL - 0.1 * 0.5 * 0.2)
    assert strained(experience=0.5) > USUAL
    assert strained(experience=0.9, status=WAITING) == pytest.approx(USUAL)


def broken(parameters=None, week=1, **columns):
    """The market after a week of many people with an unpaid carer each."""
    market = bare(week=week)
    for i in range(MANY):
        person(market, i, **({"visits": 2} | columns))
    return carry_out(unpaid_carers_break_down, market, parameters=numbers(**(parameters or {})))


def test_whoever_can_do_no_more_is_no_carer_any_more_and_the_person_needs_more_care():
    market = broken(SURE)
    assert market.counts["unpaid_breakdowns"][0] == MANY
    assert not market.clients.unpaid_carer[:MANY].any() and set(market.clients.visits[:MANY]) == {3}
    assert set(broken(SURE, visits=4).clients.need_minutes[:MANY]) == {37.5}
    assert broken(SURE, status=LEFT).counts["unpaid_breakdowns"][0] == 0
    assert broken(SURE, unpaid_carer=0).counts["unpaid_breakdowns"][0] == 0


def test_some_move_to_a_care_home_instead():
    market = broken(SURE | {"unpaid__care_home_share": 1})
    assert set(market.clients.status[:MANY]) == {LEFT} and set(market.followed.state[-MANY:]) == {IN_CARE_HOME}
    assert market.counts["care_home_moves"][0] == market.counts["expected_to_leave_council"][0] == MANY


def test_the_more_strained_can_do_no_more_the_sooner():
    rate = {"unpaid__breakdown_rate": 5.2}
    less, usual, more = (
        sum(broken(rate, week, unpaid_strain=strain).counts["unpaid_breakdowns"][0] for week in range(20))
        for strain in (USUAL - 0.25, USUAL, USUAL + 0.25)
    )
    expected = 0.1 * 20 * MANY
    assert usual == pytest.approx(expected, abs=4 * np.sqrt(expected))
    assert less < usual < more


def test_two_thirds_of_people_have_one_and_fewer_of_those_who_live_alone():
    market = bare()
    council(market, referral_factor=1000.0, self_referral_factor=0.0, growth=0.0)
    before = len(market.clients)
    new = carry_out(people_are_referred, market, {}).clients.rows[before:]
    shares = [new["unpaid_carer"][new["lives_alone"] == alone].mean() for alone in (0, 1)]
    assert new["unpaid_carer"].mean() == pytest.approx(0.67, abs=0.06) and shares[1] < shares[0]
    assert np.median(new["unpaid_hours"]) == pytest.approx(20, rel=0.15)
    assert RECEIVING not in set(new["status"])
