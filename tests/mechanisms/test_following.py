"""Everybody ever referred is followed, in a care home and elsewhere, until death."""

import numpy as np
import pytest
from hypothesis import given

from caremarket_sim.indicators import add_up, evaluate, record_of
from caremarket_sim.market.codes import (
    DIED,
    DIVERTED,
    IN_CARE_HOME,
    LEFT,
    RECOVERED,
)
from caremarket_sim.mechanisms.following import people_live_on_elsewhere
from caremarket_sim.mechanisms.leaving_care import people_leave_care
from tests.mechanisms.markets import P, bare, carry_out, numbers, person
from tests.small_place import FEW, begun, random_policies, small, weekly

ELSEWHERE = (IN_CARE_HOME, DIVERTED, RECOVERED)
STATES = ("receiving", "waiting", "fit", "step_down", "interim", "in_hospital", "in_reablement")
STATES += ("in_care_home", "diverted", "recovered")


def moved(people=1, **changes):
    """A market from which so many have just moved to a care home, and their rows."""
    market = bare()
    while len(market.clients) < people:
        market.clients.add(people)["number"] = 10**10 + np.arange(people)
    for i in range(people):
        person(market, i, need_hours=14.4)
    before = len(market.followed)
    everybody = {"demand__care_home_rate": 1e6, "demand__death_rate": 1e-9}
    carry_out(people_leave_care, market, {}, numbers(**(everybody | changes)))
    return market, market.followed.rows[before:]


def after(market, weeks=1, parameters=P):
    """The market after so many weeks elsewhere."""
    for _ in range(weeks):
        carry_out(people_live_on_elsewhere, market, {}, parameters)
    return market


def test_stays_in_care_homes_have_the_published_mean_median_and_tail():
    _, rows = moved(8000)
    days = 7 * rows["weeks_left"]
    assert days.mean() == pytest.approx(801, rel=0.04)
    assert np.median(days) == pytest.approx(462, rel=0.07)
    assert (days > 365).mean() == pytest.approx(0.55, abs=0.02)
    assert (days > 3 * 365).mean() == pytest.approx(0.27, abs=0.02)


def test_a_stay_ends_with_death_in_its_week_and_no_sooner():
    market, rows = moved()
    rows["weeks_left"] = 2.5
    assert after(market, 2).followed.state[-1] == IN_CARE_HOME and market.commissioners.died[0] == 0
    assert after(market).followed.state[-1] == DIED
    assert market.commissioners.died[0] == 1 and market.counts["deaths_elsewhere"][0] == 1
    assert after(market, 5).commissioners.died[0] == 1


def test_quality_of_life_moves_towards_what_it_is_there_and_is_summed():
    market, rows = moved()
    rows["quality_of_life"], rows["weeks_left"] = 0.1, 100.0
    after(market)
    assert market.followed.quality_of_life[-1] == pytest.approx(
        0.1 + P.quality_adjustment * (P.care_home_quality - 0.1)
    )
    assert market.followed.sum_quality[-1] == market.followed.quality_of_life[-1]
    assert after(market, 200, P).followed.sum_followed[-1] == 99


def test_how_long_somebody_lives_there_and_who_pays_is_their_own_luck():
    for_all = [moved(40, care_home__contribution_share=share)[1] for share in (0.2, 0.4)]
    assert np.array_equal(for_all[0]["weeks_left"], for_all[1]["weeks_left"])
    assert np.array_equal(for_all[0]["home_payer"], for_all[1]["home_payer"])


def helped(people=4000, **changes):
    """As many people who were helped without a package, after a week with the moves of a year and no deaths."""
    market = bare()
    while len(market.clients) < people:
        market.clients.add(people)["number"] = 10**10 + np.arange(people)
    before = len(market.followed)
    rows = market.followed.add(people)
    rows["number"], rows["state"], rows["weeks_left"] = 10**10 + np.arange(people), DIVERTED, 1e6
    for name, value in {"need_hours": 7.0, "connection": 0.5, **changes}.items():
        rows[name] = value
    after(market, 1, numbers(demand__care_home_rate=52 * P.demand_care_home_rate))
    return market.followed.rows[before:]


def moved_share(**changes):
    """The share of those who were helped that moved to a care home."""
    return (helped(**changes)["state"] != DIVERTED).mean()


def test_who_was_helped_without_a_package_moves_to_a_care_home_as_others_of_their_need_do():
    unmet = 1 - P.followed_diverted_help
    of_their_need = P.demand_care_home_rate * (7.0 / P.hospital_need_reference) ** P.demand_care_home_need_elasticity
    expected = of_their_need * np.exp(P.demand_care_home_unmet_effect * unmet)
    expected *= np.exp(P.demand_care_home_isolation_effect * (P.connection_resting_level - 0.5))
    assert moved_share() == pytest.approx(expected, abs=0.015)
    assert moved_share(need_hours=21.0) > moved_share() > moved_share(connection=0.9)


def test_who_moves_there_after_help_lives_there_as_all_others_do():
    rows = helped(need_hours=28.0)
    there = rows[rows["state"] == IN_CARE_HOME]
    assert len(there) > 300 and (there["quality_ahead"] == P.care_home_quality).all()
    assert set(there["home_payer"]) == {0, 1} and there["weeks_left"].mean() < 200
    assert (helped(state=RECOVERED)["state"] == RECOVERED).all()


def states_of(market):
    """The state of everybody who is followed and alive, by permanent number: (number, state), each row once."""
    clients, elsewhere = market.clients, market.followed
    here = np.isin(elsewhere.state, ELSEWHERE)
    in_care = clients.status != LEFT
    return np.concatenate([clients.number[in_care], elsewhere.number[here]])


@given(random_policies())
@FEW
def test_everybody_ever_referred_is_in_exactly_one_state_every_week(scenario):
    known = set()
    for seen in weekly(scenario, begun(scenario)):
        before, alive = states_of(seen["start"]), states_of(seen["end"])
        known = known or set(before.tolist())
        assert len(alive) == len(set(alive.tolist())), "nobody is in two states"
        gone = set(before.tolist()) - set(alive.tolist())
        start, end = seen["start"].commissioners, seen["end"].commissioners
        came = set(alive.tolist()) - known
        died_at_once = int(end.referred[0] - start.referred[0]) - len(came)
        assert end.died[0] - start.died[0] == len(gone) + died_at_once, "whoever is gone has died"
        known |= came
        row = record_of(seen["end"])[seen["end"].week - 1]
        assert sum(row[state] for state in STATES) == row["followed"] == len(alive)
        assert row["followed"] + row["died"] == row["referred"]


@pytest.mark.parametrize("name", ["baseline", "collaborative"])
def test_mean_quality_of_life_and_qalys_are_of_the_same_people(name):
    scenario = small(name, 60)
    market = begun(scenario)
    for _ in weekly(scenario, market):
        pass
    rows = record_of(market)
    quality, qalys = evaluate(add_up(rows.reshape(1, -1)), ("quality_of_life", "qalys"))[0]
    assert qalys * 60 == pytest.approx(quality * rows["followed"].sum())


def test_as_many_come_to_care_homes_as_die_there_from_the_start():
    rows = record_of(begun_after(small("baseline", 156)))
    first, last = rows["in_care_home"][:52].mean(), rows["in_care_home"][-52:].mean()
    assert last == pytest.approx(first, abs=4 * np.sqrt(first))


def begun_after(scenario):
    """The scenario's market at its end."""
    market = begun(scenario)
    for _ in weekly(scenario, market):
        pass
    return market
