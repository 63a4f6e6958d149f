"""ODD 7.27 Hand-backs: providers give up, with notice, council work in localities where it loses them money."""

import numpy as np

from ..compiled import compiled, step
from ..compiled.draws import key_of, process_code
from ..compiled.geography import patch_of
from ..compiled.hashing import uniform
from ..compiled.memory import glance_ahead
from ..compiled.process import process
from ..market.codes import COUNCIL, PATCH, RECEIVING
from ..market.motive import looks_ahead, office_spending
from ..market.people import lose_kept_place
from ..market.providers import overhead_an_hour, paid_share
from ..market.state import clients_of, week_of
from ..market.terms import is_contest

HAND_BACK = process_code("providers_hand_back")
NO_LOCALITY = -1
"""In place of a locality, for the contract as a whole."""


@process
def providers_hand_back(market, parameters, policy, draws):
    """Where a contracted provider's council work has lost money for months, in a locality or as a whole, it gives
    notice on all of it there, the later the further its owner looks ahead; care goes on meanwhile (E10, M35).

    It looks at its accounts every few weeks, with the overhead of the size that it has or was awarded. Who hands back
    everything has handed back the contract.
    """
    p = parameters[0]
    if week_of(market) % round(p.exit_look_weeks) != 0:
        return
    providers = market.providers
    overhead = np.zeros(len(providers))
    for j in range(len(providers)):
        r = providers[j]
        awarded = r.contracted_hours if is_contest(policy[r.council]) else 0.0
        size = max(r.committed, awarded)
        an_hour = overhead_an_hour(size, r.overhead_scale, p) * office_spending(r, p)
        overhead[j] = an_hour * market.prices[0].price_index
    price, cost, hours = work_by_locality(market, policy, overhead, p)
    chosen = np.zeros((len(providers), PATCH), np.bool_)
    everything = np.zeros(len(providers), np.bool_)
    any_chosen = False
    for j in range(len(providers)):
        if providers[j].open == 1:
            losses = cost[j] - price[j] * (1.0 - p.exit_margin_line)
            found = localities_to_hand_back(providers[j], losses, chosen[j], p, key_of(draws, HAND_BACK))
            fixed = (1.0 - p.exit_overhead_borne) * overhead[j] * hours[j]
            whole = contract_is_handed_back(providers[j], losses.sum() + fixed, p, key_of(draws, HAND_BACK))
            everything[j] = whole or (found and nothing_is_left(providers[j]))
            any_chosen |= found or whole
    if any_chosen:
        packages_get_notice(market, chosen, everything, p)


@step
def work_by_locality(market, policy, overhead, p):
    """What the council's packages with each provider bring in a week, £, by place in its patch, and what they cost:
    pay, the way to them and the part of the `overhead` an hour that goes with them; and their hours in all."""
    clients, providers = clients_of(market), market.providers
    price, cost = np.zeros((len(providers), PATCH)), np.zeros((len(providers), PATCH))
    hours = np.zeros(len(providers))
    for i in range(len(clients)):
        glance_ahead(clients, i)
        c = clients[i]
        if c.status != RECEIVING or c.payer != COUNCIL or c.notice > 0:
            continue
        j = c.provider
        provider = providers[j]
        k = patch_of(provider, c.locality)
        if k < 0 or provider.contracted == 0:
            continue
        way = market.rounds[i].leg / c.visit_minutes
        further = way / provider.travel_share if provider.travel_share > 0.0 else 1.0
        an_hour = provider.cost_fixed + provider.cost_travel * further + p.exit_overhead_borne * overhead[j]
        rate = provider.rate + market.rounds[i].above_rate * (c.emergency > 0)
        price[j, k] += c.hours * rate * paid_share(policy[c.council], p)
        cost[j, k] += c.hours * an_hour
        hours[j] += c.hours
    return price, cost, hours


@compiled
def localities_to_hand_back(provider, losses, chosen, p, key):
    """Note for how long each locality has lost a provider money, £ a week beyond what it bears, and choose those that
    it hands back now. Returns whether there are any.

    Where it has handed back, it takes nothing for a while.
    """
    r = provider
    found = False
    for k in range(r.patch_count):
        if r.losing[k] < 0.0:
            r.losing[k] = min(r.losing[k] + p.exit_look_weeks, 0.0)
            continue
        r.losing[k] = r.losing[k] + p.exit_look_weeks if losses[k] > 0.0 else 0.0
        if gives_notice(r, r.losing[k], r.patch_locality[k], p, key):
            r.losing[k] = -p.exit_away_weeks
            r.patch_lead[k] = 0
            chosen[k] = True
            found = True
    return found


@compiled
def contract_is_handed_back(provider, loss, p, key):
    """Note for how long a provider's council work as a whole has lost it money, £ a week beyond what it bears, and say
    whether it hands all of it back now."""
    provider.weeks_below = provider.weeks_below + p.exit_look_weeks if loss > 0.0 else 0.0
    return gives_notice(provider, provider.weeks_below, NO_LOCALITY, p, key)


@compiled
def gives_notice(provider, weeks, locality, p, key):
    """Whether a provider gives notice on work that has lost it money for so many weeks: not while it closes, nor where
    it has won the contract that comes next."""
    patience = p.exit_hand_back_weeks * looks_ahead(provider, p.motive_hand_back_slope, p)
    if weeks < patience or provider.closing > 0 or provider.won == 1:
        return False
    chance = 1.0 - (1.0 - p.exit_hand_back_rate) ** p.exit_look_weeks
    return uniform(key, provider.number, locality) < chance


@compiled
def nothing_is_left(provider):
    """Whether a provider has handed back every locality that it serves."""
    kept = 0
    for k in range(provider.patch_count):
        kept += provider.losing[k] >= 0.0
    return kept == 0


@step
def packages_get_notice(market, chosen, everything, p):
    """Council packages in the `chosen` localities of each provider get notice, all of those that handed back
    `everything`; the volume that they were awarded falls with them, and with everything the contract ends."""
    clients, providers = clients_of(market), market.providers
    for i in range(len(clients)):
        c = clients[i]
        if c.provider < 0 or c.payer != COUNCIL or c.notice != 0 or (c.status != RECEIVING and c.kept == 0):
            continue
        r = providers[c.provider]
        k = patch_of(r, c.locality)
        if not everything[c.provider] and (k < 0 or not chosen[c.provider, k]):
            continue
        market.counts[c.council].hand_backs += 1.0
        r.contracted_hours = max(r.contracted_hours - c.hours, 0.0)
        if c.status == RECEIVING:
            c.notice = round(p.exit_notice_weeks)
        else:
            lose_kept_place(c)
    for j in range(len(providers)):
        if everything[j]:
            providers[j].contracted = 0
            providers[j].contracted_hours = 0.0
            providers[j].weeks_below = 0.0
            providers[j].patch_lead[:] = 0
