"""A policy's line of time in words: what was decided when, what was in preparation, what is in force from when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from caremarket_sim.policy import LEVERS
from caremarket_sim.scenario.definition import Scenario
from caremarket_sim.scenario.timeline import Course, Timeline, timeline
from caremarket_sim.scenario.timing import day_in_words, monday_of

NAMED = 3
"""Levers that are named; of more it is said how many."""


def timeline_sentences(scenario: Scenario) -> list[str]:
    """A sentence for each change of the scenario's policy; none without policy."""
    found = timeline(scenario)
    return [_sentence(scenario, found, course) for course in found.courses]


def listed_levers(keys: Sequence[str]) -> str:
    """Levers by name; of many the first few, and how many more."""
    if len(keys) <= NAMED + 1:
        return ", ".join(keys)
    return f"{', '.join(keys[:NAMED])} and {len(keys) - NAMED} more"


def _sentence(scenario: Scenario, found: Timeline, course: Course) -> str:
    def day(week: int) -> str:
        return day_in_words(monday_of(week, scenario.start))

    said = [f"Decided in the week of {day(course.week)}"]
    tender = course.tender
    if tender is not None:
        steps = [f"co-design to {day(tender.advertised)}"] if tender.advertised > tender.decided else []
        steps += [f"tender to {day(tender.award)}", f"mobilisation to {day(tender.start)}"]
        said.append(f"in preparation: {', '.join(steps)}")
    settled = {one.start: one.settled for one in found.tenders if one.overtaken is None}
    for week in sorted({week for week in course.levers.values() if week is not None}):
        keys = [key for key, one in course.levers.items() if one == week]
        started = week in settled and any(LEVERS[key].begins != "at once" for key in keys)
        where = f"in force from {day(week)}"
        if started:
            where += " with new contracts"
            if settled[week] >= scenario.weeks:
                where += f", and zones still move when the scenario ends on {day_in_words(_end(scenario))}"
            elif settled[week] > week:
                where += f", in all zones from {day(settled[week])}"
        said.append(f"{where}: {listed_levers(keys)}")
    if course.never:
        said.append(f"never in force: {listed_levers(course.never)}")
    return "; ".join(said) + "."


def _end(scenario: Scenario) -> date:
    return monday_of(scenario.weeks, scenario.start) - timedelta(days=1)
