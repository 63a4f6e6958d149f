"""The texts of a new folder's files: its place, with what would be better than each figure, and its baseline."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from caremarket_sim.parameters import register
from caremarket_sim.policy.advice import shown
from caremarket_sim.scenario.councils import LICENCE, Council
from caremarket_sim.scenario.estimates import GIVEN, Estimate, given_figure
from caremarket_sim.scenario.given import Given
from caremarket_sim.scenario.places import Place, figure_kinds
from caremarket_sim.scenario.timing import MOST_YEARS

MARKER_TEXT = """\
# This file marks the workspace: scenario and place files in this folder may refer to each other, and to
# no file outside it. It needs no content.
"""


def own_text(
    name: str, figures: Mapping[str, Estimate], given: Given, known: Council | None, read: Sequence[str] = ()
) -> str:
    """A place file on a council's zones; `read` are lines that say how its files were read."""
    lines = [
        *_head(name, known),
        "format: 2",
        f"name: {json.dumps(name, ensure_ascii=False)}",
        "# licence:                            # whose data zones.csv and providers.csv are, and on what terms"
        if known is None
        else f"licence: {json.dumps(LICENCE, ensure_ascii=False)}",
        "zones: zones.csv",
        *read,
    ]
    if given.providers is not None or given.directory is not None:
        lines += [
            "# What the list says of a provider holds on the first day; what a cell leaves blank is drawn anew in",
            "# every replicate. `complete: true` says that it names every provider of homecare here, and then the",
            "# figures must count as many; with `false` it names some, and those counted beyond it are made up.",
            f"providers: {{list: providers.csv, complete: {shown(given.lists_all)}}}",
        ]
    if given.directory is not None:
        lines += [
            "# The list is the regulator's directory of active locations. It does not say who holds a contract with",
            "# the council, nor how much care they give: fill in `contracted` and `weekly_hours` where you know.",
        ]
    lines += ["start: 2024-04-01                      # weeks begin on Mondays"]
    lines += ["price_base: 2024/25                    # the year whose prices the fees below are in", "figures:"]
    for key, kind in figure_kinds().items():
        lines += [f"  {key}:  # {kind.meaning} ({kind.unit})", *_figure_lines(_improvable(figures[key], kind.better))]
    lines.append("# Under `regime:` goes how your council buys today, where it differs from a typical borough, such as")
    lines.append("#   contract.payment_basis: planned_time")
    return "\n".join(lines) + "\n"


def _head(name: str, known: Council | None) -> list[str]:
    """What a place file says first."""
    if known is None:
        return [
            f"# {name}, on its own zones. A figure that was not given is an estimate from the population of the zones,",
            "# and says so: replace it by the council's own, with its source and grade (measured, derived or assumed),",
            "# before you use any result. Ids of sources are those of `caremarket docs parameters`.",
        ]
    turnover = "not published" if known.turnover is None else f"{known.turnover:g}%"
    return [
        f"# {name}, {known.code}, {known.region}.",
        "# Every figure that you did not give is an estimate, and says from what, and what would be better: replace it",
        "# by the council's own, with its source and grade (measured, derived or assumed), before you use any result.",
        "# Ids of sources are those of `caremarket docs parameters`; docs/councils.md says how the estimates are made.",
        "#",
        "# Published of the council, to hold results to; nothing here reads it:",
        f"#   adults in council-funded long-term support of every kind, March 2026: {known.long_term_support:,}",
        f"#   offices that the regulator lists as homecare agencies, September 2025: {known.homecare_offices:,}",
        f"#   turnover of all staff in adult social care, 2022/23: {turnover}",
        f"#   Index of Multiple Deprivation, average score: {known.imd_2019:.1f} in 2019, {known.imd_2025:.1f} in 2025",
    ]


def _improvable(figure: Estimate, better: str) -> Estimate:
    """A figure that says of itself that it is an estimate, and what would be better; others as they are."""
    if figure.grade != "assumed" or figure.source == (GIVEN,):
        return figure
    return replace(figure, note=f"An estimate. {figure.note} Better: {better}.")


def _figure_lines(figure: Estimate) -> list[str]:
    """A figure as a place file has it."""
    lines = [f"    value: {shown(figure.value)}"]
    if figure.low is not None and figure.high is not None:
        lines += [f"    low: {shown(figure.low)}", f"    high: {shown(figure.high)}"]
    source = json.dumps(figure.source[0] if len(figure.source) == 1 else list(figure.source), ensure_ascii=False)
    note = json.dumps(figure.note, ensure_ascii=False)
    return [*lines, f"    source: {source}", f"    grade: {figure.grade}", f"    note: {note}"]


_REGIME = (
    "# regime:                             # how your council buys today, where it differs from a typical borough",
    "#   contract.payment_basis: planned_time",
)


def stand_in_text(name: str, stand_in: Place, given: Mapping[str, float]) -> str:
    """A place file whose figures are another place's and say so, but for those given."""
    lines = [
        f"# {name}. Every figure below, and every zone in zones.csv, is {stand_in.name}'s and stands in for your own:",
        "# replace each, with its source and its grade (measured, derived or assumed), before you use any result.",
        "format: 2",
        f"name: {json.dumps(name, ensure_ascii=False)}",
        f"licence: {json.dumps(stand_in.licence, ensure_ascii=False)}",
        "zones: zones.csv",
        f"start: {stand_in.start}                      # weeks begin on Mondays",
        f"price_base: {stand_in.price_base}                    # the year whose prices the fees below are in",
        "figures:",
    ]
    for key, kind in figure_kinds().items():
        lines += [f"  {key}:  # {kind.meaning} ({kind.unit})"]
        if key in given:
            lines += _figure_lines(given_figure(given[key]))
            continue
        lines += [
            f"    value: {shown(stand_in.figures[key].value)}",
            f"    source: stand-in, {stand_in.name}",
            "    grade: assumed",
        ]
    return "\n".join([*lines, *_REGIME]) + "\n"


def baseline_text(name: str) -> str:
    title = json.dumps(f"{name} with no new policy", ensure_ascii=False)
    example = next(iter(register().values()))
    return f"""\
# The market as it is, with no new policy. The policies beside this file extend it.
#   caremarket validate *.yaml          checks every file here
#   caremarket compare block.yaml zero-hours-spot.yaml collaborative.yaml
#   caremarket docs levers              lists what a policy may set
#   caremarket docs schema              gives your editor completion
format: 2
title: {title}
place: place.yaml
years: 5                               # of 52 weeks, 1 to {MOST_YEARS}
prices: projected                      # wage floors and prices move as recorded, then as projected; or `frozen`
# parameters:                          # numbers of the model that you know better; `caremarket docs parameters`
#   {example.name}: {shown(example.value)}
"""
