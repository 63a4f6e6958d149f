"""A sweep's outputs and weeks in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from caremarket_sim.indicators import INDICATORS
from caremarket_sim.results.periods import ALL, IN_FORCE

if TYPE_CHECKING:
    from caremarket_sim.studies.sweep.result import Output, Sweep


def label(output: Output) -> str:
    """The output as people read it."""
    indicator = INDICATORS.get(output.indicator)
    name = indicator.label if indicator is not None else output.indicator
    return f"{name}, {output.scenario} against {output.reference}" if output.reference else f"{name}, {output.scenario}"


def weeks_asked_about(sweep: Sweep) -> str:
    """Of which weeks a sweep's numbers are."""
    if sweep.period == ALL:
        return "Numbers are of all weeks, those in which a policy was in preparation included."
    if sweep.period == IN_FORCE:
        return "Numbers are of the weeks in which the policies are in force in every sample."
    return f"Numbers are of the {sweep.period}."
