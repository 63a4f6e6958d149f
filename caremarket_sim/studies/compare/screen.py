"""What `run` and `compare` print: sentences and tables, or the same as one JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from caremarket_sim.findings.draws import shares_sentence
from caremarket_sim.findings.frames import headline_rows
from caremarket_sim.findings.placebo import placebo_sentences
from caremarket_sim.findings.traces import happened
from caremarket_sim.results.periods import span_of_years
from caremarket_sim.runs.design import FailedReplicate
from caremarket_sim.runs.targets import against_targets
from caremarket_sim.studies.compare.result import Comparison
from caremarket_sim.studies.compare.run_result import Run
from caremarket_sim.studies.compare.tables import difference_table, level_table, plain_table, selected, target_table
from caremarket_sim.studies.standing.words import standing_sentences
from caremarket_sim.telling.answer import (
    IGNORANCE_COLUMNS,
    bottom_line,
    chance_and_ignorance,
    covers,
    other_signs,
    to_people_sentence,
    trial_sentence,
)
from caremarket_sim.telling.files import records
from caremarket_sim.telling.forms import structure_sentences
from caremarket_sim.telling.words import HOW_TO_READ, first_year_sentences, underpayment_sentences


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
    for name, said in bottom_lines(result).items():
        console.print(Text(f"{name} against {result.reference}", style="bold"))
        for sentence in said:
            console.print(Text(sentence))
    unlawful, first_years = underpayment_sentences(result.spend(), result.periods), result.first_years()
    for sentence in (*unlawful, *placebo_note(result), *first_year_sentences(first_years)):
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
        _show_ignorance(console, result)
    console.print()
    console.print(Text("\n".join([_trial(result), *structures_note(result)])))


def _show_ignorance(console: Console, result: Comparison) -> None:
    """Chance beside ignorance."""
    frame, shares = result.frame(), result.shares()
    for name in result.others:
        title = f"{name} against {result.reference}: chance, and chance with ignorance"
        console.print(plain_table(title, IGNORANCE_COLUMNS, chance_and_ignorance(shares, frame, name)))
    console.print(Text(shares_sentence(shares)))


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


def bottom_lines(result: Comparison) -> dict[str, list[str]]:
    """The answer by scenario: three sentences, where the mean over all weeks turns, what it is to people."""
    frame, spend = result.frame(), result.spend()
    found = {}
    for name in result.others:
        said = [*bottom_line(frame, spend, name, result.periods), *other_signs(frame, name)]
        to_people = to_people_sentence(frame, name)
        found[name] = [*said, to_people] if to_people else said
    return found


def _trial(result: Comparison) -> str:
    """What becomes of the verdicts at the ends of the two assumptions that carry most; assumptions.csv has each."""
    return trial_sentence(result.assumptions() if result.ends else None, result.others)


def structures_note(result: Comparison) -> list[str]:
    """Which verdicts depend on a form of the model, where others were tried."""
    return structure_sentences(result.structures()) if result.forms else []


def placebo_note(result: Comparison) -> list[str]:
    """What the dearest policy's pounds do as plain fee, and what it does beside that."""
    return placebo_sentences(result.placebo) if result.placebo is not None else []


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
        "note": covers(result.draws),
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
            "sentences": bottom_lines(result),
            "underpayment": underpayment_sentences(result.spend(), result.periods),
            "first_year": {
                "sentences": first_year_sentences(result.first_years()),
                "futures": records(result.first_years()),
            },
            "differences": records(main),
            "assumptions": _trial(result),
            "structures": structures_note(result),
            "placebo": placebo_note(result),
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
