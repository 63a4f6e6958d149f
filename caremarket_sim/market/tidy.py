"""Rows of those who have gone are dropped, and the others put in order."""

import numpy as np

from ..compiled import entry
from .codes import GONE, LEFT


def tidy_rows(market):
    """Rows of those who have gone are dropped: people who left care, care workers who left for good, firms that closed.
    The others are put in order: providers by neighbourhood, and with them their people and their care workers. Who
    deals with one another is then near in memory too."""
    clients, workers, providers = market.clients, market.workers, market.providers
    moved = providers.keep(
        _in_order((providers.open == 1) | (providers.won == 1), market.zones["neighbourhood"][providers.base_zone])
    )
    clients.provider = moved[clients.provider]
    clients.former = moved[clients.former]
    workers.provider = moved[workers.provider]
    clients.keep(_in_order(clients.status != LEFT, clients.provider))
    moved = workers.keep(_in_order(workers.status != GONE, workers.provider))
    _follow(clients.rounds, clients.known, moved)


def _in_order(wanted, by):
    """Rows that are wanted, in order of `by`."""
    rows = np.flatnonzero(wanted)
    return rows[np.argsort(by[rows], kind="stable")]


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
