"""What batch work costs beyond the work itself: overhead a run, and how well two workers share it.

`measure()` gives all as one dictionary. Each run notes when it began and ended and in which process. From that:
`overhead_ms_a_run`, the mean time between the end of a run and the beginning of the next in the same worker;
`efficiency`, the share of the workers' time, from the first beginning to the last end, that was spent in runs;
`start_seconds`, until the first run begins. For real runs also `efficiency_against_one_worker`: how long one worker
takes over how long two take, halved. That one needs two idle cores: `load` says how busy the machine was before.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from caremarket_sim.results.records import Failure, Layout, ScenarioRecord, cores
from caremarket_sim.results.store import Store
from caremarket_sim.runs.batch import carry_out, runs_of
from caremarket_sim.runs.executors import perform
from caremarket_sim.warming import warm_up

NAP = 0.010
"""Seconds of a run that does nothing."""

WORKERS = 2
TARGETS = {"overhead_ms_a_run": 3.0, "efficiency": 0.90}
CODE = "benchmark"

Span = tuple[int, float, float]
"""The process of a run, and when it began and ended."""


def measure(real: bool = True) -> dict[str, Any]:
    """Runs that do nothing, alone, in chunks, and kept in a store; and real runs unless not `real`."""
    found: dict[str, Any] = {
        "workers": WORKERS,
        "cores": cores(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "targets": TARGETS,
        "nothing": _do_nothing(800, chunk=1),
        "nothing_in_chunks_of_ten": _do_nothing(800, chunk=10),
        "nothing_kept": _keep_nothing(800),
    }
    if real:
        found["real"] = _do_real_runs(8)
    return found


def _do_nothing(count: int, chunk: int) -> dict[str, float]:
    asked = time.perf_counter()
    spans = _spans(perform(_nap, [NAP] * count, workers=WORKERS, chunk=chunk))
    return _shares(asked, spans)


def _nap(seconds: float) -> Span:
    began = time.perf_counter()
    time.sleep(seconds)
    return os.getpid(), began, time.perf_counter()


def _spans(answers: Any) -> list[Span]:
    """What the runs noted. Raises RuntimeError if one failed."""
    spans = []
    for _, answer in answers:
        if isinstance(answer, Failure):
            raise RuntimeError(answer.traceback or answer.message)
        spans.append(answer.value)
    return spans


def _shares(asked: float, spans: Sequence[Span]) -> dict[str, float]:
    by_worker: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for process, began, ended in spans:
        by_worker[process].append((began, ended))
    gaps = [
        after[0] - before[1]
        for runs in map(sorted, by_worker.values())
        for before, after in zip(runs, runs[1:], strict=False)
    ]
    first, last = min(span[1] for span in spans), max(span[2] for span in spans)
    seconds = sum(ended - began for _, began, ended in spans)
    return {
        "runs": len(spans),
        "start_seconds": round(first - asked, 3),
        "wall_seconds": round(last - first, 3),
        "overhead_ms_a_run": round(float(np.mean(gaps)) * 1000, 3),
        "efficiency": round(seconds / (WORKERS * (last - first)), 4),
    }


@dataclass(frozen=True)
class _Arrays:
    """The arrays of an outcome, in the sizes of a five-year run of a place with 25 zones."""

    weekly: np.ndarray
    yearly: np.ndarray
    overall: np.ndarray
    stages: np.ndarray
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
    in_force: int | None = 0


_LAYOUT = Layout(
    weekly=tuple(f"weekly_{number}" for number in range(20)),
    indicators=tuple(f"indicator_{number}" for number in range(60)),
    broken_down=tuple(f"broken_down_{number}" for number in range(12)),
)
_GROUPS = tuple(("zone", f"zone {number}") for number in range(45))


def _nap_and_answer(task: _Task) -> list[_Arrays]:
    """A nap, and arrays of which the first three overall values are the span."""
    began = time.perf_counter()
    rng = np.random.default_rng(task.seed)
    cells = (6, len(_GROUPS), len(_LAYOUT.broken_down))
    sizes = {
        "weekly": (260, 20),
        "yearly": (5, 60),
        "overall": (60,),
        "stages": (3, 60),
        "breakdowns": cells,
        "counts": cells,
    }
    arrays = _Arrays(**{name: rng.random(size) for name, size in sizes.items()})
    time.sleep(max(0.0, began + NAP - time.perf_counter()))
    arrays.overall[:3] = os.getpid(), began, time.perf_counter()
    return [arrays]


def _keep_nothing(count: int) -> dict[str, float]:
    """As `_do_nothing`, with every outcome kept durably."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder), _LAYOUT, CODE) as store:
        store.describe([ScenarioRecord("nothing", "nothing", groups=_GROUPS)])
        tasks = [_Task(seed) for seed in range(count)]
        asked = time.perf_counter()
        carry_out(store, tasks, runs_of(tasks, CODE), _nap_and_answer, _Arrays, workers=WORKERS)
        kept = store.outcomes(_Arrays).values()
        return _shares(asked, [(int(arrays.overall[0]), *map(float, arrays.overall[1:3])) for arrays in kept])


def _do_real_runs(count: int) -> dict[str, Any]:
    """Five years of the Wigan baseline on `count` seeds, settled anew each time, by one worker and by two."""
    from caremarket_sim.runs.design import play, ready, replicate_seeds, tasks_of
    from caremarket_sim.scenario import load

    ready()
    tasks = tasks_of([load("builtin:wigan/baseline")], replicate_seeds(1, count))
    found: dict[int, dict[str, float]] = {}
    for workers in (1, WORKERS):
        with tempfile.TemporaryDirectory() as folder:
            asked = time.perf_counter()
            spans = _spans(perform(functools.partial(_play_in, folder, play), tasks, workers=workers))
            found[workers] = _shares(asked, spans)
    alone = found[1]["wall_seconds"]
    return {
        **found[WORKERS],
        "wall_seconds_of_one_worker": alone,
        "efficiency_against_one_worker": round(alone / (WORKERS * found[WORKERS]["wall_seconds"]), 4),
    }


def _play_in(folder: str, play: Callable[[Any], Any], task: Any) -> Span:
    """In the worker: the task, with settled states cached in this folder, and what is compiled where it is kept."""
    if os.environ.get("CAREMARKET_CACHE") != folder:
        warm_up()
        os.environ["CAREMARKET_CACHE"] = folder
    began = time.perf_counter()
    play(task)
    return os.getpid(), began, time.perf_counter()


if __name__ == "__main__":
    print(json.dumps(measure(real="--no-real" not in sys.argv), indent=1))
