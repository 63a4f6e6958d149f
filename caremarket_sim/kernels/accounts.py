"""What providers are paid, what they spend and what an hour costs them: loops over providers."""

import numpy as np

from . import compiled
from .people import weeks_kept

COUNCIL = 0
IN_HOSPITAL = 2
# In the order of OWED_BY_COUNCIL and of SETTLED_BY_PROVIDERS in submodels/money.py.
FEES, OUTCOME, PANEL, RETAINERS, UNUSED = 0, 1, 2, 3, 4
SELF_FUNDED, WAGES, SICK_PAY, HOLIDAY_PAY, CHARGES, MILEAGE = 0, 1, 2, 3, 4, 5
OFFICE, AGENCY, OVERHEAD, RECRUITMENT, TRAINING = 6, 7, 8, 9, 10


@compiled
def overhead_an_hour(hours, scale, p):
    """Overhead £ an hour, o·max(H, floor)^(b−1)·(1 + (H/H2)²): falls up to some 2,000 hours a week, then rises (E8)."""
    return (
        scale
        * max(hours, p.overhead_floor_hours) ** (p.overhead_scale_exponent - 1.0)
        * (1.0 + (hours / p.overhead_sprawl_hours) ** 2)
    )


@compiled
def overheads(hours, scales, parameters):
    """`overhead_an_hour` of each size in hours a week with its own scale."""
    p = parameters[0]
    out = np.empty(len(hours))
    for j in range(len(hours)):
        out[j] = overhead_an_hour(hours[j], scales[j], p)
    return out


@compiled
def council_owes(clients, providers, commissioner, parameters, levers, paid_share, on_cost, owed):
    """What the council owes each provider this week, £, by FEES, OUTCOME, PANEL, RETAINERS and UNUSED block hours; and
    a fresh page for what each earns and spends.

    The part of the fee that depends on outcomes is paid in proportion to the measured outcome over the baseline's.
    Returns the fees due before that, and the number of contracted providers, their trust and their people, as sums.
    """
    p, lever, council = parameters[0], levers[0], commissioner[0]
    away = np.zeros(len(providers))
    if weeks_kept(lever, p) > 0.0:
        for i in range(len(clients)):
            c = clients[i]
            if c.status == IN_HOSPITAL and c.kept == 1 and c.provider >= 0 and c.payer == COUNCIL:
                away[c.provider] += c.hours
    due = 0.0
    contracted = 0.0
    trust = 0.0
    people = 0.0
    for j in range(len(providers)):
        r = providers[j]
        r.revenue = 0.0
        r.cost = 0.0
        hours = r.delivered_council * paid_share
        due += hours * r.rate
        owed[FEES, j] = hours * r.rate * (1.0 - lever.contract_outcome_share)
        owed[OUTCOME, j] = 0.0
        if lever.contract_outcome_share > 0.0:
            if lever.contract_outcome_measure == 0.0:
                measured = r.experience / council.experience_reference
            elif lever.contract_outcome_measure == 1.0:
                measured = r.independence / p.outcome_independence_reference
            else:
                measured = r.connection / p.outcome_connection_reference
            r.outcome_score = min(max(measured, 0.0), p.outcome_highest_score)
            owed[OUTCOME, j] = hours * r.rate * lever.contract_outcome_share * r.outcome_score
        owed[PANEL, j] = hours * max(council.pot_wages, 0.0) * on_cost
        owed[RETAINERS, j] = away[j] * r.rate * p.contract_retainer_share
        owed[UNUSED, j] = 0.0
        if r.contracted == 1 and r.open == 1:
            contracted += 1.0
            trust += r.trust
            people += r.clients
            if r.closing == 0:
                promised = lever.contract_guaranteed_volume * r.contracted_hours
                unused = max(promised - (hours + away[j]), 0.0) * min(1.0, r.capacity / max(promised, 1.0))
                owed[UNUSED, j] = unused * r.rate
    return due, contracted, trust, people


@compiled
def providers_settle(providers, wages, sick, parameters, price_index, wage_index, due):
    """What each provider is paid for SELF_FUNDED care, and what it owes this week, £, by WAGES … TRAINING, from its
    staff's wages and sick pay."""
    p = parameters[0]
    for j in range(len(providers)):
        r = providers[j]
        self_hours = r.delivered - r.delivered_council
        due[SELF_FUNDED, j] = self_hours * r.price
        due[WAGES, j] = wages[j]
        due[SICK_PAY, j] = sick[j]
        due[HOLIDAY_PAY, j] = wages[j] * p.money_holiday_share
        due[CHARGES, j] = (wages[j] + sick[j]) * p.money_employer_charge_share
        due[MILEAGE, j] = r.travel * p.money_mileage_per_travel_hour * price_index
        due[OFFICE, j] = r.office * p.money_office_rate * wage_index
        due[AGENCY, j] = r.agency * p.money_agency_rate * wage_index
        overhead = r.usual_hours * overhead_an_hour(r.usual_hours, r.overhead_scale, p) * r.open
        overhead += self_hours * p.overhead_self_funded_cost
        due[OVERHEAD, j] = overhead * price_index
        due[RECRUITMENT, j] = r.hires * p.recruitment_hire_cost * price_index
        due[TRAINING, j] = r.training_days * r.staff / 52.0 * p.training_day_cost * price_index


@compiled
def close_the_week(providers, parameters):
    """Margin, unit cost and usual hours remember this week a little; surplus and revenue add to the year's."""
    p = parameters[0]
    for j in range(len(providers)):
        r = providers[j]
        surplus = r.revenue - r.cost
        if r.revenue > 0.0:
            r.margin += p.money_margin_memory * (surplus / max(r.revenue, 1.0) - r.margin)
            r.unit_cost += p.money_margin_memory * (r.cost / max(r.delivered, 1.0) - r.unit_cost)
        r.margin = min(max(r.margin, -1.0), 1.0)
        r.year_surplus += surplus
        r.year_revenue += r.revenue
        if r.open == 1:
            r.usual_hours += p.overhead_size_memory * (r.delivered - r.usual_hours)


@compiled
def trim_overhead(providers, parameters):
    """Overhead follows the margin: slack in good years, savings in bad ones, within a band (E8)."""
    p = parameters[0]
    for j in range(len(providers)):
        r = providers[j]
        scale = r.overhead_scale * np.exp(p.overhead_slack * (r.margin - r.margin_target))
        r.overhead_scale = min(
            max(scale, p.overhead_leanest * r.overhead_opening), p.overhead_fattest * r.overhead_opening
        )


@compiled
def count_costs(providers, parameters, levers, on_cost, price_index, reach):
    """What an hour costs each provider (E8): pay with paid travel and gaps and on-costs, mileage, overhead at its size.

    marginal = w·(1 + paid travel·τ + paid gaps·γ)·on-costs + mileage·τ, with τ and γ hours of travel and gaps for an
    hour of contact. Open books show it with what the provider would add if nobody looked.
    """
    p, lever = parameters[0], levers[0]
    gaps = p.rostering_gap_minutes / p.travel_reference_minutes
    for j in range(len(providers)):
        r = providers[j]
        ratio = r.travel / max(r.contact, 1.0) if r.contact > 0.0 else p.travel_opening_ratio
        r.travel_share += p.experience_memory * (ratio - r.travel_share)
        r.cost_fixed = r.pay * (1.0 + lever.employment_shift_pay * gaps) * on_cost
        r.cost_travel = r.travel_share * (
            r.pay * lever.employment_paid_travel_share * on_cost + p.money_mileage_per_travel_hour * price_index
        )
        staff_cost = r.training_days * p.training_day_cost / 52.0 / p.recruitment_hours_wanted
        overhead = overhead_an_hour(r.usual_hours, r.overhead_scale, p)
        r.overhead_hour = (overhead + p.overhead_hiring_allowance + staff_cost) * price_index
        r.open_cost = (r.cost_fixed + r.cost_travel + r.overhead_hour) * (1.0 + r.evasion * (1.0 - reach))
