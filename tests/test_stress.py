"""Shocks: what breaks, when, and how long it takes to recover."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.indicators import INDICATORS, WEEKLY
from caremarket_sim.studies.stress.files import stress_files
from caremarket_sim.studies.stress.result import StressTest
from caremarket_sim.studies.stress.study import SHOCKS, carry_out_stress, plan_stress, shocked, stress
from tests.small_place import FOLDER, small


@cache
def shaken():
    """Two shocks in the small place, begun early so that two years are enough."""
    two = [small("baseline"), small("block")]
    planned = plan_stress(two, shocks=["absence", "provider-failure"], replicates=3, years=2, first_week=20)
    return carry_out_stress(planned, workers=0)


def test_a_shock_lasts_its_weeks_and_leaves_the_policy_as_it_was():
    policy, shock = small("collaborative", 208), SHOCKS["demand-surge"]
    hit = shocked(policy, shock, 60)
    assert [hit.levers_at(week)["shocks.demand"] for week in (59, 60, 85, 86)] == [1, 1.3, 1.3, 1]
    for week in (0, 59, 86, 207):
        assert hit.levers_at(week) == policy.levers_at(week)


def test_before_the_shock_nothing_differs():
    found = shaken()
    for shock in ("absence", "provider-failure"):
        gap = found.samples[f"baseline + {shock}"].weekly - found.samples["baseline"].weekly
        assert not np.nan_to_num(gap[:, :20]).any()
        assert np.nan_to_num(gap[:, 20:]).any()


def test_the_table_has_every_policy_shock_and_headline_once():
    frame = shaken().frame()
    headlines = sum(one.headline for one in INDICATORS.values())
    assert len(frame) == 2 * 2 * headlines
    assert not frame.duplicated(["scenario", "shock", "indicator"]).any()
    assert not (frame.breaks & frame.breaks_after.isna()).any()
    assert not (~frame.breaks & frame.recovered_after.notna()).any()


def planted(course):
    """A stress test whose shocked continuity differs by a planted course from week 10 on, on every future alike."""
    found = shaken()
    samples = dict(found.samples)
    for name in ("baseline", "baseline + absence"):
        weekly = np.zeros((3, 104, len(WEEKLY)))
        if "+" in name:
            weekly[:, 10 : 10 + len(course), WEEKLY.index("continuity")] = course
            weekly += 1e-6 * np.arange(3)[:, None, None]
        samples[name] = replace(samples[name], weekly=weekly)
    test = StressTest(samples, ("baseline",), (SHOCKS["absence"],), 10, 1, (1, 2, 3))
    return test.frame().set_index("indicator").loc["continuity"]


def test_a_planted_fall_is_timed_and_so_is_its_recovery():
    row = planted([-0.1] * 20)
    assert row.breaks
    assert row.breaks_after == 0
    assert row.worst == pytest.approx(-0.1, abs=1e-4)
    assert row.recovered_after == 23, "twenty weeks of it, and three until the mean of four weeks is back"


def test_a_fall_that_does_not_end_is_not_recovered():
    row = planted([-0.1] * 94)
    assert row.breaks
    assert np.isnan(row.recovered_after)


def test_what_gets_better_or_by_too_little_breaks_nothing():
    assert not planted([0.1] * 20).breaks
    assert not planted([-0.01] * 20).breaks


def test_a_single_scenario_without_policy_is_joined_by_the_presets():
    plan, shocks, first = plan_stress([small("baseline", 52)], shocks=["absence"], replicates=2)
    names = [scenario.name for scenario in plan.scenarios]
    assert names[::2] == ["baseline", "block", "zero-hours-spot", "collaborative"]
    assert (len(shocks), first, plan.runs) == (1, 128, 16)


def test_what_cannot_be_is_refused():
    with pytest.raises(BadInput, match="no shock 'abscence'.*did you mean absence"):
        stress(small("baseline"), shocks=["abscence"])
    with pytest.raises(BadInput, match="no time to recover"):
        stress(small("baseline"), years=1)


def test_words_figures_and_tables_are_the_same_to_the_byte_each_time():
    files = dict(stress_files(shaken()))
    assert {"stress.csv", "course.csv", "summary.txt", "figures/absence.png"} <= set(files)
    assert files == dict(stress_files(shaken()))
    assert "Absence (one in ten more is off work" in files["summary.txt"].decode()


def test_the_command_writes_a_table_and_prints_it(tmp_path, capsys):
    out = tmp_path / "out"
    options = ["--shock", "absence", "--first-week", "10", "--years", "1", "--replicates", "2", "--workers", "1"]
    assert main(["stress", str(FOLDER / "block.yaml"), *options, "--out", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {row["scenario"] for row in found["stress"]} == {"block"}
    assert (out / "stress.csv").is_file()
    assert main(["verify", str(out)]) == 0
