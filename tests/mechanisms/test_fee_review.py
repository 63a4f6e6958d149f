"""What a council does out of turn where more people than usual wait."""

import pytest

from caremarket_sim.mechanisms.fee_review import council_reviews_fees
from tests.mechanisms.markets import bare, carry_out, council, numbers, provider

SHORT = {"weeks_short": 12.0, "waiting_seen": 0.2, "budget": 1e6, "year_spend": 0.0, "spend": 0.0, "fee": 20.0}
SHORT |= {"hours_held": 100.0, "interim_spend": 0.0}
AGENCY = {"rate": 20.0, "delivered": 50.0, "cost_fixed": 20.0, "cost_travel": 2.0, "overhead_hour": 4.0}
STEP = {"contract__actual_paid_share": 1, "stewardship__review_step": 0.05, "stewardship__review_answer": 1}


def reviewed(policy=None, private=None, **columns):
    """The market after a review by a council with these columns, of one contracted agency and perhaps a private one."""
    market = bare(2)
    provider(market, 0, **AGENCY)
    provider(market, 1, **({"contracted": 0, "open": 0, "demand": 500.0, "plan": 100.0} | (private or {})))
    council(market, **(SHORT | columns))
    return carry_out(council_reviews_fees, market, policy or {}, numbers(**STEP))


def test_a_fee_below_cost_rises_by_a_step_once_people_have_waited_for_a_quarter():
    market = reviewed()
    assert market.commissioners.fee[0] == market.providers.rate[0] == pytest.approx(21.0)
    assert market.counts["fee_reviews"][0] == 1 and market.commissioners.weeks_short[0] == 0


def test_it_never_rises_above_what_an_hour_costs():
    assert reviewed(fee=25.9).commissioners.fee[0] == pytest.approx(26.0)
    assert reviewed(fee=30.0).commissioners.fee[0] == 30.0


@pytest.mark.parametrize(
    ("policy", "columns"),
    [
        ({"shocks.fee_freeze": True}, {}),
        ({"fee.rule": "open_book"}, {}),
        ({}, {"year_spend": 3e6}),
        ({}, {"weeks_short": 3.0}),
        ({}, {"waiting_seen": 0.01}),
    ],
)
def test_it_stays_in_a_freeze_under_open_books_above_budget_and_where_few_wait_or_not_for_long(policy, columns):
    market = reviewed(policy, **columns)
    assert market.commissioners.fee[0] == market.providers.rate[0] == 20.0


def test_above_budget_it_rises_where_that_costs_less_than_the_beds_in_which_people_wait():
    above = {"year_spend": 3e6}
    assert reviewed(**above, interim_spend=101.0).commissioners.fee[0] == pytest.approx(21.0)
    assert reviewed(**above, interim_spend=99.0).commissioners.fee[0] == 20.0


def test_agencies_whose_cost_the_fee_covers_are_offered_a_contract_and_others_are_not():
    able = AGENCY | {"open": 1, "cost_fixed": 14.0}
    joined = reviewed(private=able, fee=24.0)
    assert joined.providers.contracted[1] == 1 and joined.providers.rate[1] == joined.commissioners.fee[0]
    assert reviewed(private=AGENCY | {"open": 1, "cost_fixed": 40.0}).providers.contracted[1] == 0
    assert reviewed(private=able | {"demand": 1.0}, fee=24.0).providers.contracted[1] == 0
    assert reviewed(private=able | {"last_resort": 1}, fee=24.0).providers.contracted[1] == 0
