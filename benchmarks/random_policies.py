"""Is any policy absurd? `python -m benchmarks.random_policies [--policies 1000] [--years 7]`.

Wigan at full size under policies drawn at random: every lever, its bounds included, set anew at random dates. The
policy of a number is always the same. Checked of each, in every year:

* the books balance to the penny: what providers have is what they had and what the books say they got and paid;
* what is recorded is a number, every share lies in [0, 1], and an indicator is empty where there is nobody to measure,
  never infinite;
* no party and no single provider gains or loses more than ten times what the place's providers turned over in the year
  before the start;
* hundreds do not wait in hospital, on the year's average, while the council spends clearly less than its budget;
* everybody is in one state: known once, with a provider that trades where care is received or a place is kept, and with
  none otherwise; and whoever was ever referred and has not died draws on homecare or is followed elsewhere.

Exit status 1 where any policy fails; its line says of what. `--first` asks of other numbers. `--twin 200` asks instead
whether so many small markets under such policies agree for 60 weeks with the same week in slow plain Python.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

PLACE = Path(__file__).parents[1] / "scenarios" / "wigan" / "baseline.yaml"
MARKET = 7
"""The one settled market that all policies begin from."""
LIVES = 20_261
"""What the draws of policies are keyed by, beside their number."""
CHANGES = 4
"""Most dates at which a policy is set anew."""
AT_A_BOUND = 0.3
"""How often a number is one of its bounds."""
TIMES = 10.0
"""Times the place's turnover that nobody gains or loses in a year."""
MANY = 500
"""People fit to leave hospital who do not wait in it while the council spends less than `CLEARLY` its budget."""
CLEARLY = 0.95
NO_SHARES = (
    "turnover",
    "closure_rate",
    "hours_volatility",
    "income_spread",
    "turnover_gap",
    "median_margin",
    "marginal_margin",
)
"""Of what is counted in shares, those that may be more than the whole or less than nothing: events a year for each, a
spread over a mean, a difference, a loss over revenue."""


def drawn_value(lever, rng: np.random.Generator):
    """A value of a lever at random: any option, or a number between its bounds or at one."""
    if lever.kind == "flag":
        return bool(rng.integers(2))
    if lever.kind == "weights":
        parts = rng.dirichlet(np.ones(len(lever.parts)))
        if rng.random() < AT_A_BOUND:
            parts = np.eye(len(parts))[rng.integers(len(parts))]
        return dict(zip(lever.parts, (parts / parts.sum()).tolist(), strict=True))
    words = (*lever.options, "none") if lever.may_be_none else lever.options
    if lever.kind == "choice" or (words and rng.random() < AT_A_BOUND):
        return words[rng.integers(len(words))]
    if lever.allowed:
        return lever.allowed[rng.integers(len(lever.allowed))]
    low, high = lever.bounds
    value = (low, high)[rng.integers(2)] if rng.random() < AT_A_BOUND else rng.uniform(low, high)
    return round(value) if lever.kind == "whole" else float(value)


def random_policy(number: int, weeks: int):
    """The changes of a policy: some or most levers from the first week, and some of them anew at later dates."""
    from caremarket_sim.policy import LEVERS, NEUTRAL
    from caremarket_sim.scenario import Change

    rng = np.random.default_rng([LIVES, number])
    dates = [0, *sorted(rng.choice(np.arange(1, weeks), rng.integers(CHANGES), replace=False).tolist())]
    levers, changes = NEUTRAL, []
    for date in dates:
        share = rng.random()
        values = {key: drawn_value(lever, rng) for key, lever in LEVERS.items() if rng.random() < share}
        levers = levers.changed(values)
        changes.append(Change(date, levers))
    return tuple(changes)


@cache
def settled():
    """The place, its settled market, and what its providers turned over in the year before the start, £."""
    from caremarket_sim import settling
    from caremarket_sim.scenario import load

    place = load(PLACE)
    market = settling.settle(place, MARKET)
    names = ("fees", "emergency", "self_funded")
    return place, market, float(sum(market.series[name][-52:].sum() for name in names))


def faults_of(number: int, years: int) -> list[str]:
    """What is wrong with a policy's years, in words; nothing where all holds."""
    from caremarket_sim import settling, week
    from caremarket_sim.parameters import Numbers

    place, market, turnover = settled()
    scenario = replace(place.with_weeks(52 * years), changes=random_policy(number, 52 * years))
    market = settling.fork(market, scenario)
    found: list[str] = []
    before = at_the_start(market)
    for at in range(scenario.weeks):
        week.one_week(market, scenario.parameters.numbers, Numbers(scenario.levers_at(at).row), MARKET)
        if at % 52 == 51:
            found += [f"year {at // 52 + 1}: {fault}" for fault in year_is_sound(market, before, turnover)]
            before = at_the_start(market)
    return found


def twin_disagrees(number: int, weeks: int = 60) -> list[str]:
    """Where the books, hours, sourcing and roster of a small market differ from those in plain Python, in words."""
    from tests import small_place, test_books, test_compiled, test_hours

    scenario = replace(small_place.small(weeks=weeks), changes=random_policy(number, weeks))
    watched = dict.fromkeys((*test_books.WATCHED, *test_compiled.WATCHED, "care_is_experienced"))
    p = scenario.parameters.numbers
    for week, seen in enumerate(small_place.weekly(scenario, small_place.begun(scenario), watched=watched)):
        try:
            test_books.check_week(scenario, seen)
            test_hours.check_hours(seen)
            test_compiled.check_sourcing(seen, p)
            test_compiled.check_roster(seen, p)
        except AssertionError as different:
            return [f"week {week}: {different}"]
    return []


def at_the_start(market) -> tuple[np.ndarray, dict[int, int], int, float]:
    """What a year begins with: purses by party and cash by provider's number, in pence, people alive, and the budget,
    £ a week."""
    cash = dict(zip(market.providers.number.tolist(), market.providers.cash.tolist(), strict=True))
    return market.purses[0].copy(), cash, people_alive(market), float(market.commissioners.budget[0])


def people_alive(market) -> int:
    """Everybody who was ever referred and has not died: in homecare, or followed elsewhere."""
    from caremarket_sim.market.codes import DIED, LEFT

    elsewhere = (market.followed.state != DIED) & (market.followed.state != LEFT)
    return int((market.clients.status != LEFT).sum() + elsewhere.sum())


def year_is_sound(market, before, turnover: float) -> Iterator[str]:
    """What is wrong with the year that has just ended."""
    from caremarket_sim.indicators import INDICATORS, add_up, evaluate, record_of
    from caremarket_sim.market.ledger import PARTIES, PARTY

    purses, cash, here, budget = before
    gained = market.purses[0] - purses
    now = dict(zip(market.providers.number.tolist(), market.providers.cash.tolist(), strict=True))
    if gained.sum() != 0 or sum(now.values()) - sum(cash.values()) != gained[PARTY["providers"]]:
        yield "the books do not balance"
    limit = 100.0 * TIMES * turnover
    for name, pence in zip(PARTIES, gained, strict=True):
        if abs(pence) > limit:
            yield f"{name} have gained £{pence / 1e8:,.0f}m"
    for number, pence in now.items():
        if abs(pence - cash.get(number, 0)) > limit:
            yield f"a provider has gained £{(pence - cash.get(number, 0)) / 1e8:,.0f}m"
    year = np.ascontiguousarray(record_of(market)[market.week - 52 : market.week])
    for name in year.dtype.names or ():
        if not np.isfinite(year[name]).all():
            yield f"{name} is recorded as {year[name][~np.isfinite(year[name])][0]}"
    values = evaluate(add_up(year.reshape(1, -1)))[0]
    for one, value in zip(INDICATORS.values(), values, strict=True):
        is_share = (one.unit.startswith("share") or one.unit == "0 to 1") and one.id not in NO_SHARES
        if np.isinf(value) or (is_share and not np.isnan(value) and not -1e-9 <= value <= 1.0 + 1e-9):
            yield f"{one.id} is {value:.4g}"
    spend = values[list(INDICATORS).index("council_spend")] / 52.0
    if year["fit"].mean() > MANY and spend < CLEARLY * budget:
        yield f"{year['fit'].mean():.0f} wait in hospital while the council spends {spend / budget:.0%} of its budget"
    yield from everybody_is_in_one_state(market, here, year)


def everybody_is_in_one_state(market, before: int, year: np.ndarray) -> Iterator[str]:
    """What is wrong with where people are."""
    from caremarket_sim.market.codes import IN_HOSPITAL, LEFT, RECEIVING

    people = market.clients
    if len(np.unique(people.number)) < len(people):
        yield "somebody is known twice"
    has_place = (people.status == RECEIVING) | ((people.status == IN_HOSPITAL) & (people.kept == 1))
    if ((people.provider >= 0) != has_place).any():
        yield "somebody has a provider who should have none, or none who should have one"
    if (market.providers.open[people.provider[people.status == RECEIVING]] == 0).any():
        yield "somebody receives care from a provider that has closed"
    if (people.status > LEFT).any():
        yield "somebody is in a state that there is not"
    died = year["n_deaths"].sum() + year["n_deaths_elsewhere"].sum()
    if people_alive(market) != before + year["n_referrals"].sum() - died:
        yield "people have come or gone who have not been counted"


def main() -> int:
    """Print a line a policy that fails, and how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policies", type=int, default=1000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--years", type=int, default=7)
    parser.add_argument("--twin", type=int, default=0, help="small markets to hold against plain Python instead")
    parser.add_argument("--workers", type=int, help="side by side; as many as processors unless told")
    options = parser.parse_args()
    numbers = range(options.first, options.first + (options.twin or options.policies))
    work = twin_disagrees if options.twin else partial(faults_of, years=options.years)
    failed = 0
    with ProcessPoolExecutor(options.workers or os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        for done, (number, faults) in enumerate(zip(numbers, pool.map(work, numbers), strict=True), 1):
            if faults:
                failed += 1
                print(f"policy {number}: {len(faults)} faults; " + "; ".join(faults[:4]), flush=True)
            if done % 50 == 0:
                print(f"{done} of {len(numbers)} policies, {failed} failed", flush=True)
    what = "agree with plain Python" if options.twin else f"of {options.years} years are sound"
    print(f"{len(numbers) - failed} of {len(numbers)} policies {what}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
