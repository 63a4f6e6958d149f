"""The social value ledger: what was promised in tenders against what events show, physical quantities first."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from caremarket_sim.findings.economics import wide
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import paired_difference
from caremarket_sim.policy import NEUTRAL
from caremarket_sim.report.effects import effect_table
from caremarket_sim.report.finance import thousands
from caremarket_sim.report.results import Results
from caremarket_sim.telling.blocks import Block, Cell, Data, Group, Heading, Page, Row, Table, Text
from caremarket_sim.telling.blocks import plain_rows as rows_of
from caremarket_sim.telling.words import quantity

PHYSICAL = (
    "jobs_over_a_year", "above_real_living_wage", "training_days", "connections_made", "connection", "lonely_share",
    "travel_km", "money_kept_local", "surplus_distributed", "returned_to_council",
)  # fmt: skip
FILE = Path(__file__).parent / "proxies.toml"


@cache
def proxies() -> tuple[dict[str, Any], ...]:
    """What a unit of social value is said to be worth, each with its range, deadweight, grade and source."""
    return tuple(tomllib.loads(FILE.read_text(encoding="utf-8"))["proxy"])


def social_value_page(results: Results) -> Page:
    """Promised against realised, then what it is said to be worth."""
    happened = f"What happened: differences from {results.reference}"
    blocks: list[Block] = [
        Text(
            "A promise of social value wins points in a tender; the model counts each April what events show: jobs "
            "held over a year, pay on duty above the Real Living Wage, training, connection. Both run from 0 to 1."
        ),
        _promised(results),
        Heading("Physical quantities"),
        effect_table(results, PHYSICAL, f"{happened}, {results.periods.words}", "social_value", brief=True),
        Heading("Proxies, second"),
        *_proxies(results),
    ]
    return Page("social-value", "Social value", "Whoever scores tenders", blocks)


def _weight(results: Results, name: str, key: str) -> Any:
    """A lever's value after the scenario's last change."""
    changes = results.scenarios[name]["changes"]
    regime = results.place["regime"]
    return (changes[-1]["levers"] if changes else regime).get(key, NEUTRAL[key])


def _promised(results: Results) -> Table:
    rows = []
    for name in results.names:
        level = results.levels(name)
        promised, realised = (level.loc[f"social_value_{what}"] for what in ("promised", "realised"))
        kept = "–" if promised["mean"] == 0 else f"{realised['mean'] / promised['mean']:.0%}"
        tender = _weight(results, name, "procurement.retender_at_start")
        weight = f"{_weight(results, name, 'procurement.weights')['social_value']:.0%}" if tender else "no tender"
        rows.append(
            [
                name,
                weight,
                f"{_weight(results, name, 'stewardship.capacity_fte'):g}",
                quantity(promised["mean"], INDICATORS["social_value_promised"]),
                quantity(realised["mean"], INDICATORS["social_value_realised"]),
                kept,
            ]
        )
    columns = ["Scenario", "Weight in the tender", "Stewardship, posts", "Promised", "Realised", "Realised of promised"]
    note = (
        "0 promised: no tender asked. The mission's own test is to raise the weight of social value in tenders from 10 "
        "to 30% and to hold that against stewardship with the weight left at 10%: compare three scenarios that differ "
        "in procurement.weights and stewardship.capacity_fte alone, and read this table."
    )
    return Table(f"Promised and realised, {results.periods.words}", columns, rows_of(rows), note)


def _proxies(results: Results) -> list[Block]:
    values = wide(results.tables["overall"])
    rows, data = [], []
    for proxy in proxies():
        indicator = values[proxy["indicator"]]
        cells = [Cell(f"£{proxy['value']:,g}", f"{proxy['unit']}, {proxy['low']:,g} to {proxy['high']:,g}")]
        cells.append(
            Cell(f"{proxy['deadweight']:.0%}", f"{proxy['deadweight_low']:.0%} to {proxy['deadweight_high']:.0%}")
        )
        for name in results.others:
            own, base = (indicator.xs(scenario, level="scenario") for scenario in (name, results.reference))
            found = paired_difference(base.to_numpy(), own.to_numpy())
            extra = float(found.difference)
            middle = extra * proxy["value"] * (1 - proxy["deadweight"])
            ends = sorted(
                extra * worth * (1 - anyway)
                for worth in (proxy["low"], proxy["high"])
                for anyway in (proxy["deadweight_low"], proxy["deadweight_high"])
            )
            cells.append(Cell(thousands(middle, True), f"({thousands(ends[0], True)} to {thousands(ends[-1], True)})"))
            data.append({"scenario": name, "proxy": proxy["label"], "extra_units": extra, "worth": middle,
                         "worth_low": ends[0], "worth_high": ends[-1], "grade": proxy["grade"]})  # fmt: skip
        rows.append(Row(Cell(proxy["label"], f"{proxy['grade']}: {proxy['why']} Source: {proxy['source']}."), cells))
    columns = ["Proxy", "Worth of a unit", "Deadweight", *(f"{name}: £ thousand a year" for name in results.others)]
    note = (
        f"Extra units a year against {results.reference} (mean over {results.periods.whole}) times worth, less "
        "deadweight; the range is of worth and deadweight, not of chance. Never added up, and never added to the "
        "finance page: a wage is a cost to one and an income to another."
    )
    table = Table("What it is said to be worth", columns, [Group("", rows)], note, _data(data), stacks=True)
    return [table]


def _data(rows: list[dict[str, Any]]) -> Data:
    return Data("social_value_proxies", pd.DataFrame(rows))
