"""Every policy as the place's standing regime: means over whole contract cycles, with no way there, at prices held.

A switch costs something once and a tender comes round again, so that a mean of some years depends on which. Here each
policy has long been in force when the clock starts (`caremarket_sim.regimes`), its futures are spread over the phases
of its cycle, and each is measured over as many whole cycles of its own as fit into the longest cycle of them all.
Whether a regime repeats itself is not assumed: the last cycle before the start is held against those after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caremarket_sim.findings.frames import described, paired_rows
from caremarket_sim.indicators import INDICATORS, add_up, evaluate, record_of
from caremarket_sim.methods.standing_still import BOUNDS, judge
from caremarket_sim.methods.statistics import interval, paired_difference
from caremarket_sim.regimes import cycle_of
from caremarket_sim.results.records import Failure, Success
from caremarket_sim.runs.design import Task, Tell, ready
from caremarket_sim.runs.executors import perform
from caremarket_sim.runs.settled import settled_folder, trim
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.timing import MOST_YEARS, WEEKS_A_YEAR
from caremarket_sim.settling import fork, go_through, settled_market

CYCLES = "contract cycles"
"""The period of these results: whole contract cycles."""
DOUBT = 2.0
"""Standard errors beyond its bound that a quantity must have moved not to repeat: few futures prove little."""


@dataclass(frozen=True)
class Standing:
    """Policies as standing regimes on the same futures. `values` and `before` are (future, indicator) by name: the mean
    of whole cycles, and of the last cycle before the start; `cycles` how many weeks a cycle has, and how many count.
    """

    scenarios: tuple[Scenario, ...]
    reference: str
    values: Mapping[str, NDArray[np.float64]]
    before: Mapping[str, NDArray[np.float64]]
    cycles: Mapping[str, tuple[int, int]]
    failed: tuple[str, ...] = ()

    @property
    def futures(self) -> int:
        """How many futures every regime was simulated on."""
        return len(self.values[self.reference])

    def frame(self) -> pd.DataFrame:
        """Every regime, an indicator a row: its mean, what it was in the cycle before, and the difference with verdict.

        `repeats` says whether the cycles after the start equal the one before, within the rules of standing still; it
        is empty where those bound nothing.
        """
        parts = []
        for scenario in self.scenarios:
            name = scenario.name
            paired = paired_difference(self.values[self.reference], self.values[name])
            rows = paired_rows(paired, name, self.reference, CYCLES)
            rows.loc[:, "verdict"] = rows.verdict if name != self.reference else "reference"
            own = interval(self.values[name])
            rows["mean_low"], rows["mean_high"] = own.low, own.high
            rows["cycle_before"] = self.before[name].mean(axis=0)
            rows["cycle_weeks"], rows["cycles"] = self.cycles[name]
            rows["repeats"] = rows.indicator.map(self.repeats(name)).astype(object)
            parts.append(rows)
        return described(pd.concat(parts, ignore_index=True))

    def repeats(self, name: str) -> dict[str, bool]:
        """Whether each bounded quantity is in the cycles after the start what it was in the one before."""
        columns = [list(INDICATORS).index(one) for one in BOUNDS]
        both = np.stack([self.before[name][:, columns], self.values[name][:, columns]], axis=1)
        return {quantity: still for quantity, *_, still in judge(both, DOUBT)}


def standing_scenarios(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Each policy as the place's standing regime, over as many of its own cycles as fit into the longest of all."""
    regimes = [scenario.standing() for scenario in scenarios]
    lengths = [_cycle(one) for one in regimes]
    longest = min(max(lengths), MOST_YEARS * WEEKS_A_YEAR)
    weeks = [max(longest // cycle, 1) * cycle for cycle in lengths]
    return tuple(one.with_weeks(min(w, MOST_YEARS * WEEKS_A_YEAR)) for one, w in zip(regimes, weeks, strict=True))


def compare_standing(
    scenarios: Sequence[Scenario],
    reference: str,
    seeds: Sequence[int],
    *,
    workers: int | None = None,
    cluster: str | None = None,
    tell: Tell | None = None,
    say: Callable[[str], None] | None = None,
) -> Standing:
    """Simulate every policy as the place's standing regime on the same futures; one that fails is left out of all."""
    regimes = standing_scenarios(scenarios)
    tasks = [Task(seed, regimes) for seed in seeds]
    tell = tell or (lambda what, done, total: None)
    ready(tell)
    tell("settling regimes", 0, len(tasks))
    found: dict[int, Success | Failure] = {}
    for index, result in perform(play_standing, tasks, workers=workers, cluster=cluster, tell=say):
        found[index] = result
        tell("settling regimes", len(found), len(tasks))
    done = [found[index].value for index in range(len(tasks)) if isinstance(found[index], Success)]  # type: ignore[union-attr]
    failed = tuple(one.message for one in found.values() if isinstance(one, Failure))
    if not done:
        from caremarket_sim.errors import CaremarketError

        raise CaremarketError(f"no future of the standing regimes could be simulated; the first: {failed[0]}")
    arrays = np.array(done)  # (future, scenario, before and after, indicator)
    return Standing(
        tuple(regimes),
        reference,
        {one.name: arrays[:, k, 1] for k, one in enumerate(regimes)},
        {one.name: arrays[:, k, 0] for k, one in enumerate(regimes)},
        {one.name: (_cycle(one), max(one.weeks // _cycle(one), 1)) for one in regimes},
        failed,
    )


def play_standing(task: Task) -> list[NDArray[np.float64]]:
    """Of each regime, every indicator in the last cycle before the start and in the whole cycles after it."""
    folder = settled_folder()
    found = []
    for scenario in task.scenarios:
        settled = settled_market(scenario, task.seed, folder)
        market = go_through(scenario, fork(settled, scenario), task.seed)
        found.append(np.array([evaluate(add_up(record_of(one).reshape(1, -1)))[0] for one in (settled, market)]))
    if folder is not None:
        trim(folder)
    return found


def _cycle(scenario: Scenario) -> int:
    return cycle_of(scenario.place.regime, scenario.parameters.numbers, scenario.place.tendered)
