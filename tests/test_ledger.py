"""What is finished is kept: through kills, full disks, read-only folders and deleted ledgers, and never twice."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from caremarket_sim.errors import BadInput, CannotWrite
from caremarket_sim.results.query import as_csv, export, sql, table
from caremarket_sim.results.records import ARRAYS, Failure, Layout, Success, hash_of, run_key
from caremarket_sim.results.store import Store
from caremarket_sim.runs import batch
from tests.test_architecture import loaded
from tests.tiny_driver import CODE, SCENARIOS, TASKS, carry_out
from tests.tiny_model import LAYOUT, TinyOutcome, TinyScenario, TinyTask, play

ROOT = Path(__file__).parents[1]
TABLES = ("outcomes", "weekly", "breakdowns")


def tasks_of(count: int, scenarios: tuple[TinyScenario, ...] = SCENARIOS, diary: str = "") -> list[TinyTask]:
    return [TinyTask(seed, scenarios, 0.0, diary) for seed in range(count)]


def final_tables(folder: Path) -> dict[str, bytes]:
    with Store.read(folder) as store:
        return {name: as_csv(table(store, name)) for name in TABLES}


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.smoke
def test_outcomes_come_back_to_the_bit_and_in_order(tmp_path):
    tasks = tasks_of(5)
    results = carry_out(tmp_path / "results", tasks, workers=0)
    with Store.read(tmp_path / "results") as store:
        kept = store.outcomes(TinyOutcome)
        assert [(run.scenario, run.replicate) for run in kept] == [
            (scenario.name, replicate) for scenario in SCENARIOS for replicate in range(1, 6)
        ]
        for of_task, result in zip(batch.runs_of(tasks, CODE), results, strict=True):
            assert isinstance(result, Success)
            for run, outcome in zip(of_task, result.value, strict=True):
                for name in ARRAYS:
                    assert np.array_equal(getattr(kept[run], name), getattr(outcome, name), equal_nan=True)
                assert store.hashes()[run] == hash_of(kept[run]) == hash_of(outcome)


def test_a_finished_ledger_is_one_plain_file_and_reading_leaves_nothing_beside_it(tmp_path):
    carry_out(tmp_path, tasks_of(2), workers=0)
    final_tables(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".lock",
        ".written",
        "breakdowns",
        "ledger.sqlite",
        "weekly",
    ]


def test_resuming_does_only_what_is_not_done_and_tries_what_failed_again(tmp_path):
    diary = tmp_path / "diary"
    flaky = (TinyScenario("block", 1.0, ((3, "raise"),)), TinyScenario("spot", 2.0))
    first = carry_out(tmp_path / "results", tasks_of(6, flaky, str(diary)), workers=0)
    assert [type(result) for result in first].count(Failure) == 1
    assert diary.read_text().count("spot 3\n") == 1, "the scenario beside the one that raises is kept"
    diary.unlink()
    second = carry_out(tmp_path / "results", tasks_of(8, SCENARIOS, str(diary)), workers=0)
    assert all(isinstance(result, Success) for result in second)
    assert sorted(diary.read_text().split("\n")) == ["", "block 3", "block 6", "block 7", "spot 6", "spot 7"]
    straight = carry_out(tmp_path / "straight", tasks_of(8), workers=0)
    assert [hash_of(o) for r in second for o in r.value] == [hash_of(o) for r in straight for o in r.value]
    assert final_tables(tmp_path / "results") == final_tables(tmp_path / "straight")
    with Store.read(tmp_path / "results") as store:
        assert store.failures() == []
        assert sql(store, "select count(*) from failures")[1] == [(1,)], "that it failed once is not forgotten"


def test_of_forty_runs_thirty_eight_are_kept_and_two_recorded_as_failed_with_their_reasons(tmp_path):
    flaky = (TinyScenario("block", 1.0, ((5, "raise"),)), TinyScenario("spot", 2.0, ((7, "die"),)))
    results = carry_out(tmp_path / "results", tasks_of(20, flaky), workers=2)
    assert [index for index, result in enumerate(results) if isinstance(result, Failure)] == [5, 7]
    with Store.read(tmp_path / "results") as store:
        assert len(store.runs()) == 38
        failures = {(run.scenario, run.seed): failure for run, failure in store.failures()}
    assert {run: failure.kind for run, failure in failures.items()} == {("block", 5): "raised", ("spot", 7): "killed"}
    assert "ValueError: block was told to raise at seed 5" in failures["block", 5].traceback


def version_of_this_process() -> str:
    return str(os.getpid())


def test_a_worker_with_another_version_of_the_model_is_told_of_and_none_of_its_numbers_kept(tmp_path):
    with (
        Store.open(tmp_path, LAYOUT, CODE) as store,
        pytest.raises(batch.WorkersDiffer, match="another version of the model than the process"),
    ):
        store.describe([scenario.record() for scenario in SCENARIOS])
        how = {"workers": 1, "version": version_of_this_process}
        batch.carry_out(store, tasks_of(3), batch.runs_of(tasks_of(3), CODE), play, TinyOutcome, **how)
    with Store.read(tmp_path) as store:
        assert store.runs() == [] and store.failures() == []


def test_long_work_is_announced_with_an_estimate_once_its_first_task_is_timed(tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "LONG", 0.1)
    said: list[str] = []
    tasks = [TinyTask(seed, SCENARIOS, 0.01) for seed in range(20)]
    carry_out(tmp_path, tasks, workers=2, say=said.append)
    assert len(said) == 1
    assert re.match(r"40 runs in 20 tasks: about [0-9]+ s on 2 workers \([0-9]+\.[0-9] s a task\)", said[0])


def test_a_worker_of_a_batch_loads_nothing_heavy():
    heavy = {"mesa", "pandas", "matplotlib", "scipy", "pyarrow", "duckdb", "pydantic", "rich", "dask", "distributed"}
    assert not loaded("import caremarket_sim.runs.batch") & heavy


def test_one_process_and_two_give_identical_tables(tmp_path):
    for workers in (1, 2):
        carry_out(tmp_path / str(workers), tasks_of(30), workers=workers)
    assert final_tables(tmp_path / "1") == final_tables(tmp_path / "2")


def start(what: str, *paths: Path, **how) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.tiny_driver", what, *map(str, paths)]
    how = {"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **how}
    return subprocess.Popen(command, **how)


@pytest.mark.slow
def test_a_driver_killed_at_ten_moments_and_resumed_ends_with_the_same_tables_while_another_process_reads(tmp_path):
    results, diary, stop = tmp_path / "results", tmp_path / "diary", tmp_path / "stop"
    moments = random.Random(20240401)
    reader = start("read", results, stop)
    kills = 0
    while kills < 10:
        kept = kept_runs(results)
        written = len(diary.read_text().splitlines()) if diary.exists() else 0
        driver = start("drive", results, diary)
        time.sleep(moments.uniform(0.1, 0.75))
        if driver.poll() is None:
            driver.kill()
            kills += 1
        driver.communicate()
        if diary.exists():
            simulated = diary.read_text().splitlines()[written:]
            assert not kept & set(simulated), "a run that was kept was simulated again"
            assert kept <= kept_runs(results)
        if kept_runs(results) == {f"{scenario.name} {seed}" for scenario in SCENARIOS for seed in range(TASKS)}:
            shutil.rmtree(results)  # all done before ten kills: begin again, and go on killing
            stop.touch()
            told = reader.communicate(timeout=20)
            assert reader.returncode == 0, told
            stop.unlink()
            reader = start("read", results, stop)
    last = start("drive", results, diary)
    told = last.communicate(timeout=60)
    assert last.returncode == 0, told
    stop.touch()
    reads, errors = reader.communicate(timeout=20)
    assert reader.returncode == 0, errors
    assert int(reads) > 5
    carry_out(tmp_path / "straight", tasks_of(TASKS), workers=1)
    assert final_tables(results) == final_tables(tmp_path / "straight")
    assert not [path for path in results.rglob(".*part*")], "what a kill left half-written is gone"


def kept_runs(folder: Path) -> set[str]:
    try:
        with Store.read(folder) as store:
            return {f"{run.scenario} {run.seed}" for run in store.runs()}
    except (BadInput, KeyError):  # killed before there was a ledger, or anything noted in it
        return set()


def test_ctrl_c_keeps_what_is_done_and_ends_with_status_130(tmp_path):
    results, diary = tmp_path / "results", tmp_path / "diary"
    driver = start("drive", results, diary, start_new_session=True)
    end = time.monotonic() + 20
    while not (diary.exists() and len(diary.read_text().splitlines()) > 10) and time.monotonic() < end:
        time.sleep(0.01)
    os.killpg(driver.pid, signal.SIGINT)
    driver.communicate(timeout=20)
    assert driver.returncode == 130
    simulated = set(diary.read_text().splitlines())
    kept = kept_runs(results)
    assert kept and kept <= simulated
    assert len(simulated - kept) <= 2 * 5 * 2, "only what was in the hands of the two workers is lost"
    told = (again := start("drive", results, diary)).communicate(timeout=60)
    assert again.returncode == 0, told
    assert len(kept_runs(results)) == TASKS * len(SCENARIOS)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of a few hundred kilobytes in memory, mounted here."""
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True
    ).returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_one_clear_error_and_leaves_what_was_there_intact(tmp_path):
    with small_disk(tmp_path / "disk", "300k") as disk:
        results = disk / "results"
        carry_out(results, tasks_of(2), workers=0)
        before = final_tables(results)
        with pytest.raises(CannotWrite, match="what was written before is kept") as caught:
            for count in range(5, 90, 3):
                carry_out(results, tasks_of(count), workers=0)
                before = final_tables(results)
        assert caught.value.exit_status == 5
        assert final_tables(results) == before
        assert check_ledger(results) == "ok"
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        carry_out(results, tasks_of(90), workers=0)
        carry_out(tmp_path / "straight", tasks_of(90), workers=0)
        assert final_tables(results) == final_tables(tmp_path / "straight")


def test_a_quota_on_files_is_one_clear_error_and_leaves_what_was_there_intact(tmp_path):
    results, diary = tmp_path / "results", tmp_path / "diary"
    carry_out(results, tasks_of(20), workers=0)
    before = final_tables(results)
    driver = start("drive", results, diary, preexec_fn=_limit_files)
    _, errors = driver.communicate(timeout=60)
    assert driver.returncode == 5, errors
    assert len(errors.strip().splitlines()) == 1 and "what was written before is kept" in errors
    assert final_tables(results) == before
    assert check_ledger(results) == "ok"


def _limit_files() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000))


def check_ledger(folder: Path) -> str:
    connection = sqlite3.connect(folder / "ledger.sqlite")
    try:
        return connection.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        connection.close()


def test_a_read_only_folder_is_one_clear_error_and_can_still_be_read(tmp_path):
    with small_disk(tmp_path / "disk", "2m") as disk:
        carry_out(disk / "results", tasks_of(3), workers=0)
        before = final_tables(disk / "results")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(CannotWrite, match="Read-only file system"):
            carry_out(disk / "results", tasks_of(5), workers=0)
        with pytest.raises(CannotWrite, match="Read-only file system"):
            carry_out(disk / "new", tasks_of(5), workers=0)
        assert final_tables(disk / "results") == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_without_permission_to_write_is_one_clear_error(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o555)
    with pytest.raises(CannotWrite, match="Permission denied"):
        carry_out(tmp_path / "closed" / "results", tasks_of(1), workers=0)


def test_a_ledger_deleted_while_runs_are_written_is_noticed_and_nothing_is_written_into_the_void(tmp_path):
    results = tmp_path / "results"
    with pytest.raises(CannotWrite, match="the ledger was deleted"), Store.open(results, LAYOUT, CODE) as store:
        store.describe([scenario.record() for scenario in SCENARIOS])
        (results / "ledger.sqlite").unlink()
        batch.carry_out(store, tasks_of(2), batch.runs_of(tasks_of(2), CODE), play, TinyOutcome, workers=0)
    assert not list(results.rglob("part-*.parquet"))


def test_results_whose_ledger_is_gone_or_damaged_are_not_gone_on_with_and_not_touched(tmp_path):
    results = tmp_path / "results"
    carry_out(results, tasks_of(3), workers=0)
    ledger = results / "ledger.sqlite"
    sound = ledger.read_bytes()
    ledger.write_bytes(b"these are not the bytes you are looking for" * 100)
    before = files_of(results)
    with pytest.raises(BadInput, match="no longer, as we wrote it: ledger.sqlite"):
        carry_out(results, tasks_of(4), workers=0)
    assert files_of(results) == before
    ledger.write_bytes(sound[:3000])
    before = files_of(results)
    with pytest.raises(CannotWrite, match="malformed|not a database"):
        carry_out(results, tasks_of(4), workers=0)
    assert files_of(results) == before
    ledger.unlink()
    with pytest.raises(CannotWrite, match="the ledger is missing"):
        carry_out(results, tasks_of(4), workers=0)
    assert list(results.rglob("part-*.parquet"))


def test_two_drivers_do_not_write_to_one_folder(tmp_path):
    with Store.open(tmp_path / "results", LAYOUT, CODE), pytest.raises(CannotWrite, match="another run is writing"):
        Store.open(tmp_path / "results", LAYOUT, CODE, resume=True)
    Store.open(tmp_path / "results", LAYOUT, CODE, resume=True).close()


def test_a_folder_that_holds_results_is_refused_unless_resumed_or_replaced(tmp_path):
    results = tmp_path / "results"
    carry_out(results, tasks_of(2), workers=0)
    before = files_of(results)
    with pytest.raises(BadInput, match="--resume goes on with them, --replace starts again"):
        Store.open(results, LAYOUT, CODE)
    assert files_of(results) == before
    with Store.open(results, LAYOUT, CODE, replace=True) as store:
        assert store.runs() == []
    assert not list(results.rglob("*.parquet"))


@pytest.mark.parametrize("how", [{}, {"resume": True}, {"replace": True}])
def test_a_folder_of_other_files_is_never_written_to_or_emptied(tmp_path, how):
    (tmp_path / "thesis.tex").write_text("irreplaceable")
    with pytest.raises(BadInput, match="files that are not results"):
        Store.open(tmp_path, LAYOUT, CODE, **how)
    assert (tmp_path / "thesis.tex").read_text() == "irreplaceable"


def test_runs_of_two_versions_are_not_mixed(tmp_path):
    carry_out(tmp_path, tasks_of(1), workers=0)
    with pytest.raises(BadInput, match="made with another code version, and runs of two versions must not be mixed"):
        Store.open(tmp_path, LAYOUT, "code of another day", resume=True)
    other = Layout(LAYOUT.weekly, (*LAYOUT.indicators, "new"), LAYOUT.broken_down)
    with pytest.raises(BadInput, match="another set of indicators"):
        Store.open(tmp_path, other, CODE, resume=True)


def test_a_scenario_or_seed_that_has_changed_under_its_name_is_refused(tmp_path):
    carry_out(tmp_path, tasks_of(2), workers=0)
    before = final_tables(tmp_path)
    with pytest.raises(BadInput, match="scenario 'spot' is no longer what it was"):
        carry_out(tmp_path, tasks_of(2, (SCENARIOS[0], TinyScenario("spot", 2.5))), workers=0)
    with pytest.raises(BadInput, match="replicate 1 of 'block' here was made from another seed"):
        carry_out(tmp_path, tasks_of(2)[::-1], workers=0)
    assert final_tables(tmp_path) == before


def test_a_key_depends_on_all_that_determines_a_run_and_nothing_else():
    keys = [run_key("a", 1, "x"), run_key("b", 1, "x"), run_key("a", 2, "x"), run_key("a", 1, "y")]
    assert len(set(keys)) == 4
    assert run_key("a", 1, "x") == keys[0]


def test_sql_reads_every_table_and_nothing_else(tmp_path):
    carry_out(tmp_path, tasks_of(3), workers=0)
    (tmp_path / "differences.csv").write_text("scenario,difference\nspot,1.5\n")
    with Store.read(tmp_path) as store:
        assert sql(store, "select scenario, count(*) n from weekly group by scenario order by 1")[1] == [
            ("block", 36),
            ("spot", 36),
        ]
        assert sql(store, "select count(*) from outcomes where period = 'year_2' and indicator = 'cost'")[1] == [(6,)]
        assert sql(store, "select count(*), count(waiting) from breakdowns")[1] == [(54, 48)], "no group, no value"
        assert sql(store, "select max(difference) from differences")[1] == [(1.5,)]
        before = files_of(tmp_path)
        for query in (
            "select * from read_csv('/etc/passwd')",
            "select * from '/etc/passwd'",
            f"select * from '{tmp_path}/weekly/part-000001.parquet'",
            "copy (select * from runs) to 'here.csv'",
            "attach 'other.db'",
            "install httpfs",
            "set enable_external_access = true",
            "drop view runs",
            "select 1; select 2",
            "",
            "select * from nothing",
            "selec",
        ):
            with pytest.raises(BadInput):
                sql(store, query)
        assert files_of(tmp_path) == before


def test_sql_works_on_an_experiment_of_which_nothing_is_done_yet(tmp_path):
    with Store.open(tmp_path, LAYOUT, CODE) as store:
        for name in ("runs", "outcomes", "weekly", "breakdowns", "failures"):
            assert sql(store, f"select count(*) from {name}")[1] == [(0,)]


def test_exports_say_the_same_in_csv_and_parquet_and_give_spreadsheets_no_formulas(tmp_path):
    from pyarrow import parquet

    results = tmp_path / "results"
    carry_out(results, tasks_of(2, (TinyScenario("=cmd()", -1.0),)), workers=0)
    with Store.read(results) as store:
        export(store, tmp_path / "csv", "csv")
        export(store, tmp_path / "parquet", "parquet")
        with pytest.raises(BadInput, match="no format to export to"):
            export(store, tmp_path, "xls")
    text = (tmp_path / "csv" / "weekly.csv").read_bytes().decode("utf-8-sig")
    first = text.splitlines()[1].split(",")
    assert first[0] == "'=cmd()"
    kept = parquet.read_table(tmp_path / "parquet" / "weekly.parquet")
    assert float(first[4]) == kept["waiting"][0].as_py() < 0, "a negative number stays a number"
