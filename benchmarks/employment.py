"""Employment under each form of purchase: `python -m benchmarks.employment [--futures 20]`.

The nine scenarios of `scenarios/wigan/employment/`, paired by future: what each norm of employment comes to in the
last two of five years, and what swapping it under a form of purchase moves, with 95% intervals. Turnover's difference
is reported, not asked for; beside it stand the gap in turnover between staff on zero-hours and the others, what carries
it, and what has been observed of it (C20). The spread of weekly pay is shown of all, and of those who would take a
guarantee and those who decline one: a taste that no contract moves, so that the two are the same people under each
norm. What a guarantee steadies for the first can fall on the second, and the mean of all then hides both. Exit status 1
where swapping zero-hours for guaranteed hours does not clearly move pay without a visit, hours cancelled a worker on
zero-hours, and the spread of weekly pay of those who would take a guarantee.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from caremarket_sim.studies.calibration.probe import Eye

FOLDER = Path(__file__).parents[1] / "scenarios" / "wigan" / "employment"
FORMS = ("block", "spot", "collaborative")
NORMS = ("providers-choice", "zero-hours", "guaranteed")
SWAPS = (("providers-choice", "zero-hours"), ("providers-choice", "guaranteed"), ("zero-hours", "guaranteed"))
WILLING, DECLINING = "spread, willing", "spread, declining"
"""The spread of weekly pay of those who would take a guarantee, and of those who would not."""
MUST_MOVE = ("idle_pay", "cancelled_hours", WILLING)
SHOWN = (
    "zero_hours_share",
    "idle_pay",
    "cancelled_hours",
    "income_spread",
    "hours_volatility",
    "bad_weeks_share",
    "turnover",
    "turnover_gap",
    "continuity",
    "vacancy_rate",
    "cost_per_hour",
    "median_margin",
)
IN_ALL = "cancelled in all"
"""Hours cancelled a week, of everybody on zero-hours together."""
COLUMNS = (*SHOWN, IN_ALL, WILLING, DECLINING)
OBSERVED = "observed, C20: 3.1 (2021/22, adjusted), 5.8 (2021/22, against over 35 hours), 6.9 points (2018/19)"
FIRST_SEED = 3000
WEEKS = 104
"""Weeks at the end of the five years that are looked at: every form has been in force for over a year."""


class Spread:
    """Gathers, week by week, the spread of weekly pay of those who would take a guarantee and of those who decline."""

    def __init__(self) -> None:
        self._sums, self._counts = np.zeros(2), np.zeros(2)

    def __call__(self, market, parameters, policy) -> None:
        """Look at the market as carers have been paid."""
        from caremarket_sim.market.codes import IN_POST

        rows = market.workers.rows
        rows = rows[rows["status"] == IN_POST]
        declining = rows["flexibility"] > 1.0 - parameters.contract_decline_share
        spread = np.sqrt(rows["pay_variance"]) / (rows["pay"] * rows["hours_wanted"])
        self._sums += np.bincount(declining, spread, 2)
        self._counts += np.bincount(declining, minlength=2)

    @property
    def means(self) -> np.ndarray:
        """Of the willing, and of the declining."""
        return self._sums / self._counts


def late(eye: "Eye", begins: int) -> "Eye":
    """The eye, shut until a week."""

    def look(market, parameters, policy):
        if market.week >= begins:
            eye(market, parameters, policy)

    return look


def one_future(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """One future of all nine: by form and norm what is in COLUMNS, and the gap, its parts and what would be left of it
    were hours as certain for all."""
    from caremarket_sim import settling
    from caremarket_sim.indicators import add_up, evaluate, record_of
    from caremarket_sim.scenario import load
    from caremarket_sim.studies.calibration.probe import END, watch
    from caremarket_sim.studies.calibration.zero_hours import Gap

    shown, gaps = [], []
    for form in FORMS:
        for norm in NORMS:
            scenario = load(FOLDER / f"{form}-{norm}.yaml")
            gap, spread, begins = Gap(), Spread(), scenario.weeks - WEEKS
            eyes = {"carers_leave": [late(gap, begins)], END: [late(spread, begins)]}
            market = watch(scenario, settling.settled_market(scenario, seed, None), seed, eyes)
            sums = add_up(record_of(market)[-WEEKS:].reshape(1, -1))
            shown.append([*evaluate(sums, SHOWN)[0], sums["n_cancelled_hours"][0] / WEEKS, *spread.means])
            gaps.append([gap.gap, *gap.parts().values(), gap.left_without_uncertainty])
    cells = len(FORMS), len(NORMS), -1
    return np.array(shown).reshape(cells), np.array(gaps).reshape(cells)


def measure(futures: int, workers: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(futures, forms, norms, what is shown), and the same for the gap."""
    seeds = range(FIRST_SEED, FIRST_SEED + futures)
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        shown, gaps = zip(*pool.map(one_future, seeds), strict=True)
    return np.array(shown), np.array(gaps)


def main() -> int:
    """Measure, print the cells, the swaps and the gap, and say whether every swap moved what it must."""
    from caremarket_sim.methods.statistics import interval
    from caremarket_sim.studies.calibration.zero_hours import PARTS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--futures", type=int, default=20)
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    shown, gaps = measure(options.futures, options.workers)
    print(f"{options.futures} paired futures, years 4 and 5\n")
    print(f"{'':32s}" + "".join(f"{name:>18s}" for name in COLUMNS))
    for f, form in enumerate(FORMS):
        for n, norm in enumerate(NORMS):
            print(f"{form + ', ' + norm:32s}" + "".join(f"{value:18.5g}" for value in shown[:, f, n].mean(axis=0)))
    still = []
    print("\nWhat swapping the norm moves, with 95% intervals")
    for f, form in enumerate(FORMS):
        for before, after in SWAPS:
            found = interval(shown[:, f, NORMS.index(after)] - shown[:, f, NORMS.index(before)])
            print(f"{form}: {after} for {before}")
            for k, name in enumerate(COLUMNS):
                clear = found.low[k] > 0.0 or found.high[k] < 0.0
                print(f"  {name:18s} {found.mean[k]:+12.5g}  ({found.low[k]:+.5g} to {found.high[k]:+.5g})")
                if name in MUST_MOVE and (before, after) == SWAPS[-1] and not clear:
                    still.append(f"{form}: {name}")
    print(f"\nThe gap in turnover, zero-hours less guaranteed, and what carries it, in points ({OBSERVED})")
    for f, form in enumerate(FORMS):
        for n, norm in enumerate(NORMS):
            gap, *parts, left = 100.0 * np.nanmean(gaps[:, f, n], axis=0)
            carried = ", ".join(f"{name} {part:+.1f}" for name, part in zip(PARTS, parts, strict=True))
            print(f"{form}, {norm}: {gap:+.1f} = {carried}; were hours as certain for all: {left:+.1f}")
    print("\nnot moved: " + ("; ".join(still) or "none"))
    return 1 if still else 0


if __name__ == "__main__":
    sys.exit(main())
