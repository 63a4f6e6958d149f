"""ODD 7.10 Money: what the council, people, the NHS and the Treasury pay, and what providers earn and spend.

Every pound paid is a pound received: payments go through `Market.pay`, which posts the same pence on both sides.
"""

import numpy as np

from .. import costs
from ..arithmetic import within
from ..entities import COUNCIL, IN_HOSPITAL
from ..kernels import staff


def council_pays(market, parameters, policy, draws):
    """Fees by payment basis, block hours unused, retainers, outcome payments; and the cost of commissioning.

    The part of the fee that depends on outcomes is paid in proportion to the measured outcome over the baseline's.
    """
    p, lever = parameters, policy
    providers, clients, counts = market.providers, market.clients, market.counts
    commissioner = market.commissioners
    providers.revenue = 0.0
    providers.cost = 0.0
    planned = lever.contract_payment_basis == 1.0
    council = providers.delivered_council * costs.paid_share(lever, p)
    base = council * providers.rate * (1.0 - lever.contract_outcome_share)
    market.pay("council", "providers", "fees", base)
    if lever.contract_outcome_share > 0.0:
        measured = (
            providers.experience / commissioner.experience_reference[0],
            providers.independence / p.outcome_independence_reference,
            providers.connection / p.outcome_connection_reference,
        )[int(lever.contract_outcome_measure)]
        providers.outcome_score = within(measured, 0.0, p.outcome_highest_score)
        outcome = council * providers.rate * lever.contract_outcome_share * providers.outcome_score
        market.pay("council", "providers", "outcome payments", outcome)
    if commissioner.pot_wages[0] > 0.0:
        market.pay("council", "providers", "citizens' panel", council * commissioner.pot_wages[0] * costs.on_cost(p))
    used = council
    weeks = max(lever.contract_retainer_weeks, p.contract_planned_notice_weeks if planned else 0.0)
    if weeks > 0.0:
        away = (clients.status == IN_HOSPITAL) & (clients.kept == 1) & (clients.payer == COUNCIL)
        hours = np.bincount(clients.provider[away], clients.hours[away], len(providers))
        market.pay("council", "providers", "retainers", hours * providers.rate * p.contract_retainer_share)
        used = used + hours
    if lever.contract_guaranteed_volume > 0.0:
        promised = lever.contract_guaranteed_volume * providers.contracted_hours * (providers.contracted == 1)
        unused = np.maximum(promised - used, 0.0) * (providers.open == 1) * (providers.closing == 0)
        unused *= np.minimum(1.0, providers.capacity / np.maximum(promised, 1.0))
        market.pay("council", "providers", "block hours unused", unused * providers.rate)
    contribution = p.money_client_contribution_share * float(council @ providers.rate)
    market.pay("clients", "council", "client contributions", contribution)

    index = market.prices["price_index"]
    for purpose, pounds in commissioning_costs(market, p, lever).items():
        market.pay("council", "suppliers", purpose, pounds * index)
    market.pay("nhs", "suppliers", "hospital admissions", counts["admissions"][0] * p.money_admission_cost * index)
    market.pay("nhs", "suppliers", "delayed nights", counts["delayed_nights"][0] * p.money_delayed_night_cost * index)
    spend = market.paid("council") - market.paid(None, "council")
    commissioner.spend = spend
    commissioner.quarter_spend += spend
    commissioner.year_spend += spend


def commissioning_costs(market, p, lever) -> dict[str, float]:
    """What commissioning costs the council this week, £ at the start's prices, by purpose.

    A check costs more the less trust there is (M45); brokerage is paid for each package placed and for those chased.
    """
    providers, counts = market.providers, market.counts
    contracted = providers.open * providers.contracted
    trust = float(contracted @ providers.trust) / max(int(contracted.sum()), 1)
    checks = lever.stewardship_monitoring * float(contracted @ providers.clients) * 12.0 / 52.0
    check_cost = p.commissioning_check_cost * (1.0 + p.trust_monitoring_effect * (0.5 - trust))
    books = lever.stewardship_open_book * p.commissioning_open_book_cost * float(contracted.sum())
    packages = counts["placed_council"][0] + p.commissioning_chase_share * counts["waited"][0]
    connectors = lever.community_connectors_fte + market.commissioners.pot_connectors[0]
    learning = (
        lever.stewardship_learning_capture * p.commissioning_learning_cost
        + lever.stewardship_network * p.commissioning_network_cost
    )
    return {
        "monitoring": checks * check_cost + books / 52.0,
        "brokerage": packages * p.commissioning_brokerage_cost,
        "stewardship": lever.stewardship_capacity_fte * p.commissioning_fte_cost / 52.0,
        "forums": lever.stewardship_forum_per_year * p.commissioning_forum_cost / 52.0,
        "network": learning / 52.0,
        "connectors": connectors * p.commissioning_connector_cost / 52.0,
        "front door": counts["conversations"][0] * p.commissioning_conversation_cost,
        "reablement": counts["reablement_episodes"][0] * p.commissioning_reablement_cost,
        "citizens' panel": (lever.stewardship_citizens_share > 0.0) * p.commissioning_panel_cost / 52.0,
    }


def providers_settle_accounts(market, parameters, policy, draws):
    """Providers are paid by people who fund themselves, and pay wages, travel, overhead, hiring, training, agency."""
    p = parameters
    providers = market.providers
    self_hours = providers.delivered - providers.delivered_council
    price_index, wage_index = market.prices["price_index"], market.prices["wage_index"]
    market.pay("self-funders", "providers", "self-funded care", self_hours * providers.price)
    wages = np.zeros(len(providers))
    sick = np.zeros(len(providers))
    staff.pay_wages(
        market.workers.rows,
        providers.rows,
        policy.row,
        market.prices["national_living_wage"],
        parameters.row,
        wages,
        sick,
    )
    market.pay("providers", "workers", "wages", wages)
    market.pay("providers", "workers", "sick pay", sick)
    market.pay("providers", "workers", "holiday pay", wages * p.money_holiday_share)
    market.pay("providers", "treasury", "employer charges", (wages + sick) * p.money_employer_charge_share)
    market.pay("providers", "workers", "mileage", providers.travel * p.money_mileage_per_travel_hour * price_index)
    market.pay("providers", "workers", "office cover", providers.office * p.money_office_rate * wage_index)
    market.pay("providers", "suppliers", "agency staff", providers.agency * p.money_agency_rate * wage_index)
    overhead = providers.size * costs.overhead_an_hour(providers.size, providers.overhead_scale, p) * providers.open
    overhead += self_hours * p.overhead_self_funded_cost
    market.pay("providers", "suppliers", "overhead", overhead * price_index)
    market.pay("providers", "suppliers", "recruitment", providers.hires * p.recruitment_hire_cost * price_index)
    training = providers.training_days * providers.staff / 52.0 * p.training_day_cost
    market.pay("providers", "suppliers", "training", training * price_index)
    market.pay("workers", "treasury", "income tax and benefits", (wages.sum() + sick.sum()) * p.money_treasury_share)

    surplus = providers.revenue - providers.cost
    earning = providers.revenue > 0.0
    memory = p.money_margin_memory * earning
    providers.margin += memory * (surplus / np.maximum(providers.revenue, 1.0) - providers.margin)
    providers.margin = within(providers.margin, -1.0, 1.0)
    unit = providers.cost / np.maximum(providers.delivered, 1.0)
    providers.unit_cost += memory * (unit - providers.unit_cost)
    providers.year_surplus += surplus
    providers.year_revenue += providers.revenue
    providers.size += p.overhead_size_memory * (providers.delivered - providers.size) * providers.open
    if market.week % 52 == 51:
        trim_overhead(market, p)
    count_costs(market, parameters, policy)


def trim_overhead(market, p):
    """Once a year overhead follows the margin: slack in good years, savings in bad ones, within a band (E8)."""
    providers = market.providers
    scale = providers.overhead_scale * np.exp(p.overhead_slack * (providers.margin - providers.margin_target))
    opening = providers.overhead_opening
    providers.overhead_scale = within(scale, p.overhead_leanest * opening, p.overhead_fattest * opening)


def count_costs(market, parameters, policy):
    """What an hour costs each provider (E8): pay with paid travel and gaps and on-costs, mileage, overhead at its size.

    marginal = w·(1 + paid travel·τ + paid gaps·γ)·on-costs + mileage·τ, with τ and γ hours of travel and gaps for an
    hour of contact. Open books show it with what the provider would add if nobody looked.
    """
    p, lever = parameters, policy
    providers = market.providers
    seen = providers.contact > 0.0
    ratio = np.where(seen, providers.travel / np.maximum(providers.contact, 1.0), p.travel_opening_ratio)
    providers.travel_share += p.experience_memory * (ratio - providers.travel_share)
    travel = providers.travel_share
    gaps = p.rostering_gap_minutes / p.travel_reference_minutes
    on_cost, index = costs.on_cost(p), market.prices["price_index"]
    providers.cost_fixed = providers.pay * (1.0 + lever.employment_shift_pay * gaps) * on_cost
    providers.cost_travel = travel * (
        providers.pay * lever.employment_paid_travel_share * on_cost + p.money_mileage_per_travel_hour * index
    )
    hours = np.maximum(providers.size, 20.0)
    staff_cost = providers.training_days * p.training_day_cost / 52.0 / p.recruitment_hours_wanted
    overhead = costs.overhead_an_hour(hours, providers.overhead_scale, p)
    providers.overhead_hour = (overhead + p.overhead_hiring_allowance + staff_cost) * index
    providers.open_cost = (providers.cost_fixed + providers.cost_travel + providers.overhead_hour) * (
        1.0 + providers.evasion * (1.0 - market.stewardship)
    )
