"""Every policy at the reference's budget, on the small place."""

from dataclasses import replace

import numpy as np
import pytest

from caremarket_sim.errors import BadInput
from caremarket_sim.findings import equal_budget, placebo
from caremarket_sim.findings.equal_terms import BOUGHT, Ladder, in_words
from caremarket_sim.findings.precision import (
    Precision,
    precision_from,
    precision_table,
    replicates_next,
    until_precise,
)
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.policy import LEVERS, NEUTRAL
from caremarket_sim.runs.design import replicate_seeds
from caremarket_sim.scenario import Change
from caremarket_sim.studies.compare.study import compare
from tests.small_place import small

WAYS = (equal_budget.POLICY, equal_budget.REFERENCE)


@pytest.fixture(scope="module")
def compared():
    """Baseline, one policy whose fee moves what the council spends, and one that is dear whatever the terms."""
    scenarios = [small("baseline"), small("zero-hours-spot"), small("collaborative")]
    return compare(*scenarios, reference="baseline", replicates=2, workers=0, assumption_replicates=0)


@pytest.fixture(scope="module")
def solutions(compared):
    others = replicate_seeds(compared.seed, 5)[2:]
    found = equal_budget.solve(compared.samples, "baseline", compared.seeds, ways=WAYS, others=others, workers=0)
    return {(solution.scenario, solution.way): solution for solution in found}


def spend_of(sample, compared):
    return float(sample.period(compared.periods.verdicts)[:, equal_budget.SPEND].mean())


def test_solved_terms_cost_the_council_the_same_both_ways(compared, solutions):
    solved = {key: one for key, one in solutions.items() if one.solved is not None}
    assert {("zero-hours-spot", way) for way in WAYS} <= set(solved)
    for (name, way), solution in solved.items():
        aim = compared.samples["baseline" if way == equal_budget.POLICY else name]
        found = spend_of(solution.solved.sample, compared)
        assert found == pytest.approx(spend_of(aim, compared), rel=equal_budget.WITHIN)
        assert solution.solved.pays and in_words(solution.solved.terms) in solution.sentence
        assert solution.elsewhere is not None and "On 3 other futures" in solution.sentence


def test_where_no_terms_spend_the_same_it_says_how_much_is_short(solutions):
    for solution in solutions.values():
        if solution.solved is None:
            assert "no terms do it; short by £" in solution.sentence or "spend jumps" in solution.sentence


def test_no_fee_is_below_what_one_more_hour_costs(solutions):
    for solution in solutions.values():
        assert solution.solved is None or solution.solved.pays


def test_under_open_books_no_level_is_tried_that_pays_no_less_than_the_next(solutions):
    solution = solutions["collaborative", equal_budget.POLICY]
    levels = {point.sample.scenario.levers_at(520)["fee.level"] for point in solution.tried}
    assert min(levels) == pytest.approx(1 / 1.05), levels


def test_of_two_fees_that_cost_the_same_the_one_nearer_to_what_is_written_is_meant(compared):
    """As a fee falls spend falls, and rises again once nobody is found for it: beds and care homes take its place."""

    def spending(scenario):
        levers = scenario.levers_at(scenario.weeks)
        fee, extras = levers["fee.level"], 3.0 * (levers["community.connectors_fte"] > 0)
        pounds = 100.0 + extras + max(50.0 * (fee - 0.955), -4.25 + 35.0 * (0.87 - fee))
        overall = compared.samples["collaborative"].overall.copy()
        overall[:, [equal_budget.SPEND, equal_budget.LEFT_OVER]] = pounds, 0.25
        arrays = {"overall": overall, "stages": np.repeat(overall[:, None], 3, axis=1)}
        return replace(compared.samples["collaborative"], scenario=scenario, **arrays)

    moved = spending(compared.samples["collaborative"].scenario)
    base = compared.samples["baseline"].scenario
    aim = replace(moved, scenario=base, overall=moved.overall * 0 + 100.0, stages=moved.stages * 0 + 100.0)
    lowest = spending(moved.scenario.with_levers(fee__level=0.75, community__connectors_fte=0))
    assert lowest.overall[0, equal_budget.SPEND] == pytest.approx(99.95)
    found = equal_budget.search("collaborative", equal_budget.POLICY, moved, aim, spending)
    assert found.solved is not None and found.solved.terms["fee.level"][1] == pytest.approx(0.955, abs=0.003)


def test_all_terms_that_were_tried_are_shown(compared, solutions):
    table = equal_budget.terms_table(list(solutions.values()), compared.samples, "baseline")
    for key, part in table.groupby(["scenario", "way"]):
        assert part.role.iloc[0] == "as written" and (solutions[key].solved is not None) == ("solved" in set(part.role))


def test_the_table_at_equal_budget_holds_only_what_was_solved(compared, solutions):
    table = equal_budget.differences_table(list(solutions.values()), compared.samples, "baseline")
    assert {*zip(table.scenario, table.way, strict=True)} == {
        key for key, one in solutions.items() if one.solved is not None
    }
    spend = table[(table.indicator == "council_spend") & (table.period == compared.periods.verdicts)]
    assert (spend.difference.abs() <= equal_budget.WITHIN * spend.reference_mean).all()


def test_extras_give_way_first_and_all_by_the_same_share_then_the_fee():
    dear, cheap = small("collaborative"), small("baseline")
    ladder = Ladder(dear, cheap, saving=True, end=0.9)
    half = {key: after for key, (_, after) in ladder.terms(0.5).items()}
    assert half["community.connectors_fte"] == 4 and half["employment.training_days"] == 4.5 and "fee.level" not in half
    all_of_both = {key: after for key, (_, after) in ladder.terms(2.0).items()}
    assert all_of_both["community.connectors_fte"] == 0 and all_of_both["fee.level"] == pytest.approx(0.9)
    assert ladder.at(0.0).levers_at(60) == dear.levers_at(60)
    assert ladder.can_have_fewer and replace(ladder, winners=0.5).terms(1.0)["procurement.max_providers"] == (10, 5)


def test_a_policy_gives_up_only_what_saves_and_takes_up_only_what_costs():
    dear, cheap = small("collaborative"), small("baseline")
    assert not Ladder(cheap, dear, saving=True).has_extras and not Ladder(dear, cheap, saving=False).has_extras
    taken = Ladder(cheap, dear, saving=False, end=1.5).terms(2.0)
    assert set(taken) == {*BOUGHT, "fee.level"}, "it names the fee, so what it requires of employers costs it nothing"


def test_terms_move_from_the_first_change_on():
    late = replace(small("baseline", 104), changes=(Change(40, NEUTRAL.changed({"community.connectors_fte": 8})),))
    moved = Ladder(late, small("baseline", 104), saving=True).at(0.5)
    assert [(change.week, change.levers["community.connectors_fte"]) for change in moved.changes] == [(40, 4)]


@pytest.fixture(scope="module")
def money(compared):
    return placebo.with_placebo_of(compared.samples, "baseline", compared.seeds, workers=0)


def test_the_placebo_pays_the_dearest_policy_s_pounds_as_fee_and_moves_nothing_else(compared, money):
    spends = {name: spend_of(sample, compared) for name, sample in compared.samples.items()}
    assert money.policy.scenario.name == max(spends, key=spends.get) == "collaborative"
    assert money.added == pytest.approx(spends["collaborative"] - spends["baseline"])
    last = money.sample.scenario.levers_at(money.sample.scenario.weeks)
    neutral = compared.samples["baseline"].scenario.levers_at(0)
    assert [key for key in LEVERS if last[key] != neutral[key]] == ["fee.level"] and money.level > 1.0
    assert money.spent == pytest.approx(money.added, rel=0.5) or money.level == LEVERS["fee.level"].bounds[1]


def test_the_placebo_stands_beside_the_policy_in_a_table_and_in_words(compared, money):
    table = money.beside
    assert {*zip(table.scenario, table.reference, strict=True)} == {
        ("plain-fee", "baseline"),
        ("collaborative", "plain-fee"),
    }
    whole, rest = placebo.placebo_sentences(money)
    assert whole.startswith("Placebo: collaborative costs the council £") and f"{money.level:.3g} times" in whole
    assert rest.startswith("Beside the same money as fee, collaborative ")


def test_there_is_no_placebo_where_no_policy_spends_more(compared):
    dearest = {name: compared.samples[name] for name in ("collaborative", "baseline")}
    assert placebo.with_placebo_of(dearest, "collaborative", compared.seeds, workers=0) is None


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
