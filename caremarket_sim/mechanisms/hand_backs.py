"""ODD 7.27 Hand-backs: providers give up, with notice, council work in localities where it loses them money; and the
warning that some give in time.

A single package bought above the contract rate gets notice when that ends (`sourcing.py`), and is no hand-back.
"""

import numpy as np

from ..compiled import compiled, step
from ..compiled.draws import key_of, process_code
from ..compiled.geography import patch_of
from ..compiled.hashing import pair, uniform
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
GIVES_UP, TELLS, IS_HEARD = 0, 1, 2
"""Draws of a provider about a locality: whether it gives up, whether it told the council in time, and whether somebody
there hears it."""


@process
def providers_hand_back(market, parameters, policy, draws):
    """Where a contracted provider's council work has lost money for months, in a locality or as a whole, it gives
    notice on all of it there, the later the further its owner looks ahead; care goes on meanwhile (E10, M35).

    It looks at its accounts every few weeks, with the overhead of the size that it has or was awarded. Whether the
    contract as a whole pays is asked at its rates: what is paid above them in an emergency ends. Who hands back
    everything has handed back the contract. Halfway through its patience it may tell the council, with a chance of the
    trust between them: it then gives longer notice, in which people's care can move in order, unless the council pays
    the gap.
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
    price, cost, hours, above = work_by_locality(market, policy, overhead, p)
    key = key_of(draws, HAND_BACK)
    chosen = np.zeros((len(providers), PATCH), np.int64)  # weeks of notice, 0 none
    everything = np.zeros(len(providers), np.int64)
    any_chosen = False
    for j in range(len(providers)):
        r = providers[j]
        if r.open == 1:
            losses = cost[j] - price[j] * (1.0 - p.exit_margin_line)
            found = localities_to_hand_back(r, losses, chosen[j], p, key)
            loss = losses.sum() + (1.0 - p.exit_overhead_borne) * overhead[j] * hours[j]
            loss += above[j] * (1.0 - p.exit_margin_line)
            whole = contract_is_handed_back(r, loss, p, key)
            if has_told(r, p, key):
                council = market.commissioners[r.council]
                gap = loss / max(price[j].sum() - above[j], 1.0)
                if not whole and the_gap_is_paid(r, gap, council, p, key):
                    market.counts[r.council].averted += 1.0
            if whole or (found and nothing_is_left(r)):
                everything[j] = notice_of(r.warned == 1, p)
            any_chosen |= found or whole
    if any_chosen:
        packages_get_notice(market, chosen, everything)


@step
def work_by_locality(market, policy, overhead, p):
    """What the council's packages with each provider bring in a week, £, by place in its patch, and what they cost:
    pay, the way to them and the part of the `overhead` an hour that goes with them; their hours in all; and what is
    paid above the contract rate in emergencies, £, which is in what they bring in."""
    clients, providers = clients_of(market), market.providers
    price, cost = np.zeros((len(providers), PATCH)), np.zeros((len(providers), PATCH))
    hours, above = np.zeros(len(providers)), np.zeros(len(providers))
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
        paid = c.hours * paid_share(policy[c.council], p)
        price[j, k] += paid * provider.rate
        if c.emergency > 0:
            price[j, k] += paid * market.rounds[i].above_rate
            above[j] += paid * market.rounds[i].above_rate
        cost[j, k] += c.hours * an_hour
        hours[j] += c.hours
    return price, cost, hours, above


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
            chosen[k] = notice_of(tells(r, r.patch_locality[k], p, key), p)
            found = True
    return found


@compiled
def contract_is_handed_back(provider, loss, p, key):
    """Note for how long a provider's council work as a whole has lost it money, £ a week beyond what it bears, and say
    whether it hands all of it back now."""
    provider.weeks_below = provider.weeks_below + p.exit_look_weeks if loss > 0.0 else 0.0
    return gives_notice(provider, provider.weeks_below, NO_LOCALITY, p, key)


@compiled
def tells(provider, locality, p, key):
    """Whether a provider tells the council of a loss in time: a chance of the trust between them."""
    return uniform(key, pair(provider.number, 1 + locality), TELLS) < p.exit_warning_chance * provider.trust


@compiled
def notice_of(told, p):
    """Weeks of notice of who told the council in time, and of who did not."""
    return round(p.exit_orderly_weeks if told else p.exit_notice_weeks)


@compiled
def has_told(provider, p, key):
    """Whether a provider has told the council that its contract loses it money: it decides so once, a part of the way
    through its patience, and what it said is forgotten when the contract pays again."""
    r = provider
    if r.weeks_below == 0.0:
        r.warned = 0
    line = p.exit_warning_share * patience_of(r, p)
    if r.weeks_below >= line and r.weeks_below - p.exit_look_weeks < line and tells(r, NO_LOCALITY, p, key):
        r.warned = 1
    return r.warned == 1


@compiled
def the_gap_is_paid(provider, gap, council, p, key):
    """Whether the council adds to the fee of who has told it of a `gap`, a share of that fee, so that the contract is
    kept: if it is small, spend leaves room, and stewardship reaches so far that somebody hears."""
    affordable = gap <= p.exit_averting_limit and council.spend <= council.budget
    if not affordable or uniform(key, pair(provider.number, 1 + NO_LOCALITY), IS_HEARD) >= council.reach:
        return False
    provider.rate *= 1.0 + gap
    provider.weeks_below = 0.0
    provider.warned = 0
    return True


@compiled
def patience_of(provider, p):
    """Weeks for which a provider bears losses: more of them the further its owner looks ahead."""
    return p.exit_hand_back_weeks * looks_ahead(provider, p.motive_hand_back_slope, p)


@compiled
def gives_notice(provider, weeks, locality, p, key):
    """Whether a provider gives notice on work that has lost it money for so many weeks: not while it closes, nor where
    it has won the contract that comes next."""
    if weeks < patience_of(provider, p) or provider.closing > 0 or provider.won == 1:
        return False
    chance = 1.0 - (1.0 - p.exit_hand_back_rate) ** p.exit_look_weeks
    return uniform(key, pair(provider.number, 1 + locality), GIVES_UP) < chance


@compiled
def nothing_is_left(provider):
    """Whether a provider has handed back every locality that it serves."""
    kept = 0
    for k in range(provider.patch_count):
        kept += provider.losing[k] >= 0.0
    return kept == 0


@step
def packages_get_notice(market, chosen, everything):
    """Council packages in the `chosen` localities of each provider get so many weeks of notice, all of those that
    handed back `everything`; the volume that they were awarded falls with them, and with everything the contract
    ends."""
    clients, providers = clients_of(market), market.providers
    for i in range(len(clients)):
        c = clients[i]
        if c.provider < 0 or c.payer != COUNCIL or c.notice != 0 or (c.status != RECEIVING and c.kept == 0):
            continue
        r = providers[c.provider]
        k = patch_of(r, c.locality)
        weeks = everything[c.provider]
        if weeks == 0 and k >= 0:
            weeks = chosen[c.provider, k]
        if weeks == 0:
            continue
        market.counts[c.council].hand_backs += 1.0
        r.contracted_hours = max(r.contracted_hours - c.hours, 0.0)
        if c.status == RECEIVING:
            c.notice = weeks
        else:
            lose_kept_place(c)
    for j in range(len(providers)):
        if everything[j]:
            providers[j].contracted = 0
            providers[j].contracted_hours = 0.0
            providers[j].weeks_below = 0.0
            providers[j].warned = 0
            providers[j].patch_lead[:] = 0
