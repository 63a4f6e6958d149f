"""What the law asks an employer to pay, who obeys it, and what obeying costs.

Pay for working time, which is contact and travel between visits, has a legal minimum over a pay period. Pay for gaps
and for guaranteed hours without a visit counts for nothing there, as they are not working time (National Minimum Wage
Regulations 2015: pay for hours not worked is left out).
"""

import math

import numpy as np

from ..compiled import compiled, entry
from .motive import cares
from .providers import on_cost

UNDECIDED = -1
"""In place of whether a provider obeys: it has not been asked yet, or is to be asked again."""
LIGHTEST, HEAVIEST = 0.0, 20.0
"""Between these lies the weight of care for staff: guards; care does not turn anybody against the law."""


@compiled
def care_for_staff(provider, p):
    """How much a provider cares for the work and those who do it, 0 to 1: the one place that says which trait it is."""
    return cares(provider, p.motive_law_slope, p)


@compiled
def chance_to_be_found(lever, contracted, p):
    """Chance a year that somebody finds an employer who underpays: nationally, or when a council that contracts with
    it looks at its payroll."""
    return min(p.law_found_chance + p.law_check_finds * lever.stewardship_pay_checks * contracted, 1.0)


@compiled
def chance_to_obey(care, care_weight, found, p):
    """P = logistic((p·Y·(1 + κ) − 1 + c·care)/s): a year's underpayment is the unit, of which Y years and a penalty of
    κ times them are expected back with the chance p of being found."""
    expected = found * p.law_arrears_years * (1.0 + p.law_penalty)
    return 1.0 / (1.0 + math.exp((1.0 - expected - care_weight * care) / p.law_choice_spread))


@compiled
def means_to_obey(provider, lever, contracted, care_weight, p):
    """Whether a provider would obey under these levers, with a contract or without, by its draw for good."""
    found = chance_to_be_found(lever, contracted, p)
    return provider.scruple < chance_to_obey(care_for_staff(provider, p), care_weight, found, p)


@compiled
def travel_pay(pay, travel_share, required, lawful, wage_line):
    """£ that an employer pays for the travel that goes with an hour of contact: what the contract requires, and the
    rest of the legal minimum for contact and travel where it obeys the law."""
    paid = required * travel_share * pay
    return max(paid, wage_line * (1.0 + travel_share) - pay) if lawful else paid


@compiled
def required_share(lever, contracted):
    """Share of travel that a contract requires to be paid; nothing where there is no contract."""
    return lever.employment_paid_travel_share * contracted


@compiled
def cost_of_travel(provider, lever, prices, p):
    """Marginal cost of the travel that goes with an hour of contact, £: its pay with on-costs, and mileage."""
    r = provider
    required = required_share(lever, r.contracted)
    paid = travel_pay(r.pay, r.travel_share, required, r.lawful == 1, prices.legal_minimum)
    return paid * on_cost(r, prices, p) + r.travel_share * p.money_mileage_per_travel_hour * prices.price_index


def travel_pay_under(market, council: int, p, decided, rows, pay) -> np.ndarray:
    """What travel would be paid, £ for an hour of contact, by each of these providers at this pay under a contract with
    these levers."""
    weight, wage_line = float(market.commissioners.care_weight[council]), float(market.prices["legal_minimum"])
    return _travel_pay_under(market.providers.rows[rows], pay, decided.row, weight, wage_line, p.row)


@entry
def _travel_pay_under(providers, pay, levers, care_weight, wage_line, parameters):
    out = np.empty(len(providers))
    for j in range(len(providers)):
        r = providers[j]
        obeys = r.bound > 0 or means_to_obey(r, levers[0], 1.0, care_weight, parameters[0])
        required = required_share(levers[0], 1.0)
        out[j] = travel_pay(pay[j], r.travel_share, required, obeys, wage_line)
    return out


@entry
def travel_pay_now(providers, levers, wage_line):
    """What travel is paid, £ for an hour of contact, by each of these providers of one council under these levers."""
    out = np.empty(len(providers))
    for j in range(len(providers)):
        r = providers[j]
        required = required_share(levers[0], r.contracted)
        out[j] = travel_pay(r.pay, r.travel_share, required, r.lawful == 1, wage_line)
    return out


def solve_care_weight(market, council: int, p) -> float:
    """The weight c of care for staff with which so many of a council's care workers are expected not to be paid for
    travel as a survey found (C76), under no pay checks."""
    providers = market.providers
    mine = (providers.council == council) & (providers.open == 1)
    return _solve_care_weight(providers.rows[mine], providers.staff[mine], p.baseline_unpaid_travel_share, p.row)


@entry
def _solve_care_weight(providers, staff, unpaid_share, parameters):
    p = parameters[0]
    low, high = LIGHTEST, HEAVIEST
    for _ in range(60):
        weight = 0.5 * (low + high)
        unpaid = 0.0
        for j in range(len(providers)):
            obeys = chance_to_obey(care_for_staff(providers[j], p), weight, p.law_found_chance, p)
            unpaid += staff[j] * (1.0 - obeys)
        if unpaid > unpaid_share * np.sum(staff):
            low = weight
        else:
            high = weight
    return 0.5 * (low + high)
