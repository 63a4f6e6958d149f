"""Levers that a scenario moves and that are never in force: which, why, and what to write instead."""

from __future__ import annotations

from datetime import date, timedelta

from caremarket_sim.errors import Problem
from caremarket_sim.policy import LEVERS, Levers
from caremarket_sim.policy.settings import unmet_needs
from caremarket_sim.policy.values import shown
from caremarket_sim.scenario.definition import Scenario
from caremarket_sim.scenario.timeline import RETENDER, Course, timeline
from caremarket_sim.scenario.timeline_words import listed_levers
from caremarket_sim.scenario.timing import MOST_YEARS, WEEKS_A_YEAR, monday_of

Reason = tuple[str, str]
"""Why levers are never in force, and what to write instead."""


def never_in_force(scenario: Scenario) -> list[Problem]:
    """What is moved without effect, at the place where it is written: levers of one place and reason together."""
    together: dict[tuple[str, int | None, Reason], list[str]] = {}
    before = scenario.place.regime
    for course, change in zip(timeline(scenario).courses, scenario.changes, strict=True):
        working = {change.written.get(key) for key, week in course.levers.items() if week is not None} - {None}
        for key in course.never:
            file, line = change.written.get(key, (scenario.name, None))
            if LEVERS[key].acts == "in April" and (file, line) in working:
                continue  # it came with the rest of a preset, which is in force
            reason = _reason(scenario, course, key, change.levers, before)
            together.setdefault((file, line, reason), []).append(key)
        before = change.levers
    return [
        Problem(f"never in force: {listed_levers(keys)}: {what}", file, line, right)
        for (file, line, (what, right)), keys in together.items()
    ]


def _reason(scenario: Scenario, course: Course, key: str, levers: Levers, before: Levers) -> Reason:
    lever = LEVERS[key]
    if course.week >= scenario.weeks:
        day = monday_of(course.week, scenario.start)
        return f"the scenario ends on {_end(scenario)}, before {day}", _more_years(scenario, course.week)
    if levers[key] != lever.neutral and (needed := unmet_needs(key, levers)):
        lacking = " and ".join(f"{other} is {shown(levers[other])}" for other in needed)
        wanted = " and ".join(f"{other}: {shown(value)}" for other, value in needed.items())
        return f"it has no effect while {lacking}", f"set {wanted} with it"
    if lever.acts == "once":
        return "it was set before, and one provider fails in a scenario, once", "set it once"
    if lever.acts == "in April" and lever.begins == "at once":
        return _no_april(scenario)
    tender = course.tender
    if tender is not None and tender.overtaken is not None:
        day = monday_of(tender.overtaken, scenario.start)
        why = f"before its contracts start, on {monday_of(tender.start, scenario.start)}, another tender is decided on"
        return f"{why}, on {day}", "leave out the earlier or the later one"
    if tender is not None and tender.start >= scenario.weeks:
        why = f"contracts with it start on {monday_of(tender.start, scenario.start)}, after co-design, tender and "
        why += f"mobilisation, and the scenario ends on {_end(scenario)}"
        return why, _more_years(scenario, tender.start, course.week - (tender.start - scenario.weeks + 1))
    if lever.acts == "in April":
        return _no_april(scenario)
    what = "no contracts with it are tendered that start before the scenario ends"
    if before[RETENDER]:
        right = f"a tender begins when {RETENDER} turns true: set it to false in an earlier step, and to true in this"
        return what, right
    return what, f"set {RETENDER}: true with it"


def _no_april(scenario: Scenario) -> Reason:
    last = monday_of((scenario.weeks - 1) // WEEKS_A_YEAR * WEEKS_A_YEAR, scenario.start)
    return f"it acts in April, and after it comes none before the scenario ends on {_end(scenario)}", (
        f"write {last} or earlier, or simulate more years"
    )


def _end(scenario: Scenario) -> date:
    """The scenario's last day."""
    return monday_of(scenario.weeks, scenario.start) - timedelta(days=1)


def _more_years(scenario: Scenario, week: int, latest: int | None = None) -> str:
    """How to have a week within the scenario: more years, or an earlier date, `latest` the last that would do."""
    years = week // WEEKS_A_YEAR + 1
    if latest is None:
        earlier = "write an earlier date"
    elif latest < 0:
        earlier = ""
    else:
        earlier = f"write {monday_of(latest, scenario.start)} or earlier"
    longer = f"`years: {years}`" if years <= MOST_YEARS else ""
    if longer and earlier:
        return f"{earlier}, or {longer}"
    return f"write {longer}" if longer else earlier or "leave it out"
