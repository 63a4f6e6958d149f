"""Which verdicts depend on a form of the model and not on a number: a comparison under other forms of it.

A form (`data/structures.toml`) has one part of the model otherwise, by values of parameters. The comparison is carried
out under it on its own futures, so that what a form shifts is known as well as the verdict itself: the same people with
the same luck, under the one form and the other.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from caremarket_sim.findings.assumptions import HOLDS, STILL_NOT_CLEAR, becomes
from caremarket_sim.findings.frames import differences
from caremarket_sim.methods.statistics import interval
from caremarket_sim.parameters import Parameters, register
from caremarket_sim.results.periods import verdict_period
from caremarket_sim.runs.design import Sample, tasks_of
from caremarket_sim.runs.plan import Batch
from caremarket_sim.scenario import Scenario

FILE = Path(__file__).parent.parent / "data" / "structures.toml"


@dataclass(frozen=True)
class Structure:
    """The model with one part of its form otherwise, and why that could be so."""

    name: str
    label: str
    why: str
    values: Mapping[str, float]

    @property
    def variant(self) -> str:
        """What its runs are kept under."""
        return f"form {self.name}"

    def applied(self, scenario: Scenario) -> Scenario:
        """The scenario under this form. Values may lie outside the ranges of the form as it is, and go before what the
        scenario's own file says of a parameter."""
        return replace(scenario, parameters=Parameters({**scenario.parameters.overrides, **self.values}))


@dataclass(frozen=True, slots=True)
class Form:
    """A comparison carried out under another form of the model."""

    structure: Structure
    samples: Mapping[str, Sample]


@cache
def structures(file: Path = FILE) -> tuple[Structure, ...]:
    """Every form, in the order of its file. Raises ValueError for a parameter that there is not."""
    found = []
    for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
        values = {parameter: float(value) for parameter, value in entry["values"].items()}
        if unknown := values.keys() - register().keys():
            raise ValueError(f"{file.name}, {name}: no parameter is called {', '.join(sorted(unknown))}")
        found.append(Structure(name, entry["label"], entry["why"], values))
    return tuple(found)


def batches_under_forms(scenarios: Sequence[Scenario], seeds: Sequence[int]) -> tuple[Batch, ...]:
    """The comparison's own futures again, under each form."""
    return tuple(
        Batch(
            tasks_of([one.applied(scenario) for scenario in scenarios], seeds), tuple(one.values.items()), one.variant
        )
        for one in structures()
    )


def form_of(batch: Batch, samples: Mapping[str, Sample]) -> Form | None:
    """The form that a batch of a comparison was carried out under; None for any other batch."""
    return next((Form(one, samples) for one in structures() if one.variant == batch.variant), None)


def under_forms(
    main: pd.DataFrame, samples: Mapping[str, Sample], found: Sequence[Form], reference: str
) -> pd.DataFrame:
    """What becomes of each verdict under each form: a form, scenario and indicator a row, in the period verdicts go by.

    `main` is the comparison's table of differences, `samples` what it rests on. `shift` is the difference under the
    form less that under the model as it is, on the same futures, with its interval. A verdict `depends` on the form
    where it becomes another and the shift is clear of nothing.
    """
    period = verdict_period(main.period)
    usual = main[main.period == period].set_index(["scenario", "indicator"])
    parts = []
    for form in found:
        table = differences(form.samples, reference)
        for name, rows in table[table.period == period].groupby("scenario", sort=False):
            shift = _shift(samples, form.samples, str(name), reference, period)
            before = usual.loc[name].loc[rows.indicator]
            fates = [
                becomes(*pair)
                for pair in zip(before.verdict, before.difference, rows.verdict, rows.difference, strict=True)
            ]
            clear = (np.asarray(shift.low) > 0.0) | (np.asarray(shift.high) < 0.0)
            kept = ["scenario", "reference", "family", "indicator", "unit", "better", "difference", "low", "high",
                    "replicates", "verdict"]  # fmt: skip
            parts.append(
                rows[kept].assign(
                    structure=form.structure.name,
                    usual_difference=before.difference.to_numpy(),
                    usual_verdict=before.verdict.to_numpy(),
                    shift=shift.mean,
                    shift_low=shift.low,
                    shift_high=shift.high,
                    becomes=fates,
                    depends=clear & np.array([fate not in (HOLDS, STILL_NOT_CLEAR) for fate in fates]),
                )
            )
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(0, "structure", frame.pop("structure"))
    frame.attrs.update(main.attrs)
    return frame


def _shift(samples: Mapping[str, Sample], there: Mapping[str, Sample], name: str, reference: str, period: str):
    """What the form shifts each indicator's difference by, over the futures that both have."""
    both = sorted(set(samples[name].replicates) & set(there[name].replicates))

    def gap(of: Mapping[str, Sample]) -> np.ndarray:
        return of[name].only(both).period(period) - of[reference].only(both).period(period)

    return interval(gap(there) - gap(samples))
