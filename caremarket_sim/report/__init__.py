"""The report for a committee, one self-contained page made from a results folder, and the brief of it."""

from __future__ import annotations

from pathlib import Path

from caremarket_sim.report.brief import brief_html, brief_word
from caremarket_sim.report.page import report_html
from caremarket_sim.report.results import read_results
from caremarket_sim.report.settings import Settings
from caremarket_sim.results.belongings import Belongings
from caremarket_sim.results.durable import require_office, write_document, write_file

NAME, BRIEF, WORD = "report.html", "brief.html", "brief.docx"
BESIDE = "report-tables"
"""The folder of the CSV files that stand behind the report's charts and tables."""
MARK = 'name="generator" content="caremarket-sim"'
"""What tells a report of ours from another file."""

__all__ = ["BESIDE", "BRIEF", "NAME", "WORD", "Settings", "write_brief", "write_report"]


def write_report(folder: Path, settings: Settings | None = None, to: Path | None = None) -> Path:
    """Write the report of a results folder, into it unless told otherwise; equal results give equal bytes.

    Beside it, every table of numbers behind a chart as a CSV file. Raises BadInput for a folder that is not the whole
    result of a comparison or a file that is no report, CannotWrite where nothing can be written or what is there is not
    as we wrote it.
    """
    folder = Path(folder)
    html, data = report_html(read_results(folder), settings or Settings())
    path = Path(to) if to is not None else folder / NAME
    home = folder.resolve()
    named = path.parent.resolve() != home  # a file of its own, as somebody named it
    tables = [(f"{BESIDE}/{table.name}.csv", table.content) for table in data]
    if named:
        write_document(path, html.encode(), MARK)
        Belongings(path.parent / BESIDE).write_all((name.removeprefix(f"{BESIDE}/"), table) for name, table in tables)
    else:
        Belongings(home).write_all([*tables, (path.name, html.encode())])
    return path


def write_brief(folder: Path, to: Path | None = None) -> Path:
    """Write the brief of a results folder, two printed pages, into it unless told otherwise; as `write_report`.

    A Word document where the name ends in .docx, else HTML; `docx` alone is brief.docx in the folder.
    """
    folder = Path(folder)
    path = folder / (BRIEF if to is None else WORD) if to is None or str(to) == "docx" else Path(to)
    word = path.suffix.lower() == ".docx"
    results = read_results(folder)
    content = brief_word(results) if word else brief_html(results).encode()
    if path.parent.resolve() != folder.resolve() and word:
        require_office(path)
        write_file(path, content)
    elif path.parent.resolve() != folder.resolve():
        write_document(path, content, MARK)
    else:
        Belongings(folder.resolve()).write(path.name, content)
    return path
