"""A place simulated under observation: functions that look at the market at given points of the week."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from caremarket_sim.market.market import Market
from caremarket_sim.parameters import Numbers
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import fork
from caremarket_sim.week import PROCESSES, one_week

Eye = Callable[[Market, Any, Any], None]
"""Looks at the market, the parameters and the levers in force, and changes nothing."""

END = "the week has ended"


def watch(
    scenario: Scenario,
    settled: Market,
    seed: int,
    eyes: Mapping[str, Sequence[Eye]] | None = None,
    prepare: Callable[[Market], None] | None = None,
    without: Sequence[str] = (),
) -> Market:
    """Simulate all the scenario's weeks on a fork of a settled market, and give the market as it is then.

    `eyes` look just before the process that each is listed under, or at the week's end. `prepare` may change the
    forked market before the first week: that is how an experiment sets what no lever sets. `without` names processes
    that are left out.
    """
    eyes = eyes or {}
    market = fork(settled, scenario)
    if prepare is not None:
        prepare(market)
    processes: list[Any] = []
    for process in PROCESSES:
        processes += [_as_process(eye) for eye in eyes.get(process.__name__, ())]
        if process.__name__ not in without:
            processes.append(process)
    processes += [_as_process(eye) for eye in eyes.get(END, ())]
    levers, decided = None, None
    for number in range(scenario.weeks):
        if scenario.levers_at(number) is not levers:
            levers = scenario.levers_at(number)
            decided = Numbers(levers.row)
        one_week(market, scenario.parameters.numbers, decided, seed, tuple(processes))
    return market


def _as_process(eye: Eye) -> Callable:
    def look(market, parameters, policy, draws):
        eye(market, parameters, policy)

    return look
