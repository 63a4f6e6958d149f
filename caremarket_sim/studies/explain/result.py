"""What each group of levers did, as tables."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from caremarket_sim.markup import display
from caremarket_sim.results.periods import Periods, in_force_from
from caremarket_sim.runs.design import FailedReplicate
from caremarket_sim.studies.explain import frames as explanation_frames
from caremarket_sim.studies.explain.coalitions import AS_WRITTEN
from caremarket_sim.studies.explain.frames import View


@dataclass(frozen=True)
class Explanation:
    """What each group of levers did, under each view; shown in a notebook as its table of values.

    `frame()` has the Shapley values, what each group does alone and last; `interactions()` what pairs do beyond that;
    `knock_outs()` what the whole loses with one lever set back; `plot(indicator)` a waterfall; `summary()` sentences.
    """

    views: tuple[View, ...]
    seed: int
    seeds: tuple[int, ...]
    runs: int
    failed: tuple[FailedReplicate, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def periods(self) -> Periods:
        """The periods of the whole policy and its reference: all numbers are of that which verdicts go by."""
        policy, reference = self.views[0].bundle.policy, self.views[0].bundle.reference
        return Periods(policy.start, policy.weeks, in_force_from([reference, policy]))

    def frame(self) -> pd.DataFrame:
        """A row a view, headline indicator, group and measure (`shapley`, `alone`, `last`), and one for the whole."""
        return explanation_frames.values_frame(self.views)

    def interactions(self) -> pd.DataFrame:
        """A row a view, headline indicator and pair of groups: the Shapley interaction index; empty if sampled."""
        return explanation_frames.interactions_frame(self.views)

    def knock_outs(self) -> pd.DataFrame:
        """A row a view, headline indicator and lever: the whole policy less the policy without that lever."""
        return explanation_frames.knock_outs_frame(self.views)

    def summary(self) -> list[str]:
        """What did it, a sentence or two an indicator, in plain words."""
        return display(self).sentences(self)

    def plot(self, indicator: str = "turnover", view: str = AS_WRITTEN):
        """A matplotlib waterfall of one headline indicator, from the reference to the policy, group by group."""
        return display(self).waterfall(self, indicator, view)

    def _repr_html_(self) -> str:
        return display(self).table_html(self)
