"""Why more care workers on zero-hours leave: the gap in turnover taken apart by the terms of the leaving chance.

Zero-hours has no term of its own. What makes the gap is what the two groups differ in: certainty of hours (volatility
and shortfall), tenure, age, and so on. The difference in the mean annual chance is shared out by each term's difference
in mean log-odds (Yun 2004): the parts add up to the gap and no order of terms has to be chosen. Beside that stands a
counterfactual: the gap that would be left if everybody's hours were as certain as those of people with a guarantee.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.market.codes import IN_POST
from caremarket_sim.market.market import Market
from caremarket_sim.market.state import with_rows
from caremarket_sim.mechanisms.leaving import leaving_logits

NEUTRAL_TENURE = 104.0
"""Weeks with a provider at which tenure adds nothing to the log-odds of leaving."""

PARTS: dict[str, str] = {
    "hours": "volatility and shortfall of hours",
    "tenure": "tenure: starters are put on zero-hours first",
    "age": "age",
    "skills": "qualification, training and values",
    "pay": "pay and unpaid time",
    "employer": "distance, manager, growth of the provider, voice, strain, and what the employer is lastingly like",
}
"""The parts of the gap, in words."""


class Gap:
    """Gathers, week by week, the mean terms and leaving chances of those on zero-hours and of the others."""

    def __init__(self, every: int = 4):
        self.every = every
        self._weights = np.zeros(2)
        self._terms = np.zeros((2, len(PARTS)))
        self._logits = np.zeros(2)
        self._chances = np.zeros(2)
        self._certain = 0.0

    def __call__(self, market: Market, parameters, policy) -> None:
        """Look at the market just before care workers leave."""
        if market.week % self.every:
            return
        rows = market.workers.rows
        here = rows["status"] == IN_POST
        zero = here & (rows["guaranteed"] == 0.0)
        groups = (here & ~zero, zero)
        logits = logits_of(market, parameters, policy)
        terms = terms_of(market, parameters, policy, logits)
        for group, members in enumerate(groups):
            self._weights[group] += np.count_nonzero(members)
            self._terms[group] += terms[:, members].sum(axis=1)
            self._logits[group] += logits[members].sum()
            self._chances[group] += _yearly_rate(logits[members]).sum()
        if groups[0].any() and groups[1].any():
            as_certain = logits[zero] - terms[0, zero] + terms[0, groups[0]].mean()
            self._certain += _yearly_rate(as_certain).sum()

    @property
    def gap(self) -> float:
        """Yearly leaving rate of those on zero-hours less that of the others, from chances, so without luck."""
        chances = self._chances / self._weights
        return float(chances[1] - chances[0])

    def parts(self) -> dict[str, float]:
        """The part of the gap that each group of terms carries; they sum to the gap."""
        terms, logits = self._terms / self._weights[:, None], self._logits / self._weights
        shares = (terms[1] - terms[0]) / (logits[1] - logits[0])
        return {name: float(share * self.gap) for name, share in zip(PARTS, shares, strict=True)}

    @property
    def left_without_uncertainty(self) -> float:
        """The gap if hours were as certain for those on zero-hours as for the others."""
        return float(self._certain / self._weights[1] - self._chances[0] / self._weights[0])


def logits_of(market: Market, parameters, policy, **rows) -> NDArray[np.float64]:
    """Annual log-odds of leaving as the week's own rule has them; of other `workers` or `providers`, if given."""
    return leaving_logits(with_rows(market.state, **rows), parameters.row, policy.row)


def terms_of(market: Market, parameters, policy, logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each part adds to each care worker's log-odds, (part, worker): the log-odds less those without it.

    Taken from the week's own rule on rows in which the part is made neutral, so that no formula stands here twice.
    """
    p = parameters
    outside = market.prices["outside_pay"] * policy.shocks_outside_pay
    reference = float(market.commissioners.rows[0]["volatility_reference"])
    neutral: dict[str, dict[str, float]] = {
        "hours": {"volatility": reference, "shortfall": 0.0},
        "tenure": {"tenure": NEUTRAL_TENURE},
        "age": {"age": p.leaving_age_reference},
        "skills": {"qualified": 0, "training": p.leaving_training_reference, "values_match": 0.5},
        "pay": {"pay": outside, "effective_pay": outside},
    }
    found = []
    for part in PARTS:
        rows = market.workers.rows.copy()
        for field, value in neutral.get(part, {}).items():
            rows[field] = value
        if part == "employer":
            rows["strain"], rows["commute"] = 0.0, p.leaving_distance_reference
            providers = market.providers.rows.copy()
            providers["manager_away"], providers["voice"] = 0, 0.0
            providers["manager_quality"], providers["as_employer"] = 0.5, 0.0
            providers["demand"] = np.maximum(providers["demand_slow"], 1.0)  # neither grows nor shrinks
            without = logits_of(market, parameters, policy, workers=rows, providers=providers)
        else:
            without = logits_of(market, parameters, policy, workers=rows)
        found.append(logits - without)
    return np.stack(found)


def _yearly_rate(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leavers a year and post at these annual log-odds: 52 times the weekly chance."""
    return 52.0 * (1.0 - (1.0 + np.exp(logits)) ** (-1.0 / 52.0))
