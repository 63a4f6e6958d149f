"""A results folder as the report reads it: its CSV files, the scenarios as they were run, and the manifest."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.results import query
from caremarket_sim.results.manifest import NAME as MANIFEST
from caremarket_sim.results.periods import ALL, IN_FORCE, Periods, periods_beside
from caremarket_sim.results.soundness import text_of
from caremarket_sim.results.store import Store
from caremarket_sim.runs.plausibility import Plausibility, from_records
from caremarket_sim.telling.files import FORMULA_STARTS
from caremarket_sim.telling.words import first_year_sentences

NEEDED = ("differences", "levels", "spend", "periods", "overall", "yearly", "breakdowns")
OPTIONAL = (
    "assumptions",
    "first_year",
    "equal_budget",
    "placebo",
    "equal_budget_terms",
    "precision",
    "failed",
    "plausibility",
    "timeline",
    "settled",
    "shares",
    "structures",
)

FEW = 3
"""Policies that are told at full length, each beside its reference; of more every one is told more shortly."""


@dataclass(frozen=True)
class Results:
    """What is in a results folder. `seeds` holds the seed of each replicate of the main batch, in order."""

    folder: Path
    tables: Mapping[str, pd.DataFrame]
    scenarios: Mapping[str, Mapping[str, Any]]
    manifest: Mapping[str, Any]
    banner: str | None
    seeds: Sequence[int]
    spend_by_week: pd.DataFrame | None = None
    """Council spend of every week, where there is no folder to read it from."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The scenarios, in the order they were given."""
        return tuple(self.tables["levels"].scenario.unique())

    @cached_property
    def reference(self) -> str:
        """The scenario that all others are held against."""
        return str(self.tables["differences"].reference.iloc[0])

    @property
    def others(self) -> tuple[str, ...]:
        """The scenarios that are held against the reference."""
        return tuple(name for name in self.names if name != self.reference)

    @property
    def are_few(self) -> bool:
        """Whether there are so few policies that each is told at full length."""
        return len(self.others) <= FEW

    @cached_property
    def years(self) -> int:
        """Whole years simulated."""
        return int(self.tables["yearly"].year.max())

    @cached_property
    def replicates(self) -> int:
        """Simulated futures that every scenario has."""
        return int(self.tables["overall"].replicate.nunique())

    @cached_property
    def periods(self) -> Periods:
        """The periods that there are results for, and which of them verdicts go by."""
        table = self.tables["periods"].set_index("period")
        in_force = int(table.first_week[IN_FORCE]) - 1 if IN_FORCE in table.index else None
        return Periods(date.fromisoformat(self.place["start"]), int(table.weeks[ALL]), in_force)

    @cached_property
    def draws(self) -> int:
        """Plausible draws of the assumptions that the intervals of differences rest on."""
        return int(self.tables["differences"].draws.max())

    @property
    def place(self) -> Mapping[str, Any]:
        """The reference's place."""
        return self.scenarios[self.reference]["place"]

    @cached_property
    def plausibility(self) -> tuple[Plausibility, ...]:
        """What was found of each place before the comparison began; nothing in results of earlier versions."""
        table = self.tables.get("plausibility")
        return () if table is None else from_records(table.to_dict("records"))

    def first_years(self) -> list[str]:
        """How likely each policy's first year is to be a bad one, a sentence a policy."""
        table = self.tables.get("first_year")
        return [] if table is None else first_year_sentences(table)

    def timeline(self, name: str) -> list[str]:
        """A policy's line of time in sentences; nothing without policy, or in results of earlier versions."""
        table = self.tables.get("timeline")
        return [] if table is None else table[table.scenario == name].sentence.tolist()

    def title(self, name: str) -> str:
        """A scenario's title, as its file has it."""
        return str(self.scenarios[name]["title"])

    def position(self, name: str) -> int:
        """The scenario's place in the order, by which it is drawn."""
        return self.names.index(name)

    def year_name(self, year: int) -> str:
        """A year of the scenario, counted from 1, as `Periods` names it."""
        return self.periods.year_name(year)

    def day(self, week: int) -> date:
        """The last day of a week of the scenario, which count from 1."""
        return date.fromisoformat(self.place["start"]) + timedelta(days=7 * week - 1)

    def monday(self, week: int) -> date:
        """The first day of a week in which something changes, which count from 0."""
        return date.fromisoformat(self.place["start"]) + timedelta(days=7 * week)

    @cached_property
    def weekly_spend(self) -> pd.DataFrame:
        """Council spend, £ a year, of every scenario, future and week of the main batch."""
        if self.spend_by_week is not None:
            return self.spend_by_week
        columns = ["scenario", "variant", "replicate", "week", "council_spend"]
        with Store.read(self.folder) as store:
            table = query.table(store, "weekly").select(columns).to_pandas()
        return table[table.variant == ""].sort_values(["scenario", "replicate", "week"])

    def differences(self, name: str, period: str | None = None) -> pd.DataFrame:
        """One scenario's differences in a period (that of the verdicts when None), by indicator."""
        return self._in(self.tables["differences"], name, period)

    def levels(self, name: str, period: str | None = None) -> pd.DataFrame:
        """One scenario's means in a period (that of the verdicts when None), by indicator."""
        return self._in(self.tables["levels"], name, period)

    def _in(self, table: pd.DataFrame, name: str, period: str | None) -> pd.DataFrame:
        period = self.periods.verdicts if period is None else period
        return table[(table.scenario == name) & (table.period == period)].set_index("indicator")

    def beside(self, name: str) -> dict[str, pd.DataFrame]:
        """One scenario's differences in the periods that are shown beside that of the verdicts, as they are called."""
        shown = periods_beside(self.periods.names)
        return {self.periods.called(period): self.differences(name, period) for period in shown}


def read_results(folder: Path) -> Results:
    """Read a folder that `caremarket compare` wrote. Raises BadInput where there is none, or it is not whole."""
    folder = Path(folder)
    with Store.read(folder) as store:
        runs = store.runs()
    problems = [
        Problem(f"{name}.csv is missing", file=folder, right="write it again with `caremarket compare … --resume`")
        for name in NEEDED
        if not (folder / f"{name}.csv").is_file()
    ]
    if len(problems) == 1 and problems[0].what.startswith("differences"):
        right = "give a folder that `caremarket compare` wrote"
        problems = [Problem("these are the results of one scenario, and a report compares", file=folder, right=right)]
    tables = {}
    for name in (*NEEDED, *OPTIONAL):
        if (folder / f"{name}.csv").is_file() and not problems:
            tables[name] = _table(folder, name)
    if not problems:
        unknown = sorted(set(tables["levels"].indicator) ^ set(INDICATORS))
        if not {"p_same"} <= set(tables["differences"]) or not {"verdict"} <= set(tables["breakdowns"]):
            what = "these results are of an earlier version of the package, which counted ties as halves"
            problems.append(Problem(what, file=folder, right="compare again"))
        if unknown:
            what = f"the results have other indicators than this version of the package: {', '.join(unknown[:5])}"
            problems.append(Problem(what, file=folder, right="use the version that wrote them, or compare again"))
    if problems:
        raise BadInput(problems)
    scenarios = {}
    for name in tables["levels"].scenario.unique():
        scenarios[name] = json.loads(text_of(folder, f"scenarios/{name}.json"))
    return Results(
        folder,
        tables,
        scenarios,
        json.loads(text_of(folder, MANIFEST)),
        text_of(folder, "banner.txt").strip() if (folder / "banner.txt").exists() else None,
        [seed for _, seed in sorted({(run.replicate, run.seed) for run in runs if not run.variant})],
    )


def _table(folder: Path, name: str) -> pd.DataFrame:
    """A table of the folder, if it is as we wrote it. Raises BadInput where it is not."""
    return read_csv(io.StringIO(text_of(folder, f"{name}.csv")))


def read_csv(path: Path | io.StringIO) -> pd.DataFrame:
    """A table as it was before it was written: an empty cell has no value, text is without its guard against Excel."""
    table = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, na_values=[""])
    for column in table.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes]]:
        table[column] = table[column].map(_unguarded)
    return table


def _unguarded(cell: object) -> object:
    guarded = isinstance(cell, str) and cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS)
    return cell[1:] if guarded else cell  # type: ignore[index]
