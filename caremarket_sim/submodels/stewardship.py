"""ODD 7.11 The commissioner: what it hears from citizens, what it sees, and how it steers within its budget."""

from .. import costs
from ..arithmetic import total, within
from ..kernels import agencies


def citizens_are_heard(market, parameters, policy, draws):
    """A citizens' panel moves its share of a fixed pot among hours, wages and connectors by its weights (E17)."""
    p, lever = parameters, policy
    commissioner = market.commissioners.rows[0]
    share = lever.stewardship_citizens_share
    if share <= 0.0 and commissioner["pot_hours"] == 0.0 and commissioner["pot_connectors"] == 0.0:
        commissioner["pot_wages"] = 0.0
        return
    providers = market.providers
    pot = share * p.stewardship_pot_share * commissioner["budget"] * 52.0
    fees = max(total(providers.rate * providers.council_hours) * 52.0, 1.0)
    hours = max(total(providers.council_hours) * 52.0, 1.0)
    commissioner["pot_hours"] = lever.stewardship_citizens_weights_hours * pot / fees
    commissioner["pot_wages"] = lever.stewardship_citizens_weights_wages * pot / hours / costs.on_cost(p)
    connectors = lever.stewardship_citizens_weights_connectors * pot
    commissioner["pot_connectors"] = connectors / p.commissioning_connector_cost


def council_steers(market, parameters, policy, draws):
    """The council reads late, noisy indicators and adds to or takes from next April's uplift (E14).

    The lag falls from a quarter to a month, and the noise shrinks, with stewardship's reach.
    """
    agencies.steer(
        market.commissioners.rows,
        market.providers.rows,
        parameters.row,
        policy.row,
        market.counts["hand_backs"],
        draws.key("council_steers"),
    )


def budget_is_checked(market, parameters, policy, draws):
    """Spend over budget for some quarters holds back fee growth, then package time (E14); it comes back when it can.

    While the market settles there is no budget yet. Each April it is uprated by the neutral share of cost growth and by
    demand, and moves part of the way to last year's spend, up or down by at most a few per cent a year.
    """
    p = parameters
    commissioner = market.commissioners.rows[0]
    if market.week % 13 != 12 or market.week < 0:
        return
    quarter = commissioner["quarter_spend"] / 13.0
    commissioner["quarter_spend"] = 0.0
    over = quarter > commissioner["budget"] * (1.0 + p.stewardship_overspend_line)
    commissioner["quarters_over"] = commissioner["quarters_over"] + 1.0 if over else 0.0
    if commissioner["quarters_over"] >= p.stewardship_patience:
        if commissioner["fee_restraint"] < p.stewardship_fee_restraint:
            commissioner["fee_restraint"] = p.stewardship_fee_restraint
        else:
            share = commissioner["package_share"] - p.stewardship_package_cut
            commissioner["package_share"] = max(share, p.stewardship_smallest_package)
    elif not over:
        commissioner["package_share"] = min(commissioner["package_share"] + p.stewardship_package_cut, 1.0)
        commissioner["fee_restraint"] = 0.0
    if market.week % 52 == 51:
        spent = commissioner["year_spend"] / 52.0
        commissioner["year_spend"] = 0.0
        gap = within(spent / commissioner["budget"] - 1.0, -p.stewardship_budget_fall, p.stewardship_budget_rise)
        growth = market.prices["next_cost_growth"] * p.stewardship_budget_uprating + market.growth
        commissioner["budget"] *= (1.0 + gap) * (1.0 + growth)
