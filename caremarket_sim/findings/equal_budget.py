"""Each policy at the reference's budget, and the reference at each policy's: the terms with which one spends what the
other does, on the same futures.

A policy that pays more buys its outcomes partly with money. To see what the way of commissioning does by itself, terms
that a council would change (`equal_terms`) are moved until its mean spend equals the other's, and all is compared
again; no fee may be below what one more hour costs. Spend is that of the weeks that verdicts go by, in which all
scenarios are in force.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Unpack

import numpy as np
import pandas as pd

from caremarket_sim.compiled import plain
from caremarket_sim.findings import frames
from caremarket_sim.findings.equal_terms import ALL, EXTRAS, FEE, Ladder, in_words
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.market.providers import open_book_surplus
from caremarket_sim.methods.statistics import paired_difference
from caremarket_sim.parameters import Numbers
from caremarket_sim.policy import LEVERS
from caremarket_sim.policy.values import Value
from caremarket_sim.runs.design import Sample, Task, gather, play_all
from caremarket_sim.runs.work import How
from caremarket_sim.scenario import Scenario

SPEND_ON = "council_spend"
"""The indicator that is made equal."""
SPEND = list(INDICATORS).index(SPEND_ON)
LEFT_OVER = list(INDICATORS).index("marginal_margin")
WITHIN = 0.003
"""Share of the other's spend within which budgets count as equal."""
AIM = 0.0015
"""Share of the other's spend at which the search stops."""
FINEST = 0.0005
"""Steps closer than this are not told apart; where spend jumps between them there is no solution."""
MOST_STEPS = 12
FEES = ((3.0 * EXTRAS + ALL) / 4.0, (EXTRAS + ALL) / 2.0, ALL)
"""Steps of the fee at which spend is looked for on the other side of the aim, the nearest first."""
FEWER = 0.5
"""Winners of a contest, over those written, that are tried where nothing else saves enough."""
OTHERS = 20
"""Further futures on which a solution is tried."""
POLICY, REFERENCE = "the policy at the reference's spend", "the reference at the policy's spend"
WRITTEN, TRIED, SOLVED = "as written", "tried", "solved"


@dataclass(frozen=True, slots=True)
class Point:
    """Terms that were tried: the sample, and the council's spend over the other scenario's, £ a year."""

    step: float
    terms: dict[str, tuple[Value, Value]]
    sample: Sample
    gap: float

    @property
    def pays(self) -> bool:
        """Whether the fee covers what one more hour costs, on average."""
        return bool(self.sample.period(self.sample.periods.verdicts)[:, LEFT_OVER].mean() >= 0.0)


@dataclass(frozen=True, slots=True)
class Solution:
    """What the search for one scenario found: `scenario` is the policy, `way` which of the two was moved.

    `solved` is None where no terms spend the same. `elsewhere` is the gap on futures that were not solved on, as a
    share of the other's spend, and twice its standard error, in which the futures solved on count as well: few of them
    find terms that hold for few.
    """

    scenario: str
    way: str
    tried: tuple[Point, ...]
    solved: Point | None
    elsewhere: tuple[float, float] | None
    sentence: str


def solve(
    samples: Mapping[str, Sample],
    reference: str,
    seeds: Sequence[int],
    *,
    ways: Sequence[str] = (POLICY,),
    others: Sequence[int] = (),
    **how: Unpack[How],
) -> list[Solution]:
    """For each other scenario the terms with which it spends what the reference does, and the reference what it does.

    `seeds` holds the seed of each replicate in order; samples may lack some. `others` are seeds of futures on which
    each solution is tried, beyond those that it is solved on.
    """
    base = samples[reference]
    found = []
    for name, sample in samples.items():
        if name == reference:
            continue
        for way in ways:
            moved, aim = (sample, base) if way == POLICY else (base, sample)
            solution = search(name, way, moved, aim, partial(on_futures_of, aim, seeds=seeds, how=how))
            if solution.solved is not None and others:
                solution = _tried_elsewhere(solution, aim, others, how)
            found.append(solution)
    return found


def search(scenario: str, way: str, moved: Sample, aim: Sample, play: Callable[[Scenario], Sample]) -> Solution:
    """The terms with which `moved` spends what `aim` does, on average over the futures on which `play` simulates a
    scenario: those of both samples, under their numbers, be they of one set of assumptions or of many."""
    return _Search(scenario, way, moved, aim, play).solution()


def on_futures_of(aim: Sample, scenario: Scenario, seeds: Sequence[int], how: How) -> Sample:
    """A scenario on the futures of a sample, under the replicates' own numbers; `seeds` has each replicate's."""
    tasks = [Task(seeds[replicate - 1], (scenario,), aim.in_force) for replicate in aim.replicates]
    found, _ = gather(tasks, play_all(tasks, **how))
    sample = found[scenario.name]
    return replace(sample, replicates=tuple(aim.replicates[number - 1] for number in sample.replicates))


def _tried_elsewhere(solution: Solution, aim: Sample, seeds: Sequence[int], how: How) -> Solution:
    assert solution.solved is not None
    moved = solution.solved.sample.scenario.named("moved")
    tasks = [Task(seed, (aim.scenario.named("aim"), moved), aim.in_force) for seed in seeds]
    found, _ = gather(tasks, play_all(tasks, **how))
    if not found:
        return solution
    apart = _spend(found["moved"]) - _spend(found["aim"])
    base, here = _paired(aim, solution.solved.sample)
    spend = float(_spend(found["aim"]).mean())
    error = 2.0 * (_variance_of_mean(apart) + _variance_of_mean(here - base)) ** 0.5 / spend
    gap = float(apart.mean()) / spend
    within = "within" if abs(gap) <= error else "beyond"
    more = f" On {len(apart)} other futures {gap:+.2%}, {within} two standard errors of both ({error:.2%})."
    return replace(solution, elsewhere=(gap, error), sentence=solution.sentence + more)


def _variance_of_mean(values: np.ndarray) -> float:
    """How uncertain the mean over futures is; infinitely, for one."""
    return float(values.var(ddof=1)) / len(values) if len(values) > 1 else np.inf


class _Search:
    """The search for the terms with which one scenario spends what another does."""

    def __init__(self, scenario: str, way: str, moved: Sample, aim: Sample, play: Callable[[Scenario], Sample]) -> None:
        self.scenario, self.way, self.moved, self.aim, self.play = scenario, way, moved, aim, play
        self.spend = float(_spend(aim).mean())
        self.written = Point(0.0, {}, moved, _gap(moved, aim))
        self.tried = [self.written]

    def solution(self) -> Solution:
        """What it found."""
        jumps = abs(self.written.gap) > AIM * self.spend and self._bracket_and_close_in()
        paid = [point for point in self.tried if point.pays or point is self.written]
        nearest = min(paid, key=lambda point: abs(point.gap))
        solved = nearest if abs(nearest.gap) <= WITHIN * self.spend else None
        sentence = self._sentence(nearest, solved is not None, jumps)
        return Solution(self.scenario, self.way, tuple(self.tried), solved, None, sentence)

    def _bracket_and_close_in(self) -> bool:
        """Look for terms between which spend passes the aim, and close in on it; whether there are such."""
        ladder = Ladder(self.moved.scenario, self.aim.scenario, self.written.gap > 0.0)
        before = self.written
        if ladder.has_extras:
            after = self._try(ladder, EXTRAS)
            if before.gap * after.gap <= 0.0:
                return self._close_in(ladder, before, after)
            before = after
        ladder = replace(ladder, end=self._end(before, ladder.saving))
        if both := self._fees_about_the_aim(ladder, before):
            return self._close_in(ladder, *both)
        if not (ladder.saving and ladder.can_have_fewer):
            return False
        ladder = replace(ladder, winners=FEWER)
        before = self._try(ladder, EXTRAS)
        ladder = replace(ladder, end=self._end(before, ladder.saving))
        both = self._fees_about_the_aim(ladder, before)
        return both is not None and self._close_in(ladder, *both)

    def _fees_about_the_aim(self, ladder: Ladder, before: Point) -> tuple[Point, Point] | None:
        """The first two steps of the fee between which spend passes the aim.

        A fee so low that nobody is found costs in beds and care homes what it saves, so that spend passes the aim
        twice: the terms that are meant are those nearest to what is written.
        """
        before = replace(before, step=EXTRAS)
        for step in FEES:
            after = self._try(ladder, step)
            if before.gap * after.gap <= 0.0:
                return before, after
            before = after
        return None

    def _end(self, point: Point, saving: bool) -> float:
        """How far the fee may go, over that of now: down to what one more hour costs, and to the level below which open
        books pay no less; or up to the lever's bound."""
        scenario = point.sample.scenario
        levers = scenario.levers_at(scenario.weeks)
        fee = float(levers[FEE])  # type: ignore[arg-type]
        if not saving:
            _, high = LEVERS[FEE].bounds or (0.0, 1.0)
            return high / fee
        left = float(point.sample.period(point.sample.periods.verdicts)[:, LEFT_OVER].mean())
        least = 1.0 - max(left, 0.0)
        if levers["fee.rule"] == "open_book":
            surplus = plain(open_book_surplus)(Numbers(levers.row), scenario.parameters.numbers)
            least = max(least, min(1.0 / (1.0 + surplus) / fee, 1.0))
        return least

    def _try(self, ladder: Ladder, step: float) -> Point:
        sample = self.play(ladder.at(step))
        point = Point(step, ladder.terms(step), sample, _gap(sample, self.aim))
        self.tried.append(point)
        return point

    def _close_in(self, ladder: Ladder, before: Point, after: Point) -> bool:
        from scipy.optimize import brentq

        known = {before.step: before.gap, after.step: after.gap}

        def gap(step: float) -> float:
            if step not in known:
                known[step] = self._try(ladder, step).gap
            return 0.0 if abs(known[step]) <= AIM * self.spend else known[step]

        brentq(gap, before.step, after.step, xtol=FINEST, maxiter=MOST_STEPS, disp=False)
        return True

    def _sentence(self, nearest: Point, solved: bool, jumps: bool) -> str:
        name, aim = self.moved.scenario.name, self.aim.scenario.name
        terms, gap = in_words(nearest.terms), nearest.gap
        if solved:
            return f"{name} costs the council what {aim} does with {terms} ({gap / self.spend:+.2%} of its spend)."
        side = "more" if gap > 0.0 else "less"
        if jumps:
            return f"{name}: no terms were found with which it costs what {aim} does; spend jumps past it near {terms}."
        short = "short by" if gap > 0.0 else "left over"
        return (
            f"{name}: no terms do it; {short} £{abs(gap):,.0f} a year. With {terms}, and no fee below what one more "
            f"hour costs, the council still spends {abs(gap) / self.spend:.1%} {side} than under {aim}."
        )


def _gap(sample: Sample, aim: Sample) -> float:
    return float(paired_difference(*_paired(aim, sample)).difference)


def _paired(base: Sample, sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    both = [replicate for replicate in base.replicates if replicate in sample.replicates]
    return _spend(base.only(both)), _spend(sample.only(both))


def _spend(sample: Sample) -> np.ndarray:
    """The council's spend in each future, £ a year, in the weeks that verdicts go by."""
    return sample.period(sample.periods.verdicts)[:, SPEND]


def terms_table(solutions: Sequence[Solution], samples: Mapping[str, Sample], reference: str) -> pd.DataFrame:
    """The council's spend, £ a year, at all terms that were tried: as written, on the way, and those of a solution."""
    rows = []
    for solution in solutions:
        aim = samples[reference if solution.way == POLICY else solution.scenario]
        for point in solution.tried:
            role = SOLVED if point is solution.solved else WRITTEN if point is solution.tried[0] else TRIED
            paired = paired_difference(*_paired(aim, point.sample))
            rows.append(
                {
                    "scenario": solution.scenario,
                    "way": solution.way,
                    "role": role,
                    "terms": in_words(point.terms),
                    "council_spend": float(paired.mean),
                    "difference": float(paired.difference),
                    "low": float(paired.low),
                    "high": float(paired.high),
                    "share": float(paired.difference / paired.reference_mean),
                    "fee_pays": point.pays,
                    "replicates": int(paired.replicates),
                    "elsewhere": solution.elsewhere[0] if solution.elsewhere and role == SOLVED else np.nan,
                    "elsewhere_two_errors": solution.elsewhere[1] if solution.elsewhere and role == SOLVED else np.nan,
                    "sentence": solution.sentence,
                }
            )
    return pd.DataFrame(rows)


def differences_table(solutions: Sequence[Solution], samples: Mapping[str, Sample], reference: str) -> pd.DataFrame:
    """Every policy against the reference, the one or the other at terms that cost the same; empty if none solved."""
    parts = []
    for solution in solutions:
        if solution.solved is None:
            continue
        moved, name = solution.solved.sample, solution.scenario
        policy, base = (moved, samples[reference]) if solution.way == POLICY else (samples[name], moved)
        both = [replicate for replicate in base.replicates if replicate in policy.replicates]
        pair = {reference: base.only(both), name: policy.only(both)}
        parts.append(
            frames.differences(pair, reference).assign(way=solution.way, terms=in_words(solution.solved.terms))
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
