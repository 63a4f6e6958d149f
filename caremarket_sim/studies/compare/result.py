"""What a comparison found, and the tables that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from caremarket_sim.findings import assumptions, economics, first_year, frames, structures
from caremarket_sim.findings.draws import shares_of
from caremarket_sim.findings.placebo import Placebo
from caremarket_sim.markup import display
from caremarket_sim.results.periods import Periods
from caremarket_sim.runs.design import FailedReplicate, Sample
from caremarket_sim.runs.plausibility import Plausibility
from caremarket_sim.scenario import Scenario
from caremarket_sim.studies.compare.readings import Readings
from caremarket_sim.studies.standing.study import Standing


@dataclass(frozen=True, repr=False)
class Comparison(Readings):
    """Scenarios on the same futures, each against the reference.

    Shown in a notebook as a table; `frame()` gives every difference, `period("in force")` those of the weeks in which
    all scenarios are in force, by which verdicts go, `levels()` every mean, `by("zone")` the results by group with
    verdicts, `plot()` a figure, `bottom_line()` the answer in words; `brief()` and `report()` write them. `banner` says
    what would have been refused, and why it was allowed; `failed` lists the replicates that could not be simulated,
    which are missing from every scenario. `plausibility` says of each place whether its market with no new policy
    resembles what is published, if that was tried. With `other_draws`, the same
    futures under other draws of the assumptions, the intervals of `frame()` hold ignorance as well as chance and
    `shares()` says which explains how much; all else is about the centre.
    """

    samples: Mapping[str, Sample]
    reference: str
    seed: int
    seeds: tuple[int, ...]
    failed: tuple[FailedReplicate, ...] = ()
    banner: str | None = None
    ends: tuple[assumptions.End, ...] = ()
    other_draws: tuple[Mapping[str, Sample], ...] = ()
    plausibility: tuple[Plausibility, ...] = ()
    standing: Standing | None = None
    """The same policies as standing regimes, if that was asked for (`--settled`)."""
    placebo: Placebo | None = None
    """The pounds that the dearest policy adds, as plain fee under the reference, if that was looked at."""
    forms: tuple[structures.Form, ...] = ()
    """The same comparison under other forms of the model, if that was asked for (`--structures`)."""

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios, in the order they were given."""
        return tuple(sample.scenario for sample in self.samples.values())

    @property
    def others(self) -> tuple[str, ...]:
        """The names of the scenarios that are held against the reference."""
        return tuple(name for name in self.samples if name != self.reference)

    @cached_property
    def _differences(self) -> pd.DataFrame:
        return frames.differences(self.samples, self.reference, self.other_draws)

    def shares(self) -> pd.DataFrame:
        """Which share of each difference's variance is ignorance's and which chance's; with one draw, none is known."""
        return shares_of((self.samples, *self.other_draws), self.reference)

    def frame(self) -> pd.DataFrame:
        """Every scenario against the reference: an indicator and period a row, with interval and verdict."""
        return self._differences.copy()

    @property
    def periods(self) -> Periods:
        """The periods that there are results for, and which of them verdicts go by."""
        return self.samples[self.reference].periods

    def period(self, period: str) -> pd.DataFrame:
        """The rows of `frame()` of one period: `all`, `transition`, `in force`, `last year`, `year_1` and so on."""
        return frames.of_period(self._differences, period)

    def spend(self) -> pd.DataFrame:
        """What everybody pays in each scenario, in pounds over all years together, with paired differences."""
        return economics.spend(self.overall(), self.reference, self.periods.weeks)

    def first_years(self) -> pd.DataFrame:
        """How likely the first year after each policy's switch is to be worse than the reference's: closures, people
        displaced, visits missed, as shares of futures."""
        return first_year.first_years(self.samples, self.reference)

    def levels(self) -> pd.DataFrame:
        """The mean of every indicator in every scenario and period, with its interval."""
        return frames.levels(self.samples)

    def by(self, dimension: str | None = None) -> pd.DataFrame:
        """Results and differences by group: zone, deprivation, age, need, payer or contract; None for all of them."""
        return frames.breakdowns(self.samples, self.reference, dimension)

    def assumptions(self) -> pd.DataFrame:
        """What becomes of each verdict with the two carrying assumptions at the ends of their ranges."""
        return assumptions.what_becomes(self._differences, self.ends, self.reference)

    def structures(self) -> pd.DataFrame:
        """What becomes of each verdict under other forms of the model, and whether it depends on one."""
        return structures.under_forms(self._differences, self.samples, self.forms, self.reference)

    def plot(self, what: str = "differences"):
        """A matplotlib figure: `differences`, or the course through time of `outcomes`, `costs` or `jobs`."""
        return display(self).figure(what, self.samples, self.reference, self.banner)

    def bottom_line(self) -> dict[str, list[str]]:
        """The answer in words by scenario: people, care workers, money, and what clear differences are to a person."""
        return display(self).bottom_lines(self)

    def brief(self, to: str | Path = "brief.html") -> Path:
        """Write the brief, two printed pages, and say where: for Word where the name ends in .docx, else HTML."""
        return display(self).write_brief(self, Path(to))

    def report(self, to: str | Path = "report.html") -> Path:
        """Write the report, one HTML file, and say where; `compare --report` has the tables behind it beside it."""
        return display(self).write_report(self, Path(to))

    def _repr_html_(self) -> str:
        return display(self).comparison_html(self)

    def __repr__(self) -> str:
        others = ", ".join(self.others)
        return f"<Comparison of {others} against {self.reference}: {len(self.seeds)} futures, {self.periods.whole}>"
