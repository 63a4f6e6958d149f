"""Chance apart from ignorance: the same futures under many plausible sets of assumptions.

Every draw of the plausible set meets the same futures. What differs between the draws' means is ignorance; what differs
between futures is chance. Draw 1 is the centre: of the shipped set, what runs without draws take.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.noise import noise_of
from caremarket_sim.methods.statistics import CONFIDENCE, Interval, PairedDifference, interval
from caremarket_sim.parameters import register
from caremarket_sim.runs.design import Sample, tasks_of
from caremarket_sim.runs.plan import Batch
from caremarket_sim.scenario import Scenario
from caremarket_sim.scenario.sheets import number_in, number_right, read_rows

MOST_DRAWS = 10_000
FILE = Path(__file__).parent / "plausible" / "draws.csv"
Values = NDArray[np.float64]
Samples = Mapping[str, Sample]


@dataclass(frozen=True)
class Draw:
    """One plausible set of assumptions. Draw 1 is the centre."""

    number: int
    values: Mapping[str, float]

    @property
    def name(self) -> str:
        """What its runs are kept under."""
        return f"draw {self.number}"

    def applied(self, scenario: Scenario) -> Scenario:
        """The scenario under the draw; what its own file says of a parameter stays."""
        own, at = scenario.parameters.overrides, scenario.parameters
        changed = {name: value for name, value in self.values.items() if name not in own and value != at[name]}
        return scenario.with_parameters(changed) if changed else scenario


@cache
def shipped_draws(file: Path = FILE) -> tuple[Draw, ...]:
    """The plausible set that comes with the package (or of a file that `caremarket calibrate` wrote), in order."""
    known = register()
    rows, problems = read_rows(file, str(file), ("draw", *known), ("draw",), "draw", MOST_DRAWS)
    draws = []
    for number, (line, cells) in enumerate(rows, start=1):
        if cells.pop("draw") != str(number):
            right = f"write {number}: draws are numbered from 1, the centre"
            problems.append(Problem("draw is another number", file, line, right))
        values = {}
        for name, cell in cells.items():
            bounds = known[name].low, known[name].high
            value = number_in(cell, bounds)
            if value is None:
                problems.append(Problem(f"{name} is {cell[:40]!r}", file, line, number_right(cell, bounds)))
            else:
                values[name] = value
        draws.append(Draw(number, values))
    if problems:
        raise BadInput(problems)
    return tuple(draws)


def first_draws(count: int, replicates: int, file: Path | None = None) -> tuple[Draw, ...]:
    """The first so many draws of a set. Raises BadInput for more than there are, or for too few futures to tell."""
    known = shipped_draws(file or FILE)
    if count > len(known):
        raise BadInput(Problem(f"{count} draws are asked for, and the set has {len(known)}", right="ask for fewer"))
    if count > 1 and replicates < 2:
        right = "take two replicates or more, so that chance can be told from ignorance"
        raise BadInput(Problem("draws need replicates", right=right))
    return known[:count]


def at_the_centre(scenarios: Sequence[Scenario], draws: Sequence[Draw]) -> tuple[Scenario, ...]:
    """The scenarios under the first draw: as they are where none is drawn, or the shipped set's first."""
    return tuple(draws[0].applied(scenario) for scenario in scenarios) if draws else tuple(scenarios)


def batches_of(scenarios: Sequence[Scenario], draws: Sequence[Draw], seeds: Sequence[int]) -> tuple[Batch, ...]:
    """The same futures of scenarios, as their files have them, under each draw but the first."""
    return tuple(
        Batch(
            tasks_of([draw.applied(scenario) for scenario in scenarios], seeds), tuple(draw.values.items()), draw.name
        )
        for draw in draws[1:]
    )


def table_of(every: Sequence[Samples], scenario: str, period: str, reference: str | None = None) -> Values:
    """Values (draw, replicate, indicator), less the reference's where one is named, of futures that no draw lost."""
    whole = set.intersection(*(set(samples[scenario].replicates) for samples in every))
    found = []
    for samples in every:
        values = samples[scenario].only(sorted(whole)).period(period)
        if reference is not None:
            values = values - samples[reference].only(sorted(whole)).period(period)
        found.append(values)
    return np.stack(found)


def error_of(table: Values) -> tuple[Values, Values]:
    """Standard error of the mean for one more plausible world, and its degrees of freedom (Satterthwaite).

    The spread of the draws' means, which does not shrink with more draws, because one world is the case and we do not
    know which; and what chance is left in futures that all draws share.
    """
    draws, replicates = table.shape[:2]
    with np.errstate(divide="ignore", invalid="ignore"):
        of_draws = table.mean(axis=1).var(axis=0, ddof=1)
        of_futures = table.mean(axis=0).var(axis=0, ddof=1) / replicates
        together = of_draws + of_futures
        freedom = together**2 / (of_draws**2 / (draws - 1) + of_futures**2 / (replicates - 1))
    return np.sqrt(together), np.where(np.isfinite(freedom), freedom, draws - 1.0)


def over_draws(
    central: PairedDifference, every: Sequence[Samples], scenario: str, reference: str, period: str
) -> PairedDifference:
    """The paired difference over all draws and futures, its interval holding chance and ignorance."""
    gap = table_of(every, scenario, period, reference)
    error, freedom = error_of(gap)
    mean = gap.mean(axis=(0, 1))
    reach = stdtrit(freedom, 0.5 + CONFIDENCE / 2.0) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2.0 * stdtr(freedom, -np.abs(mean / error))
    return PairedDifference(
        reference_mean=table_of(every, reference, period).mean(axis=(0, 1)),
        mean=table_of(every, scenario, period).mean(axis=(0, 1)),
        difference=mean,
        low=mean - reach,
        high=mean + reach,
        p_value=p_value,
        p_higher=np.where(np.isfinite(mean), (gap > 0.0).mean(axis=(0, 1)), np.nan),
        p_same=np.where(np.isfinite(mean), (gap == 0.0).mean(axis=(0, 1)), np.nan),
        variance_ratio=central.variance_ratio,
        replicates=np.full(mean.shape, gap.shape[1]),
        identical=(gap == 0.0).all(axis=(0, 1)),
    )


def level_over_draws(every: Sequence[Samples], scenario: str, period: str) -> Interval:
    """The mean of a scenario over all draws and futures, its interval holding chance and ignorance."""
    table = table_of(every, scenario, period)
    error, freedom = error_of(table)
    mean = table.mean(axis=(0, 1))
    reach = stdtrit(freedom, 0.5 + CONFIDENCE / 2.0) * error
    return Interval(mean, mean - reach, mean + reach, np.full(mean.shape, table.shape[1]))


def shares_of(every: Sequence[Samples], reference: str | None) -> pd.DataFrame:
    """Which share of the variance is ignorance's and which chance's, an indicator a row, in the period of verdicts.

    Of each scenario's difference from the reference, or of levels where there is none. `shared_chance` lifts or lowers
    a future in every draw alike; `own_chance` differs from draw to draw.
    """
    rows = []
    for name in every[0]:
        if name == reference:
            continue
        period = every[0][name].periods.verdicts
        table = table_of(every, name, period, reference)
        means = table.mean(axis=1)
        chance = interval(table[0])
        for column, indicator in enumerate(INDICATORS):
            values = table[:, :, column]
            found = noise_of(values) if np.isfinite(values).all() else None
            same = np.mean(np.sign(means[:, column]) == np.sign(means[:, column].mean()))
            rows.append(
                {
                    "scenario": name,
                    "reference": reference or "",
                    "indicator": indicator,
                    "period": period,
                    "unit": INDICATORS[indicator].unit,
                    "headline": INDICATORS[indicator].headline,
                    "mean": means[:, column].mean(),
                    "centre": means[0, column],
                    "centre_low": chance.low[column],
                    "centre_high": chance.high[column],
                    "lowest_draw": means[:, column].min(),
                    "highest_draw": means[:, column].max(),
                    "same_sign": same,
                    "spread": np.sqrt(found.total) if found else 0.0,
                    "ignorance": found.factors if found else np.nan,
                    "shared_chance": found.shared if found else np.nan,
                    "own_chance": found.own if found else np.nan,
                    "draws": len(every),
                    "replicates": table.shape[1],
                }
            )
    return pd.DataFrame(rows)


def note_of(draws: int) -> str:
    """What intervals cover when assumptions are drawn."""
    return f"chance and ignorance together: {draws} plausible draws of the assumptions, each on the same futures"


def shares_sentence(shares: pd.DataFrame) -> str:
    """How much of the headlines' variance is ignorance, in a sentence."""
    main = shares[shares.headline & shares.ignorance.notna()]
    if main.empty:
        return "No headline varies."
    most = main.loc[main.ignorance.idxmax()]
    kept = (main.same_sign == 1.0).sum()
    what = "differences" if most.reference else "levels"
    said = (
        f"Of the variance of the headline {what} ignorance of the assumptions explains {main.ignorance.min():.0%} to "
        f"{main.ignorance.max():.0%} (most for {INDICATORS[most.indicator].label.lower()} of {most.scenario}), chance "
        "the rest."
    )
    if most.reference:
        said += f" {kept} of {len(main)} headline differences have the same sign in all {most.draws} draws."
    return said
