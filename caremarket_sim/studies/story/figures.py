"""A life as a timeline: what the situation was, and how each week was, scenarios one above the other on the same axes.

It can be read without colour: situations are told apart by shade, hatching and words, lines by style and a label.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.studies.story.following import CLIENT, WORKER
from caremarket_sim.studies.story.result import Story
from caremarket_sim.telling.drawing import STYLE, new_figure
from caremarket_sim.telling.palette import INK
from caremarket_sim.telling.svg import spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GREY = "#6e6e6e"
_BLUE, _RED = "#0b5394", "#a33c00"
_LOOKS = {
    "receiving care": ("#c9dbe8", ""),
    "waiting for a provider": ("#ffffff", "////"),
    "in hospital": ("#3c3c3c", ""),
    "fit to leave hospital, waiting for a provider": ("#8d8d8d", "xxxx"),
    "in post": ("#c9dbe8", ""),
    "hired, not yet started": ("#ffffff", "...."),
    "between jobs": ("#ffffff", "////"),
}
"""Face and hatching of each situation, from light to dark."""

_SHORTEST_NAMED = 0.05
"""Share of the whole time below which a spell is too short to hold a name."""

Lines = Sequence[tuple[str, str, object, str]]
_ROWS: dict[str, Sequence[tuple[str, float | None, Lines]]] = {
    CLIENT: (
        ("visits a week", None, (("visits due", _GREY, (0, (2, 1.5)), ""), ("visits made", INK, "solid", ""))),
        ("care workers\na week", None, (("care workers who came", INK, "solid", ""),)),
        (
            "0 to 1",
            1.0,
            (
                ("quality of life", _BLUE, "solid", "quality of life"),
                ("connection", INK, (0, (5, 2)), "connection"),
                ("continuity", _RED, (0, (1.5, 1.5)), "continuity"),
            ),
        ),
    ),
    WORKER: (
        (
            "hours a week",
            None,
            (
                ("contact hours", INK, "solid", "contact"),
                ("hours on duty", _GREY, (0, (2, 1.5)), "on duty"),
                ("guaranteed hours", _BLUE, (0, (6, 2)), "guaranteed"),
            ),
        ),
        (
            "£ an hour",
            None,
            (("hourly pay", INK, "solid", "agreed"), ("pay for an hour on duty", _RED, (0, (4, 1.5)), "on duty")),
        ),
    ),
}
"""Of each life the rows under its situation: axis, top (as needed if None), and lines: measure, ink, style, label."""


def timeline(story: Story, who: str) -> Figure:
    """The life of the client or the care worker in every scenario. Raises BadInput for anybody else."""
    import matplotlib

    if who not in _ROWS:
        raise BadInput(Problem(f"nobody here is called {who!r}", right=suggestion(who, ("client", "worker"))))
    rows = _ROWS[who]
    courses = {name: course(story, name, who) for name in story.names}
    weeks = story.scenarios[0].weeks
    count = len(story.names)
    with matplotlib.rc_context(STYLE):
        heights = [0.34, *[0.85] * len(rows)] * count
        drawn = new_figure(10.0, sum(heights) + 0.24 * len(heights) + 1.2)
        axes = drawn.subplots(len(heights), 1, sharex=True, gridspec_kw={"height_ratios": heights})
        for place, name in enumerate(story.names):
            first = place * (len(rows) + 1)
            _draw_situation(axes[first], story, name, who, weeks)
            for offset, (label, top, lines) in enumerate(rows, start=1):
                highest = top or _highest(courses, lines)
                _draw_row(axes[first + offset], courses[name], label, highest, lines, weeks)
        axes[-1].set_xlabel("years since the scenarios began")
        axes[-1].set_xticks(np.arange(0, weeks + 1, 52), [str(year) for year in range(weeks // 52 + 1)])
        person = story.client if who == CLIENT else story.worker
        drawn.suptitle(f"One {who}, number {person.number}, in {_ways(count)}", x=0.01, ha="left", fontweight="bold")
        note = "The same person with the same luck, in one simulated future; another future would go otherwise. "
        note += _NOTES[who]
        drawn.supxlabel(fill(note, 140), x=0.01, ha="left", fontsize=8)
    return drawn


_NOTES = {
    CLIENT: "Dark: in hospital; striped: waiting. Triangles: weeks with missed visits. Two care workers at a visit "
    "count as two visits. Connection, continuity and quality of life (ASCOT points over no care) share an axis.",
    WORKER: "Striped: between jobs; dotted: hired and not yet started; small marks beneath: weeks off sick. Gaps in "
    "lines: weeks away, or without a job.",
}


def course(story: Story, scenario: str, who: str) -> pd.DataFrame:
    """How each week was, with what can be derived from it: visits made, hours on duty."""
    found = story.weekly(scenario, who)
    for name in _NEEDED[who]:
        if name not in found:
            found[name] = np.nan
    if who == CLIENT:
        found["visits made"] = found["visits due"] - found["visits missed"]
    else:
        worked = found["contact hours"].where(found["contact hours"] > 0.0)
        found["contact hours"] = worked
        found["hours on duty"] = worked + found["travel between visits"] + found["gaps between visits"]
    return found


_NEEDED = {
    CLIENT: ("visits due", "visits missed", "care workers who came", "quality of life", "connection", "continuity"),
    WORKER: ("contact hours", "travel between visits", "gaps between visits", "guaranteed hours", "hourly pay",
             "pay for an hour on duty"),
}  # fmt: skip


def spells(story: Story, scenario: str, who: str) -> list[tuple[int, int, str, str]]:
    """Stretches of weeks (first, last) in one situation with one provider: situation and provider's number."""
    rows = story.of(scenario, who, "week")
    place = "provider" if who == CLIENT else "employer"
    situations = rows[rows.event == "situation"].set_index("week").detail
    providers = rows[rows.event == place].set_index("week").detail.str.removeprefix("provider ")
    found: list[tuple[int, int, str, str]] = []
    for week, situation in situations.items():
        now = (situation, providers.get(week, ""))
        if found and found[-1][1] == week - 1 and found[-1][2:] == now:  # type: ignore[operator]
            found[-1] = (found[-1][0], int(week), *now)  # type: ignore[arg-type]
        else:
            found.append((int(week), int(week), *now))  # type: ignore[arg-type]
    return found


def _draw_situation(axis: Axes, story: Story, scenario: str, who: str, weeks: int) -> None:
    axis.set_title(f"\n{scenario}", fontweight="bold", fontsize=10, pad=4)
    last = 0
    for week, end, situation, provider in spells(story, scenario, who):
        first = week - 1
        face, hatch = _LOOKS[situation]
        width = end - first
        axis.barh(0, width, left=first, height=1.0, facecolor=face, hatch=hatch, edgecolor=INK, linewidth=0.6)
        if width >= _SHORTEST_NAMED * weeks:
            known = situation in ("receiving care", "in post")
            room = int(width / weeks * 105)
            text = f"provider {provider}" if known and len(provider) + 9 <= room else provider if known else situation
            if len(text) <= room:
                box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0} if hatch else None
                axis.text(first + width / 2, 0, text, ha="center", va="center", fontsize=7, bbox=box)
        last = end
    if last < weeks:
        axis.text(last + 0.005 * weeks, 0, _ending(story, scenario, who), va="center", fontsize=7.5)
    if who == WORKER:
        rows = story.of(scenario, who, "week")
        sick = rows[(rows.event == "absence") & (rows.detail == "off sick")].week
        if len(sick):
            axis.plot(sick - 0.5, np.full(len(sick), -0.62), "|", color=INK, markersize=4, clip_on=False)
    axis.set_ylim(-0.5, 0.5)
    axis.set_yticks([])
    for side in ("left", "bottom"):
        axis.spines[side].set_visible(False)
    axis.tick_params(axis="x", length=0, labelbottom=False)


def _ending(story: Story, scenario: str, who: str) -> str:
    changes = story.of(scenario, who)
    return f"← {changes.event.iloc[-1]}" if len(changes) else ""


def _draw_row(axis: Axes, found: pd.DataFrame, label: str, highest: float, lines: Lines, weeks: int) -> None:
    from matplotlib.ticker import MaxNLocator

    middle = np.arange(weeks) + 0.5
    ends, last = [], 0
    for name, ink, style, words in lines:
        values = found[name].to_numpy(float)
        axis.plot(middle, values, color=ink, linestyle=style, linewidth=1.1)
        known = np.flatnonzero(np.isfinite(values))
        if words and len(known):
            ends.append((values[known[-1]], words, ink))
            last = max(last, int(known[-1]) + 1)
    if "visits missed" in found and lines[0][0] == "visits due":
        missed = np.flatnonzero(found["visits missed"].to_numpy(float) > 0.0)
        at = found["visits made"].to_numpy(float)[missed]
        axis.plot(missed + 0.5, at, linestyle="none", marker="v", color=_RED, markersize=3.5)
    heights = spread([value / (1.08 * highest) for value, *_ in ends], 0.18, 0.0, 1.0)
    for (_, words, ink), height in zip(ends, heights, strict=True):
        place = (last / weeks + 0.005, height)
        axis.annotate(words, place, xycoords="axes fraction", va="center", fontsize=7.5, color=ink)
    axis.set_ylim(0, 1.08 * highest)
    axis.set_xlim(0, weeks)
    axis.set_ylabel(label, fontsize=8)
    axis.yaxis.set_major_locator(MaxNLocator(4, integer=highest > 1.0))
    axis.tick_params(labelsize=8)
    axis.grid(linewidth=0.4, alpha=0.5)


def _highest(courses: dict[str, pd.DataFrame], lines: Lines) -> float:
    names = [name for name, *_ in lines]
    highest = max((float(found[names].max(skipna=True).max()) for found in courses.values()), default=np.nan)
    return highest if np.isfinite(highest) and highest > 0.0 else 1.0


def _ways(count: int) -> str:
    return "one way of commissioning" if count == 1 else f"{count} ways of commissioning"


def svg_bytes(drawn: Figure) -> bytes:
    """A figure as SVG; equal figures give equal bytes.

    Places of axes are rounded first: the layout solver's last digits vary, and names within the file hang on them.
    """
    import matplotlib

    file = io.BytesIO()
    for _ in range(2):  # the second time it knows how much room the labels beside the axes take
        drawn.draw_without_rendering()
    drawn.set_layout_engine("none")
    for axis in drawn.axes:
        left, bottom, width, height = (round(side, 6) for side in axis.get_position().bounds)
        axis.set_position((left, bottom, width, height))
    with matplotlib.rc_context({"svg.hashsalt": "caremarket-sim"}):
        drawn.savefig(file, format="svg", metadata={"Date": None, "Creator": "caremarket-sim"})
    return file.getvalue()
