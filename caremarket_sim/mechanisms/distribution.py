"""ODD 7.26 Surplus: what goes back to the council, and what is paid out to owners."""

from ..compiled.process import process
from ..market.ledger import line, provider_pays
from ..market.providers import council_part
from ..market.state import week_of

RETURNED = line("providers", "council", "surplus returned")
DISTRIBUTION = line("providers", "owners", "distribution")


@process
def providers_distribute_surplus(market, parameters, policy, draws):
    """Once a year: surplus above the profit norm goes back to the council (less what is hidden), the rest above a
    reserve is paid out to owners by their extraction; a part of surplus above target is already in pay (E6, E10)."""
    if week_of(market) % 52 != 51:
        return
    p = parameters[0]
    for j in range(len(market.providers)):
        r = market.providers[j]
        lever = policy[r.council]
        if lever.stewardship_open_book and lever.stewardship_profit_norm >= 0.0:
            hidden = r.evasion * (1.0 - market.commissioners[r.council].reach) * p.money_evasion_reach
            surplus = r.year_surplus - r.year_revenue * (lever.stewardship_profit_norm + hidden)
            back = max(surplus, 0.0) * council_part(r) * r.contracted * r.open
            provider_pays(market.ledger, r, RETURNED, min(back, max(r.cash / 100.0, 0.0)))
        reserve = p.money_reserve_weeks / 52.0 * r.year_revenue
        spare = max(r.cash / 100.0 - reserve, 0.0)
        provider_pays(market.ledger, r, DISTRIBUTION, spare * r.extraction * p.money_payout_share * r.open)
        r.year_surplus = 0.0
        r.year_revenue = 0.0
