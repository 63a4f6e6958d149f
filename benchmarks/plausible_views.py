"""Ways of commissioning under every draw of the plausible set, on the same futures, view by view.

As written, at the baseline's fee and at its budget, switched and settled, and beside the same money as plain fee. Every
stage is a results folder; what is there of this code is not simulated again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.findings import equal_budget
from caremarket_sim.findings.draws import Draw, at_the_centre, batches_of
from caremarket_sim.findings.equal_budget import SPEND, SPEND_ON, Solution
from caremarket_sim.findings.equal_terms import FEE, with_plain_fee
from caremarket_sim.findings.placebo import FEES
from caremarket_sim.findings.placebo import NAME as PLAIN_FEE
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.policy import LEVERS
from caremarket_sim.results.durable import write_file
from caremarket_sim.results.manifest import recorded
from caremarket_sim.results.periods import in_force_from
from caremarket_sim.results.records import ARRAYS
from caremarket_sim.results.store import Store
from caremarket_sim.runs.design import Sample, Task, gather, play_all, tasks_of
from caremarket_sim.runs.plan import SEED, Batch, Plan, carry_out_plan, layout
from caremarket_sim.runs.resolved import resolved_json, scenario_from
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import code_version
from caremarket_sim.studies.compare.study import carry_out_comparison, plan_comparison
from caremarket_sim.studies.explain.coalitions import AS_WRITTEN, EQUAL_BUDGET, EQUAL_FEE, Bundle, at_equal_fee
from caremarket_sim.studies.standing.study import compare_standing

SETTLED, SETTLED_BUDGET, PLACEBO = "settled", "settled, equal budget", "beside plain fee"
VIEWS = (AS_WRITTEN, EQUAL_FEE, EQUAL_BUDGET, SETTLED, SETTLED_BUDGET, PLACEBO)

Samples = Mapping[str, Sample]
Values = NDArray[np.float64]
Gaps = dict[str, Values]
"""By policy: differences from the baseline (draw, future, indicator)."""


@dataclass(frozen=True)
class Asked:
    """What is simulated: the baseline and the policies, under which draws, on which futures, on how many futures the
    forms of the model are tried, and where all of it is kept."""

    baseline: Scenario
    policies: tuple[Scenario, ...]
    draws: tuple[Draw, ...]
    seeds: tuple[int, ...]
    forms: int
    keep: Path
    workers: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The policies' names."""
        return tuple(one.name for one in self.policies)


def played(asked: Asked, stage: str, scenarios: Sequence[Scenario], in_force: int | None) -> list[Samples]:
    """The scenarios under every draw on the same futures, each run kept; a draw under which none could be is empty."""
    at = at_the_centre(scenarios, asked.draws)
    batches = (Batch(tasks_of(at, asked.seeds)), *batches_of(scenarios, asked.draws, asked.seeds))
    plan = Plan(at, None, SEED, batches, None, len(batches), in_force)
    folder = asked.keep / stage
    with opened(folder) as store, recorded(store, planned=plan.runs):
        samples, _ = carry_out_plan(plan, store=store, workers=asked.workers, tell=telling(stage))
    return list(samples)


def opened(folder: Path) -> Store:
    """A stage's results folder, gone on with where it is there."""
    return Store.open(folder, layout(), code_version(), resume=folder.exists())


def telling(stage: str) -> Callable[[str, int, int], None]:
    """Says on the screen how far a stage is."""

    def told(what: str, done: int, total: int) -> None:
        if total and done == total:
            print(f"{stage}: {what}, {done} of {total}", flush=True)

    return told


def gaps_of(every: Sequence[Samples], policies: Sequence[str], reference: str) -> Gaps:
    """Differences from a reference in the weeks in force, of draws and futures that nothing lost."""
    found = {}
    for name in policies:
        here = [samples for samples in every if name in samples and reference in samples]
        if not here:
            continue
        whole = sorted(set.intersection(*({*one[name].replicates} & {*one[reference].replicates} for one in here)))
        pairs = [(one[name].only(whole), one[reference].only(whole)) for one in here]
        found[name] = np.stack([own.period(own.periods.verdicts) - base.period(base.periods.verdicts)
                                for own, base in pairs])  # fmt: skip
    return found


def pooled(every: Sequence[Samples], name: str, scenario: Scenario, futures: int) -> Sample:
    """A scenario's sample over all draws, a pair of draw and future a replicate, the scenario as its file has it."""
    parts = [(number, samples[name]) for number, samples in enumerate(every) if name in samples]
    replicates = [number * futures + replicate for number, sample in parts for replicate in sample.replicates]
    arrays = {key: np.concatenate([getattr(sample, key) for _, sample in parts]) for key in ARRAYS}
    return replace(parts[0][1], scenario=scenario, replicates=tuple(replicates), **arrays)


def over_all(asked: Asked, aim: Sample, scenario: Scenario) -> Sample:
    """A scenario under every draw on every future, as one sample numbered as `pooled` numbers them."""
    tasks = [Task(seed, (draw.applied(scenario),), aim.in_force) for draw in asked.draws for seed in asked.seeds]
    found, _ = gather(tasks, play_all(tasks, workers=asked.workers))
    return replace(found[scenario.name], scenario=scenario)


def solved(asked: Asked, every: Sequence[Samples]) -> dict[str, tuple[str, Scenario | None]]:
    """By policy: a sentence on the terms with which it costs the council over all draws and futures together what the
    baseline does, and the scenario with them, None where no terms do it; and the baseline with the dearest policy's
    pounds as plain fee. What was solved before is taken from where it was kept."""
    base, others = asked.baseline, asked.policies
    aim = pooled(every, base.name, base, len(asked.seeds))
    play = partial(over_all, asked, aim)
    found = {}
    for scenario in others:
        moved = pooled(every, scenario.name, scenario, len(asked.seeds))
        searched = partial(equal_budget.search, scenario.name, equal_budget.POLICY, moved, aim, play)
        found[scenario.name] = kept(asked, scenario.name, lambda searched=searched: told_of(searched()))
    gaps = {name: gap[:, :, SPEND].mean() for name, gap in gaps_of(every, asked.names, base.name).items()}
    dearest = max(gaps, key=lambda name: gaps[name])
    if gaps[dearest] >= INDICATORS[SPEND_ON].smallest:
        policy = next(one for one in others if one.name == dearest)
        found[PLAIN_FEE] = kept(asked, PLAIN_FEE, lambda: plain_fee(aim, policy, float(gaps[dearest]), play))
    return found


def told_of(solution: Solution) -> tuple[str, Scenario | None]:
    """What a search came to: in a sentence, and the scenario."""
    return solution.sentence, None if solution.solved is None else solution.solved.sample.scenario


def plain_fee(
    base: Sample, policy: Scenario, added: float, play: Callable[[Scenario], Sample]
) -> tuple[str, Scenario | None]:
    """The baseline with a policy's pounds as plain fee: guessed from what it spends on fees, and put right once."""
    period, scenario = base.periods.verdicts, base.scenario
    most = (LEVERS[FEE].bounds or (0.0, 1.0))[1] / float(scenario.levers_at(scenario.weeks)[FEE])  # type: ignore[arg-type]
    times = min(1.0 + added / float(base.period(period)[:, FEES].mean()), most)
    first = play(with_plain_fee(scenario, policy, times))
    both = sorted({*first.replicates} & {*base.replicates})
    spent = float((first.only(both).period(period) - base.only(both).period(period))[:, SPEND].mean())
    if spent > 0.0:
        times = min(1.0 + (times - 1.0) * added / spent, most)
    sentence = f"{policy.name} costs £{added / 1e6:.2f}m a year more; as plain fee that is {times:.3f} times the fee."
    return sentence, with_plain_fee(scenario, policy, times).named(PLAIN_FEE)


def kept(
    asked: Asked, name: str, work: Callable[[], tuple[str, Scenario | None]]
) -> tuple[str, Scenario | None]:  # fmt: skip
    """What `work` finds, or what it found before with this code, draws and futures."""
    file = asked.keep / "terms" / f"{name}.json"
    key = [code_version(), [sorted(draw.values.items()) for draw in asked.draws], asked.seeds, asked.baseline.key]
    key = json.loads(json.dumps(key))
    if file.is_file():
        before = json.loads(file.read_text(encoding="utf-8"))
        if before["key"] == key:
            scenario = before["scenario"]
            return before["sentence"], None if scenario is None else scenario_from(json.dumps(scenario), file)
    sentence, scenario = work()
    print(sentence, flush=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    content = None if scenario is None else json.loads(resolved_json(scenario))
    write_file(file, json.dumps({"key": key, "sentence": sentence, "scenario": content}).encode())
    return sentence, scenario


def settled(asked: Asked, policies: Mapping[str, Scenario]) -> Gaps:
    """Differences of standing regimes from the baseline's under every draw; one that lost a future is left out."""
    base = asked.baseline
    parts: dict[str, list[Values]] = {name: [] for name in policies}
    named = [scenario.named(name) for name, scenario in policies.items()]
    for draw in asked.draws:
        stage = f"settled/draw-{draw.number}"
        with opened(asked.keep / stage) as store, recorded(store, planned=(1 + len(named)) * len(asked.seeds)):
            found = compare_standing([draw.applied(one) for one in (base, *named)], base.name, asked.seeds,
                                     store=store, workers=asked.workers, tell=telling(stage))  # fmt: skip
        if found.futures == len(asked.seeds):
            for name, values in parts.items():
                values.append(found.values[name] - found.values[base.name])
    return {name: np.stack(values) for name, values in parts.items() if values}


def forms_of(asked: Asked) -> dict[tuple[str, str], list[str]]:
    """By policy and headline: the forms of the model on which its verdict depends, at the centre of the set."""
    scenarios = at_the_centre((asked.baseline, *asked.policies), asked.draws)
    plan = plan_comparison(scenarios, reference=asked.baseline.name, replicates=asked.forms, assumption_replicates=0,
                           baseline=False, structures=True)  # fmt: skip
    with opened(asked.keep / "forms") as store, recorded(store, planned=plan.runs):
        found = carry_out_comparison(plan, store=store, workers=asked.workers, tell=telling("forms"))
    table = found.structures()
    kept_by: dict[tuple[str, str], list[str]] = {}
    for row in table[table.depends].itertuples():
        kept_by.setdefault((row.scenario, row.indicator), []).append(row.structure)
    return kept_by


def views_of(asked: Asked) -> tuple[dict[str, Gaps], dict[str, str], str]:
    """Every view's differences, the sentences on equal budgets, and in which weeks; stage after stage."""
    base, others = asked.baseline, asked.policies
    at_fee = [at_equal_fee(Bundle(AS_WRITTEN, base, one)).policy for one in others]
    in_force = in_force_from((base, *others))
    differing = [one for one, written in zip(at_fee, others, strict=True) if one.key != written.key]
    every = played(asked, "switched", (base, *others, *differing), in_force)
    written = gaps_of(every, asked.names, base.name)
    fee = gaps_of(every, [one.name for one in differing], base.name)
    by_fee = {name: fee.get(f"{name} at equal fee", gap) for name, gap in written.items()}
    terms = solved(asked, every)
    moved = {name: scenario for name, (_, scenario) in terms.items() if scenario is not None}
    at_terms = tuple(one.named(name) for name, one in moved.items())
    again = played(asked, "equal-budget", at_terms, in_force) if moved else [{} for _ in every]
    both = [{**own, base.name: samples[base.name]} for own, samples in zip(again, every, strict=True) if samples]
    budget = gaps_of(both, [name for name in moved if name != PLAIN_FEE], base.name)
    views = {AS_WRITTEN: written, EQUAL_FEE: by_fee, EQUAL_BUDGET: budget}
    if PLAIN_FEE in moved:
        beside = [{**samples, PLAIN_FEE: own[PLAIN_FEE]} for own, samples in zip(again, every, strict=True)
                  if own and samples]  # fmt: skip
        views[PLACEBO] = gaps_of(beside, asked.names, PLAIN_FEE) | gaps_of(beside, [PLAIN_FEE], base.name)
    at_budget = {f"{name} at equal budget": one for name, one in moved.items() if name != PLAIN_FEE}
    standing = settled(asked, {one.name: one for one in others} | at_budget)
    views[SETTLED] = {name: gap for name, gap in standing.items() if name in asked.names}
    views[SETTLED_BUDGET] = {
        name: standing[f"{name} at equal budget"] for name in asked.names if f"{name} at equal budget" in standing
    }
    sentences = {name: sentence for name, (sentence, _) in terms.items()}
    return views, sentences, every[0][base.name].periods.words
