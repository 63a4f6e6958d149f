"""A policy's line of time, drawn: what is decided, prepared and in force when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from markupsafe import Markup

from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.timeline import Course, timeline
from caremarket_sim.scenario.timing import WEEKS_A_YEAR, day_in_words, monday_of, week_of
from caremarket_sim.telling.blocks import Figure
from caremarket_sim.telling.page import blocks_html
from caremarket_sim.telling.palette import ACCENT, INK
from caremarket_sim.telling.svg import Drawing

WIDTH, EDGE, ROW, BAR = 380.0, 12.0, 40.0, 12.0
"""Of the drawing, in its own units: its width, its margin, the height of a change, and that of its bar."""
PREPARED = ("#ffffff", "#dadada", "#a6a6a6", "#bcd6ef")
"""Of co-design, tender, mobilisation, and the weeks in which zones move."""
CAPTION = (
    "▼ decided. White: co-design; grey: tender; dark grey: mobilisation; pale blue: zones move to new contracts; blue: "
    "in force. Dashes: the date from which a lever that is moved now holds."
)


def time_line(scenario: Scenario, day: date) -> Markup | None:
    """The line of time of a scenario, with a day marked on it; None for one without a change of policy."""
    courses = timeline(scenario).courses
    if not courses:
        return None
    bottom = 6 + ROW * len(courses)
    drawing = Drawing(WIDTH, bottom + 22, "The line of time, which the sentences below say in words.")

    def across(week: int) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * min(week, scenario.weeks) / scenario.weeks

    for week in range(0, scenario.weeks + 1, WEEKS_A_YEAR):
        drawing.line(across(week), bottom, across(week), bottom + 5)
        anchor = "start" if week == 0 else "end" if week == scenario.weeks else "middle"
        month = monday_of(week, scenario.start) + timedelta(days=6)  # in which the week ends: April, year for year
        drawing.text(across(week), bottom + 17, f"{month:%Y}" if week else f"{month:%b %Y}", 11, anchor)
    drawing.line(EDGE, bottom, WIDTH - EDGE, bottom)
    for number, course in enumerate(courses):
        _draw(drawing, course, 6 + ROW * number, scenario, across)
    marked = across(max(0, week_of(day, scenario.start)))
    drawing.line(marked, 0, marked, bottom, dash="4 3")
    return blocks_html([Figure([drawing], CAPTION)])


def _draw(drawing: Drawing, course: Course, top: float, scenario: Scenario, across: Callable[[int], float]) -> None:
    """A change in a row of its own: its day, and under it a bar of what becomes of it."""
    decided = across(course.week)
    late = decided > WIDTH / 2
    said = f"Decided {day_in_words(monday_of(course.week, scenario.start))}"
    drawing.text(decided + (-8 if late else 8), top + 12, said, 12, "end" if late else "start")
    drawing.mark(decided, top + 9, "down", INK)
    bar = top + 18
    begun = [week for week in course.levers.values() if week is not None]
    tender = course.tender
    if tender is None:
        if begun:
            drawing.box(across(min(begun)), bar, across(scenario.weeks) - across(min(begun)), BAR, ACCENT)
        return
    until = scenario.weeks if tender.overtaken is None else tender.overtaken
    weeks = [tender.decided, tender.advertised, tender.award, tender.start, tender.settled]
    for colour, first, last in zip(PREPARED, weeks, weeks[1:], strict=False):
        if min(last, until) > first:
            drawing.box(across(first), bar, across(min(last, until)) - across(first), BAR, colour, INK)
    if tender.overtaken is None and begun:
        drawing.box(across(tender.settled), bar, across(scenario.weeks) - across(tender.settled), BAR, ACCENT)
