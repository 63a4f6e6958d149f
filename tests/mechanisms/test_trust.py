"""Trust between providers and the council."""

import pytest

from caremarket_sim.mechanisms.trust import trust_moves
from tests.mechanisms.markets import bare, carry_out, council, numbers, provider

ALONE = {"stewardship.forum_per_year": 0, "stewardship.monitoring": 0}


def moved(policy=None, trust=0.35, reach=0.0, codesigned=0.0, parameters=None, **columns):
    """A provider whose fee covers its open cost, which delivers all and declined nothing, after a week."""
    market = bare()
    council(market, reach=reach, codesigned=codesigned)
    provider(market, trust=trust, rate=20.0, open_cost=20.0, undelivered=0.0, declined=0.0, hurt=10.0)
    provider(market, **columns)
    return carry_out(trust_moves, market, ALONE | (policy or {}), parameters or numbers()).providers.rows[0]


@pytest.mark.parametrize(
    ("change", "aim"),
    [
        ({}, 0.35),
        ({"reach": 0.5}, 0.35 + 0.35 / 2),
        ({"policy": {"stewardship.forum_per_year": 6}}, 0.35 + 0.05),
        ({"policy": {"stewardship.forum_per_year": 12}}, 0.35 + 0.1),
        ({"policy": {"stewardship.monitoring": 0.5}}, 0.35 - 0.05),
        ({"policy": {"stewardship.monitoring": 0.5}, "reach": 1.0}, 0.35 + 0.35),
        ({"policy": {"stewardship.citizens_share": 0.5}, "codesigned": 1.0}, 0.35 + 0.05),
        ({"codesigned": 1.0}, 0.35 + 0.05 - 0.1),
        ({"rate": 21.0}, 0.35 + 0.05),
        ({"rate": 40.0}, 0.35 + 0.05),
        ({"rate": 19.0}, 0.35 - 0.05),
        ({"rate": 10.0}, 0.35 - 0.1),
        ({"undelivered": 0.03}, 0.35 - 4 * 0.02),
        ({"undelivered": 0.01}, 0.35),
    ],
    ids=str,
)
def test_trust_drifts_to_what_the_relationship_is_faster_down_than_up(change, aim):
    for trust in (0.1, 0.9):
        speed = 0.02 if aim > trust else 0.06
        assert moved(trust=trust, **change)["trust"] == pytest.approx(trust + speed * (aim - trust))


CERTAIN = numbers(trust__decline_effect=1)


def test_a_shortfall_that_a_check_finds_is_an_event():
    market_weeks = [bare(week=week) for week in range(1, 40)]
    hurt = 0
    for market in market_weeks:
        provider(market, trust=0.5, undelivered=0.05, declined=0.0, hurt=10.0)
        carry_out(trust_moves, market, ALONE | {"stewardship.monitoring": 1})
        hurt += market.providers.hurt[0] == 0
    assert 3 < hurt < 17, "a check is made in some twelve of 52 weeks"
    for market in market_weeks:
        provider(market, undelivered=0.039, hurt=10.0)
        carry_out(trust_moves, market, ALONE | {"stewardship.monitoring": 1})
        assert market.providers.hurt[0] == 11


def test_declining_for_money_may_be_an_event():
    calm, hurt = moved(parameters=CERTAIN), moved(parameters=CERTAIN, declined=1.0)
    assert hurt["trust"] == pytest.approx(0.85 * calm["trust"]) and (calm["hurt"], hurt["hurt"]) == (11, 0)


@pytest.mark.parametrize("change", [{"hurt": 2.0}, {"contracted": 0}, {"open": 0}], ids=str)
def test_there_is_at_most_one_event_a_month_and_none_without_a_contract(change):
    assert moved(parameters=CERTAIN, declined=1.0, **change)["trust"] == pytest.approx(0.35)
    assert moved(parameters=CERTAIN, declined=1.0, hurt=3.0)["trust"] == pytest.approx(0.35 * 0.85)
