"""`caremarket app`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from caremarket_sim.asking import Workers

HERE = "127.0.0.1"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("app", epilog="Example: caremarket app leeds")(app_command)


def app_command(
    place: Annotated[
        Path | None,
        typer.Argument(help="A folder that `caremarket new` wrote. Default: choose on the page.", show_default=False),
    ] = None,
    workspace: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("caremarket-app"),
    host: Annotated[str, typer.Option(help="Whom to answer; by default this machine alone.")] = HERE,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen; 0 takes any that is free.")] = 8000,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    workers: Workers = None,
) -> None:
    """Choose, move levers, see what happens and keep it as files, in a browser on this machine."""
    from importlib.util import find_spec

    from caremarket_sim.errors import BadInput, Problem

    if find_spec("shiny") is None:
        right = "install it with: pip install 'caremarket-sim[app]'"
        raise BadInput(Problem("the page in the browser needs Shiny for Python, which is not installed", right=right))
    if place is not None and not (place / "baseline.yaml").is_file():
        raise BadInput(Problem("has no baseline.yaml", place, right="give a folder that `caremarket new` wrote"))
    from caremarket_sim.app.serving import serve

    serve(workspace, place, host=host, port=port, browser=browser, workers=workers, say=typer.echo)
