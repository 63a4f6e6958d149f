"""Versions of the code that give the same results: what was found with one holds for the other."""

import json

from benchmarks.same_results import SAMPLES, answer, of_file, of_policy, of_sample, what_is_asked
from caremarket_sim.findings.versions import EVERYTHING, FILE, FINDINGS, holds_now, note_as_same, versions_alike
from caremarket_sim.settling import code_version


def test_a_finding_holds_for_its_own_version_and_for_those_that_give_the_same(tmp_path):
    file, now = tmp_path / "same.json", code_version()
    file.write_text("{}")
    assert holds_now(now, file=file) and not holds_now("another", file=file)
    note_as_same("another", now, file=file)
    assert holds_now("another", file=file) and not holds_now("a third", file=file)


def test_a_finding_whose_own_runs_are_the_same_holds_where_others_do_not(tmp_path):
    file, now = tmp_path / "same.json", code_version()
    file.write_text("{}")
    note_as_same("the oldest", "the one before", file=file)
    note_as_same("the one before", now, "emulator", file)
    assert holds_now("the oldest", "emulator", file)
    assert not holds_now("the one before", file=file) and not holds_now("the one before", "plausible set", file)


def test_versions_alike_are_alike_with_all_that_each_is_like(tmp_path):
    file = tmp_path / "same.json"
    file.write_text("{}")
    for before, after in (("one", "two"), ("three", "four"), ("two", "three"), ("five", "six")):
        note_as_same(before, after, file=file)
    assert sorted(versions_alike(file=file)) == [["five", "six"], ["one", "two", "three", "four"]]
    note_as_same("one", "four", file=file)
    assert sorted(versions_alike(file=file)) == [["five", "six"], ["one", "two", "three", "four"]]


def test_every_version_that_is_noted_stands_once():
    by_finding = json.loads(FILE.read_text(encoding="utf-8"))
    assert set(by_finding) <= {EVERYTHING, *FINDINGS}
    for alike in by_finding.values():
        noted = [code for codes in alike for code in codes]
        assert len(noted) == len(set(noted)) and all(len(code) == 64 for code in noted)


def test_every_shipped_scenario_and_every_draw_is_asked_for():
    by_finding = what_is_asked(policies=3)
    assert set(by_finding) == {EVERYTHING, *FINDINGS}
    asked = [name for runs in by_finding.values() for name in runs]
    assert len(asked) == len(set(asked))
    assert {"scenarios/wigan/block.yaml", "scenarios/questions/fee-freeze.yaml", "random policy 3"} <= set(asked)
    assert "scenarios/wigan/collaborative.yaml under draw 24" in asked
    assert "scenarios/wigan/baseline.yaml under draw 24" in by_finding["plausible set"]
    assert not [name for name in by_finding[EVERYTHING] if "designs" in name or "place.yaml" in name]


def test_two_futures_that_differ_at_all_are_told_apart():
    once, again, under_another_draw = (of_file("scenarios/wigan/baseline.yaml", draw) for draw in (1, 1, 2))
    assert once == again != under_another_draw
    assert of_policy(1) != of_policy(2)
    assert of_sample(1) == of_sample(1) != of_sample(SAMPLES)


def test_an_answer_says_of_which_version_it_is():
    name = "scenarios/wigan/baseline.yaml"
    told = answer({name: what_is_asked(1)[EVERYTHING][name]}, workers=1)
    assert told == {"code": code_version(), name: of_file(name)}
