"""What a user may set about a report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from caremarket_sim.errors import BadInput, Problem


@dataclass(frozen=True, slots=True)
class Settings:
    """`thresholds`: the range of what a QALY is worth, £; `budget`: the council's budget a year, £, or None for what
    the reference spends; `outlines`: a GeoJSON file of the zones, or None for tiles; `small_cell`: people or workers
    behind a number below which it carries a warning.

    The range spans the £20,000 to £30,000 that NICE uses for health and the £50,011 a QALY that homecare was found to
    cost at its mean intensity (Forder and others 2013), with room above.
    """

    thresholds: tuple[float, float] = (10_000.0, 70_000.0)
    budget: float | None = None
    outlines: Path | None = None
    small_cell: float = 10.0

    def __post_init__(self) -> None:
        low, high = self.thresholds
        problems = []
        if not 0 <= low < high:
            problems.append(
                Problem(f"the range of thresholds is {low:g} to {high:g}", right="give the lower one first")
            )
        if self.budget is not None and self.budget <= 0:
            problems.append(Problem(f"the budget is {self.budget:g}", right="give pounds a year above 0"))
        if problems:
            raise BadInput(problems)
