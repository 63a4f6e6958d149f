"""What goes back to the council, and what is paid out to owners."""

import pytest

from caremarket_sim.mechanisms.distribution import providers_distribute_surplus
from tests.mechanisms.markets import bare, carry_out, council, provider

NORM = {"stewardship.open_book": True, "stewardship.profit_norm": 0.05}


def year_s_end(policy=None, week=51, reach=1.0, **columns):
    """The market after the year's end of a provider with £10,000, £5,200 of revenue and £1,000 of surplus."""
    market = bare(week=week)
    provider(market, cash=1_000_000, year_revenue=5200.0, year_surplus=1000.0, extraction=0.5, evasion=0.04)
    provider(market, year_council=5200.0)
    provider(market, **columns)
    council(market, reach=reach)
    return carry_out(providers_distribute_surplus, market, policy or {})


def test_what_is_above_a_reserve_of_eight_weeks_is_paid_out_by_the_owner_s_extraction():
    market = year_s_end()
    assert market.paid("providers", "owners", "distribution") == (10_000 - 800) * 0.5 * 0.8
    assert market.providers.cash[0] == 1_000_000 - 368_000
    assert market.providers.year_surplus[0] == market.providers.year_revenue[0] == 0
    assert market.providers.year_council[0] == 0


def test_surplus_above_the_profit_norm_goes_back_to_the_council_first():
    market = year_s_end(NORM)
    assert market.paid("providers", "council", "surplus returned") == 1000 - 260
    assert market.paid("providers", "owners", "distribution") == pytest.approx((10_000 - 740 - 800) * 0.4)


@pytest.mark.parametrize(
    ("change", "returned"),
    [
        ({"policy": {"stewardship.profit_norm": 0.05}}, 0),
        ({"policy": {"stewardship.open_book": True}}, 0),
        ({"contracted": 0}, 0),
        ({"year_council": 1300.0}, 740 / 4),
        ({"year_council": 0.0}, 0),
        ({"reach": 0.0}, 1000 - 5200 * 0.09),
        ({"cash": 10_000}, 100),
        ({"year_surplus": 200.0}, 0),
    ],
    ids=[
        "books closed",
        "no norm",
        "private",
        "a quarter council",
        "its first week",
        "nobody looks",
        "little cash",
        "within the norm",
    ],
)
def test_it_does_so_with_open_books_and_a_norm_on_the_council_s_part_less_what_is_hidden(change, returned):
    assert year_s_end(**({"policy": NORM} | change)).paid("providers", "council") == pytest.approx(returned)


def test_nothing_is_paid_out_within_the_year_but_what_is_owed_accrues():
    market = year_s_end(NORM, week=50, return_owed=700.0)
    assert market.paid() == 0 and market.providers.year_surplus[0] == 1000
    assert market.providers.return_owed[0] == 740 and market.counts["returns_accrued"][0] == pytest.approx(40)


def test_what_is_owed_no_more_is_taken_back():
    market = year_s_end(NORM, week=50, return_owed=700.0, year_surplus=0.0)
    assert market.providers.return_owed[0] == 0 and market.counts["returns_accrued"][0] == -700
    assert year_s_end(NORM, return_owed=700.0).providers.return_owed[0] == 0, "settled"
