"""One scenario, replicated: what happens under it, not what it changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from caremarket_sim.findings.draws import Draw, at_the_centre, batches_of, first_draws
from caremarket_sim.results.periods import in_force_from
from caremarket_sim.results.store import Store
from caremarket_sim.runs.allowances import NOTHING, Allowances, allowances, require_in_force
from caremarket_sim.runs.design import replicate_seeds, tasks_of
from caremarket_sim.runs.plan import REPLICATES, SEED, Batch, Plan, at_horizon, carry_out_plan
from caremarket_sim.runs.progress import showing_progress
from caremarket_sim.runs.work import How
from caremarket_sim.scenario import Scenario
from caremarket_sim.studies.compare.run_result import Run


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
    (scenario,) = at_the_centre([scenario], drawn)
    batches = (Batch(tasks_of([scenario], seeds)), *others)
    return Plan((scenario,), None, seed, batches, banner, 1 + len(others), in_force_from([scenario]))


def carry_out_run(
    plan: Plan,
    *,
    store: Store | None = None,
    **how: Unpack[How],
) -> Run:
    """Simulate a planned run. Raises EveryReplicateFailed when nothing could be simulated."""
    (samples, *others), failed = carry_out_plan(plan, store=store, **how)
    return Run(samples, plan.seed, plan.seeds, tuple(failed), tuple(found for found in others if found), plan.banner)


@showing_progress
def run(
    scenario: Scenario,
    *,
    replicates: int = REPLICATES,
    seed: int = SEED,
    years: int | None = None,
    allow: str | Sequence[str] = (),
    why: str = "",
    draws: int = 1,
    **how: Unpack[How],
) -> Run:
    """Simulate one scenario on `replicates` futures, under `draws` plausible draws of the assumptions.

    `allow` names grounds for refusal that are let through under a banner, for the reason `why`. Raises BadInput for
    levers that are never in force, EveryReplicateFailed when nothing could be simulated.
    `how`: `workers`, `cluster`, `tell` and `say`, as `runs.work.How` has them.
    """
    drawn = first_draws(draws, replicates) if draws > 1 else ()
    allowed = allowances(allow, why)
    plan = plan_run(scenario, replicates=replicates, seed=seed, years=years, allowed=allowed, drawn=drawn)
    return carry_out_run(plan, **how)
