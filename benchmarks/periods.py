"""Where the mean of all years turns the answer round: `python -m benchmarks.periods --out docs/periods.md`.

Spot and collaborative against block on Wigan's shipped files, every headline in every period, in one table.
"""

import argparse
from pathlib import Path

import pandas as pd

import caremarket_sim as cm
from caremarket_sim.findings.frames import headline_rows, headlines
from caremarket_sim.indicators import INDICATORS, Indicator
from caremarket_sim.results.durable import write_file
from caremarket_sim.results.periods import ALL
from caremarket_sim.scenario.timing import day_in_words
from caremarket_sim.studies.calibration.validation_tables import markdown
from caremarket_sim.studies.compare.result import Comparison
from caremarket_sim.telling.words import labelled, quantity, turned

FILES = ("block", "zero-hours-spot", "collaborative")
REPLICATES = 20


def page(found: Comparison) -> str:
    """The document."""
    periods, frame = found.periods, found.frame()
    names = [name for name in periods.names if name != ALL]
    rows, changed = [], []
    for scenario in found.others:
        own = frame[(frame.scenario == scenario) & headline_rows(frame)]
        round_ = turned(own)
        changed += [f"{scenario}, {INDICATORS[name].label.lower()}: {verdicts(own, name)}" for name in round_]
        for one in headlines():
            values = own[own.indicator == one.id].set_index("period")
            cells = [cell(values.loc[period], one) for period in (ALL, *names)]
            rows.append((scenario, labelled(one), *cells, "**turned**" if one.id in round_ else ""))
    heads = ("policy", "indicator", periods.whole, *(name.replace("_", " ") for name in names), "sign")
    list_ = "\n".join(f"- {line}" for line in changed) or "- None."
    return f"""# The mean of all years, and what holds once in force

Written by `python -m benchmarks.periods --out docs/periods.md`: {len(found.seeds)} paired futures of Wigan's shipped
files, each policy against {found.reference}. A tender takes its time and moves people and staff once, so that a mean
over all years is partly about the way there. Verdicts therefore go by the same weeks for every scenario:
{periods.words}; before that is the transition, to {day_in_words(periods.ends("transition"))}.

A cell is the mean paired difference, ▲ where it is clearly better, ▼ where it is clearly worse (headlines allow for
many looks), · where it is too small to matter; without a mark no difference is clear. *Turned*: the sign over all
years is not that in force, and either is clear.

{markdown(heads, rows)}

Where the mean of all years turned the sign:

{list_}

Chance only; assumptions held fixed. `caremarket compare` gives the same table for any files as `differences.csv`.
"""


def cell(row: pd.Series, indicator: Indicator) -> str:
    """A difference, with what its verdict says."""
    mark = {"better": "▲", "worse": "▼", "too small to matter": "·", "identical": "="}.get(row.verdict, "")
    return f"{quantity(row.difference, indicator, signed=True)} {mark}".strip()


def verdicts(rows: pd.DataFrame, name: str) -> str:
    """What is said of an indicator over all weeks and in force."""
    of = rows[rows.indicator == name].set_index("period").verdict
    return f"{of[ALL]} over all years, {of['in force']} in force, {of['last year']} in the last year"


def main() -> None:
    """Compare, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    parser.add_argument("--out", type=Path, default=Path("docs/periods.md"))
    asked = parser.parse_args()
    scenarios = [cm.load(f"scenarios/wigan/{name}.yaml") for name in FILES]
    found = cm.compare(
        *scenarios, reference="block", replicates=asked.replicates, assumption_replicates=0, baseline=False
    )
    write_file(asked.out, page(found).encode())


if __name__ == "__main__":
    main()
