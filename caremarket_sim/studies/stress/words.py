"""A stress test in words, tables and figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from caremarket_sim.indicators import INDICATORS
from caremarket_sim.results.periods import IN_FORCE
from caremarket_sim.scenario.timing import day_in_words
from caremarket_sim.studies.stress.result import RECOVERED_WEEKS, SMOOTHED_WEEKS, Shock, StressTest
from caremarket_sim.telling.words import in_a_sentence, listed, quantity, shown_in

if TYPE_CHECKING:
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
