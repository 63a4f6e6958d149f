"""An output of a sweep drawn against every factor. Matplotlib is imported only when something is drawn."""

from __future__ import annotations

import math
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.indicators import INDICATORS
from caremarket_sim.studies.sweep.words import label
from caremarket_sim.telling.drawing import STYLE, new_figure
from caremarket_sim.telling.palette import ACCENT, PALE
from caremarket_sim.telling.words import shown_in

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from caremarket_sim.studies.sweep.result import Output, Sweep


def scatter(sweep: Sweep, output: Output) -> Figure:
    """An output against every factor, with the trend through medians."""
    import matplotlib

    with matplotlib.rc_context(STYLE):
        return scattered(sweep, output)


def scattered(sweep: Sweep, output: Output) -> Figure:
    columns = min(4, len(sweep.factors))
    rows = -(-len(sweep.factors) // columns)
    scale, unit = shown_output(output)
    values = means(sweep, output) * scale
    drawn = new_figure(2.7 * columns + 0.4, 2.3 * rows + 1.0)
    axes = drawn.subplots(rows, columns, squeeze=False, sharey=True)
    size = max(1.0, min(4.0, 40 / math.sqrt(len(values))))
    for place, (factor, axis) in enumerate(zip(sweep.factors, axes.ravel(), strict=False)):
        at = factor.column([row[place] for row in sweep.values])
        stepped = len(np.unique(at)) <= 12
        spread = 0.12 * (2 * _evenly(len(at)) - 1) * (np.diff(np.unique(at)).min() if len(np.unique(at)) > 1 else 1.0)
        axis.plot(at + (spread if stepped else 0), values, marker=".", linestyle="", markersize=size, color=PALE)
        middles, medians = _trend(at, values)
        axis.plot(middles, medians, color=ACCENT, linewidth=1.8, marker="o", markersize=3)
        if factor.levels and not factor.numeric:
            axis.set_xticks(range(len(factor.levels)), [str(level) for level in factor.levels], fontsize=7)
        axis.set_title(factor.name, fontsize=8)
        axis.tick_params(labelsize=7)
    for axis in axes.ravel()[len(sweep.factors) :]:
        axis.set_axis_off()
    for axis in axes[:, 0]:
        axis.set_ylabel(unit, fontsize=8)
    entitled(drawn, output, "Each point a sample; line: medians of tenths of the factor's range.")
    return drawn


def _trend(at: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """Medians of the values in each of at most ten parts of a factor."""
    different = np.unique(at)
    groups = [at == one for one in different] if len(different) <= 12 else [
        np.isin(np.arange(len(at)), part) for part in np.array_split(np.argsort(at, kind="stable"), 10)
    ]  # fmt: skip
    known = [(float(np.median(at[group])), values[group][np.isfinite(values[group])]) for group in groups]
    known = [(middle, part) for middle, part in known if len(part)]
    return [middle for middle, _ in known], [float(np.median(part)) for _, part in known]


def _evenly(count: int) -> NDArray[np.float64]:
    """Numbers from 0 to 1 that fill the range evenly in any order of arrival."""
    return np.asarray((np.arange(count) * 0.6180339887498949) % 1.0, np.float64)


def means(sweep: Sweep, output: Output) -> NDArray[np.float64]:
    """Each sample's mean over its replicates; nan where one has no value."""
    return np.asarray(sweep.of(output).mean(axis=1), np.float64)


def shown_output(output: Output) -> tuple[float, str]:
    """The factor to show an output with, and its unit."""
    if output.indicator not in INDICATORS:
        return 1.0, output.indicator
    scale, unit = shown_in(INDICATORS[output.indicator])
    if output.reference and unit == "%":
        unit = "percentage points"
    return scale, unit


def entitled(drawn: Any, output: Output, note: str) -> None:
    drawn.suptitle(label(output), x=0.01, ha="left", fontweight="bold")
    drawn.supxlabel(fill(note, 120), x=0.01, ha="left", fontsize=8)
