"""What `run` and `compare` print: sentences and tables, or the same as one JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from caremarket_sim.findings.assumptions import CARRYING
from caremarket_sim.findings.draws import note_of, shares_sentence
from caremarket_sim.findings.frames import CHANCE_ONLY, headline_rows
from caremarket_sim.findings.traces import happened
from caremarket_sim.parameters import register
from caremarket_sim.results.periods import span_of_years
from caremarket_sim.runs.design import FailedReplicate
from caremarket_sim.runs.targets import against_targets
from caremarket_sim.studies.compare.figures import FAMILIES
from caremarket_sim.studies.compare.result import Comparison
from caremarket_sim.studies.compare.run_result import Run
from caremarket_sim.studies.compare.tables import difference_table, level_table, selected, target_table
from caremarket_sim.studies.standing.words import standing_sentences
from caremarket_sim.telling.files import records
from caremarket_sim.telling.words import (
    HOW_TO_READ,
    assumption_sentences,
    family_sentences,
    listed,
    spend_sentences,
)


def show(console: Console, result: Comparison | Run, everything: bool) -> None:
    """Print the results; `everything` adds the indicators that are no headlines, a table a family."""
    if result.banner:
        console.print(Text(result.banner, style="bold"))
    for name, said in happened(result.samples).items():
        console.print(Text(f"{name}: {' '.join(said)}"))
    if isinstance(result, Comparison):
        _show_comparison(console, result, everything)
    else:
        _show_run(console, result, everything)


def _show_comparison(console: Console, result: Comparison, everything: bool) -> None:
    frame = result.frame()
    for found in result.plausibility:
        if found.sentence not in (result.banner or ""):
            console.print(Text(found.sentence, style="" if found.plausible else "bold"))
    console.print(Text(result.periods.sentence))
    for family in FAMILIES:
        console.print(Text(family_sentences(frame, family)))
    for sentence in spend_sentences(result.spend(), result.periods):
        console.print(Text(sentence))
    for name in result.others:
        rows = frame[frame.scenario == name]
        console.print()
        title = f"{name} against {result.reference}, {result.periods.words}"
        console.print(difference_table(selected(rows, headlines=True), title))
        if everything:
            for family, part in selected(rows, headlines=False).groupby("family", sort=False):
                console.print(difference_table(part, f"{name} against {result.reference}: other {family}"))
    if result.standing is not None:
        console.print()
        for sentence in standing_sentences(result.standing):
            console.print(Text(sentence))
    console.print(Text(HOW_TO_READ))
    if result.draws > 1:
        console.print(Text(shares_sentence(result.shares())))
    console.print()
    for sentence in assumptions_note(result):
        console.print(Text(sentence))


def _show_run(console: Console, result: Run, everything: bool) -> None:
    frame = result.frame()
    years = span_of_years(result.periods.weeks)
    title = f"{result.scenario.title}: means of {len(result.sample.replicates)} futures of {years}"
    if result.periods.in_force != 0:
        title += f", {result.periods.words}"
    console.print(level_table(selected(frame, headlines=True), title))
    if everything:
        for family, part in selected(frame, headlines=False).groupby("family", sort=False):
            console.print(level_table(part, f"Other {family}"))
    if result.draws > 1:
        console.print(Text(shares_sentence(result.shares())))
    console.print(target_table(against_targets(result.sample), "Beside calibration targets"))


def assumptions_note(result: Comparison) -> list[str]:
    """Which two assumptions carry most of a collaborative bundle, and what becomes of the verdicts at their ends."""
    usual = result.scenarios[0].parameters
    ranges = [
        f"{name} ({usual[name]:g}; range {register()[name].low:g} to {register()[name].high:g})" for name in CARRYING
    ]
    note = f"Two assumed exponents carry most of a collaborative bundle: {listed(ranges)}."
    if not result.ends:
        return [note + " They were not tried at the ends of their ranges."]
    count = max(len(sample.replicates) for end in result.ends for sample in end.samples.values())
    note += f" At the ends of their ranges, on {count} of the same futures (so less becomes clear):"
    return [note, *(f"- {sentence}" for sentence in assumption_sentences(result.assumptions()))]


def failed_sentence(failed: Sequence[FailedReplicate]) -> str:
    """How many simulated futures failed, and why the first did."""
    many = f"{len(failed)} simulated futures" if len(failed) > 1 else "1 simulated future"
    return f"{many} failed and left out of every scenario; the first: {failed[0].message}"


def summary(result: Comparison | Run, folder: Path, everything: bool) -> dict[str, Any]:
    """The results as an object for JSON; what has no value is null."""
    main = result.frame()
    main = main[(main.period == result.periods.verdicts) & (everything | headline_rows(main))]
    found: dict[str, Any] = {
        "results": str(folder),
        "seed": result.seed,
        "replicates": len(result.seeds),
        "failed": [lost.message for lost in result.failed],
        "draws": result.draws,
        "period": result.periods.verdicts,
        "periods": result.periods.rows(),
        "banner": result.banner,
        "timeline": happened(result.samples),
        "traces": records(result.traces()),
        "note": note_of(result.draws) if result.draws > 1 else CHANCE_ONLY,
    }
    if result.draws > 1:
        found["shares"] = records(result.shares())
    if isinstance(result, Comparison):
        found |= {
            "command": "compare",
            "reference": result.reference,
            "scenarios": list(result.samples),
            "plausibility": [found.summary() for found in result.plausibility],
            "weeks": result.periods.sentence,
            "spend": records(result.spend()),
            "sentences": [family_sentences(result.frame(), family) for family in FAMILIES]
            + spend_sentences(result.spend(), result.periods),
            "differences": records(main),
            "assumptions": assumptions_note(result),
        }
        if result.standing is not None:
            rows = result.standing.frame()
            kept = rows[everything | headline_rows(rows)]
            found["settled"] = {"sentences": standing_sentences(result.standing), "differences": records(kept)}
    else:
        found |= {
            "command": "run",
            "scenario": result.scenario.name,
            "levels": records(main),
            "targets": records(against_targets(result.sample)),
        }
    return found
