"""What holds over the plausible set: `python -m benchmarks.conclusions --keep FOLDER --out docs/conclusions.md`.

Wigan's ways of commissioning against the baseline under every draw of the plausible set, on the same futures: as
written, at the baseline's fee and at the baseline's budget, switched and settled, beside the same money as plain fee,
and which of it depends on a form of the model. Every stage is a results folder under `--keep`; what is there of this
code is not simulated again, so that the command goes on where it was stopped.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import stdtrit

import caremarket_sim as cm
from benchmarks.plausible_views import (
    AS_WRITTEN,
    EQUAL_BUDGET,
    EQUAL_FEE,
    PLACEBO,
    PLAIN_FEE,
    SETTLED,
    SETTLED_BUDGET,
    VIEWS,
    Asked,
    Gaps,
    Values,
    forms_of,
    views_of,
)
from caremarket_sim.findings.draws import error_of, shipped_draws
from caremarket_sim.findings.frames import headlines
from caremarket_sim.findings.structures import structures
from caremarket_sim.indicators import INDICATORS, Indicator
from caremarket_sim.methods.noise import noise_of
from caremarket_sim.methods.statistics import CONFIDENCE
from caremarket_sim.results.durable import write_file
from caremarket_sim.runs.design import replicate_seeds
from caremarket_sim.runs.plan import SEED, at_horizon
from caremarket_sim.scenario.timing import WEEKS_A_YEAR
from caremarket_sim.settling import code_version
from caremarket_sim.studies.calibration.validation_tables import markdown
from caremarket_sim.telling.words import in_a_sentence, labelled, listed, quantity, span

BASELINE = "baseline"
POLICIES = ("collaborative", "collaborative-contract-only", "block", "block-well-run", "zero-hours-spot")
MOST_TURNED = 0.05
"""Share of the draws in which a difference may have the other sign and still be called one of the whole set."""
UP, DOWN, SMALL = "▲", "▼", "·"


@dataclass(frozen=True, slots=True)
class Found:
    """One difference over the set: its mean, with an interval of chance and ignorance together; the lowest and the
    highest mean of a draw; the share of draws with the mean's sign; the share of a run's variance that is ignorance."""

    mean: float
    low: float
    high: float
    lowest: float
    highest: float
    same_sign: float
    ignorance: float

    def mark(self, indicator: Indicator) -> str:
        """Better or worse where it is clear of nothing over chance and ignorance, in all of the set but for a draw or
        so, and large enough to matter; too small to matter where every draw says so."""
        if max(abs(self.lowest), abs(self.highest)) <= indicator.smallest:
            return SMALL
        sure = (self.low > 0.0 or self.high < 0.0) and self.same_sign >= 1.0 - MOST_TURNED
        if not sure or abs(self.mean) < indicator.smallest or indicator.better == "neither":
            return ""
        return UP if (self.mean > 0.0) == (indicator.better == "higher") else DOWN


def found_in(gaps: Values, indicator: str) -> Found:
    """What one indicator's differences (draw, future, indicator) come to."""
    values = gaps[:, :, list(INDICATORS).index(indicator)]
    error, freedom = error_of(gaps)
    column = list(INDICATORS).index(indicator)
    mean, means = float(values.mean()), values.mean(axis=1)
    reach = float(stdtrit(freedom[column], 0.5 + CONFIDENCE / 2.0) * error[column])
    noise = noise_of(values) if np.isfinite(values).all() else None
    return Found(
        mean=mean,
        low=mean - reach,
        high=mean + reach,
        lowest=float(means.min()),
        highest=float(means.max()),
        same_sign=float(np.mean(np.sign(means) == np.sign(mean))),
        ignorance=noise.factors if noise else float("nan"),
    )


def cell(gaps: Gaps, policy: str, indicator: Indicator) -> str:
    """A difference with its mark, and in how many of a hundred draws it has that sign."""
    if policy not in gaps:
        return "no terms"
    found = found_in(gaps[policy], indicator.id)
    mark = found.mark(indicator)
    return f"{quantity(found.mean, indicator, signed=True)}{' ' + mark if mark else ''} ({found.same_sign:.0%})"


def sorted_out(gaps: Gaps, policy: str) -> dict[str, list[str]]:
    """A policy's headlines that are better, worse, and neither, in words with their amounts."""
    found: dict[str, list[str]] = {UP: [], DOWN: [], SMALL: [], "": []}
    for one in headlines():
        difference = found_in(gaps[policy], one.id)
        mark = difference.mark(one)
        amount = f" ({quantity(difference.mean, one, signed=True)})" if mark in (UP, DOWN) else ""
        found[mark].append(in_a_sentence(labelled(one)) + amount)
    return found


def said(words: Sequence[str], nothing: str) -> str:
    """Words with commas and an `and`, or what is said of none."""
    return listed(words) if words else nothing


def conclusion(views: Mapping[str, Gaps], policy: str) -> list[str]:
    """What a policy gains and what it loses, view by view, in lines of one form."""
    lines = []
    for view in VIEWS:
        if policy not in views.get(view, {}):
            if view in (EQUAL_BUDGET, SETTLED_BUDGET):
                lines.append(f"- **{view}**: no terms were found with which it costs what the baseline does.")
            continue
        sorts = sorted_out(views[view], policy)
        lines.append(
            f"- **{view}**: gains {said(sorts[UP], 'nothing that is sure')}. Loses "
            f"{said(sorts[DOWN], 'nothing that is sure')}. Not known: {said(sorts[''], 'nothing')}."
        )
    return lines


def table_of(views: Mapping[str, Gaps], forms: Mapping[tuple[str, str], Sequence[str]], policy: str) -> str:
    """Every headline of a policy in every view."""
    shown = [view for view in VIEWS if view in views]
    rows = []
    for one in headlines():
        found = found_in(views[AS_WRITTEN][policy], one.id)
        ignorance = "–" if np.isnan(found.ignorance) else f"{found.ignorance:.0%}"
        rows.append((labelled(one), *(cell(views[view], policy, one) for view in shown),
                     span(found.lowest, found.highest, one), ignorance,
                     ", ".join(f"`{form}`" for form in forms.get((policy, one.id), ())) or "none"))  # fmt: skip
    heads = ("indicator", *shown, "draws, as written", "ignorance", "depends on")
    return markdown(heads, rows)


def page(asked: Asked, views: Mapping[str, Gaps], sentences: Mapping[str, str], weeks: str,
         forms: Mapping[tuple[str, str], Sequence[str]]) -> str:  # fmt: skip
    """The document."""
    parts = []
    for policy in (name for name in asked.names if name in views[AS_WRITTEN]):
        lines = "\n".join(conclusion(views, policy))
        terms = sentences.get(policy, "")
        parts.append(f"## {policy}\n\n{lines}\n\n{table_of(views, forms, policy)}\n\nEqual budget: {terms}")
    names = "; ".join(f"`{one.name}`: {one.label}" for one in structures())
    money = ""
    if PLACEBO in views:
        rows = [(labelled(one), cell(views[PLACEBO], PLAIN_FEE, one)) for one in headlines()]
        money = (
            f"\n\n## The same money as plain fee\n\n{sentences[PLAIN_FEE]} Differences from the baseline:\n\n"
            + markdown(("indicator", "plain fee"), rows)
        )
    return f"""# What holds, whatever of the plausible is the case

Written by `python -m benchmarks.conclusions --draws {len(asked.draws)} --replicates {len(asked.seeds)} --out
docs/conclusions.md`, with version {code_version()[:12]} of the model's code and data. Wigan's ways of commissioning
against the baseline, under {len(asked.draws)} draws of [the plausible
set](how-to/calibrate-and-check.md#which-parameter-values-are-plausible) on the same {len(asked.seeds)} futures each,
{asked.baseline.weeks // WEEKS_A_YEAR} years, {weeks}. A policy's gains and its losses are told by the same rule.

**How to read a cell.** The mean difference over all draws and futures, and in how many draws it has that sign. ▲ is
better, ▼ worse: clear of nothing over chance and ignorance together, of one sign in all of the set but
{MOST_TURNED:.0%}, and large enough to matter; · is too small to matter in every draw; without a mark it is not known.
All draws meet the same futures, so that the share of draws by itself says nothing of chance. *Draws, as written*: the
lowest and the highest mean of a draw. *Ignorance*: its share of the variance of a single run's difference; the rest is
chance. *Depends on*: [forms of the model](how-to/structures.md) under which the verdict at the centre of the set
becomes another, with a clear shift, on {asked.forms} futures ({names}).

**The views.** *As written*: the policy, switched to in the first week. *{EQUAL_FEE.capitalize()}*: with the baseline's
fee levers. *{EQUAL_BUDGET.capitalize()}*: with [terms that a council would change](how-to/equal-budget.md), one set of
them for all draws, with which mean spend over the set is the baseline's. A council signs one contract and does not know
which draw is the case, so that in a single draw it may spend more or less, as the row of council spend shows.
*{SETTLED.capitalize()}*: [the standing regime](how-to/settled.md) over whole contract cycles, as written;
*{SETTLED_BUDGET}*: with the terms that were solved for the switch, so that spend may differ again.
*{PLACEBO.capitalize()}*: against the baseline with the dearest policy's pounds as plain fee.

{chr(10).join(part + chr(10) for part in parts)}{money}

**What it does not say.** The draws are of one plausible set and differ in what was fitted; assumptions that all of them
share are the same in each, as are forms that nobody thought of. Few futures leave much to chance.
"""


def frame_of(views: Mapping[str, Gaps]) -> pd.DataFrame:
    """Every view, policy and headline a row, as the page has them."""
    rows = []
    for view, gaps in views.items():
        for policy, gap in gaps.items():
            for one in headlines():
                found = found_in(gap, one.id)
                rows.append({"view": view, "policy": policy, "indicator": one.id, "unit": one.unit, "mean": found.mean,
                             "low": found.low, "high": found.high, "lowest_draw": found.lowest,
                             "highest_draw": found.highest, "same_sign": found.same_sign, "ignorance": found.ignorance,
                             "draws": gap.shape[0], "futures": gap.shape[1], "mark": found.mark(one)})  # fmt: skip
    return pd.DataFrame(rows)


def main() -> None:
    """Simulate stage by stage, and write the page and the table behind it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, default=Path("results/conclusions"), help="folder of the stages")
    parser.add_argument("--draws", type=int, default=24)
    parser.add_argument("--draws-from", type=Path, help="draws that `caremarket calibrate` wrote; else the shipped set")
    parser.add_argument("--replicates", type=int, default=3, help="futures a draw")
    parser.add_argument("--forms", type=int, default=8, help="futures on which forms of the model are tried")
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    known = shipped_draws(options.draws_from) if options.draws_from else shipped_draws()
    base, *others = at_horizon([cm.load(f"builtin:wigan/{name}") for name in (BASELINE, *POLICIES)], options.years)
    seeds = replicate_seeds(SEED, options.replicates)
    asked = Asked(base, tuple(others), known[: options.draws], seeds, options.forms, options.keep, options.workers)
    views, sentences, weeks = views_of(asked)
    forms = forms_of(asked)
    written = page(asked, views, sentences, weeks, forms)
    write_file(asked.keep / "conclusions.csv", frame_of(views).to_csv(index=False).encode("utf-8-sig"))
    print(written)
    if options.out is not None:
        write_file(options.out, written.encode())


if __name__ == "__main__":
    main()
