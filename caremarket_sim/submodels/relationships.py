"""ODD 7.11 Trust between providers and commissioner, and how practice spreads."""

import numpy as np

from ..arithmetic import within


def trust_moves(market, parameters, policy, draws):
    """Trust drifts to what the relationship is, faster down than up (E11, M45); events cut it, at most one a month.

    T* rises with stewardship's reach, forums and a fee that covers open costs (a windfall counts no more than a fair
    fee), falls with what is not delivered and with checking; a shortfall found in a check is an event.
    """
    p, lever = parameters, policy
    commissioner = market.commissioners.rows[0]
    providers = market.providers
    reach = market.stewardship
    fair = within(providers.rate / np.maximum(providers.open_cost, 1.0) - 1.0, -p.trust_fee_limit, p.trust_fair_limit)
    forum = min(lever.stewardship_forum_per_year / p.trust_forums, 1.0)
    lacking = np.maximum(providers.undelivered - p.trust_undelivered_line, 0.0)
    aim = (
        p.trust_base
        + p.trust_stewardship_effect * reach
        + p.trust_forum_effect * forum
        + fair
        + p.trust_codesign_effect * commissioner["codesigned"]
        - p.trust_undelivered_effect * lacking
        - p.trust_monitoring_strain * lever.stewardship_monitoring * (1.0 - reach)
        - p.trust_panel_ignored_loss * ignored_panel(commissioner, lever)
    )
    move = within(aim, 0.0, 1.0) - providers.trust
    providers.trust += np.where(move > 0.0, p.trust_rise, p.trust_fall) * move
    providers.hurt += 1.0
    found = providers.undelivered > p.trust_shortfall_line
    found &= draws.uniform("trust_moves", providers.number) < lever.stewardship_monitoring * 12.0 / 52.0
    refused = draws.uniform("trust_moves", providers.number, 1) < p.trust_decline_effect * providers.declined
    events = (found | refused) & (providers.hurt >= p.trust_event_spacing)
    events &= (providers.contracted == 1) & (providers.open == 1)
    providers.trust[events] *= p.trust_event_loss
    providers.hurt[events] = 0.0


def ignored_panel(commissioner, lever) -> float:
    """1 where the service in force was co-designed but people decide nothing of how money is used: heard and ignored
    (E17)."""
    return float(commissioner["codesigned"] > 0.0 and lever.stewardship_citizens_share == 0.0)


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
    shared = float(providers.practice[taking_part].mean())
    years = max(market.week, 0) / 52.0
    adopted = 1.0 - np.exp(-p.practice_network_speed * years)
    outside = lever.stewardship_network * adopted * p.practice_network_fidelity * float(market.zones["assets"].mean())
    shared = max(shared, commissioner["practice"])
    shared += outside * (1.0 - shared)
    attention = lever.contract_outcome_share * p.practice_outcome_attention
    gain = (p.practice_invention + p.practice_imitation * shared * providers.trust) * forum + attention
    fade = p.practice_fading * (1.0 - p.practice_capture_effect * lever.stewardship_learning_capture)
    change = gain * (1.0 - providers.practice) - fade * providers.practice
    providers.practice = within(providers.practice + change * taking_part, 0.0, 1.0)
    kept = lever.stewardship_learning_capture * float(providers.practice[taking_part].mean())
    commissioner["practice"] += p.practice_commissioner_speed * (kept - commissioner["practice"])
