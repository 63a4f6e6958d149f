"""The files of an exploration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caremarket_sim.telling.files import csv_bytes, png_bytes, records

if TYPE_CHECKING:
    from caremarket_sim.studies.explore.result import Exploration


def explore_files(found: Exploration) -> Iterator[tuple[str, bytes]]:
    """Tables of boxes, peeling and regret, the summary in words, and figures."""
    from caremarket_sim.studies.explore.figures import figure

    yield "boxes.csv", csv_bytes(found.frame())
    yield "peeling.csv", csv_bytes(found.course())
    regret = found.regret()
    if len(regret):
        yield "regret.csv", csv_bytes(regret)
        yield "figures/regret.png", png_bytes(figure("regret", found))
    yield "summary.txt", ("\n\n".join(found.summary()) + "\n").encode()
    for one in found.discoveries:
        if one.boxes:
            stem = f"{one.output.indicator}-{one.output.scenario}"
            for kind in ("boxes", "peeling"):
                drawn = figure(kind, found, one.output.indicator, one.output.scenario)
                yield f"figures/{stem}-{kind}.png", png_bytes(drawn)


def explore_summary(found: Exploration, folder: Path) -> dict[str, Any]:
    """What was found as an object for JSON."""
    return {
        "command": "explore",
        "results": str(folder),
        "samples": len(found.sweep.values),
        "sentences": found.summary(),
        "boxes": records(found.frame()),
        "regret": records(found.regret()),
    }
