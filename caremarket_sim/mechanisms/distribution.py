"""ODD 7.26 Surplus: what goes back to the council, and what is paid out to owners."""

from ..compiled.process import process
from ..market.ledger import line, provider_pays
from ..market.state import week_of

RETURNED = line("providers", "council", "surplus returned")
DISTRIBUTION = line("providers", "owners", "distribution")


@process
def providers_distribute_surplus(market, parameters, policy, draws):
    """Surplus of the year above the profit norm, less what is hidden, is owed to the council as far as the year's work
    was for it, and accrues by the week.

    Once a year it is paid, and the rest above a reserve is paid out to owners by their extraction; a part of surplus
    above target is already in pay (E6, E10).
    """
    p = parameters[0]
    year_ends = week_of(market) % 52 == 51
    for j in range(len(market.providers)):
        r = market.providers[j]
        lever = policy[r.council]
        owed = 0.0
        if lever.stewardship_open_book and lever.stewardship_profit_norm >= 0.0:
            hidden = r.evasion * (1.0 - market.commissioners[r.council].reach) * p.money_evasion_reach
            surplus = r.year_surplus - r.year_revenue * (lever.stewardship_profit_norm + hidden)
            council_part = r.year_council / max(r.year_revenue, 1.0)
            back = max(surplus, 0.0) * council_part * r.contracted * r.open
            owed = min(back, max(r.cash / 100.0, 0.0))
        market.counts[r.council].returns_accrued += owed - r.return_owed
        r.return_owed = owed
        if not year_ends:
            continue
        provider_pays(market.ledger, r, RETURNED, owed)
        r.return_owed = 0.0
        reserve = p.money_reserve_weeks / 52.0 * r.year_revenue
        spare = max(r.cash / 100.0 - reserve, 0.0)
        provider_pays(market.ledger, r, DISTRIBUTION, spare * r.extraction * p.money_payout_share * r.open)
        r.year_surplus = 0.0
        r.year_revenue = 0.0
        r.year_council = 0.0
