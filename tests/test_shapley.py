"""Shapley values and interactions held to their theorems, and to games whose values are known."""

from itertools import permutations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from caremarket_sim.methods.shapley import (
    alone,
    along,
    interactions,
    last,
    sampled_orders,
    shapley,
    visited,
)


@st.composite
def games(draw, players=None):
    """What every coalition of one to five players comes to, in three futures."""
    count = draw(st.integers(1, 5)) if players is None else players
    return draw(arrays(np.float64, (1 << count, 3), elements=st.floats(-100, 100, width=32)))


def bits(coalition, players):
    return [player for player in range(players) if coalition >> player & 1]


@given(games())
def test_values_add_up_to_the_whole_in_every_future(values):
    np.testing.assert_allclose(shapley(values).sum(axis=0), values[-1] - values[0], atol=1e-9)


@given(games(), st.data())
def test_a_player_who_changes_nothing_has_exactly_nought(values, data):
    players = len(values).bit_length() - 1
    idle = data.draw(st.integers(0, players - 1))
    values = values[[coalition & ~(1 << idle) for coalition in range(len(values))]]
    assert (shapley(values)[idle] == 0.0).all()
    assert (alone(values)[idle] == 0.0).all()
    assert (last(values)[idle] == 0.0).all()
    assert (interactions(values)[idle] == 0.0).all()


@given(games(), st.data())
def test_two_players_who_always_do_the_same_have_the_same(values, data):
    players = len(values).bit_length() - 1
    first, second = data.draw(st.integers(0, players - 1)), data.draw(st.integers(0, players - 1))

    def exchanged(coalition):
        one, other = coalition >> first & 1, coalition >> second & 1
        return coalition & ~(1 << first) & ~(1 << second) | one << second | other << first

    both = values + values[[exchanged(coalition) for coalition in range(len(values))]]
    found = shapley(both)
    np.testing.assert_allclose(found[first], found[second], atol=1e-9)


@given(games(players=3), games(players=3), st.floats(-3, 3))
def test_values_of_a_sum_are_the_sum_of_values(one, other, factor):
    together = shapley(one + factor * other)
    np.testing.assert_allclose(together, shapley(one) + factor * shapley(other), atol=1e-7)


@given(games(players=4))
def test_the_mean_over_all_orders_is_the_shapley_value(values):
    found = along(values, list(permutations(range(4))))
    np.testing.assert_allclose(found.mean(axis=0), shapley(values), atol=1e-9)


@given(games(), st.integers(1, 20), st.integers(0, 5))
def test_along_any_sampled_orders_what_is_added_adds_up_to_the_whole(values, count, seed):
    players = len(values).bit_length() - 1
    orders = sampled_orders(players, count, seed)
    known = np.full_like(values, np.nan)
    for coalition in visited(players, orders):
        known[coalition] = values[coalition]
    found = along(known, orders)
    whole = np.broadcast_to(values[-1] - values[0], (len(orders), 3))
    np.testing.assert_allclose(found.sum(axis=1), whole, atol=1e-9)
    assert np.isfinite(alone(known)).all()
    assert np.isfinite(last(known)).all()


def test_orders_come_in_pairs_of_one_and_its_reverse_and_hang_on_the_seed():
    orders = sampled_orders(6, 7, seed=1)
    assert len(orders) == 8
    assert all(order[::-1] == reverse for order, reverse in zip(orders[::2], orders[1::2], strict=True))
    assert orders == sampled_orders(6, 7, seed=1)
    assert orders != sampled_orders(6, 7, seed=2)


def test_the_glove_game():
    """Player 0 has a left glove, 1 and 2 a right one; only a pair is worth anything: 2/3, 1/6, 1/6."""
    values = np.array([float(c & 1 and c & 6 > 0) for c in range(8)])
    np.testing.assert_allclose(shapley(values), [2 / 3, 1 / 6, 1 / 6])


def test_the_airport_game():
    """Runways of 1, 3 and 7: each length is shared by those who need it."""
    lengths = [1.0, 3.0, 7.0]
    values = np.array([max([lengths[player] for player in bits(c, 3)], default=0.0) for c in range(8)])
    np.testing.assert_allclose(shapley(values), [1 / 3, 1 / 3 + 1, 1 / 3 + 1 + 4])


def test_players_who_only_add_up_do_not_interact_and_a_pair_that_needs_each_other_does():
    worth = [2.0, -5.0, 11.0, 0.25]
    values = np.array([sum(worth[player] for player in bits(c, 4)) + 8.0 * (c & 3 == 3) for c in range(16)])
    found = interactions(values)
    wanted = np.zeros((4, 4))
    wanted[0, 1] = wanted[1, 0] = 8.0
    np.testing.assert_allclose(found, wanted, atol=1e-12)
    np.testing.assert_allclose(shapley(values), [6.0, -1.0, 11.0, 0.25])


def test_what_is_added_to_a_pair_is_shared_among_the_pairs_of_three_who_need_one_another():
    """Worth 1 only all together: each pair interacts by 1/2 of what it takes three to make."""
    values = np.array([float(c == 7) for c in range(8)])
    np.testing.assert_allclose(interactions(values), 0.5 * (1 - np.eye(3)))


def test_coalitions_that_are_not_all_of_them_are_refused():
    with pytest.raises(ValueError, match="6 coalitions are not all"):
        shapley(np.zeros(6))
