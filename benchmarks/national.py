"""Does every item of the national calendar move what it declares? `python -m benchmarks.national [--item NAME]`.

Each item is set from the second April on at one value against another, with what it needs on both sides, on paired
futures of Wigan without new policy, three years long; the paired t of its declared indicator over years 2 and 3 says
whether it moved the declared way. Then all is told without the calendar: what April 2025 and all that follows do
to the market over five years, against rules held as they were in 2024/25 but for wages and prices. Exit status 1 where
an item does not move what it declares.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from caremarket_sim import settling
from caremarket_sim.compiled import cache_folder
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.national import calendar
from caremarket_sim.scenario import Scenario, load

FIRST_SEED = 7000
CLEAR = 3.0
"""|t| above which the declared indicator has moved."""
FROM = "2025-04-01"
TRIED: dict[str, tuple[object, object]] = {
    "national_living_wage": ("+0%", "+8%"),
    "real_living_wage": ("+0%", "+8%"),
    "price_inflation": (0.02, 0.08),
    "insurance_rate": (0.138, 0.15),
    "insurance_threshold": (9100, 5000),
    "fair_pay_premium": (0, 1),
    "fair_pay_grant": (0, 0.24),
    "inspections": (1, 0.35),
    "applicants_from_abroad": (1, 10),
    "guaranteed_hours_duty": (False, True),
    "guaranteed_hours_reference": (12, 52),
    "guaranteed_hours_limit": (0.1, 30),
    "cancelled_shift_pay": (0, 0.5),
}
"""One value of each item and another."""
NEEDS: dict[str, dict[str, object]] = {
    "guaranteed_hours_reference": {"guaranteed_hours_duty": True},
    "guaranteed_hours_limit": {"guaranteed_hours_duty": True},
}
"""Other items that it needs, set on both sides."""
LEVERS_NEEDED = {"real_living_wage": {"employment.wage_floor": "real_living_wage"}}
AS_IT_WAS = {
    "insurance_rate": 0.138,
    "insurance_threshold": 9100,
    "fair_pay_premium": 0,
    "fair_pay_grant": 0,
    "inspections": 1,
    "applicants_from_abroad": 1,
    "guaranteed_hours_duty": False,
    "cancelled_shift_pay": 0,
}
"""The rules of 2024/25, but for wages and prices."""
TOLD = (
    "national_insurance", "median_margin", "hand_backs", "closures", "people_waiting", "turnover", "vacancy_rate",
    "zero_hours_share", "effective_pay", "idle_pay", "undelivered_share", "council_spend", "inspections",
)  # fmt: skip


def yearly(scenario: Scenario, seed: int) -> np.ndarray:
    """Every indicator in every year of one future."""
    (outcome,) = settling.simulate(seed, [scenario], cache_folder())
    return outcome.yearly


def declared(name: str, seeds: range, place: Scenario) -> tuple[float, float]:
    """How far the declared indicator moves over years 2 and 3, and its paired t."""
    place = place.with_weeks(156).with_levers(LEVERS_NEEDED.get(name, {}))
    at = list(INDICATORS).index(calendar()[name].indicator)
    found = []
    for seed in seeds:
        one, other = (
            yearly(place.with_national(FROM, {**NEEDS.get(name, {}), name: value}), seed)[1:, at].mean()
            for value in TRIED[name]
        )
        found.append(other - one)
    moved = np.array(found)
    error = moved.std(ddof=1) / np.sqrt(len(moved))
    return float(moved.mean()), float(moved.mean() / error) if error > 0.0 else float(np.sign(moved.mean()) * np.inf)


def as_declared(name: str, moved: float, t: float) -> bool:
    """Whether an item moved its indicator the declared way."""
    before, after = TRIED[name]
    up = -1 if isinstance(after, (int, float)) and isinstance(before, (int, float)) and after < before else 1
    return abs(t) >= CLEAR and np.sign(moved) == up * calendar()[name].direction


def main() -> int:
    """Try every item, or those named."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--futures", type=int, default=8)
    asked.add_argument("--item", action="append", choices=list(TRIED))
    given = asked.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + given.futures)
    place = load(Path(__file__).parents[1] / "scenarios" / "wigan" / "baseline.yaml")
    failed = []
    for name in given.item or TRIED:
        moved, t = declared(name, seeds, place)
        right = as_declared(name, moved, t)
        failed += [] if right else [name]
        before, after = TRIED[name]
        said = "as declared" if right else "NOT as declared"
        print(f"{name} {before} to {after}: {calendar()[name].indicator} {moved:+.4g} (t {t:+.1f}), {said}", flush=True)
    if given.item is None:
        ways = {"calendar": place, "as in 2024/25": place.with_national("2024-04-01", AS_IT_WAS)}
        found = {way: np.mean([yearly(one, seed) for seed in seeds], axis=0) for way, one in ways.items()}
        for name in TOLD:
            at = list(INDICATORS).index(name)
            for way, years in found.items():
                print(f"{name:20} {way:14} " + " ".join(f"{value:12.4g}" for value in years[:, at]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
