"""Keeping: scenario files, results, reports and tables, as files that the command line takes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from htmltools import Tag, tags
from shiny import render, ui

from caremarket_sim.app.visit import Visit
from caremarket_sim.results.store import Store

FOUND = {
    "brief_html": "The brief, two printed pages (HTML)",
    "brief_docx": "The brief (Word)",
    "report_html": "The report (HTML)",
    "workbook": "Every table (Excel)",
    "results": "The results folder, which `caremarket verify` takes (zip)",
}
"""What there is to take away when all futures are simulated, by output."""


def serve_files(visit: Visit) -> None:
    """What was put together can be taken away."""

    @render.ui
    def kept() -> Tag:
        links = [ui.download_link("file", "The policy shown, as a scenario file")] if visit.shown() else []
        links.append(ui.download_link("place_files", "The place, all policies and what they start from (zip)"))
        return tags.div(
            tags.p(f"Everything that is made here lies in {visit.folder}."), tags.ul(*(tags.li(one) for one in links))
        )

    @render.download_link(filename=lambda: f"{visit.input.editing() or 'policy'}.yaml")
    def file() -> Iterator[str]:
        draft = visit.shown()
        yield draft.text if draft else "format: 2\nextends: baseline.yaml\n"

    @render.download_link(filename="place.zip")
    def place_files() -> Iterator[bytes]:
        target = visit.target()
        assert target is not None
        yield zipped(target, [path for path in sorted(target.iterdir()) if path.is_file()])


def serve_results(visit: Visit) -> None:
    """What came of it can be taken away when all futures are simulated."""

    def finished() -> Path:
        growing = visit.growing()
        assert growing is not None and growing.finished, "links are there when it is"
        return growing.results

    @render.ui
    def found_files() -> Tag:
        growing = visit.looked()
        if growing is None or not growing.finished:
            return tags.p("Brief, report, tables and results folder are here when all futures are simulated.")
        return tags.ul(*(tags.li(ui.download_link(name, label)) for name, label in FOUND.items()))

    def offer(file: str) -> None:
        @visit.session.output(id=file.replace(".", "_"))
        @render.download_link(filename=file)
        def made() -> Iterator[bytes]:
            yield (finished() / file).read_bytes()

    for name in ("brief.html", "brief.docx", "report.html"):
        offer(name)

    @render.download_link(filename="results.xlsx")
    def workbook() -> Iterator[bytes]:
        from caremarket_sim.documents.formats import exported_tables
        from caremarket_sim.results.workbook import export_workbook

        to = visit.folder / "results.xlsx"
        with Store.read(finished()) as store:
            export_workbook(store, to, exported_tables(), None)
        yield to.read_bytes()

    @render.download_link(filename="results.zip")
    def results() -> Iterator[bytes]:
        folder = finished()
        yield zipped(folder, [path for path in sorted(folder.rglob("*")) if path.is_file()])


def zipped(folder: Path, paths: list[Path]) -> bytes:
    """Files of a folder in one archive, by their path within it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, path.relative_to(folder.parent))
    return content.getvalue()
