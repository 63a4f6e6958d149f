"""ODD 7.36 Contracts: what a council decides takes effect, contracts start, and packages and staff move with them."""

from collections.abc import Collection

import numpy as np

from ..compiled import entry, plain, step
from ..compiled.draws import key_of, process_code
from ..compiled.geography import patch_of, providers_by_locality
from ..compiled.hashing import pair, uniform
from ..compiled.process import guard, when
from ..market.codes import BLOCKS, COUNCIL, IN_POST, LEFT, OPEN_BOOK, RECEIVING, SELF_FUNDER, TENDERED
from ..market.law import UNDECIDED
from ..market.people import days_of, place_package
from ..market.state import clients_of, workers_of
from ..market.terms import (
    EVERY_LEVER,
    WITH_THE_CONTRACT,
    cost_of_terms,
    is_contest,
    of_council,
    service_is_designed,
    set_open_book_rates,
    weeks_to_prepare,
)
from ..market.territory import (
    cover_localities,
    localities_it_would_choose,
    localities_with_people,
    serve,
    serve_the_borough,
)
from ..market.workers import count_as_leaver, end_job

MOVE, STAFF_MOVE = map(process_code, ("move_zones", "transfer_staff"))


@guard
def another_policy_is_asked_for(market, parameters, policy, draws):
    """Whether a scenario asks for other levers than the council has decided."""
    asked, decided = market.asked_values, market.decided_values
    for c in range(asked.shape[0]):
        for n in range(asked.shape[1]):
            both_none = np.isnan(asked[c, n]) and np.isnan(decided[c, n])
            if asked[c, n] != decided[c, n] and not both_none:
                return True
    return False


@when(another_policy_is_asked_for)
def policy_takes_effect(market, parameters, policy, draws):
    """Levers whose date has come take effect: terms of contract when the contract starts, the rest at once.

    Co-design comes first, then the tender, then mobilisation. Unless a re-tender has just been decided, terms are
    varied at once.
    """
    p = parameters
    for c in range(len(market.commissioners)):
        before, decided = of_council(market.decided, c), of_council(market.asked, c)
        changed = [name for lever in EVERY_LEVER if _is_another(lever, before, decided) for name in lever]
        market.decided[c] = market.asked[c]
        terms = [name for name in changed if name in WITH_THE_CONTRACT]
        for name in changed:
            if name not in terms:
                market.levers[name][c] = market.decided[name][c]
        if not terms:
            continue
        if decided.procurement_retender_at_start and "procurement_retender_at_start" in changed:
            months = decided.stewardship_codesign_months
            market.commissioners.tender_due[c] = plain(weeks_to_prepare)(months, p)
            service_is_designed(market.state, c, months, parameters.row)
        else:
            vary_contracts(market, parameters, c, terms)


def _is_another(lever, before, decided) -> bool:
    """Whether a lever is set anew; one of several parts is so as a whole."""
    pairs = [(getattr(before, name), getattr(decided, name)) for name in lever]
    return any(a != b and not (np.isnan(a) and np.isnan(b)) for a, b in pairs)


def vary_contracts(market, parameters, council, terms):
    """New terms for the contracts in force: fees follow, and the hours now held become the contracted volume."""
    providers = market.providers
    mine = providers.council == council
    before, after = of_council(market.levers, council), of_council(market.decided, council)
    extra = cost_of_terms(market, parameters, council, after, np.arange(len(providers)))
    for name in terms:
        market.levers[name][council] = market.decided[name][council]
    providers.rate[mine] *= after.fee_level / before.fee_level
    if after.fee_rule == OPEN_BOOK and before.fee_rule != OPEN_BOOK:
        set_open_book_rates(market, parameters, council, extra)
    providers.contracted_hours[mine] = (providers.council_hours * providers.contracted)[mine]


@guard
def contracts_are_due(market, parameters, policy, draws):
    """Whether the contract in preparation starts this week."""
    return (market.commissioners["starting"] == 1.0).any()


@when(contracts_are_due)
def contracts_start(market, parameters, policy, draws):
    """The contract starts: new terms, new rates, winners in, losers out of council work as their localities move."""
    for c in np.flatnonzero(market.commissioners.starting == 1.0):
        market.commissioners.starting[c] = 0.0
        start_contracts(market, parameters, int(c), draws)


def start_contracts(market, parameters, council, draws):
    """New terms are in force, and whoever won is there to keep them."""
    p = parameters
    providers, commissioner = market.providers, market.commissioners.rows[council]
    decided = of_council(market.decided, council)
    mine = providers.council == council
    extra = cost_of_terms(market, p, council, decided, np.arange(len(providers)))
    was_a_contest = plain(is_contest)(of_council(market.levers, council))
    market.levers[council] = market.decided[council]
    commissioner["contract_age"] = 0.0
    commissioner["contract_end"] = market.week + round(52 * decided.contract_term_years)
    if commissioner["codesign_done"] > 0.0:
        commissioner["codesigned"] = commissioner["codesign_done"]
        commissioner["codesign_done"] = 0.0
    elif plain(is_contest)(decided):
        commissioner["codesigned"] = 0.0
    won = (providers.won == 1) & ((providers.open == 1) | (providers.usual_hours == 0.0)) & (providers.closing == 0)
    won &= mine
    if not won.any():
        return
    providers.won[mine] = 0
    providers.lawful[mine] = UNDECIDED  # its council may look at pay from now on, or no longer
    if not plain(is_contest)(decided):
        rate = providers.rate[mine]
        providers.rate[mine] = rate * (decided.fee_level * commissioner["fee"] / np.maximum(rate, 1e-9))
        if decided.fee_rule == OPEN_BOOK:
            set_open_book_rates(market, parameters, council, extra)
        providers.contracted_hours[mine] = (providers.council_hours * providers.contracted)[mine]
        if was_a_contest:
            for j in np.flatnonzero(won):
                serve(providers, j, localities_it_would_choose(providers.rows[j], market, p))
        return
    lost = mine & (providers.contracted == 1) & ~won
    providers.trust[lost] *= p.trust_event_loss
    providers.contracted[mine] = 0
    providers.contracted[won] = 1
    newcomers_open(market, p, council, won & (providers.open == 0))
    volumes_are_awarded(market, council, won)
    territories_follow(market, p, council, won, lost)
    private = np.maximum(providers.committed - providers.council_hours, 0.0)
    providers.plan[won] = np.maximum(providers.contracted_hours + private, providers.demand)[won]
    providers.plan[lost] = np.maximum(p.procurement_loser_plan * providers.plan, private)[lost]
    if decided.fee_rule == TENDERED:
        providers.rate[won] = providers.bid[won]
        commissioner["fee"] = float(providers.bid[won].mean()) / decided.fee_level
    else:
        providers.rate[won] = commissioner["fee"] * decided.fee_level
        if decided.fee_rule == OPEN_BOOK:
            set_open_book_rates(market, parameters, council, extra)
    localities_get_their_turn(market, council, int(decided.procurement_phase_in_weeks), draws)


def newcomers_open(market, p, council, newcomers):
    """Winners from outside the place open an office, with capital."""
    market.providers.open[newcomers] = 1
    capital = p.entry_capital + p.entry_capital_per_hour * p.procurement_newcomer_hours
    market.pay("world", "providers", "capital", np.where(newcomers, capital, 0.0))
    market.counts[council]["entries"] += int(newcomers.sum())


def volumes_are_awarded(market, council, won):
    """What each winner is to deliver: by localities won, else alike."""
    providers = market.providers
    mine = providers.council == council
    weight = np.where(won, 1.0, 0.0)
    if market.decided["procurement_zoned"][council]:
        weight[won] = np.maximum(providers.lots[won], 1)
    total = float(providers.council_hours[mine].sum())
    providers.contracted_hours[mine] = (total * weight / weight.sum())[mine]


def territories_follow(market, p, council, won, lost):
    """Winners serve what they won, losers stay where they have people.

    The winner of localities is lead there and sells where people who pay for themselves have its care already; whoever
    won no part of the place in particular serves all of it. People outside are served until somebody else has their
    package, or they need it no more.
    """
    providers = market.providers
    first = int(market.commissioners.first_locality[council])
    everywhere = range(first, first + int(market.commissioners.localities[council]))
    providers.patch_lead[providers.council == council] = 0
    for j in np.flatnonzero(lost):
        stays_where(providers, j, localities_with_people(market, j))
    if market.decided["procurement_zoned"][council]:
        for j in np.flatnonzero(won):
            lots = providers.lot[j, : providers.lots[j]].tolist()
            stays_where(providers, j, lots + localities_with_people(market, j, SELF_FUNDER), set(lots))
        return
    for j in np.flatnonzero(won):
        serve_the_borough(market, j)
    cover_localities(market, np.flatnonzero(won), everywhere, p.ownership_fewest_a_zone)


def stays_where(providers, j, localities, leads: Collection[int] = ()):
    """A provider serves these localities from now on, or, where there are none, those that it has served."""
    if localities:
        serve(providers, j, localities, leads)


def localities_get_their_turn(market, council, spread, draws):
    """In which week, of so many over which the contract is phased in, each locality's packages move."""
    first, count = (int(market.commissioners.rows[council][name]) for name in ("first_locality", "localities"))
    order = np.argsort(draws.uniform("phase_in", first + np.arange(count)), kind="stable")
    market.transfers[first + order] = np.floor(np.arange(count) * (spread + 1) / count).astype(np.int64)


@guard
def localities_wait_to_move(market, parameters, policy, draws):
    """Whether the packages of any locality still have to move to a new contract."""
    return (market.transfers >= 0).any()


@when(localities_wait_to_move)
def packages_move(market, parameters, policy, draws):
    """Packages of localities whose turn it is move to providers with the new contract, and staff follow them (M47)."""
    p, providers = parameters, market.providers
    now = np.flatnonzero(market.transfers == 0)
    market.transfers[market.transfers >= 0] -= 1
    if len(now) == 0:
        return
    before = market.counts["transferred"].copy()
    _packages_move(market.state, now, parameters.row, market.levers, draws)
    for c, moved in enumerate(market.counts["transferred"] - before):
        pounds = moved * p.procurement_transfer_cost * market.prices["price_index"]
        market.pay("council", "suppliers", "procurement", pounds, c)
    receiving = market.clients.status == RECEIVING
    hours = np.bincount(
        np.maximum(market.clients.provider, 0),
        market.clients.hours * receiving * (market.clients.provider >= 0),
        len(providers),
    )
    apart = np.abs(hours - providers.demand) > p.procurement_demand_jump * np.maximum(hours, p.ownership_smallest)
    moving = np.zeros(len(market.commissioners), bool)
    moving[market.localities["council"][now]] = True
    apart &= moving[providers.council]
    providers.demand += np.where(apart, hours - providers.demand, 0.0)


@entry
def _packages_move(market, localities, parameters, policy, draws):
    serving = providers_by_locality(market.providers, len(market.localities))
    moving = np.zeros(len(policy), np.bool_)
    for locality in localities:
        locality_moves(market, locality, serving, policy, key_of(draws, MOVE))
        moving[market.localities[locality].council] = True
    staff_move(market, moving, parameters[0], key_of(draws, STAFF_MOVE))


@step
def locality_moves(market, locality, serving, policy, key):
    """A locality's council packages held by providers without the new contract move to those with it.

    Each goes to the new provider of the locality that is furthest below the hours it was awarded.
    """
    clients, providers = clients_of(market), market.providers
    for i in range(len(clients)):
        c = clients[i]
        if c.locality != locality or c.payer != COUNCIL or c.provider < 0 or c.status == LEFT:
            continue
        zoned = policy[c.council].procurement_zoned != 0.0
        old = providers[c.provider]
        k = patch_of(old, locality)
        holds = old.contracted == 1 and old.open == 1
        if zoned:
            holds = holds and k >= 0 and old.patch_lead[k] == 1
        if holds:
            continue
        best = -1
        best_room = -1e300
        for n in range(serving.start[locality], serving.start[locality + 1]):
            new = providers[serving.rows[n]]
            if new.contracted == 0 or (zoned and new.patch_lead[serving.patches[n]] == 0):
                continue
            room = (new.contracted_hours - new.council_hours) / max(new.contracted_hours, 1.0)
            room += 1e-3 * uniform(key, pair(c.number, new.number), 0)
            if room > best_room:
                best_room = room
                best = serving.rows[n]
        if best < 0:
            continue
        old.council_hours -= c.hours
        old.committed -= c.hours
        providers[best].council_hours += c.hours
        providers[best].committed += c.hours
        place_package(c, best)
        market.counts[c.council].transferred += 1.0


@step
def staff_move(market, moving, p, key):
    """Staff follow the people they visit when packages of the councils that are `moving` have gone to another provider
    (TUPE).

    A worker most of whose own hours are now with another provider moves there, leaves for the pool, or leaves care
    (E9).
    """
    clients, workers = clients_of(market), workers_of(market)
    moved = np.zeros(len(workers))
    total = np.zeros(len(workers))
    target = np.full(len(workers), -1, np.int64)
    lead = np.zeros(len(workers))
    for i in range(len(clients)):
        c = clients[i]
        if c.provider < 0 or not moving[c.council]:
            continue
        for run in range(BLOCKS * c.carers):
            w = market.rounds[i].carer[run]
            if w < 0 or workers[w].status != IN_POST:
                continue
            hours = days_of(run % BLOCKS) * c.visit_minutes / 60.0
            total[w] += hours
            if workers[w].provider != c.provider:
                moved[w] += hours
                if target[w] == c.provider:
                    lead[w] += hours
                elif lead[w] < hours:
                    target[w] = c.provider
                    lead[w] = hours - lead[w]
                else:
                    lead[w] -= hours
    for w in range(len(workers)):
        r = workers[w]
        if target[w] < 0 or moved[w] <= p.procurement_move_threshold * total[w]:
            continue
        if uniform(key, r.number, 0) < p.procurement_staff_move_share:
            r.provider = target[w]
            if r.guaranteed > 0.0:
                r.guaranteed = p.contract_guaranteed_share_of_wanted * r.hours_wanted
        else:
            employer = market.providers[r.provider]
            employer.leavers += 1.0
            market.counts[employer.council].leavers += 1.0
            count_as_leaver(market.worker_year[w], 0.0)
            end_job(r, p.procurement_staff_pool_share, uniform(key, r.number, 1))
