"""The main job: scenarios side by side on the same simulated futures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.experiments import assumptions, economics, frames, traces
from caremarket_sim.experiments.allowances import NOTHING, Allowances, allowances, banner_of, require_in_force
from caremarket_sim.experiments.comparability import ground, require_common_ground
from caremarket_sim.experiments.design import FailedReplicate, Sample, Tell, replicate_seeds, tasks_of
from caremarket_sim.experiments.draws import Draw, batches_of, first_draws, shares_of
from caremarket_sim.experiments.periods import Periods, in_force_from
from caremarket_sim.experiments.plan import (
    REPLICATES,
    SEED,
    Batch,
    Plan,
    at_horizon,
    carry_out_plan,
    require_distinct_names,
    told_apart,
)
from caremarket_sim.experiments.plausibility import Plausibility, people_of, probe_each, refuse_implausible
from caremarket_sim.experiments.standing import Standing, compare_standing
from caremarket_sim.experiments.store import Store
from caremarket_sim.scenario import Scenario

ASSUMPTION_REPLICATES = 3
"""Replicates of each end of each carrying assumption; 0 leaves the ends untried."""

BASELINE = "baseline"
"""What the place with no new policy is called where `compare` adds it."""


@dataclass(frozen=True)
class Comparison:
    """Scenarios on the same futures, each against the reference.

    Shown in a notebook as a table; `frame()` gives every difference, `period("in force")` those of the weeks in which
    all scenarios are in force, by which verdicts go, `levels()` every mean, `by("zone")` the results
    by group, `plot()` a figure. `banner` says what would have been refused, and why it was allowed; `failed` lists
    the replicates that could not be simulated, which are missing from every scenario. `plausibility` says of each place
    whether its market with no new policy resembles what is published, if that was tried. With `other_draws`, the same
    futures under other draws of the assumptions, the intervals of `frame()` hold ignorance as well as chance and
    `shares()` says which explains how much; all else is about the centre.
    """

    samples: Mapping[str, Sample]
    reference: str
    seed: int
    seeds: tuple[int, ...]
    failed: tuple[FailedReplicate, ...] = ()
    banner: str | None = None
    ends: tuple[assumptions.End, ...] = ()
    other_draws: tuple[Mapping[str, Sample], ...] = ()
    plausibility: tuple[Plausibility, ...] = ()
    standing: Standing | None = None
    """The same policies as standing regimes, if that was asked for (`--settled`)."""

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios, in the order they were given."""
        return tuple(sample.scenario for sample in self.samples.values())

    @property
    def others(self) -> tuple[str, ...]:
        """The names of the scenarios that are held against the reference."""
        return tuple(name for name in self.samples if name != self.reference)

    @cached_property
    def _differences(self) -> pd.DataFrame:
        return frames.differences(self.samples, self.reference, self.other_draws)

    @property
    def draws(self) -> int:
        """How many plausible draws of the assumptions the intervals of `frame()` rest on."""
        return 1 + len(self.other_draws)

    def shares(self) -> pd.DataFrame:
        """Which share of each difference's variance is ignorance's and which chance's; with one draw, none is known."""
        return shares_of((self.samples, *self.other_draws), self.reference)

    def frame(self) -> pd.DataFrame:
        """Every scenario against the reference: an indicator and period a row, with interval and verdict."""
        return self._differences.copy()

    @property
    def periods(self) -> Periods:
        """The periods that there are results for, and which of them verdicts go by."""
        return self.samples[self.reference].periods

    def period(self, period: str) -> pd.DataFrame:
        """The rows of `frame()` of one period: `all`, `transition`, `in force`, `last year`, `year_1` and so on."""
        return frames.of_period(self._differences, period)

    def spend(self) -> pd.DataFrame:
        """What everybody pays in each scenario, in pounds over all years together, with paired differences."""
        return economics.spend(self.overall(), self.reference, self.periods.weeks)

    def levels(self) -> pd.DataFrame:
        """The mean of every indicator in every scenario and period, with its interval."""
        return frames.levels(self.samples)

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
        """Results and differences by group: zone, deprivation, age, need, payer or contract; None for all of them."""
        return frames.breakdowns(self.samples, self.reference, dimension)

    def assumptions(self) -> pd.DataFrame:
        """What becomes of each verdict with the two carrying assumptions at the ends of their ranges."""
        return assumptions.what_becomes(self._differences, self.ends, self.reference)

    def plot(self, what: str = "differences"):
        """A matplotlib figure: `differences`, or the course through time of `outcomes`, `costs` or `jobs`."""
        from caremarket_sim.reporting.figures import figure

        return figure(what, self.samples, self.reference, self.banner)

    def _repr_html_(self) -> str:
        from caremarket_sim.reporting.tables import comparison_html

        return comparison_html(self)


def plan_comparison(
    scenarios: Sequence[Scenario],
    *,
    reference: str | None = None,
    replicates: int = REPLICATES,
    seed: int = SEED,
    years: int | None = None,
    allowed: Allowances = NOTHING,
    assumption_replicates: int = ASSUMPTION_REPLICATES,
    drawn: Sequence[Draw] = (),
    baseline: bool = True,
) -> Plan:
    """What a comparison is made of, after making sure that the scenarios compare.

    `drawn`: plausible draws of the assumptions to repeat it under, the centre first. `baseline`: add the place with no
    new policy, where none of the scenarios is that. Raises BadInput for names that
    repeat or are unknown and levers that are never in force, ComparisonRefused for scenarios that differ in more than
    policy; both unless `allowed`.
    """
    if baseline:
        scenarios = with_baseline(scenarios)
    if len(scenarios) < 2:
        raise BadInput(Problem(f"{len(scenarios)} scenario is given", right="a comparison needs at least two"))
    require_distinct_names(scenarios)
    scenarios = at_horizon(scenarios, years)
    reference = reference_among(scenarios, reference)
    grounds = {scenario.name: ground(scenario) for scenario in scenarios}
    banner = banner_of([require_in_force(scenarios, allowed), *require_common_ground(grounds, reference, allowed)])
    seeds = replicate_seeds(seed, replicates)
    tried = assumptions.batches_at_ends(scenarios, seeds[:assumption_replicates]) if assumption_replicates else ()
    others = batches_of(scenarios, drawn, seeds)
    batches = (Batch(tasks_of(scenarios, seeds)), *tried, *others)
    return Plan(scenarios, reference, seed, batches, banner, 1 + len(others), in_force_from(scenarios))


def held_plausible(plan: Plan, found: Sequence[Plausibility], allowed: Allowances = NOTHING) -> Plan:
    """The plan with what was found of its places, and a banner if one of them is beyond the limits and allowed.

    Raises ComparisonRefused if one is and that is not allowed.
    """
    banner = banner_of([plan.banner, refuse_implausible(found, allowed)])
    return replace(plan, banner=banner, plausibility=tuple(found))


def carry_out_comparison(
    plan: Plan,
    *,
    store: Store | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    tell: Tell | None = None,
    say: Callable[[str], None] | None = None,
) -> Comparison:
    """Simulate a planned comparison. Raises EveryReplicateFailed when nothing could be simulated."""
    assert plan.reference is not None
    samples, failed = carry_out_plan(plan, store=store, workers=workers, cluster=cluster, tell=tell, say=say)
    last = len(plan.batches) - plan.draws + 1
    ends = []
    for batch, found in zip(plan.batches[1:last], samples[1:last], strict=True):
        ((parameter, value),) = batch.parameters
        if found:
            ends.append(assumptions.End(parameter, value, plan.scenarios[0].parameters[parameter], found))
    others = tuple(found for found in samples[last:] if found)
    return Comparison(
        samples[0],
        plan.reference,
        plan.seed,
        plan.seeds,
        tuple(failed),
        plan.banner,
        tuple(ends),
        others,
        tuple(_over_the_horizon(found, samples[0]) for found in plan.plausibility),
    )


def _over_the_horizon(found: Plausibility, samples: Mapping[str, Sample]) -> Plausibility:
    """What was found of a place, and what became of it in the comparison's own futures with no new policy."""
    for sample in samples.values():
        if not sample.scenario.changes and sample.scenario.place.name == found.place:
            return found.over_the_horizon(sample.overall, people_of(sample.scenario))
    return found


def compare(
    *scenarios: Scenario,
    reference: str | None = None,
    replicates: int = REPLICATES,
    seed: int = SEED,
    years: int | None = None,
    allow: str | Sequence[str] = (),
    why: str = "",
    workers: int | None = None,
    cluster: str | None = None,
    assumption_replicates: int = ASSUMPTION_REPLICATES,
    draws: int = 1,
    baseline: bool = True,
    settled: bool = False,
    tell: Tell | None = None,
) -> Comparison:
    """Simulate every scenario on the same `replicates` futures and hold each against the reference.

    `reference` names a scenario; without it the first is the reference. The place with no new policy is added, last,
    where none of the scenarios is that, unless `baseline` is False. `years` overrides the scenarios' horizon. `allow`
    names grounds for refusal that are let through under a banner, such as "never-in-force", for the reason `why`. A
    scenario made from another by `with_levers` is named by what was changed. `draws`: how many plausible draws of the
    assumptions to repeat it under, so that intervals hold ignorance as well as chance. `settled`: also each policy as
    the place's standing regime, in `comparison.standing`. Raises what `plan_comparison` and `carry_out_comparison` do.
    """
    allowed = allowances(allow, why)
    plan = plan_comparison(
        told_apart(scenarios),
        reference=reference,
        replicates=replicates,
        seed=seed,
        years=years,
        allowed=allowed,
        assumption_replicates=assumption_replicates,
        drawn=first_draws(draws, replicates) if draws > 1 else (),
        baseline=baseline,
    )
    found = probe_each(plan.scenarios, workers=workers, cluster=cluster, tell=tell)
    plan = held_plausible(plan, found, allowed)
    result = carry_out_comparison(plan, workers=workers, cluster=cluster, tell=tell)
    return with_standing(result, workers=workers, cluster=cluster, tell=tell) if settled else result


def with_standing(result: Comparison, **how: Any) -> Comparison:
    """The comparison, and beside it the same policies as standing regimes on the same futures."""
    return replace(result, standing=compare_standing(result.scenarios, result.reference, result.seeds, **how))


def with_baseline(scenarios: Sequence[Scenario]) -> Sequence[Scenario]:
    """The scenarios and, last, the place of the first with no new policy; as they are where one of them is that."""
    if not scenarios or any(not scenario.changes for scenario in scenarios):
        return scenarios
    taken = {scenario.name for scenario in scenarios}
    name = BASELINE if BASELINE not in taken else "no-new-policy"
    return (*scenarios, scenarios[0].without_policy(name))


def reference_among(scenarios: Sequence[Scenario], reference: str | None) -> str:
    """The name of the reference: as asked for, else the first."""
    names = [scenario.name for scenario in scenarios]
    if reference is None:
        return names[0]
    if reference not in names:
        raise BadInput(Problem(f"no scenario is called {reference!r}", right=suggestion(reference, names)))
    return reference
