"""Make the emulator that comes with the package anew: `python -m benchmarks.whatif [--workers 2] [--results FOLDER]`.

Simulates `scenarios/designs/what-if.yaml`, going on with what is in the folder, fits its emulators, writes them into
the package and prints how each was held to samples left out. Exit status 1 if too few headlines can be shown.
`--elsewhere 64` fits nothing: it simulates so many policies that no fit has met, on futures of their own, and holds
what the package shows to them.
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from caremarket_sim.cli import main as caremarket
from caremarket_sim.studies.sweep.design_files import read_design
from caremarket_sim.studies.sweep.result import Output
from caremarket_sim.studies.sweep.study import sweep
from caremarket_sim.studies.whatif.result import to_json
from caremarket_sim.studies.whatif.study import SHIPPED, shipped, whatif

DESIGN = Path(__file__).parents[1] / "scenarios" / "designs" / "what-if.yaml"
HEADLINES, LEVERS = 6, 8
"""Of the nine headlines so many are to be shown, for so many levers."""


OTHER_SEED = 2
"""Of policies and futures that no fit has met."""


def elsewhere(samples: int, workers: int) -> None:
    """Simulate other policies on other futures, and print how often what is shown holds them."""
    design = read_design(DESIGN)
    sampler = replace(design.sampler, method="latin_hypercube", samples=samples)
    done = sweep(replace(design, seed=OTHER_SEED, sampler=sampler), workers=workers)
    found = shipped()
    names = [factor.name for factor in done.factors]
    answers = [found.at(dict(zip(names, values, strict=True))) for values in done.values]
    print(f"{samples} other policies on {design.replicates} futures each:")
    for place, output in enumerate(found.outputs):
        told = [one[place] for one in answers]
        known = [number for number, one in enumerate(told) if not one.why_not]
        if output.why_not or not known:
            continue
        gaps = done.of(Output(output.scenario, output.indicator, done.reference))[known]
        means = gaps.mean(axis=1)
        chance = gaps.var(axis=1, ddof=1) / gaps.shape[1]
        missed = means - np.array([told[number].difference for number in known])
        within = np.mean([told[n].low <= mean <= told[n].high for n, mean in zip(known, means, strict=True)])
        beyond = max(0.0, float(np.mean(missed**2 - chance)) / float(chance.mean())) ** 0.5
        print(
            f"  {output.indicator:16} bars hold {within:.0%} of {len(known)}; its error is {beyond:.2f} of their chance"
        )


def main() -> int:
    """Simulate, fit, write and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", default="2")
    parser.add_argument("--results", type=Path, default=Path("results") / "whatif-shipped")
    parser.add_argument("--elsewhere", type=int, default=0, help="other policies to hold what is shown to")
    asked = parser.parse_args()
    if asked.elsewhere:
        elsewhere(asked.elsewhere, int(asked.workers))
        return 0
    begun = time.monotonic()
    resume = ["--resume"] if asked.results.exists() else []
    status = caremarket(["sweep", str(DESIGN), "--out", str(asked.results), "--workers", asked.workers, *resume])
    if status:
        return status
    simulated = time.monotonic()
    found = whatif(asked.results)
    SHIPPED.write_text(to_json(found) + "\n", encoding="utf-8")
    minutes, more = (simulated - begun) / 60.0, (time.monotonic() - simulated) / 60.0
    print(f"Simulated in {minutes:.1f} minutes, fitted in {more:.1f}; {SHIPPED.stat().st_size / 1000.0:.0f} kB.")
    print(found.frame().to_string())
    good = {one.indicator for one in found.shown}
    silent = [one.indicator for one in found.at() if one.why_not and one.indicator in good]
    print(f"Grey where nothing is moved: {', '.join(silent) or 'none'}.")
    return int(len(found.shown) < HEADLINES or len(found.factors) < LEVERS)


if __name__ == "__main__":
    sys.exit(main())
