"""`caremarket story`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from caremarket_sim.cli.runs import Allow, AsJson, Quiet, Why, Years, telling

Files = Annotated[list[Path], typer.Argument(help="One or more scenario files.", show_default=False)]
Client = Annotated[
    int | None,
    typer.Option(metavar="NUMBER", help="The person to follow, by permanent number. Default: a typical one."),
]
Worker = Annotated[
    int | None,
    typer.Option(metavar="NUMBER", help="The care worker, by permanent number. Default: a typical one."),
]
Seed = Annotated[int, typer.Option(min=0, help="The future to follow: the first that `compare` simulates with it.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the story. Default: results/story-<files>-<seed>.")]
Replace = Annotated[bool, typer.Option("--replace", help="Start again in a folder that is there.")]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    files = "scenarios/wigan/baseline.yaml scenarios/wigan/collaborative.yaml"
    app.command("story", epilog=f"Example: caremarket story {files} --seed 1")(story_command)


def story_command(
    files: Files,
    client: Client = None,
    worker: Worker = None,
    seed: Seed = 1,
    years: Years = None,
    allow: Allow = None,
    why: Why = "",
    out: Out = None,
    replace: Replace = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Follow one client and one care worker, the same two with the same luck, through each scenario."""
    from caremarket_sim.cli import runs, sweeps
    from caremarket_sim.studies.story.files import story_files, story_summary
    from caremarket_sim.studies.story.study import story

    scenarios, _ = runs.loaded(files)
    folder = out or Path("results") / f"story-{'-'.join(one.name for one in scenarios)[:80]}-{seed}"
    ours = sweeps.beside(folder, folder, "story", replace=replace)
    with telling(quiet or as_json) as (tell, _):
        people = {"client": client, "worker": worker}
        found = story(*scenarios, **people, seed=seed, years=years, allow=allow or (), why=why, tell=tell)
        tell("writing the story", 0, 0)
        ours.replace_all(story_files(found))
    if as_json:
        typer.echo(json.dumps(story_summary(found, folder), ensure_ascii=False, allow_nan=False))
    elif not quiet:
        for sentence in found.summary():
            typer.echo(f"{sentence}\n")
        typer.echo(f"The story is {folder / 'story.html'}")
