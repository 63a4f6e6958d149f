"""How far to trust it: assumptions with their grades, what the baseline is held against, and how it was run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from caremarket_sim import __version__
from caremarket_sim.findings.assumptions import CARRYING
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import interval
from caremarket_sim.national import Setting
from caremarket_sim.parameters import register, sources
from caremarket_sim.policy import LEVERS
from caremarket_sim.policy.values import shown
from caremarket_sim.report.decision import timelines
from caremarket_sim.report.results import Results
from caremarket_sim.runs.targets import targets
from caremarket_sim.scenario.timing import day_in_words
from caremarket_sim.telling.answer import trial_details, trial_sentence
from caremarket_sim.telling.blocks import Block, Cell, Data, Folded, Group, Heading, Page, Points, Row, Table, Text
from caremarket_sim.telling.blocks import plain_rows as rows_of
from caremarket_sim.telling.forms import depending, structure_sentences
from caremarket_sim.telling.words import labelled, quantity, span

GRADES = {
    "measured": "read off a publication",
    "derived": "arithmetic on published figures",
    "assumed": "nobody has published it; value and range are ours",
}


def assumptions_page(results: Results) -> Page:
    """Policies, place and parameters with their grades, and what becomes of verdicts at the ends of two of them."""
    blocks: list[Block] = []
    known = register()
    counts = Counter(parameter.grade for parameter in known.values())
    of = ", ".join(f"{counts[grade]} {grade} ({meaning})" for grade, meaning in GRADES.items())
    blocks.append(
        Text(f"The model has {len(known)} parameters: {of}. Intervals in this report hold them all fixed.", "note")
    )
    ends = results.tables.get("assumptions")
    blocks.append(Heading("The two assumptions that carry most"))
    blocks.append(Text(trial_sentence(ends, results.others)))
    if ends is not None:
        blocks.append(
            Text(
                f"{' and '.join(f'{name} ({known[name].meaning})' for name in CARRYING)}. Nobody has measured either "
                "for homecare, and fewer, zoned providers gain by both. At the ends of their ranges, on "
                f"{int(ends.replicates.max())} of the futures:"
            )
        )
        blocks.append(Points(trial_details(ends)))
    blocks += [*_forms(results), Heading("What each policy sets"), *_policies(results)]
    if not results.are_few:
        blocks += [Heading("When each policy begins"), *timelines(results)]
    figures = results.place["figures"]
    rows = [
        [key.replace("_", " "), f"{entry['value']:,g}", _range(entry), entry["grade"],
         _sources(entry["source"])]
        for key, entry in figures.items()
    ]  # fmt: skip
    blocks.append(Heading("The place"))
    columns = ["Figure", "Value", "Range", "Grade", "Source"]
    blocks.append(Table(f"{results.place['name']}: figures of the market at the start", columns, rows_of(rows)))
    by_subject: dict[str, list[Row]] = {}
    overrides = {name: results.scenarios[name].get("parameters", {}) for name in results.names}
    for name, parameter in known.items():
        value = f"{parameter.value:g}"
        moved = {scenario: own[name] for scenario, own in overrides.items() if name in own}
        if moved:
            value += "; " + ", ".join(f"{scenario}: {number:g}" for scenario, number in moved.items())
        cells = [Cell(value), Cell(parameter.unit), Cell(f"{parameter.low:g} to {parameter.high:g}")]
        cells += [Cell(parameter.grade), Cell(" ".join(parameter.source) or "–")]
        by_subject.setdefault(parameter.subject, []).append(Row(Cell(name, parameter.meaning), cells))
    columns = ["Parameter", "Value", "Unit", "Range", "Grade", "Sources"]
    groups = [Group(subject, rows) for subject, rows in by_subject.items()]
    note = "Sources are ids of the register of sources: “caremarket docs parameters” writes them out."
    data = Data(
        "parameters",
        pd.DataFrame([{**{field: getattr(p, field) for field in ("name", "value", "low", "high", "unit", "grade")},
                       "source": " ".join(p.source), "meaning": p.meaning} for p in known.values()]),
    )  # fmt: skip
    parameters = Table("Parameters of the model", columns, groups, note, data)
    blocks.append(Folded(f"Every parameter: {len(known)} values with ranges, grades and sources", parameters))
    return Page("assumptions", "Assumptions", "Whoever doubts it", blocks, annex=True)


def _forms(results: Results) -> list[Block]:
    """Which verdicts depend on a form of the model and not on a number, where that was tried."""
    found = results.tables.get("structures")
    if found is None:
        return []
    said, *points = structure_sentences(found)
    text = f"A form is a part of the model that could be otherwise, not a number that could be another. {said}"
    columns = ["Form", "Why it could be so", "Headline verdicts that depend on it"]
    return [
        Heading("What depends on a form of the model"),
        Text(text),
        Points([point.removeprefix("- ") for point in points]),
        Table("Other forms of the model", columns, rows_of(depending(found))),
    ]


def _policies(results: Results) -> list[Block]:
    blocks: list[Block] = []
    for name in results.names:
        changes = results.scenarios[name]["changes"]
        blocks += [Text(f"{name}: {sentence}") for sentence in _nation(results.scenarios[name])]
        if not changes:
            blocks.append(Text(f"{name}: no policy; the market goes on as it is."))
            continue
        rows = []
        for change in changes:
            for key, value in change["levers"].items():
                lever = LEVERS[key]
                since = f"from {day_in_words(results.monday(change['week']))}"
                rows.append([f"{key}: {lever.meaning}", shown(value), shown(lever.neutral), lever.unit or "–", since])
        columns = ["Lever", "Set to", "Neutral", "Unit", "When"]
        blocks.append(Table(f"{name}: what it sets off neutral", columns, rows_of(rows)))
    return blocks


def _nation(scenario: Mapping[str, Any]) -> list[str]:
    """What a scenario has otherwise than the national calendar."""
    return [
        f"from {change['day']} the nation has "
        + ", ".join(f"{item} {Setting(**setting).shown}" for item, setting in change["settings"].items())
        + (f" ({change['why']})." if change["why"] else ".")
        for change in scenario.get("national", ())
    ]


def _range(figure: Mapping[str, Any]) -> str:
    low, high = figure.get("low"), figure.get("high")
    return "–" if low is None or high is None else f"{low:,g} to {high:,g}"


def _sources(ids: object) -> str:
    known = sources()
    names = [ids] if isinstance(ids, str) else list(ids)  # type: ignore[call-overload]
    return "; ".join(f"{known[i].publisher}, {known[i].year} [{i}]" if i in known else str(i) for i in names) or "–"


def validation_page(results: Results) -> Page:
    """The market without a policy beside published aggregates."""
    told = results.scenarios
    plain = [name for name in results.names if not (told[name]["changes"] or told[name].get("national"))]
    if not plain:
        text = (
            "No scenario without a policy was among those compared, so nothing here can be held against published "
            "figures: they describe the market as it is. Compare with a baseline to see this page."
        )
        return Page("validation", "Validation", "Whoever doubts it", [Text(text)], annex=True)
    name = plain[0]
    overall, yearly = (results.tables[table] for table in ("overall", "yearly"))
    rows, data = [], []
    for target in targets():
        indicator = INDICATORS[target.indicator]
        if target.years:
            own = yearly[(yearly.scenario == name) & (yearly.indicator == target.indicator)]
            values = own[own.year.isin(target.years)].groupby("replicate").value.mean().to_numpy()
        else:
            own = overall[(overall.scenario == name) & (overall.indicator == target.indicator)]
            values = own.value.to_numpy()
        found = interval(values)
        mean, low, high = float(found.mean), float(found.low), float(found.high)
        within = target.low <= mean <= target.high
        band = span(target.low, target.high, indicator, signed=False)
        rows.append(
            [
                labelled(indicator, target.label),
                f"{quantity(mean, indicator)} ({span(low, high, indicator, signed=False)})",
                target.published,
                f"{'within' if within else 'OUTSIDE'} {band} ({target.band})",
                " ".join(target.evidence),
            ]
        )
        data.append({"target": target.label, "indicator": target.indicator, "mean": mean, "low": low, "high": high,
                     "target_low": target.low, "target_high": target.high, "within": within})  # fmt: skip
    inside = sum(entry["within"] for entry in data)
    blocks: list[Block] = [
        Text(
            f"{name} beside published aggregates: {inside} of {len(data)} lie in their bands. The model was set up to "
            "resemble several of these, so agreement is no proof that it foretells anything; disagreement is a "
            "warning. Bands are published, a tolerance of ours around one figure, or assumed, as each says."
        ),
        Table(
            "Published figures and what the model gives",
            ["Quantity", "Model, mean (95% interval)", "Published", "Band", "Evidence"],
            rows_of(rows),
            data=Data("validation", pd.DataFrame(data)),
        ),
    ]
    return Page("validation", "Validation", "Whoever doubts it", blocks, annex=True)


def run_page(results: Results) -> Page:
    """What was run, with what, and how to run it again."""
    facts = [
        ["Replicates", f"{results.replicates}, the same seeds for every scenario"],
        ["Horizon", f"{results.years} years of 52 weeks from {results.place['start']}"],
        ["Reference", results.reference],
        ["Price base", str(results.place["price_base"])],
        ["Data licence", str(results.place.get("licence") or "–")],
    ]
    scenarios = [
        [name, results.title(name), results.scenarios[name]["prices"], results.scenarios[name]["key"][:16]]
        for name in results.names
    ]
    seeds = ", ".join(map(str, results.seeds[:6])) + (" …" if len(results.seeds) > 6 else "")
    precision = results.tables.get("precision")
    if precision is not None:
        reached = int((precision.reached.astype(str) == "True").sum())
        facts.insert(1, ["Precision asked for", f"reached for {reached} of {len(precision)} intervals"])
    blocks: list[Block] = [
        Table("The run", ["Fact", "Value"], rows_of([*_recorded(results), *facts])),
        Text(f"Seeds of the replicates: {seeds}"),
        Table("Scenarios", ["Name", "Title", "Prices", "Key"], rows_of(scenarios)),
        *_to_check(results),
    ]
    if results.replicates < 20:
        warning = (
            f"{results.replicates} futures are few: intervals are wide and chances are coarse. Take 100 for a decision."
        )
        blocks.insert(0, Text(warning, "warning"))
    return Page("run", "How it was run", "An analyst who checks", blocks, annex=True)


def _recorded(results: Results) -> list[list[str]]:
    """What the manifest says of the run; for results that were never in a folder, the version alone."""
    manifest = results.manifest
    if not manifest:
        return [["Package", f"caremarket-sim {__version__}, from Python; nothing was written but this file"]]
    environment = manifest["environment"]
    return [
        ["Command", " ".join(["caremarket", *manifest["command"][1:]])],
        ["Began", manifest["began"]],
        ["Package", f"{manifest['code']['package']} {manifest['code']['version']}"],
        ["Hash of the model's sources", manifest["code"]["sha256"]],
        ["Python and machine", f"{environment['python']}, {environment['system']}, {environment['processor']}"],
    ]


def _to_check(results: Results) -> list[Block]:
    """The files behind the results and how to check them, where there is a folder of them."""
    manifest = results.manifest
    if not manifest:
        return []
    inputs = [[name, entry["sha256"][:16]] for name, entry in manifest["inputs"].items()]
    return [
        Table("Files read", ["File", "SHA-256, first 16"], rows_of(inputs)),
        Points(manifest["not_proved"], "What the manifest does not prove"),
        Points(
            [
                "“caremarket verify RESULTS” hashes every file again; “caremarket reproduce RESULTS” simulates again.",
                "differences.csv, levels.csv, yearly.csv, overall.csv and breakdowns.csv hold every number here, "
                "or what it was computed from; each chart and table has its own CSV beside it.",
            ],
            "To check it",
        ),
    ]
