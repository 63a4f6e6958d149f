"""How an explanation shows itself: the sentences first, then the table of values."""

from __future__ import annotations

from caremarket_sim import markup
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.studies.explain.figures import waterfall as waterfall
from caremarket_sim.studies.explain.frames import DIFFERENCE, SHAPLEY, WHOLE
from caremarket_sim.studies.explain.result import Explanation
from caremarket_sim.studies.explain.words import of_view
from caremarket_sim.studies.explain.words import sentences as sentences
from caremarket_sim.telling.words import labelled, quantity


def table_html(found: Explanation) -> str:
    """What did it, for a notebook: in words, and each group's value under each view."""
    frame = found.frame()
    parts = [markup.sentences("What did it", found.summary())]
    for view in found.views:
        groups = [WHOLE, *view.bundle.groups]
        rows = []
        for name in view.indicators:
            indicator = INDICATORS[name]
            cells = of_view(frame[frame.measure.isin([DIFFERENCE, SHAPLEY])], view.name, name).set_index("group")[
                "value"
            ]
            values = [quantity(cells[group], indicator, signed=True) for group in groups]
            rows.append((labelled(indicator), *values))
        title = f"{view.bundle.policy.name} against {view.bundle.reference.name}, {view.name}"
        parts.append(markup.table(title, ("indicator", *groups), rows))
    return "".join(parts)
