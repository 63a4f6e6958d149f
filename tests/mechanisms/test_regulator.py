"""Inspections, and what they find."""

import pytest

from caremarket_sim.market.codes import GOOD, INADEQUATE, OUTSTANDING, REQUIRES_IMPROVEMENT, UNRATED
from caremarket_sim.mechanisms.regulator import providers_have_been_rated, regulator_inspects
from tests.mechanisms.markets import bare, carry_out, numbers, provider

EVERY_WEEK = {"regulator__inspection_rate": 52, "regulator__reinspection_rate": 52}


def inspected(parameters=None, noise=0, **columns):
    """A provider after a week in which an inspector comes and reads quality without noise."""
    market = bare()
    provider(market, **({"delivered": 10.0, "rating": UNRATED, "quality": 0.7} | columns))
    carry_out(regulator_inspects, market, {}, numbers(**((parameters or EVERY_WEEK) | {"regulator__noise": noise})))
    assert market.counts["inspections"][0] == (market.providers.rating[0] != columns.get("rating", UNRATED))
    return market.providers.rating[0]


READINGS = [(0.32, INADEQUATE), (0.34, REQUIRES_IMPROVEMENT), (0.52, REQUIRES_IMPROVEMENT), (0.53, GOOD)]
READINGS += [(0.83, GOOD), (0.85, OUTSTANDING)]


@pytest.mark.parametrize(("quality", "rating"), READINGS)
def test_a_rating_is_a_reading_of_quality(quality, rating):
    assert inspected(quality=quality) == rating


def test_a_reading_has_noise():
    assert len({inspected(quality=0.55, noise=0.3, number=number) for number in range(20)}) > 2


@pytest.mark.parametrize("change", [{"age": 26.0}, {"delivered": 0.0}, {"open": 0}], ids=str)
def test_nobody_inspects_a_young_firm_or_one_that_delivers_nothing(change):
    assert inspected(**change) == UNRATED and inspected(age=27.0) == GOOD


@pytest.mark.parametrize(
    ("rating", "again"),
    [(UNRATED, False), (INADEQUATE, True), (REQUIRES_IMPROVEMENT, True), (GOOD, False), (OUTSTANDING, False)],
)
def test_whoever_was_found_wanting_is_inspected_again_sooner(rating, again):
    sooner = {"regulator__inspection_rate": 0, "regulator__reinspection_rate": 52}
    quality = 0.9 if rating != OUTSTANDING else 0.7
    assert (inspected(sooner, rating=rating, quality=quality) != rating) == again


@pytest.mark.parametrize(("share", "rating"), [(1, OUTSTANDING), (0, UNRATED)])
def test_before_a_market_begins_some_have_been_rated(share, rating):
    market = bare()
    provider(market, quality=0.9, rating=GOOD)
    carry_out(providers_have_been_rated, market, {}, numbers(regulator__opening_rated_share=share, regulator__noise=0))
    assert market.providers.rating[0] == rating
