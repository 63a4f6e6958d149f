"""ODD 5 Initialisation: a market made from its place, before it settles."""

from dataclasses import replace

import numpy as np

from ..compiled import entry, plain
from ..compiled.draws import draws_of, one_normal
from ..market import firms
from ..market.codes import COUNCIL, IN_POST, SELF_FUNDER
from ..market.law import solve_care_weight
from ..market.market import Market, empty_market
from ..market.motive import care_costs
from ..market.people import born
from ..market.providers import overheads
from ..market.state import FIRM, FIRST_WEEK
from ..market.territory import cover_localities
from ..market.tidy import tidy_rows, tours
from ..market.workers import CareWorkers
from ..mechanisms.accounts import providers_know_their_costs
from ..mechanisms.enforcement import providers_weigh_the_law
from ..mechanisms.needs import needs_change
from ..mechanisms.posts import staff_are_counted
from ..mechanisms.regulator import providers_have_been_rated
from ..mechanisms.sourcing import packages_are_sourced
from ..parameters import Numbers
from . import listed
from .followed import add_followed
from .prices import price_path
from .zones import make_localities, make_zones

__all__ = ["make_market", "make_zones", "price_path"]

LONGEST_TENURE = 1_000.0
"""Weeks that anybody has been in post at the start at most: a guard on the tail of the draw."""


def make_market(scenario, seed: int) -> Market:
    """A market of the place's size, with everybody who can be placed placed; not yet settled."""
    place, parameters = scenario.place, scenario.parameters.numbers
    p = parameters
    draws = draws_of(seed, FIRST_WEEK)
    zones = make_zones(place, p)
    path = price_path(replace(scenario, prices="frozen", national=()), p)
    market = empty_market()
    market.zones = zones
    market.localities = make_localities(zones, place.zones["population"].astype(float), p)
    market.week = FIRST_WEEK
    for levers in (market.levers, market.decided, market.asked):
        levers[:] = place.regime.row
    market.transfers = np.full(len(market.localities), -1, np.int64)
    market.price_path = path
    market.price_rows[:] = path[0]
    add_commissioner(market, place, p)
    add_clients(market, place, parameters, draws)
    add_providers(market, place, parameters, draws)
    add_workers(market, place, parameters, draws)
    staff_are_counted(market, parameters, Numbers(market.levers), draws)
    market.commissioners.care_weight[0] = solve_care_weight(market, 0, p)
    providers_weigh_the_law(market, parameters, Numbers(market.levers), draws)
    place_everybody(market, parameters, draws)
    add_followed(market, parameters, draws)
    tidy_rows(market)
    back_out_overheads(market, place, parameters, draws)
    return market


def add_commissioner(market, place, p):
    """The council, with opening guesses of all that is solved while the market settles."""
    row = market.commissioners.rows[0]
    row["package_share"] = 1.0
    row["fee"] = place.council_fee
    row["codesigned"] = 0.0
    row["experience_reference"] = p.experience_opening_experience
    row["continuity_reference"] = p.experience_opening_continuity
    row["volatility_reference"] = p.contract_opening_volatility
    row["volatility_zero"] = row["volatility_guaranteed"] = p.contract_opening_volatility
    row["leaving_usual"] = np.log(p.baseline_turnover / (1.0 - p.baseline_turnover))
    row["leaving_intercept"] = p.baseline_leaving_intercept
    row["contract_intercept"] = p.baseline_contract_intercept
    row["late_intercept"] = p.baseline_late_intercept
    row["leg_factor"] = p.baseline_leg_factor
    row["hours_a_post"] = p.baseline_hours_a_post
    row["referral_factor"] = place.council_clients * p.baseline_leaving_share
    row["self_referral_factor"] = place.self_funders * p.baseline_leaving_share
    row["contract_end"] = np.inf
    row["contract_age"] = firms.LONG_AGO
    row["zones"] = len(market.zones)
    row["localities"] = len(market.localities)
    row["labour_market"] = place.care_workers / p.recruitment_reference_workers
    row["candidates"] = int(np.ceil(p.recruitment_candidates * row["labour_market"]))
    market.candidates = np.zeros(row["candidates"], CareWorkers.dtype())
    market.firms = np.zeros(int(np.ceil(p.entry_candidates * row["labour_market"])), FIRM)


def add_clients(market, place, parameters, draws):
    """People who draw on care when the market begins to settle, and the budget for them."""
    count = place.council_clients + place.self_funders
    payers = np.full(count, SELF_FUNDER, np.int64)
    payers[: place.council_clients] = COUNCIL
    numbers = np.arange(count, dtype=np.int64) + 1
    market.clients.add(count)
    _born(market.state, numbers, payers, parameters.row, draws.fixed("born"))
    market.clients.quality_of_life = parameters.quality_gain_mid  # long forgotten when the market has settled
    needs_change(market, parameters, Numbers(market.levers), draws)
    hours = market.clients.hours[market.clients.payer == COUNCIL].sum()
    market.commissioners.rows[0]["budget"] = float(hours) * place.council_fee


def add_providers(market, place, parameters, draws):
    """Agencies of unequal size: contracted ones share the council's hours, private ones most of the self-funded.

    Those whom the place lists are as its list says.
    """
    p = parameters
    hours = market.clients.hours
    council_hours = float(hours[market.clients.payer == COUNCIL].sum())
    self_hours = float(hours.sum()) - council_hours
    private_hours = self_hours * p.ownership_private_self_share
    key = draws.fixed("born_firm")
    contracted = listed.who_is_contracted(place, draws)
    numbers = np.arange(len(contracted), dtype=np.int64) + 1
    known = place.providers
    known_hours = np.zeros(len(numbers))
    known_hours[: len(known)] = known["weekly_hours"]
    order = draws.uniform("opening_size", numbers) if len(known) else numbers
    sizes = np.zeros(len(numbers))
    for alike, total, spread in (
        (contracted, council_hours + self_hours - private_hours, p.ownership_size_spread),
        (~contracted, private_hours, p.ownership_private_size_spread),
    ):
        sizes[alike] = listed.opening_sizes(known_hours[alike], order[alike], total, spread, p.ownership_smallest)
    for i, row in enumerate(market.providers.add(len(numbers))):
        number = i + 1
        firms.born_firm(row, number, 0, market, parameters, key)
        if i < len(known):
            listed.make_as_listed(row, known[i], market, p, key)
        row["contracted"] = contracted[i]
        row["practice"] = p.practice_opening * contracted[i]
        row["demand"] = row["demand_slow"] = row["usual_hours"] = sizes[i]
        row["plan"] = max(sizes[i] / p.posts_plan_fill, p.entry_smallest_plan)
        row["rate"] = place.council_fee
        row["price"] = place.self_funder_price * (1.0 + p.money_price_spread * one_normal(key, number, 8))
        row["pay"] = max(
            p.pay_opening + p.pay_opening_spread * one_normal(key, number, 9),
            market.prices["legal_minimum"],
        )
        row["premium"] = row["pay"] - market.prices["legal_minimum"]
        row["age"] = p.posts_young_weeks
        row["training_days"] = p.training_private_days
        row["guaranteed_share"] = 0.5
        firms.spread_patch(row, market, p)
    served_everywhere(market, p)


def served_everywhere(market, p):
    """Every locality is served by some contracted and some private agencies at least, the nearest where too few do."""
    providers = market.providers
    everywhere = range(len(market.localities))
    for contracted in (1, 0):
        rows = np.flatnonzero(providers.contracted == contracted)
        if len(rows) == 0:
            continue
        cover_localities(market, rows, everywhere, p.ownership_fewest_a_zone)


def add_workers(market, place, parameters, draws):
    """Care workers in post, shared among providers by the hours they plan, and people between jobs."""
    p = parameters
    providers = market.providers
    pool = round(p.recruitment_opening_pool * market.commissioners.labour_market[0])
    count = place.care_workers + pool
    rows = market.workers.add(count)
    numbers = np.arange(count, dtype=np.int64) + 1
    firms.born_workers(market, rows, numbers, 0, parameters, draws.fixed("born_worker"))
    staff = rows[: place.care_workers]
    staff[:] = staff[np.argsort(staff["tour"], kind="stable")]
    nearby = np.argsort(tours(providers.base_x, providers.base_y), kind="stable")
    bounds = np.cumsum(providers.demand[nearby]) / providers.demand.sum() * place.care_workers
    employer = np.minimum(np.searchsorted(bounds, np.arange(place.care_workers) + 0.5), len(providers) - 1)
    employer = nearby[employer]
    staff["status"] = IN_POST
    staff["provider"] = employer
    staff["pay"] = providers.pay[employer]
    staff["effective_pay"] = providers.pay[employer] / (1.0 + p.leaving_opening_unpaid_share)
    east, north = staff["home_x"] - providers.base_x[employer], staff["home_y"] - providers.base_y[employer]
    staff["commute"] = np.hypot(east, north)
    staff["tenure"] = np.minimum(
        -p.recruitment_opening_tenure * 52.0 * np.log(draws.uniform("opening_tenure", staff["number"])), LONGEST_TENURE
    )
    for column in ("age", "experience"):
        staff[column] += staff["tenure"] / 52.0  # they have what they had when they applied
    guaranteed = draws.uniform("opening_contract", staff["number"]) > p.baseline_zero_hours_share
    staff["guaranteed"] = np.where(guaranteed, p.contract_guaranteed_share_of_wanted * staff["hours_wanted"], 0.0)
    staff["volatility"] = p.contract_opening_volatility
    staff["training"] = p.training_private_days
    staff["last_paid"] = -1.0


def place_everybody(market, parameters, draws):
    """Everybody who can be placed is, each provider taking up to its size."""
    providers = market.providers
    policy = Numbers(market.levers)
    staff_are_counted(market, parameters, policy, draws)
    staffed = providers.capacity.copy()
    providers.capacity = providers.plan / parameters.sourcing_accept_share
    for attempt in range(3):
        providers.demand = providers.plan  # nobody is fuller than planned
        packages_are_sourced(market, parameters, policy, draws_of(int(draws.seed), FIRST_WEEK + attempt))
    providers.demand = np.maximum(providers.committed, parameters.exit_tiny_hours)
    providers.demand_slow = providers.demand
    providers.usual_hours = providers.demand
    providers.plan = np.maximum(providers.demand / parameters.posts_plan_fill, parameters.entry_smallest_plan)
    providers.capacity = staffed
    market.clients.weeks_waiting = 0.0


def back_out_overheads(market, place, parameters, draws):
    """Overhead is what leaves each provider the margin it was drawn (E8), within what an office can cost an hour.

    Without this some would start insolvent. What care for the work costs comes out of the margin. Cash is
    some weeks of revenue; a rating is what an inspector would say.
    """
    p = parameters
    providers = market.providers
    providers.overhead_scale = 0.0
    providers_know_their_costs(market, parameters, Numbers(market.levers), draws)
    hours = np.maximum(providers.demand, 1.0)
    council = np.clip(providers.council_hours / hours, 0.0, 1.0)
    price = council * providers.rate * p.contract_actual_paid_share + (1.0 - council) * providers.price
    margin = np.clip(
        p.baseline_margin + p.baseline_margin_spread * draws.normal("opening_margin", providers.number),
        p.baseline_lowest_margin,
        p.baseline_highest_margin,
    )
    direct = providers.cost_fixed - plain(care_costs)(providers, p) + providers.cost_travel + p.baseline_other_costs
    left = price * (1.0 - margin) - direct - p.overhead_hiring_allowance - (1.0 - council) * p.overhead_self_funded_cost
    left = np.clip(left, p.overhead_lowest, p.overhead_highest)
    providers.overhead_scale = left / overheads(hours, np.ones(len(hours)), parameters.row)
    providers.overhead_opening = providers.overhead_scale
    providers.margin = margin
    providers.open_cost = direct + left
    providers.unit_cost = direct + left
    providers.cash = np.rint(100.0 * p.baseline_cash_weeks * hours * price).astype(np.int64)
    providers_know_their_costs(market, parameters, Numbers(market.levers), draws)
    providers.markup = providers.price - providers.cost_fixed - providers.cost_travel
    providers_have_been_rated(market, parameters, Numbers(market.levers), draws)
    providers.rating = listed.opening_ratings(place, providers.number, providers.rating)


@entry
def _born(market, numbers, payers, parameters, key):
    for i in range(len(numbers)):
        born(
            market.clients[i],
            market.rounds[i],
            market.known[i],
            numbers[i],
            0,
            payers[i],
            market.zones,
            0,
            market.localities,
            0,
            parameters[0],
            key,
        )
