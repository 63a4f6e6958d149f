"""Every policy at the reference's budget, on the small place."""

import numpy as np
import pytest

from caremarket_sim.errors import BadInput
from caremarket_sim.findings import equal_budget
from caremarket_sim.findings.precision import (
    Precision,
    precision_from,
    precision_table,
    replicates_next,
    until_precise,
)
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.studies.compare.study import compare
from tests.small_place import small


@pytest.fixture(scope="module")
def compared():
    """Baseline, one policy whose fee moves what the council spends, and one that is dear whatever the fee."""
    scenarios = [small("baseline"), small("zero-hours-spot"), small("collaborative")]
    return compare(*scenarios, reference="baseline", replicates=2, workers=0, assumption_replicates=0)


@pytest.fixture(scope="module")
def solutions(compared):
    found = equal_budget.solve(compared.samples, "baseline", compared.seeds, workers=0)
    return {solution.scenario: solution for solution in found}


def test_the_solved_fee_costs_the_council_the_same(compared, solutions):
    solution = solutions["zero-hours-spot"]
    assert solution.solved is not None
    spend, solved = (
        float(sample.period(compared.periods.verdicts)[:, equal_budget.SPEND].mean())
        for sample in (compared.samples["baseline"], solution.solved.sample)
    )
    assert solved == pytest.approx(spend, rel=equal_budget.WITHIN)
    assert f"{solution.solved.level:.4g}" in solution.sentence
    assert solution.solved.sample.scenario.levers_at(0)["fee.level"] == solution.solved.level


def test_where_no_fee_spends_the_same_none_is_reported(solutions):
    solution = solutions["collaborative"]
    assert solution.solved is None
    assert "no fee level from 0.7 to 1.5" in solution.sentence


def test_spend_is_shown_at_three_fees(compared, solutions):
    table = equal_budget.fees_table(list(solutions.values()), compared.samples["baseline"])
    for _, part in table.groupby("scenario"):
        assert {"lowest", "as written", "highest"} <= set(part.fee)
    assert set(table[table.fee == "solved"].scenario) == {"zero-hours-spot"}
    spot = table[table.scenario == "zero-hours-spot"].set_index("fee").council_spend
    assert spot["lowest"] < spot["solved"] < spot["highest"]


def test_the_table_at_equal_budget_holds_only_what_was_solved(compared, solutions):
    table = equal_budget.differences_table(list(solutions.values()), "baseline", compared.samples["baseline"])
    assert set(table.scenario) == {"zero-hours-spot"}
    spend = table[(table.indicator == "council_spend") & (table.period == compared.periods.verdicts)].iloc[0]
    assert abs(spend.difference) <= equal_budget.WITHIN * spend.reference_mean


def test_a_rule_of_precision_is_read_or_refused():
    assert precision_from("decision") == Precision("decision")
    assert precision_from("0.1") == Precision("relative", 0.1)
    assert precision_from("turnover=0.01") == Precision("absolute", 0.01, "turnover")
    for wrong in ("tight", "0", "-1", "turnovr=0.01", "nan", "turnover="):
        with pytest.raises(BadInput):
            precision_from(wrong)


def test_replicates_are_added_until_the_interval_is_narrow_enough_or_the_cap_is_met(compared):
    tried = []

    def frame(replicates):
        """The comparison's own table, its intervals narrowed as replicates would narrow them."""
        tried.append(replicates)
        table = compared.frame()
        half = INDICATORS["turnover"].smallest * 3 / np.sqrt(replicates)
        return table.assign(low=table.difference - half, high=table.difference + half, replicates=replicates)

    asked = precision_from(f"turnover={INDICATORS['turnover'].smallest}")
    reached, found = until_precise(frame, asked, 2, 100)
    assert reached >= 9 and found.reached.all()
    assert tried == sorted(set(tried)) and len(tried) <= 6
    reached, found = until_precise(frame, asked, 2, 5)
    table = compared.frame().query("period == 'all' and indicator == 'turnover' and verdict == 'identical'")
    assert reached == 5 and not found.reached.all()
    assert set(found[found.reached].scenario) == set(table.scenario)


def test_intervals_already_narrow_ask_for_no_more(compared):
    table = compared.frame().assign(low=compared.frame().difference, high=compared.frame().difference)
    assert replicates_next(precision_table(table, Precision("decision")), 2, 100) is None
