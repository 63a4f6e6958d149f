"""What an exploration found: boxes and regret, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caremarket_sim.findings.frames import described
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.markup import display
from caremarket_sim.methods.factors import units_of
from caremarket_sim.methods.prim import Box, Found
from caremarket_sim.studies.sweep.result import Output, Sweep

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
        return display(self).sentences(self)

    def plot(self, what: str = "boxes", indicator: str | None = None, scenario: str | None = None):
        """A matplotlib figure: `boxes` or `peeling` of one discovery (the first with a box), or `regret` of all."""
        return display(self).figure(what, self, indicator, scenario)

    def _repr_html_(self) -> str:
        return display(self).exploration_html(self)


_COLUMNS = ["indicator", "scenario", "reference", "threshold", "failing_share", "box", "factor", "low", "high",
            "values", "coverage", "density", "mass", "p_value", "held_out_coverage", "held_out_density"]  # fmt: skip


_REGRET = ["indicator", "unit", "scenario", "samples", "best_share", "mean_regret", "p90_regret", "largest_regret",
           "largest_in_smallest_that_matter"]  # fmt: skip


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
