"""ODD 7.45 Guaranteed hours by law: whoever has none or few is offered what was regularly worked."""

from ..compiled.process import process
from ..market.codes import IN_POST
from ..market.state import week_of, workers_of
from ..market.workers import wants_guarantee


@process
def guaranteed_hours_are_offered(market, parameters, policy, draws):
    """Where the law asks it, at the end of each reference period whoever has been in post for it with few guaranteed
    hours is offered as many as the contact hours of a mean week of it; whoever wants flexibility declines (M5)."""
    p, prices = parameters[0], market.prices[0]
    if prices.guaranteed_hours_duty == 0.0:
        return
    period = round(prices.guaranteed_hours_reference)
    ends = week_of(market) % period == period - 1
    workers = workers_of(market)
    for w in range(len(workers)):
        r = workers[w]
        if r.status != IN_POST:
            continue
        r.reference_hours += r.contact
        if ends:
            few = r.guaranteed < prices.guaranteed_hours_limit
            if few and r.tenure >= period and wants_guarantee(r, p):
                r.guaranteed = max(r.guaranteed, r.reference_hours / period)
            r.reference_hours = 0.0
