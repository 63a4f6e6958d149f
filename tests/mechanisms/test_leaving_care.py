"""People die, move to a care home, or recover."""

import numpy as np
import pytest

from caremarket_sim.market.codes import IN_CARE_HOME, LEFT, RECEIVING, RECOVERED, SELF_FUNDER, WAITING
from caremarket_sim.mechanisms.leaving_care import people_leave_care
from tests.mechanisms.markets import bare, carry_out, chances, numbers, person

NONE = {"demand__death_rate": 0, "demand__care_home_rate": 0, "demand__recovery_rate": 0}


def expected(rate, **columns):
    """How many leave of one person in a week, by expectation, for one reason at a rate of 0.52 a year."""
    market = bare()
    person(market, **({"need_hours": 14.4} | columns))
    carry_out(people_leave_care, market, {}, numbers(**(NONE | {f"demand__{rate}": 0.52})))
    payer = "self" if columns.get("payer") == SELF_FUNDER else "council"
    return market.counts[f"expected_to_leave_{payer}"][0]


@pytest.mark.parametrize(("age_group", "ratio"), [(0, 0.3), (1, 1), (2, 1), (3, 1.4)])
def test_death_comes_with_age(age_group, ratio):
    assert expected("death_rate", age_group=age_group) == pytest.approx(0.01 * ratio)
    assert expected("death_rate", age_group=age_group, payer=SELF_FUNDER) == pytest.approx(0.01 * ratio)


@pytest.mark.parametrize(
    ("change", "ratio"),
    [
        ({}, 1),
        ({"log_need": 1.0}, np.exp(0.7)),
        ({"delivered_share": 0.5}, np.e),
        ({"status": WAITING}, np.exp(2)),
        ({"connection": 0.3}, np.exp(0.5 * 0.2)),
    ],
    ids=str,
)
def test_people_move_to_a_care_home_with_need_care_not_had_and_isolation(change, ratio):
    assert expected("care_home_rate", **change) == pytest.approx(0.01 * ratio)


@pytest.mark.parametrize(("need_hours", "ratio"), [(14.4, 1), (7.2, 2), (0.1, 5)])
def test_people_recover_sooner_the_less_they_need(need_hours, ratio):
    assert expected("recovery_rate", need_hours=need_hours) == pytest.approx(0.01 * ratio)


@pytest.mark.parametrize(
    ("rate", "count", "state"),
    [
        ("death_rate", "deaths", None),
        ("care_home_rate", "care_home_moves", IN_CARE_HOME),
        ("recovery_rate", "recoveries", RECOVERED),
    ],
)
def test_whoever_leaves_care_has_no_provider_any_more_and_is_followed(rate, count, state):
    market = bare()
    person(market, need_hours=14.4, notice=3)
    before = len(market.followed)
    carry_out(people_leave_care, market, {}, numbers(**(NONE | {f"demand__{rate}": 1e4})))
    r = market.clients.rows[0]
    assert (r["status"], r["provider"], r["notice"], market.counts[count][0]) == (LEFT, -1, 0, 1)
    elsewhere = market.followed.rows[before:]
    assert elsewhere["state"].tolist() == ([] if state is None else [state])
    assert (elsewhere["number"] == r["number"]).all() and (elsewhere["weeks_left"] > 0).all()


def test_one_draw_of_a_person_s_own_decides_which_comes_first():
    market = bare()
    for i in range(50):
        person(market, i, need_hours=14.4)
    luck = chances(market, "people_leave_care", market.clients.number[:50])
    carry_out(people_leave_care, market, {}, numbers(**dict.fromkeys(NONE, 10.4)))
    assert market.counts["deaths"][0] == (luck < 0.2).sum()
    assert market.counts["care_home_moves"][0] == ((luck >= 0.2) & (luck < 0.4)).sum()
    assert market.counts["recoveries"][0] == ((luck >= 0.4) & (luck < 0.6)).sum()
    assert (market.clients.status[:50] == RECEIVING).tolist() == (luck >= 0.6).tolist()
