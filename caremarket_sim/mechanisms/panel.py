"""ODD 7.33 The citizens' panel: what people who draw on care decide about money, and how it keeps a design alive.

What it decides reaches packages in `needs.py`, pay in `pay.py`, and connectors in `connection.py`.
"""

from ..compiled.process import process
from ..market.providers import on_cost


@process
def citizens_are_heard(market, parameters, policy, draws):
    """A citizens' panel moves its share of a pot among hours, wages and connectors by its weights (E17).

    The pot is a share of what packages cost, so that what it adds to hours and wages is no larger a share of them.
    What was designed together fades as people and their needs change, the less, the more a panel goes on deciding.
    """
    p, prices = parameters[0], market.prices[0]
    for c in range(len(policy)):
        lever, council = policy[c], market.commissioners[c]
        share = lever.stewardship_citizens_share
        council.codesigned *= 1.0 - p.procurement_design_fading / 52.0 * (1.0 - share)
        if share <= 0.0 and council.pot_hours == 0.0 and council.pot_connectors == 0.0:
            council.pot_wages = 0.0
            continue
        fees = 0.0
        hours_with_on_costs = 0.0
        for j in range(len(market.providers)):
            r = market.providers[j]
            if r.council == c:
                fees += r.rate * r.council_hours
                hours_with_on_costs += r.council_hours * on_cost(r, prices, p)
        pot = share * p.stewardship_pot_share * fees * 52.0
        council.pot_hours = lever.stewardship_citizens_weights_hours * pot / max(fees * 52.0, 1.0)
        for_wages = lever.stewardship_citizens_weights_wages * pot
        council.pot_wages = for_wages / max(hours_with_on_costs * 52.0, 1.0)
        council.pot_connectors = lever.stewardship_citizens_weights_connectors * pot / p.commissioning_connector_cost
