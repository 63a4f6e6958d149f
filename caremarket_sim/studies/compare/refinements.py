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


TABLES = ("settled.csv", "placebo.csv", "precision.csv", "equal_budget.csv", "equal_budget_terms.csv")
AT_EQUAL_BUDGET = "-at-equal-budget.json"
AT_THE_POLICY_S = "-at-the-spend-of-"


def forget_refinements(folder: Path) -> None:
    """Remove what earlier work on the folder left of them: it may have been about fewer replicates."""
    from caremarket_sim.results.belongings import Belongings

    ours = Belongings(folder)
    solved = [
        name
        for name in ours.present()
        if name.startswith("scenarios/") and (name.endswith(AT_EQUAL_BUDGET) or AT_THE_POLICY_S in name)
    ]
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
    """Solve the terms with which every other scenario spends what the reference does, and the reference what each does;
    write what both are like there, and say of each what terms that took."""
    from caremarket_sim.findings import equal_budget
    from caremarket_sim.results.belongings import Belongings
    from caremarket_sim.runs.design import replicate_seeds
    from caremarket_sim.runs.resolved import resolved_json
    from caremarket_sim.telling.files import csv_bytes

    ours = Belongings(folder)
    reference, count = result.reference, len(result.seeds)
    others = replicate_seeds(result.seed, count + equal_budget.OTHERS)[count:]
    ways = (equal_budget.POLICY, equal_budget.REFERENCE)
    solutions = equal_budget.solve(result.samples, reference, result.seeds, ways=ways, others=others, **how)
    ours.write("equal_budget_terms.csv", csv_bytes(equal_budget.terms_table(solutions, result.samples, reference)))
    table = equal_budget.differences_table(solutions, result.samples, reference)
    if len(table):
        ours.write("equal_budget.csv", csv_bytes(table))
    for solution in solutions:
        if solution.solved is not None:
            name = solution.scenario + AT_EQUAL_BUDGET
            if solution.way != equal_budget.POLICY:
                name = f"{reference}{AT_THE_POLICY_S}{solution.scenario}.json"
            ours.write(f"scenarios/{name}", resolved_json(solution.solved.sample.scenario).encode())
    return [solution.sentence for solution in solutions]
