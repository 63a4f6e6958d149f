"""A made-up place of three zones, sixty people and seven providers, settled once a process and seed."""

from functools import cache
from pathlib import Path

from caremarket_sim import week
from caremarket_sim.scenario import load

FOLDER = Path(__file__).parent / "data" / "small"
WIGAN = FOLDER.parents[2] / "scenarios" / "wigan"
REGIMES = ("collaborative", "block", "zero-hours-spot")


@cache
def small(name="baseline", weeks=52):
    """A scenario of the small place: baseline, or one of the three presets from its first week."""
    return load(FOLDER / f"{name}.yaml").with_weeks(weeks)


@cache
def wigan(name="baseline", weeks=52):
    """A scenario of Wigan's folder over so many weeks."""
    return load(WIGAN / f"{name}.yaml").with_weeks(weeks)


@cache
def _settled(spin_up_key, scenario, seed):
    return week.settle(scenario, seed)


def begun(scenario, seed=1):
    """The scenario's market on the day it begins: a fork of the settled one, which is made once."""
    return week.fork(_settled(scenario.spin_up_key, scenario, seed), scenario)
