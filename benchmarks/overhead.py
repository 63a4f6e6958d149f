"""What batch work costs beyond the work itself: overhead a run, and how well two workers share it.

`measure()` gives all as one dictionary. Times are wall time on this machine; "overhead" is what the workers' time
was not spent on runs, a run: (workers x wall - time in runs) / runs. Efficiency is time in runs over workers x wall,
for real runs also one worker's wall time over that of two, halved.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from caremarket_sim.experiments.batch import carry_out, runs_of
from caremarket_sim.experiments.executors import Failure, Success, cores, perform
from caremarket_sim.experiments.records import Layout, ScenarioRecord
from caremarket_sim.experiments.store import Store

NAP = 0.010
"""Seconds of a run that does nothing."""

WORKERS = 2
TARGETS = {"overhead_ms_a_run": 3.0, "efficiency": 0.90}
CODE = "benchmark"


def measure(real: bool = True) -> dict[str, Any]:
    """Runs that do nothing, alone, in chunks, and kept in a store; and real runs unless not `real`."""
    found: dict[str, Any] = {
        "workers": WORKERS,
        "cores": cores(),
        "targets": TARGETS,
        "nothing": _do_nothing(800, chunk=1),
        "nothing_in_chunks_of_ten": _do_nothing(800, chunk=10),
        "nothing_kept": _keep_nothing(800),
    }
    if real:
        found["real"] = _do_real_runs(8)
    return found


def _do_nothing(count: int, chunk: int) -> dict[str, float]:
    """Naps by workers that are started for it, the server that starts workers being up already."""
    list(perform(_nap, [0.0] * WORKERS, workers=WORKERS))
    start = time.perf_counter()
    answers = list(perform(_nap, [NAP] * count, workers=WORKERS, chunk=chunk))
    wall = time.perf_counter() - start
    return _shares(count, _seconds(answers), wall)


def _seconds(answers: Sequence[tuple[int, Success | Failure]]) -> float:
    """Time in tasks. Raises RuntimeError if one failed."""
    for _, answer in answers:
        if isinstance(answer, Failure):
            raise RuntimeError(answer.traceback or answer.message)
    return sum(answer.seconds for _, answer in answers if isinstance(answer, Success))


def _nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def _shares(count: int, seconds: float, wall: float) -> dict[str, float]:
    return {
        "runs": count,
        "wall_seconds": round(wall, 3),
        "overhead_ms_a_run": round((WORKERS * wall - seconds) / count * 1000, 3),
        "efficiency": round(seconds / (WORKERS * wall), 4),
    }


@dataclass(frozen=True)
class _Arrays:
    """The arrays of an outcome, in the sizes of a five-year run of a place with 25 zones."""

    weekly: np.ndarray
    yearly: np.ndarray
    overall: np.ndarray
    breakdowns: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class _Scenario:
    name: str = "nothing"
    key: str = "nothing"


@dataclass(frozen=True)
class _Task:
    seed: int
    scenarios: tuple[_Scenario, ...] = (_Scenario(),)


_LAYOUT = Layout(
    weekly=tuple(f"weekly_{number}" for number in range(20)),
    indicators=tuple(f"indicator_{number}" for number in range(60)),
    broken_down=tuple(f"broken_down_{number}" for number in range(12)),
)
_GROUPS = tuple(("zone", f"zone {number}") for number in range(45))


def _nap_and_answer(task: _Task) -> list[_Arrays]:
    time.sleep(NAP)
    rng = np.random.default_rng(task.seed)
    cells = (6, len(_GROUPS), len(_LAYOUT.broken_down))
    sizes = {"weekly": (260, 20), "yearly": (5, 60), "overall": (60,), "breakdowns": cells, "counts": cells}
    return [_Arrays(**{name: rng.random(size) for name, size in sizes.items()})]


def _keep_nothing(count: int) -> dict[str, float]:
    """As `_do_nothing`, with every outcome kept durably; the time to start workers and libraries is left out."""
    with tempfile.TemporaryDirectory() as folder:
        for name, tasks in (("warm", 20), ("timed", count)):
            work = [_Task(seed) for seed in range(tasks)]
            began = _Began()
            with Store.open(Path(folder) / name, _LAYOUT, CODE) as store:
                store.describe([ScenarioRecord("nothing", "nothing", groups=_GROUPS)])
                runs = runs_of(work, CODE)
                carry_out(store, work, runs, _nap_and_answer, _Arrays, workers=WORKERS, tell=began)
                wall = time.perf_counter() - began.first
                ((seconds,),) = store.ledger.rows("SELECT sum(seconds) FROM runs")
    return _shares(count, seconds, wall)


class _Began:
    """Notes when the first task was done."""

    first = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        if done and not self.first:
            self.first = time.perf_counter()


def _do_real_runs(count: int) -> dict[str, Any]:
    """Five years of the Wigan baseline on `count` seeds, settled anew each time, by one worker and by two."""
    from caremarket_sim.experiments.design import play, ready, replicate_seeds, tasks_of
    from caremarket_sim.scenario import load

    ready()
    tasks = tasks_of([load("builtin:wigan/baseline")], replicate_seeds(1, count))
    walls = {}
    for workers in (1, WORKERS):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            answers = list(perform(functools.partial(_play_in, folder, play), tasks, workers=workers))
            walls[workers] = time.perf_counter() - start
    return {
        **_shares(count, _seconds(answers), walls[WORKERS]),
        "wall_seconds_of_one_worker": round(walls[1], 3),
        "efficiency_against_one_worker": round(walls[1] / (WORKERS * walls[WORKERS]), 4),
    }


def _play_in(folder: str, play: Callable[[Any], Any], task: Any) -> None:
    """In the worker: the task, with settled states cached in this folder."""
    os.environ["CAREMARKET_CACHE"] = folder
    play(task)


if __name__ == "__main__":
    print(json.dumps(measure(real="--no-real" not in sys.argv), indent=1))
