"""How needs change, and packages with them."""

import numpy as np
import pytest

from caremarket_sim.market.codes import FIT, LEFT, RECEIVING, SELF_FUNDER, WAITING
from caremarket_sim.mechanisms.needs import needs_change
from tests.mechanisms.markets import bare, carry_out, chances, council, numbers, person, provider

STILL = {"demand__need_rise_rate": 0, "demand__need_fall_rate": 0}
NO_RISE = numbers(**STILL)
CERTAIN = {"demand__need_rise_rate": 520, "demand__need_fall_rate": 0}


def bought(policy=None, share=1.0, parameters=NO_RISE, **columns):
    """One person after a week in which the council buys so much of assessed time."""
    market = bare()
    provider(market, practice=0.0)
    council(market, package_share=share, pot_hours=0.0)
    person(market, **columns)
    return carry_out(needs_change, market, policy or {}, parameters).clients.rows[0]


@pytest.mark.parametrize(("visits", "carers", "minutes", "hours"), [(1, 1, 30, 3.5), (4, 1, 45, 21), (3, 2, 30, 21)])
def test_hours_a_week_are_visits_times_minutes_times_seven_days_times_care_workers(visits, carers, minutes, hours):
    r = bought(visits=visits, carers=carers, need_minutes=float(minutes))
    assert r["hours"] == r["need_hours"] == pytest.approx(hours)
    assert r["log_need"] == pytest.approx(np.log(hours / 14.4)) or hours == 3.5, "remembered while need stays"


@pytest.mark.parametrize(
    ("change", "minutes"),
    [
        ({"share": 0.9}, 27),
        ({"share": 0.9, "payer": SELF_FUNDER}, 30),
        ({"share": 0.9, "policy": {"contract.minimum_visit_minutes": 30}}, 30),
        ({"connection": 1.0}, 30 * 0.98),
        ({"connection": 0.0}, 30),
    ],
    ids=["council's share", "self-funder", "shortest visit", "network", "no network"],
)
def test_packages_follow_the_budget_the_shortest_visit_and_the_person_s_network(change, minutes):
    r = bought(**change)
    assert r["visit_minutes"] == pytest.approx(minutes) and r["need_minutes"] == 30


def test_the_panel_s_hours_are_added_to_packages():
    market = bare()
    council(market, pot_hours=0.1)
    person(market)
    assert carry_out(needs_change, market, {}, NO_RISE).clients.visit_minutes[0] == pytest.approx(33)


def test_a_rise_in_need_is_a_step_and_beyond_the_longest_visit_another_visit():
    certain = numbers(**CERTAIN)
    assert bought(parameters=certain)["need_minutes"] == pytest.approx(30 * 1.12)
    longer = bought(parameters=certain, need_minutes=55.0, visits=2)
    assert (longer["visits"], longer["need_minutes"]) == (3, pytest.approx(55 * 1.12 * 2 / 3))
    full = bought(parameters=certain, need_minutes=55.0, visits=4)
    assert (full["visits"], full["need_minutes"]) == (4, 60)


TO_INDEPENDENCE = {"contract.outcome_share": 0.8, "contract.outcome_measure": "independence"}


def rises(policy, delivered_share=1.0, practice=0.0, effort=0.5, **columns):
    """Whose need rises of fifty people, and their luck; each has a chance of a quarter but for what is said."""
    market = bare()
    provider(market, practice=practice, effort=effort)
    for i in range(50):
        person(market, i, delivered_share=delivered_share, **columns)
    luck = chances(market, "needs_change", market.clients.number[:50])
    carry_out(needs_change, market, policy, numbers(demand__need_rise_rate=13, demand__need_fall_rate=0))
    assert market.providers.need_rises[0] == (market.clients.need_minutes[:50] > 30.1).sum()
    return (market.clients.need_minutes[:50] > 30.1).tolist(), luck


@pytest.mark.parametrize(
    ("policy", "columns", "chance"),
    [
        ({}, {"effort": 0.0}, 0.25),
        ({}, {"delivered_share": 0.2}, 0.25 * 1.8),
        ({}, {"practice": 1.0}, 0.25 * 0.9),
        (TO_INDEPENDENCE, {}, 0.25 * (1 - 0.5 * 0.2)),
        (TO_INDEPENDENCE, {"payer": SELF_FUNDER}, 0.25),
        (TO_INDEPENDENCE | {"contract.outcome_measure": "experience"}, {}, 0.25),
        (TO_INDEPENDENCE | {"contract.outcome_measure": "connection"}, {}, 0.25),
    ],
)
def test_needs_rise_with_care_not_had_and_less_where_independence_is_paid_for_or_worked_for(policy, columns, chance):
    rose, luck = rises(policy, **columns)
    assert rose == (luck < chance).tolist()


def test_whoever_has_left_needs_nothing_more():
    assert bought(parameters=numbers(**CERTAIN), status=LEFT)["need_minutes"] == 30


def test_need_may_ease_a_step():
    eased = bought(parameters=numbers(demand__need_rise_rate=0, demand__need_fall_rate=52), status=WAITING)
    assert eased["need_minutes"] == eased["visit_minutes"] == pytest.approx(30 / 1.12)


def weeks_until_it_follows(need=36.0, share=0.0, trust=0.5, codesigned=0.0, effect=1.0, **columns):
    """Weeks after a change of need from half an hour in which a package follows, -1 for half a year without; and the
    market."""
    market = bare()
    provider(market, trust=trust)
    council(market, codesigned=codesigned, package_share=1.0, pot_hours=0.0)
    person(market, **columns)
    market.clients.need_minutes[0] = need
    p = numbers(**STILL, trust__dispute_share=share, trust__dispute_effect=effect)
    for week in range(26):
        carry_out(needs_change, market, {}, p)
        market.week += 1
        if market.clients.visit_minutes[0] == need:
            return week, market
    return -1, market


@pytest.mark.parametrize("need", [24.0, 36.0], ids=["eases", "rises"])
def test_where_both_agree_a_package_follows_need_within_weeks_and_where_they_do_not_after_months(need):
    agreed, market = weeks_until_it_follows(need)
    assert agreed == 3 and market.counts["disputes"][0] == 0
    disputed, market = weeks_until_it_follows(need, share=0.8, trust=0.0, effect=2)
    assert disputed == 13 and market.counts["disputes"][0] == 1, "one change is fallen out over once"


@pytest.mark.parametrize("change", [{"status": WAITING}, {"status": FIT}, {"payer": SELF_FUNDER}], ids=str)
def test_there_is_nobody_to_agree_with_where_the_council_s_provider_does_not_come(change):
    assert weeks_until_it_follows(share=0.8, **change)[0] == 0


def disputes(trust=0.5, codesigned=0.0, effect=1.0):
    """Of 60 people whose need has changed, over whose package the two fall out, and their luck."""
    market = bare()
    provider(market, trust=trust)
    council(market, codesigned=codesigned)
    for i in range(60):
        person(market, i)
    market.clients.need_minutes[:60] = 36.0
    luck = chances(market, "needs_change", market.clients.number[:60], 2)
    carry_out(needs_change, market, {}, numbers(**STILL, trust__dispute_share=0.4, trust__dispute_effect=effect))
    assert market.providers.disputes[0] == market.counts["disputes"][0] == (market.clients.review[:60] == 13).sum()
    return (market.clients.review[:60] == 13).tolist(), luck


@pytest.mark.parametrize(
    ("change", "chance"),
    [
        ({}, 0.4),
        ({"trust": 1.0}, 0.2),
        ({"trust": 0.0}, 0.6),
        ({"trust": 1.0, "effect": 2}, 0.0),
        ({"trust": 0.0, "effect": 0}, 0.4),
        ({"codesigned": 1.0}, 0.28),
    ],
    ids=str,
)
def test_they_fall_out_the_more_often_the_less_they_trust_each_other_and_designed_together(change, chance):
    fell_out, luck = disputes(**change)
    assert fell_out == (luck < chance).tolist()


def test_whoever_goes_to_hospital_is_assessed_anew():
    _, market = weeks_until_it_follows(need=30.0)
    market.clients.need_minutes[0], market.clients.status[0] = 36.0, FIT
    carry_out(needs_change, market, {}, NO_RISE)
    market.clients.status[0] = RECEIVING
    assert carry_out(needs_change, market, {}, NO_RISE).clients.visit_minutes[0] == 36
