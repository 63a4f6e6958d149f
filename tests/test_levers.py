"""Every lever does something, the way it declares where a few futures can tell, and nothing past its own path."""

from functools import cache

import numpy as np
import pytest

from benchmarks.lever_paths import identical, path_of, with_path_cut
from benchmarks.lever_reasons import REASONS, ROBUST, WITHOUT_EFFECT
from benchmarks.lever_trials import NEEDS, OPTIONS, SILENT_WITHOUT, cut, outcome, trials
from caremarket_sim import settling
from caremarket_sim.indicators import INDICATORS, outcome_of
from caremarket_sim.policy import LEVERS, PRESETS, of_preset
from caremarket_sim.scenario import Change
from tests.small_place import small, wigan

SEED = 3
known: dict[str, object] = {}


@cache
def settled(scenario, seed):
    """The scenario's market on the day before week 0."""
    return settling.settle(scenario, seed)


@pytest.mark.parametrize("key", LEVERS)
def test_a_lever_declares_an_indicator_a_direction_a_contrast_and_a_path(key):
    lever = LEVERS[key]
    assert lever.indicator in INDICATORS and lever.direction in (-1, 1)
    assert lever.contrast[0] != lever.contrast[1]
    assert path_of(key)


def test_what_is_said_about_levers_is_said_of_levers_and_values_that_there_are():
    tried = {(key, trial.name) for key in LEVERS for trial in trials(key)}
    assert set(REASONS) <= tried
    assert set(WITHOUT_EFFECT) <= set(REASONS)
    assert all(option in LEVERS[key].options for key, option in (*NEEDS, *OPTIONS))
    assert set(SILENT_WITHOUT) | set(SILENT_WITHOUT.values()) | set(ROBUST) <= set(LEVERS)


@pytest.mark.slow
@pytest.mark.parametrize("key", LEVERS)
def test_a_lever_changes_something_at_each_bound_and_nothing_with_its_path_cut(key):
    for trial in trials(key, at_once=2, tendered=2):
        for place in (small, wigan):  # in the small place a wage floor may bind nobody
            start = place("baseline")
            whole, severed, without = cut(trial, start, settled(start, SEED), SEED, known)
            assert not severed, f"{trial.name} acts past {path_of(key)}"
            assert not without, f"{trial.name} acts without {SILENT_WITHOUT.get(key)}"
            if whole or (key, trial.name) in WITHOUT_EFFECT:
                break
        else:
            pytest.fail(f"{trial.name} changes nothing")


def test_half_a_path_cut_lets_the_lever_act_through_the_other_half():
    start = small("baseline")
    market = settled(start, SEED)
    trial = trials("community.connectors_fte", at_once=1)[0]
    before, after = trial.scenarios(start)
    assert path_of(trial.key) == ("connections_form", "council_pays")
    usual = outcome(before, market, SEED, known)
    for half in path_of(trial.key):
        assert not identical(usual, with_path_cut(trial.key, before, after, market, SEED, (half,)))


@pytest.mark.slow
@pytest.mark.parametrize("key", ROBUST)
def test_a_lever_moves_its_indicator_the_declared_way(key):
    start = wigan("baseline", 52)
    for trial in trials(key, at_once=2, tendered=2):
        if trial.expected and (key, trial.name) not in WITHOUT_EFFECT:
            runs = [outcome(one, settled(start, SEED), SEED, known) for one in trial.scenarios(start)]
            at = list(INDICATORS).index(trial.indicator)
            before, after = (run.overall[at] for run in runs)
            assert np.sign(after - before) == trial.expected, f"{trial.name}: {before:g} to {after:g}"


@pytest.mark.parametrize("preset", PRESETS)
def test_a_policy_under_another_name_gives_exactly_the_same(preset):
    start = small("baseline")
    one = start.with_levers(dict(of_preset(preset)))
    again = Change(26, one.levers_at(26).changed({"fee.level": one.levers_at(26)["fee.level"]}), "as it was")
    other = type(one)("other", "Another", start.path, start.place, start.weeks, changes=(*one.changes, again))
    market = settled(start, SEED)
    first, second = (outcome_of(settling.go_through(run, settling.fork(market, run), SEED)) for run in (one, other))
    assert identical(first, second)
