"""Scenarios and places in words: what a file was understood to say, where each value comes from, what differs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from caremarket_sim.errors import BadInput
from caremarket_sim.national import calendar, course
from caremarket_sim.policy import LEVERS
from caremarket_sim.policy.values import shown
from caremarket_sim.scenario.definition import Scenario
from caremarket_sim.scenario.documents import read_document
from caremarket_sim.scenario.estimates import GIVEN
from caremarket_sim.scenario.files import Resolved, Step, resolve
from caremarket_sim.scenario.national import national_sentences
from caremarket_sim.scenario.never import never_in_force
from caremarket_sim.scenario.places import Place, figure_kinds, is_place, read_place
from caremarket_sim.scenario.providers import COLUMNS as PROVIDER_COLUMNS
from caremarket_sim.scenario.providers import counts, read_providers
from caremarket_sim.scenario.sheets import header_of
from caremarket_sim.scenario.timeline_words import timeline_sentences
from caremarket_sim.scenario.timing import monday_of, week_met
from caremarket_sim.scenario.workspace import BUILTIN
from caremarket_sim.scenario.zones import read_zones


@dataclass(frozen=True)
class Difference:
    """One thing in which two scenarios differ, as each has it."""

    what: str
    first: str
    second: str


def read(path: str | Path) -> Resolved | Place:
    """What a file describes: a scenario with its origins, or a place. Raises BadInput with every mistake."""
    given = str(path)
    if not given.startswith(BUILTIN) and is_place(read_document(Path(path), given)):
        return read_place(Path(path), given)
    return resolve(path)


def understood(path: str | Path) -> str:
    """One line of what a scenario, place, zones or providers file was understood to say.

    Raises BadInput with every mistake.
    """
    if str(path).lower().endswith(".csv"):
        if set(header_of(Path(path), str(path))) & set(PROVIDER_COLUMNS) - {"latitude", "longitude"}:
            return _providers_in_a_line(read_providers(Path(path), str(path), None))
        zones = read_zones(Path(path), str(path))
        return f"{len(zones)} zones with {zones['population_65plus'].sum():,.0f} people aged 65 and over"
    found = read(path)
    return _place_in_a_line(found) if isinstance(found, Place) else _scenario_in_a_line(found)


def _providers_in_a_line(providers: np.ndarray) -> str:
    contracted, private, unknown = counts(providers)
    text = f"{_count(len(providers), 'provider')}: {contracted} with a contract, {private} without"
    return text + (f", {unknown} not said" if unknown else "")


def _place_in_a_line(place: Place) -> str:
    assumed = [key for key, figure in place.figures.items() if figure.grade == "assumed"]
    return (
        f"the place {place.name}: {len(place.zones)} zones, {place.council_clients:,} council-funded clients and "
        f"{place.self_funders:,} self-funders, {place.contracted_providers} contracted and {place.private_providers} "
        f"private providers{_listed(place)}, {place.care_workers:,} care workers, £{place.council_fee:.2f} an hour in "
        f"{place.price_base}; starts {place.start}; {_count(len(assumed), 'figure')} assumed{_asked(place)}"
    )


def _listed(place: Place) -> str:
    if not len(place.providers):
        return ""
    return " (all of them listed)" if place.complete else f" ({len(place.providers)} of them listed)"


def _asked(place: Place) -> str:
    """What to write where a place names providers and does not say whether they are all; nothing elsewhere."""
    if not len(place.providers) or place.complete is not None:
        return ""
    return (
        f". Its list names {_count(len(place.providers), 'provider')}, read as some of all: write `providers: "
        "{list: FILE.csv, complete: false}` if that is so, `complete: true` if there are no others"
    )


def _scenario_in_a_line(resolved: Resolved) -> str:
    scenario = resolved.scenario
    policy = "no policy" if not resolved.steps else _count(len(scenario.changes), "change") + " of policy"
    if scenario.changes:
        moved = {key for change in scenario.changes for key in change.levers.differences(scenario.place.regime)}
        policy += f" from {monday_of(scenario.changes[0].week, scenario.start)}, moving {_count(len(moved), 'lever')}"
    national = f"; {_count(len(scenario.national), 'national change')}" if scenario.national else ""
    changed = scenario.parameters.overrides
    parameters = f"; {_count(len(changed), 'parameter')} set" if changed else ""
    return (
        f"“{scenario.title}”: {scenario.place.name}, {scenario.weeks} weeks from {scenario.start} at "
        f"{scenario.prices} prices; {policy}{national}{parameters}{_asked(scenario.place)}"
    )


def takes_effect(path: str | Path) -> list[str]:
    """What of a scenario file takes effect when, and what in it is worth knowing; nothing of other files.

    Raises BadInput with every mistake, and with every lever that is moved and never in force.
    """
    if str(path).lower().endswith(".csv"):
        return []
    found = read(path)
    if isinstance(found, Place):
        return []
    if problems := never_in_force(found.scenario):
        raise BadInput(problems)
    scenario = found.scenario
    return [*national_sentences(scenario), *timeline_sentences(scenario), *map(str, found.notes)]


def to_be_replaced(path: str | Path) -> list[str]:
    """Of a place file, each figure that is an estimate, with its range and what would be better."""
    if str(path).lower().endswith(".csv"):
        return []
    found = read(path)
    if not isinstance(found, Place):
        return []
    kinds, lines = figure_kinds(), []
    for key, figure in found.figures.items():
        if figure.grade != "assumed" or figure.source == (GIVEN,):
            continue
        known = figure.low is not None and figure.high is not None
        span = f" ({_amount(figure.low)} to {_amount(figure.high)})" if known else ""
        lines.append(f"an estimate: {key} {_amount(figure.value)}{span}; better: {kinds[key].better}")
    return lines


def _amount(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def scenario_in_full(resolved: Resolved, *, every_lever: bool) -> dict[str, Any]:
    """A scenario as plain values, each with where it comes from; the levers that are not neutral, or every one."""
    scenario = resolved.scenario
    return {
        "name": scenario.name,
        "title": scenario.title,
        "files": list(resolved.files),
        "key": scenario.key,
        "place": {"value": scenario.place.name, "from": resolved.origins.get("place")},
        "start": scenario.start.isoformat(),
        "weeks": {"value": scenario.weeks, "from": resolved.origins.get("years", "default")},
        "prices": {"value": scenario.prices, "from": resolved.origins.get("prices", "default")},
        "parameters": {
            name: {"value": value, "from": resolved.origins[name]}
            for name, value in scenario.parameters.overrides.items()
        },
        "national": [
            {
                "from": change.day.isoformat(),
                "week": week_met(change.day, scenario.start) + 1,
                "why": change.why,
                "items": {name: setting.shown for name, setting in change.settings.items()},
                "written": change.written,
            }
            for change in scenario.national
        ],
        "policy": [_step_in_full(scenario, step, every_lever) for step in resolved.steps],
        **({} if resolved.steps else {"regime": _regime_in_full(scenario.place, every_lever)}),
    }


def _step_in_full(scenario: Scenario, step: Step, every_lever: bool) -> dict[str, Any]:
    neutral = {key: lever.neutral for key, lever in LEVERS.items()}
    return {
        "from": step.day.isoformat(),
        "week": step.week + 1,
        "takes_effect": monday_of(step.week, scenario.start).isoformat(),
        "why": step.why,
        "use": step.use,
        "levers": {
            key: {"value": _plain(value), "from": step.origins[key]}
            for key, value in step.levers.items()
            if every_lever or value != neutral[key] or key in step.set
        },
    }


def _regime_in_full(place: Place, every_lever: bool) -> dict[str, Any]:
    return {
        key: {"value": _plain(value), "from": "neutral" if value == LEVERS[key].neutral else place.path.name}
        for key, value in place.regime.items()
        if every_lever or value != LEVERS[key].neutral
    }


def place_in_full(place: Place) -> dict[str, Any]:
    """A place as plain values, each figure with its unit, source and grade."""
    kinds = figure_kinds()
    return {
        "name": place.name,
        "key": place.key,
        "start": place.start.isoformat(),
        "price_base": place.price_base,
        "licence": place.licence,
        "zones": len(place.zones),
        "providers": len(place.providers),
        "figures": {
            key: {
                "value": figure.value,
                "low": figure.low,
                "high": figure.high,
                "unit": kinds[key].unit,
                "source": list(figure.source),
                "grade": figure.grade,
                "note": figure.note,
            }
            for key, figure in place.figures.items()
        },
        "regime": _regime_in_full(place, every_lever=False),
    }


def scenario_text(resolved: Resolved, *, every_lever: bool) -> str:
    """A scenario for people to read, each value with where it comes from."""
    full = scenario_in_full(resolved, every_lever=every_lever)
    head = [
        ("title", full["title"], ""),
        ("place", full["place"]["value"], full["place"]["from"] or ""),
        ("start", full["start"], str(resolved.scenario.place.path.name)),
        ("weeks", str(full["weeks"]["value"]), full["weeks"]["from"]),
        ("prices", full["prices"]["value"], full["prices"]["from"]),
        *((name, shown(entry["value"]), entry["from"]) for name, entry in full["parameters"].items()),
    ]
    lines = [f"{full['name']}: {' < '.join(reversed(full['files']))}", "", *_aligned(head)]
    for change in full["national"]:
        why = change["why"] or "no reason given"
        lines += ["", f"the nation from {change['from']} (week {change['week']}): {why}"]
        rows = [(name, value, change["written"]) for name, value in change["items"].items()]
        lines += [f"  {line}" for line in _aligned(rows)]
    if not full["policy"]:
        lines += ["", "no policy: the place's present regime goes on", *_levers_text(full["regime"])]
    for step in full["policy"]:
        takes_effect = "" if step["takes_effect"] == step["from"] else f", takes effect on {step['takes_effect']}"
        lines += ["", f"from {step['from']} (week {step['week']}{takes_effect}): {step['why'] or 'no reason given'}"]
        lines += _levers_text(step["levers"])
    return "\n".join(lines)


def place_text(place: Place) -> str:
    """A place for people to read, each figure with its source and grade."""
    full = place_in_full(place)
    figures = [
        (
            key,
            f"{shown(figure['value'])} {figure['unit']}",
            f"{figure['grade']}"
            + (f", {', '.join(figure['source'])}" if figure["source"] else "")
            + (f"; {shown(figure['low'])} to {shown(figure['high'])}" if figure["low"] is not None else "")
            + (f". {figure['note']}" if figure["note"] else ""),
        )
        for key, figure in full["figures"].items()
    ]
    listed = f", {_count(len(place.providers), 'provider')} listed" if len(place.providers) else ""
    head = f"{place.name}: {len(place.zones)} zones{listed}, starts {place.start}, prices of {place.price_base}"
    return "\n".join([head, place.licence, "", *_aligned(figures), *_levers_text(full["regime"])])


def differences(first: Scenario, second: Scenario) -> list[Difference]:
    """Everything in which two scenarios differ and that can change a number; nothing if they are the same."""
    found = []
    if first.place.key != second.place.key:
        found += _place_differences(first.place, second.place)
    for what in ("weeks", "prices"):
        if getattr(first, what) != getattr(second, what):
            found.append(Difference(what, str(getattr(first, what)), str(getattr(second, what))))
    for name in first.parameters:
        if first.parameters[name] != second.parameters[name]:
            found.append(Difference(name, shown(first.parameters[name]), shown(second.parameters[name])))
    found += _national_differences(first, second)
    before: dict[str, tuple[Any, Any]] = {}
    for week in sorted({0} | {change.week for change in (*first.changes, *second.changes)}):
        if week >= max(first.weeks, second.weeks):
            break
        one, other = first.levers_at(week), second.levers_at(week)
        now = {key: (one[key], other[key]) for key in LEVERS if one[key] != other[key]}
        day = monday_of(week, first.start)
        for key in LEVERS:
            if key in now and now[key] != before.get(key):
                found.append(Difference(f"from {day} {key}", shown(now[key][0]), shown(now[key][1])))
            elif key in before and key not in now:
                found.append(Difference(f"from {day} {key}", shown(one[key]), shown(other[key])))
        before = now
    return found


def _national_differences(first: Scenario, second: Scenario) -> list[Difference]:
    """Items of the national calendar that differ, on each day on which either scenario sets something."""
    found = []
    for day in sorted({change.day for change in (*first.national, *second.national)}):
        for name in calendar():
            one, other = (course(name, scenario.national)(day) for scenario in (first, second))
            if one != other:
                found.append(Difference(f"from {day} {name}", shown(one), shown(other)))
    return found


def _place_differences(first: Place, second: Place) -> list[Difference]:
    found = [
        Difference(f"place {key}", shown(first.figures[key].value), shown(second.figures[key].value))
        for key in figure_kinds()
        if first.figures[key].value != second.figures[key].value
    ]
    for what in ("start", "price_base"):
        if getattr(first, what) != getattr(second, what):
            found.append(Difference(f"place {what}", str(getattr(first, what)), str(getattr(second, what))))
    for key in LEVERS:
        if first.regime[key] != second.regime[key]:
            found.append(Difference(f"regime {key}", shown(first.regime[key]), shown(second.regime[key])))
    if first.zones.tobytes() != second.zones.tobytes():
        found.append(
            Difference("zones", f"{len(first.zones)} of {first.name}", f"{len(second.zones)} of {second.name}")
        )
    if first.providers.tobytes() != second.providers.tobytes():
        found.append(
            Difference("providers listed", f"{len(first.providers)} in all", f"{len(second.providers)} in all")
        )
    return found


def _levers_text(levers: dict[str, Any]) -> list[str]:
    return [f"  {line}" for line in _aligned([(key, shown(one["value"]), one["from"]) for key, one in levers.items()])]


def _aligned(rows: list[tuple[str, str, str]]) -> list[str]:
    """Three columns, the first two padded."""
    if not rows:
        return []
    first = max(len(row[0]) for row in rows)
    second = min(40, max(len(row[1]) for row in rows))
    return [f"{row[0]:<{first}}  {row[1]:<{second}}  {row[2]}".rstrip() for row in rows]


def _plain(value: Any) -> Any:
    return "none" if value is None else value


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
