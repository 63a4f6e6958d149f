"""Every policy at the reference's budget: the fee level at which the council spends the same, on the same futures.

A policy that pays better fees buys its outcomes partly with money. To see what the way of commissioning does by itself,
each scenario's fee level is moved until the council's mean spend equals the reference's, and all is compared again.
Spend is that of the weeks that verdicts go by, in which all scenarios are in force.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np
import pandas as pd

from caremarket_sim.findings import frames
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import paired_difference
from caremarket_sim.policy import LEVERS
from caremarket_sim.runs.design import Sample, Task, gather, play_all
from caremarket_sim.runs.work import How
from caremarket_sim.scenario import Scenario

LEVER = "fee.level"
SPEND = list(INDICATORS).index("council_spend")
WITHIN = 0.005
"""Share of the reference's spend within which budgets count as equal."""
AIM = 0.002
"""Share of the reference's spend at which the search stops."""
FINEST = 0.0005
"""Fee levels closer than this are not told apart; where spend jumps between them there is no solution."""
MOST_STEPS = 14

LOWEST, WRITTEN, HIGHEST, TRIED, SOLVED = "lowest", "as written", "highest", "tried", "solved"


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee level that was tried: its sample, and the council's spend over the reference's, £ a year."""

    level: float
    sample: Sample
    gap: float


@dataclass(frozen=True, slots=True)
class Solution:
    """What the search for one scenario found. `solved` is None where no fee within bounds spends the same."""

    scenario: str
    written: Fee
    lowest: Fee
    highest: Fee
    others: tuple[Fee, ...]
    solved: Fee | None
    sentence: str


def solve(
    samples: Mapping[str, Sample],
    reference: str,
    seeds: Sequence[int],
    **how: Unpack[How],
) -> list[Solution]:
    """The fee level of each other scenario at which the council spends what it does in the reference.

    `seeds` holds the seed of each replicate in order; samples may lack some. The bounds are the lever's own.
    """
    base = samples[reference]
    bounds = LEVERS[LEVER].bounds
    assert bounds is not None
    others = [sample for name, sample in samples.items() if name != reference]

    def at(levels: Sequence[tuple[Scenario, float]]) -> list[Fee]:
        variants = [scenario.with_levers({LEVER: level}).named(f"{i}") for i, (scenario, level) in enumerate(levels)]
        tasks = [Task(seeds[replicate - 1], tuple(variants), base.in_force) for replicate in base.replicates]
        results = play_all(tasks, **how)
        found, _ = gather(tasks, results)
        return [
            _fee(level, _numbered(found[str(i)], base, scenario), base) for i, (scenario, level) in enumerate(levels)
        ]

    ends = iter(at([(sample.scenario, bound) for sample in others for bound in bounds]))
    return [_solve_one(sample, base, next(ends), next(ends), at) for sample in others]


def _solve_one(sample: Sample, base: Sample, lowest: Fee, highest: Fee, at: Callable) -> Solution:
    from scipy.optimize import brentq

    name = sample.scenario.name
    spend = float(_spend(base).mean())
    written = _fee(float(sample.scenario.levers_at(0)[LEVER]), sample, base)  # type: ignore[arg-type]
    known = {fee.level: fee for fee in (lowest, written, highest)}

    def gap(level: float) -> float:
        if level not in known:
            known[level] = at([(sample.scenario, level)])[0]
        found = known[level].gap
        return 0.0 if abs(found) <= AIM * spend else found

    around = None
    ordered = sorted(known)
    for below, above in zip(ordered, ordered[1:], strict=False):
        if gap(below) * gap(above) <= 0:
            around = (below, above)
            break
    if around is not None:
        brentq(gap, *around, xtol=FINEST, maxiter=MOST_STEPS, disp=False)
    nearest = min(known.values(), key=lambda fee: abs(fee.gap))
    solved = nearest if abs(nearest.gap) <= WITHIN * spend else None
    others = tuple(fee for fee in known.values() if fee not in (lowest, written, highest, solved))
    return Solution(name, written, lowest, highest, others, solved, _sentence(name, solved, around, nearest, spend))


def _sentence(name: str, solved: Fee | None, around: tuple[float, float] | None, nearest: Fee, spend: float) -> str:
    low, high = LEVERS[LEVER].bounds or (np.nan, np.nan)
    if solved is not None:
        return (
            f"{name} costs the council the same at a fee level of {solved.level:.4g} times the place's fee "
            f"({round(solved.gap / spend, 4) + 0.0:+.2%} of the reference's spend)."
        )
    if around is None:
        side = "more" if nearest.gap > 0 else "less"
        return (
            f"{name}: no fee level from {low:g} to {high:g} brings its cost to the reference's; the council spends "
            f"{side} at every one that was tried (nearest: {nearest.gap / spend:+.1%} at {nearest.level:.4g})."
        )
    return (
        f"{name}: no fee level was found at which it costs the same; spend jumps past the reference's near "
        f"{nearest.level:.4g} (nearest: {nearest.gap / spend:+.1%})."
    )


def _fee(level: float, sample: Sample, base: Sample) -> Fee:
    paired = paired_difference(*_paired(base, sample))
    return Fee(level, sample, float(paired.difference))


def _paired(base: Sample, sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    both = [replicate for replicate in base.replicates if replicate in sample.replicates]
    return _spend(base.only(both)), _spend(sample.only(both))


def _spend(sample: Sample) -> np.ndarray:
    """The council's spend in each future, £ a year, in the weeks that verdicts go by."""
    return sample.period(sample.periods.verdicts)[:, SPEND]


def _numbered(found: Sample, base: Sample, scenario: Scenario) -> Sample:
    """The sample under its scenario's name and with the replicates' own numbers."""
    numbers = tuple(base.replicates[replicate - 1] for replicate in found.replicates)
    return replace(found, scenario=found.scenario.named(scenario.name), replicates=numbers)


def fees_table(solutions: Sequence[Solution], base: Sample) -> pd.DataFrame:
    """The council's spend, £ a year, at every fee that was tried: the bounds, as written, on the way to a solution."""
    rows = []
    for solution in solutions:
        named = [(LOWEST, solution.lowest), (WRITTEN, solution.written), (HIGHEST, solution.highest)]
        named += [(TRIED, fee) for fee in solution.others]
        named += [(SOLVED, solution.solved)] if solution.solved else []
        for role, fee in named:
            paired = paired_difference(*_paired(base, fee.sample))
            rows.append(
                {
                    "scenario": solution.scenario,
                    "fee": role,
                    "fee_level": fee.level,
                    "council_spend": float(paired.mean),
                    "difference": float(paired.difference),
                    "low": float(paired.low),
                    "high": float(paired.high),
                    "share_of_reference": float(paired.difference / paired.reference_mean),
                    "replicates": int(paired.replicates),
                    "sentence": solution.sentence,
                }
            )
    return pd.DataFrame(rows)


def differences_table(solutions: Sequence[Solution], reference: str, base: Sample) -> pd.DataFrame:
    """Every scenario at its solved fee against the reference, as in the table of differences; empty if none solved."""
    parts = []
    for solution in solutions:
        if solution.solved is None:
            continue
        both = [replicate for replicate in base.replicates if replicate in solution.solved.sample.replicates]
        pair = {reference: base.only(both), solution.scenario: solution.solved.sample.only(both)}
        parts.append(frames.differences(pair, reference).assign(fee_level=solution.solved.level))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
