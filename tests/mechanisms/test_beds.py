"""Where people wait who are fit to leave hospital."""

import pytest

from caremarket_sim.market.codes import COUNCIL, FIT, INTERIM, SELF_FUNDER, STEP_DOWN, WARD
from caremarket_sim.mechanisms.beds import people_wait_in_other_beds
from tests.mechanisms.markets import bare, carry_out, council, numbers, person

RICH = {"budget": 1e6, "year_spend": 0.0, "spend": 0.0}


def in_beds(weeks, payer=COUNCIL, policy=None, week=1, **columns):
    """Beds of people who have been fit for so many weeks each, after beds were given; and the market."""
    market = bare(week=week)
    council(market, **(RICH | columns))
    for i, waited in enumerate(weeks):
        person(market, i, status=FIT, provider=-1, weeks_waiting=float(waited), bed=WARD, payer=payer)
    carry_out(people_wait_in_other_beds, market, policy or {}, numbers(care_home__weekly_cost=1000))
    return market.clients.bed[: len(weeks)].tolist(), market


def test_after_two_weeks_somebody_fit_has_an_interim_bed_that_the_council_pays():
    beds, market = in_beds([1, 2, 30])
    assert beds == [WARD, INTERIM, INTERIM]
    assert market.paid("council", "care homes", "interim beds") == 2000


def test_self_funders_pay_for_theirs_whatever_the_council_spends():
    beds, market = in_beds([2], SELF_FUNDER, budget=1.0, year_spend=10.0)
    assert beds == [INTERIM]
    assert market.paid("self-funders", "care homes", "interim beds") == 1000
    assert market.paid("council") == 0


@pytest.mark.parametrize(("spend", "given"), [(8000.0, 2), (8500.0, 1), (10_001.0, 0)])
def test_beds_are_given_while_net_spend_permits_to_the_longest_waiting_first(spend, given):
    beds, _ = in_beds([5, 3, 9], week=52, budget=10_000.0, spend=spend)
    assert beds.count(INTERIM) == given
    assert beds[2] == (INTERIM if given else WARD)


def test_while_the_baseline_settles_there_is_no_budget_to_keep():
    assert in_beds([5], budgeted=0.0, budget=0.0, year_spend=10.0)[0] == [INTERIM]


def test_step_down_beds_are_used_first_and_paid_used_or_not():
    beds, market = in_beds([1, 2, 3], policy={"hospital.step_down_beds": 2})
    assert beds == [WARD, STEP_DOWN, STEP_DOWN]
    paid = market.paid("council", "care homes", "step-down beds")
    _, empty = in_beds([], policy={"hospital.step_down_beds": 2})
    assert paid == empty.paid("council", "care homes", "step-down beds") > 0
    assert in_beds([])[1].paid("council") == 0
