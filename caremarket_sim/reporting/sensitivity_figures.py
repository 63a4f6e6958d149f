"""Figures of what drives an answer: bars with intervals, Morris plane, convergence, scatter with trend.

Matplotlib is imported only when something is drawn. Clear factors are told by filled marks as well as by ink.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.reporting.figures import _STYLE, _new_figure
from caremarket_sim.reporting.sensitivity_words import WHAT_IT_IS, label
from caremarket_sim.reporting.words import shown_in

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from caremarket_sim.experiments.indices import Index
    from caremarket_sim.experiments.sensitivity import Analysis, Sensitivity
    from caremarket_sim.experiments.sweep import Output, Sweep

INK, ACCENT, PALE = "#1b1b1b", "#0072b2", "#9a9a9a"
KINDS = ("bars", "tornado", "morris", "convergence", "scatter")
PAIRS = {"ST": "S1", "emulator ST": "emulator S1"}
"""Beside a total index stands what the factor does alone."""


def figure(what: str, found: Sensitivity, one: Analysis) -> Figure:
    """One figure of one output by name. Raises BadInput for another name, or where there is nothing to draw."""
    import matplotlib

    if what not in KINDS:
        raise BadInput(Problem(f"there is no figure {what!r}", right=suggestion(what, KINDS)))
    if one.note and what != "scatter":
        raise BadInput(Problem(f"there is nothing to draw: {one.note}"))
    names = [factor.name for factor in found.sweep.factors]
    with matplotlib.rc_context(_STYLE):
        if what == "bars":
            return _bars(one, names)
        if what == "tornado":
            return _tornado(found.sweep, one)
        if what == "morris":
            return _morris(one, names)
        if what == "convergence":
            return _convergence(one, names)
        return _scatter(found.sweep, one.output)


def kinds_of(one: Analysis) -> tuple[str, ...]:
    """The figures that an output has."""
    if one.note:
        return ()
    special = ("morris",) if one.primary == "mu_star" else ("bars",)
    return (*special, "tornado", *(("convergence",) if len(one.course) > 1 else ()), "scatter")


def scatter(sweep: Sweep, output: Output) -> Figure:
    """An output against every factor, with the trend through medians."""
    import matplotlib

    with matplotlib.rc_context(_STYLE):
        return _scatter(sweep, output)


def _bars(one: Analysis, names: Sequence[str]) -> Figure:
    ranked = one.ranked()
    drawn = _new_figure(8.0, 0.36 * len(ranked) + 1.7)
    axis = drawn.subplots()
    alone = {index.factor: index for index in one.indices if index.measure == PAIRS.get(one.primary)}
    for place, index in enumerate(ranked):
        clear = index.low > 0
        axis.barh(-place, index.value, height=0.55, color=ACCENT if clear else "white", edgecolor=ACCENT, linewidth=1.0)
        if math.isfinite(index.low):
            axis.plot([index.low, index.high], [-place, -place], color=INK, linewidth=1.4)
        if index.factor in alone:
            mark = {"marker": "D", "markersize": 5, "color": "white", "markeredgecolor": INK, "linestyle": ""}
            axis.plot(alone[index.factor].value, -place, **mark, label="alone" if place == 0 else None)
    axis.axvline(0, color=INK, linewidth=0.8)
    axis.set_yticks([-place for place in range(len(ranked))], [names[index.factor] for index in ranked])
    axis.set_xlabel(WHAT_IT_IS.get(one.primary, one.primary))
    axis.grid(axis="x", linewidth=0.4, alpha=0.5)
    note = "Bar: with interactions; diamond: alone. " if alone else ""
    _entitled(drawn, one.output, f"{note}Line: 95% interval; empty bar: its interval holds zero. {one.used} samples.")
    return drawn


def _tornado(sweep: Sweep, one: Analysis) -> Figure:
    """From the mean output in a factor's lowest fifth to that in its highest."""
    order = [index.factor for index in one.ranked()]
    values = _means(sweep, one.output)
    scale, unit = _shown(one.output)
    drawn = _new_figure(8.0, 0.36 * len(order) + 1.7)
    axis = drawn.subplots()
    centre = float(np.nanmean(values)) * scale
    spans = []
    for factor in order:
        column = sweep.coordinates[:, factor]
        low, high = np.quantile(column, [0.2, 0.8])
        spans.append([_mean(values[column <= low]) * scale, _mean(values[column >= high]) * scale])
    wide = sorted(range(len(order)), key=lambda place: -abs(spans[place][1] - spans[place][0]))
    for row, place in enumerate(wide):
        low, high = spans[place]
        axis.barh(
            -row, low - centre, left=centre, height=0.55, color="white", edgecolor=INK, hatch="////", linewidth=0.8
        )
        axis.barh(-row, high - centre, left=centre, height=0.55, color=ACCENT, edgecolor=INK, linewidth=0.8)
    axis.axvline(centre, color=INK, linewidth=0.8)
    axis.set_yticks([-row for row in range(len(wide))], [sweep.factors[order[place]].name for place in wide])
    axis.set_xlabel(unit)
    axis.grid(axis="x", linewidth=0.4, alpha=0.5)
    _entitled(drawn, one.output, "Mean where the factor is in its lowest fifth (hatched) and in its highest (filled); "
              "line: mean of all samples.")  # fmt: skip
    return drawn


def _morris(one: Analysis, names: Sequence[str]) -> Figure:
    scale, unit = _shown(one.output)
    of: dict[str, dict[int, Index]] = {}
    for index in one.indices:
        of.setdefault(index.measure, {})[index.factor] = index
    drawn = _new_figure(7.5, 5.4)
    axis = drawn.subplots()
    stars = of.get("mu_star", {})
    reach = max((index.value * scale for index in stars.values()), default=1.0) or 1.0
    places = []
    for factor, star in stars.items():
        x, y = star.value * scale, of["sigma"][factor].value * scale
        clear = star.low > 0
        axis.plot([max(star.low, 0) * scale, star.high * scale], [y, y], color=PALE, linewidth=1.0, zorder=1)
        axis.plot(x, y, marker="o", color=ACCENT if clear else "white", markeredgecolor=ACCENT, zorder=2)
        places.append((y, x, names[factor]))
    axis.plot([0, reach * 1.1], [0, reach * 1.1], color=INK, linewidth=0.7, linestyle=(0, (4, 3)))
    axis.text(reach * 1.1, reach * 1.1, "σ = μ*", fontsize=8, ha="right", va="bottom")
    top = max([y for y, _, _ in places] + [reach * 1.1])
    height = -np.inf
    for y, x, name in sorted(places):
        height = max(y, height + top * 0.045)
        axis.annotate(name, xy=(x, y), xytext=(reach * 1.22, height), va="center", fontsize=8, annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": PALE, "linewidth": 0.5})  # fmt: skip
    axis.set_xlim(0, reach * 1.2)
    axis.set_ylim(-top * 0.03, top * 1.08)
    axis.set_xlabel(f"μ*: mean change over the factor's whole range, {unit}")
    axis.set_ylabel(f"σ: how much the change varies, {unit}")
    _entitled(drawn, one.output, "Above the line a factor's effect depends on the others or bends. Grey: 95% interval; "
              "empty: it holds zero.")  # fmt: skip
    return drawn


def _convergence(one: Analysis, names: Sequence[str]) -> Figure:
    lines = ("solid", (0, (6, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)), (0, (3, 1, 1, 1)))
    inks = (INK, ACCENT, "#d55e00", "#007a5e", "#8c4a8c")
    scale = _shown(one.output)[0] if one.primary == "mu_star" else 1.0
    drawn = _new_figure(7.5, 4.2)
    axis = drawn.subplots()
    sizes = [samples for samples, _ in one.course]
    ends = []
    for place, top in enumerate(one.ranked()[: len(lines)]):
        found = [next(index for index in part if index.factor == top.factor) for _, part in one.course]
        values = [index.value * scale for index in found]
        axis.plot(sizes, values, color=inks[place], linestyle=lines[place], marker="o", markersize=4)
        axis.fill_between(sizes, [index.low * scale for index in found], [index.high * scale for index in found],
                          color=inks[place], alpha=0.1, linewidth=0)  # fmt: skip
        ends.append((values[-1], names[top.factor], inks[place]))
    axis.set_xscale("log", base=2)
    axis.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axis.minorticks_off()
    bottom, top_ = axis.get_ylim()
    height = -np.inf
    for value, name, ink in sorted(ends):
        height = max(value, height + (top_ - bottom) * 0.06)
        axis.annotate(name, xy=(sizes[-1], value), xytext=(1.02, (height - bottom) / (top_ - bottom)), color=ink,
                      textcoords="axes fraction", va="center", fontsize=8, annotation_clip=False)  # fmt: skip
    axis.set_xlabel("samples")
    axis.set_ylabel(fill(WHAT_IT_IS.get(one.primary, one.primary), 40))
    axis.grid(axis="y", linewidth=0.4, alpha=0.5)
    _entitled(
        drawn, one.output, "The strongest factors' indices on the first part of the samples and on all; band: 95%."
    )
    return drawn


def _scatter(sweep: Sweep, output: Output) -> Figure:
    columns = min(4, len(sweep.factors))
    rows = -(-len(sweep.factors) // columns)
    scale, unit = _shown(output)
    values = _means(sweep, output) * scale
    drawn = _new_figure(2.7 * columns + 0.4, 2.3 * rows + 1.0)
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
    _entitled(drawn, output, "Each point a sample; line: medians of tenths of the factor's range.")
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


def _means(sweep: Sweep, output: Output) -> NDArray[np.float64]:
    """Each sample's mean over its replicates; nan where one has no value."""
    return np.asarray(sweep.of(output).mean(axis=1), np.float64)


def _mean(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _shown(output: Output) -> tuple[float, str]:
    """The factor to show an output with, and its unit."""
    if output.indicator not in INDICATORS:
        return 1.0, output.indicator
    scale, unit = shown_in(INDICATORS[output.indicator])
    if output.reference and unit == "%":
        unit = "percentage points"
    return scale, unit


def _entitled(drawn: Any, output: Output, note: str) -> None:
    drawn.suptitle(label(output), x=0.01, ha="left", fontweight="bold")
    drawn.supxlabel(fill(note, 120), x=0.01, ha="left", fontsize=8)
