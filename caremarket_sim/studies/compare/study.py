"""The main job: scenarios side by side on the same simulated futures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Unpack

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.findings import assumptions
from caremarket_sim.findings.draws import Draw, at_the_centre, batches_of, first_draws
from caremarket_sim.findings.placebo import with_placebo_of
from caremarket_sim.findings.structures import batches_under_forms, form_of
from caremarket_sim.results.periods import in_force_from
from caremarket_sim.results.store import Store
from caremarket_sim.runs.allowances import NOTHING, Allowances, allowances, banner_of, require_in_force
from caremarket_sim.runs.comparability import ground, require_common_ground
from caremarket_sim.runs.design import Sample, replicate_seeds, tasks_of
from caremarket_sim.runs.plan import (
    REPLICATES,
    SEED,
    Batch,
    Plan,
    at_horizon,
    carry_out_plan,
    require_distinct_names,
    told_apart,
)
from caremarket_sim.runs.plausibility import Plausibility, people_of, probe_each, refuse_implausible
from caremarket_sim.runs.progress import showing_progress
from caremarket_sim.runs.work import How
from caremarket_sim.scenario import Scenario
from caremarket_sim.studies.compare.result import Comparison
from caremarket_sim.studies.standing.study import compare_standing

ASSUMPTION_REPLICATES = 3
"""Replicates of each end of each carrying assumption; 0 leaves the ends untried."""

BASELINE = "baseline"
"""What the place with no new policy is called where `compare` adds it."""


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
    structures: bool = False,
) -> Plan:
    """What a comparison is made of, after making sure that the scenarios compare.

    `drawn`: plausible draws of the assumptions to repeat it under, the centre first. `structures`: also under each
    other form of the model. `baseline`: add the place with no new policy, where none of the scenarios is that. Raises
    BadInput for names that repeat or are unknown and levers that are never in force, ComparisonRefused for scenarios
    that differ in more than policy; both unless `allowed`.
    """
    if baseline:
        scenarios = with_baseline(scenarios)
    if len(scenarios) < 2:
        raise BadInput(Problem(f"{len(scenarios)} scenario is given", right="a comparison needs at least two"))
    require_distinct_names(scenarios)
    scenarios = at_horizon(scenarios, years)
    reference = reference_among(scenarios, reference)
    seeds = replicate_seeds(seed, replicates)
    others = batches_of(scenarios, drawn, seeds)
    scenarios = at_the_centre(scenarios, drawn)
    grounds = {scenario.name: ground(scenario) for scenario in scenarios}
    banner = banner_of([require_in_force(scenarios, allowed), *require_common_ground(grounds, reference, allowed)])
    tried = assumptions.batches_at_ends(scenarios, seeds[:assumption_replicates]) if assumption_replicates else ()
    forms = batches_under_forms(scenarios, seeds) if structures else ()
    batches = (Batch(tasks_of(scenarios, seeds)), *tried, *forms, *others)
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
    **how: Unpack[How],
) -> Comparison:
    """Simulate a planned comparison. Raises EveryReplicateFailed when nothing could be simulated."""
    assert plan.reference is not None
    samples, failed = carry_out_plan(plan, store=store, **how)
    last = len(plan.batches) - plan.draws + 1
    ends, forms = [], []
    for batch, found in zip(plan.batches[1:last], samples[1:last], strict=True):
        if not found:
            continue
        if (form := form_of(batch, found)) is not None:
            forms.append(form)
        else:
            ((parameter, value),) = batch.parameters
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
        forms=tuple(forms),
    )


def _over_the_horizon(found: Plausibility, samples: Mapping[str, Sample]) -> Plausibility:
    """What was found of a place, and what became of it in the comparison's own futures with no new policy."""
    for sample in samples.values():
        if sample.scenario.is_as_it_is and sample.scenario.place.name == found.place:
            return found.over_the_horizon(sample.overall, people_of(sample.scenario))
    return found


@showing_progress
def compare(
    *scenarios: Scenario,
    reference: str | None = None,
    replicates: int = REPLICATES,
    seed: int = SEED,
    years: int | None = None,
    allow: str | Sequence[str] = (),
    why: str = "",
    assumption_replicates: int = ASSUMPTION_REPLICATES,
    draws: int = 1,
    baseline: bool = True,
    settled: bool = False,
    structures: bool = False,
    placebo: bool = False,
    **how: Unpack[How],
) -> Comparison:
    """Simulate every scenario on the same `replicates` futures and hold each against the reference.

    `reference` names a scenario; without it the first is the reference. The place with no new policy is added, last,
    where none of the scenarios is that, unless `baseline` is False. `years` overrides the scenarios' horizon. `allow`
    names grounds for refusal that are let through under a banner, such as "never-in-force", for the reason `why`. A
    scenario made from another by `with_levers` is named by what was changed. `draws`: how many plausible draws of the
    assumptions to repeat it under, so that intervals hold ignorance as well as chance. `settled`: also each policy as
    the place's standing regime, in `comparison.standing`, which goes without `draws`. `structures`: also under each
    other form of the model, in `comparison.structures()`. `how`: `workers`, `cluster`,
    `tell` and `say`, as `runs.work.How` has them. Raises what `plan_comparison` and
    `carry_out_comparison` do.
    """
    if settled and draws > 1:
        right = "settled=True with the assumptions held fixed, then draws without it"
        raise BadInput(Problem(f"draws={draws} does not go with settled=True", right=right))
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
        structures=structures,
    )
    found = probe_each(plan.scenarios, **how)
    plan = held_plausible(plan, found, allowed)
    result = carry_out_comparison(plan, **how)
    if placebo:
        result = with_placebo(result, **how)
    return with_standing(result, **how) if settled else result


def with_standing(result: Comparison, store: Store | None = None, **how: Unpack[How]) -> Comparison:
    """The comparison, and beside it the same policies as standing regimes on the same futures."""
    return replace(
        result, standing=compare_standing(result.scenarios, result.reference, result.seeds, store=store, **how)
    )


def with_placebo(result: Comparison, **how: Unpack[How]) -> Comparison:
    """The comparison, and beside it the pounds that its dearest policy adds, as plain fee under the reference."""
    return replace(result, placebo=with_placebo_of(result.samples, result.reference, result.seeds, **how))


def with_baseline(scenarios: Sequence[Scenario]) -> Sequence[Scenario]:
    """The scenarios and, last, the place of the first with no new policy and the nation as in its calendar; as they are
    where one of them is that."""
    if not scenarios or any(scenario.is_as_it_is for scenario in scenarios):
        return scenarios
    taken = {scenario.name for scenario in scenarios}
    name = BASELINE if BASELINE not in taken else "no-new-policy"
    return (*scenarios, replace(scenarios[0].without_policy(name), national=()))


def reference_among(scenarios: Sequence[Scenario], reference: str | None) -> str:
    """The name of the reference: as asked for, else the first."""
    names = [scenario.name for scenario in scenarios]
    if reference is None:
        return names[0]
    if reference not in names:
        raise BadInput(Problem(f"no scenario is called {reference!r}", right=suggestion(reference, names)))
    return reference
