"""Which localities providers serve, in places of more localities than one provider can."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.place import Seen, of_the_same_firms
from caremarket_sim.market.codes import PATCH
from caremarket_sim.market.territory import cover_localities, lead_here_too, serve, serve_the_borough
from tests.mechanisms.markets import P, bare
from tests.small_place import begun, small, weekly, wigan


def wide(providers, localities=60):
    """A place of so many localities in a row, a kilometre apart, and providers whose offices are at its west end."""
    market = bare()
    market.providers.add(providers - 1)[:] = market.providers.rows[0]
    market.providers.number = np.arange(providers) + 1
    market.localities = np.resize(market.localities, localities)
    market.localities["x"], market.localities["y"] = np.arange(localities), 0.0
    market.commissioners.localities = localities
    market.providers.base_x, market.providers.base_y = np.arange(providers) / 100, 0.0
    return market


def served(market):
    """How many providers serve each locality."""
    providers = market.providers
    counts = np.zeros(len(market.localities), int)
    for j in range(len(providers)):
        np.add.at(counts, providers.patch_locality[j, : providers.patch_count[j]], 1)
    return counts


def test_the_borough_is_as_much_of_it_as_a_provider_can_serve_nearest_its_office():
    market = wide(2)
    serve_the_borough(market, 1)
    assert market.providers.patch_locality[1].tolist() == list(range(PATCH))
    few = wide(1, 4)
    serve_the_borough(few, 0)
    assert few.providers.patch_locality[0, : few.providers.patch_count[0]].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(("winners", "fewest"), [(3, 1), (8, 3), (25, 3)])
def test_every_locality_has_winners_though_all_of_them_would_serve_the_same_end_of_the_place(winners, fewest):
    market = wide(winners)
    for j in range(winners):
        serve_the_borough(market, j)
    assert served(market)[-1] == 0
    cover_localities(market, np.arange(winners), range(60), P.ownership_fewest_a_zone)
    assert served(market).min() >= fewest
    for j in range(winners):
        assert len(set(market.providers.patch_locality[j].tolist())) == market.providers.patch_count[j] == PATCH


def test_a_locality_more_to_lead_comes_first_and_a_full_patch_loses_its_last():
    market = wide(1)
    serve(market.providers, 0, range(PATCH), {0, 1})
    lead_here_too(market.providers, 0, 40)
    patch, leads = market.providers.patch_locality[0], market.providers.patch_lead[0]
    assert patch.tolist() == [40, *range(PATCH - 1)] and patch[leads == 1].tolist() == [40, 0, 1]


def contract(zoned):
    """A tender of few winners, by zones or not, in a place of some fifty localities."""
    scenario = wigan().with_parameters(ownership__locality_residents=6000)
    levers = {"procurement__retender_at_start": True, "procurement__max_providers": 4, "procurement__zoned": zoned}
    return scenario.with_levers(**levers, contract__sourcing="zoned_lead" if zoned else "open_spot")


@pytest.mark.parametrize("zoned", [False, True])
def test_in_a_place_of_more_localities_than_a_patch_every_one_is_served_by_a_winner(zoned):
    scenario = contract(zoned)
    *_, seen = weekly(scenario.with_weeks(26), begun(scenario))
    market = seen["end"]
    providers = market.providers
    assert len(market.localities) > PATCH and providers.contracted.sum() == 4
    served_by = {
        int(place)
        for j in np.flatnonzero(providers.contracted == 1)
        for place in providers.patch_locality[j, : providers.patch_count[j]][
            (providers.patch_lead[j, : providers.patch_count[j]] == 1) | (not zoned)
        ]
    }
    assert served_by == set(range(len(market.localities)))


def test_a_tender_never_has_too_few_winners_for_the_localities_of_a_place():
    scenario = contract(False).with_levers(procurement__max_providers=1)
    *_, seen = weekly(scenario.with_weeks(26), begun(scenario))
    assert seen["end"].providers.contracted.sum() == np.ceil(len(seen["end"].localities) / PATCH) == 3


def test_an_open_list_leaves_every_patch_as_it_is():
    scenario = replace(small(weeks=40), title="an open list").with_levers(
        procurement__retender_at_start=True, contract__retainer_weeks=4
    )
    before = begun(scenario)
    *_, seen = weekly(scenario, begun(scenario))
    after = seen["end"].providers
    patches = {
        int(number): set(places[:count].tolist())
        for number, places, count in zip(after.number, after.patch_locality, after.patch_count, strict=True)
    }
    for j, number in enumerate(before.providers.number.tolist()):
        if number in patches:
            count = before.providers.patch_count[j]
            assert patches[number] == set(before.providers.patch_locality[j, :count].tolist())


def test_the_same_firms_are_those_with_a_contract_in_both_worlds_and_their_hours_count_together():
    zoned = Seen([], {1: np.array([1.0, 10.0]), 2: np.array([1.0, 30.0]), 3: np.array([99.0, 1.0])})
    borough = Seen([], {1: np.array([2.0, 10.0]), 2: np.array([1.0, 10.0])})
    assert of_the_same_firms(zoned, borough) == pytest.approx(100 * (3 / 20 / (2 / 40) - 1))
