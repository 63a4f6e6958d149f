"""What a sweep came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caremarket_sim.findings.frames import described
from caremarket_sim.markup import display
from caremarket_sim.methods.factors import Factor, units_of
from caremarket_sim.methods.samplers import Sampler
from caremarket_sim.results.periods import ALL

NO_INTERVALS = "values as simulated; chance is in them"
"""What a sweep's tables say of their numbers."""


@dataclass(frozen=True)
class Output:
    """One quantity that is asked about: an indicator's level in a scenario, or its difference from the reference."""

    scenario: str
    indicator: str
    reference: str | None = None

    @property
    def name(self) -> str:
        """The output in a few words."""
        against = f"{self.scenario} − {self.reference}" if self.reference else self.scenario
        return f"{self.indicator}: {against}"


@dataclass(frozen=True)
class Sweep:
    """What a sweep came to.

    `coordinates` (sample, factor) are of the unit cube, `values` the factors' values; `results` has a number a sample,
    replicate, scenario and indicator, in the weeks of `period`, nan where a run failed or has no such value.
    """

    name: str
    title: str
    factors: tuple[Factor, ...]
    sampler: Sampler
    seed: int
    scenarios: tuple[str, ...]
    reference: str | None
    outputs: str
    indicators: tuple[str, ...]
    asked: tuple[str, ...]
    coordinates: NDArray[np.float64]
    values: tuple[tuple[Any, ...], ...]
    results: NDArray[np.float64]
    years: float = 0.0
    period: str = ALL
    new_futures_every: int = 0
    """After how many samples other futures are met; 0 if all samples meet the same."""
    failed: tuple[tuple[int, str, int, str], ...] = field(default=(), repr=False)
    """(sample from 1, scenario, replicate, why) of each run that failed."""
    banner: str | None = None
    """What would have been refused, and why it was allowed."""

    @property
    def replicates(self) -> int:
        """How many futures every sample was simulated on."""
        return self.results.shape[1]

    def questions(self) -> list[Output]:
        """The outputs that the design asks about."""
        found = []
        for name in self.asked:
            if self.outputs in ("levels", "both"):
                found += [Output(scenario, name) for scenario in self.scenarios]
            if self.outputs in ("differences", "both") and self.reference is not None:
                found += [Output(one, name, self.reference) for one in self.scenarios if one != self.reference]
        return found

    def of(self, output: Output) -> NDArray[np.float64]:
        """The output's values (sample, replicate); a difference is taken replicate by replicate."""
        column = self.indicators.index(output.indicator)
        found = self.results[:, :, self.scenarios.index(output.scenario), column]
        if output.reference is None:
            return found
        return found - self.results[:, :, self.scenarios.index(output.reference), column]

    def samples(self) -> pd.DataFrame:
        """Every sample's factor values, a row a sample."""
        frame = pd.DataFrame(list(self.values), columns=[factor.name for factor in self.factors])
        frame.insert(0, "sample", range(1, len(frame) + 1))
        return described(frame, units_of(self.factors), NO_INTERVALS)

    def frame(self) -> pd.DataFrame:
        """Every question's value at every sample and replicate, tidy: a number a row."""
        parts = []
        numbers = np.arange(1, len(self.values) + 1)
        for output in self.questions():
            found = self.of(output)
            parts.append(
                pd.DataFrame(
                    {
                        "sample": np.repeat(numbers, self.replicates),
                        "replicate": np.tile(np.arange(1, self.replicates + 1), len(numbers)),
                        "indicator": output.indicator,
                        "scenario": output.scenario,
                        "reference": output.reference or "",
                        "value": found.ravel(),
                    }
                )
            )
        return described(pd.concat(parts, ignore_index=True), units_of(self.factors), NO_INTERVALS)

    def plot(self, output: Output | None = None):
        """A matplotlib figure: the output (the first question's) against every factor, with its trend."""
        return display(self).scatter(self, output or self.questions()[0])

    def _repr_html_(self) -> str:
        return display(self).sweep_html(self)
