"""How a place is cut into zones says who lives where, and nothing else."""

import numpy as np
import pytest

from benchmarks.zoning import cut, judge, measure
from caremarket_sim.market.tidy import tours
from caremarket_sim.opening.zones import make_localities, make_zones
from tests.mechanisms.markets import P
from tests.small_place import begun, small, wigan


def places(pieces):
    """Wigan's wards, each cut in so many, and the localities made of them."""
    given = cut(wigan().place, pieces).zones
    zones = make_zones(cut(wigan().place, pieces), P)
    return given, zones, make_localities(zones, given["population"], P)


@pytest.mark.parametrize("pieces", [2, 4])
def test_pieces_of_a_zone_share_its_ground_its_people_and_what_is_known_of_them(pieces):
    (whole, zones, _), (given, parts, _) = places(1), places(pieces)
    for shared in ("area_km2", "population", "population_65plus", "population_85plus"):
        assert given[shared].reshape(-1, pieces).sum(axis=1) == pytest.approx(whole[shared])
    for mean in ("x", "y", "assets"):
        assert parts[mean].reshape(-1, pieces).mean(axis=1) == pytest.approx(zones[mean], abs=0.02), mean
    for weights in ("council_referrals", "self_referrals", "residents"):
        assert parts[weights][pieces - 1 :: pieces] == pytest.approx(zones[weights], abs=0.001), weights
    assert (parts["fifth"].reshape(-1, pieces) == zones["fifth"][:, None]).mean() > 0.9
    away = (parts["x"] - np.repeat(zones["x"], pieces)) ** 2 + (parts["y"] - np.repeat(zones["y"], pieces)) ** 2
    spread = (away + parts["area_km2"] / 6).reshape(-1, pieces).mean(axis=1)
    assert spread == pytest.approx(zones["area_km2"] / 6, rel=0.01), "homes are spread as widely as before"


@pytest.mark.parametrize("pieces", [2, 4])
def test_localities_are_of_as_many_residents_and_in_the_same_places_however_a_place_is_cut(pieces):
    (_, _, wards), (_, _, cut_up) = places(1), places(pieces)
    assert len(wards) == len(cut_up) == 25
    assert wards["residents"] == pytest.approx(25 * [wards["residents"].mean()], rel=0.02)
    nearest = [np.hypot(wards["x"] - x, wards["y"] - y).min() for x, y in cut_up[["x", "y"]].tolist()]
    across = np.sqrt(188 / 25)
    assert np.mean(nearest) < across / 4


def test_a_place_has_as_many_localities_as_a_provider_serves_at_least():
    market = begun(small())
    assert len(market.localities) == market.commissioners.localities[0] == 3
    assert market.localities["residents"].sum() == pytest.approx(12_000)


def test_homes_lie_in_their_zone_and_belong_to_the_nearest_locality():
    market = begun(wigan())
    clients, workers, zones, localities = market.clients, market.workers, market.zones, market.localities
    for people in (clients, workers):
        half = np.sqrt(zones["area_km2"][people.zone]) / 2 + 1e-9
        at_work = people.number > 0  # founders live where the office is
        assert (np.abs(people.home_x - zones["x"][people.zone]) < half)[at_work].all()
        assert (np.abs(people.home_y - zones["y"][people.zone]) < half)[at_work].all()
    away = np.hypot(clients.home_x[:, None] - localities["x"], clients.home_y[:, None] - localities["y"])
    assert (away.argmin(axis=1) == clients.locality).all()
    assert (tours(clients.home_x, clients.home_y) == clients.tour).all()


def test_a_tour_passes_every_cell_once_and_goes_from_each_to_one_beside_it():
    side = np.arange(32) / 8 + 0.01
    x, y = (axis.ravel() for axis in np.meshgrid(side, side))
    passed = np.argsort(tours(x, y))
    steps = np.abs(np.diff(x[passed])) + np.abs(np.diff(y[passed]))
    assert steps == pytest.approx(1 / 8)


@pytest.mark.slow
def test_wigan_comes_to_the_same_however_its_wards_are_cut():
    """Travel and hours within 3%, turnover within a point, waiting within chance; of eight futures of two years."""
    chance = 2.84  # standard errors that one of two means of eight futures is apart by in 5 of 100 (Student's t)
    for name, pieces, by, error, words, holds in judge(measure(range(1, 9), weeks=104)):
        doubt = chance if name in ("turnover", "people_waiting") else 0.0  # as large as the bound itself
        assert holds or abs(by) < doubt * error, f"{name} cut in {pieces}: {words}"
