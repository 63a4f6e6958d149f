"""What a worker does for a sweep: simulate a task's scenarios and send back no more than is asked about."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from caremarket_sim.indicators import Outcome
from caremarket_sim.runs.settled import settled_folder, trim
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import simulate


@dataclass(frozen=True, slots=True)
class SweepTask:
    """One seed with scenarios that share their settled market. `share`: other tasks need that market too.

    `in_force` is the week from which every sample's policies are in force.
    """

    seed: int
    scenarios: tuple[Scenario, ...]
    share: bool = False
    in_force: int | None = 0


def play_lean(task: SweepTask) -> list[Outcome]:
    """Simulate one task; of each outcome the values by period, without series and breakdowns.

    Scenarios that differ in nothing, such as a reference that no factor touches, are simulated once. A settled market
    that no other task needs is not written to disk: of a sample it is 5 MB.
    """
    folder = settled_folder() if task.share else None
    different = {scenario.key: scenario for scenario in task.scenarios}
    outcomes = simulate(task.seed, tuple(different.values()), folder, task.in_force)
    if folder is not None:
        trim(folder)
    kept = {
        key: dataclasses.replace(one, weekly=one.weekly[:0], breakdowns=one.breakdowns[:0], counts=one.counts[:0])
        for key, one in zip(different, outcomes, strict=True)
    }
    return [kept[scenario.key] for scenario in task.scenarios]
