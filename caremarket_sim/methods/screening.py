"""Which of very many factors go with an output: partial rank correlation, for few samples.

Of each factor the rank correlation with the output (Spearman), given the few strongest others, which are found one by
one first (stepwise rank regression, Iman and Conover 1979; Helton and Davis 2003). There is a test a factor, and of
those found no more than a share is luck (Benjamini and Hochberg 1995). What a rank correlation cannot see: what
lifts the output in one half of its range as much as it lowers it in the other, or that acts only through others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr
from scipy.stats import rankdata

from caremarket_sim.methods.indices import NORMAL_95, Index

Values = NDArray[np.float64]

PARTIAL, PLAIN = "partial rank correlation", "rank correlation"
FALSE_SHARE = 0.05
"""Share of the factors that are found which may be found by luck, on average."""
POWER = 0.8
"""How often a factor must be found for it to be said that such a sample finds it."""
SAMPLES_A_HELD = 20
"""Fewest samples for each strong factor that is held: others are looked at given these."""
RANKS_WIDER = 1.03
"""Standard error of a rank correlation's Fisher transform over that of a correlation's (Fieller 1957)."""


@dataclass(frozen=True)
class Screen:
    """What a screening of one output found, an entry a factor: `partial` and `plain` rank correlations with 95%
    intervals (`low`, `high`, of the partial), `p` two-sided, `adjusted` for that there are many factors; `held` are the
    places of the strong ones that the others are looked at beside."""

    partial: Values
    plain: Values
    low: Values
    high: Values
    p: Values
    adjusted: Values
    held: tuple[int, ...]
    samples: int

    @property
    def found(self) -> NDArray[np.bool_]:
        """Which factors go with the output, but for a share that luck finds."""
        return self.adjusted <= FALSE_SHARE

    @property
    def smallest_found(self) -> float:
        """The partial rank correlation of a single factor that such a sample finds four times in five."""
        return smallest_found(self.samples, len(self.p), len(self.held))

    def indices(self) -> list[Index]:
        """Partial correlations with their intervals, and plain ones, as the indices of other methods are."""
        beside = [Index(PLAIN, place, float(value)) for place, value in enumerate(self.plain)]
        bounds = zip(self.partial, self.low, self.high, strict=True)
        return [
            Index(PARTIAL, place, float(value), float(low), float(high))
            for place, (value, low, high) in enumerate(bounds)
        ] + beside


def screen(coordinates: Values, output: Values) -> Screen:
    """Screen every column of (sample, factor) coordinates for one output that varies."""
    samples, count = coordinates.shape
    columns, ranks = _of_unit_length(rankdata(coordinates, axis=0)), _of_unit_length(rankdata(output))
    plain = columns.T @ ranks
    held, partial = _strongest(columns, ranks)
    freedom = np.full(count, samples - 2 - len(held))
    if held:
        together = np.linalg.pinv(np.corrcoef(np.column_stack([ranks, columns[:, held]]), rowvar=False))
        partial[held] = -together[0, 1:] / np.sqrt(together[0, 0] * np.diag(together)[1:])
        freedom[held] += 1
    p = p_values(partial, freedom)
    reach = NORMAL_95 * RANKS_WIDER / np.sqrt(freedom - 1)
    centre = np.arctanh(np.clip(partial, -1.0 + 1e-12, 1.0 - 1e-12))
    low, high = np.tanh(centre - reach), np.tanh(centre + reach)
    return Screen(partial, plain, low, high, p, false_discovery(p), tuple(held), samples)


def _strongest(columns: Values, ranks: Values) -> tuple[list[int], Values]:
    """The strongest factors one by one, each given those before it, for as long as luck among all of them would hardly
    give one as strong; and every factor's correlation with the output given these."""
    samples, count = columns.shape
    left, rest, held = columns.copy(), ranks.copy(), list[int]()
    while True:
        lengths = np.sqrt(np.einsum("ij,ij->j", left, left))
        known = lengths > 1e-6
        with np.errstate(divide="ignore", invalid="ignore"):
            given = np.where(known, left.T @ rest / (lengths * np.linalg.norm(rest)), 0.0)
        given = np.clip(np.nan_to_num(given), -1.0, 1.0)
        if (len(held) + 1) * SAMPLES_A_HELD > samples:
            return held, given
        best = int(np.abs(given).argmax())
        if p_values(given[best], np.array(samples - 2 - len(held))) * count > FALSE_SHARE:
            return held, given
        held.append(best)
        direction = left[:, best] / lengths[best]
        rest = rest - direction * (direction @ rest)
        left = left - np.outer(direction, direction @ left)
        left[:, held] = 0.0


def p_values(correlations: Values, freedom: Values) -> Values:
    """Two-sided p values of correlations by Student's t, which ranks in a random order follow closely."""
    with np.errstate(divide="ignore"):
        t = np.abs(correlations) * np.sqrt(freedom / np.maximum(1.0 - np.square(correlations), 1e-300))
    return np.asarray(2.0 * stdtr(freedom, -t))


def false_discovery(p: Values) -> Values:
    """P values adjusted so that, held to a level, no more than that share of what is found is luck, on average."""
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def smallest_found(samples: int, factors: int, held: int = 0) -> float:
    """The partial rank correlation, in size, that a sample finds with `POWER` where no other factor is found."""
    needed = -ndtri(FALSE_SHARE / factors / 2.0) + ndtri(POWER)
    return float(np.tanh(RANKS_WIDER * needed / np.sqrt(max(samples - held - 3, 1))))


def _of_unit_length(ranks: Values) -> Values:
    """Ranks less their mean, of length 1; nothing where all are alike."""
    centred = ranks - ranks.mean(axis=0)
    return centred / np.maximum(np.linalg.norm(centred, axis=0), 1e-300)
