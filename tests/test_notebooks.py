"""The notebooks: each runs from a clean kernel, and is kept with small outputs that its code of today has made."""

import base64
import io
import re

import nbformat
import pytest
from nbformat import v4
from PIL import Image

from benchmarks.notebooks import (
    MADE_OF,
    MOST_OF_A_NOTEBOOK,
    MOST_OF_A_PICTURE,
    NOTEBOOKS,
    executed,
    sources,
    with_small_outputs,
)
from caremarket_sim import __version__

SECONDS_A_CELL = 240
FUTURES = re.compile(r"^(FUTURES(?:, YEARS)? = )\d+", re.MULTILINE)
"""Where a notebook says how many futures it simulates; that it runs shows as well with two."""
OF_A_MACHINE = re.compile(r"/(?:home|root|tmp|work|usr|var|private|Users|opt)/| at 0x|\d\d:\d\d:\d\d|\x1b\[")
"""Paths, addresses in memory, times of day and what moves a terminal's cursor."""
KERNEL = {"name": "python3", "display_name": "Python 3"}
AGAIN = "python -m benchmarks.notebooks makes it anew"


def test_there_is_a_notebook_for_each_question():
    assert [path.stem[:2] for path in NOTEBOOKS] == [f"{number:02d}" for number in range(1, 8)]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_.*", "ignore::DeprecationWarning:zmq.*")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_a_clean_kernel_without_a_warning(path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    notebook = nbformat.read(path, as_version=4)
    assert any(FUTURES.search(cell.source) for cell in notebook.cells) == (path.stem[:2] in ("01", "02", "06", "07"))
    for cell in notebook.cells:
        cell.source = FUTURES.sub(r"\g<1>2", cell.source)
    assert_shows(with_small_outputs(executed(path, notebook, SECONDS_A_CELL)))


def outputs_of(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def assert_shows(notebook):
    """Tables and pictures, all small, in order, without a warning or a trace of the machine that made them."""
    outputs = outputs_of(notebook)
    forms = [form for output in outputs for form in output.get("data", {})]
    assert "text/html" in forms and "image/png" in forms, AGAIN
    assert [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"] == list(
        range(1, 1 + sum(cell.cell_type == "code" for cell in notebook.cells))
    )
    for output in outputs:
        assert output.get("name") != "stderr"
        for form, content in output.get("data", {"text/plain": output.get("text", "")}).items():
            if form == "image/png":
                assert len(content) <= MOST_OF_A_PICTURE
            else:
                assert not OF_A_MACHINE.search(content), OF_A_MACHINE.search(content)
    assert len(nbformat.writes(notebook)) <= MOST_OF_A_NOTEBOOK
    assert all(not cell.metadata for cell in notebook.cells)
    assert set(notebook.metadata) == {"kernelspec", "language_info", MADE_OF}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_with_small_outputs_of_the_code_that_it_has(path):
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata.get(MADE_OF) == {"sources": sources(notebook), "version": __version__}, AGAIN
    assert_shows(notebook)


def made_up(name, address):
    """A notebook as a kernel leaves it: a line of progress, a styled table, a thing with an address, a picture."""
    file = io.BytesIO()
    Image.effect_noise((300, 200), 80.0).convert("RGB").save(file, "png")
    picture = base64.b64encode(file.getvalue()).decode()
    styled = f'<style>#T_{name}_row0 {{color: red}}</style><table id="T_{name}"><td id="T_{name}_row0"></td></table>'
    cells = [v4.new_markdown_cell("# Why?"), v4.new_code_cell("first", execution_count=7, metadata={"a": 1})]
    cells[1].outputs = [
        v4.new_output("display_data", {"text/plain": ""}),
        v4.new_output("execute_result", {"text/html": styled, "text/plain": "styled"}, execution_count=7),
    ]
    cells.append(v4.new_code_cell("second", execution_count=9))
    cells[2].outputs = [
        v4.new_output("display_data", {"text/plain": f"<Thing at 0x{address}>"}),
        v4.new_output("display_data", {"image/png": picture, "text/plain": "<Figure>"}),
        v4.new_output("stream", name="stdout", text="said"),
    ]
    return v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "widgets": {}})


def test_what_is_kept_of_outputs_is_small_and_the_same_again():
    kept, again = with_small_outputs(made_up("1a2b3", "7f00aa")), with_small_outputs(made_up("c0ffe", "7f11bb"))
    assert_shows(kept)
    of = [output for output in outputs_of(kept) if "image/png" not in output.get("data", {})]
    assert of == [output for output in outputs_of(again) if "image/png" not in output.get("data", {})]
    assert [list(output.get("data", {})) for output in outputs_of(kept)] == [
        ["text/html"], ["text/plain"], ["image/png"], [],
    ]  # fmt: skip
    assert of[0].data["text/html"].count("T_1") == 3 and of[1].data["text/plain"] == "<Thing>"
    assert of[0].execution_count == 1
    changed = made_up("1a2b3", "7f00aa")
    changed.cells[2].source = "another"
    assert sources(changed) != kept.metadata[MADE_OF]["sources"] == sources(kept)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_begins_with_its_question_in_prose(path):
    cells = nbformat.read(path, as_version=4).cells
    assert cells[0].cell_type == "markdown"
    assert re.match(r"# .*\?\n", cells[0].source)
    assert [cell.cell_type for cell in cells].count("markdown") * 3 > len(cells)
