"""Results prove what they are: every file hashed, every change named, every run made again and compared."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput, CannotWrite
from caremarket_sim.results.belongings import Belongings
from caremarket_sim.results.manifest import NAME, Manifest, recorded, schema_text
from caremarket_sim.results.records import Failure, Success
from caremarket_sim.results.store import Store
from caremarket_sim.runs import batch
from caremarket_sim.runs.preflight import Estimate, PilotFailed, dry_run
from caremarket_sim.runs.proof import reproduce, verify
from tests.tiny_driver import CODE, SCENARIOS
from tests.tiny_model import LAYOUT, TinyOutcome, TinyScenario, TinyTask, play

pytestmark = pytest.mark.usefixtures("undrawn")
ROOT = Path(__file__).parents[1]


def make_results(folder: Path, scenarios: tuple[TinyScenario, ...] = SCENARIOS, inputs: tuple[Path, ...] = ()) -> Path:
    tasks = [TinyTask(seed, scenarios) for seed in range(3)]
    with Store.open(folder, LAYOUT, CODE, resume=True) as store, recorded(store, planned=6, inputs=inputs):
        store.describe([scenario.record() for scenario in scenarios])
        batch.carry_out(store, tasks, batch.runs_of(tasks, CODE), play, TinyOutcome, workers=0)
        Belongings(folder).write("differences.csv", b"scenario,difference\nspot,1.5\n")
    return folder


def manifest_of(folder: Path) -> Manifest:
    return Manifest.model_validate_json((folder / NAME).read_text(encoding="utf-8"))


@pytest.mark.smoke
def test_results_that_nobody_touched_verify_and_the_manifest_says_what_they_are(tmp_path):
    source = tmp_path / "spot.yaml"
    source.write_text("title: Spot\n")
    results = make_results(tmp_path / "results", inputs=(source,))
    found = verify(results)
    assert (found.differences, found.notes) == ((), ())
    manifest = manifest_of(results)
    assert manifest.status == "finished"
    assert manifest.code.sha256 == CODE
    assert (manifest.runs.planned, manifest.runs.done, manifest.runs.failed) == (6, 6, 0)
    assert manifest.runs.seeds == [0, 1, 2]
    assert [scenario.key for scenario in manifest.scenarios] == [scenario.key for scenario in SCENARIOS]
    assert list(manifest.inputs) == [str(source)]
    assert set(manifest.outputs) == {
        "breakdowns/part-000001.parquet",
        "differences.csv",
        "ledger.sqlite",
        "weekly/part-000001.parquet",
    }
    assert any(package.startswith("numpy==") for package in manifest.environment.packages)
    assert manifest.environment.packages == sorted(manifest.environment.packages)
    assert manifest.environment.processor_features
    assert manifest.wall_seconds is not None and manifest.wall_seconds > 0


def test_one_flipped_byte_anywhere_makes_verify_name_the_file_with_status_1(tmp_path, capsys):
    results = make_results(tmp_path / "results")
    names = [*manifest_of(results).outputs, NAME]
    for name in names:
        path = results / name
        before = path.read_bytes()
        for place in {0, len(before) // 3, len(before) // 2, len(before) - 1}:
            flipped = bytearray(before)
            flipped[place] ^= 1
            path.write_bytes(flipped)
            assert [name in difference for difference in verify(results).differences] == [True], place
        assert main(["verify", str(results)]) == 1
        captured = capsys.readouterr()
        assert name in captured.err and "All" not in captured.out
        path.write_bytes(before)
    assert main(["verify", str(results)]) == 0
    assert "This does not prove:" in capsys.readouterr().out


def test_a_missing_file_is_a_difference_and_a_further_one_a_note(tmp_path):
    results = make_results(tmp_path / "results")
    (results / "differences.csv").unlink()
    (results / "notes.txt").write_text("mine")
    found = verify(results)
    assert found.differences == ("differences.csv is missing",)
    assert found.notes == ("notes.txt is not part of the results",)


def test_what_was_written_since_from_the_results_is_one_note_and_none_of_their_own(tmp_path):
    results = make_results(tmp_path / "results")
    Belongings(results).write_all((f"report-tables/{name}.csv", b"1\n") for name in ("decision", "payers", "zones"))
    (results / "report-tables" / "zones.csv").write_text("2\n")
    assert verify(results).differences == ()
    assert verify(results).notes == (
        "report-tables/zones.csv is not part of the results",
        "written since from the results, and as it was written: report-tables/decision.csv and 1 more",
    )


def test_a_change_made_to_the_ledger_behind_the_manifest_is_found_even_in_its_log(tmp_path):
    results = make_results(tmp_path / "results")
    with Store.open(results, LAYOUT, CODE, resume=True) as store:
        store.note({"who": "me"})
        assert "ledger.sqlite-wal holds changes" in " ".join(verify(results).differences)
    assert "ledger.sqlite has been changed" in " ".join(verify(results).differences)


def test_the_same_runs_have_the_same_hash_of_numbers_however_they_were_batched(tmp_path, monkeypatch):
    make_results(tmp_path / "one")
    monkeypatch.setattr(batch, "LARGEST_BATCH", 1)
    make_results(tmp_path / "many")
    assert len(list((tmp_path / "many" / "weekly").iterdir())) == 3
    one, many = manifest_of(tmp_path / "one"), manifest_of(tmp_path / "many")
    assert one.runs.numbers_sha256 == many.runs.numbers_sha256
    assert one.outputs["ledger.sqlite"] != many.outputs["ledger.sqlite"]


def test_inputs_that_changed_since_are_said_and_are_no_difference(tmp_path):
    source = tmp_path / "spot.yaml"
    source.write_text("title: Spot\n")
    results = make_results(tmp_path / "results", inputs=(source,))
    source.write_text("title: Something else\n")
    assert verify(results).notes == (f"the input {source} has changed since (the results hold what was in it)",)
    source.unlink()
    assert verify(results).notes == (
        f"the input {source} is not to be found from here (the results hold what was in it)",
    )
    assert verify(results).differences == ()


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt, "interrupted"), (RuntimeError, "stopped by an error")]
)
def test_work_that_is_interrupted_leaves_a_manifest_that_says_so_and_verifies(tmp_path, error, status):
    with pytest.raises(error), Store.open(tmp_path, LAYOUT, CODE) as store, recorded(store, planned=6):
        raise error
    assert manifest_of(tmp_path).status == status
    found = verify(tmp_path)
    assert found.differences == ()
    assert found.notes == (f"the work was {status}: 0 of 6 runs are there",)
    make_results(tmp_path)
    assert manifest_of(tmp_path).status == "finished"


def test_work_that_was_killed_does_not_verify_until_it_is_resumed(tmp_path):
    make_results(tmp_path)
    script = f"""
import os, signal
from pathlib import Path
from caremarket_sim.results.manifest import recorded
from caremarket_sim.results.store import Store
from tests.tiny_model import LAYOUT
with Store.open(Path({str(tmp_path)!r}), LAYOUT, {CODE!r}, resume=True) as store, recorded(store, planned=6):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == -9
    assert "killed before it ended" in verify(tmp_path).differences[0]
    make_results(tmp_path)
    assert verify(tmp_path).differences == ()


def test_failed_runs_are_in_the_status(tmp_path):
    make_results(tmp_path, (SCENARIOS[0], TinyScenario("spot", 2.0, ((1, "raise"),))))
    manifest = manifest_of(tmp_path)
    assert manifest.status == "finished with failed runs"
    assert (manifest.runs.done, manifest.runs.failed) == (5, 1)


def test_a_full_disk_while_work_ends_does_not_hide_the_error_that_ended_it(tmp_path):
    with (
        pytest.raises(RuntimeError, match="the first"),
        Store.open(tmp_path, LAYOUT, CODE) as store,
        recorded(store, planned=1),
    ):
        (tmp_path / "ledger.sqlite").unlink()  # the ledger can no longer be closed in order
        raise RuntimeError("the first")


def test_a_folder_without_manifest_or_results_is_refused(tmp_path, capsys):
    with pytest.raises(BadInput, match="no manifest here"):
        verify(tmp_path)
    assert main(["verify", str(tmp_path)]) == 2
    assert main(["sql", str(tmp_path), "select 1"]) == 2
    assert "there are no results here" in capsys.readouterr().err


def test_the_shipped_schema_is_that_of_the_manifests_written(tmp_path):
    shipped = resources.files("caremarket_sim") / "data" / "manifest.schema.json"
    assert shipped.read_text(encoding="utf-8") == schema_text(), "write it again: manifest.schema_text()"
    written = json.loads((make_results(tmp_path) / NAME).read_text(encoding="utf-8"))
    assert set(written) == set(json.loads(schema_text())["properties"])


def simulate_with(change):
    """A simulation of the tiny model whose outcomes are changed on the way out."""

    def simulate(tasks):
        by_name = {scenario.name: scenario for scenario in SCENARIOS}
        for seed, variant, names in tasks:
            assert variant == ""
            outcomes = play(TinyTask(seed, tuple(by_name[name] for name in names)))
            yield change(seed, outcomes)

    return lambda tasks: list(simulate(tasks))


def replaced(outcome: TinyOutcome, factor: float) -> TinyOutcome:
    return dataclasses.replace(outcome, overall=outcome.overall * factor)


def test_runs_that_come_out_again_are_identical_to_the_byte(tmp_path):
    with Store.read(make_results(tmp_path)) as store:
        found = reproduce(store, TinyOutcome, simulate_with(lambda seed, outcomes: Success(outcomes, 0.0)), CODE)
        assert (found.runs, found.identical, found.near, found.differing, found.notes) == (6, 6, 0, (), ())
        assert found.sentence == "All 6 runs came out again, identical to the byte."
        first = reproduce(store, TinyOutcome, simulate_with(lambda seed, outcomes: Success(outcomes, 0.0)), CODE, 1)
        assert first.runs == 2


def test_the_last_digits_of_another_machine_are_told_from_other_numbers(tmp_path):
    with Store.read(make_results(tmp_path)) as store:
        near = simulate_with(
            lambda seed, outcomes: Success([replaced(o, 1 + 1e-12 * (seed == 1)) for o in outcomes], 0.0)
        )
        found = reproduce(store, TinyOutcome, near, "other code")
        assert (found.identical, found.near, found.differing) == (4, 2, ())
        assert found.sentence == "All 6 runs came out again within 1e-09, 4 of them to the byte."
        assert "the code that determines numbers is not that which made the results" in found.notes[0]
        far = simulate_with(
            lambda seed, outcomes: Success([replaced(outcomes[0], 1 + 1e-6 * (seed == 2)), outcomes[1]], 0.0)
        )
        found = reproduce(store, TinyOutcome, far, CODE)
        assert found.differing == ("block, replicate 3: overall differs by up to 1e-06 of its size",)
        failing = simulate_with(
            lambda seed, outcomes: Failure("raised", "no", "") if seed == 0 else Success(outcomes, 0.0)
        )
        found = reproduce(store, TinyOutcome, failing, CODE)
        assert found.differing == ("block, replicate 1: failed now (no)", "spot, replicate 1: failed now (no)")
        assert found.sentence == "2 of 6 runs did not come out again."


def test_an_empty_cell_that_is_no_longer_empty_is_a_difference(tmp_path):
    def filled(seed, outcomes):
        return Success([dataclasses.replace(o, breakdowns=np.nan_to_num(o.breakdowns)) for o in outcomes], 0.0)

    with Store.read(make_results(tmp_path)) as store:
        found = reproduce(store, TinyOutcome, simulate_with(filled), CODE)
    assert len(found.differing) == 6 and "breakdowns" in found.differing[0]


def test_the_commands_ask_and_export_results(tmp_path, capsys):
    results = make_results(tmp_path / "results")
    query = "select scenario, count(*) as runs from runs group by scenario order by scenario"
    assert main(["sql", str(results), query]) == 0
    assert "block" in capsys.readouterr().out
    assert main(["sql", str(results), query, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"columns": ["scenario", "runs"], "rows": [["block", 3], ["spot", 3]]}
    assert main(["sql", str(results), query, "--csv"]) == 0
    assert capsys.readouterr().out == "scenario,runs\nblock,3\nspot,3\n"
    assert main(["sql", str(results), "drop table runs"]) == 2
    assert main(["export", str(results), "--to", str(tmp_path / "tables"), "--format", "parquet", "--json"]) == 0
    assert (tmp_path / "tables" / "weekly.parquet").is_file()
    assert main(["export", str(results), "--to", str(tmp_path / "tables"), "--table", "weekley"]) == 2
    assert "did you mean weekly?" in capsys.readouterr().err
    assert main(["verify", str(results), "--json"]) == 0
    assert verify(results).differences == (), "asking and exporting changed nothing"


def test_an_export_to_where_nothing_can_be_written_has_status_5(tmp_path):
    results = make_results(tmp_path / "results")
    (tmp_path / "file").write_text("in the way")
    assert main(["export", str(results), "--to", str(tmp_path / "file" / "tables")]) == 5


def test_a_pilot_says_what_the_work_will_take_and_writes_nothing(tmp_path):
    tasks = [TinyTask(seed, SCENARIOS, 0.05) for seed in range(10)]
    begun = time.perf_counter()
    estimate = dry_run(tasks, play, tmp_path / "results", workers=2)
    took = time.perf_counter() - begun
    assert (estimate.runs, estimate.tasks, estimate.workers) == (20, 10, 2)
    assert 0.1 <= estimate.seconds_a_task <= took
    assert estimate.seconds == pytest.approx(5 * estimate.seconds_a_task)
    assert estimate.bytes == 20 * 8 * (12 * 2 + 2 * 3 + 3 + 3 * 3 + 2 * 3 * 3 * 2)
    assert not (tmp_path / "results").exists()
    with pytest.raises(PilotFailed, match="told to raise"):
        dry_run([TinyTask(1, (TinyScenario("a", 1.0, ((1, "raise"),)),))], play, tmp_path, workers=0)


def test_an_estimate_is_said_in_words():
    estimate = Estimate(60, 20, 2, 2.5, 12_300_000, 5_000_000)
    assert estimate.sentence == (
        "60 runs in 20 tasks: about 25 s on 2 workers (2.5 s a task), at most 12.3 MB of results; "
        "only 5.0 MB are free there, which may not be enough."
    )


def test_a_manifest_that_cannot_be_written_is_one_clear_error(tmp_path):
    (tmp_path / "results").mkdir()
    with (
        pytest.raises(CannotWrite, match="manifest.json"),
        Store.open(tmp_path / "results", LAYOUT, CODE) as store,
        recorded(store, planned=1),
    ):
        (tmp_path / "results" / NAME).unlink()
        (tmp_path / "results" / NAME).mkdir()
