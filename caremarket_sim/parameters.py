"""Every number of the model once: value, unit, bounds, source and grade.

The register is data (`data/parameters.toml`, `data/sources.toml`); this module reads it. A name is
`subject.quantity`, in lower case; compiled code sees the same name with an underscore for the point.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Source:
    """Where a figure was published. `id` is the evidence register's."""

    id: str
    publisher: str
    title: str
    year: str
    address: str


@dataclass(frozen=True)
class Parameter:
    """One number of the model.

    `low` and `high` bound what a scenario may set and what a sensitivity analysis samples. `grade` is measured (read
    off a publication), derived (arithmetic on published figures) or assumed (no figure found; the range is ours).
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    grade: str
    source: tuple[str, ...]
    meaning: str

    @property
    def subject(self) -> str:
        """The first half of the name: the part of the model that the number belongs to."""
        return self.name.partition(".")[0]

    @property
    def field(self) -> str:
        """The name as compiled code sees it."""
        return self.name.replace(".", "_")


@cache
def register() -> dict[str, Parameter]:
    """All parameters by name, in the order of the register file."""
    text = tomllib.loads((DATA / "parameters.toml").read_text(encoding="utf-8"))
    found = {}
    for subject, entries in text.items():
        for quantity, entry in entries.items():
            name = f"{subject}.{quantity}"
            low, high = entry["range"]
            found[name] = Parameter(
                name,
                float(entry["value"]),
                float(low),
                float(high),
                entry["unit"],
                entry["grade"],
                tuple(entry.get("source", ())),
                entry["meaning"],
            )
    return found


@cache
def sources() -> dict[str, Source]:
    """All sources by evidence id."""
    text = tomllib.loads((DATA / "sources.toml").read_text(encoding="utf-8"))
    return {key: Source(key, **entry) for key, entry in text.items()}


class Numbers:
    """A row of named numbers: `row` for compiled code, attributes of the same names for Python."""

    def __init__(self, row: np.ndarray):
        self.row = row
        self.__dict__.update(zip(row.dtype.names or (), row[0].item(), strict=True))

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> float: ...


@cache
def _row_type() -> np.dtype:
    return np.dtype([(parameter.field, np.float64) for parameter in register().values()])


class Parameters(Mapping[str, float]):
    """One complete set of parameter values: the register's, or a scenario's where it says otherwise.

    `row` is the same set as a structured array of one row, for compiled code.
    """

    def __init__(self, overrides: Mapping[str, float] | None = None):
        self.overrides = dict(sorted((overrides or {}).items()))
        known = register()
        for name in self.overrides:
            if name not in known:
                raise KeyError(f"no parameter is called {name!r}")
        self.row = np.zeros(1, _row_type())
        for name, parameter in known.items():
            self.row[parameter.field] = self.overrides.get(name, parameter.value)
        self.numbers = Numbers(self.row)

    def __getitem__(self, name: str) -> float:
        return float(self.row[register()[name].field][0])

    def __iter__(self):
        return iter(register())

    def __len__(self) -> int:
        return len(register())

    def __reduce__(self):
        return Parameters, (self.overrides,)


def __getattr__(name: str):
    if name == "REGISTER":
        return register()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
