"""Who came, how well known, how late, with how much time to spare."""

import numpy as np
import pytest

from caremarket_sim.market.codes import AGENCY, FAMILIAR, GONE, IN_HOSPITAL, OFFICE, SELF_FUNDER
from caremarket_sim.mechanisms.experience import care_is_experienced
from tests.mechanisms.markets import P, bare, carry_out, council, person, provider, worker

AVAILABLE = 30 * P.rostering_stretch * 1.32
"""Hours on duty of somebody who wants 30 hours of contact, when fully used."""


def had(policy=None, seen=(0,), before=(), familiar=0.0, late_intercept=0.0, effort=0.0, **columns):
    """The market after a week in which these did a person's runs, one each; worker 0 is known, and fully used."""
    market = bare()
    council(market, late_intercept=late_intercept, codesigned=0.0)
    provider(market, trust=0.5, practice=0.0, effort=effort, due=10.0, delivered=10.0)
    worker(market, contact=AVAILABLE)
    worker(market, 1, contact=AVAILABLE)
    person(market, **({"visits_due": 7.0, "due": 3.5, "delivered": 3.5, "continuity": 0.4} | columns))
    market.clients.seen[0, : len(seen)] = seen
    market.clients.seen_before[0, : len(before)] = before
    market.clients.familiar[0, 0], market.clients.familiarity[0, 0] = 0, familiar
    return carry_out(care_is_experienced, market, policy or {})


def test_continuity_follows_the_bond_with_whoever_comes_which_grows_with_visits():
    r = had(familiar=0.5).clients
    assert r.continuity[0] == pytest.approx(0.4 + 0.1 * (0.5 - 0.4), rel=1e-6)
    assert r.familiarity[0, 0] == pytest.approx(1 - 0.5 * np.exp(-5 / 40), rel=1e-6)
    twice_a_day = had(familiar=0.5, seen=(0, 0)).clients
    assert twice_a_day.familiarity[0, 0] == pytest.approx(1 - 0.5 * np.exp(-10 / 40), rel=1e-6)


def test_time_apart_makes_strangers_and_a_stranger_takes_the_place_of_whoever_is_known_least():
    r = had(familiar=0.5, seen=(1,)).clients
    assert r.familiarity[0, 0] == pytest.approx(0.49) and r.continuity[0] == pytest.approx(0.4 - 0.1 * 0.4)
    assert 1 in r.familiar[0] and r.familiarity[0][r.familiar[0] == 1] == pytest.approx(1 - np.exp(-5 / 40))


def met_when_ten_are_known(seen, *, gone=()):
    """Bonds by care worker after a week in which workers `seen` came to somebody who knew workers 0 to 9 well, the
    later ones better; of these, some are `gone`."""
    market = had(seen=())
    for w in range(FAMILIAR + 2):
        worker(market, w, contact=AVAILABLE, **({"status": GONE, "provider": -1} if w in gone else {}))
    market.clients.familiar[0], market.clients.familiarity[0] = range(FAMILIAR), 0.5 + 0.04 * np.arange(FAMILIAR)
    market.clients.seen[0, : len(seen)] = seen
    after = carry_out(care_is_experienced, market, {}).clients
    return dict(zip(after.familiar[0].tolist(), after.familiarity[0].tolist(), strict=True))


def test_a_stranger_takes_the_place_of_whoever_has_left_before_that_of_whoever_is_known_least():
    assert set(met_when_ten_are_known((10,))) == {*range(1, 11)}, "0 was known least"
    assert set(met_when_ten_are_known((10,), gone=(7,))) == {*range(11)} - {7}
    assert set(met_when_ten_are_known((10, 11), gone=(7,))) == {*range(1, 12)} - {7}


def test_nobody_who_comes_is_pushed_out_by_a_stranger():
    assert set(met_when_ten_are_known((0, 10, 11))) == {0, *range(3, 12)}
    met = met_when_ten_are_known((10, 10, 11, 11))
    assert met[10] == met[11] == pytest.approx(1 - np.exp(-10 / 40), rel=1e-6)


def test_a_stranger_for_whom_there_is_no_place_stays_one():
    """Ten who are known come all, and an eleventh."""
    runs = (*range(8), -1, -1, -1, -1, 8, 9, 10)
    market = had(seen=(), carers=2, continuity=1.0)
    for w in range(FAMILIAR + 1):
        worker(market, w, contact=AVAILABLE)
    market.clients.familiar[0], market.clients.familiarity[0] = range(FAMILIAR), 1.0
    market.clients.seen[0, : len(runs)] = runs
    after = carry_out(care_is_experienced, market, {}).clients
    assert set(after.familiar[0].tolist()) == {*range(FAMILIAR)} and (after.familiarity[0] == 1.0).all()
    assert after.continuity[0] == pytest.approx(1.0 - 0.1 * 2 / 34), "two visits of 34"


def test_somebody_who_always_sees_the_same_two_comes_to_know_them_wholly():
    """One comes on weekdays, one at weekends, twice a day, for a year."""
    market = had(seen=(0, -1, -1, 0, 1, -1, -1, 1), visits=2)
    for _ in range(51):
        carry_out(care_is_experienced, market, {})
    assert market.clients.continuity[0] > 0.95


def test_somebody_in_hospital_is_forgotten_a_little():
    assert had(familiar=0.5, status=IN_HOSPITAL).clients.familiarity[0, 0] == pytest.approx(0.49)


def test_weekday_runs_count_by_their_five_days():
    market = had(seen=(0, 1), familiar=1.0)  # two runs of five days each
    assert market.clients.continuity[0] == pytest.approx(0.4 + 0.1 * (1 / 2 - 0.4), rel=1e-6)
    weekend = had(seen=(1, -1, -1, -1, 0), familiar=1.0)  # five days of a stranger, two of the one who is known
    assert weekend.clients.continuity[0] == pytest.approx(0.4 + 0.1 * (2 / 7 - 0.4), rel=1e-6)


def test_the_second_care_worker_of_a_visit_counts_as_the_first():
    runs = (-1,) * 8
    pair = had(seen=(1, *runs[1:], 0), carers=2, familiar=1.0).clients  # the second is the one who is known
    assert pair.continuity[0] == pytest.approx(0.4 + 0.1 * (1 / 2 - 0.4), rel=1e-6)
    assert pair.carers_fortnight[0] == 2 == had(before=(*runs, 1), carers=2).clients.carers_fortnight[0]


@pytest.mark.parametrize(
    ("seen", "before", "count"),
    [
        ((0, 0), (0,), 1),
        ((0, 1), (), 2),
        ((0,), (1,), 2),
        ((0, AGENCY, AGENCY), (AGENCY,), 4),
        ((OFFICE, OFFICE), (OFFICE,), 1),
        ((), (), 0),
    ],
)
def test_carers_a_fortnight_are_different_people_and_agency_staff_are_always_new(seen, before, count):
    assert had(seen=seen, before=before).clients.carers_fortnight[0] == count


@pytest.mark.parametrize(("intercept", "chance"), [(0.0, 0.5), (-np.log(3), 0.25)])
def test_visits_of_somebody_fully_used_are_late_by_the_intercept(intercept, chance):
    market = had(late_intercept=intercept, late_share=0.1)
    assert market.clients.late[0] == pytest.approx(5 * chance) == market.providers.late_visits[0]
    assert market.clients.late_share[0] == pytest.approx(0.1 + 0.1 * (5 * chance / 7 - 0.1))


def test_whoever_has_less_to_do_is_late_less():
    market = bare()
    council(market, late_intercept=0.0)
    worker(market, contact=AVAILABLE / 2)
    person(market, visits_due=7.0, due=3.5, delivered=3.5)
    market.clients.seen[0, 0] = 0
    late = carry_out(care_is_experienced, market, {}).clients.late[0]
    assert late == pytest.approx(5 / (1 + np.exp(4 * 0.5)))


def weighed(**parts):
    """Experience by its parts: weights of 0.30, 0.25, 0.15, 0.15 and 0.15."""
    weights = {"continuity": 0.3, "reliability": 0.25, "length": 0.15, "skill": 0.15, "fit": 0.15}
    return sum(weight * parts[name] for name, weight in weights.items())


def test_experience_is_continuity_reliability_length_skill_and_fit():
    c = had(late_share=0.1, missed_share=0.05, missed=1.0, package_fit=0.5).clients
    late, missed = 0.1 + 0.1 * (2.5 / 7 - 0.1), 0.05 + 0.1 * (1 / 7 - 0.05)
    expected = weighed(
        continuity=c.continuity[0],
        reliability=1 - 2 * late - 8 * missed,
        length=1 - np.exp(-30 / 25),
        skill=c.skill[0],
        fit=0.5,
    )
    assert c.experience[0] == pytest.approx(expected) and 0.2 < c.skill[0] < 1
    assert c.missed_share[0] == pytest.approx(missed)


TO_EXPERIENCE = {"contract.outcome_share": 0.8, "contract.outcome_measure": "experience"}


@pytest.mark.parametrize(
    ("change", "columns", "effort"),
    [
        ({}, {}, 1 + 0.04 * 0.8),
        ({"contract.outcome_measure": "independence"}, {}, 1),
        ({"contract.outcome_measure": "connection"}, {}, 1),
        ({}, {"payer": SELF_FUNDER}, 1),
    ],
)
def test_payment_for_experience_brings_effort_for_council_clients_and_for_something_else_none(change, columns, effort):
    plain = had(**columns).clients.experience[0]
    assert had(TO_EXPERIENCE | change, effort=0.8, **columns).clients.experience[0] / plain == pytest.approx(effort)


def test_a_package_comes_to_fit_with_co_design_in_what_is_specified_and_as_far_as_time_can_be_moved():
    market = bare()
    council(market, codesigned=0.5)
    provider(market, practice=1.0)
    person(market, package_fit=0.5)
    fit = carry_out(care_is_experienced, market, {"contract.package_flexibility": 0.4}).clients.package_fit[0]
    assert fit == pytest.approx(0.5 + 0.03 * (0.5 * 0.5 * (0.3 + 0.7 * 0.4) + 0.15))


def test_providers_hear_what_their_people_had():
    market = bare(2)
    for j in (0, 1):
        provider(
            market, j, experience=0.5, connection=0.4, independence=0.7, undelivered=0.02, due=100.0, delivered=90.0
        )
    provider(market, need_rises=1.0)
    for i in (0, 1):
        person(market, i, connection=0.8)
    carry_out(care_is_experienced, market, {})
    r, nobody = market.providers.rows
    assert r["experience"] == pytest.approx(0.5 + 0.1 * (market.clients.experience[:2].mean() - 0.5))
    assert r["connection"] == pytest.approx(0.4 + 0.1 * 0.4)
    assert r["independence"] == pytest.approx(0.7 + 0.02 * (1 - 26 - 0.7))
    assert r["undelivered"] == pytest.approx(0.02 + 0.1 * 0.08)
    assert (nobody["experience"], nobody["connection"], nobody["independence"]) == (0.5, 0.4, 0.7)


def test_nobody_comes_to_a_person_in_hospital():
    assert had(status=IN_HOSPITAL, carers_fortnight=3.0).clients.carers_fortnight[0] == 0
