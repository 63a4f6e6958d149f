"""The files of an explanation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from caremarket_sim.studies.explain.figures import waterfall
from caremarket_sim.studies.explain.result import Explanation
from caremarket_sim.telling.files import csv_bytes, png_bytes, records


def explanation_files(found: Explanation) -> Iterator[tuple[str, bytes]]:
    """The tables, the words and a waterfall an indicator and view."""
    yield "explanation.csv", csv_bytes(found.frame())
    yield "interactions.csv", csv_bytes(found.interactions())
    yield "knock_outs.csv", csv_bytes(found.knock_outs())
    yield "summary.txt", ("\n\n".join(found.summary()) + "\n").encode()
    for view in found.views:
        for name in view.indicators:
            stem = f"{name}-{view.name.replace(' ', '-')}"
            yield f"figures/{stem}.png", png_bytes(waterfall(found, name, view.name))


def explanation_summary(found: Explanation, folder: Path) -> dict[str, Any]:
    """What was found as an object for JSON."""
    return {
        "command": "explain",
        "results": str(folder),
        "replicates": len(found.seeds),
        "period": found.periods.verdicts,
        "failed": [lost.message for lost in found.failed],
        "sentences": found.summary(),
        "explanation": records(found.frame()),
        "knock_outs": records(found.knock_outs()),
    }
