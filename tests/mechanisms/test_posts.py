"""The staff of each provider, and how many posts it wants filled."""

import pytest

from caremarket_sim.market.codes import GONE, ONBOARDING, POOL
from caremarket_sim.mechanisms.posts import providers_plan_posts, staff_are_counted
from tests.mechanisms.markets import P, bare, carry_out, council, provider, worker


def test_staff_are_those_in_post_and_what_they_can_deliver_allows_for_leave_and_sickness():
    market = bare()
    worker(market, 0, strain=0.2, tenure=10.0)
    worker(market, 1, strain=0.6, guaranteed=20.0, hours_wanted=20.0)
    worker(market, 2, status=ONBOARDING)
    worker(market, 3, status=POOL)
    worker(market, 4, status=GONE)
    r = carry_out(staff_are_counted, market).providers.rows[0]
    assert (r["staff"], r["onboarding"], r["zero_staff"], market.commissioners.pool[0]) == (2, 1, 1, 1)
    assert r["capacity"] == pytest.approx(50 * P.rostering_stretch * (1 - 0.108 - 0.02))
    assert r["strain"] == pytest.approx(0.4)


def test_those_who_start_within_four_weeks_are_coming():
    market = bare()
    for w, weeks in enumerate((1, 4, 5)):
        worker(market, w, status=ONBOARDING, weeks_to_start=weeks, hours_wanted=20.0)
    r = carry_out(staff_are_counted, market).providers.rows[0]
    assert (r["capacity"], r["onboarding"]) == (0, 3)
    assert r["coming"] == pytest.approx(40 * P.rostering_stretch * (1 - 0.108 - 0.02))


def test_skill_is_the_mean_of_staff_from_experience_qualification_training_and_values():
    market = bare()
    worker(market, 0, experience=0.0, qualified=0, training=0.0, values_match=0.0)
    worker(market, 1, experience=1e9, qualified=1, training=6.0, values_match=1.0)
    r = carry_out(staff_are_counted, market).providers.rows[0]
    assert r["skill"] == pytest.approx((0.25 + (0.25 + 0.3 + 0.1 + 0.15 + 0.15)) / 2)


def test_a_provider_without_staff_has_no_capacity():
    market = bare()
    provider(market, staff=3.0, capacity=100.0, skill=0.5)
    r = carry_out(staff_are_counted, market).providers.rows[0]
    assert r["staff"] == r["capacity"] == r["skill"] == 0


def planned(waiting_hours=0.0, other=None, **columns):
    """A provider of 100 hours beside one of 300, after it has planned its posts at 20 hours each."""
    market = bare(2)
    council(market, hours_a_post=20.0, waiting_hours=waiting_hours)
    provider(market, 0, demand=100.0, plan=80.0, margin=-0.02)
    provider(market, 0, **columns)
    provider(market, 1, **({"demand": 300.0, "plan": 300.0, "margin": -0.02} | (other or {})))
    return carry_out(providers_plan_posts, market).providers.rows[0]


def hours(posts):
    return pytest.approx(posts / 20)


def test_posts_follow_the_hours_a_provider_holds_whatever_staff_it_has():
    assert planned()["posts"] == planned(staff=1.0, capacity=10.0)["posts"] == hours(102)


def test_a_provider_with_room_in_its_plan_keeps_some_hours_spare():
    assert planned(plan=95.0)["posts"] == hours(110)
    assert planned(plan=90.0)["posts"] == hours(102), "it holds more than a tenth above its plan"


def test_one_that_earns_hopes_for_its_share_of_the_queue_up_to_a_limit():
    earns = {"margin": 0.005, "plan": 1.0}
    assert planned(40.0, **earns)["posts"] == hours(102 + 30), "alone, all 40 but at most 0.3 of its own"
    assert planned(40.0, other={"margin": 0.1}, **earns)["posts"] == hours(102 + 10)
    assert planned(40.0, contracted=0, **earns)["posts"] == planned(40.0)["posts"] == hours(102)


@pytest.mark.parametrize(("age", "extra"), [(105.0, 10 + 15), (103.0, 10 + 45)])
def test_one_below_its_plan_fills_up_a_little_at_a_time_and_sooner_while_it_is_young(age, extra):
    room = {"plan": 200.0, "other": {"plan": 200.0}}
    assert planned(margin=0.0, age=age, **room)["posts"] == hours(102 + 8 + extra)
    assert planned(margin=-0.02, age=age, **room)["posts"] == hours(102 + 8), "but not at a loss"


def test_plans_follow_what_a_firm_holds_once_it_is_no_longer_young():
    assert planned(age=105.0)["plan"] == pytest.approx(80 + 0.002 * (100 / 0.95 - 80))
    assert planned(age=104.0)["plan"] == 80


def test_whoever_closes_wants_nobody():
    assert planned(closing=2)["posts"] == planned(open=0)["posts"] == 0
