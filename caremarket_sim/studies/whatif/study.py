"""Emulators fitted to a sweep's paired differences, and what they say of a policy at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caremarket_sim import __version__
from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.methods.factors import Factor
from caremarket_sim.methods.standing_in import fit
from caremarket_sim.policy import NEUTRAL
from caremarket_sim.results.store import Store
from caremarket_sim.runs.resolved import scenario_from
from caremarket_sim.scenario import Scenario
from caremarket_sim.studies.sweep.result import Output, Sweep
from caremarket_sim.studies.sweep.study import load_sweep
from caremarket_sim.studies.whatif.inputs import table_of
from caremarket_sim.studies.whatif.result import Answer, Emulated, WhatIf, of_json

SHIPPED = Path(__file__).parent / "emulator.json"
"""The emulator that comes with the package: `scenarios/designs/what-if.yaml`, simulated and fitted."""

Tell = Callable[[str, int, int], None]


@cache
def shipped() -> WhatIf:
    """The emulator that comes with the package: eight levers moved from the first day, in Wigan as shipped."""
    return of_json(SHIPPED.read_text(encoding="utf-8"))


def whatif(results: str | Path, tell: Tell | None = None) -> WhatIf:
    """Fit emulators to the sweep in a results folder. Raises BadInput for results that none can be fitted to."""
    folder = Path(results)
    done = load_sweep(folder)
    with Store.read(folder) as store:
        code = store.provenance()["code"]
        texts = dict(store.ledger.rows("SELECT name, resolved FROM scenarios"))
    scenarios = {name: scenario_from(texts[name], folder) for name in done.scenarios}
    return emulated(done, scenarios, code, tell)


def emulated(done: Sweep, scenarios: Mapping[str, Scenario], code: str, tell: Tell | None = None) -> WhatIf:
    """Fit emulators to a sweep whose scenarios are these and which the model of this code simulated.

    Raises BadInput for a sweep without a reference, or with too few samples or futures.
    """
    named = require_emulable(done.reference, done.replicates, done.new_futures_every)
    varied = [name for name in done.scenarios if name != done.reference]
    inputs = table_of(done.factors, done.values)
    asked = [Output(name, indicator, done.reference) for name in varied for indicator in done.asked]
    outputs = []
    for number, output in enumerate(asked):
        if tell is not None:
            tell("fitting emulators", number, len(asked))
        outputs.append(_fitted(done, output, inputs))
    reference = scenarios[named]
    return WhatIf(
        title=done.title,
        place=reference.place.name,
        factors=done.factors,
        starts=tuple(_start(factor, scenarios, varied) for factor in done.factors),
        scenarios=tuple(varied),
        reference=named,
        reference_key=reference.key,
        based={name: scenarios[name].levers_at(0).differences(NEUTRAL) for name in varied},
        samples=len(done.values),
        replicates=done.replicates,
        years=done.years,
        period=done.period,
        code=code,
        version=__version__,
        points=inputs,
        outputs=tuple(outputs),
        banner=done.banner,
    )


def require_emulable(reference: str | None, replicates: int, new_futures_every: int) -> str:
    """The reference. Raises BadInput for a sweep without one, or with too few futures to tell error from chance.

    Where all samples meet the same futures, a half of them is kept from each fit.
    """
    if reference is None:
        right = "name two scenarios in the design"
        raise BadInput(Problem("what-if shows differences, and this sweep has a single scenario", right=right))
    fewest = 2 if new_futures_every else 4
    if replicates < fewest:
        what = f"futures a sample are {replicates}, too few to tell an emulator's error from chance"
        raise BadInput(Problem(what, right=f"write `replicates: {fewest}` or more, 20 if it can be"))
    return reference


def _fitted(done: Sweep, output: Output, inputs: NDArray[np.float64]) -> Emulated:
    every = done.of(output)
    level = done.of(Output(done.reference or "", output.indicator))
    mean = float(np.nanmean(level)) if np.isfinite(level).any() else float("nan")
    known = np.asarray(np.isfinite(every).all(axis=1))
    lost = int(np.sum(~known))
    if lost:
        why = f"at {lost} of {len(known)} samples it has no value in some future"
        return Emulated(output.scenario, output.indicator, mean, None, why)
    block = math.lcm(done.sampler.block(len(done.factors)), done.new_futures_every or 1)
    groups = np.arange(len(inputs)) // block
    try:
        stand_in = fit(inputs, every, groups, done.seed, shared=not done.new_futures_every)
    except ValueError as error:
        return Emulated(output.scenario, output.indicator, mean, None, str(error))
    return Emulated(output.scenario, output.indicator, mean, stand_in)


def _start(factor: Factor, scenarios: Mapping[str, Scenario], varied: list[str]) -> Any:
    """The value that a factor has where nothing is moved; the nearest that was tried, if that was not."""
    first = scenarios[(factor.only or varied)[0]]
    last = first.changes[-1].week if first.changes else 0
    value = first.parameters[factor.name] if factor.kind == "parameter" else first.levers_at(last)[factor.name]
    if factor.levels:
        return value if value in factor.levels else factor.levels[0]
    return min(max(float(value), factor.low), factor.high) if isinstance(value, int | float) else factor.low


def at_once(policy: Scenario, reference: Scenario, found: WhatIf | None = None) -> tuple[tuple[Answer, ...], str]:
    """What the emulator says of a policy against a reference, and, where it says nothing, why: in a sentence.

    It knows the place, span and prices that it was fitted to, and levers that are moved from the first day.
    """
    known = shipped() if found is None else found
    if reference.key != known.reference_key:
        return (), f"The emulator was fitted to another place or span of years: {known.place}, {known.years:g} years."
    if replace(policy, changes=()).key != replace(reference, changes=()).key:
        return (), "The emulator knows policies that differ from the reference in levers alone."
    if any(change.week > 0 for change in policy.changes):
        return (), "The emulator knows levers that are moved from the first day, and here some are moved later."
    levers, factors = policy.levers_at(0), {factor.name for factor in known.factors}
    for scenario in known.scenarios:
        others = [key for key in levers.differences(NEUTRAL.changed(known.based[scenario])) if key not in factors]
        if not others:
            try:
                answers = known.at({name: levers[name] for name in factors})
            except BadInput as untried:
                return (), f"The emulator does not say: {untried.problems[0].what}."
            return tuple(one for one in answers if one.scenario == scenario), ""
    return (), f"The emulator does not know {' or '.join(others)}."
