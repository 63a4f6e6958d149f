"""Fees and what goes with them, and the cost of commissioning."""

import pytest

from caremarket_sim.market.codes import IN_HOSPITAL, RECEIVING, SELF_FUNDER
from caremarket_sim.mechanisms.payments import council_pays
from tests.mechanisms.markets import bare, carry_out, council, person, provider

PLANNED = {"contract.payment_basis": "planned_time"}


def paid(policy=None, hours=100.0, **columns):
    """The market after the council has paid a provider that delivered so many hours at £20."""
    market = bare()
    council(market, pot_wages=0.0, pot_connectors=0.0, experience_reference=0.7)
    provider(market, rate=20.0, delivered_council=hours, contracted_hours=0.0, cash=0, revenue=5.0, cost=7.0)
    provider(market, capacity=1000.0, clients=30.0, trust=0.5)
    provider(market, **columns)
    return carry_out(council_pays, market, policy or {})


@pytest.mark.parametrize(("basis", "pounds"), [("planned_time", 2000), ("actual_minutes", 1920)])
def test_fees_are_for_the_time_planned_or_the_minutes_spent(basis, pounds):
    market = paid({"contract.payment_basis": basis})
    assert market.paid("council", "providers", "fees") == pounds
    assert market.paid("clients", "council", "client contributions") == pytest.approx(0.12 * pounds)
    assert (market.providers.revenue[0], market.providers.cost[0]) == (pounds, 0), "the week's page was fresh"
    assert market.providers.cash[0] == 100 * pounds


@pytest.mark.parametrize(
    ("measure", "score"), [("experience", 0.63 / 0.7), ("independence", 0.39 / 0.78), ("connection", 0.336 / 0.42)]
)
def test_part_of_the_fee_depends_on_the_outcome_that_the_contract_measures(measure, score):
    policy = PLANNED | {"contract.outcome_share": 0.5, "contract.outcome_measure": measure}
    market = paid(policy, experience=0.63, independence=0.39, connection=0.336)
    assert market.paid("council", "providers", "fees") == 1000
    assert market.paid("council", "providers", "outcome payments") == pytest.approx(1000 * score)
    assert market.providers.outcome_score[0] == pytest.approx(score)
    assert market.paid("clients") == pytest.approx(0.12 * 2000), "people pay their part of the whole fee"


def test_no_more_than_a_tenth_above_can_be_earned():
    policy = PLANNED | {"contract.outcome_share": 0.5, "contract.outcome_measure": "experience"}
    assert paid(policy, experience=1.0).paid("council", "providers", "outcome payments") == pytest.approx(1100)


def test_a_retainer_pays_for_places_kept_for_the_council_s_people_in_hospital():
    def retained(policy, **columns):
        market = bare()
        provider(market, rate=20.0)
        person(market, **({"status": IN_HOSPITAL, "kept": 1, "hours": 10.0} | columns))
        return carry_out(council_pays, market, policy).paid("council", "providers", "retainers")

    assert retained({"contract.retainer_weeks": 2}) == 10 * 20 * 0.9
    assert retained({}) == retained({"contract.retainer_weeks": 2}, kept=0) == 0
    assert retained({"contract.retainer_weeks": 2}, payer=SELF_FUNDER) == 0


@pytest.mark.parametrize(
    ("columns", "unused"),
    [
        ({}, (90 - 50) * 20),
        ({"capacity": 45.0}, 40 * 20 / 2),
        ({"hours": 95.0}, 0),
        ({"contracted": 0}, 0),
        ({"closing": 2}, 0),
    ],
    ids=["half used", "no staff for them", "all used", "private", "closes"],
)
def test_block_hours_are_paid_for_unused_where_there_was_staff_to_deliver_them(columns, unused):
    policy = PLANNED | {"contract.guaranteed_volume": 0.9}
    market = paid(policy, **({"contracted_hours": 100.0, "hours": 50.0} | columns))
    assert market.paid("council", "providers", "block hours unused") == pytest.approx(unused)


def test_the_panel_s_addition_to_wages_is_paid_with_its_on_costs():
    market = bare()
    council(market, pot_wages=0.1)
    provider(market, rate=20.0, delivered_council=100.0)
    carry_out(council_pays, market, PLANNED)
    on_cost = 1.2157 + 0.138 * 0.5
    assert market.paid("council", "providers", "citizens' panel") == pytest.approx(10 * on_cost, abs=0.006)


@pytest.mark.parametrize(
    ("policy", "line", "pounds"),
    [
        ({"stewardship.capacity_fte": 2}, "stewardship", 2 * 62_000 / 52),
        ({"stewardship.forum_per_year": 6}, "forums", 6 * 3000 / 52),
        ({"community.connectors_fte": 3}, "connectors", 3 * 38_000 / 52),
        ({"stewardship.citizens_share": 0.5}, "citizens' panel", 30_000 / 52),
        ({"stewardship.learning_capture": 0.5, "stewardship.network": 0.4}, "network", (20_000 + 10_000) / 52),
        ({"stewardship.monitoring": 0.5}, "monitoring", 0.5 * 30 * 12 / 52 * 25),
        ({"stewardship.monitoring": 0, "stewardship.open_book": True}, "monitoring", 2500 / 52),
        ({}, "brokerage", (3 + 0.1 * 10) * 120),
        ({}, "front door", 2 * 350),
        ({}, "reablement", 3200 / 6),
        ({}, "disputes", 4 * 250),
    ],
)
def test_what_commissioning_costs(policy, line, pounds):
    market = bare()
    council(market, pot_connectors=0.0, pot_wages=0.0)
    provider(market, clients=30.0, trust=0.5, contracted_hours=0.0)
    counts = {"placed_council": 3, "waited": 10, "conversations": 2, "reablement_weeks": 1, "disputes": 4}
    for name, count in counts.items():
        market.counts[name] = count
    assert carry_out(council_pays, market, policy).paid("council", "suppliers", line) == pytest.approx(
        pounds, abs=0.006
    )


def test_a_check_costs_more_the_less_trust_there_is():
    line = "council", "suppliers", "monitoring"
    trusted, not_trusted = (paid({"stewardship.monitoring": 1}, trust=trust).paid(*line) for trust in (0.5, 0.0))
    assert not_trusted / trusted == pytest.approx(1 + 0.6 * 0.5, rel=1e-3)


def test_hospital_care_costs_the_nhs():
    market = bare()
    market.counts["admissions"], market.counts["delayed_nights"] = 2, 5
    assert carry_out(council_pays, market, {}).paid("nhs", "suppliers") == 2 * 3500 + 5 * 395


def test_what_is_paid_above_the_rate_is_a_line_of_its_own():
    market = bare()
    council(market, pot_wages=0.0, pot_connectors=0.0, experience_reference=0.7)
    provider(market, rate=20.0, delivered_council=100.0, contracted_hours=0.0, cash=0)
    plain = carry_out(council_pays, market.copy(), {})
    for i, status in enumerate((RECEIVING, IN_HOSPITAL)):
        person(market, i, status=status, emergency=5, delivered=10.0)
        market.clients.above_rate[i] = 3.0
    market = carry_out(council_pays, market, {})
    above = 10 * 0.96 * 3
    assert market.paid("council", "providers", "emergency purchase") == pytest.approx(above)
    assert market.providers.revenue[0] - plain.providers.revenue[0] == pytest.approx(above)
    assert market.providers.above_rate[0] == pytest.approx(above)
    assert market.paid("council", "providers", "fees") == plain.paid("council", "providers", "fees")
    assert market.paid("clients") == plain.paid("clients"), "people pay nothing for it"


def test_a_dispute_costs_either_side():
    market = paid({}, disputes=3.0)
    assert market.paid("providers", "suppliers", "disputes") == pytest.approx(3 * 250)
    assert market.providers.cost[0] >= 3 * 250


def test_what_is_only_reported_is_paid_for_and_counted():
    policy = PLANNED | {"contract.outcome_share": 0.5, "contract.outcome_measure": "experience"}
    market = paid(policy, experience=0.63, only_reported=0.2)
    flattery = 0.15 * 0.2
    assert market.paid("council", "providers", "outcome payments") == pytest.approx(1000 * (0.9 + flattery))
    assert market.counts["outcomes_overpaid"][0] == pytest.approx(1000 * flattery)
    assert paid(policy, experience=0.8, only_reported=0.2).counts["outcomes_overpaid"][0] == 0, "no more can be earned"
