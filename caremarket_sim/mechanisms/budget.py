"""ODD 7.35 The budget: what overspending brings, and how the budget itself moves."""

from ..compiled.process import process
from ..market.state import week_of


@process
def budget_is_checked(market, parameters, policy, draws):
    """Spend over budget for some quarters holds back fee growth, then package time (E14); it comes back when it can.

    While the market settles there is no budget yet. Each April it is uprated by the neutral share of cost growth and by
    demand, and moves part of the way to last year's spend, up or down by at most a few per cent a year.
    """
    p = parameters[0]
    week = week_of(market)
    if week % 13 != 12 or week < 0:
        return
    for c in range(len(market.commissioners)):
        council = market.commissioners[c]
        quarter = council.quarter_spend / 13.0
        council.quarter_spend = 0.0
        over = quarter > council.budget * (1.0 + p.stewardship_overspend_line)
        council.quarters_over = council.quarters_over + 1.0 if over else 0.0
        if council.quarters_over >= p.stewardship_patience:
            if council.fee_restraint < p.stewardship_fee_restraint:
                council.fee_restraint = p.stewardship_fee_restraint
            else:
                share = council.package_share - p.stewardship_package_cut
                council.package_share = max(share, p.stewardship_smallest_package)
        elif not over:
            council.package_share = min(council.package_share + p.stewardship_package_cut, 1.0)
            council.fee_restraint = 0.0
        if week % 52 == 51:
            spent = council.year_spend / 52.0
            council.year_spend = 0.0
            gap = min(max(spent / council.budget - 1.0, -p.stewardship_budget_fall), p.stewardship_budget_rise)
            growth = market.prices[0].next_cost_growth * p.stewardship_budget_uprating + council.growth
            council.budget *= (1.0 + gap) * (1.0 + growth)
