"""Do firms come, hand back and go as firms do? `python -m benchmarks.firms [--futures 20]`.

Paired futures of Wigan, each from one settled market: as it is; with twice as many firms that might come; with a fifth
of the applicants from outside care; with absence a tenth higher; and closed to four providers, each the lead of zones.
Exit status 1 where twice the entrants do not clearly raise contracted providers within two years, where quality rises
with a fifth of the applicants, or where that does not show in undelivered hours and in the queue.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

PLACE = Path(__file__).parents[1] / "scenarios" / "wigan" / "baseline.yaml"
AS_IT_IS, TWICE, A_FIFTH, ABSENT, FOUR = "as it is", "twice the entrants", "a fifth apply", "more absent", "four leads"
WORLDS = (AS_IT_IS, TWICE, A_FIFTH, ABSENT, FOUR)
YEARS = 5
FROM_WEEK = 104
"""Week from which closures are counted: by then every policy is in force."""
FIRST_SEED = 4000
BY_YEAR = ("contracted providers", "providers", "quality", "good or better", "waiting", "undelivered", "missed visits")
SMALL, LARGE = 300.0, 1000.0
"""Hours a week up to which a firm is small, and from which it is large."""
A_LOT, A_CONTRACT = 20, 50
"""Packages handed back at once that are many, and that are as many as a contract."""


@dataclass
class Watched:
    """One future of one world: a row a year and the start, hand-backs as (packages, hours of the firm, all it had), and
    for each contracted firm that closed what had happened to it."""

    years: list[list[float]] = field(default_factory=list)
    hand_backs: list[tuple[int, float, bool]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


def worlds(start) -> Iterator[tuple[str, object]]:
    """Each world as a scenario of the place."""
    from caremarket_sim.parameters import Parameters

    start = start.with_weeks(52 * YEARS)
    entrants = start.parameters.numbers.entry_rate
    yield AS_IT_IS, start
    yield TWICE, replace(start, parameters=Parameters({"entry.rate": 2.0 * entrants}))
    yield A_FIFTH, start.with_levers(shocks__labour_supply=0.2)
    yield ABSENT, start.with_levers(shocks__absence=0.1)
    leads = {"procurement__retender_at_start": True, "procurement__zoned": True, "procurement__providers_per_zone": 1}
    yield FOUR, start.with_levers(**leads, procurement__max_providers=4, contract__sourcing="zoned_lead")


def watch(scenario, settled, seed: int) -> Watched:
    """Go through a future week by week and look at its firms."""
    from caremarket_sim import settling
    from caremarket_sim.week import one_week

    market, numbers = settling.fork(settled, scenario), scenario.parameters.numbers
    found = Watched()
    sums = np.zeros(4)
    for week in range(scenario.weeks + 1):
        if week % 52 == 0:
            found.years.append(year_of(market, sums))
            sums[:] = 0.0
        if week == scenario.weeks:
            return found
        providers = market.providers
        before = dict(
            zip(providers.number.tolist(), zip(providers.closing, providers.contracted, strict=True), strict=True)
        )
        one_week(market, numbers, scenario.levers_at(week), seed)
        sums += firms_are_asked(market, before, found, round(numbers.exit_notice_weeks), numbers)
    return found


def year_of(market, sums) -> list[float]:
    """What is looked at every year."""
    providers = market.providers
    trading, listed = providers.open == 1, (providers.open == 1) & (providers.contracted == 1)
    rated, delivered = trading & (providers.rating > 0), np.maximum(providers.delivered, 1e-9)
    due, missing, visits, missed = np.maximum(sums, 1e-9)
    quality = float(np.average(providers.quality[trading], weights=delivered[trading]))
    good = float((providers.rating[rated] >= 3).mean())
    return [
        *(float(listed.sum()), float(trading.sum()), quality, good),
        *(float(market.commissioners.waiting.sum()), missing / due, missed / visits),
    ]


def firms_are_asked(market, before, found: Watched, notice: int, p) -> np.ndarray:
    """What firms did this week; hours due and undelivered, visits due and missed in it."""
    providers, clients = market.providers, market.clients
    for j in range(len(providers)):
        closing, contracted = before.get(int(providers.number[j]), (0, 0))
        if providers.closing[j] > 0 and closing == 0 and contracted == 1 and market.week > FROM_WEEK:
            found.closed.append(what_happened(providers.rows[j], p))
        if contracted == 1 and (providers.contracted[j] == 0 or (providers.losing[j] == -p.exit_away_weeks).any()):
            theirs = (clients.provider == j) & (clients.payer == 0) & (clients.notice == notice)
            if theirs.any():
                found.hand_backs.append(
                    (int(theirs.sum()), float(providers.usual_hours[j]), not providers.contracted[j])
                )
    due = float(providers.due.sum())
    visits = float(providers.visits_due.sum())
    missing = due - float(providers.delivered.sum())
    return np.array([due, missing, visits, float(clients.missed[clients.status == 1].sum())])


def what_happened(provider, p) -> str:
    """Why a firm closes, as far as can be told from outside."""
    if provider["rating"] == 1:
        return "found inadequate"
    if provider["weeks_insolvent"] >= p.exit_insolvent_weeks:
        return "out of money"
    return "hardly any work" if provider["demand"] < p.exit_tiny_hours else "the owner gave up"


def one_future(seed: int) -> list[Watched]:
    """Each of the WORLDS of one future: all of them begin from one settled market."""
    from caremarket_sim import settling
    from caremarket_sim.scenario import load

    start = load(PLACE)
    settled = settling.settled_market(start, seed, None)
    return [watch(scenario, settled, seed) for _, scenario in worlds(start)]


def measure(futures: int, workers: int | None = None) -> dict[str, list[Watched]]:
    """Every future of every world."""
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        found = list(pool.map(one_future, range(FIRST_SEED, FIRST_SEED + futures)))
    return {name: [future[k] for future in found] for k, name in enumerate(WORLDS)}


def sizes_in_words(watched: list[Watched]) -> str:
    """Sizes of hand-backs, and of the firms that they come from."""
    events = [event for one in watched for event in one.hand_backs]
    if not events:
        return "nobody handed anything back"
    sizes, hours = np.array([event[0] for event in events]), np.array([event[1] for event in events])
    low, middle, high = np.quantile(sizes, (0.1, 0.5, 0.9))
    whole = np.mean([event[2] for event in events])
    return (
        f"{len(events) / len(watched) / YEARS:.1f} a year; packages: median {middle:.0f}, a tenth at most {low:.0f}, "
        f"a tenth at least {high:.0f}, largest {sizes.max()}; {np.mean(sizes >= A_LOT):.0%} of {A_LOT} or more, "
        f"{np.mean(sizes >= A_CONTRACT):.0%} of {A_CONTRACT} or more; whole contracts {whole:.0%}; from firms "
        f"under {SMALL:g} hours a week {np.mean(hours < SMALL):.0%}, over {LARGE:g} {np.mean(hours > LARGE):.0%}"
    )


def main() -> int:
    """Measure, print the worlds, and say what does not hold."""
    from caremarket_sim.methods.statistics import interval

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--futures", type=int, default=20)
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    found = measure(options.futures, options.workers)
    years = {name: np.array([one.years for one in watched]) for name, watched in found.items()}
    print(f"{options.futures} paired futures\n\n{'':22s}{'year':>5s}" + "".join(f"{name:>22s}" for name in BY_YEAR))
    for name, values in years.items():
        for year, row in enumerate(values.mean(axis=0)):
            print(f"{name:22s}{year:5d}" + "".join(f"{value:22.4g}" for value in row))
    print("\nHand-backs")
    for name, watched in found.items():
        print(f"  {name}: {sizes_in_words(watched)}")
    print("\nContracted firms that closed")
    for name, watched in found.items():
        reasons = [reason for one in watched for reason in one.closed]
        told = ", ".join(f"{reasons.count(one)} {one}" for one in sorted(set(reasons)))
        held = float(years[name][:, 2:, 0].mean())
        rate = len(reasons) / options.futures / (YEARS - FROM_WEEK / 52) / max(held, 1.0)
        print(f"  {name}: {rate:.1%} a year of those there; {told or 'none'}")
    wrong = []

    def differs(world: str, what: str, year: int, up: bool) -> None:
        k = BY_YEAR.index(what)
        apart = interval(years[world][:, year, k] - years[AS_IT_IS][:, year, k])
        clear = apart.low > 0.0 if up else apart.high < 0.0
        print(f"  {what}, {world}, year {year}: {apart.mean:+.4g} ({apart.low:+.4g} to {apart.high:+.4g})")
        if not clear:
            wrong.append(f"{what} does not clearly {'rise' if up else 'fall'}: {world}")

    print("\nAgainst the place as it is, with 95% intervals")
    differs(TWICE, "contracted providers", 2, True)
    differs(A_FIFTH, "quality", YEARS, False)
    differs(A_FIFTH, "undelivered", YEARS, True)
    differs(A_FIFTH, "waiting", YEARS, True)
    differs(ABSENT, "missed visits", YEARS, True)
    print("\n" + ("does not hold: " + "; ".join(wrong) if wrong else "all holds"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
