"""Who is on leave, who is sick."""

import numpy as np

from caremarket_sim.market.codes import IN, ON_LEAVE, ONBOARDING, SICK
from caremarket_sim.mechanisms.absence import carers_take_leave_and_fall_sick
from tests.mechanisms.markets import bare, carry_out, numbers, worker


def staffed(**columns):
    market = bare()
    for w in range(30):
        worker(market, w, **columns)
    return market


def weeks_away(market, weeks, policy, parameters, why):
    """How many weeks each care worker is away for this reason."""
    away = np.zeros((weeks, 30))
    for week in range(weeks):
        market.week = week
        carry_out(carers_take_leave_and_fall_sick, market, policy, parameters)
        away[week] = market.workers.absent[:30] == why
    return away


def test_everybody_is_on_leave_for_a_tenth_of_their_weeks_each_in_their_own():
    away = weeks_away(staffed(), 125, {}, numbers(absence__sick_share=0), ON_LEAVE)
    assert set(away.sum(axis=0)) == {13, 14}, "0.108 of 125 weeks is 13.5"
    assert 0 < away.sum(axis=1).max() < 15, "never half of all at once"


def test_strain_makes_sick():
    sure = numbers(absence__sick_share=0.5, absence__strain_effect=1, absence__leave_share=0)
    strained = carry_out(carers_take_leave_and_fall_sick, staffed(strain=1.0), {}, sure).workers.absent[:30]
    at_ease = carry_out(carers_take_leave_and_fall_sick, staffed(), {}, sure).workers.absent[:30]
    assert set(strained) == {SICK} and set(at_ease) == {IN, SICK}


def test_a_shock_of_absence_adds_so_many_who_are_sick():
    nobody = numbers(absence__sick_share=0, absence__leave_share=0, absence__shared=0)
    assert weeks_away(staffed(), 5, {}, nobody, SICK).sum() == 0
    assert 0.26 < weeks_away(staffed(), 400, {"shocks.absence": 0.3}, nobody, SICK).mean() < 0.34


def test_colleagues_fall_sick_together_and_nobody_more_often():
    def away(shared):
        parameters = numbers(absence__sick_share=0.03, absence__leave_share=0, absence__shared=shared)
        return weeks_away(staffed(), 1000, {}, parameters, SICK)

    apart, together = away(0.0), away(0.3)
    assert 0.026 < apart.mean() < 0.034 and 0.026 < together.mean() < 0.034
    assert 0.8 < apart.sum(axis=1).var() / (30 * 0.03 * 0.97) < 1.2, "binomial"
    assert 2.4 < together.sum(axis=1).var() / (30 * 0.03 * 0.97) < 4.4, "1 + 29 · .078 by the bivariate normal"


def test_colleagues_are_those_of_one_provider():
    market = bare(2)
    for w in range(30):
        worker(market, w, provider=w % 2)
    alike = numbers(absence__sick_share=0.5, absence__leave_share=0, absence__shared=1)
    both = np.zeros((100, 2))
    for week in range(100):
        market.week = week
        sick = carry_out(carers_take_leave_and_fall_sick, market, {}, alike).workers.absent[:30] == SICK
        assert all(len(set(sick[j::2])) == 1 for j in range(2)), "with nothing of their own all are, or none"
        both[week] = sick[:2]
    assert len({tuple(pair) for pair in both.tolist()}) == 4, "the one firm whatever the other"


def test_whoever_has_not_started_is_not_away():
    market = staffed(status=ONBOARDING, absent=SICK)
    assert set(
        carry_out(carers_take_leave_and_fall_sick, market, {}, numbers(absence__sick_share=1)).workers.absent
    ) == {IN}
