"""Every target and every pattern as a named check: what the simulated place comes to, and whether it passes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd

from caremarket_sim.errors import CaremarketError
from caremarket_sim.methods.statistics import interval
from caremarket_sim.parameters import register
from caremarket_sim.results.records import Failure
from caremarket_sim.runs.design import play_all, replicate_seeds
from caremarket_sim.runs.settled import settled_folder
from caremarket_sim.runs.targets import every_target
from caremarket_sim.runs.work import How
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import settled_market
from caremarket_sim.studies.calibration.judging import JUDGES, Judged
from caremarket_sim.studies.calibration.patterns import EXPERIMENTS, Found, Laboratory

FILE = Path(__file__).parent / "patterns.toml"
REPLICATES = 16
PASSED, FAILED, NOT_TESTABLE = "passed", "failed", "not testable"


class ChecksFailed(CaremarketError):
    """Simulations of a check failed."""

    exit_status = 4


@dataclass(frozen=True)
class Pattern:
    """A pattern that a market is known for. Without `low` and `high` it is not testable, and `measured` says why."""

    id: str
    statement: str
    measured: str
    unit: str
    evidence: tuple[str, ...]
    low: float = float("nan")
    high: float = float("nan")
    if_failed: str = ""
    not_testable: bool = False


@dataclass(frozen=True)
class Check:
    """One check. `label` and `measured` say what of; `low` and `high` bound what passes; `why` is in words."""

    id: str
    kind: str
    label: str
    measured: str
    unit: str
    value: float
    low: float
    high: float
    status: str
    why: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """All checks of a place, and every number found for each seed."""

    scenario: Scenario
    checks: tuple[Check, ...]
    found: Mapping[str, np.ndarray]
    seeds: tuple[int, ...]

    def frame(self) -> pd.DataFrame:
        """A row a check."""
        columns = ("id", "kind", "value", "low", "high", "status", "why")
        return pd.DataFrame([{name: getattr(check, name) for name in columns} for check in self.checks])

    def numbers(self) -> pd.DataFrame:
        """Every number that the checks rest on, with its mean and interval over seeds."""
        rows = []
        for name, values in self.found.items():
            one = interval(values)
            rows.append({"number": name, "mean": float(one.mean), "low": float(one.low), "high": float(one.high)})
        return pd.DataFrame(rows)

    @property
    def failed(self) -> list[Check]:
        """The checks that did not pass, though they could have."""
        return [check for check in self.checks if check.status == FAILED]


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every pattern, in order."""
    text = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(Pattern(id, **{**entry, "evidence": tuple(entry["evidence"])}) for id, entry in text.items())


def examine(task: tuple[Scenario, int]) -> Found:
    """All experiments on one seed; what a worker does."""
    scenario, seed = task
    lab = Laboratory(scenario, settled_market(scenario, seed, settled_folder()), seed)
    found: Found = {}
    for experiment in EXPERIMENTS:
        found |= experiment(lab)
    return found


def check(
    scenario: Scenario,
    *,
    replicates: int = REPLICATES,
    seed: int = 1,
    **how: Unpack[How],
) -> Checked:
    """Hold a place (a scenario; its policy, if it has any, is left out) to every target and pattern.

    Raises ChecksFailed if a simulation failed.
    """
    place = Scenario(scenario.name, scenario.title, scenario.path, scenario.place, parameters=scenario.parameters)
    seeds = replicate_seeds(seed, replicates)
    every: list[Found] = []
    for one, result in zip(seeds, play_all([(place, one) for one in seeds], examine, **how), strict=True):
        if isinstance(result, Failure):
            raise ChecksFailed(f"the checks of seed {one} failed: {result.message}")
        every.append(result.value)
    found = {name: np.array([one[name] for one in every]) for name in every[0]}
    return Checked(place, (*target_checks(found, place), *pattern_checks(found)), found, seeds)


def target_checks(found: Mapping[str, np.ndarray], place: Scenario) -> list[Check]:
    """Every calibration target: whether the mean over seeds lies in its band."""
    checks = []
    for target in every_target():
        values = found[target.indicator]
        mean = float(np.nanmean(values))
        passed = target.low <= mean <= target.high
        why = f"published: {target.published}; the band is {_BANDS[target.band]}{_spread(values)}"
        if target.only_reported:
            why += "; weak evidence, shown and neither fitted nor judged by"
        if not passed:
            why += f". {why_missed(target.indicator, mean, place)}"
        checks.append(
            Check(target.indicator, "target", target.label, "mean of three years at the prices of the first", "",
                  mean, target.low, target.high, PASSED if passed else FAILED, why, target.evidence)
        )  # fmt: skip
    return checks


_BANDS = {
    "published": "published",
    "tolerance": "a tolerance of ours around it",
    "assumed": "assumed",
}


def why_missed(quantity: str, mean: float, place: Scenario) -> str:
    """What is known of why a target is missed."""
    people = place.place.council_clients + place.place.self_funders
    agencies = place.place.contracted_providers + place.place.private_providers
    known = {
        "clients_per_provider": (
            f"The place has {people:,.0f} people and {agencies:.0f} agencies, which makes {people / agencies:.0f} each "
            "whatever else is assumed: the published mean, of offices of 2020/21 that also serve people whom no "
            "council or purse of their own pays for, does not go with the published number of agencies a council area"
        ),
        "under_30_share": (
            "With so few people to an agency most agencies are small; a mean of 65 and a half under 30 belong together"
        ),
        "tiny_share": (
            "Agencies of four people or fewer are mostly new or dormant registrations; here an owner plans for at "
            f"least {register()['entry.smallest_plan'].value:g} hours a week and agencies with hardly any work close"
        ),
        "travel_unpaid_share": (
            f"A share of {register()['baseline.unpaid_travel_share'].value:g} is what is expected at the start; "
            "whether a firm obeys the law is one draw a firm, and a few firms employ most staff, so that futures lie "
            "far apart"
        ),
    }
    return known.get(quantity, "See the calibration set for the values at which it is met") + "."


def pattern_checks(found: Mapping[str, np.ndarray]) -> list[Check]:
    """Every pattern once."""
    checks = []
    for pattern in patterns():
        if pattern.not_testable:
            checks.append(
                Check(pattern.id, "pattern", pattern.statement, "", pattern.unit, np.nan, np.nan, np.nan, NOT_TESTABLE,
                      pattern.measured, pattern.evidence)
            )  # fmt: skip
            continue
        judged: Judged = JUDGES[pattern.id](found)
        if not np.isfinite(judged.value):
            why = "in this place too few of the events that it is about happen"
            checks.append(
                Check(pattern.id, "pattern", pattern.statement, pattern.measured, pattern.unit, np.nan, pattern.low,
                      pattern.high, NOT_TESTABLE, why, pattern.evidence)
            )  # fmt: skip
            continue
        inside = pattern.low <= judged.value <= pattern.high
        passed = inside and not judged.misses
        why = f"{judged.words}."
        if not passed:
            missed = "; ".join((*judged.misses, *(() if inside else ("the value lies outside its range",))))
            why += f" Failed because {missed}. {pattern.if_failed}"
        checks.append(
            Check(pattern.id, "pattern", pattern.statement, pattern.measured, pattern.unit, judged.value, pattern.low,
                  pattern.high, PASSED if passed else FAILED, why, pattern.evidence)
        )  # fmt: skip
    return checks


def counts(checks: Sequence[Check]) -> dict[str, int]:
    """How many checks have each status."""
    return {status: sum(one.status == status for one in checks) for status in (PASSED, FAILED, NOT_TESTABLE)}


def _spread(values: np.ndarray) -> str:
    found = interval(values)
    return f"; 95% interval over {len(values)} futures {float(found.low):.4g} to {float(found.high):.4g}"
