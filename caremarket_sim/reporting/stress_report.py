"""A stress test in words, tables and figures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import pandas as pd

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.experiments.periods import IN_FORCE
from caremarket_sim.experiments.statistics import interval
from caremarket_sim.experiments.stress import RECOVERED_WEEKS, SMOOTHED_WEEKS, Shock, StressTest
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.reporting.figures import _INK, _LINES, _STYLE, _new_figure
from caremarket_sim.reporting.files import csv_bytes, png_bytes
from caremarket_sim.reporting.sweep_files import records
from caremarket_sim.reporting.words import in_a_sentence, listed, quantity, shown_in
from caremarket_sim.scenario.timing import day_in_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.table import Table


def sentences(found: StressTest) -> list[str]:
    """A paragraph a shock: what breaks in each policy, and which policy breaks least."""
    table = found.frame()
    said = [found.banner] if found.banner else []
    for shock in found.shocks:
        rows = table[table.shock == shock.name]
        parts = [_policy(name, part) for name, part in rows.groupby("scenario", sort=False)]
        said.append(f"{shock.name.replace('-', ' ').capitalize()} ({shock.title}): {'; '.join(parts)}.")
    periods = found.periods
    if periods.in_force is None:
        said.append("Not every policy is in force before the end: shocks meet some of them in preparation.")
    elif periods.in_force > found.first_week:
        said.append(
            f"Shocks begin in week {found.first_week}, before all policies are in force (from week {periods.in_force}, "
            f"{day_in_words(periods.begins(IN_FORCE))}): some of them meet the shock in preparation."
        )
    said.append(
        f"Against the same policy on the same {len(found.seeds)} futures without the shock, as means of "
        f"{SMOOTHED_WEEKS} weeks. Back: within the smallest difference that matters for {RECOVERED_WEEKS} weeks. "
        "Chance only; assumptions held fixed."
    )
    return said


def _policy(name: str, rows: pd.DataFrame) -> str:
    broken = rows[rows.breaks]
    if broken.empty:
        return f"in {name} nothing gets worse by as much as matters"
    parts = []
    for row in broken.itertuples():
        label = in_a_sentence(INDICATORS[row.indicator].label)
        back = f"back after {row.recovered_after:.0f} weeks"
        if not math.isfinite(row.recovered_after):
            back = "not back by the end"
        worst = f"at worst {_amount(row.worst, row.indicator)} in week {row.worst_after:.0f}"
        parts.append(f"{label} (from week {row.breaks_after:.0f}, {worst}, {back})")
    return f"in {name} it breaks {listed(parts)}"


def _amount(value: float, indicator: str) -> str:
    about = INDICATORS[indicator]
    unit, amount = shown_in(about)[1], quantity(abs(value), about)
    sign = "+" if value >= 0 else "−"
    if unit.startswith("£"):
        return f"{sign}£{amount}{unit[1:]}"
    return f"{sign}{amount} {'points' if unit == '%' else unit}"


def screen_table(found: StressTest, shock: Shock) -> Table:
    """One shock's table for the terminal: what breaks, when, and how long until it is back."""
    from rich.table import Table

    drawn = Table(title=f"{shock.name}: {shock.title}", title_justify="left")
    for head in ("policy", "what breaks", "from week", "at worst", "in week", "back after"):
        drawn.add_column(head, justify="left" if head in ("policy", "what breaks") else "right")
    table = found.frame()
    for name, rows in table[table.shock == shock.name].groupby("scenario", sort=False):
        broken = rows[rows.breaks]
        if broken.empty:
            drawn.add_row(str(name), "nothing that matters", "", "", "", "")
        for number, row in enumerate(broken.itertuples()):
            back = f"{row.recovered_after:.0f} weeks" if math.isfinite(row.recovered_after) else "not by the end"
            drawn.add_row(
                str(name) if number == 0 else "",
                INDICATORS[row.indicator].label,
                f"{row.breaks_after:.0f}",
                _amount(row.worst, row.indicator),
                f"{row.worst_after:.0f}",
                back,
            )
    return drawn


def figure(found: StressTest, shock: str) -> Figure:
    """Every headline's difference through time under one shock, a line a policy. BadInput for an unknown shock."""
    import matplotlib

    table = found.frame()
    names = list(dict.fromkeys(table.indicator))
    span = next((one for one in found.shocks if one.name == shock), None)
    if span is None:
        right = suggestion(shock, [one.name for one in found.shocks])
        raise BadInput(Problem(f"there is no shock {shock!r}", right=right))
    with matplotlib.rc_context(_STYLE):
        drawn = _new_figure(10.0, 2.3 * -(-len(names) // 3) + 1.2)
        axes = drawn.subplots(-(-len(names) // 3), 3, squeeze=False, sharex=True).ravel()
        for axis, name in zip(axes, names, strict=False):
            scale, unit = shown_in(INDICATORS[name])
            smallest = INDICATORS[name].smallest * scale
            axis.axhspan(-smallest, smallest, color="#dddddd", linewidth=0, zorder=0)
            axis.axvspan(0, span.weeks, color="#f3e3c3", linewidth=0, zorder=-1)
            for place, policy in enumerate(found.policies):
                values = found.difference(policy, shock, name)[:, found.first_week :] * scale
                mean = interval(values).mean
                axis.plot(mean, color=_INK[place % len(_INK)], linestyle=_LINES[place % len(_LINES)], linewidth=1.2,
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


def stress_files(found: StressTest) -> Iterator[tuple[str, bytes]]:
    """The table, the weekly differences, the words and a figure a shock."""
    yield "stress.csv", csv_bytes(found.frame())
    yield "course.csv", csv_bytes(found.course())
    yield "summary.txt", ("\n\n".join(found.summary()) + "\n").encode()
    for shock in found.shocks:
        yield f"figures/{shock.name}.png", png_bytes(figure(found, shock.name))


def stress_summary(found: StressTest, folder: Path) -> dict[str, Any]:
    """What was found as an object for JSON."""
    return {
        "command": "stress",
        "results": str(folder),
        "replicates": len(found.seeds),
        "failed": [lost.message for lost in found.failed],
        "sentences": found.summary(),
        "stress": records(found.frame()),
    }
