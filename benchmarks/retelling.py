"""Wigan from 2018 to 2026 told again, beside what is published: `python -m benchmarks.retelling`.

`scenarios/wigan/retelling.yaml` and the same place and nation with blocks going on, on the same futures. A line for
each fact of `benchmarks/retelling.toml`: what is published, what the model comes to, whether they agree, and what makes
the evidence weak. A test and no target: nothing is set to meet it. `--document FILE` writes it as a page.
"""

import argparse
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from caremarket_sim.indicators import INDICATORS, Indicator
from caremarket_sim.methods.statistics import interval
from caremarket_sim.runs.design import Sample, gather, play_all, replicate_seeds, tasks_of
from caremarket_sim.scenario import load
from caremarket_sim.telling.words import quantity, shown_in, span

SCENARIO = "scenarios/wigan/retelling.yaml"
FACTS = Path(__file__).parent / "retelling.toml"
AGREES, DIFFERS, CANNOT_TELL, PUT_IN, NO = "agrees", "DIFFERS", "cannot be told", "put in", "not comparable"
SHIFT = 6
"""Years by which the scenario's dates are later than the story's."""


@dataclass(frozen=True)
class Fact:
    """What is published, and how the model is held beside it; see retelling.toml."""

    source: str
    said: str
    held: str
    weak: str
    indicator: str = ""
    years: tuple[int, ...] = ()
    direction: int = 0
    low: float = float("nan")
    high: float = float("nan")
    near: float = float("nan")


@dataclass(frozen=True)
class Held:
    """A fact beside what the model comes to, in words."""

    fact: Fact
    model: str
    verdict: str


def facts() -> list[Fact]:
    """Every fact, in order."""
    entries = tomllib.loads(FACTS.read_text(encoding="utf-8"))["fact"]
    return [Fact(**{**entry, "years": tuple(entry.get("years", ()))}) for entry in entries]


def told(replicates: int, seed: int = 1, workers: int | None = None) -> Mapping[str, Sample]:
    """The story and blocks going on, on the same futures."""
    story = load(SCENARIO)
    scenarios = [story, story.without_policy("blocks go on")]
    tasks = tasks_of(scenarios, replicate_seeds(seed, replicates))
    samples, failed = gather(tasks, play_all(tasks, workers=workers))
    if failed:
        raise SystemExit(f"{len(failed)} futures failed; the first: {failed[0].message}")
    return {"story": samples[story.name], "blocks": samples["blocks go on"]}


def hold(fact: Fact, samples: Mapping[str, Sample]) -> Held:
    """One fact beside the model."""
    if not fact.indicator:
        return Held(fact, "–", PUT_IN if fact.held == "put in" else NO)
    one = INDICATORS[fact.indicator]
    story, blocks = (_years(samples[name], fact) for name in ("story", "blocks"))
    if fact.held == "growth":
        before = _years(samples["story"], fact, -1)
        found = interval(story / before - 1.0)
        mean, low, high = float(found.mean), float(found.low), float(found.high)
        return Held(fact, f"{mean:+.1%} ({low:+.1%} to {high:+.1%})", _within(mean, fact))
    level = interval(story)
    words = f"{quantity(float(level.mean), one)} {_unit(one)}"
    if fact.held in ("level", "no"):
        return Held(fact, words, _within(float(level.mean), fact) if fact.held == "level" else NO)
    gap = interval(story - blocks)
    mean, low, high = float(gap.mean), float(gap.low), float(gap.high)
    words += f"; against blocks {quantity(mean, one, signed=True)} ({span(low, high, one)})"
    if fact.direction == 0:
        share = mean / float(np.nanmean(blocks))
        return Held(fact, f"{words}, {share:+.1%}", AGREES if abs(share) <= fact.near else DIFFERS)
    clear = low > 0.0 or high < 0.0
    return Held(fact, words, CANNOT_TELL if not clear else AGREES if mean * fact.direction > 0.0 else DIFFERS)


def _unit(one: Indicator) -> str:
    """The unit as it is shown, and of an index what it goes from and to."""
    unit = shown_in(one)[1]
    return f"({unit})" if one.unit == "0 to 1" else unit


def _within(value: float, fact: Fact) -> str:
    return AGREES if fact.low <= value <= fact.high else DIFFERS


def _years(sample: Sample, fact: Fact, later: int = 0) -> np.ndarray:
    """Each future's mean over the fact's years."""
    column = list(INDICATORS).index(fact.indicator)
    return sample.yearly[:, [year - 1 + later for year in fact.years], column].mean(axis=1)


def year_by_year(samples: Mapping[str, Sample], ids: tuple[str, ...]) -> list[list[str]]:
    """Rows of means by year of the story, of each indicator, told again and with blocks."""
    rows = []
    for name in ids:
        column = list(INDICATORS).index(name)
        for called, sample in samples.items():
            means = np.nanmean(sample.yearly[:, :, column], axis=0)
            label = f"{INDICATORS[name].label}, {shown_in(INDICATORS[name])[1]}"
            rows.append([label, called, *(quantity(float(mean), INDICATORS[name]) for mean in means)])
    return rows


SHOWN = (
    "turnover", "zero_hours_share", "fee", "cost_per_hour", "homecare_spend", "council_spend", "people_waiting",
    "quality_of_life", "contracted_providers", "hand_backs", "trust",
)  # fmt: skip
TITLE = "# Wigan told again, 2018 to 2026"
ABOUT = """
Written by `python -m benchmarks.retelling --document docs/wigan-told-again.md`. A test of the model against what is
published of Wigan, and no target: nothing is set to meet it. `scenarios/wigan/retelling.yaml` says what was put in,
with sources. Its dates and money are six years later than the story's: levels are of 2024/25, growth is the story's.
*Against blocks* is the difference from the same place and nation with blocks going on, on the same futures.
"""
HOW_TO_TAKE_IT = """
What agrees agrees with self-description and testimony, so that it says little for the model; what differs says
something against it, or against the terms that were assumed.
"""
LEFT_OUT = """
The epidemic of 2020, the levy on contributions of 2022 and support paid to providers in those years are not in the
model. Who came, who was ill, and what was paid then differs for reasons that are not told here.
"""


def document(samples: Mapping[str, Sample], held: list[Held]) -> str:
    """The page."""
    story = samples["story"]
    first = story.scenario.start.year - SHIFT
    years = [f"{year}/{(year + 1) % 100:02d}" for year in range(first, first + story.years)]
    verdicts = [one.verdict for one in held]
    counts = ", ".join(f"{verdicts.count(one)} {one}" for one in (AGREES, DIFFERS, CANNOT_TELL, PUT_IN, NO))
    lines = [
        TITLE,
        ABOUT,
        f"**{counts}**, on {len(story.replicates)} futures.",
        HOW_TO_TAKE_IT.strip(),
        "",
        "| source | published | model | | what makes it weak |",
        "|---|---|---|---|---|",
        *(
            f"| {one.fact.source} | {one.fact.said} | {one.model} | {_bold(one.verdict)} | {one.fact.weak} |"
            for one in held
        ),
        "",
        "## Year by year",
        "",
        f"| | | {' | '.join(years)} |",
        f"|---|---|{'---|' * len(years)}",
        *(f"| {' | '.join(row)} |" for row in year_by_year(samples, SHOWN)),
        LEFT_OUT,
    ]
    return "\n".join(lines)


def _bold(verdict: str) -> str:
    return f"**{verdict.lower()}**" if verdict in (AGREES, DIFFERS) else verdict


def main() -> int:
    """Simulate, print a line a fact, and say how many agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=12)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--document", type=Path, help="also write it as a page, in Markdown")
    options = parser.parse_args()
    samples = told(options.replicates, workers=options.workers)
    held = [hold(fact, samples) for fact in facts()]
    for one in held:
        print(f"{one.verdict:15s} {one.fact.source:4s} {one.fact.said}\n{'':20s} {one.model}  [{one.fact.weak}]")
    if options.document:
        options.document.write_text(document(samples, held), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
