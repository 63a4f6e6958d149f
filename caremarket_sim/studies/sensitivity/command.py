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
    opened_results,
    paragraphs,
    telling,
    write_files,
)
from caremarket_sim.studies.sweep.command import (
    Out,
    SweepReplicates,
    SweepSeed,
    SweepYears,
    default_folder,
    leave_sweep,
    planned_sweep,
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
    out: Out = None,
    seed: SweepSeed = None,
    replicates: SweepReplicates = None,
    years: SweepYears = None,
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
    from caremarket_sim.studies.sweep.files import sweep_files
    from caremarket_sim.studies.sweep.study import carry_out_sweep, load_sweep

    if design.is_dir():
        with telling(voice.silent) as (tell, _):
            ours = beside(design, out, "sensitivity", replace=kept.replace)
            found = sensitivity(load_sweep(design), seed=seed, tell=tell)
            ours.replace_all(sensitivity_files(found, figures=figures))
            folder = ours.folder
    else:
        plan = planned_sweep(design, seed, replicates, years, excused)
        folder = out or default_folder(plan)
        if dry_run:
            return tell_sweep_estimate(plan, folder, hands, voice)
        with opened_results(folder, plan.runs, plan.design.inputs, hands, kept, voice.silent) as (store, how):
            found = sensitivity(carry_out_sweep(plan, store=store, **how), tell=how.get("tell"))
            write_files(folder, sweep_files(found.sweep))
            Work(**how).heard("writing tables and figures", 0, 0)
            write_files(folder, sensitivity_files(found, figures=figures))
    voice.end(sensitivity_summary(found, folder), *paragraphs(found.summary()), f"Tables and figures are in {folder}")
    leave_sweep(found.sweep)
