"""What an hour of care costs a provider, and the rate that its open books justify: what submodels share (E8)."""

import numpy as np

from . import arithmetic
from .kernels import accounts


def on_cost(p) -> float:
    """Pounds of employment cost for a pound of wages: holiday pay, employer's National Insurance and pension."""
    return 1.0 + p.money_holiday_share + p.money_employer_charge_share


def overhead_an_hour(hours, scale, p) -> np.ndarray:
    """Overhead £ an hour at each size in hours a week, with each scale; one may stand for all."""
    hours, scale = np.broadcast_arrays(np.asarray(hours, np.float64), np.asarray(scale, np.float64))
    return accounts.overheads(np.ascontiguousarray(hours), np.ascontiguousarray(scale), p.row)


def paid_share(levers, p) -> float:
    """Hours paid for an hour delivered: the plan's, or the minutes logged."""
    return 1.0 if levers.contract_payment_basis == 1.0 else p.contract_actual_paid_share


def open_book_rate(open_cost, contracted, levers, p):
    """The rate that open books justify: own cost, capped a margin above the median, plus the allowed surplus."""
    cap = arithmetic.middle(open_cost[contracted], np.inf)
    books = np.minimum(open_cost, cap * (1.0 + p.fees_open_book_tolerance))
    norm = levers.stewardship_profit_norm
    surplus = min(norm, p.fees_open_book_surplus) if norm >= 0.0 else p.fees_open_book_surplus
    return books / paid_share(levers, p) * (1.0 + surplus) * levers.fee_level
