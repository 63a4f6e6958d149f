"""Applicants, hires, checks and induction."""

import numpy as np
import pytest

from caremarket_sim.market.codes import IN_POST, ONBOARDING, POOL
from caremarket_sim.mechanisms.recruitment import providers_recruit, recruits_start
from tests.mechanisms.markets import bare, carry_out, council, numbers, provider, worker

FROM_THE_POOL = {"recruitment__outside_searchers": 0}
CERTAIN = {"recruitment__filling_rate": 1e6}


def hired(pool=(), policy=None, parameters=None, **columns):
    """The market after a week of hiring of a provider with five posts, three filled, that sits in zone 0."""
    market = bare()
    council(market, pool=float(len(pool)))
    provider(market, base_zone=0, posts=5.0, staff=2.0, onboarding=1.0, quality=0.5, guaranteed_share=0.5)
    provider(market, training_days=3.0)
    provider(market, **columns)
    for w, of_the_pool in enumerate(pool):
        worker(market, w, status=POOL, **of_the_pool)
    return carry_out(providers_recruit, market, policy or {}, numbers(**(CERTAIN | (parameters or {}))))


def new_starters(market):
    return market.workers.rows[market.workers.status == ONBOARDING]


def test_vacancies_are_posts_that_nobody_fills_or_is_about_to():
    market = hired()
    assert market.providers.hires[0] == market.counts["hires"][0] == len(new_starters(market)) == 2
    assert market.providers.onboarding[0] == 3
    assert len(new_starters(hired(posts=3.4))) == 0


def test_whoever_comes_from_outside_has_longer_checks_than_somebody_of_the_sector():
    outside = new_starters(hired())
    assert outside["weeks_to_start"].tolist() == [11, 11] and set(outside["provider"]) == {0}
    between_jobs = hired([{}, {}, {}], parameters=FROM_THE_POOL)
    assert new_starters(between_jobs)["weeks_to_start"].tolist() == [4, 4]
    assert (between_jobs.workers.status == POOL).sum() == 1


def test_nobody_is_hired_twice():
    market = hired([{}], parameters=FROM_THE_POOL)
    assert len(new_starters(market)) == 1 == market.providers.hires[0]
    assert len(set(new_starters(hired(posts=50.0))["number"])) == len(hired().candidates)


def test_a_vacancy_is_filled_with_the_chance_that_searchers_pay_and_guarantees_give():
    def filled(searchers=1.0, **columns):
        """How often one vacancy is filled, in 300 weeks with so many times the searchers that the rate is given for."""
        market = bare()
        council(market, pool=searchers * 105 * 0.25, labour_market=0.25)
        provider(market, base_zone=0, posts=2.0, staff=0.0, quality=0.5, guaranteed_share=0.5)
        provider(market, **columns)
        chance = numbers(recruitment__filling_rate=0.2, **FROM_THE_POOL)
        hires = 0
        for week in range(300):
            market.week = week
            market.providers.onboarding = 1.0
            worker(market, status=POOL)
            hires += int(carry_out(providers_recruit, market, {}, chance).providers.hires[0])
        return hires / 300

    def about(rate):
        chance = 1 - np.exp(-rate)
        return pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / 300))

    assert filled() == about(0.2)
    assert filled(8.0) == about(0.2 * 8**0.7) and filled(0.1) == about(0.2 * 0.1**0.7)
    assert filled(quality=1.0, guaranteed_share=1.0) == about(0.2 * np.exp(0.2))


def test_people_come_to_work_from_so_far_and_the_nearest_first():
    far = {"zone": 2}
    near = {"zone": 0}
    nearest = {"recruitment__distance_weight": 1000, **FROM_THE_POOL}
    market = hired([far, near], parameters=nearest, posts=4.0)
    assert market.workers.status[:2].tolist() == [POOL, ONBOARDING] and market.workers.commute[1] == 0
    within = hired([far], parameters=FROM_THE_POOL | {"recruitment__reach": 3.6})
    beyond = hired([far], parameters=FROM_THE_POOL | {"recruitment__reach": 3.5})
    assert (within.providers.hires[0], beyond.providers.hires[0]) == (1, 0), "zone 2 is 3.59 km from zone 0"


def test_an_owner_who_cares_for_the_work_takes_those_whose_values_fit():
    pool = [{"values_match": 0.0}, {"values_match": 1.0}]
    weight = {"recruitment__values_weight": 1000, **FROM_THE_POOL}
    assert hired(pool, parameters=weight, posts=4.0, care=1.0).workers.status[1] == ONBOARDING
    luck = {hired(pool, parameters=weight, posts=4.0, care=0.0, number=n).workers.status[1] for n in range(12)}
    assert luck == {POOL, ONBOARDING}, "one that is not takes either"


@pytest.mark.parametrize(("share", "guaranteed"), [(1.0, 0.85), (0.25, 0.0)])
def test_starters_are_put_on_zero_hours_first_unless_hours_are_guaranteed_to_all_who_want_them(share, guaranteed):
    starters = new_starters(
        hired([{"flexibility": 0.0}, {"flexibility": 1.0}], None, FROM_THE_POOL, guaranteed_share=share, pay=12.3)
    )
    wanting = starters["flexibility"] <= 0.75
    assert 0 < wanting.sum() < len(starters)
    assert starters["guaranteed"] == pytest.approx(guaranteed * wanting * starters["hours_wanted"])
    assert set(starters["pay"]) == {12.3}
    assert starters["effective_pay"] == pytest.approx(12.3 / 1.22), "they know of the time that is not paid"


def test_higher_pay_outside_leaves_fewer_who_look_here():
    def share_from_the_pool(policy):
        """How often the one vacancy goes to somebody of the pool, in which ten look."""
        market = bare()
        council(market, pool=10.0, labour_market=1.0)
        provider(market, base_zone=0, posts=4.0, staff=2.0, onboarding=1.0, pay=12.0)
        hires = 0
        for week in range(200):
            market.week = week
            worker(market, status=POOL)
            market.providers.onboarding = 1.0
            carry_out(providers_recruit, market, policy, numbers(**CERTAIN))
            hires += int(market.workers.status[0] == ONBOARDING)
        return hires / 200

    def about(outside):
        share = 10 / (10 + outside)
        return pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 200))

    assert share_from_the_pool({}) == about(60)
    assert share_from_the_pool({"shocks.outside_pay": 1.3}) == about(60 / 1.3**2.5)
    assert share_from_the_pool({"shocks.labour_supply": 0.2}) == about(12)


def test_checks_end_and_new_care_workers_start():
    market = bare()
    worker(market, 0, status=ONBOARDING, weeks_to_start=1, tenure=9.0)
    worker(market, 1, status=ONBOARDING, weeks_to_start=2)
    carry_out(recruits_start, market)
    assert market.workers.status[:2].tolist() == [IN_POST, ONBOARDING] and market.workers.tenure[0] == 0
    assert market.counts["started"][0] == 1 == market.starts[0, market.week]


def test_whoever_has_been_here_for_a_year_is_counted_beside_those_who_started_then():
    market = bare(week=60)
    market.starts[0, 8] = 5
    for w, tenure in enumerate((51.0, 52.0, 53.0)):
        worker(market, w, tenure=tenure)
    carry_out(recruits_start, market)
    assert (market.counts["reached_a_year"][0], market.counts["started_a_year_ago"][0]) == (1, 5)
    assert market.starts[0, 8] == 0
