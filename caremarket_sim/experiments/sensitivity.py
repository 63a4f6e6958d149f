"""What drives an answer: every method that a sweep's samples allow, for every output that its design asks about.

What has no value is never hidden: SALib turns one nan into indices of zero with intervals of no width. A sample without
a value is left out together with the samples that belong to it, and said; an output that never changes has no indices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.experiments import emulator, indices
from caremarket_sim.experiments.design_files import Design
from caremarket_sim.experiments.emulator import Emulator
from caremarket_sim.experiments.factors import units_of
from caremarket_sim.experiments.frames import described
from caremarket_sim.experiments.indices import Index
from caremarket_sim.experiments.noise import Noise, noise_of
from caremarket_sim.experiments.sweep import Output, Sweep, sweep

FEWEST = 8
"""Blocks (or runs) below which no index is worked out."""

FEWEST_FOR_ANY_SAMPLE = 32
"""Runs below which methods for any sample are not used."""

MOST_FOR_EMULATOR = 2000
"""Runs above which no emulator is fitted: there is no need of one."""

PRIMARY = {"morris": "mu_star", "saltelli": "ST", "fast": "ST", "grid": "ST"}
"""The measure that ranks factors, by sampler; for others the emulator's if it is trusted, else PAWN's above chance."""

PARTS = (0.125, 0.25, 0.5, 1.0)
"""Shares of the samples at which indices are worked out again, to see whether they have settled."""


@dataclass(frozen=True)
class Analysis:
    """One output's indices. `note` says why there are none; `left_out` counts samples not used, `without` names those
    that have no value (counted from 1); `primary` is the measure that ranks the factors."""

    output: Output
    indices: tuple[Index, ...]
    primary: str
    used: int
    left_out: int
    without: tuple[int, ...]
    note: str
    mean: float
    spread: float
    noise: Noise | None
    emulator: Emulator | None = None
    course: tuple[tuple[int, tuple[Index, ...]], ...] = ()

    def ranked(self) -> list[Index]:
        """The primary measure's indices, the largest first; equal ones in the order of the factors."""
        own = [one for one in self.indices if one.measure == self.primary]
        return sorted(own, key=lambda one: -one.value)


@dataclass(frozen=True)
class Sensitivity:
    """The indices of every output of a sweep.

    `frame()` has them all, `ranking()` the measure that ranks; `convergence()`, `noise()` and `missing()` say how far
    they can be trusted; `summary()` says it in words; `plot()` draws an output.
    """

    sweep: Sweep
    analyses: tuple[Analysis, ...] = field(repr=False)

    def of(self, indicator: str, scenario: str | None = None) -> Analysis:
        """The first analysis of an indicator, or that of one scenario's. Raises BadInput if there is none."""
        for one in self.analyses:
            if one.output.indicator == indicator and scenario in (None, one.output.scenario):
                return one
        asked = dict.fromkeys((one.output.indicator, one.output.scenario) for one in self.analyses)
        if indicator in {name for name, _ in asked}:
            right = suggestion(str(scenario), [other for name, other in asked if name == indicator])
            raise BadInput(Problem(f"{indicator} was not asked about in {scenario!r}", right=right))
        right = suggestion(indicator, dict.fromkeys(name for name, _ in asked))
        raise BadInput(Problem(f"the design does not ask about {indicator!r}", right=right))

    def frame(self) -> pd.DataFrame:
        """Every index of every output, tidy: one a row, with its 95% interval."""
        rows = [row for one in self.analyses for row in self._rows(one, one.indices)]
        return self._described(rows, _COLUMNS)

    def ranking(self) -> pd.DataFrame:
        """Every factor of every output by the measure that ranks, strongest first; `clear`: the interval is over 0."""
        rows = []
        for one in self.analyses:
            for rank, row in enumerate(self._rows(one, one.ranked()), start=1):
                rows.append({"rank": rank, **row, "clear": row["low"] > 0})
        return self._described(rows, ["rank", *_COLUMNS, "clear"])

    def convergence(self) -> pd.DataFrame:
        """The ranking measure worked out on the first part of the samples, and on more and more of them."""
        rows = []
        for one in self.analyses:
            for samples, found in one.course:
                rows += [{"samples": samples, **row} for row in self._rows(one, found)]
        return self._described(rows, ["samples", *_COLUMNS])

    def noise(self) -> pd.DataFrame:
        """How much of each output's variance comes from the factors, and how much from chance."""
        rows = []
        for one in self.analyses:
            if one.noise is not None:
                found = one.noise
                rows.append(
                    {
                        **_named(one.output),
                        "replicates": self.sweep.replicates,
                        "variance": found.total,
                        "factors_share": found.factors,
                        "shared_chance_share": found.shared,
                        "own_chance_share": found.own,
                        "chance_in_means": found.in_means,
                    }
                )
        return self._described(rows, _NOISE)

    def missing(self) -> pd.DataFrame:
        """Outputs with samples that have no value: which, and how many were left out with them."""
        rows = [
            {
                **_named(one.output),
                "samples": len(self.sweep.values),
                "without_value": len(one.without),
                "left_out": one.left_out,
                "used": one.used,
                "which": " ".join(map(str, one.without[:50])),
                "note": one.note,
            }
            for one in self.analyses
            if one.without or one.note
        ]
        return self._described(rows, _MISSING)

    def emulators(self) -> pd.DataFrame:
        """Each output's emulator: its error on runs held out, and whether it is trusted to rank factors."""
        rows = [
            {
                **_named(one.output),
                "runs": one.emulator.runs,
                "terms": len(one.emulator.degrees),
                "variance_explained_on_held_out_runs": one.emulator.holdout,
                "error_on_held_out_runs": one.emulator.holdout_error,
                "trusted": one.emulator.trusted,
            }
            for one in self.analyses
            if one.emulator is not None
        ]
        return self._described(rows, _EMULATORS)

    def summary(self) -> list[str]:
        """What drives each output, in plain words."""
        from caremarket_sim.reporting.sensitivity_words import sentences

        return sentences(self)

    def plot(self, what: str = "bars", indicator: str | None = None, scenario: str | None = None):
        """A matplotlib figure of one output: bars (tornado), morris, convergence or scatter."""
        from caremarket_sim.reporting.sensitivity_figures import figure

        one = self.analyses[0] if indicator is None else self.of(indicator, scenario)
        return figure(what, self, one)

    def _repr_html_(self) -> str:
        from caremarket_sim.reporting.sweep_tables import sensitivity_html

        return sensitivity_html(self)

    def _described(self, rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
        return described(pd.DataFrame(rows, columns=columns), units_of(self.sweep.factors), SAMPLING)

    def _rows(self, one: Analysis, found: Sequence[Index]) -> list[dict[str, Any]]:
        names = [factor.name for factor in self.sweep.factors]
        return [
            {
                **_named(one.output),
                "measure": index.measure,
                "factor": names[index.factor],
                "with_factor": "" if index.other is None else names[index.other],
                "value": index.value,
                "low": index.low,
                "high": index.high,
            }
            for index in found
        ]


SAMPLING = "intervals: what another set of samples could give"
"""What the intervals of indices cover."""

_COLUMNS = ["indicator", "scenario", "reference", "measure", "factor", "with_factor", "value", "low", "high"]
_NOISE = ["indicator", "scenario", "reference", "replicates", "variance", "factors_share", "shared_chance_share",
          "own_chance_share", "chance_in_means"]  # fmt: skip
_MISSING = ["indicator", "scenario", "reference", "samples", "without_value", "left_out", "used", "which", "note"]
_EMULATORS = ["indicator", "scenario", "reference", "runs", "terms", "variance_explained_on_held_out_runs",
              "error_on_held_out_runs", "trusted"]  # fmt: skip


def _named(output: Output) -> dict[str, str]:
    return {"indicator": output.indicator, "scenario": output.scenario, "reference": output.reference or ""}


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
    found, fitted = _indices(sweep, values, rows, seed)
    primary = PRIMARY.get(sampler.method) or (
        "emulator ST" if fitted is not None and fitted.trusted else "PAWN" + indices.ABOVE_CHANCE
    )
    course = tuple(_course(sweep, values, rows, primary, seed))
    return Analysis(indices=tuple(found), primary=primary, note="", emulator=fitted, course=course, **facts)


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
