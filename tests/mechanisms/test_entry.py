"""New agencies, and agencies that join an open list."""

import numpy as np
import pytest

from caremarket_sim.market.codes import COOPERATIVE, IN_POST
from caremarket_sim.mechanisms.entry import agencies_join_the_list, firms_consider_coming, providers_enter
from tests.mechanisms.markets import bare, carry_out, council, numbers, provider


def considered(margin=0.05, waiting=1.0, policy=None, **changes):
    """The market after firms have looked at it: as in the baseline where margins are 5% and one in a hundred waits."""
    market = bare()
    provider(market, delivered=10.0, margin=margin, demand=444.0)
    council(market, people=100.0, waiting=waiting)
    return carry_out(firms_consider_coming, market, policy or {}, numbers(**changes))


@pytest.mark.parametrize(
    ("margin", "waiting", "invites"),
    [(0.05, 1, 1), (0.10, 1, np.exp(0.5)), (0.5, 1, np.e), (-0.5, 1, 1 / np.e), (0.05, 11, 1.5), (0.05, 90, 2)],
)
def test_margins_and_people_who_wait_invite_firms_within_limits(margin, waiting, invites):
    assert considered(margin, waiting).commissioners.invites[0] == pytest.approx(invites)


def test_as_many_firms_come_as_the_rate_says():
    market = bare()
    provider(market, delivered=10.0, margin=0.05, demand=444.0)
    council(market, people=100.0, waiting=1.0, labour_market=0.25)
    came = 0
    for week in range(600):
        market.week = week
        came += int(carry_out(firms_consider_coming, market, {}, numbers(entry__rate=52 * 0.8)).clock["firms"][0])
    assert came == pytest.approx(600 * 0.8 * 0.25, abs=4 * np.sqrt(120))


def test_firms_come_to_a_place_without_any():
    market = bare()
    provider(market, open=0)
    council(market, people=100.0, waiting=1.0)
    carry_out(firms_consider_coming, market, {}, numbers(entry__rate=1e6))
    assert market.clock["firms"][0] > 0
    carry_out(providers_enter, market, {})
    newcomer = market.providers.rows[-1]
    assert newcomer["open"] == 1 and newcomer["pay"] > 0 and newcomer["price"] > 0 and newcomer["overhead_scale"] > 0


def test_support_brings_co_operatives_and_costs_the_council_money():
    market = considered(policy={"community.coop_support": 52_000}, entry__rate=0, entry__coop_rate=1e6)
    assert market.firms["cooperative"][: market.clock["firms"][0]].tolist() == [1]
    assert market.paid("council", "suppliers", "co-operative support") == 1000
    assert considered(entry__rate=0, entry__coop_rate=1e6).clock["firms"][0] == 0


def entered(policy=None, cooperative=0, wants=0.0, firms=1, cost=22.9):
    market = bare()
    provider(market, demand=100.0, overhead_scale=8.0, overhead_opening=8.0, pay=12.5, price=27.0)
    provider(market, cost_fixed=cost - 7.0, cost_travel=2.0, overhead_hour=5.0)
    council(market, fee=23.0)
    market.firms[0] = (123_000, 0, cooperative)
    market.clock["firms"] = firms
    return carry_out(providers_enter, market, policy or {}, numbers(entry__wants_contract=wants))


def test_a_firm_opens_with_two_founders_capital_and_today_s_pay():
    market = entered()
    firm = market.providers.rows[1]
    assert (firm["number"], firm["open"], firm["contracted"], firm["pay"], firm["rate"]) == (123_000, 1, 0, 12.5, 23)
    founders = market.workers.provider == 1
    assert founders.sum() == 2 and set(market.workers.status[founders]) == {IN_POST}
    assert firm["cash"] == round(100 * (20_000 + 40 * firm["plan"])) and 60 <= firm["plan"] <= 300
    assert market.counts["entries"][0] == 1


def test_a_co_operative_has_a_say_for_staff_care_for_the_work_and_little_capital():
    firm = entered(cooperative=1).providers.rows[1]
    assert (firm["ownership"], firm["voice"], firm["extraction"], firm["cash"]) == (COOPERATIVE, 1, 0, 6_000_000)


@pytest.mark.parametrize(
    ("policy", "contracted"), [({}, 1), ({"procurement.max_providers": 5}, 0), ({"procurement.zoned": True}, 0)]
)
def test_a_firm_comes_with_a_contract_only_while_the_list_is_open(policy, contracted):
    assert entered(policy, wants=1.0).providers.contracted[1] == contracted
    assert entered(policy, cooperative=1).providers.contracted[1] == contracted


@pytest.mark.parametrize("wanted", [{"wants": 1.0}, {"cooperative": 1}])
def test_a_firm_wants_no_contract_whose_price_does_not_cover_what_an_hour_costs_those_who_have_one(wanted):
    assert entered(**wanted, cost=22.9).providers.contracted[1] == 1
    assert entered(**wanted, cost=23.1).providers.contracted[1] == 0


def test_nobody_opens_where_nobody_comes():
    assert len(entered(firms=0).providers) == 1


def joined(policy=None, rate=1e6, supported=0.5, **columns):
    """The market after a private agency, whose costs the fee covers, has looked at the list."""
    market = bare(2)
    council(market, fee=23.0, invites=1.0)
    provider(market, 1, contracted=0, demand=61.0, plan=100.0, cost_fixed=17.0, cost_travel=2.0, overhead_hour=3.9)
    provider(market, 1, **columns)
    return carry_out(
        agencies_join_the_list,
        market,
        policy or {},
        numbers(entry__join_rate=rate, entry__supported_join_rate=supported),
    )


def test_a_private_agency_joins_the_list_at_its_fee_and_plans_to_grow():
    market = joined()
    r = market.providers.rows[1]
    assert (r["contracted"], r["rate"], r["plan"]) == (1, 23, 150)


@pytest.mark.parametrize(
    "change",
    [
        {"policy": {"procurement.max_providers": 5}},
        {"policy": {"procurement.zoned": True}},
        {"policy": {"fee.level": 0.9}},
        {"cost_fixed": 17.2},
        {"demand": 60.0},
        {"demand": 60.0, "ownership": COOPERATIVE},
        {"open": 0},
        {"rate": 0},
    ],
    ids=["closed", "zoned", "low fee", "dear", "small", "small and not supported", "shut", "not this week"],
)
def test_it_does_not_while_the_list_is_closed_the_fee_too_low_or_the_agency_too_small(change):
    assert joined(**change).providers.contracted[1] == 0


def test_a_supported_co_operative_joins_whatever_its_size_if_the_fee_covers_its_cost():
    supported = {"community.coop_support": 1000}
    joins = {"policy": supported, "demand": 10.0, "ownership": COOPERATIVE, "supported": 52.0, "rate": 0.0}
    assert joined(**joins).providers.contracted[1] == 1
    assert joined(**joins | {"cost_fixed": 17.2}).providers.contracted[1] == 0
    assert joined(**joins | {"policy": supported | {"procurement.zoned": True}}).providers.contracted[1] == 0
