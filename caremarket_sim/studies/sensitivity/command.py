"""`caremarket sensitivity`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from caremarket_sim.asking import (
    DryRun,
    Excused,
    Hands,
    Kept,
    Voice,
    beside,
    grouped,
    paragraphs,
    telling,
    write_files,
)
from caremarket_sim.studies.sweep.command import (
    Asked,
    leave_sweep,
    planned_sweep,
    simulated_sweep,
    tell_sweep_estimate,
)

DesignOrResults = Annotated[
    Path, typer.Argument(metavar="DESIGN|RESULTS", help="A design file, or a sweep's results.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    example = "caremarket sensitivity scenarios/designs/screen-assumptions.yaml"
    app.command("sensitivity", epilog=f"Example: {example}")(grouped(sensitivity_command))


def sensitivity_command(
    design: DesignOrResults,
    asked: Asked = Asked(),
    excused: Excused = Excused(),
    hands: Hands = Hands(),
    figures: Annotated[bool, typer.Option(help="Draw the figures of every output.")] = True,
    kept: Kept = Kept(),
    dry_run: DryRun = False,
    voice: Voice = Voice(),
) -> None:
    """Say what drives each output: a design is simulated and analysed; a sweep's results are analysed as they are."""
    from caremarket_sim.runs.work import Work
    from caremarket_sim.studies.sensitivity.files import sensitivity_files, sensitivity_summary
    from caremarket_sim.studies.sensitivity.study import sensitivity
    from caremarket_sim.studies.sweep.study import load_sweep

    if design.is_dir():
        with telling(voice.silent) as (tell, _):
            ours = beside(design, asked.out, "sensitivity", replace=kept.replace)
            found = sensitivity(load_sweep(design), seed=asked.seed, tell=tell)
            ours.replace_all(sensitivity_files(found, figures=figures))
            folder = ours.folder
    else:
        plan, folder = planned_sweep(design, asked, excused)
        if dry_run:
            return tell_sweep_estimate(plan, folder, hands, voice)
        with simulated_sweep(plan, folder, hands, kept, voice) as (done, how):
            found = sensitivity(done, tell=how.get("tell"))
            Work(**how).heard("writing tables and figures", 0, 0)
            write_files(folder, sensitivity_files(found, figures=figures))
    voice.end(sensitivity_summary(found, folder), *paragraphs(found.summary()), f"Tables and figures are in {folder}")
    leave_sweep(found.sweep)
