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
    """Empty the columns that this week's roster fills, and count each provider's calls by zone and slot."""
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
        r.block_zone[:] = -1
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
        if k >= 0:
            for v in range(c.visits):
                providers[c.provider].calls[k * 4 + slot_of(c.visits, v)] += c.carers


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
def has_time(worker, block, hours, stretch, block_limit):
    """Whether a worker who is in can take a run of these hours within the week's and the block's limit."""
    return (
        worker.absent == 0
        and worker.contact + hours <= worker.hours_wanted * stretch
        and worker.block_hours[block] + hours <= block_limit
    )


@compiled
def give(client, run, block, days, hours, w, workers, zones, leg, gap_minutes, driving_speed):
    """Give a run to a worker: contact, travel and gaps of the week."""
    worker = workers[w]
    client.seen[run] = w
    worker.contact += hours
    worker.block_hours[block] += hours
    minutes = days * (leg + gap_minutes)
    if worker.block_zone[block] >= 0 and worker.block_zone[block] != client.zone:
        minutes += days * kilometres(zones, worker.block_zone[block], client.zone) / driving_speed * 60.0
    worker.block_zone[block] = client.zone
    worker.gap += days * gap_minutes / 60.0
    worker.travel += (minutes - days * gap_minutes) / 60.0


@compiled
def stand_in(client, block, hours, permanent, staff, lo, hi, workers, zones, parameters, stretch, block_limit):
    """Row of the best worker for an open run, -1 where nobody has time.

    First whoever the person knows best; else near zones, then short of guaranteed hours, then most time to spare.
    `permanent` asks for room in the worker's own hours, so that the run can become the worker's.
    """
    p = parameters[0]
    best = -1
    best_score = -1e300
    provider = client.provider
    for k in range(len(client.familiar)):
        w = client.familiar[k]
        if w < 0 or workers[w].status != IN_POST or workers[w].provider != provider:
            continue
        if not has_time(workers[w], block, hours, stretch, block_limit):
            continue
        if permanent and workers[w].owned + hours > workers[w].hours_wanted:
            continue
        if client.familiarity[k] > best_score:
            best_score = client.familiarity[k]
            best = w
    if best >= 0:
        return best
    for n in range(lo, hi):
        w = staff[n]
        worker = workers[w]
        if not has_time(worker, block, hours, stretch, block_limit):
            continue
        if permanent and worker.owned + hours > worker.hours_wanted:
            continue
        zone = worker.block_zone[block] if worker.block_zone[block] >= 0 else worker.zone
        score = -p.rostering_distance_weight * kilometres(zones, zone, client.zone)
        held = worker.owned if permanent else worker.contact
        score += p.rostering_spare_weight * (worker.hours_wanted - held) / worker.hours_wanted
        if worker.guaranteed > 0.0 and held < worker.guaranteed:
            score += p.rostering_guarantee_weight * (worker.guaranteed - held) / worker.guaranteed
        if score > best_score:
            best_score = score
            best = w
    return best


@compiled
def roster(clients, workers, providers, zones, parameters, leg_factor, office_share, key):
    """Roster the week. Returns hours delivered and undelivered.

    Owners first, then stand-ins for runs without an owner in, then the office, then agency staff for at most a share of
    the rest (E2), and what is left is not delivered.
    """
    p = parameters[0]
    clear_week(clients, workers, providers)
    table = travel_table(providers, zones, leg_factor, parameters)
    staff_start, staff = staff_lists(workers, len(providers))
    stretch = p.rostering_stretch
    weekday_limit = 5.0 * p.rostering_block_hours
    weekend_limit = 2.0 * p.rostering_block_hours
    open_client = np.empty(len(clients) * 16, np.int64)
    open_run = np.empty(len(clients) * 16, np.int64)
    n_open = 0
    count = len(clients)
    offset = int(uniform(key, 0, 0) * count)
    for m in range(count):
        i = (m + offset) % count
        c = clients[i]
        if c.status != RECEIVING:
            continue
        j = c.provider
        patch = patch_of(providers[j], c.zone)
        for v in range(c.visits):
            slot = slot_of(c.visits, v)
            leg = table[j, patch * 4 + slot] if patch >= 0 else p.travel_longest_leg / p.travel_driving_speed * 60.0
            for weekend in range(2):
                days = 2.0 if weekend else 5.0
                block = slot + 4 * weekend
                hours = days * c.visit_minutes / 60.0
                limit = weekend_limit if weekend else weekday_limit
                for place in range(c.carers):
                    run = block * 2 + place
                    c.due += hours
                    c.visits_due += days
                    w = c.carer[run]
                    if w >= 0 and (workers[w].status != IN_POST or workers[w].provider != j):
                        w = NOBODY
                        c.carer[run] = NOBODY
                    if w >= 0:
                        workers[w].owned += hours
                        if has_time(workers[w], block, hours, stretch, limit):
                            give(
                                c, run, block, days, hours, w, workers, zones, leg,
                                p.rostering_gap_minutes, p.travel_driving_speed,
                            )  # fmt: skip
                            continue
                        if workers[w].absent == 0:
                            workers[w].owned -= hours
                            c.carer[run] = NOBODY
                    open_client[n_open] = i
                    open_run[n_open] = run
                    n_open += 1
        providers[j].due += c.due
        providers[j].visits_due += c.visits_due
        if c.payer == COUNCIL:
            providers[j].due_council += c.due
    left = 0
    for n in range(n_open):
        c = clients[open_client[n]]
        run = open_run[n]
        block = run // 2
        days = 2.0 if block >= 4 else 5.0
        hours = days * c.visit_minutes / 60.0
        limit = weekend_limit if block >= 4 else weekday_limit
        j = c.provider
        lo, hi = staff_start[j], staff_start[j + 1]
        w = NOBODY
        if c.carer[run] == NOBODY:
            w = stand_in(c, block, hours, True, staff, lo, hi, workers, zones, parameters, stretch, limit)
            if w >= 0:
                c.carer[run] = w
                workers[w].owned += hours
        if w < 0:
            w = stand_in(c, block, hours, False, staff, lo, hi, workers, zones, parameters, stretch, limit)
        if w >= 0:
            patch = patch_of(providers[j], c.zone)
            leg = table[j, patch * 4 + block % 4] if patch >= 0 else p.travel_longest_leg / p.travel_driving_speed * 60
            give(
                c, run, block, days, hours, w, workers, zones, leg, p.rostering_gap_minutes, p.travel_driving_speed
            )
            continue
        open_client[left] = open_client[n]
        open_run[left] = run
        left += 1
    delivered = 0.0
    undelivered = 0.0
    for n in range(left):
        c = clients[open_client[n]]
        run = open_run[n]
        block = run // 2
        days = 2.0 if block >= 4 else 5.0
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
    for w in range(len(workers)):
        r = workers[w]
        if r.status == IN_POST:
            providers[r.provider].contact += r.contact
            providers[r.provider].travel += r.travel
            providers[r.provider].gap += r.gap
    return delivered, undelivered


@compiled
def lateness(worker, late_intercept, parameters):
    """Chance that a worker's visit is more than 30 minutes late: logit⁻¹(λ0 + 4(duty/available − 0.9))."""
    p = parameters[0]
    duty = worker.contact + worker.travel + worker.gap
    available = worker.hours_wanted * p.rostering_stretch * p.rostering_duty_ratio
    return 1.0 / (1.0 + math.exp(-(late_intercept + p.rostering_late_effect * (duty / available - 0.9))))
