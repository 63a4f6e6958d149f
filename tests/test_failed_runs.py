"""The command when workers die under it: what could not run is recorded, the rest kept, and the status says so."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from caremarket_sim.results.store import Store

WIGAN = Path(__file__).parents[1] / "scenarios" / "wigan" / "baseline.yaml"
"""Of full size: its runs take long enough that a worker is always killed in the midst of one."""
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")]


def parent_of(process: int) -> int | None:
    """The process that started another; None where it has gone."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def workers_of(driver: int) -> list[int]:
    """Processes started by the forkserver of a driver."""
    running = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    parents = {process: parent_of(process) for process in running}
    return [process for process, parent in parents.items() if parent and parents.get(parent) == driver]


def failures_in(folder: Path) -> int:
    """Runs recorded as failed so far, as somebody else who reads the ledger sees it."""
    try:
        with Store.read(folder) as store:
            return len(store.failures())
    except Exception:  # noqa: BLE001 - the folder or its ledger is not there yet
        return 0


def test_a_run_whose_workers_are_killed_three_times_is_recorded_and_the_command_ends_with_status_4(tmp_path):
    folder = tmp_path / "results"
    command = [sys.executable, "-m", "caremarket_sim", "run", str(WIGAN), "--replicates", "4", "--years", "10"]
    command += ["--workers", "1", "--out", str(folder), "--quiet"]
    driver = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    known: set[int] = set()
    kills = 0  # the ninth takes one of four runs a third time; more could take all
    while driver.poll() is None and failures_in(folder) == 0 and kills < 9 and time.monotonic() < until:
        there = workers_of(driver.pid)
        for worker in known.intersection(there):  # it has been at work since the last look
            os.kill(worker, signal.SIGKILL)
            kills += 1
        known = set(there)
        time.sleep(0.2)
    _, said = driver.communicate(timeout=120)
    with Store.read(folder) as store:
        failed, done = len(store.failures()), len(store.runs())
    assert driver.returncode == 4, said
    assert failed >= 1 and done >= 1 and failed + done == 4
    assert (folder / "failed.csv").exists()
