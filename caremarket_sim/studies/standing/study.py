"""Every policy as the place's standing regime: means over whole contract cycles, with no way there, at prices held.

A switch costs something once and a tender comes round again, so that a mean of some years depends on which. Here each
policy has long been in force when the clock starts (`caremarket_sim.regimes`), its futures are spread over the phases
of its cycle, and each is measured over as many whole cycles of its own as fit into the longest cycle of them all.
Whether a regime repeats itself is not assumed: the last cycle before the start is held against those after it.

In a results folder a regime's runs stand under a name and a variant of their own, so that they are resumed, listed and
reproduced as all others are; the stage "transition" of such a run is the cycle before the start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caremarket_sim.errors import CaremarketError
from caremarket_sim.findings.frames import described, paired_rows
from caremarket_sim.indicators import INDICATORS, STAGES, Outcome, add_up, evaluate, outcome_of, record_of
from caremarket_sim.methods.standing_still import BOUNDS, judge
from caremarket_sim.methods.statistics import interval, paired_difference
from caremarket_sim.regimes import cycle_of
from caremarket_sim.results.records import Failure, Success
from caremarket_sim.results.store import Store
from caremarket_sim.runs.batch import carry_out, runs_of
from caremarket_sim.runs.design import Task, play, play_all, ready, tasks_of
from caremarket_sim.runs.plan import records
from caremarket_sim.runs.settled import settled_folder, trim
from caremarket_sim.runs.work import How, Tell
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.timing import MOST_YEARS, WEEKS_A_YEAR
from caremarket_sim.settling import code_version, fork, go_through, settled_market

CYCLES = "contract cycles"
"""The period of these results: whole contract cycles."""
STANDING = "standing regime"
"""The variant under which a results folder holds these runs."""
BEFORE = STAGES.index("transition")
"""The stage of such a run that holds the cycle before the start."""
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
        return {quantity: still for quantity, *_, still in judge(self.before_and_after(name), DOUBT)}

    def before_and_after(self, name: str) -> NDArray[np.float64]:
        """(future, cycle before the start and mean of those after it, bounded quantity), as `judge` takes it."""
        columns = [list(INDICATORS).index(one) for one in BOUNDS]
        return np.stack([self.before[name][:, columns], self.values[name][:, columns]], axis=1)


def standing_scenarios(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Each policy as the place's standing regime, over as many of its own cycles as fit into the longest of all."""
    regimes = [scenario.standing() for scenario in scenarios]
    lengths = [_cycle(one) for one in regimes]
    longest = min(max(lengths), MOST_YEARS * WEEKS_A_YEAR)
    weeks = [max(longest // cycle, 1) * cycle for cycle in lengths]
    return tuple(one.with_weeks(min(w, MOST_YEARS * WEEKS_A_YEAR)) for one, w in zip(regimes, weeks, strict=True))


def run_name(scenario: str) -> str:
    """What a policy's runs as a standing regime are called in a results folder."""
    return f"{scenario} as a standing regime"


def compare_standing(
    scenarios: Sequence[Scenario],
    reference: str,
    seeds: Sequence[int],
    *,
    store: Store | None = None,
    **how: Unpack[How],
) -> Standing:
    """Simulate every policy as the place's standing regime on the same futures; one that fails is left out of all.

    With a store every run is kept there as it comes, and what is there already is not simulated again.
    """
    regimes = standing_scenarios(scenarios)
    named = [regime.named(run_name(regime.name)) for regime in regimes]
    tasks = tasks_of(named, seeds)
    how["tell"] = _telling(how.get("tell"))
    if store is None:
        found = play_all(tasks, play_standing, **how)
    else:
        code = code_version()
        store.describe(records(named, {STANDING: {}}))
        ready(how["tell"])
        runs = runs_of(tasks, code, STANDING)
        found = carry_out(store, tasks, runs, play_standing, Outcome, version=code_version, **how)
    done = [one.value for one in found if isinstance(one, Success)]
    failed = tuple(one.message for one in found if isinstance(one, Failure))
    if not done:
        raise CaremarketError(f"no future of the standing regimes could be simulated; the first: {failed[0]}")
    return Standing(
        tuple(regimes),
        reference,
        {one.name: np.array([outcomes[k].overall for outcomes in done]) for k, one in enumerate(regimes)},
        {one.name: np.array([outcomes[k].stages[BEFORE] for outcomes in done]) for k, one in enumerate(regimes)},
        {one.name: (_cycle(one), max(one.weeks // _cycle(one), 1)) for one in regimes},
        failed,
    )


def play_standing(task: Task) -> list[Outcome]:
    """The outcome of each regime over the whole cycles after the start, the last cycle before it as its transition."""
    folder = settled_folder()
    found = []
    for scenario in task.scenarios:
        settled = settled_market(scenario, task.seed, folder)
        outcome = outcome_of(go_through(scenario, fork(settled, scenario), task.seed))
        stages = outcome.stages.copy()
        stages[BEFORE] = evaluate(add_up(record_of(settled).reshape(1, -1)))[0]
        found.append(replace(outcome, stages=stages))
    if folder is not None:
        trim(folder)
    return found


def play_whatever(task: tuple[bool, Task]) -> list[Outcome]:
    """The outcomes of a task of standing regimes, if the first says that it is one, or of any other."""
    standing, of_policies = task
    return play_standing(of_policies) if standing else play(of_policies)


def _telling(tell: Tell | None) -> Tell:
    """Says what is being done here, whatever those who do the work call it."""

    def told(what: str, done: int, total: int) -> None:
        if tell is not None:
            tell("settling regimes" if what == "simulating" else what, done, total)

    return told


def _cycle(scenario: Scenario) -> int:
    return cycle_of(scenario.place.regime, scenario.parameters.numbers, scenario.place.tendered)
