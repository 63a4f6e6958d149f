"""Which verdicts depend on a form of the model, in words and as a table of the report."""

from __future__ import annotations

import pandas as pd

from caremarket_sim.findings.frames import headline_rows
from caremarket_sim.findings.structures import structures
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import CLEAR
from caremarket_sim.telling.words import in_a_sentence, listed, quantity


def structure_sentences(table: pd.DataFrame) -> list[str]:
    """How many forms were tried on how many futures, then of each scenario what depends on which."""
    rows = table[headline_rows(table)]
    tried = rows.structure.nunique()
    said = [f"Under {tried} other forms of the model, on {int(rows.replicates.max())} of the same futures:"]
    for name, part in rows.groupby("scenario", sort=False):
        fate = part.groupby("indicator", sort=False).agg(clear=("usual_verdict", "first"), depends=("depends", "any"))
        clear = fate[fate.clear.isin(CLEAR)]
        sentence = f"- {name}: {int((~clear.depends).sum())} of {len(clear)} clear verdicts depend on none of them"
        moved = part[part.depends]
        if len(moved):
            sentence += "; " + "; ".join(
                f"{in_a_sentence(INDICATORS[row.indicator].label)} with {labels()[row.structure]} ({row.becomes}: "
                f"{quantity(row.usual_difference, INDICATORS[row.indicator], signed=True)} becomes "
                f"{quantity(row.difference, INDICATORS[row.indicator], signed=True)})"
                for row in moved.itertuples()
            )
        said.append(f"{sentence}.")
    return said


def depending(table: pd.DataFrame) -> list[list[str]]:
    """Cells of a table: each form with its why, and the headline verdicts that depend on it."""
    rows = table[headline_rows(table) & table.depends]
    cells = []
    for one in structures():
        found = [
            f"{row.scenario}: {in_a_sentence(INDICATORS[row.indicator].label)} ({row.becomes})"
            for row in rows[rows.structure == one.name].itertuples()
        ]
        cells.append([f"With {one.label}", one.why, listed(found) if found else "none"])
    return cells


def labels() -> dict[str, str]:
    """What each form has otherwise, by its name."""
    return {one.name: one.label for one in structures()}
