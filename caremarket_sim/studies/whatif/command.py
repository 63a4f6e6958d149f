"""`caremarket whatif`."""

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
    Path | None,
    typer.Argument(
        metavar="[DESIGN|RESULTS]",
        help="A design file, or a sweep's results. Default: the emulator that comes with the package.",
        show_default=False,
    ),
]
SHIPPED_FOLDER = Path("results") / "whatif"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("whatif", epilog="Example: caremarket whatif")(grouped(whatif_command))


def whatif_command(
    design: DesignOrResults = None,
    asked: Asked = Asked(),
    excused: Excused = Excused(),
    hands: Hands = Hands(),
    kept: Kept = Kept(),
    dry_run: DryRun = False,
    voice: Voice = Voice(),
) -> None:
    """Answer at once, by an emulator: one HTML file with sliders. A design is simulated first, results are not."""
    from caremarket_sim.settling import code_version
    from caremarket_sim.studies.whatif.files import PAGE, whatif_files, whatif_summary
    from caremarket_sim.studies.whatif.study import emulated, require_emulable, shipped, whatif

    done = None
    if design is None or design.is_dir():
        with telling(voice.silent) as (tell, _):
            ours = beside(design or SHIPPED_FOLDER, asked.out or (SHIPPED_FOLDER if design is None else None), "whatif",
                          replace=kept.replace)  # fmt: skip
            found = shipped() if design is None else whatif(design, tell)
            ours.replace_all(whatif_files(found))
            folder = ours.folder
    else:
        plan, folder = planned_sweep(design, asked, excused)
        require_emulable(plan.design.reference, plan.design.replicates, plan.design.new_futures_every)
        if dry_run:
            return tell_sweep_estimate(plan, folder, hands, voice)
        with simulated_sweep(plan, folder, hands, kept, voice) as (done, how):
            scenarios = {scenario.name: scenario for scenario in plan.design.scenarios}
            found = emulated(done, scenarios, code_version(), how.get("tell"))
            write_files(folder, whatif_files(found))
    voice.end(whatif_summary(found, folder), *paragraphs(found.summary()), f"The page is {folder / PAGE}")
    if done is not None:
        leave_sweep(done)
