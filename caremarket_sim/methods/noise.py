"""How much of an output's variance over a sweep is the factors' doing, and how much is chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Noise:
    """Shares of the variance of single runs, and of chance in the means that are analysed.

    `factors`: the means of samples differ. `shared`: some futures lie higher at every sample; all samples have the
    same futures, so that it cancels between them. `own`: chance that differs from sample to sample, which looks like
    an interaction of all factors. `in_means`: its share of the variance of the samples' means.
    """

    total: float
    factors: float
    shared: float
    own: float
    in_means: float


def noise_of(values: NDArray[np.float64]) -> Noise | None:
    """Analysis of variance of (sample, replicate) without gaps; None with a single replicate, sample or value.

    Expected mean squares of a two-way layout with random effects; a component that comes out negative counts as 0.
    """
    samples, replicates = values.shape
    if samples < 2 or replicates < 2 or np.ptp(values) == 0.0:
        return None
    centre = values.mean()
    of_sample, of_replicate = values.mean(axis=1), values.mean(axis=0)
    left = values - of_sample[:, None] - of_replicate + centre
    between = replicates * float(np.sum((of_sample - centre) ** 2)) / (samples - 1)
    across = samples * float(np.sum((of_replicate - centre) ** 2)) / (replicates - 1)
    own = float(np.sum(left**2)) / ((samples - 1) * (replicates - 1))
    factors = max(0.0, (between - own) / replicates)
    shared = max(0.0, (across - own) / samples)
    total = factors + shared + own
    return Noise(total, factors / total, shared / total, own / total, min(1.0, own / between) if between > 0 else 1.0)
