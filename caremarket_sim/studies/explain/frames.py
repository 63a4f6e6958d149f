"""Tidy tables of an explanation: what groups of levers did, what pairs do together, what the whole loses with one lever
set back. Every number has the 95% t interval over paired futures; of sampled orders, widened by the sampling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from caremarket_sim.findings.frames import described
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.shapley import alone, along, interactions, last, shapley
from caremarket_sim.methods.statistics import CONFIDENCE, Interval, holm, interval, paired_difference, verdict
from caremarket_sim.policy import LEVERS
from caremarket_sim.policy.values import shown
from caremarket_sim.studies.explain.coalitions import Bundle, KnockOut

WHOLE = "whole"
SHAPLEY, ALONE, LAST, DIFFERENCE = "shapley", "alone", "last", "difference"


@dataclass(frozen=True)
class View:
    """What was simulated of a bundle: `values` (coalition, replicate, indicator), nan where a coalition was not needed.

    `coalitions` is how many different scenarios the coalitions are; `orders` are those that were sampled, None where
    all coalitions were simulated; `knocked` has each knock-out's values.
    """

    bundle: Bundle
    indicators: tuple[str, ...]
    values: NDArray[np.float64]
    coalitions: int
    orders: tuple[tuple[int, ...], ...] | None
    knocked: tuple[tuple[KnockOut, NDArray[np.float64]], ...]

    @property
    def name(self) -> str:
        """Under which condition the bundle is looked at: as written, equal fee or equal budget."""
        return self.bundle.view

    @property
    def replicates(self) -> int:
        """How many futures there are."""
        return self.values.shape[1]

    @cached_property
    def shapley(self) -> NDArray[np.float64]:
        """Each group's value in each future (group, replicate, indicator)."""
        return shapley(self.values) if self.orders is None else along(self.values, self.orders).mean(axis=0)

    @cached_property
    def estimates(self) -> dict[str, list[Interval]]:
        """Of each measure an interval a group, each over the indicators."""
        found = {SHAPLEY: [interval(one) for one in self.shapley]}
        if self.orders is not None:
            spread = sampling_error(along(self.values, self.orders).mean(axis=2))
            pairs = zip(found[SHAPLEY], spread, strict=True)
            found[SHAPLEY] = [widened(one, error, self.replicates) for one, error in pairs]
        found[ALONE] = [interval(one) for one in alone(self.values)]
        found[LAST] = [interval(one) for one in last(self.values)]
        return found

    @cached_property
    def difference(self) -> Interval:
        """The whole policy less the reference."""
        return interval(self.values[-1] - self.values[0])


def sampling_error(added: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard error (group, indicator) from which orders were sampled, of what was added (order, group, indicator).

    Orders come in pairs of one and its reverse, so that pairs, not orders, are independent; nan for a single pair.
    """
    pairs = added.reshape(-1, 2, *added.shape[1:]).mean(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = ((pairs - pairs.mean(axis=0)) ** 2).sum(axis=0) / np.float64(len(pairs) - 1)
    return np.sqrt(variance / len(pairs))


def widened(one: Interval, error: NDArray[np.float64], replicates: int) -> Interval:
    """An interval that allows for a further, independent standard error."""
    quantile = stdtrit(max(replicates - 1, 1), 0.5 + CONFIDENCE / 2)
    reach = np.sqrt(((one.high - one.low) / 2.0) ** 2 + (quantile * error) ** 2)
    return Interval(one.mean, one.mean - reach, one.mean + reach, one.replicates)


def values_frame(views: Sequence[View]) -> pd.DataFrame:
    """A row a view, indicator, group and measure; the whole difference first, as the group `whole`."""
    rows = []
    for view in views:
        for place, name in enumerate(view.indicators):
            about = _about(view, name)
            about["reference_mean"] = float(view.values[0, :, place].mean())
            about["mean"] = float(view.values[-1, :, place].mean())
            extent = {"replicates": view.replicates, "coalitions": view.coalitions, "orders": len(view.orders or ())}
            cells = [(WHOLE, DIFFERENCE, view.difference)]
            for measure, of_groups in view.estimates.items():
                cells += [(group, measure, one) for group, one in zip(view.bundle.groups, of_groups, strict=True)]
            for group, measure, one in cells:
                rows.append({**about, "group": group, "measure": measure, **_cell(one, place), **extent})
    return described(pd.DataFrame(rows))


def interactions_frame(views: Sequence[View]) -> pd.DataFrame:
    """A row a view, indicator and pair of groups; no rows for a view whose orders were sampled."""
    rows = []
    for view in views:
        if view.orders is not None:
            continue
        found = interactions(view.values)
        for place, name in enumerate(view.indicators):
            for first, second, one in _pairs(view.bundle.groups, found[..., place]):
                cell = {"value": float(one.mean), "low": float(one.low), "high": float(one.high)}
                rows.append({**_about(view, name), "group": first, "with": second, **cell})
    return described(pd.DataFrame(rows, columns=[*_ABOUT, "group", "with", "value", "low", "high"]))


def _pairs(groups: Sequence[str], found: NDArray[np.float64]) -> Iterator[tuple[str, str, Interval]]:
    for second in range(len(groups)):
        for first in range(second):
            yield groups[first], groups[second], interval(found[first, second])


def knock_outs_frame(views: Sequence[View]) -> pd.DataFrame:
    """A row a view, indicator and lever. `difference`: the whole policy less the policy with that lever set back.

    `also` names levers that were set back with it because they have no effect without it. Verdicts say what having the
    lever does to the indicator, and allow for looking at all levers at once (Holm, within an indicator).
    """
    rows = []
    for view in views:
        for place, name in enumerate(view.indicators):
            about, indicator = _about(view, name), INDICATORS[name]
            compared = [paired_difference(values[:, place], view.values[-1, :, place]) for _, values in view.knocked]
            looked_at = holm([float(one.p_value) for one in compared])
            for (knock_out, _), one, p_value in zip(view.knocked, compared, looked_at, strict=True):
                before, after = view.bundle.values(knock_out.lever)
                said = verdict(
                    float(one.difference),
                    float(one.low),
                    float(one.high),
                    float(p_value),
                    identical=bool(one.identical),
                    smallest=indicator.smallest,
                    better=indicator.better,
                )
                rows.append(
                    {
                        **about,
                        "lever": knock_out.lever,
                        "group": LEVERS[knock_out.lever].group,
                        "also": "; ".join(knock_out.also),
                        "set_to": shown(after),
                        "set_back_to": shown(before),
                        "mean": float(one.mean),
                        "mean_without": float(one.reference_mean),
                        "difference": float(one.difference),
                        "low": float(one.low),
                        "high": float(one.high),
                        "replicates": int(one.replicates),
                        "verdict": said,
                    }
                )
    return described(pd.DataFrame(rows, columns=[*_ABOUT, *_KNOCKED]))


_ABOUT = ["view", "scenario", "reference", "indicator", "unit", "better"]
_KNOCKED = ["lever", "group", "also", "set_to", "set_back_to", "mean", "mean_without", "difference", "low", "high",
            "replicates", "verdict"]  # fmt: skip


def _about(view: View, name: str) -> dict[str, Any]:
    bundle, indicator = view.bundle, INDICATORS[name]
    of = (view.name, bundle.policy.name, bundle.reference.name, name, indicator.unit, indicator.better)
    return dict(zip(_ABOUT, of, strict=True))


def _cell(one: Interval, place: int) -> dict[str, float]:
    return {"value": float(one.mean[place]), "low": float(one.low[place]), "high": float(one.high[place])}
