"""ODD 7.13 Social value: what was promised at the tender against what events show."""

import numpy as np

from ..entities import IN_POST


def social_value_is_counted(market, parameters, policy, draws):
    """Once a year each contracted provider's social value is counted from events, 0 to 1: the share of jobs held
    over a year, of pay on duty above the Real Living Wage, training, connection. Checked shortfalls cost money."""
    p, lever = parameters, policy
    if market.week % 52 != 51:
        return
    providers, workers = market.providers, market.workers
    in_post = workers.status == IN_POST
    count = len(providers)
    employer = workers.provider[in_post]
    staff = np.maximum(np.bincount(employer, minlength=count), 1)
    held = np.bincount(employer, workers.tenure[in_post] >= 52.0, count) / staff
    well_paid = (
        np.bincount(employer, workers.effective_pay[in_post] >= market.prices["real_living_wage"], count) / staff
    )
    trained = np.minimum(providers.training_days / p.training_full_days, 1.0)
    points = (held + well_paid + trained + providers.connection) / 4.0
    providers.realised = np.where(providers.staff > 0, points, 0.0)
    short = np.maximum(providers.promised - providers.realised, 0.0) * (providers.contracted == 1) * providers.open
    penalty = lever.stewardship_monitoring * short * p.place_penalty_share * providers.year_revenue
    penalty *= (providers.promised > 0.0) * np.clip(
        providers.council_hours / np.maximum(providers.committed, 1.0), 0, 1
    )
    penalty = np.minimum(penalty, np.maximum(providers.cash / 100.0, 0.0))
    market.pay("providers", "council", "penalties", penalty)
