"""Which runs an experiment is made of, and the running of them.

A task is one seed with all its scenarios, so that the settled state they share is made once and every scenario meets
the same people with the same luck. This module is all that a batch worker imports of the experiments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.errors import CaremarketError
from caremarket_sim.indicators import STAGES, Outcome
from caremarket_sim.results.periods import ALL, Periods
from caremarket_sim.results.records import ARRAYS, Failure, Success
from caremarket_sim.runs.settled import settled_folder, trim
from caremarket_sim.runs.work import How, Tell, Work
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import simulate
from caremarket_sim.warming import warm_up


@dataclass(frozen=True, slots=True)
class Task:
    """One simulated future: a seed, and every scenario that is to meet it.

    `in_force` is the week from which all that is compared is in force; None where something never is.
    """

    seed: int
    scenarios: tuple[Scenario, ...]
    in_force: int | None = 0


@dataclass(frozen=True, slots=True)
class FailedReplicate:
    """A future that could not be simulated; it is left out of every scenario, so that pairs stay pairs.

    Replicates count from 1; `variant` names the assumptions it was simulated under, empty for the scenarios' own.
    """

    variant: str
    replicate: int
    seed: int
    kind: str
    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One scenario's outcomes over its replicates, in the order of `replicates` whatever order they ended in.

    `replicates` numbers the replicates from 1. Arrays have the replicate as first axis and are otherwise those of
    `Outcome`: weekly (week, indicator), yearly (year, indicator), overall (indicator), stages (stage, indicator),
    breakdowns and counts (year and then the whole period, group, indicator). `in_force` is that of the tasks.
    """

    scenario: Scenario
    replicates: tuple[int, ...]
    weekly: NDArray[np.float64]
    yearly: NDArray[np.float64]
    overall: NDArray[np.float64]
    stages: NDArray[np.float64]
    breakdowns: NDArray[np.float64]
    counts: NDArray[np.float64]
    in_force: int | None = 0

    @property
    def years(self) -> int:
        """Number of years simulated."""
        return self.yearly.shape[1]

    @property
    def periods(self) -> Periods:
        """The periods that there are results for."""
        return Periods(self.scenario.start, self.weekly.shape[1], self.in_force)

    def period(self, period: str) -> NDArray[np.float64]:
        """Values (replicate, indicator) of a period: `all`, a stage such as `in force`, or `year_1` and so on."""
        if period == ALL:
            return self.overall
        if period in STAGES:
            return self.stages[:, STAGES.index(period)]
        return self.yearly[:, int(period.removeprefix("year_")) - 1]

    def only(self, replicates: Sequence[int]) -> Sample:
        """The same sample with no more than these replicates."""
        wanted = set(replicates)
        rows = [row for row, replicate in enumerate(self.replicates) if replicate in wanted]
        arrays = {name: getattr(self, name)[rows] for name in ARRAYS}
        return replace(self, replicates=tuple(self.replicates[row] for row in rows), **arrays)


def replicate_seeds(seed: int, replicates: int) -> tuple[int, ...]:
    """A seed a replicate; the r-th depends on `seed` and r alone, so more replicates only add to those there are.

    Seeds keep to 63 bits, which every integer column and file format that they travel through can hold.
    """
    words = np.random.SeedSequence(seed).generate_state(replicates, np.uint64)
    return tuple(int(word >> np.uint64(1)) for word in words)


def tasks_of(scenarios: Sequence[Scenario], seeds: Sequence[int]) -> tuple[Task, ...]:
    """A task a seed, each with all the scenarios."""
    return tuple(Task(seed, tuple(scenarios)) for seed in seeds)


def play(task: Task) -> list[Outcome]:
    """Simulate one task; what a batch worker does."""
    folder = settled_folder()
    outcomes = simulate(task.seed, task.scenarios, folder, task.in_force)
    if folder is not None:
        trim(folder)
    return outcomes


def ready(tell: Tell | None = None) -> None:
    """Compile what the workers will run, once and before they start."""
    warm_up(tell)


def stand_by() -> None:
    """Compile, and load once what every worker process begins with, so that the first future need not wait for it."""
    ready()
    Work(workers=1).each(_loaded, [()])


def _loaded(_: Any) -> None:
    """What a worker answers that only had to begin."""


def play_all(
    tasks: Sequence[Any],
    play: Callable[[Any], Any] = play,
    what: str = "simulating",
    **how: Unpack[How],
) -> list[Success | Failure]:
    """Simulate every task and give the results in the order of the tasks, whatever order they ended in."""
    ready(how.get("tell"))
    return Work(**how).each(play, tasks, what)


def gather(
    tasks: Sequence[Task], results: Sequence[Success | Failure], variant: str = ""
) -> tuple[dict[str, Sample], list[FailedReplicate]]:
    """One sample a scenario, by name, from tasks that share their scenarios; and the replicates that failed.

    There are no samples when every replicate failed.
    """
    kept: list[tuple[int, list[Outcome]]] = []
    failed: list[FailedReplicate] = []
    for replicate, (task, result) in enumerate(zip(tasks, results, strict=True), start=1):
        if isinstance(result, Success):
            kept.append((replicate, result.value))
        else:
            failed.append(FailedReplicate(variant, replicate, task.seed, result.kind, result.message, result.traceback))
    if not kept:
        return {}, failed
    numbers = tuple(replicate for replicate, _ in kept)
    samples = {}
    for position, scenario in enumerate(tasks[0].scenarios):
        outcomes = [outcomes_of_all[position] for _, outcomes_of_all in kept]
        samples[scenario.name] = Sample(
            scenario=scenario,
            replicates=numbers,
            **{name: np.stack([getattr(outcome, name) for outcome in outcomes]) for name in ARRAYS},
            in_force=tasks[0].in_force,
        )
    return samples, failed


class EveryReplicateFailed(CaremarketError):
    """No replicate could be simulated, so there is nothing to report but why."""

    exit_status = 4

    def __init__(self, failed: Sequence[FailedReplicate]) -> None:
        first = failed[0]
        super().__init__(f"all {len(failed)} replicates failed; the first {first.kind}: {first.message}")
        self.failed = tuple(failed)
