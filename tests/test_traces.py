"""Each policy's line of time says what was decided, what is in force, and what the market made of it."""

import json

import pytest

import caremarket_sim as cm
from caremarket_sim.findings.traces import MOVED, NEVER, NOT_AT_ALL, NOT_COMPARED, happened
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.studies.compare.files import files_of
from caremarket_sim.studies.compare.screen import summary
from tests.small_place import small


@pytest.fixture(scope="module")
def compared():
    """The small place with two providers tendered for, a wage floor below the law's, and connectors who bring as much
    as they may: a handful of futures tells no less from chance in so small a place."""
    few = {"procurement.max_providers": 2, "procurement.retender_at_start": True, "employment.wage_floor": 8.5}
    base = small("baseline", 104).with_parameters({"connection.support_gain": 0.12})
    policy = base.with_levers({**few, "community.connectors_fte": 5.0}).named("few")
    return cm.compare(base, policy, replicates=3, workers=0, assumption_replicates=0)


def test_the_line_of_time_says_when_and_what_the_market_made_of_it(compared):
    assert list(happened(compared.samples)) == ["few"]
    when, market, levers = happened(compared.samples)["few"]
    assert when.startswith("Decided in the week of 1 April 2024; in preparation: tender to 17 June 2024")
    assert "in force from 9 September 2024 with new contracts" in when
    column = list(INDICATORS).index("contracted_providers")
    before, after = (compared.samples[name].period("in force")[:, column].mean() for name in ("baseline", "few"))
    assert after < before
    assert f"contracted providers {before:.1f} with no new policy → {after:.1f}" in market
    assert "moved beyond chance for" in levers


def test_a_lever_that_moved_nothing_is_said_to_have_moved_nothing(compared):
    found = compared.traces().set_index("lever")
    assert set(found.index) == set(compared.samples["few"].scenario.changes[0].levers.differences(small().place.regime))
    assert found.moved["community.connectors_fte"] == MOVED
    assert found.in_force_from["community.connectors_fte"] == "2024-04-01"
    assert found.in_force_from["procurement.max_providers"] == "2024-09-09"
    silent = found[found.moved != MOVED]
    assert all(key in happened(compared.samples)["few"][2] for key in silent.index)
    interval = (found.low > 0) | (found.high < 0)
    assert (interval == (found.moved == MOVED)).all()


def test_what_is_exactly_as_without_a_policy_is_told_so():
    base = small("baseline", 52)
    floor = base.with_levers(employment__wage_floor=8.5).named("floor")
    found = cm.compare(base, floor, replicates=2, workers=0, assumption_replicates=0)
    assert found.traces().moved.tolist() == [NOT_AT_ALL]
    assert "0 of 1 in force; not for employment.wage_floor" in happened(found.samples)["floor"][2]
    assert "exactly as without" in happened(found.samples)["floor"][2]


def test_a_run_alone_and_a_lever_that_is_never_in_force_are_told_as_such():
    limited = small("baseline", 52).with_levers(procurement__max_providers=3, fee__level=1.1)
    found = cm.run(limited, replicates=1, workers=0, allow="never-in-force", why="to see")
    assert dict(zip(found.traces().lever, found.traces().moved, strict=True)) == {
        "procurement.max_providers": NEVER,
        "fee.level": NOT_COMPARED,
    }
    (when,) = happened(found.samples)[limited.name]
    assert when == (
        "Decided in the week of 1 April 2024; in force from 1 April 2024: fee.level; "
        "never in force: procurement.max_providers."
    )


def test_screen_json_tables_and_python_tell_the_same(compared, tmp_path):
    said = happened(compared.samples)
    assert compared.timeline().sentence.tolist() == said["few"]
    found = summary(compared, tmp_path, False)
    assert json.loads(json.dumps(found))["timeline"] == said
    files = dict(files_of(compared))
    assert all(sentence in files["timeline.csv"].decode() for sentence in (said["few"][0], said["few"][1]))
    assert "procurement.max_providers" in files["traces.csv"].decode()
    assert said["few"][1] in compared._repr_html_().replace("&rarr;", "→")
