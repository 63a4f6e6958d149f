"""A waterfall: from the reference to the policy, a step a group of levers. It can be read without colour."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.findings.frames import CHANCE_ONLY
from caremarket_sim.indicators import INDICATORS, Indicator
from caremarket_sim.studies.explain.coalitions import AS_WRITTEN
from caremarket_sim.studies.explain.frames import SHAPLEY, View
from caremarket_sim.studies.explain.result import Explanation
from caremarket_sim.telling.drawing import STYLE, new_figure
from caremarket_sim.telling.palette import INK
from caremarket_sim.telling.words import quantity, shown_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LOOKS = {
    "better": {"facecolor": "#5b7f95", "hatch": None},
    "worse": {"facecolor": "#ffffff", "hatch": "////"},
    "neither": {"facecolor": "#c9c9c9", "hatch": None},
}
"""Better is filled dark, worse is white with stripes, and each bar says which: no need of colour."""


def waterfall(found: Explanation, indicator: str, view: str = AS_WRITTEN) -> Figure:
    """One headline indicator's steps from the reference to the policy, in the order of the groups.

    Raises BadInput for an indicator that is no headline or a view that was not asked for.
    """
    import matplotlib

    one = _named(found, view)
    if indicator not in one.indicators:
        raise BadInput(Problem(f"there is no headline {indicator!r}", right=suggestion(indicator, one.indicators)))
    about = INDICATORS[indicator]
    scale, unit = shown_in(about)
    with matplotlib.rc_context(STYLE):
        drawn = new_figure(9.0, 0.5 * (len(one.bundle.groups) + 2) + 1.7)
        axis = drawn.subplots()
        _draw_steps(axis, one, one.indicators.index(indicator), about, scale)
        axis.set_xlabel(unit)
        title = f"{about.label}: what in {one.bundle.policy.name} did it"
        drawn.suptitle(title, x=0.01, ha="left", fontweight="bold")
        wanted = "" if about.better == "neither" else f" Better is {about.better}."
        how = "all combinations" if one.orders is None else f"{len(one.orders)} orders"
        note = (
            f"Shapley values of groups of levers over {how}, means of {one.replicates} paired futures; lines: 95% "
            f"intervals of each step ({CHANCE_ONLY}).{wanted} Filled: better; striped: worse. The axis does not "
            "begin at nought."
        )
        drawn.supxlabel(fill(note, 125), x=0.01, ha="left", fontsize=8)
    return drawn


def _named(found: Explanation, view: str) -> View:
    views = {one.name: one for one in found.views}
    if view not in views:
        raise BadInput(Problem(f"there is no view {view!r} here", right=suggestion(view, views)))
    return views[view]


def _draw_steps(axis: Axes, view: View, place: int, about: Indicator, scale: float) -> None:
    groups = view.bundle.groups
    start = float(view.values[0, :, place].mean()) * scale
    end = float(view.values[-1, :, place].mean()) * scale
    at, ends = start, [start, end]
    labels: list[tuple[float, float, str]] = []
    for row, step in enumerate(view.estimates[SHAPLEY], start=1):
        size, low, high = (float(values[place]) for values in (step.mean, step.low, step.high))
        effect = _effect(size, about)
        after = at + size * scale
        axis.barh(-row, after - at, left=at, height=0.56, edgecolor=INK, linewidth=0.8, **_LOOKS[effect])
        axis.plot([after, after], [-row - 0.28, -row - 0.72], color=INK, linewidth=0.6)
        if np.isfinite(low) and np.isfinite(high) and high > low:
            reach = [at + low * scale, at + high * scale]
            axis.plot(reach, [-row, -row], color=INK, linewidth=1.4, solid_capstyle="butt")
            axis.plot(reach, [-row, -row], linestyle="none", marker="|", color=INK, markersize=7)
            ends += reach
        ends.append(after)
        beside = max(at, after, at + high * scale) if high > low else max(at, after)
        labels.append((beside, -row, _words(size, low, high, about)))
        at = after
    axis.plot(start, 0, marker="o", color=INK, markersize=7)
    axis.plot([start, start], [-0.1, -0.72], color=INK, linewidth=0.6)
    axis.plot(end, -len(groups) - 1, marker="D", color=INK, markersize=7)
    left, right = min(ends), max(ends)
    room = (right - left) or abs(left) * 0.01 or 1.0
    for where, height, text in labels:
        axis.annotate(text, (where, height), xytext=(6, 0), textcoords="offset points", va="center", fontsize=8)
    for where, height in ((start, 0), (end, -len(groups) - 1)):
        text = quantity(where / scale, about)
        axis.annotate(text, (where, height), xytext=(8, 0), textcoords="offset points", va="center", fontweight="bold")
    names = [view.bundle.reference.name, *groups, view.bundle.policy.name]
    axis.set_yticks([-row for row in range(len(names))], names)
    axis.set_ylim(-len(names) + 0.4, 0.6)
    axis.set_xlim(left - 0.05 * room, right + 0.42 * room)
    axis.grid(axis="x", linewidth=0.4, alpha=0.5)
    axis.set_axisbelow(True)
    axis.tick_params(axis="y", length=0)


def _effect(size: float, about: Indicator) -> str:
    if about.better == "neither" or size == 0.0:
        return "neither"
    return "better" if (size > 0) == (about.better == "higher") else "worse"


def _words(size: float, low: float, high: float, about: Indicator) -> str:
    if size == low == high == 0.0:
        return "0 exactly: changes nothing"
    text = quantity(size, about, signed=True)
    if np.isfinite(low) and np.isfinite(high):
        text += f" ({quantity(low, about, True)} to {quantity(high, about, True)})"
    effect = _effect(size, about)
    clear = low > 0 or high < 0
    if effect != "neither":
        text += f", {effect}" if clear else ", not clear"
    return text
