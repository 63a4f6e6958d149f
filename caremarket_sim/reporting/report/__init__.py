"""The report for a committee: one self-contained page made from a results folder, and the CSV files beside it."""

from __future__ import annotations

from pathlib import Path

from caremarket_sim.experiments.durable import write_file, writing
from caremarket_sim.reporting.report.page import report_html
from caremarket_sim.reporting.report.results import read_results
from caremarket_sim.reporting.report.settings import Settings

NAME = "report.html"
BESIDE = "report-tables"
"""The folder of the CSV files that stand behind the report's charts and tables."""

__all__ = ["BESIDE", "NAME", "Settings", "write_report"]


def write_report(folder: Path, settings: Settings | None = None, to: Path | None = None) -> Path:
    """Write the report of a results folder, into it unless told otherwise; equal results give equal bytes.

    Beside it, every table of numbers behind a chart as a CSV file. Raises BadInput for a folder that is not the whole
    result of a comparison, CannotWrite where nothing can be written.
    """
    folder = Path(folder)
    html, data = report_html(read_results(folder), settings or Settings())
    path = Path(to) if to is not None else folder / NAME
    beside = path.parent / BESIDE
    with writing(beside):
        beside.mkdir(parents=True, exist_ok=True)
    for table in data:
        write_file(beside / f"{table.name}.csv", table.content)
    write_file(path, html.encode())
    return path
