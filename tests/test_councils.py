"""Any council of England begins with its name: its folder is whole, plain, and says what is an estimate."""

import csv
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.council_data import Zone, archive, merged, name_of, scaled
from caremarket_sim import settling
from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.parameters import sources
from caremarket_sim.report.outlines import read_outlines
from caremarket_sim.scenario import load, read_place
from caremarket_sim.scenario.beginnings import write_new
from caremarket_sim.scenario.council_estimates import figures_of
from caremarket_sim.scenario.councils import (
    council_called,
    councils,
    nearest_councils,
    zones_of,
    zones_of_england,
    zones_text,
)
from caremarket_sim.scenario.estimates import ratios
from caremarket_sim.scenario.explanations import to_be_replaced, understood
from caremarket_sim.scenario.given import Given
from caremarket_sim.scenario.places import figure_kinds
from caremarket_sim.scenario.zones import read_zones

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "caremarket_sim" / "data" / "councils.zip"
DIRECTORY = ROOT / "scenarios" / "made-up-council" / "directory.csv"


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Run a command in an empty folder and return its status, stdout and stderr; places are not tried."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        status = main([*(str(word) for word in words), "--no-probe"])
        return status, *capsys.readouterr()

    return call


@pytest.fixture(scope="module")
def all_of_them(tmp_path_factory):
    """The folder of every council, as `new` writes it from its code."""
    folder = tmp_path_factory.mktemp("england")
    return {code: write_new(code, folder / code) for code in councils()}


def test_every_council_is_made_and_valid(all_of_them):
    assert len(all_of_them) == 153
    for code, folder in all_of_them.items():
        place = read_place(folder / "place.yaml")
        assert place.name == councils()[code].name
        assert f"{place.council_clients:,} council-funded clients" in understood(folder / "place.yaml")
        assert len(to_be_replaced(folder / "place.yaml")) == len(figure_kinds())


@pytest.mark.slow
def test_every_policy_of_every_council_is_valid(all_of_them):
    for folder in all_of_them.values():
        for name in ("baseline", "block", "zero-hours-spot", "collaborative"):
            assert understood(folder / f"{name}.yaml")


def test_every_figure_is_an_estimate_with_a_range_that_says_so_and_what_would_be_better(all_of_them):
    for folder in all_of_them.values():
        for key, figure in read_place(folder / "place.yaml").figures.items():
            assert figure.grade == "assumed" and figure.low is not None and figure.high is not None
            assert figure.low <= figure.value <= figure.high and figure.low < figure.high
            assert figure.note is not None and figure.note.startswith("An estimate. ")
            assert figure.note.endswith(f"Better: {figure_kinds()[key].better}.")
            assert set(figure.source) <= set(sources())


def test_files_are_plain_text_that_a_person_can_edit(tmp_path):
    for name in ("Leeds", "Stockport"):
        for file in write_new(name, tmp_path / name).iterdir():
            text = file.read_bytes().decode("utf-8")
            assert "\r" not in text and text.endswith("\n")
    place = tmp_path / "Leeds" / "place.yaml"
    text = place.read_text(encoding="utf-8")
    before = text[text.index("  council_fee:") : text.index("  self_funder_price:")]
    place.write_text(
        text.replace(before, "  council_fee: {value: 25.10, source: our fees, grade: measured}\n"), encoding="utf-8"
    )
    assert read_place(place).council_fee == 25.10
    assert len(to_be_replaced(place)) == len(figure_kinds()) - 1


def test_councils_add_up_to_england():
    zones, codes = zones_of_england()
    assert set(codes) == set(councils())
    for age, published in (("", 58_620_101), ("_65plus", 10_981_092), ("_85plus", 1_484_012)):
        assert zones[f"population{age}"].sum() == pytest.approx(published, rel=1e-4)
    figures = [figures_of(one) for one in councils().values()]
    clients = sum(one["council_clients"].value for one in figures)
    assert clients == pytest.approx(ratios()["council_clients_of_england"].value, rel=0.001)
    providers = sum(one["contracted_providers"].value + one["private_providers"].value for one in figures)
    usual = ratios()["providers_per_thousand_older_people"].value
    assert providers == pytest.approx(usual * zones["population_65plus"].sum() / 1000, rel=0.01)
    funded = sum(one["self_funders"].value for one in figures)
    assert funded / (funded + clients) == pytest.approx(ratios()["self_funded_share"].value, abs=0.01)


def test_greater_manchester_is_by_ward_with_outlines_and_no_council_has_more_than_sixty_zones(all_of_them):
    by_ward = [code for code, folder in all_of_them.items() if (folder / "outlines.geojson").exists()]
    assert sorted(by_ward) == [f"E0800000{last}" for last in range(1, 10)] + ["E08000010"]
    for code, folder in all_of_them.items():
        zones = read_place(folder / "place.yaml").zones
        assert 1 <= len(zones) <= 60
        assert all(zone.startswith("E05" if code in by_ward else "E02") for zone in zones["code"])
    for code in by_ward:
        zones = [{"code": zone["code"], "name": zone["name"]} for zone in zones_of(councils()[code])]
        assert len(read_outlines(all_of_them[code] / "outlines.geojson", zones)) == len(zones)


def test_a_zones_file_is_what_is_shipped(tmp_path):
    for code in ("E08000010", "E10000016"):
        (tmp_path / "zones.csv").write_text(zones_text(councils()[code]), encoding="utf-8")
        assert read_zones(tmp_path / "zones.csv", "zones.csv").tolist() == zones_of(councils()[code]).tolist()


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Leeds", "Leeds"),
        ("  leeds ", "Leeds"),
        ("Leeds City Council", "Leeds"),
        ("E08000035", "Leeds"),
        ("e08000035", "Leeds"),
        ("E08000039", "Sheffield"),
        ("Bristol", "Bristol"),
        ("Bristol, City of", "Bristol"),
        ("County of Herefordshire", "Herefordshire"),
        ("Durham", "County Durham"),
        ("Durham County Council", "County Durham"),
        ("City of London", "City of London"),
        ("Royal Borough of Kensington & Chelsea", "Kensington and Chelsea"),
        ("London Borough of Tower Hamlets", "Tower Hamlets"),
        ("St Helens", "St. Helens"),
        ("Isle of Wight Council", "Isle of Wight"),
        ("brighton & hove", "Brighton and Hove"),
    ],
)
def test_a_council_is_known_by_its_name_and_code_as_people_write_them(said, name):
    found = council_called(said)
    assert found is not None and found.name == name


def test_so_few_people_that_no_market_lasts_are_told_to_join_a_neighbour_s(tmp_path):
    for name, few in (("Isles of Scilly", True), ("City of London", False), ("Rutland", False)):
        said = []
        write_new(name, tmp_path / name, Given(tell=said.append))
        assert any("too few for a market of their own" in one for one in said) == few


def test_every_council_is_known_by_its_own_names_and_code():
    for code, one in councils().items():
        for said in (code, one.name, one.published_name, one.name.upper(), f"{one.name} Council"):
            assert council_called(said) == one, said


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("Leds", "did you mean Leeds?"),
        ("Wakefeild", "did you mean Wakefield?"),
        ("Hull", "did you mean Kingston upon Hull?"),
        ("Newcastle", "did you mean Newcastle upon Tyne?"),
        ("London", "did you mean City of London?"),
        ("Cheshire", "did you mean Cheshire East or Cheshire West and Chester?"),
        ("Kingston", "did you mean Kingston upon Hull or Kingston upon Thames?"),
        ("Oxford", "did you mean Oxfordshire?"),
        ("E07000178", "the code of no council with adult social care duties"),
    ],
)
def test_a_name_that_is_nearly_a_council_s_is_refused_with_those_it_may_mean(call, tmp_path, said, means):
    status, out, err = call("new", said)
    assert (status, out) == (2, "") and means in err and len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=30))
def test_no_name_does_more_than_find_one_or_none_or_say_which_are_near(said):
    try:
        found = council_called(said)
    except BadInput as refused:
        assert "no council" in str(refused)
    else:
        assert found is None or found.code in councils()


def test_a_place_that_is_no_council_starts_from_wigan_s_figures_and_is_told_so(call, tmp_path):
    status, out, _ = call("new", "Anytown")
    assert status == 0
    assert "no council with adult social care duties is called Anytown" in out and "stand in" in out
    assert all(name in out for name in nearest_councils("Anytown"))
    assert load(tmp_path / "anytown" / "baseline.yaml").key == load("builtin:wigan/baseline").key


def test_zones_of_one_s_own_go_before_those_that_are_shipped(call, tmp_path):
    call("new", "Leeds", "--zones", ROOT / "scenarios" / "made-up-council" / "zones.csv")
    assert len(read_place(tmp_path / "leeds" / "place.yaml").zones) == 6


def test_figures_and_providers_that_a_council_gives_go_before_estimates(call, tmp_path):
    (tmp_path / "list.csv").write_text("name,contracted\nA,yes\nB,yes\nC,no\n", encoding="utf-8")
    words = ["--clients", 3100, "--fee", 25, "--providers", "list.csv", "--complete"]
    assert call("new", "Leeds", *words)[0] == 0
    place = read_place(tmp_path / "leeds" / "place.yaml")
    assert (place.council_clients, place.council_fee) == (3100, 25)
    assert (place.contracted_providers, place.private_providers, place.complete) == (2, 1, True)
    named = {line.split()[2] for line in to_be_replaced(tmp_path / "leeds" / "place.yaml")}
    assert named == {"self_funders", "care_workers", "self_funder_price"}


def test_the_regulator_s_directory_is_read_for_a_council_s_published_name(call, tmp_path):
    text = DIRECTORY.read_text(encoding="utf-8").replace(",Ambleford,", ',"Bristol, City of",')
    (tmp_path / "directory.csv").write_text(text, encoding="utf-8")
    status, _, err = call("new", "Bristol", "--cqc", "directory.csv")
    assert status == 0, err
    assert len(read_place(tmp_path / "bristol" / "place.yaml").providers) == 7


def test_validate_says_which_figures_are_estimates_and_what_would_be_better(call):
    call("new", "Rutland")
    status, out, _ = call("validate", "rutland/place.yaml", "rutland/baseline.yaml")
    lines = out.splitlines()
    assert status == 0 and len([line for line in lines if line.startswith("  an estimate: ")]) == 7
    assert any("council_clients 162 (" in line and "better: the council's count" in line for line in lines)
    estimates = json.loads(call("validate", "rutland/place.yaml", "--json")[1])["files"][0]["estimates"]
    assert len(estimates) == 7
    assert not any("estimate" in line for line in call("validate", ROOT / "scenarios/wigan/place.yaml")[1].splitlines())


def test_more_people_in_long_term_support_and_more_deprivation_mean_more_council_clients():
    rate = {
        one.name: figures_of(one)["council_clients"].value / zones_of(one)["population_65plus"].sum()
        for one in councils().values()
    }
    assert rate["Tower Hamlets"] > rate["Gateshead"] > rate["Rutland"]
    share = {
        name: figures["self_funders"].value / figures["council_clients"].value
        for name in ("Surrey", "Blackpool")
        for figures in [figures_of(council_called(name))]
    }
    assert share["Surrey"] > 1.5 * share["Blackpool"]


def test_what_is_published_and_what_is_estimated_of_a_council_overlap():
    from benchmarks.councils import published, wigan

    assert all(row["low"] <= row["published"] <= row["high"] for row in published())
    assert all(row["low"] <= row["shipped"] <= row["high"] for row in wigan())


def test_the_data_come_with_their_licence_and_are_small():
    assert SHIPPED.stat().st_size < 1_000_000
    with zipfile.ZipFile(SHIPPED) as held:
        assert sorted(held.namelist()) == ["LICENCE.md", "councils.csv", "outlines.geojson", "zones.csv"]
        licence = held.read("LICENCE.md").decode()
        header = next(csv.reader([held.read("councils.csv").decode().splitlines()[0]]))
    assert "Open Government Licence v3.0" in licence and "Crown copyright" in licence
    assert not any("vacancy" in column for column in header)
    assert councils()["E08000035"].region == "Yorkshire and The Humber"


def small_area(number, residents, latitude, longitude, deprivation=20.0):
    parts = ((f"E0200000{number}", f"Testham 00{number}", float(residents)),)
    bands = (residents * 0.8, residents * 0.17, residents * 0.03)
    return Zone("E06000000", parts, latitude, longitude, 2.0, bands, deprivation)


def test_the_zone_with_the_fewest_people_joins_the_nearest_until_few_enough_are_left():
    zones = [
        small_area(1, 9000, 53.0, -1.0),
        small_area(2, 5000, 53.1, -1.0, 40.0),
        small_area(3, 7000, 53.12, -1.0),
        small_area(4, 8000, 53.5, -1.0),
    ]
    left = merged(zones, most=3)
    assert [len(zone.parts) for zone in left] == [1, 2, 1]
    joined = left[1]
    assert name_of(joined) == "Testham 002, 003" and joined.area == 4.0
    assert joined.residents == pytest.approx(12_000)
    assert joined.latitude == pytest.approx((5 * 53.1 + 7 * 53.12) / 12)
    assert joined.deprivation == pytest.approx((5 * 40 + 7 * 20) / 12)
    assert merged(zones, most=4) == sorted(zones, key=lambda zone: zone.parts)


@given(st.lists(st.tuples(st.integers(2000, 15_000), st.floats(50, 55), st.floats(-3, 1)), min_size=1, max_size=9))
def test_joining_loses_nobody_and_no_area(rows):
    zones = [small_area(number, *row) for number, row in enumerate(rows)]
    for most in (1, 3):
        left = merged(zones, most)
        assert len(left) == min(most, len(zones))
        assert sum(zone.residents for zone in left) == pytest.approx(sum(zone.residents for zone in zones))
        assert sum(zone.area for zone in left) == pytest.approx(sum(zone.area for zone in zones))
        before, after = ([part for zone in some for part in zone.parts] for some in (zones, left))
        assert sorted(after) == sorted(before)


def test_small_areas_are_scaled_to_the_council_s_people_by_age():
    council = {"population": "20000", "population_65plus": "5000", "population_85plus": "800"}
    zones = scaled([small_area(1, 9000, 53.0, -1.0), small_area(2, 6000, 53.1, -1.0)], council)
    bands = np.sum([zone.bands for zone in zones], axis=0)
    assert bands.tolist() == pytest.approx([15_000, 4200, 800])


def test_the_archive_is_the_same_whenever_it_is_made():
    members = {"a.csv": "x\n1\n", "b.md": "£\n"}
    assert archive(members) == archive(dict(members))


def test_help_does_not_read_the_councils():
    code = (
        "import sys\nfrom caremarket_sim.cli import main\n"
        "assert main(['new', '--help']) == 0\n"
        "assert not any('councils' in name for name in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.slow
def test_a_council_made_by_its_name_lives_for_some_weeks(all_of_them):
    scenario = load(all_of_them["E06000017"] / "collaborative.yaml").with_weeks(8)
    market = settling.go_through(scenario, settling.fork(settling.settle(scenario, 1), scenario), 1)
    assert len(market.clients) > 0.5 * scenario.place.council_clients
    assert (market.providers.open == 1).sum() >= 2
