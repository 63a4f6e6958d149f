"""What shocks did to each policy, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caremarket_sim.findings.frames import described
from caremarket_sim.indicators import INDICATORS, WEEKLY
from caremarket_sim.markup import display
from caremarket_sim.methods.statistics import interval
from caremarket_sim.results.periods import Periods
from caremarket_sim.runs.design import FailedReplicate, Sample

SMOOTHED_WEEKS = 4
"""Differences are means of so many weeks: single weeks are mostly noise."""


RECOVERED_WEEKS = 13
"""An indicator has recovered when it has been back for a quarter of a year."""


@dataclass(frozen=True)
class Shock:
    """Levers that go wrong for so many weeks; `title` says it to people."""

    name: str
    title: str
    levers: Mapping[str, Any]
    weeks: int


@dataclass(frozen=True)
class StressTest:
    """What shocks did to each policy. `frame()` is the table; `course()` the weekly differences behind it."""

    samples: Mapping[str, Sample]
    policies: tuple[str, ...]
    shocks: tuple[Shock, ...]
    first_week: int
    seed: int
    seeds: tuple[int, ...]
    failed: tuple[FailedReplicate, ...] = ()
    banner: str | None = None

    @property
    def periods(self) -> Periods:
        """From when all policies are in force; a shock before that meets some of them in preparation."""
        return self.samples[self.policies[0]].periods

    def frame(self) -> pd.DataFrame:
        """A row a policy, shock and headline indicator: whether it breaks, when, how far, and when it is back.

        Weeks count from the shock's first week, which is 0. `breaks`: for four weeks on end the mean difference is
        worse than the smallest that matters and its 95% interval clear of zero. `recovered_after`: the difference is
        within what matters from then on for a quarter of a year; nan where it is not before the end.
        """
        rows = []
        for policy in self.policies:
            for shock in self.shocks:
                for indicator in _watched():
                    found = _reaction(self.difference(policy, shock.name, indicator), indicator, self.first_week)
                    about = {"scenario": policy, "shock": shock.name, "indicator": indicator}
                    about["unit"] = INDICATORS[indicator].unit
                    rows.append({**about, **found, "replicates": len(self.seeds) - len(self.failed)})
        return described(pd.DataFrame(rows, columns=_COLUMNS))

    def difference(self, policy: str, shock: str, indicator: str) -> NDArray[np.float64]:
        """With the shock less without it (replicate, week), each week the mean of the last few."""
        column = WEEKLY.index(indicator)
        gap = self.samples[_named(policy, shock)].weekly - self.samples[policy].weekly
        return _smoothed(gap[:, :, column])

    def course(self) -> pd.DataFrame:
        """Mean difference and interval, every week from the shock on."""
        parts = []
        for policy in self.policies:
            for shock in self.shocks:
                for indicator in _watched():
                    found = interval(self.difference(policy, shock.name, indicator)[:, self.first_week :])
                    parts.append(
                        pd.DataFrame(
                            {
                                "scenario": policy,
                                "shock": shock.name,
                                "indicator": indicator,
                                "week": np.arange(len(found.mean)),
                                "difference": found.mean,
                                "low": found.low,
                                "high": found.high,
                            }
                        )
                    )
        return described(pd.concat(parts, ignore_index=True))

    def summary(self) -> list[str]:
        """What breaks under each shock, policy by policy, in plain words."""
        return display(self).sentences(self)

    def plot(self, shock: str | None = None):
        """A matplotlib figure of one shock (the first): every headline's difference through time, policy by policy."""
        return display(self).figure(self, shock or self.shocks[0].name)

    def _repr_html_(self) -> str:
        return display(self).stress_html(self)


_COLUMNS = ["scenario", "shock", "indicator", "unit", "breaks", "breaks_after", "worst", "worst_low", "worst_high",
            "worst_after", "recovered_after", "replicates"]  # fmt: skip


def _named(policy: str, shock: str) -> str:
    return f"{policy}{SEPARATOR}{shock}"


def _watched() -> list[str]:
    return [one.id for one in INDICATORS.values() if one.headline and one.id in WEEKLY]


def _smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each week the mean of itself and the few before it."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    first = np.maximum(np.arange(values.shape[1]) + 1 - SMOOTHED_WEEKS, 0)
    last = np.arange(1, values.shape[1] + 1)
    return (sums[:, last] - sums[:, first]) / (last - first)


def _reaction(gap: NDArray[np.float64], indicator: str, first: int) -> dict[str, Any]:
    """What a difference (replicate, week) came to from the shock's first week on."""
    about = INDICATORS[indicator]
    found = interval(gap[:, first:])
    towards_worse = -1.0 if about.better == "higher" else 1.0
    worse = found.mean * towards_worse
    edge = found.low if towards_worse > 0 else -found.high
    matters = worse > about.smallest
    broken = _lasting(matters & (edge > 0.0), SMOOTHED_WEEKS)
    at = int(np.argmax(np.where(broken, worse, -np.inf) if broken.any() else worse))
    row: dict[str, Any] = {
        "breaks": bool(broken.any()),
        "breaks_after": float("nan"),
        "worst": float(found.mean[at]),
        "worst_low": float(found.low[at]),
        "worst_high": float(found.high[at]),
        "worst_after": float(at),
        "recovered_after": float("nan"),
    }
    if broken.any():
        start = int(np.argmax(broken))
        while start > 0 and matters[start - 1]:
            start -= 1
        row["breaks_after"] = float(start)
        back = _lasting(~matters, RECOVERED_WEEKS)
        later = np.flatnonzero(back[start:])
        row["recovered_after"] = float(start + later[0]) if len(later) else float("nan")
    return row


SEPARATOR = " + "


def _lasting(weeks: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """The weeks that belong to a spell of at least so many."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], weeks, [False]]).astype(np.int8)))
    lasting = np.zeros(len(weeks), bool)
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        lasting[first:last] = last - first >= least
    return lasting
