"""Speed as ratios within one run: `python -m benchmarks [--json]`.

Times five years of Wigan (spin-up left out) beside plain Mesa's empty steps of as many agents and a floor of bare
compiled loops, and the cost of an agent-week in a market of fifty Wigans beside one.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np

from benchmarks import overhead
from benchmarks.floor import seconds_of_floor
from benchmarks.plain_mesa import seconds_of_plain_mesa
from caremarket_sim import settling, warming, week
from caremarket_sim.opening import make_market
from caremarket_sim.parameters import Numbers
from caremarket_sim.scenario import load

BASELINE = "scenarios/wigan/baseline.yaml"
COPIES = 50
APART = 0.5
"""Degrees of latitude between copies of the place: too far for anybody to work across."""


def compiled_elsewhere() -> None:
    """Have another process compile the kernels where they are not yet: a compiler leaves a process slower, and a run
    loads what is compiled."""
    subprocess.run([sys.executable, "-c", "from caremarket_sim.warming import warm_up; warm_up()"], check=True)


def five_years(repeats: int) -> dict[str, float]:
    """CPU seconds of a five-year run with its record, the best of some, beside plain Mesa and the floor."""
    scenario = load(BASELINE)
    settled = settling.settle(scenario, 1)
    best = np.inf
    for _ in range(repeats):
        market = settling.fork(settled, scenario)
        start = time.process_time()
        settling.go_through(scenario, market, 1)
        week.outcome_of(market)
        best = min(best, time.process_time() - start)
    clients, workers = len(settled.clients), len(settled.workers)
    agents = clients + workers + len(settled.providers) + 1
    mesa = min(seconds_of_plain_mesa(agents, scenario.weeks) for _ in range(repeats))
    floor = min(seconds_of_floor(clients, workers, scenario.weeks) for _ in range(repeats))
    return {
        "agents": agents,
        "five_years_seconds": best,
        "plain_mesa_seconds": mesa,
        "floor_seconds": floor,
        "over_plain_mesa": best / mesa,
        "over_floor": best / floor,
    }


def many_places(place, copies: int):
    """A place of so many copies of this one, side by side and far apart."""
    zones = np.tile(place.zones, copies)
    zones["latitude"] += np.repeat(np.arange(copies), len(place.zones)) * APART
    counted = ("council_clients", "self_funders", "contracted_providers", "private_providers", "care_workers")
    figures = {
        key: replace(figure, value=figure.value * copies) if key in counted else figure
        for key, figure in place.figures.items()
    }
    return replace(place, zones=zones, figures=figures)


def cost_of_an_agent_week(scenario, first: int, weeks: int) -> float:
    """CPU microseconds an agent-week of a market that has run for `first` weeks."""
    parameters, decided = scenario.parameters.numbers, Numbers(scenario.place.regime.row)
    market = make_market(scenario, 1)
    market.week = -104
    for _ in range(first):
        week.one_week(market, parameters, decided, 1)
    start = time.process_time()
    for _ in range(weeks):
        week.one_week(market, parameters, decided, 1)
    agents = len(market.clients) + len(market.workers) + len(market.providers)
    return (time.process_time() - start) / weeks / agents * 1e6


def fifty_wigans(repeats: int) -> dict[str, float]:
    """Cost of an agent-week in fifty Wigans beside one, over the same weeks of a year and its end."""
    one = load(BASELINE)
    many = replace(one, place=many_places(one.place, COPIES))
    small = min(cost_of_an_agent_week(one, 20, 52) for _ in range(repeats))
    large = min(cost_of_an_agent_week(many, 20, 52) for _ in range(repeats))
    return {"agent_week_microseconds": small, "agent_week_microseconds_fifty": large, "fifty_over_one": large / small}


def main() -> None:
    """Measure all and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    compiled_elsewhere()
    warming.warm_up()
    results = {**five_years(options.repeats), **fifty_wigans(options.repeats), "batch": overhead.measure()}
    if options.json:
        print(json.dumps(results, indent=2))
        return
    for name, value in results.items():
        print(f"{name:32s} {value if isinstance(value, dict) else round(value, 4)}")


if __name__ == "__main__":
    main()
