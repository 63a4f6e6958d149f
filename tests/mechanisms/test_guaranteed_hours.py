"""The duty to offer guaranteed hours."""

import pytest

from caremarket_sim.mechanisms.contract_offers import contracts_convert
from caremarket_sim.mechanisms.guaranteed_hours import guaranteed_hours_are_offered
from tests.mechanisms.markets import P, bare, carry_out, numbers, provider, worker


def under_the_duty(week, **columns):
    market = bare(week=week)
    market.price_rows["guaranteed_hours_duty"] = 1.0
    worker(market, **{"contact": 20.0, "flexibility": 0.0, "reference_hours": 0.0, **columns})
    return market


def test_whoever_has_no_guaranteed_hours_is_offered_those_of_a_mean_week_of_the_reference_period():
    market = under_the_duty(0)
    for week in range(12):
        market.week = week
        market.workers.contact[0] = 10.0 + week
        assert market.workers.guaranteed[0] == 0
        carry_out(guaranteed_hours_are_offered, market)
    assert market.workers.guaranteed[0] == pytest.approx(15.5)
    assert market.workers.reference_hours[0] == 0


@pytest.mark.parametrize(
    "columns", [{"flexibility": 1.0}, {"tenure": 11.0}, {"guaranteed": 14.0}], ids=["declines", "new", "has enough"]
)
def test_nobody_else_is_given_hours(columns):
    market = under_the_duty(11, reference_hours=220.0, **columns)
    before = market.workers.guaranteed[0]
    assert carry_out(guaranteed_hours_are_offered, market).workers.guaranteed[0] == before


def test_without_the_duty_nothing_is_counted():
    market = under_the_duty(11, reference_hours=3.0)
    market.price_rows["guaranteed_hours_duty"] = 0.0
    w = carry_out(guaranteed_hours_are_offered, market).workers.rows[0]
    assert (w["guaranteed"], w["reference_hours"]) == (0.0, 3.0)


def test_guarantees_lapse_only_without_the_duty():
    certain = numbers(contract__lapse_rate=0.06)
    for duty, lapses in ((0.0, True), (1.0, False)):
        market = bare()
        market.price_rows["guaranteed_hours_duty"] = duty
        provider(market, guaranteed_share=0.0, zero_staff=0.0, staff=40.0)
        for w in range(40):
            worker(market, w, number=w, guaranteed=20.0, flexibility=0.0)
        carry_out(contracts_convert, market, {}, certain)
        assert (market.workers.guaranteed[:40] == 0).any() == lapses


def test_offers_are_declined_by_whoever_most_wants_flexible_hours():
    edge = 1.0 - P.contract_decline_share
    for flexibility, accepted in ((edge - 0.01, True), (edge + 0.01, False)):
        market = under_the_duty(11, reference_hours=220.0, flexibility=flexibility)
        assert (carry_out(guaranteed_hours_are_offered, market).workers.guaranteed[0] > 0) == accepted
