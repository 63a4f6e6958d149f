"""Sums over people of the week, for the record, and of the year, for breakdowns by group."""

from . import compiled
from ._memory import look_ahead

WAITING, RECEIVING, IN_HOSPITAL, FIT, LEFT = 0, 1, 2, 3, 4
COUNCIL = 0
IN_POST = 2


@compiled
def sum_clients(clients, parameters, record):
    """Add up what people who draw on care had this week."""
    p = parameters[0]
    r = record[0]
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        council = c.payer == COUNCIL
        r.people += 1.0
        r.people_council += council
        r.quality += c.quality_of_life
        r.connection += c.connection
        r.lonely += c.connection < p.connection_lonely_line
        r.due += c.due  # of this week, whatever has become of the person since, as where a provider closed
        r.delivered += c.delivered
        r.delivered_council += council * c.delivered
        r.visits_due += c.visits_due
        r.missed += c.missed
        r.late += c.late
        if c.status == RECEIVING:
            r.receiving += 1.0
            r.receiving_council += council
            r.experience += c.experience
            r.continuity += c.continuity
            r.carers_fortnight += c.carers_fortnight
            r.package_fit += c.package_fit
            if council:
                r.hours_council += c.hours
            else:
                r.hours_self += c.hours
        elif c.status == WAITING:
            r.waiting += 1.0
            r.waiting_council += council
        elif c.status == FIT:
            r.fit += 1.0


@compiled
def sum_workers(workers, parameters, real_living_wage, record):
    """Add up what care workers in post had this week."""
    p = parameters[0]
    r = record[0]
    for i in range(len(workers)):
        w = workers[i]
        if w.status != IN_POST:
            continue
        r.in_post += 1.0
        r.zero_hours += w.guaranteed == 0.0
        r.volatility += w.volatility
        r.effective_pay += w.effective_pay
        r.guaranteed += w.guaranteed
        r.bad_weeks += w.week_pay < p.pay_bad_week_share * w.pay * w.hours_wanted
        r.contact += w.contact
        r.travel += w.travel
        r.strain += w.strain
        r.long_held += w.tenure >= 52.0
        r.above_real_living_wage += w.effective_pay >= real_living_wage
        r.wages += w.week_pay


@compiled
def add_up(values, group, sums):
    """Add each person's row of `values` to the row of `sums` that belongs to the person's group."""
    for i in range(len(values)):
        for column in range(values.shape[1]):
            sums[group[i], column] += values[i, column]
