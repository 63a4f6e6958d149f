"""How a sweep shows itself: what was varied, how far, and how much of it was simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caremarket_sim import markup
from caremarket_sim.studies.sweep.figures import scatter as scatter

if TYPE_CHECKING:
    from caremarket_sim.methods.factors import Factor
    from caremarket_sim.studies.sweep.result import Sweep


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
