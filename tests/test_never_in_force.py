"""A policy that never happens is refused, with what to write instead; allowed, it runs under a banner."""

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import caremarket_sim as cm
from benchmarks.lever_paths import identical
from caremarket_sim import settling, week
from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.indicators import outcome_of
from caremarket_sim.parameters import Numbers
from caremarket_sim.policy import LEVERS, PRESETS, of_preset
from caremarket_sim.policy.settings import unmet_needs
from caremarket_sim.runs.allowances import allowances, require_in_force
from caremarket_sim.scenario import Change, load
from caremarket_sim.scenario.never import never_in_force
from caremarket_sim.scenario.timeline import timeline
from caremarket_sim.studies.compare.run import plan_run
from caremarket_sim.studies.explain.study import plan_explanation
from caremarket_sim.studies.stress.study import plan_stress
from tests.small_place import FEW, FOLDER, begun, small, weekly, wigan
from tests.test_timeline import PROCUREMENT

pytestmark = pytest.mark.usefixtures("undrawn")
HEAD = "format: 2\nextends: baseline.yaml\nyears: 5\npolicy:\n"
NOWHERE = HEAD + "  - from: 2026-04-01\n    set:\n      procurement.max_providers: 8\n      procurement.zoned: true\n"


@pytest.fixture
def write(tmp_path):
    """Write a scenario beside the small place's baseline, and give its path."""
    for name in ("place.yaml", "zones.csv", "baseline.yaml"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    (tmp_path / "caremarket.toml").touch()

    def write(text, name="policy.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def test_a_limit_on_providers_without_a_tender_is_refused_and_what_is_advised_is_accepted(write, capsys):
    path = write(NOWHERE)
    for words in (["validate"], ["run", "--replicates", "1"], ["compare"], ["explain"], ["story"], ["stress"]):
        assert main([*words[:1], str(path), *words[1:]]) == 2
        said = capsys.readouterr().err
        assert f"{path}:7: never in force: procurement.max_providers: no contracts with it are tendered" in said
        assert f"{path}:8: never in force: procurement.zoned" in said
        assert "set procurement.retender_at_start: true with it" in said
    write(NOWHERE + "      procurement.retender_at_start: true\n")
    assert main(["validate", str(path)]) == 0
    out = capsys.readouterr().out
    assert (
        "Decided in the week of 30 March 2026; in preparation: tender to 15 June 2026, mobilisation to 7 September 2026"
        in out
    )
    assert "in force from 7 September 2026 with new contracts" in out


def test_a_fee_freeze_from_the_first_of_april_keeps_that_aprils_fee(write):
    freeze = load(write(HEAD + "  - from: 2026-04-01\n    set: {shocks.fee_freeze: true}\n"))
    fees = {}
    for scenario in (load(write("format: 2\nextends: baseline.yaml\nyears: 5\n", "b.yaml")), freeze):
        market = begun(scenario)
        for number in range(105):
            before = float(market.commissioners.fee[0])
            decided = Numbers(scenario.levers_at(number).row)
            processes = (week.time_passes, week.policy_takes_effect, week.council_uprates_fees)
            week.one_week(market, scenario.parameters.numbers, decided, 1, processes)
        fees[scenario.name] = float(market.commissioners.fee[0]) / before
    assert fees["b"] > 1.0 == fees["policy"]


def test_a_policy_that_never_happens_runs_when_that_is_allowed_and_under_a_banner(write, capsys):
    path = write(NOWHERE)
    words = ["run", str(path), "--replicates", "1", "--workers", "0", "--out", str(path.parent / "results")]
    assert main([*words, "--allow", "never-in-force"]) == 2
    assert "without a reason" in capsys.readouterr().err
    assert main([*words, "--allow", "never-in-farce", "--why", "to see"]) == 2
    assert "did you mean never-in-force?" in capsys.readouterr().err
    assert main([*words, "--allow", "never-in-force", "--why", "to see nothing"]) == 0
    banner = (path.parent / "results" / "banner.txt").read_text(encoding="utf-8")
    for said in (" ".join(capsys.readouterr().out.split()), banner):
        assert "NEVER IN FORCE" in said and "procurement.zoned" in said and "Allowed because: to see nothing" in said


def test_in_python_it_is_allowed_by_name_and_for_a_reason():
    limited = small(weeks=52).with_levers(procurement__max_providers=3)
    with pytest.raises(BadInput, match="never in force: procurement.max_providers"):
        cm.compare(small(), limited, replicates=1, workers=0)
    found = cm.compare(
        small(), limited, replicates=1, workers=0, assumption_replicates=0, allow=("never-in-force",), why="to see"
    )
    assert found.banner is not None and "to see" in found.banner
    with pytest.raises(BadInput, match="without a reason"):
        cm.compare(small(), limited, allow="never-in-force")


@pytest.mark.parametrize(
    ("step", "line", "what", "right"),
    [
        ("from: 2031-04-07\n    set: {fee.level: 1.1}", 6, "ends on 2029-03-25, before 2031-04-07", "earlier date"),
        ("from: 2028-12-04\n    use: block", 6, "contracts with it start on 2029-05-14", "write 2028-10-09 or earlier"),
        ("from: 2024-04-01\n    set: {fee.ceiling: 20}", 6, "while fee.rule is fixed", "set fee.rule: tendered"),
        (
            "from: 2024-04-01\n    set: {contract.sourcing: zoned_lead}",
            6,
            "while procurement.zoned is false",
            "set procurement.zoned: true",
        ),
        ("from: 2028-04-03\n    set: {fee.uplift_share: 1}", 6, "it acts in April", "write 2028-03-27 or earlier"),
        ("from: 2024-04-01\n    set: {stewardship.codesign_months: 6}", 6, "no contracts with it", "retender_at_start"),
    ],
)
def test_what_is_never_in_force_is_said_with_its_line_and_what_to_write(write, step, line, what, right):
    path = write(HEAD + f"  - {step}\n")
    first = never_in_force(load(path))[0]
    assert (first.file, first.line) == (str(path), line)
    assert what in first.what and right in (first.right or "")


def test_a_tender_needs_the_lever_to_turn_true_and_the_message_says_so(write):
    text = HEAD + "  - from: 2024-04-01\n    use: block\n  - from: 2026-04-01\n    use: collaborative\n"
    (problem,) = never_in_force(load(write(text.replace("years: 5", "years: 3"))))
    assert "set it to false in an earlier step, and to true in this" in (problem.right or "")
    between = "  - from: 2026-03-02\n    set: {procurement.retender_at_start: false}\n"
    assert not never_in_force(load(write(text.replace("  - from: 2026-04", between + "  - from: 2026-04"))))


def test_a_step_that_changes_nothing_is_no_mistake_and_is_said(write, capsys):
    path = write(HEAD + "  - from: 2025-04-01\n    set: {fee.level: 1}\n")
    assert main(["validate", str(path)]) == 0
    assert f"{path}:5: from 2025-04-01 nothing changes: fee.level 1 is decided already" in capsys.readouterr().out


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_in_force_in_full_within_three_years(preset):
    scenario = replace(small(weeks=156), changes=(Change(0, of_preset(preset)),))
    assert not never_in_force(scenario)


def test_every_way_of_using_a_scenario_refuses_and_allows():
    limited = small(weeks=208).with_levers(procurement__max_providers=3)
    allowed = allowances("never-in-force", "to see")
    assert "to see" in (plan_run(limited, allowed=allowed).banner or "")
    assert "to see" in (plan_explanation(limited, allowed=allowed).banner or "")
    assert "to see" in (plan_stress([limited], allowed=allowed)[0].banner or "")
    for plan in (plan_run, plan_explanation, lambda one: plan_stress([one])):
        with pytest.raises(BadInput, match="never in force"):
            plan(limited)


@st.composite
def moved_levers(draw, weeks=104):
    """The small place with one lever moved as it declares, with some of what it needs, from some week on."""
    lever = draw(st.sampled_from(list(LEVERS.values())))
    start = small(weeks=weeks)
    together = draw(st.sampled_from([{}, dict(lever.needs), *map(dict, lever.partners)]))
    value = lever.contrast[1] if lever.contrast[1] != lever.neutral else lever.contrast[0]
    levers = start.place.regime.changed({**together, lever.key: value})
    at = draw(st.integers(0, weeks - 1))
    return (
        lever.key,
        replace(start, changes=(Change(at, levers),)),
        replace(start, changes=(Change(at, levers.changed({lever.key: lever.neutral})),)),
    )


@given(moved_levers())
@settings(FEW, max_examples=40)
def test_a_lever_that_is_not_refused_is_in_force_before_the_end_and_one_without_partners_does_nothing(moved):
    key, scenario, without = moved
    levers = scenario.changes[0].levers
    [course] = timeline(scenario).courses
    market = begun(scenario)
    in_force = []
    for number in range(scenario.weeks):
        decided = Numbers(scenario.levers_at(number).row)
        week.one_week(market, scenario.parameters.numbers, decided, 1, PROCUREMENT)
        in_force.append(all(np.array_equal(market.levers[f], levers.row[f], True) for f in LEVERS[key].fields))
    if not never_in_force(scenario):
        assert course.levers[key] is not None
        assert all(in_force[course.levers[key] :])
        if LEVERS[key].begins == "with a tender" and not course.tender:
            assert key == "fee.rule" and levers[key] == "open_book"


def is_bought_above_the_rate(scenario, since):
    """Whether a package is bought at the emergency rate in some week from `since` on."""
    fresh = round(scenario.parameters.numbers.sourcing_emergency_weeks)
    weeks = enumerate(weekly(scenario, begun(scenario)))
    return any(number >= since and (seen["end"].clients.emergency == fresh).any() for number, seen in weeks)


@given(moved_levers())
@settings(FEW, max_examples=12)
def test_no_verdict_is_given_on_a_lever_that_does_nothing(moved):
    key, scenario, without = moved
    refused = bool(never_in_force(scenario))
    week_of_it = timeline(scenario).courses[0].levers[key]
    if key == "employment.wage_floor" or (week_of_it or 0) > scenario.weeks - 26:
        return  # a floor may bind nobody in so small a place, and a few weeks at the end may show nothing
    one, other = (outcome_of(settling.go_through(run, begun(run), 1)) for run in (scenario, without))
    if key == "sourcing.emergency_rate":  # it is offered only for what is refused for money, in some places nothing
        assert identical(one, other) == (not is_bought_above_the_rate(scenario, week_of_it))
        return
    assert refused or not identical(one, other)
    if unmet := unmet_needs(key, scenario.changes[0].levers):
        assert refused and identical(one, other), unmet


@pytest.mark.parametrize("name", ["block", "collaborative", "zero-hours-spot", "collaborative-on-the-cheap"])
def test_the_shipped_policies_are_in_force_in_full(name):
    assert require_in_force([wigan(name, 260)]) is None


def test_a_cap_on_zero_hours_is_refused_where_the_norm_is_zero_hours():
    both = {"employment.contract_norm": "zero_hours", "employment.zero_hours_cap": 0.2}
    with pytest.raises(BadInput) as refused:
        small("baseline").with_levers(both)
    (problem,) = refused.value.problems
    assert problem.what == "employment.zero_hours_cap has no effect while employment.contract_norm is zero_hours"
    assert problem.right == "set employment.contract_norm: providers_choice with it"
