"""Targets and patterns as checks: each once, judged by what was published, every failure in words."""

import csv
import json

import numpy as np
import pytest

from caremarket_sim.cli import main
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.parameters import sources
from caremarket_sim.runs.targets import every_target
from caremarket_sim.studies.calibration import judging
from caremarket_sim.studies.calibration.checks import (
    FAILED,
    NOT_TESTABLE,
    PASSED,
    counts,
    pattern_checks,
    patterns,
    target_checks,
)
from caremarket_sim.studies.calibration.observing import quantities
from tests.small_place import FOLDER, small, wigan

MIDDLE = {
    "S6": (("S6", -0.03), ("S6_naive", -0.01)),
    "S7": (("S7_spread", -0.3), ("S7_posts", -0.01), ("S7_zero", 0.02), ("S7_zero_later", 0.0)),
    "S9": (("S9_usual", 0.10), ("S9_crowded", 0.12), ("S9_better", 0.08), ("S9_worse", 0.14)),
    "S10": (("S10_fee_few", 21.0), ("S10_fee_many", 20.0), ("S10_quality_latent_few", 0.62),
            ("S10_quality_latent_many", 0.60)),
    "S12": (("S12_any_before", 0.1), ("S12_any_after", 0.5), ("S12_after", 20.0), ("S12_margin", -0.04)),
    "S16": (("S16_before", 100.0), ("S16_after", 45.0), ("S16_episodes", 50.0)),
}  # fmt: skip
"""What an ideal market would give for patterns that rest on several numbers."""


def found(**changes):
    """Numbers, as experiments give them, at which every pattern and target is met, but for what is changed."""
    numbers = {target.indicator: (target.low + target.high) / 2.0 for target in every_target()}
    numbers |= {"turnover": 0.27, "vacancy_rate": 0.1, "closure_rate": 0.13, "S3_first": 0.44, "S3_long": 0.2}
    numbers |= {"S5_back": 0.4, "S13_usual": 0.64}
    for pattern in patterns():
        if not pattern.not_testable:
            numbers.setdefault(pattern.id, (pattern.low + min(pattern.high, 10.0)) / 2.0)
        numbers |= dict(MIDDLE.get(pattern.id, ()))
    numbers |= changes
    wobble = np.array([0.999, 1.0, 1.001])
    return {name: number * wobble for name, number in numbers.items()}


def statuses(**changes):
    return {check.id: check for check in pattern_checks(found(**changes))}


def test_every_pattern_stands_once_with_its_evidence_and_its_way_of_being_judged():
    assert [pattern.id for pattern in patterns()] == [f"S{number}" for number in range(1, 18)]
    testable = [pattern for pattern in patterns() if not pattern.not_testable]
    assert len(testable) >= 14
    assert set(judging.JUDGES) == {pattern.id for pattern in testable}
    for pattern in patterns():
        assert set(pattern.evidence) <= set(sources()), pattern.id
        assert pattern.not_testable or (pattern.low <= pattern.high and pattern.if_failed)


def test_every_target_has_a_band_evidence_and_something_that_observes_it():
    for target in every_target():
        assert target.low < target.high and set(target.evidence) <= set(sources())
        assert (target.indicator in quantities()) != target.only_reported
        assert target.only_checked == (target.indicator not in INDICATORS)


def test_a_market_that_is_as_published_passes_every_check():
    checks = pattern_checks(found())
    assert counts(checks) == {PASSED: 16, FAILED: 0, NOT_TESTABLE: 1}, [c.why for c in checks if c.status == FAILED]
    assert counts(target_checks(found(), wigan()))[FAILED] == 0


PLAIN = [pattern for pattern in patterns() if not pattern.not_testable and pattern.id not in MIDDLE]


@pytest.mark.parametrize("pattern", PLAIN, ids=lambda pattern: pattern.id)
def test_a_value_outside_its_range_fails_and_says_why(pattern):
    name = {"S1": "turnover", "S2": "vacancy_rate", "S8": "closure_rate"}.get(pattern.id, pattern.id)
    check = statuses(**{name: pattern.low - 0.1 * (abs(pattern.low) + 0.1)})[pattern.id]
    assert check.status == FAILED
    assert "outside its range" in check.why and pattern.if_failed in check.why


@pytest.mark.parametrize(
    ("pattern", "changes", "words"),
    [
        ("S6", {"S6_naive": -0.025}, "more than half"),
        ("S6", {"S6_naive": 0.01}, "leave more"),
        ("S6", {"S6": -0.01}, "outside its range"),
        ("S4", {"S4": 0.0}, "does not clearly fall"),
        ("S9", {"S9_crowded": 0.1}, "do not clearly close more often"),
        ("S7", {"S7_zero": -0.001}, "zero-hours do not rise"),
        ("S7", {"S7_posts": -0.05}, "posts filled fall"),
        ("S9", {"S9_better": 0.15}, "better agencies close"),
        ("S9", {"S9_crowded": 0.09}, "outside its range"),
        ("S10", {"S10_fee_many": 21.5}, "fee is not clearly lower"),
        ("S12", {"S12_any_after": 0.2}, "outside its range"),
        ("S16", {"S16_after": 75.0, "S16_episodes": 25.0}, "not some 60%"),
        ("S16", {"S16_episodes": 10.0}, "outside its range"),
    ],
)
def test_each_part_of_a_pattern_can_fail_it(pattern, changes, words):
    check = statuses(**changes)[pattern]
    assert check.status == FAILED and words in check.why


def test_what_hardly_happens_in_a_place_is_not_testable_there():
    check = statuses(S9_usual=0.0)["S9"]
    assert check.status == NOT_TESTABLE and "too few" in check.why


def test_a_target_missed_says_why_and_by_how_much():
    checks = {check.id: check for check in target_checks(found(clients_per_provider=31.0), wigan())}
    missed = checks["clients_per_provider"]
    assert missed.status == FAILED and "1,850 people and 60 agencies" in missed.why
    assert missed.value == pytest.approx(31.0)


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """The small place checked by the command, on two futures."""
    folder = tmp_path_factory.mktemp("checked")
    how = ["--replicates", "2", "--workers", "0", "--quiet", "--out", str(folder / "results")]
    status = main(["check", str(FOLDER / "collaborative.yaml"), "--document", str(folder / "validation.md"), *how])
    return folder, status


def test_the_command_writes_every_check_once_and_leaves_with_what_it_found(checked):
    folder, status = checked
    with (folder / "results" / "checks.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert list(rows[0]) == ["id", "kind", "value", "low", "high", "status", "why"]
    assert [row["id"] for row in rows if row["kind"] == "pattern"] == [pattern.id for pattern in patterns()]
    assert [row["id"] for row in rows if row["kind"] == "target"] == [target.indicator for target in every_target()]
    assert {row["status"] for row in rows} <= {PASSED, FAILED, NOT_TESTABLE}
    assert status == (1 if any(row["status"] == FAILED for row in rows) else 0)
    assert all(row["why"] for row in rows)


def test_the_document_holds_every_check_and_the_parts_of_the_gap(checked):
    folder, _ = checked
    text = (folder / "validation.md").read_text(encoding="utf-8")
    assert text == (folder / "results" / "validation.md").read_text(encoding="utf-8")
    for pattern in patterns():
        assert f"| {pattern.id} |" in text and f"**{pattern.id}** " in text
    assert "volatility and shortfall of hours" in text and "What the targets say of each parameter" in text


def test_the_shipped_document_is_of_the_shipped_set_and_names_every_check():
    text = (FOLDER.parents[2] / "docs" / "validation.md").read_text(encoding="utf-8")
    for name in [pattern.id for pattern in patterns()] + [target.label for target in every_target()]:
        assert name in text
    assert "before and after calibration" in text and "measure first" in text


def test_the_shipped_document_holds_the_tables_that_are_kept_beside_it():
    from caremarket_sim.studies.calibration.validation_tables import compared, kept_tables, ranged, screened

    docs = FOLDER.parents[2] / "docs"
    text = (docs / "validation.md").read_text(encoding="utf-8")
    tables = kept_tables([], docs / "validation")
    sections = [part for section in (compared, ranged, screened) for part in section(tables) if part]
    assert len(sections) > 10
    assert [part.splitlines()[0] for part in sections if part not in text] == []


def test_results_that_are_no_results_are_refused_for_the_document(tmp_path, capsys):
    from caremarket_sim.errors import BadInput
    from caremarket_sim.studies.calibration.validation_tables import kept_tables

    with pytest.raises(BadInput, match="no tables"):
        kept_tables([tmp_path], None)


def test_a_policy_is_left_out_of_a_place(checked):
    """Both are checked without a policy, so the collaborative file gives what the place alone gives."""
    from caremarket_sim.studies.calibration.checks import check

    folder, _ = checked
    plain = check(small("baseline"), replicates=2, workers=0)
    numbers = (folder / "results" / "numbers.csv").read_text(encoding="utf-8-sig").splitlines()
    rows = {row.split(",")[0]: row.split(",")[1] for row in numbers}
    assert float(rows["turnover"]) == plain.found["turnover"].mean()
    assert json.loads(plain.frame().to_json(orient="records"))[0]["kind"] == "target"
