"""Sweeps and what is found in them, as a notebook shows them: the sentences first, then the table behind them."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

from caremarket_sim import markup
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.reporting.words import labelled, quantity, shown_in

if TYPE_CHECKING:
    from caremarket_sim.experiments.explore import Exploration
    from caremarket_sim.experiments.factors import Factor
    from caremarket_sim.experiments.sensitivity import Sensitivity
    from caremarket_sim.experiments.stress import StressTest
    from caremarket_sim.experiments.sweep import Sweep

MOST_ROWS = 30


def sweep_html(sweep: Sweep) -> str:
    """What was varied, how far, and how much of it was simulated."""
    rows = [(factor.name, _range(factor), factor.unit, factor.distribution) for factor in sweep.factors]
    futures = "one future" if sweep.replicates == 1 else f"{sweep.replicates} futures"
    size = f"{len(sweep.values)} samples of {len(rows)} factors, {futures} each"
    lost = f"; {len(sweep.failed)} runs failed" if sweep.failed else ""
    return markup.table(f"{sweep.title or sweep.name}: {size}{lost}", ("factor", "range", "unit", "spread"), rows)


def _range(factor: Factor) -> str:
    if factor.levels:
        return ", ".join(str(level) for level in factor.levels)
    return f"{factor.low:g} to {factor.high:g}"


def sensitivity_html(found: Sensitivity) -> str:
    """What drives each output: in words, and ranked with intervals."""
    ranking = found.ranking()
    rows = [
        (
            f"{row.rank}. {row.factor}",
            _asked(row),
            row.measure,
            f"{row.value:.3g}",
            f"{row.low:.3g} to {row.high:.3g}",
            "clear" if row.clear else "not clear of nothing",
        )
        for row in ranking.head(MOST_ROWS).itertuples(index=False)
    ]
    more = f" (the first {MOST_ROWS} of {len(ranking)})" if len(ranking) > MOST_ROWS else ""
    columns = ("factor", "output", "measure", "value", "95% interval", "")
    words = markup.sentences(found.sweep.title or found.sweep.name, found.summary())
    return words + markup.table(f"What drives it{more}", columns, rows)


def exploration_html(found: Exploration) -> str:
    """When a policy stops paying off: in words, and the limits of each box."""
    rows = [
        (
            row.factor,
            row.values or _limits(row.low, row.high),
            _asked(row),
            str(row.box),
            f"{row.coverage:.0%}",
            f"{row.density:.0%}",
        )
        for row in found.frame().head(MOST_ROWS).itertuples(index=False)
    ]
    columns = ("factor", "where", "output", "box", "coverage", "density")
    words = markup.sentences(found.sweep.title or found.sweep.name, found.summary())
    return words + (markup.table("Boxes in which it stops paying off", columns, rows) if rows else "")


def _limits(low: float, high: float) -> str:
    """A box's limits in one factor; nan where it has none."""
    if isnan(low):
        return f"at most {high:.3g}"
    return f"at least {low:.3g}" if isnan(high) else f"{low:.3g} to {high:.3g}"


def stress_html(found: StressTest) -> str:
    """What breaks under each shock: in words, and each headline's worst difference."""
    rows = []
    for row in found.frame().itertuples(index=False):
        indicator = INDICATORS[row.indicator]
        worst = quantity(row.worst, indicator, signed=True)
        breaks = f"yes, after {row.breaks_after:.0f} weeks" if row.breaks else "no"
        rows.append((labelled(indicator), row.scenario, row.shock, worst, breaks))
    columns = ("indicator", "policy", "shock", "worst difference", "breaks")
    return markup.sentences("What shocks do", found.summary()) + markup.table("Every headline", columns, rows)


def _asked(row: Any) -> str:
    """An output's name with its unit."""
    unit = f" ({shown_in(INDICATORS[row.indicator])[1]})" if row.indicator in INDICATORS else ""
    return f"{row.indicator}{unit}, {row.scenario}" + (f" − {row.reference}" if row.reference else "")
