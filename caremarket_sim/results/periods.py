"""The periods that results are given for, and which of them verdicts go by.

A policy of one date is prepared for a while, so that its mean over all weeks is partly that of what was there before.
Scenarios are therefore held against each other in the weeks in which all of them are in force: the same weeks for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.indicators import STAGES
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.timeline import in_force_week
from caremarket_sim.scenario.timing import MOST_YEARS, WEEKS_A_YEAR, day_in_words, monday_of

ALL = "all"
TRANSITION, IN_FORCE, LAST_YEAR = STAGES


def in_force_from(scenarios: Iterable[Scenario]) -> int | None:
    """The week from which the last of the scenarios is in force; None where one is not before the end."""
    weeks = [(in_force_week(scenario), scenario.weeks) for scenario in scenarios]
    known = [week for week, end in weeks if week is not None and week < end]
    return max(known, default=0) if len(known) == len(weeks) else None


def verdict_period(periods: Iterable[str]) -> str:
    """Of the periods that there are results for, that which verdicts and sentences go by."""
    return IN_FORCE if IN_FORCE in set(periods) else ALL


def periods_beside(periods: Iterable[str]) -> tuple[str, ...]:
    """The periods that are shown beside that of the verdicts, where they are of other weeks."""
    known = set(periods)
    whole = (ALL,) if {TRANSITION, IN_FORCE} <= known else ()
    return (*whole, *((LAST_YEAR,) if "year_2" in known else ()))


def require_period(period: str, known: Sequence[str]) -> str:
    """The period, if there are results for it. Raises BadInput with those that there are."""
    if period not in known:
        right = suggestion(period, known, f"one of {', '.join(known)}")
        if period == TRANSITION:
            right = "all that is compared is in force from the first week"
        if period == IN_FORCE:
            right = "something that is compared is not in force before the end"
        raise BadInput(Problem(f"there is no period {period!r} here", right=right))
    return period


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of so many weeks from a Monday, of which all that is compared is in force from week `in_force`.

    `in_force` is None where something is not in force before the end.
    """

    start: date
    weeks: int
    in_force: int | None

    @property
    def names(self) -> tuple[str, ...]:
        """Every period there is, in the order of tables."""
        stages = [stage for stage in STAGES if len(self.of(stage))]
        return (ALL, *stages, *(f"year_{year}" for year in range(1, max(self.weeks // WEEKS_A_YEAR, 1) + 1)))

    @property
    def verdicts(self) -> str:
        """The period that verdicts go by: in force, or all weeks where something never is."""
        return verdict_period(self.names)

    def of(self, period: str) -> range:
        """The weeks of a period, counted from 0; empty where there is no such period."""
        first = self.weeks if self.in_force is None else min(self.in_force, self.weeks)
        known = {
            ALL: range(self.weeks),
            TRANSITION: range(first),
            IN_FORCE: range(first, self.weeks),
            LAST_YEAR: range(max(self.weeks - WEEKS_A_YEAR, 0), self.weeks),
        }
        if period in known:
            return known[period]
        year = int(period.removeprefix("year_"))
        return range((year - 1) * WEEKS_A_YEAR, min(year * WEEKS_A_YEAR, self.weeks))

    def begins(self, period: str) -> date:
        """The Monday on which a period begins."""
        return monday_of(self.of(period).start, self.start)

    def ends(self, period: str) -> date:
        """The Sunday on which a period ends."""
        return monday_of(self.of(period).stop, self.start) - timedelta(days=1)

    @property
    def words(self) -> str:
        """Which weeks verdicts go by: `in force from 6 October 2025, 3.4 years`."""
        length = span_of_years(len(self.of(self.verdicts)))
        if self.in_force is None:
            return f"all {length}, as not everything is in force before the end"
        if self.in_force == 0:
            return f"in force from the first week, {length}"
        return f"in force from {day_in_words(self.begins(IN_FORCE))}, {length}"

    @property
    def sentence(self) -> str:
        """Which weeks verdicts go by, in a sentence, with a warning where they are few."""
        said = f"Verdicts go by the same weeks for every scenario: {self.words}."
        return f"{said} {self.warning}" if self.warning else said

    def called(self, period: str) -> str:
        """A period as it is called in a heading: `all 5 years`, `in force`."""
        return self.whole if period == ALL else period

    def year_name(self, year: int) -> str:
        """The fiscal year in which a year, counted from 1, begins if it begins in April, else its number."""
        first = self.start.year + year - 1
        return f"{first}/{(first + 1) % 100:02d}" if self.start.month == 4 else f"Year {year}"

    @property
    def whole(self) -> str:
        """The whole horizon in words: `all 5 years`."""
        return f"all {span_of_years(self.weeks)}"

    def rows(self) -> list[dict[str, object]]:
        """A row a period: its weeks, and whether verdicts go by it."""
        return [
            {
                "period": name,
                "first_week": self.of(name).start + 1,
                "weeks": len(self.of(name)),
                "begins": self.begins(name).isoformat(),
                "ends": self.ends(name).isoformat(),
                "verdicts": name == self.verdicts,
            }
            for name in self.names
        ]

    @property
    def warning(self) -> str | None:
        """That less than a year is left in force, and what would leave one."""
        if self.in_force is None or (left := len(self.of(IN_FORCE))) >= WEEKS_A_YEAR:
            return None
        years = -(-(self.in_force + WEEKS_A_YEAR) // WEEKS_A_YEAR)
        right = f"--years {years} would leave a year" if years <= MOST_YEARS else "let it begin earlier"
        return f"Only {left} week{'' if left == 1 else 's'} in force are left, too few for a fair verdict: {right}."


def span_of_years(weeks: int) -> str:
    """So many weeks as years: `5 years`, `3.4 years`, `1 year`; as weeks where they are less than a year."""
    if weeks < WEEKS_A_YEAR:
        return f"{weeks} week{'' if weeks == 1 else 's'}"
    years = f"{weeks / WEEKS_A_YEAR:.1f}".removesuffix(".0")
    return f"{years} year{'' if years == '1' else 's'}"
