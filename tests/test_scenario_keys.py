"""A scenario's key is the hash of what determines its numbers, and of nothing else."""

import pickle
from dataclasses import replace
from datetime import date

import hypothesis.strategies as st
import pytest
from hypothesis import given

from caremarket_sim.errors import BadInput
from caremarket_sim.policy import LEVERS, NEUTRAL, of_preset
from caremarket_sim.scenario import Change, load
from tests.test_policy import lever_and_value, lever_settings

BASELINE = load("builtin:wigan/baseline")
COLLABORATIVE = load("builtin:wigan/collaborative")
weeks = st.integers(0, 400)


def with_steps(steps):
    """The baseline with steps of (week, lever settings), each a difference on the levers in force."""
    changes, levers = [], BASELINE.place.regime
    for week, settings in sorted(steps.items()):
        levers = levers.changed(settings)
        changes.append(Change(week, levers))
    return replace(BASELINE, changes=tuple(changes))


timelines = st.dictionaries(weeks, lever_settings, max_size=4).map(with_steps)


@given(timelines, st.text(max_size=9), st.text(max_size=9), st.text(max_size=9))
def test_names_titles_and_whys_do_not_change_the_key(scenario, name, title, why):
    changes = tuple(replace(change, why=why) for change in scenario.changes)
    renamed = replace(scenario.named(name, title), changes=changes)
    assert renamed.key == scenario.key
    assert renamed.spin_up_key == scenario.spin_up_key


@given(timelines, weeks)
def test_a_step_that_sets_what_is_in_force_does_not_change_the_key(scenario, week):
    if any(change.week == week for change in scenario.changes):
        return
    nothing = Change(week, scenario.levers_at(week))
    changes = tuple(sorted((*scenario.changes, nothing), key=lambda change: change.week))
    assert replace(scenario, changes=changes).key == scenario.key


@given(timelines, st.integers(0, 100), lever_settings)
def test_a_step_after_the_horizon_does_not_change_the_key(scenario, late, settings):
    within = tuple(change for change in scenario.changes if change.week < scenario.weeks)
    week = scenario.weeks + late
    after = Change(week, scenario.levers_at(scenario.weeks - 1).changed(settings))
    assert replace(scenario, changes=(*within, after)).key == scenario.key


@given(lever_and_value, st.integers(0, BASELINE.weeks - 1))
def test_any_lever_moved_within_the_horizon_changes_the_key_and_not_the_past(setting, week):
    key, value = setting
    moved = with_steps({week: {key: value}})
    assert (moved.key == BASELINE.key) == (LEVERS[key].accept(value) == LEVERS[key].neutral)
    assert moved.spin_up_key == BASELINE.spin_up_key


@given(timelines)
def test_a_scenario_survives_the_way_to_another_process(scenario):
    other = pickle.loads(pickle.dumps(scenario))
    assert other == scenario and hash(other) == hash(scenario)
    assert other.key == scenario.key and other.place.zones.tobytes() == scenario.place.zones.tobytes()


def test_the_horizon_the_prices_and_a_parameter_change_the_key():
    name = next(iter(BASELINE.parameters))
    changed = BASELINE.with_parameters({name: _other_value(name)})
    keys = {BASELINE.key, BASELINE.with_weeks(52).key, BASELINE.with_prices("frozen").key, changed.key}
    assert len(keys) == 4
    assert changed.spin_up_key != BASELINE.spin_up_key
    assert BASELINE.with_weeks(52).with_prices("frozen").spin_up_key == BASELINE.spin_up_key


def test_a_parameter_set_to_the_value_that_it_has_does_not_change_the_key():
    name = next(iter(BASELINE.parameters))
    assert BASELINE.with_parameters({name: BASELINE.parameters[name]}).key == BASELINE.key


def test_a_place_is_another_one_when_a_figure_differs_but_not_when_its_name_does():
    place = BASELINE.place
    figure = replace(place.figures["council_fee"], value=25.0)
    dearer = replace(place, figures={**place.figures, "council_fee": figure})
    assert dearer.key != place.key
    assert replace(place, name="Elsewhere", licence="none").key == place.key
    assert replace(BASELINE, place=dearer).spin_up_key != BASELINE.spin_up_key


def test_levers_hold_from_their_week_on():
    scenario = with_steps({10: {"fee.level": 1.1}, 20: {"fee.level": 1.2}})
    levels = [scenario.levers_at(week)["fee.level"] for week in (0, 9, 10, 19, 20, 500)]
    assert levels == [1, 1, 1.1, 1.1, 1.2, 1.2]


@given(lever_and_value.filter(lambda setting: not LEVERS[setting[0]].partners))
def test_levers_set_in_python_hold_throughout_and_leave_the_rest(setting):
    key, value = setting
    later = replace(COLLABORATIVE, changes=(*COLLABORATIVE.changes, Change(99, NEUTRAL)))
    changed = later.with_levers({key: value})
    for week in (0, 98, 99, 200):
        assert changed.levers_at(week) == later.levers_at(week).changed({key: value})


def test_python_names_levers_and_parameters_with_two_underscores_for_the_point():
    name = next(iter(BASELINE.parameters))
    changed = BASELINE.with_levers(contract__term_years=7)
    assert changed.levers_at(0)["contract.term_years"] == 7
    other = _other_value(name)
    assert BASELINE.with_parameters(**{name.replace(".", "__"): other}).parameters[name] == other


def test_python_is_told_of_mistakes_as_files_are():
    with pytest.raises(BadInput, match="did you mean contract.term_years"):
        BASELINE.with_levers(contract__term_year=7)
    with pytest.raises(BadInput, match="set procurement.zoned: true with it"):
        BASELINE.with_levers(procurement__providers_per_zone=3)
    with pytest.raises(BadInput, match="there is no parameter nonsense"):
        BASELINE.with_parameters(nonsense=1)
    name = next(iter(BASELINE.parameters))
    with pytest.raises(BadInput, match="outside its bounds"):
        BASELINE.with_parameters({name: 1e12})
    with pytest.raises(BadInput, match="weeks"):
        BASELINE.with_weeks(0)
    with pytest.raises(BadInput, match="did you mean frozen"):
        BASELINE.with_prices("frosen")


def test_a_lever_may_be_set_together_with_what_it_needs():
    changed = BASELINE.with_levers(procurement__zoned=True, procurement__providers_per_zone=3)
    assert changed.levers_at(0)["procurement.providers_per_zone"] == 3


def test_the_shipped_policies_take_effect_in_the_first_week_and_run_five_years():
    for name in ("block", "zero-hours-spot", "collaborative"):
        scenario = load(f"builtin:wigan/{name}")
        assert [change.week for change in scenario.changes] == [0]
        assert scenario.changes[0].levers == of_preset(name)
        assert (scenario.start, scenario.weeks, scenario.prices) == (date(2024, 4, 1), 260, "projected")
    assert BASELINE.changes == ()
    assert BASELINE.levers_at(0) == NEUTRAL


def test_the_cheap_framework_differs_from_the_real_one_by_what_it_saves_on():
    cheap = load("builtin:wigan/collaborative-on-the-cheap").levers_at(0)
    real = COLLABORATIVE.levers_at(0)
    moved = set(cheap.differences(real))
    assert cheap["procurement.max_providers"] == 5 < real["procurement.max_providers"]
    assert cheap["fee.level"] < 1
    assert cheap["stewardship.capacity_fte"] < real["stewardship.capacity_fte"]
    terms = {key for key in moved if key.startswith(("contract.", "employment."))}
    assert terms == {"contract.package_flexibility"} and not cheap["stewardship.codesign_months"]


def _other_value(name):
    from caremarket_sim.parameters import REGISTER

    parameter = REGISTER[name]
    return parameter.low if parameter.low != parameter.value else parameter.high
