"""What the emulator expects of the policies at once, before anything of them is simulated."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from caremarket_sim.findings.frames import headlines
from caremarket_sim.results.periods import span_of_years
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.timing import WEEKS_A_YEAR
from caremarket_sim.studies.whatif.result import Answer, WhatIf
from caremarket_sim.studies.whatif.study import at_once, shipped
from caremarket_sim.telling.blocks import Cell, Group, Row, Table
from caremarket_sim.telling.page import blocks_html
from caremarket_sim.telling.words import change

TONES = {"better": "better", "worse": "worse"}
UNKNOWN = Cell("not estimated", tone="unknown")
NOTE = (
    "By an emulator of many simulated futures; nothing here is simulated. In brackets: where the mean of simulated "
    "futures lies in nine cases of ten. What is not estimated is grey: it lies beyond what was tried, or errs too much."
)


def estimates_html(policies: Sequence[Scenario], reference: Scenario, emulator: WhatIf | None = None) -> Markup:
    """The headline differences of each policy from the reference, as the emulator (the shipped one) expects them."""
    known = shipped() if emulator is None else emulator
    expected = [at_once(policy, reference, known) for policy in policies]
    answers = [{one.indicator: one for one in found} for found, _ in expected]
    rows = [Row(Cell(one.label), [_cell(found.get(one.id)) for found in answers]) for one in headlines()]
    why = " ".join(f"{policy.name}: {said}" for policy, (_, said) in zip(policies, expected, strict=True) if said)
    years = span_of_years(round(known.years * WEEKS_A_YEAR))
    caption = f"Estimated at once: differences from {reference.name}, over {years} from the first day"
    columns = ["Indicator", *(policy.name for policy in policies)]
    return blocks_html([Table(caption, columns, [Group("", rows)], f"{NOTE} {why}".strip(), stacks=True)])


def _cell(answer: Answer | None) -> Cell:
    """What one indicator is expected to differ by, with its bar and verdict; grey where that is not known."""
    if answer is None:
        return UNKNOWN
    if answer.why_not:
        return Cell(UNKNOWN.text, f"{answer.why_not}.", UNKNOWN.tone)
    low, high = (change(value, answer.indicator) for value in (answer.low, answer.high))
    said = f"{answer.verdict} ({low} to {high})"
    return Cell(change(answer.difference, answer.indicator), said, TONES.get(answer.verdict, ""))
