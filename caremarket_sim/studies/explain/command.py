"""`caremarket explain`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caremarket_sim.asking import (
    DryRun,
    Excused,
    File,
    Hands,
    Kept,
    Seed,
    Voice,
    Years,
    grouped,
    leave,
    loaded,
    opened_results,
    paragraphs,
    tell_estimate,
    write_files,
)

if TYPE_CHECKING:
    from caremarket_sim.studies.explain.result import Explanation

Against = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The reference. Default: the place's present regime.")
]
EqualFee = Annotated[
    bool, typer.Option("--equal-fee", help="Also explain the other groups with the reference's fee levers.")
]
EqualBudget = Annotated[
    bool,
    typer.Option(
        "--equal-budget",
        help="Also explain the bundle at terms at which the whole costs the council what the reference does.",
    ),
]
Orders = Annotated[
    int | None,
    typer.Option(min=2, help="Sample so many orders of the groups. Default: all combinations of groups, 128 at most."),
]
KnockOuts = Annotated[bool, typer.Option(help="Also set back each lever by itself, a run a lever and future.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the results. Default: results/explain-<file>-<key>.")]
Replicates = Annotated[int, typer.Option(min=2, help="How many simulated futures.")]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    example = "caremarket explain scenarios/wigan/collaborative.yaml --replicates 5 --equal-fee"
    app.command("explain", epilog=f"Example: {example}")(grouped(explain_command))


def explain_command(
    file: File,
    against: Against = None,
    equal_fee: EqualFee = False,
    equal_budget: EqualBudget = False,
    orders: Orders = None,
    knock_outs: KnockOuts = True,
    out: Out = None,
    seed: Seed = 1,
    replicates: Replicates = 10,
    years: Years = None,
    excused: Excused = Excused(),
    hands: Hands = Hands(),
    kept: Kept = Kept(),
    dry_run: DryRun = False,
    voice: Voice = Voice(),
) -> None:
    """Say what in a policy did it: each group of levers' share of the difference, pairs of groups, single levers."""
    from caremarket_sim.runs.design import play
    from caremarket_sim.runs.work import Work
    from caremarket_sim.studies.explain.files import explanation_files, explanation_summary
    from caremarket_sim.studies.explain.study import carry_out_explanation, plan_explanation

    (scenario, *references), inputs = loaded([file, against] if against else [file])
    explaining = plan_explanation(
        scenario,
        against=references[0] if references else None,
        replicates=replicates,
        seed=seed,
        years=years,
        orders=orders,
        knock_outs=knock_outs,
        equal_fee=equal_fee,
        equal_budget=equal_budget,
        allowed=excused.allowances,
    )
    plan = explaining.plan
    folder = out or Path("results") / f"explain-{scenario.name[:80]}-{plan.key[:8]}"
    if dry_run:
        tell_estimate(plan.tasks, play, folder, hands, voice)
        if equal_budget and not voice.as_json:
            more = explaining.plan_of(explaining.bundles[:1]).runs
            typer.echo(f"For the equal budget come some {more} runs, and those that find the terms.")
        return
    done: list[Explanation] = []

    def asked_for() -> int:
        return done[0].runs if done else plan.runs

    with opened_results(folder, asked_for, inputs, hands, kept, voice.silent) as (store, how):
        found = carry_out_explanation(explaining, store=store, **how)
        done.append(found)
        Work(**how).heard("writing tables and figures", 0, 0)
        store.ours.discard(name for name in store.ours.present() if name.startswith("figures/"))
        write_files(folder, explanation_files(found))
    voice.end(explanation_summary(found, folder), *paragraphs(found.summary()), f"Tables and figures are in {folder}")
    leave(found.failed)
