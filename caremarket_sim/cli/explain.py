"""`caremarket explain`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caremarket_sim.cli.runs import (
    FINISHED_WITH_FAILURES,
    Allow,
    AsJson,
    Cluster,
    DryRun,
    File,
    Quiet,
    Replace,
    Resume,
    Seed,
    Why,
    Workers,
    Years,
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
        help="Also explain the bundle at the fee level at which the whole costs the council what the reference does.",
    ),
]
Orders = Annotated[
    int | None,
    typer.Option(min=2, help="Sample so many orders of the groups. Default: all combinations of groups, 64 at most."),
]
KnockOuts = Annotated[bool, typer.Option(help="Also set back each lever by itself, a run a lever and future.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the results. Default: results/explain-<file>-<key>.")]
Replicates = Annotated[int, typer.Option(min=2, help="How many simulated futures.")]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    example = "caremarket explain scenarios/wigan/collaborative.yaml --replicates 5 --equal-fee"
    app.command("explain", epilog=f"Example: {example}")(explain_command)


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
    allow: Allow = None,
    why: Why = "",
    workers: Workers = None,
    cluster: Cluster = None,
    resume: Resume = False,
    replace: Replace = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Say what in a policy did it: each group of levers' share of the difference, pairs of groups, single levers."""
    from caremarket_sim.cli import runs, sweeps
    from caremarket_sim.runs.allowances import allowances
    from caremarket_sim.studies.explain.study import carry_out_explanation, plan_explanation

    (scenario, *references), inputs = runs.loaded([file, against] if against else [file])
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
        allowed=allowances(allow or (), why),
    )
    plan = explaining.plan
    folder = out or Path("results") / f"explain-{scenario.name[:80]}-{plan.key[:8]}"
    if dry_run:
        runs.tell_estimate(plan, folder, workers, cluster, quiet=quiet, as_json=as_json)
        if equal_budget and not as_json:
            more = explaining.plan_of(explaining.bundles[:1]).runs
            typer.echo(f"For the equal budget come some {more} runs, and those that find the fee level.")
        return
    done: list[Explanation] = []

    def asked_for() -> int:
        return done[0].runs if done else plan.runs

    how = {"resume": resume, "replace": replace, "quiet": quiet or as_json}
    with sweeps.opened_results(folder, asked_for, inputs, cluster, **how) as (store, tell, say):
        found = carry_out_explanation(explaining, store=store, workers=workers, cluster=cluster, tell=tell, say=say)
        done.append(found)
        from caremarket_sim.studies.explain.files import explanation_files, explanation_summary

        tell("writing tables and figures", 0, 0)
        store.ours.discard(name for name in store.ours.present() if name.startswith("figures/"))
        sweeps.write_files(folder, explanation_files(found))
    if as_json:
        typer.echo(json.dumps(explanation_summary(found, folder), ensure_ascii=False, allow_nan=False))
    elif not quiet:
        for sentence in found.summary():
            typer.echo(f"{sentence}\n")
        typer.echo(f"Tables and figures are in {folder}")
    if found.failed:
        typer.echo(f"{len(found.failed)} futures failed; the first: {found.failed[0].message}", err=True)
        raise typer.Exit(FINISHED_WITH_FAILURES)
