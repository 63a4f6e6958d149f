"""Figures of what drives an answer: bars with intervals, Morris plane, convergence, scatter with trend.

Matplotlib is imported only when something is drawn. Clear factors are told by filled marks as well as by ink.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.methods.screening import PARTIAL, PLAIN
from caremarket_sim.studies.sensitivity.words import WHAT_IT_IS
from caremarket_sim.studies.sweep.figures import entitled, means, scattered, shown_output
from caremarket_sim.telling.drawing import LINES, STYLE, new_figure
from caremarket_sim.telling.palette import ACCENT, COLOURS, INK, PALE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from caremarket_sim.methods.indices import Index
    from caremarket_sim.studies.sensitivity.result import Analysis, Sensitivity
    from caremarket_sim.studies.sweep.result import Sweep

KINDS = ("bars", "tornado", "morris", "convergence", "scatter")
PAIRS = {"ST": "S1", "emulator ST": "emulator S1", PARTIAL: PLAIN}
"""Beside a total index stands what the factor does alone; beside a partial correlation the plain one."""
MOST_BARS = 20
"""Bars of a figure of very many factors."""


def figure(what: str, found: Sensitivity, one: Analysis) -> Figure:
    """One figure of one output by name. Raises BadInput for another name, or where there is nothing to draw."""
    import matplotlib

    if what not in KINDS:
        raise BadInput(Problem(f"there is no figure {what!r}", right=suggestion(what, KINDS)))
    if one.note and what != "scatter":
        raise BadInput(Problem(f"there is nothing to draw: {one.note}"))
    if one.screen is not None and what not in kinds_of(one):
        raise BadInput(Problem(f"{what} is not drawn of {len(found.sweep.factors)} factors", right="draw bars"))
    names = [factor.name for factor in found.sweep.factors]
    with matplotlib.rc_context(STYLE):
        if what == "bars":
            return _bars(one, names)
        if what == "tornado":
            return _tornado(found.sweep, one)
        if what == "morris":
            return _morris(one, names)
        if what == "convergence":
            return _convergence(one, names)
        return scattered(found.sweep, one.output)


def kinds_of(one: Analysis) -> tuple[str, ...]:
    """The figures that an output has."""
    if one.note:
        return ()
    if one.screen is not None:
        return ("bars",)
    special = ("morris",) if one.primary == "mu_star" else ("bars",)
    return (*special, "tornado", *(("convergence",) if len(one.course) > 1 else ()), "scatter")


def _bars(one: Analysis, names: Sequence[str]) -> Figure:
    ranked = one.ranked()[: MOST_BARS if one.screen is not None else None]
    drawn = new_figure(8.0, 0.36 * len(ranked) + 1.7)
    axis = drawn.subplots()
    alone = {index.factor: index for index in one.indices if index.measure == PAIRS.get(one.primary)}
    for place, index in enumerate(ranked):
        clear = one.clear(index)
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
    empty = "its interval holds zero"
    if one.screen is not None:
        found, size = int(one.screen.found.sum()), one.screen.smallest_found
        note = (
            f"The {len(ranked)} strongest of {len(names)} factors, {found} found in all; bar: partial, diamond: plain "
            f"rank correlation; one of {size:.2f} is found four times in five. "
        )
        empty = "not told from chance among so many"
    entitled(drawn, one.output, f"{note}Line: 95% interval; empty bar: {empty}. {one.used} samples.")
    return drawn


def _tornado(sweep: Sweep, one: Analysis) -> Figure:
    """From the mean output in a factor's lowest fifth to that in its highest."""
    order = [index.factor for index in one.ranked()]
    values = means(sweep, one.output)
    scale, unit = shown_output(one.output)
    drawn = new_figure(8.0, 0.36 * len(order) + 1.7)
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
    entitled(drawn, one.output, "Mean where the factor is in its lowest fifth (hatched) and in its highest (filled); "
              "line: mean of all samples.")  # fmt: skip
    return drawn


def _morris(one: Analysis, names: Sequence[str]) -> Figure:
    scale, unit = shown_output(one.output)
    of: dict[str, dict[int, Index]] = {}
    for index in one.indices:
        of.setdefault(index.measure, {})[index.factor] = index
    drawn = new_figure(7.5, 5.4)
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
    entitled(drawn, one.output, "Above the line a factor's effect depends on the others or bends. Grey: 95% interval; "
              "empty: it holds zero.")  # fmt: skip
    return drawn


def _convergence(one: Analysis, names: Sequence[str]) -> Figure:
    lines = LINES[:5]
    inks = COLOURS
    scale = shown_output(one.output)[0] if one.primary == "mu_star" else 1.0
    drawn = new_figure(7.5, 4.2)
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
    entitled(
        drawn, one.output, "The strongest factors' indices on the first part of the samples and on all; band: 95%."
    )
    return drawn


def _mean(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
