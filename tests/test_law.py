"""The law on pay in a whole market, its benchmark, and what is never more found than there is."""

from functools import cache

import numpy as np
import pytest

from benchmarks.futures import each
from benchmarks.law import FIRST_SEED, SHOWN, WORLDS, told
from benchmarks.motive import CLIPPED, clipped_time, same_employers, spread_of
from caremarket_sim import settling
from caremarket_sim.indicators import add_up, evaluate, record_of
from tests.small_place import REGIMES, begun, small


@cache
def unlawful(found_chance=None, pay_checks=0.0):
    """Share of pay periods below the legal minimum and pounds a year, after the first of two years in a small place."""
    scenario = small("baseline", 104).with_levers(stewardship__pay_checks=pay_checks)
    if found_chance is not None:
        scenario = scenario.with_parameters({"law.found_chance": found_chance})
    market = settling.go_through(scenario, settling.fork(begun(small()), scenario), 1)
    return evaluate(add_up(record_of(market)[-52:].reshape(1, -1)), ("underpaid_share", "underpayment"))[0]


def test_both_unlawful_measures_fall_with_enforcement_and_with_pay_checks():
    least, much = unlawful(0.002), unlawful(0.05)
    assert (much < least).all()
    assert (unlawful(0.05, 1.0) <= much).all() and (unlawful(None, 1.0) < unlawful(None)).all()


@pytest.mark.parametrize("policy", REGIMES)
def test_never_more_is_found_than_is_clipped(policy):
    scenario = small(policy, 104)
    market = settling.go_through(scenario, settling.fork(begun(small()), scenario), 1)
    record = record_of(market)
    assert (record["n_clipped_found"] <= record["n_clipped_council"]).all()
    assert (record["n_clipped_council"] <= record["n_clipped_hours"] + 1e-9).all()
    assert record["n_clipped_hours"].sum() > 0


def futures_that_fall(count=3):
    """What a benchmark would find where everything falls as it must: (futures, worlds, what is shown)."""
    shown = np.ones((count, len(WORLDS), len(SHOWN))) + np.linspace(0.0, 0.01, count)[:, None, None]
    for world, level in (("baseline", 0.65), ("found by hardly anybody", 0.75)):
        shown[:, WORLDS.index(world)] *= level
    for world in ("found by many", "pay checks on a quarter"):
        shown[:, WORLDS.index(world)] *= 0.2
    return shown


def test_the_benchmark_of_the_law_says_what_does_not_hold(capsys):
    assert told(futures_that_fall()) == []
    assert "C76" in capsys.readouterr().out
    shown = futures_that_fall()
    shown[:, WORLDS.index("pay checks on a quarter")] = shown[:, 0]
    wrong = told(shown)
    assert len(wrong) == 2 and all("pay checks on a quarter against baseline" in one for one in wrong)
    shown = futures_that_fall()
    shown[:, 0, 0] = 0.9
    assert any("0.90 are not paid for travel" in one for one in told(shown))


def test_each_future_is_kept_when_done_and_not_done_again(tmp_path, capsys):
    seeds = range(FIRST_SEED, FIRST_SEED + 2)
    assert each(abs, seeds, 1, tmp_path) == list(seeds)
    assert "2 of 2 futures done" in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) == 2
    assert each(abs, seeds, 1, tmp_path) == list(seeds)
    assert "0 of 2" not in capsys.readouterr().err


def test_turnover_of_employers_is_spread_by_chance_alone_where_their_rates_are_one():
    drawn = np.random.default_rng(1).poisson(0.25 / 52 * 2000, 4000)
    spread, chance = spread_of(np.array([drawn, np.full(4000, 2000.0)]).T)
    assert spread == pytest.approx(chance, rel=0.05)
    spread, chance = spread_of(np.array([[0, 10, 0, 10], 4 * [1000.0]], float).T)
    assert spread == pytest.approx(52 * 0.005) and spread > chance


def test_firms_are_the_same_employers_or_not():
    def cells(effect):
        return {"one": {"firms": np.array([[1.0, 2.0], [0.3, -1.0]])}, "two": {"firms": np.array([[2.0], [effect]])}}

    assert same_employers(cells(-1.0)) and not same_employers(cells(0.5))


def test_clipped_time_is_told_a_week():
    market = settling.go_through(small("block", 52), settling.fork(begun(small()), small("block", 52)), 1)
    found = dict(zip(CLIPPED, clipped_time(record_of(market)), strict=True))
    assert found["billed"] > found["delivered"] > 0
    assert found["billed"] - found["delivered"] >= found["clipped, council's"] > found["of it found"] > 0
