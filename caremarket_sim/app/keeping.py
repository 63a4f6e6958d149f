"""Keeping: scenario files, results, reports and tables, as files that the command line takes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from htmltools import Tag, tags
from shiny import render

from caremarket_sim.app.visit import Visit
from caremarket_sim.results.store import Store


def serve_files(visit: Visit) -> None:
    """What was made can be taken away."""

    def finished() -> Path:
        """The results folder. Raises what the browser shows where there is none yet."""
        growing = visit.growing()
        if growing is None or not growing.finished:
            raise ValueError("simulate first, and wait until it is done")
        return growing.results

    @render.ui
    def kept() -> Tag:
        where = f"Everything that is made here lies in {visit.folder}."
        return tags.p(where, " Reports and tables are there when all futures are simulated.")

    @render.download_link(filename=lambda: f"{visit.input.editing() or 'policy'}.yaml")
    def file() -> Iterator[str]:
        draft = visit.shown()
        yield draft.text if draft else "format: 2\nextends: baseline.yaml\n"

    @render.download_link(filename="place.zip")
    def place_files() -> Iterator[bytes]:
        target = visit.target()
        assert target is not None
        yield zipped(target, [path for path in sorted(target.iterdir()) if path.is_file()])

    def offer(name: str) -> None:
        @visit.session.output(id=name)
        @render.download_link(filename=f"{name}.html")
        def made() -> Iterator[bytes]:
            yield (finished() / f"{name}.html").read_bytes()

    offer("brief")
    offer("report")

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
