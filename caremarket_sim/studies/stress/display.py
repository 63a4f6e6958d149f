"""How a stress test shows itself: the sentences first, then every headline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caremarket_sim import markup
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.studies.stress.figures import figure as figure
from caremarket_sim.studies.stress.words import sentences as sentences
from caremarket_sim.telling.words import labelled, quantity

if TYPE_CHECKING:
    from caremarket_sim.studies.stress.result import StressTest


def stress_html(found: StressTest) -> str:
    """What breaks under each shock: in words, and each headline's worst difference."""
    rows = []
    for row in found.frame().itertuples(index=False):
        indicator = INDICATORS[row.indicator]
        worst = quantity(row.worst, indicator, signed=True)
        breaks = f"yes, after {row.breaks_after:.0f} weeks" if row.breaks else "no"
        rows.append((labelled(indicator), row.scenario, row.shock, worst, breaks))
    columns = ("indicator", "policy", "shock", "worst difference", "breaks")
    return markup.sentences("What shocks do", found.summary()) + markup.table("Every headline", columns, rows)
