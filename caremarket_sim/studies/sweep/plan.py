"""From a design to tasks: every sample's scenarios, put together so that a settled market is made once.

A sample that moves parameters has a settled market of its own; samples that move levers alone share one. A task holds
scenarios that share it (of one sample or of many), so that it is settled once and forked for each.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.samplers import draw
from caremarket_sim.results.periods import IN_FORCE, in_force_from
from caremarket_sim.runs.allowances import NOTHING, Allowances, require_in_force
from caremarket_sim.runs.design import replicate_seeds
from caremarket_sim.runs.lean import SweepTask
from caremarket_sim.scenario import Change, Scenario
from caremarket_sim.settling import code_version
from caremarket_sim.studies.sweep.design_files import Design

MOST_TOGETHER = 16
"""Scenarios in one task: enough to make little of a market's settling, few enough to lose little in a kill."""


@dataclass(frozen=True)
class SweepPlan:
    """A sweep before it is carried out: samples, tasks, and (sample, replicate) of each of a task's scenarios."""

    design: Design
    coordinates: NDArray[np.float64]
    values: tuple[tuple[Any, ...], ...]
    tasks: tuple[SweepTask, ...]
    places: tuple[tuple[tuple[int, int], ...], ...]
    banner: str | None = None

    @property
    def runs(self) -> int:
        """How many runs it takes."""
        return sum(len(task.scenarios) for task in self.tasks)

    @property
    def settled(self) -> int:
        """How many markets have to settle."""
        return len({(task.scenarios[0].spin_up_key, task.seed) for task in self.tasks})

    def typical(self) -> list[SweepTask]:
        """The tasks with one of middling size first, for a pilot to judge all of them by."""
        order = sorted(range(len(self.tasks)), key=lambda place: len(self.tasks[place].scenarios))
        mean = self.runs / len(self.tasks)
        first = min(order, key=lambda place: abs(len(self.tasks[place].scenarios) - mean))
        return [self.tasks[first], *(task for place, task in enumerate(self.tasks) if place != first)]

    @property
    def key(self) -> str:
        """A hash of what determines the results, to name their folder by."""
        tasks = [[task.seed, [scenario.key for scenario in task.scenarios]] for task in self.tasks]
        asked = [self.design.outputs, self.design.reference, self.design.indicators, self.design.period]
        return hashlib.sha256(json.dumps([code_version(), asked, tasks]).encode()).hexdigest()


def plan_sweep(design: Design, allowed: Allowances = NOTHING) -> SweepPlan:
    """Every sample's scenarios as tasks; the same design gives the same plan.

    Raises BadInput where a scenario moves levers that are never in force, unless `allowed`, and where the weeks in
    force are asked about and something is in force in none of them.
    """
    banner = require_in_force(design.scenarios, allowed)
    coordinates = draw(design.sampler, design.factors, design.seed)
    values = tuple(
        tuple(factor.value(one) for factor, one in zip(design.factors, row, strict=True)) for row in coordinates
    )
    every_so_many = design.new_futures_every or len(values)
    blocks = -(-len(values) // every_so_many)
    seeds = replicate_seeds(design.seed, design.replicates * blocks)
    every = [[varied(scenario, design.factors, row) for scenario in design.scenarios] for row in values]
    in_force = 0
    if design.period == IN_FORCE:
        in_force = in_force_from(one for scenarios in every for one in scenarios)
    if in_force is None:
        what = "period is in force, and in some sample a policy is not in force before the end"
        raise BadInput(Problem(what, file=design.path, right="simulate more years, or write `period: last year`"))
    together: dict[tuple[str, int], list[tuple[int, Scenario]]] = {}
    for sample, scenarios in enumerate(every, start=1):
        first = (sample - 1) // every_so_many * design.replicates
        for replicate in range(1, design.replicates + 1):
            group = together.setdefault((scenarios[0].spin_up_key, first + replicate), [])
            group += [(sample, scenario) for scenario in scenarios]
    each = max(1, MOST_TOGETHER // len(design.scenarios)) * len(design.scenarios)
    tasks, places = [], []
    for (_, future), group in together.items():
        replicate = (future - 1) % design.replicates + 1
        for start in range(0, len(group), each):
            part = group[start : start + each]
            tasks.append(SweepTask(seeds[future - 1], tuple(one for _, one in part), len(group) > each, in_force))
            places.append(tuple((sample, replicate) for sample, _ in part))
    return SweepPlan(design, coordinates, values, tuple(tasks), tuple(places), banner)


def varied(scenario: Scenario, factors: Sequence[Factor], values: Sequence[Any]) -> Scenario:
    """The scenario at a sample: its parameters there, and the levers of all its steps that are varied in it."""
    levers: dict[str, Any] = {}
    parameters: dict[str, float] = {}
    for factor, value in zip(factors, values, strict=True):
        if factor.kind == "parameter":
            parameters[factor.name] = value
        elif not factor.only or scenario.name in factor.only:
            levers[factor.name] = value
    at = scenario.with_parameters(parameters) if parameters else scenario
    return replace(at, changes=_moved(at, levers)) if levers else at


def _moved(scenario: Scenario, levers: Mapping[str, Any]) -> tuple[Change, ...]:
    whys = {change.week: change.why for change in scenario.changes}
    weeks = sorted({0, *whys})
    return tuple(Change(week, scenario.levers_at(week).changed(levers), whys.get(week, "")) for week in weeks)
