"""How a firm comes into being, at the start, by entry or as a bidder: attributes that its number was born with, a
patch, founders' staff and cash.

Potential firms are numbered per week from place and date alone, so the same number is the same firm in every scenario.
"""

from bisect import bisect_left
from itertools import accumulate
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from ..compiled import compiled, entry, plain
from ..compiled.arithmetic import median
from ..compiled.draws import EARLIEST, one_normal, one_uniform
from ..parameters import Numbers
from .codes import (
    CHAIN,
    COOPERATIVE,
    IN_HOUSE,
    IN_POST,
    INDEPENDENT,
    NOT_FOR_PROFIT,
    NUMBERS_A_COUNCIL,
    UNRATED,
)
from .law import UNDECIDED
from .motive import cares, draw_traits, looks_ahead
from .providers import usually_insured
from .territory import localities_it_would_choose
from .tidy import tours
from .workers import born_worker
from .zones import EAST, NORTH

QUALITIES = 0.05, 0.95
"""Between these lies the quality that any firm begins with: a guard, some three standard deviations out."""
LONG_AGO = 1e4
"""Weeks since something that has not happened."""
OUTSIDE_BIDDERS = 500
"""Numbers from here on within a week's thousand are firms from outside the place that bid in tenders."""

AS_EMPLOYER = 16
"""The draw of what a firm is like to work for, apart from those of its traits."""

PAST_A_YEAR = 52.0
"""Weeks in post that founders count as: past the first year, in which most leave."""
NUMBERS_A_WEEK = 1_000
"""Permanent numbers for a week's potential firms of a council."""


@compiled
def first_firm(week, council):
    """First permanent number of a week's potential firms; the same in every scenario."""
    return council * NUMBERS_A_COUNCIL + (week + EARLIEST) * NUMBERS_A_WEEK


def shares_of_owners(p) -> tuple[float, ...]:
    """Shares of firms by kind of owner; the council's own are the rest."""
    shares = (
        p.ownership_independent_share,
        p.ownership_chain_share,
        p.ownership_not_for_profit_share,
        p.ownership_cooperative_share,
    )
    return *shares, max(1.0 - sum(shares), 0.0)


def drawn_owner(u: float, p) -> int:
    """The kind of owner that a uniform gives."""
    return min(bisect_left(list(accumulate(shares_of_owners(p)[:IN_HOUSE])), u), IN_HOUSE)


def own(row, owner: int, number: int, p, key):
    """Owners differ in their traits and, by the kind they are, in who has a say and whether they take surplus out.

    What they do with pay when fees grow, and would add to open books, follows from their care for the work; how much
    surplus they take out, where they may, from how short their horizon is.
    """
    row["ownership"] = owner
    missions = (p.ownership_independent_mission, p.ownership_chain_mission, *(p.ownership_mission,) * 3)
    draw_traits(row, missions, shares_of_owners(p), missions[owner], number, p, key)
    row["voice"] = {NOT_FOR_PROFIT: p.ownership_voice, COOPERATIVE: 1.0, IN_HOUSE: p.ownership_voice}.get(owner, 0.0)
    provider = SimpleNamespace(care=row["care"], horizon=row["horizon"])
    passed_on = plain(cares)(provider, p.motive_uplift_slope, p)
    row["pass_through"] = p.pay_pass_through_low + (p.pay_pass_through_high - p.pay_pass_through_low) * passed_on
    row["evasion"] = p.fees_evasion * (1.0 - plain(cares)(provider, p.motive_books_slope, p))
    taken_out = p.ownership_extraction / plain(looks_ahead)(provider, p.motive_distribution_slope, p)
    row["extraction"] = min(taken_out, 1.0) if owner in (INDEPENDENT, CHAIN) else 0.0


def born_firm(row, number: int, council: int, market, parameters, key):
    """Give a firm the attributes that its number was born with: owner and traits, base, manager, quality."""
    p = parameters

    def draw(part):
        return one_uniform(key, number, part)

    row["number"] = number
    row["council"] = council
    first = market.commissioners.first_zone[council]
    residents = market.zones["residents"][first : first + market.commissioners.zones[council]]
    open_office(row, first + min(int(np.searchsorted(residents, draw(1))), len(residents) - 1), market, key)
    own(row, drawn_owner(draw(2), p), number, p, key)
    row["manager_quality"] = draw(4)
    row["turnover"] = p.quality_turnover_reference
    row["as_employer"] = one_normal(key, number, AS_EMPLOYER)
    quality = p.quality_resting_level + p.quality_opening_spread * one_normal(key, number, 5)
    row["quality"] = min(max(quality, QUALITIES[0]), QUALITIES[1])
    row["overhead_scale"] = np.exp(p.overhead_spread * one_normal(key, number, 6))
    row["trust"] = p.trust_opening
    row["practice"] = 0.0
    row["clipping"] = p.clipping_usual * (1.0 - p.clipping_logged)
    row["cuts"] = p.contract_opening_cuts**2
    row["insured"] = plain(usually_insured)(Numbers(market.price_rows), p)
    row["rating"] = UNRATED
    row["lawful"] = UNDECIDED
    row["scruple"] = draw(20)
    row["open"] = 1
    row["travel_share"] = p.travel_opening_ratio
    row["experience"] = p.experience_opening_experience
    row["connection"] = p.connection_resting_level
    row["independence"] = p.outcome_independence_reference
    row["outcome_score"] = 1.0
    row["hurt"] = LONG_AGO


def open_office(row, zone: int, market, key):
    """A firm's office is somewhere in a zone."""
    row["base_zone"] = zone
    side = float(np.sqrt(market.zones["area_km2"][zone]))
    for axis, part in (("x", EAST), ("y", NORTH)):
        row[f"base_{axis}"] = market.zones[axis][zone] + side * (one_uniform(key, int(row["number"]), part) - 0.5)


def spread_patch(row, market, p):
    """A firm serves the localities of its council nearest its office, more of them the larger it plans to be."""
    nearest = localities_it_would_choose(row, market, p)
    row["patch_locality"][: len(nearest)] = nearest
    row["patch_lead"] = 0
    row["patch_count"] = len(nearest)


class Usual(NamedTuple):
    """What is usual of firms of a class (under contract or not) that trade in a council's place."""

    council: int
    contracted: bool
    overhead_scale: float
    pay: float
    price: float
    markup: float


def usual_firm(market, council: int, contracted: bool) -> Usual:
    """What is usual here today, of overhead what is usual of the class if there are any, or was at first."""
    providers = market.providers
    here = providers.council == council
    trading = here & (providers.open == 1)
    trading = trading if trading.any() else here  # who was here last is remembered
    alike = trading & ((providers.contracted == 1) == contracted)
    alike = alike if alike.any() else trading
    overhead = min(median(providers.overhead_scale[alike]), median(providers.overhead_opening[alike]))
    others = (median(column[trading]) for column in (providers.pay, providers.price, providers.markup))
    return Usual(council, contracted, overhead, *others)


def found(market, parameters, draws, number: int, usual: Usual, *, cooperative: bool = False, staffed: bool = True):
    """A firm opens here: its plan from the sizes of its class, overhead near today's, cash, and founders' staff.

    A co-operative has voice, the traits of its kind and little capital. Returns its row.
    """
    p = parameters
    key = draws.fixed("born_firm")
    row = market.providers.add(1)[0]
    born_firm(row, number, usual.council, market, parameters, key)
    row["contracted"] = int(usual.contracted)
    low, high = p.entry_smallest_plan, p.entry_largest_plan if usual.contracted else p.entry_largest_private_plan
    row["plan"] = np.exp(np.log(low) + (np.log(high) - np.log(low)) * one_uniform(key, number, 7))
    row["overhead_scale"] *= usual.overhead_scale
    row["overhead_opening"] = row["overhead_scale"]
    row["pay"], row["price"], row["markup"], row["recovers"] = usual.pay, usual.price, usual.markup, 0.0
    row["premium"] = max(usual.pay - market.prices["legal_minimum"], 0.0)
    if cooperative:
        own(row, COOPERATIVE, number, p, key)
    row["margin"] = row["margin_target"]
    row["demand"] = row["demand_slow"] = row["usual_hours"] = p.entry_hours
    spread_patch(row, market, p)
    if staffed:
        add_founders(market, parameters, draws, len(market.providers) - 1, number)
        capital = np.zeros(len(market.providers))
        capital[-1] = p.entry_coop_capital if cooperative else p.entry_capital + p.entry_capital_per_hour * row["plan"]
        market.pay("world", "providers", "capital", capital)
        row = market.providers.rows[-1]
    return row


def add_founders(market, parameters, draws, j: int, number: int, tenure: float = PAST_A_YEAR):
    """The first care workers of a new firm, already trained, and counted as so many weeks in post."""
    p = parameters
    count = round(p.entry_staff)
    rows = market.workers.add(count)
    numbers = -(number * 10 + np.arange(count, dtype=np.int64)) - 1
    council = int(market.providers.council[j])
    born_workers(market, rows, numbers, council, parameters, draws.fixed("born_worker"))
    rows["zone"] = market.providers.base_zone[j]
    rows["home_x"], rows["home_y"] = market.providers.base_x[j], market.providers.base_y[j]
    rows["tour"] = tours(rows["home_x"], rows["home_y"])
    rows["status"] = IN_POST
    rows["provider"] = j
    rows["pay"] = rows["effective_pay"] = market.providers.pay[j]
    rows["commute"] = p.leaving_nearest
    rows["last_paid"] = -1.0
    rows["tenure"] = tenure


def born_workers(market, rows, numbers, council: int, parameters, key):
    """Fill new rows with the care workers of these numbers."""
    first = int(market.commissioners.first_zone[council])
    zones = market.zones[first : first + int(market.commissioners.zones[council])]
    _born_workers(rows, numbers, council, zones, first, parameters.row, key)


@entry
def _born_workers(rows, numbers, council, zones, first_zone, parameters, key):
    for i in range(len(numbers)):
        born_worker(rows[i], numbers[i], council, zones, first_zone, parameters[0], key)
