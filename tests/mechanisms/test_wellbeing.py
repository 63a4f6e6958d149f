"""Quality of life, as care, connection and informal help give it."""

import numpy as np
import pytest

from caremarket_sim.market.codes import FIT, IN_HOSPITAL, IN_REABLEMENT, LEFT, RECEIVING, WAITING
from caremarket_sim.mechanisms.wellbeing import quality_of_life_responds
from tests.mechanisms.markets import bare, carry_out, council, person


def responded(**columns):
    """The market after a week of somebody of the reference need, who has all of it and a usual experience."""
    market = bare()
    market.clients.year[:] = 0
    council(market, experience_reference=0.7)
    usual = {"need_hours": 14.4, "due": 14.4, "delivered": 14.4, "experience": 0.7, "quality_of_life": 0.2}
    person(market, **(usual | columns))
    return carry_out(quality_of_life_responds, market, {})


def moved(gain):
    """An eighth of the way from 0.2."""
    return pytest.approx(0.2 + (gain - 0.2) / 8)


def gain(hours_over_need, top=0.28):
    return top * (1 - np.exp(-1.256 * hours_over_need))


@pytest.mark.parametrize(
    ("need", "top"), [(7.2, 0.21), (10.8, 0.245), (14.4, 0.28), (21.6, 0.355), (28.8, 0.43), (60.0, 0.43)]
)
def test_care_gives_more_the_more_is_needed(need, top):
    market = responded(need_hours=need, due=need, delivered=need)
    assert market.clients.quality_of_life[0] == moved(gain(1, top))


def test_a_better_experience_makes_more_of_the_same_hours():
    assert responded(experience=0.35).clients.quality_of_life[0] == moved(gain(0.5))


def test_an_unpaid_carer_fills_a_part_of_what_nobody_delivers():
    market = responded(delivered=7.2)
    assert market.clients.quality_of_life[0] == moved(gain(0.5 + 0.45 * 0.5))
    assert market.clients.unmet_hours[0] == 7.2 and market.counts["informal_hours"][0] == pytest.approx(0.45 * 7.2)
    waits = responded(status=WAITING)
    assert waits.clients.quality_of_life[0] == moved(gain(0.45)) and waits.clients.unmet_hours[0] == 14.4
    alone = responded(delivered=7.2, unpaid_carer=0)
    assert alone.clients.quality_of_life[0] == moved(gain(0.5)) and alone.counts["informal_hours"][0] == 0


def test_reablement_gives_what_need_asks_for():
    assert responded(status=IN_REABLEMENT, delivered=0.0).clients.quality_of_life[0] == moved(gain(1))


def test_connection_adds_to_it():
    assert responded(connection=1.0).clients.quality_of_life[0] == moved(gain(1) + 0.03 * 0.5)


def test_in_hospital_it_stands_still_and_nobody_at_home_is_missed():
    market = responded(status=IN_HOSPITAL)
    assert market.clients.quality_of_life[0] == 0.2 and market.clients.unmet_hours[0] == 0


@pytest.mark.parametrize(
    ("status", "weeks", "receiving", "waiting"),
    [(RECEIVING, 1, 1, 0), (WAITING, 1, 0, 1), (FIT, 1, 0, 1), (IN_HOSPITAL, 1, 0, 0), (LEFT, 0, 0, 0)],
)
def test_sums_of_the_year_are_kept_by_person(status, weeks, receiving, waiting):
    market = responded(status=status, connection=0.2, visits_due=28.0, late=3.0, continuity=0.6, carers_fortnight=5.0)
    year = market.clients.year[0]
    assert (year["sum_weeks"], year["sum_receiving"], year["sum_waiting"]) == (weeks, receiving, waiting)
    assert year["sum_lonely"] == weeks and year["sum_quality"] == weeks * market.clients.quality_of_life[0]
    of_care = ("sum_due", "sum_delivered", "sum_visits", "sum_late", "sum_continuity", "sum_carers", "sum_experience")
    assert [year[name] for name in of_care] == pytest.approx([receiving * n for n in (14.4, 14.4, 28, 3, 0.6, 5, 0.7)])
