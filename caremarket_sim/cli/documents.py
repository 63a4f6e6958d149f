"""The command `docs`: documents made from the code and its registers, so that they are never out of date."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import typer

DIFFERENCE_FOUND = 1
MARK, SCHEMA_MARK = "`caremarket docs", '"$schema"'
"""What tells a document and a schema of ours from other files."""


class Document(NamedTuple):
    """A document: where it stands in the folder of documents, what writes it, and what it is."""

    file: str
    module: str
    function: str
    help: str

    def text(self, app: typer.Typer) -> str:
        """The document as it follows from the code; what writes it is loaded now."""
        write = getattr(import_module(f"caremarket_sim.{self.module}"), self.function)
        return write(app) if self.module.startswith("cli.") else write()


_MADE = "documents"
DOCUMENTS = {
    "parameters": Document(
        "reference/parameters.md", f"{_MADE}.reference", "parameters_page",
        "Every number of the model: value, range, unit, grade, source, meaning.",
    ),
    "national": Document(
        "reference/national.md", f"{_MADE}.reference", "national_page",
        "The national calendar: wages, National Insurance, duties, visas, inspections, with range, grade and source.",
    ),
    "levers": Document(
        "reference/levers.md", f"{_MADE}.reference", "levers_page",
        "Every lever of a policy, what it should move, and the presets with their reasons.",
    ),
    "indicators": Document(
        "reference/indicators.md", f"{_MADE}.reference", "indicators_page",
        "Everything that is measured: unit, direction, audience, definition.",
    ),
    "formats": Document(
        "reference/formats.md", f"{_MADE}.formats", "formats_page",
        "What stands in scenario, place and design files, and in a results folder.",
    ),
    "councils": Document(
        "reference/councils.md", f"{_MADE}.councils", "councils_page",
        "Every council that `caremarket new` knows by name: code, zones, and the estimates of its figures.",
    ),
    "commands": Document(
        "reference/commands.md", "cli.command_page", "commands_page",
        "Every command with its options, and what its exit status means.",
    ),
    "api": Document(
        "reference/api.md", f"{_MADE}.api", "api_page",
        "What the package offers in Python; the documentation site fills in its docstrings.",
    ),
    "odd": Document(
        "odd.md", f"{_MADE}.odd", "odd_page",
        "The model by the ODD protocol: purpose, state, week, design, start, input, submodels with all parameters.",
    ),
    "assumptions": Document(
        "assumptions.md", f"{_MADE}.assumptions", "assumptions_page",
        "The assumptions log: what is taken to be so without a published figure, why, and what it moves.",
    ),
    "evidence": Document(
        "evidence.md", f"{_MADE}.assurance", "evidence_page",
        "How strong the evidence is: grades by part of the model, and what rests on a publication.",
    ),
    "quality": Document(
        "quality-assurance.md", f"{_MADE}.assurance", "quality_page",
        "A draft quality-assurance statement after the Aqua Book, for a council to complete.",
    ),
    "stress": Document(
        "stress-abs.md", f"{_MADE}.assurance", "stress_page",
        "The STRESS-ABS checklist for reporting a simulation study.",
    ),
    "card": Document(
        "model-card.md", f"{_MADE}.assurance", "card_page",
        "The model card: intended use, what is out of scope, and what it must not be used for.",
    ),
}  # fmt: skip
"""Every document that `docs` writes, by the name of its command."""


SCHEMAS = {
    "scenario": "scenario.schema",
    "place": "scenario.schema",
    "design": "studies.sweep.design_schema",
    "manifest": "results.manifest",
}
"""What writes the schema of each kind of file, which the package ships in its folder of data."""


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    docs = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help="Write documents and reference pages from the code.",
        epilog="Example: caremarket docs levers",
    )
    for name, document in DOCUMENTS.items():
        example = f"Example: caremarket docs {name} --out {Path(document.file).name}"
        docs.command(name, help=document.help, epilog=example)(_writer(document, app))
    docs.command("schema", epilog="Example: caremarket docs schema --out scenario.schema.json")(schema)
    docs.command("all", epilog="Example: caremarket docs all docs")(_writer_of_all(app))
    app.add_typer(docs, name="docs")


def _writer(document: Document, app: typer.Typer) -> Callable[..., None]:
    """The command that writes one document."""

    def write(out: Path | None = typer.Option(None, "--out", help="The file to write; stdout without it.")) -> None:
        _write(document.text(app), out, MARK)

    return write


def _writer_of_all(app: typer.Typer) -> Callable[..., None]:
    """The command that writes every document, or says which are out of date."""

    def write_all(
        folder: Path = typer.Argument(help="The folder to write to.", show_default=False),
        check: bool = typer.Option(
            False, "--check", help="Write nothing; status 1 if a document there is not what would be written."
        ),
    ) -> None:
        """Every document above, each in its place in a folder; in a source tree, the schemas of the package too."""
        from caremarket_sim.results.durable import require_document

        old = []
        shipped = folder.absolute().parent / "caremarket_sim" / "data"
        for of in SCHEMAS if shipped.is_dir() else ():
            file, text = shipped / f"{of}.schema.json", _schema(of)
            if not check:
                _write(text, file, SCHEMA_MARK)
            elif not file.is_file() or file.read_text(encoding="utf-8") != text:
                old.append(f"{file} is not what `caremarket docs all` writes")
        for document in [] if check else DOCUMENTS.values():
            require_document(folder / document.file, MARK)
        for name, document in DOCUMENTS.items():
            file, text = folder / document.file, document.text(app)
            if not check:
                with contextlib.suppress(OSError):  # where there can be no folder, writing says so
                    file.parent.mkdir(parents=True, exist_ok=True)
                _write(text, file, MARK)
            elif not file.is_file() or file.read_text(encoding="utf-8") != text:
                old.append(f"{file} is not what `caremarket docs {name}` writes")
        if old:
            typer.echo("\n".join(old))
            raise typer.Exit(DIFFERENCE_FOUND)

    return write_all


def schema(
    out: Path | None = typer.Option(None, "--out", help="The file to write; stdout without it."),
    of: str = typer.Option("scenario", "--of", help="Which files: scenario, place, design or manifest."),
) -> None:
    """The JSON Schema of scenario, place or design files, for editors; or of a results folder's manifest."""
    from caremarket_sim.errors import BadInput, Problem, suggestion

    if of not in SCHEMAS:
        raise BadInput(Problem(f"there is no schema of {of}", right=suggestion(of, SCHEMAS)))
    _write(_schema(of), out, SCHEMA_MARK)


def _schema(of: str) -> str:
    write = import_module(f"caremarket_sim.{SCHEMAS[of]}").schema_text
    return write(of) if SCHEMAS[of] == "scenario.schema" else write()


def _write(text: str, out: Path | None, mark: str) -> None:
    """To stdout (on a terminal as it is to be read), or to a file, whole or not at all; over none without our mark."""
    if out is None:
        if sys.stdout.isatty() and mark == MARK:
            from rich.console import Console
            from rich.markdown import Markdown

            from caremarket_sim.documents.terminal import for_terminal

            console = Console()
            with console.pager():  # without styles, which many a pager shows as letters
                console.print(Markdown(for_terminal(text)))
        else:
            typer.echo(text, nl=False)
        return
    from caremarket_sim.results.durable import write_document

    write_document(out, text.encode(), mark)
