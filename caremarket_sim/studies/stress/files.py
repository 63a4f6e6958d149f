"""The files of a stress test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from caremarket_sim.studies.stress.figures import figure
from caremarket_sim.studies.stress.result import StressTest
from caremarket_sim.telling.files import csv_bytes, png_bytes, records


def stress_files(found: StressTest) -> Iterator[tuple[str, bytes]]:
    """The table, the weekly differences, the words and a figure a shock."""
    yield "stress.csv", csv_bytes(found.frame())
    yield "course.csv", csv_bytes(found.course())
    yield "summary.txt", ("\n\n".join(found.summary()) + "\n").encode()
    for shock in found.shocks:
        yield f"figures/{shock.name}.png", png_bytes(figure(found, shock.name))


def stress_summary(found: StressTest, folder: Path) -> dict[str, Any]:
    """What was found as an object for JSON."""
    return {
        "command": "stress",
        "results": str(folder),
        "replicates": len(found.seeds),
        "failed": [lost.message for lost in found.failed],
        "sentences": found.summary(),
        "stress": records(found.frame()),
    }
