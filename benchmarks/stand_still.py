"""Does the baseline stand still? Five years of no policy at frozen prices: `python -m benchmarks.stand_still`.

Each quantity's mean over seeds in the last year is held against the year before the start. Exit status 1
where one has moved by more than its bound.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

BOUNDS = {
    "contracted_providers": ("relative", 0.10),
    "private_providers": ("relative", 0.10),
    "people_receiving": ("relative", 0.10),
    "headcount": ("relative", 0.10),
    "travel_share": ("relative", 0.10),
    "zero_hours_share": ("relative", 0.10),
    "turnover": ("relative", 0.10),
    "median_margin": ("absolute", 0.01),
    "largest_share": ("absolute", 0.03),
    "people_waiting": ("waiting", 10.0),
}
"""Bounds by quantity: relative, absolute, or for people waiting |t| < 2 or fewer than ten people."""
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


def one_seed(seed: int) -> np.ndarray:
    """Values of the year before the start and of each of the five years, for one seed."""
    from caremarket_sim import week
    from caremarket_sim.indicators import add_up, evaluate
    from caremarket_sim.scenario import load

    scenario = load("scenarios/wigan/baseline.yaml").with_prices("frozen")
    settled = week.settle(scenario, seed)
    ids = (*BOUNDS, *ALSO)
    before = evaluate(add_up(settled.series.reshape(1, -1)), ids)
    market = week.go_through(scenario, week.fork(settled, scenario), seed)
    return np.vstack([before, evaluate(add_up(market.series.reshape(5, 52)), ids)])


def measure(seeds: range) -> np.ndarray:
    """(seeds, years, quantities), the first year the one before the start."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        return np.array(list(pool.map(one_seed, seeds)))


def judge(values: np.ndarray) -> list[tuple[str, float, float, float, bool]]:
    """For each bounded quantity: mean at the start, at the end, what it moved by, and whether that is in bounds."""
    verdicts = []
    for k, (name, (kind, bound)) in enumerate(BOUNDS.items()):
        start, end = values[:, 0, k], values[:, -1, k]
        moved = end.mean() - start.mean()
        if kind == "relative":
            moved /= start.mean()
            still = abs(moved) < bound
        elif kind == "absolute":
            still = abs(moved) < bound
        else:
            difference = end - start
            t = difference.mean() / (difference.std(ddof=1) / np.sqrt(len(difference)) + 1e-12)
            still = abs(moved) < bound or abs(t) < 2.0
        verdicts.append((name, float(start.mean()), float(end.mean()), float(moved), bool(still)))
    return verdicts


def main() -> int:
    """Measure, print a line a quantity, and say whether all stood still."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1000)
    options = parser.parse_args()
    values = measure(range(options.first, options.first + options.seeds))
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
