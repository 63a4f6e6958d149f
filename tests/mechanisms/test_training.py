"""Training, and what it qualifies for."""

import pytest

from caremarket_sim.market.codes import POOL
from caremarket_sim.mechanisms.training import carers_train
from tests.mechanisms.markets import bare, carry_out, numbers, provider, worker


def trained(rate=0, **columns):
    market = bare()
    provider(market, training_days=6.0, staff=10.0)
    worker(market, **({"training": 1.0, "qualified": 0} | columns))
    return carry_out(carers_train, market, {}, numbers(training__qualifying_rate=rate))


def test_training_is_remembered_over_a_year():
    assert trained().workers.training[0] == pytest.approx(1 + 5 / 52)


def test_with_enough_of_it_people_qualify():
    assert trained(rate=52).workers.qualified[0] == 1
    assert trained(rate=0).workers.qualified[0] == trained(rate=52, training=-5 / 51).workers.qualified[0] == 0


def test_whoever_is_between_jobs_is_not_trained():
    r = trained(rate=52, status=POOL).workers.rows[0]
    assert (r["training"], r["qualified"]) == (1, 0)


def test_days_of_training_are_counted_for_all_staff():
    assert trained().counts["training_days"][0] == pytest.approx(60 / 52)
