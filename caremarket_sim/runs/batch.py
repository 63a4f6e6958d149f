"""From tasks to kept results: what is here already is skipped, the rest is performed, and every batch is kept at once.

`carry_out` answers as `design.play_all` does (one Success or Failure a task, in the order of the tasks), so that
whatever makes tables from the one makes them from the other.
"""

from __future__ import annotations

import dataclasses
import functools
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Unpack

from caremarket_sim.errors import CannotWrite, CaremarketError
from caremarket_sim.results.records import ARRAYS, Failure, RunId, Success, TaskLike, cores, run_key
from caremarket_sim.results.store import Store
from caremarket_sim.runs.executors import failure_of, perform_one
from caremarket_sim.runs.preflight import LONG, Estimate, free_bytes
from caremarket_sim.runs.work import How, Work

Tell = Callable[[str, int, int], None]

SHORTEST_BATCH, LONGEST_BATCH = 2.0, 60.0
"""Seconds between two writings: at least the one, then a fiftieth of the time gone by, at most the other."""

LARGEST_BATCH = 256
"""Runs after which a batch is written however short a time it took."""


class WorkersDiffer(CaremarketError):
    """A worker has another version of the model than the driver, so its numbers must not be mixed with others."""

    exit_status = 2


def runs_of(tasks: Sequence[TaskLike], code: str, variant: str = "") -> list[tuple[RunId, ...]]:
    """The runs that each task is made of; replicates are numbered from 1 in the order of the tasks.

    `variant` names assumptions that differ from the scenarios' own (one call a variant); "" when none do.
    """
    return [
        tuple(
            RunId(scenario.name, variant, replicate, task.seed, run_key(scenario.key, task.seed, code, task.in_force))
            for scenario in task.scenarios
        )
        for replicate, task in enumerate(tasks, start=1)
    ]


def carry_out(
    store: Store,
    tasks: Sequence[TaskLike],
    runs: Sequence[tuple[RunId, ...]],
    play: Callable[[Any], list[Any]],
    make: Callable[..., Any],
    *,
    version: Callable[[], str] | None = None,
    **how: Unpack[How],
) -> list[Success | Failure]:
    """Perform every task whose runs are not in the store, keep what comes of it, and give all tasks' results in order.

    `runs` names the runs of each task (see `runs_of`); `play(task)` gives an outcome a scenario; `make` makes an
    outcome from its arrays when it is read back. `tell` hears how many tasks are done, `say` what long work will take
    (judged by the first task) and of deaths of workers. Raises WorkersDiffer if `version()` gives something else in a
    worker than here.
    A task of which one scenario fails is a Failure, but its other scenarios are kept and are not simulated again.
    On Ctrl-C, and when a worker or the cluster is lost for good, what is done is kept before the error is let through.
    """
    everything = [run for of_task in runs for run in of_task]
    outcomes: dict[RunId, Any] = store.outcomes(make, store.done(everything))
    failures: dict[RunId, Failure] = {}
    work = Work(**how)
    progress = _Progress(runs, outcomes, failures, work.tell)
    with _Writer(store) as writer:
        left = [_without(task, of_task, outcomes) for task, of_task in zip(tasks, runs, strict=True)]
        left = [(task, of_task) for task, of_task in left if of_task]
        while left:
            killed = []
            one = functools.partial(play_each, play, version, version and version())
            with closing(work.answers(one, [task for task, _ in left])) as answers:
                for index, answer in answers:
                    task, of_task = left[index]
                    if isinstance(answer, Failure) and len(of_task) > 1:
                        killed.append((task, of_task))  # which of its scenarios kills the worker is found one by one
                        continue
                    progress.estimate(answer, left, work, store.folder)
                    results = answer.value if isinstance(answer, Success) else [answer] * len(of_task)
                    for run, result in zip(of_task, results, strict=True):
                        if isinstance(result, Success):
                            outcomes[run] = result.value
                            writer.add(run, result.value, result.seconds)
                        elif result.kind == OTHER_VERSION:
                            raise WorkersDiffer(result.message)
                        else:
                            failures[run] = result
                            writer.add(run, result, 0.0)
                    progress.one_more()
                    writer.write_if_due()
            left = [_only(task, of_task, place) for task, of_task in killed for place in range(len(of_task))]
    return [_result(of_task, outcomes, failures) for of_task in runs]


OTHER_VERSION = "other version"


def play_each(
    play: Callable[[Any], list[Any]], version: Callable[[], str] | None, expected: str | None, task: TaskLike
) -> list[Success | Failure]:
    """In the worker: one result a scenario; if one raises, the scenarios are simulated one by one."""
    if version is not None and version() != expected:
        what = (
            f"the worker on {platform.node()} has another version of the model than the process that began the work: "
            "install the same everywhere, and leave the sources alone while runs go on"
        )
        return [Failure(OTHER_VERSION, what, "")] * len(task.scenarios)
    start = time.perf_counter()
    try:
        played = play(task)
    except Exception as error:
        if len(task.scenarios) == 1:
            return [failure_of(error)]
        alone = [_with_scenarios(task, (scenario,)) for scenario in task.scenarios]
        return [_first(perform_one(play, one)) for one in alone]
    if len(played) != len(task.scenarios):
        raise ValueError(f"{len(played)} outcomes for {len(task.scenarios)} scenarios")
    seconds = (time.perf_counter() - start) / len(played)
    return [Success(outcome, seconds) for outcome in played]


class _Writer:
    """Gathers results and has them kept a batch at a time; whatever ends the work, what was gathered is kept."""

    def __init__(self, store: Store):
        self._store = store
        self._batch: list[tuple[RunId, Any, float]] = []
        self._began = self._last = time.monotonic()

    def add(self, run: RunId, result: Any, seconds: float) -> None:
        self._batch.append((run, result, seconds))

    def write_if_due(self) -> None:
        now = time.monotonic()
        wait = min(LONGEST_BATCH, max(SHORTEST_BATCH, (now - self._began) / 50))
        if len(self._batch) >= LARGEST_BATCH or now - self._last >= wait:
            self.write()

    def write(self) -> None:
        if self._batch:
            self._store.add(self._batch)
            self._batch = []
        self._last = time.monotonic()

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.write()
        elif not issubclass(kind, CannotWrite):
            with suppress(CannotWrite):  # the first error is the one to tell
                kept = self._store.done(run for run, _, _ in self._batch)  # Ctrl-C may have come as they were kept
                self._batch = [entry for entry in self._batch if entry[0] not in kept]
                self.write()


class _Progress:
    """How many tasks are done, told after each."""

    def __init__(self, runs: Sequence[tuple[RunId, ...]], done: Any, failed: Any, tell: Tell | None):
        self._tell = tell or (lambda what, done, total: None)
        self._total = len(runs)
        self._done = sum(all(run in done for run in of_task) for of_task in runs)
        self._estimated = False
        self._tell("simulating", self._done, self._total)

    def one_more(self) -> None:
        self._done = min(self._total, self._done + 1)
        self._tell("simulating", self._done, self._total)

    def estimate(self, answer: Any, left: Sequence[Any], work: Work, folder: Path) -> None:
        """Once, from the first task that is done: if there is long work ahead, say how long."""
        results = answer.value if isinstance(answer, Success) else []
        done = [result.value for result in results if isinstance(result, Success)]
        if self._estimated or work.say is None or work.cluster is not None or not done:
            return
        self._estimated = True
        each = sum(getattr(done[0], name).nbytes for name in ARRAYS)
        runs = sum(len(of_task) for _, of_task in left)
        workers = max(1, min(work.workers or cores(), len(left)))
        found = Estimate(runs, len(left), workers, answer.seconds, each * runs, free_bytes(folder))
        if found.seconds > LONG:
            work.say(found.sentence)


def _without(task: TaskLike, runs: tuple[RunId, ...], done: Any) -> tuple[TaskLike, tuple[RunId, ...]]:
    left = [place for place, run in enumerate(runs) if run not in done]
    if len(left) == len(runs):
        return task, runs
    return _with_scenarios(task, [task.scenarios[place] for place in left]), tuple(runs[place] for place in left)


def _only(task: TaskLike, runs: tuple[RunId, ...], place: int) -> tuple[TaskLike, tuple[RunId, ...]]:
    return _with_scenarios(task, [task.scenarios[place]]), (runs[place],)


def _with_scenarios(task: Any, scenarios: Iterable[Any]) -> Any:
    return dataclasses.replace(task, scenarios=tuple(scenarios))


def _first(result: Success | Failure) -> Success | Failure:
    return Success(result.value[0], result.seconds) if isinstance(result, Success) else result


def _result(runs: tuple[RunId, ...], outcomes: dict[RunId, Any], failures: dict[RunId, Failure]) -> Success | Failure:
    failed = [failures[run] for run in runs if run in failures]
    return failed[0] if failed else Success([outcomes[run] for run in runs], 0.0)
