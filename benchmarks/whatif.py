"""Make the emulator that comes with the package anew: `python -m benchmarks.whatif [--workers 2] [--results FOLDER]`.

Simulates `scenarios/designs/what-if.yaml`, going on with what is in the folder, fits its emulators, writes them into
the package and prints how each was held to samples left out. Exit status 1 if too few headlines can be shown.
"""

import argparse
import sys
import time
from pathlib import Path

from caremarket_sim.cli import main as caremarket
from caremarket_sim.studies.whatif.result import to_json
from caremarket_sim.studies.whatif.study import SHIPPED, whatif

DESIGN = Path(__file__).parents[1] / "scenarios" / "designs" / "what-if.yaml"
HEADLINES, LEVERS = 6, 8
"""Of the nine headlines so many are to be shown, for so many levers."""


def main() -> int:
    """Simulate, fit, write and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", default="2")
    parser.add_argument("--results", type=Path, default=Path("results") / "whatif-shipped")
    asked = parser.parse_args()
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
    return int(len(found.shown) < HEADLINES or len(found.factors) < LEVERS)


if __name__ == "__main__":
    sys.exit(main())
