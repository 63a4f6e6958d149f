"""The terms of a contract: which levers they are, what new ones cost, and the rates that open books justify."""

import numpy as np

from ..compiled import compiled, entry, plain, step
from ..parameters import Numbers
from ..policy import LEVERS
from .codes import REAL_LIVING_WAGE, STATUTORY, TENDERED
from .law import travel_pay_now, travel_pay_under
from .ledger import line, pay
from .providers import median_open_cost, on_cost, open_book_rate, overhead_known

EVERY_LEVER = tuple(lever.fields for lever in LEVERS.values())
"""What each lever is called in a row of levers: weights have a name for each part."""
WITH_THE_CONTRACT = frozenset(name for lever in LEVERS.values() if lever.is_term for name in lever.fields)
"""Levers that are terms of a contract: while one is in preparation, the old terms hold."""


def of_council(rows: np.ndarray, council: int) -> Numbers:
    """The levers of a council as numbers."""
    return Numbers(rows[council : council + 1])


CO_DESIGN = line("council", "suppliers", "co-design")


@compiled
def weeks_to_prepare(months, p):
    """Weeks from the decision to let contracts until they start, with so many months of co-design."""
    return float(
        round(months * 52.0 / 12.0) + round(p.procurement_tender_weeks) + round(p.procurement_mobilisation_weeks)
    )


@step
def design_begins(market, council, months, p):
    """The service to be let is designed with providers and their staff for so many months, and as far as there is a
    panel with citizens who decide; the council pays for it."""
    heard = p.procurement_heard_alone
    heard += (1.0 - heard) * market.decided[council].stewardship_citizens_share
    market.commissioners[council].codesign_done = heard * months / p.procurement_full_codesign_months
    pay(market.ledger, council, CO_DESIGN, months * p.procurement_codesign_cost * market.prices[0].price_index)


@entry
def service_is_designed(market, council, months, parameters):
    """`design_begins`, as Python calls it."""
    design_begins(market, council, months, parameters[0])


@compiled
def is_contest(decided):
    """Whether a tender picks some and leaves others out; an open list without a price contest readmits everybody."""
    return decided.procurement_max_providers > 0 or decided.procurement_zoned != 0 or decided.fee_rule == TENDERED


@compiled
def wage_floor(lever, prices):
    """The least that a contract asks a provider to pay, £ an hour."""
    if lever.employment_wage_floor_kind == STATUTORY:
        return prices.legal_minimum
    if lever.employment_wage_floor_kind == REAL_LIVING_WAGE:
        return prices.real_living_wage
    return lever.employment_wage_floor_amount


def cost_of_terms(market, p, council, decided, rows) -> np.ndarray:
    """What the terms decided add to the cost of an hour over what is in force for each of these providers, £: wage
    floor, paid gaps, training, and pay for travel as each would mean to pay it under them."""
    providers, now = market.providers, of_council(market.levers, council)
    floor = plain(wage_floor)(decided, Numbers(market.price_rows))
    pay = providers.pay[rows]
    raised = np.maximum(pay, floor)
    gaps = p.rostering_gap_minutes / p.travel_reference_minutes
    then = raised * (1.0 + gaps * decided.employment_shift_pay)
    then += travel_pay_under(market, council, p, decided, rows, raised)
    before = pay * (1.0 + gaps * now.employment_shift_pay)
    before += travel_pay_now(providers.rows[rows], now.row, float(market.prices["legal_minimum"]))
    days = decided.employment_training_days - now.employment_training_days
    dearer = plain(on_cost)(providers, Numbers(market.price_rows), p)[rows]
    return (then - before) * dearer + days * p.training_day_cost / 52.0 / p.recruitment_hours_wanted


@compiled
def books_show(provider, lever, reach, price_index, p):
    """What a provider's open books show that an hour costs, £, with what it would add if nobody looked.

    Overhead is spread over the hours that a contest awarded it and those that it sells to others, or over its present
    size where that is larger.
    """
    size = provider.usual_hours
    if provider.contracted == 1 and is_contest(lever):
        private = max(provider.committed - provider.council_hours, 0.0)
        size = max(size, provider.contracted_hours + private)
    cost = provider.cost_fixed + provider.cost_travel + overhead_known(provider, size, p) * price_index
    return cost * (1.0 + provider.evasion * (1.0 - reach))


def set_open_book_rates(market, parameters, council, extra):
    """Rates that open books justify on the day an open-book contract starts; `extra` is what its terms add to cost."""
    _open_book_rates(market.state, council, np.ascontiguousarray(extra), parameters.row, market.levers)


@entry
def _open_book_rates(market, council, extra, parameters, policy):
    p, providers, lever = parameters[0], market.providers, policy[council]
    for j in range(len(providers)):
        r = providers[j]
        if r.council == council and is_contest(lever):
            r.open_cost = books_show(r, lever, market.commissioners[council].reach, market.prices[0].price_index, p)
    median = median_open_cost(providers, council, extra, False)
    for j in range(len(providers)):
        r = providers[j]
        if r.council == council and r.contracted == 1 and r.open == 1:
            r.rate = open_book_rate(r.open_cost + extra[j], median, lever, p)
