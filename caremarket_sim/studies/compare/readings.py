"""What is read alike of one scenario's runs and of a comparison of several."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from caremarket_sim.findings import frames, traces
from caremarket_sim.runs.design import Sample


class Readings:
    """What can be read of the outcomes of scenarios on the same futures, whatever is held against what."""

    samples: Mapping[str, Sample]
    other_draws: tuple[Mapping[str, Sample], ...]

    @property
    def draws(self) -> int:
        """How many plausible draws of the assumptions the intervals of `frame()` rest on."""
        return 1 + len(self.other_draws)

    def timeline(self) -> pd.DataFrame:
        """Each policy's line of time in sentences: decided, prepared, in force, and what the market made of it."""
        return traces.sentences_frame(self.samples)

    def traces(self) -> pd.DataFrame:
        """Each lever moved: from when it is in force, and what became of what it should move."""
        return traces.traces(self.samples)

    def overall(self) -> pd.DataFrame:
        """Every replicate's value of every indicator over the whole horizon."""
        return frames.overall(self.samples)

    def yearly(self) -> pd.DataFrame:
        """Every replicate's value of every indicator in every year."""
        return frames.yearly(self.samples)

    def weekly(self) -> pd.DataFrame:
        """Every replicate's value, every week, of the indicators recorded weekly."""
        return frames.weekly(self.samples)
