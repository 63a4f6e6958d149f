"""Figures of a place from a list of two columns, a figure and its value, as they are kept: `Council fee, £23.56`."""

from __future__ import annotations

from pathlib import Path

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.policy.advice import Span
from caremarket_sim.scenario.held.headings import called, plain
from caremarket_sim.scenario.held.lists import Says, read_list
from caremarket_sim.scenario.held.numbers import BLANKS, Ambiguous, Kind, decimals_of, number_as
from caremarket_sim.scenario.held.tables import read_table
from caremarket_sim.scenario.places import figure_kinds

COLUMNS = {"figure": r"figures?|name|what|item|measure", "value": r"values?|numbers?|amounts?|how (many|much)"}
NAMES = {
    "council_clients": r"(council )?clients|council funded (people|clients)",
    "self_funders": r"self funders?|self funded( people)?",
    "care_workers": r"care workers?|care staff",
    "contracted_providers": r"contracted( providers)?|providers (with a|under) contract",
    "private_providers": r"private( providers)?|providers without (a )?contract",
    "council_fee": r"(council )?fee( an hour| per hour)?|hourly (rate|fee)",
    "self_funder_price": r"self funder price( an hour| per hour)?|private (price|rate)( an hour| per hour)?",
}
MOST_FIGURES = 100


def read_figures(path: Path, shown: str, says: Says) -> tuple[dict[str, float], list[str]]:
    """Figures by name, and what is to be said of the file. Raises BadInput with every mistake in it.

    A blank is a figure that is not given. A figure that we do not know is a mistake, as it would be lost unseen.
    """
    table = read_table(path, shown, lambda heading: called(heading, COLUMNS) is not None, says.sheet)
    held = read_list(table, COLUMNS, COLUMNS, {}, says, ("figure", MOST_FIGURES))
    problems, rows = list(held.problems), []
    for line, cells in held.rows:
        key = called(plain(cells["figure"]).replace(" ", "_"), dict.fromkeys(NAMES, "")) or called(
            cells["figure"], NAMES
        )
        if key is None:
            right = suggestion(plain(cells["figure"]).replace(" ", "_"), NAMES)
            problems.append(Problem(f"there is no figure {cells['figure'][:40]!r}", table.shown, line, right))
        elif key in {other for _, other, _ in rows}:
            problems.append(Problem(f"{key} is given twice", table.shown, line, "give it once"))
        elif cells["value"].casefold() not in BLANKS:
            rows.append((line, key, cells["value"]))
    kinds = {
        key: Kind(kind.low, kind.high, kind.kind == "whole", "£" if "£" in kind.unit else "")
        for key, kind in figure_kinds().items()
    }
    decimal = says.decimal or decimals_of(((cell, kinds[key]) for _, key, cell in rows), table.separator)
    if isinstance(decimal, Ambiguous):
        line, key, cell = rows[decimal.place]
        what = f"{key} is {cell!r:.40}, which is {decimal.readings[0]} or, with a decimal comma, {decimal.readings[1]}"
        problems.append(Problem(what, table.shown, line, "say which: --decimal point or --decimal comma"))
        raise BadInput(problems)
    found: dict[str, float] = {}
    for line, key, cell in rows:
        kind, number = figure_kinds()[key], number_as(cell, decimal, kinds[key].sign)
        span = Span(kind.low, kind.high, kind.unit, kind.kind == "whole")
        if number is None or not span.takes(number):
            share = " is a share, of clients or of all who draw on care" if cell.endswith("%") else ""
            right = span.in_words if share else span.instead_of(cell)
            problems.append(
                Problem(f"{key} is {cell[:40]!r}" + (f", which{share}" if share else ""), table.shown, line, right)
            )
        else:
            found[key] = number
    if problems:
        raise BadInput(problems)
    return found, [*held.notes, f"{table.shown}: gives {', '.join(found) or 'no figure'}"]
