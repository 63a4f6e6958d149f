"""The placebo: the pounds that the dearest policy adds, paid as plain fee under the reference.

What a policy does beside that is not what more money would have done by itself. So that it can stand beside every
comparison it is short: the fee is guessed from what the reference spends on it, tried on a few futures, put right
once, and then looked at on some of the comparison's own; how much of the pounds it spends is told and not searched for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Unpack

import numpy as np
import pandas as pd

from caremarket_sim.findings import frames
from caremarket_sim.findings.equal_budget import SPEND, SPEND_ON, on_futures_of
from caremarket_sim.findings.equal_terms import FEE, with_plain_fee
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.methods.statistics import CLEAR
from caremarket_sim.policy import LEVERS
from caremarket_sim.runs.design import Sample
from caremarket_sim.runs.work import How

TRIED_ON, LOOKED_AT_ON = 3, 8
"""Futures on which the fee is put right, and on which it is looked at."""
FEES = list(INDICATORS).index("homecare_spend")
NAME = "plain-fee"
"""What the reference with more fee is called in tables."""


@dataclass(frozen=True)
class Placebo:
    """The reference with more fee (`sample`), beside the `policy` whose pounds it spends and the `reference`.

    `added` is what the policy spends over the reference, £ a year, in the weeks that verdicts go by; `spent` what the
    placebo does.
    """

    policy: Sample
    reference: Sample
    sample: Sample
    added: float
    spent: float

    @property
    def level(self) -> float:
        """The fee level that it came to."""
        levers = self.sample.scenario.levers_at(self.sample.scenario.weeks)
        return float(levers[FEE])  # type: ignore[arg-type]

    @cached_property
    def beside(self) -> pd.DataFrame:
        """As the table of differences: more fee against the reference, and the policy against more fee."""
        reference, policy = self.reference.scenario.name, self.policy.scenario.name
        money = frames.differences({reference: self.reference, NAME: self.sample}, reference)
        rest = frames.differences({NAME: self.sample, policy: self.policy}, NAME)
        return pd.concat([money, rest], ignore_index=True).assign(fee_level=self.level)


def with_placebo_of(
    samples: Mapping[str, Sample], reference: str, seeds: Sequence[int], **how: Unpack[How]
) -> Placebo | None:
    """The placebo of the policy that spends most; None where none spends more than the reference by what matters."""
    base = samples[reference]
    added = {
        name: _over(sample, base)
        for name, sample in samples.items()
        if name != reference and not sample.scenario.is_as_it_is
    }
    name = max(added, key=lambda one: added[one], default=None)
    if name is None or added[name] < INDICATORS[SPEND_ON].smallest:
        return None
    both = [number for number in base.replicates if number in samples[name].replicates]
    policy, few = samples[name].only(both[:LOOKED_AT_ON]), base.only(both[:TRIED_ON])
    most = (LEVERS[FEE].bounds or (0.0, 1.0))[1] / float(base.scenario.levers_at(base.scenario.weeks)[FEE])  # type: ignore[arg-type]

    def more(times: float, futures: Sample) -> Sample:
        scenario = with_plain_fee(base.scenario, policy.scenario, times)
        return on_futures_of(futures, scenario, seeds, how)

    fees = float(few.period(few.periods.verdicts)[:, FEES].mean())
    times = min(1.0 + added[name] / max(fees, 1.0), most)
    first = _over(more(times, few), few)
    if first > 0.0:
        times = min(1.0 + (times - 1.0) * added[name] / first, most)
    looked_at = base.only(both[:LOOKED_AT_ON])
    sample = more(times, looked_at)
    shown = looked_at.only(sample.replicates)
    return Placebo(policy.only(sample.replicates), shown, sample, added[name], _over(sample, shown))


def _over(sample: Sample, base: Sample) -> float:
    """What a scenario spends over another on the futures of both, £ a year."""
    both = [number for number in base.replicates if number in sample.replicates]
    spend = [one.only(both).period(one.periods.verdicts)[:, SPEND] for one in (sample, base)]
    return float(np.mean(spend[0] - spend[1]))


def placebo_sentences(placebo: Placebo) -> list[str]:
    """What the money does as plain fee, and what the policy does beside it, in two sentences."""
    policy, reference = placebo.policy.scenario.name, placebo.reference.scenario.name
    futures = len(placebo.sample.replicates)
    money = (
        f"Placebo: {policy} costs the council £{placebo.added / 1e6:.1f}m a year more than {reference}. Paid as plain "
        f"fee under {reference} ({placebo.level:.3g} times the place's fee, which spends "
        f"£{placebo.spent / 1e6:.1f}m more on {futures} futures), that money {_clear(placebo, NAME)}."
    )
    return [money, f"Beside the same money as fee, {policy} {_clear(placebo, policy)}."]


def _clear(placebo: Placebo, name: str) -> str:
    """Which headlines are clearly moved, in words; money itself is left out."""
    table = placebo.beside
    rows = table[(table.scenario == name) & (table.period == placebo.sample.periods.verdicts)]
    rows = rows[rows.indicator.isin([one.id for one in frames.headlines()]) & (rows.indicator != SPEND_ON)]
    said = []
    for verdict in CLEAR:
        moved = [INDICATORS[str(one)].label.lower() for one in rows[rows.verdict == verdict].indicator]
        if moved:
            said.append(f"is {verdict} on {', '.join(moved)}")
    return "; ".join(said) if said else "moves no headline clearly"
