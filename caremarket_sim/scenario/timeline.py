"""What of a policy is in force when: worked out from its dates and the rules of procurement, without simulating.

The clock is that of the processes `policy_takes_effect` and `council_tenders` (ODD 7.4); a test holds it to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from caremarket_sim.policy import LEVERS, Levers
from caremarket_sim.policy.settings import unmet_needs
from caremarket_sim.policy.values import Value
from caremarket_sim.scenario.definition import Change, Scenario
from caremarket_sim.scenario.timing import WEEKS_A_YEAR, week_met

RETENDER, CODESIGN = "procurement.retender_at_start", "stewardship.codesign_months"
READ_AT_THE_START = (RETENDER, "fee.rule", "procurement.phase_in_weeks")
"""Levers that begin with a tender, and are read when its contracts start, not when they are awarded."""


@dataclass(frozen=True)
class Tender:
    """Contracts let anew, by the change of that number, or, where it is None, because those before them end.

    From `decided` on the service is designed, from `advertised` on providers bid, from `award` on they mobilise; in
    week `start` the contracts start, and in `settled` the last zones move to them. `overtaken` is the week in which
    another tender was decided on before they started, so that they never do.
    """

    decided: int
    advertised: int
    award: int
    start: int
    settled: int
    change: int | None = None
    overtaken: int | None = None


@dataclass(frozen=True)
class Course:
    """What becomes of one change, decided in `week`: the levers that it moved, each with the week from which it is in
    force, None if it never is within the scenario's weeks; and the tender that it set off."""

    week: int
    levers: Mapping[str, int | None]
    tender: Tender | None = None

    @property
    def never(self) -> tuple[str, ...]:
        """The levers that are never in force."""
        return tuple(key for key, week in self.levers.items() if week is None)


@dataclass(frozen=True)
class Timeline:
    """The course of each change, and every tender, in order."""

    courses: tuple[Course, ...]
    tenders: tuple[Tender, ...]


@dataclass
class Clock:
    """Procurement as it stands: `levers` are those in force in the simulation, `decided` those that the council wants.

    `held` is what contracts truly hold: a value that begins with a tender is in it once contracts awarded with it have
    started. `author` is the number of the change that brought each, `decider` of the one that decided on it, -1 for
    the place's regime. Zones move until the week `settled`.
    """

    scenario: Scenario
    decided: Levers
    levers: dict[str, Value]
    held: dict[str, Value]
    author: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LEVERS, -1))
    decider: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LEVERS, -1))
    tenders: list[Tender] = field(default_factory=list)
    pending: bool = False
    ends: int | None = None
    designed: tuple[Value, int] = (0, -1)
    awarded: dict[str, tuple[Value, int]] = field(default_factory=dict)
    settled: int = -1

    def decide(self, week: int, number: int, change: Change) -> None:
        """A change is decided: terms of contract begin with a tender if it sets one off, all else at once."""
        before, self.decided = self.decided, change.levers
        changed = change.levers.differences(before)
        self.decider.update(dict.fromkeys(changed, number))
        terms = [key for key in changed if LEVERS[key].is_term]
        tendered = RETENDER in terms and bool(change.levers[RETENDER])
        for key, value in changed.items():
            if key in terms and tendered:
                continue
            self.levers[key] = value
            lever = LEVERS[key]
            if lever.begins in ("at once", "with the contract") or (self.held[key], value) in lever.varied:
                self._hold(key, value, number)
        if tendered:
            self.designed = (change.levers[CODESIGN], number)
            self._tender(week, self._codesign_weeks(change.levers), number)

    def tender(self, week: int) -> bool:
        """Contracts about to end are let again, a tender is awarded, contracts start. Returns whether they do."""
        if not self.pending and self.ends is not None:
            codesign = self._codesign_weeks(self.decided)
            if self._starts(week + codesign) >= self.ends:
                self.designed = (self.decided[CODESIGN], self.decider[CODESIGN])
                self._tender(week, codesign, None)
                self.ends = None
        if not self.pending:
            return False
        if week == self.tenders[-1].award:
            self.awarded = {key: (self.decided[key], self.decider[key]) for key in LEVERS}
        if week != self.tenders[-1].start:
            return False
        self._start(week)
        return True

    def _tender(self, week: int, codesign: int, number: int | None) -> None:
        if self.pending:
            self.tenders[-1] = replace(self.tenders[-1], overtaken=week)
        advertised = week + codesign
        start = self._starts(advertised)
        award = start - round(self.scenario.parameters["procurement.mobilisation_weeks"])
        self.tenders.append(Tender(week, advertised, award, start, start + self._moving(), number))
        self.pending = True

    @staticmethod
    def _codesign_weeks(levers: Mapping[str, Value]) -> int:
        months = levers[CODESIGN]
        assert isinstance(months, int | float)
        return round(months * 52.0 / 12.0)

    def _starts(self, advertised: int) -> int:
        """The week in which contracts start that are advertised in this one."""
        numbers = self.scenario.parameters
        weeks = round(numbers["procurement.tender_weeks"]) + round(numbers["procurement.mobilisation_weeks"])
        return advertised + weeks - 1

    def _start(self, week: int) -> None:
        self.pending = False
        self.levers = dict(self.decided)
        for key, lever in LEVERS.items():
            if lever.begins == "with a tender" and key not in READ_AT_THE_START:
                self._hold(key, *self.awarded[key])
            elif lever.is_term:
                self._hold(key, self.decided[key], self.decider[key])
        self.ends = week + round(52 * self.decided["contract.term_years"])
        if self.designed[0]:
            self._hold(CODESIGN, *self.designed)
        elif self._contest():
            self._hold(CODESIGN, 0, -1)
        self.designed = (0, -1)
        self.tenders[-1] = replace(self.tenders[-1], settled=week + self._moving())
        if self._contest():
            self.settled = week + self._moving()

    def _contest(self) -> bool:
        """Whether a tender picks some and leaves others out, so that zones move."""
        return not unmet_needs("procurement.phase_in_weeks", self.decided)

    def _moving(self) -> int:
        """Weeks from the start of contracts to the move of the last zone."""
        zones = len(self.scenario.place.zones)
        spread = self.decided["procurement.phase_in_weeks"]
        return (zones - 1) * (spread + 1) // zones if self._contest() else 0

    def _hold(self, key: str, value: Value, number: int) -> None:
        self.held[key], self.author[key] = value, number

    def does_something(self, key: str) -> bool:
        """Whether the value held is neutral, or held together with partners without which it would do nothing."""
        return self.held[key] == LEVERS[key].neutral or not unmet_needs(key, self.held)


def weeks_of(scenario: Scenario) -> Iterator[tuple[int, Clock, bool]]:
    """Procurement twice a week: as fees are uprated, after policy took effect; and after tenders (True)."""
    regime = scenario.place.regime
    clock = Clock(scenario, regime, dict(regime), dict(regime))
    changes = {change.week: (number, change) for number, change in enumerate(scenario.changes)}
    for week in range(scenario.weeks):
        if week in changes:
            clock.decide(week, *changes[week])
        yield week, clock, False
        clock.tender(week)
        yield week, clock, True


def timeline(scenario: Scenario) -> Timeline:
    """What of each change is in force from when, and the tenders that there are before the scenario ends."""
    begun: dict[tuple[int, str], int] = {}
    acted: set[tuple[int, str]] = set()
    failed = scenario.place.regime["shocks.provider_failure"] > 0
    tenders: list[Tender] = []
    for week, clock, after_tenders in weeks_of(scenario):
        tenders = clock.tenders
        for key, author in clock.author.items():
            if author < 0 or not clock.does_something(key):
                continue
            if after_tenders:
                begun.setdefault((author, key), week)
            acts = LEVERS[key].acts
            if acts == "" or (acts == "in April" and week % WEEKS_A_YEAR == 0 and not after_tenders):
                acted.add((author, key))
            elif acts == "once" and (not failed or not clock.held[key]):
                acted.add((author, key))
                failed |= after_tenders and bool(clock.held[key])
    courses = []
    before = scenario.place.regime
    for number, change in enumerate(scenario.changes):
        moved = change.levers.differences(before)
        weeks = {
            key: begun[number, key]
            if (number, key) in acted and (number, key) in begun
            else change.week
            if change.week < scenario.weeks and _only_put_back(key, change.levers)
            else None
            for key in moved
        }
        tender = next((one for one in tenders if one.change == number), None)
        courses.append(Course(change.week, weeks, tender))
        before = change.levers
    return Timeline(tuple(courses), tuple(tenders))


def in_force_week(scenario: Scenario) -> int | None:
    """The week from which the last of the scenario's changes is fully in force, all zones moved, and what it has
    otherwise than the national calendar holds; 0 without either.

    Levers that are never in force are left out, and shocks that end, which are no change of policy. None where nothing
    is fully in force before the scenario ends, or contracts that a change lets anew do not start before it does.
    """
    national = [week_met(change.day, scenario.start) for change in scenario.national]
    reached = max((week for week in national if week < scenario.weeks), default=0)
    if not scenario.changes:
        return reached
    found = timeline(scenario)
    if any(one.change is not None and one.overtaken is None and one.start >= scenario.weeks for one in found.tenders):
        return None
    settled = {tender.start: tender.settled for tender in found.tenders if tender.overtaken is None}
    weeks = [
        settled.get(week, week) if LEVERS[key].begins != "at once" else week
        for course, change in zip(found.courses, scenario.changes, strict=True)
        for key, week in course.levers.items()
        if week is not None and not (LEVERS[key].group == "shocks" and change.levers[key] == LEVERS[key].neutral)
    ]
    last = max(weeks, default=None)
    return None if last is None or last >= scenario.weeks else max(last, reached)


def _only_put_back(key: str, levers: Mapping[str, Value]) -> bool:
    """Whether a lever goes back to neutral where that asks for nothing: a shock ends, no tender or co-design is to
    follow, or the partners are gone with which it did something."""
    lever = LEVERS[key]
    if levers[key] != lever.neutral:
        return False
    return lever.group == "shocks" or key in (RETENDER, CODESIGN) or bool(unmet_needs(key, levers))
