"""Policies as standing regimes: whole cycles, measured as they are simulated, beside the switch."""

import json
import re

import numpy as np
import pytest

import caremarket_sim as cm
from caremarket_sim import settling
from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.indicators import INDICATORS, outcome_of
from caremarket_sim.methods.standing_still import BOUNDS, judge
from caremarket_sim.report.results import read_csv, read_results
from caremarket_sim.report.standing import standing_pages
from caremarket_sim.runs.design import replicate_seeds
from caremarket_sim.studies.compare.files import tables_of
from caremarket_sim.studies.standing import study as standing
from caremarket_sim.studies.standing.study import compare_standing, play_standing, standing_scenarios
from caremarket_sim.studies.standing.words import standing_sentences
from caremarket_sim.telling.words import moved, quantity, span
from tests.small_place import FOLDER, REGIMES, small

HEADLINES = [one.id for one in INDICATORS.values() if one.headline]
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


def command(out, *more, replicates="2"):
    """`compare --settled` of two policies of the small place."""
    files = [str(FOLDER / f"{name}.yaml") for name in ("zero-hours-spot", "baseline")]
    options = ["--settled", "--years", "1", "--replicates", replicates, "--assumption-replicates", "0"]
    options += ["--workers", "0", "--allow", "implausible", "--why", "a made-up place", "--out", str(out)]
    return ["compare", *files, *options, *more]


def test_the_command_writes_the_table_and_says_what_holds(tmp_path, capsys):
    assert main(command(tmp_path / "out", "--json")) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["settled"]["sentences"][0].startswith("As standing regimes")
    assert (tmp_path / "out" / "settled.csv").exists()


PLAYED = []
"""Seeds of the tasks of standing regimes that have been simulated whole in this process."""


def counted(task):
    outcomes = play_standing(task)
    PLAYED.append(task.seed)
    return outcomes


def killed_at_the_second(task):
    if PLAYED:
        raise KeyboardInterrupt
    return counted(task)


def test_standing_regimes_that_were_cut_short_are_gone_on_with_and_come_out_the_same(tmp_path, monkeypatch, capsys):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert main(command(whole, "--quiet")) == 0
    PLAYED.clear()
    monkeypatch.setattr(standing, "play_standing", killed_at_the_second)
    assert main(command(cut, "--quiet")) == 130
    assert not (cut / "settled.csv").exists()
    monkeypatch.setattr(standing, "play_standing", counted)
    assert main(command(cut, "--quiet", "--resume")) == 0
    assert sorted(PLAYED) == sorted(SEEDS)
    assert (cut / "settled.csv").read_bytes() == (whole / "settled.csv").read_bytes()
    assert main(command(cut, "--quiet", "--resume")) == 0
    assert sorted(PLAYED) == sorted(SEEDS)
    manifests = [json.loads((folder / "manifest.json").read_text()) for folder in (whole, cut)]
    assert manifests[0]["runs"]["numbers_sha256"] == manifests[1]["runs"]["numbers_sha256"]
    assert [one["runs"]["done"] for one in manifests] == [one["runs"]["planned"] for one in manifests] == [8, 8]
    monkeypatch.undo()
    capsys.readouterr()
    assert main(["reproduce", str(cut), "--workers", "0", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reproduced"] and found["identical"] == found["runs"] == 8


def test_replicates_that_precision_asks_for_are_those_of_the_standing_regimes(tmp_path, capsys):
    words = command(tmp_path / "out", "--precision", "council_spend=1e-9", "--max-replicates", "3", "--quiet")
    assert main(words) == 0
    assert set(read_csv(tmp_path / "out" / "settled.csv").replicates) == {3}


def test_the_report_has_a_page_of_what_each_policy_is_like_once_it_is_there(tmp_path):
    out = tmp_path / "out"
    assert main(command(out, "--report", "--quiet")) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    section = page[page.index('<section id="settled"') : page.index('<section id="finance"')]
    text = " ".join(re.sub("<[^>]+>", " ", section).split())
    settled = read_csv(out / "settled.csv").set_index(["scenario", "indicator"])
    for name in HEADLINES:
        row, indicator = settled.loc[("baseline", name)], INDICATORS[name]
        assert f"{moved(row.difference, indicator)} ({span(row.low, row.high, indicator)})" in text
        assert quantity(row.cycle_before, indicator) in text
    assert "The small place as it is (baseline) 1 year 1 yes" in text or "does not repeat its cycle" in text
    assert read_csv(out / "report-tables" / "settled.csv").scenario.nunique() == 2
    (out / "settled.csv").unlink()
    assert standing_pages(read_results(out)) == []


def test_drawn_assumptions_are_refused_with_standing_regimes_in_one_sentence(tmp_path, capsys):
    assert main(command(tmp_path / "out", "--draws", "2")) == 2
    said = capsys.readouterr().err.strip()
    assert "--draws does not go with --settled" in said and len(said.splitlines()) == 1
    assert not (tmp_path / "out").exists()
    with pytest.raises(BadInput, match="does not go with settled"):
        cm.compare(quick("block"), quick("baseline"), draws=2, settled=True)


def test_where_nobody_works_on_zero_hours_nobody_doing_so_afterwards_stands_still():
    values = np.ones((3, 2, len(BOUNDS)))
    column = list(BOUNDS).index("zero_hours_share")
    values[:, :, column] = 0.0
    assert all(still for *_, still in judge(values))
    values[:, 1, column] = 0.5
    assert [name for name, *_, still in judge(values) if not still] == ["zero_hours_share"]
