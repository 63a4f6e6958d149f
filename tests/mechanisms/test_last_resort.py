"""The council's own service, which takes what nobody else takes."""

import numpy as np
import pytest

from caremarket_sim.market.codes import IN_HOUSE, RECEIVING, WAITING
from caremarket_sim.mechanisms.accounts import providers_settle_accounts
from caremarket_sim.mechanisms.closing import providers_close
from caremarket_sim.mechanisms.last_resort import council_cuts_its_service, council_opens_its_service
from caremarket_sim.mechanisms.payments import council_pays
from caremarket_sim.mechanisms.posts import providers_plan_posts
from caremarket_sim.mechanisms.recruitment import recruits_start
from caremarket_sim.mechanisms.sourcing import packages_are_sourced
from tests.mechanisms.markets import bare, carry_out, council, numbers, person, provider

WANTED = {"provision.last_resort_hours": 100.0}


def with_a_service(policy=None):
    """A place with one agency that has no room, and the council's service."""
    market = bare(1)
    provider(market, 0, capacity=0.0, coming=0.0)
    return carry_out(council_opens_its_service, market, WANTED if policy is None else policy)


def test_it_opens_once_when_it_is_wanted_with_staff_and_no_contract():
    market = with_a_service()
    carry_out(council_opens_its_service, market, WANTED)
    assert len(market.providers) == 2
    service = market.providers.rows[1]
    assert (service["last_resort"], service["contracted"], service["ownership"], service["rate"]) == (1, 0, IN_HOUSE, 0)
    assert (market.workers.provider == 1).sum() == 2 and service["patch_count"] == 3
    assert market.paid("world") == 0, "no owner brings capital"


def test_those_with_whom_it_begins_are_not_counted_as_starters_who_stayed_for_a_year():
    market = carry_out(recruits_start, with_a_service(), WANTED)
    assert market.counts["reached_a_year"][0] == 0
    assert (market.workers.tenure[market.workers.provider == 1] >= 52.0).all()


def test_without_the_lever_there_is_none():
    assert len(with_a_service({}).providers) == 1


def sourced(waited, capacity=50.0, hours=100.0, held=0.0):
    """Status of somebody who has waited so long, after a week's search beside a service of this capacity."""
    market = with_a_service()
    provider(market, 1, capacity=capacity, coming=0.0)
    person(market, 0, status=WAITING, weeks_waiting=float(waited))
    if held:
        person(market, 1, provider=1, hours=held)
    carry_out(packages_are_sourced, market, {"provision.last_resort_hours": hours})
    return market.clients.status[0]


def test_it_takes_what_nobody_takes_after_a_week_within_its_staff_and_its_hours():
    assert sourced(1) == RECEIVING
    assert sourced(0) == WAITING
    assert sourced(1, capacity=2.0) == WAITING
    assert sourced(1, hours=3.0) == WAITING
    assert sourced(1, hours=10.0, held=7.0) == WAITING


def test_it_takes_nobody_whom_an_agency_takes():
    market = with_a_service()
    provider(market, 0, capacity=500.0, rate=40.0, cost_fixed=15.0, cost_travel=1.0, committed=0.0)
    provider(market, 1, capacity=500.0)
    person(market, 0, status=WAITING, weeks_waiting=5.0)
    carry_out(packages_are_sourced, market, WANTED)
    assert market.clients.provider[0] == 0


def test_the_council_pays_what_it_cost_and_it_never_closes():
    market = with_a_service()
    provider(market, 1, wages=1000.0, cash=0, usual_hours=40.0)
    carry_out(providers_settle_accounts, market, WANTED)
    cost, owed = float(market.providers.cost[1]), -int(market.providers.cash[1])
    assert cost > 1000.0 and owed == round(100 * cost)
    carry_out(council_pays, market, WANTED)
    assert market.paid("council", "providers", "service of last resort") == pytest.approx(cost)
    assert market.providers.cash[1] == 0
    provider(market, 1, cash=-(10**12), margin=-1.0, weeks_insolvent=99.0, demand=0.0, age=999.0)
    carry_out(providers_close, market, WANTED, numbers(exit__insolvent_rate=1, exit__tiny_rate=1))
    assert market.providers.open[1] == 1


@pytest.mark.parametrize(("waiting", "wanted"), [(0.0, 10.0), (60.0, 60.0), (500.0, 100.0)])
def test_it_keeps_staff_for_what_waits_within_its_hours_and_some_in_any_case(waiting, wanted):
    market = with_a_service()
    council(market, waiting_hours=waiting, hours_a_post=20.0)
    carry_out(providers_plan_posts, market, WANTED, numbers(provision__ready_share=0.1, posts__cover=1))
    assert market.providers.posts[1] == pytest.approx(wanted / 20.0)


def test_when_its_hours_are_cut_those_who_came_last_get_notice():
    market = with_a_service()
    for i in range(5):
        person(market, i, provider=1, hours=10.0, weeks_in_care=float(i))
    provider(market, 1, committed=50.0)
    carry_out(council_cuts_its_service, market, {"provision.last_resort_hours": 30.0})
    assert (market.clients.notice[:5] > 0).tolist() == [True, True, False, False, False]
    assert np.all(market.clients.notice[:2] == 4)
