"""ODD 7.31 Trust between providers and the council.

Two more events cut it where they happen: fees that are frozen (`fees.py`), and a contract lost in a tender
(`contracts.py`).
"""

from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.process import process

TRUST = process_code("trust_moves")


@process
def trust_moves(market, parameters, policy, draws):
    """Trust drifts to what the relationship is, faster down than up (E11, M45); events cut it, at most one a month,
    and a contract lost in a tender whenever it comes.

    T* rises with stewardship's reach, forums, co-design and a fee that covers open costs (a windfall counts no more
    than a fair fee). It falls with what is not delivered, with what is found to be clipped, with checking (the less,
    the further stewardship reaches), and where the service in force was co-designed but people decide nothing of how
    money is used: heard and ignored (E17). A shortfall found in a check is an event, and so may be a package declined
    for money.
    """
    p = parameters[0]
    key = key_of(draws, TRUST)
    for j in range(len(market.providers)):
        r = market.providers[j]
        lever, council = policy[r.council], market.commissioners[r.council]
        forum = min(lever.stewardship_forum_per_year / p.trust_forums, 1.0)
        ignored = council.codesigned > 0.0 and lever.stewardship_citizens_share == 0.0
        everybody = (
            p.trust_base
            + p.trust_stewardship_effect * council.reach
            + p.trust_forum_effect * forum
            + p.trust_codesign_effect * council.codesigned
            - p.trust_monitoring_strain * lever.stewardship_monitoring * (1.0 - council.reach)
            - p.trust_panel_ignored_loss * ignored
        )
        checks = lever.stewardship_monitoring * 12.0 / 52.0
        fair = min(max(r.rate / max(r.open_cost, 1.0) - 1.0, -p.trust_fee_limit), p.trust_fair_limit)
        lacking = max(r.undelivered - p.trust_undelivered_line, 0.0)
        clipped = p.clipping_trust_effect * r.clip_found / max(r.delivered_council, 1.0)
        aim = min(max(everybody + fair - p.trust_undelivered_effect * lacking - clipped, 0.0), 1.0)
        r.trust += (p.trust_rise if aim > r.trust else p.trust_fall) * (aim - r.trust)
        r.hurt += 1.0
        if r.contracted == 0 or r.open == 0 or r.hurt < p.trust_event_spacing:
            continue
        found = r.undelivered > p.trust_shortfall_line and uniform(key, r.number, 0) < checks
        if found or uniform(key, r.number, 1) < p.trust_decline_effect * r.declined:
            r.trust *= p.trust_event_loss
            r.hurt = 0.0
