"""ODD 7.37 Tenders: the procurement clock, bids, their scores, the award, and a framework that has lost providers."""

import math

import numpy as np

from ..compiled import entry, plain, step
from ..compiled.draws import one_poisson, one_uniform
from ..compiled.process import guard, process, when
from ..market.codes import COOPERATIVE, INADEQUATE, PATCH, TENDERED
from ..market.firms import OUTSIDE_BIDDERS, first_firm, found, usual_firm
from ..market.motive import cares, margin_aimed_at, office_spending
from ..market.providers import overheads, paid_share, risk_premium
from ..market.state import week_of
from ..market.terms import cost_of_terms, design_begins, is_contest, of_council, weeks_to_prepare
from ..market.territory import away_from, has_given_up, lead_here_too, leads_in, serve_the_borough

OVER_THE_CEILING = 10.0
"""Points off a bid above the ceiling: more than any bid can score, so that it comes after all others."""


@process
def contracts_run_out(market, parameters, policy, draws):
    """The procurement clock: contracts about to end are let again, and what is in preparation comes a week nearer.

    A tender begins so early that its contracts start in the week in which those before them end: co-design, if the
    council wants any, the tender and mobilisation lie before it. Where that takes longer than a term, it begins at
    once.
    """
    p = parameters[0]
    mobilisation = round(p.procurement_mobilisation_weeks)
    for c in range(len(market.commissioners)):
        council = market.commissioners[c]
        council.awarding = 0.0
        if council.tender_due == 0.0:
            weeks = weeks_to_prepare(market.decided[c].stewardship_codesign_months, p)
            if week_of(market) + weeks - 1.0 >= council.contract_end:
                council.tender_due = weeks
                council.contract_end = np.inf
                design_begins(market, c, market.decided[c].stewardship_codesign_months, p)
        if council.tender_due > 0.0:
            council.tender_due -= 1.0
            if council.tender_due == mobilisation:
                council.awarding = 1.0
            elif council.tender_due == 0.0:
                council.starting = 1.0


@guard
def tender_is_due(market, parameters, policy, draws):
    """Whether a council awards contracts this week."""
    return (market.commissioners["awarding"] == 1.0).any()


@when(tender_is_due)
def council_tenders(market, parameters, policy, draws):
    """Bids are made, scored and ranked (E9, M46): every local agency of some size and firms from outside.

    bid = max(lowest · marginal cost, ĉ(1 + m(1 − s(1 − slots/bidders)+) + ρ)) / paid share · fee level.
    Quality and values are noisy signals of latent ones, and writing can flatter them; a promise of social value is
    inflated by the weight it carries.
    """
    for c in np.flatnonzero(market.commissioners.awarding == 1.0):
        award(market, parameters, int(c), draws)


def award(market, parameters, council, draws):
    """A council's contracts are awarded, to start when providers have had time to prepare."""
    p = parameters
    decided = of_council(market.decided, council)
    providers = market.providers
    index = market.prices["price_index"]
    market.pay("council", "suppliers", "procurement", p.procurement_tender_cost * index, council)
    if not plain(is_contest)(decided):
        mine = providers.council == council
        providers.won[mine] = (providers.contracted * providers.open)[mine]
        providers.bid[mine] = providers.rate[mine]
        return
    bidders = who_bids(market, parameters, council, draws)
    mine = providers.council == council
    slots = number_of_winners(market, p, council, decided, len(bidders))
    volume = float(providers.council_hours[mine].sum()) / max(slots, 1)
    bid = bids(market, parameters, council, decided, bidders, slots, volume, draws)
    score = scores(market, p, council, decided, bidders, bid, draws)
    if decided.fee_rule == TENDERED and decided.fee_ceiling >= 0.0:
        score = np.where(bid <= decided.fee_ceiling, score, score - OVER_THE_CEILING)
        bid = np.minimum(bid, decided.fee_ceiling)
    winners = bidders[np.argsort(-score, kind="stable")][:slots]
    providers.won[mine] = 0
    providers.won[winners] = 1
    providers.bid[bidders] = bid
    providers.lots[mine] = 0
    if decided.procurement_zoned:
        award_localities(market, p, council, winners, int(decided.procurement_providers_per_zone))
    market.pay("council", "suppliers", "procurement", len(bidders) * p.procurement_bid_cost * index, council)


def who_bids(market, parameters, council, draws) -> np.ndarray:
    """Rows of local agencies of some size, less of it for co-operatives that are helped to bid in time, and of firms
    from outside, who come for this tender."""
    p, providers = parameters, market.providers
    key = draws.key("outside_bidders")
    arrivals = one_poisson(key, council, p.procurement_outside_bidders)
    first = plain(first_firm)(market.week, council) + OUTSIDE_BIDDERS
    usual = usual_firm(market, council, False)
    for number in range(first, first + arrivals):
        row = found(market, parameters, draws, number, usual, staffed=False)
        row["open"] = 0
        row["demand"] = row["demand_slow"] = row["usual_hours"] = 0.0
        here = np.flatnonzero(providers.council == council)
        pick = here[int(one_uniform(key, number, 1) * max(len(here) - 1, 1))]
        row["cost_fixed"], row["travel_share"] = providers.cost_fixed[pick], providers.travel_share[pick]
        row["cost_travel"] = row["travel_share"] * p.money_mileage_per_travel_hour * market.prices["price_index"]
        row["open_cost"] = providers.open_cost[pick] + row["cost_travel"] - providers.cost_travel[pick]
    outside = np.arange(len(providers)) >= len(providers) - arrivals
    local = (providers.open == 1) & (providers.closing == 0)
    helped = (providers.ownership == COOPERATIVE) & (market.decided["community_coop_support"][council] > 0.0)
    smallest = np.where(helped, p.procurement_supported_bidder, p.procurement_smallest_bidder)
    local &= (providers.demand > smallest) | (providers.contracted == 1)
    local &= providers.last_resort == 0
    return np.flatnonzero((local | outside) & (providers.council == council))


def number_of_winners(market, p, council, decided, bidders: int) -> int:
    """Slots: the limit on providers, or where zoned without a limit one for so many leads; never too few for every
    locality to be in somebody's patch, and never more than bidders."""
    providers, localities = market.providers, int(market.commissioners.localities[council])
    if decided.procurement_max_providers > 0:
        slots = decided.procurement_max_providers
    elif decided.procurement_zoned:
        slots = np.ceil(localities * int(decided.procurement_providers_per_zone) / p.procurement_lots_a_winner)
    else:
        slots = ((providers.contracted == 1) & (providers.open == 1) & (providers.council == council)).sum()
    return int(min(max(slots, np.ceil(localities / PATCH)), bidders))


def bids(market, parameters, council, decided, bidders, slots, volume, draws) -> np.ndarray:
    """What each bidder asks for an hour, at the volume it would win and the terms on offer (E9)."""
    p, providers = parameters, market.providers
    numbers = providers.number[bidders]
    overhead = overheads(np.full(len(bidders), volume), providers.overhead_scale[bidders], parameters.row)
    overhead = overhead * plain(office_spending)(providers, p)[bidders]
    marginal = providers.cost_fixed[bidders] + providers.cost_travel[bidders]
    marginal = marginal + cost_of_terms(market, p, council, decided, bidders)
    estimate = marginal + (overhead + p.overhead_hiring_allowance) * market.prices["price_index"]
    estimate = estimate * np.exp(p.procurement_estimate_error * draws.normal("bids", numbers))
    risk = plain(risk_premium)(decided, providers.trust[bidders], p)
    shade = 1.0 - p.procurement_competition_effect * max(1.0 - slots / max(len(bidders), 1), 0.0)
    asked = estimate * (1.0 + plain(margin_aimed_at)(providers, p.motive_asking_slope, p)[bidders] * shade + risk)
    lowest = np.maximum(p.procurement_lowest_bid * marginal, asked)
    return lowest / plain(paid_share)(decided, p) * decided.fee_level


def scores(market, p, council, decided, bidders, bid, draws) -> np.ndarray:
    """Weighted score of each bid: price, and signals of quality, values and social value, each 0 to 1 (M46).

    Writing flatters quality and values the more, the more each weighs."""
    providers = market.providers
    numbers = providers.number[bidders]
    r = p.procurement_signal
    noise = np.sqrt(1.0 - r * r)

    def signal(latent, part, flattery):
        centred = (latent - latent.mean()) / max(float(latent.std()), 1e-6)
        reading = r * centred + noise * draws.normal("scores", numbers, part) + flattery
        return 1.0 / (1.0 + np.exp(-reading))

    led_by_care = providers.care[bidders]
    writes = 1.0 - plain(cares)(providers, p.motive_writing_slope, p)[bidders]
    gaming = p.procurement_gaming * writes * (1.0 - market.stewardship(council))
    usual = p.procurement_flattery_reference
    flattered = (
        gaming * decided.procurement_weights_quality / usual,
        gaming * decided.procurement_weights_values / usual,
    )
    quality = signal(providers.quality[bidders], 1, flattered[0])
    values = signal(led_by_care, 2, flattered[1])
    for_the_place = plain(cares)(providers, p.motive_social_value_slope, p)[bidders]
    true_value = p.place_value_base + p.place_value_care * for_the_place
    weight = decided.procurement_weights_social_value
    inflation = p.place_promise_inflation * weight / p.place_weight_reference
    inflation = inflation * (1.0 - p.place_promise_candour * for_the_place)
    promise = np.minimum(true_value * (1.0 + inflation), 1.0)
    providers.promised[bidders] = promise
    social = signal(promise, 3, 0.0)
    price = np.clip(1.0 - p.procurement_price_slope * (bid / bid.min() - 1.0), 0.0, 1.0)
    return (
        decided.procurement_weights_price * price
        + decided.procurement_weights_quality * quality
        + decided.procurement_weights_values * values
        + weight * social
    )


def award_localities(market, p, council, winners, leads_each: int):
    """Each locality gets its lead providers in turn: near winners, and winners of few so far."""
    providers = market.providers
    first, count = (int(market.commissioners.rows[council][name]) for name in ("first_locality", "localities"))
    most = int(min(PATCH, np.ceil(count * leads_each / max(len(winners), 1)) + 1))
    away = away_from(market.localities, providers.rows[winners])[first : first + count]
    given = np.zeros(len(winners), int)
    for _ in range(min(leads_each, len(winners))):
        for place in np.argsort(away.min(axis=1), kind="stable"):
            locality = first + place
            has = np.array([locality in providers.lot[j][: providers.lots[j]] for j in winners])
            cost = away[place] + p.procurement_lot_distance * given + 1e6 * (has | (given >= most))
            best = int(np.argmin(cost))
            if cost[best] >= 1e6:
                continue
            j = winners[best]
            providers.lot[j, providers.lots[j]] = locality
            providers.lots[j] += 1
            given[best] += 1


@guard
def a_gap_is_looked_at(market, parameters, policy, draws):
    """Whether it is the week of the month in which gaps of closed frameworks are filled, and there is one."""
    if week_of(market) % 4 != 0:
        return False
    for c in range(len(policy)):
        too_few, without_lead = gaps_of(market, c, policy[c], parameters[0])
        if too_few or without_lead.any():
            return True
    return False


@step
def gaps_of(market, council, lever, p):
    """Whether a council's framework has lost too many providers, and which localities lack a lead provider.

    One found inadequate does not count as lead. Nothing is missing where the list is open.
    """
    commissioner = market.commissioners[council]
    first, localities = commissioner.first_locality, commissioner.localities
    without_lead = np.zeros(len(market.localities), np.bool_)
    zoned, sought = lever.procurement_zoned != 0.0, lever.procurement_max_providers
    if sought <= 0.0 and not zoned:
        return False, without_lead
    if sought <= 0.0:
        sought = math.ceil(localities * lever.procurement_providers_per_zone / p.procurement_lots_a_winner)
    leads = np.zeros(len(market.localities), np.int64)
    contracted, adequate = 0, 0
    for j in range(len(market.providers)):
        r = market.providers[j]
        if r.council != council or r.contracted != 1 or r.open != 1 or r.closing != 0:
            continue
        contracted += 1
        if r.rating != INADEQUATE:
            adequate += 1
            for k in range(r.patch_count):
                leads[r.patch_locality[k]] += r.patch_lead[k] == 1
    if zoned:
        wanted = min(int(lever.procurement_providers_per_zone), adequate)
        for locality in range(first, first + localities):
            without_lead[locality] = leads[locality] < wanted and market.transfers[locality] < 0
    return contracted < p.procurement_reopen_share * sought, without_lead


@entry
def gaps_now(market, council, parameters):
    """The same for Python, under the levers in force."""
    return gaps_of(market, council, market.levers[council], parameters[0])


@when(a_gap_is_looked_at)
def gaps_are_filled(market, parameters, policy, draws):
    """Monthly, a closed framework that has lost providers is opened again, and localities without a lead get one.

    How soon depends on how late the council sees it. Agencies join that are large enough and whose cost the fee covers;
    a locality goes to the contracted provider with the best margin.
    """
    p = parameters
    for c in range(len(market.commissioners)):
        reach = market.stewardship(c)
        soon = 4.0 / (p.stewardship_slow_lag + (p.stewardship_fast_lag - p.stewardship_slow_lag) * reach)
        too_few, _ = gaps_now(market.state, c, p.row)
        if too_few:
            framework_is_opened(market, p, c, soon, draws)
        _, without_lead = gaps_now(market.state, c, p.row)
        if without_lead.any():
            leads_are_found(market, c, without_lead, soon, draws)


def framework_is_opened(market, p, council, soon, draws):
    """The cheapest agency joins a framework that has lost too many providers, if the fee covers what it costs.

    It serves the whole borough as the others do, unless the framework is by zones."""
    providers, commissioner = market.providers, market.commissioners.rows[council]
    lever = of_council(market.levers, council)
    if one_uniform(draws.key("reopen"), council, 0) >= soon:
        return
    agencies = (providers.council == council) & (providers.open == 1) & (providers.closing == 0)
    agencies &= providers.contracted == 0
    agencies &= (providers.demand > p.entry_join_hours) & (providers.last_resort == 0)
    fee = commissioner["fee"] * lever.fee_level
    cost = providers.cost_fixed + providers.cost_travel + providers.overhead_hour
    agencies &= cost < fee * plain(paid_share)(lever, p) * (1.0 + p.procurement_reopen_tolerance)
    if agencies.any():
        j = int(np.argmin(np.where(agencies, cost, np.inf)))
        providers.contracted[j] = 1
        providers.rate[j] = fee
        providers.plan[j] *= p.entry_join_growth
        if not lever.procurement_zoned:
            serve_the_borough(market, j)


def leads_are_found(market, council, without_lead, soon, draws):
    """Localities that lack a lead provider get the contracted one with the best margin."""
    providers = market.providers
    contracted = (providers.contracted == 1) & (providers.open == 1) & (providers.closing == 0)
    contracted &= (providers.council == council) & (providers.rating != INADEQUATE)
    key = draws.key("locality_without_lead")
    for locality in np.flatnonzero(without_lead):
        if one_uniform(key, int(locality), 0) >= soon:
            continue
        others = [
            j
            for j in np.flatnonzero(contracted)
            if not leads_in(providers, j, locality) and not has_given_up(providers, j, locality)
        ]
        if others:
            lead_here_too(providers, max(others, key=lambda j: providers.margin[j]), int(locality))
