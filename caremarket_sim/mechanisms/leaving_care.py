"""ODD 7.5 Leaving care: people die, move to a care home, or recover; whoever lives is followed."""

from ..compiled import compiled, entry
from ..compiled.draws import fixed_key, key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import FIT, IN_CARE_HOME, INTERIM, LEFT, RECEIVING, RECOVERED, WAITING
from ..market.followed import leave_homecare
from ..market.people import care_home_rate, death_rate, end_care, expect_to_leave
from ..market.state import clients_of

LEAVES_CARE, FOLLOWED = process_code("people_leave_care"), process_code("follow")
STAYS, DIES, MOVES, RECOVERS = 0, 1, 2, 3
"""What happens to somebody in a week."""


@process
def people_leave_care(market, parameters, policy, draws):
    """Death, a move to a care home, or recovery, as competing weekly chances.

    Moves rise with need, care not delivered and isolation; some stay for good in a care home that was to be for a time.
    How many were to be expected to leave is counted by payer.
    """
    p = parameters[0]
    key, own_key = key_of(draws, LEAVES_CARE), fixed_key(draws, FOLLOWED)
    clients = clients_of(market)
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        counts = market.counts[c.council]
        death, move, recovery = chances_of(c, p)
        expect_to_leave(c, counts, death + move + recovery)
        happens = what_happens(c, death, move, recovery, key)
        counts.deaths += happens == DIES
        counts.care_home_moves += happens == MOVES
        counts.recoveries += happens == RECOVERS
        if happens == STAYS:
            continue
        if happens == DIES:
            market.commissioners[c.council].died += 1.0
            c.status = LEFT
            end_care(c)
        else:
            leave_homecare(market, i, IN_CARE_HOME if happens == MOVES else RECOVERED, p, own_key)


@compiled
def chances_of(c, p):
    """A person's chances this week of death, of a move to a care home and of recovery."""
    death = death_rate(c.age_group, p) / 52.0
    need = c.need_hours / p.hospital_need_reference
    unmet = 1.0 - c.delivered_share if c.status == RECEIVING else 1.0 * (c.status == WAITING)
    move = care_home_rate(c.log_need, unmet, c.connection, p) / 52.0
    move += p.hospital_interim_stay * (c.status == FIT and c.bed == INTERIM)
    recovery = p.demand_recovery_rate / 52.0 / max(need, p.demand_recovery_floor)
    return death, move, recovery


@compiled
def what_happens(client, death, move, recovery, key):
    """Which of the three comes first in a person's luck, or none."""
    u = uniform(key, client.number, 0)
    if u < death:
        return DIES
    if u < death + move:
        return MOVES
    return RECOVERS if u < death + move + recovery else STAYS


@entry
def what_happens_to(client, parameters, key):
    """The same of one person alone, a table of one row: to ask the rule again for a reason."""
    death, move, recovery = chances_of(client[0], parameters[0])
    return what_happens(client[0], death, move, recovery, key)
