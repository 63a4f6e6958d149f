"""What a calibration is made of: fitted parameters, bands to meet, and how hard it is tried."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.methods.factors import Factor
from caremarket_sim.parameters import register
from caremarket_sim.reading import json_of
from caremarket_sim.runs.targets import every_target
from caremarket_sim.studies.calibration.observing import quantities

FILE = Path(__file__).parent / "recipe.toml"


@dataclass(frozen=True)
class Fitted:
    """A parameter that is fitted, the quantities that should say something about it, and what it carries if any."""

    name: str
    informs: tuple[str, ...]
    carried: str = ""

    @property
    def factor(self) -> Factor:
        """The parameter over the register's range."""
        known = register()[self.name]
        return Factor(self.name, "parameter", known.low, known.high, unit=known.unit)


@dataclass(frozen=True)
class Band:
    """A quantity and the range that it should lie in; `target` says whether it is one of the calibration targets.

    `set_aside` says why a band does not constrain the fit though values could be found that meet it.
    """

    quantity: str
    label: str
    low: float
    high: float
    evidence: tuple[str, ...]
    target: bool = True
    set_aside: str = ""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a calibration but the place and the model's code.

    `stands_still`: whether a plausible draw must also leave the place where it was over five years of no policy.
    """

    seed: int
    waves: tuple[int, ...]
    replicates: int
    finalists: int
    most_finalists: int
    final_replicates: int
    confirming_replicates: int
    wanted: int
    stands_still: bool
    parameters: tuple[Fitted, ...]
    bands: tuple[Band, ...]

    def as_record(self) -> dict[str, Any]:
        """The recipe as it stands in a record, from which `from_record` makes it again."""
        return asdict(self)


_Word = Annotated[str, Field(min_length=1, max_length=400)]
_Count = Annotated[int, Field(ge=1, le=100_000)]


class _Fitted(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    name: _Word
    informs: list[_Word]
    carried: str = Field("", max_length=2000)


class _Band(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    quantity: _Word
    label: _Word
    low: float
    high: float
    evidence: list[_Word]
    target: bool = True
    set_aside: str = Field("", max_length=2000)


class _Recipe(BaseModel):
    model_config = ConfigDict(strict=True)

    seed: int = Field(ge=0, lt=2**32)
    waves: list[Annotated[int, Field(ge=1, le=100_000)]] = Field(min_length=1, max_length=20)
    replicates: _Count
    finalists: _Count
    most_finalists: _Count
    final_replicates: _Count
    confirming_replicates: _Count
    wanted: _Count
    stands_still: bool
    parameters: list[_Fitted] = Field(min_length=1, max_length=200)
    bands: list[_Band] = Field(min_length=1, max_length=200)


class Record(BaseModel):
    """What is read of a calibration's record: how it was made, and the file beside it that holds its draws."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    recipe: _Recipe
    draws: str = Field(pattern=r"^[A-Za-z0-9_-]{1,80}\.csv$")


def read_record(file: Path) -> Record:
    """A record that `caremarket calibrate` wrote. Raises BadInput with the lines of what is wrong."""
    return json_of(file, file, Record, "the record.json that `caremarket calibrate` wrote")


def from_record(record: Mapping[str, Any]) -> Recipe:
    """The recipe of a record. Raises BadInput for parameters that may not be fitted."""
    fitted = tuple(Fitted(one["name"], tuple(one["informs"]), one.get("carried", "")) for one in record["parameters"])
    bands = tuple(
        Band(**{**one, "low": float(one["low"]), "high": float(one["high"]), "evidence": tuple(one["evidence"])})
        for one in record["bands"]
    )
    numbers = {name: record[name] for name in _Recipe.model_fields.keys() - {"waves", "parameters", "bands"}}
    recipe = Recipe(**numbers, waves=tuple(record["waves"]), parameters=fitted, bands=bands)
    require_fittable(recipe)
    return recipe


def shipped_recipe() -> Recipe:
    """The recipe of the shipped set: its file, with the bands of the calibration targets."""
    text = tomllib.loads(FILE.read_text(encoding="utf-8"))
    bands = [
        {
            "quantity": one.indicator,
            "label": one.label,
            "low": one.low,
            "high": one.high,
            "evidence": one.evidence,
            "set_aside": text["set_aside"].get(one.indicator, ""),
        }
        for one in every_target()
        if not one.only_reported
    ]
    bands += [{"quantity": name, "target": False, **one} for name, one in text["also"].items()]
    parameters = [{"name": name, **one} for name, one in text["parameters"].items()]
    return from_record({**text, "parameters": parameters, "bands": bands})


def require_fittable(recipe: Recipe) -> None:
    """Raise BadInput for parameters that are unknown or measured, and for bands of what is not observed."""
    problems = []
    known = register()
    for one in recipe.parameters:
        if one.name not in known:
            problems.append(Problem(f"there is no parameter {one.name!r}", right=suggestion(one.name, known)))
        elif known[one.name].grade == "measured":
            right = "what was measured stays as it was read; leave it out"
            problems.append(Problem(f"{one.name} is measured and may not be fitted", right=right))
    for name in {band.quantity for band in recipe.bands}.union(*(one.informs for one in recipe.parameters)):
        if name not in quantities():
            problems.append(Problem(f"nothing observes {name!r}", right=suggestion(name, quantities())))
    if problems:
        raise BadInput(problems)
