"""The files of a sensitivity analysis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from caremarket_sim.telling.files import csv_bytes, png_bytes, records

if TYPE_CHECKING:
    from caremarket_sim.studies.sensitivity.result import Sensitivity


def sensitivity_files(found: Sensitivity, *, figures: bool = True) -> Iterator[tuple[str, bytes]]:
    """Tables of indices and of how far to trust them, the summary in words, and every output's figures."""
    from caremarket_sim.studies.sensitivity.figures import figure, kinds_of

    for name, frame in tables_of_sensitivity(found).items():
        if name == "indices" or len(frame):
            yield f"{name}.csv", csv_bytes(frame)
    yield "summary.txt", ("\n\n".join(found.summary()) + "\n").encode()
    if figures:
        for one in found.analyses:
            stem = "-".join(part for part in (one.output.indicator, one.output.scenario, one.output.reference) if part)
            for kind in kinds_of(one):
                yield f"figures/{stem}-{kind}.png", png_bytes(figure(kind, found, one))


def tables_of_sensitivity(found: Sensitivity) -> dict[str, pd.DataFrame]:
    """Every table by name."""
    return {
        "indices": found.frame(),
        "ranking": found.ranking(),
        "convergence": found.convergence(),
        "noise": found.noise(),
        "missing": found.missing(),
        "emulators": found.emulators(),
        "screening": found.screening(),
    }


def sensitivity_summary(found: Sensitivity, folder: Path) -> dict[str, Any]:
    """What was found as an object for JSON; what has no value is null."""
    return {
        "command": "sensitivity",
        "results": str(folder),
        "samples": len(found.sweep.values),
        "failed": [list(lost) for lost in found.sweep.failed],
        "sentences": found.summary(),
        "ranking": records(found.ranking()),
        "missing": records(found.missing()),
    }
