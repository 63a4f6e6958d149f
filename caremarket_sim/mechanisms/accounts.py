"""ODD 7.24 Accounts: what providers earn and spend, and what an hour costs them."""

import math

import numpy as np

from ..compiled import compiled
from ..compiled.process import process
from ..market.law import cost_of_travel
from ..market.ledger import line, pay, pay_provider, provider_pays
from ..market.motive import care_costs, margin_aimed_at, office_spending
from ..market.providers import council_part, on_cost, overhead_an_hour, overhead_known
from ..market.state import week_of
from ..market.terms import books_show

SELF_FUNDED = line("self-funders", "providers", "self-funded care")
WAGES = line("providers", "workers", "wages")
SICK_PAY = line("providers", "workers", "sick pay")
HOLIDAY_PAY = line("providers", "workers", "holiday pay")
INSURANCE = line("providers", "treasury", "national insurance")
CHARGES = line("providers", "treasury", "employer charges")
MILEAGE = line("providers", "workers", "mileage")
OFFICE_COVER = line("providers", "workers", "office cover")
AGENCY_STAFF = line("providers", "suppliers", "agency staff")
OVERHEAD = line("providers", "suppliers", "overhead")
RECRUITMENT = line("providers", "suppliers", "recruitment")
TRAINING = line("providers", "suppliers", "training")
TAX = line("workers", "treasury", "income tax and benefits")


@process
def providers_settle_accounts(market, parameters, policy, draws):
    """Providers are paid by people who fund themselves, and pay wages, travel, overhead, hiring, training, agency.

    Margin, unit cost and usual hours remember the week a little; surplus and revenue add to the year's; at the year's
    end overhead follows the margin.
    """
    p, prices = parameters[0], market.prices[0]
    wages, sick = np.zeros(len(policy)), np.zeros(len(policy))
    for j in range(len(market.providers)):
        r = market.providers[j]
        wages[r.council] += r.wages
        sick[r.council] += r.sick_pay
        accounts_are_settled(market.ledger, r, prices, p)
        week_is_closed(r, p)
        if week_of(market) % 52 == 51:
            overhead_is_trimmed(r, p)
    for c in range(len(policy)):
        pay(market.ledger, c, TAX, (wages[c] + sick[c]) * p.money_treasury_share)


@compiled
def accounts_are_settled(ledger, provider, prices, p):
    """What a provider is paid for self-funded care, and all that it owes this week."""
    r = provider
    self_hours = r.delivered - r.delivered_council
    overhead = r.usual_hours * overhead_an_hour(r.usual_hours, r.overhead_scale, p) * office_spending(r, p) * r.open
    overhead += self_hours * p.overhead_self_funded_cost + r.delivered * care_costs(r, p)
    overhead += r.delivered_council * r.effort * p.outcome_effort_cost
    pay_provider(ledger, r, SELF_FUNDED, self_hours * r.price)
    provider_pays(ledger, r, WAGES, r.wages)
    provider_pays(ledger, r, SICK_PAY, r.sick_pay)
    provider_pays(ledger, r, HOLIDAY_PAY, r.wages * p.money_holiday_share)
    provider_pays(ledger, r, INSURANCE, r.insurance)
    provider_pays(ledger, r, CHARGES, (r.wages + r.sick_pay) * p.money_employer_charge_share)
    provider_pays(ledger, r, MILEAGE, r.travel * p.money_mileage_per_travel_hour * prices.price_index)
    provider_pays(ledger, r, OFFICE_COVER, r.office * p.money_office_rate * prices.wage_index)
    provider_pays(ledger, r, AGENCY_STAFF, r.agency * p.money_agency_rate * prices.wage_index)
    provider_pays(ledger, r, OVERHEAD, overhead * prices.price_index)
    provider_pays(ledger, r, RECRUITMENT, r.hires * p.recruitment_hire_cost * prices.price_index)
    provider_pays(ledger, r, TRAINING, r.training_days * r.staff / 52.0 * p.training_day_cost * prices.price_index)


@compiled
def week_is_closed(provider, p):
    """Margin, unit cost and usual hours remember this week a little; surplus and revenue add to the year's.

    The margin is that of contract rates and prices: what overhead, pay and bids follow takes no notice of emergencies.
    """
    r = provider
    surplus = r.revenue - r.cost
    usual = r.revenue - r.above_rate
    if usual > 0.0:
        r.margin += p.money_margin_memory * ((usual - r.cost) / max(usual, 1.0) - r.margin)
        r.unit_cost += p.money_margin_memory * (r.cost / max(r.delivered, 1.0) - r.unit_cost)
    r.margin = min(max(r.margin, -1.0), 1.0)
    r.year_surplus += surplus
    r.year_revenue += r.revenue
    r.year_council += r.revenue * council_part(r) * r.contracted
    if r.open == 1:
        r.usual_hours += p.overhead_size_memory * (r.delivered - r.usual_hours)


@compiled
def overhead_is_trimmed(provider, p):
    """Overhead follows the margin: slack in good years, savings in bad ones, within a band (E8)."""
    r = provider
    scale = r.overhead_scale * math.exp(p.overhead_slack * (r.margin - margin_aimed_at(r, p.motive_keeping_slope, p)))
    r.overhead_scale = min(max(scale, p.overhead_leanest * r.overhead_opening), p.overhead_fattest * r.overhead_opening)


@process
def providers_know_their_costs(market, parameters, policy, draws):
    """What an hour costs each provider (E8), known when it bids, takes packages and opens its books: pay with paid
    gaps, what it means to pay for travel, on-costs, mileage, overhead at its size.

    marginal = (w·(1 − clipped + paid gaps·γ) + pay for travel)·on-costs + mileage·τ + what care for the work costs,
    with τ and γ hours of travel and gaps for an hour of contact; pay for travel is what the contract requires, and the
    rest of the legal minimum where the provider obeys the law (`law.travel_pay`). Open books show it at the
    scale awarded, with what the provider would add if nobody looked.
    """
    p, prices = parameters[0], market.prices[0]
    gaps = p.rostering_gap_minutes / p.travel_reference_minutes
    for j in range(len(market.providers)):
        r = market.providers[j]
        lever = policy[r.council]
        ratio = r.travel / max(r.contact, 1.0) if r.contact > 0.0 else p.travel_opening_ratio
        r.travel_share += p.experience_memory * (ratio - r.travel_share)
        r.cost_fixed = r.pay * (1.0 - r.clipping + lever.employment_shift_pay * gaps) * on_cost(r, prices, p)
        r.cost_fixed += care_costs(r, p) * prices.price_index
        r.cost_travel = cost_of_travel(r, lever, prices, p)
        r.overhead_hour = overhead_known(r, r.usual_hours, p) * prices.price_index
        r.open_cost = books_show(r, lever, market.commissioners[r.council].reach, prices.price_index, p)
