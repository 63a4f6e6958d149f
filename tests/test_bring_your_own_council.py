"""A council starts from its own zones and providers, or the regulator's directory, and gets to a comparison."""

import json
import shlex
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caremarket_sim import settling
from caremarket_sim.cli import main
from caremarket_sim.compiled.hashing import stream_key
from caremarket_sim.errors import BadInput
from caremarket_sim.market.codes import GOOD, INADEQUATE, OUTSTANDING, OWNERSHIPS, RATINGS, UNRATED
from caremarket_sim.opening import make_market
from caremarket_sim.opening.listed import opening_sizes, quality_behind
from caremarket_sim.parameters import Parameters
from caremarket_sim.policy import NEUTRAL, of_preset
from caremarket_sim.runs.resolved import resolved_json, scenario_from
from caremarket_sim.scenario import load, read_place
from caremarket_sim.scenario.beginnings import write_new
from caremarket_sim.scenario.directory import read_directory
from caremarket_sim.scenario.estimates import estimated_figures
from caremarket_sim.scenario.given import Given
from caremarket_sim.scenario.providers import (
    OWNERSHIP_WORDS,
    RATING_WORDS,
    UNKNOWN,
    no_providers,
    read_providers,
)
from caremarket_sim.scenario.sizing import SIZED
from caremarket_sim.scenario.zones import read_zones
from tests.small_place import from_python

ROOT = Path(__file__).resolve().parents[1]
MADE_UP = ROOT / "scenarios" / "made-up-council"
ZONES, PROVIDERS, DIRECTORY = (MADE_UP / f"{name}.csv" for name in ("zones", "providers", "directory"))
HOW_TO = ROOT / "docs" / "how-to" / "bring-your-own-council.md"


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Run a command in an empty folder and return its status, stdout and stderr; places are not tried."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        untried = ["--no-probe"] if words[:1] in (("new",), ("validate",)) and "--help" not in words else []
        status = main([*(str(word) for word in words), *untried])
        return status, *capsys.readouterr()

    return call


@pytest.fixture(scope="module")
def ambleford(tmp_path_factory):
    """The baseline of the made-up council, as `new` writes it from its two files."""
    folder = tmp_path_factory.mktemp("own") / "ambleford"
    write_new("Ambleford", folder, Given(zones=ZONES, providers=PROVIDERS, complete=True))
    return load(folder / "baseline.yaml").with_weeks(52)


@cache
def listed():
    return read_providers(PROVIDERS, "providers.csv", read_zones(ZONES, "zones.csv"))


def commands_of(page, block):
    """The commands of a page's code block, as words."""
    blocks = page.read_text(encoding="utf-8").split("```sh\n")[1:]
    return [shlex.split(line)[1:] for line in blocks[block].split("```")[0].splitlines()]


@pytest.mark.slow
def test_two_files_become_a_comparison_in_the_three_commands_of_the_page(call, tmp_path):
    shutil.copytree(MADE_UP, tmp_path / "scenarios" / "made-up-council")
    commands = commands_of(HOW_TO, 2)
    assert [command[0] for command in commands] == ["new", "validate", "compare"]
    for command in commands:
        small = ["--years", "2", "--workers", "1", "--out", "results"] if command[0] == "compare" else []
        words = ["1" if word == "20" else word for word in command]
        status, _, err = call(*words, *small)
        assert status == 0, err
    differences = (tmp_path / "results" / "differences.csv").read_text(encoding="utf-8-sig").splitlines()
    assert {line.split(",")[0] for line in differences[1:]} == {"block", "collaborative"}


def test_the_page_s_directory_is_read_too(call, tmp_path):
    shutil.copytree(MADE_UP, tmp_path / "scenarios" / "made-up-council")
    [command] = commands_of(HOW_TO, 3)
    assert call(*command)[0] == 0
    place = read_place(tmp_path / "ambleford-from-directory" / "place.yaml")
    assert place.providers["name"].tolist() == [agency.name for agency in read_directory(DIRECTORY, "d", "Ambleford")]


def test_what_the_list_says_holds_on_the_first_day(ambleford):
    for seed in (1, 2):
        market = settling.settle(ambleford, seed)
        said = listed()
        providers = market.providers
        assert sorted(providers.number) == list(range(1, len(said) + 1)) and (providers.open == 1).all()
        place = np.argsort(providers.number)
        for column, ours in (("contracted", "contracted"), ("ownership", "ownership"), ("zone", "base_zone")):
            known = said[column] != UNKNOWN
            assert getattr(providers, ours)[place][known].tolist() == said[column][known].tolist()
        known = said["rating"] != UNKNOWN
        assert providers.rating[place][known].tolist() == said["rating"][known].tolist()


def test_hours_of_the_list_order_sizes_before_the_market_settles(ambleford):
    providers = make_market(ambleford, 1).providers
    sizes = providers.usual_hours[np.argsort(providers.number)]
    said = listed()["weekly_hours"]
    contracted = [row for row in np.argsort(-said) if said[row] and listed()["contracted"][row] == 1]
    assert sorted(sizes[contracted], reverse=True) == sizes[contracted].tolist()


def test_what_the_list_does_not_say_is_drawn_anew_in_every_replicate(tmp_path):
    write_new("Ambleford", tmp_path / "own", Given(zones=ZONES, directory=DIRECTORY))
    scenario = load(tmp_path / "own" / "baseline.yaml")
    contracted = [make_market(scenario, seed).providers.contracted for seed in range(8)]
    assert {int(row.sum()) for row in contracted} == {scenario.place.contracted_providers}
    assert len({row.tobytes() for row in contracted}) > 1


def test_a_list_that_says_nothing_leaves_as_many_providers_as_the_figures_say(ambleford):
    nothing = np.zeros(3, listed().dtype)
    nothing["contracted"] = nothing["ownership"] = nothing["rating"] = nothing["zone"] = UNKNOWN
    place = replace(ambleford.place, providers=nothing)
    market = make_market(replace(ambleford, place=place), 5)
    assert len(market.providers) == place.contracted_providers + place.private_providers
    assert market.providers.contracted.sum() == place.contracted_providers


def test_a_list_and_what_it_says_are_in_the_place_s_key_but_its_names_are_not(ambleford):
    place = ambleford.place
    renamed, rerated = place.providers.copy(), place.providers.copy()
    renamed["name"][0] = "Another"
    rerated["rating"][0] = INADEQUATE
    assert replace(place, providers=renamed).key == place.key
    keys = {replace(place, providers=rows).key for rows in (place.providers, rerated, no_providers())}
    assert len(keys) == 3


def test_a_scenario_with_a_list_is_made_again_from_its_record(ambleford):
    again = scenario_from(resolved_json(ambleford), Path("ledger.sqlite"))
    assert again.key == ambleford.key
    assert again.place.providers.tolist() == ambleford.place.providers.tolist()


@given(
    st.lists(st.sampled_from([0.0, 40.0, 300.0, 900.0]), min_size=1, max_size=12),
    st.floats(1500.0, 1e5),
    st.floats(0.1, 1.5),
)
def test_sizes_share_out_the_hours_in_proportion_to_what_is_known(known, total, spread):
    known = np.array(known)
    sizes = opening_sizes(known, np.arange(len(known)), total, spread, 1e-9)
    assert sizes.sum() == pytest.approx(total)
    assert (sizes > 0).all()
    shares = sizes[known > 0] / known[known > 0]
    assert np.allclose(shares, shares[:1])


def test_a_better_rating_means_a_better_quality_and_a_plausible_one():
    p = Parameters().numbers
    key = np.uint64(from_python(stream_key)(1, np.uint64(7), np.uint64(0)))
    means = []
    for rating in range(INADEQUATE, OUTSTANDING + 1):
        drawn = [quality_behind(rating, number, p, key) for number in range(400)]
        assert min(drawn) >= 0.05 and max(drawn) <= 0.95 and np.std(drawn) > 0.01
        means.append(np.mean(drawn))
    assert means == sorted(means)
    assert means[GOOD - INADEQUATE] < means[-1] - 0.05


def test_words_of_a_list_are_those_of_the_market():
    codes = [RATING_WORDS[word] for word in RATINGS]
    assert codes == list(range(len(RATINGS))) and RATING_WORDS["not rated"] == UNRATED
    for word, code in OWNERSHIP_WORDS.items():
        assert word in OWNERSHIPS[code]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("nam\nA\n", 1, "did you mean name?"),
        ("name,rating\nA,God\n", 2, "requires improvement, good, outstanding"),
        ("name,contracted\nA,\nB,maybe\n", 3, "write one of: yes, no"),
        ("name,ownership\nA,charity\n", 2, "not-for-profit"),
        ("name,weekly_hours\nA,0\n", 2, "write a number from 1 to 100000"),
        ("name,weekly_hours\nA,nan\n", 2, "weekly_hours is 'nan'"),
        ("name,zone\nA,Habour\n", 2, "did you mean Harbour?"),
        ("name,latitude,longitude\nA,54.3,\n", 2, "give both or neither"),
        ("name,latitude,longitude\nA,154.3,1\n", 2, "write a number from 49 to 61"),
        ("name,rating\nA\n", 2, "another number of cells"),
        ("name\n", 2, "has no provider"),
        ("", 1, "is empty"),
        ("name\n" + "x" * 81 + "\n", 2, "at most 80 printable characters"),
        ("name,name\nA,B\n", 1, "names a column twice"),
    ],
)
def test_a_mistake_in_a_list_has_one_line_and_nothing_is_written(call, tmp_path, text, line, says):
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    status, out, err = call("new", "Ambleford", "--zones", ZONES, "--providers", "list.csv")
    assert (status, out) == (2, "")
    assert err.startswith(f"list.csv:{line}: ") and says in err and len(err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--providers", PROVIDERS], "add --zones FILE"),
        (["--zones", ZONES, "--complete"], "add --providers FILE"),
        (["--zones", ZONES, "--providers", PROVIDERS, "--cqc", DIRECTORY], "give one of them"),
        (["--zones", ZONES, "--authority", "Ambleford"], "add --cqc FILE"),
        (["--zones", ZONES, "--clients", "0"], "--clients is 0, outside its bounds"),
        (["--fee", "2356"], "--fee is 2356, outside its bounds"),
        (
            ["--zones", ZONES, "--providers", PROVIDERS, "--contracted", "2"],
            "the list names 4 providers with a contract",
        ),
        (["--zones", ZONES, "--cqc", DIRECTORY, "--authority", "Amblefort"], "did you mean Ambleford?"),
        (["--zones", ZONES, "--cqc", DIRECTORY, "--authority", "Nowhere"], "no row whose Location Local Authority"),
        (["--zones", ZONES, "--cqc", ZONES], "has no column Location Local Authority"),
        (["--zones", "nowhere.csv"], "there is no such file"),
        (["--zones", ZONES, "--cqc", "nowhere.csv"], "there is no such file"),
    ],
)
def test_options_that_cannot_be_are_refused_in_a_line_and_nothing_is_written(call, tmp_path, words, says):
    status, out, err = call("new", "Ambleford", *words)
    assert (status, out) == (2, "")
    assert says in err and len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_every_mistake_of_both_files_is_said_at_once(call, tmp_path):
    broken = ZONES.read_text(encoding="utf-8").replace("3.1,9800", "0,9800")
    (tmp_path / "zones.csv").write_text(broken, encoding="utf-8")
    (tmp_path / "list.csv").write_text("name,rating\nA,bad\nB,worse\n", encoding="utf-8")
    err = call("new", "Ambleford", "--zones", "zones.csv", "--providers", "list.csv")[2]
    assert [line.split(": ")[0] for line in err.splitlines()] == ["zones.csv:2", "list.csv:2", "list.csv:3"]


def test_a_place_that_lists_more_than_its_figures_is_refused_where_it_says_so(call, tmp_path):
    call("new", "Ambleford", "--zones", ZONES, "--providers", PROVIDERS, "--complete")
    place = tmp_path / "ambleford" / "place.yaml"
    text = place.read_text(encoding="utf-8")
    text = text.replace("complete: true", "complete: false").replace("    value: 4\n", "    value: 3\n")
    place.write_text(text, encoding="utf-8")
    line = text.splitlines().index("providers: {list: providers.csv, complete: false}") + 1
    status, _, err = call("validate", place)
    assert status == 2 and f"place.yaml:{line}: the list names 4 providers with a contract" in err


def test_validate_says_what_a_list_was_understood_to_say(call):
    status, out, _ = call("validate", PROVIDERS)
    assert status == 0
    assert out.rstrip().endswith("8 providers: 4 with a contract, 2 without, 2 not said")


def test_the_directory_gives_the_authority_s_active_homecare_and_guesses_nothing():
    agencies = read_directory(DIRECTORY, "directory.csv", "ambleford")
    assert len(agencies) == 7
    found = {agency.name: agency for agency in agencies}
    assert not {"Sleeping Homecare", "The Elms", "Faraway Homecare"} & set(found)
    owners = {name: agency.ownership for name, agency in found.items()}
    assert owners["Dales Community Care"] == "not-for-profit"
    assert owners["Greenway Care at Home (Ambleford)"] == "chain"
    assert owners["Northgate Carers"] == "independent"
    assert owners["Ambleford Reablement"] == "council"
    assert owners["Harbour Homecare"] == owners["Silver Street Care"] == ""
    assert found["Silver Street Care"].rating == "not rated"
    assert found["Northgate Carers"].rating == "requires improvement"
    assert found["Ambleford Reablement"].latitude == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_directory_is_read_in_the_encodings_that_it_comes_in(tmp_path, encoding, newline):
    text = DIRECTORY.read_text(encoding="utf-8").replace("Harbour Homecare,", "Café Homecare £,", 1)
    file = tmp_path / "directory.csv"
    file.write_bytes(text.replace("\n", newline).encode(encoding))
    assert read_directory(file, "directory.csv", "Ambleford")[0].name == "Café Homecare £"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Requires improvement,30/01", "Poor,30/01", "directory.csv:8: Location Latest Overall Rating is 'Poor'"),
        ("54.3022,-1.4011", "543022,-1.4011", "directory.csv:5: Location Latitude is '543022'"),
        ("Service type - Domiciliary care service", "Domiciliary", "directory.csv:4: lacks the column Service type"),
    ],
)
def test_a_mistake_in_the_directory_has_its_line(tmp_path, old, new, says):
    file = tmp_path / "directory.csv"
    file.write_text(DIRECTORY.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        read_directory(file, "directory.csv", "Ambleford")
    assert says in str(refused.value) and len(refused.value.problems) == 1


def test_a_damaged_spreadsheet_is_no_directory_and_a_second_row_no_second_provider(tmp_path):
    (tmp_path / "directory.ods").write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(BadInput, match="save the sheet with the rows as CSV"):
        read_directory(tmp_path / "directory.ods", "directory.ods", "Ambleford")
    lines = DIRECTORY.read_text(encoding="utf-8").splitlines()
    (tmp_path / "twice.csv").write_text("\n".join([*lines, lines[4]]), encoding="utf-8")
    assert len(read_directory(tmp_path / "twice.csv", "twice.csv", "Ambleford")) == 7


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(tmp_path):
    text = DIRECTORY.read_text(encoding="utf-8").replace(",Harbour Homecare,", ",=cmd()!A1,", 1)
    (tmp_path / "directory.csv").write_text(text, encoding="utf-8")
    write_new("Ambleford", tmp_path / "own", Given(zones=ZONES, directory=tmp_path / "directory.csv"))
    assert "\n'=cmd()!A1," in (tmp_path / "own" / "providers.csv").read_text(encoding="utf-8")


def test_estimates_for_wigan_s_zones_are_near_the_figures_of_its_place_file():
    wigan = load("builtin:wigan/baseline").place
    estimates = estimated_figures(wigan.zones, no_providers(), {}, "providers.csv")
    assert set(estimates) == set(wigan.figures)
    for key, figure in wigan.figures.items():
        assert estimates[key].value == pytest.approx(figure.value, rel=0.15), key
        assert estimates[key].grade == "assumed" and estimates[key].source


def test_figures_that_are_given_are_written_and_the_others_follow_from_them(call, tmp_path):
    call("new", "Ambleford", "--zones", ZONES, "--clients", 400, "--fee", 25.5, "--private", 0)
    figures = read_place(tmp_path / "ambleford" / "place.yaml").figures
    assert (figures["council_clients"].value, figures["council_fee"].value) == (400, 25.5)
    assert figures["private_providers"].value == 0
    assert figures["self_funders"].value == 133
    assert figures["self_funder_price"].value == pytest.approx(25.5 * 1.162, abs=0.01)
    assert "given to" in figures["council_clients"].source[0]


def test_amounts_in_the_presets_are_scaled_to_the_council_s_size(call, tmp_path):
    call("new", "Ambleford", "--zones", ZONES, "--clients", 139)
    folder = tmp_path / "ambleford"
    for name in ("block", "collaborative"):
        own, preset = load(folder / f"{name}.yaml").levers_at(0), of_preset(name)
        assert own["stewardship.capacity_fte"] == pytest.approx(preset["stewardship.capacity_fte"] / 10, abs=0.05)
        assert own.changed({key: preset[key] for key in SIZED}) == preset
    assert load(folder / "collaborative.yaml").levers_at(0)["community.coop_support"] == 5000
    regime = load(folder / "baseline.yaml").place.regime
    assert regime["stewardship.capacity_fte"] == pytest.approx(NEUTRAL["stewardship.capacity_fte"] / 10)
    assert set(regime.differences(NEUTRAL)) == {"stewardship.capacity_fte"}


def test_new_answers_in_json_with_the_files_it_wrote(call):
    answer = json.loads(call("new", "Ambleford", "--zones", ZONES, "--providers", PROVIDERS, "--json")[1])
    assert "providers.csv" in answer["files"]
