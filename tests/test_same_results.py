"""Versions of the code that give the same results: what was found with one holds for the other."""

import json

from benchmarks.same_results import answer, of_file, of_policy, what_is_asked
from caremarket_sim.findings.versions import FILE, holds_now, note_as_same, versions_alike
from caremarket_sim.settling import code_version


def test_a_finding_holds_for_its_own_version_and_for_those_that_give_the_same(tmp_path):
    file, now = tmp_path / "same.json", code_version()
    file.write_text("[]")
    assert holds_now(now, file) and not holds_now("another", file)
    note_as_same("another", now, file)
    assert holds_now("another", file) and not holds_now("a third", file)


def test_versions_alike_are_alike_with_all_that_each_is_like(tmp_path):
    file = tmp_path / "same.json"
    file.write_text("[]")
    for before, after in (("one", "two"), ("three", "four"), ("two", "three"), ("five", "six")):
        note_as_same(before, after, file)
    assert sorted(versions_alike(file)) == [["five", "six"], ["one", "two", "three", "four"]]
    note_as_same("one", "four", file)
    assert sorted(versions_alike(file)) == [["five", "six"], ["one", "two", "three", "four"]]


def test_every_version_that_is_noted_stands_once():
    noted = [code for alike in versions_alike() for code in alike]
    assert len(noted) == len(set(noted)) and all(len(code) == 64 for code in noted)
    assert json.loads(FILE.read_text(encoding="utf-8")) == versions_alike()


def test_every_shipped_scenario_and_every_draw_is_asked_for():
    asked = what_is_asked(policies=3)
    assert {"scenarios/wigan/block.yaml", "scenarios/questions/fee-freeze.yaml", "random policy 3"} <= set(asked)
    assert "scenarios/wigan/collaborative.yaml under draw 24" in asked
    assert not [name for name in asked if "designs" in name or "place.yaml" in name]


def test_two_futures_that_differ_at_all_are_told_apart():
    once, again, under_another_draw = (of_file("scenarios/wigan/baseline.yaml", draw) for draw in (1, 1, 2))
    assert once == again != under_another_draw
    assert of_policy(1) != of_policy(2)


def test_an_answer_says_of_which_version_it_is():
    name = "scenarios/wigan/baseline.yaml"
    told = answer({name: what_is_asked(1)[name]}, workers=1)
    assert told == {"code": code_version(), name: of_file(name)}
