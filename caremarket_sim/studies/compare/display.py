"""How a comparison and a run show themselves in a notebook, and their figures."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from caremarket_sim.findings.traces import happened
from caremarket_sim.markup import table as html_table
from caremarket_sim.report import MARK, Settings
from caremarket_sim.report.brief import brief_html, brief_word
from caremarket_sim.report.page import report_html
from caremarket_sim.report.results import Results
from caremarket_sim.results.durable import require_office, write_document, write_file
from caremarket_sim.runs.resolved import resolved_json
from caremarket_sim.studies.compare.figures import figure as figure
from caremarket_sim.studies.compare.files import tables_of
from caremarket_sim.studies.compare.screen import bottom_lines as bottom_lines

if TYPE_CHECKING:
    import pandas as pd

    from caremarket_sim.studies.compare.result import Comparison
    from caremarket_sim.studies.compare.run_result import Run
from caremarket_sim.studies.compare.tables import (
    LEVEL_COLUMNS,
    difference_columns,
    difference_rows,
    level_rows,
    selected,
)


def comparison_html(comparison: Comparison) -> str:
    """The headline differences as a notebook shows them."""
    frame = comparison.frame()
    parts = [f"<p><strong>{escape(comparison.banner)}</strong></p>"] if comparison.banner else []
    parts += [f"<p>{escape(name)}: {escape(' '.join(said))}</p>" for name, said in happened(comparison.samples).items()]
    for name in comparison.others:
        rows = selected(frame[frame.scenario == name], headlines=True)
        title = f"{name} against {comparison.reference}, {comparison.periods.words} ({frame.attrs['note']})"
        parts.append(html_table(title, difference_columns(rows), difference_rows(rows)))
    return "\n".join(parts)


def run_html(run: Run) -> str:
    """The headline means as a notebook shows them."""
    frame = run.frame()
    futures = f"{len(run.sample.replicates)} futures"
    title = f"{run.scenario.title}, {run.periods.words}: {futures} ({frame.attrs['note']})"
    return html_table(title, LEVEL_COLUMNS, level_rows(selected(frame, headlines=True)))


def results_of(known: Comparison) -> Results:
    """A comparison as the report reads one from its folder."""
    scenarios = {name: json.loads(resolved_json(sample.scenario)) for name, sample in known.samples.items()}
    weekly = known.weekly()
    spend = weekly[weekly.indicator == "council_spend"].rename(columns={"value": "council_spend"})
    tables = {name: _without_notes(table) for name, table in tables_of(known).items()}
    return Results(Path(), tables, scenarios, {}, known.banner, known.seeds, spend)


def _without_notes(table: pd.DataFrame) -> pd.DataFrame:
    """A table as it is read from a file: without the units beside it, which pandas copies at every step."""
    bare = table.copy(deep=False)
    bare.attrs = {}
    return bare


def write_brief(known: Comparison, to: Path) -> Path:
    """Write the brief of a comparison that is in no folder."""
    results = results_of(known)
    if to.suffix.lower() == ".docx":
        require_office(to)
        write_file(to, brief_word(results))
    else:
        write_document(to, brief_html(results).encode(), MARK)
    return to


def write_report(known: Comparison, to: Path) -> Path:
    """Write the report of a comparison that is in no folder."""
    write_document(to, report_html(results_of(known), Settings())[0].encode(), MARK)
    return to
