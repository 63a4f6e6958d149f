"""What an experiment will take, from a timed pilot, before it is begun."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caremarket_sim.errors import CaremarketError
from caremarket_sim.results.records import ARRAYS, Failure, TaskLike, cores
from caremarket_sim.runs.executors import perform
from caremarket_sim.runs.settled import nothing_settled

LONG = 60.0
"""Seconds from which on work is announced with an estimate before it goes on."""


class PilotFailed(CaremarketError):
    """The pilot run failed, and so would all others."""

    exit_status = 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is to be done and what it should take. `seconds_a_task` is of one worker; `bytes` is before compression."""

    runs: int
    tasks: int
    workers: int
    seconds_a_task: float
    bytes: int
    free_bytes: int | None = None

    @property
    def seconds(self) -> float:
        """Wall time: the tasks shared out among the workers, each of which does whole ones."""
        return self.seconds_a_task * -(-self.tasks // max(1, self.workers))

    @property
    def sentence(self) -> str:
        """The estimate in words."""
        text = f"{self.runs} runs in {self.tasks} tasks: about {duration(self.seconds)} on {self.workers} "
        text += f"worker{'s' if self.workers != 1 else ''} ({self.seconds_a_task:.1f} s a task)"
        text += f", at most {size(self.bytes)} of results"
        if self.free_bytes is not None and self.free_bytes < self.bytes:
            text += f"; only {size(self.free_bytes)} are free there, which may not be enough"
        return text + "."


def dry_run(
    tasks: Sequence[TaskLike],
    play: Callable[[Any], Sequence[Any]],
    folder: Path,
    *,
    workers: int | None = None,
    cluster: str | None = None,
) -> Estimate:
    """Simulate the first task once, as if nothing had been settled before, and say what all of them would take.

    Nothing is written to `folder`. On a cluster the estimate is for as many workers as this machine has cores, unless
    `workers` says otherwise. Raises PilotFailed if the task fails.
    """
    workers = workers or cores()
    pilot = functools.partial(_sizes, play)
    ((_, answer),) = perform(pilot, tasks[:1], workers=1, cluster=cluster)
    if isinstance(answer, Failure):
        raise PilotFailed(f"the pilot run failed: {answer.message}")
    sizes, runs = answer.value, sum(len(task.scenarios) for task in tasks)
    each = sum(sizes) / len(sizes)
    return Estimate(runs, len(tasks), min(workers, len(tasks)), answer.seconds, int(each * runs), free_bytes(folder))


def _sizes(play: Callable[[Any], Sequence[Any]], task: TaskLike) -> list[int]:
    """In the worker: the size of each outcome of the task."""
    return [sum(getattr(outcome, name).nbytes for name in ARRAYS) for outcome in afresh(play, task)]


def afresh(play: Callable[[Any], Sequence[Any]], task: Any) -> Sequence[Any]:
    """In the worker: the task's outcomes without the use of any market that earlier work has settled."""
    with nothing_settled():
        return play(task)


def free_bytes(folder: Path) -> int | None:
    """Room on the disk where the folder is or would be."""
    for existing in (folder, *folder.resolve().parents):
        try:
            return shutil.disk_usage(existing).free
        except OSError:
            continue
    return None


def duration(seconds: float) -> str:
    """A length of time as people say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def size(count: int) -> str:
    """A number of bytes as people say it."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{max(1, round(count / 1000))} kB"
