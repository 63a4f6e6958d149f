"""A deterministic model of a few numbers with the arrays of a real outcome, for tests of what is kept of runs.

It stands in for nothing: the executors and the store keep any arrays, and these are quick to make.
"""

from __future__ import annotations

import hashlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.results.records import Layout, ScenarioRecord

LAYOUT = Layout(weekly=("waiting", "visits"), indicators=("waiting", "visits", "cost"), broken_down=("waiting", "cost"))
GROUPS = (("zone", "north"), ("zone", "south"), ("payer", "council"))
WEEKS, YEARS = 12, 2


@dataclass(frozen=True)
class TinyScenario:
    name: str
    level: float
    behaviour: tuple[tuple[int, str], ...] = ()
    """(seed, what it does instead): raise, die or sleep."""

    @property
    def key(self) -> str:
        return hashlib.sha256(repr(self.level).encode()).hexdigest()

    def record(self) -> ScenarioRecord:
        return ScenarioRecord(self.name, self.key, self.name.title(), f"{self.name}.yaml", groups=GROUPS)


@dataclass(frozen=True)
class TinyTask:
    seed: int
    scenarios: tuple[TinyScenario, ...]
    seconds: float = 0.0
    diary: str = ""
    """A file to which every simulated scenario is noted, for tests that count them."""
    in_force: int | None = 0


@dataclass(frozen=True)
class TinyOutcome:
    weekly: NDArray[np.float64]
    yearly: NDArray[np.float64]
    overall: NDArray[np.float64]
    stages: NDArray[np.float64]
    breakdowns: NDArray[np.float64]
    counts: NDArray[np.float64]


def play(task: TinyTask) -> list[TinyOutcome]:
    """Every scenario of the task; a pure function of seed and level but for what the behaviour says."""
    return [_play_one(task, scenario) for scenario in task.scenarios]


def _play_one(task: TinyTask, scenario: TinyScenario) -> TinyOutcome:
    what = dict(scenario.behaviour).get(task.seed)
    if what == "raise":
        raise ValueError(f"{scenario.name} was told to raise at seed {task.seed}")
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(task.seconds)
    rng = np.random.default_rng([task.seed, int(abs(scenario.level) * 1000)])
    breakdowns = rng.normal(scenario.level, 1.0, (YEARS + 1, len(GROUPS), 2))
    breakdowns[0, 1, 0] = np.nan
    outcome = TinyOutcome(
        weekly=rng.normal(scenario.level, 1.0, (WEEKS, 2)),
        yearly=rng.normal(scenario.level, 1.0, (YEARS, 3)),
        overall=rng.normal(scenario.level, 1.0, 3),
        stages=rng.normal(scenario.level, 1.0, (3, 3)),
        breakdowns=breakdowns,
        counts=rng.integers(0, 50, breakdowns.shape).astype(float),
    )
    if task.diary:
        with Path(task.diary).open("a", encoding="utf-8") as diary:
            diary.write(f"{scenario.name} {task.seed}\n")
    return outcome
