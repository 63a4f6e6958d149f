"""`caremarket sweep`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caremarket_sim.asking import (
    FINISHED_WITH_FAILURES,
    MOST_YEARS,
    DryRun,
    Excused,
    Hands,
    Kept,
    Voice,
    grouped,
    opened_results,
    tell_estimate,
    write_files,
)

if TYPE_CHECKING:
    from caremarket_sim.runs.work import How
    from caremarket_sim.studies.sweep.plan import SweepPlan
    from caremarket_sim.studies.sweep.result import Sweep

DesignFile = Annotated[Path, typer.Argument(metavar="DESIGN", help="A design file.", show_default=False)]
Out = Annotated[Path | None, typer.Option(help="Folder for the results. Default: results/<design>-<key>.")]
SweepYears = Annotated[
    int | None, typer.Option(min=1, max=MOST_YEARS, help="Years to simulate. Default: as the design says.")
]
SweepReplicates = Annotated[
    int | None, typer.Option(min=1, max=1000, help="Futures a sample. Default: as the design says.")
]
SweepSeed = Annotated[int | None, typer.Option(min=0, help="Seed of samples and futures. Default: the design's.")]


@dataclass(frozen=True)
class Asked:
    """Where a design's results go, and what is said over what it says."""

    out: Out = None
    seed: SweepSeed = None
    replicates: SweepReplicates = None
    years: SweepYears = None


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    example = "caremarket sweep scenarios/designs/fee-and-labour-grid.yaml"
    app.command("sweep", epilog=f"Example: {example}")(grouped(sweep_command))


def sweep_command(
    design: DesignFile,
    asked: Asked = Asked(),
    excused: Excused = Excused(),
    hands: Hands = Hands(),
    kept: Kept = Kept(),
    dry_run: DryRun = False,
    voice: Voice = Voice(),
) -> None:
    """Simulate a design's samples: a grid, Latin hypercube, Sobol sequence, Morris, Saltelli, FAST or a CSV list."""
    plan, folder = planned_sweep(design, asked, excused)
    if dry_run:
        return tell_sweep_estimate(plan, folder, hands, voice)
    with simulated_sweep(plan, folder, hands, kept, voice) as (done, _):
        pass
    runs = done.results.shape[0] * done.results.shape[1] * done.results.shape[2]
    about = {"command": "sweep", "results": str(folder), "samples": len(done.values), "runs": runs}
    about |= {"banner": done.banner, "failed": [list(lost) for lost in done.failed]}
    said = f"{len(done.values)} samples, {runs} runs, {len(done.failed)} of them failed. Tables are in {folder}"
    voice.end(about, *([done.banner] if done.banner else []), said)
    leave_sweep(done)


def planned_sweep(design: Path, asked: Asked, excused: Excused) -> tuple[SweepPlan, Path]:
    """The design's plan, with what the command line says over what the file does, and where its results go."""
    from dataclasses import replace

    from caremarket_sim.runs.plan import at_horizon
    from caremarket_sim.studies.sweep.design_files import read_design
    from caremarket_sim.studies.sweep.plan import plan_sweep

    found = read_design(design)
    changed: dict[str, Any] = {"scenarios": at_horizon(found.scenarios, asked.years)}
    if asked.seed is not None:
        changed["seed"] = asked.seed
    if asked.replicates is not None:
        changed["replicates"] = asked.replicates
    plan = plan_sweep(replace(found, **changed), excused.allowances)
    return plan, asked.out or Path("results") / f"{plan.design.name[:80]}-{plan.key[:8]}"


@contextmanager
def simulated_sweep(
    plan: SweepPlan, folder: Path, hands: Hands, kept: Kept, voice: Voice
) -> Iterator[tuple[Sweep, How]]:
    """A planned sweep carried out, its tables written; its folder is still open to what is made of it, in the same way
    as it was done."""
    from caremarket_sim.studies.sweep.files import sweep_files
    from caremarket_sim.studies.sweep.study import carry_out_sweep

    with opened_results(folder, plan.runs, plan.design.inputs, hands, kept, voice.silent) as (store, how):
        done = carry_out_sweep(plan, store=store, **how)
        write_files(folder, sweep_files(done))
        yield done, how


def tell_sweep_estimate(plan: SweepPlan, folder: Path, hands: Hands, voice: Voice) -> None:
    """Print what the sweep would take, judged by one timed task; nothing is written."""
    from caremarket_sim.runs.lean import play_lean

    about = {"samples": len(plan.values), "settled_markets": plan.settled}
    first = f"{len(plan.values)} samples, {plan.settled} markets to settle. "
    tell_estimate(plan.typical(), play_lean, folder, hands, voice, about, first)


def leave_sweep(done: Sweep) -> None:
    """End with the status for failed runs if there are any."""
    if done.failed:
        typer.echo(f"{len(done.failed)} runs failed; the first: {done.failed[0][3]}", err=True)
        raise typer.Exit(FINISHED_WITH_FAILURES)
