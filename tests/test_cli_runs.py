"""`caremarket run` and `caremarket compare`, from the command line to the results folder."""

import csv
import json
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from caremarket_sim.cli import main
from caremarket_sim.findings.frames import headlines
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.runs import plan
from caremarket_sim.telling.words import in_a_sentence

WIGAN = Path(__file__).resolve().parents[1] / "scenarios" / "wigan"
BLOCK, SPOT, BASELINE = (str(WIGAN / f"{name}.yaml") for name in ("block", "zero-hours-spot", "baseline"))
ALONE = ("--replicates", "2", "--years", "1", "--workers", "0", "--quiet")
QUICK = (*ALONE, "--assumption-replicates", "0", "--no-baseline")
pytestmark = pytest.mark.usefixtures("undrawn")

CSVS = ("differences.csv", "levels.csv", "overall.csv", "yearly.csv", "breakdowns.csv")


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> Path:
    """The results of a small comparison, made once."""
    folder = tmp_path_factory.mktemp("compared") / "results"
    assert main(["compare", BLOCK, SPOT, "--out", str(folder), *QUICK]) == 0
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def tables(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in CSVS}


def test_a_comparison_leaves_tables_figures_and_the_scenarios_it_was_made_from(compared):
    for name in (*CSVS, "outcomes.png", "costs.png", "jobs.png", "differences.png", "manifest.json"):
        assert (compared / name).stat().st_size > 100, name
    assert sorted(path.name for path in (compared / "scenarios").iterdir()) == ["block.json", "zero-hours-spot.json"]
    assert not list(compared.glob("*.part"))


def test_the_tables_hold_every_indicator_of_every_family(compared):
    differences = rows(compared / "differences.csv")
    whole = [row for row in differences if row["period"] == "all"]
    assert len(whole) == len(INDICATORS) >= 25
    assert {row["family"] for row in whole} == {"outcomes", "costs", "jobs", "market", "place"}
    assert {row["reference"] for row in whole} == {"block"}


def test_worker_processes_give_the_same_tables_to_the_byte(compared, tmp_path):
    folder = tmp_path / "results"
    words = ["compare", BLOCK, SPOT, "--out", str(folder), *QUICK, "--workers", "2"]
    assert main(words) == 0
    assert tables(folder) == tables(compared)


def test_a_folder_with_results_is_refused_gone_on_with_or_replaced(compared, tmp_path, capsys):
    folder = tmp_path / "results"
    shutil.copytree(compared, folder)
    words = ["compare", BLOCK, SPOT, "--out", str(folder), *QUICK]
    assert main(words) == 2
    assert "--resume" in capsys.readouterr().err
    assert tables(folder) == tables(compared)
    (folder / "differences.csv").unlink()
    assert main([*words, "--resume"]) == 0
    assert tables(folder) == tables(compared)
    (folder / "differences.csv").unlink()
    (folder / "costs.png").unlink()
    assert main([*words, "--replace"]) == 0
    assert tables(folder) == tables(compared)


@pytest.mark.parametrize("option", ["--resume", "--replace"])
def test_results_with_a_note_or_an_edited_table_among_them_are_refused_and_named(compared, tmp_path, capsys, option):
    folder = tmp_path / "results"
    shutil.copytree(compared, folder)
    (folder / "note.txt").write_text("what the director said")
    (folder / "levels.csv").write_text("rounded by hand")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert main(["compare", BLOCK, SPOT, "--out", str(folder), *QUICK, option]) == 2
    assert "levels.csv, note.txt" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_folder_of_something_else_is_never_replaced(tmp_path, capsys):
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear council")
    assert main(["compare", BLOCK, SPOT, "--out", str(folder), *QUICK, "--replace"]) == 2
    assert "not results" in capsys.readouterr().err
    assert (folder / "letter.txt").read_text() == "dear council"


def test_the_screen_has_a_sentence_a_family_and_the_nine_headlines(compared, tmp_path, capsys):
    folder = tmp_path / "results"
    shutil.copytree(compared, folder)
    words = ["compare", BLOCK, SPOT, "--out", str(folder), *QUICK, "--resume"]
    assert main([word for word in words if word != "--quiet"]) == 0
    shown = capsys.readouterr().out
    told = " ".join(shown.split())
    assert "Verdicts go by the same weeks for every scenario: in force from " in told
    _, answer = told.split("zero-hours-spot against block For people who draw on care: ", 1)
    people, rest = answer.split(". For care workers: ", 1)
    workers, rest = rest.split(". For what it costs: ", 1)
    costs, spent = rest.split("; over all 1 year, the way there included, the council spends £", 1)
    for family, said in (("outcomes", people), ("jobs", workers), ("costs", costs)):
        for indicator in headlines():
            assert (in_a_sentence(indicator.label) in said) == (indicator.family == family), indicator.id
    assert re.match(r"[\d.]+ million (more|less) \(.*\) and all payers together £[\d.]+ million (more|less) \(", spent)
    for indicator in INDICATORS.values():
        if indicator.headline:
            assert indicator.label.split()[0] in shown
    assert "chance only; assumptions held fixed" in shown
    assert "of 2" in shown
    carrying = "how fast overheads fall with a provider’s size, and travel with the density of its visits"
    assert f"The two assumptions that carry most ({carrying}) were not tried at the ends of their ranges." in told
    assert main([*(word for word in words if word != "--quiet"), "--all"]) == 0
    assert "other market" in capsys.readouterr().out


def test_json_is_one_object_on_standard_output_and_nothing_else(compared, tmp_path, capsys):
    folder = tmp_path / "results"
    shutil.copytree(compared, folder)
    words = ["compare", BLOCK, SPOT, "--out", str(folder), *QUICK, "--resume", "--json"]
    assert main([word for word in words if word != "--quiet"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reference"] == "block"
    assert len(found["differences"]) == 9
    assert found["note"] == "chance only; assumptions held fixed"


def test_quiet_prints_nothing(compared, tmp_path, capfd):
    folder = tmp_path / "results"
    shutil.copytree(compared, folder)
    assert main(["compare", BLOCK, SPOT, "--out", str(folder), *QUICK, "--resume"]) == 0
    assert capfd.readouterr() == ("", "")


def test_a_run_prints_what_it_gives_beside_the_calibration_targets(tmp_path, capsys):
    folder = tmp_path / "results"
    assert main(["run", BASELINE, "--out", str(folder), *ALONE[:-1], "--weekly"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for word in ("Turnover", "Vacancy rate", "C34", "D01", "plausible, reported, not forced"):
        assert word in shown
    assert {row["week"] for row in rows(folder / "weekly.csv")} == {str(week) for week in range(1, 53)}
    assert len(rows(folder / "targets.csv")) == 13


def test_without_a_folder_named_results_go_to_one_named_by_files_and_content(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["compare", BLOCK, SPOT, *QUICK]) == 0
    (folder,) = (tmp_path / "results").iterdir()
    assert folder.name.startswith("block-zero-hours-spot-")


def test_the_ends_of_the_assumptions_that_were_tried_are_written_down(tmp_path):
    folder = tmp_path / "results"
    words = ["compare", BLOCK, SPOT, "--out", str(folder), *QUICK, "--assumption-replicates", "1"]
    assert main(words) == 0
    found = rows(folder / "assumptions.csv")
    assert {row["parameter"] for row in found} == {"overhead.scale_exponent", "travel.density_exponent"}


def test_two_files_of_one_name_are_refused_before_anything_is_written(tmp_path, capsys):
    assert main(["compare", BLOCK, BLOCK, "--out", str(tmp_path / "results"), *QUICK]) == 2
    assert "two scenarios are called 'block'" in capsys.readouterr().err
    assert not (tmp_path / "results").exists()


def test_files_that_do_not_compare_are_refused_with_status_3_unless_allowed(tmp_path, capsys):
    shutil.copytree(WIGAN, tmp_path / "wigan")
    frozen = tmp_path / "wigan" / "frozen.yaml"
    frozen.write_text("format: 2\nextends: zero-hours-spot.yaml\ntitle: At frozen prices\nprices: frozen\n")
    words = ["compare", str(tmp_path / "wigan" / "block.yaml"), str(frozen), "--out", str(tmp_path / "results"), *QUICK]
    assert main(words) == 3
    said = capsys.readouterr().err
    assert "prices" in said
    assert '--allow prices --why "…"' in said
    assert not (tmp_path / "results").exists()
    assert main([*words, "--allow", "horizon", "--why", "to see"]) == 3
    assert main([*words, "--allow", "prices"]) == 2
    assert "without a reason" in capsys.readouterr().err
    allowed = ["--allow", "prices", "--why", "to see what prices do"]
    assert main([*(word for word in words if word != "--quiet"), *allowed]) == 0
    assert "to see what prices do" in " ".join(capsys.readouterr().out.split())
    assert "to see what prices do" in (tmp_path / "results" / "banner.txt").read_text(encoding="utf-8")


def test_the_same_policy_under_another_name_or_with_a_step_that_changes_nothing_is_identical_everywhere(tmp_path):
    shutil.copytree(WIGAN, tmp_path / "wigan")
    again = tmp_path / "wigan" / "again.yaml"
    again.write_text(
        "format: 2\nextends: zero-hours-spot.yaml\ntitle: Under another name\npolicy:\n"
        "  - from: 2024-09-02\n    why: nothing new\n    set:\n      contract.term_years: 1\n"
    )
    words = [
        "compare",
        str(tmp_path / "wigan" / "zero-hours-spot.yaml"),
        str(again),
        "--out",
        str(tmp_path / "results"),
    ]
    assert main([*words, *QUICK]) == 0
    found = rows(tmp_path / "results" / "differences.csv")
    assert {row["verdict"] for row in found} == {"identical"}
    assert {row["difference"] for row in found} <= {"0.0", ""}


def test_mistakes_in_both_files_are_told_at_once(tmp_path, capsys):
    assert main(["compare", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]) == 2
    said = capsys.readouterr().err
    assert "a.yaml" in said
    assert "b.yaml" in said


def test_one_file_is_no_comparison(capsys):
    for words in ([BLOCK, "--no-baseline"], [BASELINE]):
        assert main(["compare", *words]) == 2
        assert "at least two" in capsys.readouterr().err


def test_the_place_with_no_new_policy_is_compared_too_and_the_screen_ends_with_how_to_make_the_report(tmp_path, capsys):
    folder = tmp_path / "the results"
    words = [*ALONE[:-1], "--assumption-replicates", "0", "--out", str(folder)]
    assert main(["compare", BLOCK, *words]) == 0
    out = capsys.readouterr().out
    differences = rows(folder / "differences.csv")
    assert {(row["reference"], row["scenario"]) for row in differences} == {("block", "baseline")}
    last = out.splitlines()[-1]
    command = shlex.split(last[last.index("caremarket report") :])
    assert command == ["caremarket", "report", str(folder)]
    assert main(command[1:]) == 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "No scenario without a policy was among those compared" not in page


@pytest.mark.parametrize("option", [("--replicates", "0"), ("--years", "11"), ("--seed", "-1"), ("--workers", "-1")])
def test_impossible_options_are_refused(option, capsys):
    assert main(["compare", BLOCK, SPOT, *option]) == 2
    assert option[0] in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="a file in the way of a folder is told otherwise on Windows")
def test_results_that_cannot_be_written_end_with_status_5(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert main(["compare", BLOCK, SPOT, "--out", str(tmp_path / "file" / "results"), *QUICK]) == 5
    assert "file" in capsys.readouterr().err


def breaks_on_spot_purchase(task):
    """In place of `design.play`: one scenario of every second future cannot be simulated."""
    if any(scenario.name == "zero-hours-spot" for scenario in task.scenarios) and task.seed % 2:
        raise ArithmeticError("no market here")
    return played(task)


played = plan.play


def test_futures_that_fail_are_left_out_told_and_end_with_status_4(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(plan, "play", breaks_on_spot_purchase)
    words = ["compare", BLOCK, SPOT, "--out", str(tmp_path / "results"), *QUICK, "--replicates", "4"]
    assert main(words) == 4
    said = capsys.readouterr().err
    assert "failed and left out" in said
    assert "no market here" in said
    failed = rows(tmp_path / "results" / "failed.csv")
    kept = {row["replicate"] for row in rows(tmp_path / "results" / "yearly.csv")}
    assert len(failed) + len(kept) == 4
    assert not {row["replicate"] for row in failed} & kept
