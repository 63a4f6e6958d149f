"""A made-up place of three zones, sixty people and seven providers, settled once a process and seed."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import hypothesis.strategies as st
import numba
import numpy as np
from hypothesis import Phase, settings

from caremarket_sim import settling, week
from caremarket_sim.compiled import plain
from caremarket_sim.parameters import Numbers
from caremarket_sim.policy import PRESETS, of_preset
from caremarket_sim.scenario import Change, load
from tests.test_policy import lever_settings

FOLDER = Path(__file__).parent / "data" / "small"
WIGAN = FOLDER.parents[2] / "scenarios" / "wigan"
FEW = settings(max_examples=6, phases=(Phase.explicit, Phase.generate))
"""A few examples, and no search for a smaller one that fails: each takes the better part of a second."""
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
    return settling.settle(scenario, seed)


def begun(scenario, seed=1):
    """The scenario's market on the day it begins: a fork of the settled one, which is made once."""
    return settling.fork(_settled(scenario.spin_up_key, scenario, seed), scenario)


def weekly(scenario, market, seed=1, watched=()):
    """Simulate week by week. After each yields photographs of the market: at the week's `start`, just before each
    process named in `watched`, and at its `end`."""
    photographs = {}

    def photographed(name):
        def take(market, parameters, policy, draws):
            photographs[name] = market.copy()

        return take

    processes = []
    for process in week.PROCESSES:
        if process.__name__ in watched:
            processes.append(photographed(process.__name__))
        processes.append(process)
    for number in range(scenario.weeks):
        photographs["start"] = market.copy()
        decided = Numbers(scenario.levers_at(number).row)
        week.one_week(market, scenario.parameters.numbers, decided, seed, tuple(processes))
        photographs["end"] = market
        yield photographs


@st.composite
def random_policies(draw, weeks=53):
    """The small place under a preset with some levers set at random, and some set anew on a later date."""
    scenario = small("baseline", weeks)
    levers = of_preset(draw(st.sampled_from(sorted(PRESETS)))).changed(draw(lever_settings))
    later = Change(draw(st.integers(1, weeks - 1)), levers.changed(draw(lever_settings)))
    return replace(scenario, changes=(Change(0, levers), later))


TABLES = ("clients", "followed", "workers", "providers", "commissioners")
RECORDS = ("zones", "localities", "levers", "decided", "asked", "counts", "clock", "price_rows", "price_path", "series")
ARRAYS = ("ledger", "paid_before", "purses", "starts", "transfers")


def alike(one, other):
    """Whether two sets of rows hold the same, column by column (bytes between columns mean nothing)."""
    return one.dtype == other.dtype and all(
        np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f") for name in one.dtype.names
    )


def differences(one, other):
    """What two markets differ in, to the bit: tables' columns, records' fields and arrays."""
    found = [name for name in ARRAYS if not np.array_equal(getattr(one, name), getattr(other, name))]
    pairs = [(name, getattr(one, name), getattr(other, name)) for name in RECORDS] + [
        (f"{name}.{part}", getattr(getattr(one, name), part), getattr(getattr(other, name), part))
        for name in TABLES
        for part in getattr(one, name).parts()
    ]
    for name, rows, others in pairs:
        if rows.shape != others.shape:
            found.append(f"{name}: {rows.shape} and {others.shape}")
        else:
            found += [f"{name} {field}" for field in rows.dtype.names if not alike(rows[[field]], others[[field]])]
    if not np.array_equal(one.breakdowns, other.breakdowns, equal_nan=True):
        found.append("breakdowns")
    return found


def from_python(helper):
    """A helper of compiled code as Python can call it."""
    return numba.njit(error_model="numpy")(plain(helper))
