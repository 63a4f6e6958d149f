"""What providers do for a part of the fee that depends on outcomes."""

import math

import pytest

from caremarket_sim.mechanisms.outcomes import providers_work_for_outcomes
from tests.mechanisms.markets import P, bare, carry_out, numbers, provider

HALF = {"contract.outcome_share": 0.5, "stewardship.monitoring": 0}


def work(policy=None, parameters=P, **columns):
    """A provider after it has decided what to do for the outcome that is paid for."""
    market = bare()
    provider(market, **columns)
    return carry_out(providers_work_for_outcomes, market, HALF | (policy or {}), parameters).providers.rows[0]


def test_effort_grows_with_the_share_of_the_fee_by_less_and_less_and_ends_with_it():
    done = [
        work({"contract.outcome_share": share})["effort"] + work({"contract.outcome_share": share})["only_reported"]
        for share in (0.0, 0.2, 0.4, 0.6)
    ]
    assert done[0] == 0 and done[1] == pytest.approx(1 - math.exp(-1))
    steps = [after - before for before, after in zip(done, done[1:], strict=False)]
    assert steps == sorted(steps, reverse=True) and steps[-1] > 0
    assert work({"contract.outcome_share": 0}, effort=0.5)["effort"] == 0
    assert work(open=0)["effort"] == 0


def test_who_cares_works_and_who_does_not_reports_and_picks():
    cares, heedless = work(care=1.0), work(care=0.0)
    assert (cares["only_reported"], cares["picks"]) == (0, 0)
    whole = 1 - math.exp(-0.5 / P.outcome_effort_scale)
    assert heedless["only_reported"] == pytest.approx(whole * P.outcome_gaming)
    assert heedless["picks"] == pytest.approx(whole * P.outcome_picking)
    assert cares["effort"] == pytest.approx(heedless["effort"] + heedless["only_reported"]) == pytest.approx(whole)


def test_with_no_slope_all_do_as_the_usual_owner_would():
    alike = numbers(motive__outcome_slope=0)
    assert work(parameters=alike, care=1.0)["picks"] == work(parameters=alike, care=0.0)["picks"] > 0


def test_what_is_checked_is_reported_less_and_worked_for_more():
    checked, unchecked = work({"stewardship.monitoring": 1}), work()
    assert checked["only_reported"] == pytest.approx((1 - P.outcome_checks) * unchecked["only_reported"])
    assert checked["effort"] > unchecked["effort"]
