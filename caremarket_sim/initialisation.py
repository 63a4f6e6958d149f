"""ODD 5 Initialisation: a market made from its place, before it settles."""

import numpy as np

from . import costs, firms, known_providers
from .entities import (
    COUNCIL,
    COUNTS,
    IN_POST,
    PARTIES,
    PATCH,
    PURPOSES,
    SELF_FUNDER,
    UNRATED,
    CareWorkers,
    Clients,
    Commissioners,
    Market,
    Providers,
)
from .kernels import geography, people, sourcing, workforce
from .kernels import staff as staff_kernels
from .kernels.hashing import normal_quantile, uniform
from .parameters import Numbers, series
from .randomness import Draws
from .scenario.timing import day_of_prices
from .submodels import money, recording, regulator
from .submodels.recording import RECORD

ZONE_TYPE = np.dtype(
    [
        ("code", "U16"),
        ("name", "U64"),
        ("x", "f8"),
        ("y", "f8"),
        ("area_km2", "f8"),
        ("assets", "f8"),
        ("fifth", "i8"),
        ("council_referrals", "f8"),
        ("self_referrals", "f8"),
        ("residents", "f8"),
        ("neighbourhood", "i8"),
    ]
)
FIRST_WEEK = -1_000
"""Week of draws that make the opening population."""
LONGEST_TENURE = 1_000.0
"""Weeks that anybody has been in post at the start at most: a guard on the tail of the draw."""
FEWEST_ASSETS = 0.05
"""Community assets of any zone at least: a guard, so that connectors find something everywhere."""


def make_zones(place, p) -> np.ndarray:
    """The place's zones with kilometre coordinates, deprivation fifths, community assets and cumulative weights."""
    given = place.zones
    zones = np.zeros(len(given), ZONE_TYPE)
    for name in ("code", "name", "area_km2"):
        zones[name] = given[name]
    north = float(given["latitude"].mean())
    zones["y"] = (given["latitude"] - north) * 111.2
    zones["x"] = (given["longitude"] - float(given["longitude"].mean())) * 111.2 * np.cos(np.radians(north))
    score = given["imd_2019_score"]
    zones["neighbourhood"] = neighbourhoods(zones)
    rank = np.argsort(np.argsort(score, kind="stable"), kind="stable")
    zones["fifth"] = rank * 5 // len(given)
    relative = rank / max(len(given) - 1, 1) - 0.5
    zones["assets"] = np.clip(p.connection_assets - p.connection_assets_slope * 2.0 * relative, FEWEST_ASSETS, 1.0)
    older = given["population_65plus"].astype(float)
    oldest = given["population_85plus"].astype(float)
    need = older + p.demand_oldest_weight * oldest
    zones["council_referrals"] = np.cumsum(need * (1.0 + p.demand_deprivation_slope * relative))
    zones["self_referrals"] = np.cumsum(need * (1.0 - p.demand_deprivation_slope * relative))
    zones["residents"] = np.cumsum(given["population"].astype(float))
    for name in ("council_referrals", "self_referrals", "residents"):
        zones[name] /= zones[name][-1]
    return zones


def neighbourhoods(zones):
    """A number for each zone, the same for some zones near one another, as many as a provider can serve at most."""
    if len(zones) <= PATCH:
        return np.zeros(len(zones), np.int64)
    from scipy.spatial import KDTree

    found = np.empty(len(zones), np.int64)
    found[KDTree(np.column_stack([zones["x"], zones["y"]]), leafsize=PATCH).indices] = np.arange(len(zones)) // PATCH
    return found


def price_path(scenario, p) -> list[dict[str, float]]:
    """Prices of each fiscal year from the start: recorded, then projected; or held where prices are frozen.

    Cost growth weighs growth of the National Living Wage and of prices; outside pay keeps its ratio to the former.
    """
    frozen = scenario.prices == "frozen"
    first = day_of_prices(0, scenario.start)
    path = []
    index = 1.0
    for year in range(scenario.weeks // 52 + 2):
        day = first if frozen else day_of_prices(year, scenario.start)
        before = first if frozen or year == 0 else day_of_prices(year - 1, scenario.start)
        wage, last_wage = series("national_living_wage", day), series("national_living_wage", before)
        inflation = 0.0 if frozen or year == 0 else series("price_inflation", day)
        index *= 1.0 + inflation
        growth = p.money_wage_weight * (wage / last_wage - 1.0) + (1.0 - p.money_wage_weight) * inflation
        path.append(
            {
                "national_living_wage": wage,
                "real_living_wage": series("real_living_wage", day),
                "outside_pay": p.leaving_outside_pay * wage / series("national_living_wage", first),
                "price_index": index,
                "wage_index": wage / series("national_living_wage", first),
                "cost_growth": growth,
                "fee_growth": 0.0,
            }
        )
    for year, prices in enumerate(path[:-1]):
        prices["next_cost_growth"] = path[year + 1]["cost_growth"]
    path[-1]["next_cost_growth"] = 0.0
    return path


def make_market(scenario, seed: int) -> Market:
    """A market of the place's size, with everybody who can be placed placed; not yet settled."""
    place, parameters = scenario.place, scenario.parameters.numbers
    p = parameters
    draws = Draws(seed, FIRST_WEEK)
    zones = make_zones(place, p)
    levers = place.regime.row
    path = price_path(scenario.with_prices("frozen"), p)
    scale = place.care_workers / p.recruitment_reference_workers
    market = Market(
        zones=zones,
        clients=Clients(),
        workers=CareWorkers(),
        providers=Providers(),
        commissioners=Commissioners(),
        week=FIRST_WEEK,
        levers=levers.copy(),
        decided=levers.copy(),
        ledger=np.zeros((len(PARTIES), len(PARTIES), len(PURPOSES)), np.int64),
        purses=np.zeros(len(PARTIES), np.int64),
        counts=dict.fromkeys(COUNTS, 0.0),
        starts=np.zeros(52),
        transfers=np.full(len(zones), -1, np.int64),
        prices=dict(path[0]),
        scale=scale,
        candidates=int(np.ceil(p.recruitment_candidates * scale)),
        growth=0.0,
        price_path=path,
        series=np.zeros(52, RECORD),
        breakdowns=[],
    )
    add_commissioner(market, place, p)
    add_clients(market, place, parameters, draws)
    add_providers(market, place, parameters, draws)
    add_workers(market, place, parameters, draws)
    place_everybody(market, parameters, draws)
    recording.tidy_rows(market)
    back_out_overheads(market, place, parameters, draws)
    return market


def add_commissioner(market, place, p):
    """The council, with opening guesses of all that is solved while the market settles."""
    row = market.commissioners.add(1)[0]
    row["package_share"] = 1.0
    row["fee"] = place.council_fee
    row["codesigned"] = 0.0
    row["experience_reference"] = p.experience_opening_experience
    row["continuity_reference"] = p.experience_opening_continuity
    row["volatility_reference"] = p.contract_opening_volatility
    row["leaving_intercept"] = p.baseline_leaving_intercept
    row["contract_intercept"] = p.baseline_contract_intercept
    row["late_intercept"] = p.baseline_late_intercept
    row["leg_factor"] = p.baseline_leg_factor
    row["hours_a_post"] = p.baseline_hours_a_post
    row["referral_factor"] = place.council_clients * p.baseline_leaving_share
    row["self_referral_factor"] = place.self_funders * p.baseline_leaving_share
    row["contract_end"] = 0.0


def add_clients(market, place, parameters, draws):
    """People who draw on care when the market begins to settle, and the budget for them."""
    count = place.council_clients + place.self_funders
    payers = np.full(count, SELF_FUNDER, np.int64)
    payers[: place.council_clients] = COUNCIL
    numbers = np.arange(count, dtype=np.int64) + 1
    rows = market.clients.add(count)
    people.born_clients(
        rows,
        market.clients.rounds,
        market.clients.known,
        numbers,
        payers,
        market.zones["council_referrals"],
        market.zones["self_referrals"],
        parameters.row,
        draws.fixed("born"),
    )
    rows["quality_of_life"] = parameters.quality_gain_mid  # long forgotten when the market has settled
    people.needs_change(
        market.clients.rows,
        np.zeros(0, Providers.dtype()),
        parameters.row,
        market.levers,
        1.0,
        draws.key("needs_change"),
    )
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
    contracted = known_providers.who_is_contracted(place, draws)
    numbers = np.arange(len(contracted), dtype=np.int64) + 1
    listed = place.providers
    known_hours = np.zeros(len(numbers))
    known_hours[: len(listed)] = listed["weekly_hours"]
    order = draws.uniform("opening_size", numbers) if len(listed) else numbers
    sizes = np.zeros(len(numbers))
    for alike, total, spread in (
        (contracted, council_hours + self_hours - private_hours, p.ownership_size_spread),
        (~contracted, private_hours, p.ownership_private_size_spread),
    ):
        sizes[alike] = known_providers.opening_sizes(
            known_hours[alike], order[alike], total, spread, p.ownership_smallest
        )
    for i, row in enumerate(market.providers.add(len(numbers))):
        number = i + 1
        firms.born_firm(row, number, market.zones, parameters, key)
        if i < len(listed):
            known_providers.make_as_listed(row, listed[i], p, key)
        row["contracted"] = contracted[i]
        row["practice"] = p.practice_opening * contracted[i]
        row["demand"] = row["demand_slow"] = row["usual_hours"] = sizes[i]
        row["plan"] = max(sizes[i] / p.posts_plan_fill, p.entry_smallest_plan)
        row["rate"] = place.council_fee
        row["price"] = place.self_funder_price * (1.0 + p.money_price_spread * normal_quantile(uniform(key, number, 8)))
        row["pay"] = max(
            p.pay_opening + p.pay_opening_spread * normal_quantile(uniform(key, number, 9)),
            market.prices["national_living_wage"],
        )
        row["premium"] = row["pay"] - market.prices["national_living_wage"]
        row["age"] = p.posts_young_weeks
        row["training_days"] = p.training_private_days
        row["guaranteed_share"] = 0.5
        firms.spread_patch(row, market.zones, p)
    served_everywhere(market, p)


def served_everywhere(market, p):
    """Every zone is served by some contracted and some private agencies at least, the nearest where too few do."""
    providers, zones = market.providers, market.zones
    for contracted in (1, 0):
        rows = np.flatnonzero(providers.contracted == contracted)
        if len(rows) == 0:
            continue
        serving = np.zeros(len(zones), np.int64)
        for j in rows:
            serving[providers.patch_zone[j, : providers.patch_count[j]]] += 1
        for zone in np.flatnonzero(serving < p.ownership_fewest_a_zone):
            base = providers.base_zone[rows]
            away = np.hypot(zones["x"][zone] - zones["x"][base], zones["y"][zone] - zones["y"][base])
            for j in rows[np.argsort(away, kind="stable")]:
                patch = providers.patch_zone[j, : providers.patch_count[j]]
                if serving[zone] >= p.ownership_fewest_a_zone:
                    break
                if zone not in patch and providers.patch_count[j] < providers.patch_zone.shape[1]:
                    providers.patch_zone[j, providers.patch_count[j]] = zone
                    providers.patch_count[j] += 1
                    serving[zone] += 1


def add_workers(market, place, parameters, draws):
    """Care workers in post, shared among providers by the hours they plan, and people between jobs."""
    p = parameters
    providers = market.providers
    pool = round(p.recruitment_opening_pool * market.scale)
    count = place.care_workers + pool
    rows = market.workers.add(count)
    numbers = np.arange(count, dtype=np.int64) + 1
    workforce.born_workers(rows, numbers, market.zones["residents"], parameters.row, draws.fixed("born_worker"))
    staff = rows[: place.care_workers]
    where = market.zones["neighbourhood"]
    staff[:] = staff[np.argsort(where[staff["zone"]], kind="stable")]
    nearby = np.argsort(where[providers.base_zone], kind="stable")
    bounds = np.cumsum(providers.demand[nearby]) / providers.demand.sum() * place.care_workers
    employer = np.minimum(np.searchsorted(bounds, np.arange(place.care_workers) + 0.5), len(providers) - 1)
    employer = nearby[employer]
    staff["status"] = IN_POST
    staff["provider"] = employer
    staff["pay"] = providers.pay[employer]
    staff["effective_pay"] = providers.pay[employer] / (1.0 + p.leaving_opening_unpaid_share)
    base = providers.base_zone[employer]
    zones = market.zones
    away = np.hypot(zones["x"][staff["zone"]] - zones["x"][base], zones["y"][staff["zone"]] - zones["y"][base])
    staff["commute"] = away
    staff["tenure"] = np.minimum(
        -p.recruitment_opening_tenure * 52.0 * np.log(draws.uniform("opening_tenure", staff["number"])), LONGEST_TENURE
    )
    for column in ("age", "experience"):
        staff[column] += staff["tenure"] / 52.0  # born_workers gives what they had when they applied
    guaranteed = draws.uniform("opening_contract", staff["number"]) > p.baseline_zero_hours_share
    staff["guaranteed"] = np.where(guaranteed, p.contract_guaranteed_share_of_wanted * staff["hours_wanted"], 0.0)
    staff["volatility"] = p.contract_opening_volatility
    staff["training"] = p.training_private_days
    staff["last_paid"] = -1.0


def place_everybody(market, parameters, draws):
    """Everybody who can be placed is, each provider taking up to its size."""
    providers = market.providers
    staff_kernels.summarise_staff(market.workers.rows, providers.rows, parameters.row)
    staffed = providers.capacity.copy()
    providers.capacity = providers.plan / parameters.sourcing_accept_share
    zero = np.zeros(len(providers))
    start, rows, patches = geography.providers_by_zone(providers.rows, len(market.zones))
    for attempt in range(3):
        sourcing.count_packages(market.clients.rows, providers.rows, market.commissioners.rows, False)
        sourcing.source_packages(
            market.clients.rows,
            providers.rows,
            start,
            rows,
            patches,
            parameters.row,
            market.levers,
            1.0,
            1.0,
            zero,
            zero,
            1.0,
            Draws(draws.seed, FIRST_WEEK + attempt).key("place_everybody"),
        )
    sourcing.count_packages(market.clients.rows, providers.rows, market.commissioners.rows, False)
    providers.demand = np.maximum(providers.committed, parameters.exit_tiny_hours)
    providers.demand_slow = providers.demand
    providers.usual_hours = providers.demand
    providers.plan = np.maximum(providers.demand / parameters.posts_plan_fill, parameters.entry_smallest_plan)
    providers.capacity = staffed
    market.clients.weeks_waiting = 0.0


def back_out_overheads(market, place, parameters, draws):
    """Overhead is what leaves each provider the margin it was drawn (E8), within what an office can cost an hour.

    Without this some would start insolvent. Cash is some weeks of revenue; a rating is what an inspector would say.
    """
    p = parameters
    providers = market.providers
    providers.overhead_scale = 0.0
    money.count_costs(market, parameters, Numbers(market.levers))
    hours = np.maximum(providers.demand, 1.0)
    council = np.clip(providers.council_hours / hours, 0.0, 1.0)
    price = council * providers.rate * p.contract_actual_paid_share + (1.0 - council) * providers.price
    margin = np.clip(
        p.baseline_margin + p.baseline_margin_spread * draws.normal("opening_margin", providers.number),
        p.baseline_lowest_margin,
        p.baseline_highest_margin,
    )
    direct = providers.cost_fixed + providers.cost_travel + p.baseline_other_costs
    left = price * (1.0 - margin) - direct - p.overhead_hiring_allowance - (1.0 - council) * p.overhead_self_funded_cost
    left = np.clip(left, p.overhead_lowest, p.overhead_highest)
    providers.overhead_scale = left / costs.overhead_an_hour(hours, 1.0, p)
    providers.overhead_opening = providers.overhead_scale
    providers.margin = margin
    providers.open_cost = direct + left
    providers.unit_cost = direct + left
    providers.cash = np.rint(100.0 * p.baseline_cash_weeks * hours * price).astype(np.int64)
    money.count_costs(market, parameters, Numbers(market.levers))
    reading = providers.quality + p.regulator_noise * draws.normal("opening_rating", providers.number)
    rated = draws.uniform("opening_rated", providers.number) < p.regulator_opening_rated_share
    drawn = np.where(rated, regulator.grade(reading, p), UNRATED)
    providers.rating = known_providers.opening_ratings(place, drawn)
