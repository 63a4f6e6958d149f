"""Is a place with known parameters found again from six of its own figures? `python -m benchmarks.own_figures`.

So many times parameters are drawn from what is known before (`calibrate --to` calls it that), a made-up place is
simulated under them for one future of one year, and what it came to in six figures, each off by the smallest difference
that matters at most, narrows the set. Printed: in how many tries the truth was not ruled out, how often a parameter's
true value lay within the range of the draws and within the middle nine tenths of what is left, and how much each was
narrowed on average. `--people` sets the size: the more people, the less of a figure is chance.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from caremarket_sim.findings.draws import shipped_draws
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.runs.lean import SweepTask
from caremarket_sim.scenario import load
from caremarket_sim.studies.calibration import matching
from caremarket_sim.studies.calibration.known import Effort, before
from caremarket_sim.studies.calibration.narrowing import narrow
from caremarket_sim.studies.calibration.observing import column_of, observe_seasons, observed_scenario
from caremarket_sim.studies.calibration.own_figures import YEAR, OwnFigure

PLACE = "tests/data/small/baseline.yaml"
SIX = ("council_spend", "people_waiting", "turnover", "zero_hours_share", "late_share", "vacancy_rate")
COUNTED = ("council_clients", "self_funders", "contracted_providers", "private_providers", "care_workers")
TRUTHS, LUCK = 71, 5000
"""Seeds: of the parameters that are to be found again, and of the one future that each place had."""


def made_up(people: int):
    """The small place of the tests, larger: so many council clients, all else in proportion."""
    small = load(PLACE)
    place = small.place
    times = people / place.council_clients
    figures = {
        key: replace(figure, value=round(figure.value * times)) if key in COUNTED else figure
        for key, figure in place.figures.items()
    }
    return replace(small, place=replace(place, name="Made up", figures=figures))


def figures_of(scenario, seed: int) -> tuple[OwnFigure, ...]:
    """Six figures of the first year of one future of a place, as its council would have them."""
    (outcome,) = observe_seasons(SweepTask(seed, (observed_scenario(scenario, 1),)))
    period = scenario.place.price_base
    found = []
    for name in SIX:
        value, room = float(outcome.overall[column_of(name, YEAR)]), INDICATORS[name].smallest
        found.append(OwnFigure(name, value, value - room, value + room, period, YEAR, "made up"))
    return tuple(found)


def measure(tries: int, people: int, effort: Effort, workers: int | None = None) -> dict[str, float]:
    """The shares and widths that are printed, over so many tries; samples that tries share are simulated once."""
    place, draws = made_up(people), shipped_draws()
    known = before(place, draws)
    truths = known.points(tries, TRUTHS)
    names = [one.name for one in known.factors]
    kept, within, in_middle, left, met = [], [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for number, (truth, values) in enumerate(zip(truths, matching.values_at(truths, known.factors), strict=True)):
            true_place = place.with_parameters(dict(zip(names, values.tolist(), strict=True)))
            figures = figures_of(true_place, LUCK + number)
            done = narrow(place, figures, draws, effort, folder=Path(folder), resume=number > 0, workers=workers)
            held = [fate.kept for fate in done.fates]
            kept.append(bool(done.weighed.expected_plausible(truth[None], held)[0]))
            found = done.weighed.points[done.plausible]
            middle = (
                np.quantile(done.left, [0.05, 0.95], axis=0) if len(done.left) else np.quantile(found, [0, 1], axis=0)
            )
            within.append((found.min(axis=0) <= truth) & (truth <= found.max(axis=0)))
            in_middle.append((middle[0] <= truth) & (truth <= middle[1]))
            table = done.parameters().set_index("parameter").loc[names]
            left.append(table.share_left.to_numpy())
            met.append(np.mean(held))
    print_narrowed(names, np.mean(left, axis=0))
    return {
        "tries": tries,
        "truth_kept": float(np.mean(kept)),
        "figures_met": float(np.mean(met)),
        "parameters_within_draws": float(np.mean(within)),
        "parameters_within_middle": float(np.mean(in_middle)),
        "parameters_narrowed": float(np.mean(np.array(left) < 0.85)),
        "narrowest_share_left": float(np.min(np.mean(left, axis=0))),
    }


def print_narrowed(names: list[str], left: np.ndarray) -> None:
    """The parameters that were narrowed most, on average."""
    for at in np.argsort(left)[:8]:
        print(f"  {names[at]:32s} {left[at]:.0%} of its spread left")


def main() -> int:
    """Measure and print; status 1 where the truth was ruled out in more than two tries of ten."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=10)
    parser.add_argument("--people", type=int, default=360)
    parser.add_argument("--first", type=int, default=120)
    parser.add_argument("--later", type=int, default=24)
    parser.add_argument("--waves", type=int, default=2)
    parser.add_argument("--replicates", type=int, default=4)
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    effort = Effort(options.first, options.later, options.waves, options.replicates, wanted=12)
    found = measure(options.tries, options.people, effort, options.workers)
    for name, value in found.items():
        print(f"{name:28s} {value:.3g}")
    return 0 if found["truth_kept"] >= 0.8 else 1


if __name__ == "__main__":
    sys.exit(main())
