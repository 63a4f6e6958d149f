"""Calibration targets beside what the model gives: plausible, reported, never forced."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import interval
from caremarket_sim.runs.design import Sample

if TYPE_CHECKING:
    import pandas as pd

FILE = Path(__file__).parent.parent / "data" / "targets.toml"


@dataclass(frozen=True, slots=True)
class Target:
    """One published aggregate that the baseline should resemble.

    `low` and `high` are in the indicator's unit; `band` says whether they are published, a tolerance of ours around
    one published figure, or assumed; `years` (counted from 1) are averaged, or the whole horizon when there are none.
    A target that is `only_checked` is about no indicator: `caremarket check` looks at the market itself for it. What is
    `only_reported` rests on weak evidence: `caremarket check` shows it, and nothing is fitted to it or judged by it.
    """

    label: str
    indicator: str
    published: str
    low: float
    high: float
    band: str
    evidence: tuple[str, ...]
    years: tuple[int, ...] = ()
    only_checked: bool = False
    only_reported: bool = False


def targets() -> tuple[Target, ...]:
    """Every target that is about an indicator and to be judged by, in the order of its file."""
    return tuple(target for target in every_target() if not (target.only_checked or target.only_reported))


@cache
def every_target() -> tuple[Target, ...]:
    """Every target, in the order of its file, those that only `caremarket check` looks at included."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["target"]
    return tuple(
        Target(**{**entry, "evidence": tuple(entry["evidence"]), "years": tuple(entry.get("years", ()))})
        for entry in entries
    )


def against_targets(sample: Sample) -> pd.DataFrame:
    """The model's value of every target's quantity, its interval, and whether its mean lies in the target's band."""
    import pandas as pd

    names = list(INDICATORS)
    rows = []
    for target in targets():
        column = names.index(target.indicator)
        years = [year - 1 for year in target.years if year <= sample.years]
        values = sample.yearly[:, years, column].mean(axis=1) if years else sample.overall[:, column]
        found = interval(values)
        rows.append(
            {
                "target": target.label,
                "indicator": target.indicator,
                "unit": INDICATORS[target.indicator].unit,
                "mean": float(found.mean),
                "low": float(found.low),
                "high": float(found.high),
                "published": target.published,
                "target_low": target.low,
                "target_high": target.high,
                "band": target.band,
                "within": bool(target.low <= found.mean <= target.high),
                "evidence": " ".join(target.evidence),
            }
        )
    return pd.DataFrame(rows)
