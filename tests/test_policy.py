"""The levers, their values, the presets, and the row that compiled code reads."""

import math
import pickle

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from caremarket_sim.errors import BadInput
from caremarket_sim.policy import LEVERS, NEUTRAL, PRESETS, REASONS, Levers, of_preset
from caremarket_sim.policy.settings import unmet_needs

# The agreed names, in the agreed order: changing one changes the scenario format.
GROUPS = {
    "contract": (
        "sourcing guaranteed_volume payment_basis outcome_share outcome_measure minimum_visit_minutes "
        "package_flexibility retainer_weeks term_years"
    ),
    "procurement": "retender_at_start weights max_providers zoned providers_per_zone backup_share phase_in_weeks",
    "fee": "rule level ceiling uplift_share",
    "sourcing": "emergency_rate",
    "provision": "last_resort_hours",
    "hospital": "step_down_beds",
    "employment": "contract_norm zero_hours_cap wage_floor paid_travel_share shift_pay sick_pay training_days",
    "stewardship": (
        "capacity_fte codesign_months forum_per_year monitoring pay_checks open_book profit_norm citizens_share "
        "citizens_weights learning_capture network"
    ),
    "community": "connectors_fte front_door reablement_share coop_support",
    "shocks": "labour_supply outside_pay demand absence fee_freeze provider_failure",
}
KEYS = [f"{group}.{name}" for group, names in GROUPS.items() for name in names.split()]


def values_of(lever):
    """A hypothesis strategy of the values that a lever takes."""
    if lever.kind == "choice":
        return st.sampled_from(lever.options)
    if lever.kind == "flag":
        return st.booleans()
    if lever.kind == "weights":
        shares = st.lists(st.integers(0, 100), min_size=len(lever.parts), max_size=len(lever.parts)).filter(any)
        return shares.map(lambda parts: {p: n / sum(parts) for p, n in zip(lever.parts, parts, strict=True)})
    if lever.allowed:
        return st.sampled_from(lever.allowed)
    if lever.kind == "whole":
        return st.integers(int(lever.low), int(lever.high))
    number = st.floats(lever.low, lever.high)
    if lever.kind == "wage_floor":
        return st.sampled_from(lever.options) | number
    return number | st.just("none") if lever.may_be_none else number


any_lever = st.sampled_from(list(LEVERS.values()))
lever_and_value = any_lever.flatmap(lambda lever: values_of(lever).map(lambda value: (lever.key, value)))
lever_settings = st.lists(lever_and_value, max_size=8).map(dict)


def test_the_levers_have_the_agreed_names_in_the_agreed_order():
    assert list(LEVERS) == KEYS


def test_the_row_names_its_numbers_after_the_levers():
    names = NEUTRAL.row.dtype.names
    assert NEUTRAL.row.shape == (1,)
    assert {"contract_sourcing", "procurement_weights_social_value", "stewardship_citizens_weights_hours"} <= set(names)
    assert {"employment_wage_floor_kind", "employment_wage_floor_amount"} <= set(names)
    assert all(NEUTRAL.row.dtype[name] == np.float64 for name in names)


def test_the_row_holds_choices_as_places_flags_as_numbers_and_none_as_nan():
    row = of_preset("collaborative").row
    assert row["contract_sourcing"][0] == 2  # open_spot, block_first, zoned_lead
    assert row["procurement_zoned"][0] == 1
    assert row["contract_minimum_visit_minutes"][0] == 30
    assert math.isnan(row["fee_ceiling"][0])
    assert row["procurement_weights_values"][0] == 0.35


@pytest.mark.parametrize(
    ("floor", "kind", "amount"),
    [("statutory", 0, math.nan), ("real_living_wage", 1, math.nan), (12.6, 2, 12.6), (13, 2, 13.0)],
)
def test_a_wage_floor_is_a_kind_and_an_amount(floor, kind, amount):
    row = Levers({"employment.wage_floor": floor}).row
    assert row["employment_wage_floor_kind"][0] == kind
    assert row["employment_wage_floor_amount"][0] == pytest.approx(amount, nan_ok=True)


def test_nobody_can_change_a_set_of_levers():
    NEUTRAL.row["fee_level"] = 2
    NEUTRAL["procurement.weights"]["price"] = 1
    assert NEUTRAL.row["fee_level"][0] == 1
    assert NEUTRAL["procurement.weights"]["price"] == 0.5
    with pytest.raises(TypeError):
        NEUTRAL["fee.level"] = 2


@given(lever_settings)
def test_levers_survive_the_way_to_another_process(settings):
    levers = NEUTRAL.changed(settings)
    other = pickle.loads(pickle.dumps(levers))
    assert other == levers and hash(other) == hash(levers)
    assert other.row.tobytes() == levers.row.tobytes()


@given(lever_and_value)
def test_a_value_that_was_accepted_is_accepted_again_as_it_is(setting):
    key, value = setting
    once = LEVERS[key].accept(value)
    assert LEVERS[key].accept(once) == once


@given(lever_settings)
def test_differences_are_what_makes_one_set_of_levers_from_another(settings):
    levers = NEUTRAL.changed(settings)
    assert NEUTRAL.changed(levers.differences(NEUTRAL)) == levers


@given(any_lever.filter(lambda lever: lever.bounds is not None), st.floats(0.001, 1e6))
def test_a_number_beyond_its_bounds_is_refused(lever, beyond):
    for value in (lever.low - beyond, lever.high + beyond):
        with pytest.raises(BadInput, match=lever.key):
            lever.accept(value)


@given(any_lever, st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.none()))
def test_whatever_is_given_is_taken_or_refused_in_words(lever, value):
    try:
        accepted = lever.accept(value)
    except BadInput as bad:
        assert lever.key in str(bad)
    else:
        assert all(isinstance(number, float) for number in lever.as_numbers(accepted))


@pytest.mark.parametrize(
    ("key", "value", "advice"),
    [
        ("employment.zero_hours_cap", "10%", "write 0.1"),
        ("employment.zero_hours_cap", "12.5 %", "write 0.125"),
        ("employment.zero_hours_cap", 20, "write 0.2"),
        ("employment.zero_hours_cap", "1/4", "write 0.25"),
        ("employment.wage_floor", "£12.60", "write 12.60"),
        ("employment.wage_floor", "real living wage", "did you mean real_living_wage?"),
        ("community.coop_support", "50,000", "write 50000"),
        ("contract.term_years", "7 years", "write 7"),
        ("contract.term_years", 2.5, "whole number"),
        ("contract.term_years", True, "write a whole number from 1 to 10 (years)"),
        ("contract.minimum_visit_minutes", 20, "write 15 or 30"),
        ("contract.sourcing", "zone_lead", "did you mean zoned_lead?"),
        ("contract.sourcing", 2, "write one of: open_spot"),
        ("procurement.zoned", "yes", "write true"),
        ("procurement.zoned", 0, "write false"),
        ("procurement.weights", {"price": 1}, "lacks quality, values, social_value"),
        ("procurement.weights", 0.5, "write such as {price: 0.5, quality: 0.4, values: 0, social_value: 0.1}"),
        ("fee.level", math.nan, "no number that can be used"),
        ("fee.level", [1], "not a list"),
    ],
)
def test_a_refusal_says_what_to_write(key, value, advice):
    with pytest.raises(BadInput) as refused:
        LEVERS[key].accept(value)
    assert advice in str(refused.value)


def test_every_mistake_in_a_set_of_levers_is_said_at_once():
    with pytest.raises(BadInput) as refused:
        Levers({"fee.level": 9, "fee.lvel": 1, "contract.term_years": "long"})
    assert len(refused.value.problems) == 3
    assert "did you mean fee.level?" in str(refused.value)


def test_numpy_numbers_are_numbers():
    levers = Levers({"contract.term_years": np.int64(7), "fee.level": np.float64(1.1), "procurement.zoned": np.True_})
    assert levers["contract.term_years"] == 7 and levers["procurement.zoned"] is True


def test_what_a_lever_needs_and_contrasts_is_itself_possible():
    for lever in LEVERS.values():
        first, second = lever.contrast
        assert first != second
        assert lever.direction in (-1, 1)
        for together in lever.partners:
            with_partners = NEUTRAL.changed({lever.key: second, **together})
            assert not unmet_needs(lever.key, with_partners)
        alone = NEUTRAL.changed({lever.key: second})
        as_it_is = any(all(alone[key] == value for key, value in together.items()) for together in lever.partners)
        assert unmet_needs(lever.key, alone) or as_it_is or not lever.partners
        assert set(map(lever.accept, sum(lever.varied, ()))) <= set(lever.options)
        assert lever.key not in lever.needs
        NEUTRAL.changed({**lever.needs, lever.key: first})
        NEUTRAL.changed({**lever.needs, lever.key: second})


def test_a_preset_moves_levers_off_neutral_and_says_why():
    for name, values in PRESETS.items():
        unmoved = [key for key, value in values.items() if value == LEVERS[key].neutral]
        assert set(unmoved) <= {"fee.rule", "procurement.providers_per_zone"}  # named, though neutral, for the reader
        for key in values:
            reason = REASONS[name][key]
            assert len(reason.why) > 10
            assert reason.assumed == ("assumption" in reason.why.lower()), (name, key)


def test_a_preset_is_a_whole_bundle_that_keeps_only_the_shocks_in_force():
    before = NEUTRAL.changed({"fee.level": 1.2, "shocks.demand": 1.5})
    after = of_preset("zero-hours-spot", before)
    assert after["fee.level"] == 1
    assert after["shocks.demand"] == 1.5


@pytest.mark.parametrize(
    ("preset", "values"),
    [
        ("block", {"contract.guaranteed_volume": 0.9, "procurement.max_providers": 25, "fee.rule": "tendered"}),
        ("zero-hours-spot", {"contract.term_years": 1, "employment.sick_pay": 0.1, "fee.rule": "fixed"}),
        (
            "collaborative",
            {
                "contract.sourcing": "zoned_lead",
                "procurement.max_providers": 10,
                "fee.uplift_share": 1,
                "employment.wage_floor": "real_living_wage",
                "stewardship.profit_norm": 0.05,
                "community.coop_support": 50_000,
            },
        ),
    ],
)
def test_the_presets_spell_out_what_they_stand_for(preset, values):
    levers = of_preset(preset)
    assert {key: levers[key] for key in values} == values


def test_every_lever_names_an_indicator_that_is_measured():
    from caremarket_sim.indicators import INDICATORS

    assert {lever.indicator for lever in LEVERS.values()} <= set(INDICATORS)
