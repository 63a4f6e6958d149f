"""Does every parameter matter? `python -m benchmarks.parameters [--parameter NAME]`.

Each parameter of the register is set at each end of its range in markets that exercise every mechanism, one after the
other, until an indicator has moved by more than a millionth: first from week 0 on in a small settled place, for more
and more weeks; then also while the place settles; then in Wigan, whose market is large enough for rare events.
Exit status 1 where a parameter moves nothing anywhere.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.lever_paths import words_within
from caremarket_sim import week
from caremarket_sim.indicators import INDICATORS, add_up, evaluate
from caremarket_sim.parameters import Numbers, register
from caremarket_sim.policy import NEUTRAL, Levers, of_preset
from caremarket_sim.scenario import Change, Scenario, load

ROOT = Path(__file__).parents[1]
SMALL, LARGE = ROOT / "tests" / "data" / "small" / "baseline.yaml", ROOT / "scenarios" / "wigan" / "baseline.yaml"
SEED = 7
MOVED = 1e-6
"""Relative difference in an indicator above which it has moved."""
QUICK = {"baseline.spin_up_years": 5}
"""The shortest settling that the register allows; what settles matters less here than that it is the same."""

POLICIES: dict[str, Levers] = {
    "in partnership": of_preset("collaborative").changed(
        {
            "contract.outcome_share": 0.5,
            "contract.outcome_measure": "connection",
            "stewardship.codesign_months": 1,
            "stewardship.network": 1,
            "stewardship.citizens_share": 1,
            "community.connectors_fte": 3,
            "community.front_door": 1,
            "procurement.phase_in_weeks": 8,
            "shocks.provider_failure": 0.3,
            "shocks.absence": 0.05,
            "employment.sick_pay": 1,
        }
    ),
    "by price": of_preset("block").changed(
        {
            "contract.outcome_share": 0.5,
            "contract.outcome_measure": "independence",
            "contract.term_years": 1,
            "procurement.max_providers": 3,
            "stewardship.open_book": True,
            "stewardship.profit_norm": 0.01,
            "stewardship.monitoring": 1,
            "community.front_door": 1,
            "shocks.demand": 1.5,
            "shocks.fee_freeze": True,
        }
    ),
    "below cost": NEUTRAL.changed(
        {
            "fee.level": 0.85,
            "community.coop_support": 500_000,
            "contract.sourcing": "own_choice",
            "contract.outcome_share": 0.3,
            "shocks.labour_supply": 0.4,
        }
    ),
    "with plenty": NEUTRAL.changed(
        {
            "fee.level": 1.2,
            "contract.retainer_weeks": 4,
            "contract.payment_basis": "planned_time",
            "community.coop_support": 500_000,
            "shocks.labour_supply": 2,
        }
    ),
    "as it is": NEUTRAL,
}
HORIZONS = (13, 78, 156)
"""Weeks after which outcomes are compared; the next only where none has moved."""


@dataclass(frozen=True)
class Mark:
    """Where a parameter at an end of its range first moved an indicator; `indicator` is empty where it never did."""

    name: str
    end: float
    indicator: str = ""
    where: str = ""


def ends(names: Iterable[str] = ()) -> list[tuple[str, float]]:
    """Each parameter with each end of its range that is not its value."""
    known = register()
    return [
        (name, end)
        for name in names or known
        for end in (known[name].low, known[name].high)
        if end != known[name].value
    ]


@cache
def scenario(place: Path, policy: str) -> Scenario:
    """A place under a policy from its first week, for the longest horizon."""
    start = load(place).with_parameters(QUICK)
    changes = (Change(0, POLICIES[policy]),)
    return Scenario(policy, "", place, start.place, HORIZONS[-1], start.prices, start.parameters, changes)


@lru_cache(2)
def settled(place: Path, years: float):
    """The place settled so many years with every parameter at its value."""
    return week.settle(load(place).with_parameters({"baseline.spin_up_years": years}), SEED)


def indicators_after(run: Scenario, market) -> Iterator[tuple[int, np.ndarray]]:
    """After each horizon, the weeks and the indicators of all weeks until then."""
    market = week.fork(market, run)
    done = 0
    for horizon in HORIZONS:
        for number in range(done, horizon):
            week.one_week(market, run.parameters.numbers, Numbers(run.levers_at(number).row), SEED)
        done = horizon
        yield horizon, evaluate(add_up(market.series[:horizon].reshape(1, -1)))[0]


@cache
def usual(place: Path, policy: str, years: float) -> dict[int, np.ndarray]:
    """Indicators after each horizon with every parameter at its value."""
    return dict(indicators_after(scenario(place, policy), settled(place, years)))


def moved(one: np.ndarray, other: np.ndarray) -> str:
    """The indicator that differs most in relation to its size; empty where none does by more than a millionth."""
    size = np.maximum(np.maximum(np.abs(one), np.abs(other)), 1e-12)
    apart = np.where(np.isnan(one) & np.isnan(other), 0.0, np.abs(one - other) / size)
    apart = np.where(np.isnan(one) != np.isnan(other), np.inf, apart)
    at = int(np.argmax(apart))
    return list(INDICATORS)[at] if apart[at] > MOVED else ""


@cache
def read_weekly(name: str) -> bool:
    """Whether a process of the week, or what begins one, reads the parameter."""
    beginnings = ("fork", "price_path")
    names = (*(process.__name__ for process in week.PROCESSES), *beginnings)
    return any(register()[name].field in words_within(function) for function in names)


def try_out(name: str, end: float) -> Mark:
    """Set a parameter at an end of its range in one market after another, until an indicator moves."""
    years = register()["baseline.spin_up_years"].value if name in QUICK else QUICK["baseline.spin_up_years"]
    for place, also_settling in ((SMALL, False), (SMALL, True), (LARGE, False), (LARGE, True)):
        if not also_settling and not read_weekly(name):
            continue
        if also_settling:
            one = load(place).with_parameters({**QUICK, name: end})
            market = week.settle(one, SEED)
            policies = ["as it is", "by price"]
        else:
            market = settled(place, years)
            policies = list(POLICIES)
        runs = {policy: scenario(place, policy).with_parameters({name: end}) for policy in policies}
        ahead = {policy: indicators_after(run, market) for policy, run in runs.items()}
        for _ in HORIZONS:
            for policy in policies:
                horizon, values = next(ahead[policy])
                indicator = moved(usual(place, policy, years)[horizon], values)
                if indicator:
                    when = "settling and " if also_settling else ""
                    return Mark(name, end, indicator, f"{place.parent.name}, {when}{horizon} weeks {policy}")
    return Mark(name, end)


def measure(chosen: list[tuple[str, float]], workers: int = 2) -> list[Mark]:
    """Try every parameter at every end."""
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        return list(pool.map(try_out, *zip(*chosen, strict=True), chunksize=8))


def main() -> int:
    """Try the parameters, and print those that move nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parameter", action="append", choices=list(register()), help="only this one; may be repeated")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--all", action="store_true", help="a line for every parameter and end")
    options = parser.parse_args()
    began = time.perf_counter()
    marks = measure(ends(options.parameter or ()), options.workers)
    for mark in marks:
        if options.all:
            print(f"{mark.name:40s} {mark.end:>12g}  {mark.indicator:26s} {mark.where}")
    dead = [mark for mark in marks if not mark.indicator]
    print(f"{len(marks)} ends tried in {time.perf_counter() - began:.0f} s; {len(dead)} move nothing")
    for mark in dead:
        print(f"{mark.name} at {mark.end:g}: {register()[mark.name].meaning}")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
