"""How a comparison and a run show themselves in a notebook, and their figures."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from caremarket_sim.findings.traces import happened
from caremarket_sim.markup import table as html_table
from caremarket_sim.studies.compare.figures import figure as figure

if TYPE_CHECKING:
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
