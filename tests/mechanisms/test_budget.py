"""What overspending brings, and how the budget moves."""

import pytest

from caremarket_sim.mechanisms.budget import budget_is_checked
from tests.mechanisms.markets import bare, carry_out, council


def after_a_quarter(spend, week=12, **columns):
    """The council after a quarter with this spend over budget, which is £100 a week."""
    market = bare(week=week)
    council(market, budget=100.0, quarter_spend=13 * spend, quarters_over=0.0, year_spend=52 * 100.0, growth=0.0)
    council(market, **columns)
    return carry_out(budget_is_checked, market, {}).commissioners.rows[0]


def test_a_little_over_budget_is_put_up_with():
    assert after_a_quarter(102.9)["quarters_over"] == 0 and after_a_quarter(103.1)["quarters_over"] == 1


def test_two_quarters_over_budget_hold_back_fees_and_a_third_cuts_packages():
    first = after_a_quarter(110)
    assert (first["fee_restraint"], first["package_share"]) == (0, 1)
    second = after_a_quarter(110, quarters_over=1.0)
    assert (second["fee_restraint"], second["package_share"]) == (pytest.approx(0.2), 1.0)
    third = after_a_quarter(110, quarters_over=2.0, fee_restraint=0.2)
    assert (third["fee_restraint"], third["package_share"]) == (pytest.approx(0.2), pytest.approx(0.99))
    assert after_a_quarter(110, quarters_over=9.0, fee_restraint=0.2, package_share=0.9)["package_share"] == 0.9


def test_within_budget_both_come_back():
    r = after_a_quarter(100, quarters_over=3.0, fee_restraint=0.2, package_share=0.95)
    assert (r["quarters_over"], r["fee_restraint"], r["package_share"]) == (0, 0, pytest.approx(0.96))


@pytest.mark.parametrize("week", [11, 13, -1, -40])
def test_nothing_is_checked_within_a_quarter_or_while_the_market_settles(week):
    r = after_a_quarter(200, week, quarters_over=5.0)
    assert r["quarters_over"] == 5 and r["quarter_spend"] == 2600


@pytest.mark.parametrize(("spend", "moved"), [(102, 1.02), (120, 1.04), (50, 0.98)])
def test_each_april_the_budget_follows_spend_by_a_few_per_cent_costs_and_demand(spend, moved):
    market = bare(week=51)
    council(market, budget=100.0, quarter_spend=1300.0, year_spend=52.0 * spend, growth=0.01)
    market.price_rows["next_cost_growth"] = 0.04
    r = carry_out(budget_is_checked, market, {}).commissioners.rows[0]
    assert r["budget"] == pytest.approx(100 * moved * (1 + 0.04 * 0.55 + 0.01)) and r["year_spend"] == 0
