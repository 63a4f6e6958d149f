"""ODD 7.27 Hand-backs: providers give packages up that lose them money, with notice."""

import numpy as np

from ..compiled import step
from ..compiled.arithmetic import in_order
from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.process import process
from ..market.codes import COUNCIL, RECEIVING
from ..market.motive import looks_ahead
from ..market.people import lose_kept_place
from ..market.state import clients_of

HAND_BACK, NOTICE = map(process_code, ("providers_hand_back", "give_notice"))


@process
def providers_hand_back(market, parameters, policy, draws):
    """After months below cost a contracted provider gives notice on its worst packages, the later the further its owner
    looks ahead, and not too often; care goes on meanwhile (E10, M35)."""
    p = parameters[0]
    key = key_of(draws, HAND_BACK)
    providers = market.providers
    chosen = np.zeros(len(providers), np.bool_)
    for j in range(len(providers)):
        r = providers[j]
        below = r.margin < p.exit_margin_line and r.open == 1 and r.contracted == 1
        r.weeks_below = r.weeks_below + 1.0 if below else 0.0
        r.handing_back += 1.0
        patience = p.exit_hand_back_weeks * looks_ahead(r, p.motive_hand_back_slope, p)
        if r.weeks_below < patience or r.handing_back <= p.exit_hand_back_spacing or r.closing > 0:
            continue
        chosen[j] = uniform(key, r.number, 0) < p.exit_hand_back_rate
    if chosen.any():
        worst_packages_get_notice(market, chosen, p, key_of(draws, NOTICE))
        for j in range(len(providers)):
            if chosen[j]:
                providers[j].handing_back = 0.0


@step
def worst_packages_get_notice(market, chosen, p, key):
    """The `chosen` providers hand back a share of their council packages, first those where a visit is short and the
    way to it long."""
    clients, providers = clients_of(market), market.providers
    held = np.zeros(len(providers))
    rows = np.empty(len(clients), np.int32)
    worth = np.empty(len(clients))
    n = 0
    for i in range(len(clients)):
        c = clients[i]
        if c.provider < 0 or not chosen[c.provider] or c.payer != COUNCIL or c.notice != 0:
            continue
        if c.status != RECEIVING and c.kept == 0:
            continue
        rows[n] = i
        worth[n] = c.visit_minutes - market.rounds[i].leg + uniform(key, c.number, 0)
        held[c.provider] += 1.0
        n += 1
    left = np.ceil(p.exit_hand_back_share * held)
    for m in in_order(worth[:n]):
        c = clients[rows[m]]
        j = c.provider
        if left[j] == 0.0:
            continue
        left[j] -= 1.0
        market.counts[c.council].hand_backs += 1.0
        if c.status == RECEIVING:
            c.notice = round(p.exit_notice_weeks)
        else:
            lose_kept_place(c)
