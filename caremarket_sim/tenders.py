"""How bids are made, scored and awarded (ODD 7.4; E9, M38, M46)."""

import numpy as np

from . import costs
from .entities import PATCH

TENDERED = 1.0


def is_contest(decided) -> bool:
    """Whether a tender picks some and leaves others out; an open list without a price contest readmits everybody."""
    return bool(decided.procurement_max_providers > 0 or decided.procurement_zoned or decided.fee_rule == TENDERED)


def number_of_winners(market, p, decided, bidders: int) -> int:
    """Slots: the limit on providers, or in zones without a limit one for so many leads, never more than bidders."""
    if decided.procurement_max_providers > 0:
        return int(min(decided.procurement_max_providers, bidders))
    if decided.procurement_zoned:
        leads = len(market.zones) * int(decided.procurement_providers_per_zone)
        return int(min(np.ceil(leads / p.procurement_lots_a_winner), bidders))
    held = int(((market.providers.contracted == 1) & (market.providers.open == 1)).sum())
    return int(min(max(held, 1), bidders))


def bids(market, p, decided, bidders, slots, volume, draws) -> np.ndarray:
    """What each bidder asks for an hour, at the volume it would win and the terms on offer (E9)."""
    providers = market.providers
    numbers = providers.number[bidders]
    overhead = costs.overhead_an_hour(volume, providers.overhead_scale[bidders], p)
    marginal = providers.cost_fixed[bidders] + providers.cost_travel[bidders] + terms_cost(market, p, decided, bidders)
    estimate = marginal + (overhead + p.overhead_hiring_allowance) * market.prices["price_index"]
    estimate = estimate * np.exp(p.procurement_estimate_error * draws.normal("bids", numbers))
    planned = decided.contract_payment_basis == 1.0
    risk = (
        p.procurement_volume_premium * (1.0 - decided.contract_guaranteed_volume)
        + p.procurement_payment_premium * (0.0 if planned else 1.0)
        + p.procurement_outcome_premium * decided.contract_outcome_share
        - p.procurement_term_discount * (decided.contract_term_years - p.procurement_term_reference)
        - p.procurement_trust_discount * (providers.trust[bidders] - 0.5)
    )
    shade = 1.0 - p.procurement_competition_effect * max(1.0 - slots / max(len(bidders), 1), 0.0)
    asked = estimate * (1.0 + providers.margin_target[bidders] * shade + risk)
    return np.maximum(p.procurement_lowest_bid * marginal, asked) / costs.paid_share(decided, p) * decided.fee_level


def terms_cost(market, p, decided, bidders) -> np.ndarray:
    """What the terms on offer add to the cost of an hour over the terms in force: wage floor, paid travel and gaps."""
    providers = market.providers
    floor = market.prices["national_living_wage"]
    if decided.employment_wage_floor_kind == 1.0:
        floor = market.prices["real_living_wage"]
    elif decided.employment_wage_floor_kind == 2.0:
        floor = decided.employment_wage_floor_amount
    pay = providers.pay[bidders]
    raised = np.maximum(pay, floor)
    travel = providers.travel_share[bidders]
    gaps = p.rostering_gap_minutes / p.travel_reference_minutes
    now_travel = float(market.levers["employment_paid_travel_share"][0])
    now_gaps = float(market.levers["employment_shift_pay"][0])
    then = raised * (1.0 + travel * decided.employment_paid_travel_share + gaps * decided.employment_shift_pay)
    now = pay * (1.0 + travel * now_travel + gaps * now_gaps)
    days = decided.employment_training_days - float(market.levers["employment_training_days"][0])
    return (then - now) * costs.on_cost(p) + days * p.training_day_cost / 52.0 / p.recruitment_hours_wanted


def scores(market, p, decided, bidders, bid, draws) -> np.ndarray:
    """Weighted score of each bid: price, and signals of quality, values and social value, each 0 to 1 (M46)."""
    providers = market.providers
    numbers = providers.number[bidders]
    r = p.procurement_signal
    noise = np.sqrt(1.0 - r * r)

    def signal(latent, part, flattery):
        centred = (latent - latent.mean()) / max(float(latent.std()), 1e-6)
        reading = r * centred + noise * draws.normal("scores", numbers, part) + flattery
        return 1.0 / (1.0 + np.exp(-reading))

    gaming = p.procurement_gaming * (1.0 - providers.mission[bidders]) * (1.0 - market.stewardship)
    quality = signal(providers.quality[bidders], 1, gaming)
    values = signal(providers.mission[bidders], 2, gaming)
    true_value = p.place_value_base + p.place_value_mission * providers.mission[bidders]
    weight = decided.procurement_weights_social_value
    inflation = p.place_promise_inflation * weight / p.place_weight_reference
    inflation = inflation * (1.0 - p.place_promise_candour * providers.mission[bidders])
    promise = true_value * (1.0 + inflation)
    providers.promised[bidders] = promise
    social = signal(promise, 3, 0.0)
    cheapest = bid.min()
    price = np.clip(1.0 - p.procurement_price_slope * (bid / cheapest - 1.0), 0.0, 1.0)
    return (
        decided.procurement_weights_price * price
        + decided.procurement_weights_quality * quality
        + decided.procurement_weights_values * values
        + weight * social
    )


def award_zones(market, p, winners, leads_per_zone: int):
    """Each zone gets its lead providers in turn: near winners, and winners of few zones so far."""
    providers, zones = market.providers, market.zones
    most = int(min(PATCH, np.ceil(len(zones) * leads_per_zone / max(len(winners), 1)) + 1))
    providers.lots[:] = 0
    base = providers.base_zone[winners]
    away = np.hypot(zones["x"][:, None] - zones["x"][base], zones["y"][:, None] - zones["y"][base])
    given = np.zeros(len(winners), int)
    for _ in range(min(leads_per_zone, len(winners))):
        for zone in np.argsort(away.min(axis=1), kind="stable"):
            has = np.array([zone in providers.lot[j][: providers.lots[j]] for j in winners])
            cost = away[zone] + p.procurement_lot_distance * given + 1e6 * (has | (given >= most))
            best = int(np.argmin(cost))
            if cost[best] >= 1e6:
                continue
            j = winners[best]
            providers.lot[j, providers.lots[j]] = zone
            providers.lots[j] += 1
            given[best] += 1
