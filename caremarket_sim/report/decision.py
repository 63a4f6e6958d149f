"""The first page: what was compared, what it shows and how sure that is, in one table and three charts."""

from __future__ import annotations

from caremarket_sim.findings.frames import headlines
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.report.effects import differences_data, effect_chart, effect_table
from caremarket_sim.report.results import Results
from caremarket_sim.results.periods import ALL, LAST_YEAR, periods_beside
from caremarket_sim.telling.answer import (
    IGNORANCE_COLUMNS,
    bottom_line,
    chance_and_ignorance,
    covers,
    from_when,
    other_signs,
    trial_sentence,
)
from caremarket_sim.telling.blocks import Block, Columns, Data, Figure, Page, Points, Table, Text, plain_rows
from caremarket_sim.telling.words import in_a_sentence, smallest_in_words

FAMILIES = {"outcomes": "Outcomes for people", "costs": "Costs", "jobs": "Jobs"}


def baseline_statement(results: Results) -> str:
    """What the market that everything starts from is, and is not."""
    place = results.place
    return (
        f"The market starts as a typical English borough of {place['price_base']}, on {place['name']}’s geography and "
        f"need. It is not {place['name']} today: how the council there buys care now, and what it pays, is not what is "
        "simulated."
    )


def decision_page(results: Results) -> Page:
    """One table, three charts, verdicts in words."""
    ids = [indicator.id for indicator in headlines()]
    blocks: list[Block] = []
    if results.banner:
        blocks.append(Text(results.banner, "warning"))
    blocks.append(
        Text(
            f"{baseline_statement(results)} The report explores the consequences of stated assumptions. It is no "
            "forecast.",
            "note",
        )
    )
    blocks += [
        Text(found.sentence, "note" if found.plausible else "warning")
        for found in results.plausibility
        if found.sentence not in (results.banner or "")
    ]
    differences, spend = results.tables["differences"], results.tables["spend"]
    said = [
        Points(
            [
                *bottom_line(differences, spend, name, results.periods),
                *filter(None, [from_when(differences, name, results.periods)]),
                *other_signs(differences, name),
            ],
            f"{results.title(name)} ({name})",
        )
        for name in results.others
    ]
    blocks.append(Columns(said))
    if results.are_few:
        blocks += timelines(results)
    blocks.append(Text(results.periods.sentence, "warning" if results.periods.warning else ""))
    futures = f"{results.replicates} simulated futures"
    blocks.append(
        effect_table(
            results,
            ids,
            f"Nine headline indicators: differences from {results.reference}, {results.periods.words}",
            "decision",
            note=f"Each scenario met the same {futures}: the same people, with the same luck. In brackets: the 95% "
            f"interval of the paired difference ({covers(results.draws)}); pts are percentage points. Verdicts allow "
            "for nine looks at once, so an interval just clear of zero may still read “no clear difference”. Then: the "
            "difference in other weeks"
            + (" and, where it is clear, what that is to a person." if results.are_few else "."),
        )
    )
    blocks += map(Text, results.first_years())
    blocks.append(Text(trial_sentence(results.tables.get("assumptions"), results.others)))
    blocks += _ignorance(results)
    for family, title in FAMILIES.items():
        shown = [indicator.id for indicator in headlines() if indicator.family == family]
        smallest = "; ".join(
            f"{in_a_sentence(INDICATORS[id_].label)}, {smallest_in_words(INDICATORS[id_])}" for id_ in shown
        )
        caption = (
            f"{title}: difference from {results.reference} (marker) and its 95% interval (bar). The grey band is "
            f"too small to matter: {smallest}.{beside_words(results)}"
        )
        data = differences_data(results, shown, f"decision_{family}")
        blocks.append(Figure([effect_chart(results, title, shown)], caption, data))
    return Page("decision", "The decision", "Everybody", blocks)


def timelines(results: Results) -> list[Columns]:
    """When each policy begins and what the market made of it."""
    when = [Points(said, f"When: {results.title(name)} ({name})") for name in results.names
            if (said := results.timeline(name))]  # fmt: skip
    return [Columns(when)] if when else []


def _ignorance(results: Results) -> list[Table]:
    """Chance beside ignorance, where the assumptions were drawn as well."""
    shares = results.tables.get("shares")
    if shares is None:
        return []
    tables = []
    for name in results.others:
        rows = chance_and_ignorance(shares, results.tables["differences"], name)
        data = Data(f"ignorance_{name}", shares[shares.scenario == name].reset_index(drop=True))
        caption = f"{name} against {results.reference}: chance, and chance with ignorance of the assumptions"
        tables.append(Table(caption, IGNORANCE_COLUMNS, plain_rows(rows), data=data, stacks=True))
    return tables


def beside_words(results: Results) -> str:
    """How the charts mark differences in other periods."""
    marks = {ALL: f"Stroke: over {results.periods.whole}.", LAST_YEAR: "Small triangle above: the last year."}
    return "".join(f" {marks[period]}" for period in periods_beside(results.periods.names))
