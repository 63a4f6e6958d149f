"""How long the page's first simulated futures take: `python -m benchmarks.first_futures [--policies 4]`.

Wigan as shipped, three levers moved, its market settled before and all that is compiled kept: seconds on the clock from
*Simulate* to what is known of two futures, drawn; then to four. What else the machine does is said beside it. Every
worker imports the module that was started, so this one imports as little as the page's does, and the rest where it is
used.
"""

from __future__ import annotations

import argparse
import os
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from caremarket_sim.app.drafts import Draft
    from caremarket_sim.app.growing import Growing

STARTS = ("collaborative.yaml", "block.yaml", "zero-hours-spot.yaml", "baseline.yaml")
MOVES = {"community.connectors_fte": 20, "employment.wage_floor": 13.5, "fee.level": 1.05}
DAY = date(2024, 4, 1)


def drafts(policies: int) -> list[Draft]:
    """So many policies, each with three levers moved."""
    from caremarket_sim.app.drafts import Draft

    moves = {(DAY, key): value for key, value in MOVES.items()}
    return [Draft(f"policy-{n}", f"Policy {n}", start, moves) for n, start in enumerate(STARTS[:policies], start=1)]


def seconds_to_estimate(policies: int, place: Path) -> float:
    """Seconds from a lever that is moved to the emulator's answer, drawn; once it has been asked before."""
    from caremarket_sim.app.drafts import read_draft
    from caremarket_sim.app.estimates import estimates_html
    from caremarket_sim.app.visit import BASELINE
    from caremarket_sim.scenario import load

    for _ in range(2):
        began = time.perf_counter()
        scenarios = [read_draft(draft, place).scenario for draft in drafts(policies)]
        estimates_html(scenarios, load(place / BASELINE))
    return time.perf_counter() - began


def seconds_to(growing: Growing, futures: int, began: float) -> float:
    """Seconds until so many futures are shown."""
    while growing.known is None or len(growing.known.seeds) < futures:
        if not growing.under_way:
            raise SystemExit(growing.status)
        time.sleep(0.01)
    return time.perf_counter() - began


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--policies", type=int, default=1, choices=range(1, len(STARTS) + 1))
    policies = arguments.parse_args().policies
    from caremarket_sim.app import folders
    from caremarket_sim.app.drafts import read_draft
    from caremarket_sim.app.growing import STEPS, Growing
    from caremarket_sim.app.visit import BASELINE, BASELINE_NAME
    from caremarket_sim.runs.design import play, replicate_seeds, stand_by, tasks_of
    from caremarket_sim.runs.plan import SEED
    from caremarket_sim.scenario import load

    with TemporaryDirectory() as folder:
        place = folders.place_folder(folders.WIGAN, folders.visit(Path(folder)))
        baseline = load(place / BASELINE)
        for task in tasks_of([baseline], replicate_seeds(SEED, STEPS[1])):
            play(task)
        stand_by()
        print(f"estimated at once in {1000 * seconds_to_estimate(policies, place):.0f} ms")
        began = time.perf_counter()
        readings = [read_draft(draft, place) for draft in drafts(policies)]
        growing = Growing(
            [*(one.scenario for one in readings), baseline],
            [one.path for one in readings], BASELINE_NAME, place / "results",
        )  # fmt: skip
        growing.start()
        for futures in STEPS[:2]:
            print(
                f"{futures} futures of {policies + 1} scenarios shown after {seconds_to(growing, futures, began):.1f} s"
            )
        print(f"{os.cpu_count()} cores, on which {os.getloadavg()[0]:.1f} processes wanted to run in the last minute")
        growing.stop()
        growing.wait()


if __name__ == "__main__":
    main()
