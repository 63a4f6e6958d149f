"""`caremarket run` and `caremarket compare`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from caremarket_sim.findings.draws import Draw
    from caremarket_sim.runs.plan import Plan
    from caremarket_sim.runs.work import Tell
    from caremarket_sim.scenario import Scenario
    from caremarket_sim.studies.compare.result import Comparison
    from caremarket_sim.studies.compare.run_result import Run

FINISHED_WITH_FAILURES = 4
MOST_YEARS = 10
"""The longest horizon, as `scenario.timing` has it: to ask there would load numeric libraries for `--help`."""
NARROWEST = 100
"""Columns assumed where the output is no terminal: the tables fit."""

File = Annotated[Path, typer.Argument(help="A scenario file.", show_default=False)]
Files = Annotated[list[Path], typer.Argument(help="Scenario files.", show_default=False)]
Out = Annotated[Path | None, typer.Option(help="Folder for the results. Default: results/<files>-<key>.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed that every replicate's own seed is drawn from.")]
Replicates = Annotated[int, typer.Option(min=1, help="How many simulated futures.")]
Years = Annotated[int | None, typer.Option(min=1, max=MOST_YEARS, help="Years to simulate. Default: as the files say.")]
Workers = Annotated[int | None, typer.Option(min=0, help="Worker processes; 0 for none. Default: all cores.")]


def _answering(address: str | None) -> str | None:
    """The address of a scheduler, asked before anything is planned or written."""
    if address is not None:
        from caremarket_sim.runs.cluster import require_scheduler

        require_scheduler(address)
    return address


Cluster = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler to use instead.", callback=_answering)
]
Weekly = Annotated[bool, typer.Option("--weekly", help="Also write every week's values.")]
All = Annotated[bool, typer.Option("--all", help="Show every indicator, not the headline ones alone.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with what is in the results folder.")]
Replace = Annotated[bool, typer.Option("--replace", help="Start again in a results folder that is there.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what it would take, judged by one timed task, and write nothing.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object; all else goes to standard error.")]
Reference = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Compare with this one. Default: the first."),
]
NoBaseline = Annotated[
    bool, typer.Option("--no-baseline", help="Do not add the place with no new policy where no file is that.")
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CODE", help="Let through what would be refused, under a banner; may be repeated. A refusal names it."
    ),
]
Why = Annotated[str, typer.Option(metavar="TEXT", help="Why that is allowed: the banner says it.", show_default=False)]
Report = Annotated[bool, typer.Option("--report", help="Also write the report, one HTML file, into the folder.")]
EqualBudget = Annotated[
    bool,
    typer.Option(
        "--equal-budget", help="Also solve each fee level so that the council spends what the reference does."
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
    Path | None, typer.Option(metavar="CSV", help="Draws that `caremarket calibrate` wrote. Default: the shipped set.")
]
Settled = Annotated[
    bool,
    typer.Option(
        "--settled", help="Also each policy as the place's standing regime: means over whole contract cycles."
    ),
]
AssumptionReplicates = Annotated[
    int, typer.Option(min=0, help="Futures on which to try the two carrying assumptions at their ends; 0: none.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("run", epilog="Example: caremarket run scenarios/wigan/baseline.yaml --replicates 20")(run_command)
    two = "scenarios/wigan/block.yaml scenarios/wigan/collaborative.yaml"
    app.command("compare", epilog=f"Example: caremarket compare {two} --replicates 20")(compare_command)


def run_command(
    file: File,
    out: Out = None,
    seed: Seed = 1,
    replicates: Replicates = 20,
    years: Years = None,
    draws: DrawsOption = 1,
    draws_from: DrawsFrom = None,
    workers: Workers = None,
    cluster: Cluster = None,
    weekly: Weekly = False,
    allow: Allow = None,
    why: Why = "",
    all_: All = False,
    resume: Resume = False,
    replace: Replace = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Simulate one scenario, many times over, and print its headline indicators and calibration targets."""
    from caremarket_sim.runs.allowances import allowances
    from caremarket_sim.studies.compare.run import carry_out_run, plan_run

    (scenario,), inputs = loaded([file])
    drawn = _drawn(draws, draws_from, replicates)
    allowed = allowances(allow or (), why)
    plan = plan_run(scenario, replicates=replicates, seed=seed, years=years, allowed=allowed, drawn=drawn)
    if dry_run:
        return tell_estimate(plan, out, workers, cluster, quiet=quiet, as_json=as_json)
    with _results(plan, out, inputs, cluster, resume=resume, replace=replace, quiet=quiet) as (store, tell, say):
        result = carry_out_run(plan, store=store, workers=workers, cluster=cluster, tell=tell, say=say)
        _write(store.folder, result, weekly, tell)
    _tell_results(result, store.folder, [], everything=all_, quiet=quiet, as_json=as_json)


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
    workers: Workers = None,
    cluster: Cluster = None,
    weekly: Weekly = False,
    allow: Allow = None,
    why: Why = "",
    assumption_replicates: AssumptionReplicates = 3,
    precision: PrecisionRule = None,
    max_replicates: MaxReplicates = 200,
    equal_budget: EqualBudget = False,
    settled: Settled = False,
    report: Report = False,
    all_: All = False,
    resume: Resume = False,
    replace: Replace = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Compare scenarios on the same simulated futures: differences, intervals, verdicts in words."""
    from caremarket_sim.cli.refinements import at_equal_budget, forget_refinements, until_precise
    from caremarket_sim.runs.allowances import allowances
    from caremarket_sim.runs.pace import expected
    from caremarket_sim.runs.plausibility import Plausibility, probe_each
    from caremarket_sim.studies.compare.study import carry_out_comparison, held_plausible, plan_comparison

    allowed = allowances(allow or (), why)
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
        )
        plan = held_plausible(plan, found, allowed)
        plans.append(plan)
        return plan

    plan = planned(replicates)
    if dry_run:
        return tell_estimate(plan, out, workers, cluster, quiet=quiet, as_json=as_json)
    with telling(quiet) as (tell, say):
        if not (quiet or resume or cluster):
            say(expected(plan, workers).sentence)
        found = probe_each(plan.scenarios, workers=workers, cluster=cluster, tell=tell)
    plan = planned(replicates)
    sentences: list[str] = []

    def asked_for() -> int:
        standing = len(plans[-1].scenarios) * len(plans[-1].seeds) if settled else 0
        return plans[-1].runs + standing

    with _results(plan, out, inputs, cluster, resume=resume, replace=replace, quiet=quiet, runs=asked_for) as (
        store,
        tell,
        say,
    ):
        how: Any = {"workers": workers, "cluster": cluster, "tell": tell, "say": say}
        forget_refinements(store.folder)
        if asked is None:
            result = carry_out_comparison(plan, store=store, **how)
        else:
            result, precise = until_precise(planned, asked, replicates, max_replicates, store, how)
            sentences.append(precise)
        if settled:
            from caremarket_sim.studies.compare.study import with_standing

            result = with_standing(result, store=store, **how)
        _write(store.folder, result, weekly, tell)
        if equal_budget:
            sentences += at_equal_budget(result, store.folder, how)
        if report:
            from caremarket_sim.report import write_report

            tell("writing the report", 0, 0)
            write_report(store.folder)
    next_step = (
        f"The report is {store.folder / 'report.html'}"
        if report
        else f"For the report, one file that a committee can read: caremarket report {shlex.quote(str(store.folder))}"
    )
    _tell_results(result, store.folder, sentences, next_step, everything=all_, quiet=quiet, as_json=as_json)


def loaded(files: list[Path]) -> tuple[list[Scenario], list[Path]]:
    """Every scenario and the files they were made from, or every problem of every file at once."""
    from caremarket_sim.errors import BadInput
    from caremarket_sim.scenario import resolve

    scenarios, inputs, problems = [], [], []
    for file in files:
        try:
            found = resolve(file)
        except BadInput as error:
            problems += error.problems
        else:
            scenarios.append(found.scenario)
            inputs += [*map(Path, found.files), found.scenario.place.path]
    if problems:
        raise BadInput(problems)
    return scenarios, list(dict.fromkeys(inputs))


def _drawn(draws: int, draws_from: Path | None, replicates: int) -> Sequence[Draw]:
    """The draws asked for; none when the assumptions are held fixed."""
    if draws == 1:
        return ()
    from caremarket_sim.findings.draws import first_draws

    return first_draws(draws, replicates, draws_from)


@contextmanager
def _results(
    plan: Plan,
    out: Path | None,
    inputs: list[Path],
    cluster: str | None,
    *,
    resume: bool,
    replace: bool,
    quiet: bool,
    runs: Callable[[], int] | None = None,
) -> Iterator[tuple[Any, Tell, Callable[[str], None]]]:
    """The results folder open to be written to, with a manifest at the end; and those who tell how far the work is."""
    from caremarket_sim.results.manifest import recorded
    from caremarket_sim.results.store import Store
    from caremarket_sim.runs.plan import layout
    from caremarket_sim.settling import code_version

    folder = out or _default_folder(plan)
    with (
        Store.open(folder, layout(), code_version(), resume=resume, replace=replace) as store,
        telling(quiet) as told,
        recorded(store, planned=runs or plan.runs, inputs=inputs, cluster=cluster),
    ):
        yield store, *told


def tell_estimate(
    plan: Plan, out: Path | None, workers: int | None, cluster: str | None, *, quiet: bool, as_json: bool
) -> None:
    """Print what carrying out the plan would take; nothing is written."""
    from dataclasses import asdict

    from caremarket_sim.runs.design import play, ready
    from caremarket_sim.runs.preflight import dry_run

    folder = out or _default_folder(plan)
    with telling(quiet or as_json) as (tell, _):
        ready(tell)
        tell("timing one task", 0, 0)
        tasks = [task for batch in plan.batches for task in batch.tasks]
        estimate = dry_run(tasks, play, folder, workers=workers, cluster=cluster)
    if as_json:
        typer.echo(json.dumps({**asdict(estimate), "seconds": estimate.seconds, "folder": str(folder)}))
    else:
        typer.echo(f"{estimate.sentence} They would go to {folder}.")


def _default_folder(plan: Plan) -> Path:
    stems = "-".join(scenario.name for scenario in plan.scenarios)
    if len(stems) > 80:
        stems = f"{plan.scenarios[0].name[:60]}-and-{len(plan.scenarios) - 1}-more"
    return Path("results") / f"{stems}-{plan.key[:8]}"


@contextmanager
def telling(quiet: bool) -> Iterator[tuple[Tell, Callable[[str], None]]]:
    """A progress bar on standard error: what is being done, how far it is, and the time left."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("· left"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
    with bar:
        shown = bar.add_task("starting", total=None)
        last = ""

        def tell(what: str, done: int, total: int) -> None:
            nonlocal last
            if what == "simulating" and not done:
                what = "spinning up and simulating"
            bar.update(shown, description=what, completed=done, total=total or None)
            if not quiet and not console.is_terminal and what != last:
                console.print(f"{what} …", highlight=False)
            last = what

        def say(sentence: str) -> None:
            bar.console.print(sentence, highlight=False, markup=False)

        yield tell, say


def _write(folder: Path, result: Comparison | Run, weekly: bool, tell: Tell) -> None:
    """Write every table and figure, each whole or not at all."""
    from caremarket_sim.results.belongings import Belongings
    from caremarket_sim.studies.compare.files import files_of

    tell("writing tables and figures", 0, 0)
    Belongings(folder).write_all(files_of(result, weekly=weekly))


def _tell_results(
    result: Comparison | Run,
    folder: Path,
    sentences: list[str],
    next_step: str = "",
    *,
    everything: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Print what was found, as asked for, and what to do next, and leave with the status for it."""
    from caremarket_sim.studies.compare import screen

    if as_json:
        found = screen.summary(result, folder, everything) | ({"notes": sentences} if sentences else {})
        typer.echo(json.dumps(found, ensure_ascii=False, allow_nan=False))
    elif not quiet:
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
