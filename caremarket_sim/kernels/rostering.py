"""The week's roster: every run of visits to a care worker who is in and has time, else office, agency or nobody.

A run is one person's visits in one block of the week (a slot of the day, on weekdays or at weekends) for one care
worker. Each run has an owner, whose own round it is; a stand-in covers while the owner is away.
"""

import math

import numpy as np

from . import compiled
from .geography import kilometres, leg_minutes, patch_of
from .hashing import uniform

RECEIVING = 1
COUNCIL = 0
IN_POST = 2
NOBODY, OFFICE, AGENCY = -1, -2, -3


@compiled
def slot_of(visits, visit):
    """Slot of the day (0 morning, 1 midday, 2 tea, 3 bedtime) of a person's n-th visit."""
    if visit == 0:
        return 0
    if visits == 2:
        return 3
    if visits == 3:
        return 1 if visit == 1 else 3
    return visit


@compiled
def staff_lists(workers, provider_count):
    """Rows of each provider's started care workers as a compressed list (start, rows)."""
    start = np.zeros(provider_count + 1, np.int64)
    for w in range(len(workers)):
        if workers[w].status == IN_POST:
            start[workers[w].provider + 1] += 1
    for j in range(provider_count):
        start[j + 1] += start[j]
    filled = start[:-1].copy()
    rows = np.empty(start[-1], np.int64)
    for w in range(len(workers)):
        if workers[w].status == IN_POST:
            j = workers[w].provider
            rows[filled[j]] = w
            filled[j] += 1
    return start, rows


@compiled
def clear_week(clients, workers, providers):
    """Empty the columns that this week's roster fills, and count each provider's calls by zone and slot.

    Returns the place of each person's zone in their provider's patch, -1 outside it.
    """
    patches = np.full(len(clients), -1, np.int64)
    for j in range(len(providers)):
        r = providers[j]
        r.calls[:] = 0.0
        r.due = 0.0
        r.due_council = 0.0
        r.delivered = 0.0
        r.delivered_council = 0.0
        r.office = 0.0
        r.agency = 0.0
        r.contact = 0.0
        r.travel = 0.0
        r.gap = 0.0
        r.late_visits = 0.0
        r.visits_due = 0.0
    for w in range(len(workers)):
        r = workers[w]
        r.contact = 0.0
        r.travel = 0.0
        r.gap = 0.0
        r.owned = 0.0
        r.block_hours[:] = 0.0
    for i in range(len(clients)):
        c = clients[i]
        c.due = 0.0
        c.delivered = 0.0
        c.visits_due = 0.0
        c.missed = 0.0
        c.late = 0.0
        c.seen_before[:] = c.seen[:]
        c.seen[:] = NOBODY
        if c.status != RECEIVING:
            continue
        k = patch_of(providers[c.provider], c.zone)
        patches[i] = k
        if k >= 0:
            for v in range(c.visits):
                providers[c.provider].calls[k * 4 + slot_of(c.visits, v)] += c.carers
    return patches


@compiled
def travel_table(providers, zones, leg_factor, parameters):
    """Minutes of a leg for each provider, zone of its patch and slot."""
    table = np.zeros((len(providers), 25 * 4))
    for j in range(len(providers)):
        if providers[j].open == 0:
            continue
        for k in range(providers[j].patch_count):
            area = zones[providers[j].patch_zone[k]].area_km2
            for s in range(4):
                calls = providers[j].calls[k * 4 + s]
                if calls > 0.0:
                    table[j, k * 4 + s] = leg_minutes(area, calls, leg_factor, providers[j].practice, parameters)
    return table


@compiled
def stand_in(client, block, hours, permanent, beside, staff, lo, hi, hands, zones, parameters):
    """Row of the best worker for an open run, -1 where nobody has time.

    First whoever the person knows best; else near zones, then short of guaranteed hours, then most time to spare.
    `permanent` asks for room in the worker's own hours, so that the run can become the worker's. `beside` is who comes
    to the same visits already, -1 nobody: two care workers at one visit are two people. `hands` are the week's columns
    of care workers, as `roster` makes them.
    """
    p = parameters[0]
    employer, home, wanted, guaranteed, free, own_free, block_free, at = hands
    best = -1
    best_score = 0.0
    for k in range(len(client.familiar)):
        w = client.familiar[k]
        if w < 0 or w == beside or client.familiarity[k] <= best_score:
            continue
        if free[w] < hours or block_free[w, block] < hours or employer[w] != client.provider:
            continue
        if permanent and own_free[w] < hours:
            continue
        best_score = client.familiarity[k]
        best = w
    if best >= 0:
        return best
    best_score = -1e300
    for n in range(lo, hi):
        w = staff[n]
        if w == beside or free[w] < hours or block_free[w, block] < hours or (permanent and own_free[w] < hours):
            continue
        spare = own_free[w] if permanent else free[w] - wanted[w] * (p.rostering_stretch - 1.0)
        score = p.rostering_spare_weight * spare / wanted[w]
        lacking = guaranteed[w] - (wanted[w] - spare)
        if lacking > 0.0 and guaranteed[w] > 0.0:
            score += p.rostering_guarantee_weight * lacking / guaranteed[w]
        if score <= best_score:
            continue
        zone = at[w, block] if at[w, block] >= 0 else home[w]
        score -= p.rostering_distance_weight * kilometres(zones, zone, client.zone)
        if score > best_score:
            best_score = score
            best = w
    return best


@compiled
def legs_between(zones, first, second, days, driving_speed):
    """Hours of travel between two zones on each of `days`."""
    if first < 0 or first == second:
        return 0.0
    return days * kilometres(zones, first, second) / driving_speed


@compiled
def roster(clients, workers, providers, zones, parameters, leg_factor, office_share, key):
    """Roster the week. Returns hours delivered and undelivered.

    Owners first, then stand-ins for runs without an owner in, then the office, then agency staff for at most a share of
    the rest (E2), and what is left is not delivered.
    """
    p = parameters[0]
    patches = clear_week(clients, workers, providers)
    table = travel_table(providers, zones, leg_factor, parameters)
    staff_start, staff = staff_lists(workers, len(providers))
    speed = p.travel_driving_speed
    gap = p.rostering_gap_minutes / 60.0
    far = p.travel_longest_leg / speed
    count = len(clients)
    employer = np.full(len(workers), -1, np.int32)
    home = np.zeros(len(workers), np.int32)
    wanted = np.zeros(len(workers))
    guaranteed = np.zeros(len(workers))
    free = np.full(len(workers), -1.0)
    own_free = np.zeros(len(workers))
    block_free = np.zeros((len(workers), 8))
    at = np.full((len(workers), 8), -1, np.int32)
    travel = np.zeros(len(workers))
    days_out = np.zeros(len(workers))
    for n in range(len(staff)):
        w = staff[n]
        employer[w] = workers[w].provider
        home[w] = workers[w].zone
        wanted[w] = own_free[w] = workers[w].hours_wanted
        guaranteed[w] = workers[w].guaranteed
        if workers[w].absent == 0:
            free[w] = wanted[w] * p.rostering_stretch
            for block in range(8):
                block_free[w, block] = (2.0 if block >= 4 else 5.0) * p.rostering_block_hours
    hands = (employer, home, wanted, guaranteed, free, own_free, block_free, at)
    runs = 0
    for i in range(count):
        if clients[i].status == RECEIVING:
            runs += 2 * int(clients[i].visits) * int(clients[i].carers)
    open_client = np.empty(runs, np.int32)
    open_run = np.empty(runs, np.int32)
    n_open = 0
    offset = int(uniform(key, 0, 0) * count)
    for m in range(count):
        i = (m + offset) % count
        c = clients[i]
        if c.status != RECEIVING:
            continue
        j = c.provider
        patch = patches[i]
        for v in range(c.visits):
            slot = slot_of(c.visits, v)
            leg = table[j, patch * 4 + slot] / 60.0 if patch >= 0 else far
            for weekend in range(2):
                days = 2.0 if weekend else 5.0
                block = slot + 4 * weekend
                hours = days * c.visit_minutes / 60.0
                for place in range(c.carers):
                    run = block * 2 + place
                    c.due += hours
                    c.visits_due += days
                    w = c.carer[run]
                    twice = place == 1 and w == c.carer[run - 1]
                    if w >= 0 and (twice or employer[w] != j):
                        w = NOBODY
                        c.carer[run] = NOBODY
                    if w >= 0:
                        if free[w] >= hours and block_free[w, block] >= hours:
                            c.seen[run] = w
                            own_free[w] -= hours
                            free[w] -= hours
                            block_free[w, block] -= hours
                            travel[w] += days * leg + legs_between(zones, at[w, block], c.zone, days, speed)
                            days_out[w] += days
                            at[w, block] = c.zone
                            continue
                        if workers[w].absent == 0:
                            c.carer[run] = NOBODY
                        else:
                            own_free[w] -= hours
                    open_client[n_open] = i
                    open_run[n_open] = run
                    n_open += 1
        providers[j].due += c.due
        providers[j].visits_due += c.visits_due
        if c.payer == COUNCIL:
            providers[j].due_council += c.due
    left = 0
    for n in range(n_open):
        i = open_client[n]
        c = clients[i]
        run = open_run[n]
        block = run // 2
        days = 2.0 if block >= 4 else 5.0
        hours = days * c.visit_minutes / 60.0
        j = c.provider
        lo, hi = staff_start[j], staff_start[j + 1]
        w = NOBODY
        beside = c.seen[run ^ 1]
        if c.carer[run] == NOBODY:
            w = stand_in(c, block, hours, True, beside, staff, lo, hi, hands, zones, parameters)
            if w >= 0:
                c.carer[run] = w
                own_free[w] -= hours
        if w < 0:
            w = stand_in(c, block, hours, False, beside, staff, lo, hi, hands, zones, parameters)
        if w < 0:
            open_client[left] = i
            open_run[left] = run
            left += 1
            continue
        patch = patches[i]
        leg = table[j, patch * 4 + block % 4] / 60.0 if patch >= 0 else far
        c.seen[run] = w
        free[w] -= hours
        block_free[w, block] -= hours
        travel[w] += days * leg + legs_between(zones, at[w, block], c.zone, days, speed)
        days_out[w] += days
        at[w, block] = c.zone
    undelivered = 0.0
    for n in range(left):
        c = clients[open_client[n]]
        run = open_run[n]
        days = 2.0 if run >= 8 else 5.0
        hours = days * c.visit_minutes / 60.0
        provider = providers[c.provider]
        if provider.office + hours <= p.rostering_office_hours + office_share * provider.plan:
            provider.office += hours
            c.seen[run] = OFFICE
        elif uniform(key, c.number, 1 + run) < p.rostering_agency_share:
            provider.agency += hours
            c.seen[run] = AGENCY
        else:
            c.missed += days
            undelivered += hours
    delivered = 0.0
    for i in range(count):
        c = clients[i]
        if c.status != RECEIVING:
            continue
        c.delivered = max(c.due - c.missed * c.visit_minutes / 60.0, 0.0)
        delivered += c.delivered
        provider = providers[c.provider]
        provider.delivered += c.delivered
        if c.payer == COUNCIL:
            provider.delivered_council += c.delivered
    for n in range(len(staff)):
        w = staff[n]
        r = workers[w]
        r.owned = r.hours_wanted - own_free[w]
        if r.absent == 0:
            r.contact = r.hours_wanted * p.rostering_stretch - free[w]
            r.travel = travel[w]
            r.gap = gap * days_out[w]
            for block in range(8):
                r.block_hours[block] = (2.0 if block >= 4 else 5.0) * p.rostering_block_hours - block_free[w, block]
            provider = providers[r.provider]
            provider.contact += r.contact
            provider.travel += r.travel
            provider.gap += r.gap
    return delivered, undelivered


@compiled
def lateness(worker, late_intercept, parameters):
    """Chance that a worker's visit is more than 30 minutes late: logit⁻¹(λ0 + 4(duty/available − 0.9))."""
    p = parameters[0]
    duty = worker.contact + worker.travel + worker.gap
    available = worker.hours_wanted * p.rostering_stretch * p.rostering_duty_ratio
    return 1.0 / (1.0 + math.exp(-(late_intercept + p.rostering_late_effect * (duty / available - 0.9))))
