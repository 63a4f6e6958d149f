"""How long an experiment will take, before it is begun: on this machine as it is now, compiling included.

Work is counted in turns of a short loop in plain Python, which is timed when the question is asked; what a simulated
week, a compilation and a start cost in such loops was measured (`python -m benchmarks.pace` measures it again).
Compiled code and the loop speed up and slow down together well enough for an answer within a factor of two.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from caremarket_sim.regimes import course_of
from caremarket_sim.results.records import cores
from caremarket_sim.runs import plausibility
from caremarket_sim.runs.design import Task
from caremarket_sim.runs.preflight import duration
from caremarket_sim.runs.settled import settled_folder
from caremarket_sim.scenario.timing import WEEKS_A_YEAR
from caremarket_sim.settling import settled_name, settled_on_the_way
from caremarket_sim.warming import compiled_so_far, helpers_at_once

if TYPE_CHECKING:
    from caremarket_sim.runs.plan import Plan

TURNS = 200_000
COMPILING = 2800.0
"""Loops that compiling the whole model takes, shared among helpers."""
STARTING = 60.0
"""Loops until a process has loaded the compiled model: the first, and then the workers at once."""
A_WEEK, A_PERSON = 0.01, 5.5e-5
"""Loops that a simulated week takes, and more for each person who draws on care."""
WRITING = 500.0
"""Loops that tables and figures take."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an experiment should take, in seconds, of which `compiling` only the first time on a machine."""

    compiling: float
    working: float
    runs: int
    settling: int
    workers: int

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.compiling + self.working

    @property
    def sentence(self) -> str:
        """In words."""
        text = (
            f"This will take about {duration(self.seconds)} on {self.workers} worker{'s' if self.workers != 1 else ''}"
        )
        text += f": {self.runs} run{'s' if self.runs != 1 else ''}"
        if self.settling:
            text += f", and years of settling before them for {self.settling} market{'s' if self.settling != 1 else ''}"
        if self.compiling >= 1.0:
            text += f"; about {duration(self.compiling)} of it to compile the model, once on this machine"
        return f"{text}."


@dataclass(frozen=True, slots=True)
class Machine:
    """This machine now: seconds of a processor that a loop takes, cores, and how many others want one."""

    loop: float
    cores: int
    others: float

    def seconds(self, loops: float, processes: int = 1) -> float:
        """How long so many loops take in each of so many processes, which share the cores with the others."""
        return self.loop * loops * max(1.0, (self.others + processes) / self.cores)


def this_machine(loops: int = 12) -> Machine:
    """Time the loop, and look who else is running meanwhile."""
    took, others = 0.0, 0.0
    for _ in range(loops):
        began, total = time.process_time(), 0
        for turn in range(TURNS):
            total += turn * turn % 7
        took += time.process_time() - began
        others += _others()
    return Machine(took / loops, cores(), others / loops)


def _others() -> float:
    """How many other processes want a core: over the last minute, and where the system says it at this moment.

    Neither alone will do: what has just ended is still in the minute's mean, and a moment can be a quiet one.
    """
    minute = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    try:
        moment = float(Path("/proc/loadavg").read_text().split()[3].split("/")[0]) - 1.0
    except (OSError, ValueError, IndexError):
        return minute
    return (minute + max(0.0, moment)) / 2


def expected(plan: Plan, workers: int | None, machine: Machine | None = None) -> Expected:
    """What carrying out a plan should take with so many workers (default: the cores), with what is remembered used."""
    machine = machine or this_machine()
    tasks = [task for batch in plan.batches for task in batch.tasks]
    count = max(1, min(machine.cores if workers is None else workers, len(tasks)))
    each = [cost_of(task) for task in tasks]
    busiest = max(sum(each[worker::count]) for worker in range(count))
    untried = [
        one
        for one in {one.spin_up_key: one for one in plan.scenarios}.values()
        if plan.reference is not None and plausibility.remembered(one) is None
    ]
    weeks = plausibility.YEARS * WEEKS_A_YEAR
    tried = sum(plausibility.FUTURES * cost_of_weeks(one, _settling_weeks(one) + weeks) for one in untried)
    crews = 0 if workers == 0 else 1 + bool(untried)
    done, total = compiled_so_far()
    missing = 1.0 - done / total if done < total else 0.0
    return Expected(
        compiling=machine.seconds(COMPILING * missing / helpers_at_once(), helpers_at_once()),
        working=machine.seconds(STARTING + WRITING)
        + machine.seconds(STARTING * crews + tried / count + busiest, count),
        runs=plan.runs,
        settling=sum(len(_to_settle(task)) for task in tasks),
        workers=count,
    )


def cost_of(task: Task) -> float:
    """Loops that a task takes: its scenarios' weeks, and the settling of markets that are not kept."""
    weeks = sum(cost_of_weeks(one, one.weeks) for one in task.scenarios)
    return weeks + sum(cost_of_weeks(one, _settling_weeks(one, task.seed)) for one in _to_settle(task))


def cost_of_weeks(scenario, weeks: float) -> float:
    """Loops that so many weeks of a scenario take."""
    return weeks * (A_WEEK + A_PERSON * plausibility.people_of(scenario))


def _to_settle(task: Task) -> Sequence:
    """A scenario for each market that the task must settle."""
    folder = settled_folder()
    apart = {one.spin_up_key: one for each in task.scenarios for one in settled_on_the_way(each)}.values()
    return [one for one in apart if folder is None or not (folder / f"{settled_name(one, task.seed)}.market").exists()]


def _settling_weeks(scenario, seed: int = 0) -> int:
    if scenario.place.is_baseline:
        return WEEKS_A_YEAR * round(scenario.parameters["baseline.spin_up_years"])
    return course_of(scenario.place, scenario.parameters.numbers, seed).weeks
