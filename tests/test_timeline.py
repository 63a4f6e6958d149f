"""What is in force when, worked out beforehand, is what the simulation does."""

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from caremarket_sim import week
from caremarket_sim.parameters import Numbers
from caremarket_sim.policy import LEVERS, NEUTRAL, PRESETS, Levers, of_preset
from caremarket_sim.scenario import Change
from caremarket_sim.scenario.timeline import in_force_week, timeline, weeks_of
from tests.small_place import FEW, begun, small, wigan
from tests.test_policy import lever_settings

PROCUREMENT = (
    week.time_passes,
    week.policy_takes_effect,
    week.contracts_run_out,
    week.council_tenders,
    week.contracts_start,
    week.packages_move,
    week.gaps_are_filled,
)
"""The processes that bring policy into force; between them, nothing else moves in the market."""


def policy(*changes, weeks=260, scenario=None):
    """The small place with changes of (week, levers moved)."""
    levers, found = NEUTRAL, []
    for at, moved in changes:
        levers = levers.changed(moved)
        found.append(Change(at, levers))
    return replace(scenario or small(weeks=weeks), changes=tuple(found))


@st.composite
def policies(draw, weeks=260):
    """The small place under one to four changes, some by a preset, with short terms so that contracts end."""
    levers, changes = NEUTRAL, []
    for at in sorted(draw(st.sets(st.integers(0, weeks - 1), min_size=1, max_size=4))):
        preset = draw(st.sampled_from([None, *sorted(PRESETS)]))
        levers = levers if preset is None else of_preset(preset, levers)
        term = {"contract.term_years": draw(st.integers(1, 3)), "stewardship.codesign_months": draw(st.integers(0, 6))}
        levers = levers.changed({**draw(lever_settings), **term})
        levers = levers.changed({"procurement.retender_at_start": draw(st.booleans())})
        changes.append(Change(at, levers))
    return replace(small(weeks=weeks), changes=tuple(changes))


@given(policies())
@settings(FEW, max_examples=30)
def test_the_levers_and_moves_worked_out_are_those_of_the_simulation_in_every_week(scenario):
    market = begun(scenario)
    for number, clock, after_tenders in weeks_of(scenario):
        if after_tenders:
            decided = Numbers(scenario.levers_at(number).row)
            week.one_week(market, scenario.parameters.numbers, decided, 1, PROCUREMENT)
            assert market.levers.tobytes() == Levers(clock.levers).row.tobytes()
            council = market.commissioners.rows[0]
            assert (council["tender_due"] > 0) == clock.pending
            assert council["contract_end"] == (np.inf if clock.ends is None else clock.ends)
            assert (council["codesigned"] > 0) == bool(clock.held["stewardship.codesign_months"])
            assert (market.transfers >= 0).any() == (number < clock.settled)


def test_weights_are_varied_as_a_whole_though_one_of_them_is_what_was_last_asked_for():
    first = {"price": 0.1, "quality": 0.3, "values": 0.3, "social_value": 0.3}
    then = {"price": 0.8, "quality": 0.2, "values": 0.0, "social_value": 0.0}
    last = {"price": 0.5, "quality": 0.5, "values": 0.0, "social_value": 0.0}
    tendered = {"procurement.weights": then, "procurement.retender_at_start": True, "stewardship.codesign_months": 6}
    scenario = policy((0, {"procurement.weights": first}), (8, tendered), (12, {"procurement.weights": last}), weeks=16)
    market = begun(scenario)
    for number in range(scenario.weeks):
        decided = Numbers(scenario.levers_at(number).row)
        week.one_week(market, scenario.parameters.numbers, decided, 1, PROCUREMENT)
    assert [market.levers[f"procurement_weights_{part}"][0] for part in last] == list(last.values())


@pytest.mark.parametrize("regime", ["block", "zero-hours-spot", "collaborative"])
def test_a_preset_is_in_force_when_its_contracts_have_started_and_zones_have_moved(regime):
    scenario = small(regime, 260)
    [course] = timeline(scenario).courses
    market, settled = begun(scenario), None
    for number in range(scenario.weeks):
        decided = Numbers(scenario.levers_at(number).row)
        week.one_week(market, scenario.parameters.numbers, decided, 1)
        in_force = market.levers.tobytes() == market.decided.tobytes()
        if settled is None and in_force and not (market.transfers >= 0).any():
            settled = number
    assert in_force_week(scenario) == settled
    assert course.tender is not None and settled is not None and course.tender.start <= settled
    assert course.levers["stewardship.capacity_fte"] == 0
    terms = {week for key, week in course.levers.items() if LEVERS[key].begins != "at once"}
    assert terms == {course.tender.start}


def test_without_policy_all_is_in_force_from_the_first_week():
    assert in_force_week(small()) == 0 and timeline(small()).courses == ()


def test_a_limit_on_providers_without_a_tender_is_never_in_force():
    scenario = policy((104, {"procurement.max_providers": 8, "procurement.zoned": True}), scenario=wigan(weeks=260))
    [course] = timeline(scenario).courses
    assert course.levers == {"procurement.max_providers": None, "procurement.zoned": None}
    assert in_force_week(scenario) is None


def test_a_limit_varied_in_force_comes_with_the_next_tender_when_contracts_end():
    first = {"procurement.retender_at_start": True, "procurement.max_providers": 10, "contract.term_years": 1}
    found = timeline(policy((0, first), (30, {"procurement.max_providers": 3})))
    again = next(tender for tender in found.tenders if tender.change is None)
    assert (found.tenders[0].start, found.tenders[0].change, again.start) == (23, 0, 75)
    assert again.decided == 75 - 23
    assert found.courses[1].levers == {"procurement.max_providers": again.start}


def test_a_tender_overtaken_before_its_contracts_start_never_happens():
    first = {"procurement.retender_at_start": True, "procurement.max_providers": 10}
    again = {"procurement.retender_at_start": False}, {"procurement.retender_at_start": True, "fee.rule": "tendered"}
    found = timeline(policy((0, {**first, "contract.retainer_weeks": 2}), (8, again[0]), (10, again[1])))
    assert found.tenders[0].overtaken == 10
    assert found.courses[0].levers["procurement.max_providers"] == found.tenders[1].start == 33
    assert found.courses[1].levers == {"procurement.retender_at_start": 8}


def test_what_acts_in_april_alone_needs_an_april_before_the_end():
    for at, expected in ((0, 0), (156, 156), (157, 157), (208, 208), (209, None)):
        [course] = timeline(policy((at, {"shocks.fee_freeze": True}))).courses
        assert course.levers == {"shocks.fee_freeze": expected}


def test_a_shock_that_ends_is_no_change_of_policy():
    scenario = policy((52, {"shocks.demand": 1.5}), (78, {"shocks.demand": 1.0}))
    assert in_force_week(scenario) == 52
    assert [dict(course.levers) for course in timeline(scenario).courses] == [
        {"shocks.demand": 52},
        {"shocks.demand": 78},
    ]


def test_a_lever_without_its_partner_is_in_force_from_when_the_partner_is():
    weights = {"hours": 1.0, "wages": 0.0, "connectors": 0.0}
    alone = policy((0, {"stewardship.citizens_weights": weights}))
    assert timeline(alone).courses[0].levers == {"stewardship.citizens_weights": None}
    both = policy((0, {"stewardship.citizens_weights": weights}), (10, {"stewardship.citizens_share": 0.5}))
    assert timeline(both).courses[0].levers == {"stewardship.citizens_weights": 10}


@pytest.mark.parametrize(("months", "years"), [(0, 1), (0, 3), (9, 2)])
def test_there_is_no_gap_between_one_contract_and_the_next(months, years):
    first = {"procurement.retender_at_start": True, "procurement.max_providers": 10, "contract.term_years": years}
    found = timeline(policy((5, {**first, "stewardship.codesign_months": months}), weeks=520))
    starts = [tender.start for tender in found.tenders if tender.start < 520]
    assert len(starts) >= 3 and set(np.diff(starts)) == {52 * years}


def test_months_of_codesign_decided_on_while_a_contract_runs_come_with_the_next():
    first = {"procurement.retender_at_start": True, "procurement.max_providers": 10, "contract.term_years": 2}
    design = {"stewardship.codesign_months": 6, "contract.package_flexibility": 0.5}
    found = timeline(policy((0, first), (60, design)))
    assert found.courses[1].levers["stewardship.codesign_months"] == 23 + 104


def test_a_tender_that_takes_longer_than_a_term_begins_as_its_contracts_start():
    first = {"procurement.retender_at_start": True, "procurement.max_providers": 10, "contract.term_years": 1}
    found = timeline(policy((0, {**first, "stewardship.codesign_months": 12}), weeks=260))
    assert [tender.decided for tender in found.tenders[1:]] == [tender.start + 1 for tender in found.tenders[:-1]]
