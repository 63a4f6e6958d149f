"""What in a bundle did it: Shapley values of its groups of levers, what they do together, and one lever set back.

Every coalition of groups is simulated on the same futures as the reference and the whole policy; coalitions that mean
the same scenario share a run. What is computed from them is computed future by future, so that values add up to the
whole difference in each, and intervals are those of paired futures.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import factorial
from typing import Unpack

import numpy as np

from caremarket_sim.findings import equal_budget
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.shapley import sampled_orders, visited
from caremarket_sim.results.periods import in_force_from
from caremarket_sim.results.store import Store
from caremarket_sim.runs.allowances import NOTHING, Allowances, allowances, banner_of, require_in_force
from caremarket_sim.runs.comparability import ground, require_common_ground
from caremarket_sim.runs.design import Sample, replicate_seeds, tasks_of
from caremarket_sim.runs.plan import Batch, Plan, at_horizon, carry_out_plan, require_distinct_names
from caremarket_sim.runs.progress import showing_progress
from caremarket_sim.runs.work import How
from caremarket_sim.scenario import Scenario
from caremarket_sim.studies.explain import coalitions
from caremarket_sim.studies.explain.coalitions import AS_WRITTEN, Bundle, at_equal_fee, at_terms, require_bundle
from caremarket_sim.studies.explain.frames import View
from caremarket_sim.studies.explain.result import Explanation

REPLICATES = 10
A_TASK = 16
"""Scenarios simulated together in one task: few enough to see how far the work is and to lose little by a kill."""

PRESENT = "present-regime"
"""What the place's own regime is called where no other reference is named."""


@dataclass(frozen=True)
class Explaining:
    """What is to be explained and how: the bundle as written, and at the reference's fee if that is asked for."""

    bundles: tuple[Bundle, ...]
    orders: int | None
    knock_outs: bool
    at_equal_budget: bool
    seed: int
    seeds: tuple[int, ...]
    banner: str | None = None

    @property
    def in_force(self) -> int | None:
        """From when the whole policy and its reference are in force; coalitions are looked at in the same weeks."""
        return in_force_from([self.bundles[0].reference, self.bundles[0].policy])

    @property
    def plan(self) -> Plan:
        """The runs of all bundles that are known before any is simulated."""
        return self.plan_of(self.bundles)

    def plan_of(self, bundles: Sequence[Bundle], known: Collection[str] = ()) -> Plan:
        """The runs of some bundles: first the reference and the policies, then coalitions and knock-outs.

        Scenarios whose keys are in `known` have been simulated already.
        """
        wanted = [scenario for bundle in bundles for scenario in (bundle.reference, bundle.policy)]
        for bundle in bundles:
            numbers = visited(len(bundle.groups), self.orders_of(bundle))
            wanted += [bundle.coalition(number) for number in numbers]
            wanted += [one.scenario for one in bundle.knock_outs()] if self.knock_outs else []
        scenarios = tuple(one for one in coalitions.distinct(wanted) if one.key not in known)
        parts = [scenarios[first : first + A_TASK] for first in range(0, len(scenarios), A_TASK)]
        batches = tuple(Batch(tasks_of(part, self.seeds)) for part in parts)
        return Plan(scenarios, bundles[0].reference.name, self.seed, batches, in_force=self.in_force)

    def orders_of(self, bundle: Bundle) -> tuple[tuple[int, ...], ...] | None:
        """The orders that are looked at, the same in every future; None for all coalitions."""
        players = len(bundle.groups)
        if self.orders is None or self.orders >= factorial(players):
            return None
        return sampled_orders(players, self.orders, self.seed)


def plan_explanation(
    scenario: Scenario,
    *,
    against: Scenario | None = None,
    replicates: int = REPLICATES,
    seed: int = 1,
    years: int | None = None,
    orders: int | None = None,
    knock_outs: bool = True,
    equal_fee: bool = False,
    equal_budget: bool = False,
    allowed: Allowances = NOTHING,
) -> Explaining:
    """What an explanation is made of. `orders`: how many orders of the groups to sample; None for all coalitions.

    Raises BadInput where the scenario has the reference's levers or moves some that are never in force,
    ComparisonRefused where more than policy differs; the latter two unless `allowed`.
    """
    reference = against or scenario.without_policy(PRESENT)
    require_distinct_names([reference, scenario])
    reference, policy = at_horizon([reference, scenario], years)
    grounds = {one.name: ground(one) for one in (reference, policy)}
    different = require_common_ground(grounds, reference.name, allowed)
    banner = banner_of([require_in_force([reference, policy], allowed), *different])
    bundle = Bundle(AS_WRITTEN, reference, policy)
    require_bundle(bundle)
    bundles = (bundle, at_equal_fee(bundle)) if equal_fee else (bundle,)
    return Explaining(bundles, orders, knock_outs, equal_budget, seed, replicate_seeds(seed, replicates), banner)


def carry_out_explanation(
    explaining: Explaining,
    *,
    store: Store | None = None,
    **how: Unpack[How],
) -> Explanation:
    """Simulate a planned explanation; at an equal budget too if asked for, once the terms that takes are known.

    Raises EveryReplicateFailed when nothing could be simulated.
    """
    bundles, plan = list(explaining.bundles), explaining.plan
    notes = [explaining.banner] if explaining.banner else []
    found, failed = carry_out_plan(plan, store=store, **how)
    samples, runs = _by_key(found), plan.runs
    if explaining.at_equal_budget:
        reference, policy = samples[bundles[0].reference.key], samples[bundles[0].policy.key]
        ends = {sample.scenario.name: sample for sample in (reference, policy)}
        (solution,) = equal_budget.solve(ends, reference.scenario.name, explaining.seeds, **how)
        notes.append(solution.sentence)
        if solution.solved is not None:
            bundles.append(at_terms(bundles[0], solution.solved.sample.scenario))
            plan = explaining.plan_of(bundles[-1:], known=samples)
            more, lost = carry_out_plan(plan, store=store, **how)
            samples, runs = _by_key([*found, *more]), runs + plan.runs
            failed += lost
    views = tuple(_view(explaining, bundle, samples) for bundle in bundles)
    return Explanation(views, explaining.seed, explaining.seeds, runs, tuple(failed), tuple(notes))


@showing_progress
def explain(
    scenario: Scenario,
    *,
    against: Scenario | None = None,
    replicates: int = REPLICATES,
    seed: int = 1,
    years: int | None = None,
    orders: int | None = None,
    knock_outs: bool = True,
    equal_fee: bool = False,
    equal_budget: bool = False,
    allow: str | Sequence[str] = (),
    why: str = "",
    **how: Unpack[How],
) -> Explanation:
    """What in the scenario's bundle of levers did it, against the place's present regime or another scenario.

    `orders` samples so many orders of the groups instead of simulating all coalitions; `equal_fee` explains the other
    groups with the reference's fee levers as well; `equal_budget` the bundle at the terms at which the whole of it
    costs the council what the reference does. `allow` names grounds for refusal that are let through under a banner,
    for the reason `why`. Raises what `plan_explanation` and `carry_out_explanation` raise.
    `how`: `workers`, `cluster`, `tell` and `say`, as `runs.work.How` has them.
    """
    explaining = plan_explanation(
        scenario,
        against=against,
        replicates=replicates,
        seed=seed,
        years=years,
        orders=orders,
        knock_outs=knock_outs,
        equal_fee=equal_fee,
        equal_budget=equal_budget,
        allowed=allowances(allow, why),
    )
    return carry_out_explanation(explaining, **how)


def _by_key(found: Sequence[Mapping[str, Sample]]) -> dict[str, Sample]:
    """Every sample by what its scenario means, each with the replicates that none of them lacks."""
    samples = [sample for batch in found for sample in batch.values()]
    whole = set.intersection(*(set(sample.replicates) for sample in samples))
    return {sample.scenario.key: sample.only(tuple(whole)) for sample in samples}


def _view(explaining: Explaining, bundle: Bundle, samples: Mapping[str, Sample]) -> View:
    """The headline indicators of every coalition and knock-out of a bundle, in the period that verdicts go by."""
    columns = [place for place, one in enumerate(INDICATORS.values()) if one.headline]
    names = tuple(name for name, one in INDICATORS.items() if one.headline)

    def of(scenario: Scenario) -> np.ndarray:
        sample = samples[scenario.key]
        return sample.period(sample.periods.verdicts)[:, columns]

    orders = explaining.orders_of(bundle)
    values = np.full((1 << len(bundle.groups), *of(bundle.reference).shape), np.nan)
    known = {number: bundle.coalition(number) for number in visited(len(bundle.groups), orders)}
    for number, scenario in known.items():
        values[number] = of(scenario)
    knocked = [(one, of(one.scenario)) for one in bundle.knock_outs()] if explaining.knock_outs else []
    return View(bundle, names, values, len(coalitions.distinct(list(known.values()))), orders, tuple(knocked))
