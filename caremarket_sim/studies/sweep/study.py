"""A sweep: the design's scenarios simulated at every sample, and what they came to, sample by sample.

At a sample every scenario meets the same people with the same luck, and so does every sample: what differs between two
samples is their factors and nothing else, and a difference between policies is taken pair by pair.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.indicators import INDICATORS, STAGES, Outcome, groups
from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.samplers import Sampler, draw
from caremarket_sim.results.ledger import NAME as LEDGER
from caremarket_sim.results.periods import ALL
from caremarket_sim.results.records import Failure, RunId, ScenarioRecord, Success, run_key
from caremarket_sim.results.soundness import refuse
from caremarket_sim.results.store import Store
from caremarket_sim.runs.allowances import allowances
from caremarket_sim.runs.batch import carry_out
from caremarket_sim.runs.design import play_all, ready
from caremarket_sim.runs.lean import play_lean
from caremarket_sim.runs.progress import showing_progress
from caremarket_sim.runs.resolved import resolved_json
from caremarket_sim.runs.work import How
from caremarket_sim.settling import code_version
from caremarket_sim.studies.sweep.design_files import Design, read_design
from caremarket_sim.studies.sweep.plan import SweepPlan, plan_sweep
from caremarket_sim.studies.sweep.result import Sweep

NOTE = "sweep"
"""The name under which a ledger keeps what a sweep was made of."""


@showing_progress
def sweep(
    design: Design | str | Path,
    *,
    allow: str | Sequence[str] = (),
    why: str = "",
    **how: Unpack[How],
) -> Sweep:
    """Simulate a design (or the design of a file). Raises BadInput with every mistake of the file.

    `allow` names grounds for refusal that are let through under a banner, for the reason `why`.
    `how`: `workers`, `cluster`, `tell` and `say`, as `runs.work.How` has them.
    """
    plan = plan_sweep(design if isinstance(design, Design) else read_design(design), allowances(allow, why))
    return carry_out_sweep(plan, **how)


def carry_out_sweep(
    plan: SweepPlan,
    *,
    store: Store | None = None,
    **how: Unpack[How],
) -> Sweep:
    """Simulate a planned sweep; with a store every run is kept as it comes and none is simulated twice."""
    if store is None:
        answers = play_all(plan.tasks, play_lean, **how)
    else:
        ready(how.get("tell"))
        _describe(store, plan)
        answers = carry_out(store, plan.tasks, _runs(plan), play_lean, Outcome, version=code_version, **how)
    return _gathered(plan, answers)


def sweep_of_function(
    function: Callable[..., float],
    factors: Sequence[Factor],
    sampler: Sampler,
    *,
    seed: int = 1,
    name: str = "function",
) -> Sweep:
    """A sweep of any function of the factors' values, drawn, guarded and analysed as a sweep of the model is.

    To check a method on a function whose indices are known. The output is called `y`, its scenario `name`.
    """
    coordinates = draw(sampler, factors, seed)
    values = _values(factors, coordinates)
    results = np.array([float(function(*row)) for row in values]).reshape(-1, 1, 1, 1)
    return Sweep(name, name.capitalize(), tuple(factors), sampler, seed, (name,), None, "levels", ("y",), ("y",),
                 coordinates, values, results)  # fmt: skip


def load_sweep(folder: Path) -> Sweep:
    """The sweep in a results folder, finished or not; what is not there is nan. Raises BadInput for another folder."""
    try:
        return _load_sweep(folder)
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        refuse(folder / LEDGER, f"the ledger does not hold this sweep whole: {type(error).__name__}: {error}")


def _load_sweep(folder: Path) -> Sweep:
    with Store.read(folder) as store:
        store.require_numbers()
        note = store.provenance().get(NOTE)
        if note is None:
            right = "name a folder that `caremarket sweep` or `sensitivity` has written"
            raise BadInput(Problem("these results are not a sweep's", file=folder, right=right))
        about = json.loads(note)
        indicators = store.layout.indicators
        scenarios, shape = about["scenarios"], (about["replicates"], len(about["scenarios"]), len(indicators))
        results = np.full((len(about["coordinates"]), *shape), np.nan)
        column, first = "overall", 0
        if about["period"] != ALL:
            column, first = "stages", STAGES.index(about["period"]) * len(indicators)
        rows = store.ledger.rows(f"SELECT scenario, variant, replicate, {column} FROM runs")
        for scenario, variant, replicate, values in rows:
            place = (int(variant.removeprefix("sample ")) - 1, replicate - 1, scenarios.index(scenario))
            results[place] = np.frombuffer(values, "<f8")[first : first + len(indicators)]
        lost = [
            (int(run.variant.removeprefix("sample ")), run.scenario, run.replicate, failure.message)
            for run, failure in store.failures()
        ]
    factors = tuple(
        Factor(**{**one, "levels": tuple(one["levels"]), "only": tuple(one["only"])}) for one in about["factors"]
    )
    return Sweep(
        name=about["name"],
        title=about["title"],
        factors=factors,
        sampler=Sampler(**{**about["sampler"], "rows": tuple(tuple(row) for row in about["sampler"]["rows"])}),
        seed=about["seed"],
        scenarios=tuple(scenarios),
        reference=about["reference"],
        outputs=about["outputs"],
        indicators=tuple(indicators),
        asked=tuple(about["asked"]),
        coordinates=np.array(about["coordinates"]).reshape(-1, len(factors)),
        values=_values(factors, np.array(about["coordinates"]).reshape(-1, len(factors))),
        results=results,
        years=about["years"],
        period=about["period"],
        new_futures_every=about.get("new_futures_every", 0),
        failed=tuple(sorted(lost)),
        banner=about.get("banner"),
    )


def _values(factors: Sequence[Factor], coordinates: NDArray[np.float64]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(factor.value(one) for factor, one in zip(factors, row, strict=True)) for row in coordinates)


def _runs(plan: SweepPlan) -> list[tuple[RunId, ...]]:
    """The name of each run: the scenario's own, the sample as its variant, and the replicate."""
    code = code_version()
    return [
        tuple(
            RunId(
                scenario.name,
                f"sample {sample}",
                replicate,
                task.seed,
                run_key(scenario.key, task.seed, code, task.in_force),
            )
            for (sample, replicate), scenario in zip(places, task.scenarios, strict=True)
        )
        for places, task in zip(plan.places, plan.tasks, strict=True)
    ]


def _describe(store: Store, plan: SweepPlan) -> None:
    """Enter the scenarios, each sample's factors as numbers, and all that the sweep can be put together from again."""
    design = plan.design
    columns = [factor.column([row[place] for row in plan.values]) for place, factor in enumerate(design.factors)]
    samples: Mapping[str, Mapping[str, float]] = {
        f"sample {number}": {
            factor.name: float(column[number - 1]) for factor, column in zip(design.factors, columns, strict=True)
        }
        for number in range(1, len(plan.values) + 1)
    }
    records = [
        ScenarioRecord(
            name=scenario.name,
            key=scenario.key,
            title=scenario.title,
            path=str(scenario.path),
            resolved=resolved_json(scenario),
            groups=tuple(groups(scenario.place)),
            parameters=samples,
        )
        for scenario in design.scenarios
    ]
    rows = [(one.id, one.label, one.unit, one.family, one.better, one.definition) for one in INDICATORS.values()]
    store.describe(records, rows)
    about = {
        "name": design.name,
        "title": design.title,
        "banner": plan.banner,
        "factors": [asdict(factor) for factor in design.factors],
        "sampler": asdict(design.sampler),
        "seed": design.seed,
        "replicates": design.replicates,
        "new_futures_every": design.new_futures_every,
        "years": design.scenarios[0].weeks / 52,
        "scenarios": [scenario.name for scenario in design.scenarios],
        "reference": design.reference,
        "outputs": design.outputs,
        "asked": list(design.indicators),
        "period": design.period,
        "coordinates": plan.coordinates.tolist(),
    }
    store.note({NOTE: json.dumps(about)})


def _gathered(plan: SweepPlan, answers: Sequence[Success | Failure]) -> Sweep:
    """The sweep from the tasks' results, in the order of the tasks; a failed task leaves gaps."""
    design = plan.design
    names = [scenario.name for scenario in design.scenarios]
    results = np.full((len(plan.values), design.replicates, len(names), len(INDICATORS)), np.nan)
    failed = []
    for places, task, answer in zip(plan.places, plan.tasks, answers, strict=True):
        for position, ((sample, replicate), scenario) in enumerate(zip(places, task.scenarios, strict=True)):
            if isinstance(answer, Success):
                outcome = answer.value[position]
                found = outcome.overall if design.period == ALL else outcome.stages[STAGES.index(design.period)]
                results[sample - 1, replicate - 1, names.index(scenario.name)] = found
            else:
                failed.append((sample, scenario.name, replicate, answer.message))
    return Sweep(
        name=design.name,
        title=design.title,
        factors=design.factors,
        sampler=design.sampler,
        seed=design.seed,
        scenarios=tuple(names),
        reference=design.reference,
        outputs=design.outputs,
        indicators=tuple(INDICATORS),
        asked=design.indicators,
        coordinates=plan.coordinates,
        values=plan.values,
        results=results,
        years=design.scenarios[0].weeks / 52,
        period=design.period,
        new_futures_every=design.new_futures_every,
        failed=tuple(sorted(failed)),
        banner=plan.banner,
    )
