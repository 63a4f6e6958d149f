"""The bytes of a results folder: tables as CSV that Excel opens, figures as PNG; equal results give equal bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from caremarket_sim.experiments.compare import Comparison
from caremarket_sim.experiments.resolved import resolved_json
from caremarket_sim.experiments.runs import Run
from caremarket_sim.experiments.targets import against_targets
from caremarket_sim.reporting.figures import FAMILIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def files_of(result: Comparison | Run, *, weekly: bool = False) -> Iterator[tuple[str, bytes]]:
    """Every file of the results, path within the folder and content, made one at a time."""
    for name, sample in result.samples.items():
        yield f"scenarios/{name}.json", resolved_json(sample.scenario).encode()
    if result.banner:
        yield "banner.txt", f"{result.banner}\n".encode()
    for name, frame in tables_of(result, weekly=weekly).items():
        yield f"{name}.csv", csv_bytes(frame)
    names = [*FAMILIES, "differences"] if isinstance(result, Comparison) else FAMILIES
    for name in names:
        yield f"{name}.png", png_bytes(result.plot(name))


def tables_of(result: Comparison | Run, *, weekly: bool = False) -> Mapping[str, pd.DataFrame]:
    """Every table of the results by name."""
    if isinstance(result, Comparison):
        tables = {"differences": result.frame(), "levels": result.levels(), "spend": result.spend()}
        if result.standing is not None:
            tables["settled"] = result.standing.frame()
        if result.ends:
            tables["assumptions"] = result.assumptions()
        if result.plausibility:
            tables["plausibility"] = pd.DataFrame([row for one in result.plausibility for row in one.records()])
    else:
        tables = {"levels": result.frame(), "targets": against_targets(result.sample)}
    if any(sample.scenario.changes for sample in result.samples.values()):
        tables |= {"timeline": result.timeline(), "traces": result.traces()}
    tables["periods"] = pd.DataFrame(result.periods.rows())
    if result.draws > 1:
        tables["shares"] = result.shares()
    tables |= {"overall": result.overall(), "yearly": result.yearly(), "breakdowns": result.by()}
    if weekly:
        tables["weekly"] = result.weekly()
    if result.failed:
        tables["failed"] = pd.DataFrame([asdict(lost) for lost in result.failed]).drop(columns="traceback")
    return tables


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """A table as UTF-8 with signature; numbers as they are read back exactly, text that Excel would run escaped.

    A cell of text that begins with `=`, `+`, `-` or `@` gets an apostrophe before it. What has no value is empty.
    """
    safe = frame.copy()
    for column in safe.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in safe.dtypes]]:
        safe[column] = safe[column].map(_escaped)
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _escaped(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def png_bytes(drawn: Figure) -> bytes:
    """A figure as PNG, with nothing in it of when or where it was drawn."""
    file = io.BytesIO()
    drawn.savefig(file, format="png", dpi=150, metadata={"Software": "caremarket-sim"})
    return file.getvalue()
