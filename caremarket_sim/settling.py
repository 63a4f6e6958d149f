"""ODD 5: the years that let a market settle, its fork into scenarios, and what is kept of it."""

import hashlib
import platform
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, reduce
from operator import add
from pathlib import Path

import numpy as np

from .compiled.keeping import keep, kept
from .errors import DoesNotSettle
from .indicators import Outcome, outcome_of
from .market.codes import DIED, LEFT
from .market.law import solve_care_weight
from .market.market import Market
from .market.record import COUNCIL_INCOME, COUNCIL_LINES, RECORD
from .market.stored import NotAMarket, from_bytes, to_bytes
from .mechanisms.closing import providers_close
from .mechanisms.entry import agencies_join_the_list, firms_consider_coming, providers_enter
from .mechanisms.hand_backs import providers_hand_back
from .mechanisms.regulator import regulator_inspects
from .mechanisms.tender import contracts_run_out, gaps_are_filled
from .opening import make_market, price_path
from .parameters import Numbers
from .regimes import BEGINNING, course_of
from .week import PROCESSES, one_week

WHAT_A_LIST_SAYS = (
    providers_close,
    firms_consider_coming,
    providers_enter,
    agencies_join_the_list,
    regulator_inspects,
    providers_hand_back,
)
"""Processes that wait for week 0 where the place lists its providers: who there is, with a contract or not, and rated
how, is known of that day. Closures and entries then show no rush (tried: as many in year 1 as without a list)."""


def settle(scenario, seed: int, cache: Path | None = None) -> Market:
    """The market of a scenario's place at week 0: the baseline's, or, where the place has a regime of its own, what
    became of the baseline's under it (see `regimes`)."""
    place = scenario.place
    if place.is_baseline:
        return settle_baseline(scenario, seed)
    baseline = settled_market(replace(scenario, place=place.baseline), seed, cache)
    home = None if place.home is None else settled_market(replace(scenario, place=place.home), seed, cache)
    return settle_regime(baseline.copy(), scenario, seed, home)


def settled_on_the_way(scenario) -> list:
    """A scenario for each market that is settled to settle this one's, in order."""
    place = scenario.place
    ways = {one.key: one for one in (place.baseline, place.home or place, place)}
    return [replace(scenario, place=one) for one in ways.values()]


def settle_baseline(scenario, seed: int) -> Market:
    """Spin up at neutral levers and frozen prices until the market has settled, and solve its intercepts.

    Every year the intercepts that no evidence gives (leaving, contracts, lateness, travel legs, hours a post,
    referrals) move towards what meets the baseline's levels, on expected rather than drawn events where that is
    possible, so that little chance gets into them; at the end they are frozen for all scenarios and regimes.
    """
    listed = len(scenario.place.providers) > 0
    processes = tuple(process for process in PROCESSES if not (listed and process in WHAT_A_LIST_SAYS))
    parameters = scenario.parameters.numbers
    market = make_market(scenario, seed)
    decided = Numbers(scenario.place.regime.row)
    weeks = 52 * round(parameters.baseline_spin_up_years)
    market.week = -weeks
    for week in range(weeks):
        one_week(market, parameters, decided, seed, processes)
        if week % 52 == 51:
            solve_intercepts(market, parameters, scenario.place, (week + 1) // 52, last=week + 1 == weeks)
    begin(market)
    return market


def settle_regime(market: Market, scenario, seed: int, home: Market | None) -> Market:
    """Run the settled baseline on under the place's regime, for whole contract cycles, and start the clock again.

    Nothing is solved but referrals, so that the place's numbers hold. The budget follows what is spent, as ever. `home`
    is the market of the same place under its own regime, where this one is asked about in its stead: people are then
    referred as there.
    """
    place, parameters = scenario.place, scenario.parameters.numbers
    known_of_day_one = home is None and len(place.providers) > 0
    course = course_of(place, parameters, seed, known_of_day_one)
    left_out = (*WHAT_A_LIST_SAYS, contracts_run_out, gaps_are_filled) if known_of_day_one else ()
    processes = tuple(process for process in PROCESSES if process not in left_out)
    market.week = BEGINNING
    market.series = np.zeros((course.cycle, len(market.commissioners)), RECORD)
    if home is not None:
        for field in ("referral_factor", "self_referral_factor"):
            market.commissioners.rows[field] = home.commissioners.rows[field]
    before, after = Numbers(market.asked.copy()), Numbers(course.levers.row)
    for week in range(course.weeks):
        one_week(market, parameters, before if week < course.lead else after, seed, processes)
        if home is None and week % 52 == 51:
            for council in range(len(market.commissioners)):
                total = recorded(market, council)
                row, last = market.commissioners.rows[council], week + 1 == course.weeks
                solve_referrals(row, total, parameters, place, week // 52 + 1, last)
    for council in range(len(market.commissioners)):
        row = market.commissioners.rows[council]
        if known_of_day_one and place.tendered:
            row["contract_end"] = market.week + course.cycle - course.phase
        row["contract_end"] -= market.week
    for levers in (market.levers, market.decided, market.asked):
        levers["procurement_retender_at_start"] = 0.0
    market.series = np.roll(market.series, -(market.week % course.cycle), axis=0)
    begin(market)
    return market


def recorded(market: Market, council: int) -> dict[str, float]:
    """Sums over the weeks that are recorded, by name."""
    return {name: float(market.series[name][:, council].sum()) for name in RECORD.names or ()}


def solve_intercepts(market: Market, parameters, place, year: int, last: bool = False) -> None:
    """Move each intercept towards the baseline's level by what last year missed; smaller steps later.

    In the last year referrals are set to what holds the place's numbers, without a pull towards them.
    """
    for council in range(len(market.commissioners)):
        solve_intercepts_of(market, council, parameters, place, year, last)


def solve_intercepts_of(market: Market, council: int, p, place, year: int, last: bool) -> None:
    """The intercepts of one council's place."""
    row = market.commissioners.rows[council]
    total = recorded(market, council)
    step = 1.0 if year <= p.baseline_quick_years else p.baseline_later_step

    def logit(share):
        return np.log(share / (1.0 - share))

    leavers = total["n_expected_leavers"] + total["n_leavers"] - total["n_leavers_in_post"]
    turnover = np.clip(leavers / max(total["in_post"] / 52.0, 1.0), 0.01, 0.9)
    row["leaving_intercept"] += step * (logit(p.baseline_turnover) - logit(turnover))
    zero = np.clip(total["zero_hours"] / max(total["in_post"], 1.0), 0.01, 0.99)
    row["contract_intercept"] += step * (logit(zero) - logit(p.baseline_zero_hours_share))
    late = np.clip(total["late"] / max(total["visits_due"], 1.0), 0.005, 0.9)
    row["care_weight"] = solve_care_weight(market, council, p)
    row["late_intercept"] += step * (logit(p.baseline_late_share) - logit(late))
    travel = total["travel"] / max(total["travel"] + total["contact"], 1.0)
    wanted = p.baseline_travel_share / (1.0 - p.baseline_travel_share)
    row["leg_factor"] *= (wanted * (1.0 - travel) / max(travel, 0.01)) ** step
    waiting = max(total["waiting_council"] / 52.0, 1.0)
    aim = p.baseline_waiting_share * place.council_clients
    change = step * p.baseline_post_response * np.log(aim / waiting)
    row["hours_a_post"] += np.clip(change, -p.baseline_post_step, p.baseline_post_step)
    solve_referrals(row, total, p, place, year, last)
    solve_prices(market.providers, council, place)
    memory = 1.0 if year == 1 else step
    for field, top, bottom in (
        ("experience_reference", "experience", "receiving"),
        ("continuity_reference", "continuity", "receiving"),
        ("volatility_reference", "volatility", "in_post"),
    ):
        row[field] += memory * (total[top] / max(total[bottom], 1.0) - row[field])
    row["budget"] = spent_a_week(total)


def solve_prices(providers, council: int, place) -> None:
    """Markups with which an hour that people pay for themselves costs what it does in the place, on average."""
    here = (providers.council == council) & (providers.open == 1)
    hours = np.where(here, np.maximum(providers.committed - providers.council_hours, 0.0), 0.0)
    if hours.sum() > 0.0:
        short = np.where(here, place.self_funder_price - np.average(providers.price, weights=hours), 0.0)
        providers.markup += short
        providers.price += short


def solve_referrals(row, total: dict[str, float], p, place, year: int, last: bool) -> None:
    """Referrals that balance those who left in the weeks summed in `total`, with a pull towards the place's numbers."""
    receiving = {"council": total["receiving_council"], "self": total["receiving"] - total["receiving_council"]}
    for field, payer, count in (
        ("referral_factor", "council", place.council_clients),
        ("self_referral_factor", "self", place.self_funders),
    ):
        here = max(receiving[payer], 1.0)
        balance = total[f"n_expected_to_leave_{payer}"] / here * count
        if balance > count:  # as many leave in a week as the place has: they leave the queue, and nobody gets care
            raise DoesNotSettle(
                f"in year {year} of settling some {here / total['weeks']:,.1f} of the place's {count:,} people whose "
                f"payer is {payer} got care in a week, and nobody can be found to give more"
            )
        pull = 0.0 if last else p.baseline_referral_response * (total["weeks"] * count / here - 1.0)
        row[field] = balance * (1.0 + pull)


def spent_a_week(total: dict[str, float]) -> float:
    """The council's net spend a week at contract rates over the weeks summed in `total`, £."""
    lines = (line for line in COUNCIL_LINES if line != "emergency")
    spent = reduce(add, (total[line] for line in lines))  # `sum` rounds otherwise from Python 3.12 on
    returned = reduce(add, (total[line] for line in COUNCIL_INCOME))
    return (spent - returned) / total["weeks"]


def begin(market: Market) -> None:
    """Start the clock: week 0, empty books, sums of the year at zero, and from now on a budget that holds."""
    market.week = 0
    market.paid_before[:] = 0
    market.ledger[:] = 0
    market.breakdowns.clear()
    council = market.commissioners
    council.quarter_spend = council.year_spend = council.died = 0.0
    council.budgeted = 1.0
    for c in range(len(council)):
        here = np.count_nonzero((market.clients.status != LEFT) & (market.clients.council == c))
        gone = (market.followed.state == DIED) | (market.followed.state == LEFT)
        council.referred[c] = here + np.count_nonzero(~gone & (market.followed.council == c))
    market.providers.year_surplus = market.providers.return_owed = 0.0
    market.providers.year_revenue = market.providers.year_council = 0.0


def fork(settled: Market, scenario) -> Market:
    """A copy of the settled market in which the scenario's weeks are recorded and its prices move."""
    market = settled.copy()
    p = scenario.parameters.numbers
    market.price_path = price_path(scenario, p)
    market.commissioners.growth = 0.0 if scenario.prices == "frozen" else p.demand_growth_rate
    market.series = np.zeros((scenario.weeks, len(market.commissioners)), RECORD)
    return market


def go_through(scenario, market: Market, seed: int) -> Market:
    """Simulate all the scenario's weeks on a forked market."""
    row = None
    for week in range(scenario.weeks):
        levers = scenario.levers_at(week)
        if row is None or levers is not row[0]:
            row = (levers, Numbers(levers.row))
        one_week(market, scenario.parameters.numbers, row[1], seed)
    return market


def simulate(seed: int, scenarios: Sequence, cache: Path | None = None, in_force: int | None = 0) -> list[Outcome]:
    """One seed with all its scenarios: the market settles once (kept in `cache`), and each scenario forks it.

    `in_force` is the week from which all of them are in force (see `indicators.stages`).
    """
    outcomes = []
    for scenario in scenarios:
        settled = settled_market(scenario, seed, cache)
        market = go_through(scenario, fork(settled, scenario), seed)
        outcomes.append(outcome_of(market, in_force))
    return outcomes


_last_settled: dict[str, Market] = {}
KEPT = 4
"""How many settled markets a process keeps at hand: regimes of one seed begin from one baseline."""


def settled_name(scenario, seed: int) -> str:
    """What the settled market of a seed is called where it is kept: for each version of what computes it by itself."""
    made_by = hashlib.sha256(" ".join((code_version(), platform.python_version(), np.__version__)).encode())
    return f"{scenario.spin_up_key[:24]}-{seed}-{made_by.hexdigest()[:16]}"


def settled_market(scenario, seed: int, cache: Path | None) -> Market:
    """The settled market of a seed: from memory, from the cache folder, or made now and kept there."""
    key = settled_name(scenario, seed)
    market = _last_settled.pop(key, None) or _read(cache, key)
    if market is None:
        market = settle(scenario, seed, cache)
        _write(cache, key, market)
    while len(_last_settled) >= KEPT:
        del _last_settled[next(iter(_last_settled))]
    _last_settled[key] = market
    return market


def _read(cache: Path | None, key: str) -> Market | None:
    """A settled market kept on disk; None where there is none, or none that is as it was written."""
    content = None if cache is None else kept(Path(cache) / f"{key}.market")
    try:
        return None if content is None else from_bytes(content)
    except NotAMarket:
        return None


def _write(cache: Path | None, key: str, market: Market) -> None:
    """Keep a settled market; a cache that cannot be written is done without."""
    if cache is None:
        return
    with suppress(OSError):
        Path(cache).mkdir(mode=0o700, parents=True, exist_ok=True)
        keep(Path(cache) / f"{key}.market", to_bytes(market))


@cache
def code_version() -> str:
    """A hash of all sources and data of the package that decide numbers."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    aside = {"cli", "documents", "studies", "report", "telling", "findings", "methods", "runs", "results", "app"}
    aside |= {"__pycache__", "scenarios"}
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.suffix in (".py", ".toml", ".csv") and not aside & set(inside.parts):
            digest.update(inside.as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
