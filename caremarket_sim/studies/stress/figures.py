"""A shock's effect through time, policy by policy. Matplotlib is imported only when something is drawn."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import interval
from caremarket_sim.studies.stress.result import SMOOTHED_WEEKS, StressTest
from caremarket_sim.telling.drawing import LINES, STYLE, new_figure
from caremarket_sim.telling.palette import COLOURS
from caremarket_sim.telling.words import shown_in

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figure(found: StressTest, shock: str) -> Figure:
    """Every headline's difference through time under one shock, a line a policy. BadInput for an unknown shock."""
    import matplotlib

    table = found.frame()
    names = list(dict.fromkeys(table.indicator))
    span = next((one for one in found.shocks if one.name == shock), None)
    if span is None:
        right = suggestion(shock, [one.name for one in found.shocks])
        raise BadInput(Problem(f"there is no shock {shock!r}", right=right))
    with matplotlib.rc_context(STYLE):
        drawn = new_figure(10.0, 2.3 * -(-len(names) // 3) + 1.2)
        axes = drawn.subplots(-(-len(names) // 3), 3, squeeze=False, sharex=True).ravel()
        for axis, name in zip(axes, names, strict=False):
            scale, unit = shown_in(INDICATORS[name])
            smallest = INDICATORS[name].smallest * scale
            axis.axhspan(-smallest, smallest, color="#dddddd", linewidth=0, zorder=0)
            axis.axvspan(0, span.weeks, color="#f3e3c3", linewidth=0, zorder=-1)
            for place, policy in enumerate(found.policies):
                values = found.difference(policy, shock, name)[:, found.first_week :] * scale
                mean = interval(values).mean
                axis.plot(mean, color=COLOURS[place % len(COLOURS)], linestyle=LINES[place % len(LINES)], linewidth=1.2,
                          label=policy)  # fmt: skip
            axis.set_title(INDICATORS[name].label, fontsize=8)
            axis.set_ylabel("percentage points" if unit == "%" else unit, fontsize=7)
            axis.tick_params(labelsize=7)
        for axis in axes[-3:]:
            axis.set_xlabel("weeks from the shock", fontsize=8)
        handles, labels = axes[0].get_legend_handles_labels()
        drawn.legend(handles, labels, loc="outside upper right", ncols=4, frameon=False)
        drawn.suptitle(f"{shock.replace('-', ' ').capitalize()}: {span.title}", x=0.01, ha="left", fontweight="bold")
        note = f"With the shock less without it, means of futures and of {SMOOTHED_WEEKS} weeks. "
        note += "Grey: too small to matter; tinted: the shock."
        drawn.supxlabel(fill(note, 130), x=0.01, ha="left", fontsize=8)
    return drawn
