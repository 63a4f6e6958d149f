"""The brief: two printed pages for whoever decides and reads nothing else, in the report's words and figures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from caremarket_sim.findings import economics
from caremarket_sim.findings.frames import headlines
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import CLEAR, WORSE
from caremarket_sim.report.decision import baseline_statement
from caremarket_sim.report.effects import TONES, course_figure, matters_from, with_interval
from caremarket_sim.report.equal_budgets import placebo_in
from caremarket_sim.report.finance import payer_note, payer_rows
from caremarket_sim.report.results import FEW, Results
from caremarket_sim.scenario.timing import WEEKS_A_YEAR
from caremarket_sim.telling.answer import (
    bottom_line,
    covers,
    from_when,
    other_signs,
    to_people,
    trial_sentence,
)
from caremarket_sim.telling.blocks import Block, Cell, Columns, Group, Heading, Page, Points, Row, Table, Text
from caremarket_sim.telling.page import FOOTER, html_page
from caremarket_sim.telling.word import word_bytes
from caremarket_sim.telling.words import (
    bad_year,
    better_in,
    change,
    clauses,
    in_a_sentence,
    in_how_many,
    labelled,
    listed,
    marked,
    millions,
    more,
    quantity,
)

RISKS = ("undelivered_share", "delayed_nights", "hand_backs", "people_displaced", "people_transferred")
"""What can go wrong while a market is moved, beside the headlines."""
MOST_TOLD = (4, 3)
"""How much of what is worse in a year is told one by one, where policies are few and where they are many."""
WORST = ("people_waiting", "council_spend", "turnover")
"""Headlines of which the course is drawn and the worst future of a year is told."""
STYLE = """
#answer { border-top: 0; padding-top: 0; margin-top: 1rem; }
.columns { grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); }
@media print {
  @page { size: A4; margin: 10mm 12mm; }
  #answer { break-before: auto; margin: 0; }
  #terms th, #terms td { padding-right: 3mm; }
  #terms { break-before: page; border-top: 0; padding-top: 0; margin-top: 0; }
  body { font-size: 8pt; line-height: 1.22; }
  p, li { max-width: none; margin: .4mm 0; font-size: 8pt; }
  h1 { font-size: 13.5pt; }
  h2 { font-size: 12pt; }
  h3 { font-size: 9.4pt; margin: 1.2mm 0 .3mm; }
  ul { margin: 0; padding-left: 4mm; }
  header p, footer p { font-size: 7.4pt; }
  footer { margin-top: 2mm; }
  .scroll { margin: 1.5mm 0 .5mm; }
  .tablenote { margin: 0 0 1mm; }
  table { font-size: 7.8pt; line-height: 1.2; }
  th, td { padding: .5mm 1.5mm .5mm 0; }
  #answer table { table-layout: fixed; font-size: 7.3pt; }
  #answer th, #answer td { padding: .35mm 1.5mm .35mm 0; }
  #answer thead th:first-child { width: 19%%; }
  #answer thead th:nth-child(2) { width: 8%%; }
  .group th { padding-top: 1mm; }
  .columns { grid-template-columns: repeat(%(columns)d, 1fr); }
  .columns { gap: 0 4mm; }
  .columns li { font-size: 7.1pt; line-height: 1.18; }
  .warning { padding: 1mm 3mm; margin: 1mm 0; }
  figure { margin: 1mm 0; }
  .pictures { display: grid; grid-template-columns: repeat(3, 1fr); gap: 0 3mm; }
  .pictures svg { max-height: 33mm; }
}
"""
SMALLER = """
@media print {
  @page { margin: 8mm 10mm; }
  body, p, li { font-size: 7.3pt; line-height: 1.2; }
  .columns { gap: 0 3mm; }
  .columns li { font-size: 6.6pt; line-height: 1.2; }
  .columns h3 { font-size: 7.6pt; margin: .6mm 0 0; }
  table { font-size: 6.4pt; line-height: 1.15; table-layout: fixed; }
  thead th:first-child { width: 17%; }
  thead th:nth-child(2) { width: 7%; }
  .note { padding: .8mm 3mm; }
  th, td { padding: .4mm 1mm .4mm 0; }
  tbody th { min-width: 0; }
}
"""


def brief_html(results: Results) -> str:
    """The whole brief as one HTML file."""
    style = STYLE % {"columns": min(len(results.others), FEW)} + ("" if results.are_few else SMALLER)
    title, subtitle, pages = _told(results)
    html = html_page(title, subtitle, pages, first="the answer", parts="Pages of this brief", style=style)
    for sign in "+−":  # a line is not broken after a sign
        html = html.replace(f"{sign}£", f"{sign}\N{WORD JOINER}£")
    return html


def brief_word(results: Results) -> bytes:
    """The whole brief as a Word document, which has what the HTML file has."""
    title, subtitle, pages = _told(results)
    return word_bytes(title, subtitle, pages, FOOTER, size=1.0 if results.are_few else 0.8)


def _told(results: Results) -> tuple[str, str, list[Page]]:
    """Title, subtitle and the two pages, of which both kinds of file are made."""
    place = results.place["name"]
    compared = listed(results.others) if results.are_few else f"{len(results.others)} ways"
    title = f"Commissioning homecare in {place}: {compared} against {results.reference}"
    subtitle = f"{results.reference}: {results.title(results.reference)}"
    return title, subtitle, [_answer(results), _terms(results)]


def _answer(results: Results) -> Page:
    """The first page: three sentences a policy, how sure they are, and the nine headlines."""
    blocks: list[Block] = [Text(results.banner, "warning")] if results.banner else []
    blocks += [
        Text(found.sentence, "warning")
        for found in results.plausibility
        if not found.plausible and found.sentence not in (results.banner or "")
    ]
    blocks += [
        Text(f"{baseline_statement(results)} This explores stated assumptions; it is no forecast.", "note"),
        Text(f"Everything is against {results.reference}. {results.periods.sentence}", _tone(results)),
        Columns([Points(_bottom_line(results, name), _named(results, name)) for name in results.others]),
        _nine(results),
    ]
    return Page("answer", "The answer", "", blocks)


def _terms(results: Results) -> Page:
    """The second page: who pays, what it depends on, and what could go wrong in the first year."""
    blocks: list[Block] = [
        Text(_how_sure(results)),
        _who_pays(results),
        *map(Text, [*_who_gains(results), *_with_lawful_pay(results)]),
        Heading("What it depends on"),
        Points(_depends(results)),
        *([course_figure(results, WORST, "brief")] if results.are_few else []),
        Heading("What could go wrong in the first year"),
        *map(Text, _bad_year(results)),
        Columns([Points(_first_year(results, name), name) for name in results.others]),
        Text(
            "A provider’s failure, a shortage of applicants, a fee freeze or a surge of referrals is in these futures "
            "only if a scenario sets it; “caremarket stress” tries each on every policy."
        ),
    ]
    return Page("terms", "Who pays, what it depends on, and what could go wrong", "", blocks)


def _tone(results: Results) -> str:
    return "warning" if results.periods.warning else ""


def _named(results: Results, name: str) -> str:
    return f"{results.title(name)} ({name})"


def _bottom_line(results: Results, name: str) -> list[str]:
    """One policy's verdicts in three sentences, with how much of clear ones; where policies are few also from when they
    hold, and what is the other way round with the way there included."""
    tables = results.tables
    said = bottom_line(tables["differences"], tables["spend"], name, results.periods, CLEAR, payers=False)
    if results.are_few:
        said += filter(None, [from_when(tables["differences"], name, results.periods)])
        said += other_signs(tables["differences"], name)
    return said


def _how_sure(results: Results) -> str:
    of = covers(results.draws)
    rest = "" if results.draws > 1 else (
        " What is not known of how people and providers behave comes on top, in part below, under “What it depends on”."
    )  # fmt: skip
    return (
        f"How sure: every policy met the same {results.replicates} simulated futures. Intervals are of 95%: {of}.{rest}"
    )


def _nine(results: Results) -> Table:
    """The nine headlines with their intervals."""
    level = results.levels(results.reference)
    people = {name: to_people(results.tables["differences"], name) for name in results.others}
    families: dict[str, list[Row]] = {}
    for indicator in headlines():
        cells = [Cell(quantity(level.loc[indicator.id, "mean"], indicator))]
        for name in results.others:
            row = results.differences(name).loc[indicator.id]
            rest = with_interval(row.difference, row.low, row.high, indicator)
            if results.are_few:
                rest += f"; better in {better_in(row)}" if np.isfinite(row.p_better) else ""
                rest += f"; {people[name][indicator.id]}" if indicator.id in people[name] else ""
            cells.append(Cell(marked(row.verdict), rest, TONES.get(row.verdict, "")))
        families.setdefault(indicator.family, []).append(Row(Cell(labelled(indicator), matters_from(indicator)), cells))
    groups = [Group(family.capitalize(), rows) for family, rows in families.items()]
    columns = ["Indicator", f"{results.reference}, mean", *(f"{name}: difference" for name in results.others)]
    caption = f"Nine headline indicators: differences from {results.reference}, {results.periods.words}"
    note = (
        "In brackets the 95% interval of the paired difference. Better or worse: the mean is as large as what matters, "
        "and its sign is sure, nine looks at once allowed for. Too small to matter: the whole interval is. No clear "
        "difference: its sign, or whether it matters, is not known; it is not “no difference”."
    )
    if results.are_few:
        note = f"{note} Last, where it is clear, what that is to a person."
    return Table(caption, columns, groups, note, stacks=True)


def _spend(results: Results) -> pd.DataFrame:
    return results.tables["spend"]


def _who_pays(results: Results) -> Table:
    """What everybody pays over all years together, £ million."""
    rows = payer_rows(results, _bare, "All payers together")
    columns = ["£ million", results.reference, *results.others]
    caption = f"What everybody pays over {results.periods.whole} together, the way there included"
    return Table(caption, columns, [Group("", rows)], payer_note(results), stacks=True)


def _bare(pounds: float, sign: bool = False) -> str:
    """Pounds in millions where the unit stands elsewhere."""
    return millions(pounds, "+") if sign else millions(pounds).removeprefix("£").removesuffix(" million")


def _who_gains(results: Results) -> list[str]:
    """Care workers and providers, where they clearly receive more or less than under the reference."""
    found = economics.who_gains(results.tables["overall"], results.reference)
    clear = found[(found.difference_low > 0) | (found.difference_high < 0)]
    said = []
    for party, words in (("Care workers", "care workers’ net pay is"), ("Providers", "providers’ surplus is")):
        rows = clear[clear.party.str.startswith(party) & (clear.scenario != results.reference)]
        found_for = rows.set_index("scenario").difference
        parts = [f"{more(found_for[name])} under {name}" for name in results.others if name in found_for]
        said += [f"{words} {listed(parts)}"] if parts else []
    return [f"Mean of a year over {results.periods.whole}: {'; '.join(said)}."] if said else []


def _with_lawful_pay(results: Results) -> list[str]:
    """What all payers together would spend more or less with lawful pay in both, in one sentence."""
    spend = _spend(results)
    unpaid = spend[spend.payer == economics.UNDERPAID].set_index("scenario").difference
    every = spend[spend.payer == "All"].set_index("scenario").difference
    if unpaid.empty:
        return []
    parts = [f"{more(every[name] + unpaid[name])} under {name}" for name in results.others]
    return [
        f"Were nobody paid below the legal minimum, under {results.reference} neither, all payers together would over "
        f"these years spend {listed(parts)} than under {results.reference}, employers’ charges left out."
    ]


def _depends(results: Results) -> list[str]:
    """On which assumptions and weeks the answer hangs."""
    said = [trial_sentence(results.tables.get("assumptions"), results.others)]
    every = results.tables["differences"]
    if not results.are_few:
        said += [sentence for name in results.others for sentence in other_signs(every, name)]
    said += _as_plain_fee(results)
    grades = [figure["grade"] for figure in results.place["figures"].values()]
    of = listed([f"{grades.count(grade)} {grade}" for grade in dict.fromkeys(grades)])
    said.append(
        f"The place’s {len(grades)} figures are {of}. What a bundle is made of is often assumed: the report has the "
        "grade of every number."
    )
    return said


def _as_plain_fee(results: Results) -> list[str]:
    """What the dearest policy's pounds do as plain fee, and what it does beside that, where that was tried."""
    found = placebo_in(results)
    if found is None:
        return []
    told = []
    for part in (found.money, found.rest):
        rows = part.loc[[one.id for one in headlines()]].reset_index()
        clear = rows[rows.verdict.isin(CLEAR)]
        told.append(clauses(clear, CLEAR if results.are_few else ()) or "not clearly different on any headline")
    paid = f"paid as a fee {found.level:.3g} times the place’s under {results.reference} and nothing else"
    return [
        f"The same money as plain fee: what {found.policy} adds, {paid} ({found.futures} futures), is {told[0]}. "
        f"Against that {found.policy} is {told[1]}."
    ]


def _bad_year(results: Results) -> list[str]:
    """What makes a first year bad, where a policy has one."""
    table = results.tables.get("first_year")
    if table is None:
        return []
    return [
        f"A bad year: {bad_year(table.drop_duplicates('indicator'))} than under {results.reference}, by what matters."
    ]


def _first_year(results: Results, name: str) -> list[str]:
    """How likely a bad first year is, and what is worse in the year in which the policy begins and in that in which all
    compared come into force."""
    changes = results.scenarios[name]["changes"]
    if not changes:
        return ["No new policy begins; the market goes on as it is."]
    table = results.tables.get("first_year")
    own = None if table is None else table[table.scenario == name]
    said = []
    if own is not None and len(own):
        year = int(own.year.iloc[0])
        said.append(f"A bad first year under it ({in_a_sentence(results.year_name(year))}) in {in_how_many(own)}.")
    first = changes[0]["week"] // WEEKS_A_YEAR + 1
    years = {first: f"In {results.year_name(first)}, in which it begins"}
    starts = results.periods.in_force
    if starts is not None and starts // WEEKS_A_YEAR + 1 != first and starts // WEEKS_A_YEAR < results.years:
        year = starts // WEEKS_A_YEAR + 1
        years[year] = f"In {results.year_name(year)}, in which the last of all comes into force"
    return [*said, *(f"{words}, {_of_year(results, name, year)}." for year, words in years.items()
                     if year <= results.years)]  # fmt: skip


def _of_year(results: Results, name: str, year: int) -> str:
    """What is clearly worse in a year, first what is most beyond what matters; and the worst of the futures."""
    ids = [*(indicator.id for indicator in headlines()), *RISKS]
    table = results.differences(name, f"year_{year}").loc[ids].reset_index()
    worse = sorted(
        table[table.verdict == WORSE].itertuples(),
        key=lambda row: -abs(row.difference) / INDICATORS[str(row.indicator)].smallest,
    )
    most = MOST_TOLD[0 if results.are_few else 1]
    parts = [
        f"{in_a_sentence(INDICATORS[row.indicator].label)} ({_short(row.difference, row.indicator)})"
        for row in worse[:most]
    ]
    if len(worse) > most:
        parts.append(f"{len(worse) - most} more")
    said = f"it is worse on {listed(parts)}" if parts else "nothing that is looked at is clearly worse"
    worst = [one for id_ in WORST if (one := _worst(results, name, year, id_))]
    return f"{said}; each in its worst future: {listed(worst)}" if worst else said


def _short(difference: float, id_: str) -> str:
    """A difference with its unit, in a narrow column."""
    return change(difference, id_).replace("percentage points", "points")


def _worst(results: Results, name: str, year: int, id_: str) -> str:
    """The worst paired difference among futures in a year; nothing where it is too small to matter."""
    indicator, yearly = INDICATORS[id_], results.tables["yearly"]
    rows = yearly[(yearly.year == year) & (yearly.indicator == id_)].set_index(["scenario", "replicate"]).value
    differences = rows[name] - rows[results.reference]
    worst = float(differences.max() if indicator.better == "lower" else differences.min())
    bad = worst if indicator.better == "lower" else -worst
    return f"{in_a_sentence(indicator.label)} {_short(worst, id_)}" if bad >= indicator.smallest else ""
