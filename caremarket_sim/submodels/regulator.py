"""ODD 7.12 Regulator: inspections at random intervals of years; a rating is a late, noisy reading of quality."""

import numpy as np

from ..entities import GOOD, INADEQUATE, OUTSTANDING, REQUIRES_IMPROVEMENT
from ..kernels import agencies


def regulator_inspects(market, parameters, policy, draws):
    """Some providers are inspected this week, sooner the worse they were found; the rating reads quality with noise."""
    p = parameters
    providers = market.providers
    rows = agencies.inspected(providers.rows, p.row, draws.key("regulator_inspects"))
    if len(rows) == 0:
        return
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
