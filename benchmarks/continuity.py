"""Does continuity answer to leaving? `python -m benchmarks.continuity [--futures 20]`.

Paired futures of Wigan from one settled market: as it is, and with leaving moved by some five points a year either way,
by nothing but the leaving intercept. The last two of five years are looked at: turnover, continuity, its spread between
people, and how many different people come in a fortnight. Exit status 1 where continuity does not clearly move against
leaving both ways.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

PLACE = Path(__file__).parents[1] / "scenarios" / "wigan" / "baseline.yaml"
MOVED = {"fewer leave": -0.26, "as it is": 0.0, "more leave": 0.23}
"""By how much the leaving intercept is moved, logits: about five points of a turnover of 27% a year either way."""
SHOWN = ("turnover", "continuity", "carers_per_fortnight", "quality_of_life", "admissions", "travel_share")
YEARS, LAST = 5, 104
FIRST_SEED = 4000
PUBLISHED = 14.9
"""Different people in a fortnight, of those with two visits a day or more, in Swedish records of visits (N47)."""


def one_future(seed: int) -> np.ndarray:
    """(worlds, what is shown, the spread of continuity and people in a fortnight of those with two visits or more)."""
    from caremarket_sim import settling
    from caremarket_sim.indicators import add_up, evaluate, record_of
    from caremarket_sim.market.codes import RECEIVING
    from caremarket_sim.scenario import load

    start = load(PLACE).with_weeks(52 * YEARS)
    settled = settling.settled_market(start, seed, None)
    found = []
    for by in MOVED.values():
        market = settling.fork(settled, start)
        market.commissioners.leaving_intercept += by
        market = settling.go_through(start, market, seed)
        here = market.clients.status == RECEIVING
        often = here & (market.clients.visits >= 2)
        shown = evaluate(add_up(record_of(market)[-LAST:].reshape(1, -1)), SHOWN)[0]
        spread, people = market.clients.continuity[here].std(), market.clients.carers_fortnight[often].mean()
        found.append([*shown, spread, people])
    return np.array(found)


def main() -> int:
    """Measure, print the three worlds and what differs, and say whether continuity answers."""
    from caremarket_sim.methods.statistics import interval

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--futures", type=int, default=20)
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + options.futures)
    with ProcessPoolExecutor(options.workers or os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        values = np.array(list(pool.map(one_future, seeds)))
    names = (*SHOWN, "spread of continuity", "people in a fortnight")
    print(f"{options.futures} paired futures, years 4 and 5; published people in a fortnight: {PUBLISHED} (N47)\n")
    print(f"{'':14s}" + "".join(f"{name:>23s}" for name in names))
    for k, world in enumerate(MOVED):
        print(f"{world:14s}" + "".join(f"{value:23.4g}" for value in values[:, k].mean(axis=0)))
    wrong = []
    now = list(MOVED).index("as it is")
    for k, world in enumerate(MOVED):
        if k == now:
            continue
        apart = interval(values[:, k] - values[:, now])
        print(f"{world}:")
        for n, name in enumerate(names):
            print(f"  {name:23s} {apart.mean[n]:+10.4g}  ({apart.low[n]:+.4g} to {apart.high[n]:+.4g})")
        n = names.index("continuity")
        if not (apart.low[n] > 0.0 if MOVED[world] < 0.0 else apart.high[n] < 0.0):
            wrong.append(f"continuity does not clearly move where {world}")
    print("\n" + ("does not hold: " + "; ".join(wrong) if wrong else "all holds"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
