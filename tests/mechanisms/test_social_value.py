"""What was promised at the tender against what events show."""

import pytest

from caremarket_sim.market.codes import GONE
from caremarket_sim.mechanisms.social_value import social_value_is_counted
from tests.mechanisms.markets import bare, carry_out, provider, worker

CHECKED = {"stewardship.monitoring": 0.5}


def counted(policy=None, week=51, **columns):
    """The market after the year's end of a provider that promised 0.8: points come to 0.5, 0.5, 0.5 and 0.6."""
    market = bare(week=week)
    provider(market, promised=0.8, realised=0.0, staff=2.0, training_days=3.0, connection=0.6)
    provider(market, year_revenue=100_000.0, cash=10_000_000)
    provider(market, **columns)
    worker(market, 0, tenure=52.0, effective_pay=11.9)
    worker(market, 1, tenure=51.0, effective_pay=12.0)
    worker(market, 2, status=GONE, tenure=99.0, effective_pay=20.0)
    return carry_out(social_value_is_counted, market, CHECKED if policy is None else policy)


def test_social_value_is_jobs_held_pay_above_the_real_living_wage_training_and_connection():
    assert counted().providers.realised[0] == pytest.approx((0.5 + 0.5 + 3 / 6 + 0.6) / 4)


def test_a_shortfall_that_a_check_finds_costs_a_part_of_revenue():
    short = 0.8 - 2.1 / 4
    assert counted().paid("providers", "council", "penalties") == pytest.approx(0.5 * short * 0.01 * 100_000)


@pytest.mark.parametrize(
    ("change", "pounds"),
    [
        ({"policy": {"stewardship.monitoring": 0}}, 0),
        ({"promised": 0.5}, 0),
        ({"promised": 0.0}, 0),
        ({"contracted": 0}, 0),
        ({"council_hours": 50.0}, 137.5 / 2),
        ({"cash": 5000}, 50),
        ({"cash": -100}, 0),
    ],
    ids=["nobody checks", "kept", "nothing promised", "private", "half council", "little cash", "no cash"],
)
def test_it_costs_less_or_nothing_where_nobody_checks_or_the_promise_was_kept(change, pounds):
    assert counted(**change).paid("providers", "council", "penalties") == pytest.approx(pounds)


def test_nothing_is_counted_within_the_year_and_a_provider_without_staff_realises_nothing():
    assert counted(week=50).providers.realised[0] == 0
    market = bare(week=51)
    provider(market, staff=0.0, connection=1.0, realised=0.7)
    assert carry_out(social_value_is_counted, market, {}).providers.realised[0] == 0
