"""What `compare` can do beyond comparing: replicates until it is precise, and every policy at an equal budget."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame

    from caremarket_sim.findings.precision import Precision
    from caremarket_sim.results.store import Store
    from caremarket_sim.runs.plan import Plan
    from caremarket_sim.studies.compare.result import Comparison


TABLES = ("settled.csv", "precision.csv", "equal_budget.csv", "equal_budget_fees.csv")
AT_EQUAL_BUDGET = "-at-equal-budget.json"


def forget_refinements(folder: Path) -> None:
    """Remove what earlier work on the folder left of them: it may have been about fewer replicates."""
    from caremarket_sim.results.belongings import Belongings

    ours = Belongings(folder)
    solved = [name for name in ours.present() if name.startswith("scenarios/") and name.endswith(AT_EQUAL_BUDGET)]
    ours.discard([*TABLES, *solved])


def until_precise(
    planned: Callable[[int], Plan],
    asked: Precision,
    replicates: int,
    most: int,
    store: Store,
    how: Any,
) -> tuple[Comparison, str]:
    """The comparison with as many replicates as it takes, and a sentence on how precise it came to be."""
    from caremarket_sim.findings import precision
    from caremarket_sim.results.belongings import Belongings
    from caremarket_sim.studies.compare.study import carry_out_comparison
    from caremarket_sim.telling.files import csv_bytes

    reached: list[Comparison] = []

    def carry_out(replicates: int) -> DataFrame:
        reached[:] = [carry_out_comparison(planned(replicates), store=store, **how)]
        return reached[0].frame()

    count, found = precision.until_precise(carry_out, asked, replicates, most)
    Belongings(store.folder).write("precision.csv", csv_bytes(found))
    return reached[0], precision.precision_sentence(found, asked, count)


def at_equal_budget(result: Comparison, folder: Path, how: Any) -> list[str]:
    """Solve the fee of every other scenario, write what it is like there, and say of each what fee that took."""
    from caremarket_sim.findings import equal_budget
    from caremarket_sim.results.belongings import Belongings
    from caremarket_sim.runs.resolved import resolved_json
    from caremarket_sim.telling.files import csv_bytes

    ours = Belongings(folder)
    base = result.samples[result.reference]
    solutions = equal_budget.solve(result.samples, result.reference, result.seeds, **how)
    ours.write("equal_budget_fees.csv", csv_bytes(equal_budget.fees_table(solutions, base)))
    table = equal_budget.differences_table(solutions, result.reference, base)
    if len(table):
        ours.write("equal_budget.csv", csv_bytes(table))
    for solution in solutions:
        if solution.solved is not None:
            name = f"scenarios/{solution.scenario}{AT_EQUAL_BUDGET}"
            ours.write(name, resolved_json(solution.solved.sample.scenario).encode())
    return [solution.sentence for solution in solutions]
