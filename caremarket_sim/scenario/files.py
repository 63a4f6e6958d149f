"""From a scenario file and those it extends to one scenario, every value with its file and line."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.national import NationalChange
from caremarket_sim.parameters import Parameters
from caremarket_sim.policy import LEVERS, PRESETS, REASONS, Levers, of_preset
from caremarket_sim.policy.values import Value, shown
from caremarket_sim.reading import nearest_file
from caremarket_sim.scenario.definition import PRICES, Change, Scenario
from caremarket_sim.scenario.documents import Node, read_document
from caremarket_sim.scenario.fields import Reader
from caremarket_sim.scenario.lever_values import lever_values, parameter_values
from caremarket_sim.scenario.national import read_national
from caremarket_sim.scenario.places import Place, is_place, read_place
from caremarket_sim.scenario.timing import MOST_YEARS, WEEKS_A_YEAR, week_of
from caremarket_sim.scenario.workspace import located, referred, shown_path

KEYS = ("format", "extends", "title", "place", "years", "prices", "parameters", "national", "policy")
STEP_KEYS = ("from", "why", "use", "set")
MOST_ANCESTORS = 20


@dataclass(frozen=True)
class Origin:
    """Where a value comes from: a file and line, and what is said there."""

    file: str
    line: int
    note: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" + (f" ({self.note})" if self.note else "")


@dataclass(frozen=True)
class Step:
    """One dated change as written, and the levers decided after it, each with where it comes from.

    `written` is file and line of each lever that the step sets, by itself or by its preset.
    """

    day: date
    week: int
    why: str
    use: str | None
    set: dict[str, Value]
    levers: Levers
    origins: dict[str, str]
    written: dict[str, tuple[str, int | None]]
    origin: Origin


@dataclass(frozen=True)
class Resolved:
    """A scenario with what it was made from: the files, root first, the steps as written and the values' origins.

    `notes` say what is no mistake and worth knowing, such as a step that changes nothing.
    """

    scenario: Scenario
    files: tuple[str, ...]
    steps: tuple[Step, ...]
    origins: dict[str, str]
    notes: tuple[Problem, ...] = ()


@dataclass
class _Draft:
    """One file as it was read, before it is merged with those it extends."""

    path: Path
    reader: Reader
    entries: dict[str, Node] = field(default_factory=dict)
    values: dict[str, tuple[object, Origin]] = field(default_factory=dict)
    parameters: dict[str, tuple[float, Origin]] = field(default_factory=dict)


@dataclass
class _WrittenStep:
    day: date
    why: str
    use: tuple[str, int] | None
    set: dict[str, tuple[Value, int]]
    line: int
    reader: Reader


def load(path: str | Path) -> Scenario:
    """The scenario of a file or of a shipped one (`builtin:wigan/baseline`). Raises BadInput with every mistake."""
    return resolve(path).scenario


def resolve(path: str | Path) -> Resolved:
    """The scenario of a file with where every value comes from. Raises BadInput with every mistake."""
    given = str(path)
    drafts = _with_ancestors(located(given), given)
    merged = {key: value for draft in reversed(drafts) for key, value in draft.values.items()}
    place, of_place = None, ()
    try:
        place = _place(drafts)
    except BadInput as bad:
        of_place = bad.problems
    written = [step for draft in reversed(drafts) for step in _written_steps(draft, place and place.start)]
    national = [change for draft in reversed(drafts) for change in _national(draft, place)]
    problems = [*(problem for draft in drafts for problem in draft.reader.problems), *of_place]
    steps: list[Step] = []
    notes: list[Problem] = []
    if place is not None:
        steps, wrong, notes = _timeline(place, written)
        problems.extend(wrong)
    if problems or place is None:
        raise BadInput(_in_order(problems))
    notes = [*(draft.reader.older for draft in reversed(drafts) if draft.reader.older is not None), *notes]
    parameters = {key: value for draft in reversed(drafts) for key, value in draft.parameters.items()}
    leaf = drafts[0]
    name = located(given).stem
    scenario = Scenario(
        name=name,
        title=str(leaf.values["title"][0]) if "title" in leaf.values else name.replace("-", " ").capitalize(),
        path=leaf.path,
        place=place,
        weeks=int(str(merged["years"][0])) * WEEKS_A_YEAR if "years" in merged else 5 * WEEKS_A_YEAR,
        prices=next(word for word in PRICES if "prices" not in merged or word == merged["prices"][0]),
        parameters=Parameters({key: value for key, (value, _) in parameters.items()}),
        changes=_changes(steps),
        national=tuple(sorted(national, key=lambda change: change.day)),
    )
    origins = {key: str(origin) for key, (_, origin) in {**merged, **parameters}.items()}
    return Resolved(
        scenario, tuple(draft.reader.file for draft in reversed(drafts)), tuple(steps), origins, tuple(notes)
    )


def _with_ancestors(path: Path, shown: str) -> list[_Draft]:
    """The file's draft and those of the files it extends, the file itself first."""
    drafts = [_draft(path, shown)]
    seen = {path.resolve()}
    while True:
        node = drafts[-1].entries.get("extends")
        reader = drafts[-1].reader
        reference = reader.path(node, "extends") if node is not None else None
        if node is None or reference is None:
            return drafts
        try:
            path = referred(reference, path)
            if path in seen:
                raise BadInput(Problem(f"extends {reference}, which extends this file", right="break the circle"))
            if len(drafts) > MOST_ANCESTORS:
                raise BadInput(
                    Problem(f"extends more than {MOST_ANCESTORS} files in a row", right="extend a nearer one")
                )
            if not os.path.exists(path):
                raise BadInput(Problem(f"extends {reference}, and there is no such file", right=nearest_file(path)))
        except BadInput as bad:
            reader.note_all(bad, node.line)
            return drafts
        try:
            drafts.append(_draft(path, shown_path(path)))
        except BadInput as bad:
            reader.problems.extend(bad.problems)
            return drafts
        seen.add(path)


def _draft(path: Path, shown: str) -> _Draft:
    """One file's fields, with its mistakes noted."""
    document = read_document(path, shown)
    reader = Reader(shown)
    draft = _Draft(path, reader)
    reader.problems.extend(document.problems)
    if is_place(document):
        reader.note("is a place, not a scenario", document.root.line, "name a scenario whose `place:` it is")
        return draft
    reader.format(document.root)
    draft.entries = reader.mapping(document.root, "a scenario", KEYS)
    entries = draft.entries

    def keep(key: str, value: object) -> None:
        if value is not None:
            draft.values[key] = (value, Origin(shown, entries[key].line))

    if "title" in entries:
        keep("title", reader.text(entries["title"], "title"))
    if "place" in entries:
        keep("place", reader.path(entries["place"], "place"))
    if "years" in entries:
        keep("years", reader.number(entries["years"], "years", 1, MOST_YEARS, whole=True))
    if "prices" in entries:
        keep("prices", reader.choice(entries["prices"], "prices", PRICES))
    if "parameters" in entries:
        found = parameter_values(reader, entries["parameters"])
        draft.parameters = {key: (value, Origin(shown, line)) for key, (value, line) in found.items()}
    return draft


def _national(draft: _Draft, place: Place | None) -> list[NationalChange]:
    """What one file has otherwise than the national calendar, where the place is known."""
    return [] if place is None else read_national(draft.reader, draft.entries.get("national"), place.start)


def _written_steps(draft: _Draft, start: date | None) -> list[_WrittenStep]:
    """The dated changes of one file, in order of date; `start` is the place's, if it is known."""
    reader, steps = draft.reader, []
    latest: date | None = None
    for item in reader.items(draft.entries["policy"], "policy") if "policy" in draft.entries else ():
        before = len(reader.problems)
        entries = reader.mapping(item, "a step of policy", STEP_KEYS, ("from",))
        earliest = start if latest is None else latest + timedelta(days=1)
        day = reader.day(entries["from"], "from", earliest) if "from" in entries else None
        why = reader.text(entries["why"], "why") if "why" in entries else ""
        use = reader.choice(entries["use"], "use", PRESETS) if "use" in entries else None
        values = lever_values(reader, entries["set"], "set") if "set" in entries else {}
        if "use" not in entries and "set" not in entries and len(reader.problems) == before:
            reader.note("a step changes nothing", item.line, "give it `use: PRESET` or `set:` with levers")
        if day is not None and latest is not None and day <= latest:
            line = entries["from"].line
            right = "put both into one step" if day == latest else "put the steps in order of date"
            reader.note(f"from {day} does not come after {latest} of the step before", line, right)
        if day is not None:
            latest = day if latest is None else max(day, latest)
            used = (use, entries["use"].line) if use is not None else None
            steps.append(_WrittenStep(day, why or "", used, values, entries["from"].line, reader))
    return steps


def _place(drafts: list[_Draft]) -> Place:
    """The place named by the file nearest to the scenario's own. Raises BadInput."""
    for draft in drafts:
        if "place" not in draft.entries:
            continue
        line = draft.entries["place"].line
        if "place" not in draft.values:
            raise BadInput(())
        reference = str(draft.values["place"][0])
        try:
            path = referred(reference, draft.path)
            if not os.path.exists(path):
                raise BadInput(Problem(f"there is no place file {reference}"))
        except BadInput as bad:
            raise BadInput([problem.at(draft.reader.file, line) for problem in bad.problems]) from None
        return read_place(path)
    leaf = drafts[0].reader
    right = "add `extends: builtin:wigan/baseline`, or `place: FILE`"
    raise BadInput(
        () if any(draft.reader.problems for draft in drafts) else Problem("names no place", leaf.file, 1, right)
    )


def _timeline(place: Place, written: list[_WrittenStep]) -> tuple[list[Step], list[Problem], list[Problem]]:
    """The steps in order of week, the extended file's before the extending one's, each with the levers after it; what
    is wrong with them, and what is to be noted."""
    problems: list[Problem] = []
    notes: list[Problem] = []
    steps: list[Step] = []
    levers = place.regime
    origins = {
        key: f"{shown_path(place.path)} (regime)" if levers[key] != lever.neutral else "neutral"
        for key, lever in LEVERS.items()
    }
    for step in sorted(written, key=lambda step: week_of(step.day, place.start)):
        file = step.reader.file
        week = week_of(step.day, place.start)
        if week < 0:
            right = f"write {place.start} or later"
            problems.append(Problem(f"from {step.day} is before the start, {place.start}", file, step.line, right))
            continue
        origins = dict(origins)
        if step.use is not None:
            name, line = step.use
            levers = of_preset(name, levers)
            for key in LEVERS:
                if key in PRESETS[name]:
                    reason = REASONS[name][key]
                    origins[key] = f"{file}:{line} (preset {name}: {reason.why})"
                elif not key.startswith("shocks."):
                    origins[key] = f"{file}:{line} (preset {name}: neutral)"
        before = levers
        levers = levers.changed({key: value for key, (value, _) in step.set.items()})
        origins.update({key: f"{file}:{line}" for key, (_, line) in step.set.items()})
        places: dict[str, tuple[str, int | None]] = {}
        if step.use is not None:
            places = dict.fromkeys(LEVERS, (file, step.use[1]))
        elif all(before[key] == value for key, (value, _) in step.set.items()):
            already = ", ".join(f"{key} {shown(value)}" for key, (value, _) in step.set.items())
            notes.append(Problem(f"from {step.day} nothing changes: {already} is decided already", file, step.line))
        places.update({key: (file, line) for key, (_, line) in step.set.items()})
        values = {key: value for key, (value, _) in step.set.items()}
        used = step.use[0] if step.use is not None else None
        steps.append(Step(step.day, week, step.why, used, values, levers, origins, places, Origin(file, step.line)))
    return steps, problems, notes


def _changes(steps: list[Step]) -> tuple[Change, ...]:
    """One change a week: the levers after the last of its steps, and the whys of all."""
    weeks: dict[int, list[Step]] = {}
    for step in steps:
        weeks.setdefault(step.week, []).append(step)
    return tuple(
        Change(
            week,
            together[-1].levers,
            "; ".join(step.why for step in together if step.why),
            {key: place for step in together for key, place in step.written.items()},
        )
        for week, together in weeks.items()
    )


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Each mistake once, by file in the order met and by line."""
    order = {file: place for place, file in enumerate(dict.fromkeys(str(problem.file) for problem in problems))}
    return sorted(dict.fromkeys(problems), key=lambda problem: (order[str(problem.file)], problem.line or 0))
