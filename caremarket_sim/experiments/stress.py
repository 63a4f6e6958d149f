"""What breaks when something goes wrong, when, and how long it takes to recover: shocks against each policy.

Every policy is simulated with and without each shock on the same futures. The difference between the two, week by week,
is the shock's doing and nothing else's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.experiments.allowances import NOTHING, Allowances, allowances, banner_of, require_in_force
from caremarket_sim.experiments.comparability import ground, require_common_ground
from caremarket_sim.experiments.design import FailedReplicate, Sample, Tell, replicate_seeds, tasks_of
from caremarket_sim.experiments.frames import described
from caremarket_sim.experiments.periods import Periods, in_force_from
from caremarket_sim.experiments.plan import Batch, Plan, carry_out_plan, require_distinct_names
from caremarket_sim.experiments.statistics import interval
from caremarket_sim.experiments.store import Store
from caremarket_sim.indicators import INDICATORS, WEEKLY
from caremarket_sim.policy import PRESET_TITLES, of_preset
from caremarket_sim.scenario import Change, Scenario

SMOOTHED_WEEKS = 4
"""Differences are means of so many weeks: single weeks are mostly noise."""

RECOVERED_WEEKS = 13
"""An indicator has recovered when it has been back for a quarter of a year."""

FIRST_WEEK = 128
"""When shocks begin: by then a policy that begins with co-design and a tender has been in force for a while, and the
third April, at which a fee freeze bites, is still to come."""

YEARS = 4


@dataclass(frozen=True)
class Shock:
    """Levers that go wrong for so many weeks; `title` says it to people."""

    name: str
    title: str
    levers: Mapping[str, Any]
    weeks: int


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


@dataclass(frozen=True)
class StressTest:
    """What shocks did to each policy. `frame()` is the table; `course()` the weekly differences behind it."""

    samples: Mapping[str, Sample]
    policies: tuple[str, ...]
    shocks: tuple[Shock, ...]
    first_week: int
    seed: int
    seeds: tuple[int, ...]
    failed: tuple[FailedReplicate, ...] = ()
    banner: str | None = None

    @property
    def periods(self) -> Periods:
        """From when all policies are in force; a shock before that meets some of them in preparation."""
        return self.samples[self.policies[0]].periods

    def frame(self) -> pd.DataFrame:
        """A row a policy, shock and headline indicator: whether it breaks, when, how far, and when it is back.

        Weeks count from the shock's first week, which is 0. `breaks`: for four weeks on end the mean difference is
        worse than the smallest that matters and its 95% interval clear of zero. `recovered_after`: the difference is
        within what matters from then on for a quarter of a year; nan where it is not before the end.
        """
        rows = []
        for policy in self.policies:
            for shock in self.shocks:
                for indicator in _watched():
                    found = _reaction(self.difference(policy, shock.name, indicator), indicator, self.first_week)
                    about = {"scenario": policy, "shock": shock.name, "indicator": indicator}
                    about["unit"] = INDICATORS[indicator].unit
                    rows.append({**about, **found, "replicates": len(self.seeds) - len(self.failed)})
        return described(pd.DataFrame(rows, columns=_COLUMNS))

    def difference(self, policy: str, shock: str, indicator: str) -> NDArray[np.float64]:
        """With the shock less without it (replicate, week), each week the mean of the last few."""
        column = WEEKLY.index(indicator)
        gap = self.samples[_named(policy, shock)].weekly - self.samples[policy].weekly
        return _smoothed(gap[:, :, column])

    def course(self) -> pd.DataFrame:
        """Mean difference and interval, every week from the shock on."""
        parts = []
        for policy in self.policies:
            for shock in self.shocks:
                for indicator in _watched():
                    found = interval(self.difference(policy, shock.name, indicator)[:, self.first_week :])
                    parts.append(
                        pd.DataFrame(
                            {
                                "scenario": policy,
                                "shock": shock.name,
                                "indicator": indicator,
                                "week": np.arange(len(found.mean)),
                                "difference": found.mean,
                                "low": found.low,
                                "high": found.high,
                            }
                        )
                    )
        return described(pd.concat(parts, ignore_index=True))

    def summary(self) -> list[str]:
        """What breaks under each shock, policy by policy, in plain words."""
        from caremarket_sim.reporting.stress_report import sentences

        return sentences(self)

    def plot(self, shock: str | None = None):
        """A matplotlib figure of one shock (the first): every headline's difference through time, policy by policy."""
        from caremarket_sim.reporting.stress_report import figure

        return figure(self, shock or self.shocks[0].name)

    def _repr_html_(self) -> str:
        from caremarket_sim.reporting.sweep_tables import stress_html

        return stress_html(self)


_COLUMNS = ["scenario", "shock", "indicator", "unit", "breaks", "breaks_after", "worst", "worst_low", "worst_high",
            "worst_after", "recovered_after", "replicates"]  # fmt: skip


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
    if len(scenarios) != 1 or scenarios[0].changes:
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
    workers: int | None = None,
    cluster: str | None = None,
    tell: Tell | None = None,
    say: Callable[[str], None] | None = None,
) -> StressTest:
    """Simulate a planned stress test."""
    plan, shocks, first = planned
    samples, failed = carry_out_plan(plan, store=store, workers=workers, cluster=cluster, tell=tell, say=say)
    policies = tuple(scenario.name for scenario in plan.scenarios if SEPARATOR not in scenario.name)
    return StressTest(samples[0], policies, shocks, first, plan.seed, plan.seeds, tuple(failed), plan.banner)


def stress(
    *scenarios: Scenario,
    shocks: Sequence[str] | None = None,
    replicates: int = 10,
    seed: int = 1,
    years: int | None = None,
    allow: str | Sequence[str] = (),
    why: str = "",
    workers: int | None = None,
    cluster: str | None = None,
    tell: Tell | None = None,
) -> StressTest:
    """Each scenario with and without each shock (all of `SHOCKS` when None) on the same futures.

    `allow` names grounds for refusal that are let through under a banner, for the reason `why`.
    """
    allowed = allowances(allow, why)
    planned = plan_stress(scenarios, shocks=shocks, replicates=replicates, seed=seed, years=years, allowed=allowed)
    return carry_out_stress(planned, workers=workers, cluster=cluster, tell=tell)


SEPARATOR = " + "


def _named(policy: str, shock: str) -> str:
    return f"{policy}{SEPARATOR}{shock}"


def _watched() -> list[str]:
    return [one.id for one in INDICATORS.values() if one.headline and one.id in WEEKLY]


def _smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each week the mean of itself and the few before it."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    first = np.maximum(np.arange(values.shape[1]) + 1 - SMOOTHED_WEEKS, 0)
    last = np.arange(1, values.shape[1] + 1)
    return (sums[:, last] - sums[:, first]) / (last - first)


def _reaction(gap: NDArray[np.float64], indicator: str, first: int) -> dict[str, Any]:
    """What a difference (replicate, week) came to from the shock's first week on."""
    about = INDICATORS[indicator]
    found = interval(gap[:, first:])
    towards_worse = -1.0 if about.better == "higher" else 1.0
    worse = found.mean * towards_worse
    edge = found.low if towards_worse > 0 else -found.high
    matters = worse > about.smallest
    broken = _lasting(matters & (edge > 0.0), SMOOTHED_WEEKS)
    at = int(np.argmax(np.where(broken, worse, -np.inf) if broken.any() else worse))
    row: dict[str, Any] = {
        "breaks": bool(broken.any()),
        "breaks_after": float("nan"),
        "worst": float(found.mean[at]),
        "worst_low": float(found.low[at]),
        "worst_high": float(found.high[at]),
        "worst_after": float(at),
        "recovered_after": float("nan"),
    }
    if broken.any():
        start = int(np.argmax(broken))
        while start > 0 and matters[start - 1]:
            start -= 1
        row["breaks_after"] = float(start)
        back = _lasting(~matters, RECOVERED_WEEKS)
        later = np.flatnonzero(back[start:])
        row["recovered_after"] = float(start + later[0]) if len(later) else float("nan")
    return row


def _lasting(weeks: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """The weeks that belong to a spell of at least so many."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], weeks, [False]]).astype(np.int8)))
    lasting = np.zeros(len(weeks), bool)
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        lasting[first:last] = last - first >= least
    return lasting
