"""In which futures a policy stops paying off, and what is lost by choosing it: discovery and regret over a sweep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.prim import discover
from caremarket_sim.studies.explore.result import FEWEST, Discovery, Exploration
from caremarket_sim.studies.sweep.result import Output, Sweep

SPLITS = 10
"""Times that half of the samples find a box and the other half test it."""


def explore(
    sweep: Sweep,
    *,
    indicator: str | None = None,
    scenario: str | None = None,
    threshold: float | None = None,
    below: bool | None = None,
) -> Exploration:
    """Find the futures in which a scenario stops paying off.

    Of a difference from the reference that is where it is not better by more than `threshold` (0 when None). Of a level
    it is where it is not better than `threshold`, which must be given. `below`: failing is below the threshold (True)
    or above (False), whatever way the indicator counts; needed where neither way is better. Raises BadInput for names
    that are not in the sweep.
    """
    outputs = _chosen(sweep, indicator, scenario)
    points = points_of(sweep)
    unordered = [place for place, factor in enumerate(sweep.factors) if not factor.numeric]
    found = []
    for output in outputs:
        values = sweep.of(output).mean(axis=1)
        known = np.isfinite(values)
        line, fails = _failing(output, values, known, threshold, below)
        enough = known.sum() >= FEWEST
        boxes = tuple(discover(points[known], fails[known], unordered)) if enough else ()
        held_out = _held_out(points[known], fails[known], unordered, sweep.seed) if boxes else (np.nan, np.nan)
        found.append(Discovery(output, line, known, fails, boxes, held_out))
    return Exploration(sweep, points, tuple(found))


def points_of(sweep: Sweep) -> NDArray[np.float64]:
    """The samples as numbers (sample, factor): values, or positions among levels that are no numbers."""
    columns = [factor.column([row[place] for row in sweep.values]) for place, factor in enumerate(sweep.factors)]
    return np.stack(columns, axis=1)


def _chosen(sweep: Sweep, indicator: str | None, scenario: str | None) -> list[Output]:
    """The outputs to explore. An indicator that was not asked about but is there is explored all the same."""
    problems = []
    if indicator is not None and indicator not in sweep.indicators:
        problems.append(
            Problem(f"there is no indicator {indicator!r} here", right=suggestion(indicator, sweep.indicators))
        )
    if scenario is not None and scenario not in sweep.scenarios:
        problems.append(Problem(f"there is no scenario {scenario!r} here", right=suggestion(scenario, sweep.scenarios)))
    if scenario is not None and scenario == sweep.reference:
        others = ", ".join(one for one in sweep.scenarios if one != scenario)
        problems.append(Problem(f"{scenario} is the reference", right=f"name one of: {others}"))
    if problems:
        raise BadInput(problems)
    others = [one for one in sweep.scenarios if one != sweep.reference and scenario in (None, one)]
    directed = [name for name in sweep.asked if name not in INDICATORS or INDICATORS[name].better != "neither"]
    return [Output(one, name, sweep.reference) for name in ([indicator] if indicator else directed) for one in others]


def _failing(
    output: Output, values: NDArray[np.float64], known: NDArray[np.bool_], threshold: float | None, below: bool | None
) -> tuple[float, NDArray[np.bool_]]:
    """The line, and which samples fail it."""
    better = INDICATORS[output.indicator].better if output.indicator in INDICATORS else "neither"
    if below is None and better == "neither":
        right = "say which way is failing: below or above the threshold"
        raise BadInput(Problem(f"{output.indicator} has no better and worse", right=right))
    if threshold is None and output.reference is None:
        right = "give the level that it must reach as threshold"
        raise BadInput(Problem(f"{output.indicator} of {output.scenario} alone is neither good nor bad", right=right))
    upward = better == "higher" if below is None else below
    line = threshold or 0.0
    if output.reference is not None and below is None and not upward:
        line = -line  # better by `threshold` is lower by it
    with np.errstate(invalid="ignore"):
        missed = values <= line if upward else values >= line
    return line, known & missed


def _held_out(
    points: NDArray[np.float64], fails: NDArray[np.bool_], unordered: Sequence[int], seed: int
) -> tuple[float, float]:
    """Mean coverage and density on one half of the samples of the first box found on the other half."""
    rng = np.random.default_rng([seed, 5])
    coverages, densities = [], []
    for _ in range(SPLITS):
        order = rng.permutation(len(points))
        one, other = order[: len(order) // 2], order[len(order) // 2 :]
        found = discover(points[one], fails[one], unordered, most_boxes=1)
        inside = found[0].box.holds(points[other]) if found else np.zeros(len(other), bool)
        hits = int((inside & fails[other]).sum())
        coverages.append(hits / max(1, int(fails[other].sum())))
        if inside.any():
            densities.append(hits / int(inside.sum()))
    return float(np.mean(coverages)), float(np.mean(densities)) if densities else float("nan")
