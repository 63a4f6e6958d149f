"""For the finance director: the budget by payer and year, who gains and who pays, risk, pay-back, value for money."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from caremarket_sim.findings import economics
from caremarket_sim.report.effects import course_figure, effect_table, short_year, transition_words
from caremarket_sim.report.results import Results
from caremarket_sim.report.settings import Settings
from caremarket_sim.results.periods import TRANSITION
from caremarket_sim.scenario.timing import day_in_words
from caremarket_sim.telling.blocks import (
    Block,
    Cell,
    Data,
    Figure,
    Group,
    Heading,
    Page,
    Points,
    Row,
    Table,
    Text,
    plain_rows,
)
from caremarket_sim.telling.charts import Cloud, Ground, Line, course, plane
from caremarket_sim.telling.words import UNKNOWN, as_written, spend_sentences

UNIT_COSTS = ("cost_per_hour", "cost_per_client", "fee", "package_share", "commissioning_spend")
FEW = 20
"""Replicates below which a ninth decile rests on one or two futures."""


def finance_page(results: Results, settings: Settings) -> Page:
    """The finance director's page."""
    blocks: list[Block] = [
        Text(
            "Pounds of the year in which they are spent, undiscounted; a year is 52 weeks. Years run from "
            f"{results.place['start']}. Every figure is the mean of {results.replicates} simulated futures. Money is "
            f"counted over {results.periods.whole}, the transition included, because what a policy costs includes what "
            "it takes to get there; unit costs, as all verdicts, go by the weeks in force."
        ),
        *_spend(results),
        *_who_gains(results),
        *_risk(results, settings),
        *_value(results, settings),
        Heading("Unit costs"),
        effect_table(
            results, UNIT_COSTS, f"What an hour and a person cost, {results.periods.words}", "unit_costs", brief=True
        ),
        course_figure(results, ("council_spend", "cost_per_hour", "nhs_cost"), "finance_courses"),
    ]
    return Page("finance", "Finance", "The finance director", blocks)


def budget_page(results: Results) -> Page:
    """Every line of the budget, year by year, behind the finance director's page."""
    return Page("budget", "The budget by payer and year", "The finance director", _budget(results), annex=True)


def thousands(pounds: float, signed: bool = False) -> str:
    """Pounds as thousands."""
    if not np.isfinite(pounds):
        return UNKNOWN
    return as_written(f"{round(pounds / 1000):{'+' if signed else ''},d}")


def _spend(results: Results) -> list[Block]:
    """What everybody pays over all years together."""
    said = spend_sentences(results.tables["spend"], results.periods)
    return [Heading("What it costs in all"), *map(Text, said), payer_table(results)]


def payer_table(results: Results) -> Table:
    """What each payer pays over all years together, £ thousand."""
    rows = payer_rows(results, thousands, "All payers")
    columns = ["£ thousand", results.reference, *results.others]
    caption = f"What everybody pays over {results.periods.whole} together"
    data = Data("finance_spend", results.tables["spend"])
    return Table(caption, columns, [Group("", rows)], payer_note(results), data, numbers=True)


def payer_rows(results: Results, pounds: Callable[..., str], everybody: str) -> list[Row]:
    """A row a payer: what it pays over all years together and the difference from the reference with its interval.

    `pounds` writes a sum, and with True after it one with its sign; `everybody` is what all payers together are called.
    """
    found = results.tables["spend"]
    rows = []
    for payer in dict.fromkeys(found.payer):
        own = found[found.payer == payer].set_index("scenario")
        cells = [Cell(pounds(own.loc[results.reference, "mean"]))]
        for name in results.others:
            row = own.loc[name]
            span = f"{pounds(row.difference_low, True)} to {pounds(row.difference_high, True)}"
            cells.append(Cell(pounds(row["mean"]), f"{pounds(row.difference, True)} ({span})"))
        rows.append(Row(Cell(everybody if payer == "All" else payer), cells, strong=payer == "All"))
    return rows


def payer_note(results: Results) -> str:
    """What stands beside each sum."""
    beside = f"Beside each sum the difference from {results.reference}, in brackets its 95% interval"
    return f"{beside}; each is rounded by itself."


def _budget(results: Results) -> list[Block]:
    found = economics.budget(results.tables["yearly"], results.reference)
    data = Data("finance_budget", found)
    blocks: list[Block] = []
    years = range(1, results.years + 1)
    columns = ["£ thousand", *(results.year_name(year) for year in years), "Total"]
    for name in results.names:
        groups, grand = [], np.zeros(results.years + 1)
        own = found[found.scenario == name]
        for payer in economics.PAYERS:
            rows, sums = [], np.zeros(results.years + 1)
            for entry in economics.BUDGET:
                if entry.payer != payer:
                    continue
                line = own[(own.payer == payer) & (own.line == entry.label)].set_index("period")["mean"]
                each = [round(line[f"year_{year}"] / 1000) for year in years]
                shown = np.array([*each, sum(each)])
                sums += shown
                if shown.any():
                    rows.append(Row(Cell(entry.label), [Cell(f"{value:,d}") for value in shown]))
            grand += sums
            total = Row(Cell(f"{payer}: total"), [Cell(f"{int(value):,d}") for value in sums], strong=True)
            groups.append(Group(payer, [*rows, total] if len(rows) > 1 else rows or [total]))
        everything = Row(Cell("All payers"), [Cell(f"{int(value):,d}") for value in grand], strong=True)
        groups.append(Group("All payers", [everything]))
        note = (
            "Lines are rounded to the thousand and totals are sums of what is shown, so that rows and columns add up. "
            "The CSV has every line unrounded, with intervals and paired differences."
        )
        caption = f"{name}: who pays what, year by year"
        blocks.append(Table(caption, columns, groups, note, data, numbers=True))
    return blocks


def _who_gains(results: Results) -> list[Block]:
    found = economics.who_gains(results.tables["overall"], results.reference)
    level = found[found.scenario == results.reference].set_index("party")
    rows, sums = [], {name: 0 for name in results.others}
    for party in economics.POSITIONS:
        cells = [Cell(thousands(level.loc[party, "mean"], signed=True))]
        for name in results.others:
            row = found[(found.scenario == name) & (found.party == party)].iloc[0]
            sums[name] += round(row.difference / 1000)
            span = f"({thousands(row.difference_low, True)} to {thousands(row.difference_high, True)})"
            clear = row.difference_low > 0 or row.difference_high < 0
            word = ("gains " if row.difference > 0 else "loses ") if clear else ""
            amount = thousands(abs(row.difference)) if clear else thousands(row.difference, True)
            cells.append(Cell(f"{word}{amount}", span))
        rows.append(Row(Cell(party), cells))
    count = len(economics.POSITIONS)
    cells = [Cell("", "every pound paid is a pound received"), *(Cell(f"{sums[name]:+,d}") for name in results.others)]
    rows.append(Row(Cell("Sum of what is shown"), cells, strong=True))
    columns = ["£ thousand a year", f"{results.reference}: net receipts", *(f"{n}: difference" for n in results.others)]
    note = (
        "Receipts less payments; more is better for the party named. In brackets the 95% interval of the paired "
        f"difference. The sum of the {count} lines is nothing but for rounding to the thousand: care costs somebody "
        "what it pays somebody else, so a council's saving is a gain only if what is bought is worth as much."
    )
    table = Table(
        f"Who gains and who pays, a year, over {results.periods.whole}",
        columns,
        [Group("", rows)],
        note,
        Data("finance_who_gains", found),
        stacks=True,
    )
    return [Heading("Who gains and who pays"), table]


def _risk(results: Results, settings: Settings) -> list[Block]:
    found = economics.risk(results.tables["yearly"], results.reference, settings.budget)
    spent = f"£{settings.budget:,.0f} a year" if settings.budget else f"what {results.reference} costs on average"
    rows = []
    for year, of_year in found.groupby("year", sort=True):
        cells = [Cell(thousands(row.mean), _chances(row, results.reference)) for row in of_year.itertuples(index=False)]
        rows.append(Row(Cell(results.year_name(int(year))), cells))
    note = (
        "P90: the council spends more than this in one future in ten. "
        + ("With so few futures it is little more than the dearest of them. " if results.replicates < FEW else "")
        + f"The budget is {spent}."
    )
    columns = ["Council spend, £ thousand", *results.names]
    paid = economics.break_even(results.weekly_spend, results.reference)
    says = []
    for name in results.others:
        how, week = economics.break_even_week(paid, name)
        last = paid[paid.scenario == name].iloc[-1]
        extra = float(last.extra_cost_so_far)
        word = "saved" if extra < 0 else "spent"
        so_far = (
            f"by the end of {results.year_name(results.years)} the council has {word} "
            f"£{thousands(abs(extra))} thousand{' more' if extra > 0 else ''} against {results.reference} "
            f"(extra cost {thousands(last.low, True)} to {thousands(last.high, True)})"
        )
        when = {
            "never dearer": "on average at no time dearer",
            "not within the horizon": "on average what it costs more is not saved again within the horizon",
        }.get(how) or f"on average what it cost more at first is saved again by {day_in_words(results.day(week or 1))}"
        cheap = round(last.paid_back_share * last.replicates)
        says.append(f"{name}: {so_far}; {when}; it has cost no more in {cheap} of {last.replicates} futures.")
    lines = [
        Line(
            name,
            results.position(name),
            [(row.week / 52.0, row.extra_cost_so_far / 1e6) for row in rows_of.itertuples()],
            [(row.low / 1e6, row.high / 1e6) for row in rows_of.itertuples()],
        )
        for name, rows_of in paid[paid.week % 4 == 0].groupby("scenario", sort=False)
    ]
    years = {float(year): short_year(results, year) for year in range(1, results.years + 1)}
    words = f"Extra council spend so far against {results.reference}. " + " ".join(says)
    ground = Ground(from_zero=True, grey_until=len(results.periods.of(TRANSITION)) / 52)
    chart = course("Extra cost so far, £ million", lines, years, _extra, words, ground=ground)
    return [
        Heading("The risk of overspending"),
        Table(
            f"Council spend by year: mean; P90, futures over budget, futures dearer than {results.reference}",
            columns,
            [Group("", rows)],
            note,
            Data("finance_risk", found),
        ),
        Heading("What it saves, and by when"),
        Points(says),
        Figure(
            [chart],
            f"Extra council spend against {results.reference}, added up week by week, with 95% intervals; "
            f"years end where they stand on the axis.{transition_words(results)}",
            Data("finance_break_even", paid),
        ),
    ]


def _chances(row: Any, reference: str) -> str:
    """What a year's spend may be: in one future in ten, over the budget, and over the reference's."""
    over = (
        f"P90 {thousands(row.p90)}; over budget {round(row.chance_of_overspend * row.replicates)} of {row.replicates}"
    )
    if row.scenario == reference:
        return over
    return f"{over}; dearer {round(row.over_reference * row.replicates)} of {row.replicates}"


def _value(results: Results, settings: Settings) -> list[Block]:
    overall = results.tables["overall"]
    blocks: list[Block] = [
        Heading("Value for money"),
        Text(
            "Gain is in ASCOT-QALYs: social care related quality of life, summed over everybody with a package or "
            "waiting for one. A cost for a QALY is shown only where every future says the same: that more is gained "
            "and it costs more, or less is gained and it costs less. What a QALY is worth is for the reader "
            f"to say: a range of £{settings.thresholds[0]:,.0f} to £{settings.thresholds[1]:,.0f} is shown."
        ),
    ]
    points = economics.paired_points(overall, results.reference)
    wider = economics.paired_points(overall, results.reference, economics.PUBLIC)
    drawings = [
        _plane(results, points, "Council spend, extra £ million a year"),
        _plane(results, wider, "Council and NHS, extra £ million a year"),
    ]
    both = pd.concat([points.assign(cost_to="council"), wider.assign(cost_to="council and NHS")], ignore_index=True)
    caption = (
        f"The incremental plane: every future's gain in QALYs a year (across) and extra cost (up) against "
        f"{results.reference}, which is where the lines cross. One marker a future."
    )
    blocks.append(Figure(drawings, caption, Data("finance_plane", both)))
    rows = []
    for who, found in (("council", points), ("council and NHS", wider)):
        for row in economics.quadrants(found).itertuples(index=False):
            counts = [f"{count} of {row.pairs}" for count in row[1:5]]
            ratio = f"£{row.ratio:,.0f}" if np.isfinite(row.ratio) else "none: futures disagree or it dominates"
            rows.append([f"{row.scenario}, cost to {who}", *counts, ratio])
    columns = [
        "Futures",
        *(name.capitalize() for name in economics.QUADRANTS),
        "£ a QALY gained (or saved a QALY lost)",
    ]
    blocks.append(Table("In which quarter of the plane the futures lie", columns, plain_rows(rows)))
    grid = np.linspace(*settings.thresholds, 25).tolist()
    found = economics.acceptability(overall, grid)
    picked = [settings.thresholds[0], *(x for x in (20e3, 30e3, 50e3) if _within(x, settings)), settings.thresholds[1]]
    at = economics.acceptability(overall, picked)
    blocks.append(
        Figure(
            [
                _curves(results, found, "best_share", "Share of futures where best", 1.0, "{:.1f}".format),
                _curves(results, found, "expected_loss", "Expected loss, £ million a year", 1e-6, "{:,.3g}".format),
            ],
            "Acceptability: for each worth of a QALY (across), how often each way is the best of all; and what "
            "choosing it loses on average against choosing the best in each future. Cost to the council.",
            Data("finance_acceptability", found),
        )
    )
    rows = []
    for name in results.names:
        own = at[at.scenario == name]
        cells = [Cell(f"best in {r.best_share:.0%}", f"loses £{thousands(r.expected_loss)} thousand")
                 for r in own.itertuples()]  # fmt: skip
        rows.append(Row(Cell(name), cells))
    columns = ["A QALY is worth", *(f"£{x:,.0f}" for x in picked)]
    caption = "In how many futures each way is best or as good, and what choosing it loses a year on average"
    data = Data("finance_acceptability_table", at)
    blocks.append(Table(caption, columns, [Group("", rows)], data=data))
    return blocks


def _within(value: float, settings: Settings) -> bool:
    return settings.thresholds[0] < value < settings.thresholds[1]


def _plane(results: Results, points: pd.DataFrame, title: str):
    clouds, said = [], []
    for name, own in points.groupby("scenario", sort=False):
        pairs = [(gain, cost / 1e6) for gain, cost in zip(own.gain, own.cost, strict=True)]
        clouds.append(Cloud(str(name), results.position(str(name)), pairs))
        said.append(f"{name} gains {own.gain.mean():+,.1f} QALYs a year at {own.cost.mean() / 1e6:+,.2f} on average")
    words = f"{title}, against QALYs gained, {len(results.others)} clouds of points: {'; '.join(said)}."
    return plane(clouds, words, "QALYs gained a year", title, results.reference)


def _curves(results: Results, found: pd.DataFrame, column: str, title: str, scale: float, shown):
    lines, said = [], []
    for name in results.names:
        own = found[found.scenario == name]
        values = own[column] * scale
        lines.append(Line(name, results.position(name), list(zip(own.threshold / 1000, values, strict=True))))
        said.append(f"{name} from {values.iloc[0]:,.2f} to {values.iloc[-1]:,.2f}")
    low, high = found.threshold.min() / 1000, found.threshold.max() / 1000
    words = f"{title}, as a QALY is worth £{low:g} thousand to £{high:g} thousand: {'; '.join(said)}."
    axis = {x: f"{x:g}" for x in np.linspace(low, high, 4).round()}
    return course(
        title, lines, axis, shown, words, x_title="worth of a QALY, £ thousand", ground=Ground(from_zero=True)
    )


def _extra(pounds: float) -> str:
    """A sum in millions beside an axis."""
    return as_written(f"{pounds:+,.3g}")
