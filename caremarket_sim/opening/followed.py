"""ODD 5 Initialisation: people of the place who draw on homecare no longer when the market is made."""

import numpy as np

from ..compiled import entry
from ..compiled.arithmetic import place_among
from ..compiled.hashing import uniform
from ..market.codes import COUNCIL, DIVERTED, IN_CARE_HOME, LEFT, RECOVERED
from ..market.followed import KIND_OF_STAY, LIFE_LEFT, follow, mean_stay
from ..market.people import death_rate, needs_little
from ..mechanisms.leaving_care import chances_of

LIKE_WHOM = 3
"""Part of the draw: like whom of those in care somebody is who has left it."""


def add_followed(market, parameters, draws):
    """People who are in care homes, have recovered or were helped without a package already, each like somebody in
    care: as many as come to that in a week times the weeks that they live there. So neither they nor what care homes
    cost build up for years.
    """
    key, clients = draws.fixed("follow"), market.clients
    next_number = len(clients) + 1
    for state in (IN_CARE_HOME, RECOVERED, DIVERTED):
        so_far = np.cumsum(_people_elsewhere(clients.rows, state, parameters.row, market.levers))
        rows = market.followed.add(round(so_far[-1]))
        _live_elsewhere(rows, next_number, clients.rows, so_far / max(so_far[-1], 1.0), state, parameters.row, key)
        next_number += len(rows)


@entry
def _people_elsewhere(clients, state, parameters, levers):
    """For each person in care, those like them who are in a state, when as many come to it as die there."""
    p, lever = parameters[0], levers[0]
    at_the_door = lever.community_front_door * p.demand_diverted_share
    helped = at_the_door + (1.0 - at_the_door) * lever.community_reablement_share * p.reablement_ended_share
    expected = np.zeros(len(clients))
    for i in range(len(clients)):
        c = clients[i]
        if c.status == LEFT:
            continue
        death, move, recovery = chances_of(c, p)
        life = 52.0 / death_rate(c.age_group, p)
        if state == IN_CARE_HOME:
            expected[i] = move * p.care_home_mean_stay / 7.0
        elif state == RECOVERED:
            expected[i] = recovery * life
        elif c.payer == COUNCIL and needs_little(c, p):
            at_home = 1.0 / (death + move)
            expected[i] = (death + move + recovery) * helped / (1.0 - helped) * at_home  # as many come as leave
    return expected


@entry
def _live_elsewhere(rows, first_number, clients, so_far, state, parameters, key):
    """Fill rows with people like some in care; so many of a care home's residents are there for a short stay as short
    stays are of all weeks there."""
    p = parameters[0]
    short_share = p.care_home_short_share * p.care_home_short_stay / p.care_home_mean_stay
    for n in range(len(rows)):
        row, who = rows[n], first_number + n
        like = place_among(so_far, uniform(key, who, LIKE_WHOM))
        follow(row, clients[like], state, p, key)
        row.number = who
        row.client = -1
        row.quality_of_life = row.quality_ahead
        mean = 52.0 / death_rate(row.age_group, p)
        if state == IN_CARE_HOME:
            mean = mean_stay(uniform(key, who, KIND_OF_STAY) < short_share, p)
        row.weeks_left = -mean * np.log(uniform(key, who, LIFE_LEFT))
