"""ODD 7.25 Social value: what was promised at the tender against what events show."""

import numpy as np

from ..compiled.process import process
from ..market.codes import IN_POST
from ..market.ledger import line, provider_pays
from ..market.providers import council_part
from ..market.state import week_of, workers_of

PENALTIES = line("providers", "council", "penalties")


@process
def social_value_is_counted(market, parameters, policy, draws):
    """Once a year each provider's social value is counted from events, 0 to 1: the share of jobs held over a year, of
    pay on duty above the Real Living Wage, training, connection. Shortfalls that a check finds cost money."""
    if week_of(market) % 52 != 51:
        return
    p = parameters[0]
    workers, providers = workers_of(market), market.providers
    staff, held, well_paid = np.zeros(len(providers)), np.zeros(len(providers)), np.zeros(len(providers))
    for w in range(len(workers)):
        r = workers[w]
        if r.status == IN_POST:
            staff[r.provider] += 1.0
            held[r.provider] += r.tenure >= 52.0
            well_paid[r.provider] += r.effective_pay >= market.prices[0].real_living_wage
    for j in range(len(providers)):
        r = providers[j]
        trained = min(r.training_days / p.training_full_days, 1.0)
        points = (held[j] / max(staff[j], 1.0) + well_paid[j] / max(staff[j], 1.0) + trained + r.connection) / 4.0
        r.realised = points if r.staff > 0.0 else 0.0
        short = max(r.promised - r.realised, 0.0) * (r.contracted == 1) * r.open
        penalty = policy[r.council].stewardship_monitoring * short * p.place_penalty_share * r.year_revenue
        penalty *= (r.promised > 0.0) * council_part(r)
        provider_pays(market.ledger, r, PENALTIES, min(penalty, max(r.cash / 100.0, 0.0)))
