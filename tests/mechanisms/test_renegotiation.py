"""A contract won below its cost is put right, in part, where the council trusts who asks."""

import pytest

from caremarket_sim.mechanisms.renegotiation import low_bids_are_put_right
from tests.mechanisms.markets import bare, carry_out, chances, council, numbers, provider

TENDERED = {"fee.rule": "tendered", "contract.payment_basis": "planned_time"}


def asked(policy=TENDERED, age=25.0, share=1.0, trust=1.0, **columns):
    """The market in a week half a year into contracts, of a provider whom an hour costs £22 and pays £20."""
    market = bare()
    council(market, contract_age=age)
    provider(market, rate=20.0, unit_cost=22.0, trust=trust)
    provider(market, **columns)
    return carry_out(low_bids_are_put_right, market, policy, numbers(procurement__renegotiated_share=share))


@pytest.mark.parametrize(("share", "rate"), [(1.0, 22.0), (0.5, 21.0), (0.0, 20.0)])
def test_half_a_year_in_whoever_is_paid_less_than_an_hour_costs_gets_a_share_of_the_gap(share, rate):
    market = asked(share=share)
    assert market.providers.rate[0] == pytest.approx(rate)
    assert market.counts["renegotiated"][0] == (share > 0)


def test_minutes_that_are_not_paid_for_are_in_what_an_hour_costs():
    assert asked({"fee.rule": "tendered"}).providers.rate[0] == pytest.approx(22 / 0.96)


@pytest.mark.parametrize(
    "change",
    [
        {"age": 24.0},
        {"age": 26.0},
        {"policy": {"fee.rule": "fixed"}},
        {"policy": {"fee.rule": "open_book"}},
        {"trust": 0.0},
        {"rate": 22.5},
        {"contracted": 0},
        {"closing": 2},
        {"open": 0},
    ],
    ids=[
        "too early",
        "asked before",
        "named fee",
        "open books",
        "no trust",
        "paid enough",
        "private",
        "closes",
        "shut",
    ],
)
def test_otherwise_the_rate_stands(change):
    market = asked(**change)
    assert market.providers.rate[0] == change.get("rate", 20.0) and market.counts["renegotiated"][0] == 0


def test_the_council_gives_it_with_a_chance_of_the_trust_between_them():
    market = bare(3)
    council(market, contract_age=25.0)
    for j in range(3):
        provider(market, j, rate=20.0, unit_cost=22.0, trust=0.5)
    luck = chances(market, "low_bids_are_put_right", market.providers.number)
    trust = float(sorted(luck)[1])
    market.providers.trust = trust
    carry_out(low_bids_are_put_right, market, TENDERED)
    assert ((market.providers.rate > 20.0) == (luck < trust)).all()
    assert market.counts["renegotiated"][0] == 1


def test_weeks_since_contracts_were_let_are_counted():
    assert asked(age=3.0).commissioners.contract_age[0] == 4.0
