"""Does a place stand still? Five years of no policy at prices held, against the year before the start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BOUNDS: dict[str, tuple[str, float]] = {
    "contracted_providers": ("relative", 0.10),
    "private_providers": ("relative", 0.10),
    "people_receiving": ("relative", 0.10),
    "headcount": ("relative", 0.10),
    "travel_share": ("relative", 0.10),
    "zero_hours_share": ("relative", 0.10),
    "turnover": ("relative", 0.10),
    "median_margin": ("absolute", 0.01),
    "largest_share": ("absolute", 0.03),
    "people_waiting": ("waiting", 10.0),
}
"""How far the mean over seeds of each quantity may move from the year before the start to the fifth year: relative,
absolute, or for people waiting |t| < 2 or fewer than ten people."""

FUTURES = tuple(range(1000, 1020))
"""Seeds on which it is asked. The queue is skewed, and what it does on twenty futures is partly the luck of those
twenty, whatever the parameters; so places and draws are asked on the same ones."""


def judge(values: NDArray[np.float64], doubt: float = 0.0) -> list[tuple[str, float, float, float, bool]]:
    """For each bounded quantity: mean at the start, at the end, what it moved by, and whether that is in bounds.

    `values` is (seed, year, quantity), the first year the one before the start, quantities in the order of BOUNDS (more
    may follow). With `doubt` it must have moved so many standard errors beyond its bound to count as moving: on few
    seeds, which share their luck with those of every other draw, less proves nothing.
    """
    verdicts = []
    for k, (name, (kind, bound)) in enumerate(BOUNDS.items()):
        start, end = values[:, 0, k], values[:, -1, k]
        scale = float(start.mean()) if kind == "relative" and start.any() else 1.0
        moved = (end.mean() - start.mean()) / scale
        error = (end - start).std(ddof=1) / np.sqrt(len(start)) / scale if len(start) > 1 else np.inf
        still = abs(moved) < bound + (doubt * error if doubt else 0.0)
        if kind == "waiting":
            still = still or abs(moved) / (error + 1e-12) < 2.0
        verdicts.append((name, float(start.mean()), float(end.mean()), float(moved), bool(still)))
    return verdicts
