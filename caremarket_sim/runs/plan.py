"""What is to be simulated, settled before anything is: scenarios, seeds, batches of tasks; then the carrying out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Unpack

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.indicators import BROKEN_DOWN, INDICATORS, WEEKLY, Outcome, groups
from caremarket_sim.results.records import Layout, ScenarioRecord
from caremarket_sim.results.store import Store
from caremarket_sim.runs.batch import carry_out, runs_of
from caremarket_sim.runs.design import (
    EveryReplicateFailed,
    FailedReplicate,
    Sample,
    Task,
    gather,
    play,
    play_all,
    ready,
)
from caremarket_sim.runs.plausibility import Plausibility
from caremarket_sim.runs.resolved import resolved_json
from caremarket_sim.runs.work import How
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.timing import WEEKS_A_YEAR
from caremarket_sim.settling import code_version

REPLICATES = 20
SEED = 1
"""What an experiment takes when it is not told otherwise."""

IN_FORCE_NOTE = "in_force"
"""The name under which a ledger keeps from which week all that is compared is in force (null: never)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The same futures under one set of assumptions; `parameters` are those that differ from the scenarios' own.

    `name` is what the assumptions are called, where a list of them would be long.
    """

    tasks: tuple[Task, ...]
    parameters: tuple[tuple[str, float], ...] = ()
    name: str = ""

    @property
    def variant(self) -> str:
        """The name of the assumptions: empty for the scenarios' own."""
        return self.name or ", ".join(f"{name}={value:g}" for name, value in self.parameters)


@dataclass(frozen=True, slots=True)
class Plan:
    """An experiment before it is carried out. `reference` is None for a single run; the first batch is the main one.

    The last `draws` - 1 batches are the same futures under other plausible draws of the assumptions. `in_force` is the
    week from which all that is compared is in force (see `periods.in_force_from`), for every batch. `plausibility`:
    what was found of each place before it began.
    """

    scenarios: tuple[Scenario, ...]
    reference: str | None
    seed: int
    batches: tuple[Batch, ...]
    banner: str | None = None
    draws: int = 1
    in_force: int | None = 0
    plausibility: tuple[Plausibility, ...] = ()

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Every task of every batch, each told from when all is in force."""
        return tuple(replace(task, in_force=self.in_force) for batch in self.batches for task in batch.tasks)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each replicate."""
        return tuple(task.seed for task in self.batches[0].tasks)

    @property
    def runs(self) -> int:
        """How many runs it takes: one a scenario, seed and set of assumptions."""
        return sum(len(task.scenarios) for batch in self.batches for task in batch.tasks)

    @property
    def key(self) -> str:
        """A hash of what determines the results, to name their folder by."""
        batches = [
            [[task.seed, [scenario.key for scenario in task.scenarios]] for task in batch.tasks]
            for batch in self.batches
        ]
        reference = [scenario.name == self.reference for scenario in self.scenarios]
        text = json.dumps([reference, code_version(), self.in_force, batches])
        return hashlib.sha256(text.encode()).hexdigest()


def carry_out_plan(
    plan: Plan,
    *,
    store: Store | None = None,
    **how: Unpack[How],
) -> tuple[list[dict[str, Sample]], list[FailedReplicate]]:
    """Simulate every batch; give for each the sample of each scenario by name, and all replicates that failed.

    With a store every result is kept there as it comes, and what is there already is not simulated again. `tell`
    hears how far the work is, `say` what is out of the ordinary. Raises EveryReplicateFailed if the main batch gave
    nothing; a later batch that gave nothing has no samples.
    """
    tasks = plan.tasks
    if store is None:
        results = play_all(tasks, **how)
    else:
        code = code_version()
        variants = {batch.variant: dict(batch.parameters) for batch in plan.batches}
        store.describe(records(plan.scenarios, variants), _indicator_rows())
        _require_same_weeks(store, plan)
        to_do = iter(tasks)
        runs = [
            of_task
            for batch in plan.batches
            for of_task in runs_of([next(to_do) for _ in batch.tasks], code, batch.variant)
        ]
        ready(how.get("tell"))
        results = carry_out(store, tasks, runs, play, Outcome, version=code_version, **how)
    answers = iter(zip(tasks, results, strict=True))
    samples, failed = [], []
    for batch in plan.batches:
        done, answered = zip(*(next(answers) for _ in batch.tasks), strict=True)
        found, lost = gather(done, answered, batch.variant)
        samples.append(found)
        failed += lost
    if not samples[0]:
        raise EveryReplicateFailed(failed)
    return samples, failed


def _require_same_weeks(store: Store, plan: Plan) -> None:
    """Note from when all is in force; raise BadInput where the runs in the folder were counted from another week."""
    now = json.dumps(plan.in_force)
    before = store.provenance().get(IN_FORCE_NOTE, now)
    if before != now:
        since = {one: "never" if one == "null" else f"from week {int(one) + 1}" for one in (before, now)}
        raise BadInput(
            Problem(
                f"the runs here count as in force {since[before]}, and what is compared now is in force {since[now]}",
                file=store.folder,
                right="compare the same scenarios as before, or use --replace or another --out",
            )
        )
    store.note({IN_FORCE_NOTE: now})


def layout() -> Layout:
    """What the columns of an outcome's arrays are, as a store keeps it."""
    return Layout(weekly=tuple(WEEKLY), indicators=tuple(INDICATORS), broken_down=tuple(BROKEN_DOWN))


def at_horizon(scenarios: Sequence[Scenario], years: int | None) -> tuple[Scenario, ...]:
    """The scenarios over this many years of 52 weeks, or over their own horizon when None."""
    if years is None:
        return tuple(scenarios)
    return tuple(scenario.with_weeks(years * WEEKS_A_YEAR) for scenario in scenarios)


def require_distinct_names(scenarios: Sequence[Scenario]) -> None:
    """Raise BadInput for scenarios of one name: results are kept and shown by it."""
    seen: dict[str, Scenario] = {}
    problems = []
    for scenario in scenarios:
        if scenario.name in seen:
            what = f"two scenarios are called {scenario.name!r}, and results are kept by name"
            right = f"the other is {seen[scenario.name].path}; give one of the files another name"
            problems.append(Problem(what, file=scenario.path, right=right))
        seen.setdefault(scenario.name, scenario)
    if problems:
        raise BadInput(problems)


def told_apart(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Scenarios made from one another in Python, named by what was changed (at week 0) where names repeat."""
    named: dict[str, Scenario] = {}
    for scenario in scenarios:
        name = scenario.name
        if name in named:
            before, after = named[name].levers_at(0), scenario.levers_at(0)
            changed = [f"{lever}={after[lever]}" for lever in after if after[lever] != before[lever]]
            if 1 <= len(changed) <= 2:
                name = f"{name} {' '.join(changed)}"
        number = 2
        while name in named:
            name, number = f"{scenario.name}-{number}", number + 1
        named[name] = scenario if name == scenario.name else scenario.named(name)
    return tuple(named.values())


def records(scenarios: Sequence[Scenario], variants: Mapping[str, Mapping[str, float]]) -> list[ScenarioRecord]:
    """What a store keeps of scenarios, under variants of the assumptions that differ from their own by these values."""
    found = []
    for scenario in scenarios:
        own: Mapping[str, float] = scenario.parameters.overrides
        found.append(
            ScenarioRecord(
                name=scenario.name,
                key=scenario.key,
                title=scenario.title,
                path=str(scenario.path),
                resolved=resolved_json(scenario),
                groups=tuple(groups(scenario.place)),
                parameters={variant: {**own, **values} for variant, values in variants.items()},
            )
        )
    return found


def _indicator_rows() -> list[tuple[str, ...]]:
    return [
        (indicator.id, indicator.label, indicator.unit, indicator.family, indicator.better, indicator.definition)
        for indicator in INDICATORS.values()
    ]
