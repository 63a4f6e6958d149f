"""A council's own figures: a CSV file of indicators with values, what they may be off by, when, and from where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.reading import number_of
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.sheets import is_name, read_rows

COLUMNS = ("indicator", "value", "low", "high", "period", "source")
REQUIRED = ("indicator", "value", "period", "source")
MOST_FIGURES = 200
LONGEST_SOURCE = 200

YEAR = 0
SEASONS = (YEAR, 1, 2, 3, 4)
"""What a figure may be about: a whole year, or a quarter of the fiscal year (the first is April to June)."""

_PERIOD = re.compile(r"((?:19|20)\d\d)(?:/(\d\d))?(?: Q([1-4]))?")
PERIOD_RIGHT = "write a fiscal year as 2024/25, a quarter of it as 2024/25 Q1 (April to June), a calendar year as 2024"

PLACE_FIGURES = {
    "fee": "council_fee",
    "people_receiving": "council_clients and self_funders",
    "headcount": "care_workers",
    "contracted_providers": "contracted_providers",
    "private_providers": "private_providers",
    "provider_count": "contracted_providers and private_providers",
}
"""What a place file says, so that no assumption moves it: the indicator, and the figures of the place that do."""


@dataclass(frozen=True)
class OwnFigure:
    """One figure of a council: an indicator's value in its unit, and between which bounds the truth is thought to lie.

    `season` is YEAR or the quarter of the fiscal year that it is about; what is counted a year is given as a year's
    rate, a quarter's too. `line` is where it stands in its file.
    """

    indicator: str
    value: float
    low: float
    high: float
    period: str
    season: int
    source: str
    line: int = 0

    @property
    def name(self) -> str:
        """The indicator and the period, which tell figures apart."""
        return f"{self.indicator} {self.period}"

    @property
    def label(self) -> str:
        """The indicator's label, and the period."""
        return f"{INDICATORS[self.indicator].label}, {self.period}"

    @property
    def unit(self) -> str:
        """The indicator's unit."""
        return INDICATORS[self.indicator].unit

    @property
    def first_day(self) -> date:
        """The first day of the period's year."""
        return date(int(self.period[:4]), 4 if "/" in self.period else 1, 1)


def read_figures(file: Path, place: Scenario) -> tuple[OwnFigure, ...]:
    """The figures of a file, for a place. Raises BadInput with every row that is not as it must be.

    `low` and `high` may be left out: the smallest difference that matters, on either side, is then allowed for.
    """
    rows, problems = read_rows(file, str(file), COLUMNS, REQUIRED, "figure", MOST_FIGURES)
    figures: dict[str, OwnFigure] = {}
    for line, cells in rows:
        found = _figure(cells, line, place)
        if isinstance(found, list):
            problems += [one.at(file, line) for one in found]
        elif found.name in figures:
            right = f"line {figures[found.name].line} gives it; keep one of them"
            problems.append(Problem(f"{found.name} is given twice", file, line, right))
        else:
            figures[found.name] = found
    if problems:
        raise BadInput(problems)
    return tuple(figures.values())


def _figure(cells: Mapping[str, str], line: int, place: Scenario) -> OwnFigure | list[Problem]:
    """A row as a figure, or what is wrong with it."""
    name = cells["indicator"]
    if name not in INDICATORS:
        return [Problem(f"there is no indicator {name[:80]!r}", right=suggestion(name[:80], INDICATORS))]
    indicator, problems = INDICATORS[name], []
    numbers = {}
    for column in ("value", "low", "high"):
        cell = cells.get(column, "")
        numbers[column] = number_of(cell)
        if numbers[column] is None and (cell or column == "value"):
            right = f"write {indicator.label.lower()} as a plain number, in {indicator.unit}"
            problems.append(Problem(f"{column} is {cell[:40]!r}", right=right))
    value = numbers["value"]
    if value is not None and not problems:
        room = indicator.smallest
        low = value - room if numbers["low"] is None else numbers["low"]
        high = value + room if numbers["high"] is None else numbers["high"]
        if not low <= value <= high:
            problems.append(
                Problem(f"{value:g} is not within {low:g} to {high:g}", right="give low, value, high in order")
            )
        if "share" in indicator.unit and abs(value) > 1.0:
            problems.append(
                Problem(f"{name} is {value:g}, and is a share", right=f"write {value / 100:g} for {value:g}%")
            )
    period = _PERIOD.fullmatch(cells["period"])
    if period is None or not _follows(period):
        problems.append(Problem(f"period is {cells['period'][:40]!r}", right=PERIOD_RIGHT))
    if not is_name(cells["source"], LONGEST_SOURCE):
        right = f"say in up to {LONGEST_SOURCE} characters where the figure is from"
        problems.append(Problem("source is empty, too long or does not print", right=right))
    if problems or value is None or period is None:
        return problems
    found = OwnFigure(name, value, low, high, period[0], int(period[3] or YEAR), cells["source"], line)
    base = place.place.price_base
    if "£" in indicator.unit and not _of_prices(found, base):
        right = f"give it in the prices of {base}, the place's, and that year as its period"
        return [Problem(f"{name} is money of {found.period}", right=right)]
    return found


def _follows(period: re.Match[str]) -> bool:
    """Whether the second year of a fiscal year follows the first, and a quarter is of a fiscal year."""
    first, second, quarter = period.groups()
    return second is None and quarter is None or second is not None and (int(first) + 1) % 100 == int(second)


def _of_prices(figure: OwnFigure, base: str) -> bool:
    """Whether money of the figure's period is of the place's price base; a calendar year counts with the fiscal year
    that begins in it."""
    return figure.period[:4] == base[:4]
