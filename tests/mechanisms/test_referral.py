"""Who is referred, and whom the front door helps without a package."""

import numpy as np
import pytest

from caremarket_sim.market.codes import COUNCIL, DIVERTED, FIT, IN_REABLEMENT, LEFT, SELF_FUNDER, WAITING
from caremarket_sim.mechanisms.referral import people_are_referred
from tests.mechanisms.markets import bare, carry_out, council, numbers

AT_HOME = {"demand__hospital_share": 0, "demand__winter_peak": 0}


def referred(policy=None, week=1, council_rate=20.0, self_rate=0.0, growth=0.0, **changes):
    """Rows of the people referred in a week, and the market."""
    market = bare(week=week)
    policy = {"community.reablement_share": 0} | (policy or {})
    council(market, referral_factor=council_rate, self_referral_factor=self_rate, growth=growth)
    before = len(market.clients)
    carry_out(people_are_referred, market, policy, numbers(**(AT_HOME | changes)))
    new = market.clients.rows[before:]
    assert market.counts["referrals"][0] == len(new)
    return new, market


def many(**how):
    """How many people are referred in sixty weeks."""
    return sum(len(referred(week=week, **how)[0]) for week in range(0, 60))


def test_referrals_come_around_the_level_that_held_numbers_steady():
    assert many() == pytest.approx(1200, abs=4 * np.sqrt(1200))
    assert many(council_rate=0.0, self_rate=5.0) == pytest.approx(300, abs=4 * np.sqrt(300))


def test_each_comes_with_the_payer_whose_level_it_is():
    assert set(referred()[0]["payer"]) == {COUNCIL}
    assert set(referred(council_rate=0.0, self_rate=20.0)[0]["payer"]) == {SELF_FUNDER}


def test_the_queue_grows_and_has_a_winter_peak():
    assert many(growth=1.0, council_rate=1000.0) > 1.2 * many(council_rate=1000.0)
    winter = len(referred(week=42, council_rate=400.0, demand__winter_peak=0.9)[0])
    summer = len(referred(week=16, council_rate=400.0, demand__winter_peak=0.9)[0])
    assert winter == pytest.approx(760, abs=4 * np.sqrt(760)) and summer == pytest.approx(40, abs=4 * np.sqrt(40))


def test_more_demand_brings_the_same_people_and_others_besides():
    fewer, usual, more = (
        set(referred({"shocks.demand": demand}, council_rate=100.0)[0]["number"].tolist()) for demand in (0.5, 1, 2)
    )
    assert fewer < usual < more
    assert len(more) == pytest.approx(200, abs=60) and len(fewer) == pytest.approx(50, abs=30)


def test_whoever_begins_in_hospital_is_fit_to_leave_it():
    assert set(referred(demand__hospital_share=1)[0]["status"]) == {FIT}
    assert set(referred()[0]["status"]) == {WAITING}


FRONT_DOOR = {"community.front_door": 1}


def test_the_front_door_helps_some_light_referrals_without_a_package():
    new, market = referred(FRONT_DOOR, council_rate=100.0, demand__diverted_share=1)
    light = (new["visits"] <= 2) & (new["carers"] == 1)
    assert (new["status"] == LEFT).tolist() == light.tolist() and 0 < light.sum() < len(new)
    elsewhere = market.followed.rows[-light.sum() :]
    assert elsewhere["number"].tolist() == new["number"][light].tolist() and set(elsewhere["state"]) == {DIVERTED}
    assert market.counts["diverted"][0] == light.sum() and market.counts["conversations"][0] == len(new)


def test_a_share_of_council_referrals_is_offered_reablement_wherever_they_come_from():
    new, market = referred({"community.reablement_share": 1}, demand__hospital_share=0.5)
    assert set(new["status"]) == {IN_REABLEMENT} and set(new["episode"]) == {6}
    assert market.counts["reablement_episodes"][0] == len(new)
    fewer, more = (
        set(new["number"][new["status"] == IN_REABLEMENT].tolist())
        for new, _ in (referred({"community.reablement_share": share}, council_rate=400.0) for share in (0.3, 0.6))
    )
    assert fewer < more
    offered = {"community.reablement_share": 1}
    assert not (referred(offered, council_rate=0.0, self_rate=50.0)[0]["status"] == IN_REABLEMENT).any()


def test_the_front_door_is_the_council_s_and_reaches_its_share():
    assert referred(FRONT_DOOR, council_rate=0.0, self_rate=50.0)[1].counts["conversations"][0] == 0
    assert referred({}, council_rate=50.0)[1].counts["conversations"][0] == 0
    new, market = referred({"community.front_door": 0.5}, council_rate=400.0)
    assert market.counts["conversations"][0] / len(new) == pytest.approx(0.5, abs=0.1)
