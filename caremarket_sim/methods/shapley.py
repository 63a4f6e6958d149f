"""How much of what a group of players does together is each one's doing (Shapley 1953), as arithmetic on arrays.

`values[coalition]` is what a coalition comes to, over any further axes such as replicates and indicators. A coalition
is a whole number whose bit i says whether player i is in: 0 is nobody, `len(values) - 1` everybody. Four theorems hold
for each entry by itself: the players' values add up to what everybody does less what nobody does; a player who never
changes anything has exactly 0; two players who always do the same have the same; and values of a sum are the sum of
values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import comb

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def players_of(values: Values) -> int:
    """How many players the coalitions are of. Raises ValueError unless there is one entry for each coalition."""
    count = len(values).bit_length() - 1
    if len(values) != 1 << count:
        raise ValueError(f"{len(values)} coalitions are not all those of any number of players")
    return count


def without(players: int, *left_out: int) -> Iterator[int]:
    """Every coalition in which none of these players is, the smallest number first."""
    barred = sum(1 << player for player in left_out)
    return (coalition for coalition in range(1 << players) if not coalition & barred)


def shapley(values: Values) -> Values:
    """Each player's Shapley value (player, …): what they add, averaged over all orders in which all could come.

    The weight of a coalition S of n players that the player joins is |S|! (n - |S| - 1)! / n!.
    """
    players = players_of(values)
    found = np.zeros((players, *values.shape[1:]))
    for player in range(players):
        for coalition in without(players, player):
            weight = 1.0 / (players * comb(players - 1, coalition.bit_count()))
            found[player] += weight * (values[coalition | 1 << player] - values[coalition])
    return found


def interactions(values: Values) -> Values:
    """The Shapley interaction index of each pair (player, player, …); 0 of a player with itself.

    It is what two add together beyond what each adds apart, averaged over the coalitions S that they may join, with the
    weight |S|! (n - |S| - 2)! / (n - 1)! (Grabisch and Roubens 1999). Above 0: they reinforce each other in the
    quantity measured; below: they stand in for each other.
    """
    players = players_of(values)
    found = np.zeros((players, players, *values.shape[1:]))
    for first in range(players):
        for second in range(first):
            for coalition in without(players, first, second):
                weight = 1.0 / ((players - 1) * comb(players - 2, coalition.bit_count()))
                one, other = coalition | 1 << first, coalition | 1 << second
                both = one | other
                gain = (values[both] - values[one]) - (values[other] - values[coalition])
                found[first, second] += weight * gain
            found[second, first] = found[first, second]
    return found


def alone(values: Values) -> Values:
    """What each player does alone (player, …): less what nobody does."""
    return np.stack([values[1 << player] - values[0] for player in range(players_of(values))])


def last(values: Values) -> Values:
    """What each player adds when all others are in already (player, …)."""
    everybody = len(values) - 1
    return np.stack([values[everybody] - values[everybody ^ 1 << player] for player in range(players_of(values))])


def along(values: Values, orders: Sequence[Sequence[int]]) -> Values:
    """What each player adds in each order of coming (order, player, …). Along any order it adds up to the whole.

    Only the coalitions of `visited` need to be known; the mean over all orders is the Shapley value.
    """
    found = np.zeros((len(orders), players_of(values), *values.shape[1:]))
    for place, order in enumerate(orders):
        coalition = 0
        for player in order:
            found[place, player] = values[coalition | 1 << player] - values[coalition]
            coalition |= 1 << player
    return found


def sampled_orders(players: int, count: int, seed: int) -> tuple[tuple[int, ...], ...]:
    """`count` orders (rounded up to whole pairs), each followed by its reverse, which evens out who comes early."""
    random = np.random.default_rng([seed, players])
    orders: list[tuple[int, ...]] = []
    for _ in range(-(-count // 2)):
        order = tuple(int(player) for player in random.permutation(players))
        orders += [order, order[::-1]]
    return tuple(orders)


def visited(players: int, orders: Sequence[Sequence[int]] | None) -> tuple[int, ...]:
    """The coalitions that must be known: all of them, or those along the orders and each player alone and last."""
    everybody = (1 << players) - 1
    if orders is None:
        return tuple(range(everybody + 1))
    found = {0, everybody}
    for player in range(players):
        found |= {1 << player, everybody ^ 1 << player}
    for order in orders:
        coalition = 0
        for player in order:
            coalition |= 1 << player
            found.add(coalition)
    return tuple(sorted(found))
