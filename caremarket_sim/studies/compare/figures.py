"""Figures that can be read without colour: line styles and markers tell scenarios apart, labels stand at the lines.

Matplotlib is imported only when something is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.findings.frames import CHANCE_ONLY, differences, headline_rows, headlines
from caremarket_sim.indicators import INDICATORS, WEEKLY, Indicator
from caremarket_sim.methods.statistics import interval
from caremarket_sim.results.periods import ALL, LAST_YEAR, TRANSITION, periods_beside
from caremarket_sim.runs.design import Sample
from caremarket_sim.telling.drawing import LINES, MARKERS, STYLE, new_figure, warned
from caremarket_sim.telling.palette import COLOURS
from caremarket_sim.telling.words import shown_in, smallest_in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FAMILIES = ("outcomes", "costs", "jobs")
WEEKS_A_POINT = 13
"""Weekly series are drawn as means of a quarter of a year: single weeks are mostly noise."""

_BESIDE = {ALL: "|", LAST_YEAR: "x"}
"""How differences of other periods than that of the verdicts are marked."""


def figure(what: str, samples: Mapping[str, Sample], reference: str | None, banner: str | None = None) -> Figure:
    """One figure by name: `differences` (needs a reference), `outcomes`, `costs` or `jobs`; with a warning if any.

    Raises BadInput for another name.
    """
    import matplotlib

    with matplotlib.rc_context(STYLE):
        if what in FAMILIES:
            return warned(through_time(what, samples), banner)
        if what == "differences" and reference is not None:
            return warned(forest(samples, reference), banner)
    known = (*FAMILIES, "differences") if reference is not None else FAMILIES
    raise BadInput(Problem(f"there is no figure {what!r}", right=suggestion(what, known)))


def through_time(family: str, samples: Mapping[str, Sample]) -> Figure:
    """A family's headline indicators through time: mean of the replicates and its 95% interval."""
    shown = [indicator for indicator in headlines() if indicator.family == family]
    drawn = new_figure(9.0, 2.7 * len(shown) + 0.9)
    axes = drawn.subplots(len(shown), 1, squeeze=False)[:, 0]
    for axis, indicator in zip(axes, shown, strict=True):
        _draw_course(axis, indicator, samples)
    axes[-1].set_xlabel("years since the scenario began")
    count = max(len(sample.replicates) for sample in samples.values())
    drawn.suptitle(f"{family.capitalize()} through time", x=0.01, ha="left", fontweight="bold")
    note = f"Mean of {count} simulated futures; band: 95% interval of the mean ({CHANCE_ONLY})."
    if transition_weeks(samples):
        note += "\nGrey: transition, before all scenarios are in force."
    if len(samples) > 1:
        note += "\nBands that overlap can hide a clear difference: scenarios are compared future by future."
    drawn.supxlabel(note, x=0.01, ha="left", fontsize=8)
    return drawn


def _draw_course(axis: Axes, indicator: Indicator, samples: Mapping[str, Sample]) -> None:
    scale, unit = shown_in(indicator)
    ends = []
    axis.axvspan(0, transition_weeks(samples) / 52, color="#e8e8e8", linewidth=0, zorder=0)
    for position, (name, sample) in enumerate(samples.items()):
        years, values = _course(indicator, sample)
        found = interval(values * scale)
        ink, line, marker = (options[position % len(COLOURS)] for options in (COLOURS, LINES, MARKERS))
        spacing = max(1, len(years) // 5)
        axis.plot(years, found.mean, color=ink, linestyle=line, marker=marker, markevery=spacing, markersize=4)
        if np.isfinite(found.low).any():
            axis.fill_between(years, found.low, found.high, color=ink, alpha=0.15, linewidth=0)
        ends.append((float(found.mean[-1]), name, ink, float(years[-1])))
    points = f"means of {WEEKS_A_POINT} weeks" if indicator.id in WEEKLY else "yearly means"
    axis.set_title(f"{indicator.label} ({points})")
    axis.set_ylabel(unit)
    axis.set_xlim(0, years[-1] + years[0])
    axis.set_xticks(range(math.ceil(years[-1]) + 1))
    axis.grid(axis="y", linewidth=0.4, alpha=0.5)
    _label_ends(axis, ends)


def transition_weeks(samples: Mapping[str, Sample]) -> int:
    """How many weeks pass before all scenarios are in force."""
    return max(len(sample.periods.of(TRANSITION)) for sample in samples.values())


def _course(indicator: Indicator, sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    """Times (years from the start, middle of each point) and values (replicate, time)."""
    if indicator.id in WEEKLY:
        series = sample.weekly[:, :, WEEKLY.index(indicator.id)]
        weeks = min(WEEKS_A_POINT, series.shape[1])
        points = series.shape[1] // weeks
        known = series[:, : points * weeks].reshape(len(series), points, weeks)
        return (np.arange(points) + 0.5) * weeks / 52, _mean_of_known(known)
    values = sample.yearly[:, :, list(INDICATORS).index(indicator.id)]
    return np.arange(values.shape[1]) + 0.5, values


def _mean_of_known(values: np.ndarray) -> np.ndarray:
    """Mean over the last axis of what is not nan; nan where nothing is known."""
    count = np.isfinite(values).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(values), values, 0.0).sum(axis=-1) / count


def _label_ends(axis: Axes, ends: list[tuple[float, str, str, float]]) -> None:
    """Write each scenario's name beside the end of its line, moved apart where lines end close together."""
    bottom, top = axis.get_ylim()
    needed = (top - bottom) * 0.11
    height = -np.inf
    for value, name, ink, time in sorted(end for end in ends if np.isfinite(end[0])):
        height = max(value, height + needed)
        axis.annotate(
            name,
            xy=(time, value),
            xytext=(1.015, (height - bottom) / (top - bottom)),
            textcoords="axes fraction",
            color=ink,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": ink, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 3},
        )


def forest(samples: Mapping[str, Sample], reference: str) -> Figure:
    """Differences from the reference in force, in units of the smallest that matters; other periods as small marks.

    Every difference is turned so that right is better; within the grey band it is too small to matter.
    """
    table = differences(samples, reference)
    table = table[headline_rows(table)]
    periods = samples[reference].periods
    beside = {period: mark for period, mark in _BESIDE.items() if period in periods_beside(periods.names)}
    shown = headlines()
    others = [name for name in samples if name != reference]
    drawn = new_figure(9.0, 0.28 * len(shown) * (len(others) + 1) + 1.9)
    axis = drawn.subplots()
    axis.axvspan(-1, 1, color="#dddddd", linewidth=0, zorder=0)
    axis.axvline(0, color="#1b1b1b", linewidth=0.8)
    step = 0.8 / max(len(others), 1)
    for position, name in enumerate(others):
        rows = table[table.scenario == name].set_index(["period", "indicator"])
        style = list(samples).index(name) % len(COLOURS)
        for place, indicator in enumerate(shown):
            row = rows.loc[periods.verdicts, indicator.id]
            sign = (-1.0 if indicator.better == "lower" else 1.0) / indicator.smallest
            height = -place + 0.4 - step * (position + 0.5)
            low, high = sorted((row.low * sign, row.high * sign))
            axis.plot([low, high], [height, height], color=COLOURS[style], linewidth=1.4)
            axis.plot(row.difference * sign, height, marker=MARKERS[style], color=COLOURS[style], markersize=5)
            for period, mark in beside.items():
                other = rows.loc[period, indicator.id].difference * sign
                axis.plot(other, height, marker=mark, color=COLOURS[style], markersize=7, linestyle="none")
        axis.plot([], [], marker=MARKERS[style], color=COLOURS[style], label=name)
    for period, mark in beside.items():
        axis.plot([], [], marker=mark, color=COLOURS[0], linestyle="none", label=periods.called(period))
    reach = np.abs(axis.dataLim.intervalx).max()
    if reach > 8:
        axis.set_xscale("symlog", linthresh=1.0, linscale=0.4)
        steps = [lead * 10.0**power for power in range(9) for lead in (1, 2, 5) if lead * 10.0**power <= reach * 1.15]
        ticks = [-step for step in reversed(steps)] + [0.0] + steps
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.minorticks_off()
    axis.set_xlim(-reach * 1.15, reach * 1.15)
    axis.set_yticks([-place for place in range(len(shown))])
    axis.set_yticklabels([f"{indicator.label}\n(1 is {smallest_in_words(indicator)})" for indicator in shown])
    axis.text(0, 0.45, "too small to matter", ha="center", va="top", fontsize=7, color="#444444")
    axis.set_ylim(-len(shown) + 0.5, 0.5)
    for place in range(1, len(shown)):
        if shown[place].family != shown[place - 1].family:
            axis.axhline(0.5 - place, color="#1b1b1b", linewidth=0.6)
    axis.grid(axis="x", linewidth=0.4, alpha=0.5)
    scale = "; logarithmic beyond 1" if reach > 8 else ""
    axis.set_xlabel(f"← worse than {reference}        smallest differences that matter{scale}        better →")
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    drawn.suptitle(f"Differences from {reference}, {periods.words}", x=0.01, ha="left", fontweight="bold")
    drawn.supxlabel(f"Bars: 95% intervals of the paired difference ({CHANCE_ONLY}).", x=0.01, ha="left", fontsize=8)
    return drawn
