"""Who wins, and what motive does: `python -m benchmarks.motive [--futures 20]`.

Paired futures of Wigan, each settled once; what is varied holds from week 0 on, and what is printed is of the last two
of five years, in force. Under block contracts let at price weights 0, .5 and 1, with national enforcement none, present
and certain: how extractive the owners are who hold the council's hours (their mean standing, and the share held by the
most extractive third of owners as they are drawn). Each consequence of motive cut in turn. Time billed, delivered and
found to be clipped, with what follows from what is found; and turnover of employers beside what chance at one common
rate would spread it by. Exit status 1 where a line that must hold does not: nothing from motive with all owners alike,
no more found than clipped, employers spread by more than chance, and each the same employer in every regime.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.futures import ask, each
from caremarket_sim.parameters import Parameters

FIRST_SEED = 5000
WEEKS = 104
PRICE_WEIGHTS = (0.0, 0.5, 1.0)
ENFORCEMENT = {"none": 0.0, "present": None, "certain": 1.0}
"""Chance a year that an employer who underpays is found; present is the register's."""
ALIKE = {"motive.care_spread": 0.0, "motive.horizon_spread": 0.0, "motive.margin_spread": 0.0}
WAYS = ("block", "zero-hours-spot", "collaborative")
SHOWN = ("clipped_share", "clipped_found_share", "hours_delivered", "hours_in_fact", "turnover", "hand_backs", "trust")
CLIPPED = ("billed", "delivered", "clipped, council's", "of it found", "claimed back, £", "complaints", "trust")
"""What is shown of clipped time: hours and pounds a week, complaints a year, trust as a level."""
LARGE = 8.0
"""Staff from which an employer's turnover is looked at."""


def slopes() -> list[str]:
    """Every slope of a consequence of motive."""
    from caremarket_sim.parameters import register

    return [name for name in register() if name.startswith("motive.") and name.endswith("_slope")]


def extraction(rows, p) -> np.ndarray:
    """How extractive owners are: the mean of their standard scores in margin target, short horizon and little care."""
    scores = (
        (rows["margin_target"] - p.motive_margin) / max(p.motive_margin_spread, 1e-9),
        -np.log(rows["horizon"] / p.motive_horizon) / max(p.motive_horizon_spread, 1e-9),
        -(rows["care"] - p.motive_care) / max(p.motive_care_spread, 1e-9),
    )
    return np.mean(scores, axis=0)


def priced(scenario, weight: float):
    """Block contracts let anew at this weight on price, the rest on quality."""
    from caremarket_sim.policy import of_preset

    weights = {"price": weight, "quality": 1.0 - weight, "values": 0.0, "social_value": 0.0}
    return scenario.with_levers(dict(of_preset("block")) | {"procurement.weights": weights})


def given_that(scenario, given: dict[str, float]):
    """The scenario with these parameters, which may be beyond what the register allows."""
    return replace(scenario, parameters=Parameters(given))


def run(scenario, settled, seed: int) -> dict[str, np.ndarray]:
    """A future's last two years: who holds the hours, what is SHOWN, and each employer's leavers and staff-weeks."""
    from caremarket_sim.indicators import INDICATORS, add_up, evaluate, record_of
    from caremarket_sim.studies.calibration.probe import END, watch

    p = scenario.parameters.numbers
    held, third, weeks = 0.0, 0.0, 0.0
    left: dict[int, np.ndarray] = {}

    def look(market, parameters, policy):
        nonlocal held, third, weeks
        if market.week < scenario.weeks - WEEKS:
            return
        rows = market.providers.rows
        hours = rows["council_hours"] * rows["contracted"] * rows["open"]
        standing = extraction(rows, p)
        held += float((hours * standing).sum() / max(hours.sum(), 1.0))
        third += float(hours[standing > np.quantile(standing, 2 / 3)].sum() / max(hours.sum(), 1.0))
        weeks += 1.0
        for number, leavers, staff in zip(rows["number"], rows["leavers"], rows["staff"], strict=True):
            left[number] = left.get(number, np.zeros(2)) + (leavers, staff)

    market = watch(scenario, settled, seed, {END: [look]})
    record = record_of(market)[-WEEKS:]
    sums = add_up(record.reshape(1, -1))
    employers = np.array([one for one in left.values() if one[1] > LARGE * WEEKS])
    return {
        "held": np.array([held / weeks, third / weeks]),
        "shown": evaluate(sums, SHOWN)[0],
        "all": evaluate(sums, tuple(INDICATORS))[0],
        "employers": spread_of(employers),
        "clipped": clipped_time(record),
        "firms": np.array([market.providers.number, market.providers.as_employer], float),
    }


def clipped_time(record) -> np.ndarray:
    """Each of CLIPPED, of the weeks recorded."""
    week = {name: float(record[name].sum()) / len(record) for name in ("delivered", "n_clipped_hours")}
    rest = [
        float(record[name].sum()) / len(record) for name in ("n_clipped_council", "n_clipped_found", "claimed_back")
    ]
    complaints, trust = 52.0 * float(record["n_complaints"].sum()) / len(record), float(record["trust"].mean())
    return np.array([week["delivered"], week["delivered"] - week["n_clipped_hours"], *rest, complaints, trust])


def same_employers(cells: dict[str, dict[str, np.ndarray]]) -> np.ndarray:
    """Whether every firm is the same employer in every cell of a future; takes the firms out of the cells."""
    known: dict[float, float] = {}
    same = True
    for values in cells.values():
        for number, effect in values.pop("firms").T:
            same &= known.setdefault(number, effect) == effect
    return np.array(same)


def spread_of(employers: np.ndarray) -> np.ndarray:
    """Spread of employers' turnover a year, and what chance at the common rate would make it."""
    leavers, weeks = employers.T
    rate = leavers.sum() / weeks.sum()
    return 52.0 * np.array([np.std(leavers / weeks), np.sqrt(np.mean(rate / weeks))])


def one_future(seed: int) -> dict[str, dict[str, np.ndarray]]:
    """All cells of one future."""
    from caremarket_sim import settling
    from caremarket_sim.policy import of_preset
    from caremarket_sim.scenario import load

    start = load("builtin:wigan/baseline").with_weeks(260)
    settled = settling.settle(start, seed)
    cells = {}
    for weight in PRICE_WEIGHTS:
        for name, chance in ENFORCEMENT.items():
            given = {} if chance is None else {"law.found_chance": chance}
            cells[f"{weight:g} {name}"] = run(given_that(priced(start, weight), given), settled, seed)
    for slope in slopes():
        cells[f"cut {slope}"] = run(priced(start, 1.0).with_parameters({slope: 0.0}), settled, seed)
    for way in WAYS:
        policy = start.with_levers(dict(of_preset(way)))
        cells[way] = run(policy, settled, seed)
        for value in (0.0, 1.0):
            cells[f"{way} {value:g}"] = run(policy.with_parameters(dict.fromkeys(slopes(), value)), settled, seed)
    cells["stay"] = run(start, settled, seed)
    for value in (0.0, 1.0):
        given = dict.fromkeys(slopes(), value)
        cells[f"stay {value:g}"] = run(start.with_parameters(given), settled, seed)
        same = start.with_parameters(given | ALIKE)
        cells[f"alike {value:g}"] = run(priced(same, 1.0), settling.settle(same, seed), seed)
    cells["stay"]["same employers"] = same_employers(cells)
    return cells


def measure(futures: int, workers: int | None = None, keep: Path | None = None) -> dict[str, dict[str, np.ndarray]]:
    """By cell and measure, (futures, values)."""
    found = each(one_future, range(FIRST_SEED, FIRST_SEED + futures), workers, keep)
    return {
        cell: {name: np.array([one[cell][name] for one in found]) for name in values}
        for cell, values in found[0].items()
    }


def verdicts(found, value: str) -> list[str]:
    """For each way, which headlines are clearly higher or lower than with no policy."""
    from caremarket_sim.indicators import INDICATORS
    from caremarket_sim.methods.statistics import interval

    lines = []
    for way in WAYS:
        apart = interval(found[f"{way}{value}"]["all"] - found[f"stay{value}"]["all"])
        marks = [
            f"{name} {'+' if apart.low[k] > 0 else '-' if apart.high[k] < 0 else '0'}"
            for k, (name, one) in enumerate(INDICATORS.items())
            if one.headline
        ]
        lines.append(f"  {way}: {', '.join(marks)}")
    return lines


def told(found: dict[str, dict[str, np.ndarray]]) -> bool:
    """Print the tables; whether what must hold does."""
    futures = len(found["stay"]["held"])
    print(f"{futures} paired futures, years 4 and 5\n\nExtraction of who holds the council's hours, standing")
    print(f"and share of hours of the most extractive third, by price weight and enforcement\n{'':8s}", end="")
    print("".join(f"{name:>20s}" for name in ENFORCEMENT))
    for weight in PRICE_WEIGHTS:
        row = [found[f"{weight:g} {name}"]["held"] for name in ENFORCEMENT]
        print(f"{weight:<8g}" + "".join(f"{one[:, 0].mean():+12.3f} {one[:, 1].mean():7.3f}" for one in row))
    print("\nEach consequence cut, at a price weight of 1 (difference of standing, spread over futures)")
    whole = found["1 present"]["held"][:, 0]
    for slope in slopes():
        apart = found[f"cut {slope}"]["held"][:, 0] - whole
        print(f"  {slope:28s} {apart.mean():+.3f}  {apart.std():.3f}")
    alike = found["alike 1"]["all"] - found["alike 0"]["all"]
    print(f"  with all owners alike, the largest difference that slopes make: {np.nanmax(np.abs(alike)):g}")
    print("\nTime a week\n" + " " * 24 + "".join(f"{name:>20s}" for name in CLIPPED))
    for cell in ("stay", *WAYS):
        print(f"{cell:24s}" + "".join(f"{value:20.5g}" for value in found[cell]["clipped"].mean(axis=0)))
    print("\n" + " " * 24 + "".join(f"{name:>20s}" for name in SHOWN))
    for cell in ("stay", *WAYS, "0 present", "0.5 present", "1 present"):
        print(f"{cell:24s}" + "".join(f"{value:20.4g}" for value in found[cell]["shown"].mean(axis=0)))
    for title, value in (("as they are", ""), ("at 0", " 0"), ("at 1", " 1")):
        print(f"\nAgainst no policy, slopes {title} (+ clearly higher, - clearly lower, 0 neither)")
        print("\n".join(verdicts(found, value)))
    print("\nSpread of employers' turnover in two years, points, and what chance at one common rate makes it")
    for cell in ("stay", *WAYS):
        spread, chance = 100 * found[cell]["employers"].mean(axis=0)
        print(f"  {cell:24s} {spread:5.1f} {chance:5.1f}")
    spread, chance = found["stay"]["employers"].mean(axis=0)
    same = np.array_equal(found["alike 0"]["all"], found["alike 1"]["all"], equal_nan=True)
    shares = np.concatenate([cell["shown"][:, SHOWN.index("clipped_found_share")] for cell in found.values()])
    must = {
        "nothing from motive with all owners alike": same,
        "no more found than clipped": bool((shares <= 1.0).all()),
        "employers are spread by more than chance": bool(spread > chance),
        "each is the same employer in every regime": bool(found["stay"]["same employers"].all()),
    }
    for line, holds in must.items():
        print(f"{'holds' if holds else 'FAILS'}: {line}")
    return all(must.values())


def main() -> int:
    """Measure, tell, and leave with whether all holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    ask(parser)
    options = parser.parse_args()
    return 0 if told(measure(options.futures, options.workers, options.keep)) else 1


if __name__ == "__main__":
    sys.exit(main())
