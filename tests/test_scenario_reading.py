"""Scenario and place files: what they may say, how they differ from what they extend, that nothing in them harms."""

import shutil
from datetime import date
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.policy import NEUTRAL, of_preset
from caremarket_sim.scenario import load, read_place, resolve
from caremarket_sim.scenario.documents import read_document
from caremarket_sim.scenario.workspace import shipped_scenarios

HEAD = "format: 2\nextends: builtin:wigan/baseline\n"


@pytest.fixture
def write(tmp_path):
    """Write a file of the workspace `tmp_path` and return its path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    write("caremarket.toml", "")
    return write


@pytest.fixture
def place(write):
    """A copy of the shipped place that a test may change: the path of its file."""
    for name in ("place.yaml", "zones.csv"):
        write(name, (shipped_scenarios() / "wigan" / name).read_text(encoding="utf-8"))
    return shutil.copy(shipped_scenarios() / "wigan" / "place.yaml", write("place.yaml", ""))


def problems_of(path):
    with pytest.raises(BadInput) as refused:
        load(path)
    return [str(problem) for problem in refused.value.problems]


def test_set_wins_over_the_preset_used(write):
    path = write("a.yaml", HEAD + "policy:\n  - from: 2024-04-01\n    use: block\n    set: {fee.level: 1.1}\n")
    assert load(path).levers_at(0) == of_preset("block").changed({"fee.level": 1.1})


def test_each_step_is_a_difference_on_the_levers_in_force(write):
    steps = "  - from: 2024-04-01\n    set: {fee.level: 1.1}\n  - from: 2025-04-07\n    set: {contract.term_years: 7}\n"
    scenario = load(write("a.yaml", HEAD + "policy:\n" + steps))
    assert [change.week for change in scenario.changes] == [0, 53]
    assert scenario.levers_at(53) == NEUTRAL.changed({"fee.level": 1.1, "contract.term_years": 7})


def test_a_change_takes_effect_in_the_week_that_contains_its_date(write):
    step = "policy:\n  - from: {}\n    set: {{fee.level: 1.1}}\n"
    days = ("2024-04-02", "2024-04-07", "2024-04-08", "2026-03-29", "2026-04-01")
    weeks = [load(write("a.yaml", HEAD + step.format(day))).changes[0].week for day in days]
    assert weeks == [0, 0, 1, 103, 104]


def test_two_steps_that_fall_in_one_week_are_one_change(write):
    steps = (
        "  - from: 2024-04-02\n    why: one\n    set: {fee.level: 1.1}\n"
        "  - from: 2024-04-05\n    why: two\n    set: {fee.level: 1.2}\n"
    )
    [change] = load(write("a.yaml", HEAD + "policy:\n" + steps)).changes
    assert (change.week, change.levers["fee.level"], change.why) == (0, 1.2, "one; two")


def test_a_file_differs_from_what_it_extends_only_in_what_it_says(write):
    write("a.yaml", HEAD + "years: 2\nprices: frozen\npolicy:\n  - from: 2024-04-01\n    set: {fee.level: 1.1}\n")
    write("b/b.yaml", "format: 2\nextends: ../a.yaml\nyears: 3\n")
    path = write("c.yaml", "format: 2\nextends: b/b.yaml\npolicy:\n  - from: 2024-04-01\n    set: {fee.level: 1.2}\n")
    scenario = load(path)
    assert (scenario.name, scenario.title) == ("c", "C")
    assert (scenario.weeks, scenario.prices) == (156, "frozen")
    assert scenario.levers_at(0)["fee.level"] == 1.2
    assert [Path(file).name for file in resolve(path).files] == ["baseline.yaml", "a.yaml", "b.yaml", "c.yaml"]


def test_steps_of_an_extended_file_take_their_place_by_date(write):
    write("a.yaml", HEAD + "policy:\n  - from: 2025-03-31\n    set: {fee.level: 1.1}\n")
    steps = "policy:\n  - from: 2024-04-01\n    use: block\n  - from: 2026-03-30\n    set: {fee.level: 1.3}\n"
    scenario = load(write("b.yaml", "format: 2\nextends: a.yaml\n" + steps))
    assert [change.levers["fee.level"] for change in scenario.changes] == [1, 1.1, 1.3]
    assert scenario.levers_at(200)["contract.sourcing"] == "block_first"


def test_parameters_are_overridden_by_name(write):
    name, value = _a_parameter()
    write("a.yaml", HEAD + f"parameters:\n  {name}: {value}\n")
    scenario = load(write("b.yaml", "format: 2\nextends: a.yaml\n"))
    assert scenario.parameters.overrides == {name: value}


def test_every_value_knows_the_file_and_line_it_comes_from(write):
    name, value = _a_parameter()
    text = HEAD + f"parameters:\n  {name}: {value}\npolicy:\n  - from: 2024-04-01\n    use: block\n    set:\n"
    path = write("a.yaml", text + "      fee.level: 1.1\n")
    found = resolve(path)
    assert found.origins[name].endswith("a.yaml:4")
    origins = found.steps[0].origins
    assert origins["fee.level"].endswith("a.yaml:9")
    assert "a.yaml:7 (preset block" in origins["contract.sourcing"]
    assert found.origins["place"].endswith("baseline.yaml:5")


def test_every_mistake_is_said_at_once_in_order_of_line(write):
    path = write(
        "a.yaml",
        HEAD
        + "years: 11\nprices: frosen\nfoo: 1\nparameters:\n  no.such: 1\npolicy:\n  - from: 2024-13-01\n    use: blok\n"
        + "    set:\n      fee.lvel: 1\n      fee.level: 110%\n",
    )
    lines = [int(problem.split(":")[1]) for problem in problems_of(path)]
    assert lines == [3, 4, 5, 7, 9, 10, 12, 13]


def test_mistakes_in_a_place_and_its_zones_are_said_with_their_own_files(write, place):
    text = (
        Path(place).read_text(encoding="utf-8").replace("value: 1390", "value: 13900000").replace("25\n", "26.5\n", 1)
    )
    write("place.yaml", text)
    zones = (Path(place).parent / "zones.csv").read_text(encoding="utf-8").replace("-2.59456", "259")
    write("zones.csv", zones)
    path = write("a.yaml", "format: 2\nplace: place.yaml\nyears: 0\n")
    found = problems_of(path)
    assert [Path(problem.split(":")[0]).name for problem in found] == [
        "a.yaml",
        "place.yaml",
        "place.yaml",
        "zones.csv",
    ]
    assert "zones.csv:2: longitude is '259'" in found[-1]


def test_a_place_may_start_from_a_regime_of_its_own(write, place):
    with open(place, "a", encoding="utf-8") as file:
        file.write("regime:\n  contract.payment_basis: planned_time\n")
    scenario = load(write("a.yaml", "format: 2\nplace: place.yaml\n"))
    assert scenario.changes == ()
    assert scenario.levers_at(0) == NEUTRAL.changed({"contract.payment_basis": "planned_time"})
    assert scenario.spin_up_key != load("builtin:wigan/baseline").spin_up_key


def test_the_shipped_place_is_wigan_as_it_is_documented():
    place = read_place(shipped_scenarios() / "wigan" / "place.yaml")
    assert place.name == "Wigan" and place.start == date(2024, 4, 1) and place.price_base == "2024/25"
    assert len(place.zones) == 25
    assert place.zones["population_65plus"].sum() == 63_420
    assert place.zones["area_km2"].sum() == pytest.approx(188.17, abs=0.02)
    assert (place.council_clients, place.self_funders, place.care_workers) == (1390, 460, 1000)
    assert (place.contracted_providers, place.private_providers) == (25, 35)
    assert (place.council_fee, place.self_funder_price) == (23.56, 27.4)
    weakest = place.figures["council_clients"]
    assert (weakest.low, weakest.high, weakest.grade) == (930, 2845, "derived")
    assert "Gateshead" in weakest.note


def test_a_symbolic_link_inside_the_workspace_is_followed(write, tmp_path):
    write("real/a.yaml", HEAD)
    (tmp_path / "link.yaml").symlink_to(tmp_path / "real" / "a.yaml")
    assert load(write("b.yaml", "format: 2\nextends: link.yaml\n")).weeks == 260


def test_without_a_marked_workspace_a_file_keeps_to_its_own_folder(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.yaml").write_text(HEAD, encoding="utf-8")
    path = tmp_path / "inner" / "b.yaml"
    path.write_text("format: 2\nextends: ../a.yaml\n", encoding="utf-8")
    [problem] = problems_of(path)
    assert "lies outside the workspace" in problem and "caremarket.toml" in problem


def test_a_wrong_lever_does_not_make_its_companions_look_wrong(write):
    step = "policy:\n  - from: 2024-04-01\n    set: {procurement.zoned: yes, procurement.providers_per_zone: 3}\n"
    [problem] = problems_of(write("a.yaml", HEAD + step))
    assert "procurement.zoned is true or false, not yes; write true" in problem


def test_a_scenario_with_no_steps_is_the_place_as_it_is(write):
    assert load(write("a.yaml", HEAD + "policy: []\n")).key == load("builtin:wigan/baseline").key


def test_a_file_from_windows_is_read_like_any_other(write, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert load(path).weeks == 260


@given(text=st.text(max_size=60), where=st.integers(0, 400))
def test_whatever_a_file_holds_it_is_read_or_refused_in_words(tmp_path_factory, text, where):
    good = (shipped_scenarios() / "wigan" / "collaborative-on-the-cheap.yaml").read_text(encoding="utf-8")
    good = good.replace("extends: baseline.yaml", "extends: builtin:wigan/baseline")
    path = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    path.write_bytes((good[:where] + text + good[where:]).encode("utf-8", "surrogatepass"))
    try:
        load(path)
    except BadInput as bad:
        assert all(isinstance(problem, Problem) and str(problem).isprintable() for problem in bad.problems)
        assert bad.problems


@given(
    st.recursive(st.integers(0, 9) | st.text("ab", max_size=3), lambda inner: st.lists(inner, max_size=3), max_leaves=8)
)
def test_nodes_hold_what_was_written(tmp_path_factory, value):
    from caremarket_sim.scenario.lever_values import plain

    def written(value):
        if isinstance(value, list):
            return "[" + ", ".join(map(written, value)) + "]"
        return f'"{value}"' if isinstance(value, str) else str(value)

    path = tmp_path_factory.getbasetemp() / "nodes.yaml"
    path.write_text(written(value) + "\n", encoding="utf-8")
    assert plain(read_document(path, "nodes.yaml").root) == value


def _a_parameter():
    from caremarket_sim.parameters import REGISTER

    parameter = next(one for one in REGISTER.values() if one.low != one.value)
    return parameter.name, parameter.low


def test_every_source_that_the_place_the_levers_and_the_presets_cite_is_in_the_register():
    import re

    from caremarket_sim.parameters import sources
    from caremarket_sim.policy import LEVERS, REASONS

    place = load("builtin:wigan/baseline").place
    cited = {source for figure in place.figures.values() for source in figure.source}
    cited |= {lever.source for lever in LEVERS.values() if lever.source}
    whys = [reason.why for preset in REASONS.values() for reason in preset.values()]
    cited |= {identity for why in whys for identity in re.findall(r"\(([A-Z]\d+)\)", why)}
    assert sorted(cited - set(sources())) == []


def test_a_scenario_of_the_format_before_is_read_and_says_what_has_changed_since(write):
    before = resolve(write("before.yaml", HEAD.replace("format: 2", "format: 1")))
    now = resolve(write("now.yaml", HEAD))
    (note,) = before.notes
    assert (note.line, note.right) == (1, "write 2") and str(note.file).endswith("before.yaml")
    assert "is written in format 1" in note.what and "`employment.paid_travel_share`" in note.what
    assert not now.notes
    assert before.scenario.levers_at(0) == now.scenario.levers_at(0)
