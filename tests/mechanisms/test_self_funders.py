"""What people who pay for themselves are asked for, and whether they look for another provider."""

import pytest

from caremarket_sim.market.codes import COUNCIL, IN_HOSPITAL, SELF_FUNDER
from caremarket_sim.mechanisms.self_funders import providers_set_prices, self_funders_choose
from tests.mechanisms.markets import bare, carry_out, numbers, person, provider

UNHAPPY = {"payer": SELF_FUNDER, "experience": 0.44, "weeks_in_care": 9.0}


def notice(rate=1, **columns):
    """Weeks of notice that somebody has given who is badly served, where whoever would switch does."""
    market = bare()
    person(market, **(UNHAPPY | columns))
    return carry_out(self_funders_choose, market, {}, numbers(sourcing__switch_rate=rate)).clients.notice[0]


def test_whoever_is_badly_served_gives_a_month_s_notice():
    assert notice() == 4


@pytest.mark.parametrize(
    "change",
    [
        {"experience": 0.46},
        {"weeks_in_care": 8.0},
        {"payer": COUNCIL},
        {"status": IN_HOSPITAL},
        {"rate": 0},
    ],
    ids=["served well", "new", "council's", "in hospital", "not this week"],
)
def test_others_stay(change):
    assert notice(**change) == 0


def test_notice_that_was_given_runs_on():
    assert notice(notice=2) == 2


PAID_IN_FULL = {"contract.payment_basis": "planned_time"}


def priced(week=52, index=1.0, bear=0.1, policy=PAID_IN_FULL, **columns):
    """A provider in April whose own price is £18 for pay and travel and £9 on them; an hour costs it £23 in all."""
    market = bare(week=week)
    market.price_rows["price_index"] = index
    provider(market, cost_fixed=16.0, cost_travel=2.0, overhead_hour=5.0, markup=9.0, price=27.0, recovers=0.0)
    provider(market, rate=23.0, committed=100.0, council_hours=80.0)
    provider(market, **columns)
    return carry_out(providers_set_prices, market, policy, numbers(fees__self_funders_bear=bear)).providers.rows[0]


def test_a_price_follows_pay_and_travel_and_the_rest_of_it_prices():
    assert priced()["price"] == 27.0
    assert priced(cost_fixed=17.6, rate=30.0)["price"] == pytest.approx(28.6), "pay that is a tenth higher"
    assert priced(index=1.1)["price"] == pytest.approx(18 + 9.9)
    assert priced(week=53, cost_fixed=17.6)["price"] == 27.0, "in April"


def test_what_the_fee_does_not_cover_is_asked_for_as_far_as_people_bear_it():
    short = priced(rate=22.8)
    assert short["recovers"] == pytest.approx(0.2 * 80 / 20) and short["price"] == pytest.approx(27.8)
    assert priced(rate=20.0)["price"] == pytest.approx(27 * 1.1), "no more than that"
    assert priced(rate=20.0, bear=0.0)["price"] == 27.0, "nobody bears any"
    assert priced(rate=23.0, policy={})["recovers"] > 0.0, "by the minute less is paid"
    assert priced(rate=20.0, contracted=0)["price"] == 27.0, "no fee is paid"
    assert priced(rate=26.0)["price"] == 27.0, "a fee that covers more lowers no price"
    assert priced(rate=23.0, recovers=2.0, price=29.0)["price"] == 27.0, "and it ends with the want"
