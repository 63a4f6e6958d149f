"""Scenarios and places as a notebook shows them."""

from __future__ import annotations

from caremarket_sim import markup
from caremarket_sim.parameters import register
from caremarket_sim.policy.values import shown
from caremarket_sim.scenario.definition import Scenario
from caremarket_sim.scenario.places import Place, figure_kinds
from caremarket_sim.scenario.timing import WEEKS_A_YEAR, monday_of


def scenario_html(scenario: Scenario) -> str:
    """A scenario in a table, and a table of the levers that each of its changes moves."""
    years, weeks = divmod(scenario.weeks, WEEKS_A_YEAR)
    horizon = f"{years} years" if years and not weeks else f"{scenario.weeks} weeks"
    rows = [
        ("place", scenario.place.name, ""),
        ("starts", scenario.start.isoformat(), ""),
        ("horizon", horizon, ""),
        ("prices", scenario.prices, ""),
        *(
            (name, f"{shown(value)} {register()[name].unit}", f"in the register: {shown(register()[name].value)}")
            for name, value in scenario.parameters.overrides.items()
        ),
    ]
    if not scenario.changes:
        rows.append(("policy", "none", "the place's present regime goes on"))
    parts = [markup.table(f"{scenario.name}: {scenario.title}", ("", "value", ""), rows)]
    before = scenario.place.regime
    for change in scenario.changes:
        day = monday_of(change.week, scenario.start)
        parts.append(change.levers.as_html(f"From {day}: {change.why or 'no reason given'}", before))
        before = change.levers
    return "\n".join(parts)


def place_html(place: Place) -> str:
    """A place's figures, each with its unit, range, grade and source."""
    rows = []
    for key, kind in figure_kinds().items():
        figure = place.figures[key]
        span = "" if figure.low is None or figure.high is None else f"{shown(figure.low)} to {shown(figure.high)}"
        rows.append((kind.meaning, shown(figure.value), kind.unit, span, figure.grade, ", ".join(figure.source)))
    listed = f", {len(place.providers)} providers listed" if len(place.providers) else ""
    title = f"{place.name}: {len(place.zones)} zones{listed}, from {place.start}, prices of {place.price_base}"
    return markup.table(title, ("figure", "value", "unit", "range", "grade", "source"), rows)
