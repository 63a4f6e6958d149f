"""Two councils in one market, far from each other, are as if each were alone: whatever one does, the other is the same.

Every rule loops over everybody's rows. One that forgets whose row it is, or sums over both councils, breaks this.
"""

from dataclasses import fields
from functools import cache

import numpy as np
import pytest

from caremarket_sim.market.codes import NUMBERS_A_COUNCIL
from caremarket_sim.market.market import Market
from caremarket_sim.market.tidy import tidy_rows
from caremarket_sim.parameters import Numbers
from caremarket_sim.policy import of_preset
from caremarket_sim.week import one_week
from tests.small_place import REGIMES, begun, small

FAR_AWAY = 500.0
"""Kilometres between the two places: nobody works or serves so far from home."""
WEEKS = 108
"""Past two Aprils, and past the start of contracts that were co-designed and tendered."""
BY_COUNCIL = ("commissioners", "levers", "decided", "asked", "counts", "ledger", "paid_before", "starts")


def as_second_council(market, zones_before, rows_before):
    """The market's arrays as those of council 1, whose rows come after so many zones, providers and care workers."""
    market = market.copy()
    clients, workers, providers = market.clients, market.workers, market.providers
    providers_before, workers_before = rows_before
    for agents in (clients, workers, providers):
        agents.council = 1
        agents.number += np.where(agents.number > 0, NUMBERS_A_COUNCIL, -10 * NUMBERS_A_COUNCIL)  # < 0 are founders
    for column in (clients.provider, clients.former, workers.provider):
        column[column >= 0] += providers_before
    for column in (clients.carer, clients.seen, clients.seen_before, clients.familiar):
        column[column >= 0] += workers_before
    for column in (clients.zone, workers.zone, providers.base_zone):
        column += zones_before
    providers.patch_zone[in_use(providers.patch_zone, providers.patch_count)] += zones_before
    providers.lot[in_use(providers.lot, providers.lots)] += zones_before
    market.zones["council"] = 1
    market.zones["x"] += FAR_AWAY
    market.zones["neighbourhood"] += 1 + market.zones["neighbourhood"].max()
    market.commissioners.number = 1
    market.commissioners.first_zone = zones_before
    return market


def in_use(places, count):
    """Which of a provider's places for zones are in use."""
    return np.arange(places.shape[1]) < count[:, None]


def joined(first, second):
    """One market of two councils, each with its place, people, care workers and providers."""
    second = as_second_council(second, len(first.zones), (len(first.providers), len(first.workers)))
    both = {part.name: getattr(first, part.name) for part in fields(Market) if part.init and part.name != "_state"}
    for name in ("clients", "workers", "providers", "commissioners"):
        table, more = getattr(first, name).copy(), getattr(second, name)
        before = len(table)
        table.add(len(more))
        for part in table.parts():
            getattr(table, part)[before:] = getattr(more, part)
        both[name] = table
    for name in ("zones", "transfers", "candidates", "firms", *BY_COUNCIL[1:]):
        both[name] = np.concatenate([getattr(first, name), getattr(second, name)])
    both["series"] = np.concatenate([first.series, second.series], axis=1)
    return Market(**both).copy()


def names_of(rows, numbers):
    """Permanent numbers of those whom the rows point to; what points to nobody as it is."""
    return np.where(rows >= 0, numbers[np.maximum(rows, 0)], rows)


def seen_by(market, council):
    """All that belongs to a council, by column: whoever is pointed to by number, and zones by their place in it."""
    clients, workers, providers = market.clients, market.workers, market.providers
    first = int(market.commissioners.first_zone[council])
    zones = slice(first, first + int(market.commissioners.zones[council]))
    found = {}
    for name in ("clients", "workers", "providers"):
        table = getattr(market, name)
        for column in table.columns():
            found[f"{name}.{column}"] = getattr(table, column)
    for column in ("clients.provider", "clients.former", "workers.provider"):
        found[column] = names_of(found[column], providers.number)
    for column in ("carer", "seen", "seen_before", "familiar"):
        found[f"clients.{column}"] = names_of(found[f"clients.{column}"], workers.number)
    for column in ("clients.zone", "workers.zone", "providers.base_zone"):
        found[column] = found[column] - first
    for places, count in (("patch_zone", "patch_count"), ("lot", "lots")):
        used = in_use(getattr(providers, places), getattr(providers, count))
        found[f"providers.{places}"] = np.where(used, getattr(providers, places) - first, -1)
    found = {name: column[getattr(market, name.split(".")[0]).council == council] for name, column in found.items()}
    for column in market.commissioners.columns():
        if column != "first_zone":
            found[f"commissioners.{column}"] = getattr(market.commissioners, column)[council]
    for name in BY_COUNCIL[1:]:
        found[name] = getattr(market, name)[council]
    found["zones"] = market.zones[zones]
    found["transfers"] = market.transfers[zones]
    found["series"] = market.series[:, council]
    found["candidates"] = market.candidates["number"][market.candidates["council"] == council]
    return found


def differences(one, other):
    """Names of what is not the same to the bit."""
    assert one.keys() == other.keys()
    return [name for name in one if np.asarray(one[name]).tobytes() != np.asarray(other[name]).tobytes()]


def levers_of(*regimes):
    """Levers that councils ask for, a row each: a preset, or what is so already."""
    neutral = small().levers_at(0)
    return np.concatenate([(neutral if name is None else of_preset(name)).row for name in regimes])


def went_on(market, levers, changed=None, weeks=WEEKS):
    """The market after so many weeks of the levers; half way `changed` is asked for instead, if given."""
    for week in range(weeks):
        asked = levers if changed is None or week < weeks // 2 else changed
        one_week(market, small().parameters.numbers, Numbers(asked), 1)
    return market


def pair():
    """Two settled places in one market: of different seeds, so that no two people are alike."""
    return joined(begun(small("baseline", WEEKS), 1), begun(small("baseline", WEEKS), 2))


@cache
def alone(regime):
    """What a council is after two years without another."""
    return seen_by(went_on(begun(small("baseline", WEEKS), 1), levers_of(regime)), 0)


@cache
def beside(regime, other):
    """Both councils after two years, the first in one regime and the second in another."""
    market = went_on(pair(), levers_of(regime, other))
    return seen_by(market, 0), seen_by(market, 1)


CASES = (
    (None, None),
    (None, "block"),
    ("block", "collaborative"),
    ("collaborative", "zero-hours-spot"),
    ("zero-hours-spot", "block"),
)


@pytest.mark.parametrize(("regime", "other"), CASES)
def test_a_council_is_the_same_to_the_bit_as_when_it_is_alone(regime, other):
    assert differences(beside(regime, other)[0], alone(regime)) == []
