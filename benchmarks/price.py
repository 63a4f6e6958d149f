"""Is there a cliff in the fee? `python -m benchmarks.price [--futures 40] [--ways collaborative baseline]`.

A scan of the fee level from .9 to 1.1 by hundredths, over paired futures of Wigan of five years, each from one settled
market: people waiting, undelivered care and the margin of firms in years 3 to 5, and the step from one level to the
next.

Exit status 1 where the mean of people waiting has a step of more than 8 by more than two standard errors. `--spread 0`
scans the sharp rule, under which a provider takes all that pays.
"""

import argparse
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.futures import ask, each

FOLDER = Path(__file__).parents[1] / "scenarios" / "wigan"
WAYS = ("baseline", "block", "zero-hours-spot", "collaborative")
LEVELS = tuple(round(0.9 + 0.01 * n, 2) for n in range(21))
SHOWN = ("people_waiting", "undelivered_share", "delayed_nights", "median_margin", "council_spend")
YEARS = 5
LAST = slice(2, 5)
"""Years 3 to 5."""
STEP = 8.0
"""People waiting by which a hundredth of the fee may move the queue."""
FIRST_SEED = 6000
SPREAD = "sourcing.accept_spread"


def one_future(seed: int, way: str, spread: float) -> np.ndarray:
    """What is SHOWN at each fee level of a way (levels, shown): all of them begin from one settled market."""
    from caremarket_sim import settling
    from caremarket_sim.indicators import add_up, evaluate, record_of
    from caremarket_sim.parameters import Parameters
    from caremarket_sim.scenario import load

    parameters = Parameters({SPREAD: spread})
    start = replace(load(FOLDER / f"{way}.yaml").with_weeks(52 * YEARS), parameters=parameters)
    settled = settling.settled_market(replace(load(FOLDER / "baseline.yaml"), parameters=parameters), seed, None)
    found = []
    for level in LEVELS:
        scenario = start.with_levers(fee__level=level)
        market = settling.go_through(scenario, settling.fork(settled, scenario), seed)
        years = evaluate(add_up(record_of(market).reshape(YEARS, 52)), SHOWN)
        found.append(years[LAST].mean(axis=0))
    return np.array(found)


def told(way: str, found: np.ndarray) -> list[str]:
    """Print the scan of a way and every step; those that are too large."""
    waiting = found[:, :, 0]
    steps = np.diff(waiting, axis=1)
    print(f"\n{way}: {len(found)} paired futures, years 3 to 5\n")
    print(f"{'fee level':>10}" + "".join(f"{name:>20}" for name in SHOWN) + f"{'step in waiting':>24}")
    too_large = []
    for n, level in enumerate(LEVELS):
        line = f"{level:>10}" + "".join(f"{mean:>20.4g}" for mean in found[:, n].mean(axis=0))
        if n > 0:
            step, error = steps[:, n - 1].mean(), steps[:, n - 1].std(ddof=1) / np.sqrt(len(found))
            line += f"{step:>+14.1f} (se {error:.1f})"
            if abs(step) > STEP + 2.0 * error:
                too_large.append(f"{way}: {step:+.1f} people from a fee of {LEVELS[n - 1]} to {level}")
        print(line)
    return too_large


def main() -> int:
    """Measure, tell, and leave with whether all holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    ask(parser)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=["collaborative", "baseline"])
    parser.add_argument("--spread", type=float, default=0.03)
    parser.set_defaults(futures=40)
    options = parser.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + options.futures)
    too_large = []
    for way in options.ways:
        work = partial(one_future, way=way, spread=options.spread)
        too_large += told(way, np.array(each(work, seeds, options.workers, options.keep)))
    print("\n" + ("too large a step: " + "; ".join(too_large) if too_large else "no step is too large"))
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
