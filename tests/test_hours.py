"""Hours delivered and hours undelivered make hours due: for each person, each provider and in total."""

import numpy as np
import pytest
from hypothesis import given

from caremarket_sim.market.record import CLIENT_SUMS
from tests import plain_week
from tests.plain_week import COUNCIL, IN_POST, RECEIVING
from tests.small_place import FEW, REGIMES, begun, random_policies, weekly, wigan


def check_people(market, contact_by, nobody):
    """Everybody's hours due come from visits, minutes and care workers; what was not missed was delivered."""
    clients, workers = market.clients, market.workers
    missed = clients.missed * clients.visit_minutes / 60.0
    assert np.allclose(clients.due, [plain_week.hours_due(client) for client in clients.rows])
    assert np.allclose(clients.delivered + missed, clients.due)
    assert np.allclose(missed, nobody)
    assert (clients.missed >= 0.0).all()
    assert (clients.missed <= clients.visits_due).all()
    receiving = clients.status == RECEIVING
    assert np.allclose(clients.due[receiving], clients.hours[receiving])
    assert np.array_equal(clients.visits_due, 7 * clients.visits * clients.carers * receiving)
    in_fact = np.where(workers.status == IN_POST, 1.0 - market.providers.clipping[workers.provider], 1.0)
    assert np.allclose(workers.contact, np.asarray(contact_by) * in_fact), "shorter by what its provider clips"
    assert np.allclose(workers.block_hours.sum(axis=1), contact_by)


def check_providers(market, contact_by, office, agency):
    """A provider's hours are those of its people, done by its care workers, its office and agency staff."""
    clients, workers, providers = market.clients, market.workers, market.providers
    count = len(providers)

    def of_clients(column, payer=None):
        here = (clients.status == RECEIVING) & ((clients.payer == payer) if payer is not None else True)
        return np.bincount(clients.provider[here], column[here], count)

    def of_workers(column):
        here = workers.status == IN_POST
        return np.bincount(workers.provider[here], np.asarray(column)[here], count)

    for column, added_up in (
        (providers.due, of_clients(clients.due)),
        (providers.due_council, of_clients(clients.due, COUNCIL)),
        (providers.delivered, of_clients(clients.delivered)),
        (providers.delivered_council, of_clients(clients.delivered, COUNCIL)),
        (providers.visits_due, of_clients(clients.visits_due)),
        (providers.contact, of_workers(contact_by)),
        (providers.travel, of_workers(workers.travel)),
        (providers.gap, of_workers(workers.gap)),
        (providers.office, office),
        (providers.agency, agency),
        (providers.contact + providers.office + providers.agency, providers.delivered),
    ):
        assert np.allclose(column, added_up)


def check_hours(seen):
    """The whole account of a week's hours, as it stands when the roster is done."""
    market = seen["care_is_experienced"]
    contact, office, agency, nobody = plain_week.hours_by_who_came(market)
    check_people(market, contact, nobody)
    check_providers(market, contact, office, agency)
    counts = market.counts[0]
    assert counts["hours_delivered"] + counts["hours_undelivered"] == pytest.approx(market.clients.due.sum())
    assert counts["hours_undelivered"] == pytest.approx(sum(nobody), abs=1e-6)
    record = seen["end"].series[market.week % len(market.series), 0]
    assert record["due"] == pytest.approx(market.clients.due.sum())
    assert record["delivered"] == pytest.approx(counts["hours_delivered"])


@given(random_policies())
@FEW
def test_delivered_and_undelivered_hours_make_hours_due_whatever_the_policy(scenario):
    for seen in weekly(scenario, begun(scenario), watched=("care_is_experienced",)):
        check_hours(seen)


@pytest.mark.parametrize("name", REGIMES)
def test_delivered_and_undelivered_hours_make_hours_due_at_full_size(name):
    scenario = wigan(name, 3)
    for seen in weekly(scenario, begun(scenario), watched=("care_is_experienced",)):
        check_hours(seen)


def test_hours_of_breakdowns_add_up_to_those_of_the_year():
    scenario = wigan("baseline", 52)
    *_, seen = weekly(scenario, begun(scenario))
    market = seen["end"]
    groups = market.breakdowns[0]
    by_zone = slice(0, len(market.zones))
    for column, name in (("sum_due", "due"), ("sum_delivered", "delivered"), ("sum_visits", "visits_due")):
        year = float(market.series[name].sum())
        assert groups[by_zone, CLIENT_SUMS.index(column)].sum() == pytest.approx(year)
