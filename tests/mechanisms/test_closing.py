"""Who gives up, and what becomes of people and staff."""

import numpy as np
import pytest

from caremarket_sim.market.codes import (
    GONE,
    IN_HOSPITAL,
    IN_HOUSE,
    IN_POST,
    INADEQUATE,
    ONBOARDING,
    POOL,
    RECEIVING,
    REQUIRES_IMPROVEMENT,
    UNRATED,
    WAITING,
)
from caremarket_sim.mechanisms.closing import providers_close
from tests.mechanisms.markets import bare, carry_out, numbers, person, provider, worker

NOBODY_RETIRES = {"exit__contracted_rate": 0, "exit__private_rate": 0, "exit__tiny_rate": 0, "exit__struck_off_rate": 0}
IN_TROUBLE = {"cash": -100, "margin": -0.05, "demand": 100.0, "quality": 0.5}
WELL = IN_TROUBLE | {"cash": 100_000, "margin": 0.05}


def closing(*providers, policy=None, **changes):
    """The market after providers with these columns have thought about closing."""
    market = bare(len(providers))
    for j, columns in enumerate(providers):
        provider(market, j, **(WELL | {"weeks_insolvent": 0.0} | columns))
    return carry_out(providers_close, market, policy or {}, numbers(**(NOBODY_RETIRES | changes)))


def test_a_provider_that_has_been_insolvent_for_half_a_year_may_close_with_notice():
    weeks = [IN_TROUBLE | {"weeks_insolvent": before} for before in (24.0, 25.0)]
    market = closing(*weeks, exit__insolvent_rate=1)
    assert market.providers.closing.tolist() == [0, 3], "four weeks of notice, of which this is the first"
    assert market.counts["closures"][0] == market.counts["closures_contracted"][0] == 1


@pytest.mark.parametrize("better", [{"cash": 100}, {"margin": 0.0}])
def test_insolvency_begins_anew_for_whoever_has_cash_or_margin_again(better):
    market = closing(IN_TROUBLE | {"weeks_insolvent": 25.0} | better, exit__insolvent_rate=1)
    assert market.providers.closing[0] == market.providers.weeks_insolvent[0] == 0


def test_owners_retire_by_kind_of_provider_but_the_council_s_own_does_not():
    kinds = {"contracted": 1}, {"contracted": 0}, {"contracted": 0, "ownership": IN_HOUSE}
    assert closing(*kinds, exit__private_rate=520).providers.closing.tolist() == [0, 3, 0]
    assert closing(*kinds, exit__contracted_rate=520).providers.closing.tolist() == [3, 0, 0]


def test_of_large_firms_more_and_more_are_sold_and_go_on_when_an_owner_retires():
    sizes = [{"usual_hours": hours} for hours in (500.0, 50_000.0)]
    assert closing(*sizes, exit__contracted_rate=52 * 100 / 99).providers.closing.tolist() == [3, 0]


def test_a_provider_found_inadequate_may_lose_its_registration():
    ratings = [{"rating": rating} for rating in (INADEQUATE, REQUIRES_IMPROVEMENT, UNRATED)]
    assert closing(*ratings, exit__struck_off_rate=52).providers.closing.tolist() == [3, 0, 0]


def test_good_quality_keeps_an_owner_on():
    kinds = {"quality": 0.0}, {"quality": 1.0}
    assert closing(*kinds, exit__contracted_rate=52, exit__quality_effect=2).providers.closing.tolist() == [3, 0]


def test_too_little_work_closes_a_provider_that_has_had_time_to_grow():
    kinds = {"demand": 14.0, "age": 53.0}, {"demand": 14.0, "age": 52.0}, {"demand": 15.0, "age": 53.0}
    assert closing(*kinds, exit__tiny_rate=1).providers.closing.tolist() == [3, 0, 0]


def test_a_failure_that_a_scenario_sets_comes_once_without_notice_to_whoever_is_nearest_that_share():
    sizes = [{"council_hours": hours} for hours in (10.0, 60.0, 30.0)]
    market = closing(*sizes, policy={"shocks.provider_failure": 0.35})
    assert market.providers.open.tolist() == [1, 1, 0], "30 of 100 hours are nearest to 35"
    carry_out(providers_close, market, {"shocks.provider_failure": 0.35}, numbers(**NOBODY_RETIRES))
    assert market.providers.open.tolist() == [1, 1, 0], "once"


def closes(weeks_left, **changes):
    """A provider in its last weeks beside one that goes on, before anything happens; and the numbers."""
    market = bare(2)
    for j in (0, 1):
        provider(market, j, **WELL)
    provider(market, 0, closing=weeks_left)
    return market, numbers(**(NOBODY_RETIRES | changes))


def test_people_of_a_provider_that_gives_up_get_notice_and_places_kept_in_hospital_are_lost():
    market = bare(2)
    provider(market, 0, **(WELL | {"contracted": 0}))
    provider(market, 1, **WELL)
    person(market, 0)
    person(market, 1, notice=2)
    person(market, 2, status=IN_HOSPITAL, kept=1)
    person(market, 3, provider=1)
    carry_out(providers_close, market, {}, numbers(exit__private_rate=520, exit__contracted_rate=0))
    assert market.clients.notice[:4].tolist() == [4, 2, 0, 0]
    assert market.clients.provider[:4].tolist() == [0, 0, -1, 1] and market.clients.kept[2] == 0


def test_when_it_stops_whoever_is_left_waits_and_its_owner_takes_the_cash():
    market, parameters = closes(1)
    person(market, 0, notice=1)
    person(market, 1, provider=1)
    carry_out(providers_close, market, {}, parameters)
    assert market.clients.status[:2].tolist() == [WAITING, RECEIVING]
    assert market.clients.provider[:2].tolist() == [-1, 1] and market.counts["displaced"][0] == 1
    assert market.providers.open.tolist() == [0, 1] and market.providers.cash.tolist() == [0, 100_000]
    assert market.paid("providers", "owners", "capital") == 1000


def test_until_then_it_goes_on():
    market, parameters = closes(2)
    person(market, 0, notice=2)
    worker(market, 0)
    carry_out(providers_close, market, {}, parameters)
    assert (market.providers.open[0], market.providers.closing[0]) == (1, 1)
    assert (market.clients.status[0], market.workers.status[0]) == (RECEIVING, IN_POST)


@pytest.mark.parametrize(("stay", "status"), [(1, POOL), (0, GONE)])
def test_staff_of_a_provider_that_stops_are_dismissed_most_to_the_pool(stay, status):
    market, parameters = closes(1, leaving__stay_in_sector_share=stay)
    worker(market, 0)
    worker(market, 1, status=ONBOARDING)
    worker(market, 2, provider=1)
    carry_out(providers_close, market, {}, parameters)
    assert market.workers.status[:3].tolist() == [status, status, IN_POST]
    assert market.workers.provider[:3].tolist() == [-1, -1, 1]
    assert market.counts["leavers"][0] == market.workers.sum_left[0] == 1, "who never started is no leaver"


@pytest.mark.parametrize(("known", "share", "employer"), [((0.9, 0.5), 1, 1), ((0.5, 0.9), 1, 0), ((0.9, 0.5), 0, 0)])
def test_staff_follow_the_people_they_know_better_to_whoever_took_them_over(known, share, employer):
    market, parameters = closes(3, procurement__staff_move_share=share)
    worker(market, 2)
    for i, how_well in enumerate(known):  # one person has gone to the other provider, one is still here
        person(market, i, provider=1 - i)
        market.clients.familiar[i, 0], market.clients.familiarity[i, 0] = 2, np.float32(how_well)
    assert carry_out(providers_close, market, {}, parameters).workers.provider[2] == employer


OWES = NOBODY_RETIRES | {"entry__capital": 20_000, "exit__owners_capital": 100}


@pytest.mark.parametrize(("owed", "open_still"), [(24_999, 1), (25_001, 0)])
def test_owners_put_in_what_they_have_and_then_a_provider_stops_at_once(owed, open_still):
    market = bare()
    provider(market, **(IN_TROUBLE | {"cash": -100 * owed, "usual_hours": 50.0}))
    person(market, 0)
    carry_out(providers_close, market, {}, numbers(**OWES))
    assert market.providers.open[0] == open_still
    assert market.clients.status[0] == (RECEIVING if open_still else WAITING)
    assert market.counts["closures"][0] == market.counts["displaced"][0] == 1 - open_still


def test_one_that_is_closing_stops_sooner_and_is_counted_once():
    market = bare()
    provider(market, **(IN_TROUBLE | {"cash": -10_000_000, "usual_hours": 50.0, "closing": 3}))
    carry_out(providers_close, market, {}, numbers(**OWES))
    assert market.providers.open[0] == 0 and market.counts["closures"][0] == 0
    assert market.paid("providers", "owners", "capital") == -100_000, "its owners make good what is owed"
