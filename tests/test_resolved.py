"""Scenarios are made again from the ledger alone, and runs of them come out again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.runs.resolved import resolved_json, scenario_from
from caremarket_sim.scenario import load

NAMES = ("baseline", "block", "zero-hours-spot", "collaborative", "collaborative-on-the-cheap")
HERE = Path("ledger.sqlite")
pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_scenario_comes_back_with_its_key_its_names_and_its_whys(name):
    scenario = load(f"builtin:wigan/{name}")
    again = scenario_from(resolved_json(scenario), HERE)
    assert again.key == scenario.key and again.spin_up_key == scenario.spin_up_key
    assert (again.name, again.title, again.place) == (scenario.name, scenario.title, scenario.place)
    assert [(change.week, change.why, change.levers) for change in again.changes] == [
        (change.week, change.why, change.levers) for change in scenario.changes
    ]


def test_a_scenario_changed_in_python_comes_back_too():
    scenario = load("builtin:wigan/block").with_levers(employment__zero_hours_cap=0.1).with_weeks(52)
    scenario = scenario.with_prices("frozen")
    assert scenario_from(resolved_json(scenario), HERE).key == scenario.key


def test_a_text_that_is_no_scenario_or_means_another_is_refused():
    content = json.loads(resolved_json(load("builtin:wigan/block")))
    for wrong in ("", "{}", "[]", json.dumps({**content, "weeks": "many"}), json.dumps({**content, "place": {}})):
        with pytest.raises(BadInput, match="cannot be read"):
            scenario_from(wrong, HERE)
    with pytest.raises(BadInput, match="means something else to this version"):
        scenario_from(json.dumps({**content, "weeks": 52}), HERE)


def test_a_dry_run_says_what_the_work_will_take_and_writes_nothing(tmp_path, capsys):
    out = tmp_path / "results"
    assert main(["run", "builtin:wigan/baseline", "--years", "1", "--dry-run", "--json", "--out", str(out)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["runs"], found["tasks"]) == (20, 20)
    assert found["seconds"] > found["seconds_a_task"] > 0
    assert not out.exists()


@pytest.mark.slow
def test_a_comparison_is_verified_resumed_and_reproduced_without_its_files(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CAREMARKET_CACHE", str(tmp_path / "cache"))
    work, out = tmp_path / "work", tmp_path / "results"
    work.mkdir()
    for name in ("block", "collaborative"):
        text = f"format: 2\nextends: builtin:wigan/{name}\n"
        (work / f"{name}.yaml").write_text(text, encoding="utf-8")
    files = [str(work / f"{name}.yaml") for name in ("block", "collaborative")]
    how = ["--years", "2", "--assumption-replicates", "1", "--no-baseline", "--out", str(out), "--quiet"]
    assert main(["compare", *files, "--replicates", "1", *how]) == 0
    before = (out / "differences.csv").read_bytes()
    assert main(["compare", *files, "--replicates", "1", *how, "--resume"]) == 0
    assert (out / "differences.csv").read_bytes() == before
    assert main(["verify", str(out)]) == 0
    shutil.rmtree(work)
    capsys.readouterr()
    assert main(["reproduce", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reproduced"] and found["identical"] == found["runs"] > 4
    part = next((out / "weekly").iterdir())
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    assert main(["verify", str(out)]) == 1
    assert part.name in capsys.readouterr().err
