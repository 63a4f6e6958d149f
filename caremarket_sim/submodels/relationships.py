"""ODD 7.11 Trust between providers and commissioner, and how practice spreads."""

import math

from ..arithmetic import total, within
from ..kernels import agencies


def trust_moves(market, parameters, policy, draws):
    """Trust drifts to what the relationship is, faster down than up (E11, M45); events cut it, at most one a month.

    T* rises with stewardship's reach, forums and a fee that covers open costs (a windfall counts no more than a fair
    fee), falls with what is not delivered and with checking, and where the service in force was co-designed but people
    decide nothing of how money is used: heard and ignored (E17). A shortfall found in a check is an event.
    """
    codesigned = market.commissioners.rows[0]["codesigned"]
    key = draws.key("trust_moves")
    agencies.trust_moves(market.providers.rows, parameters.row, policy.row, market.stewardship, codesigned, key)


def practice_spreads(market, parameters, policy, draws):
    """Monthly, practice grows by invention and by what forums share, the more with trust, and fades (E16, M48, M49).

    Learning that is captured fades less; a network of councils adds to what is shared what others have found, with
    loss of fidelity.
    """
    p, lever = parameters, policy
    if market.week % 4 != 0:
        return
    providers = market.providers
    commissioner = market.commissioners.rows[0]
    taking_part = (providers.open == 1) & (providers.contracted == 1)
    if not taking_part.any():
        return
    forum = min(lever.stewardship_forum_per_year / p.practice_forums, 1.0)
    count = taking_part.sum()
    shared = total(providers.practice[taking_part]) / count
    years = max(market.week, 0) / 52.0
    adopted = 1.0 - math.exp(-p.practice_network_speed * years)
    outside = lever.stewardship_network * adopted * p.practice_network_fidelity * total(market.zones["assets"]) / len(market.zones)
    shared = max(shared, commissioner["practice"])
    shared += outside * (1.0 - shared)
    attention = lever.contract_outcome_share * p.practice_outcome_attention
    gain = (p.practice_invention + p.practice_imitation * shared * providers.trust) * forum + attention
    fade = p.practice_fading * (1.0 - p.practice_capture_effect * lever.stewardship_learning_capture)
    change = gain * (1.0 - providers.practice) - fade * providers.practice
    providers.practice = within(providers.practice + change * taking_part, 0.0, 1.0)
    kept = lever.stewardship_learning_capture * total(providers.practice[taking_part]) / count
    commissioner["practice"] += p.practice_commissioner_speed * (kept - commissioner["practice"])
