"""Providers give up council work that loses them money: a locality's, or all of it."""

import numpy as np
import pytest

from caremarket_sim.market.codes import IN_HOSPITAL, INDEPENDENT, RECEIVING, SELF_FUNDER
from caremarket_sim.mechanisms.hand_backs import providers_hand_back
from tests.mechanisms.markets import P, bare, carry_out, council, numbers, person, provider

SOME_YEARS = 4 * 52
"""A week in which accounts are looked at."""
OVERHEAD = 5.0
"""£ an hour."""


def place(council_hours=70.0, **columns):
    """A provider that is paid £24 an hour, with ten people in each of two localities: pay and travel cost £15 and £2,
    more where the way is longer than the usual quarter of an hour for an hour."""
    market = bare(week=SOME_YEARS)
    provider(market, rate=24.0, cost_fixed=15.0, cost_travel=2.0, travel_share=0.25, contracted_hours=council_hours)
    provider(market, committed=70.0, overhead_scale=1.0, horizon=P.motive_horizon, losing=np.zeros(25), weeks_below=0.0)
    provider(market, warned=0, trust=0.5, ownership=INDEPENDENT, won=0, patch_lead=[1, 1, 1, *22 * [0]])
    for i in range(20):
        person(market, i, zone=i // 10, leg=7.5)
    provider(market, **columns)
    return market


def look(market, weeks=4, rate=1, **changes):
    """The market after a provider has looked at its accounts as often as it does in so many weeks, with overhead of £5
    an hour, all of it borne by each locality, and pay for the minutes planned."""
    p = {"exit__hand_back_rate": rate, "exit__overhead_borne": 1, "overhead__sprawl_hours": 1e9} | changes
    p = {"overhead__scale_exponent": 1, "motive__office_share": 0, "exit__warning_chance": 0} | p
    market.providers.overhead_scale[:] = OVERHEAD
    market.price_rows["price_index"] = 1.0
    for _ in range(0, weeks, 4):
        carry_out(providers_hand_back, market, {"contract.payment_basis": "planned_time"}, numbers(**p))
        market.week += 4
    return market


def far(market, locality=1, leg=22.5):
    """The way to each person of a locality is three times the usual one, so that an hour there costs £26."""
    there = market.clients.locality == locality
    market.clients.leg[there] = leg
    return market


def test_a_locality_that_has_lost_money_for_months_is_handed_back_whole_and_no_other():
    market = look(far(place()), 16)
    assert market.clients.notice[:20].tolist() == 10 * [0] + 10 * [4]
    assert set(market.clients.status[:20]) == {RECEIVING}, "care goes on meanwhile"
    assert market.counts["hand_backs"][0] == 10 and market.providers.contracted[0] == 1
    assert market.providers.contracted_hours[0] == 35.0, "the volume that it was awarded falls with them"
    assert market.providers.losing[0, :2].tolist() == [0, -52] and market.providers.patch_lead[0, :2].tolist() == [1, 0]


@pytest.mark.parametrize(
    "change",
    [{"contracted": 0}, {"closing": 2}, {"won": 1}, {"rate": 27.0}, {"cost_travel": 0.5}],
    ids=["private", "closes", "has won the next contract", "is paid for it", "costs no more"],
)
def test_otherwise_it_keeps_them(change):
    market = look(far(place(**change)), 16)
    assert not market.clients.notice.any() and market.counts["hand_backs"][0] == 0


def test_a_short_loss_is_borne_and_luck_decides_when():
    assert not look(far(place()), 12).clients.notice.any()
    assert not look(far(place()), 16, rate=0).clients.notice.any()
    recovered = look(far(place()), 12)
    recovered.clients.leg[:20] = 7.5
    assert look(recovered, 4).providers.losing[0, 1] == 0


def test_who_looks_further_ahead_waits_longer():
    for horizon, weeks in ((P.motive_horizon * 4, 28), (P.motive_horizon, 16), (P.motive_horizon / 4, 8)):
        assert not look(far(place(horizon=horizon)), weeks - 4).clients.notice.any()
        assert look(far(place(horizon=horizon)), weeks).clients.notice.any()


def test_a_contract_that_loses_money_as_a_whole_is_handed_back_whole():
    market = look(place(rate=21.0), 16, exit__overhead_borne=0)
    assert market.clients.notice[:20].tolist() == 20 * [4], "no locality loses, as none bears overhead; all together do"
    r = market.providers.rows[0]
    assert (r["contracted"], r["contracted_hours"], market.counts["hand_backs"][0]) == (0, 0, 20)
    assert not look(place(rate=22.5), 16, exit__overhead_borne=0).clients.notice.any()


def test_who_has_handed_back_every_locality_has_handed_back_the_contract():
    market = place(patch_count=2)
    market.clients.leg[:20] = 22.5
    assert look(market, 16).providers.contracted[0] == 0


def test_where_it_has_handed_back_it_takes_nothing_for_a_year():
    market = look(far(place()), 16)
    for _ in range(13):
        assert market.providers.losing[0, 1] < 0
        look(market, 4)
    assert market.providers.losing[0, 1] == 0


def test_the_overhead_that_is_asked_of_it_is_that_of_the_size_awarded():
    small = {"overhead__scale_exponent": 0.5, "overhead__floor_hours": 1}
    market = far(place(committed=10.0, council_hours=1000.0), leg=7.5)
    market.providers.overhead_scale[:] = 60.0

    def weeks_below(policy):
        terms = {"contract.payment_basis": "planned_time"} | policy
        return carry_out(providers_hand_back, market.copy(), terms, numbers(**small)).providers.weeks_below[0]

    assert weeks_below({"procurement.max_providers": 5}) == 0, "60 / sqrt(1000) is £1.90 an hour"
    assert weeks_below({}) == 4, "nothing was awarded, and 60 / sqrt(10) is £19"


def test_packages_of_people_who_pay_for_themselves_are_kept():
    market = far(place())
    market.clients.payer[15:20] = SELF_FUNDER
    assert look(market, 16).clients.notice[:20].tolist() == 10 * [0] + 5 * [4] + 5 * [0]


def test_a_kept_place_that_is_handed_back_is_lost():
    market = far(place())
    market.clients.status[10], market.clients.kept[10] = IN_HOSPITAL, 1
    look(market, 16)
    assert (market.clients.kept[10], market.clients.provider[10], market.clients.notice[10]) == (0, -1, 0)


WHOLE = {"exit__overhead_borne": 0}
"""No locality loses money by itself, and all together do."""


def told(reach=0.0, spend=0.0, weeks=16, rate=21.0, **changes):
    """A contract that loses money as a whole, of a provider that trusts the council and tells it."""
    market = place(rate=rate, trust=1.0)
    council(market, reach=reach, spend=spend, budget=100.0)
    return look(market, weeks, **WHOLE | {"exit__warning_chance": 1} | changes)


def test_who_tells_the_council_in_time_gives_longer_notice():
    assert told().clients.notice[:20].tolist() == 20 * [13]
    assert told(exit__warning_chance=0).clients.notice[:20].tolist() == 20 * [4]
    assert look(far(place(trust=1.0)), 16, exit__warning_chance=1).clients.notice[10:20].tolist() == 10 * [13]
    assert look(far(place(trust=0.0)), 16, exit__warning_chance=1).clients.notice[10:20].tolist() == 10 * [4]


def test_it_tells_after_a_part_of_its_patience_and_forgets_when_the_contract_pays_again():
    assert [told(weeks=weeks).providers.warned[0] for weeks in (4, 8)] == [0, 1]
    market = told(weeks=8)
    provider(market, rate=25.0)
    assert look(market, 4, **WHOLE).providers.warned[0] == 0


def test_a_council_that_hears_it_pays_a_small_gap_while_spend_leaves_room_and_the_contract_is_kept():
    kept = told(reach=1.0)
    assert not kept.clients.notice.any() and kept.counts["averted"][0] == 1
    hours, cost = 70.0, 70.0 * 17 + 70 * 5.0
    assert kept.providers.rate[0] * (1 - P.exit_margin_line) * hours >= cost > 21.0 * (1 - P.exit_margin_line) * hours
    for change in ({"reach": 0.0}, {"spend": 101.0}, {"rate": 19.0}, {"exit__averting_limit": 0}):
        market = told(**{"reach": 1.0} | change)
        assert market.clients.notice[:20].tolist() == 20 * [13], change
        assert market.counts["averted"][0] == 0, change
