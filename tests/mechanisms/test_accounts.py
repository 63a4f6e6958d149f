"""What providers are paid and owe, and what an hour costs them."""

import numpy as np
import pytest

from caremarket_sim.mechanisms.accounts import providers_know_their_costs, providers_settle_accounts
from tests.mechanisms.markets import P, bare, carry_out, council, numbers, provider

OVERHEAD_AT_150_HOURS = 150 ** (P.overhead_scale_exponent - 1) * (1 + (150 / P.overhead_sprawl_hours) ** 2)
"""£ an hour where the scale is 1."""


def test_a_provider_is_paid_for_self_funded_care_and_owes_wages_and_what_goes_with_them():
    market = bare()
    provider(market, delivered=100.0, delivered_council=60.0, price=25.0, wages=1200.0, sick_pay=50.0)
    provider(market, insurance=71.5, travel=10.0, office=2.0, agency=3.0, hires=1.0, training_days=3.0, staff=10.0)
    provider(market, usual_hours=150.0, overhead_scale=10.0, revenue=0.0, cost=0.0, cash=0)
    carry_out(providers_settle_accounts, market, {})
    paid = {
        ("self-funders", "providers", "self-funded care"): 40 * 25.0,
        ("providers", "workers", "wages"): 1200.0,
        ("providers", "workers", "sick pay"): 50.0,
        ("providers", "workers", "holiday pay"): 1200 * 0.1207,
        ("providers", "treasury", "employer charges"): 1250 * 0.095,
        ("providers", "treasury", "national insurance"): 71.5,
        ("providers", "workers", "mileage"): 10 * 1.75,
        ("providers", "workers", "office cover"): 2 * 12.0,
        ("providers", "suppliers", "agency staff"): 3 * 26.0,
        ("providers", "suppliers", "overhead"): 150 * 10 * OVERHEAD_AT_150_HOURS + 40 * 3.5,
        ("providers", "suppliers", "recruitment"): 1500.0,
        ("providers", "suppliers", "training"): 3 * 10 / 52 * 95,
    }
    for line, pounds in paid.items():
        assert market.paid(*line) == pytest.approx(pounds, abs=0.006), line
    owed = market.paid("providers")
    assert market.providers.cash[0] == round(100 * (1000 - owed))
    assert market.paid("workers", "treasury") == pytest.approx(0.3 * 1250), "tax and benefits are on wages and sick pay"


def test_margin_unit_cost_and_usual_hours_remember_the_week_a_little():
    market = bare()
    provider(market, delivered=100.0, delivered_council=100.0, usual_hours=50.0, overhead_scale=0.0, wages=0.0)
    for column in ("sick_pay", "travel", "office", "agency", "hires", "training_days", "year_surplus", "year_revenue"):
        provider(market, **{column: 0.0})
    provider(market, revenue=2000.0, cost=1500.0, margin=0.05, unit_cost=10.0, council_hours=25.0, year_council=0.0)
    r = carry_out(providers_settle_accounts, market, {}).providers.rows[0]
    assert r["margin"] == pytest.approx(0.05 + 0.08 * (0.25 - 0.05))
    assert r["unit_cost"] == pytest.approx(10 + 0.08 * (15 - 10))
    assert r["usual_hours"] == pytest.approx(50 + 0.04 * (100 - 50))
    assert (r["year_surplus"], r["year_revenue"], r["year_council"]) == (500.0, 2000.0, 500.0)


@pytest.mark.parametrize(
    ("week", "margin", "scale"), [(50, 0.2, 5.0), (51, 0.06, 5 * np.exp(3 * 0.01)), (51, 0.5, 5.75), (51, -0.5, 4.4)]
)
def test_at_the_year_s_end_overhead_follows_the_margin_within_a_band(week, margin, scale):
    market = bare(week=week)
    provider(market, overhead_scale=5.0, overhead_opening=5.0, margin=margin, margin_target=0.05, revenue=0.0)
    provider(market, delivered=0.0, price=0.0)
    assert carry_out(providers_settle_accounts, market, {}).providers.overhead_scale[0] == pytest.approx(scale)


def costs(policy, **columns):
    market = bare()
    provider(market, travel=23.5, contact=100.0, travel_share=0.235, training_days=3.0, evasion=0.02)
    provider(market, usual_hours=150.0, overhead_scale=10.0, **columns)
    council(market, reach=0.5)
    return carry_out(providers_know_their_costs, market, policy).providers.rows[0]


def test_an_hour_costs_pay_with_paid_travel_on_costs_mileage_and_overhead():
    r = costs({"employment.paid_travel_share": 0.4, "employment.shift_pay": 0})
    on_cost = 1 + 0.1207 + 0.095 + 0.138 * 0.5
    assert r["cost_fixed"] == pytest.approx(12 * on_cost)
    assert r["cost_travel"] == pytest.approx(0.235 * (12 * 0.4 * on_cost + 1.75))
    assert r["overhead_hour"] == pytest.approx(10 * OVERHEAD_AT_150_HOURS + 0.6 + 3 * 95 / 52 / 29.5)


def test_whoever_obeys_the_law_knows_what_the_rest_of_the_legal_minimum_costs():
    on_cost = 1 + 0.1207 + 0.095 + 0.138 * 0.5
    obeying, not_obeying = (costs({}, lawful=lawful)["cost_travel"] for lawful in (1, 0))
    assert obeying - not_obeying == pytest.approx((11.44 * 1.235 - 12) * on_cost)
    required = {"employment.paid_travel_share": 1}
    assert costs(required, lawful=1)["cost_travel"] == pytest.approx(costs(required, lawful=0)["cost_travel"])
    private = costs(required, contracted=0)["cost_travel"]
    assert private == pytest.approx(not_obeying), "a contract binds who has one"


def test_paid_gaps_make_an_hour_dearer_by_the_minutes_between_visits():
    unpaid, paid = (costs({"employment.shift_pay": share})["cost_fixed"] for share in (0, 1))
    assert paid / unpaid == pytest.approx(1 + 3 / 35)


def test_open_books_show_what_the_provider_would_add_if_nobody_looked():
    r = costs({})
    assert r["open_cost"] == pytest.approx((r["cost_fixed"] + r["cost_travel"] + r["overhead_hour"]) * (1 + 0.02 * 0.5))


def test_open_books_show_overhead_at_the_scale_awarded_in_a_contest():
    contest = {"procurement.max_providers": 10}
    columns = {"contracted_hours": 400.0, "committed": 150.0, "council_hours": 100.0, "evasion": 0.0}
    before, r = costs({}, **columns), costs(contest, **columns)
    at_450 = 450 ** (P.overhead_scale_exponent - 1) * (1 + (450 / P.overhead_sprawl_hours) ** 2)
    assert r["overhead_hour"] == before["overhead_hour"], "what it costs at present is as it was"
    assert before["open_cost"] - r["open_cost"] == pytest.approx(10 * (OVERHEAD_AT_150_HOURS - at_450))
    assert costs(contest, **columns | {"contracted": 0})["open_cost"] == before["open_cost"], (
        "who has been awarded none"
    )
    grown = columns | {"contracted_hours": 20.0}
    assert costs(contest, **grown)["open_cost"] == before["open_cost"], "it has grown beyond what it was awarded"


def test_travel_for_an_hour_of_contact_is_remembered_and_guessed_where_there_was_none():
    assert costs({}, travel=43.5)["travel_share"] == pytest.approx(0.235 + 0.1 * 0.2)
    assert costs({}, contact=0.0, travel_share=0.0)["travel_share"] == pytest.approx(
        0.1 * numbers().travel_opening_ratio
    )


def test_visits_that_are_shorter_cost_less_pay():
    whole, shorter = (costs({}, clipping=clip)["cost_fixed"] for clip in (0.0, 0.1))
    assert shorter == pytest.approx(0.9 * whole)


def test_what_is_paid_above_the_rate_in_an_emergency_is_no_part_of_the_margin():
    market = bare()
    provider(market, delivered=100.0, delivered_council=100.0, usual_hours=50.0, overhead_scale=0.0, wages=0.0)
    for column in ("sick_pay", "travel", "office", "agency", "hires", "training_days", "year_surplus", "year_revenue"):
        provider(market, **{column: 0.0})
    provider(market, revenue=2600.0, above_rate=600.0, cost=1500.0, margin=0.05)
    r = carry_out(providers_settle_accounts, market, {}).providers.rows[0]
    assert r["margin"] == pytest.approx(0.05 + 0.08 * (0.25 - 0.05))
    assert r["year_surplus"] == 1100.0, "the money is there"


def test_effort_for_outcomes_costs_an_hour_of_council_care():
    def spent(**columns):
        market = bare()
        provider(market, delivered=100.0, delivered_council=60.0, usual_hours=0.0, open=1)
        provider(market, **columns)
        return carry_out(providers_settle_accounts, market, {}).paid("providers", "suppliers", "overhead")

    assert spent(effort=0.5) - spent(effort=0.0) == pytest.approx(60 * 0.5 * P.outcome_effort_cost, abs=0.011)

    def known(**columns):
        market = bare()
        provider(market, committed=100.0, council_hours=50.0, **columns)
        return carry_out(providers_know_their_costs, market, {}).providers.overhead_hour[0]

    assert known(effort=0.5) - known(effort=0.0) == pytest.approx(0.5 * 0.5 * P.outcome_effort_cost)
