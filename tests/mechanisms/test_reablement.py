"""An episode of reablement ends, with less care or with none, and what was won wears off."""

import numpy as np
import pytest

from caremarket_sim.market.codes import DIVERTED, IN_REABLEMENT, LEFT, WAITING
from caremarket_sim.market.tidy import tidy_rows
from caremarket_sim.mechanisms.needs import needs_change
from caremarket_sim.mechanisms.reablement import people_relearn, who_was_helped_comes_back
from tests.mechanisms.markets import bare, carry_out, numbers, person

MANY = 60


def after(parameters=None, week=1, **columns):
    """The market after a week of many people in the last week of an episode, but for these columns."""
    market = bare(week=week)
    for i in range(MANY):
        person(market, i, **({"status": IN_REABLEMENT, "provider": -1, "episode": 1, "visits": 2} | columns))
    return carry_out(people_relearn, market, parameters=parameters or numbers())


def test_an_episode_goes_on_until_its_weeks_are_over():
    market = after(episode=3)
    assert set(market.clients.status[:MANY]) == {IN_REABLEMENT} and set(market.clients.episode[:MANY]) == {2}
    assert market.counts["reablement_weeks"][0] == MANY


@pytest.mark.parametrize(("share", "ended"), [(1, True), (0, False)])
def test_some_who_need_little_need_no_package_afterwards(share, ended):
    market = after(numbers(reablement__ended_share=share))
    assert set(market.clients.status[:MANY]) == {LEFT if ended else WAITING}
    assert market.counts["relearned"][0] == market.counts["expected_to_leave_council"][0] == MANY * ended


def helped(parameters, week=1, dropped=False):
    """A market in which many manage without a package after reablement, and the same after another week."""
    market = after(numbers(reablement__ended_share=1), connection=0.3, quality_of_life=0.1, need_minutes=45.0)
    if dropped:
        tidy_rows(market)
    assert set(market.followed.state[-MANY:]) == {DIVERTED}
    market.week = week
    return market.copy(), carry_out(who_was_helped_comes_back, market, parameters=parameters)


@pytest.mark.parametrize("dropped", [False, True])
def test_they_come_back_when_what_was_won_has_worn_off_as_they_were(dropped):
    sure = numbers(reablement__fade_share=1, reablement__fade_weeks=1)
    before, market = helped(sure, dropped=dropped)
    assert market.counts["came_back"][0] == MANY
    assert market.counts["expected_to_leave_council"][0] == MANY - MANY
    waiting = market.clients.rows[market.clients.status == WAITING]
    numbers_of = before.followed.number[before.followed.state == DIVERTED]
    assert sorted(waiting["number"].tolist()) == sorted(numbers_of.tolist())
    for column, value in {"visits": 2, "need_minutes": 45.0, "connection": 0.3, "quality_of_life": 0.1}.items():
        assert set(waiting[column].tolist()) == {value}
    assert len(np.unique(market.clients.number)) == len(market.clients)
    assert not (market.followed.state == DIVERTED).any()


def test_half_of_them_never_do_and_it_is_their_own_luck():
    back = []
    for week in (1, 2):
        before, market = helped(numbers(reablement__fade_share=0.5, reablement__fade_weeks=1), week)
        back.append(set(before.clients.number[before.clients.status != market.clients.status].tolist()))
    assert back[0] == back[1] and len(back[0]) == pytest.approx(MANY / 2, abs=4 * np.sqrt(MANY) / 2)


@pytest.mark.parametrize("columns", [{"visits": 3}, {"carers": 2}])
def test_who_needs_more_than_a_little_needs_a_package_still(columns):
    assert set(after(numbers(reablement__ended_share=1), **columns).clients.status[:MANY]) == {WAITING}


def test_others_need_a_visit_a_day_fewer_unless_they_had_but_one():
    p = numbers(reablement__ended_share=0, reablement__fewer_share=1)
    for visits, fewer in ((4, 3), (2, 1), (1, 1)):
        clients = after(p, visits=visits).clients
        assert set(clients.visits[:MANY]) == {fewer} and set(clients.relearned[:MANY]) == {visits - fewer}


def test_fewer_visits_are_fewer_hours_under_a_floor_of_half_an_hour():
    hours = []
    for share in (0, 1):
        market = after(numbers(reablement__ended_share=0, reablement__fewer_share=share))
        carry_out(needs_change, market, {"contract.minimum_visit_minutes": 30}, numbers(demand__need_rise_rate=0))
        hours.append(market.clients.hours[0])
    assert hours == [7.0, 3.5]


def test_what_was_won_wears_off_for_those_whose_luck_it_is():
    sure = {"reablement__fade_weeks": 1}
    relearned = {"status": WAITING, "visits": 1, "relearned": 1}
    clients = after(numbers(reablement__fade_share=1, **sure), **relearned).clients
    assert set(clients.visits[:MANY]) == {2} and set(clients.relearned[:MANY]) == {0}
    some = after(numbers(reablement__fade_share=0.5, **sure), **relearned).clients.visits[:MANY]
    assert np.mean(some == 2) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(MANY))
    later = after(numbers(reablement__fade_share=0.5, **sure), week=2, **relearned).clients.visits[:MANY]
    assert (some == later).all(), "it is a person's own luck whether it ever does"
