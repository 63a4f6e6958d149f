"""Does it matter how a place is cut into zones? `python -m benchmarks.zoning` asks it of Wigan: by its wards, and by
its wards cut in two and in four.

Intercepts are solved in the place by wards and carried to the others, where nothing is solved anew: a market must come
to the same by itself. Paired futures of five years at frozen prices, no policy. Exit status 1 where the travel share or
the hours delivered differ by more than 3%, turnover by more than a point, or people waiting by more than chance.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context

import numpy as np

CUTS = (1, 2, 4)
FUTURES = 20
KILOMETRES_A_DEGREE = 111.2
HELD = ("leaving_intercept", "contract_intercept", "late_intercept", "leg_factor", "hours_a_post", "referral_factor")
HELD += ("self_referral_factor", "experience_reference", "continuity_reference", "volatility_reference", "budget")
"""What is solved while a market settles."""
SHARE, POINT, CHANCE = "share", "point", "chance"
BOUNDS = {
    "travel_share": (SHARE, 0.03),
    "hours_delivered": (SHARE, 0.03),
    "turnover": (POINT, 0.01),
    "people_waiting": (CHANCE, 2.1),
}
"""By how much each quantity may differ: as a share of itself, in points, or in standard errors of the paired mean."""
ALSO = ("continuity", "cost_per_hour", "zero_hours_share", "quality_of_life", "undelivered_share", "hand_backs")


def cut(place, pieces: int):
    """The place with each zone cut in so many (1, 2 or 4), which share its area and all who live there.

    A zone stands as a square of its area around its centre. In four: its quarters. In two: the halves, north and south
    or east and west by turns, with centres as far apart as spreads homes as widely as before.
    """
    if pieces == 1:
        return place
    zones = np.repeat(place.zones, pieces)
    side = np.sqrt(zones["area_km2"])
    part = np.tile(np.arange(pieces), len(place.zones))
    if pieces == 4:
        east, north = side * (part % 2 - 0.5) / 2.0, side * (part // 2 - 0.5) / 2.0
    else:
        away = side * (2.0 * part - 1.0) / np.sqrt(12.0)
        turned = np.repeat(np.arange(len(place.zones)) % 2, pieces)
        east, north = away * turned, away * (1 - turned)
    zones["latitude"] += north / KILOMETRES_A_DEGREE
    zones["longitude"] += east / KILOMETRES_A_DEGREE / np.cos(np.radians(zones["latitude"].mean()))
    for shared in ("area_km2", "population", "population_65plus", "population_85plus"):
        zones[shared] /= pieces
    zones["code"] = [f"{code}.{n}" for code, n in zip(zones["code"], part, strict=True)]
    return replace(place, zones=zones)


def with_intercepts(scenario, seed: int, intercepts):
    """A market of the scenario's place that has lived with these intercepts for as long as another takes to settle."""
    from caremarket_sim import settling
    from caremarket_sim.opening import make_market
    from caremarket_sim.parameters import Numbers
    from caremarket_sim.week import one_week

    market = make_market(scenario, seed)
    for name in HELD:
        market.commissioners.rows[name] = intercepts[name]
    weeks = 52 * round(scenario.parameters.numbers.baseline_spin_up_years)
    market.week = -weeks
    for _ in range(weeks):
        one_week(market, scenario.parameters.numbers, Numbers(scenario.place.regime.row), seed)
    settling.begin(market)
    return market


def one_seed(seed: int, file: str = "scenarios/wigan/baseline.yaml", weeks: int = 260) -> np.ndarray:
    """(cuts, quantities): one future of the place by its zones, and by those cut in two and four."""
    from caremarket_sim import settling
    from caremarket_sim.indicators import add_up, evaluate, record_of
    from caremarket_sim.scenario import load

    scenario = load(file).with_prices("frozen").with_weeks(weeks)
    intercepts = settling.settle(scenario, seed).commissioners.rows[0].copy()
    found = []
    for pieces in CUTS:
        of_pieces = replace(scenario, place=cut(scenario.place, pieces))
        market = with_intercepts(of_pieces, seed, intercepts)
        market = settling.go_through(of_pieces, settling.fork(market, of_pieces), seed)
        values = evaluate(add_up(record_of(market).reshape(1, -1)), (*BOUNDS, *ALSO))
        found.append(values[0])
    return np.array(found)


def measure(seeds: range, workers: int | None = None, **asked) -> np.ndarray:
    """(seeds, cuts, quantities)."""
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        return np.array(list(pool.map(partial(one_seed, **asked), seeds)))


def judge(values: np.ndarray) -> list[tuple[str, int, float, float, str, bool]]:
    """For each quantity with a bound and each cut: its difference from the place by its zones, the standard error of
    that, in words, and whether it is within the bound."""
    verdicts = []
    for k, (name, (kind, bound)) in enumerate(BOUNDS.items()):
        for n, pieces in enumerate(CUTS[1:], start=1):
            apart = values[:, n, k] - values[:, 0, k]
            by, error = float(apart.mean()), float(apart.std(ddof=1) / np.sqrt(len(apart)))
            whole = float(values[:, 0, k].mean())
            limit = {SHARE: bound * whole, POINT: bound, CHANCE: bound * error}[kind]
            words = f"{by / whole:+.1%}" if kind == SHARE else f"{by:+.4g}"
            verdicts.append((name, pieces, by, error, words, abs(by) <= limit))
    return verdicts


def main() -> int:
    """Measure, print a line a quantity and cut, and say whether it matters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--futures", type=int, default=FUTURES)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    values = measure(range(options.first, options.first + options.futures), options.workers)
    means, chance = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
    print(f"{'':20s}" + "".join(f"{f'cut in {pieces}':>12s}" for pieces in CUTS))
    for k, name in enumerate((*BOUNDS, *ALSO)):
        print(f"{name:20s}" + "".join(f"{value:12.4g}" for value in means[:, k]) + f"   chance {chance[0, k]:.2g}")
    verdicts = judge(values)
    for name, pieces, _, error, words, holds in verdicts:
        print(f"{name:20s} cut in {pieces}: {words} (chance {error:.2g})  {'same' if holds else 'DIFFERS'}")
    return 0 if all(verdict[-1] for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
