"""`caremarket explore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from caremarket_sim.asking import Replace, Voice, beside, grouped, paragraphs


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    example = "caremarket explore results/when-collaboration-fails-1a2b3c4d"
    app.command("explore", epilog=f"Example: {example}")(grouped(explore_command))


def explore_command(
    results: Annotated[Path, typer.Argument(help="The results folder of a sweep.", show_default=False)],
    indicator: Annotated[
        str | None, typer.Option(metavar="ID", help="The indicator to look at. Default: all that the sweep asks about.")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(metavar="NAME", help="The policy to look at. Default: all but the reference.")
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="How much better it must be, in the indicator's unit; of a level, the level.")
    ] = None,
    below: Annotated[
        bool | None, typer.Option("--below/--above", help="Failing is below, or above, the threshold.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for what is found. Default: <results>-explore.")] = None,
    replace: Replace = False,
    voice: Voice = Voice(),
) -> None:
    """Find the futures of a sweep in which a policy stops paying off, and how much each policy may be regretted."""
    from caremarket_sim.studies.explore.files import explore_files, explore_summary
    from caremarket_sim.studies.explore.study import explore
    from caremarket_sim.studies.sweep.study import load_sweep

    ours = beside(results, out, "explore", replace=replace)
    found = explore(load_sweep(results), indicator=indicator, scenario=scenario, threshold=threshold, below=below)
    ours.replace_all(explore_files(found))
    folder = ours.folder
    voice.end(explore_summary(found, folder), *paragraphs(found.summary()), f"Tables and figures are in {folder}")
