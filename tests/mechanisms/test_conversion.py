"""Staff take over a firm whose owner stops."""

import pytest

from caremarket_sim.market.codes import CHAIN, COOPERATIVE, INDEPENDENT
from caremarket_sim.mechanisms.closing import providers_close
from caremarket_sim.mechanisms.conversion import staff_take_over
from tests.mechanisms.markets import bare, carry_out, chances, numbers, provider

FIRMS = 60
RETIRES = {"exit__private_rate": 52, "exit__contracted_rate": 52, "exit__tiny_rate": 0, "exit__quality_effect": 0}
AMPLE = {"community.coop_support": 500_000}


def place(**columns):
    """Many firms whose owners all stop this week, none of them too large to be sold."""
    market = bare(1)
    provider(market, usual_hours=100.0, quality=0.5, cash=10**6, weeks_insolvent=0.0, demand=100.0, extraction=0.8)
    provider(market, **columns)
    market.providers.add(FIRMS - 1)[:] = market.providers.rows[0]
    market.providers.number[:] = range(FIRMS)
    return market


def take_over(policy=AMPLE, share=0.3, **columns):
    market = place(**columns)
    luck = chances(market, "staff_take_over", market.providers.number)
    carry_out(staff_take_over, market, policy, numbers(**RETIRES, exit__taken_over_share=share))
    return market, luck


def test_with_support_staff_take_over_some_of_those_whose_owners_stop_and_have_all_the_say():
    market, luck = take_over()
    became = market.providers.ownership == COOPERATIVE
    assert became.tolist() == (luck < 0.3).tolist() and market.counts["conversions"][0] == became.sum()
    assert set(market.providers.voice[became]) == {1.0} and set(market.providers.extraction[became]) == {0.0}
    assert set(market.providers.ownership[~became]) == {INDEPENDENT}


@pytest.mark.parametrize(
    "change", [{"policy": {}}, {"share": 0.0}, {"ownership": CHAIN}, {"closing": 2}, {"open": 0}], ids=str
)
def test_otherwise_they_do_not(change):
    assert take_over(**change)[0].counts["conversions"][0] == 0


def test_so_many_fewer_close():
    def close(policy):
        market = place()
        p = numbers(**RETIRES | {"exit__private_rate": 26, "exit__contracted_rate": 26}, exit__taken_over_share=0.3)
        return carry_out(providers_close, market, policy, p).counts["closures"][0]

    luck = chances(place(), "providers_close", range(FIRMS))
    assert close({}) == (luck < 0.5).sum() > close(AMPLE) == (luck < 0.5 * (1 - 0.3)).sum()
