"""The same work on a real Dask scheduler with two workers: the same numbers, and nothing lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from caremarket_sim.results.query import as_csv, table
from caremarket_sim.results.records import Failure, Success
from caremarket_sim.results.store import Store
from caremarket_sim.runs.cluster import Cluster, ClusterLost
from caremarket_sim.runs.executors import perform
from tests.tiny_driver import SCENARIOS, carry_out
from tests.tiny_model import TinyTask
from tests.tiny_tasks import nap, square_unless_told_otherwise

distributed = pytest.importorskip("distributed")
ROOT = Path(__file__).parents[1]


class DaskProcesses:
    """A scheduler and its workers, each a process of its own, as on a cluster."""

    def __init__(self, folder: Path):
        self.file = folder / "scheduler.json"
        self.folder = folder
        self.processes = [self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show")]
        self.address = self._address()

    def add_workers(self, count: int, *options: str) -> subprocess.Popen:
        options = ("--nthreads", "1", "--nworkers", str(count), "--host", "127.0.0.1", *options)
        self.processes.append(self._start("worker", *options))
        with distributed.Client(self.address, timeout=30, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=60)
        return self.processes[-1]

    def _start(self, what: str, *options: str) -> subprocess.Popen:
        command = [sys.executable, "-W", "ignore", "-m", "dask", what, "--scheduler-file", str(self.file), *options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with (self.folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                [*command, "--no-dashboard"] if what == "worker" else [*command, "--dashboard-address", "127.0.0.1:0"],
                env=environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )

    def _address(self) -> str:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.file.exists() and self.file.read_text():
                return json.loads(self.file.read_text())["address"]
            assert self.processes[0].poll() is None, (self.folder / "scheduler.log").read_text()
            time.sleep(0.05)
        raise AssertionError("the scheduler did not start within a minute")

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[str]:
    dask = DaskProcesses(tmp_path_factory.mktemp("dask"))
    try:
        dask.add_workers(2)
        yield dask.address
    finally:
        dask.stop()


def test_the_cluster_gives_what_one_process_gives(cluster):
    tasks = [(number, "raise" if number == 9 else "") for number in range(40)]
    here = dict(perform(square_unless_told_otherwise, tasks, workers=1))
    for chunk in (1, 10):
        there = dict(perform(square_unless_told_otherwise, tasks, cluster=cluster, chunk=chunk))
        assert [_shown(there[index]) for index in range(40)] == [_shown(here[index]) for index in range(40)]


def test_one_process_two_and_the_cluster_give_identical_tables(cluster, tmp_path):
    tables = {}
    for name, how in {"one": {"workers": 1}, "two": {"workers": 2}, "cluster": {"cluster": cluster}}.items():
        carry_out(tmp_path / name, [TinyTask(seed, SCENARIOS) for seed in range(20)], **how)
        with Store.read(tmp_path / name) as store:
            tables[name] = [as_csv(table(store, of)) for of in ("outcomes", "weekly", "breakdowns")]
    assert tables["one"] == tables["two"] == tables["cluster"]


def _shown(result: Success | Failure):
    return result.value if isinstance(result, Success) else (result.kind, result.message)


@pytest.mark.slow
def test_of_forty_runs_one_that_raises_and_one_that_kills_its_workers_cost_none_of_the_others(cluster):
    tasks = [(number, {7: "raise", 11: "die"}.get(number, "")) for number in range(40)]
    told: list[str] = []
    answers = list(perform(square_unless_told_otherwise, tasks, cluster=cluster, chunk=2, tell=told.append))
    assert sorted(index for index, _ in answers) == list(range(40))
    failed = {index: result for index, result in answers if isinstance(result, Failure)}
    assert {index: failure.kind for index, failure in failed.items()} == {7: "raised", 11: "killed"}
    assert "workers died doing this" in failed[11].message
    assert {index: result.value for index, result in answers if isinstance(result, Success)} == {
        number: number**2 for number in range(40) if number not in (7, 11)
    }
    assert any("died" in sentence for sentence in told)


def test_an_address_where_no_scheduler_answers_is_one_clear_error():
    with pytest.raises(ClusterLost, match="no Dask scheduler answers at tcp://127.0.0.1:1"):
        Cluster("tcp://127.0.0.1:1", print, answer_within=0.5)


@pytest.mark.slow
def test_a_cluster_that_loses_its_last_worker_or_its_scheduler_is_given_up_with_a_clear_error(tmp_path):
    dask = DaskProcesses(tmp_path)
    try:
        told: list[str] = []
        crew = Cluster(dask.address, told.append, patience=0.2)
        crew.look_round()
        time.sleep(0.3)
        with pytest.raises(ClusterLost, match="no workers for"):
            crew.look_round()
        assert "no workers; waiting" in told[0]
        crew.close()

        worker = dask.add_workers(1, "--no-nanny")
        answers = perform(nap, [0.0, 60.0], cluster=dask.address)
        assert next(answers)[0] == 0
        worker.kill()
        dask.processes[0].kill()
        with pytest.raises(ClusterLost, match="scheduler"):
            list(answers)
    finally:
        dask.stop()
