"""Rows of those who have gone are dropped, and the others put in order."""

import numpy as np

from ..compiled import entry
from .codes import DIED, GONE, LEFT
from .zones import tour_at


def tidy_rows(market):
    """Rows of those who have gone are dropped: people who left care or died, care workers who left for good, firms that
    closed unless all of their council have. The others are put in order: providers as a tour of the place passes their
    offices, and with them their people, in the order of the same tour, and their care workers. Who deals with one
    another is then near in memory too."""
    clients, workers, providers = market.clients, market.workers, market.providers
    passed = tours(providers.base_x, providers.base_y)
    stays = (providers.open == 1) | (providers.won == 1)
    still_served = np.zeros(len(market.commissioners), bool)
    still_served[providers.council[stays]] = True
    stays |= ~still_served[providers.council]
    moved = providers.keep(_in_order(stays, passed))
    clients.provider = moved[clients.provider]
    clients.former = moved[clients.former]
    workers.provider = moved[workers.provider]
    clients.keep(_in_order(clients.status != LEFT, clients.provider, clients.tour))
    market.followed.keep(np.flatnonzero((market.followed.state != LEFT) & (market.followed.state != DIED)))
    market.followed.client = -1
    moved = workers.keep(_in_order(workers.status != GONE, workers.provider))
    _follow(clients.rounds, clients.known, moved)


def _in_order(wanted, by, then=None):
    """Rows that are wanted, in order of `by`, and of those that are equal in it in order of `then`."""
    rows = np.flatnonzero(wanted)
    if then is not None:
        rows = rows[np.argsort(then[rows], kind="stable")]
    return rows[np.argsort(by[rows], kind="stable")]


@entry
def tours(x, y):
    """When a tour of the whole place passes each of these points."""
    passed = np.empty(len(x), np.int64)
    for n in range(len(x)):
        passed[n] = tour_at(x[n], y[n])
    return passed


@entry
def _follow(rounds, known, moved):
    """Follow care workers to their new rows after gone ones are dropped."""
    for i in range(len(rounds)):
        who, acquainted = rounds[i], known[i]
        for run in range(len(who.carer)):
            if who.carer[run] >= 0:
                who.carer[run] = moved[who.carer[run]]
            if who.seen[run] >= 0:
                who.seen[run] = moved[who.seen[run]]
            if who.seen_before[run] >= 0:
                who.seen_before[run] = moved[who.seen_before[run]]
        for k in range(len(acquainted.familiar)):
            if acquainted.familiar[k] >= 0:
                acquainted.familiar[k] = moved[acquainted.familiar[k]]
            if acquainted.familiar[k] < 0:
                acquainted.familiarity[k] = 0.0
