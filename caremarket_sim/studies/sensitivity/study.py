"""What drives an answer: every method that a sweep's samples allow, for every output that its design asks about.

What has no value is never hidden: SALib turns one nan into indices of zero with intervals of no width. A sample without
a value is left out together with the samples that belong to it, and said; an output that never changes has no indices.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.methods import emulator, indices, screening
from caremarket_sim.methods.emulator import Emulator
from caremarket_sim.methods.indices import Index
from caremarket_sim.methods.noise import noise_of
from caremarket_sim.studies.sensitivity.result import Analysis, Sensitivity
from caremarket_sim.studies.sweep.design_files import Design
from caremarket_sim.studies.sweep.result import Output, Sweep
from caremarket_sim.studies.sweep.study import sweep

FEWEST = 8
"""Blocks (or runs) below which no index is worked out."""

FEWEST_FOR_ANY_SAMPLE = 32
"""Runs below which methods for any sample are not used."""

MOST_FACTORS = 60
"""Factors above which a sample of any kind is screened by rank correlation alone: what else could be worked out would
take minutes an output, and needs many more samples than factors to tell anything."""

MOST_FOR_EMULATOR = 2000
"""Runs above which no emulator is fitted: there is no need of one."""

PRIMARY = {"morris": "mu_star", "saltelli": "ST", "fast": "ST", "grid": "ST"}
"""The measure that ranks factors, by sampler; for others the emulator's if it is trusted, else PAWN's above chance; for
very many factors their partial rank correlation."""

PARTS = (0.125, 0.25, 0.5, 1.0)
"""Shares of the samples at which indices are worked out again, to see whether they have settled."""


def sensitivity(
    of: Sweep | Design | str | Path, *, seed: int | None = None, tell: Callable[[str, int, int], None] | None = None,
    **how: Any,
) -> Sensitivity:  # fmt: skip
    """The indices of a sweep's outputs. A design, or its file, is simulated first (`how`: as `sweep` takes).

    `seed` is for the resampling behind the intervals; the sweep's own when None.
    """
    done = of if isinstance(of, Sweep) else sweep(of, tell=tell, **how)
    asked = done.questions()
    analyses = []
    for number, output in enumerate(asked):
        if tell is not None:
            tell("analysing", number, len(asked))
        analyses.append(analyse(done, output, done.seed if seed is None else seed))
    return Sensitivity(done, tuple(analyses))


def analyse(sweep: Sweep, output: Output, seed: int) -> Analysis:
    """One output's indices, on the mean of each sample's replicates."""
    every = sweep.of(output)
    known = np.asarray(np.isfinite(every).all(axis=1))
    values = np.where(known, np.where(known[:, None], every, 0.0).mean(axis=1), np.nan)
    without = tuple(int(place) + 1 for place in np.flatnonzero(~known))
    sampler, count = sweep.sampler, len(sweep.factors)
    block = sampler.block(count)
    kept = np.repeat(known.reshape(-1, block).all(axis=1), block)
    if sampler.method == "grid" and not known.all():
        kept[:] = False
    rows = np.flatnonzero(kept)
    facts: dict[str, Any] = {
        "output": output,
        "used": len(rows),
        "left_out": len(kept) - len(rows),
        "without": without,
        "mean": float(np.mean(values[known])) if known.any() else float("nan"),
        "spread": float(np.std(values[known])) if known.any() else float("nan"),
        "noise": noise_of(every[known]),
    }
    note = _why_not(sampler.method, values[rows], len(rows) // block)
    if note:
        return Analysis(indices=(), primary=PRIMARY.get(sampler.method, ""), note=note, **facts)
    if screened(sweep):
        seen = screening.screen(sweep.coordinates[rows], values[rows])
        return Analysis(indices=tuple(seen.indices()), primary=screening.PARTIAL, note="", screen=seen, **facts)
    found, fitted = _indices(sweep, values, rows, seed)
    primary = PRIMARY.get(sampler.method) or (
        "emulator ST" if fitted is not None and fitted.trusted else "PAWN" + indices.ABOVE_CHANCE
    )
    course = tuple(_course(sweep, values, rows, primary, seed))
    return Analysis(indices=tuple(found), primary=primary, note="", emulator=fitted, course=course, **facts)


def screened(sweep: Sweep) -> bool:
    """Whether a sweep has too many factors for anything but a screening by rank correlation."""
    return sweep.sampler.method not in PRIMARY and len(sweep.factors) > MOST_FACTORS


def _why_not(method: str, values: NDArray[np.float64], blocks: int) -> str:
    """Why no index can be worked out; empty if one can."""
    if method == "grid" and not blocks:
        return "a full grid is needed, and some of its samples have no value"
    fewest = {"fast": 2, "grid": 2, "morris": 2, "saltelli": FEWEST}.get(method, FEWEST_FOR_ANY_SAMPLE)
    if blocks < fewest:
        return (
            f"too few samples have a value ({blocks}, with those that belong together counted as one; {fewest} needed)"
        )
    if np.ptp(values) <= 1e-12 * max(1e-300, float(np.abs(values).max())):
        return f"the output is the same at every sample ({values[0]:g}), so nothing drives it"
    return ""


def _indices(
    sweep: Sweep, values: NDArray[np.float64], rows: NDArray[np.int64], seed: int, primary: str | None = None
) -> tuple[list[Index], Emulator | None]:
    """Every index that the sampler allows, or those of the method that a primary measure belongs to."""
    sampler, count = sweep.sampler, len(sweep.factors)
    block, found = sampler.block(count), []
    points, output = sweep.coordinates[rows], values[rows]
    if sampler.method == "morris":
        return indices.morris(points, output, sampler.levels, seed), None
    if sampler.method == "fast":
        return indices.fast(output, count, len(rows) // block, seed), None
    if sampler.method == "grid":
        return indices.factorial(output, [len(factor.levels) or sampler.steps for factor in sweep.factors]), None
    if sampler.method == "saltelli":
        found += indices.sobol(output, count, sampler.second_order, seed)
        if primary is not None:
            return found, None
        ends = np.arange(len(rows)) % block
        alone = (ends == 0) | (ends == block - 1)  # the others share most of their coordinates with these
    else:
        alone = np.ones(len(rows), bool)
    if alone.sum() >= FEWEST_FOR_ANY_SAMPLE and np.ptp(output[alone]) > 0 and primary != "emulator ST":
        found += indices.pawn(points[alone], output[alone], seed)
        if primary is None:
            found += indices.delta(points[alone], output[alone], seed)
            found += indices.rbd_fast(points[alone], output[alone], seed)
    fitted = None
    if primary == "emulator ST" or (primary is None and len(rows) <= MOST_FOR_EMULATOR):
        levels = [len(factor.levels) for factor in sweep.factors]
        fitted = emulator.fit(points, output, seed, levels=levels, block=block)
        found += fitted.indices()
    return found, fitted


def _course(
    sweep: Sweep, values: NDArray[np.float64], rows: NDArray[np.int64], primary: str, seed: int
) -> list[tuple[int, tuple[Index, ...]]]:
    """The primary measure on the first eighth of the blocks, the first quarter, half, and all of them."""
    if sweep.sampler.method == "grid":
        return []
    block = sweep.sampler.block(len(sweep.factors))
    course = []
    for part in PARTS:
        blocks = int(len(rows) // block * part)
        some = rows[: blocks * block]
        if _why_not(sweep.sampler.method, values[some], blocks):
            continue
        found, _ = _indices(sweep, values, some, seed, primary)
        course.append((len(some), tuple(one for one in found if one.measure == primary)))
    return course
