"""Workers, what starts them and clusters that are ended, starved or not there: all work answered, nothing else lost."""

import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from caremarket_sim.cli import main
from caremarket_sim.runs.executors import Failure, Success, perform
from caremarket_sim.runs.local_processes import LEAST_MEMORY, MEMORY, memory_each
from tests.small_place import FOLDER
from tests.tiny_tasks import eat, kill_the_fork_server

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="fork servers and limits are Linux's")


@pytest.mark.parametrize("killer", [0, 5, 11])
@pytest.mark.parametrize("workers", [1, 2])
def test_when_what_starts_workers_is_killed_another_is_started_and_every_task_is_done(tmp_path, killer, workers):
    tasks = [(number, str(tmp_path / "trace") if number == killer else "") for number in range(12)]
    told: list[str] = []
    results = dict(perform(kill_the_fork_server, tasks, workers=workers, tell=told.append))
    assert {index: result.value for index, result in results.items() if isinstance(result, Success)} == {
        number: number**2 for number in range(12)
    }
    assert any("died: ended with the server that starts workers" in sentence for sentence in told)


@pytest.mark.parametrize("chunk", [1, 4])
def test_a_worker_that_eats_all_memory_fails_by_its_own_limit_and_nobody_else_does(monkeypatch, chunk):
    monkeypatch.setenv(MEMORY, "2000")
    tasks = [(number, 500_000 if number == 7 else 1) for number in range(12)]
    results = dict(perform(eat, tasks, workers=2, chunk=chunk))
    failed = {index: result for index, result in results.items() if isinstance(result, Failure)}
    assert failed.keys() == {7} and "MemoryError" in failed[7].message
    assert all(results[number].value == number**2 for number in range(12) if number != 7)


@pytest.mark.parametrize(
    ("workers", "named"), [(1, ""), (2, ""), (64, ""), (1000, ""), (2, "3000"), (2, "many"), (2, "-1")]
)
def test_workers_share_what_memory_there_is_and_have_enough_to_begin_with(monkeypatch, workers, named):
    monkeypatch.setenv(MEMORY, named)
    each = memory_each(workers)
    if named == "3000":
        assert each == 3_000_000_000
    else:
        there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        assert LEAST_MEMORY <= each <= max(LEAST_MEMORY, there / workers)


IMPOSSIBLE = [
    "", " ", "nonsense", "tcp://", "tcp://:8786", "tcp://host", "tcp://host:0", "tcp://host:65536",
    "host:99999999", "tcp://host:port", "http://host:8786", "file:///etc/passwd", "/dev/zero",
    "tcp://ho st:8786", "tcp://hôst:8786", "tcp://host:８７８６", "tcp://[::1:8786", "tcp://host:8786/path",
    "x" * 10_000, "tcp://\x1b[2J:8786", "tcp://" + "a" * 300 + ":8786", "tcp://-.invalid:8786",
]  # fmt: skip
COMMANDS = {
    "run": lambda address: ["run", str(FOLDER / "baseline.yaml"), "--cluster", address],
    "compare": lambda address: [
        "compare",
        *[str(FOLDER / f"{one}.yaml") for one in ("baseline", "block")],
        "--cluster",
        address,
    ],
    "sweep": lambda address: ["sweep", "design.yaml", "--cluster", address],
    "reproduce": lambda address: ["reproduce", "results", "--cluster", address],
    "calibrate": lambda address: ["calibrate", str(FOLDER / "baseline.yaml"), "--cluster", address],
}


def refused(command, address, folder, capfd):
    capfd.readouterr()
    assert main(COMMANDS[command](address)) == 2
    out, said = capfd.readouterr()
    assert out == "" and len(said.splitlines()) == 1 and len(said) < 1000 and said.strip().isprintable(), said
    assert "Traceback" not in said and not list(folder.iterdir())
    return said


@pytest.mark.parametrize("address", IMPOSSIBLE)
def test_an_impossible_address_of_a_cluster_is_refused_at_once_and_leaves_no_folder(
    address, tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    assert "Dask scheduler" in refused("run", address, tmp_path, capfd)


@pytest.mark.parametrize("command", COMMANDS)
def test_where_nobody_answers_no_command_leaves_a_folder(command, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in refused(command, "tcp://127.0.0.1:1", tmp_path, capfd)


@pytest.mark.skipif(sys.platform == "win32", reason="ends its thread by closing the socket")
def test_somebody_else_who_answers_there_is_no_scheduler(tmp_path, monkeypatch, capfd):
    pytest.importorskip("distributed")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("caremarket_sim.runs.cluster.Cluster.__init__.__defaults__", (300.0, 1.0))
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                with caller:
                    caller.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        assert "no Dask scheduler answers" in refused("run", f"127.0.0.1:{server.getsockname()[1]}", tmp_path, capfd)
