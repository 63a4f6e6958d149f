"""Speed as ratios within one run: `python -m benchmarks [--json]`.

Times five years of Wigan (spin-up left out) beside plain Mesa's empty steps of as many agents and a floor of bare
compiled loops, and the cost of an agent-week in a market of fifty Wigans beside one; and on the clock how soon
`caremarket --help` is told and all is compiled.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from unittest import mock

import numpy as np

from benchmarks import overhead
from benchmarks.floor import seconds_of_floor
from benchmarks.plain_mesa import seconds_of_plain_mesa
from caremarket_sim import settling, warming, week
from caremarket_sim.compiled.process import Steps
from caremarket_sim.indicators import outcome_of
from caremarket_sim.market.codes import RECEIVING
from caremarket_sim.opening import make_market
from caremarket_sim.parameters import Numbers
from caremarket_sim.scenario import load

BASELINE = "scenarios/wigan/baseline.yaml"
RUNS = {"baseline": BASELINE, "collaborative": "scenarios/wigan/collaborative.yaml"}
COPIES = 50
FUTURES = 8
"""Futures of one Wigan beside fifty."""
TIMES_AS_OFTEN = 4
"""As what takes longer, runs of five years are repeated: they are short, and the best of few is too much chance."""
APART = 0.5
"""Degrees of latitude between copies of the place: too far for anybody to work across."""


def compiling() -> float:
    """Seconds on the clock that compiling everything takes where nothing is compiled yet."""
    with tempfile.TemporaryDirectory() as empty:
        start = time.perf_counter()
        compiled_elsewhere({"CAREMARKET_CACHE": empty})
        return time.perf_counter() - start


def help_is_told(repeats: int) -> float:
    """Seconds on the clock until `caremarket --help` has been told, the best of some."""
    command = [sys.executable, "-c", "from caremarket_sim.cli import main; main(['--help'])"]
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        took.append(time.perf_counter() - start)
    return min(took)


def compiled_elsewhere(environment: Mapping[str, str] | None = None) -> None:
    """Have another process compile what is not compiled yet: a compiler leaves a process slower, and a run loads what
    is kept."""
    command = [sys.executable, "-c", "from caremarket_sim.warming import warm_up; warm_up()"]
    subprocess.run(command, check=True, env={**os.environ, **(environment or {})})


def five_years(repeats: int) -> dict[str, float]:
    """CPU seconds of five-year runs with their record, the best of some, beside plain Mesa and the floor; and how often
    Python calls compiled code in a week.

    The floor is counted on those whom most processes ask about: people who wait or receive care, and all care workers.
    """
    scenarios = {name: load(path) for name, path in RUNS.items()}
    settled = settling.settle(scenarios["baseline"], 1)
    best = dict.fromkeys(scenarios, np.inf)
    repeats *= TIMES_AS_OFTEN
    people = int((settled.clients.status <= RECEIVING).sum())
    workers, weeks = len(settled.workers), scenarios["baseline"].weeks
    floor = np.inf
    for _ in range(repeats):
        for name, scenario in scenarios.items():
            market = settling.fork(settled, scenario)
            start = time.process_time()
            settling.go_through(scenario, market, 1)
            outcome_of(market)
            best[name] = min(best[name], time.process_time() - start)
        floor = min(floor, seconds_of_floor(people, workers, weeks))
    agents = len(settled.clients) + workers + len(settled.providers) + 1
    mesa = min(seconds_of_plain_mesa(agents, weeks) for _ in range(repeats))
    found = {"agents": agents, "floor_seconds": floor, "plain_mesa_seconds": mesa}
    for name, seconds in best.items():
        found[f"five_years_seconds_{name}"] = seconds
        found[f"over_floor_{name}"] = seconds / floor
        found[f"compiled_calls_a_week_{name}"] = compiled_calls(settled, scenarios[name]) / weeks
    return {**found, "over_plain_mesa": best["baseline"] / mesa}


def compiled_calls(settled, scenario) -> int:
    """How often Python calls compiled code to go through the weeks of a scenario."""
    calls = 0
    go_on = Steps.go_on

    def counted(*arguments):
        nonlocal calls
        calls += 1
        return go_on(*arguments)

    with mock.patch.object(Steps, "go_on", counted):
        settling.go_through(scenario, settling.fork(settled, scenario), 1)
    return calls


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


def cost_of_an_agent_week(scenario, seed: int, first: int, weeks: int) -> float:
    """CPU microseconds an agent-week of a market that has run for `first` weeks."""
    parameters, decided = scenario.parameters.numbers, Numbers(scenario.place.regime.row)
    market = make_market(scenario, seed)
    market.week = -104
    for _ in range(first):
        week.one_week(market, parameters, decided, seed)
    start = time.process_time()
    for _ in range(weeks):
        week.one_week(market, parameters, decided, seed)
    agents = len(market.clients) + len(market.workers) + len(market.providers)
    return (time.process_time() - start) / weeks / agents * 1e6


def fifty_wigans(repeats: int) -> dict[str, float]:
    """Cost of an agent-week in fifty Wigans beside one, over the same weeks of a year and its end.

    One Wigan is the mean of some futures: in fifty at once queues and gaps are those of all, in one there may be none.
    """
    one = load(BASELINE)
    many = replace(one, place=many_places(one.place, COPIES))
    each = [min(cost_of_an_agent_week(one, seed, 20, 52) for _ in range(repeats)) for seed in range(1, FUTURES + 1)]
    small = float(np.mean(each))
    large = min(cost_of_an_agent_week(many, 1, 20, 52) for _ in range(repeats))
    return {"agent_week_microseconds": small, "agent_week_microseconds_fifty": large, "fifty_over_one": large / small}


def main() -> None:
    """Measure all and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    compiled_elsewhere()
    warming.warm_up()
    compiled = {"help_seconds": help_is_told(options.repeats), "compiling_seconds": compiling()}
    results = {**compiled, **five_years(options.repeats), **fifty_wigans(options.repeats), "batch": overhead.measure()}
    if options.json:
        print(json.dumps(results, indent=2))
        return
    for name, value in results.items():
        print(f"{name:32s} {value if isinstance(value, dict) else round(value, 4)}")


if __name__ == "__main__":
    main()
