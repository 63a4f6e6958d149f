"""Design files: what a sweep varies, where it looks, and what of the results is asked about.

Guarded and read like scenario files: every mistake at once, with file, line and the nearest valid name.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.samplers import METHODS, Sampler
from caremarket_sim.reading import nearest_file
from caremarket_sim.results.periods import ALL, IN_FORCE, LAST_YEAR
from caremarket_sim.runs.plan import require_distinct_names
from caremarket_sim.scenario import Scenario, resolve
from caremarket_sim.scenario.documents import Node, Scalar, read_document
from caremarket_sim.scenario.fields import Reader
from caremarket_sim.scenario.sheets import read_rows
from caremarket_sim.scenario.timing import MOST_YEARS, WEEKS_A_YEAR
from caremarket_sim.scenario.workspace import referred, shown_path
from caremarket_sim.studies.compare.study import reference_among
from caremarket_sim.studies.sweep.design_factors import FACTOR_KEYS, FactorReader

KEYS = (
    "format",
    "title",
    "why",
    "scenarios",
    "reference",
    "years",
    "replicates",
    "new_futures_every",
    "seed",
    "outputs",
    "indicators",
    "period",
    "sampler",
    "factors",
)
REQUIRED = ("scenarios", "sampler", "factors")
SAMPLER_KEYS = ("method", "samples", "second_order", "steps", "levels", "curves", "file")
OUTPUTS = ("levels", "differences", "both")
PERIODS = (ALL, IN_FORCE, LAST_YEAR)
MOST_POINTS = 1_000_000
MOST_LISTED = 10_000
"""Rows of a list of samples, each of which somebody meant; more come from a sampler."""
MOST_REPLICATES = 1000
LARGEST_SEED = 2**32 - 1
FEWEST_FOR_FAST = 65
WHOLE_NUMBERS = (
    ("years", 1, MOST_YEARS),
    ("replicates", 1, MOST_REPLICATES),
    ("new_futures_every", 0, MOST_POINTS),
    ("seed", 0, LARGEST_SEED),
)

__all__ = ["FACTOR_KEYS", "KEYS", "OUTPUTS", "PERIODS", "SAMPLER_KEYS", "Design", "read_design"]


@dataclass(frozen=True)
class Design:
    """A sweep as it was declared. `inputs` are the files it was made from; `reference` is None for a single scenario.

    All samples meet the same futures, or, after every `new_futures_every` of them, others, if that is not 0.
    `outputs` says whether levels, paired differences from the reference, or both are analysed; `period` in which weeks.
    """

    name: str
    title: str
    path: Path
    scenarios: tuple[Scenario, ...]
    reference: str | None
    factors: tuple[Factor, ...]
    sampler: Sampler
    replicates: int = 1
    new_futures_every: int = 0
    seed: int = 1
    outputs: str = "levels"
    indicators: tuple[str, ...] = ()
    period: str = ALL
    inputs: tuple[Path, ...] = ()

    @property
    def points(self) -> int:
        """How many samples there are."""
        return self.sampler.points(self.factors)


def headline_ids() -> tuple[str, ...]:
    """The headline indicators, which are analysed unless the design says otherwise."""
    return tuple(one.id for one in INDICATORS.values() if one.headline)


def read_design(path: str | Path) -> Design:
    """The design of a file. Raises BadInput with every mistake."""
    path = Path(path)
    shown = str(path)
    document = read_document(path, shown)
    reader = Reader(shown)
    reader.problems.extend(document.problems)
    reader.format(document.root)
    entries = reader.mapping(document.root, "a design", KEYS, REQUIRED)
    whole: dict[str, Any] = {}
    for key, low, high in WHOLE_NUMBERS:
        if key in entries:
            whole[key] = reader.number(entries[key], key, low, high, whole=True)
    title = reader.text(entries["title"], "title") if "title" in entries else None
    if "why" in entries:
        reader.text(entries["why"], "why")
    scenarios, inputs = _scenarios(reader, entries.get("scenarios"), path)
    if whole.get("years"):
        scenarios = tuple(scenario.with_weeks(int(whole["years"]) * WEEKS_A_YEAR) for scenario in scenarios)
    factors = FactorReader(reader, scenarios).factors(entries["factors"]) if "factors" in entries else ()
    sampler = _sampler(reader, entries["sampler"], factors, path) if "sampler" in entries else None
    reference, outputs = _compared(reader, entries, scenarios)
    indicators = _indicators(reader, entries["indicators"]) if "indicators" in entries else headline_ids()
    period = reader.choice(entries["period"], "period", PERIODS) if "period" in entries else ALL
    if reader.problems or sampler is None:
        raise BadInput(sorted(dict.fromkeys(reader.problems), key=lambda one: (str(one.file) != shown, one.line or 0)))
    return Design(
        name=path.stem,
        title=title or path.stem.replace("-", " ").capitalize(),
        path=path,
        scenarios=scenarios,
        reference=reference,
        factors=factors,
        sampler=sampler,
        replicates=whole.get("replicates") or 1,
        new_futures_every=whole.get("new_futures_every") or 0,
        seed=1 if whole.get("seed") is None else whole["seed"],
        outputs=outputs,
        indicators=indicators,
        period=period or ALL,
        inputs=(path, *inputs),
    )


def _scenarios(reader: Reader, node: Node | None, path: Path) -> tuple[tuple[Scenario, ...], tuple[Path, ...]]:
    """The scenarios that the design names, and the files that they were made from."""
    found: list[Scenario] = []
    inputs: list[Path] = []
    items = [] if node is None else [node] if isinstance(node, Scalar) else reader.items(node, "scenarios")
    for item in items:
        reference = reader.path(item, "a scenario")
        if reference is None:
            continue
        try:
            target = referred(reference, path)
            if not os.path.exists(target):
                raise BadInput(Problem(f"there is no scenario file {reference}", right=nearest_file(target)))
        except BadInput as bad:
            reader.note_all(bad, item.line)
            continue
        try:
            resolved = resolve(shown_path(target))
        except BadInput as bad:
            reader.problems.extend(bad.problems)
            continue
        found.append(resolved.scenario)
        inputs += [*map(Path, resolved.files), resolved.scenario.place.path]
    if node is not None and not items:
        reader.note("scenarios names none", node.line, "name one scenario file, or two or more to compare")
    try:
        require_distinct_names(found)
    except BadInput as bad:
        reader.note_all(bad, node.line if node is not None else 1)
    return tuple(found), tuple(dict.fromkeys(inputs))


def _compared(reader: Reader, entries: dict[str, Node], scenarios: Sequence[Scenario]) -> tuple[str | None, str]:
    """The reference, and whether levels or differences are analysed."""
    reference = None
    if "reference" in entries:
        reference = reader.text(entries["reference"], "reference")
    if scenarios and (reference is not None or len(scenarios) > 1):
        try:
            reference = reference_among(scenarios, reference)
        except BadInput as bad:
            reader.note_all(bad, entries["reference"].line)
    outputs = reader.choice(entries["outputs"], "outputs", OUTPUTS) if "outputs" in entries else None
    if outputs in ("differences", "both") and len(scenarios) == 1:
        reader.note("differences need two scenarios", entries["outputs"].line, "name two, or write `outputs: levels`")
    return reference, outputs or ("differences" if len(scenarios) > 1 else "levels")


def _indicators(reader: Reader, node: Node) -> tuple[str, ...]:
    """The indicators named, or all headlines."""
    if isinstance(node, Scalar) and node.value == "headlines":
        return headline_ids()
    found = []
    for item in reader.items(node, "indicators (or the word headlines)"):
        name = reader.choice(item, "an indicator", INDICATORS)
        if name in found:
            reader.note(f"{name} is named twice", item.line, "name it once")
        elif name is not None:
            found.append(name)
    if not found and not reader.problems:
        reader.note("indicators names none", node.line, "name some, or write `indicators: headlines`")
    return tuple(found)


def _sampler(reader: Reader, node: Node, factors: Sequence[Factor], path: Path) -> Sampler | None:
    """The sampler, with what its method needs."""
    before = len(reader.problems)
    entries = reader.mapping(node, "sampler", SAMPLER_KEYS, ("method",))
    method = reader.choice(entries["method"], "method", METHODS) if "method" in entries else None
    if method is None:
        return None
    used = {"grid": ("steps",), "csv": ("file",), "saltelli": ("samples", "second_order")}
    used |= {"morris": ("samples", "levels"), "fast": ("samples", "curves")}
    allowed = used.get(method, ("samples",))
    for key, entry in entries.items():
        if key not in ("method", *allowed):
            reader.note(f"{key} means nothing to {method}", entry.line, f"it takes {', '.join(allowed)}")
    values: dict[str, Any] = {}
    if "samples" in allowed:
        if "samples" not in entries:
            reader.note(f"{method} needs `samples`", node.line, "write how many")
        else:
            values["samples"] = _samples(reader, entries["samples"], method)
    if "second_order" in entries:
        second = reader.scalar(entries["second_order"], "second_order")
        if not isinstance(second, bool):
            reader.note("second_order is true or false", entries["second_order"].line, "write true or false")
        values["second_order"] = second
    for key, low, high in (("steps", 2, 1000), ("levels", 2, 64), ("curves", 2, 64)):
        if key in entries and key in allowed:
            values[key] = reader.number(entries[key], key, low, high, whole=True)
    if values.get("levels", 4) is not None and int(values.get("levels", 4)) % 2:
        reader.note("levels is odd", entries["levels"].line, "Morris needs an even number, such as 4")
    if "file" in allowed:
        rows = _rows(reader, entries.get("file"), node, factors, path)
        values["rows"] = rows
    if len(reader.problems) > before:
        return None
    sampler = Sampler(method=method, **values)  # type: ignore[arg-type]
    if factors and sampler.points(factors) > MOST_POINTS:
        what = f"{sampler.points(factors):,} samples"
        reader.note(what, node.line, f"keep to {MOST_POINTS:,}: fewer steps, or another method")
    return sampler


def _samples(reader: Reader, node: Node, method: str) -> int | None:
    """How many samples, as the method needs them."""
    fewest = FEWEST_FOR_FAST if method == "fast" else 2
    count = reader.number(node, "samples", fewest, MOST_POINTS, whole=True)
    if count is not None and method in ("saltelli", "sobol_sequence") and int(count) & (int(count) - 1):
        near = 1 << round(int(count)).bit_length() - 1
        right = " or ".join(str(one) for one in (near, 2 * near) if one <= MOST_POINTS)
        reader.note(f"samples is {count}; {method} needs a power of 2", node.line, f"write {right}")
        return None
    return None if count is None else int(count)


def _rows(
    reader: Reader, node: Node | None, sampler: Node, factors: Sequence[Factor], path: Path
) -> tuple[tuple[Any, ...], ...]:
    """The values of a CSV list: a column a factor, a row a sample."""
    if node is None:
        reader.note("csv needs `file`", sampler.line, "name a CSV file with a column a factor")
        return ()
    reference = reader.path(node, "file")
    if reference is None:
        return ()
    try:
        target = referred(reference, path)
    except BadInput as bad:
        reader.note_all(bad, node.line)
        return ()
    shown = shown_path(target)
    names = [factor.name for factor in factors]
    try:
        lines, problems = read_rows(target, shown, names, names, "sample", MOST_LISTED)
    except BadInput as bad:
        reader.problems.extend(bad.problems)
        return ()
    rows = []
    for number, cells in lines:
        row = []
        for factor in factors:
            written = Scalar(cells[factor.name], number, quoted=False).value
            try:
                factor.coordinate(written)
            except (ValueError, TypeError):
                span = ", ".join(map(str, factor.levels)) or f"{factor.low:g} to {factor.high:g}"
                what = f"{factor.name} is {cells[factor.name][:80]!r}"
                problems.append(Problem(what, shown, number, f"the design has it at {span}"))
            row.append(written)
        rows.append(tuple(row))
    reader.problems.extend(problems)
    return tuple(rows)
