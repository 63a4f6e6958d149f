"""ODD 5: how a regime begins: when its policy is decided, how long it has been in force at week 0, in which phase."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from .compiled import plain
from .compiled.draws import one_uniform, process_code
from .market.terms import weeks_to_prepare
from .policy import Levers

BEGINNING = -52_000
"""Week in which a regime begins to settle: long before any other week, so that nobody's number is given twice."""
RETENDER, CODESIGN = "procurement.retender_at_start", "stewardship.codesign_months"


@dataclass(frozen=True)
class Course:
    """How a regime came to be in force: `levers` were decided on `lead` weeks after its settling began, of `weeks`.

    `cycle` is how many weeks pass from one start of contracts to the next (a year where none are let), `phase` how many
    of them the contracts in force have run at week 0.
    """

    levers: Levers
    lead: int
    weeks: int
    cycle: int
    phase: int


def cycle_of(levers: Levers, p, tendered: bool = True) -> int:
    """Weeks of a contract cycle: the term, or what it takes to let contracts where that is longer."""
    if not tendered:
        return 52
    return max(52 * int(levers["contract.term_years"]), _weeks_to_prepare(levers, p))  # type: ignore[call-overload]


def course_of(place, p, seed: int, known_of_day_one: bool = False) -> Course:
    """The course of a place's regime in a future.

    Each future has a phase of its own, drawn from its seed, so that futures are spread over the cycle. A place that
    lists its providers says who holds a contract on day one; its regime is varied into force instead of let (see
    `settling.settle_regime`).
    """
    cycle = cycle_of(place.regime, p, place.tendered)
    let = place.tendered and not known_of_day_one
    phase = int(phase_of(seed) * cycle) if place.tendered else 0
    first = _weeks_to_prepare(place.regime, p) - 1 if let else 0
    settling = ceil(52 * p.baseline_regime_years / cycle) * cycle
    passed = first + phase + settling
    lead = -passed % 52
    return Course(place.regime.changed({RETENDER: let}), lead, lead + passed, cycle, phase)


def phase_of(seed: int) -> float:
    """Which share of its cycle a regime has run at week 0 in a future, 0 to 1; the same for all regimes."""
    return one_uniform(np.uint64(process_code("phase_of_the_cycle")), seed % 2**63)


def _weeks_to_prepare(levers: Levers, p) -> int:
    return int(plain(weeks_to_prepare)(levers[CODESIGN], p))
