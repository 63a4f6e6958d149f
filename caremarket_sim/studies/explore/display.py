"""How an exploration shows itself: the sentences first, then the boxes behind them."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from caremarket_sim import markup
from caremarket_sim.studies.explore.figures import figure as figure
from caremarket_sim.studies.explore.words import sentences as sentences
from caremarket_sim.telling.words import MOST_ROWS, asked

if TYPE_CHECKING:
    from caremarket_sim.studies.explore.result import Exploration


def exploration_html(found: Exploration) -> str:
    """When a policy stops paying off: in words, and the limits of each box."""
    rows = [
        (
            row.factor,
            row.values or _limits(row.low, row.high),
            asked(row),
            str(row.box),
            f"{row.coverage:.0%}",
            f"{row.density:.0%}",
        )
        for row in found.frame().head(MOST_ROWS).itertuples(index=False)
    ]
    columns = ("factor", "where", "output", "box", "coverage", "density")
    words = markup.sentences(found.sweep.title or found.sweep.name, found.summary())
    return words + (markup.table("Boxes in which it stops paying off", columns, rows) if rows else "")


def _limits(low: float, high: float) -> str:
    """A box's limits in one factor; nan where it has none."""
    if isnan(low):
        return f"at most {high:.3g}"
    return f"at least {low:.3g}" if isnan(high) else f"{low:.3g} to {high:.3g}"
