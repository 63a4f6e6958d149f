"""`caremarket sweep`, `sensitivity`, `explore` and `stress`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caremarket_sim.cli.runs import (
    FINISHED_WITH_FAILURES,
    MOST_YEARS,
    Allow,
    AsJson,
    Cluster,
    DryRun,
    Quiet,
    Replace,
    Resume,
    Seed,
    Why,
    Workers,
    telling,
)

if TYPE_CHECKING:
    from caremarket_sim.results.belongings import Belongings
    from caremarket_sim.runs.allowances import Allowances
    from caremarket_sim.studies.sweep.plan import SweepPlan
    from caremarket_sim.studies.sweep.result import Sweep

DesignFile = Annotated[Path, typer.Argument(metavar="DESIGN", help="A design file.", show_default=False)]
DesignOrResults = Annotated[
    Path, typer.Argument(metavar="DESIGN|RESULTS", help="A design file, or a sweep's results.", show_default=False)
]
Out = Annotated[Path | None, typer.Option(help="Folder for the results. Default: results/<design>-<key>.")]
SweepYears = Annotated[
    int | None, typer.Option(min=1, max=MOST_YEARS, help="Years to simulate. Default: as the design says.")
]
SweepReplicates = Annotated[
    int | None, typer.Option(min=1, max=1000, help="Futures a sample. Default: as the design says.")
]
SweepSeed = Annotated[int | None, typer.Option(min=0, help="Seed of samples and futures. Default: the design's.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    folder = "scenarios/designs"
    app.command("sweep", epilog=f"Example: caremarket sweep {folder}/fee-and-labour-grid.yaml")(sweep_command)
    app.command("sensitivity", epilog=f"Example: caremarket sensitivity {folder}/screen-assumptions.yaml")(
        sensitivity_command
    )
    app.command("explore", epilog="Example: caremarket explore results/when-collaboration-fails-1a2b3c4d")(
        explore_command
    )
    app.command("stress", epilog="Example: caremarket stress scenarios/wigan/baseline.yaml --replicates 5")(
        stress_command
    )


def sweep_command(
    design: DesignFile,
    out: Out = None,
    seed: SweepSeed = None,
    replicates: SweepReplicates = None,
    years: SweepYears = None,
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
    """Simulate a design's samples: a grid, Latin hypercube, Sobol sequence, Morris, Saltelli, FAST or a CSV list."""
    from caremarket_sim.runs.allowances import allowances

    plan = _planned(design, seed, replicates, years, allowances(allow or (), why))
    if dry_run:
        return _tell_estimate(plan, out, workers, cluster, quiet=quiet, as_json=as_json)
    with _sweep_results(plan, out, cluster, resume=resume, replace=replace, quiet=quiet or as_json) as opened:
        folder, done = _carried_out(plan, opened, workers, cluster)
        write_files(folder, _sweep_files(done))
    _tell_sweep(done, folder, quiet=quiet, as_json=as_json)
    _leave(done)


def sensitivity_command(
    design: DesignOrResults,
    out: Out = None,
    seed: SweepSeed = None,
    replicates: SweepReplicates = None,
    years: SweepYears = None,
    allow: Allow = None,
    why: Why = "",
    workers: Workers = None,
    cluster: Cluster = None,
    figures: Annotated[bool, typer.Option(help="Draw the figures of every output.")] = True,
    resume: Resume = False,
    replace: Replace = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Say what drives each output: a design is simulated and analysed; a sweep's results are analysed as they are."""
    from caremarket_sim.runs.allowances import allowances
    from caremarket_sim.studies.sensitivity.files import sensitivity_files, sensitivity_summary
    from caremarket_sim.studies.sensitivity.study import sensitivity
    from caremarket_sim.studies.sweep.study import load_sweep

    if design.is_dir():
        with telling(quiet or as_json) as (tell, _):
            ours = beside(design, out, "sensitivity", replace=replace)
            found = sensitivity(load_sweep(design), seed=seed, tell=tell)
            ours.replace_all(sensitivity_files(found, figures=figures))
            folder = ours.folder
    else:
        plan = _planned(design, seed, replicates, years, allowances(allow or (), why))
        if dry_run:
            return _tell_estimate(plan, out, workers, cluster, quiet=quiet, as_json=as_json)
        with _sweep_results(plan, out, cluster, resume=resume, replace=replace, quiet=quiet or as_json) as opened:
            folder, done = _carried_out(plan, opened, workers, cluster)
            found = sensitivity(done, tell=opened[1])
            write_files(folder, _sweep_files(done))
            opened[1]("writing tables and figures", 0, 0)
            write_files(folder, sensitivity_files(found, figures=figures))
    if as_json:
        typer.echo(json.dumps(sensitivity_summary(found, folder), ensure_ascii=False, allow_nan=False))
    elif not quiet:
        for sentence in found.summary():
            typer.echo(f"{sentence}\n")
        typer.echo(f"Tables and figures are in {folder}")
    _leave(found.sweep)


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
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Find the futures of a sweep in which a policy stops paying off, and how much each policy may be regretted."""
    from caremarket_sim.studies.explore.files import explore_files, explore_summary
    from caremarket_sim.studies.explore.study import explore
    from caremarket_sim.studies.sweep.study import load_sweep

    ours = beside(results, out, "explore", replace=replace)
    found = explore(load_sweep(results), indicator=indicator, scenario=scenario, threshold=threshold, below=below)
    ours.replace_all(explore_files(found))
    folder = ours.folder
    if as_json:
        typer.echo(json.dumps(explore_summary(found, folder), ensure_ascii=False, allow_nan=False))
    elif not quiet:
        for sentence in found.summary():
            typer.echo(f"{sentence}\n")
        typer.echo(f"Tables and figures are in {folder}")


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
    """Try shocks on each policy: what breaks, when, and how long it takes to recover."""
    from caremarket_sim.cli import runs
    from caremarket_sim.runs.allowances import allowances
    from caremarket_sim.studies.stress.files import stress_files, stress_summary
    from caremarket_sim.studies.stress.study import carry_out_stress, plan_stress
    from caremarket_sim.studies.stress.words import screen_table

    scenarios, inputs = runs.loaded(files)
    planned = plan_stress(
        scenarios,
        shocks=shock or None,
        replicates=replicates,
        seed=seed,
        years=years,
        first_week=first_week,
        allowed=allowances(allow or (), why),
    )
    plan = planned[0]
    folder = out or Path("results") / f"stress-{plan.key[:8]}"
    if dry_run:
        return runs.tell_estimate(plan, folder, workers, cluster, quiet=quiet, as_json=as_json)
    how = {"resume": resume, "replace": replace, "quiet": quiet or as_json}
    with opened_results(folder, plan.runs, inputs, cluster, **how) as (store, tell, say):
        found = carry_out_stress(planned, store=store, workers=workers, cluster=cluster, tell=tell, say=say)
        write_files(folder, stress_files(found))
    if as_json:
        typer.echo(json.dumps(stress_summary(found, folder), ensure_ascii=False, allow_nan=False))
    elif not quiet:
        from rich.console import Console

        for one in found.shocks:
            Console(highlight=False).print(screen_table(found, one))
        for sentence in found.summary():
            typer.echo(f"{sentence}\n")
        typer.echo(f"Tables and figures are in {folder}")
    if found.failed:
        typer.echo(f"{len(found.failed)} futures failed; the first: {found.failed[0].message}", err=True)
        raise typer.Exit(FINISHED_WITH_FAILURES)


def _planned(
    design: Path, seed: int | None, replicates: int | None, years: int | None, allowed: Allowances
) -> SweepPlan:
    """The design's plan, with what the command line says over what the file does."""
    from dataclasses import replace

    from caremarket_sim.runs.plan import at_horizon
    from caremarket_sim.studies.sweep.design_files import read_design
    from caremarket_sim.studies.sweep.plan import plan_sweep

    found = read_design(design)
    changed: dict[str, Any] = {"scenarios": at_horizon(found.scenarios, years)}
    if seed is not None:
        changed["seed"] = seed
    if replicates is not None:
        changed["replicates"] = replicates
    return plan_sweep(replace(found, **changed), allowed)


def _carried_out(plan: SweepPlan, opened: tuple, workers: int | None, cluster: str | None) -> tuple[Path, Sweep]:
    from caremarket_sim.studies.sweep.study import carry_out_sweep

    store, tell, say = opened
    return store.folder, carry_out_sweep(plan, store=store, workers=workers, cluster=cluster, tell=tell, say=say)


@contextmanager
def opened_results(
    folder: Path,
    planned: int | Callable[[], int],
    inputs: list[Path],
    cluster: str | None,
    *,
    resume: bool,
    replace: bool,
    quiet: bool,
) -> Iterator[tuple[Any, Any, Any]]:
    """The results folder open to be written to, with a manifest at the end; and those who tell how far the work is."""
    from caremarket_sim.results.manifest import recorded
    from caremarket_sim.results.store import Store
    from caremarket_sim.runs.plan import layout
    from caremarket_sim.settling import code_version

    with (
        Store.open(folder, layout(), code_version(), resume=resume, replace=replace) as store,
        telling(quiet) as (tell, say),
        recorded(store, planned=planned, inputs=inputs, cluster=cluster),
    ):
        yield store, tell, say


@contextmanager
def _sweep_results(plan: SweepPlan, out: Path | None, cluster: str | None, **how: bool) -> Iterator[tuple]:
    """The results folder of a sweep."""
    with opened_results(out or _default_folder(plan), plan.runs, list(plan.design.inputs), cluster, **how) as opened:
        yield opened


def _tell_estimate(
    plan: SweepPlan, out: Path | None, workers: int | None, cluster: str | None, *, quiet: bool, as_json: bool
) -> None:
    """Print what the sweep would take, judged by one timed task; nothing is written."""
    from dataclasses import asdict

    from caremarket_sim.runs.design import ready
    from caremarket_sim.runs.lean import play_lean
    from caremarket_sim.runs.preflight import dry_run

    folder = out or _default_folder(plan)
    with telling(quiet or as_json) as (tell, _):
        ready(tell)
        tell("timing one task", 0, 0)
        estimate = dry_run(plan.typical(), play_lean, folder, workers=workers, cluster=cluster)
    if as_json:
        about = {**asdict(estimate), "seconds": estimate.seconds, "samples": len(plan.values)}
        typer.echo(json.dumps({**about, "settled_markets": plan.settled, "folder": str(folder)}))
    else:
        typer.echo(f"{len(plan.values)} samples, {plan.settled} markets to settle. {estimate.sentence}")
        typer.echo(f"They would go to {folder}.")


def _default_folder(plan: SweepPlan) -> Path:
    return Path("results") / f"{plan.design.name[:80]}-{plan.key[:8]}"


def beside(results: Path, out: Path | None, what: str, *, replace: bool) -> Belongings:
    """A folder for what is made from results, which stay as they are. Raises BadInput if it holds something.

    Nothing is changed yet: what is to be replaced goes when the new is there to be written.
    """
    from caremarket_sim.results.belongings import Belongings

    ours = Belongings(out or results.parent / f"{results.name}-{what}")
    ours.require(resume=None, replace=replace)
    return ours


def _sweep_files(done: Sweep) -> Iterable[tuple[str, bytes]]:
    from caremarket_sim.studies.sweep.files import sweep_files

    return sweep_files(done)


def write_files(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write every file into a results folder, each whole or not at all."""
    from caremarket_sim.results.belongings import Belongings

    Belongings(folder).write_all(files)


def _tell_sweep(done: Sweep, folder: Path, *, quiet: bool, as_json: bool) -> None:
    runs = done.results.shape[0] * done.results.shape[1] * done.results.shape[2]
    if as_json:
        about = {"command": "sweep", "results": str(folder), "samples": len(done.values), "runs": runs}
        about |= {"banner": done.banner}
        typer.echo(json.dumps({**about, "failed": [list(lost) for lost in done.failed]}, ensure_ascii=False))
    elif not quiet:
        if done.banner:
            typer.echo(done.banner)
        typer.echo(
            f"{len(done.values)} samples, {runs} runs, {len(done.failed)} of them failed. Tables are in {folder}"
        )


def _leave(done: Sweep) -> None:
    """End with the status for failed runs if there are any."""
    if done.failed:
        typer.echo(f"{len(done.failed)} runs failed; the first: {done.failed[0][3]}", err=True)
        raise typer.Exit(FINISHED_WITH_FAILURES)
