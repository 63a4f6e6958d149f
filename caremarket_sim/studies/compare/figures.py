"""Figures that can be read without colour: line styles and markers tell scenarios apart, labels stand at the lines.

Matplotlib is imported only when something is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
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
from caremarket_sim.telling.svg import spread
from caremarket_sim.telling.words import listed, shown_in, smallest_in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

FAMILIES = ("outcomes", "costs", "jobs")
WEEKS_A_POINT = 13
"""Weekly series are drawn as means of a quarter of a year: single weeks are mostly noise."""

SPAN = 8.0
"""How many of the smallest differences that matter a vertical axis spans at least."""

KEY_COLUMNS = 3
"""How many names of a key stand side by side."""
LABEL_GAP = 0.11
"""How far apart names at the ends of lines stand at least, of an axis's height."""

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
    for axis in axes:
        _name_years(axis, samples)
    count = max(len(sample.replicates) for sample in samples.values())
    drawn.suptitle(f"{family.capitalize()} through time", x=0.01, ha="left", fontweight="bold")
    note = f"Mean of {count} simulated futures; band: 95% interval of the mean ({CHANCE_ONLY})."
    if transition_weeks(samples):
        note += "\nGrey: transition, before all scenarios are in force."
    moving = [f"{name} in {listed([sample.periods.year_name(year) for year in years])}"
              for name, sample in samples.items() if (years := _moving_years(sample))]  # fmt: skip
    if moving:
        note += "\n" + fill(f"▾: contracts begin anew and people change provider ({'; '.join(moving)}).", 125)
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
            low = found.low if np.nanmin(values) < 0.0 else np.maximum(found.low, 0.0)
            axis.fill_between(years, low, found.high, color=ink, alpha=0.15, linewidth=0)
        ends.append((float(found.mean[-1]), name, ink, float(years[-1])))
    points = f"means of {WEEKS_A_POINT} weeks" if indicator.id in WEEKLY else "yearly means"
    axis.set_title(f"{indicator.label} ({points})")
    axis.set_ylabel(unit)
    axis.set_xlim(0, years[-1] + years[0])
    axis.grid(axis="y", linewidth=0.4, alpha=0.5)
    low, high = axis.get_ylim()
    short = max(SPAN * indicator.smallest * scale - (high - low), 0.0) / 2
    axis.set_ylim(max(low - short, 0.0) if low >= 0.0 else low - short, high + short)
    for position, sample in enumerate(samples.values()):
        for year in _moving_years(sample):
            across = (year - 0.5 + 0.06 * (position - len(samples) / 2)) / axis.get_xlim()[1]
            axis.plot(across, 0.03, "v", color=COLOURS[position % len(COLOURS)], markersize=5, transform=axis.transAxes)
    _label_ends(axis, ends)


def _moving_years(sample: Sample) -> list[int]:
    """The years, from 1, in which a tender moves more people to another provider than matter."""
    moved = sample.yearly[:, :, list(INDICATORS).index("people_transferred")].mean(axis=0)
    return [int(year) + 1 for year in np.flatnonzero(moved >= INDICATORS["people_transferred"].smallest)]


def _name_years(axis: Axes, samples: Mapping[str, Sample]) -> None:
    """Fiscal years under their middles, where the scenario begins in April; else numbers."""
    longest = max(samples.values(), key=lambda sample: sample.years)
    names = [longest.periods.year_name(year) for year in range(1, longest.years + 1)]
    axis.set_xticks([year + 0.5 for year in range(longest.years)], names)
    axis.tick_params(axis="x", length=0)


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
    known = [end for end in ends if np.isfinite(end[0])]
    heights = spread([(end[0] - bottom) / (top - bottom) for end in known], LABEL_GAP, 0.0, 1.0)
    for (value, name, ink, time), height in zip(known, heights, strict=True):
        axis.annotate(
            name,
            xy=(time, value),
            xytext=(1.03, height),
            textcoords="axes fraction",
            color=ink,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": ink, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 3,
                        "relpos": (0.0, 0.5)},
        )  # fmt: skip


def forest(samples: Mapping[str, Sample], reference: str) -> Figure:
    """Differences from the reference in force, each indicator in its own unit; other periods as small marks.

    Right is always better: where less is better the axis runs the other way. Within the grey band, whose edges are the
    smallest differences that matter, it is too small to matter.
    """
    table = differences(samples, reference)
    table = table[headline_rows(table)].set_index(["scenario", "period", "indicator"])
    periods = samples[reference].periods
    beside = {period: mark for period, mark in _BESIDE.items() if period in periods_beside(periods.names)}
    shown, others = headlines(), [name for name in samples if name != reference]
    each, key = 0.2 * len(others) + 0.68, 0.2 * (-(-(len(others) + len(beside)) // KEY_COLUMNS)) + 0.1
    drawn = new_figure(9.0, each * len(shown) + key + 1.0)
    top, *axes = drawn.subplots(len(shown) + 1, 1, height_ratios=[key, *[each] * len(shown)])
    for axis, indicator in zip(axes, shown, strict=True):
        scale, unit = shown_in(indicator)
        for place, name in enumerate(others):
            row = table.loc[name, periods.verdicts, indicator.id]
            style = list(samples).index(name) % len(COLOURS)
            look = {"color": COLOURS[style], "linestyle": "none"}
            axis.plot([row.low * scale, row.high * scale], [-place, -place], color=COLOURS[style], linewidth=1.6)
            axis.plot(row.difference * scale, -place, marker=MARKERS[style], markersize=6, **look)
            for period, mark in beside.items():
                other = table.loc[name, period, indicator.id].difference * scale
                axis.plot(other, -place, marker=mark, markersize=7, **look)
        _ground(axis, indicator, unit, scale, len(others))
    handles = [_key(list(samples).index(name), name) for name in others]
    handles += [_key(0, periods.called(period), mark) for period, mark in beside.items()]
    top.axis("off")
    top.legend(handles=handles, loc="center left", ncols=KEY_COLUMNS, frameon=False, borderaxespad=0.0)
    drawn.suptitle(f"Differences from {reference}, {periods.words}", x=0.01, ha="left", fontweight="bold")
    note = (
        f"Bars: 95% intervals of the paired difference ({CHANCE_ONLY}).\n"
        "Grey: too small to matter. Right is better: where less is better, the axis runs from right to left."
    )
    drawn.supxlabel(note, x=0.01, ha="left", fontsize=8)
    return drawn


def _ground(axis: Axes, indicator: Indicator, unit: str, scale: float, rows: int) -> None:
    """The band that is too small to matter, nought, and an axis that spans no less than matters, right being better."""
    smallest = indicator.smallest * scale
    axis.axvspan(-smallest, smallest, color="#dddddd", linewidth=0, zorder=0)
    axis.axvline(0, color="#1b1b1b", linewidth=0.8, zorder=1)
    spread = axis.dataLim.intervalx[np.isfinite(axis.dataLim.intervalx)]
    reach = max([2.0 * smallest, *np.abs(spread)]) * 1.1
    right = -reach if indicator.better == "lower" else reach
    axis.set_xlim(-right, right)
    axis.set_ylim(-rows + 0.4, 0.6)
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)
    axis.grid(axis="x", linewidth=0.4, alpha=0.5)
    points = "percentage points" if unit.startswith("%") else unit
    axis.set_title(f"{indicator.label}, {points} (what matters: {smallest_in_words(indicator)} or more)", fontsize=9)


def _key(position: int, name: str, mark: str | None = None) -> Line2D:
    """An entry of the legend."""
    from matplotlib.lines import Line2D

    style = position % len(COLOURS)
    return Line2D([], [], color=COLOURS[style], marker=mark or MARKERS[style], linestyle="none", label=name)
