"""Whether people who pay for themselves look for another provider."""

import pytest

from caremarket_sim.market.codes import COUNCIL, IN_HOSPITAL, SELF_FUNDER
from caremarket_sim.mechanisms.self_funders import self_funders_choose
from tests.mechanisms.markets import bare, carry_out, numbers, person

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
