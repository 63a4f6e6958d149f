"""Packages that move to another provider, and the care workers who follow them (TUPE)."""

import numpy as np

from . import compiled
from ._memory import look_ahead
from .geography import patch_of
from .hashing import pair, uniform
from .rostering import days_of
from .workforce import leave_job

WAITING, RECEIVING, LEFT = 0, 1, 4
COUNCIL = 0
ONBOARDING, IN_POST = 1, 2


@compiled
def transfer_zone(clients, providers, zone, zoned, zone_start, zone_rows, zone_patches, wanted_hours, key):
    """Move the zone's council packages held by providers without the new contract to those with it.

    Each goes to the new provider of the zone that is furthest below the hours it was awarded. Returns people moved.
    """
    moved = 0.0
    for i in range(len(clients)):
        c = clients[i]
        if c.zone != zone or c.payer != COUNCIL or c.provider < 0 or c.status == LEFT:
            continue
        old = c.provider
        k = patch_of(providers[old], zone)
        holds = providers[old].contracted == 1 and providers[old].open == 1
        if zoned:
            holds = holds and k >= 0 and providers[old].patch_lead[k] == 1
        if holds:
            continue
        best = -1
        best_room = -1e300
        for n in range(zone_start[zone], zone_start[zone + 1]):
            j = zone_rows[n]
            if providers[j].contracted == 0 or (zoned and providers[j].patch_lead[zone_patches[n]] == 0):
                continue
            room = (wanted_hours[j] - providers[j].council_hours) / max(wanted_hours[j], 1.0)
            room += 1e-3 * uniform(key, pair(c.number, providers[j].number), 0)
            if room > best_room:
                best_room = room
                best = j
        if best < 0:
            continue
        providers[old].council_hours -= c.hours
        providers[old].committed -= c.hours
        providers[best].council_hours += c.hours
        providers[best].committed += c.hours
        c.provider = best
        c.former = best
        c.notice = 0
        moved += 1.0
    return moved


@compiled
def transfer_staff(clients, rounds, workers, year, providers, parameters, key):
    """Staff follow the people they visit when packages have moved to another provider (TUPE).

    A worker most of whose own hours are now with another provider moves there, leaves for the pool, or leaves care
    (E9). Returns how many left.
    """
    p = parameters[0]
    moved = np.zeros(len(workers))
    total = np.zeros(len(workers))
    target = np.full(len(workers), -1, np.int64)
    lead = np.zeros(len(workers))
    for i in range(len(clients)):
        c = clients[i]
        if c.provider < 0:
            continue
        for run in range(8 * c.carers):
            w = rounds[i].carer[run]
            if w < 0 or workers[w].status != IN_POST:
                continue
            hours = days_of(run % 8) * c.visit_minutes / 60.0
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
    left = 0.0
    for w in range(len(workers)):
        r = workers[w]
        if target[w] < 0 or moved[w] <= p.procurement_move_threshold * total[w]:
            continue
        u = uniform(key, r.number, 0)
        if u < p.procurement_staff_move_share:
            r.provider = target[w]
            if r.guaranteed > 0.0:
                r.guaranteed = p.contract_guaranteed_share_of_wanted * r.hours_wanted
        else:
            providers[r.provider].leavers += 1.0
            year[w].sum_left += 1.0
            left += 1.0
            leave_job(r, p.procurement_staff_pool_share, uniform(key, r.number, 1))
    return left


@compiled
def people_of(clients, chosen):
    """Rows of everybody for whom one of the chosen providers holds a place."""
    rows = np.empty(len(clients), np.int32)
    n = 0
    for i in range(len(clients)):
        if clients[i].provider >= 0 and chosen[clients[i].provider]:
            rows[n] = i
            n += 1
    return rows[:n]


@compiled
def give_everybody_notice(clients, rows, closes, weeks):
    """People of providers that close have so many weeks' notice, unless they have notice already; places kept during a
    hospital stay are lost. Nobody else is asked than those in `rows`."""
    for i in rows:
        c = clients[i]
        if not closes[c.provider]:
            continue
        if c.status == RECEIVING:
            c.notice = c.notice if c.notice > 0 else weeks
        else:
            c.kept = 0
            c.provider = -1


@compiled
def displace(clients, rows, ending):
    """People whom providers still had when they stopped, all of them in `rows`, go into the queue. Returns how many."""
    displaced = 0.0
    for i in rows:
        c = clients[i]
        if c.provider >= 0 and c.status == RECEIVING and ending[c.provider]:
            c.status = WAITING
            c.weeks_waiting = 0.0
            c.notice = 0
            c.provider = -1
            displaced += 1.0
    return displaced


@compiled
def staff_follow(clients, known, workers, closing, move_share, key):
    """While providers close, their staff follow the people they know to the provider who takes over (TUPE).

    `closing` is weeks until each provider stops. A worker moves once people they know better are with one other
    provider than are still with the old one.
    """
    stay = np.zeros(len(workers))
    lead = np.zeros(len(workers))
    target = np.full(len(workers), -1, np.int64)
    leaving = np.zeros(1 + len(workers), np.bool_)  # in first place nobody, whose row is -1
    for w in range(len(workers)):
        leaving[1 + w] = workers[w].status == IN_POST and closing[workers[w].provider] > 0
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


@compiled
def dismiss(workers, year, ending, stay_share, key):
    """Providers that have closed let whoever is left go: most to the pool. Returns how many had started."""
    lost = 0.0
    for w in range(len(workers)):
        r = workers[w]
        if (r.status == IN_POST or r.status == ONBOARDING) and ending[r.provider]:
            if r.status == IN_POST:
                lost += 1.0
                year[w].sum_left += 1.0
                year[w].sum_left_zero += r.guaranteed == 0.0
            leave_job(r, stay_share, uniform(key, r.number, 0))
    return lost
