"""ODD 7.28 Closing: who gives up, and what becomes of people and staff."""

import numpy as np

from ..compiled import compiled, step
from ..compiled.draws import fixed_key, key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import IN_POST, INADEQUATE, ONBOARDING, RECEIVING
from ..market.cooperatives import retirement, taken_over
from ..market.ledger import line, provider_pays
from ..market.people import join_queue, lose_kept_place
from ..market.providers import is_trading
from ..market.state import clients_of, workers_of
from ..market.workers import count_as_leaver, end_job

CLOSE, FOLLOW, DISMISS = map(process_code, ("providers_close", "staff_follow", "dismiss"))
CAPITAL = line("providers", "owners", "capital")


@process
def providers_close(market, parameters, policy, draws):
    """Insolvency, too little work, or an owner's retirement, when notice runs first; without notice where owners have
    put in all that they have, and where a scenario sets a failure.

    While a provider closes its staff follow the people they know; when it stops, whoever is left goes into the queue.
    """
    p = parameters[0]
    key = key_of(draws, CLOSE)
    providers = market.providers
    closes = np.zeros(len(providers), np.bool_)
    closing = np.zeros(len(providers), np.bool_)  # there are few: whether somebody's is one is asked of these
    for j in range(len(providers)):
        closes[j] = gives_up(providers[j], policy[providers[j].council].community_coop_support, p, key)
    fails = failing(market, policy)
    any_closing = False
    for j in range(len(providers)):
        r = providers[j]
        at_once = fails[j] or owes_too_much(r, p)
        if at_once and r.closing > 0:
            r.closing = 1
        elif closes[j] or at_once:
            closes[j] = True
            r.closing = 1 if at_once else round(p.exit_notice_weeks)
            market.counts[r.council].closures += 1.0
            market.counts[r.council].closures_contracted += r.contracted == 1
        closing[j] = r.closing > 0
        any_closing |= closing[j]
    if not any_closing:
        return
    theirs = people_of_closing(market, closing)
    people_get_notice(market, theirs, closes, round(p.exit_notice_weeks))
    staff_follow(market, closing, p.procurement_staff_move_share, fixed_key(draws, FOLLOW))
    staff_are_dismissed(market, closing, p.leaving_stay_in_sector_share, key_of(draws, DISMISS))
    people_are_displaced(market, theirs)
    for j in range(len(providers)):
        if providers[j].closing == 1:
            trading_ends(market.ledger, providers[j])
        providers[j].closing = max(providers[j].closing - 1, 0)


@compiled
def gives_up(provider, support, p, key):
    """Whether a provider closes with notice from this week on: an owner retires and nobody buys, not even staff with
    the council's `support`, cash has run out for
    long, there is too little work, or the regulator has found it inadequate."""
    r = provider
    broke = r.cash < 0 and r.margin < p.exit_margin_line and is_trading(r)
    r.weeks_insolvent = r.weeks_insolvent + 1.0 if broke else 0.0
    if not is_trading(r) or r.last_resort == 1:
        return False
    hazard = retirement(r, p) * (1.0 - taken_over(r, support, p))
    if r.rating == INADEQUATE:
        hazard += p.exit_struck_off_rate / 52.0
    if r.weeks_insolvent >= p.exit_insolvent_weeks:
        hazard += p.exit_insolvent_rate
    if r.demand < p.exit_tiny_hours and r.age > p.exit_tiny_grace:
        hazard += p.exit_tiny_rate
    return uniform(key, r.number, 0) < hazard


@compiled
def owes_too_much(provider, p):
    """Whether a provider owes more than its owners put in: what a new firm brings, and so much for each hour a week
    that it usually delivers."""
    lent = p.entry_capital + p.exit_owners_capital * provider.usual_hours
    return provider.open == 1 and provider.last_resort == 0 and provider.cash < -100.0 * lent


@step
def failing(market, policy):
    """Which contracted providers fail because a scenario sets it, once: in each council the one whose share of
    contracted hours comes nearest to the share that is to fail."""
    providers = market.providers
    fails = np.zeros(len(providers), np.bool_)
    for c in range(len(policy)):
        council = market.commissioners[c]
        if policy[c].shocks_provider_failure <= 0.0 or council.failed == 1.0:
            continue
        council.failed = 1.0
        hours = 0.0
        for j in range(len(providers)):
            hours += council_hours_of(providers[j], c)
        nearest = -1
        least = np.inf
        for j in range(len(providers)):
            held = council_hours_of(providers[j], c)
            away = abs(held / max(hours, 1.0) - policy[c].shocks_provider_failure)
            if held > 0.0 and away < least:
                least = away
                nearest = j
        if nearest >= 0:
            fails[nearest] = True
    return fails


@compiled
def council_hours_of(provider, council):
    """Hours a week that a trading provider holds under contract with a council."""
    holds = provider.council == council and provider.contracted == 1 and is_trading(provider)
    return provider.council_hours if holds else 0.0


@step
def people_of_closing(market, closing):
    """Rows of everybody for whom a provider that closes holds a place: nobody else need be asked."""
    clients = clients_of(market)
    rows = np.empty(len(clients), np.int32)
    count = 0
    for i in range(len(clients)):
        if clients[i].provider >= 0 and closing[clients[i].provider]:
            rows[count] = i
            count += 1
    return rows[:count]


@step
def people_get_notice(market, theirs, closes, weeks):
    """People of providers that close have so many weeks' notice, unless they have notice already; places kept during a
    hospital stay are lost."""
    for i in theirs:
        c = market.clients[i]
        if not closes[c.provider]:
            continue
        if c.status == RECEIVING:
            c.notice = c.notice if c.notice > 0 else weeks
        else:
            lose_kept_place(c)


@step
def staff_follow(market, closing, move_share, key):
    """While providers close, their staff follow the people they know to the provider who takes over (TUPE).

    A worker moves once people they know better are with one other
    provider than are still with the old one.
    """
    clients, workers, known = clients_of(market), workers_of(market), market.known
    stay = np.zeros(len(workers))
    lead = np.zeros(len(workers))
    target = np.full(len(workers), -1, np.int64)
    leaving = np.zeros(1 + len(workers), np.bool_)  # in first place nobody, whose row is -1
    for w in range(len(workers)):
        leaving[1 + w] = workers[w].status == IN_POST and closing[workers[w].provider]
    for i in range(len(clients)):
        look_ahead(known, i)
        acquainted = known[i]
        any_leaves = False  # of hardly anybody's, so this is asked first and without a branch
        for k in range(len(acquainted.familiar)):
            any_leaves |= leaving[1 + acquainted.familiar[k]]
        if not any_leaves:
            continue
        c = clients[i]
        if c.provider < 0:
            continue
        for k in range(len(acquainted.familiar)):
            w = acquainted.familiar[k]
            if not leaving[1 + w]:
                continue
            how_well = acquainted.familiarity[k]
            if c.provider == workers[w].provider:
                stay[w] += how_well
            elif target[w] == c.provider:
                lead[w] += how_well
            elif lead[w] < how_well:
                target[w] = c.provider
                lead[w] = how_well - lead[w]
            else:
                lead[w] -= how_well
    for w in range(len(workers)):
        r = workers[w]
        if target[w] >= 0 and lead[w] > stay[w] and uniform(key, r.number, 0) < move_share:
            r.provider = target[w]


@step
def staff_are_dismissed(market, closing, stay_share, key):
    """Providers that stop let whoever is left go: most to the pool."""
    workers = workers_of(market)
    for w in range(len(workers)):
        r = workers[w]
        if (r.status != IN_POST and r.status != ONBOARDING) or not closing[r.provider]:
            continue
        if market.providers[r.provider].closing != 1:
            continue
        if r.status == IN_POST:
            market.counts[market.providers[r.provider].council].leavers += 1.0
            count_as_leaver(market.worker_year[w], r.guaranteed == 0.0)
        end_job(r, stay_share, uniform(key, r.number, 0))


@step
def people_are_displaced(market, theirs):
    """People whom providers still have when they stop go into the queue."""
    for i in theirs:
        c = market.clients[i]
        if c.provider >= 0 and c.status == RECEIVING and market.providers[c.provider].closing == 1:
            join_queue(c)
            c.notice = 0
            market.counts[c.council].displaced += 1.0


@compiled
def trading_ends(ledger, provider):
    """A provider stops: owners take what cash is left, or make good what is owed."""
    provider_pays(ledger, provider, CAPITAL, provider.cash / 100.0)
    provider.open = 0
    provider.contracted = 0
    provider.committed = 0.0
    provider.council_hours = 0.0
    provider.demand = 0.0
    provider.usual_hours = 0.0
    provider.won = 0
