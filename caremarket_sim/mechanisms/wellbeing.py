"""ODD 7.20 Quality of life, as care, connection and informal help give it."""

import math

from ..compiled import compiled
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import FIT, IN_HOSPITAL, IN_REABLEMENT, LEFT, RECEIVING, WAITING
from ..market.people import most_from_care
from ..market.state import clients_of


@process
def quality_of_life_responds(market, parameters, policy, draws):
    """Quality of life (E12, M26): A(need)·(1 − exp(−k · hours/need · experience/ē)) + connection, moving an eighth of
    the way a week, with the hours that were given in fact. While waiting nobody comes, and an unpaid carer fills a
    part, where there is one; reablement gives all that need asks for. Sums of the year are kept by person.
    """
    p = parameters[0]
    clients = clients_of(market)
    for i in range(len(clients)):
        look_ahead(clients, i)
        look_ahead(market.client_year, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        top = most_from_care(c.need_hours, p)
        had = 0.0
        due = c.need_hours
        if c.status == RECEIVING:
            had = c.delivered * (1.0 - market.providers[c.provider].clipping)
            due = c.due
            effect = c.experience / market.commissioners[c.council].experience_reference
        else:
            effect = 1.0
            if c.status == IN_REABLEMENT:
                had = due
        unmet = max(due - had, 0.0) if c.status == RECEIVING or c.status == WAITING else 0.0
        c.unmet_hours = unmet
        filled = p.quality_informal_share * unmet * c.unpaid_carer
        market.counts[c.council].informal_hours += filled
        helped = had * effect + filled
        gain = top * (1.0 - math.exp(-p.quality_hours_slope * helped / max(c.need_hours, 0.5)))
        gain += p.quality_connection_gain * (c.connection - 0.5)
        if c.status != IN_HOSPITAL:
            c.quality_of_life += p.quality_adjustment * (gain - c.quality_of_life)
        sum_of_year(market.client_year[i], c, p)


@compiled
def sum_of_year(year, client, p):
    """Add a person's week to the sums of the year."""
    y, c = year, client
    y.sum_weeks += 1.0
    y.sum_followed += 1.0
    y.sum_quality += c.quality_of_life
    y.sum_lonely += c.connection < p.connection_lonely_line
    if c.status == WAITING or c.status == FIT:
        y.sum_waiting += 1.0
    if c.status == RECEIVING:
        y.sum_receiving += 1.0
        y.sum_experience += c.experience
        y.sum_continuity += c.continuity
        y.sum_carers += c.carers_fortnight
        y.sum_due += c.due
        y.sum_delivered += c.delivered
        y.sum_visits += c.visits_due
        y.sum_late += c.late
