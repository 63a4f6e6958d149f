"""Who gains: differences by zone, deprivation, age, need, payer and contract, each chart with a sorted table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from caremarket_sim.indicators import INDICATORS, Indicator
from caremarket_sim.report.effects import TONES, with_interval
from caremarket_sim.report.outlines import outlines_of
from caremarket_sim.report.results import Results
from caremarket_sim.report.settings import Settings
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
)
from caremarket_sim.telling.maps import Tile, outline_map, tile_key, tile_map
from caremarket_sim.telling.svg import Drawing
from caremarket_sim.telling.words import labelled, marked, quantity, shown_in

MAPPED = "quality_of_life"
SHOWN = (
    ("deprivation", "continuity"), ("deprivation", "lonely_share"),
    ("deprivation", "turnover"), ("age", "quality_of_life"), ("need", "quality_of_life"),
    ("need", "undelivered_share"), ("payer", "experience"), ("payer", "undelivered_share"), ("contract", "turnover"),
)  # fmt: skip
"""What is shown by which group; every other indicator that is broken down is in breakdowns.csv."""
MARK = "*"
OUTLINES_OF = (
    "Outlines: Office for National Statistics, Open Government Licence v3.0; contains OS data © Crown copyright and "
    "database right"
)

NOT_MODELLED = (
    "Disability: everybody drawing on care is disabled in law; kinds of impairment, dementia and learning disability "
    "are not told apart.",
    "Gender reassignment, marriage and civil partnership, pregnancy and maternity, race, religion or belief, sex and "
    "sexual orientation: not in the model, neither of people nor of care workers. A policy may treat these groups "
    "differently and nothing here would show it.",
    "Age: bands of people who draw on care are in the model; the age of care workers is not.",
    "Also absent: language and culture of care, immigration status of care workers, carers' own characteristics, "
    "income within a zone, rural roads beyond distance.",
)


def equity_page(results: Results, settings: Settings) -> Page:
    """Differences by group."""
    blocks: list[Block] = [
        Text(
            "An average can hide who pays for it. Differences are paired, future by future, over "
            f"{results.periods.whole}, the transition included. "
            f"{MARK} marks a number behind which there are fewer than {settings.small_cell:g} people or care workers "
            "on average: chance rules there, and in real data such a number could point to a person. With so "
            "many groups, about one interval in twenty misses zero by chance: look for a pattern, not for a cell.",
            "note",
        ),
        Heading("By zone"),
        _zone_map(results, settings),
        Heading("By deprivation"),
        group_table(results, "deprivation", MAPPED, settings),
        Text("Every other group, and every zone, is in the annex “By group”."),
        Points(NOT_MODELLED, "Equality Act 2010: what is not modelled"),
    ]
    return Page("equity", "Who gains: equity", "The scrutiny committee, an equality impact assessment", blocks)


def groups_page(results: Results, settings: Settings) -> Page:
    """Every table of groups, behind the page on equity."""
    blocks: list[Block] = [Heading("By zone"), group_table(results, "zone", MAPPED, settings)]
    dimension = ""
    for found, indicator in SHOWN:
        if found != dimension:
            blocks.append(Heading(f"By {found}"))
            dimension = found
        blocks.append(group_table(results, found, indicator, settings))
    return Page("groups", "By group", "An equality impact assessment", blocks, annex=True)


def cells_of(results: Results, dimension: str, indicator: str) -> pd.DataFrame:
    """The breakdown of one indicator over the whole period."""
    table = results.tables["breakdowns"]
    chosen = (table.dimension == dimension) & (table.indicator == indicator) & (table.period == "all")
    return table[chosen & table["mean"].notna()]


def group_table(results: Results, dimension: str, id_: str, settings: Settings) -> Table:
    """One indicator by group, sorted by the last scenario's difference, the group that does worst by it first."""
    indicator = INDICATORS[id_]
    table = cells_of(results, dimension, id_)
    of = {name: table[table.scenario == name].set_index("group") for name in results.names}
    base = of[results.reference]
    sign = -1.0 if indicator.better == "lower" else 1.0
    if dimension in ("deprivation", "age", "need"):
        order = list(base.index)
    else:
        order = list((of[results.others[-1]].difference * sign).sort_values(kind="stable").index)
    rows = []
    for group in order:
        if group not in base.index:
            continue
        small = MARK if base.loc[group, "people"] < settings.small_cell else ""
        cells = [Cell(f"{base.loc[group, 'people']:,.0f}"), Cell(quantity(base.loc[group, "mean"], indicator) + small)]
        cells += [_difference(of[name], group, indicator, settings) for name in results.others]
        rows.append(Row(Cell(str(group)), cells))
    columns = [dimension.capitalize(), "People or workers", results.reference]
    columns += [f"{name}: difference" for name in results.others]
    order_said = "in their own order" if dimension in ("deprivation", "age", "need") else (
        f"sorted, the group for which {results.others[-1]} does least first"
    )  # fmt: skip
    caption = f"{labelled(indicator)}, by {dimension}, {order_said}"
    data = Data(f"equity_{dimension}_{id_}", table.reset_index(drop=True))
    return Table(caption, columns, [Group("", rows)], data=data, stacks=True)


def _difference(table: pd.DataFrame, group: Any, indicator: Indicator, settings: Settings) -> Cell:
    if group not in table.index:
        return Cell("–")
    row = table.loc[group]
    small = MARK if row.people < settings.small_cell else ""
    tone = TONES.get(row.verdict, "")
    shown = with_interval(row.difference, row.difference_low, row.difference_high, indicator)
    return Cell(f"{marked(row.verdict)}{small}", shown, tone)


def _zone_map(results: Results, settings: Settings) -> Figure:
    indicator = INDICATORS[MAPPED]
    factor, unit = shown_in(indicator)
    table = cells_of(results, "zone", MAPPED)
    drawings = []
    grid = tile_places(results.place["zones"])
    outlines = outlines_of(results.place["zones"], settings.outlines)
    largest = max(float(table.difference.abs().max()), indicator.smallest)
    for name in results.others:
        own = table[table.scenario == name].set_index("group")
        tiles = []
        for zone, (row, column) in zip(results.place["zones"], grid, strict=True):
            if zone["name"] not in own.index:
                tiles.append(Tile(zone["name"], row, column, "–", 0.0))
                continue
            cell = own.loc[zone["name"]]
            shown = quantity(cell.difference, indicator, signed=True)
            mark = MARK if cell.people < settings.small_cell else ""
            large = abs(cell.difference) >= indicator.smallest
            sign = "" if not large else "▲" if (cell.difference > 0) == (indicator.better == "higher") else "▼"
            tiles.append(Tile(zone["name"], row, column, shown, float(cell.difference) / largest, mark, sign))
        ordered = sorted(tiles, key=lambda tile: tile.tint)
        words = (
            f"{name}: difference in {indicator.label.lower()} by zone, {unit}. Least: "
            + "; ".join(f"{tile.name} {tile.shown}" for tile in ordered[:3])
            + ". Most: "
            + "; ".join(f"{tile.name} {tile.shown}" for tile in ordered[-3:])
            + ". The table has every zone."
        )
        drawings.append(_map(name, tiles, outlines, words))
    if outlines:
        where = "in their outlines; where there is no room for a number, ▲ is better and ▼ worse by enough to matter"
    else:
        where = f"as squares near where they lie; north is up{tile_key(tiles)}"
    source = f" {OUTLINES_OF}." if outlines and settings.outlines is None else ""
    caption = (
        f"{labelled(indicator)}: difference from {results.reference} by zone, {where}. Blue is better, orange worse, "
        f"the sign says the same.{source}"
    )
    return Figure(drawings, caption, Data("equity_zones", table.reset_index(drop=True)))


def _map(name: str, tiles: Sequence[Tile], outlines: Any, words: str) -> Drawing:
    if outlines is None:
        return tile_map(name, tiles, words)
    return outline_map(name, [(tile, rings) for tile, rings in zip(tiles, outlines, strict=True)], words)


def tile_places(zones: Sequence[Any]) -> list[tuple[int, int]]:
    """A square (row, column) for each zone: as near as may be to its centroid, no two in one (least total distance).

    Zones are spread by rank before they are placed, half by rank and half by distance, so that dense centres open up.
    """
    count = len(zones)
    latitude = np.array([zone["latitude"] for zone in zones])
    longitude = np.array([zone["longitude"] for zone in zones])
    columns = int(np.ceil(np.sqrt(count * 1.15)))
    rows = int(np.ceil(count / columns)) + (1 if count > 4 else 0)
    x, y = _half_ranked(longitude) * (columns - 1), (1.0 - _half_ranked(latitude)) * (rows - 1)
    squares = [(row, column) for row in range(rows) for column in range(columns)]
    cost = [[(y[z] - row) ** 2 + (x[z] - column) ** 2 for row, column in squares] for z in range(count)]
    _, chosen = linear_sum_assignment(np.array(cost))
    placed = [squares[square] for square in chosen]
    kept = sorted({row for row, _ in placed})
    return [(kept.index(row), column) for row, column in placed]


def _half_ranked(values: np.ndarray) -> np.ndarray:
    span = values.max() - values.min()
    scaled = (values - values.min()) / span if span > 0 else np.full(len(values), 0.5)
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable") / max(len(values) - 1, 1)
    return 0.5 * scaled + 0.5 * rank
