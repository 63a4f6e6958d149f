"""In which futures a policy stops paying off, and what is lost by choosing it: discovery and regret over a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.experiments.factors import units_of
from caremarket_sim.experiments.frames import described
from caremarket_sim.experiments.prim import Box, Found, discover
from caremarket_sim.experiments.sweep import Output, Sweep
from caremarket_sim.indicators import INDICATORS

SPLITS = 10
"""Times that half of the samples find a box and the other half test it."""

FEWEST = 20
"""Samples with a value below which no box is looked for."""


@dataclass(frozen=True)
class Discovery:
    """Where one output fails. `fails` marks samples (those in `known` alone have a value); `boxes` describe them.

    `held_out` is the coverage and density of boxes found on half of the samples, measured on the other half.
    """

    output: Output
    threshold: float
    known: NDArray[np.bool_]
    fails: NDArray[np.bool_]
    boxes: tuple[Found, ...]
    held_out: tuple[float, float]

    @property
    def share(self) -> float:
        """Share of the samples with a value that fail."""
        return float(self.fails[self.known].mean()) if self.known.any() else float("nan")


@dataclass(frozen=True)
class Exploration:
    """What `explore` found: `frame()` has the boxes' limits, `regret()` what each policy loses; `summary()` says it."""

    sweep: Sweep
    points: NDArray[np.float64]
    discoveries: tuple[Discovery, ...]

    def frame(self) -> pd.DataFrame:
        """Every limit of every box, one a row, with the box's coverage and density."""
        rows: list[dict[str, Any]] = []
        for one in self.discoveries:
            for number, found in enumerate(one.boxes, start=1):
                box = found.box
                for column in box.columns:
                    low, high = box.limits.get(column, (float("nan"), float("nan")))
                    rows.append(
                        {
                            "indicator": one.output.indicator,
                            "scenario": one.output.scenario,
                            "reference": one.output.reference or "",
                            "threshold": one.threshold,
                            "failing_share": one.share,
                            "box": number,
                            "factor": self.sweep.factors[column].name,
                            "low": low,
                            "high": high,
                            "values": " ".join(str(value) for value in self.values(column, box)),
                            "coverage": box.coverage,
                            "density": box.density,
                            "mass": box.mass,
                            "p_value": box.p_values.get(column, float("nan")),
                            "held_out_coverage": one.held_out[0] if number == 1 else float("nan"),
                            "held_out_density": one.held_out[1] if number == 1 else float("nan"),
                        }
                    )
        return described(pd.DataFrame(rows, columns=_COLUMNS), units_of(self.sweep.factors))

    def values(self, column: int, box: Box) -> list[Any]:
        """The values of an unordered factor that lie in a box; none for a factor with limits."""
        levels = self.sweep.factors[column].levels
        return [levels[int(place)] for place in box.allowed.get(column, ())]

    def regret(self) -> pd.DataFrame:
        """What each scenario loses, sample by sample, against the best of all scenarios at that sample."""
        return described(pd.DataFrame(_regrets(self.sweep), columns=_REGRET))

    def course(self) -> pd.DataFrame:
        """Coverage and density of every box on the way of peeling."""
        rows = [
            {
                "indicator": one.output.indicator,
                "scenario": one.output.scenario,
                "box": number,
                "step": step,
                "coverage": box.coverage,
                "density": box.density,
                "mass": box.mass,
                "limited": len(box.columns),
            }
            for one in self.discoveries
            for number, found in enumerate(one.boxes, start=1)
            for step, box in enumerate(found.course)
        ]
        columns = ["indicator", "scenario", "box", "step", "coverage", "density", "mass", "limited"]
        return described(pd.DataFrame(rows, columns=columns))

    def summary(self) -> list[str]:
        """When each policy stops paying off, and which one has the least regret, in plain words."""
        from caremarket_sim.reporting.explore_words import sentences

        return sentences(self)

    def plot(self, what: str = "boxes", indicator: str | None = None, scenario: str | None = None):
        """A matplotlib figure: `boxes` or `peeling` of one discovery (the first with a box), or `regret` of all."""
        from caremarket_sim.reporting.explore_figures import figure

        return figure(what, self, indicator, scenario)

    def _repr_html_(self) -> str:
        from caremarket_sim.reporting.sweep_tables import exploration_html

        return exploration_html(self)


_COLUMNS = ["indicator", "scenario", "reference", "threshold", "failing_share", "box", "factor", "low", "high",
            "values", "coverage", "density", "mass", "p_value", "held_out_coverage", "held_out_density"]  # fmt: skip
_REGRET = ["indicator", "unit", "scenario", "samples", "best_share", "mean_regret", "p90_regret", "largest_regret",
           "largest_in_smallest_that_matter"]  # fmt: skip


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


def _regrets(sweep: Sweep) -> list[dict[str, Any]]:
    rows = []
    for name in sweep.asked:
        indicator = INDICATORS.get(name)
        if indicator is None or indicator.better == "neither" or len(sweep.scenarios) < 2:
            continue
        levels = np.stack([sweep.of(Output(one, name)).mean(axis=1) for one in sweep.scenarios], axis=1)
        levels = levels[np.isfinite(levels).all(axis=1)]
        if not len(levels):
            continue
        gains = levels if indicator.better == "higher" else -levels
        lost = gains.max(axis=1, keepdims=True) - gains
        ties = (lost == 0).sum(axis=1, keepdims=True)
        for place, scenario in enumerate(sweep.scenarios):
            own = lost[:, place]
            rows.append(
                {
                    "indicator": name,
                    "unit": indicator.unit,
                    "scenario": scenario,
                    "samples": len(levels),
                    "best_share": float(((own == 0) / ties[:, 0]).mean()),
                    "mean_regret": float(own.mean()),
                    "p90_regret": float(np.quantile(own, 0.9)),
                    "largest_regret": float(own.max()),
                    "largest_in_smallest_that_matter": float(own.max() / indicator.smallest),
                }
            )
    return rows
