"""How a sensitivity analysis shows itself: the sentences first, then the table behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caremarket_sim import markup
from caremarket_sim.studies.sensitivity.figures import figure as figure
from caremarket_sim.studies.sensitivity.words import sentences as sentences
from caremarket_sim.telling.words import MOST_ROWS, asked

if TYPE_CHECKING:
    from caremarket_sim.studies.sensitivity.result import Sensitivity


def sensitivity_html(found: Sensitivity) -> str:
    """What drives each output: in words, and ranked with intervals."""
    ranking = found.ranking()
    rows = [
        (
            f"{row.rank}. {row.factor}",
            asked(row),
            row.measure,
            f"{row.value:.3g}",
            f"{row.low:.3g} to {row.high:.3g}",
            "clear" if row.clear else "not clear of nothing",
        )
        for row in ranking.head(MOST_ROWS).itertuples(index=False)
    ]
    more = f" (the first {MOST_ROWS} of {len(ranking)})" if len(ranking) > MOST_ROWS else ""
    columns = ("factor", "output", "measure", "value", "95% interval", "")
    words = markup.sentences(found.sweep.title or found.sweep.name, found.summary())
    return words + markup.table(f"What drives it{more}", columns, rows)
