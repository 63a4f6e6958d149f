"""Which care workers leave, and where they go."""

import numpy as np
import pytest

from caremarket_sim.market.codes import GONE, IN_POST, POOL
from caremarket_sim.mechanisms.leaving import carers_leave, leaving_logits
from caremarket_sim.mechanisms.wages import carers_are_paid
from tests.mechanisms.markets import P, bare, carry_out, council, numbers, provider, worker

OF_NO_ACCOUNT = {"pay": 12.0, "effective_pay": 12.0, "volatility": 0.1, "shortfall": 0.0, "flexibility": 0.0}
OF_NO_ACCOUNT |= {"commute": 5.0, "training": 3.0, "qualified": 0, "values_match": 0.5}


def left(intercept=0.0, policy=None, parameters=None, employer=None, codesigned=0.0, **columns):
    """The market after a week of somebody for whom nothing but the intercept makes them stay or leave."""
    market = bare()
    council(market, leaving_intercept=intercept, volatility_reference=0.1, codesigned=codesigned)
    provider(
        market,
        **({"demand": 100.0, "demand_slow": 100.0} | (employer or {})),
    )
    worker(market, **(OF_NO_ACCOUNT | columns))
    return carry_out(carers_leave, market, policy or {}, parameters or numbers())


def logit_of(market):
    """The log-odds of leaving in a year that the week's expected leavers say."""
    year = 1 - (1 - market.counts["expected_leavers"][0]) ** 52
    return np.log(year / (1 - year))


def test_a_year_s_chance_is_spread_over_its_weeks():
    market = left(np.log(0.27 / 0.73))
    assert market.counts["expected_leavers"][0] == pytest.approx(1 - 0.73 ** (1 / 52))
    assert market.counts["weeks_in_post"][0] == market.counts["weeks_zero"][0] == 1


@pytest.mark.parametrize(
    ("change", "effect"),
    [
        ({"strain": 1.0}, 0.4),
        ({"tenure": 51.0}, 0.55),
        ({"tenure": 261.0}, -0.5),
        ({"age": 62.0}, -0.3),
        ({"age": 68.0}, -0.3 * 26 / 20 + 0.4 * 2),
        ({"qualified": 1}, -0.25),
        ({"values_match": 1.0}, -0.13),
        ({"commute": 5 * np.e}, 0.1),
        ({"commute": 0.0}, 0.1 * np.log(1 / 5)),
        ({"shortfall": 0.5}, 0.4),
        ({"volatility": 0.15}, P.leaving_volatility_effect),
        ({"volatility": 0.15, "flexibility": 1.0}, P.leaving_volatility_effect * 0.2),
        ({"training": 7.0}, -0.2 * np.log(2)),
        ({"pay": 13.2, "effective_pay": 13.2}, -1.4 * np.log(1.1)),
        ({"effective_pay": 10.8}, -1.4 * 0.5 * np.log(0.9)),
        ({"guaranteed": 25.0}, 0.0),
        ({"policy": {"shocks.outside_pay": 1.1}}, 1.4 * np.log(1.1)),
        ({"employer": {"manager_away": 3}}, 0.15),
        ({"employer": {"manager_quality": 1.0}}, -0.3 * 0.5),
        ({"employer": {"as_employer": 2.0}}, 0.35 * 2),
        ({"employer": {"voice": 1.0}}, np.log(0.85)),
        ({"employer": {"contracted": 1}, "codesigned": 1.0}, 0.2 * np.log(0.85)),
        ({"employer": {"contracted": 0}, "codesigned": 1.0}, 0.0),
        ({"employer": {"voice": 1.0}, "codesigned": 1.0}, np.log(0.85)),
        ({"employer": {"demand": 90.0}}, 3.7 * 0.038 * 52 * 0.1),
        ({"employer": {"demand": 110.0}}, -1.2 * 0.038 * 52 * 0.1),
        ({"employer": {"demand": 10.0}}, 3.7 * 0.2),
    ],
    ids=str,
)
def test_log_odds_of_leaving_by_what_speaks_for_it(change, effect):
    assert logit_of(left(-1.0, **change)) == pytest.approx(-1.0 + effect, abs=1e-6)


@pytest.mark.parametrize(("stay", "age", "status"), [(1, 42.0, POOL), (0, 42.0, GONE), (1, 67.0, GONE)])
def test_most_who_leave_stay_in_the_sector_unless_they_retire(stay, age, status):
    market = left(100.0, parameters=numbers(leaving__stay_in_sector_share=stay), age=age)
    r = market.workers.rows[0]
    assert (r["status"], r["provider"], r["tenure"], r["guaranteed"]) == (status, -1, 0, 0)
    counted = ("leavers", "leavers_in_post", "leavers_zero")
    assert [market.counts[name][0] for name in counted] == [1, 1, 1]
    assert market.providers.leavers[0] == market.workers.sum_left[0] == market.workers.sum_left_zero[0] == 1


def test_whoever_has_guaranteed_hours_is_counted_apart():
    market = left(100.0, guaranteed=25.0)
    assert (market.counts["leavers"][0], market.counts["leavers_zero"][0], market.counts["weeks_zero"][0]) == (1, 0, 0)
    assert market.workers.sum_left_zero[0] == 0


def test_whoever_does_not_leave_stays():
    market = left(-100.0)
    assert market.workers.status[0] == IN_POST and market.counts["leavers"][0] == 0


@pytest.mark.parametrize(("rate", "status"), [(1, GONE), (0, POOL)])
def test_whoever_is_between_jobs_may_give_up_looking(rate, status):
    market = left(100.0, parameters=numbers(recruitment__pool_abandon_rate=rate), status=POOL)
    assert market.workers.status[0] == status and market.counts["leavers"][0] == 0


def test_hours_that_vary_make_leavers_of_whoever_has_no_guarantee_and_of_whoever_has_alike():
    for guaranteed in (0.0, 25.0):
        steady, varied = (logit_of(left(-1.0, guaranteed=guaranteed, volatility=v)) for v in (0.1, 0.2))
        assert varied - steady == pytest.approx(2 * P.leaving_volatility_effect, abs=1e-6)


def test_providers_learn_how_many_leave_and_how_hours_vary_with_a_guarantee_and_without():
    market = bare()
    council(market, leaving_intercept=-1.0, volatility_reference=0.1, leaving_usual=0.0)
    council(market, volatility_zero=0.1, volatility_guaranteed=0.1)
    provider(market, demand=100.0, demand_slow=100.0)
    worker(market, **OF_NO_ACCOUNT | {"volatility": 0.2})
    worker(market, 1, **OF_NO_ACCOUNT | {"volatility": 0.05, "guaranteed": 25.0})
    r = carry_out(carers_leave, market, {}, numbers(contract__cuts_memory=0.1)).commissioners.rows[0]
    assert (r["volatility_zero"], r["volatility_guaranteed"]) == pytest.approx((0.11, 0.095))
    assert r["leaving_usual"] == pytest.approx(0.1 * (-1.0 + P.leaving_volatility_effect * (2 - 1) / 2), abs=1e-6)
    market.workers.guaranteed[0] = 25.0
    market.counts[:] = np.zeros(1, market.counts.dtype)
    assert carry_out(carers_leave, market).commissioners.volatility_zero[0] == pytest.approx(0.11), (
        "nobody to learn from"
    )


def test_a_guarantee_keeps_people_by_the_hours_that_it_makes_certain_and_by_nothing_else():
    def logits(parameters):
        """Log-odds of leaving of somebody on zero-hours and of somebody with a guarantee, after the same weeks."""
        market = bare()
        council(market, leaving_intercept=-1.0, volatility_reference=0.1)
        provider(market, demand=100.0, demand_slow=100.0)
        for w, guaranteed in enumerate((0.0, 28.0)):
            worker(market, w, **OF_NO_ACCOUNT | {"guaranteed": guaranteed, "last_paid": 28.0, "experience": 0.0})
        for week in range(40):
            market.workers.contact[:2] = (20.0, 28.0)[week % 2]
            carry_out(carers_are_paid, market, {}, parameters)
        market.workers.effective_pay[:2] = 12.0
        return leaving_logits(market.state, parameters.row, market.levers)[:2], market.workers.volatility[:2]

    (without, with_it), (varied, steady) = logits(numbers())
    assert varied > 0.2 and steady < 0.01 and without - with_it > 0.35
    (without, with_it), _ = logits(numbers(leaving__volatility_effect=0, leaving__shortfall_effect=0))
    assert without == pytest.approx(with_it)
