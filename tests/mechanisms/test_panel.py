"""What people who draw on care decide about money."""

import pytest

from caremarket_sim.mechanisms.panel import citizens_are_heard
from tests.mechanisms.markets import bare, carry_out, council, provider

WEIGHTS = {"hours": 0.5, "wages": 0.3, "connectors": 0.2}


def heard(share, weights=WEIGHTS, **columns):
    """The council after its panel has had its say over a pot of 5% of the £104,000 a year that packages cost."""
    market = bare()
    provider(market, rate=20.0, council_hours=100.0)
    council(market, **({"pot_hours": 0.0, "pot_wages": 0.0, "pot_connectors": 0.0} | columns))
    policy = {"stewardship.citizens_share": share, "stewardship.citizens_weights": weights}
    return carry_out(citizens_are_heard, market, policy).commissioners.rows[0]


def test_a_panel_moves_its_share_of_the_pot_by_its_weights():
    r = heard(0.5)
    pot = 0.5 * 0.05 * 104_000
    assert r["pot_hours"] == pytest.approx(0.5 * pot / (20 * 100 * 52)), "as a share of fees"
    assert r["pot_wages"] == pytest.approx(0.3 * pot / (100 * 52) / (1.2157 + 0.138 * 0.5)), (
        "as pay for an hour, less on-costs"
    )
    assert r["pot_connectors"] == pytest.approx(0.2 * pot / 38_000), "as people at work"


def test_each_weight_moves_its_own_part():
    r = heard(1, {"hours": 0, "wages": 1, "connectors": 0})
    assert r["pot_hours"] == r["pot_connectors"] == 0 < r["pot_wages"]


def test_without_a_panel_nothing_is_moved_and_what_was_ends():
    r = heard(0, pot_hours=0.1, pot_wages=0.2, pot_connectors=0.3)
    assert r["pot_hours"] == r["pot_wages"] == r["pot_connectors"] == 0
    assert heard(0, pot_wages=0.2)["pot_wages"] == 0


def test_a_pot_is_no_larger_a_share_of_fees_than_of_the_budget_and_nothing_where_no_hour_is_bought():
    market = bare()
    for hours in (10.0, 1e-3, 0.0):
        provider(market, rate=20.0, council_hours=hours)
        council(market, budget=1000.0, pot_hours=0.0, pot_wages=0.0, pot_connectors=0.0)
        policy = {"stewardship.citizens_share": 1, "stewardship.citizens_weights": WEIGHTS}
        r = carry_out(citizens_are_heard, market, policy).commissioners.rows[0]
        assert 0 <= r["pot_hours"] <= 0.5 * 0.05 and 0 <= r["pot_wages"] <= 0.3 * 0.05 * 20
    assert r["pot_hours"] == r["pot_wages"] == 0


def test_a_design_fades_unless_a_panel_goes_on_deciding():
    kept, half, alone = (heard(share, codesigned=0.5)["codesigned"] for share in (1.0, 0.5, 0.0))
    assert kept == 0.5 > half > alone == pytest.approx(0.5 * (1 - 0.15 / 52))
