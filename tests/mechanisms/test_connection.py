"""How people are connected to others."""

import pytest

from caremarket_sim.market.codes import IN_HOSPITAL, LEFT, RECEIVING, SELF_FUNDER, WAITING
from caremarket_sim.mechanisms.connection import connections_form
from tests.mechanisms.markets import bare, carry_out, council, person, provider

TO_CONNECTION = {"contract.outcome_share": 0.5, "contract.outcome_measure": "connection"}


def after(policy=None, people=120.0, practice=0.0, **columns):
    """The market after a week of one person, in a zone with assets of 0.7."""
    market = bare()
    market.zones["assets"] = 0.7
    council(market, people=people, pot_connectors=0.0)
    provider(market, practice=practice)
    person(market, **({"readiness": 0.5, "slack": 0.0} | columns))
    return carry_out(connections_form, market, policy or {})


def test_connection_drifts_to_the_person_s_own_level():
    assert after(connection=0.2, sociability=0.6).clients.connection[0] == pytest.approx(0.2 + 0.02 * 0.4)


def test_connectors_reach_people_who_are_ready_where_the_place_has_assets():
    market = after({"community.connectors_fte": 2})
    offered = 6 * 2 / 120 * 0.5 * 0.7
    assert market.clients.connection[0] == pytest.approx(0.5 + offered * 0.5)
    assert market.counts["connections"][0] == pytest.approx(offered)
    assert after({"community.connectors_fte": 2}, readiness=0.0).counts["connections"][0] == 0


def test_what_the_provider_has_learned_adds_to_the_offer():
    few, more = (
        after({"community.connectors_fte": 2}, practice=practice).counts["connections"][0] for practice in (0, 1)
    )
    assert more / few == pytest.approx(1.3)


@pytest.mark.parametrize(("slack", "status", "gain"), [(5, RECEIVING, 0.001), (4.9, RECEIVING, 0), (5, IN_HOSPITAL, 0)])
def test_visits_with_time_to_spare_help_a_little(slack, status, gain):
    assert after(slack=slack, status=status).clients.connection[0] == pytest.approx(0.5 + gain)


def test_payment_for_connection_offers_it_to_council_clients_and_payment_for_something_else_does_not():
    assert after(TO_CONNECTION).counts["connections"][0] == pytest.approx(0.003 * 0.5 * 0.5 * 0.7)
    assert after(TO_CONNECTION, payer=SELF_FUNDER).counts["connections"][0] == 0
    for measure in ("experience", "independence"):
        assert after(TO_CONNECTION | {"contract.outcome_measure": measure}).counts["connections"][0] == 0


def test_whoever_waits_is_offered_it_too_and_whoever_has_left_is_not():
    policy = {"community.connectors_fte": 2}
    assert (
        after(policy, status=WAITING).counts["connections"][0]
        > 0
        == after(policy, status=LEFT).counts["connections"][0]
    )
