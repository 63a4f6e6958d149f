"""`caremarket story`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from caremarket_sim.asking import Excused, Voice, Years, beside, grouped, loaded, paragraphs, telling

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
    app.command("story", epilog=f"Example: caremarket story {files} --seed 1")(grouped(story_command))


def story_command(
    files: Files,
    client: Client = None,
    worker: Worker = None,
    seed: Seed = 1,
    years: Years = None,
    excused: Excused = Excused(),
    out: Out = None,
    replace: Replace = False,
    voice: Voice = Voice(),
) -> None:
    """Follow one client and one care worker, the same two with the same luck, through each scenario."""
    from caremarket_sim.studies.story.files import story_files, story_summary
    from caremarket_sim.studies.story.study import story

    scenarios, _ = loaded(files)
    folder = out or Path("results") / f"story-{'-'.join(one.name for one in scenarios)[:80]}-{seed}"
    ours = beside(folder, folder, "story", replace=replace)
    with telling(voice.silent) as (tell, _):
        people = {"client": client, "worker": worker}
        found = story(
            *scenarios, **people, seed=seed, years=years, allow=excused.allow or (), why=excused.why, tell=tell
        )
        tell("writing the story", 0, 0)
        ours.replace_all(story_files(found))
    page = f"The story is {folder / 'story.html'}"
    voice.end(story_summary(found, folder), *paragraphs(found.summary()), page)
