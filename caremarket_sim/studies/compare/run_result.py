"""What one scenario's runs came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from caremarket_sim.findings import frames
from caremarket_sim.findings.draws import shares_of
from caremarket_sim.markup import display
from caremarket_sim.results.periods import Periods
from caremarket_sim.runs.design import FailedReplicate, Sample
from caremarket_sim.scenario import Scenario
from caremarket_sim.studies.compare.readings import Readings


@dataclass(frozen=True, repr=False)
class Run(Readings):
    """One scenario's outcomes over its replicates; shown in a notebook as a table of the headline indicators."""

    samples: Mapping[str, Sample]
    seed: int
    seeds: tuple[int, ...]
    failed: tuple[FailedReplicate, ...] = ()
    other_draws: tuple[Mapping[str, Sample], ...] = ()
    """The same futures under other plausible draws of the assumptions, if any were asked for."""
    banner: str | None = None
    """What would have been refused, and why it was allowed."""

    @property
    def sample(self) -> Sample:
        """The scenario's outcomes as arrays."""
        return next(iter(self.samples.values()))

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        return self.sample.scenario

    @property
    def periods(self) -> Periods:
        """The periods that there are results for, and which of them sentences go by."""
        return self.sample.periods

    @cached_property
    def _levels(self) -> pd.DataFrame:
        return frames.levels(self.samples, self.other_draws)

    def frame(self) -> pd.DataFrame:
        """The mean of every indicator in every period, with its interval."""
        return self._levels.copy()

    def period(self, period: str) -> pd.DataFrame:
        """The rows of `frame()` of one period: `all`, `in force`, `last year`, `year_1` and so on."""
        return frames.of_period(self._levels, period)

    def shares(self) -> pd.DataFrame:
        """Which share of each level's variance is ignorance's and which chance's; with one draw, none is known."""
        return shares_of((self.samples, *self.other_draws), None)

    def by(self, dimension: str | None = None) -> pd.DataFrame:
        """Results by group: zone, deprivation, age, need, payer or contract; None for all of them."""
        return frames.breakdowns(self.samples, None, dimension)

    def plot(self, what: str = "outcomes"):
        """A matplotlib figure of the course through time of `outcomes`, `costs` or `jobs`."""
        return display(self).figure(what, self.samples, None, self.banner)

    def _repr_html_(self) -> str:
        return display(self).run_html(self)

    def __repr__(self) -> str:
        return f"<Run of {self.scenario.name}: {len(self.sample.replicates)} futures, {self.periods.whole}>"
