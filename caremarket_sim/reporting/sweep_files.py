"""The files of a sweep's results folder, and of what is made from it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from caremarket_sim.reporting.files import csv_bytes, png_bytes

if TYPE_CHECKING:
    from caremarket_sim.experiments.explore import Exploration
    from caremarket_sim.experiments.sensitivity import Sensitivity
    from caremarket_sim.experiments.sweep import Sweep


def sweep_files(done: Sweep) -> Iterator[tuple[str, bytes]]:
    """The samples, the outputs at each, and the runs that failed."""
    yield "samples.csv", csv_bytes(done.samples())
    yield "outputs.csv", csv_bytes(done.frame())
    if done.failed:
        lost = pd.DataFrame(list(done.failed), columns=["sample", "scenario", "replicate", "message"])
        yield "failed.csv", csv_bytes(lost)


def sensitivity_files(found: Sensitivity, *, figures: bool = True) -> Iterator[tuple[str, bytes]]:
    """Tables of indices and of how far to trust them, the summary in words, and every output's figures."""
    from caremarket_sim.reporting.sensitivity_figures import figure, kinds_of

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


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A table's rows for JSON; what has no value is null."""
    return [
        {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in row.items()}
        for row in frame.to_dict("records")
    ]


def explore_files(found: Exploration) -> Iterator[tuple[str, bytes]]:
    """Tables of boxes, peeling and regret, the summary in words, and figures."""
    from caremarket_sim.reporting.explore_figures import figure

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
