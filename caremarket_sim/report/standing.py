"""Every policy as the place's standing regime, beside the switch to it: what it is like once it has long been there."""

from __future__ import annotations

import pandas as pd

from caremarket_sim.findings.frames import headlines
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.regimes import phase_of
from caremarket_sim.report.effects import effect_cell, with_interval
from caremarket_sim.report.results import Results
from caremarket_sim.results.periods import span_of_years
from caremarket_sim.telling.blocks import Block, Cell, Columns, Data, Figure, Group, Page, Points, Row, Table, Text
from caremarket_sim.telling.charts import Effect, EffectRow, effects
from caremarket_sim.telling.words import clauses, in_a_sentence, labelled, listed, quantity, span

FAMILIES = {"outcomes": "Outcomes for people", "costs": "Costs", "jobs": "Jobs"}
SWITCHED = "switched"


def standing_pages(results: Results) -> list[Page]:
    """The page, if standing regimes were simulated."""
    settled = results.tables.get("settled")
    if settled is None:
        return []
    of = {name: settled[settled.scenario == name].set_index("indicator") for name in settled.scenario.unique()}
    others = [name for name in of if name != results.reference]
    said = [Points(_sentences(of[name]), f"{results.title(name)} ({name})") for name in others]
    blocks: list[Block] = [Text(_what_it_is(results, of[results.reference])), *_warnings(of), Columns(said)]
    blocks += [_cycles(results, of), _side_by_side(results, of, others, settled)]
    blocks += [_chart(results, of, others, family) for family in FAMILIES]
    return [Page("settled", "Once it is there", "Everybody", blocks)]


def _what_it_is(results: Results, reference: pd.DataFrame) -> str:
    phases = sorted(phase_of(seed) for seed in results.seeds)
    return (
        "A switch costs something once, and a tender comes round again, so that what the other pages show depends on "
        "which years are looked at. Here each policy has been the place’s own for years before the clock starts, from "
        "the same settled market, and is measured over whole cycles of its contracts at prices held: what it is like "
        f"once it is there, without the way. {int(reference.replicates.iloc[0])} futures; contracts have run for "
        f"{phases[0]:.0%} to {phases[-1]:.0%} of their cycle when the clock starts, in each future as far under every "
        "policy. Intervals are of chance alone, assumptions held fixed. The switch beside it is at projected prices, "
        f"{results.periods.words}."
    )


def _moved(table: pd.DataFrame) -> list[str]:
    """Quantities on which a regime's cycles after the start are not what the one before was."""
    return [in_a_sentence(INDICATORS[str(name)].label) for name, one in table.repeats.items() if one is False]


def _warnings(of: dict[str, pd.DataFrame]) -> list[Text]:
    found = {name: _moved(table) for name, table in of.items()}
    return [
        Text(f"{name} does not repeat its cycle on {listed(moved)}: it has not settled, and its means go on moving.",
             "warning")
        for name, moved in found.items() if moved
    ]  # fmt: skip


def _sentences(table: pd.DataFrame) -> list[str]:
    """What a regime's verdicts say, a sentence a family."""
    rows = table.reset_index()
    shown = {family: [one.id for one in headlines() if one.family == family] for family in FAMILIES}
    return [f"{FAMILIES[family]}: {clauses(rows[rows.indicator.isin(ids)])}." for family, ids in shown.items()]


def _cycles(results: Results, of: dict[str, pd.DataFrame]) -> Table:
    """How each regime was measured, and whether it repeats itself."""
    rows = []
    for name, table in of.items():
        moved = _moved(table)
        count = int(table.cycles.iloc[0])
        cells = [
            Cell(span_of_years(int(table.cycle_weeks.iloc[0]))),
            Cell(str(count)),
            Cell(f"no: {listed(moved)}" if moved else "yes"),
        ]
        rows.append(Row(Cell(results.title(name), f"({name})"), cells))
    note = (
        "A regime repeats its cycle where providers, people in care, staff, travel, zero-hours, turnover, margins, "
        "concentration and waiting are on average in the cycles after the start what they were in the one before."
    )
    columns = ["Policy", "Cycle of contracts", "Cycles measured", "Repeats its cycle"]
    return Table("How each was measured", columns, [Group("", rows)], note, stacks=True)


def _side_by_side(results: Results, of: dict[str, pd.DataFrame], others: list[str], settled: pd.DataFrame) -> Table:
    """Headlines down, a group a policy: the mean once it is there, its difference, and that of the switch."""
    base, groups = of[results.reference], []
    for name in others:
        switched, rows = results.differences(name), []
        for indicator in headlines():
            own, reference = of[name].loc[indicator.id], base.loc[indicator.id]
            mean = Cell(quantity(own["mean"], indicator), f"({span(own.mean_low, own.mean_high, indicator, False)})")
            before = Cell(quantity(own.cycle_before, indicator))
            against = Cell(quantity(reference["mean"], indicator))
            cells = [
                against,
                mean,
                before,
                effect_cell(own, indicator),
                effect_cell(switched.loc[indicator.id], indicator),
            ]
            rows.append(Row(Cell(labelled(indicator)), cells))
        groups.append(Group(f"{results.title(name)} ({name})", rows))
    columns = [
        "Indicator",
        f"{results.reference}: mean",
        "Mean once it is there (95% interval)",
        "Mean of the cycle before",
        f"Once it is there: difference from {results.reference}",
        "Switched to: difference",
    ]
    ids = [one.id for one in headlines()]
    data = Data("settled", settled[settled.indicator.isin(ids)].reset_index(drop=True))
    caption = f"Nine headline indicators: each policy once it is there, and the switch to it, {results.periods.words}"
    note = "Verdicts allow for nine looks at once. In brackets: 95% intervals of paired differences (chance only)."
    return Table(caption, columns, groups, note, data, stacks=True)


def _chart(results: Results, of: dict[str, pd.DataFrame], others: list[str], family: str) -> Figure:
    """Differences once a policy is there, and the switch's beside."""
    rows = []
    for indicator in [one for one in headlines() if one.family == family]:
        found = []
        for name in others:
            row = of[name].loc[indicator.id]
            shown = with_interval(row.difference, row.low, row.high, indicator)
            beside = {SWITCHED: float(results.differences(name).difference[indicator.id])}
            position = results.position(name)
            found.append(Effect(name, position, row.difference, row.low, row.high, shown, row.verdict, beside))
        sign = -1.0 if indicator.better == "lower" else 1.0
        rows.append(EffectRow(labelled(indicator), indicator.smallest, sign, found))
    caption = (
        f"{FAMILIES[family]}, once each policy is there: difference from {results.reference} (marker) and its 95% "
        "interval (bar). Small triangle above: the switch to it, in force. The grey band is too small to matter."
    )
    return Figure([effects(FAMILIES[family], rows, results.reference)], caption)
