"""ODD 7.4 Procurement: co-design, tender, award, mobilisation, and packages that move to the new contract."""

import numpy as np

from .. import costs, firms, tenders
from ..entities import PATCH, RECEIVING
from ..kernels import geography, transfer
from ..kernels.hashing import poisson_quantile, uniform
from ..parameters import Numbers
from ..policy import LEVERS

TENDERED, OPEN_BOOK = 1.0, 2.0
OVER_THE_CEILING = 10.0
"""Points off a bid above the ceiling: more than any bid can score, so that it comes after all others."""

WITH_THE_CONTRACT = frozenset(name for lever in LEVERS.values() if lever.is_term for name in lever.fields)
"""Levers that are terms of a contract: while one is in preparation, the old terms hold."""


def policy_takes_effect(market, parameters, policy, draws):
    """Levers whose date has come take effect: terms of contract when the contract starts, the rest at once.

    Co-design comes first, then the tender, then mobilisation. Unless a re-tender has just been decided, terms are
    varied at once.
    """
    if market.decided.tobytes() == policy.row.tobytes():
        return
    p = parameters
    decided = policy
    commissioner = market.commissioners.rows[0]
    changed = [name for name in market.decided.dtype.names if not _same(market.decided[name][0], policy.row[name][0])]
    if not changed:
        return
    market.decided[:] = policy.row
    at_once = [name for name in changed if name not in WITH_THE_CONTRACT]
    terms = [name for name in changed if name in WITH_THE_CONTRACT]
    for name in at_once:
        market.levers[name] = policy.row[name]
    if not terms:
        return
    if decided.procurement_retender_at_start and "procurement_retender_at_start" in changed:
        codesign = round(decided.stewardship_codesign_months * 52.0 / 12.0)
        commissioner["tender_due"] = (
            codesign + round(p.procurement_tender_weeks) + round(p.procurement_mobilisation_weeks)
        )
        commissioner["codesign_done"] = decided.stewardship_codesign_months / p.procurement_full_codesign_months
        codesign_cost = decided.stewardship_codesign_months * p.procurement_codesign_cost
        market.pay("council", "suppliers", "co-design", codesign_cost * market.prices["price_index"])
        return
    vary_contracts(market, parameters, terms)


def _same(a, b) -> bool:
    return a == b or (np.isnan(a) and np.isnan(b))


def vary_contracts(market, parameters, terms):
    """New terms for the contracts in force: fees follow, and the hours now held become the contracted volume."""
    p = parameters
    providers = market.providers
    before, after = Numbers(market.levers), Numbers(market.decided)
    extra = tenders.terms_cost(market, p, after, np.arange(len(providers)))
    for name in terms:
        market.levers[name] = market.decided[name]
    providers.rate *= after.fee_level / before.fee_level
    if after.fee_rule == OPEN_BOOK and before.fee_rule != OPEN_BOOK:
        set_open_book_rates(market, p, extra)
    providers.contracted_hours = providers.council_hours * providers.contracted


def set_open_book_rates(market, p, extra):
    """Rates that open books justify on the day an open-book contract starts; `extra` is what its terms add to cost."""
    providers = market.providers
    contracted = (providers.contracted == 1) & (providers.open == 1)
    rate = costs.open_book_rate(providers.open_cost + extra, contracted, Numbers(market.levers), p)
    providers.rate[contracted] = rate[contracted]


def council_tenders(market, parameters, policy, draws):
    """The procurement clock: contracts that end are let again; an award; the start; zones that move, one by one."""
    p = parameters
    commissioner = market.commissioners.rows[0]
    if commissioner["tender_due"] == 0.0 and market.week >= commissioner["contract_end"] > 0.0:
        commissioner["tender_due"] = round(p.procurement_tender_weeks) + round(p.procurement_mobilisation_weeks)
        commissioner["contract_end"] = 0.0
    if commissioner["tender_due"] > 0.0:
        commissioner["tender_due"] -= 1.0
        if commissioner["tender_due"] == round(p.procurement_mobilisation_weeks):
            award(market, parameters, draws)
        elif commissioner["tender_due"] == 0.0:
            start_contracts(market, parameters, draws)
    if (market.transfers >= 0).any():
        move_zones(market, parameters, draws)
    closed = market.levers["procurement_max_providers"][0] > 0.0 or market.levers["procurement_zoned"][0]
    if closed and market.week % 4 == 0:
        fill_gaps(market, parameters, draws)


def fill_gaps(market, parameters, draws):
    """Monthly, a closed framework that has lost providers is opened again, and zones without a lead get one.

    How soon depends on how late the council sees it. Agencies join that are large enough and whose cost the fee covers;
    a zone goes to the contracted provider with the best margin.
    """
    p = parameters
    providers, commissioner = market.providers, market.commissioners.rows[0]
    lever = Numbers(market.levers)
    lag = p.stewardship_slow_lag + (p.stewardship_fast_lag - p.stewardship_slow_lag) * market.stewardship
    soon = 4.0 / lag
    contracted = (providers.contracted == 1) & (providers.open == 1) & (providers.closing == 0)
    sought = lever.procurement_max_providers
    if sought <= 0.0:
        sought = np.ceil(len(market.zones) * lever.procurement_providers_per_zone / p.procurement_lots_a_winner)
    if contracted.sum() < p.procurement_reopen_share * sought and uniform(draws.key("reopen"), 0, 0) < soon:
        agencies = (providers.open == 1) & (providers.closing == 0) & ~contracted
        agencies &= providers.demand > p.entry_join_hours
        fee = commissioner["fee"] * lever.fee_level
        cost = providers.cost_fixed + providers.cost_travel + providers.overhead_hour
        agencies &= cost < fee * costs.paid_share(lever, p) * (1.0 + p.procurement_reopen_tolerance)
        if agencies.any():
            j = int(np.argmin(np.where(agencies, cost, np.inf)))
            providers.contracted[j] = 1
            providers.rate[j] = fee
            providers.plan[j] *= p.entry_join_growth
            contracted[j] = True
    if not lever.procurement_zoned or not contracted.any():
        return
    leads = np.zeros(len(market.zones), np.int64)
    for j in np.flatnonzero(contracted):
        patch = providers.patch_zone[j, : providers.patch_count[j]]
        leads[patch[providers.patch_lead[j, : providers.patch_count[j]] == 1]] += 1
    wanted = min(int(lever.procurement_providers_per_zone), int(contracted.sum()))
    for zone in np.flatnonzero((leads < wanted) & (market.transfers < 0)):
        if uniform(draws.key("zone_without_lead"), int(zone), 0) >= soon:
            continue
        others = [j for j in np.flatnonzero(contracted) if not leads_in(providers, j, zone)]
        if others:
            take_zones(providers, max(others, key=lambda j: providers.margin[j]), [zone], keep_leads=True)


def leads_in(providers, j, zone) -> bool:
    """Whether a provider is a lead provider of a zone."""
    patch = providers.patch_zone[j, : providers.patch_count[j]]
    return bool((providers.patch_lead[j, : providers.patch_count[j]][patch == zone] == 1).any())


def award(market, parameters, draws):
    """Bids are made, scored and ranked (E9, M46): every local agency of some size and firms from outside.

    bid = max(lowest · marginal cost, ĉ(1 + m(1 − s(1 − slots/bidders)+) + ρ)). Quality and values are noisy signals of
    latent ones, and writing can flatter them; a promise of social value is inflated by the weight it carries.
    """
    p = parameters
    decided = Numbers(market.decided)
    providers = market.providers
    market.pay("council", "suppliers", "procurement", p.procurement_tender_cost * market.prices["price_index"])
    if not tenders.is_contest(decided):
        providers.won = providers.contracted * providers.open
        providers.bid = providers.rate
        return
    arrivals = poisson_quantile(uniform(draws.key("outside_bidders"), 0, 0), p.procurement_outside_bidders)
    first = firms.first_firm(market.week) + firms.OUTSIDE_BIDDERS
    for number in range(first, first + arrivals):
        row = firms.found(market, parameters, draws, number, False, staffed=False)
        row["open"] = 0
        row["demand"] = row["demand_slow"] = row["usual_hours"] = 0.0
        pick = int(uniform(draws.key("outside_bidders"), number, 1) * max(len(providers) - 1, 1))
        row["cost_fixed"], row["cost_travel"] = providers.cost_fixed[pick], providers.cost_travel[pick]
        row["open_cost"] = providers.open_cost[pick]
    outside = np.arange(len(providers)) >= len(providers) - arrivals
    local = (providers.open == 1) & (providers.closing == 0)
    local &= (providers.demand > p.procurement_smallest_bidder) | (providers.contracted == 1)
    bidders = np.flatnonzero(local | outside)
    slots = tenders.number_of_winners(market, p, decided, len(bidders))
    total = float(providers.council_hours.sum())
    volume = total / max(slots, 1)
    bid = tenders.bids(market, p, decided, bidders, slots, volume, draws)
    score = tenders.scores(market, p, decided, bidders, bid, draws)
    if decided.fee_rule == TENDERED and decided.fee_ceiling >= 0.0:
        score = np.where(bid <= decided.fee_ceiling, score, score - OVER_THE_CEILING)
        bid = np.minimum(bid, decided.fee_ceiling)
    order = bidders[np.argsort(-score, kind="stable")][:slots]
    providers.won[:] = 0
    providers.won[order] = 1
    providers.bid[bidders] = bid
    providers.lots[:] = 0
    if decided.procurement_zoned:
        tenders.award_zones(market, p, order, int(decided.procurement_providers_per_zone))
    market.pay(
        "council", "suppliers", "procurement", len(bidders) * p.procurement_bid_cost * market.prices["price_index"]
    )


def start_contracts(market, parameters, draws):
    """The contract starts: new terms, new rates, winners in, losers out of council work as their zones move."""
    p = parameters
    providers, commissioner = market.providers, market.commissioners.rows[0]
    decided = Numbers(market.decided)
    extra = tenders.terms_cost(market, p, decided, np.arange(len(providers)))
    market.levers[:] = market.decided
    commissioner["contract_end"] = market.week + round(52 * decided.contract_term_years)
    if commissioner["codesign_done"] > 0.0:
        commissioner["codesigned"] = commissioner["codesign_done"]
        commissioner["codesign_done"] = 0.0
    elif tenders.is_contest(decided):
        commissioner["codesigned"] = 0.0
    won = (providers.won == 1) & ((providers.open == 1) | (providers.usual_hours == 0.0)) & (providers.closing == 0)
    if not won.any():
        return
    if not tenders.is_contest(decided):
        providers.rate *= decided.fee_level * commissioner["fee"] / np.maximum(providers.rate, 1e-9)
        if decided.fee_rule == OPEN_BOOK:
            set_open_book_rates(market, p, extra)
        providers.contracted_hours = providers.council_hours * providers.contracted
        return
    held = providers.contracted == 1
    lost = held & ~won
    providers.trust[lost] *= p.trust_event_loss
    providers.contracted[:] = 0
    providers.contracted[won] = 1
    newcomers = won & (providers.open == 0)
    providers.open[newcomers] = 1
    capital = np.where(newcomers, p.entry_capital + p.entry_capital_per_hour * p.procurement_newcomer_hours, 0.0)
    market.pay("world", "providers", "capital", capital)
    market.counts["entries"] += int(newcomers.sum())
    total = float(providers.council_hours.sum())
    volume = total / max(int(won.sum()), 1)
    providers.contracted_hours[:] = 0.0
    providers.contracted_hours[won] = volume
    providers.patch_lead[:] = 0
    if decided.procurement_zoned:
        weight = np.zeros(len(providers))
        weight[won] = np.maximum(providers.lots[won], 1)
        providers.contracted_hours[:] = total * weight / weight.sum()
        for j in np.flatnonzero(won):
            take_zones(providers, j, providers.lot[j][: providers.lots[j]])
    else:
        cover_all_zones(market, p, won)
    private = np.maximum(providers.committed - providers.council_hours, 0.0)
    providers.plan[won] = np.maximum(providers.contracted_hours + private, providers.demand)[won]
    providers.plan[lost] = np.maximum(p.procurement_loser_plan * providers.plan, private)[lost]
    if decided.fee_rule == TENDERED:
        providers.rate[won] = providers.bid[won]
        commissioner["fee"] = float(providers.bid[won].mean()) / decided.fee_level
    else:
        providers.rate[won] = commissioner["fee"] * decided.fee_level
        if decided.fee_rule == OPEN_BOOK:
            set_open_book_rates(market, p, extra)
    providers.won[:] = 0
    spread = int(decided.procurement_phase_in_weeks)
    order = np.argsort(draws.uniform("phase_in", np.arange(len(market.zones))), kind="stable")
    market.transfers[order] = np.floor(np.arange(len(market.zones)) * (spread + 1) / len(market.zones)).astype(np.int64)


def take_zones(providers, j, zones, keep_leads=False):
    """A provider becomes lead in these zones: they come first in its patch, then those it served before."""
    count = providers.patch_count[j]
    before = providers.patch_zone[j, :count].tolist()
    led = set(providers.patch_zone[j, :count][providers.patch_lead[j, :count] == 1].tolist()) if keep_leads else set()
    zones = [int(zone) for zone in zones]
    patch = (zones + [z for z in before if z in led and z not in zones])[:PATCH]
    leads = len(patch)
    patch += [z for z in before if z not in patch][: PATCH - leads]
    providers.patch_zone[j, : len(patch)] = patch
    providers.patch_count[j] = len(patch)
    providers.patch_lead[j] = 0
    providers.patch_lead[j, :leads] = 1


def cover_all_zones(market, p, won):
    """Every zone is served by some contracted providers at least, the nearest ones where too few do."""
    providers, zones = market.providers, market.zones
    rows = np.flatnonzero(won)
    base = providers.base_zone[rows]
    away = np.hypot(zones["x"][:, None] - zones["x"][base], zones["y"][:, None] - zones["y"][base])
    for zone in range(len(zones)):
        serving = [j for j in rows if zone in providers.patch_zone[j][: providers.patch_count[j]]]
        for j in rows[np.argsort(away[zone], kind="stable")]:
            if len(serving) >= p.ownership_fewest_a_zone:
                break
            if j not in serving and providers.patch_count[j] < PATCH:
                providers.patch_zone[j, providers.patch_count[j]] = zone
                providers.patch_count[j] += 1
                serving.append(j)


def move_zones(market, parameters, draws):
    """Packages of the zones whose turn it is move to providers with the new contract, and staff follow them (M47)."""
    providers = market.providers
    now = np.flatnonzero(market.transfers == 0)
    market.transfers[market.transfers >= 0] -= 1
    if len(now) == 0:
        return
    start, rows, patches = geography.providers_by_zone(providers.rows, len(market.zones))
    zoned = bool(market.levers["procurement_zoned"][0])
    moved = 0.0
    for zone in now:
        moved += transfer.transfer_zone(
            market.clients.rows,
            providers.rows,
            zone,
            zoned,
            start,
            rows,
            patches,
            np.ascontiguousarray(providers.contracted_hours),
            draws.key("move_zones"),
        )
    left = transfer.transfer_staff(
        market.clients.rows,
        market.clients.rounds,
        market.workers.rows,
        market.workers.year,
        providers.rows,
        parameters.row,
        draws.key("transfer_staff"),
    )
    market.counts["transferred"] += moved
    market.counts["leavers"] += left
    p = parameters
    market.pay(
        "council", "suppliers", "procurement", moved * p.procurement_transfer_cost * market.prices["price_index"]
    )
    providers.demand = np.maximum(providers.demand, 0.0)
    receiving = market.clients.status == RECEIVING
    hours = np.bincount(
        np.maximum(market.clients.provider, 0),
        market.clients.hours * receiving * (market.clients.provider >= 0),
        len(providers),
    )
    apart = np.abs(hours - providers.demand) > p.procurement_demand_jump * np.maximum(hours, p.ownership_smallest)
    providers.demand += np.where(apart, hours - providers.demand, 0.0)
