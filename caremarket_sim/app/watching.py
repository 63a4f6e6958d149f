"""One future of one policy week by week: who waits, who works and which providers there are, zone by zone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.market.codes import IN_POST, WAITING
from caremarket_sim.parameters import Numbers
from caremarket_sim.runs.design import ready, replicate_seeds
from caremarket_sim.runs.plan import SEED
from caremarket_sim.runs.settled import settled_folder
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import fork, settled_market
from caremarket_sim.week import one_week


@dataclass(frozen=True)
class Watched:
    """Counts by week and zone, in the order of the place's zones."""

    scenario: Scenario
    waiting: NDArray[np.int64]
    """People who wait for a package."""
    staff: NDArray[np.int64]
    """Care workers in post who live there."""
    providers: NDArray[np.int64]
    """Providers that are open and have their office there."""


def watch(scenario: Scenario, seed: int = SEED) -> Watched:
    """The first future that `caremarket compare` simulates with this seed, with what its map shows of each week."""
    (future,) = replicate_seeds(seed, 1)
    ready()
    market = fork(settled_market(scenario, future, settled_folder()), scenario)
    zones = len(market.zones)
    counts = np.zeros((3, scenario.weeks, zones), np.int64)
    for week in range(scenario.weeks):
        one_week(market, scenario.parameters.numbers, Numbers(scenario.levers_at(week).row), future)
        clients, workers, providers = market.clients, market.workers, market.providers
        for row, where in enumerate(
            (
                clients.zone[clients.status == WAITING],
                workers.zone[workers.status == IN_POST],
                providers.base_zone[providers.open == 1],
            )
        ):
            counts[row, week] = np.bincount(where, minlength=zones)
    return Watched(scenario, *counts)
