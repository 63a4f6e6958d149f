"""How fast a Sobol design of the full-size place goes: `python -m benchmarks.sobol [--tasks N] [--workers N] ...`.

Simulates the first tasks of the shipped design of six levers and six parameters at N = 256 blocks, measures their rate
on this machine, and says what the whole would take. With `--tasks 0` it does the whole.
"""

import argparse
import json
import time
from dataclasses import replace

from caremarket_sim import warming
from caremarket_sim.results.records import Failure, cores
from caremarket_sim.runs.executors import perform
from caremarket_sim.runs.lean import play_lean
from caremarket_sim.runs.plan import at_horizon
from caremarket_sim.runs.preflight import duration
from caremarket_sim.studies.sweep.design_files import read_design
from caremarket_sim.studies.sweep.plan import plan_sweep

DESIGN = "scenarios/designs/what-drives-collaboration.yaml"


def measure(blocks: int, years: int, tasks: int, workers: int) -> dict[str, float]:
    """Runs a second of evenly spread tasks (all when 0), and the seconds that the whole design would take."""
    design = read_design(DESIGN)
    sampler = replace(design.sampler, samples=blocks)
    plan = plan_sweep(replace(design, sampler=sampler, scenarios=at_horizon(design.scenarios, years)))
    warming.warm_up()
    step = max(1, len(plan.tasks) // tasks) if tasks else 1
    some = plan.tasks[::step][: tasks or None]
    start = time.perf_counter()
    failed = sum(isinstance(answer, Failure) for _, answer in perform(play_lean, some, workers=workers))
    seconds = time.perf_counter() - start
    runs = sum(len(task.scenarios) for task in some)
    return {
        "blocks": blocks,
        "years": years,
        "samples": len(plan.values),
        "runs": plan.runs,
        "settled_markets": plan.settled,
        "workers": workers,
        "runs_timed": runs,
        "runs_failed": failed,
        "runs_a_second": runs / seconds,
        "whole_seconds": seconds * len(plan.tasks) / len(some),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=256)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--tasks", type=int, default=40)
    parser.add_argument("--workers", type=int, default=cores())
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.blocks, options.years, options.tasks, options.workers)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        print(f"{name:18s} {round(value, 3)}")
    print(f"The whole takes about {duration(found['whole_seconds'])} here.")


if __name__ == "__main__":
    main()
