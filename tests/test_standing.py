"""Policies as standing regimes: whole cycles, measured as they are simulated, beside the switch."""

import json

import numpy as np
import pytest

import caremarket_sim as cm
from caremarket_sim import settling
from caremarket_sim.cli import main
from caremarket_sim.indicators import INDICATORS, outcome_of
from caremarket_sim.methods.standing_still import BOUNDS, judge
from caremarket_sim.runs.design import replicate_seeds
from caremarket_sim.studies.compare.files import tables_of
from caremarket_sim.studies.standing.study import compare_standing, standing_scenarios
from caremarket_sim.studies.standing.words import standing_sentences
from tests.small_place import FOLDER, REGIMES, small

QUICK = {"baseline.regime_years": 7}
SEEDS = replicate_seeds(1, 2)


def quick(name, weeks=52):
    return small(name, weeks).with_parameters(QUICK)


@pytest.fixture(scope="module")
def found():
    return compare_standing([quick("block"), quick("baseline"), quick("zero-hours-spot")], "block", SEEDS, workers=0)


def test_each_policy_is_measured_over_whole_cycles_that_fit_into_the_longest():
    regimes = standing_scenarios([small(name) for name in (*REGIMES, "baseline")])
    assert [one.weeks for one in regimes] == [364, 312, 364, 364]
    assert all(not one.changes and one.prices == "frozen" for one in regimes)
    assert [one.weeks for one in standing_scenarios([small("block"), small("baseline")])] == [156, 156]


def test_the_means_are_those_of_the_simulated_cycles(found):
    [block, *_] = standing_scenarios([quick("block"), quick("baseline"), quick("zero-hours-spot")])
    for row, seed in enumerate(SEEDS):
        market = settling.go_through(block, settling.fork(settling.settle(block, seed), block), seed)
        assert np.array_equal(found.values["block"][row], outcome_of(market).overall, equal_nan=True)


def test_the_cycle_before_the_start_is_held_against_those_after_it(found):
    frame = found.frame().set_index(["scenario", "indicator"])
    before = [settling.settle(quick("block").standing(), seed) for seed in SEEDS]
    turnover = [float(np.sum(one.series["n_leavers"]) / np.sum(one.series["in_post"]) * 52) for one in before]
    assert frame.cycle_before["block", "turnover"] == pytest.approx(np.mean(turnover))
    assert set(found.repeats("block")) <= set(INDICATORS) and frame.cycle_weeks["block", "turnover"] == 156
    assert frame.cycles["zero-hours-spot", "turnover"] == 3


def test_equal_levers_under_another_name_are_the_same_regime():
    policies = [quick("block"), quick("block").named("other")]
    found = compare_standing(policies, "block", SEEDS[:1], workers=0)
    assert np.array_equal(found.values["block"], found.values["other"], equal_nan=True)
    assert set(found.frame().verdict) == {"reference", "identical"}


def test_a_comparison_has_the_standing_regimes_beside_the_switch():
    result = cm.compare(
        quick("block"), quick("baseline"), replicates=2, workers=0, assumption_replicates=0, settled=True,
        allow=("implausible", "never-in-force"), why="a made-up place",
    )  # fmt: skip
    assert result.standing is not None and result.standing.futures == 2
    table = tables_of(result)["settled"]
    assert set(table.period) == {"contract cycles"} and set(table.scenario) == {"block", "baseline"}
    assert any("against block" in one for one in standing_sentences(result.standing))


def test_the_command_writes_the_table_and_says_what_holds(tmp_path, capsys):
    files = [str(FOLDER / f"{name}.yaml") for name in ("zero-hours-spot", "baseline")]
    options = ["--settled", "--years", "1", "--replicates", "2", "--assumption-replicates", "0", "--workers", "0"]
    options += ["--allow", "implausible", "--why", "a made-up place", "--json", "--out", str(tmp_path / "out")]
    assert main(["compare", *files, *options]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["settled"]["sentences"][0].startswith("As standing regimes")
    assert (tmp_path / "out" / "settled.csv").exists()


def test_where_nobody_works_on_zero_hours_nobody_doing_so_afterwards_stands_still():
    values = np.ones((3, 2, len(BOUNDS)))
    column = list(BOUNDS).index("zero_hours_share")
    values[:, :, column] = 0.0
    assert all(still for *_, still in judge(values))
    values[:, 1, column] = 0.5
    assert [name for name, *_, still in judge(values) if not still] == ["zero_hours_share"]
