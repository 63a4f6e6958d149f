"""What a calibration is made of: fitted parameters, bands to meet, and how hard it is tried."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from caremarket_sim.errors import BadInput, Problem, suggestion
from caremarket_sim.methods.factors import Factor
from caremarket_sim.parameters import register
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


def from_record(record: Mapping[str, Any]) -> Recipe:
    """The recipe of a record. Raises BadInput for parameters that may not be fitted."""
    fitted = tuple(Fitted(one["name"], tuple(one["informs"]), one.get("carried", "")) for one in record["parameters"])
    bands = tuple(Band(**{**one, "evidence": tuple(one["evidence"])}) for one in record["bands"])
    numbers = {name: record[name] for name in _NUMBERS}
    recipe = Recipe(**numbers, waves=tuple(record["waves"]), parameters=fitted, bands=bands)
    require_fittable(recipe)
    return recipe


_NUMBERS = (
    "seed",
    "replicates",
    "finalists",
    "most_finalists",
    "final_replicates",
    "confirming_replicates",
    "wanted",
    "stands_still",
)


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
