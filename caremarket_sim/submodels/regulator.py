"""ODD 7.12 Regulator: inspections at random intervals of years; a rating is a late, noisy reading of quality."""

import numpy as np

from ..entities import GOOD, INADEQUATE, OUTSTANDING, REQUIRES_IMPROVEMENT


def regulator_inspects(market, parameters, policy, draws):
    """Some providers are inspected this week, sooner the worse they were found; the rating reads quality with noise."""
    p = parameters
    providers = market.providers
    worse = (providers.rating == INADEQUATE) | (providers.rating == REQUIRES_IMPROVEMENT)
    chance = np.where(worse, p.regulator_reinspection_rate, p.regulator_inspection_rate) / 52.0
    chance *= (providers.open == 1) & (providers.delivered > 0.0) & (providers.age > p.regulator_first_weeks)
    seen = draws.uniform("regulator_inspects", providers.number) < chance
    if not seen.any():
        return
    rows = np.flatnonzero(seen)
    reading = providers.quality[rows] + p.regulator_noise * draws.normal(
        "regulator_inspects", providers.number[rows], 1
    )
    providers.rating[rows] = grade(reading, p)
    market.counts["inspections"] += len(rows)


def grade(reading: np.ndarray, p) -> np.ndarray:
    """The rating that a reading of quality earns."""
    cuts = np.array([p.regulator_inadequate_line, p.regulator_good_line, p.regulator_outstanding_line])
    grades = np.array([INADEQUATE, REQUIRES_IMPROVEMENT, GOOD, OUTSTANDING])
    return grades[np.searchsorted(cuts, reading)]
