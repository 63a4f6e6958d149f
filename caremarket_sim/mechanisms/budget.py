"""ODD 7.35 The budget: what counts as spent, what overspending brings, and how the budget itself moves."""

from ..compiled.process import process
from ..market.ledger import PARTY, line, pence_of
from ..market.state import week_of

THE_COUNCIL = PARTY["council"]
RETURNED = line("providers", "council", "surplus returned")
EMERGENCY = line("council", "providers", "emergency purchase")


@process
def council_counts_its_spend(market, parameters, policy, draws):
    """Net spend of the week on homecare, care homes and commissioning: what the council pays less what it gets.

    Surplus that providers owe back counts in the week in which it accrues, not in that in which it is settled. What is
    paid above the contract rate in an emergency is left out, and so of what fees follow.
    """
    for k in range(len(market.commissioners)):
        ledger, council = market.ledger, market.commissioners[k]
        paid = pence_of(ledger, k, THE_COUNCIL, -1) - ledger[k, EMERGENCY]
        got = pence_of(ledger, k, -1, THE_COUNCIL) - ledger[k, RETURNED]
        council.spend = (paid - got) / 100.0 - market.counts[k].returns_accrued
        council.quarter_spend += council.spend
        council.year_spend += council.spend


@process
def budget_is_checked(market, parameters, policy, draws):
    """Net spend over budget for some quarters holds back fee growth, then package time (E14), which comes back when it
    can. While net spend of the year so far is within the budget no package is cut.

    While the place's baseline settles there is no budget yet. Each April it is uprated by the neutral share of cost
    growth and by demand, and moves part of the way to last year's spend, up or down by at most a few per cent a year.
    """
    p = parameters[0]
    week = week_of(market)
    if week % 13 != 12:
        return
    for c in range(len(market.commissioners)):
        council = market.commissioners[c]
        if council.budgeted == 0.0:
            continue
        quarter = council.quarter_spend / 13.0
        council.quarter_spend = 0.0
        over = quarter > council.budget * (1.0 + p.stewardship_overspend_line)
        council.quarters_over = council.quarters_over + 1.0 if over else 0.0
        if council.quarters_over >= p.stewardship_patience:
            if council.fee_restraint < p.stewardship_fee_restraint:
                council.fee_restraint = p.stewardship_fee_restraint
            elif council.year_spend > council.budget * (week % 52 + 1):
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
