"""ODD 7.17 Rostering: every run of visits to a care worker who is in and has time, else office, agency or nobody.

A run is one person's visits in one block of the week (a slot of the day, on weekdays or at weekends) for one care
worker. Each run has an owner, whose own round it is; a stand-in covers while the owner is away. Runs 0 to 7 are the
blocks for the first care worker at a visit (weekdays, then weekends), runs 8 to 15 the same for the second.

People are visited in the order in which a tour of the place passes their homes, and a leg is the way from one call of
the team to the next in that slot of the day: dense rounds have short legs, whatever zones describe the place.

A provider's teams are neighbourhoods: its people in the order of the tour, and its care workers in the order in which
the same tour passes their homes, cut into as many parts as there is staff for. A team's rounds are its own, and who
takes an open run is sought in it first; neighbouring teams help out.
"""

import math
from typing import NamedTuple

import numpy as np

from ..compiled import compiled, step
from ..compiled.draws import key_of, process_code
from ..compiled.geography import distance, hours_of_leg, leg_of, patch_of
from ..compiled.hashing import uniform
from ..compiled.memory import fetch, glance_ahead_in, look_ahead, look_ahead_in
from ..compiled.process import process
from ..market.codes import (
    AGENCY,
    BLOCKS,
    COUNCIL,
    FAMILIAR,
    IN_POST,
    LEFT,
    NOBODY,
    OFFICE,
    RECEIVING,
    RUNS,
    SLOTS,
    WAITING,
)
from ..market.people import days_of, slot_of
from ..market.state import clients_of, workers_of
from ..market.zones import BITS

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
            ("owed", "f8"),
            ("cancelled", "f8"),
            ("home_x", "f8"),
            ("home_y", "f8"),
            ("block_free", "f8", (BLOCKS,)),
            ("at_x", "f8", (BLOCKS,)),
            ("at_y", "f8", (BLOCKS,)),
        ],
    )
)
"""What is left of a care worker's week: hours free, hours free of runs of their own, hours wanted, guaranteed and
travelled, days out, hours that colleagues on zero-hours are to make up for, hours of their own round cancelled at short
notice, where home is (km), and in each block hours free and where it took them last."""


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
    from_x: np.ndarray
    """Where the team in hand made its last call in each slot, as the tour goes."""
    from_y: np.ndarray
    legs: np.ndarray
    """Hours of a leg for the provider in hand, by person in the order of the tour and slot."""
    hands: np.ndarray
    """What is left of the week of each care worker of the provider in hand."""
    able: np.ndarray
    """Room for the places of those who are able to take a run."""
    most_time: np.ndarray
    """Hours that anybody of the provider in hand had left in each block when last nobody had enough: as cover, and for
    good."""
    kept: np.ndarray
    """Hours of each care worker's own runs, by row, for people who have care or wait for it, wherever they are."""
    short: np.ndarray
    """Room for the places of those who lost hours at short notice that are made up for."""
    friends: np.ndarray
    """Room for places in the provider's staff list of those whom a person knows."""
    how_well: np.ndarray
    """How well."""
    open_client: np.ndarray
    """Rows of people with open runs."""
    open_run: np.ndarray
    """The runs that are open."""
    open_leg: np.ndarray
    """Hours of a leg to them."""
    open_team: np.ndarray
    """The team whose they are."""


@process
def visits_are_rostered(market, parameters, policy, draws):
    """Roster the week, provider by provider: hours delivered, undelivered, and on the way between visits.

    What staff with a guarantee lose at short notice is made up for, in part, out of rounds of colleagues on zero-hours.
    Owners first, then stand-ins for runs without an owner in, then the office, then agency staff for at most a share of
    the rest (E2), and what is left is not delivered.
    """
    p = parameters[0]
    key = key_of(draws, ROSTERED)
    clients = clients_of(market)
    desk = new_desk(market)
    for j in range(len(market.providers)):
        provider = market.providers[j]
        counts = market.counts[provider.council]
        begin_page(market, desk, j, p)
        n_short = begin_week(market, desk, j, p)
        n_open = owners_come(market, desk, j, n_short, key, p)
        left = stand_ins_come(market, desk, j, n_open, p)
        counts.hours_undelivered += others_come(market, desk, provider, left, key, p)
        end_week(market, desk, j, p)
        counts.travel_km += provider.travel  # hours, until all are counted
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
def new_desk(market):
    """Working lists large enough for the largest provider."""
    kept = np.zeros(market.clock[0].workers)
    served_by, employers = providers_of(market, kept), employers_of(market)
    people = by_provider(served_by, in_tour_order(clients_of(market), served_by), len(market.providers))
    staff = by_provider(employers, in_tour_order(workers_of(market), employers), len(market.providers))
    most_people, most_staff = longest(people.start), longest(staff.start)
    place = np.full(market.clock[0].workers, -1, np.int32)
    for n in range(len(staff.rows)):
        place[staff.rows[n]] = n
    return Desk(
        people,
        staff,
        place,
        np.empty(SLOTS),
        np.empty(SLOTS),
        np.empty(most_people * SLOTS),
        np.empty(most_staff, HAND),
        np.empty(most_staff, np.int32),
        np.empty((2, BLOCKS)),
        kept,
        np.empty(most_staff, np.int32),
        np.empty(FAMILIAR, np.int32),
        np.empty(FAMILIAR),
        np.empty(most_people * RUNS, np.int32),
        np.empty(most_people * RUNS, np.int32),
        np.empty(most_people * RUNS),
        np.empty(most_people * RUNS, np.int32),
    )


@step
def providers_of(market, kept):
    """The provider of each person who receives care, -1 of the others, for whom the week is over; and the hours of each
    care worker's own runs that are `kept`, since the person is neither in hospital nor has left."""
    clients = clients_of(market)
    served_by = np.full(len(clients), -1, np.int32)
    for i in range(len(clients)):
        look_ahead(clients, i)
        look_ahead(market.rounds, i)
        c = clients[i]
        if c.status == LEFT and c.visits_due == 0.0:
            continue
        hours_kept(c, market.rounds[i], kept)
        if c.status == RECEIVING:
            served_by[i] = c.provider
        else:
            new_week(c, market.rounds[i])
    return served_by


@compiled
def hours_kept(client, who, kept):
    """Add the hours of a person's runs to those that their owners keep."""
    if client.status != RECEIVING and client.status != WAITING:
        return
    hours = client.visit_minutes / 60.0
    for v in range(client.visits):
        slot = slot_of(client.visits, v)
        for block in (slot, slot + SLOTS):
            for k in range(client.carers):
                w = who.carer[block + k * BLOCKS]
                if w >= 0:
                    kept[w] += days_of(block) * hours


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
def in_tour_order(everybody, provider_of):
    """Rows of people, or care workers, with a provider, in the order in which a tour of the whole place passes their
    homes.

    By the later half of each place along the tour first, then by the earlier one: two rounds of counting.
    """
    tours, rows = np.empty(len(everybody), np.int32), np.empty(len(everybody), np.int32)
    count = 0
    for i in range(len(everybody)):
        tours[count] = everybody[i].tour
        rows[count] = i
        count += provider_of[i] >= 0
    later, earlier = np.zeros((1 << BITS) + 1, np.int32), np.zeros((1 << BITS) + 1, np.int32)
    for n in range(count):
        later[(tours[n] & ((1 << BITS) - 1)) + 1] += 1
        earlier[(tours[n] >> BITS) + 1] += 1
    for digit in range(1 << BITS):
        later[digit + 1] += later[digit]
        earlier[digit + 1] += earlier[digit]
    by_later, order = np.empty(count, np.int32), np.empty(count, np.int32)
    for n in range(count):
        digit = tours[n] & ((1 << BITS) - 1)
        by_later[later[digit]] = n
        later[digit] += 1
    for place in range(count):
        n = by_later[place]
        digit = tours[n] >> BITS
        order[earlier[digit]] = rows[n]
        earlier[digit] += 1
    return order


@compiled
def by_provider(provider_of, order, count):
    """Rows of each provider, of which `provider_of` gives the provider of each, -1 none, as they follow in `order`."""
    start = np.zeros(count + 1, np.int32)
    for row in range(len(provider_of)):
        if provider_of[row] >= 0:
            start[provider_of[row] + 1] += 1
    for j in range(count):
        start[j + 1] += start[j]
    filled = start[:-1].copy()
    rows = np.empty(start[-1], np.int32)
    for row in order:
        j = provider_of[row]
        if j >= 0:
            rows[filled[j]] = row
            filled[j] += 1
    return Staffed(start, rows)


@compiled
def teams_of(staff, j, p):
    """How many teams a provider's care workers make, one at the least."""
    return max(1, round((staff.start[j + 1] - staff.start[j]) / p.rostering_team_size))


@compiled
def begins(team, teams, count):
    """Place from which a team has its part, where so many are parted alike among the teams."""
    return team * count // teams


@compiled
def team_at(place, teams, count):
    """The team whose part a place is in: the other way round."""
    return ((place + 1) * teams - 1) // count


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
    worker.cancelled = 0.0
    rounds.block_hours[:] = 0.0


@step
def begin_page(market, desk, j, p):
    """A new page for the week of a provider and its people, its calls by locality, and the legs to its people.

    A leg is the way from the team's call before it in that slot of the day, as the tour goes; before the first comes
    the last.
    """
    provider, people = market.providers[j], desk.people
    first, count = people.start[j], people.start[j + 1] - people.start[j]
    teams = teams_of(desk.staff, j, p)
    leg_factor = market.commissioners[provider.council].leg_factor
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
    next_team = 0
    for m in range(first, first + count):
        i = people.rows[m]
        while m - first == begins(next_team, teams, count):
            next_team += 1
            begin_tour(market, desk, m, first + begins(next_team, teams, count))
        glance_ahead_in(people.rows, market.clients, m)
        look_ahead_in(people.rows, market.rounds, m)
        c, who = market.clients[i], market.rounds[i]
        new_week(c, who)
        k = patch_of(provider, c.locality)
        if k >= 0:
            provider.calls[k] += c.visits * c.carers
        hours = 0.0
        for v in range(c.visits):
            slot = slot_of(c.visits, v)
            apart = distance(desk.from_x[slot], desk.from_y[slot], who.home_x, who.home_y)
            desk.from_x[slot] = who.home_x
            desk.from_y[slot] = who.home_y
            leg = hours_of_leg(leg_of(apart, leg_factor, p), provider.practice, p)
            desk.legs[(m - first) * SLOTS + slot] = leg
            hours += leg
        who.leg = 60.0 * hours / c.visits


@step
def begin_tour(market, desk, first, last):
    """Before a team's first call in each slot comes its last one. The team's people are from `first` to `last` on."""
    missing = SLOTS
    for slot in range(SLOTS):
        desk.from_x[slot] = np.nan
    for m in range(last - 1, first - 1, -1):
        i = desk.people.rows[m]
        visits = market.clients[i].visits
        for v in range(visits):
            slot = slot_of(visits, v)
            if math.isnan(desk.from_x[slot]):
                desk.from_x[slot] = market.rounds[i].home_x
                desk.from_y[slot] = market.rounds[i].home_y
                missing -= 1
        if missing == 0:
            break


@step
def begin_week(market, desk, j, p):
    """All that each care worker of a provider has is free. Whoever is away has less than no time; whom no visit has
    taken anywhere yet is nowhere (nan).

    What they lost of their own rounds since last week, to hospital, death or smaller packages, is cancelled at short
    notice, and the provider learns from it. Returns how many with a guarantee are short of it by that, to be made up
    for in part.
    """
    staff, provider = desk.staff, market.providers[j]
    n_short = 0
    squares = 0.0
    for n in range(staff.start[j + 1] - staff.start[j]):
        glance_ahead_in(staff.rows, market.workers, staff.start[j] + n)
        r, hand = market.workers[staff.rows[staff.start[j] + n]], desk.hands[n]
        kept = desk.kept[staff.rows[staff.start[j] + n]]
        hand.cancelled = max(r.owned - kept, 0.0)
        squares += (hand.cancelled / r.hours_wanted) ** 2
        hand.owed = p.rostering_buffer_share * min(hand.cancelled, max(r.guaranteed - kept, 0.0))
        if hand.owed > 0.0 and r.absent == 0:
            desk.short[n_short] = n
            n_short += 1
        hand.travel = 0.0
        hand.days = 0.0
        hand.wanted = r.hours_wanted
        hand.own_free = r.hours_wanted
        hand.guaranteed = r.guaranteed
        hand.free = r.hours_wanted * p.rostering_stretch if r.absent == 0 else -1.0
        hand.home_x = r.home_x
        hand.home_y = r.home_y
        for block in range(BLOCKS):
            hand.block_free[block] = days_of(block) * p.rostering_block_hours if r.absent == 0 else 0.0
            hand.at_x[block] = np.nan
            hand.at_y[block] = np.nan
    if staff.start[j + 1] > staff.start[j]:
        provider.cuts += p.contract_cuts_memory * (squares / (staff.start[j + 1] - staff.start[j]) - provider.cuts)
    return n_short


@step
def owners_come(market, desk, j, n_short, key, p):
    """Every run of a provider's people to its owner who is in and has time. Returns how many runs are left open.

    A run owned by somebody on zero-hours goes to a colleague with a guarantee who lost hours at short notice and has
    time for it, for good; runs that two do together are left alone.

    Runs of those who are away stay theirs; whoever has no time any more gives the run up. Whose visits come first
    changes from week to week.
    """
    provider = market.providers[j]
    hands, place_of, legs = desk.hands, desk.place, desk.legs
    lo, hi = desk.staff.start[j], desk.staff.start[j + 1]
    first, last = desk.people.start[j], desk.people.start[j + 1]
    teams = teams_of(desk.staff, j, p)
    n_open = 0
    turn = first + int(uniform(key, provider.number, 0) * (last - first))
    for m in range(last - first):
        place = turn + m if turn + m < last else turn + m - (last - first)
        i = desk.people.rows[place]
        c, who = market.clients[i], market.rounds[i]
        team = team_at(place - first, teams, last - first)
        before = n_open
        due = 0.0
        visits_due = 0.0
        for v in range(c.visits):
            slot = slot_of(c.visits, v)
            leg = legs[(place - first) * SLOTS + slot]
            for block in (slot, slot + SLOTS):
                days = days_of(block)
                hours = days * c.visit_minutes / 60.0
                for k in range(c.carers):
                    run = block + k * BLOCKS
                    due += hours
                    visits_due += days
                    w = who.carer[run]
                    if w >= 0:
                        n = place_of[w] - lo
                        if n < 0 or n >= hi - lo:
                            w = NOBODY
                            who.waits[run] = round(p.rostering_vacant_weeks)
                        elif run >= BLOCKS and w == who.carer[run - BLOCKS]:
                            w = NOBODY
                        else:
                            hand = hands[n]
                            if hand.free >= hours and hand.block_free[block] >= hours:
                                if n_short > 0 and hand.guaranteed == 0.0 and c.carers == 1:
                                    short = who_makes_up(desk, n_short, block, hours)
                                    if short >= 0:
                                        hand.cancelled += hours
                                        hand = hands[short]
                                        hand.owed -= hours
                                        w = desk.staff.rows[lo + short]
                                        who.carer[run] = w
                                who.seen[run] = w
                                hand.own_free -= hours
                                visit(hand, block, days, hours, leg, who.home_x, who.home_y)
                                continue
                            if hand.free < 0.0:
                                hand.own_free -= hours
                            else:
                                w = NOBODY
                        who.carer[run] = w
                    desk.open_client[n_open] = i
                    desk.open_run[n_open] = run
                    desk.open_leg[n_open] = leg
                    desk.open_team[n_open] = team
                    n_open += 1
        if n_open > before:
            fetch(market.known, i)  # whom the person knows is asked when stand-ins come
        c.due = due
        c.visits_due = visits_due
        provider.due += due
        provider.visits_due += visits_due
        if c.payer == COUNCIL:
            provider.due_council += due
    return n_open


@compiled
def who_makes_up(desk, n_short, block, hours):
    """Place of whoever is owed most hours that a run can make up for and has time for it, -1 nobody."""
    best = -1
    most = hours
    for k in range(n_short):
        hand = desk.hands[desk.short[k]]
        if has_time(hand, block, hours, hours) & (hand.owed >= most):
            most = hand.owed
            best = desk.short[k]
    return best


@compiled
def visit(hand, block, days, hours, leg, x, y):
    """A run takes its hours from a care worker's week, and takes the care worker to (x, y) by legs of so many hours."""
    hand.free -= hours
    hand.block_free[block] -= hours
    hand.travel += days * leg
    hand.days += days
    hand.at_x[block] = x
    hand.at_y[block] = y


@compiled
def leg_of_cover(hand, block, leg, x, y, leg_factor, practice, p):
    """Hours of a leg for somebody who covers a run at (x, y) for a week: from where the block has taken them, if that
    is further than from the team's call before it. Where a day begins is nowhere (nan), and no further."""
    apart = distance(hand.at_x[block], hand.at_y[block], x, y)
    return max(leg, hours_of_leg(leg_of(apart, leg_factor, p), practice, p)) if apart > 0.0 else leg


@step
def stand_ins_come(market, desk, j, n_open, p):
    """Open runs to the best care worker who has time, for good where nobody owns them. Returns how many are left.

    A run that is somebody's for good stays where it is in the team's tour; cover for a week can be a longer way.
    The runs of somebody who has left are covered for some weeks before they are somebody's, fewer where the same person
    keeps coming.
    """
    provider = market.providers[j]
    leg_factor = market.commissioners[provider.council].leg_factor
    lo, hi = desk.staff.start[j], desk.staff.start[j + 1]
    teams = teams_of(desk.staff, j, p)
    desk.most_time[:] = np.inf
    left = 0
    person = -1
    n_friends = 0
    for m in range(n_open):
        i, run = desk.open_client[m], desk.open_run[m]
        c, who = market.clients[i], market.rounds[i]
        if i != person:
            person = i
            n_friends = staff_known(market.known[i], desk.place, desk.friends, desk.how_well, lo, hi)
        block = run % BLOCKS
        days = days_of(block)
        hours = days * c.visit_minutes / 60.0
        beside = desk.place[who.seen[run ^ BLOCKS]] - lo if c.carers == 2 and who.seen[run ^ BLOCKS] >= 0 else -1
        x, y, leg = who.home_x, who.home_y, desk.open_leg[m]
        team = desk.open_team[m], teams, hi - lo
        n = -1
        if who.waits[run] > 0:
            who.waits[run] -= 1
        elif who.carer[run] == NOBODY:
            n = stand_in(desk, n_friends, x, y, block, hours, True, beside, team, p)
            if n >= 0:
                who.carer[run] = desk.staff.rows[lo + n]
                desk.hands[n].own_free -= hours
        if n < 0:
            n = stand_in(desk, n_friends, x, y, block, hours, False, beside, team, p)
            if n >= 0:
                again = who.waits[run] > 0 and desk.staff.rows[lo + n] == who.seen_before[run]
                who.waits[run] -= again
                leg = leg_of_cover(desk.hands[n], block, leg, x, y, leg_factor, provider.practice, p)
        if n < 0:
            desk.open_client[left] = i
            desk.open_run[left] = run
            left += 1
            continue
        who.seen[run] = desk.staff.rows[lo + n]
        visit(desk.hands[n], block, days, hours, leg, x, y)
    return left


@compiled
def staff_known(acquainted, place, friends, how_well, lo, hi):
    """Note the places in a provider's staff list, which is `lo` to `hi` in that of all staff, of those whom a person
    knows, and how well. Returns how many."""
    if lo == hi:
        return 0
    count = 0
    for k in range(FAMILIAR):
        n = place[max(acquainted.familiar[k], 0)] - lo
        friends[count] = n
        how_well[count] = acquainted.familiarity[k]
        count += (acquainted.familiar[k] >= 0) & (n >= 0) & (n < hi - lo)
    return count


@compiled
def stand_in(desk, n_friends, x, y, block, hours, permanent, beside, team, p):
    """Place in a provider's staff list of the best care worker for an open run at (x, y), -1 where nobody has time.

    First whoever the person knows best; else in the team, then anywhere: near, then short of guaranteed hours, then
    most time to spare. `permanent` asks for room in the worker's own hours, so that the run can become the worker's.
    `beside` is who comes to the same visits already, -1 nobody: two care workers at one visit are two people. `team` is
    which of how many, and the provider's staff.

    Time only gets less: for a run longer than anybody had time for, nobody is looked for.
    """
    hands, able, most_time = desk.hands, desk.able, desk.most_time[1 if permanent else 0]
    if hours > most_time[block]:
        return -1
    own_hours = hours if permanent else -np.inf
    best = -1
    best_score = 0.0
    for k in range(n_friends):
        n = desk.friends[k]
        if has_time(hands[n], block, hours, own_hours) & (n != beside) & (desk.how_well[k] > best_score):
            best_score = desk.how_well[k]
            best = n
    if best >= 0:
        return best
    which, teams, staff_count = team
    first, last = begins(which, teams, staff_count), begins(which + 1, teams, staff_count)
    while best < 0:
        count = 0
        for n in range(first, last):
            able[count] = n
            count += has_time(hands[n], block, hours, own_hours) & (n != beside)
        best_score = -np.inf
        for m in range(count):
            n = able[m]
            score = usefulness(hands[n], block, x, y, permanent, p)
            if score > best_score:
                best_score = score
                best = n
        if last - first == staff_count:
            break
        first, last = 0, staff_count
    if best < 0:
        time_is_noted(hands[:staff_count], permanent, most_time)
    return best


@compiled
def time_is_noted(hands, permanent, most_time):
    """Note the hours that whoever has most has left in each block, of their own where a run is to become theirs."""
    most_time[:] = -np.inf
    for n in range(len(hands)):
        left = min(hands[n].free, hands[n].own_free) if permanent else hands[n].free
        for block in range(BLOCKS):
            most_time[block] = max(most_time[block], min(left, hands[n].block_free[block]))


@compiled
def has_time(hand, block, hours, own_hours):
    """Whether a care worker has so many hours left, in the block, and of their own. Worked out without a branch: which
    of so many have is beyond prediction."""
    return (hand.free >= hours) & (hand.block_free[block] >= hours) & (hand.own_free >= own_hours)


@compiled
def usefulness(hand, block, x, y, permanent, p):
    """How well a run at (x, y) fits what is left of a care worker's week: time to spare, hours guaranteed, nearness.

    Cover beyond what somebody is guaranteed rather goes to those on zero-hours.
    """
    spare = hand.own_free if permanent else hand.free - hand.wanted * (p.rostering_stretch - 1.0)
    score = p.rostering_spare_weight * spare / hand.wanted
    lacking = hand.guaranteed - (hand.wanted - spare)
    if hand.guaranteed > 0.0:
        if lacking > 0.0:
            score += p.rostering_guarantee_weight * lacking / hand.guaranteed
        elif not permanent:
            score -= p.rostering_extra_weight
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
        r.cancelled = hand.cancelled
        if r.guaranteed == 0.0:
            market.counts[provider.council].cancelled_hours += hand.cancelled
        r.gap = p.rostering_gap_minutes / 60.0 * hand.days
        for block in range(BLOCKS):
            rounds.block_hours[block] = days_of(block) * p.rostering_block_hours - hand.block_free[block]
        provider.contact += r.contact
        provider.travel += r.travel
        provider.gap += r.gap
