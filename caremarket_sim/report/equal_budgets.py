"""What money does by itself: every policy at an equal budget, and the dearest one's pounds as plain fee."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from caremarket_sim.findings import equal_budget
from caremarket_sim.findings.frames import headlines
from caremarket_sim.findings.placebo import NAME
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.report.effects import effect_cell
from caremarket_sim.report.finance import thousands
from caremarket_sim.report.results import Results
from caremarket_sim.telling.blocks import Block, Cell, Data, Group, Page, Points, Row, Table, Text
from caremarket_sim.telling.blocks import plain_rows as rows_of
from caremarket_sim.telling.words import labelled


def equal_budget_pages(results: Results) -> list[Page]:
    """The page, if budgets were made equal."""
    terms = results.tables.get("equal_budget_terms")
    if terms is None:
        return []
    sentences = list(terms.drop_duplicates(["scenario", "way"]).sentence)
    rows = []
    for row in terms[terms.role != equal_budget.TRIED].itertuples(index=False):
        gap = f"{thousands(row.difference, True)} ({thousands(row.low, True)} to {thousands(row.high, True)})"
        rows.append([f"{row.scenario}: {row.way}, {row.role}", row.terms, thousands(row.council_spend), gap])
    columns = ["Policy", "Terms", "Council spend, £ thousand a year", "Over the other’s"]
    blocks: list[Block] = [
        Text(
            "A policy that pays more buys part of what it does with money. Here terms that a council would change "
            "(paid extras first, then the fee, then fewer providers) are moved until the council spends on average "
            f"what it does under the other in the same weeks ({results.periods.words}), within "
            f"{equal_budget.WITHIN:.1%}, on the same futures: each policy at {results.reference}’s spend, and "
            f"{results.reference} at each policy’s. No fee is below what one more hour costs. Where no terms do it, "
            "it says how much is short."
        ),
        Points(sentences),
        Table(
            "What the council spends with which terms",
            columns,
            rows_of(rows),
            "Terms that were tried on the way are in the CSV.",
            Data("equal_budget_terms", terms),
        ),
    ]
    solved = results.tables.get("equal_budget")
    if solved is not None:
        blocks += [_side_by_side(results, name) for name in solved.scenario.unique()]
    return [Page("equal-budget", "Equal budgets", "The finance director, the scrutiny committee", blocks)]


@dataclass(frozen=True, slots=True)
class PlaceboRows:
    """What a results folder has of the placebo, in the weeks that verdicts go by: all `rows`; of them by indicator the
    plain fee against the reference (`money`) and the policy against the plain fee (`rest`)."""

    rows: pd.DataFrame
    money: pd.DataFrame
    rest: pd.DataFrame

    @property
    def policy(self) -> str:
        """The policy whose pounds are paid as fee."""
        return str(self.rest.scenario.iloc[0])

    @property
    def level(self) -> float:
        """The fee, in times of the place's."""
        return float(self.rows.fee_level.iloc[0])

    @property
    def futures(self) -> int:
        """On how many futures it was tried."""
        return int(self.money.replicates.iloc[0])


def placebo_in(results: Results) -> PlaceboRows | None:
    """The placebo, if there was one."""
    table = results.tables.get("placebo")
    if table is None:
        return None
    here = table[table.period == results.periods.verdicts]
    by_indicator = here.set_index("indicator")
    return PlaceboRows(here, by_indicator[by_indicator.scenario == NAME], by_indicator[by_indicator.scenario != NAME])


def placebo_pages(results: Results) -> list[Page]:
    """The page of the placebo, if there was one: more fee against the reference, and the policy against more fee."""
    placebo = placebo_in(results)
    if placebo is None:
        return []
    policy = placebo.policy
    rows = [
        Row(
            Cell(labelled(indicator)),
            [effect_cell(found.loc[indicator.id], INDICATORS[indicator.id]) for found in (placebo.money, placebo.rest)],
        )
        for indicator in headlines()
    ]
    columns = ["Indicator", f"The money as fee, against {results.reference}", f"{policy}, against the money as fee"]
    blocks: list[Block] = [
        Text(
            f"{policy} spends most. Its pounds over {results.reference}’s are paid here as plain fee under "
            f"{results.reference} and nothing else ({placebo.level:.3g} times the place’s fee, on "
            f"{placebo.futures} futures). "
            "What is in the first column is what more money buys by itself; what is in the second is what the policy "
            "does beside that. How far the two spend the same is in the line on council spend."
        ),
        Table(
            f"{policy}, and the same money as plain fee",
            columns,
            [Group("", rows)],
            data=Data("placebo", placebo.rows),
            stacks=True,
        ),
    ]
    return [Page("placebo", "The same money as plain fee", "The finance director, the scrutiny committee", blocks)]


def _side_by_side(results: Results, name: str) -> Table:
    solved = results.tables["equal_budget"]
    here = solved[(solved.scenario == name) & (solved.period == results.periods.verdicts)]
    ways = {way: part.set_index("indicator") for way, part in here.groupby("way", sort=False)}
    as_written = results.differences(name)
    rows = [
        Row(
            Cell(labelled(indicator)),
            [effect_cell(found.loc[indicator.id], INDICATORS[indicator.id]) for found in (as_written, *ways.values())],
        )
        for indicator in headlines()
    ]
    columns = ["Indicator", "As written", *(f"At equal budget: {way}" for way in ways)]
    caption = f"{name}: differences from {results.reference}, as written and at equal budget"
    data = Data(f"equal_budget_{name}", here)
    return Table(caption, columns, [Group("", rows)], data=data, stacks=True)
