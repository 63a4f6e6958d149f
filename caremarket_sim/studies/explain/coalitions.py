"""A policy taken apart: scenarios with some groups of its levers in force, and with one lever set back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.policy import LEVERS, NEUTRAL, Levers
from caremarket_sim.policy.settings import unmet_needs
from caremarket_sim.policy.values import Value
from caremarket_sim.scenario import Change, Scenario

GROUPS = tuple(dict.fromkeys(lever.group for lever in LEVERS.values()))
"""Every group of levers, in the order of the register; shocks, which are no policy, last."""

POLICY_GROUPS = tuple(group for group in GROUPS if group != "shocks")

AS_WRITTEN, EQUAL_FEE, EQUAL_BUDGET = "as written", "equal fee", "equal budget"


@dataclass(frozen=True)
class KnockOut:
    """A lever set back to the reference's value. `also` names levers that have no effect without it, set back too."""

    lever: str
    also: tuple[str, ...]
    scenario: Scenario


@dataclass(frozen=True)
class Bundle:
    """A policy's levers over a reference's, group by group; `view` says under which condition it is looked at."""

    view: str
    reference: Scenario
    policy: Scenario

    @cached_property
    def levers(self) -> tuple[str, ...]:
        """The levers in which the policy differs from the reference in some week."""
        weeks = _weeks(self.reference, self.policy)
        pairs = [(self.reference.levers_at(week), self.policy.levers_at(week)) for week in weeks]
        return tuple(key for key in LEVERS if any(before[key] != after[key] for before, after in pairs))

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups that are held apart: those of policy, and shocks if they differ. One may differ in nothing."""
        differing = {LEVERS[key].group for key in self.levers}
        return tuple(group for group in GROUPS if group in POLICY_GROUPS or group in differing)

    def coalition(self, number: int) -> Scenario:
        """The reference with the policy's levers in the groups whose bit is set; the ends under their own names."""
        members = [group for place, group in enumerate(self.groups) if number >> place & 1]
        if not number:
            return self.reference
        if len(members) == len(self.groups):
            return self.policy
        differing = [group for group in members if any(LEVERS[key].group == group for key in self.levers)]
        name = f"{self.policy.name}, {' + '.join(differing) or 'nothing'}"
        return mixed(self.reference, self.policy, [key for key in LEVERS if LEVERS[key].group in members], name)

    def knock_outs(self) -> tuple[KnockOut, ...]:
        """The policy with each of its levers set back alone, or with those that have no effect without it."""
        return tuple(self._knock_out(lever) for lever in self.levers)

    def _knock_out(self, lever: str) -> KnockOut:
        kept = [key for key in LEVERS if key != lever]
        scenario = mixed(self.reference, self.policy, kept, f"{self.policy.name} without {lever}")
        weeks = _weeks(self.reference, self.policy)
        also = tuple(
            key
            for key in self.levers
            if key != lever and any(scenario.levers_at(week)[key] != self.policy.levers_at(week)[key] for week in weeks)
        )
        return KnockOut(lever, also, scenario)

    def values(self, lever: str) -> tuple[Value, Value]:
        """The lever's value in the reference and in the policy, in the first week in which they differ."""
        for week in _weeks(self.reference, self.policy):
            before, after = self.reference.levers_at(week)[lever], self.policy.levers_at(week)[lever]
            if before != after:
                return before, after
        raise KeyError(lever)


def mixed(reference: Scenario, policy: Scenario, taken: Collection[str], name: str) -> Scenario:
    """The reference with the levers in `taken` as the policy has them, every week; valid whatever is taken."""
    changes = []
    for week in _weeks(reference, policy):
        theirs = policy.levers_at(week)
        levers = reference.levers_at(week).changed({key: theirs[key] for key in taken})
        changes.append(Change(week, with_needs_met(levers), name))
    return replace(reference, name=name, title=name, changes=tuple(changes))


def with_needs_met(levers: Levers) -> Levers:
    """The levers, with each that lacks what a scenario must set with it at its neutral value: it has no effect so."""
    while lacking := [key for key in LEVERS if levers[key] != LEVERS[key].neutral and unmet_needs(key, levers)]:
        levers = levers.changed({key: NEUTRAL[key] for key in lacking})
    return levers


def at_equal_fee(bundle: Bundle) -> Bundle:
    """The bundle with the reference's fee levers, so that the other groups are explained with the fee equal."""
    others = [key for key in LEVERS if LEVERS[key].group != "fee"]
    policy = mixed(bundle.reference, bundle.policy, others, f"{bundle.policy.name} at equal fee")
    return Bundle(EQUAL_FEE, bundle.reference, policy)


def at_terms(bundle: Bundle, policy: Scenario) -> Bundle:
    """The bundle with the terms of `policy`, at which the whole of it costs the council what the reference does."""
    return Bundle(EQUAL_BUDGET, bundle.reference, policy.named(f"{bundle.policy.name} at equal budget"))


def require_bundle(bundle: Bundle) -> None:
    """Raise BadInput where there is nothing to take apart."""
    if bundle.policy.national != bundle.reference.national:
        what = f"{bundle.policy.name} has the nation otherwise than {bundle.reference.name}, which no lever explains"
        raise BadInput(Problem(what, file=bundle.policy.path, right="give both the same `national:`"))
    if bundle.levers:
        return
    what = f"{bundle.policy.name} has the same levers as {bundle.reference.name}, so there is nothing to explain"
    right = "name a scenario with a policy of its own, or another one with --against"
    raise BadInput(Problem(what, file=bundle.policy.path, right=right))


def distinct(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """One scenario of each set that mean the same, the first: they share a run."""
    found: dict[str, Scenario] = {}
    for scenario in scenarios:
        found.setdefault(scenario.key, scenario)
    return tuple(found.values())


def _weeks(reference: Scenario, policy: Scenario) -> list[int]:
    """The weeks in which either may change, and the first."""
    return sorted({0, *(change.week for change in (*reference.changes, *policy.changes))})
