"""Who is paid for travel, who below the minimum, and what enforcement does: `python -m benchmarks.law [--futures 20]`.

Paired futures of Wigan in the last two of five years, in which every policy is in force: the three ways and no policy
as national enforcement is; no policy with hardly any, with much, and with a council's pay checks. The weight of care
for staff is solved once, in the baseline as enforcement is, and held. Exit status 1 where the share not paid for travel
in the baseline is outside what surveys found (C76), or where pay below the minimum, as a share or in pounds, does not
clearly fall with enforcement and with pay checks.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.futures import ask, each

FOLDER = Path(__file__).parents[1] / "scenarios" / "wigan"
WAYS = ("baseline", "block", "zero-hours-spot", "collaborative")
ENFORCED = {"found by hardly anybody": 0.002, "found by many": 0.05}
CHECKED = {"pay checks on a quarter": 0.25, "pay checks on all": 1.0}
WORLDS = (*WAYS, *ENFORCED, *CHECKED)
SHOWN = ("travel_unpaid_share", "underpaid_share", "underpayment", "arrears_paid", "cost_per_hour", "median_margin")
SHOWN += ("turnover", "effective_pay", "closures", "people_waiting")
MUST_FALL = ("underpaid_share", "underpayment")
LESS_AND_MORE = (
    ("found by hardly anybody", "baseline"),
    ("baseline", "found by many"),
    ("baseline", "pay checks on a quarter"),
)
"""Where those must fall from the first to the second."""
SURVEYED = 0.58, 0.75
"""Share of homecare workers not paid for travel in surveys of a union's members (C76)."""
FIRST_SEED = 4000
WEEKS = 104
"""Weeks at the end of the five years that are looked at."""


def one_future(seed: int) -> np.ndarray:
    """What is SHOWN in each of the WORLDS of one future: all of them begin from one settled market."""
    from caremarket_sim import settling
    from caremarket_sim.indicators import add_up, evaluate, record_of
    from caremarket_sim.parameters import Parameters
    from caremarket_sim.scenario import load

    as_it_is = load(FOLDER / "baseline.yaml")
    settled = settling.settled_market(as_it_is, seed, None)
    worlds = {name: load(FOLDER / f"{name}.yaml") for name in WAYS}
    for name, chance in ENFORCED.items():
        worlds[name] = replace(as_it_is, parameters=Parameters({"law.found_chance": chance}))
    for name, share in CHECKED.items():
        worlds[name] = as_it_is.with_levers(stewardship__pay_checks=share)
    found = []
    for name in WORLDS:
        market = settling.go_through(worlds[name], settling.fork(settled, worlds[name]), seed)
        found.append(evaluate(add_up(record_of(market)[-WEEKS:].reshape(1, -1)), SHOWN)[0])
    return np.array(found)


def measure(futures: int, workers: int | None = None, keep: Path | None = None) -> np.ndarray:
    """(futures, worlds, what is shown)."""
    return np.array(each(one_future, range(FIRST_SEED, FIRST_SEED + futures), workers, keep))


def told(shown: np.ndarray) -> list[str]:
    """Print the worlds and the differences from no policy; what does not hold."""
    from caremarket_sim.methods.statistics import interval

    print(f"{len(shown)} paired futures, years 4 and 5; not paid for travel in surveys: 58% to 75% (C76)\n")
    print(f"{'':26s}" + "".join(f"{name:>20s}" for name in SHOWN))
    for k, world in enumerate(WORLDS):
        print(f"{world:26s}" + "".join(f"{value:20.5g}" for value in shown[:, k].mean(axis=0)))
    wrong = []
    print("\nDifferences, with 95% intervals")
    pairs = [("baseline", world) for world in WORLDS[1:] if world != "found by hardly anybody"]
    for before, after in (*pairs, LESS_AND_MORE[0]):
        found = interval(shown[:, WORLDS.index(after)] - shown[:, WORLDS.index(before)])
        print(f"{after} against {before}")
        for k, name in enumerate(SHOWN):
            print(f"  {name:20s} {found.mean[k]:+12.5g}  ({found.low[k]:+.5g} to {found.high[k]:+.5g})")
            if (before, after) in LESS_AND_MORE and name in MUST_FALL and not found.high[k] < 0.0:
                wrong.append(f"{name} does not clearly fall: {after} against {before}")
    unpaid = shown[:, 0, 0].mean()
    if not SURVEYED[0] <= unpaid <= SURVEYED[1]:
        wrong.append(f"{unpaid:.2f} are not paid for travel in the baseline, outside {SURVEYED[0]} to {SURVEYED[1]}")
    print("\n" + ("does not hold: " + "; ".join(wrong) if wrong else "all holds"))
    return wrong


def main() -> int:
    """Measure, tell, and leave with whether all holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    ask(parser)
    options = parser.parse_args()
    return 1 if told(measure(options.futures, options.workers, options.keep)) else 0


if __name__ == "__main__":
    sys.exit(main())
