"""ODD 7.32 Practice: how person-centred, community-connected work is invented, kept and forgotten; and what provider
forums do, in which it is shared. Forums also raise trust (`trust.py`), and cost money (`payments.py`).
"""

import math

from ..compiled import step
from ..compiled.process import process
from ..market.motive import looks_ahead
from ..market.state import week_of
from ..market.zones import zones_of


@process
def practice_spreads(market, parameters, policy, draws):
    """Monthly, practice grows by invention and by what forums share, the more with trust and the further an owner
    looks ahead, and fades (E16, M48, M49).

    It goes with those who leave, less where learning is captured; what the council knows it teaches providers who know
    less, newcomers most. A network of councils adds what others have found, with loss of fidelity: providers hear of it
    in forums or from stewards.
    """
    if week_of(market) % 4 != 0:
        return
    p = parameters[0]
    for c in range(len(policy)):
        lever, council = policy[c], market.commissioners[c]
        if takes_part(market, c) == 0.0:
            continue
        forum = min(lever.stewardship_forum_per_year / p.practice_forums, 1.0)
        shared = max(mean_practice(market, c), council.practice)
        years = max(week_of(market), 0) / 52.0
        adopted = 1.0 - math.exp(-p.practice_network_speed * years)
        outside = lever.stewardship_network * adopted * p.practice_network_fidelity * mean_assets(market, c)
        heard = shared * forum + outside * (1.0 - shared) * max(forum, council.reach)
        attention = lever.contract_outcome_share * p.practice_outcome_attention
        fade = p.practice_fading * (1.0 - p.practice_capture_effect * lever.stewardship_learning_capture)
        for j in range(len(market.providers)):
            r = market.providers[j]
            if r.council == c and r.open == 1 and r.contracted == 1:
                gain = p.practice_invention * forum + p.practice_imitation * heard * r.trust + attention
                gain *= looks_ahead(r, p.motive_investment_slope, p)
                gone = fade * (1.0 + p.practice_turnover_effect * (r.turnover / p.quality_turnover_reference - 1.0))
                taught = p.practice_induction * max(council.practice - r.practice, 0.0)
                change = gain * (1.0 - r.practice) + taught - gone * r.practice
                r.practice = min(max(r.practice + change, 0.0), 1.0)
        known = mean_practice(market, c)
        kept = lever.stewardship_learning_capture * (known + outside * (1.0 - known))
        council.practice += p.practice_commissioner_speed * (kept - council.practice)


@step
def takes_part(market, council):
    """How many contracted providers a council has."""
    count = 0.0
    for j in range(len(market.providers)):
        r = market.providers[j]
        count += r.council == council and r.open == 1 and r.contracted == 1
    return count


@step
def mean_practice(market, council):
    """Mean practice of a council's contracted providers."""
    found = 0.0
    for j in range(len(market.providers)):
        r = market.providers[j]
        if r.council == council and r.open == 1 and r.contracted == 1:
            found += r.practice
    return found / takes_part(market, council)


@step
def mean_assets(market, council):
    """Mean community assets where a council's residents live."""
    zones, _ = zones_of(market, council)
    assets = 0.0
    before = 0.0
    for zone in range(len(zones)):
        assets += zones[zone].assets * (zones[zone].residents - before)
        before = zones[zone].residents
    return assets
