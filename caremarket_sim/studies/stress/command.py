"""`caremarket stress`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from caremarket_sim.asking import (
    MOST_YEARS,
    DryRun,
    Excused,
    Hands,
    Kept,
    Seed,
    Voice,
    grouped,
    leave,
    loaded,
    opened_results,
    paragraphs,
    tell_estimate,
    write_files,
)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    example = "caremarket stress scenarios/wigan/baseline.yaml --replicates 5"
    app.command("stress", epilog=f"Example: {example}")(grouped(stress_command))


def stress_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Scenario files; a single one without policy is joined by the presets.", show_default=False
        ),
    ],
    shock: Annotated[
        list[str] | None, typer.Option("--shock", metavar="NAME", help="A shock to try; may be repeated. Default: all.")
    ] = None,
    first_week: Annotated[
        int | None, typer.Option(min=0, help="The week in which shocks begin. Default: 128, when contracts have begun.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results. Default: results/stress-<key>.")] = None,
    seed: Seed = 1,
    replicates: Annotated[int, typer.Option(min=2, help="How many simulated futures.")] = 10,
    years: Annotated[int | None, typer.Option(min=1, max=MOST_YEARS, help="Years to simulate. Default: 4.")] = None,
    excused: Excused = Excused(),
    hands: Hands = Hands(),
    kept: Kept = Kept(),
    dry_run: DryRun = False,
    voice: Voice = Voice(),
) -> None:
    """Try shocks on each policy: what breaks, when, and how long it takes to recover."""
    from caremarket_sim.runs.design import play
    from caremarket_sim.studies.stress.files import stress_files, stress_summary
    from caremarket_sim.studies.stress.study import carry_out_stress, plan_stress
    from caremarket_sim.studies.stress.words import screen_table

    scenarios, inputs = loaded(files)
    planned = plan_stress(
        scenarios,
        shocks=shock or None,
        replicates=replicates,
        seed=seed,
        years=years,
        first_week=first_week,
        allowed=excused.allowances,
    )
    plan = planned[0]
    folder = out or Path("results") / f"stress-{plan.key[:8]}"
    if dry_run:
        return tell_estimate(plan.tasks, play, folder, hands, voice)
    with opened_results(folder, plan.runs, inputs, hands, kept, voice.silent) as (store, how):
        found = carry_out_stress(planned, store=store, **how)
        write_files(folder, stress_files(found))
    if not voice.silent:
        from rich.console import Console

        for one in found.shocks:
            Console(highlight=False).print(screen_table(found, one))
    voice.end(stress_summary(found, folder), *paragraphs(found.summary()), f"Tables and figures are in {folder}")
    leave(found.failed)
