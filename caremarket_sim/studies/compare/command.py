"""`caremarket run` and `caremarket compare`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caremarket_sim.asking import (
    FINISHED_WITH_FAILURES,
    DryRun,
    Excused,
    File,
    Files,
    Hands,
    Kept,
    Out,
    Replicates,
    Seed,
    Voice,
    Years,
    grouped,
    loaded,
    opened_results,
    tell_estimate,
    telling,
    write_files,
)

if TYPE_CHECKING:
    from caremarket_sim.findings.draws import Draw
    from caremarket_sim.results.store import Store
    from caremarket_sim.runs.plan import Plan
    from caremarket_sim.runs.work import How
    from caremarket_sim.studies.compare.result import Comparison
    from caremarket_sim.studies.compare.run_result import Run

NARROWEST = 100
"""Columns assumed where the output is no terminal: the tables fit."""

Weekly = Annotated[bool, typer.Option("--weekly", help="Also write every week's values.")]
All = Annotated[bool, typer.Option("--all", help="Show every indicator, not the headline ones alone.")]
Reference = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Compare with this one. Default: the first."),
]
NoBaseline = Annotated[
    bool, typer.Option("--no-baseline", help="Do not add the place with no new policy where no file is that.")
]
Report = Annotated[bool, typer.Option("--report", help="Also write the report, one HTML file, into the folder.")]
Brief = Annotated[bool, typer.Option("--brief", help="Also write the brief, two printed pages, into the folder.")]
EqualBudget = Annotated[
    bool,
    typer.Option(
        "--equal-budget",
        help="Also solve the terms with which each policy costs what the reference does, and the reverse.",
    ),
]
PrecisionRule = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="RULE",
        help="Add replicates until intervals are narrow: a share of the difference (0.1), decision, or turnover=0.01.",
    ),
]
MaxReplicates = Annotated[int, typer.Option(min=2, help="Most replicates that --precision may take.")]
DrawsOption = Annotated[
    int,
    typer.Option(
        "--draws",
        min=1,
        help="Repeat all futures under so many plausible draws of the assumptions; intervals then hold ignorance too.",
    ),
]
DrawsFrom = Annotated[
    Path | None,
    typer.Option(
        metavar="CSV", help="Draws that `caremarket calibrate` wrote, the first the centre. Default: the shipped set."
    ),
]
Settled = Annotated[
    bool,
    typer.Option(
        "--settled", help="Also each policy as the place's standing regime: means over whole contract cycles."
    ),
]
Structures = Annotated[
    bool,
    typer.Option("--structures", help="Also under each other form of the model: which verdicts depend on a form."),
]
PlaceboToo = Annotated[
    bool,
    typer.Option("--placebo/--no-placebo", help="Also pay what the dearest policy adds as plain fee, on 8 futures."),
]
AssumptionReplicates = Annotated[
    int, typer.Option(min=0, help="Futures on which to try the two carrying assumptions at their ends; 0: none.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    run, two = "scenarios/wigan/baseline.yaml", "scenarios/wigan/block.yaml scenarios/wigan/collaborative.yaml"
    app.command("run", epilog=f"Example: caremarket run {run} --replicates 20")(grouped(run_command))
    app.command("compare", epilog=f"Example: caremarket compare {two} --replicates 20")(grouped(compare_command))


def run_command(
    file: File,
    out: Out = None,
    seed: Seed = 1,
    replicates: Replicates = 20,
    years: Years = None,
    draws: DrawsOption = 1,
    draws_from: DrawsFrom = None,
    hands: Hands = Hands(),
    weekly: Weekly = False,
    excused: Excused = Excused(),
    all_: All = False,
    kept: Kept = Kept(),
    dry_run: DryRun = False,
    voice: Voice = Voice(),
) -> None:
    """Simulate one scenario, many times over, and print its headline indicators and calibration targets."""
    from caremarket_sim.runs.design import play
    from caremarket_sim.studies.compare.run import carry_out_run, plan_run

    (scenario,), inputs = loaded([file])
    drawn = _drawn(draws, draws_from, replicates)
    plan = plan_run(scenario, replicates=replicates, seed=seed, years=years, allowed=excused.allowances, drawn=drawn)
    folder = out or _default_folder(plan)
    if dry_run:
        return tell_estimate(plan.tasks, play, folder, hands, voice)
    with opened_results(folder, plan.runs, inputs, hands, kept, voice.quiet) as (store, how):
        result = carry_out_run(plan, store=store, **how)
        _write(store.folder, result, weekly, how)
    _tell_results(result, folder, [], "", all_, voice)


def compare_command(
    files: Files,
    reference: Reference = None,
    no_baseline: NoBaseline = False,
    out: Out = None,
    seed: Seed = 1,
    replicates: Replicates = 20,
    years: Years = None,
    draws: DrawsOption = 1,
    draws_from: DrawsFrom = None,
    hands: Hands = Hands(),
    weekly: Weekly = False,
    excused: Excused = Excused(),
    assumption_replicates: AssumptionReplicates = 3,
    precision: PrecisionRule = None,
    max_replicates: MaxReplicates = 200,
    equal_budget: EqualBudget = False,
    settled: Settled = False,
    structures: Structures = False,
    placebo: PlaceboToo = True,
    report: Report = False,
    brief: Brief = False,
    all_: All = False,
    kept: Kept = Kept(),
    dry_run: DryRun = False,
    voice: Voice = Voice(),
) -> None:
    """Compare scenarios on the same simulated futures: differences, intervals, verdicts in words."""
    from caremarket_sim.runs.design import play
    from caremarket_sim.runs.pace import expected
    from caremarket_sim.runs.plausibility import Plausibility, probe_each
    from caremarket_sim.studies.compare.refinements import at_equal_budget, forget_refinements, until_precise
    from caremarket_sim.studies.compare.study import carry_out_comparison, held_plausible, plan_comparison

    allowed = excused.allowances
    scenarios, inputs = loaded(files)
    if draws > 1 and (precision is not None or equal_budget or settled):
        from caremarket_sim.errors import BadInput, Problem

        option = "--precision" if precision is not None else "--equal-budget" if equal_budget else "--settled"
        right = f"use {option} with the assumptions held fixed, then --draws without it"
        raise BadInput(Problem(f"--draws does not go with {option}", right=right))
    drawn = _drawn(draws, draws_from, replicates)
    asked = None
    if precision is not None:
        from caremarket_sim.findings.precision import precision_from

        asked = precision_from(precision)
        replicates = max(2, min(replicates, max_replicates))

    plans: list[Plan] = []
    found: tuple[Plausibility, ...] = ()

    def planned(replicates: int) -> Plan:
        plan = plan_comparison(
            scenarios,
            reference=reference,
            replicates=replicates,
            seed=seed,
            years=years,
            allowed=allowed,
            assumption_replicates=assumption_replicates,
            drawn=drawn,
            baseline=not no_baseline,
            structures=structures,
        )
        plan = held_plausible(plan, found, allowed)
        plans.append(plan)
        return plan

    plan = planned(replicates)
    if dry_run:
        return tell_estimate(plan.tasks, play, out or _default_folder(plan), hands, voice)
    with telling(voice.quiet) as (tell, say):
        if not (voice.quiet or kept.resume or hands.cluster):
            say(expected(plan, hands.workers).sentence)
        found = probe_each(plan.scenarios, workers=hands.workers, cluster=hands.cluster, tell=tell)
    plan = planned(replicates)
    sentences: list[str] = []

    def asked_for() -> int:
        standing = len(plans[-1].scenarios) * len(plans[-1].seeds) if settled else 0
        return plans[-1].runs + standing

    folder = out or _default_folder(plan)
    with opened_results(folder, asked_for, inputs, hands, kept, voice.quiet) as (store, how):
        forget_refinements(store.folder)
        if asked is None:
            result = carry_out_comparison(plan, store=store, **how)
        else:
            result, precise = until_precise(planned, asked, replicates, max_replicates, store, how)
            sentences.append(precise)
        result = _with_beside(result, placebo, settled, store, how)
        _write(store.folder, result, weekly, how)
        if equal_budget:
            sentences += at_equal_budget(result, store.folder, how)
        if report:
            from caremarket_sim.report import write_report
            from caremarket_sim.runs.work import Work

            Work(**how).heard("writing the report", 0, 0)
            write_report(store.folder)
        if brief:
            from caremarket_sim.report import write_brief

            write_brief(store.folder)
    written = [
        f"The {one} is {store.folder / one}.html" for one, asked_ in (("brief", brief), ("report", report)) if asked_
    ]
    next_step = (
        "\n".join(written)
        or f"For the report, one file that a committee can read: caremarket report {shlex.quote(str(store.folder))}"
    )
    _tell_results(result, folder, sentences, next_step, all_, voice)


def _with_beside(result: Comparison, placebo: bool, settled: bool, store: Store, how: How) -> Comparison:
    """The comparison with what is asked for beside it: the same money as plain fee, and standing regimes."""
    from caremarket_sim.studies.compare.study import with_placebo, with_standing

    if placebo:
        result = with_placebo(result, **how)
    return with_standing(result, store=store, **how) if settled else result


def _drawn(draws: int, draws_from: Path | None, replicates: int) -> Sequence[Draw]:
    """The draws asked for; none when the assumptions are held fixed."""
    if draws == 1 and draws_from is None:
        return ()
    from caremarket_sim.findings.draws import first_draws

    return first_draws(draws, replicates, draws_from)


def _default_folder(plan: Plan) -> Path:
    stems = "-".join(scenario.name for scenario in plan.scenarios)
    if len(stems) > 80:
        stems = f"{plan.scenarios[0].name[:60]}-and-{len(plan.scenarios) - 1}-more"
    return Path("results") / f"{stems}-{plan.key[:8]}"


def _write(folder: Path, result: Comparison | Run, weekly: bool, how: How) -> None:
    """Write every table and figure, each whole or not at all."""
    from caremarket_sim.runs.work import Work
    from caremarket_sim.studies.compare.files import files_of

    Work(**how).heard("writing tables and figures", 0, 0)
    write_files(folder, files_of(result, weekly=weekly))


def _tell_results(
    result: Comparison | Run,
    folder: Path,
    sentences: list[str],
    next_step: str,
    everything: bool,
    voice: Voice,
) -> None:
    """Print what was found, as asked for, and what to do next, and leave with the status for it."""
    from caremarket_sim.studies.compare import screen

    if voice.as_json:
        found = screen.summary(result, folder, everything) | ({"notes": sentences} if sentences else {})
        typer.echo(json.dumps(found, ensure_ascii=False, allow_nan=False))
    elif not voice.quiet:
        from rich.console import Console

        console = Console(highlight=False)
        screen.show(console if console.is_terminal else Console(highlight=False, width=NARROWEST), result, everything)
        for sentence in sentences:
            typer.echo(sentence)
        typer.echo(f"Tables and figures are in {folder}")
        if next_step:
            typer.echo(next_step)
    if result.failed:
        typer.echo(screen.failed_sentence(result.failed), err=True)
        raise typer.Exit(FINISHED_WITH_FAILURES)
