"""The indices of every output of a sweep, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.findings.frames import described
from caremarket_sim.markup import display
from caremarket_sim.methods.emulator import Emulator
from caremarket_sim.methods.factors import units_of
from caremarket_sim.methods.indices import Index
from caremarket_sim.methods.noise import Noise
from caremarket_sim.methods.screening import PARTIAL, Screen
from caremarket_sim.studies.sweep.result import Output, Sweep


@dataclass(frozen=True)
class Analysis:
    """One output's indices. `note` says why there are none; `left_out` counts samples not used, `without` names those
    that have no value (counted from 1); `primary` is the measure that ranks the factors; `screen` is there where these
    are so many that they were screened."""

    output: Output
    indices: tuple[Index, ...]
    primary: str
    used: int
    left_out: int
    without: tuple[int, ...]
    note: str
    mean: float
    spread: float
    noise: Noise | None
    emulator: Emulator | None = None
    screen: Screen | None = None
    course: tuple[tuple[int, tuple[Index, ...]], ...] = ()

    def ranked(self) -> list[Index]:
        """The primary measure's indices, the largest first (a correlation's size, whatever its sign); equal ones in the
        order of the factors."""
        own = [one for one in self.indices if one.measure == self.primary]
        return sorted(own, key=lambda one: -abs(one.value) if self.primary == PARTIAL else -one.value)

    def clear(self, index: Index) -> bool:
        """Whether a factor's primary index is over what chance gives: its interval is over 0, or, where very many
        factors were screened, it was found."""
        return bool(self.screen.found[index.factor]) if self.screen is not None else index.low > 0


@dataclass(frozen=True)
class Sensitivity:
    """The indices of every output of a sweep.

    `frame()` has them all, `ranking()` the measure that ranks; `convergence()`, `noise()` and `missing()` say how far
    they can be trusted; `screening()` has which of very many factors were found; `summary()` says it in words; `plot()`
    draws an output.
    """

    sweep: Sweep
    analyses: tuple[Analysis, ...] = field(repr=False)

    def of(self, indicator: str, scenario: str | None = None) -> Analysis:
        """The first analysis of an indicator, or that of one scenario's. Raises BadInput if there is none."""
        for one in self.analyses:
            if one.output.indicator == indicator and scenario in (None, one.output.scenario):
                return one
        asked = dict.fromkeys((one.output.indicator, one.output.scenario) for one in self.analyses)
        if indicator in {name for name, _ in asked}:
            right = suggestion(str(scenario), [other for name, other in asked if name == indicator])
            raise BadInput(Problem(f"{indicator} was not asked about in {scenario!r}", right=right))
        right = suggestion(indicator, dict.fromkeys(name for name, _ in asked))
        raise BadInput(Problem(f"the design does not ask about {indicator!r}", right=right))

    def frame(self) -> pd.DataFrame:
        """Every index of every output, tidy: one a row, with its 95% interval."""
        rows = [row for one in self.analyses for row in self._rows(one, one.indices)]
        return self._described(rows, _COLUMNS)

    def ranking(self) -> pd.DataFrame:
        """Every factor of every output by the measure that ranks, strongest first; `clear`: it is over what chance
        gives."""
        rows = []
        for one in self.analyses:
            ranked = one.ranked()
            for rank, (index, row) in enumerate(zip(ranked, self._rows(one, ranked), strict=True), start=1):
                rows.append({"rank": rank, **row, "clear": one.clear(index)})
        return self._described(rows, ["rank", *_COLUMNS, "clear"])

    def convergence(self) -> pd.DataFrame:
        """The ranking measure worked out on the first part of the samples, and on more and more of them."""
        rows = []
        for one in self.analyses:
            for samples, found in one.course:
                rows += [{"samples": samples, **row} for row in self._rows(one, found)]
        return self._described(rows, ["samples", *_COLUMNS])

    def noise(self) -> pd.DataFrame:
        """How much of each output's variance comes from the factors, and how much from chance."""
        rows = []
        for one in self.analyses:
            if one.noise is not None:
                found = one.noise
                rows.append(
                    {
                        **_named(one.output),
                        "replicates": self.sweep.replicates,
                        "variance": found.total,
                        "factors_share": found.factors,
                        "shared_chance_share": found.shared,
                        "own_chance_share": found.own,
                        "chance_in_means": found.in_means,
                    }
                )
        return self._described(rows, _NOISE)

    def missing(self) -> pd.DataFrame:
        """Outputs with samples that have no value: which, and how many were left out with them."""
        rows = [
            {
                **_named(one.output),
                "samples": len(self.sweep.values),
                "without_value": len(one.without),
                "left_out": one.left_out,
                "used": one.used,
                "which": " ".join(map(str, one.without[:50])),
                "note": one.note,
            }
            for one in self.analyses
            if one.without or one.note
        ]
        return self._described(rows, _MISSING)

    def emulators(self) -> pd.DataFrame:
        """Each output's emulator: its error on runs held out, and whether it is trusted to rank factors."""
        rows = [
            {
                **_named(one.output),
                "runs": one.emulator.runs,
                "terms": len(one.emulator.degrees),
                "variance_explained_on_held_out_runs": one.emulator.holdout,
                "error_on_held_out_runs": one.emulator.holdout_error,
                "trusted": one.emulator.trusted,
            }
            for one in self.analyses
            if one.emulator is not None
        ]
        return self._described(rows, _EMULATORS)

    def screening(self) -> pd.DataFrame:
        """Of very many factors: with how many outputs each was found to go, and with which it goes most.

        A factor a row, those found for most outputs first. `smallest_found`: the partial rank correlation that so many
        samples find four times in five, at the worst output. Empty where the factors were few enough for indices.
        """
        seen = [one for one in self.analyses if one.screen is not None]
        if not seen:
            return self._described([], _SCREENING)
        screens = [one.screen for one in seen if one.screen is not None]
        partial = np.array([one.partial for one in screens])
        found = np.array([one.found for one in screens])
        strongest = np.abs(partial).argmax(axis=0)
        order = sorted(
            range(partial.shape[1]), key=lambda place: (-found[:, place].sum(), -np.abs(partial[:, place]).max())
        )
        rows = [
            {
                "factor": self.sweep.factors[place].name,
                "outputs": len(seen),
                "found": int(found[:, place].sum()),
                **{f"strongest_{key}": name for key, name in _named(seen[strongest[place]].output).items()},
                "correlation": partial[strongest[place], place],
                "low": screens[strongest[place]].low[place],
                "high": screens[strongest[place]].high[place],
                "adjusted_p": screens[strongest[place]].adjusted[place],
                "smallest_found": max(one.smallest_found for one in screens),
            }
            for place in order
        ]
        return self._described(rows, _SCREENING)

    def summary(self) -> list[str]:
        """What drives each output, in plain words."""
        return display(self).sentences(self)

    def plot(self, what: str = "bars", indicator: str | None = None, scenario: str | None = None):
        """A matplotlib figure of one output: bars (tornado), morris, convergence or scatter."""
        one = self.analyses[0] if indicator is None else self.of(indicator, scenario)
        return display(self).figure(what, self, one)

    def _repr_html_(self) -> str:
        return display(self).sensitivity_html(self)

    def _described(self, rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
        return described(pd.DataFrame(rows, columns=columns), units_of(self.sweep.factors), SAMPLING)

    def _rows(self, one: Analysis, found: Sequence[Index]) -> list[dict[str, Any]]:
        names = [factor.name for factor in self.sweep.factors]
        return [
            {
                **_named(one.output),
                "measure": index.measure,
                "factor": names[index.factor],
                "with_factor": "" if index.other is None else names[index.other],
                "value": index.value,
                "low": index.low,
                "high": index.high,
            }
            for index in found
        ]


SAMPLING = "intervals: what another set of samples could give"
"""What the intervals of indices cover."""


_COLUMNS = ["indicator", "scenario", "reference", "measure", "factor", "with_factor", "value", "low", "high"]


_NOISE = ["indicator", "scenario", "reference", "replicates", "variance", "factors_share", "shared_chance_share",
          "own_chance_share", "chance_in_means"]  # fmt: skip


_MISSING = ["indicator", "scenario", "reference", "samples", "without_value", "left_out", "used", "which", "note"]


_SCREENING = ["factor", "outputs", "found", "strongest_indicator", "strongest_scenario", "strongest_reference",
              "correlation", "low", "high", "adjusted_p", "smallest_found"]  # fmt: skip


_EMULATORS = ["indicator", "scenario", "reference", "runs", "terms", "variance_explained_on_held_out_runs",
              "error_on_held_out_runs", "trusted"]  # fmt: skip


def _named(output: Output) -> dict[str, str]:
    return {"indicator": output.indicator, "scenario": output.scenario, "reference": output.reference or ""}
