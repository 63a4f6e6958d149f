"""What a run is called, and what is written down of it and of its scenario."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

LEDGER, MANIFEST = "ledger.sqlite", "manifest.json"
"""What the two files of a results folder are called that say what it holds."""

RESULTS_FORMAT = 2
"""Raised when folders written before can no longer be added to."""


class TaskLike(Protocol):
    """`design.Task`: a frozen dataclass of one seed, the scenarios that are to meet it, and when they are in force."""

    @property
    def seed(self) -> int: ...

    @property
    def scenarios(self) -> tuple[Any, ...]: ...

    @property
    def in_force(self) -> int | None: ...


class OutcomeLike(Protocol):
    """The arrays of `indicators.Outcome`: what one simulated scenario gives for one seed."""

    weekly: NDArray[np.float64]
    yearly: NDArray[np.float64]
    overall: NDArray[np.float64]
    stages: NDArray[np.float64]
    breakdowns: NDArray[np.float64]
    counts: NDArray[np.float64]


@dataclass(frozen=True, slots=True, order=True)
class RunId:
    """Which run: a scenario (by its name), a variant of its assumptions ("" for none), and a replicate from 1.

    `key` is the hash of all that determines the numbers (see `run_key`).
    """

    scenario: str
    variant: str
    replicate: int
    seed: int
    key: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of the arrays are: ids recorded weekly, all indicators, and those broken down by group."""

    weekly: tuple[str, ...]
    indicators: tuple[str, ...]
    broken_down: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScenarioRecord:
    """What the ledger keeps of a scenario. `groups`: (dimension, group) of each row of its breakdowns;
    `parameters`: variant -> parameter -> value where it is not the register's."""

    name: str
    key: str
    title: str = ""
    path: str = ""
    resolved: str = "{}"
    groups: tuple[tuple[str, str], ...] = ()
    parameters: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def run_key(scenario_key: str, seed: int, code: str, in_force: int | None = 0) -> str:
    """Hash of what determines a run: resolved scenario with its parameters, seed, code version, format version.

    And the week from which all that it is compared with is in force, which its stages are counted by.
    """
    text = json.dumps(["caremarket run", RESULTS_FORMAT, code, scenario_key, seed, in_force])
    return hashlib.sha256(text.encode()).hexdigest()


ARRAYS = ("weekly", "yearly", "overall", "stages", "breakdowns", "counts")


def hash_of(outcome: OutcomeLike) -> str:
    """Hash of all of an outcome's numbers to the bit, any nan counting as one and the same."""
    found = hashlib.sha256()
    for name in ARRAYS:
        values = np.array(getattr(outcome, name), dtype="<f8", order="C")
        values[np.isnan(values)] = np.nan
        found.update(f"{name}{values.shape}".encode())
        found.update(values.tobytes())
    return found.hexdigest()


@dataclass(frozen=True, slots=True)
class Success:
    """What a task returned, and the seconds that it took in its worker."""

    value: Any
    seconds: float


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task has no result. `kind`: "raised" (an exception) or "killed" (its workers died)."""

    kind: str
    message: str
    traceback: str


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
