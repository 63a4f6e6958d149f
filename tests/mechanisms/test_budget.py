"""What overspending brings, and how the budget moves."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from caremarket_sim.indicators import record_of
from caremarket_sim.mechanisms.budget import budget_is_checked, council_counts_its_spend
from caremarket_sim.settling import spent_a_week
from tests.mechanisms.markets import bare, carry_out, council
from tests.small_place import FEW, begun, random_policies, small, weekly


def counted(**accrued):
    """The council after a week of £1,700 in fees, £300 above the rate, £500 for places, £200 of contributions."""
    market = bare()
    council(market, quarter_spend=100.0, year_spend=1000.0)
    for payer, payee, purpose, pounds in (
        ("council", "providers", "fees", [1700.0]),
        ("council", "providers", "emergency purchase", [300.0]),
        ("council", "care homes", "care homes", 500.0),
        ("clients", "council", "care home contributions", 200.0),
        ("providers", "council", "surplus returned", [50.0]),
    ):
        market.pay(payer, payee, purpose, pounds)
    for name, value in accrued.items():
        market.counts[name] = value
    return carry_out(council_counts_its_spend, market, {}).commissioners.rows[0]


def test_spend_is_net_of_all_care_at_contract_rates():
    r = counted()
    assert r["spend"] == 1700 + 500 - 200, "returns count when they accrue, not when they are paid"
    assert (r["quarter_spend"], r["year_spend"]) == (2100, 3000)


def test_a_returned_pound_lowers_net_spend_by_a_pound_as_it_accrues():
    assert counted(returns_accrued=120.0)["spend"] == counted()["spend"] - 120


@given(st.floats(0, 4000), st.floats(0, 160_000), st.integers(0, 9), st.sampled_from([12, 25, 38, 51, 64]))
def test_no_package_is_cut_while_net_spend_of_the_year_so_far_is_within_budget(quarter, year, over, week):
    market = bare(week=week)
    council(market, budget=1000.0, quarter_spend=13 * quarter, year_spend=year, quarters_over=over, fee_restraint=0.2)
    before = market.commissioners.package_share[0]
    cut = carry_out(budget_is_checked, market, {}).commissioners.package_share[0] < before
    assert not cut or (year > 1000 * (week % 52 + 1) and quarter > 1000)


@given(random_policies(weeks=79))
@FEW
def test_whatever_the_policy_packages_are_cut_in_quarters_in_which_net_spend_is_over_budget_only(scenario):
    share, budget = 1.0, 0.0
    for seen in weekly(scenario, begun(scenario)):
        now = seen["end"].commissioners.rows[0]
        if now["package_share"] < share:
            rows = record_of(seen["end"])[seen["end"].week - 13 : seen["end"].week]
            sums = {name: float(rows[name].sum()) for name in rows.dtype.names or ()}
            spent = spent_a_week(sums) + (sums["returned"] - sums["n_returns_accrued"]) / 13
            assert spent > budget
        share, budget = float(now["package_share"]), float(seen["start"].commissioners.budget[0])


def test_what_accrues_in_a_year_is_what_is_returned_at_its_end():
    scenario = small("collaborative", 104)
    market = begun(scenario)
    for _ in weekly(scenario, market):
        pass
    rows = record_of(market)
    returned, accrued = (rows[name].reshape(2, 52).sum(axis=1) for name in ("returned", "n_returns_accrued"))
    assert returned == pytest.approx(accrued, abs=0.01 * len(market.providers)) and returned.max() > 0
    assert np.abs(rows["n_returns_accrued"]).max() < 0.5 * returned.max(), "not in a lump"


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


@pytest.mark.parametrize(("week", "budgeted"), [(11, 1.0), (13, 1.0), (-1, 0.0), (12, 0.0)])
def test_nothing_is_checked_within_a_quarter_or_while_the_baseline_settles(week, budgeted):
    r = after_a_quarter(200, week, quarters_over=5.0, budgeted=budgeted)
    assert r["quarters_over"] == 5 and r["quarter_spend"] == 2600


@pytest.mark.parametrize(("spend", "moved"), [(102, 1.02), (120, 1.04), (50, 0.98)])
def test_each_april_the_budget_follows_spend_by_a_few_per_cent_costs_and_demand(spend, moved):
    market = bare(week=51)
    council(market, budget=100.0, quarter_spend=1300.0, year_spend=52.0 * spend, growth=0.01)
    market.price_rows["next_cost_growth"] = 0.04
    r = carry_out(budget_is_checked, market, {}).commissioners.rows[0]
    assert r["budget"] == pytest.approx(100 * moved * (1 + 0.04 * 0.55 + 0.01)) and r["year_spend"] == 0
