"""ODD 7.43 Reablement: an episode that ends, with less care or with none, and help that wears off."""

from ..compiled import compiled, step
from ..compiled.draws import fixed_key, key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import DIVERTED, IN_REABLEMENT, LEFT, SLOTS, WAITING
from ..market.followed import leave_homecare
from ..market.people import born, needs_little
from ..market.state import clients_of, followed_of
from ..market.zones import localities_of, zones_of

RELEARN, FOLLOWED, BORN = map(process_code, ("people_relearn", "follow", "born"))
COMES_BACK = process_code("who_was_helped_comes_back")
FADES = 2
"""The part of a person's own luck that says whether what was won wears off."""


@process
def people_relearn(market, parameters, policy, draws):
    """A week of every episode passes. At its end some who need little manage without a package (D42), others need a
    visit a day fewer, and the rest look for the package that they were referred for.

    What was won wears off for a share of people, at a chance a week (N80, N81): fewer visits are then too few.
    """
    p = parameters[0]
    key, luck, own_key = key_of(draws, RELEARN), fixed_key(draws, RELEARN), fixed_key(draws, FOLLOWED)
    clients = clients_of(market)
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        counts = market.counts[c.council]
        if c.status == IN_REABLEMENT:
            counts.reablement_weeks += 1.0
            c.episode -= 1
            if c.episode <= 0:
                episode_ends(c, counts, p, luck)
                if c.status == LEFT:
                    leave_homecare(market, i, DIVERTED, p, own_key)
        elif c.relearned > 0:
            help_wears_off(c, p, key, luck)


@compiled
def episode_ends(client, counts, p, luck):
    """No package, fewer visits, or the package as it was; who needs one waits for a provider.

    How many were to be expected to need none is counted, for the balance of people.
    """
    light = needs_little(client, p)
    counts.expected_to_leave_council += p.reablement_ended_share * light
    client.weeks_waiting = 0.0
    if light and uniform(luck, client.number, 0) < p.reablement_ended_share:
        client.status = LEFT
        counts.relearned += 1.0
        return
    client.status = WAITING
    if client.visits > 1 and uniform(luck, client.number, 1) < p.reablement_fewer_share:
        client.visits -= 1
        client.relearned = 1


@compiled
def help_wears_off(client, p, key, luck):
    """The visits that a person was helped to do without are needed again this week, by those whose luck it is."""
    ever = uniform(luck, client.number, FADES) < p.reablement_fade_share
    if ever and uniform(key, client.number, 0) < 1.0 / p.reablement_fade_weeks:
        client.visits = min(client.visits + client.relearned, SLOTS)
        client.relearned = 0


@process
def who_was_helped_comes_back(market, parameters, policy, draws):
    """Whoever manages without a package, since the front door helped or after reablement, comes back to homecare when
    what was won has worn off: for a share of people, at a chance a week (N80, N81). They need what they needed when
    they went, and wait for a provider."""
    p = parameters[0]
    key, luck, attributes = key_of(draws, COMES_BACK), fixed_key(draws, RELEARN), fixed_key(draws, BORN)
    people = followed_of(market)
    for n in range(len(people)):
        r = people[n]
        if r.state != DIVERTED or uniform(luck, r.number, FADES) >= p.reablement_fade_share:
            continue
        counts = market.counts[r.council]
        counts.expected_to_leave_council -= 1.0 / p.reablement_fade_weeks
        if uniform(key, r.number, 0) < 1.0 / p.reablement_fade_weeks:
            counts.came_back += 1.0
            come_back(market, r, p, attributes)


@step
def come_back(market, followed, p, attributes):
    """Somebody who is followed draws on homecare again: in the row that is theirs still, or in a new one."""
    r = followed
    i = r.client
    if i < 0:
        i = market.clock[0].clients
        market.clock[0].clients = i + 1
    zones, first_zone = zones_of(market, r.council)
    localities, first_locality = localities_of(market, r.council)
    c, rounds, known = market.clients[i], market.rounds[i], market.known[i]
    born(c, rounds, known, r.number, r.council, r.payer, zones, first_zone, localities, first_locality, p, attributes)
    c.visits, c.need_minutes = r.visits, r.need_minutes
    c.connection, c.quality_of_life = r.connection, r.quality_of_life
    c.weeks_in_care = c.weeks_waiting = c.missed_share = 0.0
    c.emergency = c.relearned = c.supported = c.unasked = 0
    r.state = LEFT
