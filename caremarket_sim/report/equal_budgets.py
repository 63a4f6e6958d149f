"""Every policy at the reference's budget, beside what it does as written."""

from __future__ import annotations

from caremarket_sim.findings import equal_budget
from caremarket_sim.findings.frames import headlines
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.report.effects import effect_cell
from caremarket_sim.report.finance import thousands
from caremarket_sim.report.results import Results
from caremarket_sim.telling.blocks import Block, Cell, Data, Group, Page, Points, Row, Table, Text
from caremarket_sim.telling.blocks import plain_rows as rows_of
from caremarket_sim.telling.words import labelled


def equal_budget_pages(results: Results) -> list[Page]:
    """The page, if budgets were made equal."""
    fees = results.tables.get("equal_budget_fees")
    if fees is None:
        return []
    sentences = list(fees.drop_duplicates("scenario").sentence)
    rows = []
    for row in fees.sort_values(["scenario", "fee_level"], kind="stable").itertuples(index=False):
        if row.fee == equal_budget.TRIED:
            continue
        gap = f"{thousands(row.difference, True)} ({thousands(row.low, True)} to {thousands(row.high, True)})"
        rows.append([f"{row.scenario}, {row.fee}", f"{row.fee_level:.4g}", thousands(row.council_spend), gap])
    columns = ["Fee", "Multiple of the place’s fee", "Council spend, £ thousand a year", f"Over {results.reference}’s"]
    blocks: list[Block] = [
        Text(
            "A policy that pays more buys part of what it does with money. Here each one’s fee level is moved until "
            f"the council spends on average what it does under {results.reference} in the same weeks "
            f"({results.periods.words}), within "
            f"{equal_budget.WITHIN:.1%}, on the same futures. Where no fee within the bounds does, none is reported."
        ),
        Points(sentences),
        Table(
            "What the council spends at different fees",
            columns,
            rows_of(rows),
            "Fees between these that were tried on the way are in the CSV.",
            Data("equal_budget_fees", fees),
        ),
    ]
    solved = results.tables.get("equal_budget")
    if solved is not None:
        blocks += [_side_by_side(results, name) for name in solved.scenario.unique()]
    return [Page("equal-budget", "Equal budgets", "The finance director, the scrutiny committee", blocks)]


def _side_by_side(results: Results, name: str) -> Table:
    solved = results.tables["equal_budget"]
    at_budget = solved[(solved.scenario == name) & (solved.period == results.periods.verdicts)].set_index("indicator")
    as_written = results.differences(name)
    level = float(at_budget.fee_level.iloc[0])
    rows = [
        Row(
            Cell(labelled(indicator)),
            [
                effect_cell(as_written.loc[indicator.id], INDICATORS[indicator.id]),
                effect_cell(at_budget.loc[indicator.id], INDICATORS[indicator.id]),
            ],
        )
        for indicator in headlines()
    ]
    columns = ["Indicator", "As written", f"At equal budget (fee level {level:.4g})"]
    caption = f"{name}: differences from {results.reference}, as written and at equal budget"
    data = Data(f"equal_budget_{name}", at_budget.reset_index())
    return Table(caption, columns, [Group("", rows)], data=data, stacks=True)
