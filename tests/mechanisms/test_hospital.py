"""Admissions, stays, and coming home."""

import numpy as np
import pytest

from caremarket_sim.market.codes import FIT, IN_HOSPITAL, LEFT, RECEIVING, SELF_FUNDER, WAITING
from caremarket_sim.mechanisms.hospital import people_become_fit_to_leave_hospital, people_go_to_hospital
from tests.mechanisms.markets import bare, carry_out, chances, council, numbers, person, provider

CERTAIN = numbers(hospital__admission_rate=1e5)


def admitted(policy=None, **columns):
    """The market after somebody has been taken to hospital."""
    market = bare()
    person(market, **columns)
    return carry_out(people_go_to_hospital, market, policy or {}, CERTAIN)


def test_chances_are_a_rate_times_what_is_known_to_matter():
    market = bare()
    council(market, continuity_reference=0.7)
    expected = np.full(50, 20 / 52)
    for i in range(50):
        alone, waits = i % 2, i % 3 == 0
        connection, continuity, missed, need = 0.02 * i, 1 - 0.02 * i, 0.1 * (i % 4), 0.3 * (i % 5) - 0.6
        person(market, i, status=WAITING if waits else RECEIVING, lives_alone=alone, connection=connection)
        person_row = market.clients.rows[i]
        person_row["continuity"], person_row["missed_share"], person_row["log_need"] = continuity, missed, need
        expected[i] *= (1.14 if alone else 1) * (1 - 0.1 * (connection - 0.5))
        expected[i] *= 1.1 ** ((0.7 - continuity) / 0.3) * np.exp(0.5 * missed + 0.3 * need)
    luck = chances(market, "people_go_to_hospital", market.clients.number[:50])
    carry_out(people_go_to_hospital, market, {}, numbers(hospital__admission_rate=20, hospital__continuity_step=0.3))
    away = market.clients.status[:50] == IN_HOSPITAL
    assert away.tolist() == (luck < expected).tolist() and 10 < away.sum() < 40
    assert market.counts["admissions"][0] == away.sum() == market.clients.sum_admissions.sum()


@pytest.mark.parametrize(
    ("policy", "columns", "kept"),
    [
        ({"contract.retainer_weeks": 2}, {}, 1),
        ({"contract.payment_basis": "planned_time"}, {}, 1),
        ({"contract.payment_basis": "actual_minutes"}, {}, 0),
        ({"contract.retainer_weeks": 2}, {"payer": SELF_FUNDER}, 0),
        ({"contract.retainer_weeks": 2}, {"notice": 3}, 0),
    ],
    ids=["retainer", "planned time", "actual minutes", "self-funder", "under notice"],
)
def test_a_place_is_kept_while_somebody_pays_for_it(policy, columns, kept):
    r = admitted(policy, **columns).clients.rows[0]
    assert (r["status"], r["kept"], r["provider"], r["former"]) == (IN_HOSPITAL, kept, 0 if kept else -1, 0)
    assert r["notice"] == 0


def test_a_stay_lasts_ten_nights_on_average_and_a_night_at_least():
    market = bare()
    nights = []
    for week in range(45):
        market.week = week
        for i in range(50):
            person(market, i)
        nights += carry_out(people_go_to_hospital, market, {}, CERTAIN).clients.nights_left[:50].tolist()
    assert min(nights) == 1 and np.mean(nights) == pytest.approx(10, abs=4 * 9.5 / np.sqrt(len(nights)))


def test_only_people_at_home_are_admitted():
    for status in (IN_HOSPITAL, FIT, LEFT):
        assert admitted(status=status).counts["admissions"][0] == 0


KEPT = {"status": IN_HOSPITAL, "kept": 1, "nights_left": 5.0}


def a_week_in(policy=None, parameters=None, closing=0, **columns):
    """Somebody after a week in hospital."""
    market = bare()
    provider(market, closing=closing)
    person(market, **columns)
    stable = numbers(hospital__more_need_share=0)
    return carry_out(people_become_fit_to_leave_hospital, market, policy or {}, parameters or stable).clients.rows[0]


RETAINER = {"contract.retainer_weeks": 2}


def test_whoever_is_fit_goes_home_to_a_kept_place_or_waits_in_hospital():
    home = a_week_in(RETAINER, **KEPT)
    assert (home["status"], home["kept"], home["provider"]) == (RECEIVING, 0, 0)
    assert a_week_in(RETAINER, status=IN_HOSPITAL, provider=-1, nights_left=5.0)["status"] == FIT


def test_whoever_is_not_fit_stays():
    r = a_week_in(RETAINER, **KEPT | {"nights_left": 8.0})
    assert (r["status"], r["nights_left"], r["weeks_away"], r["kept"]) == (IN_HOSPITAL, 1, 1, 1)


@pytest.mark.parametrize(("policy", "weeks"), [(RETAINER, 2), ({"contract.payment_basis": "planned_time"}, 1)])
def test_a_kept_place_is_lost_when_the_retainer_or_the_notice_runs_out(policy, weeks):
    in_time = a_week_in(policy, **KEPT, weeks_away=weeks - 1)
    too_late = a_week_in(policy, **KEPT, weeks_away=weeks)
    assert (in_time["status"], too_late["status"], too_late["provider"]) == (RECEIVING, FIT, -1)


def test_a_kept_place_is_lost_when_the_provider_closes():
    assert a_week_in(RETAINER, closing=3, **KEPT)["status"] == FIT


def test_some_need_more_when_they_come_home_up_to_the_longest_visit():
    more = numbers(hospital__more_need_share=1)
    assert a_week_in(RETAINER, more, **KEPT)["need_minutes"] == pytest.approx(33)
    assert a_week_in(RETAINER, more, **KEPT | {"need_minutes": 58.0})["need_minutes"] == 60
    assert a_week_in(RETAINER, **KEPT)["need_minutes"] == 30
