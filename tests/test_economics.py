"""Money, value and risk, on tables small enough to add up by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from caremarket_sim.findings import economics
from caremarket_sim.indicators import INDICATORS, evaluate
from caremarket_sim.market.record import RECORD
from caremarket_sim.studies.compare.study import compare
from caremarket_sim.telling.words import spend_sentences
from tests.small_place import small


def long(values, years=None):
    """A table as `overall` or `yearly` gives it, from {(scenario, indicator): values by replicate (and year)}."""
    rows = []
    for (scenario, indicator), numbers in values.items():
        for replicate, number in enumerate(numbers, start=1):
            of_years = enumerate(number, start=1) if years else [(None, number)]
            for year, value in of_years:
                row = {"scenario": scenario, "replicate": replicate, "indicator": indicator, "value": float(value)}
                rows.append(row | ({"year": year} if years else {}))
    return pd.DataFrame(rows)


@pytest.fixture
def any_record():
    """A year's sums of every recorded payment, each another number."""
    row = np.zeros(1, RECORD)
    row.view(np.float64)[:] = np.random.default_rng(7).uniform(1e3, 9e5, len(RECORD.names))
    row["weeks"] = 52.0
    return row


def test_every_pound_paid_is_a_pound_received(any_record):
    values = dict(zip(INDICATORS, evaluate(any_record)[0], strict=True))
    net = [sum(times * values[name] for name, times in sums.items()) for sums in economics.POSITIONS.values()]
    assert abs(sum(net)) < 1e-3
    assert len(net) == 9


def test_the_lines_of_each_payer_add_up_to_what_it_spends(any_record):
    values = dict(zip(INDICATORS, evaluate(any_record)[0], strict=True))

    def spent(payer):
        lines = [entry.sums for entry in economics.BUDGET if entry.payer == payer]
        return sum(times * values[name] for sums in lines for name, times in sums.items())

    assert spent("Council") == pytest.approx(values["council_spend"])
    assert spent("NHS") == pytest.approx(values["nhs_cost"])
    assert spent("Self-funders") == pytest.approx(values["self_funder_spend"] + values["own_care_homes_spend"])
    contributions = values["client_contributions"] + values["care_home_contributions"]
    assert spent("Clients of the council") == pytest.approx(contributions)


def test_the_budget_adds_up_by_payer_by_year_and_in_total():
    rng = np.random.default_rng(3)
    names = {name for entry in economics.BUDGET for name in entry.sums}
    yearly = long({(s, name): rng.uniform(0, 9, (4, 3)) for s in "ab" for name in sorted(names)}, years=True)
    found = economics.budget(yearly, "a")
    lines = found[(found.line != "total")]
    totals = found[found.line == "total"]
    for (scenario, period), part in lines.groupby(["scenario", "period"]):
        total = totals[(totals.scenario == scenario) & (totals.period == period)].set_index("payer")["mean"]
        for payer, own in part.groupby("payer"):
            assert own["mean"].sum() == pytest.approx(total[payer])
        assert total.drop("All").sum() == pytest.approx(total["All"])
    for _, part in found.groupby(["scenario", "payer", "line"]):
        by_period = part.set_index("period")["mean"]
        assert by_period.drop("total").sum() == pytest.approx(by_period["total"])
    assert (found[found.scenario == "a"].difference == 0).all()


def test_paired_points_are_differences_within_a_future():
    overall = long(
        {("a", "qalys"): [1, 2], ("b", "qalys"): [4, 3], ("a", "council_spend"): [10, 30],
         ("b", "council_spend"): [12, 20]}
    )  # fmt: skip
    points = economics.paired_points(overall, "a")
    assert points[["gain", "cost"]].to_numpy().tolist() == [[3, 2], [1, -10]]


def test_no_ratio_is_given_across_quadrants():
    split = pd.DataFrame({"scenario": "b", "replicate": [1, 2], "gain": [3.0, 1.0], "cost": [2.0, -10.0]})
    dominant = split.assign(cost=[-2.0, -10.0])
    one_sided = split.assign(cost=[2.0, 10.0])
    assert economics.quadrants(split).ratio.isna().all()
    assert economics.quadrants(dominant).ratio.isna().all()
    assert economics.quadrants(one_sided).ratio.tolist() == [pytest.approx(3.0)]
    assert economics.quadrants(split).iloc[0, 1:5].tolist() == [1, 1, 0, 0]


def test_the_best_choice_turns_where_a_qaly_is_worth_its_cost():
    overall = long(
        {("a", "qalys"): [0, 0], ("b", "qalys"): [1, 1], ("a", "council_spend"): [0, 0],
         ("b", "council_spend"): [10, 30]}
    )  # fmt: skip
    found = economics.acceptability(overall, [5, 20, 40]).set_index(["threshold", "scenario"])
    assert found.best_share.xs("b", level="scenario").tolist() == [0, 0.5, 1]
    assert found.expected_loss[(20.0, "a")] == 5
    assert found.expected_loss[(20.0, "b")] == 5
    assert found.expected_loss[(40.0, "a")] == 20
    assert found.groupby("threshold").best_share.sum().tolist() == [1, 1, 1]


def test_scenarios_that_are_alike_are_both_best_and_lose_nothing():
    overall = long({(s, name): [1, 2] for s in "ab" for name in ("qalys", "council_spend")})
    found = economics.acceptability(overall, [20_000])
    assert found.best_share.tolist() == [1, 1]
    assert found.expected_loss.tolist() == [0, 0]


def test_the_chance_of_overspend_counts_futures_over_the_budget():
    yearly = long({("a", "council_spend"): [[10], [10]], ("b", "council_spend"): [[9], [12]]}, years=True)
    found = economics.risk(yearly, "a").set_index("scenario")
    assert found.chance_of_overspend["b"] == 0.5
    assert found.over_reference.to_dict() == {"a": 0, "b": 0.5}
    assert economics.risk(yearly, "a", budget_a_year=20.0).chance_of_overspend.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("by_week", "says"),
    [
        ([12, 9, 8], ("pays back", 3)),
        ([9, 9, 9], ("never dearer", None)),
        ([12, 12, 9], ("not within the horizon", None)),
        ([12, 7, 10], ("pays back", 2)),
    ],
)
def test_a_cost_pays_back_in_the_week_from_which_nothing_is_left_of_it(by_week, says):
    weekly = pd.DataFrame(
        [
            {"scenario": name, "replicate": 0, "week": week, "council_spend": 52.0 * spent}
            for name, weeks in (("a", [10] * 3), ("b", by_week))
            for week, spent in enumerate(weeks, start=1)
        ]
    )
    found = economics.break_even(weekly, "a")
    assert economics.break_even_week(found, "b") == says
    assert found.extra_cost_so_far.tolist()[-1] == pytest.approx(sum(by_week) - 30)


@pytest.mark.parametrize("name", ["block", "collaborative"])
def test_what_the_weeks_cost_adds_up_to_what_the_years_cost(name):
    found = compare(small("baseline", 104), small(name, 104), replicates=2, workers=1, assumption_replicates=0)
    weekly, yearly = found.weekly(), found.yearly()
    keys = ["scenario", "replicate"]
    weeks = weekly[weekly.indicator == "council_spend"].groupby(keys).value.sum() / 52.0
    years = yearly[yearly.indicator == "council_spend"].groupby(keys).value.sum()
    assert weeks.to_numpy() == pytest.approx(years.to_numpy(), rel=1e-9)


def test_pay_below_the_legal_minimum_stands_beside_the_payers_and_in_no_sum_and_is_told():
    spent = {name: 0.0 for entry in economics.BUDGET for name in entry.sums}
    levels = {("a", name): [value, value] for name, value in (spent | {"underpayment": 2e6}).items()}
    levels |= {("b", name): [value, value] for name, value in (spent | {"underpayment": 5e5}).items()}
    for name, council in (("a", 20e6), ("b", 23e6)):
        levels[name, "fees_paid"] = levels[name, "care_spend"] = [council, council]
    found = economics.spend(long(levels), "a", weeks=52)
    of = found.set_index(["scenario", "payer"])
    assert of.loc[("b", "All"), "difference"] == pytest.approx(of.loc[("b", "Council"), "difference"])
    assert of.loc[("b", economics.UNDERPAID), "difference"] == pytest.approx(-1.5e6)
    told = " ".join(spend_sentences(found, SimpleNamespace(whole="the year")))
    assert "which nobody may agree, comes to £2.0 million in a and £0.5 million in b" in told
    assert "spend £3.0 million more than in a, while staff are unlawfully underpaid by £1.5 million less" in told
    assert "with lawful pay in both they would spend £1.5 million more" in told
