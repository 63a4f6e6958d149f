"""What a scenario has otherwise than the national calendar: under `national:`, dated steps of items and values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.national import ENDS, Item, NationalChange, Setting, calendar
from caremarket_sim.policy.advice import Span
from caremarket_sim.policy.values import checked_number
from caremarket_sim.scenario.documents import Mapping as Lines
from caremarket_sim.scenario.documents import Node
from caremarket_sim.scenario.fields import Reader
from caremarket_sim.scenario.lever_values import plain
from caremarket_sim.scenario.timing import day_in_words, monday_of, week_met

if TYPE_CHECKING:
    from caremarket_sim.scenario.definition import Scenario

NATIONAL_KEYS = ("from", "why", "set")
_CHANGE = re.compile(r"([+-][0-9]+(?:\.[0-9]+)?) ?%")


def accepted_setting(name: str, value: object) -> Setting:
    """What an item is set to: a number within its bounds, true or false for a duty, `+8%` of what is in force else, or
    the `low` or `high` end of the calendar's range. Raises BadInput, saying what would be right."""
    item = calendar().get(name)
    if item is None:
        right = suggestion(name, calendar(), "`caremarket docs national` lists them")
        raise BadInput(Problem(f"there is no national item {name}", right=right))
    if item.kind == "flag":
        if not isinstance(value, bool):
            raise BadInput(Problem(f"{name} is true or false, not {value!r}", right="write true or false"))
        return Setting("value", float(value))
    if value in ENDS[1:]:
        if all(one.low == one.high for one in item.dated):
            right = f"write a number, {item.low:g} to {item.high:g} {item.unit}"
            raise BadInput(Problem(f"{name} has no range of which {value} could be an end", right=right))
        return Setting("low" if value == "low" else "high")
    if isinstance(value, str) and (found := _CHANGE.fullmatch(value)):
        times = 1.0 + float(found[1]) / 100.0
        highest = max(one.value for one in item.dated) * times
        if times < 0.0 or highest > item.high:
            raise BadInput(Problem(f"{name} at {value} is beyond its bounds", right=f"{_span(item).in_words}"))
        return Setting("times", times)
    return Setting("value", checked_number(name, value, _span(item)))


def _span(item: Item) -> Span:
    ranged = any(one.low != one.high for one in item.dated)
    return Span(item.low, item.high, item.unit, also=("a change such as +8%", *(ENDS[1:] if ranged else ())))


def accepted_change(day: date | str, settings: Mapping[str, object], why: str = "") -> NationalChange:
    """A change as Python gives it. Raises BadInput with everything that cannot be."""
    problems, found = [], {}
    for name, value in settings.items():
        try:
            found[name] = accepted_setting(name, value)
        except BadInput as bad:
            problems.extend(bad.problems)
    try:
        day = date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError:
        problems.append(Problem(f"from is {day!r}, not a date", right="write year-month-day"))
    if problems or isinstance(day, str):
        raise BadInput(problems)
    return NationalChange(day, found, why)


def read_national(reader: Reader, node: Node | None, start: date | None) -> list[NationalChange]:
    """The dated steps of one file, in order of date; `start` is the place's, if it is known. Mistakes are noted."""
    changes: list[NationalChange] = []
    for item in () if node is None else reader.items(node, "national"):
        entries = reader.mapping(item, "a step of national", NATIONAL_KEYS, ("from", "set"))
        if "from" not in entries or "set" not in entries:
            continue
        line = entries["from"].line
        earliest = changes[-1].day + timedelta(days=1) if changes else start
        day = reader.day(entries["from"], "from", earliest)
        why = reader.text(entries["why"], "why") if "why" in entries else ""
        settings = _settings(reader, entries["set"])
        if day is None:
            continue
        if changes and day <= changes[-1].day:
            reader.note(
                f"from {day} does not come after {changes[-1].day} of the step before", line, "put them in order"
            )
        elif start is not None and day < start:
            reader.note(f"from {day} is before the start, {start}", line, f"write {start} or later")
        else:
            changes.append(NationalChange(day, settings, why or "", f"{reader.file}:{line}"))
    return changes


def _settings(reader: Reader, node: Node) -> dict[str, Setting]:
    if not isinstance(node, Lines):
        reader.note("set is a set of `item: value` lines", node.line, "write such as `national_living_wage: +8%`")
        return {}
    found: dict[str, Setting] = {}
    for name, value in node.entries.items():
        try:
            found[name] = accepted_setting(name, plain(value))
        except BadInput as bad:
            reader.note_all(bad, node.lines[name])
    return found


def national_sentences(scenario: Scenario) -> list[str]:
    """A sentence for each national change of a scenario: what is otherwise than in the calendar from when, or that it
    comes after the end."""
    said = []
    for change in scenario.national:
        day = monday_of(week_met(change.day, scenario.start), scenario.start)
        late = week_met(change.day, scenario.start) >= scenario.weeks
        when = "never in force, as the scenario ends before" if late else "in force from the week of"
        what = ", ".join(f"{name} {setting.shown}" for name, setting in change.settings.items())
        said.append(f"The nation, {when} {day_in_words(day)}: {what}.")
    return said
