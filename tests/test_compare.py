"""Comparisons: what may be compared, what is measured against what, and what is written down of it."""

import csv
import dataclasses
import io
import os
import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caremarket_sim.compiled.keeping import cache_folder
from caremarket_sim.errors import BadInput, ComparisonRefused
from caremarket_sim.findings import assumptions, frames
from caremarket_sim.indicators import BROKEN_DOWN, INDICATORS, STAGES, WEEKLY, Outcome, groups
from caremarket_sim.parameters import register
from caremarket_sim.results.records import Failure, Success
from caremarket_sim.runs.allowances import CODES, allowances, banner_of
from caremarket_sim.runs.comparability import Ground, ground, require_common_ground
from caremarket_sim.runs.design import Sample, Task, gather, replicate_seeds
from caremarket_sim.runs.plan import told_apart
from caremarket_sim.runs.settled import trim
from caremarket_sim.runs.targets import targets
from caremarket_sim.scenario import load
from caremarket_sim.studies.compare.files import tables_of
from caremarket_sim.studies.compare.result import Comparison
from caremarket_sim.studies.compare.study import plan_comparison, reference_among
from caremarket_sim.telling.files import csv_bytes

WIGAN = Path(__file__).resolve().parents[1] / "scenarios" / "wigan"
HEADLINES = [indicator.id for indicator in INDICATORS.values() if indicator.headline]

DIFFERENCE_COLUMNS = (
    "scenario",
    "reference",
    "family",
    "indicator",
    "period",
    "unit",
    "better",
    "reference_mean",
    "mean",
) + ("difference", "low", "high", "p_better", "p_same", "replicates", "draws", "variance_ratio", "verdict")


@pytest.fixture(scope="module")
def block():
    return load(WIGAN / "block.yaml")


@pytest.fixture(scope="module")
def collaborative():
    return load(WIGAN / "collaborative.yaml")


def outcome(scenario, value: float, years: int = 2) -> Outcome:
    """An outcome in which every number is the same."""
    cells = (years + 1, len(groups(scenario.place)), len(BROKEN_DOWN))
    return Outcome(
        weekly=np.full((52 * years, len(WEEKLY)), value),
        yearly=np.full((years, len(INDICATORS)), value),
        overall=np.full(len(INDICATORS), value),
        stages=np.full((len(STAGES), len(INDICATORS)), value),
        breakdowns=np.full(cells, value),
        counts=np.full(cells, 100.0),
    )


def sample(scenario, overall, years: int = 2, in_force: int | None = 30) -> Sample:
    """A sample with these values (replicate, indicator) in every period and week."""
    overall = np.asarray(overall, dtype=float)
    replicates = len(overall)
    weekly = overall[:, [list(INDICATORS).index(name) for name in WEEKLY]]
    broken_down = overall[:, [list(INDICATORS).index(name) for name in BROKEN_DOWN]]
    cells = np.repeat(np.repeat(broken_down[:, None, None], years + 1, 1), len(groups(scenario.place)), 2)
    return Sample(
        scenario=scenario,
        replicates=tuple(range(1, replicates + 1)),
        weekly=np.repeat(weekly[:, None], 52 * years, 1),
        yearly=np.repeat(overall[:, None], years, 1),
        overall=overall,
        stages=np.repeat(overall[:, None], len(STAGES), 1),
        breakdowns=cells,
        counts=np.full(cells.shape, 100.0),
        in_force=in_force,
    )


def compared(block, collaborative, ours, theirs) -> Comparison:
    samples = {"block": sample(block, ours), "collaborative": sample(collaborative, theirs)}
    return Comparison(samples, "block", seed=1, seeds=tuple(range(len(ours))))


def drawn(seed: int, replicates: int = 10) -> np.ndarray:
    smallest = [indicator.smallest for indicator in INDICATORS.values()]
    return 100 + np.random.default_rng(seed).normal(size=(replicates, len(INDICATORS))) * smallest


def test_the_table_of_differences_has_the_columns_that_others_rely_on(block, collaborative):
    frame = compared(block, collaborative, drawn(1), drawn(2)).frame()
    assert tuple(frame.columns) == DIFFERENCE_COLUMNS
    assert list(dict.fromkeys(frame.period)) == ["all", "transition", "in force", "last year", "year_1", "year_2"]
    assert len(frame) == 6 * len(INDICATORS)
    assert frame.attrs["units"] == {name: indicator.unit for name, indicator in INDICATORS.items()}
    assert frame.attrs["note"] == "chance only; assumptions held fixed"


def test_equal_outcomes_are_identical_in_every_row_and_differ_by_exactly_zero(block, collaborative):
    frame = compared(block, collaborative, drawn(1), drawn(1)).frame()
    assert set(frame.verdict) == {"identical"}
    assert (frame.difference == 0).all()


def test_a_headline_needs_more_to_be_clear_than_an_indicator_looked_at_alone(block, collaborative):
    """Every indicator has the same paired t of about 2.6: clear alone (p = 0.03), not among nine (0.03 x 9)."""
    smallest = np.array([indicator.smallest for indicator in INDICATORS.values()])
    effect = np.tile([0.3, 3.7], 5)[:, None] * smallest * 3
    frame = compared(block, collaborative, drawn(1), drawn(1) + effect).frame().set_index(["period", "indicator"])
    whole = frame.loc["all"]
    assert set(whole.loc[HEADLINES].verdict) == {"no clear difference"}
    assert set(whole.drop(HEADLINES).verdict) <= {"better", "worse", "higher"}


def test_one_replicate_gives_differences_without_intervals_or_verdicts(block, collaborative):
    frame = compared(block, collaborative, drawn(1, 1), drawn(2, 1)).frame()
    assert set(frame.verdict) == {"no clear difference"}
    assert frame.low.isna().all()
    assert frame.difference.notna().all()


def test_results_by_zone_hold_every_zone_with_its_difference(block, collaborative):
    by_zone = compared(block, collaborative, drawn(1), drawn(1) + 1).by("zone")
    zones = [group for dimension, group in groups(block.place) if dimension == "zone"]
    assert list(dict.fromkeys(by_zone.group)) == zones
    ours = by_zone[by_zone.scenario == "collaborative"]
    np.testing.assert_allclose(ours.difference, 1.0)


def test_results_by_something_unknown_are_refused_with_what_there_is(block, collaborative):
    with pytest.raises(BadInput, match="zone"):
        compared(block, collaborative, drawn(1), drawn(2)).by("colour")


# What may be compared


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Ground)])
def test_scenarios_on_different_ground_are_refused_with_what_differs(block, field):
    ours = ground(block)
    theirs = dataclasses.replace(ours, **{field: "something else"})
    with pytest.raises(ComparisonRefused) as refused:
        require_common_ground({"block": ours, "other": theirs}, "block")
    assert field.replace("_", " ") in str(refused.value)
    assert f"--allow {field.replace('_', '-')} --why" in str(refused.value)
    assert "something else" in str(refused.value)
    assert refused.value.exit_status == 3


def test_a_reason_allows_the_comparison_with_a_banner_that_says_what_differs_and_why(block):
    ours = ground(block)
    grounds = {"block": ours, "other": dataclasses.replace(ours, prices="frozen")}
    allowed = allowances("prices", "the committee asked")
    banner = banner_of(require_common_ground(grounds, "block", allowed)) or ""
    assert "NOT A LIKE-FOR-LIKE COMPARISON" in banner
    assert "frozen" in banner
    assert "the committee asked" in banner
    assert banner_of(require_common_ground({"block": ours, "other": ours}, "block", allowed)) is None


@pytest.mark.parametrize(
    "changed",
    [
        lambda scenario: scenario.with_weeks(104),
        lambda scenario: scenario.with_prices("frozen"),
        lambda scenario: scenario.with_parameters({assumptions.CARRYING[0]: register()[assumptions.CARRYING[0]].low}),
    ],
    ids=["horizon", "prices", "parameters"],
)
def test_a_plan_refuses_scenarios_that_differ_in_more_than_policy(block, collaborative, changed):
    with pytest.raises(ComparisonRefused):
        plan_comparison([block, changed(collaborative)])
    anything = allowances([code for code in CODES if code != "never-in-force"], "to see")
    assert "Allowed because: to see" in (
        plan_comparison([block, changed(collaborative)], allowed=anything).banner or ""
    )


def test_one_horizon_for_all_makes_scenarios_of_different_length_compare(block, collaborative):
    plan = plan_comparison([block, collaborative.with_weeks(156)], years=2)
    assert {scenario.weeks for scenario in plan.scenarios} == {104}


def test_two_scenarios_of_one_name_are_refused(block):
    with pytest.raises(BadInput, match="two scenarios are called 'block'") as refused:
        plan_comparison([block, block])
    assert refused.value.exit_status == 2


def test_what_ifs_made_in_python_are_named_by_what_was_changed(block):
    changed = block.with_levers(contract__term_years=7)
    names = [scenario.name for scenario in told_apart([block, changed, block])]
    assert names == ["block", "block contract.term_years=7", "block-2"]


def test_the_first_is_the_reference_unless_another_is_named(block, collaborative):
    baseline = load(WIGAN / "baseline.yaml")
    assert reference_among([block, baseline, collaborative], None) == "block"
    assert reference_among([block, baseline, collaborative], "collaborative") == "collaborative"


def test_the_place_with_no_new_policy_is_added_last_on_the_same_ground(block, collaborative):
    baseline = load(WIGAN / "baseline.yaml")
    plan = plan_comparison([block, collaborative])
    assert [scenario.name for scenario in plan.scenarios] == ["block", "collaborative", "baseline"]
    assert plan.scenarios[-1].key == baseline.key
    changed = {assumptions.CARRYING[0]: register()[assumptions.CARRYING[0]].low}
    (*_, added) = plan_comparison([block.with_parameters(changed).with_weeks(60)]).scenarios
    assert added.key == baseline.with_parameters(changed).with_weeks(60).key


@pytest.mark.parametrize("extra", [[], ["collaborative"]])
def test_it_is_not_added_where_it_is_there_already_or_not_wanted(block, collaborative, extra):
    baseline = load(WIGAN / "baseline.yaml")
    others = [collaborative for _ in extra]
    for name in ("baseline", "as-it-is"):
        plan = plan_comparison([block, baseline.named(name), *others])
        assert [scenario.name for scenario in plan.scenarios] == ["block", name, *extra]
    plan = plan_comparison([block, collaborative], baseline=False)
    assert [scenario.name for scenario in plan.scenarios] == ["block", "collaborative"]


def test_a_policy_that_is_called_baseline_does_not_stand_in_its_way(block):
    plan = plan_comparison([block.named("baseline")])
    assert [scenario.name for scenario in plan.scenarios] == ["baseline", "no-new-policy"]


def test_an_unknown_reference_is_refused_with_the_nearest_name(block, collaborative):
    with pytest.raises(BadInput, match="did you mean collaborative"):
        reference_among([block, collaborative], "colaborative")


def test_a_plan_is_the_same_whatever_the_scenarios_are_called(block, collaborative):
    plan = plan_comparison([block, collaborative], replicates=3)
    renamed = plan_comparison([block.named("a"), collaborative.named("b")], replicates=3)
    assert plan.key == renamed.key
    assert plan.key != plan_comparison([block, collaborative], replicates=4).key


# Replicates


@given(st.integers(0, 2**63), st.integers(1, 40), st.integers(0, 40))
def test_more_replicates_only_add_to_those_there_are(seed, replicates, more):
    seeds = replicate_seeds(seed, replicates + more)
    assert seeds[:replicates] == replicate_seeds(seed, replicates)
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= one < 2**63 for one in seeds)


def test_a_failed_replicate_is_left_out_of_every_scenario_and_the_rest_keep_their_numbers(block, collaborative):
    tasks = [Task(seed, (block, collaborative)) for seed in (11, 12, 13)]
    results = [Success([outcome(block, seed), outcome(collaborative, -seed)], 0.1) for seed in (11.0, 12.0, 13.0)]
    results[1] = Failure("raised", "ValueError: no", "")
    samples, failed = gather(tasks, results)
    assert samples["block"].replicates == samples["collaborative"].replicates == (1, 3)
    assert samples["collaborative"].overall[:, 0].tolist() == [-11.0, -13.0]
    assert [(lost.replicate, lost.seed) for lost in failed] == [(2, 12)]


# The two assumptions that carry most


def test_the_carrying_assumptions_are_tried_at_both_ends_of_their_ranges_on_the_same_futures(block, collaborative):
    plan = plan_comparison([block, collaborative], replicates=6, assumption_replicates=2)
    main, *tried = plan.batches
    assert [batch.parameters for batch in tried] == [(end,) for end in assumptions.ends([block])]
    assert {name for name, _ in assumptions.ends([block])} == set(assumptions.CARRYING)
    for batch in tried:
        assert [task.seed for task in batch.tasks] == [task.seed for task in main.tasks[:2]]
        (name, value) = batch.parameters[0]
        assert {scenario.parameters[name] for scenario in batch.tasks[0].scenarios} == {value}


def test_an_end_at_which_the_scenarios_are_already_is_not_tried_again(block):
    name = assumptions.CARRYING[0]
    low, high = register()[name].low, register()[name].high
    assert (name, low) not in assumptions.ends([block.with_parameters({name: low})])
    assert (name, high) in assumptions.ends([block.with_parameters({name: low})])


@pytest.mark.parametrize(
    ("before", "difference", "there", "difference_there", "fate"),
    [
        ("better", 1.0, "better", 0.5, "holds"),
        ("better", 1.0, "worse", -0.5, "reversed"),
        ("better", 1.0, "no clear difference", 0.5, "same direction but no longer clear"),
        ("better", 1.0, "no clear difference", -0.5, "other direction but not clear"),
        ("worse", 1.0, "too small to matter", 0.1, "now too small to matter"),
        ("no clear difference", 1.0, "worse", 0.5, "now worse"),
        ("too small to matter", 0.1, "no clear difference", 0.5, "still not clear"),
    ],
)
def test_the_fate_of_a_verdict_at_the_end_of_a_range_is_said_in_words(
    before, difference, there, difference_there, fate
):
    assert assumptions.becomes(before, difference, there, difference_there) == fate


def test_every_verdict_is_followed_to_every_end(block, collaborative):
    comparison = compared(block, collaborative, drawn(1), drawn(2))
    found = tuple(assumptions.End(*end, 0.0, comparison.samples) for end in assumptions.ends([block]))
    frame = dataclasses.replace(comparison, ends=found).assumptions()
    assert len(frame) == len(found) * len(INDICATORS)
    assert (frame.difference == frame.usual_difference).all()
    assert set(frame.becomes) <= {"holds", "still not clear"}


# Targets


def test_every_target_is_about_an_indicator_and_cites_its_evidence():
    for target in targets():
        assert target.indicator in INDICATORS, target.label
        assert target.low < target.high
        assert target.band in ("published", "tolerance", "assumed")
        assert target.evidence


# Files


def test_tables_are_read_back_to_the_bit_and_equal_results_give_equal_bytes(block, collaborative):
    one, two = (compared(block, collaborative, drawn(1), drawn(2)) for _ in range(2))
    for name, frame in tables_of(one, weekly=True).items():
        content = csv_bytes(frame)
        assert content.startswith(b"\xef\xbb\xbf"), name
        assert content == csv_bytes(tables_of(two, weekly=True)[name])
        back = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        assert list(back[0]) == list(frame.columns)
        for column in frame.select_dtypes("number"):
            read = [float(row[column] or "nan") for row in back]
            np.testing.assert_array_equal(read, frame[column].to_numpy(dtype=float))


def test_text_that_a_spreadsheet_would_run_is_escaped_and_numbers_are_not():
    content = csv_bytes(pd.DataFrame({"text": ["=1+1", "-x", "@y", "+z", "plain"], "number": [-1.5, 2, 3, 4, np.nan]}))
    rows = content.decode("utf-8-sig").splitlines()
    assert rows == ["text,number", "'=1+1,-1.5", "'-x,2.0", "'@y,3.0", "'+z,4.0", "plain,"]


def test_yearly_values_are_numbered_from_one(block, collaborative):
    frame = frames.yearly(compared(block, collaborative, drawn(1, 3), drawn(2, 3)).samples)
    assert list(frame.columns) == ["scenario", "replicate", "year", "indicator", "value"]
    assert sorted(set(frame.replicate)) == [1, 2, 3]
    assert sorted(set(frame.year)) == [1, 2]


def test_a_notebook_shows_a_comparison_as_a_real_table_with_its_caveat(block, collaborative):
    shown = compared(block, collaborative.named("<b>"), drawn(1), drawn(2))._repr_html_()
    assert "<caption>" in shown
    assert 'scope="row"' in shown
    assert "chance only; assumptions held fixed" in shown
    assert "<b>" not in shown


# Where settled states are kept


def test_settled_states_are_kept_where_the_user_says(monkeypatch, tmp_path):
    monkeypatch.setenv("CAREMARKET_CACHE", str(tmp_path / "kept"))
    assert cache_folder() == tmp_path / "kept"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners of folders are a matter of POSIX")
def test_a_spare_cache_that_others_may_write_to_is_not_trusted(monkeypatch, tmp_path):
    monkeypatch.setenv("CAREMARKET_CACHE", str(tmp_path / "a file" / "kept"))
    (tmp_path / "a file").write_text("in the way")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spare = cache_folder()
    assert spare is not None
    assert stat.S_IMODE(spare.stat().st_mode) & 0o077 == 0
    spare.chmod(0o777)
    assert cache_folder() is None


def test_the_oldest_settled_states_go_when_there_are_too_many(tmp_path):
    for age in range(4):
        (tmp_path / f"{age}.market").write_bytes(bytes(100))
        os.utime(tmp_path / f"{age}.market", (1e9 - age, 1e9 - age))
    (tmp_path / "thesis.tex").write_bytes(bytes(1000))
    (tmp_path / "5.market").symlink_to(tmp_path / "thesis.tex")
    os.utime(tmp_path / "thesis.tex", (1e8, 1e8))
    trim(tmp_path, most_bytes=250)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.market", "1.market", "5.market", "thesis.tex"]
    trim(tmp_path / "never made", most_bytes=1)
