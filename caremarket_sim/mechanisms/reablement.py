"""ODD 7.43 Reablement: an episode that ends, with less care or with none, and help that wears off."""

from ..compiled import compiled
from ..compiled.draws import fixed_key, key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import DIVERTED, IN_REABLEMENT, LEFT, WAITING
from ..market.followed import follow
from ..market.people import end_care
from ..market.state import clients_of

RELEARN, FOLLOWED = process_code("people_relearn"), process_code("follow")


@process
def people_relearn(market, parameters, policy, draws):
    """A week of every episode passes. At its end some who need little manage without a package (D42), others need a
    visit a day fewer, and the rest look for the package that they were referred for.

    What was won wears off for a share of people, at a chance a week (N80, N81): who has fewer visits needs them again.
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
                    place = market.clock[0].followed
                    market.clock[0].followed = place + 1
                    follow(market.followed[place], c, DIVERTED, p, own_key)
        elif c.relearned > 0:
            help_wears_off(c, p, key, luck)


@compiled
def episode_ends(client, counts, p, luck):
    """No package, fewer visits, or the package as it was; who needs one waits for a provider.

    How many were to be expected to need none is counted, for the balance of people.
    """
    light = client.visits <= p.demand_light_visits and client.carers == 1
    counts.expected_to_leave_council += p.reablement_ended_share * light
    client.weeks_waiting = 0.0
    if light and uniform(luck, client.number, 0) < p.reablement_ended_share:
        client.status = LEFT
        end_care(client)
        counts.relearned += 1.0
        return
    client.status = WAITING
    if client.visits > 1 and uniform(luck, client.number, 1) < p.reablement_fewer_share:
        client.visits -= 1
        client.relearned = 1


@compiled
def help_wears_off(client, p, key, luck):
    """The visits that a person was helped to do without are needed again this week, by those whose luck it is."""
    if uniform(luck, client.number, 2) < p.reablement_fade_share and uniform(key, client.number, 0) < (
        1.0 / p.reablement_fade_weeks
    ):
        client.visits = min(client.visits + client.relearned, 4)
        client.relearned = 0
