"""The notebooks made anew, with their outputs: `python -m benchmarks.notebooks`, or with the names of some.

Each runs from a clean kernel, as it stands, and is written back with what it showed: small, and with nothing of the
machine, the day or the order in which memory was handed out, so that the same model gives the same file again. What
the outputs were made of, the code of the cells and the version of the package, stands in the notebook's metadata.
"""

import argparse
import base64
import hashlib
import io
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from PIL import Image

from caremarket_sim import __version__
from caremarket_sim.results.durable import write_file

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = tuple(sorted(FOLDER.glob("*.ipynb")))
SECONDS_A_CELL = 1800
MOST_OF_A_NOTEBOOK, MOST_OF_A_PICTURE = 600_000, 120_000
"""Bytes that a notebook with its outputs, and a picture in it, may have."""
COLOURS = 64
"""Of a picture in a notebook: charts need no more, and it is a third of the size."""
MADE_OF = "caremarket_sim"
"""The entry of a notebook's metadata that says what its outputs were made of."""
SHOWN = ("text/html", "image/png", "text/plain")
"""The forms of an output that are kept, the best of those there are."""
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
STYLED = re.compile(r"\bT_[0-9a-f]{5}(?=[_ \"#{])")
"""How pandas names a styled table, anew each time."""


def sources(notebook: nbformat.NotebookNode) -> str:
    """The hash of a notebook's code, cell by cell."""
    code = "\0".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return hashlib.sha256(code.encode()).hexdigest()


def executed(path: Path, notebook: nbformat.NotebookNode, seconds: int = SECONDS_A_CELL) -> nbformat.NotebookNode:
    """The notebook run from a clean kernel beside its file, which finds this Python, this package and no settings.

    Raises CellExecutionError where a cell fails, CellTimeoutError where one takes longer than so many seconds.
    """
    with TemporaryDirectory() as own:
        surroundings = {
            "IPYTHONDIR": own,
            "TMPDIR": own,
            "JUPYTER_PLATFORM_DIRS": "1",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep),
        }
        environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"} | surroundings
        resources = {"metadata": {"path": str(path.parent)}}
        client = NotebookClient(notebook, timeout=seconds, kernel_name="python3", resources=resources)
        return client.execute(env=environment)


def with_small_outputs(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """An executed notebook with the best form of each output alone, and what made it in its metadata."""
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), start=1):
        cell.metadata, cell.execution_count = nbformat.NotebookNode(), number
        cell.outputs = [kept for output in cell.outputs if (kept := _small(output, number)) is not None]
    notebook.metadata = nbformat.from_dict(
        {
            MADE_OF: {"sources": sources(notebook), "version": __version__},
            "kernelspec": notebook.metadata.kernelspec,
            "language_info": {"name": "python"},
        }
    )
    return notebook


def _small(output: nbformat.NotebookNode, number: int) -> nbformat.NotebookNode | None:
    """An output as it is kept; None for a line of progress, which is written away when the work is done."""
    if output.output_type == "stream":
        return output
    form = next(form for form in SHOWN if form in output.data)
    content = output.data[form]
    if not content:
        return None
    content = _fewer_colours(content) if form == "image/png" else STYLED.sub(f"T_{number}", ADDRESS.sub("", content))
    output.data, output.metadata = nbformat.from_dict({form: content}), nbformat.NotebookNode()
    output.pop("transient", None)
    if output.output_type == "execute_result":
        output.execution_count = number
    return output


def _fewer_colours(picture: str) -> str:
    """A picture, in base64, with so few colours that it is small."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, "png", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def remade(path: Path) -> bytes:
    """The file of a notebook with outputs of today's code."""
    notebook = with_small_outputs(executed(path, nbformat.read(path, as_version=4)))
    return f"{nbformat.writes(notebook).rstrip()}\n".encode()


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the notebooks that are named, or all, and say how large each is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path, default=NOTEBOOKS)
    for path in parser.parse_args(arguments).notebooks:
        content = remade(path)
        write_file(path, content)
        print(f"{path.name}: {len(content):,} bytes", flush=True)


if __name__ == "__main__":
    main()
