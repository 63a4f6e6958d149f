"""Providers give packages up that lose them money."""

import pytest

from caremarket_sim.market.codes import IN_HOSPITAL, RECEIVING, SELF_FUNDER
from caremarket_sim.mechanisms.hand_backs import providers_hand_back
from tests.mechanisms.markets import P, bare, carry_out, numbers, person, provider

MONTHS_BELOW = {"margin": -0.05, "weeks_below": 12.0, "handing_back": 8.0}


def handed_back(status=RECEIVING, kept=0, payer=0, rate=1, **columns):
    """The market after a week of a provider that holds ten packages, of 15 to 60 minutes a visit."""
    market = bare()
    provider(market, **(MONTHS_BELOW | columns))
    for i in range(10):
        person(market, i, visit_minutes=60.0 - 5 * i, status=status, kept=kept, payer=payer)
    return carry_out(providers_hand_back, market, {}, numbers(exit__hand_back_rate=rate))


def test_after_months_below_cost_a_provider_gives_notice_on_a_fifth_the_shortest_visits_first():
    market = handed_back()
    assert market.clients.notice[:10].tolist() == 8 * [0] + [4, 4]
    assert set(market.clients.status[:10]) == {RECEIVING}, "care goes on meanwhile"
    assert market.counts["hand_backs"][0] == 2
    assert (market.providers.handing_back[0], market.providers.weeks_below[0]) == (0, 13)


def test_packages_far_from_others_go_first():
    market = bare()
    provider(market, **MONTHS_BELOW)
    for i in range(5):
        person(market, i, leg=9.0 if i == 2 else 5.0)
    carry_out(providers_hand_back, market, {}, numbers(exit__hand_back_rate=1))
    assert market.clients.notice[:5].tolist() == [0, 0, 4, 0, 0]


@pytest.mark.parametrize(
    "change",
    [{"weeks_below": 11.0}, {"handing_back": 7.0}, {"margin": -0.02}, {"contracted": 0}, {"closing": 2}, {"rate": 0}],
    ids=["not for long", "just did", "not so bad", "private", "closes", "not this week"],
)
def test_otherwise_it_keeps_them(change):
    market = handed_back(**change)
    assert not market.clients.notice.any() and market.counts["hand_backs"][0] == 0


def test_who_looks_further_ahead_waits_longer():
    for horizon, weeks in ((P.motive_horizon * 4, 26), (P.motive_horizon, 13), (P.motive_horizon / 4, 6.5)):
        assert not handed_back(horizon=horizon, weeks_below=weeks - 2.0).clients.notice.any()
        assert handed_back(horizon=horizon, weeks_below=float(weeks)).clients.notice.any()


def test_packages_of_people_who_pay_for_themselves_are_kept():
    assert not handed_back(payer=SELF_FUNDER).clients.notice.any()


def test_a_kept_place_that_is_handed_back_is_lost():
    market = handed_back(status=IN_HOSPITAL, kept=1)
    assert market.clients.kept[:10].sum() == 8 and (market.clients.provider[:10] < 0).sum() == 2
    assert not market.clients.notice.any()
