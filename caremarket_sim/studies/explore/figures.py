"""Figures of discovery: where a policy fails, how the box was peeled, and regret."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.studies.explore.words import conditions
from caremarket_sim.studies.sweep.words import label
from caremarket_sim.telling.drawing import MARKERS, STYLE, new_figure
from caremarket_sim.telling.palette import ACCENT, COLOURS, INK, PALE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from caremarket_sim.studies.explore.result import Discovery, Exploration

KINDS = ("boxes", "peeling", "regret")
WARM = "#d55e00"


def figure(what: str, found: Exploration, indicator: str | None = None, scenario: str | None = None) -> Figure:
    """One figure by name. Raises BadInput for another name, or where there is nothing to draw."""
    import matplotlib

    if what not in KINDS:
        raise BadInput(Problem(f"there is no figure {what!r}", right=suggestion(what, KINDS)))
    with matplotlib.rc_context(STYLE):
        if what == "regret":
            return _regret(found)
        for one in found.discoveries:
            if one.boxes and indicator in (None, one.output.indicator) and scenario in (None, one.output.scenario):
                return _boxes(found, one) if what == "boxes" else _peeling(found, one)
    raise BadInput(Problem("there is nothing to draw: no box was found"))


def _boxes(found: Exploration, one: Discovery) -> Figure:
    """Every sample over the two factors that the first box limits most, with the boxes; failing ones are crosses."""
    box = one.boxes[0].box
    order = sorted(box.columns, key=lambda column: box.p_values.get(column, 1.0))
    across = order[0]
    others = [column for column in range(len(found.sweep.factors)) if column != across]
    up = order[1] if len(order) > 1 else (others[0] if others else across)
    drawn = new_figure(7.2, 5.6)
    axis = drawn.subplots()
    for marker, ink, which, name in (
        ("o", PALE, one.known & ~one.fails, "pays off"),
        ("x", WARM, one.known & one.fails, "does not"),
    ):
        points = found.points[which]
        axis.plot(points[:, across], points[:, up], marker=marker, color=ink, linestyle="", markersize=4, label=name)
    x_span, y_span = (_span(found.points[:, column]) for column in (across, up))
    for number, each in enumerate(one.boxes):
        left, right = _limits(each.box.limits.get(across), each.box.allowed.get(across), x_span)
        low, high = _limits(each.box.limits.get(up), each.box.allowed.get(up), y_span)
        axis.fill_between([left, right], low, high, facecolor=ACCENT, alpha=0.12, edgecolor=INK, linewidth=1.2,
                          linestyle="solid" if number == 0 else (0, (5, 3)))  # fmt: skip
        axis.annotate(f"box {number + 1}", xy=(left, high), xytext=(3, -10), textcoords="offset points", fontsize=8)
    axis.set_xlim(*x_span)
    axis.set_ylim(*y_span)
    for column, named, ticks in ((across, axis.set_xlabel, axis.set_xticks), (up, axis.set_ylabel, axis.set_yticks)):
        factor = found.sweep.factors[column]
        named(f"{factor.name}{f', {factor.unit}' if factor.unit else ''}")
        if not factor.numeric:
            ticks(range(len(factor.levels)), [str(level).lower() for level in factor.levels])
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
    drawn.suptitle(fill(f"Where it stops paying off: {label(one.output)}", 62), x=0.01, ha="left", fontweight="bold")
    note = f"Box 1: {conditions(found, box)} (coverage {box.coverage:.0%}, density {box.density:.0%})."
    drawn.supxlabel(fill(note, 110), x=0.01, ha="left", fontsize=8)
    return drawn


def _span(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    edge = 0.04 * (high - low) or 0.5
    return low - edge, high + edge


def _limits(
    limits: tuple[float, float] | None, allowed: tuple[float, ...] | None, span: tuple[float, float]
) -> tuple[float, float]:
    if allowed:
        return min(allowed) - 0.4, max(allowed) + 0.4
    low, high = limits or (np.nan, np.nan)
    return (span[0] if np.isnan(low) else low), (span[1] if np.isnan(high) else high)


def _peeling(found: Exploration, one: Discovery) -> Figure:
    """Coverage against density on the way, labelled with how many factors are limited."""
    drawn = new_figure(6.4, 5.0)
    axis = drawn.subplots()
    for number, each in enumerate(one.boxes):
        course = each.course
        line = "solid" if number == 0 else (0, (5, 3))
        ink = ACCENT if number == 0 else INK
        coverage, density = [box.coverage for box in course], [box.density for box in course]
        axis.plot(
            coverage, density, color=ink, linestyle=line, marker=".", markersize=4, label=f"peeling, box {number + 1}"
        )
        axis.plot(each.box.coverage, each.box.density, marker="D", color=WARM, markeredgecolor=INK, markersize=8,
                  linestyle="", label="chosen, after pasting" if number == 0 else None)  # fmt: skip
        before = -1
        for box in course:
            if len(box.columns) != before:
                axis.annotate(str(len(box.columns)), xy=(box.coverage, box.density), xytext=(4, 4), fontsize=7,
                              textcoords="offset points", color=ink)  # fmt: skip
                before = len(box.columns)
    axis.axhline(one.share, color=PALE, linewidth=0.8)
    axis.text(0.01, one.share, "all futures", fontsize=7, va="bottom", color=INK)
    axis.set_xlim(0, 1.04)
    axis.set_ylim(0, 1.04)
    axis.set_xlabel("coverage: share of the failing futures that lie in the box")
    axis.set_ylabel("density: share of the box that fails")
    axis.grid(linewidth=0.4, alpha=0.5)
    axis.legend(loc="lower left", frameon=False, fontsize=8)
    drawn.suptitle(fill(f"Peeling: {label(one.output)}", 56), x=0.01, ha="left", fontweight="bold")
    drawn.supxlabel("Numbers: how many factors the box limits from there on.", x=0.01, ha="left", fontsize=8)
    return drawn


def _regret(found: Exploration) -> Figure:
    """Each scenario's mean and largest regret, in smallest differences that matter."""
    table = found.regret()
    if table.empty:
        what = "there is nothing to draw: regret needs two scenarios and an indicator with a better way"
        raise BadInput(Problem(what))
    names = list(dict.fromkeys(table.indicator))
    scenarios = list(dict.fromkeys(table.scenario))
    drawn = new_figure(8.5, 0.26 * len(names) * (len(scenarios) + 1) + 1.6)
    axis = drawn.subplots()
    step = 0.8 / len(scenarios)
    for place, scenario in enumerate(scenarios):
        ink, mark = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
        for row, name in enumerate(names):
            one = table[(table.indicator == name) & (table.scenario == scenario)].iloc[0]
            smallest = INDICATORS[name].smallest
            height = -row + 0.4 - step * (place + 0.5)
            axis.plot(
                [one.mean_regret / smallest, one.largest_regret / smallest], [height] * 2, color=ink, linewidth=1.3
            )
            axis.plot(one.mean_regret / smallest, height, marker=mark, color=ink, markersize=5)
            axis.plot(one.largest_regret / smallest, height, marker="|", color=ink, markersize=8)
        axis.plot([], [], marker=mark, color=ink, label=scenario)
    axis.set_xscale("symlog", linthresh=1.0)
    axis.set_xlim(left=-0.2)
    axis.set_yticks([-row for row in range(len(names))], [INDICATORS[name].label for name in names])
    axis.set_xlabel("regret in smallest differences that matter; logarithmic beyond 1")
    axis.grid(axis="x", linewidth=0.4, alpha=0.5)
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False)
    drawn.suptitle(
        "Regret: what is lost against the best scenario of each future", x=0.01, ha="left", fontweight="bold"
    )
    drawn.supxlabel("Mark: mean over futures; line to the tick: the largest.", x=0.01, ha="left", fontsize=8)
    return drawn
