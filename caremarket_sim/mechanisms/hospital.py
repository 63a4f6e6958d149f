"""ODD 7.4 Hospital: admissions, stays, and coming home to a place that was kept.

Whoever is fit and has no such place leaves when a provider takes the package (`sourcing.py`), and may wait for it in
another bed (`beds.py`).
"""

import math

from ..compiled.arithmetic import is_plainly_above
from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import COUNCIL, IN_HOSPITAL, RECEIVING, WAITING
from ..market.people import becomes_fit, lose_kept_place
from ..market.providers import is_trading, weeks_kept
from ..market.state import clients_of

ADMITTED, DISCHARGED = map(process_code, ("people_go_to_hospital", "people_become_fit_to_leave_hospital"))


@process
def people_go_to_hospital(market, parameters, policy, draws):
    """Admission: a rate a year (A) · living alone (D14) · continuity (M22) · missed visits (M28) · connection · need.

    The package stops; the place is kept while somebody pays for it.
    """
    p = parameters[0]
    key = key_of(draws, ADMITTED)
    log_continuity_ratio = math.log(p.hospital_continuity_ratio)
    clients = clients_of(market)
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status != RECEIVING and c.status != WAITING:
            continue
        chance = p.hospital_admission_rate / 52.0
        if c.lives_alone:
            chance *= p.hospital_living_alone_ratio
        chance *= 1.0 - p.hospital_connection_effect * (c.connection - 0.5)
        usual = market.commissioners[c.council].continuity_reference
        more = (
            log_continuity_ratio * (usual - c.continuity) / p.hospital_continuity_step
            + p.hospital_missed_visits_effect * c.missed_share
            + p.hospital_need_elasticity * c.log_need
        )
        luck = uniform(key, c.number, 0)
        if is_plainly_above(luck, chance, more) or luck >= chance * math.exp(more):
            continue
        market.counts[c.council].admissions += 1.0
        market.client_year[i].sum_admissions += 1.0
        stay = math.log(uniform(key, c.number, 1)) / math.log(1.0 - 1.0 / p.hospital_mean_stay)
        c.nights_left = 1.0 + math.floor(stay)
        c.status = IN_HOSPITAL
        c.weeks_away = 0
        c.weeks_waiting = 0.0
        c.kept = 0
        if c.provider >= 0:
            c.former = c.provider
            if c.payer == COUNCIL and weeks_kept(policy[c.council], p) > 0.0 and c.notice == 0:
                c.kept = 1
            else:
                c.provider = -1
        c.notice = 0


@process
def people_become_fit_to_leave_hospital(market, parameters, policy, draws):
    """Nights in hospital pass. Whoever is fit goes home to a kept place, or waits in hospital for a provider.

    A place is kept for the retainer's weeks, or a week's notice where planned time is paid. A quarter need a tenth more
    hours on return (E13).
    """
    p = parameters[0]
    key = key_of(draws, DISCHARGED)
    clients = clients_of(market)
    for i in range(len(clients)):
        c = clients[i]
        if c.status != IN_HOSPITAL:
            continue
        c.weeks_away += 1
        c.nights_left -= 7.0
        gone = c.provider >= 0 and not is_trading(market.providers[c.provider])
        if c.kept and (c.weeks_away > weeks_kept(policy[c.council], p) or gone):
            lose_kept_place(c)
        if c.nights_left <= 0.0:
            if uniform(key, c.number, 0) < p.hospital_more_need_share:
                c.need_minutes = min(c.need_minutes * (1.0 + p.hospital_more_need_step), p.demand_longest_visit)
            if c.kept:
                c.status = RECEIVING
                c.kept = 0
            else:
                becomes_fit(c)
