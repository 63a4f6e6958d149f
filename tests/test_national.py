"""What the nation sets by date: the calendar, what a scenario has otherwise, and what both do."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from benchmarks.national import TRIED
from caremarket_sim.errors import BadInput
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.national import calendar, course
from caremarket_sim.opening.prices import price_path
from caremarket_sim.parameters import sources
from caremarket_sim.runs.resolved import resolved_json, scenario_from
from caremarket_sim.scenario import load
from caremarket_sim.scenario.explanations import differences, scenario_text, takes_effect
from caremarket_sim.scenario.files import resolve
from caremarket_sim.scenario.national import national_sentences
from caremarket_sim.scenario.timeline import in_force_week
from caremarket_sim.scenario.timing import day_met, week_met
from caremarket_sim.studies.explain.study import plan_explanation
from tests.small_place import begun, small, weekly

SIX_LINES = """\
format: 2
extends: builtin:wigan/baseline
national:
  - {from: 2025-04-01, why: What if, set: {national_living_wage: +8%}}
policy:
  - {from: 2025-04-01, set: {shocks.fee_freeze: true}}
"""
APRIL_2025 = 52


def written(tmp_path, text):
    (tmp_path / "what-if.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "what-if.yaml"


def path_of(scenario):
    return price_path(scenario, scenario.parameters.numbers)


def test_every_entry_has_its_range_grade_source_and_an_indicator_that_it_should_move():
    for item in calendar().values():
        days = [one.day for one in item.dated]
        assert days == sorted(set(days)) and days[0] == date(2024, 4, 1)
        assert item.indicator in INDICATORS and item.direction in (-1, 1)
        for one in item.dated:
            assert item.low <= one.low <= one.value <= one.high <= item.high
            assert set(one.source) <= set(sources())
            assert one.grade in ("measured", "derived", "assumed")
            assert one.source or one.grade == "assumed" or one.value == 0


def test_a_living_wage_eight_per_cent_higher_with_fees_frozen_is_a_file_of_six_lines(tmp_path):
    assert len(SIX_LINES.splitlines()) == 6
    scenario = load(written(tmp_path, SIX_LINES))
    usual, dearer = path_of(scenario.without_policy("as it is")), path_of(scenario)
    before = path_of(replace(scenario, national=()))
    assert np.array_equal(dearer, usual), "the nation goes on where the council's policy is left out"
    for name in set(dearer.dtype.names or ()) - {"next_cost_growth"}:
        assert np.array_equal(dearer[name][:APRIL_2025], before[name][:APRIL_2025]), f"{name} of 2024/25 is as it was"
    for week in range(APRIL_2025, 208):
        assert dearer["legal_minimum"][week] == pytest.approx(1.08 * before["legal_minimum"][week])
    assert dearer["cost_growth"][52] > before["cost_growth"][52] + 0.05
    assert scenario.levers_at(52)["shocks.fee_freeze"] is True
    assert in_force_week(scenario) == 52


def test_what_is_known_of_a_national_change_is_said(tmp_path):
    path = written(tmp_path, SIX_LINES)
    assert any("national_living_wage +8%" in line for line in takes_effect(path))
    text = scenario_text(resolve(path), every_lever=False)
    assert "the nation from 2025-04-01 (week 53): What if" in text
    assert "what-if.yaml:4" in text
    scenario = load(path)
    (one,) = [one for one in differences(replace(scenario, national=()), scenario) if "living" in one.what]
    assert (one.what, one.first, one.second) == ("from 2025-04-01 national_living_wage", "12.21", "13.1868")


def test_a_scenario_is_made_again_from_its_text_with_its_national_changes(tmp_path):
    scenario = small().with_national("2024-10-01", insurance_rate=0.2, guaranteed_hours_duty=True)
    assert scenario.key != small().key
    again = scenario_from(resolved_json(scenario), tmp_path)
    assert again.key == scenario.key and again.national == scenario.national


def test_every_mistake_is_told_at_once_with_its_line(tmp_path):
    text = """\
format: 2
extends: builtin:wigan/baseline
national:
  - from: 2024-01-01
    set: {national_living_wage: 12}
  - from: 2025-04-01
    set:
      national_living_wage: 500
      natonal_living_wage: 12
      guaranteed_hours_duty: 1
      insurance_rate: high
      price_inflation: 8%
  - from: 2025-04-01
    why: No set
"""
    with pytest.raises(BadInput) as raised:
        load(written(tmp_path, text))
    told = [str(problem).partition("what-if.yaml:")[2] for problem in raised.value.problems]
    assert [int(line.partition(":")[0]) for line in told] == [4, 8, 9, 10, 11, 12, 13]
    assert "write 2024-04-01 or later" in told[0]
    assert "5 to 50" in told[1]
    assert "did you mean national_living_wage" in told[2]
    assert "true or false" in told[3]
    assert "no range" in told[4]
    assert "lacks set" in told[6]


def test_what_grows_goes_on_growing_from_what_is_set_and_a_number_stays():
    scenario = small(weeks=260).with_national("2025-04-01", national_living_wage=13.0, insurance_rate=0.2)
    wage, usual = course("national_living_wage", scenario.national), course("national_living_wage")
    assert wage(date(2025, 3, 31)) == 11.44 and wage(date(2025, 4, 1)) == 13.0
    assert wage(date(2027, 6, 1)) / wage(date(2026, 6, 1)) == pytest.approx(
        usual(date(2027, 6, 1)) / usual(date(2026, 6, 1))
    )
    assert path_of(scenario)["insurance_rate"][-1] == 0.2


def test_the_ends_of_a_projection_and_later_steps_are_taken():
    scenario = small().with_national("2027-04-01", national_living_wage="high")
    wage = course("national_living_wage", scenario.national)
    assert (wage(date(2026, 4, 1)), wage(date(2027, 4, 1))) == (12.71, 13.28)
    both = scenario.with_national("2028-04-01", national_living_wage="-50%")
    assert course("national_living_wage", both.national)(date(2028, 4, 1)) == pytest.approx(0.5 * 13.88)


def test_where_prices_are_frozen_only_what_a_scenario_sets_moves():
    frozen = small(weeks=260).with_prices("frozen")
    assert len(set(path_of(frozen).tolist())) == 1
    moved = path_of(frozen.with_national("2026-04-01", insurance_rate=0.2))
    assert set(moved["insurance_rate"]) == {0.138, 0.2}
    assert set(moved["price_index"]) == {1.0} and len(set(moved["legal_minimum"])) == 1


@pytest.mark.parametrize("start", [date(2024, 4, 1), date(2025, 3, 31), date(2024, 9, 30)], ids=str)
def test_a_day_is_met_in_one_week_and_every_week_has_later_days_than_the_one_before(start):
    days = [day_met(week, start) for week in range(520)]
    assert days == sorted(set(days))
    for week in (0, 1, 51, 52, 53, 300):
        assert week_met(days[week], start) == week


def test_a_settled_market_knows_nothing_of_what_comes_later():
    changed = small().with_national("2024-04-01", national_living_wage=20)
    assert changed.spin_up_key == small().spin_up_key


def test_april_2025_raises_employers_contributions_by_what_the_law_says_to_the_penny():
    scenario = small(weeks=APRIL_2025 + 2)
    paid = {}
    for week, seen in enumerate(weekly(scenario, begun(scenario), watched=("guaranteed_hours_are_offered",))):
        if week < APRIL_2025 - 1:
            continue
        market = seen["guaranteed_hours_are_offered"]
        rate, threshold = (0.138, 9100 / 52) if week < APRIL_2025 else (0.15, 5000 / 52)
        owed = np.zeros(len(market.providers))
        old_law = np.zeros(len(market.providers))
        for worker in market.workers.rows:
            if worker["status"] == 2:
                owed[worker["provider"]] += rate * max(worker["week_pay"] - threshold, 0.0)
                old_law[worker["provider"]] += 0.138 * max(worker["week_pay"] - 9100 / 52, 0.0)
        by_hand = sum(round(100 * pounds) for pounds in owed)
        assert round(100 * seen["end"].paid("providers", "treasury", "national insurance")) == by_hand
        paid[week] = owed.sum() / max(old_law.sum(), 1.0)
    assert paid[APRIL_2025 - 1] == 1.0 and paid[APRIL_2025] > 1.4


def test_the_calibration_year_is_untouched_by_what_comes_after_it():
    usual, other = small(weeks=53), small(weeks=53)
    for name, item in calendar().items():
        value = True if item.kind == "flag" else item.high
        other = other.with_national("2025-04-01", {name: value})
    records = []
    for scenario in (usual, other):
        market = begun(scenario)
        for _ in weekly(scenario, market):
            pass
        records.append(market.series)
    assert np.array_equal(records[0][: APRIL_2025 - 1], records[1][: APRIL_2025 - 1])
    assert not np.array_equal(records[0][52], records[1][52])


def test_the_benchmark_tries_every_item_of_the_calendar():
    assert set(TRIED) == set(calendar())


def test_a_change_after_the_end_is_said_to_be_never_in_force():
    scenario = (
        small(weeks=52).with_national("2026-04-01", insurance_rate=0.2).with_national("2024-06-03", inspections=2)
    )
    said = national_sentences(scenario)
    assert said == [
        "The nation, in force from the week of 3 June 2024: inspections 2.",
        "The nation, never in force, as the scenario ends before 30 March 2026: insurance_rate 0.2.",
    ]
    assert in_force_week(scenario) == 9


def test_an_explanation_needs_the_same_nation_on_both_sides():
    policy = small("block").with_national("2024-06-03", inspections=2)
    with pytest.raises(BadInput, match="the nation otherwise"):
        plan_explanation(policy, against=small())
    assert plan_explanation(policy).bundles[0].reference.national == policy.national
