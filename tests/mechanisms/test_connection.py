"""How people are connected to others."""

import numpy as np
import pytest

from caremarket_sim.market.codes import IN_HOSPITAL, LEFT, RECEIVING, SELF_FUNDER, WAITING
from caremarket_sim.mechanisms.connection import connections_form
from tests.mechanisms.markets import bare, carry_out, council, numbers, person, provider

TO_CONNECTION = {"contract.outcome_share": 0.5, "contract.outcome_measure": "connection"}
PLENTY = {"community.connectors_fte": 60}
MANY = 60


def after(policy=None, practice=0.0, clipping=0.0, many=1, parameters=None, assets=0.55, **columns):
    """The market after a week of so many people alike, in a zone like most."""
    market = bare()
    market.zones["assets"] = assets
    council(market, pot_connectors=0.0)
    provider(market, practice=practice, clipping=clipping, effort=0.5)
    for i in range(many):
        person(market, i, **({"readiness": 1.0, "delivered": 3.5, "supported": 0, "unasked": 0} | columns))
    return carry_out(connections_form, market, policy or {}, parameters or numbers())


def test_connection_drifts_to_the_person_s_own_level():
    assert after(connection=0.2, sociability=0.6).clients.connection[0] == pytest.approx(0.2 + 0.02 * 0.4)


def test_free_places_go_to_people_who_lack_connection_and_are_ready():
    lonely = {"connection": 0.0, "sociability": 0.0}
    clients = after(PLENTY, many=MANY, **lonely).clients
    assert set(clients.supported[:MANY]) == {13} and set(clients.unasked[:MANY]) == {65}
    assert not after(PLENTY, many=MANY, **lonely | {"readiness": 0.0}).clients.supported.any()
    assert not after(PLENTY, many=MANY, connection=0.6).clients.supported.any()
    assert not after(PLENTY, many=MANY, **lonely | {"unasked": 2}).clients.supported.any()
    assert not after({}, many=MANY, **lonely).clients.supported.any()


def test_a_connector_has_a_caseload():
    places = 0.4 * 25
    market = after({"community.connectors_fte": 0.4}, many=MANY, connection=0.0, sociability=0.0)
    begun = market.counts["connections"][0]
    assert begun == pytest.approx(places, abs=4 * np.sqrt(places)) and begun == (market.clients.supported > 0).sum()
    full = after({"community.connectors_fte": MANY / 25}, many=MANY, supported=5, unasked=5)
    assert full.counts["connections"][0] == 0


def test_support_raises_connection_and_ends():
    market = after(PLENTY, supported=1, unasked=53)
    assert market.clients.connection[0] == pytest.approx(0.5 + 0.04 / 14 * 0.5)
    assert (market.clients.supported[0], market.clients.unasked[0]) == (0, 52)
    assert after(PLENTY, unasked=52).clients.connection[0] == 0.5


def gained(policy=PLENTY, **columns):
    """What somebody in support gained in a week."""
    return after(policy, supported=5, unasked=57, **columns).clients.connection[0] - 0.5


def test_support_brings_less_where_the_place_has_little_and_more_where_the_provider_has_learned():
    assert gained(assets=0.275) == pytest.approx(gained() / 2)
    assert gained(practice=1.0) == pytest.approx(1.3 * gained())


def test_where_connectors_are_cut_people_in_support_get_less_of_it_or_none():
    half = {"community.connectors_fte": MANY / 25 / 2}
    assert gained(half, many=MANY) == pytest.approx(gained(many=MANY) / 2)
    assert gained({}) == 0.0


@pytest.mark.parametrize(
    ("columns", "gain"),
    [
        ({"visit_minutes": 35.0}, 0.001),
        ({"visit_minutes": 34.0}, 0),
        ({"visit_minutes": 35.0, "status": IN_HOSPITAL}, 0),
        ({"visit_minutes": 35.0, "delivered": 0.0}, 0),
        ({"visit_minutes": 35.0, "clipping": 0.05}, 0),
        ({"visit_minutes": 40.0, "clipping": 0.05}, 0.001),
    ],
)
def test_visits_help_a_little_that_are_longer_than_their_tasks_as_far_as_they_are_worked(columns, gain):
    columns = {"status": RECEIVING, "unasked": 9} | columns
    assert after(**columns).clients.connection[0] == pytest.approx(0.5 + gain)


@pytest.mark.parametrize("basis", ["planned_time", "actual_minutes"])
def test_planned_time_that_was_not_worked_is_no_time_to_talk(basis):
    assert after({"contract.payment_basis": basis}).clients.connection[0] == 0.5


def test_payment_for_connection_offers_it_to_council_clients_and_payment_for_something_else_does_not():
    assert after(TO_CONNECTION).counts["connections"][0] == pytest.approx(0.003 * 0.5 * 0.55)
    assert after(TO_CONNECTION, payer=SELF_FUNDER).counts["connections"][0] == 0
    for measure in ("experience", "independence"):
        assert after(TO_CONNECTION | {"contract.outcome_measure": measure}).counts["connections"][0] == 0


def test_whoever_waits_is_offered_support_too_and_whoever_has_left_is_not():
    lonely = {"connection": 0.0, "sociability": 0.0}
    assert after(PLENTY, status=WAITING, **lonely).counts["connections"][0] == 1
    assert after(PLENTY, status=LEFT, **lonely).counts["connections"][0] == 0
