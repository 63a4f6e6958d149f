"""What providers offer new care workers for an hour."""

import pytest

from caremarket_sim.mechanisms.pay import providers_set_pay
from tests.mechanisms.markets import P, bare, carry_out, council, provider


def paid(policy=None, week=1, pot_wages=0.0, fee_growth=0.0, **columns):
    """A provider with no vacancy and the margin it aims at, after it has set pay; the law's minimum is £11.44."""
    market = bare(week=week)
    council(market, pot_wages=pot_wages, fee_growth=fee_growth)
    provider(market, pay=12.0, pass_through=0.5, premium=0.5, margin=0.05, margin_target=0.05)
    provider(market, posts=10.0, staff=9.0, onboarding=1.0)
    provider(market, **columns)
    return carry_out(providers_set_pay, market, policy or {}).providers.rows[0]


def test_in_april_a_share_of_fee_growth_goes_to_pay():
    assert paid(week=52, fee_growth=0.1)["pay"] == pytest.approx(12 * 1.05)
    assert paid(week=51, fee_growth=0.1)["pay"] == paid(week=53, fee_growth=0.1)["pay"] == 12


def test_in_april_a_provider_keeps_part_of_what_it_pays_above_the_legal_minimum():
    r = paid(week=52, premium=2.0)
    assert r["pay"] == pytest.approx(11.44 + 0.7 * 2)
    assert r["premium"] == pytest.approx(r["pay"] - 11.44), "and remembers its new premium"
    assert paid(week=51, premium=2.0)["premium"] == 2.0


@pytest.mark.parametrize(("margin", "step"), [(0.07, 1.002), (0.5, 1.01), (0.03, 0.998), (-0.5, 0.985)])
def test_in_april_pay_takes_a_step_towards_what_the_margin_affords_within_limits(margin, step):
    assert paid(week=52, margin=margin)["pay"] == pytest.approx(12 * step)


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({"week": 13, "staff": 7.2}, 1.006),
        ({"week": 13, "staff": 7.4}, 1),
        ({"week": 13, "staff": 7.2, "margin": 0.029}, 1),
        ({"week": 14, "staff": 7.2}, 1),
    ],
    ids=["pressing", "not pressing", "no margin", "within the quarter"],
)
def test_each_quarter_pay_goes_up_where_vacancies_press_and_the_margin_allows(change, step):
    assert paid(**change)["pay"] == pytest.approx(12 * step)


@pytest.mark.parametrize(("floor", "pay"), [("statutory", 11.44), ("real_living_wage", 12.0), (13.5, 13.5), (9, 11.44)])
def test_nobody_pays_less_than_the_law_or_than_the_council_s_contract_asks(floor, pay):
    policy = {"employment.wage_floor": floor}
    assert paid(policy, pay=5.0)["pay"] == pay
    assert paid(policy, pay=5.0, contracted=0)["pay"] == 11.44


def test_the_citizens_pot_comes_on_top_of_the_contract_s_floor():
    assert paid(pot_wages=0.25, pay=5.0)["pay"] == pytest.approx(11.69)
    assert paid(pot_wages=0.25, pay=5.0, contracted=0)["pay"] == 11.44


def test_training_is_what_the_contract_asks_and_usual_in_private_agencies():
    policy = {"employment.training_days": 8}
    assert paid(policy)["training_days"] == 8 and paid(policy, contracted=0)["training_days"] == 3


def test_who_cares_more_for_the_work_trains_more_than_is_asked_and_who_cares_less_trains_less():
    assert paid(care=P.motive_care + 0.4)["training_days"] == pytest.approx(3 * 1.2)
    assert paid(care=P.motive_care - 0.4)["training_days"] == pytest.approx(3 * 0.8)
