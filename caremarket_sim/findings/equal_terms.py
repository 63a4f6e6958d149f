"""The terms that a council would change to spend more or less, in the order in which it would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from caremarket_sim.policy import LEVERS, Levers
from caremarket_sim.policy.values import Value, shown
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.definition import Change

FEE = "fee.level"
BOUGHT = (
    "community.connectors_fte",
    "community.coop_support",
    "stewardship.capacity_fte",
    "contract.retainer_weeks",
)
"""What the council pays for itself."""
REQUIRED = (
    "employment.paid_travel_share",
    "employment.shift_pay",
    "employment.sick_pay",
    "employment.training_days",
)
"""What it requires of providers: it pays for that where fees follow costs, and nothing where it names the fee."""
WINNERS = ("procurement.max_providers", "procurement.providers_per_zone")
"""How many share the work, on whom overhead is spread."""
EXTRAS, ALL = 1.0, 2.0
"""Steps: all extras are as in the other scenario; and the fee is at its end as well."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Terms of a scenario that move towards spending what another does.

    Up to step 1 all paid extras move together from its own towards the other's, those only that save (or spend): they
    bind nobody for years. From there to step 2 the fee moves to `end` times itself. `winners` is how many providers
    there are over how many are written.
    """

    scenario: Scenario
    other: Scenario
    saving: bool
    end: float = 1.0
    winners: float = 1.0

    def at(self, step: float) -> Scenario:
        """The scenario with the terms of a step, from its own first change on, or else from the other's."""
        return _changed(self.scenario, self.other, partial(self._moved, step=step))

    def _moved(self, own: Levers, other: Levers, step: float) -> Levers:
        share = min(step, EXTRAS)
        values: dict[str, Value] = {}
        for key in (*BOUGHT, *(REQUIRED if own["fee.rule"] != "fixed" else ())):
            before, after = own[key], other[key]
            assert isinstance(before, int | float) and isinstance(after, int | float)
            if before != after and (after < before) == self.saving:
                value = before + share * (after - before)
                values[key] = round(value) if LEVERS[key].kind == "whole" else value
        if step > EXTRAS:
            values[FEE] = _fee(own, 1.0 + (step - EXTRAS) * (self.end - 1.0))
        if self.winners != 1.0:
            values |= {key: max(round(self.winners * int(own[key])), 1) for key in WINNERS if own[key]}  # type: ignore[call-overload]
        return own.changed(values)

    @property
    def has_extras(self) -> bool:
        """Whether there is any extra to move."""
        return bool(self.terms(EXTRAS))

    @property
    def can_have_fewer(self) -> bool:
        """Whether the contract picks so many providers that it could pick half of them."""
        last = self.scenario.levers_at(self.scenario.weeks)
        return int(last[WINNERS[0]]) > 1  # type: ignore[call-overload]

    def terms(self, step: float) -> dict[str, tuple[Value, Value]]:
        """What differs from the scenario as written in the end: each lever, its value as written and at the step."""
        week = self.scenario.weeks
        before, after = self.scenario.levers_at(week), self.at(step).levers_at(week)
        return {key: (before[key], after[key]) for key in LEVERS if before[key] != after[key]}


def with_plain_fee(scenario: Scenario, other: Scenario, times: float) -> Scenario:
    """The scenario with so many times its fee and nothing else moved, from its own first change on, or the other's."""
    return _changed(scenario, other, lambda own, _: own.changed({FEE: _fee(own, times)}))


def _fee(levers: Levers, times: float) -> float:
    """So many times the fee level, within the lever's bounds."""
    low, high = LEVERS[FEE].bounds or (0.0, 0.0)
    return min(max(float(levers[FEE]) * times, low), high)  # type: ignore[arg-type]


def _changed(own: Scenario, other: Scenario, moved: Callable[[Levers, Levers], Levers]) -> Scenario:
    """The scenario with its levers moved, given the other's, from its own first change on, or else from the other's."""
    both = (*own.changes, *other.changes)
    start = next((change.week for change in both), 0)
    known = {change.week: change for change in own.changes}
    changes = []
    for week in sorted({start, *(change.week for change in both if change.week >= start)}):
        levers = moved(own.levers_at(week), other.levers_at(week))
        changes.append(replace(known.get(week, Change(week, levers, "the same money")), levers=levers))
    return replace(own, changes=tuple(changes))


def in_words(terms: dict[str, tuple[Value, Value]]) -> str:
    """Terms in words: each lever, from what to what."""
    if not terms:
        return "its terms as written"
    return ", ".join(f"{key} {_rounded(before)} to {_rounded(after)}" for key, (before, after) in terms.items())


def _rounded(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else shown(value)
