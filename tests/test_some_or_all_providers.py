"""A list of providers says whether it names all of them or some, and some never make a market of so few."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.opening import make_market
from caremarket_sim.runs.resolved import resolved_json, scenario_from
from caremarket_sim.scenario import load, read_place
from caremarket_sim.scenario.beginnings import write_new
from caremarket_sim.scenario.estimates import estimated_figures
from caremarket_sim.scenario.given import Given
from caremarket_sim.scenario.providers import no_providers, read_providers
from caremarket_sim.scenario.zones import read_zones

ROOT = Path(__file__).resolve().parents[1]
ZONES = ROOT / "scenarios" / "wigan" / "zones.csv"
THREE = "name,contracted,weekly_hours\nA,yes,900\nB,yes,620\nC,yes,310\n"


@pytest.fixture
def new(tmp_path):
    """Write a place whose list has this text, and return the folder."""

    def new(text, **given):
        (tmp_path / "list.csv").write_text(text, encoding="utf-8")
        return write_new("Testham", tmp_path / "testham", Given(ZONES, tmp_path / "list.csv", **given))

    return new


def rewritten(folder, old, new):
    """The place file with some of its text changed."""
    path = folder / "place.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def number_of_providers(place):
    return place.contracted_providers + place.private_providers


def test_three_of_some_fifty_providers_do_not_make_a_market_of_three(new):
    place = read_place(new(THREE) / "place.yaml")
    usual = estimated_figures(place.zones, no_providers(), {}, "")
    assert place.complete is False and len(place.providers) == 3
    assert place.contracted_providers == usual["contracted_providers"].value > 20
    assert place.private_providers == usual["private_providers"].value > 20


def test_a_council_that_names_three_of_its_providers_gets_the_market_of_one_that_names_none(tmp_path):
    """Three names made three providers with a contract, and after five years some ten where there would be 25."""
    (tmp_path / "list.csv").write_text(THREE, encoding="utf-8")
    common = ["new", "Testham", "--zones", str(ZONES), "--quiet", "--out"]
    assert main([*common, str(tmp_path / "none")]) == 0
    assert main([*common, str(tmp_path / "three"), "--providers", str(tmp_path / "list.csv")]) == 0
    none, three = (read_place(tmp_path / name / "place.yaml") for name in ("none", "three"))
    assert three.contracted_providers == none.contracted_providers > 20
    assert three.private_providers == none.private_providers > 20


def test_a_complete_list_counts_everybody(new):
    place = read_place(new(THREE + "D,no,\n", complete=True) / "place.yaml")
    assert place.complete is True
    assert (place.contracted_providers, place.private_providers) == (3, 1)
    assert place.figures["contracted_providers"].grade == "derived"


def test_the_regulator_s_directory_names_everybody(tmp_path):
    made_up = ROOT / "scenarios" / "made-up-council"
    given = Given(zones=made_up / "zones.csv", directory=made_up / "directory.csv")
    place = read_place(write_new("Ambleford", tmp_path / "own", given) / "place.yaml")
    assert place.complete is True and number_of_providers(place) == len(place.providers)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(st.sampled_from(["yes", "no", ""]), min_size=1, max_size=70),
    complete=st.booleans(),
    older=st.floats(0.02, 1.5),
)
def test_the_figures_that_are_estimated_never_contradict_the_list(tmp_path, said, complete, older):
    file = tmp_path / "list.csv"
    file.write_text("name,contracted\n" + "".join(f"P{i},{one}\n" for i, one in enumerate(said)), encoding="utf-8")
    zones = read_zones(ZONES, "zones.csv")
    zones["population_65plus"] *= older
    figures = estimated_figures(zones, read_providers(file, "list.csv", None), {}, "list.csv", complete)
    contracted, private = (int(figures[f"{kind}_providers"].value) for kind in ("contracted", "private"))
    assert contracted >= max(said.count("yes"), 1)
    if complete and set(said) != {"no"}:  # that nobody has a contract is no market, and is refused
        assert contracted + private == len(said) and private >= said.count("no")
    if not complete:
        usual = estimated_figures(zones, no_providers(), {}, "")
        assert contracted + private >= max(len(said), usual["contracted_providers"].value)
        assert private >= said.count("no")


def test_the_others_are_drawn_as_for_a_place_without_a_list(new):
    folder = new(THREE)
    market = make_market(load(folder / "baseline.yaml"), 1)
    place = read_place(folder / "place.yaml")
    assert len(market.providers) == number_of_providers(place)
    assert market.providers.contracted.sum() == place.contracted_providers
    assert market.providers.contracted[market.providers.number <= 3].all()


def test_a_complete_list_and_figures_that_count_otherwise_are_refused_with_both_numbers(new):
    folder = new(THREE + "D,no,\n", complete=True)
    path = rewritten(folder, "value: 3\n", "value: 20\n")
    with pytest.raises(BadInput, match=r"names 4 providers, and the figures say 21 \(20 with a contract and 1 without"):
        read_place(path)
    rewritten(folder, "complete: true", "complete: false")
    assert number_of_providers(read_place(path)) == 21


@pytest.mark.parametrize("contracted", [2, 5])
def test_an_option_that_contradicts_a_complete_list_is_refused(tmp_path, capsys, monkeypatch, contracted):
    monkeypatch.chdir(tmp_path)
    Path("list.csv").write_text(THREE, encoding="utf-8")
    words = ["--zones", str(ZONES), "--providers", "list.csv", "--complete", "--contracted", str(contracted)]
    assert main(["new", "Testham", *words]) == 2
    assert re.search(rf"names 3 providers.*figures say {max(contracted, 2)}", capsys.readouterr().err)
    assert not Path("testham").exists()


def test_the_plain_form_is_read_as_some_and_asked_about(new, capsys):
    folder = new(THREE)
    path = rewritten(folder, "{list: providers.csv, complete: false}", "providers.csv")
    place = read_place(path)
    assert place.complete is None and number_of_providers(place) > 40
    assert main(["validate", str(path), str(folder / "baseline.yaml"), "--no-probe"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("  ")]
    assert len(lines) == 2 and all("read as some of all: write `providers: {list: " in line for line in lines)
    rewritten(folder, "providers: providers.csv", "providers: {list: providers.csv, complete: false}")
    assert main(["validate", str(path), "--no-probe"]) == 0
    assert "(3 of them listed)" in (out := capsys.readouterr().out) and "write `providers" not in out


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("{list: providers.csv}", "providers lacks complete"),
        ("{complete: true}", "providers lacks list"),
        ("{list: providers.csv, complete: maybe}", "complete is 'maybe', neither true nor false"),
        ("{list: providers.csv, complete: 1}", "write true or false"),
        ("{list: providers.csv, all: true, complete: true}", "unknown key all in providers"),
        ("{list: nowhere.csv, complete: false}", "there is no providers file nowhere.csv"),
    ],
)
def test_a_mistake_in_it_has_its_line(new, written, says):
    path = rewritten(new(THREE), "{list: providers.csv, complete: false}", written)
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if text.startswith("providers:"))
    with pytest.raises(BadInput) as refused:
        read_place(path)
    assert any(says in str(problem) and problem.line == line for problem in refused.value.problems)


def test_what_a_list_is_goes_into_the_record_and_changes_no_number(new):
    folder = new(THREE)
    scenario = load(folder / "baseline.yaml")
    again = scenario_from(resolved_json(scenario), Path("ledger.sqlite"))
    assert again.place.complete is False
    plain = read_place(rewritten(folder, "{list: providers.csv, complete: false}", "providers.csv"))
    assert plain.key == scenario.place.key
