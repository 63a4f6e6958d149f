"""What an hour of contracted care pays, and how it is uprated."""

import pytest

from caremarket_sim.mechanisms.fees import council_uprates_fees
from tests.mechanisms.markets import bare, carry_out, council, provider

OPEN_BOOK = {"fee.rule": "open_book", "contract.payment_basis": "planned_time", "fee.uplift_share": 0.5}


def uprated(policy, week=52, growth=0.06, commissioner=None, **columns):
    """The market after an April in which costs grow by 6%."""
    market = bare(2, week)
    market.price_rows["cost_growth"] = growth
    council(market, fee=20.0, **(commissioner or {}))
    for j in (0, 1):
        provider(market, j, rate=25.0, price=30.0, trust=0.5, delivered=100.0, **columns)
    return carry_out(council_uprates_fees, market, policy)


def test_a_share_of_cost_growth_is_passed_on():
    market = uprated({"fee.uplift_share": 0.5})
    assert market.providers.rate == pytest.approx([25 * 1.03] * 2) and market.commissioners.fee[0] == pytest.approx(
        20.6
    )
    assert market.commissioners.fee_growth[0] == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("commissioner", "share"),
    [({"uplift_cap": 0.2}, 0.7), ({"uplift_cap": -0.9}, 0), ({"fee_restraint": 0.2}, 0.3), ({"uplift_cap": 0.9}, 1.3)],
)
def test_what_the_council_sees_and_what_it_holds_back_move_the_share_within_limits(commissioner, share):
    market = uprated({"fee.uplift_share": 0.5}, commissioner=commissioner)
    assert market.providers.rate[0] == pytest.approx(25 * (1 + share * 0.06))


def test_fees_stand_still_between_aprils():
    market = uprated({"fee.uplift_share": 0.5}, week=53, commissioner={"fee_growth": 0.03})
    assert market.providers.rate.tolist() == [25, 25] and market.commissioners.fee_growth[0] == 0


def test_a_freeze_passes_nothing_on_and_hurts_those_with_a_contract():
    market = uprated({"fee.uplift_share": 0.5, "shocks.fee_freeze": True})
    assert market.providers.rate.tolist() == [25, 25] and market.commissioners.fee[0] == 20
    assert market.providers.trust.tolist() == [0.5 * 0.85] * 2 and market.providers.hurt.tolist() == [0, 0]
    assert uprated({"shocks.fee_freeze": True}, growth=0.0).providers.trust.tolist() == [0.5, 0.5], "costs do not grow"
    assert uprated({"shocks.fee_freeze": True}, hurt=3.0).providers.trust.tolist() == [0.5, 0.5], "hurt a moment ago"
    assert uprated({"shocks.fee_freeze": True}, contracted=0).providers.trust.tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("cost", "rate"),
    [
        (24.0, 25 + 0.5 * (24 * 1.05 - 25)),
        (40.0, 25 + 0.5 * 25 * (1.06 * 1.03 - 1)),
        (23.5, 23.5 * 1.05),
        (10.0, 25 * 0.98),
    ],
    ids=["a rise by its share", "a large rise within a step", "a fall at once", "a large fall within a cut"],
)
def test_open_book_fees_follow_the_books(cost, rate):
    assert uprated(OPEN_BOOK, open_cost=cost).providers.rate == pytest.approx([rate, rate])


def test_open_books_pay_nobody_much_more_than_the_median():
    market = bare(3, 52)
    for j, cost in enumerate((24.0, 24.0, 40.0)):
        provider(market, j, rate=25.0, open_cost=cost, delivered=100.0)
    market.price_rows["cost_growth"] = 0.5
    carry_out(council_uprates_fees, market, OPEN_BOOK)
    assert market.providers.rate[2] == pytest.approx(25 + 0.5 * (24 * 1.05 * 1.05 - 25))


@pytest.mark.parametrize(("norm", "least"), [("none", 1 / 1.05), (0.0, 1.0), (0.02, 1 / 1.02)])
def test_a_low_fee_level_brings_open_books_down_to_what_they_show_and_no_further(norm, least):
    policy = OPEN_BOOK | {"stewardship.open_book": True, "stewardship.profit_norm": norm}
    for level in (0.7, least):
        assert uprated(policy | {"fee.level": level}, open_cost=24.9).providers.rate == pytest.approx([24.9, 24.9])
    above = uprated(policy | {"fee.level": least * 1.002}, open_cost=24.9)
    assert above.providers.rate == pytest.approx([24.9 * 1.002] * 2)


@pytest.mark.parametrize("rule", ["fixed", "tendered"])
def test_other_fees_take_no_notice_of_the_books(rule):
    market = uprated(OPEN_BOOK | {"fee.rule": rule}, open_cost=40.0)
    assert market.providers.rate == pytest.approx([25 * 1.03] * 2)
