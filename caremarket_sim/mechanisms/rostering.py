"""ODD 7.17 Rostering: every run of visits to a care worker who is in and has time, else office, agency or nobody.

A run is one person's visits in one block of the week (a slot of the day, on weekdays or at weekends) for one care
worker. Each run has an owner, whose own round it is; a stand-in covers while the owner is away. Runs 0 to 7 are the
blocks for the first care worker at a visit (weekdays, then weekends), runs 8 to 15 the same for the second.
"""

import math
from typing import NamedTuple

import numpy as np

from ..compiled import compiled, step
from ..compiled.draws import key_of, process_code
from ..compiled.geography import distance, leg_alone, minutes_of_leg
from ..compiled.hashing import uniform
from ..compiled.memory import fetch, look_ahead_in
from ..compiled.process import process
from ..market.codes import AGENCY, BLOCKS, COUNCIL, FAMILIAR, IN_POST, NOBODY, OFFICE, PATCH, RECEIVING, RUNS, SLOTS
from ..market.people import days_of, slot_of
from ..market.state import clients_of, workers_of

ROSTERED = process_code("visits_are_rostered")
HAND = np.dtype(
    (
        np.record,
        [
            ("free", "f8"),
            ("own_free", "f8"),
            ("wanted", "f8"),
            ("guaranteed", "f8"),
            ("travel", "f8"),
            ("days", "f8"),
            ("home_x", "f8"),
            ("home_y", "f8"),
            ("block_free", "f8", (BLOCKS,)),
            ("at_x", "f8", (BLOCKS,)),
            ("at_y", "f8", (BLOCKS,)),
        ],
    )
)
"""What is left of a care worker's week: hours free, hours free of runs of their own, hours wanted, guaranteed and
travelled, days out, where home is (km), and in each block hours free and where it took them last."""


class Staffed(NamedTuple):
    """Rows of each provider as a compressed list: those of provider j are from `start[j]` to `start[j + 1]`."""

    start: np.ndarray
    rows: np.ndarray


class Desk(NamedTuple):
    """The working lists of a roster."""

    people: Staffed
    staff: Staffed
    place: np.ndarray
    """Place of each row of care workers in the list of all staff."""
    patches: np.ndarray
    """Place of each person's zone in the provider's patch, -1 outside it."""
    place_of: np.ndarray
    """Room for the place of each zone in a patch; -1 throughout between two providers."""
    alone: np.ndarray
    """Kilometres of a leg in each zone where somebody makes one call in a slot."""
    shorter: np.ndarray
    """How much of that is left, by number of calls; 0 where nobody has asked yet."""
    legs: np.ndarray
    """Hours of a leg for the provider in hand, by place in its patch and slot."""
    hands: np.ndarray
    """What is left of the week of each care worker of the provider in hand."""
    able: np.ndarray
    """Room for the places of those who are able to take a run."""
    friends: np.ndarray
    """Room for places in the provider's staff list of those whom a person knows."""
    how_well: np.ndarray
    """How well."""
    open_client: np.ndarray
    """Rows of people with open runs."""
    open_run: np.ndarray
    """The runs that are open."""


@process
def visits_are_rostered(market, parameters, policy, draws):
    """Roster the week, provider by provider: hours delivered, undelivered, and on the way between visits.

    Owners first, then stand-ins for runs without an owner in, then the office, then agency staff for at most a share of
    the rest (E2), and what is left is not delivered.
    """
    p = parameters[0]
    key = key_of(draws, ROSTERED)
    clients = clients_of(market)
    desk = new_desk(market, p)
    for j in range(len(market.providers)):
        provider = market.providers[j]
        counts = market.counts[provider.council]
        begin_page(market, desk, j)
        hours_of_legs(desk, provider, p)
        begin_week(market, desk, j, p)
        n_open = owners_come(market, desk, j, key, p)
        left = stand_ins_come(market, desk, j, n_open, p)
        counts.hours_undelivered += others_come(market, desk, provider, left, key, p)
        end_week(market, desk, j, p)
        counts.travel_km += provider.travel
        for m in range(desk.people.start[j], desk.people.start[j + 1]):
            c = clients[desk.people.rows[m]]
            c.delivered = max(c.due - c.missed * c.visit_minutes / 60.0, 0.0)
            counts.hours_delivered += c.delivered
            provider.delivered += c.delivered
            if c.payer == COUNCIL:
                provider.delivered_council += c.delivered
    for k in range(len(market.counts)):
        market.counts[k].travel_km *= p.travel_driving_speed
        market.counts[k].travel_km *= p.travel_driven_share


@step
def new_desk(market, p):
    """Working lists large enough for the largest provider."""
    people = by_provider(providers_of(market), len(market.providers))
    staff = by_provider(employers_of(market), len(market.providers))
    most_people, most_staff = longest(people.start), longest(staff.start)
    zones = market.zones
    place = np.full(market.clock[0].workers, -1, np.int32)
    for n in range(len(staff.rows)):
        place[staff.rows[n]] = n
    alone = np.empty(len(zones))
    for zone in range(len(zones)):
        factor = market.commissioners[zones[zone].council].leg_factor
        alone[zone] = leg_alone(zones[zone].area_km2, factor, p)
    return Desk(
        people,
        staff,
        place,
        np.empty(market.clock[0].clients, np.int32),
        np.full(len(zones), -1, np.int32),
        alone,
        np.zeros(2 * most_people + 1),
        np.empty(SLOTS * PATCH),
        np.empty(most_staff, HAND),
        np.empty(most_staff, np.int32),
        np.empty(FAMILIAR, np.int32),
        np.empty(FAMILIAR),
        np.empty(most_people * RUNS, np.int32),
        np.empty(most_people * RUNS, np.int32),
    )


@step
def providers_of(market):
    """The provider of each person who receives care, -1 of the others, for whom the week is over."""
    clients = clients_of(market)
    served_by = np.full(len(clients), -1, np.int32)
    for i in range(len(clients)):
        if clients[i].status == RECEIVING:
            served_by[i] = clients[i].provider
        else:
            new_week(clients[i], market.rounds[i])
    return served_by


@step
def employers_of(market):
    """The provider of each care worker in post, -1 of the others, who have no work this week."""
    workers = workers_of(market)
    employer = np.full(len(workers), -1, np.int32)
    for w in range(len(workers)):
        r = workers[w]
        if r.status == IN_POST:
            employer[w] = r.provider
        else:
            r.owned = 0.0
            no_work(r, market.worker_rounds[w])
    return employer


@compiled
def by_provider(provider_of, count):
    """Rows of each provider, of which `provider_of` gives the provider of each, -1 none."""
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
    return Staffed(start, rows)


@compiled
def longest(start):
    """Length of the longest part of a compressed list."""
    most = 0
    for j in range(len(start) - 1):
        most = max(most, start[j + 1] - start[j])
    return most


@compiled
def new_week(client, who):
    """Empty what this week's roster fills; who came this week is who came a week ago."""
    client.due = 0.0
    client.delivered = 0.0
    client.visits_due = 0.0
    client.missed = 0.0
    client.late = 0.0
    for run in range(BLOCKS * client.carers):
        who.seen_before[run] = who.seen[run]
        who.seen[run] = NOBODY


@compiled
def no_work(worker, rounds):
    """A week without visits."""
    worker.contact = 0.0
    worker.travel = 0.0
    worker.gap = 0.0
    rounds.block_hours[:] = 0.0


@step
def begin_page(market, desk, j):
    """A new page for the week of a provider and its people, its calls by zone and slot, and where its people live in
    its patch."""
    provider, people = market.providers[j], desk.people
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
        desk.place_of[provider.patch_zone[k]] = k
    for m in range(people.start[j], people.start[j + 1]):
        i = people.rows[m]
        look_ahead_in(people.rows, market.clients, m)
        look_ahead_in(people.rows, market.rounds, m)
        fetch(market.known, i)
        c = market.clients[i]
        new_week(c, market.rounds[i])
        k = desk.place_of[c.zone]
        desk.patches[i] = k
        if k >= 0:
            for v in range(c.visits):
                provider.calls[k * SLOTS + slot_of(c.visits, v)] += c.carers
    for k in range(provider.patch_count):
        desk.place_of[provider.patch_zone[k]] = -1


@step
def hours_of_legs(desk, provider, p):
    """Hours of a leg for a provider, by place in its patch and slot."""
    for k in range(provider.patch_count):
        leg = desk.alone[provider.patch_zone[k]]
        for s in range(SLOTS):
            calls = int(provider.calls[k * SLOTS + s])
            if calls > 0:
                if desk.shorter[calls] == 0.0:
                    desk.shorter[calls] = calls**-p.travel_density_exponent
                minutes = minutes_of_leg(leg * desk.shorter[calls], provider.practice, p)
                desk.legs[k * SLOTS + s] = minutes / 60.0


@compiled
def leg_to(desk, i, slot, p):
    """Hours of a leg to a person, who may live outside the provider's patch."""
    patch = desk.patches[i]
    return desk.legs[patch * SLOTS + slot] if patch >= 0 else p.travel_longest_leg / p.travel_driving_speed


@step
def begin_week(market, desk, j, p):
    """All that each care worker of a provider has is free. Whoever is away has less than no time; whom no visit has
    taken anywhere yet is nowhere (nan)."""
    staff = desk.staff
    for n in range(staff.start[j + 1] - staff.start[j]):
        look_ahead_in(staff.rows, market.workers, staff.start[j] + n)
        r, hand = market.workers[staff.rows[staff.start[j] + n]], desk.hands[n]
        hand.travel = 0.0
        hand.days = 0.0
        hand.wanted = r.hours_wanted
        hand.own_free = r.hours_wanted
        hand.guaranteed = r.guaranteed
        hand.free = r.hours_wanted * p.rostering_stretch if r.absent == 0 else -1.0
        hand.home_x = market.zones[r.zone].x
        hand.home_y = market.zones[r.zone].y
        for block in range(BLOCKS):
            hand.block_free[block] = days_of(block) * p.rostering_block_hours if r.absent == 0 else 0.0
            hand.at_x[block] = np.nan
            hand.at_y[block] = np.nan


@step
def owners_come(market, desk, j, key, p):
    """Every run of a provider's people to its owner who is in and has time. Returns how many runs are left open.

    Runs of those who are away stay theirs; whoever has no time any more gives the run up. Whose visits come first
    changes from week to week.
    """
    provider = market.providers[j]
    lo, hi = desk.staff.start[j], desk.staff.start[j + 1]
    first, last = desk.people.start[j], desk.people.start[j + 1]
    n_open = 0
    turn = first + int(uniform(key, provider.number, 0) * (last - first))
    for m in range(last - first):
        i = desk.people.rows[turn + m if turn + m < last else turn + m - (last - first)]
        c, who = market.clients[i], market.rounds[i]
        x, y = market.zones[c.zone].x, market.zones[c.zone].y
        due = 0.0
        visits_due = 0.0
        for v in range(c.visits):
            slot = slot_of(c.visits, v)
            leg = leg_to(desk, i, slot, p)
            for block in range(slot, BLOCKS, SLOTS):
                days = days_of(block)
                hours = days * c.visit_minutes / 60.0
                for run in range(block, BLOCKS * c.carers, BLOCKS):
                    due += hours
                    visits_due += days
                    w = who.carer[run]
                    if w >= 0:
                        n = desk.place[w] - lo
                        twice = run >= BLOCKS and w == who.carer[run - BLOCKS]
                        if twice or n < 0 or n >= hi - lo:
                            w = NOBODY
                        elif desk.hands[n].free >= hours and desk.hands[n].block_free[block] >= hours:
                            who.seen[run] = w
                            desk.hands[n].own_free -= hours
                            visit(desk.hands[n], block, days, hours, leg, x, y, p)
                            continue
                        elif desk.hands[n].free < 0.0:
                            desk.hands[n].own_free -= hours
                        else:
                            w = NOBODY
                        who.carer[run] = w
                    desk.open_client[n_open] = i
                    desk.open_run[n_open] = run
                    n_open += 1
        c.due = due
        c.visits_due = visits_due
        provider.due += due
        provider.visits_due += visits_due
        if c.payer == COUNCIL:
            provider.due_council += due
    return n_open


@compiled
def visit(hand, block, days, hours, leg, x, y, p):
    """A run takes its hours from a care worker's week, and takes the care worker to (x, y)."""
    hand.free -= hours
    hand.block_free[block] -= hours
    on_the_way = way(hand.at_x[block], hand.at_y[block], x, y, p.travel_driving_speed)
    hand.travel += days * (leg + on_the_way)
    hand.days += days
    hand.at_x[block] = x
    hand.at_y[block] = y


@compiled
def way(from_x, from_y, x, y, speed):
    """Hours on the way to a place from where somebody is; none where the day begins, which is nowhere (nan)."""
    hours = distance(from_x, from_y, x, y) / speed
    return hours if hours > 0.0 else 0.0


@step
def stand_ins_come(market, desk, j, n_open, p):
    """Open runs to the best care worker who has time, for good where nobody owns them. Returns how many are left."""
    lo, hi = desk.staff.start[j], desk.staff.start[j + 1]
    left = 0
    person = -1
    n_friends = 0
    for m in range(n_open):
        i, run = desk.open_client[m], desk.open_run[m]
        c, who = market.clients[i], market.rounds[i]
        if i != person:
            person = i
            n_friends = staff_known(market.known[i], desk, lo, hi)
        block = run % BLOCKS
        days = days_of(block)
        hours = days * c.visit_minutes / 60.0
        beside = desk.place[who.seen[run ^ BLOCKS]] - lo if c.carers == 2 and who.seen[run ^ BLOCKS] >= 0 else -1
        x, y = market.zones[c.zone].x, market.zones[c.zone].y
        n = -1
        if who.carer[run] == NOBODY:
            n = stand_in(desk, n_friends, x, y, block, hours, True, beside, hi - lo, p)
            if n >= 0:
                who.carer[run] = desk.staff.rows[lo + n]
                desk.hands[n].own_free -= hours
        if n < 0:
            n = stand_in(desk, n_friends, x, y, block, hours, False, beside, hi - lo, p)
        if n < 0:
            desk.open_client[left] = i
            desk.open_run[left] = run
            left += 1
            continue
        who.seen[run] = desk.staff.rows[lo + n]
        visit(desk.hands[n], block, days, hours, leg_to(desk, i, block % SLOTS, p), x, y, p)
    return left


@compiled
def staff_known(acquainted, desk, lo, hi):
    """Note the places in a provider's staff list, which is `lo` to `hi` in that of all staff, of those whom a person
    knows, and how well. Returns how many."""
    if lo == hi:
        return 0
    count = 0
    for k in range(FAMILIAR):
        n = desk.place[max(acquainted.familiar[k], 0)] - lo
        desk.friends[count] = n
        desk.how_well[count] = acquainted.familiarity[k]
        count += (acquainted.familiar[k] >= 0) & (n >= 0) & (n < hi - lo)
    return count


@compiled
def stand_in(desk, n_friends, x, y, block, hours, permanent, beside, staff_count, p):
    """Place in a provider's staff list of the best care worker for an open run at (x, y), -1 where nobody has time.

    First whoever the person knows best; else near zones, then short of guaranteed hours, then most time to spare.
    `permanent` asks for room in the worker's own hours, so that the run can become the worker's. `beside` is who comes
    to the same visits already, -1 nobody: two care workers at one visit are two people.
    """
    hands, able = desk.hands, desk.able
    own_hours = hours if permanent else -np.inf
    # Whether somebody is able is worked out without a branch: which of so many are is beyond prediction.
    best = -1
    best_score = 0.0
    for k in range(n_friends):
        n = desk.friends[k]
        free = (hands[n].free >= hours) & (hands[n].block_free[block] >= hours) & (hands[n].own_free >= own_hours)
        if free & (n != beside) & (desk.how_well[k] > best_score):
            best_score = desk.how_well[k]
            best = n
    if best >= 0:
        return best
    count = 0
    for n in range(staff_count):
        able[count] = n
        free = (hands[n].free >= hours) & (hands[n].block_free[block] >= hours) & (hands[n].own_free >= own_hours)
        count += free & (n != beside)
    best_score = -np.inf
    for m in range(count):
        n = able[m]
        score = usefulness(hands[n], block, x, y, permanent, p)
        if score > best_score:
            best_score = score
            best = n
    return best


@compiled
def usefulness(hand, block, x, y, permanent, p):
    """How well a run at (x, y) fits what is left of a care worker's week: time to spare, hours guaranteed, nearness."""
    spare = hand.own_free if permanent else hand.free - hand.wanted * (p.rostering_stretch - 1.0)
    score = p.rostering_spare_weight * spare / hand.wanted
    lacking = hand.guaranteed - (hand.wanted - spare)
    if lacking > 0.0 and hand.guaranteed > 0.0:
        score += p.rostering_guarantee_weight * lacking / hand.guaranteed
    from_x, from_y = hand.at_x[block], hand.at_y[block]
    if math.isnan(from_x):
        from_x, from_y = hand.home_x, hand.home_y
    return score - p.rostering_distance_weight * distance(from_x, from_y, x, y)


@step
def others_come(market, desk, provider, left, key, p):
    """What is left to the office, agency staff, or nobody. Returns the hours that nobody delivers."""
    most_by_office = p.rostering_office_hours + p.rostering_office_share * provider.plan
    undelivered = 0.0
    for m in range(left):
        i, run = desk.open_client[m], desk.open_run[m]
        c = market.clients[i]
        days = days_of(run % BLOCKS)
        hours = days * c.visit_minutes / 60.0
        if provider.office + hours <= most_by_office:
            provider.office += hours
            market.rounds[i].seen[run] = OFFICE
        elif uniform(key, c.number, 1 + run) < p.rostering_agency_share:
            provider.agency += hours
            market.rounds[i].seen[run] = AGENCY
        else:
            c.missed += days
            undelivered += hours
    return undelivered


@step
def end_week(market, desk, j, p):
    """What the week came to for each of a provider's care workers, and for the provider."""
    provider, staff = market.providers[j], desk.staff
    for n in range(staff.start[j + 1] - staff.start[j]):
        w = staff.rows[staff.start[j] + n]
        r, hand, rounds = market.workers[w], desk.hands[n], market.worker_rounds[w]
        r.owned = r.hours_wanted - hand.own_free
        if r.absent:
            no_work(r, rounds)
            continue
        r.contact = r.hours_wanted * p.rostering_stretch - hand.free
        r.travel = hand.travel
        r.gap = p.rostering_gap_minutes / 60.0 * hand.days
        for block in range(BLOCKS):
            rounds.block_hours[block] = days_of(block) * p.rostering_block_hours - hand.block_free[block]
        provider.contact += r.contact
        provider.travel += r.travel
        provider.gap += r.gap
