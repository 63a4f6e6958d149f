"""Two ways of calibrating, at an equal budget of simulations: `python -m benchmarks.calibration_methods`.

History matching looks for all that the targets leave plausible; CMA-ES looks for the best point (Optuna, which nothing
else here needs: `pip install -e '.[benchmarks]'`). Printed for each: how many samples met every target that can be met,
the best misfit, and how wide the samples spread that came near. Misfit is the sum over targets of the squared distance
outside the band, in half-widths of the band; 0 meets them all.
"""

import argparse
import time

import numpy as np

from caremarket_sim.results.records import Success
from caremarket_sim.runs.design import replicate_seeds
from caremarket_sim.runs.executors import perform
from caremarket_sim.runs.lean import SweepTask
from caremarket_sim.scenario import load
from caremarket_sim.studies.calibration import matching
from caremarket_sim.studies.calibration.observing import TARGET_YEARS, observe, observed_scenario, quantities
from caremarket_sim.studies.calibration.recipe import shipped_recipe
from caremarket_sim.warming import warm_up

OUT_OF_REACH = ("clients_per_provider", "under_30_share", "tiny_share")
"""What is not fitted: sizes of agencies, which the place's people and agencies decide between them."""


class Place:
    """The place as a function from points of the unit cube to target quantities."""

    def __init__(self, file: str, replicates: int, workers: int):
        self.recipe = shipped_recipe()
        self.factors = [one.factor for one in self.recipe.parameters]
        self.base = observed_scenario(load(file), TARGET_YEARS)
        self.bands = [band for band in self.recipe.bands if band.quantity not in OUT_OF_REACH]
        self.columns = [quantities().index(band.quantity) for band in self.bands]
        self.seeds = replicate_seeds(self.recipe.seed, replicates)
        self.workers = workers

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Means over the futures (point, band)."""
        tasks = [
            SweepTask(seed, (self.base.with_parameters(self.values(point)),)) for point in points for seed in self.seeds
        ]
        answers = dict(perform(observe, tasks, workers=self.workers if len(points) > 1 else 0))
        nothing = np.full(len(quantities()), np.nan)
        found = [
            answer.value[0].overall if isinstance(answer := answers[place], Success) else nothing
            for place in range(len(tasks))
        ]
        table = np.array(found).reshape(len(points), len(self.seeds), -1)
        return table.mean(axis=1)[:, self.columns]

    def values(self, point: np.ndarray) -> dict[str, float]:
        """The parameters at a point."""
        return {factor.name: factor.value(float(at)) for factor, at in zip(self.factors, point, strict=True)}

    def misfit(self, means: np.ndarray) -> np.ndarray:
        """Of each point."""
        halves = np.array([(band.high - band.low) / 2.0 for band in self.bands])
        away = np.column_stack([matching.distance(means[:, k], band) for k, band in enumerate(self.bands)])
        return np.nan_to_num(((away / halves) ** 2).sum(axis=1), nan=1e6)


def history_matching(place: Place, budget: int) -> tuple[np.ndarray, np.ndarray]:
    """Half of the budget over the whole of the ranges, the rest where the emulators rule nothing out."""
    seed = place.recipe.seed
    points = matching.points_of(budget // 2, place.factors, seed)
    means = place(points)
    fitted = matching.emulators(points, means, place.bands)
    kept = matching.fates(means, fitted, place.bands, matching.points_of(matching.BATCH, place.factors, seed + 1))
    rest = budget - len(points)
    following, share, kept = matching.not_ruled_out(rest, place.factors, fitted, kept, matching.DOUBT, seed + 1000)
    print(f"  {share:.3%} of the ranges is not ruled out after {len(points)} samples")
    for fate in kept:
        print(f"  {fate.band.quantity:22s} emulator explains {fate.explained:5.2f}  {fate.why}")
    return np.concatenate([points, following]), np.concatenate([means, place(following)])


def cma_es(place: Place, budget: int) -> tuple[np.ndarray, np.ndarray]:
    """Optuna's CMA-ES from the middle of the ranges."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.CmaEsSampler(seed=1, n_startup_trials=1))
    points, means = [], []
    for _ in range(budget):
        trial = study.ask()
        at = np.array([[trial.suggest_float(f.name, matching.EDGE, 1.0 - matching.EDGE) for f in place.factors]])
        found = place(at)
        study.tell(trial, float(place.misfit(found)[0]))
        points.append(at[0])
        means.append(found[0])
    return np.array(points), np.array(means)


def main() -> None:
    """Try both and print what each gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--place", default="scenarios/wigan/baseline.yaml")
    parser.add_argument("--budget", type=int, default=200)
    parser.add_argument("--replicates", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", help="folder to keep each method's points and means in, as .npz")
    options = parser.parse_args()
    warm_up()
    place = Place(options.place, options.replicates, options.workers)
    for name, method in (("history matching", history_matching), ("CMA-ES", cma_es)):
        began = time.perf_counter()
        print(name, flush=True)
        points, means = method(place, options.budget)
        misfit = place.misfit(means)
        near = points[misfit <= np.quantile(misfit, 0.1)]
        width = np.mean(np.quantile(near, 0.95, axis=0) - np.quantile(near, 0.05, axis=0)) / 0.9
        last = np.median(misfit[-len(misfit) // 4 :])
        print(
            f"  {len(points)} samples in {time.perf_counter() - began:.0f} s: {np.sum(misfit == 0.0)} meet all; misfit "
            f"at best {misfit.min():.3f}, median {np.median(misfit):.2f}, of the last quarter {last:.2f}; the best "
            f"tenth spread over {width:.0%} of the ranges",
            flush=True,
        )
        if options.keep:
            np.savez(f"{options.keep}/{name.replace(' ', '-')}.npz", points=points, means=means)


if __name__ == "__main__":
    main()
