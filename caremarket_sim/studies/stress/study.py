"""What breaks when something goes wrong, when, and how long it takes to recover: shocks against each policy.

Every policy is simulated with and without each shock on the same futures. The difference between the two, week by week,
is the shock's doing and nothing else's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.policy import PRESET_TITLES, of_preset
from caremarket_sim.results.periods import in_force_from
from caremarket_sim.results.store import Store
from caremarket_sim.runs.allowances import NOTHING, Allowances, allowances, banner_of, require_in_force
from caremarket_sim.runs.comparability import ground, require_common_ground
from caremarket_sim.runs.design import replicate_seeds, tasks_of
from caremarket_sim.runs.plan import Batch, Plan, carry_out_plan, require_distinct_names
from caremarket_sim.runs.progress import showing_progress
from caremarket_sim.runs.work import How
from caremarket_sim.scenario import Change, Scenario
from caremarket_sim.studies.stress.result import RECOVERED_WEEKS, SEPARATOR, Shock, StressTest, _named

FIRST_WEEK = 128
"""When shocks begin: by then a policy that begins with co-design and a tender has been in force for a while, and the
third April, at which a fee freeze bites, is still to come."""

YEARS = 4


SHOCKS: dict[str, Shock] = {
    one.name: one
    for one in (
        Shock("provider-failure", "a provider of 15% of contracted hours fails", {"shocks.provider_failure": 0.15}, 4),
        Shock("labour-shock", "half as many people apply for half a year", {"shocks.labour_supply": 0.5}, 26),
        Shock("fee-freeze", "the fee stays where it is for a year, over one April", {"shocks.fee_freeze": True}, 52),
        Shock("demand-surge", "referrals are 30% up for half a year", {"shocks.demand": 1.3}, 26),
        Shock("absence", "one in ten more is off work for eight weeks", {"shocks.absence": 0.1}, 8),
    )
}


def plan_stress(
    scenarios: Sequence[Scenario],
    *,
    shocks: Sequence[str] | None = None,
    replicates: int = 10,
    seed: int = 1,
    years: int | None = None,
    first_week: int | None = None,
    allowed: Allowances = NOTHING,
) -> tuple[Plan, tuple[Shock, ...], int]:
    """The runs of a stress test: each policy without and with each shock. Raises BadInput for what cannot be.

    A single scenario without policy is tested beside the shipped presets, each in force from its first week.
    """
    names = list(SHOCKS) if shocks is None else list(shocks)
    unknown = [name for name in names if name not in SHOCKS]
    if unknown:
        raise BadInput(Problem(f"there is no shock {name!r}", right=suggestion(name, SHOCKS)) for name in unknown)
    chosen = tuple(SHOCKS[name] for name in names)
    years = years or YEARS
    policies = [one.with_weeks(52 * years) for one in with_presets(scenarios)]
    require_distinct_names(policies)
    first = FIRST_WEEK if first_week is None else first_week
    last = max((first + shock.weeks for shock in chosen), default=first)
    if last + RECOVERED_WEEKS > 52 * years:
        raise BadInput(
            Problem(
                f"shocks that begin in week {first} leave no time to recover within {years} years",
                right=f"simulate more years, or begin before week {52 * years - RECOVERED_WEEKS - last + first}",
            )
        )
    grounds = {scenario.name: ground(scenario) for scenario in policies}
    different = require_common_ground(grounds, policies[0].name, allowed)
    banner = banner_of([require_in_force(policies, allowed), *different])
    every = [one for policy in policies for one in (policy, *(shocked(policy, shock, first) for shock in chosen))]
    seeds = replicate_seeds(seed, replicates)
    batches = (Batch(tasks_of(every, seeds)),)
    plan = Plan(tuple(every), policies[0].name, seed, batches, banner, in_force=in_force_from(policies))
    return plan, chosen, first


def with_presets(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """The scenarios, with the shipped presets beside a single one that has no policy."""
    if len(scenarios) != 1 or not scenarios[0].is_as_it_is:
        return list(scenarios)
    (base,) = scenarios
    found = [base]
    for name, title in PRESET_TITLES.items():
        levers = of_preset(name, base.place.regime)
        found.append(replace(base.named(name, title), changes=(Change(0, levers, title),)))
    return found


def shocked(policy: Scenario, shock: Shock, first: int) -> Scenario:
    """The policy with the shock's levers from its first week, back to what the policy has them at after its last."""
    last = first + shock.weeks
    weeks = sorted({first, last, *(change.week for change in policy.changes)})
    whys = {change.week: change.why for change in policy.changes}
    changes = []
    for week in weeks:
        levers = policy.levers_at(week)
        if first <= week < last:
            levers = levers.changed(shock.levers)
        changes.append(Change(week, levers, whys.get(week, shock.title if week == first else f"{shock.name} ends")))
    return replace(policy.named(_named(policy.name, shock.name)), changes=tuple(changes))


def carry_out_stress(
    planned: tuple[Plan, tuple[Shock, ...], int],
    *,
    store: Store | None = None,
    **how: Unpack[How],
) -> StressTest:
    """Simulate a planned stress test."""
    plan, shocks, first = planned
    samples, failed = carry_out_plan(plan, store=store, **how)
    policies = tuple(scenario.name for scenario in plan.scenarios if SEPARATOR not in scenario.name)
    return StressTest(samples[0], policies, shocks, first, plan.seed, plan.seeds, tuple(failed), plan.banner)


@showing_progress
def stress(
    *scenarios: Scenario,
    shocks: Sequence[str] | None = None,
    replicates: int = 10,
    seed: int = 1,
    years: int | None = None,
    allow: str | Sequence[str] = (),
    why: str = "",
    **how: Unpack[How],
) -> StressTest:
    """Each scenario with and without each shock (all of `SHOCKS` when None) on the same futures.

    `allow` names grounds for refusal that are let through under a banner, for the reason `why`.
    `how`: `workers`, `cluster`, `tell` and `say`, as `runs.work.How` has them.
    """
    allowed = allowances(allow, why)
    planned = plan_stress(scenarios, shocks=shocks, replicates=replicates, seed=seed, years=years, allowed=allowed)
    return carry_out_stress(planned, **how)
