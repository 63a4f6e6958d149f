"""The week's roster: every run of visits to a care worker who is in and has time, else office, agency or nobody.

A run is one person's visits in one block of the week (a slot of the day, on weekdays or at weekends) for one care
worker. Each run has an owner, whose own round it is; a stand-in covers while the owner is away. Runs 0 to 7 are the
blocks for the first care worker at a visit (weekdays, then weekends), runs 8 to 15 the same for the second.
"""

import math

import numpy as np

from . import compiled
from ._memory import fetch, look_ahead_in
from .geography import distance, leg_alone, minutes_of_leg
from .hashing import uniform

RECEIVING = 1
COUNCIL = 0
IN_POST = 2
NOBODY, OFFICE, AGENCY = -1, -2, -3
MOST_ZONES = 25
MOST_KNOWN = 10
WHO, HOW_WELL = 0, 1
RUNS = 16
FREE, OWN_FREE, WANTED, GUARANTEED, TRAVEL, DAYS, HOME_X, HOME_Y = 0, 1, 2, 3, 4, 5, 6, 7
BLOCK_FREE, AT_X, AT_Y, ABLE, COLUMNS = 8, 16, 24, 32, 33
"""Columns of `hands`: hours free, own, wanted, guaranteed, of travel; days out; home; then eight each, one for a block
of the week: hours free, and where it took them last; a column for work in hand; and how many columns there are."""


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
def days_of(block):
    """Days of a week that a block has: five on weekdays, two at weekends."""
    return 2.0 if block >= 4 else 5.0


@compiled
def by_provider(provider_of, count):
    """Rows of each provider as a compressed list: (start of each provider's part, rows). `provider_of` gives the
    provider of each row, -1 none."""
    start = np.zeros(count + 1, np.int32)
    for row in range(len(provider_of)):
        if provider_of[row] >= 0:
            start[provider_of[row] + 1] += 1
    for j in range(count):
        start[j + 1] += start[j]
    filled = start[:-1].copy()
    rows = np.empty(start[-1], np.int32)
    for row in range(len(provider_of)):
        j = provider_of[row]
        if j >= 0:
            rows[filled[j]] = row
            filled[j] += 1
    return start, rows


@compiled
def new_week(client, who):
    """Empty what this week's roster fills; who came this week is who came a week ago."""
    client.due = 0.0
    client.delivered = 0.0
    client.visits_due = 0.0
    client.missed = 0.0
    client.late = 0.0
    for run in range(8 * client.carers):
        who.seen_before[run] = who.seen[run]
        who.seen[run] = NOBODY


@compiled
def providers_of(clients, rounds):
    """The provider of each person who receives care, -1 of the others, for whom the week is over."""
    served_by = np.full(len(clients), -1, np.int32)
    for i in range(len(clients)):
        if clients[i].status == RECEIVING:
            served_by[i] = clients[i].provider
        else:
            new_week(clients[i], rounds[i])
    return served_by


@compiled
def begin_page(people, first, last, clients, rounds, known, provider, place_of, patches):
    """A new page for the week of a provider and its people, who are `first` to `last` in the list of all, and its calls
    by zone and slot. `patches` is given the place of each person's zone in its patch, -1 outside it; `place_of` has
    room for the places of all zones, and is -1 throughout before and after."""
    provider.calls[:] = 0.0
    provider.due = 0.0
    provider.due_council = 0.0
    provider.delivered = 0.0
    provider.delivered_council = 0.0
    provider.office = 0.0
    provider.agency = 0.0
    provider.contact = 0.0
    provider.travel = 0.0
    provider.gap = 0.0
    provider.late_visits = 0.0
    provider.visits_due = 0.0
    for k in range(provider.patch_count):
        place_of[provider.patch_zone[k]] = k
    for m in range(first, last):
        i = people[m]
        look_ahead_in(people, clients, m)
        look_ahead_in(people, rounds, m)
        fetch(known, i)
        c = clients[i]
        new_week(c, rounds[i])
        k = place_of[c.zone]
        patches[i] = k
        if k >= 0:
            for v in range(c.visits):
                provider.calls[k * 4 + slot_of(c.visits, v)] += c.carers
    for k in range(provider.patch_count):
        place_of[provider.patch_zone[k]] = -1


@compiled
def hours_of_legs(hours, provider, alone, shorter, p):
    """Fill `hours` with the hours of a leg for a provider, by place in its patch and slot: `alone` has kilometres of a
    leg in each zone where somebody makes one call, `shorter` how much of that is left by number of calls, 0 where
    nobody has asked yet."""
    for k in range(provider.patch_count):
        leg = alone[provider.patch_zone[k]]
        for s in range(4):
            calls = int(provider.calls[k * 4 + s])
            if calls > 0:
                if shorter[calls] == 0.0:
                    shorter[calls] = calls**-p.travel_density_exponent
                hours[k * 4 + s] = minutes_of_leg(leg * shorter[calls], provider.practice, p) / 60.0


@compiled
def begin_week(hands, workers, staff, lo, hi, zones, p):
    """Fill `hands` with what is left of the week of each care worker of a provider, who are `lo` to `hi` in the list of
    all staff, by place among them: a column for each of the codes above, in hours and kilometres. Whoever is away has
    less than no time; whom no visit has taken anywhere yet is nowhere (nan)."""
    for n in range(hi - lo):
        look_ahead_in(staff, workers, lo + n)
        r = workers[staff[lo + n]]
        hands[n, TRAVEL] = 0.0
        hands[n, DAYS] = 0.0
        hands[n, WANTED] = r.hours_wanted
        hands[n, OWN_FREE] = r.hours_wanted
        hands[n, GUARANTEED] = r.guaranteed
        hands[n, FREE] = r.hours_wanted * p.rostering_stretch if r.absent == 0 else -1.0
        hands[n, HOME_X] = zones[r.zone].x
        hands[n, HOME_Y] = zones[r.zone].y
        for block in range(8):
            hands[n, BLOCK_FREE + block] = days_of(block) * p.rostering_block_hours if r.absent == 0 else 0.0
            hands[n, AT_X + block] = np.nan
            hands[n, AT_Y + block] = np.nan


@compiled
def staff_known(acquainted, place, lo, hi, friends):
    """Fill `friends` with the places in a provider's staff list of those whom a person knows, and how well. Returns how
    many. `place` gives the place of each row of care workers in the list of all staff, of which the provider's own are
    `lo` to `hi`."""
    if lo == hi:
        return 0
    count = 0
    for k in range(len(acquainted.familiar)):
        n = place[max(acquainted.familiar[k], 0)] - lo
        friends[count, WHO] = n
        friends[count, HOW_WELL] = acquainted.familiarity[k]
        count += (acquainted.familiar[k] >= 0) & (n >= 0) & (n < hi - lo)
    return count


@compiled
def stand_in(friends, n_friends, x, y, block, hours, permanent, beside, staff_count, hands, p):
    """Place in a provider's staff list of the best care worker for an open run at (x, y), -1 where nobody has time.

    First whoever the person knows best (`friends` as `staff_known` has them); else near zones, then short of guaranteed
    hours, then most time to spare. `permanent` asks for room in the worker's own hours, so that the run can become the
    worker's. `beside` is who comes to the same visits already, -1 nobody: two care workers at one visit are two people.
    `hands` is what is left of the staff's week, as `begin_week` has it.
    """
    own_hours = hours if permanent else -np.inf
    free_block = BLOCK_FREE + block
    # Whether somebody is able is worked out without a branch: which of so many are is beyond prediction.
    best = -1
    best_score = 0.0
    for k in range(n_friends):
        n = int(friends[k, WHO])
        able = (hands[n, FREE] >= hours) & (hands[n, free_block] >= hours) & (hands[n, OWN_FREE] >= own_hours)
        if able & (n != beside) & (friends[k, HOW_WELL] > best_score):
            best_score = friends[k, HOW_WELL]
            best = n
    if best >= 0:
        return best
    count = 0  # of places of those able, whole numbers that the column ABLE keeps as floats
    for n in range(staff_count):
        hands[count, ABLE] = n
        able = (hands[n, FREE] >= hours) & (hands[n, free_block] >= hours) & (hands[n, OWN_FREE] >= own_hours)
        count += able & (n != beside)
    best_score = -np.inf
    for m in range(count):
        n = int(hands[m, ABLE])
        wanted = hands[n, WANTED]
        spare = hands[n, OWN_FREE] if permanent else hands[n, FREE] - wanted * (p.rostering_stretch - 1.0)
        score = p.rostering_spare_weight * spare / wanted
        lacking = hands[n, GUARANTEED] - (wanted - spare)
        if lacking > 0.0 and hands[n, GUARANTEED] > 0.0:
            score += p.rostering_guarantee_weight * lacking / hands[n, GUARANTEED]
        from_x, from_y = AT_X + block, AT_Y + block
        if math.isnan(hands[n, from_x]):
            from_x, from_y = HOME_X, HOME_Y
        score -= p.rostering_distance_weight * distance(hands[n, from_x], hands[n, from_y], x, y)
        if score > best_score:
            best_score = score
            best = n
    return best


@compiled
def way(from_x, from_y, x, y, speed):
    """Hours on the way to a place from where somebody is; none where the day begins, which is nowhere (nan)."""
    hours = distance(from_x, from_y, x, y) / speed
    return hours if hours > 0.0 else 0.0


@compiled
def owners_come(
    people, clients, rounds, provider, zones, patches, legs, hands, place, lo, hi, open_client, open_run, key, p
):
    """Every run of a provider's people to its owner who is in and has time. Returns how many runs are left open.

    Runs of those who are away stay theirs; whoever has no time any more gives the run up. Whose visits come first
    changes from week to week.
    """
    speed = p.travel_driving_speed
    n_open = 0
    turn = int(uniform(key, provider.number, 0) * len(people))
    for m in range(len(people)):
        i = people[m + turn if m + turn < len(people) else m + turn - len(people)]
        c, who = clients[i], rounds[i]
        patch = patches[i]
        x, y = zones[c.zone].x, zones[c.zone].y
        due = 0.0
        visits_due = 0.0
        for v in range(c.visits):
            slot = slot_of(c.visits, v)
            leg = legs[patch * 4 + slot] if patch >= 0 else p.travel_longest_leg / speed
            for block in range(slot, 8, 4):
                days = days_of(block)
                hours = days * c.visit_minutes / 60.0
                for run in range(block, 8 * c.carers, 8):
                    due += hours
                    visits_due += days
                    w = who.carer[run]
                    if w >= 0:
                        n = place[w] - lo
                        twice = run >= 8 and w == who.carer[run - 8]
                        if twice or n < 0 or n >= hi - lo:
                            w = NOBODY
                        elif hands[n, FREE] >= hours and hands[n, BLOCK_FREE + block] >= hours:
                            who.seen[run] = w
                            hands[n, OWN_FREE] -= hours
                            visit(hands, n, block, days, hours, leg, x, y, speed)
                            continue
                        elif hands[n, FREE] < 0.0:
                            hands[n, OWN_FREE] -= hours
                        else:
                            w = NOBODY
                        who.carer[run] = w
                    open_client[n_open] = i
                    open_run[n_open] = run
                    n_open += 1
        c.due = due
        c.visits_due = visits_due
        provider.due += due
        provider.visits_due += visits_due
        if c.payer == COUNCIL:
            provider.due_council += due
    return n_open


@compiled
def visit(hands, n, block, days, hours, leg, x, y, speed):
    """A run takes its hours from a care worker's week, and takes the care worker to (x, y)."""
    hands[n, FREE] -= hours
    hands[n, BLOCK_FREE + block] -= hours
    on_the_way = way(hands[n, AT_X + block], hands[n, AT_Y + block], x, y, speed)
    hands[n, TRAVEL] += days * (leg + on_the_way)
    hands[n, DAYS] += days
    hands[n, AT_X + block] = x
    hands[n, AT_Y + block] = y


@compiled
def stand_ins_come(
    n_open, clients, rounds, known, staff, zones, patches, legs, hands, place, lo, hi, open_client, open_run, p
):
    """Open runs to the best care worker who has time, for good where nobody owns them. Returns how many are left."""
    speed = p.travel_driving_speed
    left = 0
    person = -1
    n_friends = 0
    friends = np.empty((MOST_KNOWN, 2))
    for m in range(n_open):
        i, run = open_client[m], open_run[m]
        c, who = clients[i], rounds[i]
        if i != person:
            person = i
            n_friends = staff_known(known[i], place, lo, hi, friends)
        block = run % 8
        days = days_of(block)
        hours = days * c.visit_minutes / 60.0
        beside = place[who.seen[run ^ 8]] - lo if c.carers == 2 and who.seen[run ^ 8] >= 0 else -1
        x, y = zones[c.zone].x, zones[c.zone].y
        n = -1
        if who.carer[run] == NOBODY:
            n = stand_in(friends, n_friends, x, y, block, hours, True, beside, hi - lo, hands, p)
            if n >= 0:
                who.carer[run] = staff[lo + n]
                hands[n, OWN_FREE] -= hours
        if n < 0:
            n = stand_in(friends, n_friends, x, y, block, hours, False, beside, hi - lo, hands, p)
        if n < 0:
            open_client[left] = i
            open_run[left] = run
            left += 1
            continue
        leg = legs[patches[i] * 4 + block % 4] if patches[i] >= 0 else p.travel_longest_leg / speed
        who.seen[run] = staff[lo + n]
        visit(hands, n, block, days, hours, leg, x, y, speed)
    return left


@compiled
def others_come(left, clients, rounds, provider, most_by_office, open_client, open_run, key, p):
    """What is left to the office, agency staff, or nobody. Returns the hours that nobody delivers."""
    undelivered = 0.0
    for m in range(left):
        i, run = open_client[m], open_run[m]
        c = clients[i]
        days = days_of(run % 8)
        hours = days * c.visit_minutes / 60.0
        if provider.office + hours <= most_by_office:
            provider.office += hours
            rounds[i].seen[run] = OFFICE
        elif uniform(key, c.number, 1 + run) < p.rostering_agency_share:
            provider.agency += hours
            rounds[i].seen[run] = AGENCY
        else:
            c.missed += days
            undelivered += hours
    return undelivered


@compiled
def end_week(hands, workers, worker_rounds, staff, provider, p):
    """What the week came to for each of a provider's care workers, and for the provider."""
    for n in range(len(staff)):
        r, blocks = workers[staff[n]], worker_rounds[staff[n]].block_hours
        r.owned = r.hours_wanted - hands[n, OWN_FREE]
        if r.absent:
            no_work(r, blocks)
            continue
        r.contact = r.hours_wanted * p.rostering_stretch - hands[n, FREE]
        r.travel = hands[n, TRAVEL]
        r.gap = p.rostering_gap_minutes / 60.0 * hands[n, DAYS]
        for block in range(8):
            blocks[block] = days_of(block) * p.rostering_block_hours - hands[n, BLOCK_FREE + block]
        provider.contact += r.contact
        provider.travel += r.travel
        provider.gap += r.gap


@compiled
def no_work(worker, blocks):
    """A week without visits."""
    worker.contact = 0.0
    worker.travel = 0.0
    worker.gap = 0.0
    blocks[:] = 0.0


@compiled
def employers_of(workers, worker_rounds):
    """The provider of each care worker in post, -1 of the others, who have no work this week."""
    employer = np.full(len(workers), -1, np.int32)
    for w in range(len(workers)):
        r = workers[w]
        if r.status == IN_POST:
            employer[w] = r.provider
        else:
            r.owned = 0.0
            no_work(r, worker_rounds[w].block_hours)
    return employer


@compiled
def longest(start):
    """Length of the longest part of a compressed list."""
    most = 0
    for j in range(len(start) - 1):
        most = max(most, start[j + 1] - start[j])
    return most


@compiled
def roster(clients, rounds, known, workers, worker_rounds, providers, zones, parameters, leg_factor, office_share, key):
    """Roster the week, provider by provider. Returns hours delivered, undelivered, and on the way between visits.

    Owners first, then stand-ins for runs without an owner in, then the office, then agency staff for at most a share of
    the rest (E2), and what is left is not delivered.
    """
    p = parameters[0]
    first, people = by_provider(providers_of(clients, rounds), len(providers))
    patches = np.empty(len(clients), np.int32)
    place_of = np.full(len(zones), -1, np.int32)
    alone = np.empty(len(zones))
    for zone in range(len(zones)):
        alone[zone] = leg_alone(zones[zone].area_km2, leg_factor, p)
    shorter = np.zeros(2 * longest(first) + 1)
    legs = np.empty(4 * MOST_ZONES)
    start, staff = by_provider(employers_of(workers, worker_rounds), len(providers))
    place = np.full(len(workers), -1, np.int32)
    for n in range(len(staff)):
        place[staff[n]] = n
    hands = np.empty((longest(start), COLUMNS))
    open_client = np.empty(longest(first) * RUNS, np.int32)
    open_run = np.empty(longest(first) * RUNS, np.int32)
    delivered = 0.0
    undelivered = 0.0
    travel = 0.0
    for j in range(len(providers)):
        provider, own = providers[j], people[first[j] : first[j + 1]]
        lo, hi = start[j], start[j + 1]
        begin_page(people, first[j], first[j + 1], clients, rounds, known, provider, place_of, patches)
        hours_of_legs(legs, provider, alone, shorter, p)
        begin_week(hands, workers, staff, lo, hi, zones, p)
        n_open = owners_come(
            own, clients, rounds, provider, zones, patches, legs, hands, place, lo, hi, open_client, open_run, key, p
        )
        left = stand_ins_come(
            n_open, clients, rounds, known, staff, zones, patches, legs, hands, place, lo, hi,
            open_client, open_run, p,
        )  # fmt: skip
        most_by_office = p.rostering_office_hours + office_share * provider.plan
        undelivered += others_come(left, clients, rounds, provider, most_by_office, open_client, open_run, key, p)
        end_week(hands, workers, worker_rounds, staff[lo:hi], provider, p)
        travel += provider.travel
        for i in own:
            c = clients[i]
            c.delivered = max(c.due - c.missed * c.visit_minutes / 60.0, 0.0)
            delivered += c.delivered
            provider.delivered += c.delivered
            if c.payer == COUNCIL:
                provider.delivered_council += c.delivered
    return delivered, undelivered, travel


@compiled
def lateness(worker, late_intercept, p):
    """Chance that a worker's visit is more than 30 minutes late: logit⁻¹(λ0 + λ(duty/available − 1))."""
    duty = worker.contact + worker.travel + worker.gap
    available = worker.hours_wanted * p.rostering_stretch * p.rostering_duty_ratio
    return 1.0 / (1.0 + math.exp(-(late_intercept + p.rostering_late_effect * (duty / available - 1.0))))
