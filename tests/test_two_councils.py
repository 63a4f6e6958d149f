"""Two councils in one market, far from each other, are as if each were alone: whatever one does, the other is the same.

Every rule loops over everybody's rows. One that forgets whose row it is, or sums over both councils, breaks this.
"""

from dataclasses import fields
from functools import cache

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from caremarket_sim.market.codes import NUMBERS_A_COUNCIL
from caremarket_sim.market.ledger import PARTY
from caremarket_sim.market.market import Market
from caremarket_sim.market.tidy import tours
from caremarket_sim.parameters import Numbers
from caremarket_sim.policy import NEUTRAL, PRESETS, of_preset
from caremarket_sim.week import one_week
from tests.small_place import FEW, begun, small
from tests.test_policy import lever_settings

FAR_AWAY = 500.0
"""Kilometres between the two places: nobody works or serves so far from home."""
WEEKS = 108
"""Past two Aprils, and past the start of contracts that were co-designed and tendered."""
BY_COUNCIL = ("commissioners", "levers", "decided", "asked", "counts", "ledger", "paid_before", "starts")


def as_second_council(market, places_before, rows_before):
    """The market's arrays as those of council 1, whose rows come after so many zones, localities, providers, care
    workers and people."""
    market = market.copy()
    clients, workers, providers = market.clients, market.workers, market.providers
    providers_before, workers_before, people_before = rows_before
    for agents in (clients, market.followed, workers, providers):
        agents.council = 1
        agents.number += np.where(agents.number > 0, NUMBERS_A_COUNCIL, -10 * NUMBERS_A_COUNCIL)  # < 0 are founders
    for column in (clients.provider, clients.former, workers.provider):
        column[column >= 0] += providers_before
    for column in (clients.carer, clients.seen, clients.seen_before, clients.familiar):
        column[column >= 0] += workers_before
    market.followed.client[market.followed.client >= 0] += people_before
    zones_before, localities_before = places_before
    for column in (clients.zone, market.followed.zone, workers.zone, providers.base_zone):
        column += zones_before
    clients.locality += localities_before
    providers.patch_locality[in_use(providers.patch_locality, providers.patch_count)] += localities_before
    providers.lot[in_use(providers.lot, providers.lots)] += localities_before
    for places in (market.zones, market.localities):
        places["council"] = 1
        places["x"] += FAR_AWAY
    for east in (clients.home_x, workers.home_x, providers.base_x):
        east += FAR_AWAY
    clients.tour = tours(clients.home_x, clients.home_y)
    market.commissioners.number = 1
    market.commissioners.first_zone = zones_before
    market.commissioners.first_locality = localities_before
    return market


def in_use(places, count):
    """Which of a provider's places for zones are in use."""
    return np.arange(places.shape[1]) < count[:, None]


def joined(first, second):
    """One market of two councils, each with its place, people, care workers and providers."""
    places = len(first.zones), len(first.localities)
    second = as_second_council(second, places, (len(first.providers), len(first.workers), len(first.clients)))
    both = {part.name: getattr(first, part.name) for part in fields(Market) if part.init and part.name != "_state"}
    for name in ("clients", "followed", "workers", "providers", "commissioners"):
        table, more = getattr(first, name).copy(), getattr(second, name)
        before = len(table)
        table.add(len(more))
        for part in table.parts():
            getattr(table, part)[before:] = getattr(more, part)
        both[name] = table
    for name in ("zones", "localities", "transfers", "candidates", "firms", *BY_COUNCIL[1:]):
        both[name] = np.concatenate([getattr(first, name), getattr(second, name)])
    both["series"] = np.concatenate([first.series, second.series], axis=1)
    return Market(**both).copy()


def names_of(rows, numbers):
    """Permanent numbers of those whom the rows point to; what points to nobody as it is."""
    return np.where(rows >= 0, numbers[np.maximum(rows, 0)], rows)


def seen_by(market, council):
    """All that belongs to a council, by column: whoever is pointed to by number, zones and localities by their place
    in it."""
    workers, providers = market.workers, market.providers
    first = int(market.commissioners.first_zone[council])
    zones = slice(first, first + int(market.commissioners.zones[council]))
    served = int(market.commissioners.first_locality[council])
    served = served, served + int(market.commissioners.localities[council])
    found = {}
    for name in ("clients", "followed", "workers", "providers"):
        table = getattr(market, name)
        for column in table.columns():
            found[f"{name}.{column}"] = getattr(table, column)
    for column in ("clients.provider", "clients.former", "workers.provider"):
        found[column] = names_of(found[column], providers.number)
    found["followed.client"] = names_of(found["followed.client"], market.clients.number)
    for column in ("carer", "seen", "seen_before", "familiar"):
        found[f"clients.{column}"] = names_of(found[f"clients.{column}"], workers.number)
    for column in ("clients.zone", "followed.zone", "workers.zone", "providers.base_zone"):
        found[column] = found[column] - first
    found["clients.locality"] = found["clients.locality"] - served[0]
    for places, count in (("patch_locality", "patch_count"), ("lot", "lots")):
        used = in_use(getattr(providers, places), getattr(providers, count))
        found[f"providers.{places}"] = np.where(used, getattr(providers, places) - served[0], -1)
    found = {name: column[getattr(market, name.split(".")[0]).council == council] for name, column in found.items()}
    for column in market.commissioners.columns():
        if column not in ("first_zone", "first_locality"):
            found[f"commissioners.{column}"] = getattr(market.commissioners, column)[council]
    for name in BY_COUNCIL[1:]:
        found[name] = getattr(market, name)[council]
    found["zones"] = market.zones[zones]
    found["localities"] = market.localities[slice(*served)]
    found["transfers"] = market.transfers[slice(*served)]
    found["series"] = market.series[:, council]
    found["candidates"] = market.candidates["number"][market.candidates["council"] == council]
    return found


def differences(one, other):
    """Names of what is not the same to the bit."""
    assert one.keys() == other.keys()
    return [name for name in one if np.asarray(one[name]).tobytes() != np.asarray(other[name]).tobytes()]


def rows_of(*levers):
    """Levers that councils ask for, a row each."""
    return np.concatenate([of_one.row for of_one in levers])


def went_on(market, *levers, later=None, weeks=WEEKS):
    """The market after so many weeks of the levers that each council asks for; `later` ones in the second half."""
    rows = rows_of(*levers), rows_of(*(later or levers))
    for week in range(weeks):
        one_week(market, small().parameters.numbers, Numbers(rows[2 * week // weeks]), 1)
    return market


def one():
    """The small place, settled."""
    return begun(small("baseline", WEEKS), 1)


def pair():
    """Two settled places in one market: of different seeds, so that no two people are alike."""
    return joined(one(), begun(small("baseline", WEEKS), 2))


@cache
def alone(regime):
    """A market of one council after two years."""
    return went_on(one(), REGIME[regime])


@cache
def beside(regime, other):
    """A market of two councils after two years, the first in one regime and the second in another."""
    return went_on(pair(), REGIME[regime], REGIME[other])


REGIME = {"neutral": NEUTRAL} | {name: of_preset(name) for name in PRESETS}
CASES = (
    ("neutral", "neutral"),
    ("neutral", "block"),
    ("block", "collaborative"),
    ("collaborative", "zero-hours-spot"),
    ("zero-hours-spot", "block"),
)


@pytest.mark.parametrize(("regime", "other"), CASES)
def test_a_council_is_the_same_to_the_bit_as_when_it_is_alone(regime, other):
    assert differences(seen_by(beside(regime, other), 0), seen_by(alone(regime), 0)) == []


def test_the_second_council_is_the_same_to_the_bit_whatever_the_first_does():
    assert differences(seen_by(beside("neutral", "block"), 1), seen_by(beside("zero-hours-spot", "block"), 1)) == []


@st.composite
def any_levers(draw):
    """A preset with some levers set at random, shocks among them."""
    return of_preset(draw(st.sampled_from(sorted(PRESETS)))).changed(draw(lever_settings))


@given(any_levers(), any_levers())
@FEW
def test_whatever_another_council_changes_its_levers_to_a_council_is_the_same(before, after):
    levers = REGIME["collaborative"]
    market = went_on(pair(), levers, before, later=(levers, after), weeks=70)
    assert differences(seen_by(market, 0), seen_by(went_on(one(), levers, weeks=70), 0)) == []


def test_each_council_follows_its_own_levers():
    market = beside("block", "collaborative")
    assert market.levers.tobytes() == rows_of(REGIME["block"], REGIME["collaborative"]).tobytes()
    for council, regime in enumerate(("block", "collaborative")):
        of_its_own = seen_by(market, council)
        assert "series" in differences(of_its_own, seen_by(beside("neutral", "neutral"), council)), regime
    assert market.commissioners.codesigned[0] == 0.0 < market.commissioners.codesigned[1], "only one was co-designed"
    assert (market.series["connectors"][-1] > 0.0).tolist() == [False, True], "only one pays connectors"


@pytest.mark.parametrize(("regime", "other"), CASES)
def test_nobody_deals_with_anybody_of_the_other_council(regime, other):
    market = beside(regime, other)
    clients, workers, providers = market.clients, market.workers, market.providers
    for of_whom, rows, whose in (
        (clients.council, clients.provider, providers.council),
        (clients.council, clients.former, providers.council),
        (workers.council, workers.provider, providers.council),
        *((clients.council, clients.carer[:, run], workers.council) for run in range(clients.carer.shape[1])),
        *((clients.council, clients.familiar[:, k], workers.council) for k in range(clients.familiar.shape[1])),
        (clients.council, clients.zone, market.zones["council"]),
        (workers.council, workers.zone, market.zones["council"]),
        (providers.council, providers.base_zone, market.zones["council"]),
    ):
        somebody = rows >= 0
        assert np.array_equal(of_whom[somebody], whose[rows[somebody]])
    assert np.bincount(clients.council[clients.provider >= 0]).min() > 20, "both have people in care"


@pytest.mark.parametrize(("regime", "other"), CASES)
def test_the_cash_of_a_council_s_providers_is_what_its_own_books_say(regime, other):
    before, after = pair(), beside(regime, other)
    for council in (0, 1):
        cash = [int(market.providers.cash[market.providers.council == council].sum()) for market in (before, after)]
        assert cash[1] - cash[0] == after.purses[council, PARTY["providers"]]


def test_the_year_s_sums_of_a_zone_are_those_of_its_council_alone():
    together, by_itself = beside("neutral", "block").breakdowns, alone("neutral").breakdowns
    zones = len(one().zones)
    assert len(together) == len(by_itself) == 2
    for year in (0, 1):
        assert np.array_equal(together[year][:zones], by_itself[year][:zones], equal_nan=True)
