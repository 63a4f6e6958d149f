"""Does every parameter matter? `python -m benchmarks.parameters [--parameter NAME]`.

Each parameter of the register is set at each end of its range in markets that exercise every mechanism, one after the
other, until an indicator has moved by more than a millionth: first from week 0 on in a small settled place, for more
and more weeks; then also while the place settles; then in Wigan, whose market is large enough for rare events.
Exit status 1 where a parameter moves nothing anywhere.
"""

import argparse
import csv
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache, lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.lever_paths import words_within
from caremarket_sim import settling, week
from caremarket_sim.indicators import INDICATORS, add_up, evaluate, record_of
from caremarket_sim.parameters import Numbers, Parameters, register
from caremarket_sim.policy import NEUTRAL, of_preset
from caremarket_sim.scenario import Change, Scenario, load

ROOT = Path(__file__).parents[1]
PLACES = {
    "small": ROOT / "tests" / "data" / "small" / "baseline.yaml",
    "wigan": ROOT / "scenarios" / "wigan" / "baseline.yaml",
    "spot from the start": ROOT / "tests" / "data" / "small" / "baseline.yaml",
    "block from the start": ROOT / "tests" / "data" / "small" / "baseline.yaml",
}
REGIMES = {"spot from the start": of_preset("zero-hours-spot"), "block from the start": of_preset("block")}
"""Under which a place is begun, where it is not under its own."""
SEED = 7
MOVED = 1e-6
"""Relative difference in an indicator above which it has moved."""
YEARS = 2
"""Years that markets settle here: what counts is that everything happens in them, not that they come to rest."""
LONGER = {
    "baseline.spin_up_years": 7,
    "baseline.quick_years": 5,
    "baseline.later_step": 5,
    "baseline.referral_response": 4,
}
"""Years that it takes for these to matter."""
TOGETHER = {
    "travel.reference_area": {"travel.density_exponent": 0.35},
    "travel.longest_leg": {"baseline.travel_share": 0.23, "travel.driving_speed": 30, "travel.parking_minutes": 1},
    "stewardship.smallest_package": {"stewardship.package_cut": 0.03},
    "procurement.reopen_tolerance": {"procurement.reopen_share": 1, "entry.join_hours": 30},
    "exit.tiny_rate": {"exit.tiny_hours": 25},
    "exit.struck_off_rate": {"regulator.inadequate_line": 0.4, "regulator.good_line": 0.55, "regulator.noise": 0.15},
    "exit.tiny_hours": {"exit.tiny_rate": 0.02, "exit.tiny_grace": 26, "entry.hours": 15},
    "exit.tiny_grace": {"exit.tiny_rate": 0.02, "exit.tiny_hours": 25},
    "baseline.lowest_margin": {"baseline.margin_spread": 0.05},
    "overhead.highest": {
        "baseline.margin_spread": 0.05,
        "baseline.other_costs": 0.1,
        "overhead.hiring_allowance": 0.3,
        "overhead.self_funded_cost": 2,
        "pay.opening_spread": 0.4,
    },
    "overhead.lowest": {
        "baseline.margin_spread": 0.05,
        "baseline.other_costs": 0.7,
        "clipping.usual": 0,
        "pay.opening_spread": 0.4,
    },
    "procurement.flattery_reference": {"procurement.gaming": 1, "motive.care_spread": 0.3},
    "motive.writing_slope": {"procurement.gaming": 1, "motive.care_spread": 0.3},
    "entry.coop_capital": {"entry.coop_rate": 1, "entry.hours": 60, "exit.insolvent_weeks": 13},
    "entry.waiting_reference": {"entry.waiting_effect": 10},
    "entry.join_rate": {"entry.join_hours": 30},
    "entry.join_reference_hours": {"entry.join_rate": 0.06, "entry.join_hours": 30},
    "entry.margin_limit": {"entry.margin_effect": 20},
    "procurement.reopen_share": {"procurement.reopen_tolerance": 0.1, "entry.join_hours": 30},
    "stewardship.budget_fall": {
        "stewardship.budget_uprating": 0.7,
        "stewardship.overspend_line": 0.01,
        "stewardship.patience": 1,
    },
    "entry.waiting_limit": {"entry.waiting_effect": 10, "entry.waiting_reference": 0.005},
    "procurement.lowest_bid": {
        "procurement.estimate_error": 0.08,
        "procurement.competition_effect": 1,
        "procurement.volume_premium": 0,
        "procurement.payment_premium": 0,
        "motive.margin": 0.03,
        "overhead.hiring_allowance": 0.3,
    },
    "law.bound_years": {"law.found_chance": 0.05, "law.arrears_years": 1, "law.penalty": 0},
    "leaving.design_voice": {"leaving.voice_ratio": 0.7, "procurement.full_codesign_months": 12},
    "leaving.volatility_limit": {"leaving.volatility_step": 0.03},
    "sourcing.settling_weeks": {"sourcing.unhappy_line": 0.55, "sourcing.switch_rate": 0.03, "experience.memory": 0.2},
    "regulator.inadequate_line": {
        "regulator.noise": 0.15,
        "regulator.inspection_rate": 0.4,
        "quality.resting_level": 0.5,
        "quality.opening_spread": 0.2,
        "sourcing.choice_rating": 1,
        "sourcing.unguided_share": 0.3,
    },
    "regulator.outstanding_line": {
        "regulator.noise": 0.15,
        "regulator.inspection_rate": 0.4,
        "quality.opening_spread": 0.2,
        "sourcing.choice_rating": 1,
        "sourcing.unguided_share": 0.3,
    },
}
"""What is set on both sides where a parameter acts only, or seldom, with others at their values: the area drops out of
the length of a leg where the exponent is a half; the least package is reached after ten cuts of a hundredth; few
opening margins, overheads or readings of quality come near their bounds where they are not spread wide."""

IN_PARTNERSHIP = of_preset("collaborative").changed(
    {
        "contract.outcome_share": 0.5,
        "contract.outcome_measure": "connection",
        "stewardship.capacity_fte": 0.2,
        "stewardship.codesign_months": 6,
        "stewardship.network": 1,
        "stewardship.citizens_share": 1,
        "community.connectors_fte": 3,
        "community.front_door": 1,
        "community.reablement_share": 1,
        "procurement.phase_in_weeks": 8,
        "shocks.provider_failure": 0.3,
        "shocks.absence": 0.05,
        "employment.sick_pay": 1,
    }
)
BY_PRICE = of_preset("block").changed(
    {
        "contract.outcome_share": 0.5,
        "contract.outcome_measure": "independence",
        "contract.payment_basis": "actual_minutes",
        "contract.term_years": 1,
        "fee.ceiling": 21,
        "procurement.max_providers": 3,
        "procurement.weights": {"price": 0.3, "quality": 0.3, "values": 0.3, "social_value": 0.1},
        "stewardship.capacity_fte": 0,
        "stewardship.codesign_months": 1,
        "stewardship.open_book": True,
        "stewardship.profit_norm": 0.01,
        "stewardship.monitoring": 1,
        "community.coop_support": 500_000,
        "community.front_door": 1,
        "community.reablement_share": 1,
        "shocks.demand": 1.5,
        "shocks.fee_freeze": True,
    }
)
BELOW_COST = NEUTRAL.changed(
    {
        "fee.level": 0.78,
        "contract.retainer_weeks": 4,
        "community.coop_support": 500_000,
        "contract.sourcing": "own_choice",
        "contract.outcome_share": 0.3,
        "shocks.labour_supply": 0.4,
        "shocks.absence": 0.1,
    }
)
WITH_PLENTY = NEUTRAL.changed(
    {
        "fee.rule": "open_book",
        "contract.payment_basis": "planned_time",
        "community.coop_support": 500_000,
        "shocks.labour_supply": 2,
    }
)
IN_ZONES = NEUTRAL.changed(
    {"procurement.retender_at_start": True, "procurement.zoned": True, "employment.training_days": 15}
)
BY_LEADS_ALONE = of_preset("collaborative").changed(
    {
        "contract.sourcing": "zoned_lead",
        "procurement.zoned": True,
        "procurement.retender_at_start": True,
        "procurement.backup_share": 0,
        "shocks.demand": 1.3,
    }
)
WITH_A_SERVICE_OF_ITS_OWN = BELOW_COST.changed({"provision.last_resort_hours": 100, "hospital.step_down_beds": 4})
AT_A_GOOD_FEE = NEUTRAL.changed({"fee.level": 1.3})
LESS, MORE = NEUTRAL.changed({"shocks.demand": 0.8}), NEUTRAL.changed({"shocks.demand": 1.2, "fee.uplift_share": 1.3})
POLICIES = {
    "in partnership": (Change(0, IN_PARTNERSHIP),),
    "by price": (Change(0, BY_PRICE), Change(60, BY_PRICE.changed({"shocks.provider_failure": 0.3}))),
    "below cost": (Change(0, BELOW_COST),),
    "with plenty": (Change(0, WITH_PLENTY),),
    "in zones": (Change(0, IN_ZONES),),
    "by leads alone": (Change(0, BY_LEADS_ALONE),),
    "with a service of its own": (Change(0, WITH_A_SERVICE_OF_ITS_OWN),),
    "at a good fee": (Change(0, AT_A_GOOD_FEE),),
    "less, then more": (Change(0, LESS), Change(105, MORE)),
    "as it is": (),
}
"""Markets that between them exercise every mechanism."""
HORIZONS = (13, 54, 182)
"""Weeks after which outcomes are compared; the next only where none has moved."""
KNOWN = ROOT / "caremarket_sim" / "documents" / "where_parameters_move.csv"
"""Where each parameter moved an indicator when this was last run: the first place to look, and what the assumptions
log tells of it."""


class Market(NamedTuple):
    """A place, whether it settles under the parameter that is tried too, and the policy from week 0 on."""

    place: str
    also_settling: bool
    policy: str


class Mark(NamedTuple):
    """Where a parameter at an end of its range moved an indicator; `market` is None where it never did."""

    name: str
    end: float
    market: Market | None = None
    weeks: int = 0
    indicator: str = ""


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
def as_it_is(place: str) -> Scenario:
    """A place with no new policy."""
    found = load(PLACES[place])
    return replace(found, place=found.place.under(REGIMES[place])) if place in REGIMES else found


def scenario(place: str, policy: str, overrides: tuple[tuple[str, float], ...] = ()) -> Scenario:
    """A place under a policy and with some parameters set otherwise, for the longest horizon."""
    start = as_it_is(place)
    parameters = Parameters(dict(overrides))
    return Scenario(policy, "", start.path, start.place, HORIZONS[-1], start.prices, parameters, POLICIES[policy])


def settle(place: str, years: float, overrides: tuple[tuple[str, float], ...]):
    """The place settled some years, which may be fewer than the register allows, with some parameters set otherwise."""
    given = {"baseline.spin_up_years": years, **dict(overrides)}
    return settling.settle(scenario(place, "as it is", tuple(given.items())), SEED)


settled = lru_cache(8)(settle)


def indicators_after(run: Scenario, market) -> Iterator[tuple[int, np.ndarray]]:
    """After each horizon, the weeks and the indicators of all weeks until then."""
    market = settling.fork(market, run)
    done = 0
    for horizon in HORIZONS:
        for number in range(done, horizon):
            week.one_week(market, run.parameters.numbers, Numbers(run.levers_at(number).row), SEED)
        done = horizon
        yield horizon, evaluate(add_up(record_of(market)[:horizon].reshape(1, -1)))[0]


class Usual:
    """Indicators after each horizon without the parameter that is tried; as far as they have been asked for."""

    def __init__(self, place: str, policy: str, years: float, with_it: tuple[tuple[str, float], ...]):
        self.ahead = indicators_after(scenario(place, policy, with_it), settled(place, years, with_it))
        self.found: dict[int, np.ndarray] = {}

    def after(self, horizon: int) -> np.ndarray:
        """All indicators of so many weeks."""
        while horizon not in self.found:
            weeks, values = next(self.ahead)
            self.found[weeks] = values
        return self.found[horizon]


usual = cache(Usual)


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


def markets(name: str) -> list[Market]:
    """Where to try a parameter: in the small place and then in the large one, settled already and then anew."""
    return [
        Market(place, also_settling, policy)
        for place in PLACES
        for also_settling in (False, True)
        if also_settling or read_weekly(name)
        for policy in POLICIES
        if not also_settling or policy in ("in partnership", "as it is")
    ]


def try_out(name: str, end: float, first: Market | None = None) -> Mark:
    """Set a parameter at an end of its range in one market after another, until an indicator moves."""
    if first is not None:
        mark = _try_in(name, end, [first])
        if mark.market:
            return mark
    for place in PLACES:
        for anew in (False, True):
            group = [one for one in markets(name) if (one.place, one.also_settling) == (place, anew)]
            mark = _try_in(name, end, group)
            if mark.market:
                return mark
    return Mark(name, end)


def _try_in(name: str, end: float, group: list[Market]) -> Mark:
    """Try a parameter in several markets, side by side over longer and longer horizons."""
    years = LONGER.get(name, YEARS)
    with_it = tuple(TOGETHER.get(name, {}).items())
    overrides = (*with_it, (name, end))
    again = None
    ahead = {}
    for one in group:
        if one.also_settling:
            again = again or settle(one.place, years, overrides)
        market = again if one.also_settling else settled(one.place, years, with_it)
        ahead[one] = indicators_after(scenario(one.place, one.policy, overrides), market)
    for _ in HORIZONS if ahead else ():
        for one in group:
            horizon, values = next(ahead[one])
            indicator = moved(usual(one.place, one.policy, years, with_it).after(horizon), values)
            if indicator:
                return Mark(name, end, one, horizon, indicator)
    return Mark(name, end)


def known_markets() -> dict[tuple[str, float], Market]:
    """By parameter and end, the market in which it moved an indicator when this was last run."""
    with KNOWN.open(encoding="utf-8", newline="") as file:
        return {
            (row["parameter"], float(row["end"])): Market(row["place"], row["also_settling"] == "yes", row["policy"])
            for row in csv.DictReader(file)
        }


def keep(marks: list[Mark]) -> None:
    """Keep where each parameter that was tried moved an indicator; what is known of the others stays."""
    tried = {(mark.name, mark.end) for mark in marks}
    rows = {(mark.name, mark.end): _row(mark) for mark in marks if mark.market}
    with KNOWN.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = row["parameter"], float(row["end"])
            if key not in tried:
                rows[key] = tuple(row.values())
    with KNOWN.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("parameter", "end", "place", "also_settling", "policy", "weeks", "indicator"))
        table.writerows(rows[key] for key in ends() if key in rows)


def _row(mark: Mark) -> tuple:
    """A mark as a line of the file."""
    assert mark.market
    place, anew, policy = mark.market
    return mark.name, mark.end, place, "yes" if anew else "no", policy, mark.weeks, mark.indicator


def measure(chosen: list[tuple[str, float]], workers: int = 2) -> list[Mark]:
    """Try every parameter at every end."""
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        return list(pool.map(try_out, *zip(*chosen, strict=True), chunksize=8))


def main() -> int:
    """Try the parameters, and print those that move nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parameter", action="append", choices=list(register()), help="only this one; may be repeated")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="keep where each moved an indicator, for the tests")
    options = parser.parse_args()
    began = time.perf_counter()
    marks = measure(ends(options.parameter or ()), options.workers)
    if options.keep:
        keep(marks)
    dead = [mark for mark in marks if not mark.market]
    print(f"{len(marks)} ends tried in {time.perf_counter() - began:.0f} s; {len(dead)} move nothing")
    for mark in dead:
        print(f"{mark.name} at {mark.end:g}: {register()[mark.name].meaning}")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
