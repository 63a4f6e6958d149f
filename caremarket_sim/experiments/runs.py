"""One scenario, replicated: what happens under it, not what it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from caremarket_sim.experiments import frames, traces
from caremarket_sim.experiments.allowances import NOTHING, Allowances, allowances, require_in_force
from caremarket_sim.experiments.design import FailedReplicate, Sample, Tell, replicate_seeds, tasks_of
from caremarket_sim.experiments.draws import Draw, batches_of, first_draws, shares_of
from caremarket_sim.experiments.periods import Periods, in_force_from
from caremarket_sim.experiments.plan import REPLICATES, SEED, Batch, Plan, at_horizon, carry_out_plan
from caremarket_sim.experiments.store import Store
from caremarket_sim.scenario import Scenario


@dataclass(frozen=True)
class Run:
    """One scenario's outcomes over its replicates; shown in a notebook as a table of the headline indicators."""

    samples: Mapping[str, Sample]
    seed: int
    seeds: tuple[int, ...]
    failed: tuple[FailedReplicate, ...] = ()
    other_draws: tuple[Mapping[str, Sample], ...] = ()
    """The same futures under other plausible draws of the assumptions, if any were asked for."""
    banner: str | None = None
    """What would have been refused, and why it was allowed."""

    @property
    def sample(self) -> Sample:
        """The scenario's outcomes as arrays."""
        return next(iter(self.samples.values()))

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        return self.sample.scenario

    @property
    def periods(self) -> Periods:
        """The periods that there are results for, and which of them sentences go by."""
        return self.sample.periods

    @cached_property
    def _levels(self) -> pd.DataFrame:
        return frames.levels(self.samples, self.other_draws)

    def frame(self) -> pd.DataFrame:
        """The mean of every indicator in every period, with its interval."""
        return self._levels.copy()

    def period(self, period: str) -> pd.DataFrame:
        """The rows of `frame()` of one period: `all`, `in force`, `last year`, `year_1` and so on."""
        return frames.of_period(self._levels, period)

    @property
    def draws(self) -> int:
        """How many plausible draws of the assumptions the intervals of `frame()` rest on."""
        return 1 + len(self.other_draws)

    def shares(self) -> pd.DataFrame:
        """Which share of each level's variance is ignorance's and which chance's; with one draw, none is known."""
        return shares_of((self.samples, *self.other_draws), None)

    def timeline(self) -> pd.DataFrame:
        """Each policy's line of time in sentences: decided, prepared, in force, and what the market made of it."""
        return traces.sentences_frame(self.samples)

    def traces(self) -> pd.DataFrame:
        """Each lever moved: from when it is in force, and what became of what it should move."""
        return traces.traces(self.samples)

    def overall(self) -> pd.DataFrame:
        """Every replicate's value of every indicator over the whole horizon."""
        return frames.overall(self.samples)

    def yearly(self) -> pd.DataFrame:
        """Every replicate's value of every indicator in every year."""
        return frames.yearly(self.samples)

    def weekly(self) -> pd.DataFrame:
        """Every replicate's value, every week, of the indicators recorded weekly."""
        return frames.weekly(self.samples)

    def by(self, dimension: str | None = None) -> pd.DataFrame:
        """Results by group: zone, deprivation, age, need, payer or contract; None for all of them."""
        return frames.breakdowns(self.samples, None, dimension)

    def plot(self, what: str = "outcomes"):
        """A matplotlib figure of the course through time of `outcomes`, `costs` or `jobs`."""
        from caremarket_sim.reporting.figures import figure

        return figure(what, self.samples, None, self.banner)

    def _repr_html_(self) -> str:
        from caremarket_sim.reporting.tables import run_html

        return run_html(self)


def plan_run(
    scenario: Scenario,
    *,
    replicates: int = REPLICATES,
    seed: int = SEED,
    years: int | None = None,
    allowed: Allowances = NOTHING,
    drawn: Sequence[Draw] = (),
) -> Plan:
    """What a run is made of. `drawn`: plausible draws of the assumptions to repeat it under, the centre first.

    Raises BadInput for levers that are never in force, unless `allowed`.
    """
    (scenario,) = at_horizon([scenario], years)
    banner = require_in_force([scenario], allowed)
    seeds = replicate_seeds(seed, replicates)
    others = batches_of([scenario], drawn, seeds)
    batches = (Batch(tasks_of([scenario], seeds)), *others)
    return Plan((scenario,), None, seed, batches, banner, 1 + len(others), in_force_from([scenario]))


def carry_out_run(
    plan: Plan,
    *,
    store: Store | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    tell: Tell | None = None,
    say: Callable[[str], None] | None = None,
) -> Run:
    """Simulate a planned run. Raises EveryReplicateFailed when nothing could be simulated."""
    (samples, *others), failed = carry_out_plan(plan, store=store, workers=workers, cluster=cluster, tell=tell, say=say)
    return Run(samples, plan.seed, plan.seeds, tuple(failed), tuple(found for found in others if found), plan.banner)


def run(
    scenario: Scenario,
    *,
    replicates: int = REPLICATES,
    seed: int = SEED,
    years: int | None = None,
    allow: str | Sequence[str] = (),
    why: str = "",
    workers: int | None = None,
    cluster: str | None = None,
    draws: int = 1,
    tell: Tell | None = None,
) -> Run:
    """Simulate one scenario on `replicates` futures, under `draws` plausible draws of the assumptions.

    `allow` names grounds for refusal that are let through under a banner, for the reason `why`. Raises BadInput for
    levers that are never in force, EveryReplicateFailed when nothing could be simulated.
    """
    drawn = first_draws(draws, replicates) if draws > 1 else ()
    allowed = allowances(allow, why)
    plan = plan_run(scenario, replicates=replicates, seed=seed, years=years, allowed=allowed, drawn=drawn)
    return carry_out_run(plan, workers=workers, cluster=cluster, tell=tell)
