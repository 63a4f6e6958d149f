"""The files of a comparison or a run: scenarios as resolved, tables, figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import pandas as pd

from caremarket_sim.runs.resolved import resolved_json
from caremarket_sim.runs.targets import against_targets
from caremarket_sim.studies.compare.figures import FAMILIES
from caremarket_sim.studies.compare.result import Comparison
from caremarket_sim.studies.compare.run_result import Run
from caremarket_sim.telling.files import csv_bytes, png_bytes


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
        if len(risks := result.first_years()):
            tables["first_year"] = risks
        if result.standing is not None:
            tables["settled"] = result.standing.frame()
        if result.placebo is not None:
            tables["placebo"] = result.placebo.beside
        if result.ends:
            tables["assumptions"] = result.assumptions()
        if result.forms:
            tables["structures"] = result.structures()
        if result.plausibility:
            tables["plausibility"] = pd.DataFrame([row for one in result.plausibility for row in one.records()])
    else:
        tables = {"levels": result.frame(), "targets": against_targets(result.sample)}
    if not all(sample.scenario.is_as_it_is for sample in result.samples.values()):
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
