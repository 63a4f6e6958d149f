"""What an emulator is and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.findings.frames import described
from caremarket_sim.findings.versions import holds_now
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.markup import display
from caremarket_sim.methods.factors import Factor, units_of
from caremarket_sim.methods.gaussian import Gaussian
from caremarket_sim.methods.standing_in import BARS, FUTURES, Judged, StandIn
from caremarket_sim.methods.statistics import SIGNIFICANCE, verdict
from caremarket_sim.methods.trees import Trees
from caremarket_sim.settling import code_version
from caremarket_sim.studies.whatif.inputs import as_numbers, outside

FORMAT = 1
DIGITS = 9
"""Of numbers that are written down: fewer would show in sums of many that cancel."""
INTERVALS = f"bars: where the mean of {FUTURES} simulated futures lies in {BARS:.0%} of cases"
FAR = "nothing near enough to these settings was simulated"


@dataclass(frozen=True)
class Answer:
    """What one indicator is expected to differ by; `low` to `high` is the bar. `why_not`: why there is no answer, and
    then every number is nan and the verdict empty."""

    scenario: str
    indicator: str
    difference: float
    low: float
    high: float
    verdict: str
    why_not: str = ""


@dataclass(frozen=True)
class Emulated:
    """One indicator's difference in one scenario: the stand-in, or, where none can be fitted, why not.

    `reference_mean` is the indicator's mean in the reference.
    """

    scenario: str
    indicator: str
    reference_mean: float
    stand_in: StandIn | None
    unfitted: str = ""

    @property
    def why_not(self) -> str:
        """Why it is not shown; empty if it is."""
        return self.unfitted if self.stand_in is None else self.stand_in.why_not


@dataclass(frozen=True)
class WhatIf:
    """Emulators of a sweep's paired differences.

    `starts` are the factors' values where nothing is moved; `reference_key` is the reference's, and `based` each
    scenario's levers that are not neutral, by which `study.at_once` knows a policy. `code` is the model's.
    """

    title: str
    place: str
    factors: tuple[Factor, ...]
    starts: tuple[Any, ...]
    scenarios: tuple[str, ...]
    reference: str
    reference_key: str
    based: Mapping[str, Mapping[str, Any]]
    samples: int
    replicates: int
    years: float
    period: str
    code: str
    version: str
    points: NDArray[np.float64]
    outputs: tuple[Emulated, ...]
    banner: str | None = None

    @property
    def shown(self) -> tuple[Emulated, ...]:
        """The outputs that are good enough."""
        return tuple(one for one in self.outputs if not one.why_not)

    @property
    def stale(self) -> str:
        """That the model has changed since, in a sentence; empty if it has not."""
        if holds_now(self.code, "emulator"):
            return ""
        return (
            f"The model has changed since this emulator's futures were simulated (code {self.code[:8]} then, "
            f"{code_version()[:8]} now), so it may answer otherwise than a simulation would: simulate the sweep anew."
        )

    def at(self, values: Mapping[str, Any] | None = None) -> tuple[Answer, ...]:
        """Every output's difference with factors at these values, the others where they start.

        Raises BadInput for a factor that there is none of, or a value of another kind.
        """
        given = dict(values or {})
        names = [factor.name for factor in self.factors]
        for name in given:
            if name not in names:
                raise BadInput(Problem(f"the emulator has no {name}", right=suggestion(name, names)))
        whole = {**dict(zip(names, self.starts, strict=True)), **given}
        inputs = np.array([[n for factor in self.factors for n in as_numbers(factor, whole[factor.name])]])
        beyond = "; ".join(outside(self.factors, whole))
        return tuple(self._answer(one, inputs, beyond) for one in self.outputs)

    def _answer(self, one: Emulated, inputs: NDArray[np.float64], beyond: str) -> Answer:
        why_not = one.why_not or beyond or (FAR if one.stand_in is not None and one.stand_in.far(inputs)[0] else "")
        if why_not or one.stand_in is None:
            return Answer(one.scenario, one.indicator, np.nan, np.nan, np.nan, "", why_not)
        indicator = INDICATORS[one.indicator]
        difference, bar = float(one.stand_in.mean(inputs)[0]), float(one.stand_in.bar(inputs)[0])
        sure = bar * one_sided(self.looks) / one_sided(1, 1.0 - BARS)
        said = verdict(
            difference, difference - bar, difference + bar, 0.0 if abs(difference) > sure else 1.0,
            identical=False, smallest=indicator.smallest, better=indicator.better,
        )  # fmt: skip
        return Answer(one.scenario, one.indicator, difference, difference - bar, difference + bar, said)

    @property
    def looks(self) -> int:
        """How many differences are looked at together, for which verdicts allow."""
        return max(1, len(self.shown) // len(self.scenarios))

    def frame(self) -> pd.DataFrame:
        """A row an output: which kind stands in, how far it errs on points held out, and whether it is shown."""
        return described(pd.DataFrame([_judged_row(one) for one in self.outputs]), units_of(self.factors), INTERVALS)

    def summary(self) -> list[str]:
        """What it answers, how well, and what it does not, in plain words."""
        return display(self).sentences(self)

    def _repr_html_(self) -> str:
        return display(self).whatif_html(self)


def one_sided(looks: int, significance: float = SIGNIFICANCE) -> float:
    """Standard errors from zero at which a difference is clear of it, both ways looked at and for so many looks."""
    from scipy.special import ndtri

    return float(ndtri(1.0 - significance / 2.0 / looks))


def _judged_row(one: Emulated) -> dict[str, Any]:
    judged = one.stand_in.judged if one.stand_in is not None else None
    return {
        "indicator": one.indicator,
        "scenario": one.scenario,
        "reference_mean": one.reference_mean,
        "emulator": one.stand_in.mean.kind if one.stand_in is not None else "",
        "gaussian_process_error": judged.errors["gaussian process"] if judged else np.nan,
        "boosted_trees_error": judged.errors["boosted trees"] if judged else np.nan,
        "standard_error_of_20_futures": judged.typical if judged else np.nan,
        "within_that": judged.within if judged else np.nan,
        "bars_hold": judged.covered if judged else np.nan,
        "shown": not one.why_not,
        "why_not": one.why_not,
    }


def to_json(found: WhatIf) -> str:
    """The emulators as one JSON object, which `of_json` reads and a page answers from."""
    plain = {
        "format": FORMAT,
        **{name: getattr(found, name) for name in _AS_THEY_ARE},
        "factors": [asdict(factor) for factor in found.factors],
        "based": {name: dict(levers) for name, levers in found.based.items()},
        "points": found.points.tolist(),
        "outputs": [
            {
                "scenario": one.scenario,
                "indicator": one.indicator,
                "reference_mean": one.reference_mean,
                "unfitted": one.unfitted,
                "mean": one.stand_in and one.stand_in.mean.plain(),
                "chance": one.stand_in and one.stand_in.chance.plain(),
                "judged": one.stand_in and asdict(one.stand_in.judged),
            }
            for one in found.outputs
        ],
    }
    return json.dumps(_rounded(plain), ensure_ascii=False, separators=(",", ":"))


_AS_THEY_ARE = ("title", "place", "starts", "scenarios", "reference", "reference_key", "samples", "replicates", "years",
                "period", "code", "version", "banner")  # fmt: skip


def of_json(text: str) -> WhatIf:
    """The emulators that `to_json` wrote. Raises BadInput for another format."""
    plain = json.loads(text)
    if plain.get("format") != FORMAT:
        right = f"this version reads format {FORMAT}: fit the sweep anew"
        raise BadInput(Problem(f"the emulator's format is {plain.get('format')!r}", right=right))
    points = np.array(plain["points"])
    kept = {name: plain[name] for name in _AS_THEY_ARE}
    kept |= {name: tuple(plain[name]) for name in ("starts", "scenarios")}
    factors = [
        Factor(**{**one, "levels": tuple(one["levels"]), "only": tuple(one["only"])}) for one in plain["factors"]
    ]
    outputs = tuple(_emulated(one, points) for one in plain["outputs"])
    return WhatIf(**kept, factors=tuple(factors), based=plain["based"], points=points, outputs=outputs)


def _emulated(plain: dict[str, Any], points: NDArray[np.float64]) -> Emulated:
    about = plain["scenario"], plain["indicator"], plain["reference_mean"]
    mean = plain["mean"]
    if mean is None:
        return Emulated(*about, None, plain["unfitted"])
    function = Trees.of_plain(mean) if mean["kind"] == Trees.kind else Gaussian.of_plain(mean, points)
    return Emulated(*about, StandIn(function, Gaussian.of_plain(plain["chance"], points), Judged(**plain["judged"])))


def _rounded(thing: Any) -> Any:
    """Floats to DIGITS figures, everywhere."""
    if isinstance(thing, float):
        short = float(f"{thing:.{DIGITS}g}")
        return int(short) if short.is_integer() and abs(short) < 1e15 else short
    if isinstance(thing, dict):
        return {key: _rounded(value) for key, value in thing.items()}
    return [_rounded(value) for value in thing] if isinstance(thing, list | tuple) else thing
