"""One scenario, replicated: what happens under it, not what it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from caremarket_sim.experiments import frames
from caremarket_sim.experiments.design import FailedReplicate, Sample, Tell, replicate_seeds, tasks_of
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

    @property
    def sample(self) -> Sample:
        """The scenario's outcomes as arrays."""
        return next(iter(self.samples.values()))

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        return self.sample.scenario

    def frame(self) -> pd.DataFrame:
        """The mean of every indicator in every period, with its interval."""
        return frames.levels(self.samples)

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

        return figure(what, self.samples, None)

    def _repr_html_(self) -> str:
        from caremarket_sim.reporting.tables import run_html

        return run_html(self)


def plan_run(scenario: Scenario, *, replicates: int = REPLICATES, seed: int = SEED, years: int | None = None) -> Plan:
    """What a run is made of."""
    (scenario,) = at_horizon([scenario], years)
    return Plan((scenario,), None, seed, (Batch(tasks_of([scenario], replicate_seeds(seed, replicates))),))


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
    (samples,), failed = carry_out_plan(plan, store=store, workers=workers, cluster=cluster, tell=tell, say=say)
    return Run(samples, plan.seed, plan.seeds, tuple(failed))


def run(
    scenario: Scenario,
    *,
    replicates: int = REPLICATES,
    seed: int = SEED,
    years: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    tell: Tell | None = None,
) -> Run:
    """Simulate one scenario on `replicates` futures. Raises EveryReplicateFailed when nothing could be simulated."""
    plan = plan_run(scenario, replicates=replicates, seed=seed, years=years)
    return carry_out_run(plan, workers=workers, cluster=cluster, tell=tell)
