"""A scenario: a place, a horizon, prices, parameters, and a policy that changes on dates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.markup import display
from caremarket_sim.national import NationalChange
from caremarket_sim.parameters import Parameters, register
from caremarket_sim.policy import LEVERS, Levers
from caremarket_sim.policy.settings import accepted_levers, unmet_needs
from caremarket_sim.policy.values import shown
from caremarket_sim.scenario.lever_values import accepted_parameters
from caremarket_sim.scenario.national import accepted_change
from caremarket_sim.scenario.places import RETENDER, Place
from caremarket_sim.scenario.timing import MOST_YEARS, WEEKS_A_YEAR

Prices = Literal["projected", "frozen"]
PRICES: tuple[Prices, ...] = ("projected", "frozen")


@dataclass(frozen=True)
class Change:
    """From `week` on, all `levers` have these values, and why; `written` says where, as file and line, by lever."""

    week: int
    levers: Levers
    why: str = ""
    written: Mapping[str, tuple[str, int | None]] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, eq=False, repr=False)
class Scenario:
    """What is to be simulated. `changes` are in order of week, and each changes something; `national` is what the
    nation sets otherwise than in its calendar, in order of date.

    Raises BadInput for a horizon or prices that cannot be, or changes that are out of order.
    """

    name: str
    title: str
    path: Path
    place: Place
    weeks: int = 5 * WEEKS_A_YEAR
    prices: Prices = "projected"
    parameters: Parameters = field(default_factory=Parameters)
    changes: tuple[Change, ...] = ()
    national: tuple[NationalChange, ...] = ()

    def __post_init__(self) -> None:
        problems = []
        if not 1 <= self.weeks <= MOST_YEARS * WEEKS_A_YEAR:
            right = f"give 1 to {MOST_YEARS * WEEKS_A_YEAR} weeks"
            problems.append(Problem(f"{self.name} has a horizon of {self.weeks} weeks", right=right))
        if self.prices not in PRICES:
            problems.append(Problem(f"prices is {self.prices!r}", right=suggestion(str(self.prices), PRICES)))
        weeks = [change.week for change in self.changes]
        if weeks != sorted(set(weeks)) or any(week < 0 for week in weeks):
            problems.append(Problem(f"{self.name} has changes that are not in order of week"))
        days = [change.day for change in self.national]
        if days != sorted(days) or any(day < self.start for day in days):
            what = f"{self.name} has national changes before its start, {self.start}, or not in order of date"
            problems.append(Problem(what))
        if problems:
            raise BadInput(problems)
        object.__setattr__(self, "changes", _effective(self.place.regime, self.changes))

    @property
    def is_as_it_is(self) -> bool:
        """Whether nothing changes: no policy of the council's, and the nation as in its calendar."""
        return not self.changes and not self.national

    @property
    def start(self) -> date:
        """The Monday on which week 0 begins."""
        return self.place.start

    def levers_at(self, week: int) -> Levers:
        """The levers in force in a week."""
        in_force = self.place.regime
        for change in self.changes:
            if change.week > week:
                break
            in_force = change.levers
        return in_force

    @cached_property
    def key(self) -> str:
        """A hash of all that determines the numbers, and of nothing else: never of names, titles or whys."""
        return _hashed(
            {
                **self._settled_from,
                "weeks": self.weeks,
                "prices": self.prices,
                "levers": [[change.week, dict(change.levers)] for change in self.changes if change.week < self.weeks],
                **({"national": [_plain(change) for change in self.national]} if self.national else {}),
            }
        )

    @cached_property
    def spin_up_key(self) -> str:
        """A hash of all that determines the market as it has settled before week 0."""
        return _hashed(self._settled_from)

    @property
    def _settled_from(self) -> dict[str, object]:
        known = register()
        overrides = {name: value for name, value in self.parameters.overrides.items() if value != known[name].value}
        return {"place": self.place.key, "parameters": overrides}

    def without_policy(self, name: str) -> Scenario:
        """The place as it goes on under its present regime: no change of policy, all else the same, the nation too."""
        return replace(self, name=name, title=f"{self.place.name} with no new policy", changes=())

    def standing(self) -> Scenario:
        """The policy that it ends with as the place's standing regime, at prices held: no change, no way there.

        The market has lived under it for whole contract cycles at week 0, its futures spread over a cycle's phases.
        """
        let = self.place.tendered or any(change.levers[RETENDER] for change in self.changes)
        levers = self.levers_at(self.weeks - 1).changed({RETENDER: let})
        return replace(self, place=self.place.under(levers), changes=(), national=(), prices="frozen")

    def with_levers(self, levers: Mapping[str, object] | None = None, /, **by_name: object) -> Scenario:
        """The scenario with these levers at these values throughout, from week 0 on.

        A name is the lever's key with two underscores for the point: `with_levers(contract__term_years=7)`.
        Raises BadInput for an unknown lever, a value that it does not take, or one that lacks what it needs.
        """
        values = accepted_levers(_dotted(levers, by_name))
        weeks = sorted({0, *(change.week for change in self.changes)})
        known = {change.week: change for change in self.changes}
        changes = []
        for week in weeks:
            before = self.levers_at(week)
            after = before.changed(values)
            require_needs({key: value for key, value in values.items() if value != before[key]}, after)
            change = known.get(week, Change(week, after, "levers set in Python"))
            written = {key: place for key, place in change.written.items() if key not in values}
            changes.append(replace(change, levers=after, written=written))
        return replace(self, changes=tuple(changes))

    def with_parameters(self, parameters: Mapping[str, object] | None = None, /, **by_name: object) -> Scenario:
        """The scenario with these parameters at these values, others as they were. Raises BadInput out of bounds."""
        values = accepted_parameters(_dotted(parameters, by_name))
        return replace(self, parameters=Parameters({**self.parameters.overrides, **values}))

    def with_weeks(self, weeks: int) -> Scenario:
        """The scenario over another horizon."""
        return replace(self, weeks=weeks)

    def with_prices(self, prices: Prices) -> Scenario:
        """The scenario at prices that stay (`frozen`) or move as recorded and projected (`projected`)."""
        return replace(self, prices=prices)

    def with_national(
        self, day: date | str, settings: Mapping[str, object] | None = None, /, **by_name: object
    ) -> Scenario:
        """The scenario with these items of the national calendar otherwise from a day on: a number, true or false,
        `+8%` of what is in force else, or the `low` or `high` end of the calendar's range. Raises BadInput."""
        change = accepted_change(day, {**(settings or {}), **by_name})
        return replace(self, national=tuple(sorted((*self.national, change), key=lambda one: one.day)))

    def named(self, name: str, title: str | None = None) -> Scenario:
        """The scenario under another name, to tell it from the one that it was made from."""
        return replace(self, name=name, title=self.title if title is None else title)

    def __repr__(self) -> str:
        return f"<Scenario {self.name}: {self.title}>"

    def _repr_html_(self) -> str:
        return display(self).scenario_html(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and (self.name, self.title, self.key) == (other.name, other.title, other.key)

    def __hash__(self) -> int:
        return hash((self.name, self.key))


def require_needs(moved: Mapping[str, object], levers: Levers) -> None:
    """Raise BadInput for every lever that was moved off its neutral value without the levers that it needs."""
    problems = []
    for key, value in moved.items():
        if key not in LEVERS or value == LEVERS[key].neutral:
            continue
        for other, needed in unmet_needs(key, levers).items():
            what = f"{key} has no effect while {other} is {shown(levers[other])}"
            problems.append(Problem(what, right=f"set {other}: {shown(needed)} with it"))
    if problems:
        raise BadInput(problems)


def _effective(regime: Levers, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The changes that change something."""
    effective: list[Change] = []
    in_force = regime
    for change in changes:
        if change.levers != in_force:
            effective.append(change)
            in_force = change.levers
    return tuple(effective)


def _plain(change: NationalChange) -> list[object]:
    """What of a national change determines numbers."""
    return [change.day.isoformat(), {name: asdict(setting) for name, setting in change.settings.items()}]


def _dotted(values: Mapping[str, object] | None, by_name: Mapping[str, object]) -> dict[str, object]:
    return {**(values or {}), **{name.replace("__", "."): value for name, value in by_name.items()}}


def _hashed(content: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
