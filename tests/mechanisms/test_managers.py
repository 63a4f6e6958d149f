"""Registered managers, who come and go."""

import numpy as np
import pytest

from caremarket_sim.mechanisms.managers import managers_come_and_go
from tests.mechanisms.markets import bare, carry_out, numbers, provider


def after(rate=52, **columns):
    market = bare()
    provider(market, manager_quality=2.0, **columns)
    return carry_out(managers_come_and_go, market, {}, numbers(leaving__manager_rate=rate)).providers.rows[0]


def test_a_manager_who_leaves_is_away_for_months_and_whoever_comes_next_is_somebody_else():
    r = after()
    assert r["manager_away"] == 12 and 0 < r["manager_quality"] < 1


def test_the_post_is_filled_a_week_sooner_each_week_and_nobody_leaves_an_empty_post():
    r = after(manager_away=3)
    assert (r["manager_away"], r["manager_quality"]) == (2, 2)


def test_nobody_leaves_at_a_rate_of_zero_or_where_the_office_is_shut():
    assert after(rate=0)["manager_away"] == after(open=0)["manager_away"] == 0


def test_as_many_leave_in_a_year_as_the_rate_says():
    market = bare(3)
    left = 0
    for week in range(520):
        market.week = week
        market.providers.manager_away = 0
        left += int((carry_out(managers_come_and_go, market, {}).providers.manager_away > 0).sum())
    assert left == pytest.approx(0.17 * 30, abs=4 * np.sqrt(0.17 * 30))
