"""Differences as every page shows them: a table of indicators by scenario, charts of effects and of courses in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from caremarket_sim.indicators import INDICATORS, Indicator
from caremarket_sim.methods.statistics import BETTER, CLEAR, WORSE
from caremarket_sim.report.results import Results
from caremarket_sim.results.periods import TRANSITION
from caremarket_sim.scenario.timing import day_in_words
from caremarket_sim.telling.answer import to_people
from caremarket_sim.telling.blocks import Cell, Data, Figure, Group, Row, Table
from caremarket_sim.telling.charts import Effect, EffectRow, Ground, Line, course, effects
from caremarket_sim.telling.svg import Drawing, shortened
from caremarket_sim.telling.words import (
    better_in,
    in_a_sentence,
    labelled,
    listed,
    marked,
    moved,
    quantity,
    shown_in,
    span,
)

TONES = {BETTER: "better", WORSE: "worse"}
DIFFERENCE_COLUMNS = [
    "scenario", "reference", "indicator", "period", "unit", "better", "reference_mean", "mean", "difference", "low",
    "high", "p_better", "p_same", "replicates", "draws", "verdict",
]  # fmt: skip


def with_interval(difference: float, low: float, high: float, indicator: Indicator) -> str:
    """A difference and its interval."""
    return f"{moved(difference, indicator)} ({span(low, high, indicator)})"


def effect_cell(
    row: pd.Series, indicator: Indicator, beside: Mapping[str, pd.DataFrame] | None = None, person: str = ""
) -> Cell:
    """What a cell says of one difference: the verdict, the difference with its interval, how often it is better.

    And the differences of other periods, by what they are called, and what it is to a person.
    """
    rest = with_interval(row.difference, row.low, row.high, indicator)
    if np.isfinite(row.p_better):
        rest += f"; better in {better_in(row)}"
    for period, table in (beside or {}).items():
        rest += f"; {period} {moved(table.difference[indicator.id], indicator)}"
    rest += f"; {person}" if person else ""
    return Cell(marked(row.verdict), rest, TONES.get(row.verdict, ""))


def _plain_cell(row: pd.Series, indicator: Indicator) -> Cell:
    """The verdict, and the difference with its interval."""
    shown = with_interval(row.difference, row.low, row.high, indicator)
    return Cell(marked(row.verdict), shown, TONES.get(row.verdict, ""))


def effect_table(
    results: Results, ids: Sequence[str], caption: str, name: str, note: str = "", brief: bool = False
) -> Table:
    """Indicators down, the reference's mean and every scenario's difference across; grouped by family.

    Of the weeks that verdicts go by; unless it is to be `brief` with the difference in other periods beside it, how
    often it is better, and what it is to a person. A brief table names under it what moves clearly in no scenario.
    """
    of = {scenario: results.differences(scenario) for scenario in results.others}
    clear = [id_ for id_ in ids if any(table.verdict[id_] in CLEAR for table in of.values())]
    rows = clear if brief and clear else ids
    if rest := [in_a_sentence(INDICATORS[id_].label) for id_ in ids if id_ not in rows]:
        said = f"Too small to matter or not clearly different in any policy, and in the CSV alone: {listed(rest)}."
        note = f"{note} {said}".strip()
    level = results.levels(results.reference)
    told = results.others if results.are_few and not brief else ()
    people = {scenario: to_people(results.tables["differences"], scenario) for scenario in told}
    families: dict[str, list[Row]] = {}
    for id_ in rows:
        indicator = INDICATORS[id_]
        base = level.loc[id_]
        interval = "" if brief else f"({span(base.low, base.high, indicator, signed=False)})"
        mean = Cell(quantity(base["mean"], indicator), interval)
        cells = []
        for scenario, table in of.items():
            row = table.loc[id_]
            if brief:
                cells.append(_plain_cell(row, indicator))
            else:
                person = people.get(scenario, {}).get(id_, "")
                cells.append(effect_cell(row, indicator, results.beside(scenario), person))
        want = {"higher": "more is better", "lower": "less is better"}.get(indicator.better, "")
        want = want if brief else "; ".join(filter(None, (want, matters_from(indicator))))
        row = Row(Cell(labelled(indicator), want), [mean, *cells])
        families.setdefault(indicator.family, []).append(row)
    groups = [Group(family.capitalize() if len(families) > 1 else "", rows) for family, rows in families.items()]
    level_of = f"{results.reference}, mean" + ("" if brief else " (95% interval)")
    columns = ["Indicator", level_of, *(f"{s}: difference" for s in results.others)]
    return Table(caption, columns, groups, note, differences_data(results, ids, name), stacks=True)


def matters_from(indicator: Indicator) -> str:
    """How large a difference of an indicator is that matters, in the unit in which it is shown."""
    return f"matters from {indicator.smallest * shown_in(indicator)[0]:g}"


def differences_data(results: Results, ids: Sequence[str], name: str) -> Data:
    """The rows of the table of differences that are about these indicators, in every period."""
    table = results.tables["differences"]
    rows = table[table.indicator.isin(list(ids))]
    rows = rows[DIFFERENCE_COLUMNS].assign(smallest_that_matters=[INDICATORS[id_].smallest for id_ in rows.indicator])
    return Data(name, rows.reset_index(drop=True))


def effect_chart(results: Results, title: str, ids: Sequence[str]) -> Drawing:
    """Every scenario's difference in these indicators, with its interval."""
    rows = []
    for id_ in ids:
        indicator = INDICATORS[id_]
        found = []
        for scenario in results.others:
            row = results.differences(scenario).loc[id_]
            shown = with_interval(row.difference, row.low, row.high, indicator)
            position = results.position(scenario)
            other = {period: float(table.difference[id_]) for period, table in results.beside(scenario).items()}
            found.append(Effect(scenario, position, row.difference, row.low, row.high, shown, row.verdict, other))
        sign = -1.0 if indicator.better == "lower" else 1.0
        rows.append(EffectRow(labelled(indicator), indicator.smallest, sign, found))
    return effects(title, rows, results.reference)


def course_chart(results: Results, id_: str) -> Drawing:
    """One indicator year by year in every scenario."""
    indicator = INDICATORS[id_]
    factor, unit = shown_in(indicator)
    lines, said = [], []
    for scenario in results.names:
        rows = [results.levels(scenario, f"year_{year}").loc[id_] for year in range(1, results.years + 1)]
        points = [(float(year), row["mean"] * factor) for year, row in enumerate(rows, start=1)]
        band = [(row.low * factor, row.high * factor) for row in rows]
        lines.append(Line(scenario, results.position(scenario), points, band))
        first, last = quantity(rows[0]["mean"], indicator), quantity(rows[-1]["mean"], indicator)
        said.append(f"{scenario} from {first} to {last}")
    span_of = f"{results.year_name(1)} to {results.year_name(results.years)}"
    words = f"{labelled(indicator)}, {span_of}: {'; '.join(said)}."
    years = {float(year): short_year(results, year) for year in range(1, results.years + 1)}
    until = len(results.periods.of(TRANSITION)) / 52 + 0.5  # a year stands at its number, which is its middle
    title = shortened(labelled(indicator), 46)
    moves = [(float(year), results.position(scenario)) for scenario in results.names
             for year in moving_years(results, scenario)]  # fmt: skip
    ground = Ground(least=SPAN * indicator.smallest * factor, grey_until=until, events=moves)
    return course(title, lines, years, on_axis, f"{words} Unit: {unit}.", ground=ground)


MOVED = "people_transferred"
SPAN = 8.0
"""How many of the smallest differences that matter a vertical axis spans at least."""


def moving_years(results: Results, scenario: str) -> list[int]:
    """The years in which new contracts move more people to another provider than matter."""
    table = results.tables["levels"]
    rows = table[(table.scenario == scenario) & (table.indicator == MOVED) & table.period.str.startswith("year_")]
    large = rows[rows["mean"] >= INDICATORS[MOVED].smallest]
    return sorted(int(period.removeprefix("year_")) for period in large.period)


def why_it_moves(results: Results) -> str:
    """Why a line drops or jumps, to end a caption with: contracts that begin anew."""
    found = {name: years for name in results.names if (years := moving_years(results, name))}
    if not found:
        return ""
    parts = [f"{name} in {listed([short_year(results, year) for year in years])}" for name, years in found.items()]
    return f" ▾: contracts begin anew and people change provider ({'; '.join(parts)})."


def transition_words(results: Results) -> str:
    """What the grey part of a chart over time is, to end its caption with."""
    if not len(results.periods.of(TRANSITION)):
        return ""
    return f" Grey: transition, to {day_in_words(results.periods.ends(TRANSITION))}, before all scenarios are in force."


def on_axis(value: float) -> str:
    """A number as it stands beside an axis."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def short_year(results: Results, year: int) -> str:
    """A year as it stands under a narrow chart: 24/25."""
    name = results.year_name(year)
    return name.removeprefix("Year ") if name.startswith("Year") else name[2:]


def course_figure(results: Results, ids: Sequence[str], name: str) -> Figure:
    """Courses of some indicators side by side."""
    table = results.tables["levels"]
    rows = table[table.period.str.startswith("year_") & table.indicator.isin(list(ids))]
    why = f"{why_it_moves(results)}{transition_words(results)}"
    caption = (
        f"Year by year, with 95% intervals of the mean.{why} An axis spans at least {SPAN:g} of the smallest "
        "differences that matter."
    )
    return Figure([course_chart(results, id_) for id_ in ids], caption, Data(name, rows.reset_index(drop=True)))
