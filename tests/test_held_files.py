"""Files as councils hold them go in; a spoilt cell is read rightly or refused; what is ambiguous is asked."""

import csv
import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caremarket_sim.cli import main
from caremarket_sim.errors import MOST_SHOWN, BadInput
from caremarket_sim.scenario.councils import council_called, zones_of
from caremarket_sim.scenario.directory import read_directory
from caremarket_sim.scenario.held.headings import PROVIDERS, ZONES, called
from caremarket_sim.scenario.held.lists import Says
from caremarket_sim.scenario.held.numbers import Ambiguous, Kind, day_as, days_of, decimals_of, number_as
from caremarket_sim.scenario.held.own import read_own
from caremarket_sim.scenario.held.providers import read_held_providers
from caremarket_sim.scenario.held.tables import read_table
from caremarket_sim.scenario.held.zones import read_held_zones
from caremarket_sim.scenario.places import read_place as place_of
from tests.held_files import (
    COUNCIL,
    FOLDER,
    WARD_HEADER,
    WARDS,
    comma_separated,
    opendocument,
    people,
    ward_rows,
    workbook,
)

CENTRES, ESTIMATES, LOOKUP = (
    FOLDER / name for name in ("ward-centres.csv", "sapewardstablefinal.xlsx", "LSOA21_WD24_LAD24_lookup.csv")
)
IOD = {year: FOLDER / f"File_7_IoD{year}.csv" for year in (2019, 2025)}
FILTERED, PUBLISHED, TRACKER = (
    FOLDER / name for name in ("HSCA_Active_Locations.ods", "directory-as-published.csv", "capacity-tracker.csv")
)
HEADER = "zone_code,zone_name,latitude,longitude,area_km2,population,population_65plus,population_85plus,imd_2019_score"
GOOD = [
    ["X01", "Harbour", "54.302", "-1.402", "3.1", "9800", "1370", "160", "46.2"],
    ["X02", "Market Place", "54.311", "-1.417", "2.4", "8600", "1290", "190", "38.5"],
    ["X03", "Dale Head", "54.322", "-1.431", "30.5", "4100", "1010", "140", "12.4"],
]


def zones_in(tmp_path, rows, header=HEADER, name="zones.csv", says=None):
    """What is read of a list of zones with these rows."""
    (tmp_path / name).write_text(comma_separated([header.split(","), *rows]), encoding="utf-8")
    return read_held_zones([tmp_path / name], COUNCIL, says or Says())


def with_cell(column, cell, row=0):
    """The good rows with another cell."""
    rows = [list(one) for one in GOOD]
    rows[row][HEADER.split(",").index(column)] = cell
    return rows


def refused(read, *words):
    """The one line that refuses a file, with these words in it."""
    with pytest.raises(BadInput) as bad:
        read()
    said = str(bad.value)
    assert all(word in said for word in words), said
    return said


def providers_in(tmp_path, text, encoding="utf-8", says=None, name="list.csv"):
    (tmp_path / name).write_bytes(text.encode(encoding))
    return read_held_providers(tmp_path / name, name, None, COUNCIL, says or Says())


# Each published file, with its true headings


def test_ward_estimates_are_summed_from_single_years_below_three_lines_for_the_council_s_wards_alone():
    found = read_held_zones([CENTRES, ESTIMATES, IOD[2019], LOOKUP], COUNCIL, Says())
    assert found.zones["code"].tolist() == list(WARDS)
    for row, zone in enumerate(found.zones):
        for column, least in (("population", 0), ("population_65plus", 65), ("population_85plus", 85)):
            assert zone[column] == 2 * sum(people(row, age) for age in range(least, 91))
    assert any("left: Councillor" in note for note in found.notes)


@pytest.mark.parametrize("year", IOD)
def test_deprivation_of_small_areas_becomes_that_of_wards_weighted_by_people(year):
    found = read_held_zones([CENTRES, ESTIMATES, IOD[year], LOOKUP], COUNCIL, Says())
    # 1,000 people 3 points above and 3,000 people 1 point below
    assert found.zones["imd_2019_score"].tolist() == [score for _, _, score in WARDS.values()]
    assert any("stands in for that of 2019" in note for note in found.notes) == (year == 2025)


def test_deprivation_lies_in_a_middle_layer_area_by_its_name(tmp_path):
    rows = [[f"E029900{row}", f"{COUNCIL} 00{row}", *GOOD[row - 1][2:8]] for row in (1, 2, 3)]
    header = HEADER.removesuffix(",imd_2019_score")
    (tmp_path / "areas.csv").write_text(comma_separated([header.split(","), *rows]), encoding="utf-8")
    found = read_held_zones([tmp_path / "areas.csv", IOD[2019]], COUNCIL, Says())
    assert found.zones["imd_2019_score"].tolist() == [score for _, _, score in WARDS.values()]


def test_deprivation_without_a_way_to_the_zones_asks_for_the_lookup(tmp_path):
    refused(lambda: read_held_zones([CENTRES, ESTIMATES, IOD[2019]], COUNCIL, Says()), "give the lookup from LSOA")


def test_two_editions_of_deprivation_are_asked_and_what_no_file_says_is_named():
    both = [CENTRES, ESTIMATES, *IOD.values(), LOOKUP]
    refused(lambda: read_held_zones(both, COUNCIL, Says()), "two files give the deprivation", "give one of them")
    refused(lambda: read_held_zones([ESTIMATES], COUNCIL, Says()), "lacks the column latitude, longitude, area_km2")


def test_ward_estimates_without_the_council_name_what_is_near():
    refused(lambda: read_held_zones([ESTIMATES], "Amblefort", Says()), "did you mean Ambleford?")


def test_the_regulator_s_directory_as_published_gives_the_names_of_the_council_s_homecare():
    found = read_directory(PUBLISHED, "directory", COUNCIL)
    assert [agency.name for agency in found] == ["Café Care at Home", "Harbour Homecare", "Dale Extra Care"]
    assert {(one.rating, one.ownership, one.latitude) for one in found} == {("", "", "")}


def test_the_regulator_s_spreadsheet_gives_ratings_owners_and_places():
    found = read_directory(FILTERED, "directory", COUNCIL)
    assert [(one.name, one.rating, one.ownership) for one in found] == [
        ("Café Care at Home", "good", ""),
        ("Harbour Homecare", "requires improvement", "independent"),
        ("Dale Extra Care", "not rated", "council"),
    ]
    assert float(found[0].latitude) == pytest.approx(54.3021)


def test_the_capacity_tracker_gives_the_last_hours_of_each_service_and_says_what_it_counts():
    found = read_held_providers(TRACKER, "tracker", None, COUNCIL, Says())
    assert found.providers["name"].tolist() == ["Café Care at Home", "Harbour Homecare", "Dale Extra Care"]
    assert found.providers["weekly_hours"].tolist() == [1240.0, 702.5, 0.0]
    said = " ".join(found.notes)
    assert "188 people served, 152 paid for by council or NHS, 36 paying themselves" in said
    assert "returnedpocpercent" in said and "2 of 3 services" in said


def test_every_published_file_together_becomes_a_council(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    zones = [word for file in (CENTRES, ESTIMATES, IOD[2025], LOOKUP) for word in ("--zones", str(file))]
    words = ["new", COUNCIL, *zones, "--cqc", str(FILTERED), "--providers", str(TRACKER), "--no-probe"]
    assert main(words) == 0
    out = capsys.readouterr().out
    place = place_of(tmp_path / "ambleford" / "place.yaml")
    assert place.providers["weekly_hours"].tolist() == [1240.0, 702.5, 0.0]
    assert (place.providers["zone"] >= 0).all() and len(place.zones) == 3
    for words in ("left: Councillor", "stands in for that of 2019", "a comma is taken to separate decimals"):
        assert words in out and words in (tmp_path / "ambleford" / "place.yaml").read_text(encoding="utf-8")


def test_a_list_beside_the_directory_that_is_no_tracker_is_refused(tmp_path):
    (tmp_path / "list.csv").write_text("name,rating\nOne,good\n", encoding="utf-8")
    refused(lambda: read_own([CENTRES], tmp_path / "list.csv", FILTERED, COUNCIL), "give one of them")


# One list in every wrapping


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_list_is_the_same_in_every_encoding_and_with_every_separator(tmp_path, encoding, separator):
    rows = [["name", "weekly_hours", "rating"], ["Café £ Care", "1,240", "Good"], ["Zoë’s", "90.5", ""]]
    found = providers_in(tmp_path, comma_separated(rows, separator), encoding)
    assert found.providers["name"].tolist() == ["Café £ Care", "Zoë’s"]
    assert found.providers["weekly_hours"].tolist() == [1240.0, 90.5]


@pytest.mark.parametrize("make", [workbook, opendocument])
def test_a_list_is_the_same_in_a_workbook_whose_rest_is_blank(tmp_path, make):
    rows = [["Our providers"], [], ["name", "weekly_hours", "contracted"], ["Café", 1240, "yes"], ["Other", "90.5", ""]]
    (tmp_path / "list.bin").write_bytes(make({"Notes": [["of 2026"]], "Providers": rows}))
    found = read_held_providers(tmp_path / "list.bin", "list", None, COUNCIL, Says())
    assert found.providers["weekly_hours"].tolist() == [1240.0, 90.5]
    assert found.providers["contracted"].tolist() == [1, -1]


def test_the_line_that_says_which_separator_is_heeded(tmp_path):
    found = providers_in(tmp_path, "sep=;\nname;weekly_hours\nA, B and C;1200\n")
    assert found.providers["name"].tolist() == ["A, B and C"]


@pytest.mark.parametrize("make", [workbook, opendocument])
def test_mistakes_in_a_workbook_have_their_sheet_and_row(tmp_path, make):
    rows = [["Our providers"], [], ["name", "weekly_hours"], ["One", 100], ["Two", "lots"]]
    (tmp_path / "list.xlsx").write_bytes(make({"Notes": [["of 2026"]], "Providers": rows}))
    refused(
        lambda: read_held_providers(tmp_path / "list.xlsx", "list.xlsx", None, COUNCIL, Says()),
        "list.xlsx (Providers):5: weekly_hours is 'lots'",
    )


# Headings


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Ward Code", "zone_code"),
        ("Ward 2023 Code", "zone_code"),
        ("WD24CD", "zone_code"),
        ("MSOA21CD", "zone_code"),
        ("Ward Name", "zone_name"),
        ("WD24NM", "zone_name"),
        ("Lat", "latitude"),
        ("LONG", "longitude"),
        ("Area (sq km)", "area_km2"),
        ("Total population", "population"),
        ("All ages", "population"),
        ("Aged 65+", "population_65plus"),
        ("65 and over", "population_65plus"),
        ("People aged 85 and over", "population_85plus"),
        ("IMD 2019 score", "imd_2019_score"),
        ("IMD score", None),  # of which year?
        ("Area", None),  # in what?
        ("Colour", None),
    ],
)
def test_what_others_call_a_zone_s_columns(heading, column):
    assert called(heading, ZONES) == column


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Provider name", "name"),
        ("Hours per week", "weekly_hours"),
        ("CQC rating", "rating"),
        ("On framework", "contracted"),
        ("Ward", "zone"),
        ("Hours", None),
        ("Phone", None),
    ],
)
def test_what_others_call_a_provider_s_columns(heading, column):
    assert called(heading, PROVIDERS) == column


OTHERS = "Ward code,Ward,Lat,Long,Area (km2),Total,65+,85+,Deprivation,Notes"


def test_a_heading_that_is_not_known_is_offered_with_the_option_that_takes_it(tmp_path):
    rows = [[*row, "seen"] for row in GOOD]
    said = refused(lambda: zones_in(tmp_path, rows, OTHERS), "zones.csv:1: lacks the column imd_2019_score")
    assert "'Deprivation'" in said and "--heading imd_2019_score=HEADING" in said
    found = zones_in(tmp_path, rows, OTHERS, says=Says((("Deprivation", "imd_2019_score"),)))
    assert found.zones["imd_2019_score"].tolist() == [46.2, 38.5, 12.4]
    assert any("left: Notes" in note for note in found.notes)


def test_a_heading_like_a_column_is_asked_with_both_readings(tmp_path):
    text = "Provider,Weekly hrs\nOne,120\n"
    said = refused(lambda: providers_in(tmp_path, text), "'Weekly hrs' may be weekly_hours, or another thing")
    assert "--heading 'weekly_hours=Weekly hrs'" in said and "--heading 'none=Weekly hrs'" in said
    taken = providers_in(tmp_path, text, says=Says((("Weekly hrs", "weekly_hours"),)))
    assert taken.providers["weekly_hours"].tolist() == [120.0]
    left = providers_in(tmp_path, text, says=Says((("Weekly hrs", "none"),)))
    assert left.providers["weekly_hours"].tolist() == [0.0]


def test_two_headings_for_one_column_are_asked(tmp_path):
    said = refused(lambda: providers_in(tmp_path, "Provider,Service\nOne,Two\n"), "may both be name")
    assert "--heading name=Provider or --heading name=Service" in said


def test_headings_are_remembered_in_the_place_file_and_read_the_next_edition(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    header = OTHERS.replace("Total", "Souls").split(",")
    (tmp_path / "old.csv").write_text(comma_separated([header, *([*row, ""] for row in GOOD)]), encoding="utf-8")
    (tmp_path / "new.csv").write_text(
        comma_separated([header[::-1], *(["", *row[::-1]] for row in GOOD[:2])]), encoding="utf-8"
    )
    said = ["--heading", "population=Souls", "--heading", "imd_2019_score=Deprivation"]
    assert main(["new", COUNCIL, "--zones", "old.csv", "--no-probe", *said, "--out", "one"]) == 0
    assert place_of(tmp_path / "one" / "place.yaml").zones["population"].tolist() == [9800, 8600, 4100]
    capsys.readouterr()
    assert main(["new", COUNCIL, "--zones", "new.csv", "--no-probe", "--out", "two"]) == 2
    assert "lacks the column population, imd_2019_score" in capsys.readouterr().err
    remembered = ["--headings", "one/place.yaml"]
    assert main(["new", COUNCIL, "--zones", "new.csv", "--no-probe", *remembered, "--out", "two"]) == 0
    assert place_of(tmp_path / "two" / "place.yaml").zones["population"].tolist() == [9800, 8600]


@pytest.mark.parametrize(
    ("headings", "says"),
    [
        ("  zones: {zone_cod: Ward}", "did you mean zone_code?"),
        ("  streets: {zone_code: Ward}", "unknown key streets in headings"),
        ("  zones: {zone_code: {a: b}}", "the heading of zone_code is one value"),
    ],
)
def test_headings_in_a_place_file_are_checked(tmp_path, monkeypatch, capsys, headings, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zones.csv").write_text(comma_separated([HEADER.split(","), *GOOD]), encoding="utf-8")
    assert main(["new", COUNCIL, "--zones", "zones.csv", "--no-probe"]) == 0
    place = tmp_path / "ambleford" / "place.yaml"
    place.write_text(f"{place.read_text(encoding='utf-8')}headings:\n{headings}\n", encoding="utf-8")
    refused(lambda: place_of(place), says)
    capsys.readouterr()
    again = ["new", COUNCIL, "--zones", "zones.csv", "--headings", str(place), "--out", "two"]
    assert main(again) == 2 and says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (["--heading", "zone_nam=Ward"], "did you mean zone_name?"),
        (["--heading", "Ward"], "write such as"),
        (["--decimal", "dot"], "write point or comma"),
        (["--days", "year"], "write day or month"),
        (["--sheet", "One"], "no file has a sheet 'One'; leave out --sheet"),
    ],
)
def test_what_is_said_of_files_is_checked(tmp_path, monkeypatch, capsys, option, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zones.csv").write_text(comma_separated([OTHERS.split(","), *GOOD]), encoding="utf-8")
    assert main(["new", COUNCIL, "--zones", "zones.csv", *option]) == 2
    assert says in capsys.readouterr().err


# Spoilt cells that are read


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("population", "9,800", 9800),
        ("population", "9 800", 9800),
        ("population", "9\N{NO-BREAK SPACE}800", 9800),
        ("population", "9\N{NARROW NO-BREAK SPACE}800", 9800),
        ("population", "9'800", 9800),
        ("population", "'9800", 9800),
        ("population", " 9800 ", 9800),
        ("population", "9.8E+03", 9800),
        ("population", "9800.00", 9800),
        ("population_65plus", "1,370", 1370),
        ("population_65plus", "14%", 1372),
        ("population_65plus", "14.0 %", 1372),
        ("longitude", "\N{MINUS SIGN}1.402", -1.402),
        ("longitude", "(1.402)", -1.402),
        ("latitude", "+54.302", 54.302),
        ("latitude", "54.302000000", 54.302),
        ("imd_2019_score", "46,2", None),
    ],
)
def test_a_spoilt_cell_that_can_only_be_one_number_is_read(tmp_path, column, cell, value):
    if value is None:  # beside decimal points it is nothing
        refused(lambda: zones_in(tmp_path, with_cell(column, cell)), f"zones.csv:2: {column} is '46,2'", "write 46.2")
        return
    assert zones_in(tmp_path, with_cell(column, cell)).zones[column][0] == pytest.approx(value)


def test_decimal_commas_and_points_for_thousands_are_read_where_every_cell_agrees(tmp_path):
    rows = [[cell.replace(".", ",") for cell in row] for row in GOOD]
    rows[0][5], rows[0][6] = "9.800", "1.370"
    (tmp_path / "zones.csv").write_text(comma_separated([HEADER.split(","), *rows], ";"), encoding="utf-8")
    found = read_held_zones([tmp_path / "zones.csv"], COUNCIL, Says())
    assert found.zones["population"].tolist() == [9800, 8600, 4100]
    assert found.zones["latitude"].tolist() == [54.302, 54.311, 54.322]
    assert any("a comma is taken to separate decimals" in note for note in found.notes)


@pytest.mark.parametrize(
    ("column", "about", "right"),
    [
        ("population", "population_65plus", round(12700 / 2300 * 1370)),
        ("area_km2", "population", round(32.9 / 12700 * 9800, 1)),
        ("population_65plus", "population", round(2300 / 12700 * 9800)),
        ("population_85plus", "population_65plus", round(330 / 2300 * 1370)),
        ("imd_2019_score", "population", round((38.5 * 8600 + 12.4 * 4100) / 12700, 1)),
    ],
)
@pytest.mark.parametrize("blank", ["", "n/a", "[x]", ".."])
def test_a_blank_is_estimated_from_the_other_zones_and_said(tmp_path, column, about, right, blank):
    found = zones_in(tmp_path, with_cell(column, blank))
    assert found.zones[column][0] == pytest.approx(right)
    assert any(f"zones.csv:2: {column} is blank" in note for note in found.notes)


def test_a_position_is_not_estimated_nor_anything_from_less_than_half_of_the_zones(tmp_path):
    refused(lambda: zones_in(tmp_path, with_cell("latitude", "")), "zones.csv:2: latitude is ''", "from 49 to 61")
    rows = with_cell("population", "")
    rows[1][5] = ""
    said = refused(lambda: zones_in(tmp_path, rows), "zones.csv:2: population is ''", "zones.csv:3: population is ''")
    assert len(said.splitlines()) == 2


@pytest.mark.parametrize(("said", "code"), [("Y", 1), ("TRUE", 1), ("Yes", 1), ("n", 0), ("False", 0), ("", -1)])
def test_yes_and_no_as_people_write_them(tmp_path, said, code):
    assert providers_in(tmp_path, f"name,On framework\nOne,{said}\n").providers["contracted"].tolist() == [code]


# Spoilt cells that are refused


@pytest.mark.parametrize(
    ("column", "cell", "right"),
    [
        ("population", "9_800", "write 9800"),
        ("population", "９８００", "write a number from 1 to 500000"),
        ("population", "98,00", "write 98.00"),
        ("population", "£9,800", "write 9800"),
        ("population", "#N/A", "write a number"),
        ("population", "#########", "write a number"),
        ("population", "-", "write a number"),
        ("population", "about 9800", "write a number"),
        ("population", "9800 or so", "write 9800"),
        ("population", "<5", "write a number"),
        ("population", "2026-04-06", "write a number"),
        ("population", "nan", "write a number"),
        ("population", "1e999", "write a number"),
        ("population", "0", "write a number from 1 to 500000"),
        ("latitude", "543022", "write a number from 49 to 61"),
        ("longitude", "-14.02", "write a number from -9 to 2.5"),
        ("imd_2019_score", "46.2%", "write"),
        ("population_85plus", "2%", "196 of all people or 27 of those of 65 and over"),
    ],
)
def test_a_spoilt_cell_that_could_be_anything_is_refused_with_row_column_and_what_is_right(
    tmp_path, column, cell, right
):
    said = refused(lambda: zones_in(tmp_path, with_cell(column, cell)), f"zones.csv:2: {column} is {cell!r}", right)
    assert 1 <= len(said.splitlines()) <= 2


def test_shares_where_people_are_counted_are_refused(tmp_path):
    rows = [[*row[:6], "0.14", "0.02", row[8]] for row in GOOD]
    refused(lambda: zones_in(tmp_path, rows), "population_65plus is never above 1", "write how many people they are")


def test_all_mistakes_are_told_at_once_the_first_twenty_and_how_many_more(tmp_path):
    rows = [[f"X{row:03}", f"Ward {row}", *GOOD[0][2:5], "lots", "some", *GOOD[0][7:]] for row in range(40)]
    said = refused(lambda: zones_in(tmp_path, rows)).splitlines()
    assert len(said) == MOST_SHOWN + 1 and said[-1] == f"and {80 - MOST_SHOWN} more mistakes"
    assert "zones.csv:2: population is 'lots'" in said[0] and "zones.csv:2: population_65plus is 'some'" in said[1]


def test_a_row_with_more_cells_than_the_header_is_refused_but_not_the_blanks_that_excel_adds(tmp_path):
    assert len(zones_in(tmp_path, [[*row, "", ""] for row in GOOD]).zones) == 3
    refused(lambda: zones_in(tmp_path, [GOOD[0], [*GOOD[1], "1"]]), "zones.csv:3: has another number of cells")


# What could be two things is asked, and the answer is taken


def test_a_number_that_could_be_two_is_asked_with_both_readings(tmp_path):
    text = "name;weekly_hours\nOne;120\nTwo;1,200\n"
    said = refused(lambda: providers_in(tmp_path, text), "list.csv:3: weekly_hours is '1,200'")
    assert "1200 or, with a decimal comma, 1.2" in said and "--decimal point or --decimal comma" in said
    for decimal, hours in (("point", 1200.0), ("comma", 1.2)):
        found = providers_in(tmp_path, text, says=Says(decimal=decimal))
        assert found.providers["weekly_hours"].tolist() == [120.0, hours]


@pytest.mark.parametrize(("cell", "decimal"), [("9,800", "point"), ("9.800", "comma")])
def test_of_two_readings_the_one_that_counts_whole_people_is_theirs(cell, decimal):
    assert decimals_of([(cell, Kind(1, 500_000, whole=True)), ("54", Kind(49, 61))], ";") == decimal
    assert isinstance(decimals_of([(cell, Kind(1, 500_000))], ";"), Ambiguous)


def test_commas_between_cells_are_none_of_decimals(tmp_path):
    found = providers_in(tmp_path, 'name,weekly_hours\nOne,"1,200"\n')
    assert found.providers["weekly_hours"].tolist() == [1200.0]


TRACKED = "cqcid,local_authority,date,serviceusercount,hourspaiddomcare\n"


def test_a_day_that_could_be_two_is_asked_with_both_readings(tmp_path):
    text = f"{TRACKED}1-1,Ambleford,06/04/2026,9,100\n1-1,Ambleford,05/06/2026,9,200\n"
    said = refused(
        lambda: providers_in(tmp_path, text), "list.csv:2: the day '06/04/2026' is 6 April 2026 or 4 June 2026"
    )
    assert "--days day or --days month" in said
    for days, hours in (("day", 200.0), ("month", 100.0)):
        found = providers_in(tmp_path, text, says=Says(days=days))
        assert found.providers["weekly_hours"].tolist() == [hours]


def test_a_day_that_is_none_and_a_service_given_twice_are_refused(tmp_path):
    refused(
        lambda: providers_in(tmp_path, f"{TRACKED}1-1,Ambleford,31/04/2026,9,100\n"),
        "list.csv:2: the day '31/04/2026' is none",
    )
    twice = f"{TRACKED}1-1,Ambleford,30/04/2026,9,100\n1-1,Ambleford,30/04/2026,9,200\n"
    refused(lambda: providers_in(tmp_path, twice), "list.csv:3: the service 1-1 is given twice, both of 2026-04-30")


def test_two_sheets_that_could_be_meant_are_asked(tmp_path):
    file = tmp_path / "wards.xlsx"
    book = {f"Mid-{year}": [WARD_HEADER, *ward_rows()[: 4 if year == 2022 else 1]] for year in (2021, 2022)}
    file.write_bytes(workbook(book))
    said = refused(lambda: read_held_zones([file], COUNCIL, Says()), "more than one sheet that could be meant")
    assert "--sheet 'Mid-2021' or 'Mid-2022'" in said
    table = read_table(file, "wards", lambda heading: heading in WARD_HEADER, "Mid-2022")
    assert len(list(table.rows)) == 4
    for sheet, says in (("Mid-2022", "lacks the column latitude"), ("Mid-2032", "did you mean Mid-2022?")):
        refused(lambda sheet=sheet: read_own([file], None, FILTERED, COUNCIL, Says(sheet=sheet)), says)


# Figures


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ('Figure,Value\nCouncil fee,£25.50\nClients,"1,390"\nSelf-funders,\n', "cp1252"),
        ("figure;value\ncouncil_fee;£25,50\ncouncil_clients;1.390\n", "utf-8"),
        ("Item\tAmount\nHourly rate\t25.5\nCouncil-funded clients\t1390\n", "utf-16"),
    ],
)
def test_figures_are_given_in_a_list_with_pounds_and_thousands(tmp_path, monkeypatch, capsys, text, encoding):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "figures.csv").write_bytes(text.encode(encoding))
    (tmp_path / "zones.csv").write_text(comma_separated([HEADER.split(","), *GOOD]), encoding="utf-8")
    words = ["new", COUNCIL, "--zones", "zones.csv", "--figures", "figures.csv", "--no-probe"]
    assert main(words) == 0, capsys.readouterr().err
    figures = place_of(tmp_path / "ambleford" / "place.yaml").figures
    assert (figures["council_fee"].value, figures["council_clients"].value) == (25.5, 1390)
    assert figures["self_funders"].low is not None  # estimated


def test_figures_that_cannot_be_are_refused_all_at_once(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [["figure", "value"], ["Clients", "25%"], ["Council fees", "£23"], ["Fee", "£2356"], ["Care workers", "1.5"]]
    (tmp_path / "figures.csv").write_text(comma_separated(rows), encoding="utf-8")
    assert main(["new", COUNCIL, "--figures", "figures.csv"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[0] for line in said] == [
        "figures.csv:3",
        "figures.csv:2",
        "figures.csv:4",
        "figures.csv:5",
    ]
    assert "is a share, of clients or of all who draw on care" in said[1] and "did you mean council_fee?" in said[0]


# Twelve styles of numbers


def grouped(by, decimal="."):
    return lambda x: f"{x:,}".replace(".", "d").replace(",", by).replace("d", decimal)


STYLES = {
    "plain": ("point", "", str),
    "commas for thousands": ("point", "", grouped(",")),
    "spaces for thousands": ("point", "", grouped(" ")),
    "no-break spaces for thousands": ("point", "", grouped("\N{NO-BREAK SPACE}")),
    "narrow spaces for thousands": ("point", "", grouped("\N{NARROW NO-BREAK SPACE}")),
    "apostrophes for thousands": ("point", "", grouped("'")),
    "scientific": ("point", "", lambda x: f"{x:.9E}"),
    "Excel's text": ("point", "", lambda x: f"'{x}"),
    "accountant's": ("point", "", lambda x: f"({-x:,})" if x < 0 else f"{x:,}"),
    "a typographer's minus": ("point", "", lambda x: f"{x:,}".replace("-", "\N{MINUS SIGN}")),
    "decimal comma": ("comma", "", lambda x: str(x).replace(".", ",")),
    "points for thousands, decimal comma": ("comma", "", grouped(".", ",")),
    "spaces for thousands, decimal comma": ("comma", "", grouped("\N{NO-BREAK SPACE}", ",")),
    "pounds": ("point", "£", lambda x: f"£{x:,}" if x >= 0 else f"-£{-x:,}"),
    "per cent": ("point", "%", lambda x: f"{x:,}%"),
}
numbers = st.one_of(
    st.integers(-99_999_999, 99_999_999),
    st.integers(-99_999_999, 99_999_999).map(lambda thousandths: thousandths / 1000),
).map(lambda x: float(x) if x else 0.0)


@given(x=numbers, style=st.sampled_from(sorted(STYLES)))
def test_a_number_is_read_as_it_was_written_in_whatever_style(x, style):
    convention, sign, write = STYLES[style]
    expected = x / 100 if sign == "%" else x
    assert number_as(write(x), convention, sign) == pytest.approx(expected, rel=1e-12)
    assert sign == "" or number_as(write(x), convention, "") is None


@given(
    st.lists(st.integers(1000, 99_999_999).map(lambda thousandths: thousandths / 1000), min_size=1, max_size=8),
    st.sampled_from(["point", "comma"]),
    st.sampled_from([";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.data(),
)
def test_a_file_in_whatever_styles_of_one_convention_is_read_back_the_same_or_refused(
    tmp_path_factory, hours, convention, separator, encoding, data
):
    styles = [name for name, (its, sign, _) in STYLES.items() if its == convention and not sign]
    cells = [STYLES[data.draw(st.sampled_from(styles))][2](x) for x in hours]
    rows = [["name", "weekly_hours"], *([f"P{row}", cell] for row, cell in enumerate(cells))]
    try:
        found = providers_in(tmp_path_factory.mktemp("styles"), comma_separated(rows, separator), encoding)
    except BadInput as bad:
        assert "--decimal point or --decimal comma" in str(bad)
        point, comma = ([number_as(cell, one) for cell in cells] for one in ("point", "comma"))
        assert None not in point and None not in comma and point != comma  # it could be either indeed
        said = Says(decimal=convention)
        found = providers_in(tmp_path_factory.mktemp("said"), comma_separated(rows, separator), encoding, said)
    assert found.providers["weekly_hours"].tolist() == pytest.approx(hours, rel=1e-9)


@given(st.text(alphabet="0123456789.,' %£()-+eE_\N{NO-BREAK SPACE}９", max_size=12))
def test_whatever_a_cell_holds_it_is_a_finite_number_or_none(text):
    for convention in ("point", "comma"):
        number = number_as(text, convention, "%")
        assert number is None or abs(number) < float("inf")
    found = decimals_of([(text, Kind(0, 1e9))], ";")
    assert found in ("point", "comma") or isinstance(found, Ambiguous)


# Days


@pytest.mark.parametrize(
    ("cell", "first", "day"),
    [
        ("06/04/2026", "day", date(2026, 4, 6)),
        ("06/04/2026", "month", date(2026, 6, 4)),
        ("6.4.2026", "day", date(2026, 4, 6)),
        ("06/04/2026 09:15", "day", date(2026, 4, 6)),
        ("2026-04-06", "month", date(2026, 4, 6)),
        ("2026-04-06T09:15:00Z", "day", date(2026, 4, 6)),
        ("06-Apr-26", "day", date(2026, 4, 6)),
        ("6 April 2026", "day", date(2026, 4, 6)),
        ("46118", "day", date(2026, 4, 6)),
        (46118.5, "day", date(2026, 4, 6)),
        (datetime(2026, 4, 6).date(), "day", date(2026, 4, 6)),
        ("31/04/2026", "day", None),
        ("06/04/26", "day", None),
        ("April", "day", None),
        ("２０２６-04-06", "day", None),
        ("123", "day", None),
    ],
)
def test_days_as_excel_writes_them(cell, first, day):
    assert day_as(cell, first) == day


@given(st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1), st.sampled_from(["day", "month"]))
def test_a_column_of_days_is_read_as_it_was_written_or_asked(days, first):
    cells = [day.strftime("%d/%m/%Y" if first == "day" else "%m/%d/%Y") for day in days]
    found = days_of(cells)
    if isinstance(found, Ambiguous):
        assert all(day.day <= 12 for day in days)
    else:
        assert [day_as(cell, found) for cell in cells] == days


# Files that are none


def zipped(**parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name.replace("_xml", ".xml"), text)
    return content.getvalue()


MANY = '<table:table-row table:number-rows-repeated="1000000">'
FULL = '<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04\x00\x00", "cannot be read: BadZipFile"),
        (zipped(content_xml="<a/>"), "cannot be read"),
        (zipped(workbook_xml="<a/>"), "cannot be read"),
        (
            zipped(content_xml=f"{MANY}{FULL}</table:table-row>"),
            "repeats",
        ),
        (zipped(content_xml=FULL.replace(" office", ' table:number-columns-repeated="16384" office')), "repeats"),
        (ESTIMATES.read_bytes()[:4000], "cannot be read: BadZipFile"),
        (workbook({"S": [["name", "rating"], ["a\u202eb", ""]]}), "U+202E"),
        (workbook({"S": [["name", *range(3000)], ["a"]]}), "2,000 columns"),
        (workbook({"S": []}), "is empty"),
        (b"\xff\xfe" + b"\x00\xd8", "is binary"),
        ("name\n\x1b[2J\n".encode("utf-16"), "U+001B"),
        (b"name\n\x81\n", "list:2: is text neither in UTF-8 nor in Windows' encoding"),
    ],
)
def test_what_is_no_list_is_refused_in_a_line(tmp_path, content, says):
    (tmp_path / "list").write_bytes(content)
    said = refused(lambda: read_held_providers(tmp_path / "list", "list", None, COUNCIL, Says()), says)
    assert len(said.splitlines()) == 1 and said.isprintable()


@given(st.data())
def test_whatever_is_changed_in_a_workbook_it_is_read_or_refused(tmp_path_factory, data):
    file = data.draw(st.sampled_from([ESTIMATES, FILTERED]))
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("changed") / file.name
    path.write_bytes(content)
    try:
        read = read_held_zones([path], COUNCIL, Says()) if file == ESTIMATES else read_directory(path, "d", COUNCIL)
    except BadInput as bad:
        assert bad.problems
    else:
        assert read


def test_names_that_a_spreadsheet_would_run_are_made_harmless(tmp_path):
    found = providers_in(tmp_path, "Provider\n=cmd()!A1\n")
    assert list(csv.reader(io.StringIO(found.text)))[1] == ["'=cmd()!A1"]


def test_files_may_say_more_of_zones_that_are_known(tmp_path):
    known = read_held_zones([CENTRES, ESTIMATES, IOD[2019], LOOKUP], COUNCIL, Says()).text
    (tmp_path / "people.csv").write_text("Ward code,65+\nE05990001,2000\nE05990003,\nE05999999,5\n", encoding="utf-8")
    found = read_own([tmp_path / "people.csv"], None, None, COUNCIL, base=known)
    then = read_own([CENTRES, ESTIMATES, IOD[2019], LOOKUP], None, None, COUNCIL)
    assert found.zones["population_65plus"].tolist() == [2000, *then.zones["population_65plus"][1:]]
    assert found.zones["latitude"].tolist() == then.zones["latitude"].tolist()
    assert any("left: 1 rows of zones" in note for note in found.notes)
    listed = read_own([], None, FILTERED, COUNCIL, base=known)
    assert listed.zones.tolist() == then.zones.tolist() and listed.zones_text == known
    assert listed.providers["zone"].tolist() == [1, 1, 1]


def test_ward_estimates_say_more_of_a_council_that_is_known_by_its_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    bolton = council_called("Bolton")
    codes = zones_of(bolton)["code"].tolist()
    rows = [["E08000001", "Bolton", code, f"Ward {code}", 182 * 7, *[7] * 182] for code in codes]
    (tmp_path / "wards.xlsx").write_bytes(workbook({"Mid-2022": [["Mid-2022"], [], WARD_HEADER, *rows]}))
    assert main(["new", "Bolton", "--zones", "wards.xlsx", "--no-probe"]) == 0, capsys.readouterr().err
    place = place_of(tmp_path / "bolton" / "place.yaml")
    assert (place.zones["population"] == 182 * 7).all() and place.zones["code"].tolist() == codes
    assert place.zones["latitude"].tolist() == zones_of(bolton)["latitude"].tolist()
    assert (tmp_path / "bolton" / "outlines.geojson").exists()
    assert main(["new", "Leeds", "--zones", "wards.xlsx", "--no-probe"]) == 2
    assert "has no row of these zones" in capsys.readouterr().err
