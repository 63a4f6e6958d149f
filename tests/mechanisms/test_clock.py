"""A week passes."""

import numpy as np
import pytest

from caremarket_sim.market.codes import IN_POST, POOL, RECEIVING, WAITING
from caremarket_sim.mechanisms.clock import time_passes
from tests.mechanisms.markets import bare, carry_out, council, person, provider, worker


def test_everybody_is_a_week_older_and_those_in_post_have_served_it():
    market = bare()
    provider(market, age=7.0)
    for w, status in enumerate((IN_POST, POOL)):
        worker(market, w, status=status, age=30.0, tenure=5.0, experience=2.0)
    for i, status in enumerate((RECEIVING, WAITING)):
        person(market, i, status=status, weeks_in_care=3.0)
    carry_out(time_passes, market)
    assert market.providers.age[0] == 8
    assert market.workers.age[:2] == pytest.approx(30 + 1 / 52)
    assert market.workers.tenure[:2].tolist() == [6, 5]
    assert market.workers.experience[:2] == pytest.approx([2 + 1 / 52, 2])
    assert market.clients.weeks_in_care[:2].tolist() == [4, 3]


@pytest.mark.parametrize(("week", "shown"), [(0, 0), (51, 51), (-52, 0)])
def test_what_the_nation_sets_is_that_of_the_week_and_stands_while_the_market_settles(week, shown):
    market = bare(week=week)
    market.price_path["legal_minimum"] = np.arange(len(market.price_path))
    market.price_rows[:] = market.price_path[0]
    carry_out(time_passes, market)
    assert market.prices["legal_minimum"] == shown


def test_the_week_s_books_and_counts_are_empty_and_what_was_paid_is_kept():
    market = bare()
    market.paid_before[:] = 0
    market.pay("council", "suppliers", "brokerage", 12.34)
    market.counts["deaths"] = 3
    carry_out(time_passes, carry_out(time_passes, market))
    assert not market.ledger.any() and market.paid_before.sum() == 1234
    assert market.counts["deaths"] == 0


def test_what_the_council_has_in_mind_is_left_alone():
    market = bare()
    council(market, quarter_spend=5.0)
    assert carry_out(time_passes, market).commissioners.quarter_spend[0] == 5
