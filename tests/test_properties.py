"""What must hold in every week of every policy, and known answers where theory has one."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from benchmarks.__main__ import many_places
from caremarket_sim import week
from caremarket_sim.compiled.draws import draws_of
from caremarket_sim.market.ledger import PURPOSE, as_parties
from caremarket_sim.market.tidy import tours
from caremarket_sim.mechanisms.absence import carers_take_leave_and_fall_sick
from caremarket_sim.mechanisms.hospital import people_go_to_hospital
from caremarket_sim.mechanisms.leaving import carers_leave
from caremarket_sim.mechanisms.leaving_care import people_leave_care
from caremarket_sim.mechanisms.referral import people_are_referred
from caremarket_sim.parameters import Numbers, Parameters
from tests.plain_week import (
    DIVERTED,
    FIT,
    GONE,
    IN_CARE_HOME,
    IN_HOSPITAL,
    IN_POST,
    LEFT,
    ONBOARDING,
    POOL,
    RECEIVING,
    WAITING,
)
from tests.small_place import FEW, REGIMES, begun, random_policies, small, weekly, wigan

SOURCED, PAY_SET, ROSTERED = "providers_set_pay", "managers_come_and_go", "care_is_experienced"
WATCHED = ("packages_are_sourced", SOURCED, PAY_SET, ROSTERED)


def everybody_has_a_number_of_their_own(market, p):
    for table in (market.clients, market.workers, market.providers):
        assert len(np.unique(table.number)) == len(table)


def nobody_works_for_a_closed_provider(market, p):
    workers = market.workers
    employed = (workers.status == IN_POST) | (workers.status == ONBOARDING)
    assert (workers.provider[employed] >= 0).all()
    assert (market.providers.open[workers.provider[employed]] == 1).all()
    assert (workers.provider[~employed] == -1).all()
    assert (workers.guaranteed[~employed] == 0.0).all()


def status_and_provider_of_a_person_agree(market, p):
    clients = market.clients
    held = clients.provider >= 0
    assert (held[clients.status == RECEIVING]).all()
    assert not held[np.isin(clients.status, (WAITING, FIT, LEFT))].any()
    in_hospital = clients.status == IN_HOSPITAL
    assert np.array_equal(held[in_hospital], clients.kept[in_hospital] == 1)
    assert not clients.kept[~in_hospital].any()
    assert not clients.notice[clients.status != RECEIVING].any()


def nobody_is_with_a_closed_provider(market, p):
    clients, providers = market.clients, market.providers
    held = clients.provider >= 0
    assert (providers.open[clients.provider[held]] == 1).all()
    closed = providers.open == 0
    assert not providers.contracted[closed].any()
    assert not providers.closing[closed].any()


def columns_are_within_their_units(market, p):
    for table in (market.clients, market.workers, market.providers, market.commissioners):
        for name, column in table.columns().items():
            values = getattr(table, name)
            if values.dtype.kind == "f":
                no_end = np.isposinf(values) & (name == "contract_end")
                assert (np.isfinite(values) | no_end).all(), name
            if column.unit in ("0 to 1", "0/1"):
                assert values.min(initial=0.0) >= 0.0, name
                assert values.max(initial=0.0) <= 1.0, name
    for shares in (
        market.clients.delivered_share,
        market.clients.missed_share,
        market.clients.late_share,
        market.providers.guaranteed_share,
        market.providers.undelivered,
    ):
        assert shares.min() >= -1e-9
        assert shares.max() <= 1.0 + 1e-9


def pay_is_lawful(market, p):
    floor = market.prices["legal_minimum"]
    assert (market.providers.pay[market.providers.open == 1] >= floor - 1e-9).all()
    in_post = (market.workers.status == IN_POST) & (market.workers.contact > 0.0)
    assert (market.workers.pay[in_post] >= floor - 1e-9).all()


def no_payment_but_of_what_is_left_of_a_firm_is_negative(market, p):
    ledger = as_parties(market.ledger).copy()
    ledger[:, :, :, PURPOSE["capital"]] = 0
    assert ledger.min() >= 0


EVERY_WEEK = (
    everybody_has_a_number_of_their_own,
    nobody_works_for_a_closed_provider,
    status_and_provider_of_a_person_agree,
    nobody_is_with_a_closed_provider,
    columns_are_within_their_units,
    pay_is_lawful,
    no_payment_but_of_what_is_left_of_a_firm_is_negative,
)


def contracted_pay_is_at_least_the_floor_agreed(seen, p):
    market = seen[PAY_SET]
    lever = Numbers(market.levers)
    if lever.employment_wage_floor_kind == 0.0:
        return
    agreed = market.prices["real_living_wage"]
    if lever.employment_wage_floor_kind == 2.0:
        agreed = lever.employment_wage_floor_amount
    assert (market.providers.pay[market.providers.contracted == 1] >= agreed - 1e-9).all()


def whoever_is_given_a_package_has_staff_is_open_and_serves_the_locality(seen, p):
    before, after = seen["packages_are_sourced"], seen[SOURCED]
    providers = before.providers
    takes = (after.clients.status == RECEIVING) & (after.clients.provider != before.clients.provider)
    for i in np.flatnonzero(takes):
        j = after.clients.provider[i]
        assert providers.staff[j] > 0
        assert providers.capacity[j] > 0.0
        assert providers.open[j] == 1
        assert providers.closing[j] == 0
        assert after.clients.locality[i] in providers.patch_locality[j, : providers.patch_count[j]]
        if after.clients.payer[i] == 0:
            assert providers.contracted[j] == 1


def whoever_is_not_receiving_care_gets_none(seen, p):
    clients = seen[ROSTERED].clients
    without = clients.status != RECEIVING
    assert not clients.due[without].any()
    assert not clients.delivered[without].any()
    assert (clients.seen[without] == -1).all()


def visits_are_given_to_care_workers_of_the_provider_who_are_in_and_have_time(seen, p):
    market = seen[ROSTERED]
    clients, workers = market.clients, market.workers
    busy = workers.contact > 0.0
    assert (workers.absent[busy] == 0).all()
    assert (workers.status[busy] == IN_POST).all()
    assert (workers.contact <= workers.hours_wanted * p.rostering_stretch + 1e-9).all()
    limit = p.rostering_block_hours * np.array([5.0] * 4 + [2.0] * 4)
    assert (workers.block_hours <= limit + 1e-9).all()
    given = clients.seen >= 0
    employer = workers.provider[clients.seen]
    assert (employer == clients.provider[:, None])[given].all()


def nobody_comes_or_goes_but_by_a_process_that_counts_it(seen, p):
    start, end = seen["start"], seen["end"]
    counts = end.counts[0]
    here = [np.count_nonzero(market.clients.status != LEFT) for market in (start, end)]
    gone = sum(counts[name] for name in ("diverted", "relearned", "deaths", "care_home_moves", "recoveries"))
    helped, homes = seen[ROSTERED].followed, end.followed
    gone -= len(set(helped.number[helped.state == DIVERTED]) & set(homes.number[homes.state == IN_CARE_HOME]))
    assert here[1] - here[0] == counts["referrals"] + counts["came_back"] - gone
    in_post = [np.count_nonzero(market.workers.status == IN_POST) for market in (start, end)]
    founders = np.count_nonzero((end.workers.number < 0) & ~np.isin(end.workers.number, start.workers.number))
    assert in_post[1] - in_post[0] == counts["started"] + founders - counts["leavers"]


DURING_THE_WEEK = (
    contracted_pay_is_at_least_the_floor_agreed,
    whoever_is_given_a_package_has_staff_is_open_and_serves_the_locality,
    whoever_is_not_receiving_care_gets_none,
    visits_are_given_to_care_workers_of_the_provider_who_are_in_and_have_time,
    nobody_comes_or_goes_but_by_a_process_that_counts_it,
)


def trading(market):
    """The permanent numbers of the providers that are open."""
    return {int(number) for number in market.providers.number[market.providers.open == 1]}


def check_run(scenario):
    """Every theorem in every week of a scenario."""
    p = scenario.parameters.numbers
    closed = set()
    for seen in weekly(scenario, begun(scenario), watched=WATCHED):
        for holds in EVERY_WEEK:
            holds(seen["end"], p)
        for holds in DURING_THE_WEEK:
            holds(seen, p)
        closed |= trading(seen["start"]) - trading(seen["end"])
        assert not closed & trading(seen["end"]), "a provider that had closed trades again"


@given(random_policies())
@FEW
def test_the_theorems_hold_in_every_week_whatever_the_policy(scenario):
    check_run(scenario)


@pytest.mark.parametrize("name", [*REGIMES, "collaborative-on-the-cheap"])
def test_the_theorems_hold_in_every_week_at_full_size(name):
    check_run(wigan(name, 30))


@pytest.mark.parametrize("name", ["baseline", "collaborative"])
def test_two_care_workers_at_one_visit_are_two_people(name):
    scenario = wigan(name, 2)
    for seen in weekly(scenario, begun(scenario), watched=(ROSTERED,)):
        by_visit = seen[ROSTERED].clients.seen.reshape(-1, 2, 8).transpose(0, 2, 1)
        alone = (by_visit[:, :, 0] >= 0) & (by_visit[:, :, 0] == by_visit[:, :, 1])
        assert np.count_nonzero(alone) == 0


def many(copies):
    """The small place many times over, each copy too far from the others for anybody to work across."""
    one = small(weeks=56)
    return replace(one, place=many_places(one.place, copies))


def test_the_theorems_hold_in_a_place_of_many_localities():
    check_run(many(10))


def test_rows_are_in_the_order_of_providers_and_of_a_tour_of_the_place_when_a_year_has_ended():
    scenario = many(10)
    *_, seen = weekly(scenario.with_weeks(52), begun(scenario))
    market = seen["end"]
    assert (np.diff(tours(market.providers.base_x, market.providers.base_y)) >= 0).all()
    steps = np.diff(market.clients.provider)
    assert (steps >= 0).all() and (np.diff(market.clients.tour)[steps == 0] >= 0).all()
    assert (np.diff(market.workers.provider) >= 0).all()


def in_a_week(market, process, draws, overrides=(), policy=None):
    """A process by itself under no new policy, perhaps with some parameters or levers set otherwise."""
    regime = small().place.regime.changed(policy or {})
    process(market, Parameters(dict(overrides)).numbers, Numbers(regime.row), draws)


def test_who_is_past_the_age_of_retirement_leaves_sooner_and_does_not_look_for_another_job():
    market = begun(small())
    market.workers.keep(np.flatnonzero(market.workers.status == IN_POST))
    expected = []
    for age in (64.0, 68.0, 72.0):
        market.workers.age = age
        some = market.copy()
        some.counts["expected_leavers"] = 0.0
        in_a_week(some, carers_leave, draws_of(1, 1))
        expected.append(some.counts["expected_leavers"][0])
    assert expected[0] < expected[1] < expected[2]
    for number in range(30):
        in_a_week(market, carers_leave, draws_of(1, number))
    status = market.workers.status
    assert (status == GONE).any() and not (status == POOL).any()


def test_a_provider_that_wins_a_tender_and_closes_before_it_starts_stays_closed():
    scenario = small("block", 104).with_levers(procurement__max_providers=60)  # whoever bids wins
    closed = None
    for seen in weekly(scenario, begun(scenario)):
        providers = seen["end"].providers
        winners = np.flatnonzero((providers.won == 1) & (providers.open == 1))
        if closed is None and len(winners):
            closed = int(providers.number[winners[0]])
            providers.closing[winners[0]] = 1
        elif closed is not None:
            assert closed not in trading(seen["end"])
    assert closed is not None


def test_a_provider_with_no_workers_takes_nobody():
    scenario = small("baseline", 3)
    market = begun(scenario)
    alone = int(np.argmax(market.providers.staff))
    market.workers.status[market.workers.provider == alone] = GONE
    market.workers.guaranteed[market.workers.status == GONE] = 0.0
    market.workers.provider[market.workers.status == GONE] = -1
    market.providers.capacity[alone] = 0.0
    market.providers.contracted[:] = 0  # so that whoever waits can go nowhere else
    market.providers.contracted[alone] = 1
    waiting = (market.clients.payer == 0) & (market.clients.status == RECEIVING)
    market.clients.status[waiting] = WAITING
    market.clients.provider[waiting] = -1
    before = set(market.clients.number[market.clients.provider == alone])
    week.one_week(market, scenario.parameters.numbers, Numbers(market.decided.copy()), 1)
    assert set(market.clients.number[market.clients.provider == alone]) <= before
    assert np.count_nonzero((market.clients.payer == 0) & (market.clients.status == WAITING)) > 10


# Known answers. Each lets a few processes run by themselves, with all else still.


def test_people_in_care_settle_at_arrivals_over_the_chance_of_leaving():
    scenario = small().with_prices("frozen")
    quiet = {
        "demand.death_ratio_85": 1.0,
        "demand.death_ratio_under_65": 1.0,
        "demand.death_rate": 1.3,
        "demand.care_home_rate": 0.0,
        "demand.recovery_rate": 0.0,
        "demand.winter_peak": 0.0,
    }
    parameters = Parameters(quiet).numbers
    market = begun(scenario)  # at frozen prices, in which the older population does not grow
    row = market.commissioners.rows[0]
    row["referral_factor"], row["self_referral_factor"] = 9.0, 3.0
    levers = Numbers(scenario.place.regime.row)
    sizes = []
    for market.week in range(1200):
        draws = draws_of(4, market.week)
        people_are_referred(market, parameters, levers, draws)
        people_leave_care(market, parameters, levers, draws)
        market.clients.keep(np.flatnonzero(market.clients.status != LEFT))
        sizes.append(len(market.clients))
    weekly_chance = 1.3 / 52.0
    expected = 12.0 * (1.0 - weekly_chance) / weekly_chance  # counted after the week's leaving
    correlated = math.sqrt(expected * (2.0 - weekly_chance) / weekly_chance / 1000)  # its error over 1,000 weeks
    assert np.mean(sizes[200:]) == pytest.approx(expected, abs=4.0 * correlated)
    assert np.var(sizes[200:]) == pytest.approx(expected, rel=0.5)  # a Poisson number of people


def test_the_pool_between_jobs_shrinks_by_the_chance_of_giving_up():
    market = begun(small())
    market.workers.keep(np.arange(0))
    rows = market.workers.add(4000)
    rows["number"] = np.arange(4000)
    rows["status"] = POOL
    chance = Parameters()["recruitment.pool_abandon_rate"]
    for number in range(20):
        in_a_week(market, carers_leave, draws_of(2, number))
    left = np.count_nonzero(market.workers.status == POOL) / 4000
    expected = (1.0 - chance) ** 20
    assert left == pytest.approx(expected, abs=4.0 * math.sqrt(expected * (1.0 - expected) / 4000))


def test_annual_leave_is_the_same_share_of_everybody_s_weeks_and_sickness_its_share_of_the_rest():
    parameters = Parameters()
    market = begun(small())
    market.workers.keep(np.arange(0))
    rows = market.workers.add(300)
    rows["number"] = np.arange(300) * 7 + 3
    rows["status"] = IN_POST
    away = np.zeros((3, 300))
    weeks = 520
    for market.week in range(weeks):
        apart = {"absence.shared": 0.0}  # so that all who are there are as many draws
        in_a_week(market, carers_take_leave_and_fall_sick, draws_of(6, market.week), apart)
        away[market.workers.absent, np.arange(300)] += 1
    leave, sick = parameters["absence.leave_share"], parameters["absence.sick_share"]
    assert np.abs(away[1] - leave * weeks).max() <= 1.0
    expected = sick * (1.0 - leave)
    assert away[2].sum() / (300 * weeks) == pytest.approx(expected, abs=4.0 * math.sqrt(expected / 300 / weeks))


def test_hospital_stays_last_as_long_as_the_register_says_on_average():
    parameters = Parameters({"hospital.admission_rate": 5000.0})
    market = begun(small())
    market.clients.keep(np.arange(0))
    rows = market.clients.add(20_000)
    rows["number"] = np.arange(20_000)
    rows["status"] = WAITING
    rows["provider"] = rows["former"] = -1
    rows["need_hours"] = 14.0
    rows["connection"] = rows["continuity"] = 0.5
    market.commissioners.continuity_reference = 0.5
    market.counts["admissions"] = 0.0
    in_a_week(market, people_go_to_hospital, draws_of(3, 5), {"hospital.admission_rate": 5000.0})
    assert market.counts["admissions"][0] == 20_000
    mean = parameters["hospital.mean_stay"]
    nights = market.clients.nights_left
    assert nights.min() == 1.0
    assert nights.mean() == pytest.approx(mean, abs=4.0 * mean / math.sqrt(20_000))
    longer = np.count_nonzero(nights > mean) / 20_000
    assert longer == pytest.approx((1.0 - 1.0 / mean) ** math.floor(mean), abs=0.02)
