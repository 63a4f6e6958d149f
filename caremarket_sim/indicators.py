"""What is measured (ODD 10): each indicator once, as `data/indicators.toml` has it, and the outcome of one simulated
scenario.

An indicator is a formula on sums over a period of weeks, so the same formula gives a week, a year and the whole.
"""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np

from .formulas import read_formula
from .market.record import CLIENT_SUMS, LINES, RECORD, STAFF_SUMS
from .mechanisms import recording

FAMILIES = ("outcomes", "costs", "jobs", "market", "place")
BETTER = ("higher", "lower", "neither")
AUDIENCES = ("citizen", "care worker", "provider", "health partner", "finance director", "scrutiny committee")
GROUPED = {"people": (0, CLIENT_SUMS), "care workers": (len(CLIENT_SUMS), STAFF_SUMS)}
"""Who results are given by group of: from which column of a year's sums by group on, and what is summed."""


@dataclass(frozen=True)
class Indicator:
    """One quantity that is reported.

    `better` is higher, lower or neither; `smallest` is the smallest difference that matters, in the unit, by judgement.
    `formula` is arithmetic on a period's sums, `by_group` on a year's sums of each group of `groups`, if it is given by
    group. `person` says what a difference is to a person: `{n}` is the difference times `person_times` over the mean of
    the indicator, or the value of the parameter, `person_over`, and of `{more|fewer}` the first is said where it is up.
    """

    id: str
    label: str
    unit: str
    family: str
    better: str
    smallest: float
    audience: str
    definition: str
    formula: str
    headline: bool = False
    weekly: bool = False
    groups: str = ""
    by_group: str = ""
    person: str = ""
    person_times: float = 1.0
    person_over: str = ""

    @property
    def broken_down(self) -> bool:
        """Whether it is given by group."""
        return bool(self.groups)


@dataclass(frozen=True)
class Outcome:
    """What one scenario came to for one seed.

    `weekly` is weeks × WEEKLY, `yearly` years × INDICATORS, `overall` one value an indicator for all weeks, `stages`
    STAGES × INDICATORS, nan where there is no such stage; `breakdowns` and `counts` are (years + 1) × groups ×
    BROKEN_DOWN, the last entry for the whole period, with nan where a group is empty and the people or care workers
    (on average over the period) behind each cell.
    """

    weekly: np.ndarray
    yearly: np.ndarray
    overall: np.ndarray
    stages: np.ndarray
    breakdowns: np.ndarray
    counts: np.ndarray


def _paid(payer: str, payee: str) -> list[str]:
    """The lines of the books that a party, or `anyone`, pays another."""
    return [name for name, (by, to, _) in LINES.items() if payer in (by, "anyone") and payee in (to, "anyone")]


def read_indicators(text: str) -> dict[str, Indicator]:
    """The indicators of a file's text, in its order, each with what is the matter looked for.

    Raises ValueError that names the indicator.
    """
    found = {}
    for name, entry in tomllib.loads(text).items():
        try:
            found[name] = _checked(name, entry)
        except (TypeError, ValueError) as error:
            raise ValueError(f"data/indicators.toml, {name}: {error}") from None
    return found


def _checked(name: str, entry: dict[str, Any]) -> Indicator:
    headline = entry.get("headline", False)
    one = Indicator(**{"id": name, "weekly": headline, **entry, "smallest": float(entry["smallest"])})
    for what, value, allowed in (
        ("family", one.family, FAMILIES),
        ("better", one.better, BETTER),
        ("audience", one.audience, AUDIENCES),
        ("groups", one.groups, ("", *GROUPED)),
    ):
        if value not in allowed:
            raise ValueError(f"{what} is {value!r}; one of {', '.join(allowed)}")
    if not one.smallest > 0.0:
        raise ValueError("the smallest difference that matters is above 0")
    if one.headline and "{n}" not in one.person:
        raise ValueError("a headline says in `person` what it is to a person, with {n} for how much")
    if bool(one.groups) != bool(one.by_group):
        raise ValueError("`groups` and `by_group` go together")
    if one.unit.endswith(" a year") and "52" not in one.formula and "QALY" not in one.unit:
        raise ValueError(f"its unit is {one.unit!r}, and nothing in its formula scales weeks to a year")
    _formula_of(one)
    if one.groups:
        _group_formula_of(one)
    return one


def _formula_of(one: Indicator):
    return read_formula(one.formula, RECORD.names or (), _paid)


def _group_formula_of(one: Indicator):
    return read_formula(one.by_group, GROUPED[one.groups][1])


INDICATORS = read_indicators(files("caremarket_sim").joinpath("data/indicators.toml").read_text(encoding="utf-8"))
_FORMULAS = {one.id: _formula_of(one) for one in INDICATORS.values()}
_BY_GROUP = {one.id: _group_formula_of(one) for one in INDICATORS.values() if one.groups}

WEEKLY: tuple[str, ...] = tuple(indicator.id for indicator in INDICATORS.values() if indicator.weekly)
STAGES = ("transition", "in force", "last year")
"""Before all policies that are compared are in force; from then on; the last 52 weeks."""

BROKEN_DOWN: tuple[str, ...] = tuple(indicator.id for indicator in INDICATORS.values() if indicator.broken_down)


def groups(place) -> list[tuple[str, str]]:
    """Every group of every breakdown of a place: (dimension, label)."""
    return recording.groups(place.zones)


def evaluate(sums: np.ndarray, ids=tuple(INDICATORS)) -> np.ndarray:
    """Values of indicators for periods given as sums of record rows; one column an indicator."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.column_stack([np.broadcast_to(_FORMULAS[name](sums), sums.shape) for name in ids])


def add_up(rows: np.ndarray) -> np.ndarray:
    """Sum record rows along their second axis: (periods, weeks) to (periods,)."""
    values = rows.view(np.float64).reshape(*rows.shape, len(rows.dtype.names or ())).sum(axis=1)
    return np.ascontiguousarray(values).view(rows.dtype)[:, 0]


def stages(rows: np.ndarray, in_force: int | None) -> np.ndarray:
    """Values of every indicator in each of STAGES, from record rows a week; nan where there is no such stage.

    `in_force` is the week from which the policies that are compared are in force; None where one of them never is, and
    all weeks are then its transition. Sums come before ratios, as in every period.
    """
    return _with_stages(rows[:0], rows, in_force)[1]


def _with_stages(periods: np.ndarray, rows: np.ndarray, in_force: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Values of every indicator for periods given as sums of record rows, and in each of STAGES: all in one go, which
    takes hardly longer than one period."""
    first = len(rows) if in_force is None else min(in_force, len(rows))
    parts = {stage: part for stage, part in enumerate((rows[:first], rows[first:], rows[-52:])) if len(part)}
    found = evaluate(np.concatenate([periods, *(add_up(part.reshape(1, -1)) for part in parts.values())]))
    values = np.full((len(STAGES), len(INDICATORS)), np.nan)
    values[list(parts)] = found[len(periods) :]
    return found[: len(periods)], values


def record_of(market, council: int = 0) -> np.ndarray:
    """The recorded weeks of a council's place."""
    return np.ascontiguousarray(market.series[:, council])


def outcome_of(market, in_force: int | None = 0) -> Outcome:
    """What the recorded weeks of a market came to. A year that is not whole counts with the whole period only.

    `in_force`: see `stages`.
    """
    series = record_of(market)
    years = max(len(series) // 52, 1)
    whole = series[: years * 52].reshape(years, -1) if len(series) >= 52 else series.reshape(1, -1)
    periods = np.concatenate([add_up(np.ascontiguousarray(whole)), add_up(series.reshape(1, -1))])
    values, in_stages = _with_stages(periods, series, in_force)
    breakdowns, counts = break_down(market.breakdowns, years)
    return Outcome(evaluate(series, WEEKLY), values[:-1], values[-1], in_stages, breakdowns, counts)


def break_down(sums: list[np.ndarray], years: int) -> tuple[np.ndarray, np.ndarray]:
    """Indicators by group for each year and the whole, and the mean number of people or care workers behind each."""
    if not sums:
        return np.full((years + 1, 0, len(BROKEN_DOWN)), np.nan), np.zeros((years + 1, 0, len(BROKEN_DOWN)))
    periods = np.stack([*sums, np.sum(sums, axis=0)])
    values = np.full((*periods.shape[:2], len(BROKEN_DOWN)), np.nan)
    counts = np.zeros(values.shape)
    weeks = np.full((len(periods), 1), 52.0)
    weeks[-1] = 52.0 * len(sums)
    for k, name in enumerate(BROKEN_DOWN):
        first, names = GROUPED[INDICATORS[name].groups]
        columns = {column: periods[:, :, first + place] for place, column in enumerate(names)}
        with np.errstate(invalid="ignore", divide="ignore"):
            values[:, :, k] = _BY_GROUP[name](columns)
        counts[:, :, k] = np.nan_to_num(columns["sum_weeks"] / weeks)
    return values, counts
