"""ODD 7.16 Absence: annual leave and sickness."""

import math

import numpy as np

from ..compiled import compiled
from ..compiled.draws import fixed_key, key_of, process_code
from ..compiled.hashing import normal_quantile, uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import IN, IN_POST, ON_LEAVE, SICK
from ..market.state import week_of, workers_of

LEAVE, SICKNESS = map(process_code, ("annual_leave", "carers_take_leave_and_fall_sick"))
LONG_BEFORE = 10_000
"""Weeks added to the week, so that phases of leave are counted from before any market began."""


@process
def carers_take_leave_and_fall_sick(market, parameters, policy, draws):
    """Annual leave falls in each person's own phase of the year, a tenth of all weeks; sickness at random (C67), two
    weeks in a hundred and more under strain, and a shock of absence on top. Colleagues of a provider share a part of
    the week's luck, so that they fall sick together (N143)."""
    p = parameters[0]
    phase_key, key = fixed_key(draws, LEAVE), key_of(draws, SICKNESS)
    week = week_of(market) + LONG_BEFORE
    workers = workers_of(market)
    shared = np.empty(len(market.providers))
    for j in range(len(shared)):
        shared[j] = normal_quantile(uniform(key, market.providers[j].number, 1))
    for w in range(len(workers)):
        look_ahead(workers, w)
        r = workers[w]
        r.absent = IN
        if r.status != IN_POST:
            continue
        absence = policy[market.providers[r.provider].council].shocks_absence
        phase = uniform(phase_key, r.number, 0)
        before = math.floor(phase + (week - 1) * p.absence_leave_share)
        if math.floor(phase + week * p.absence_leave_share) > before:
            r.absent = ON_LEAVE
            continue
        chance = p.absence_sick_share * (1.0 + p.absence_strain_effect * r.strain) + absence
        if is_sick(chance, uniform(key, r.number, 0), shared[r.provider], p):
            r.absent = SICK


@compiled
def is_sick(chance, own, shared, p):
    """Whether somebody is sick this week, by luck of their own (a uniform) and what colleagues share (a normal).

    However much they share, the chance is the same: √ρ·shared + √(1 − ρ)·own is normal too (Vasicek 1987).
    """
    if chance <= 0.0 or chance >= 1.0:
        return chance >= 1.0
    luck = math.sqrt(p.absence_shared) * shared + math.sqrt(1.0 - p.absence_shared) * normal_quantile(own)
    return luck < normal_quantile(chance)
