"""Does the baseline stand still? Five years of no policy at frozen prices: `python -m benchmarks.stand_still`.

Each quantity's mean over seeds in the last year is held against the year before the start. Exit status 1
where one has moved by more than its bound. `--draws` asks the same of every draw of the plausible set, a line a draw:
each was confirmed on these futures; `--first` names others. `--place FILE` asks it of another place than Wigan.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np

from caremarket_sim.methods.standing_still import BOUNDS, FUTURES, judge

ALSO = (
    "turnover_gap",
    "vacancy_rate",
    "undelivered_share",
    "hours_per_client",
    "closure_rate",
    "good_rating_share",
    "effective_pay",
    "continuity",
    "quality_of_life",
    "cost_per_hour",
    "trust",
    "late_share",
    "satisfied_share",
    "practice",
    "hand_backs",
    "lonely_share",
    "quality_latent",
    "hours_volatility",
    "still_in_post_12_months",
    "delayed_nights",
    "package_share",
)


WIGAN = "scenarios/wigan/baseline.yaml"


def one_seed(seed: int, draw: int = 1, place: str = WIGAN) -> np.ndarray:
    """Values of the year before the start and of each of the five years, for one seed under a draw of the set."""
    from caremarket_sim import settling
    from caremarket_sim.findings.draws import shipped_draws
    from caremarket_sim.indicators import add_up, evaluate, record_of
    from caremarket_sim.scenario import load

    scenario = load(place).with_prices("frozen")
    if draw > 1:
        scenario = shipped_draws()[draw - 1].applied(scenario)
    settled = settling.settle(scenario, seed)
    ids = (*BOUNDS, *ALSO)
    before = evaluate(add_up(record_of(settled).reshape(1, -1)), ids)
    market = settling.go_through(scenario, settling.fork(settled, scenario), seed)
    return np.vstack([before, evaluate(add_up(record_of(market).reshape(5, 52)), ids)])


def measure(seeds: range, draw: int = 1, workers: int | None = None, place: str = WIGAN) -> np.ndarray:
    """(seeds, years, quantities), the first year the one before the start."""
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        return np.array(list(pool.map(partial(one_seed, draw=draw, place=place), seeds)))


def every_draw(seeds: range, workers: int | None) -> int:
    """Print a line a draw of the plausible set, and give how many moved."""
    from caremarket_sim.findings.draws import shipped_draws

    moving = 0
    for draw in shipped_draws():
        moved = [
            f"{name} {by:+.3f}" for name, _, _, by, still in judge(measure(seeds, draw.number, workers)) if not still
        ]
        moving += bool(moved)
        print(f"{draw.name}: {'MOVED: ' + ', '.join(moved) if moved else 'still'}", flush=True)
    print(f"{len(shipped_draws()) - moving} of {len(shipped_draws())} draws stand still on {len(seeds)} seeds")
    return moving


def main() -> int:
    """Measure, print a line a quantity, and say whether all stood still."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=len(FUTURES))
    parser.add_argument("--first", type=int, default=FUTURES[0])
    parser.add_argument("--draws", action="store_true", help="ask it of every draw of the plausible set")
    parser.add_argument("--place", default=WIGAN, help="a scenario file of a place")
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.seeds)
    if options.draws:
        return 1 if every_draw(seeds, options.workers) else 0
    values = measure(seeds, workers=options.workers, place=options.place)
    means = values.mean(axis=0)
    verdicts = judge(values)
    for k, name in enumerate((*BOUNDS, *ALSO)):
        years = " ".join(f"{value:10.4g}" for value in means[:, k])
        mark = ""
        if k < len(verdicts):
            mark = f"  moved {verdicts[k][3]:+.3f}  {'still' if verdicts[k][4] else 'MOVED'}"
        print(f"{name:24s} {years}{mark}")
    return 0 if all(verdict[-1] for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
