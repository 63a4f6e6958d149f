"""ODD 7.10, providers' surplus, hand-backs, closures and entries (M35, M36)."""

import math

import numpy as np

from .. import firms
from ..arithmetic import within
from ..kernels import agencies, sourcing, transfer
from ..kernels.hashing import uniform


def providers_distribute_surplus(market, parameters, policy, draws):
    """Once a year: surplus above the profit norm goes back to the council (less what is hidden), the rest above a
    reserve is paid out to owners by their extraction; a part of surplus above target is already in pay (E6, E10)."""
    p, lever = parameters, policy
    providers = market.providers
    if market.week % 52 != 51:
        return
    council_share = within(providers.council_hours / np.maximum(providers.committed, 1.0), 0.0, 1.0)
    if lever.stewardship_open_book and lever.stewardship_profit_norm >= 0.0:
        hidden = providers.evasion * (1.0 - market.stewardship) * p.money_evasion_reach
        surplus = providers.year_surplus - providers.year_revenue * (lever.stewardship_profit_norm + hidden)
        back = np.maximum(surplus, 0.0) * council_share * providers.contracted * providers.open
        back = np.minimum(back, np.maximum(providers.cash / 100.0, 0.0))
        market.pay("providers", "council", "surplus returned", back)
    reserve = p.money_reserve_weeks / 52.0 * providers.year_revenue
    spare = np.maximum(providers.cash / 100.0 - reserve, 0.0)
    paid = spare * providers.extraction * p.money_payout_share * providers.open
    market.pay("providers", "owners", "distribution", paid)
    providers.year_surplus = 0.0
    providers.year_revenue = 0.0


def providers_hand_back(market, parameters, policy, draws):
    """After months below cost a provider gives notice on its worst packages; care goes on meanwhile (E10, M35)."""
    p = parameters
    providers = market.providers
    handing_back = agencies.handing_back(providers.rows, p.row, draws.key("providers_hand_back"))
    if not handing_back.any():
        return
    market.counts["hand_backs"] += sourcing.give_notice(
        market.clients.rows,
        providers.rows,
        handing_back,
        p.exit_hand_back_share,
        round(p.exit_notice_weeks),
        draws.key("give_notice"),
    )
    providers.handing_back[handing_back] = 0.0


def providers_close(market, parameters, policy, draws):
    """Insolvency, too little work, or an owner's retirement, when notice runs first; also a failure that a scenario
    sets, which comes without."""
    p, lever = parameters, policy
    providers = market.providers
    closes = agencies.giving_up(providers.rows, p.row, draws.key("providers_close"))
    fails = np.zeros(len(providers), bool)
    if lever.shocks_provider_failure > 0.0 and market.commissioners.failed[0] == 0.0:
        fails = failing(providers, lever.shocks_provider_failure)
        closes |= fails
        market.commissioners.failed = 1.0
    if closes.any():
        providers.closing[closes] = round(p.exit_notice_weeks)
        providers.closing[fails] = 1
        market.counts["closures"] += np.count_nonzero(closes)
        market.counts["closures_contracted"] += np.count_nonzero(closes & (providers.contracted == 1))
    closing = np.ascontiguousarray(providers.closing)
    if not closing.any():
        return
    theirs = transfer.people_of(market.clients.rows, closing > 0)
    transfer.give_everybody_notice(market.clients.rows, theirs, closes, round(p.exit_notice_weeks))
    transfer.staff_follow(
        market.clients.rows,
        market.clients.known,
        market.workers.rows,
        closing,
        p.procurement_staff_move_share,
        draws.fixed("staff_follow"),
    )
    if (closing == 1).any():
        end_trading(market, closing == 1, theirs, p, draws)
    providers.closing = np.maximum(closing - 1, 0)


def end_trading(market, ending, theirs, p, draws):
    """Providers stop: whoever they still had, all of them in the rows `theirs`, goes into the queue, displaced; staff
    are let go; owners take what cash is left, or make good what is owed."""
    providers = market.providers
    market.counts["leavers"] += transfer.dismiss(
        market.workers.rows, market.workers.year, ending, p.leaving_stay_in_sector_share, draws.key("dismiss")
    )
    market.counts["displaced"] += transfer.displace(market.clients.rows, theirs, ending)
    market.pay("providers", "owners", "capital", np.where(ending, providers.cash / 100.0, 0.0))
    for name in ("open", "contracted", "committed", "council_hours", "demand", "usual_hours", "won"):
        providers.rows[name][ending] = 0


def failing(providers, share) -> np.ndarray:
    """The contracted provider whose share of contracted hours comes nearest to the share that is to fail."""
    hours = providers.council_hours * ((providers.contracted == 1) & (providers.open == 1) & (providers.closing == 0))
    part = hours / max(hours.sum(), 1.0)
    fails = np.zeros(len(providers), bool)
    fails[np.argmin(np.where(hours > 0.0, np.abs(part - share), np.inf))] = True
    return fails


def providers_enter(market, parameters, policy, draws):
    """New agencies open where margins and unmet need invite (E10); some come with a contract while the list is open.

    The firms that might come are made per week from place and date alone: each with its own chance, mission and size.
    """
    p, lever = parameters, policy
    providers, commissioner = market.providers, market.commissioners.rows[0]
    joined = lever.procurement_max_providers == 0.0 and not lever.procurement_zoned
    margin, mean_hours = agencies.state_of_trade(providers.rows)
    invites = invitation(market, p, margin)
    rate = p.entry_rate * market.scale / 52.0 * mean_hours / p.entry_reference_hours * invites
    support = lever.community_coop_support / p.entry_coop_reference_support * p.entry_coop_rate / 52.0
    candidates = math.ceil(p.entry_candidates * market.scale)
    key = draws.key("providers_enter")
    numbers, as_coop = agencies.entering(
        firms.first_firm(market.week), candidates, rate / candidates, support / candidates, key
    )
    market.pay("council", "suppliers", "co-operative support", lever.community_coop_support / 52.0)
    for number, coop in zip(numbers.tolist(), as_coop.tolist(), strict=True):
        contracted = joined and (coop or uniform(key, number, 2) < p.entry_contracted_share)
        row = firms.found(market, parameters, draws, number, contracted, cooperative=coop)
        row["rate"] = commissioner["fee"] * lever.fee_level
        market.counts["entries"] += 1
    if joined:
        price = commissioner["fee"] * lever.fee_level
        joins = agencies.joining(providers.rows, p.row, price, invites, draws.key("providers_join"))
        if joins.any():
            providers.contracted[joins] = 1
            providers.rate[joins] = price
            providers.plan[joins] *= p.entry_join_growth


def invitation(market, p, margin: float) -> float:
    """How far margins and waiting invite firms in: 1 in the baseline."""
    commissioner = market.commissioners.rows[0]
    waiting = commissioner["waiting"] / max(commissioner["people"], 1.0)
    pull = p.entry_margin_effect * (margin - p.entry_margin_reference)
    queue = p.entry_waiting_effect * (waiting - p.entry_waiting_reference)
    limit = p.entry_margin_limit
    return math.exp(min(max(pull, -limit), limit)) * min(1.0 + queue, p.entry_waiting_limit)
