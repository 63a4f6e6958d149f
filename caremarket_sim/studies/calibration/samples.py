"""A place simulated under many sets of parameters, each on the same futures, and kept as it comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caremarket_sim.errors import CaremarketError
from caremarket_sim.indicators import Outcome
from caremarket_sim.results.belongings import Belongings
from caremarket_sim.results.records import Failure, RunId, ScenarioRecord, Success, run_key
from caremarket_sim.results.store import Store
from caremarket_sim.runs import plan
from caremarket_sim.runs.batch import carry_out
from caremarket_sim.runs.executors import perform
from caremarket_sim.runs.lean import SweepTask
from caremarket_sim.runs.resolved import resolved_json
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import code_version

Values = NDArray[np.float64]


class EverySampleFailed(CaremarketError):
    """No sample of a wave could be simulated."""

    exit_status = 4


@dataclass(frozen=True)
class Samples:
    """Where and how samples are simulated. `parameters` names the columns of a table of samples, `quantities` those of
    what `observe` gives; without a folder nothing is kept."""

    parameters: Sequence[str]
    observe: Callable[[SweepTask], list[Outcome]]
    quantities: tuple[str, ...]
    folder: Path | None
    resume: bool
    how: Mapping[str, Any]

    def simulate(self, name: str, base: Scenario, rows: Values, seeds: Sequence[int]) -> tuple[Values, Values]:
        """What each sample came to on each future: quantities over all years (sample, replicate, quantity), and by year
        (sample, replicate, year, quantity). What could not be simulated has no value; EverySampleFailed where all could
        not."""
        scenarios = [base.with_parameters(dict(zip(self.parameters, row.tolist(), strict=True))) for row in rows]
        tasks = [SweepTask(seed, (scenario,)) for scenario in scenarios for seed in seeds]
        places = [(sample, replicate) for sample in range(len(rows)) for replicate in range(len(seeds))]
        answers = self._answers(name, base, tasks, places, rows)
        found = {
            place: answer.value[0] for place, answer in zip(places, answers, strict=True) if isinstance(answer, Success)
        }
        if not found:
            first = next(answer.message for answer in answers if isinstance(answer, Failure))
            raise EverySampleFailed(f"none of {len(rows)} samples could be simulated; the first: {first}")
        shape = (len(rows), len(seeds))
        years = next(iter(found.values())).yearly.shape[0]
        overall = np.full((*shape, len(self.quantities)), np.nan)
        yearly = np.full((*shape, years, len(self.quantities)), np.nan)
        for place, outcome in found.items():
            overall[place], yearly[place] = outcome.overall, outcome.yearly
        return overall, yearly

    def _answers(self, name, base, tasks, places, rows):
        how = dict(self.how)
        if self.folder is None:
            how["tell"] = how.pop("say", None)
            found = dict(perform(self.observe, tasks, **how))
            return [found[index] for index in range(len(tasks))]
        layout = replace(plan.layout(), indicators=self.quantities)
        code = code_version()
        folder = Belongings(self.folder).adopt(name)
        runs = [
            (RunId(base.name, f"sample {s + 1}", r + 1, task.seed, run_key(task.scenarios[0].key, task.seed, code)),)
            for task, (s, r) in zip(tasks, places, strict=True)
        ]
        values = {
            f"sample {s + 1}": dict(zip(self.parameters, row.tolist(), strict=True)) for s, row in enumerate(rows)
        }
        with Store.open(folder, layout, code, resume=self.resume and folder.is_dir()) as store:
            store.describe([ScenarioRecord(base.name, base.key, base.title, str(base.path), resolved_json(base),
                                           (("none", "none"),), values)])  # fmt: skip
            return carry_out(store, tasks, runs, self.observe, Outcome, version=code_version, **how)
