"""Known answer: legs of one provider whose people live anywhere in a square, against the square-root law of tours.

The shortest tour of n points anywhere in an area A comes to 0.7124·√(n·A) for many points, so that its mean leg is
0.7124·√(A/n) (Beardwood, Halton and Hammersley 1959; the constant by Johnson, McGeoch and Rothberg 1996). A tour in
the order of a space-filling curve is known to be about a quarter longer (Platzman and Bartholdi 1989, Sierpinski's
curve). The roster goes by Hilbert's: 38% longer for twenty thousand points in a square that the curve fills, 40% for
a thousand, and up to a tenth more for a square anywhere.
"""

from functools import cache

import numpy as np
import pytest

from caremarket_sim.mechanisms.rostering import visits_are_rostered
from tests.mechanisms.markets import bare, carry_out, numbers, person, provider

SHORTEST = 0.7124
AS_THE_CROW_FLIES = {"travel__longest_leg": 1000, "travel__parking_minutes": 0, "travel__walking_speed": 1}
"""Parameters with which the minutes of a leg are three a kilometre whatever it is."""
SIDE = 32.0
"""Kilometres of the square's side: 256 cells of the tour, so that hardly two people share one."""


@cache
def mean_leg(people, east=0.0, north=0.0):
    """Mean leg in kilometres, without detour and density corrections, to people anywhere in a square with its corner
    there; of a few squares."""
    found = []
    for at in np.random.default_rng(people).uniform(0, SIDE, (4, people, 2)):
        market = bare()
        market.clients.add(people)
        market.commissioners.leg_factor = 1 / 1.3  # undoes the detour
        provider(market, practice=0.0)
        for i, (x, y) in enumerate(at):
            person(market, i, x=east + x, y=north + y)
        legs = carry_out(visits_are_rostered, market, {}, numbers(**AS_THE_CROW_FLIES)).clients.leg[:people]
        found.append(legs.mean() / 3)
    return np.mean(found)


@pytest.mark.parametrize("people", [250, 1000, 4000])
def test_a_round_is_longer_than_the_shortest_by_no_more_than_a_tour_along_a_curve_is(people):
    over = mean_leg(people) / (SHORTEST * SIDE / np.sqrt(people))
    assert 1.25 < over < 1.5


def test_a_square_that_the_curve_does_not_fill_costs_some_tenth_more():
    assert 1.0 < mean_leg(1000, 7.3, -51.9) / mean_leg(1000) < 1.15


@pytest.mark.parametrize("people", [250, 1000])
def test_legs_are_half_as_long_where_four_times_as_many_live(people):
    assert mean_leg(4 * people) / mean_leg(people) == pytest.approx(0.5, rel=0.05)
