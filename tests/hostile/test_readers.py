"""Files of every kind that are no files, or not what they should be: one clear error, at once, and nothing written."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caremarket_sim.cli import main
from caremarket_sim.errors import MOST_SHOWN, BadInput
from caremarket_sim.findings.draws import FILE as DRAWS
from caremarket_sim.findings.draws import shipped_draws
from caremarket_sim.reading import number_of, toml_of
from caremarket_sim.report.outlines import read_outlines
from caremarket_sim.scenario import load
from caremarket_sim.scenario.directory import AUTHORITY, HOMECARE, NAME, read_directory
from caremarket_sim.scenario.places import read_place
from caremarket_sim.scenario.providers import read_providers
from caremarket_sim.scenario.zones import read_zones
from caremarket_sim.studies.calibration.recipe import read_record
from caremarket_sim.studies.sweep.design_files import read_design
from tests.small_place import FOLDER

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices are a matter of POSIX")
SECONDS = 60
"""After which a reader that waits for a pipe or reads without end is ended; the machine may be busy."""
RECORD = DRAWS.with_name("record.json").read_text(encoding="utf-8")
RING = [[-2.6, 53.5], [-2.5, 53.5], [-2.5, 53.6], [-2.6, 53.5]]
MAP = {"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"code": code}, "geometry": {"type": "Polygon", "coordinates": [RING]}}
    for code in ("S01", "S02", "S03")
]}  # fmt: skip
SCENARIO = """format: 2
title: One
place: place.yaml
years: 2
parameters:
  recruitment.filling_rate: 0.06
policy:
  - from: 2024-04-08
    why: a test
    set:
      fee.level: 1.05
"""
DESIGN = """format: 2
scenarios: [scenario.yaml]
sampler:
  method: csv
  file: list.csv
factors:
  fee.level: {low: 0.9, high: 1.1}
  recruitment.filling_rate: {low: 0.05, high: 0.08}
"""
GOOD = {
    "scenario.yaml": SCENARIO,
    "place.yaml": (FOLDER / "place.yaml").read_text(encoding="utf-8"),
    "zones.csv": (FOLDER / "zones.csv").read_text(encoding="utf-8"),
    "providers.csv": "name,contracted,weekly_hours,ownership,rating,zone\nOne,yes,800,chain,good,S01\nTwo,no,,,,\n",
    "directory.csv": f"{NAME},{AUTHORITY},{HOMECARE},Location Latitude,Location Longitude\nOne,Small,Y,53.5,-2.6\n",
    "design.yaml": DESIGN,
    "list.csv": "fee.level,recruitment.filling_rate\n0.95,0.06\n1.05,0.07\n",
    "draws.csv": DRAWS.read_text(encoding="utf-8-sig"),
    "record.json": RECORD,
    "map.geojson": json.dumps(MAP, indent=1),
}
READ = {
    "scenario.yaml": load,
    "place.yaml": read_place,
    "zones.csv": lambda file: read_zones(file, str(file)),
    "providers.csv": lambda file: read_providers(file, str(file), read_zones(FOLDER / "zones.csv", "zones")),
    "directory.csv": lambda file: read_directory(file, str(file), "Small"),
    "design.yaml": read_design,
    "list.csv": lambda file: read_design(file.with_name("design.yaml")),
    "draws.csv": shipped_draws.__wrapped__,
    "record.json": read_record,
    "map.geojson": lambda file: read_outlines(file, [{"code": f"S0{one}", "name": "none"} for one in (1, 2, 3)]),
}
OPTIONS = {
    "scenario.yaml": ["run", "scenario.yaml"],
    "place.yaml": ["validate", "place.yaml"],
    "zones.csv": ["new", "Small", "--zones", "zones.csv", "--out", "made"],
    "providers.csv": ["new", "Small", "--zones", "zones.csv", "--providers", "providers.csv", "--out", "made"],
    "directory.csv": ["new", "Small", "--zones", "zones.csv", "--cqc", "directory.csv", "--out", "made"],
    "design.yaml": ["sweep", "design.yaml"],
    "list.csv": ["sweep", "design.yaml"],
    "draws.csv": ["run", "scenario.yaml", "--draws", "2", "--draws-from", "draws.csv"],
    "record.json": ["calibrate", "scenario.yaml", "--again", "record.json"],
}


def a_sparse_giant(path):
    with path.open("wb") as file:
        file.truncate(30_000_000_000)


NO_FILES = {
    "nothing": lambda path: None,
    "a pipe": os.mkfifo,
    "a device without end": lambda path: path.symlink_to("/dev/zero"),
    "a terminal": lambda path: path.symlink_to("/dev/tty"),
    "a folder": Path.mkdir,
    "a link round": lambda path: path.symlink_to(path.name),
    "a link to a pipe": lambda path: (os.mkfifo(path.with_name("pipe")), path.symlink_to("pipe")),
    "a giant": a_sparse_giant,
}
NO_TEXTS = {
    "empty": b"",
    "binary": b"\x7fELF\x00\x00\x00",
    "a spreadsheet": b"PK\x03\x04\x00\x00",
    "UTF-16": "format: 2\n".encode("utf-16"),
    "spaces": b"  \n\n",
    "a bracket": b"[",
    "a deep one": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "a quote that never ends": b'"' + b"x" * 300_000,
    "many columns": b",".join(b"c%d" % number for number in range(100_000)) + b"\n",
    "many keys": b"format: 2\n" + b"".join(b"k%d: 1\n" % number for number in range(100_000)),
    "many keys in one line": b"{" + b", ".join(b"k%d: 1" % number for number in range(100_000)) + b"}",
    "many names": b"{" + b",".join(b'"k%d":1' % number for number in range(80_000)) + b"}",
}
ODD = {
    "Latin-1": "£".encode("latin-1"),
    "an escape": b"\x1b[2J",
    "a bell": b"\x07",
    "a null": b"\0",
    "a line separator": "\u2028".encode(),
    "a paragraph separator": "\u2029".encode(),
    "a next line": "\x85".encode(),
    "a form feed": b"\x0c",
    "an override of direction": "\u202e".encode(),
}
NO_NUMBERS = (
    "[0.5, 0.5]",
    "true",
    "9_800",
    "９８００",
    "nan",
    "inf",
    "1e999",
    "0x10",
    "1:30",
    "--1",
    "٣",
    "half",
    "{}",
    "-1e9",
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with one good file of every kind, the folder that commands are in."""
    for name, text in GOOD.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def too_long(*_):
        raise AssertionError(f"not refused within {SECONDS} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(SECONDS)
    yield tmp_path
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def there(folder):
    return sorted(str(path) for path in folder.rglob("*"))


def refused(folder, name, capfd):
    """Nothing but an error came of the file: by its reader, and by the command that it is given to."""
    with pytest.raises(BadInput) as bad:
        READ[name](folder / name)
    said = str(bad.value)
    if name in OPTIONS:
        before = there(folder)
        capfd.readouterr()
        assert main(OPTIONS[name]) == 2
        out, said = capfd.readouterr()
        assert out == "" and there(folder) == before
    lines = said.strip().splitlines()
    assert 1 <= len(lines) <= MOST_SHOWN + 1 and len(said) < 20_000, said[:2000]
    assert "Traceback" not in said and "a fault of ours" not in said
    assert all(line.isprintable() for line in lines)
    assert any(Path(name).stem in line for line in lines) or name == "list.csv", said
    return said


@pytest.mark.parametrize("name", GOOD)
def test_the_good_files_are_read(folder, name):
    assert READ[name](folder / name) is not None


@pytest.mark.parametrize("wrong", NO_FILES)
@pytest.mark.parametrize("name", GOOD)
def test_what_is_no_file_is_refused_at_once(folder, name, wrong, capfd):
    (folder / name).unlink()
    NO_FILES[wrong](folder / name)
    refused(folder, name, capfd)


@pytest.mark.parametrize("wrong", NO_TEXTS)
@pytest.mark.parametrize("name", GOOD)
def test_a_file_of_something_else_is_refused(folder, name, wrong, capfd):
    (folder / name).write_bytes(NO_TEXTS[wrong])
    refused(folder, name, capfd)


@pytest.mark.parametrize("wrong", ODD)
@pytest.mark.parametrize("name", [name for name in GOOD if name != "directory.csv"])
def test_characters_that_do_not_print_are_refused_with_their_line(folder, name, wrong, capfd):
    content = GOOD[name].encode()
    end = content.index(b"\n", content.index(b"\n") + 1) if b"\n" in content[:-1] else len(content)
    (folder / name).write_bytes(content[:end] + ODD[wrong] + content[end:])
    said = refused(folder, name, capfd)
    assert f"{name}:" in said and said.count("\n") <= 1


@pytest.mark.parametrize("wrong", ODD)
def test_odd_characters_in_the_regulator_s_directory_are_spaces(folder, wrong):
    content = GOOD["directory.csv"].encode().replace(b"One", b"On " + ODD[wrong] + b"e")
    (folder / "directory.csv").write_bytes(content)
    try:
        (agency,) = READ["directory.csv"](folder / "directory.csv")
    except BadInput:
        assert wrong == "a null"
    else:
        assert agency.name.isprintable() and agency.name.startswith("On ")


# Where a number stands in each file: the text that is replaced.
NUMBERS = {
    "scenario.yaml": ("years: 2", "filling_rate: 0.06", "fee.level: 1.05"),
    "place.yaml": ("value: 300",),
    "zones.csv": ("53.510", "4.0", "5000", "42.0"),
    "providers.csv": ("800",),
    "directory.csv": ("53.5", "-2.6"),
    "design.yaml": ("low: 0.9", "high: 0.08"),
    "list.csv": ("0.95", "0.07"),
    "draws.csv": ("\n1,0.06", "\n1,0.06,0.7"),
    "record.json": ('"seed": 20240401', '"replicates": 1', "160"),
    "map.geojson": ("-2.6", "53.6"),
}
PLACES = [(name, written) for name, several in NUMBERS.items() for written in several if name != "place.yaml"]


@pytest.mark.parametrize("wrong", NO_NUMBERS)
@pytest.mark.parametrize(("name", "written"), PLACES)
def test_what_is_no_plain_number_is_none(folder, name, written, wrong, capfd):
    number = written.split(" ")[-1].split(",")[-1]
    if name.endswith("csv") and "," in wrong:
        wrong = f'"{wrong}"'
    assert written in GOOD[name]
    text = GOOD[name].replace(written, written.removesuffix(number) + wrong, 1)
    (folder / name).write_text(text, encoding="utf-8")
    refused(folder, name, capfd)


@pytest.mark.parametrize("wrong", NO_NUMBERS)
def test_a_figure_of_a_place_is_a_plain_number(folder, wrong, capfd):
    lines = GOOD["place.yaml"].splitlines()
    at = next(place for place, line in enumerate(lines) if "council_clients" in line)
    one = next(place for place, line in enumerate(lines) if place >= at and "value:" in line)
    head, _, rest = lines[one].partition("value:")
    lines[one] = f"{head}value: {wrong}" + (rest[rest.index(",") :] if "," in rest else "")
    (folder / "place.yaml").write_text("\n".join(lines), encoding="utf-8")
    assert f"place.yaml:{one + 1}:" in refused(folder, "place.yaml", capfd)


@pytest.mark.parametrize("text", ["1", "+1", "-1.5", " .5", "1e3", "1.", "2E-3"])
def test_a_number_in_plain_digits_is_read(text):
    assert number_of(text) == float(text)


DAYS = ("0001-01-01", "9999-12-31", "1999-12-31", "2100-01-01", "2024-02-30", "2024-4-1", "２０２４-04-08", "20240408",
        "2024-04-08T00:00", "01/04/2024", "soon", "1", "-2024-04-08", "[2024-04-08]", "null", "true", "2024-W15-1",
        "2024-099", "1e3", "{a: 1}", "")  # fmt: skip


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(
    ("name", "written"), [("scenario.yaml", "from: 2024-04-08"), ("place.yaml", "start: 2024-04-01")]
)
def test_a_day_far_off_or_none_is_refused_with_its_line(folder, name, written, day, capfd):
    assert written in GOOD[name]
    key = written.split(":")[0]
    (folder / name).write_text(GOOD[name].replace(written, f"{key}: {day}", 1), encoding="utf-8")
    line = GOOD[name][: GOOD[name].index(written)].count("\n") + 1
    assert f"{name}:{line}:" in refused(folder, name, capfd)


def test_a_place_cannot_start_before_prices_are_known(folder, capfd):
    text = GOOD["place.yaml"].replace("start: 2024-04-01", "start: 2015-04-06").replace("2024/25", "2015/16")
    (folder / "place.yaml").write_text(text, encoding="utf-8")
    assert "prices and wages are known from 2024-04-01" in refused(folder, "place.yaml", capfd)


@pytest.mark.parametrize("year", ["２０２４/25", "2024/26", "24/25", "2024-25", "0000/01", "9999/00"])
def test_a_price_base_is_the_fiscal_year_of_the_start(folder, year, capfd):
    (folder / "place.yaml").write_text(GOOD["place.yaml"].replace("2024/25", year), encoding="utf-8")
    assert "price_base" in refused(folder, "place.yaml", capfd)


@pytest.mark.parametrize("name", [name for name in GOOD if name.endswith(".csv") and name != "directory.csv"])
@pytest.mark.parametrize("wrong", ["twice", "unknown", "a cell more", "a cell less", "no rows", "200,000 rows"])
def test_a_list_of_another_shape_is_refused(folder, name, wrong, capfd):
    head, first, *rest = GOOD[name].splitlines()
    shapes = {
        "twice": [f"{head},{head.split(',')[0]}", *(f"{row},{row.split(',')[0]}" for row in (first, *rest))],
        "unknown": [f"{head},colour", *(f"{row},red" for row in (first, *rest))],
        "a cell more": [head, f"{first},1", *rest],
        "a cell less": [head, first.rpartition(",")[0], *rest],
        "no rows": [head],
        "200,000 rows": [head.split(",")[0], *(["1"] * 200_000)],
    }
    (folder / name).write_text("\n".join(shapes[wrong]), encoding="utf-8")
    if wrong == "unknown" and name in ("zones.csv", "providers.csv"):  # `new` takes lists as they are held, and says so
        with pytest.raises(BadInput, match="unknown column colour"):
            READ[name](folder / name)
        assert main([*OPTIONS[name], "--no-probe"]) == 0
        assert f"{name}: left: colour" in capfd.readouterr().out
        return
    refused(folder, name, capfd)


# What a record says wrong, and what is said of it.
RECORDS = {
    "a list": "[]",
    "a text": '"record"',
    "no recipe": "{}",
    "an empty recipe": '{"recipe": {}, "draws": "draws.csv"}',
    "a recipe of text": '{"recipe": "as usual", "draws": "draws.csv"}',
    "NaN": RECORD.replace("20240401", "NaN", 1),
    "infinity": RECORD.replace("20240401", "-Infinity", 1),
    "a name twice": RECORD.replace('"seed"', '"seed": 1,\n"seed"', 1),
    "no seed": RECORD.replace('"seed": 20240401,', "", 1),
    "a parameter that there is not": RECORD.replace("recruitment.filling_rate", "recruitment.no_such", 1),
    "a quantity that nobody observes": RECORD.replace("vacancy_rate", "colour", 1),
    "a billion samples": RECORD.replace("160", "1000000000", 1),
    "no sample": RECORD.replace("160", "0", 1),
    "draws elsewhere": RECORD.replace("draws.csv", "../draws.csv"),
    "draws from the root": RECORD.replace("draws.csv", "/etc/passwd"),
    "draws that are not there": RECORD.replace("draws.csv", "drawn.csv"),
    "draws of a number": RECORD.replace('"draws.csv"', "7"),
    "cut": RECORD[:900],
    "more after the end": RECORD + "{}",
    "a number of 5,000 digits": RECORD.replace("20240401", "1" * 5000, 1),
    "half a pair": RECORD.replace("draws.csv", "\\ud800.csv"),
}


@pytest.mark.parametrize("wrong", RECORDS)
def test_a_record_of_anything_else_is_refused_with_its_line(folder, wrong, capfd):
    (folder / "record.json").write_text(RECORDS[wrong], encoding="utf-8")
    before = there(folder)
    capfd.readouterr()
    assert main(OPTIONS["record.json"]) == 2
    out, said = capfd.readouterr()
    assert out == "" and there(folder) == before
    assert all(line.startswith(("record.json:", "drawn.csv:")) or "more mistakes" in line for line in said.splitlines())


def test_the_line_of_a_wrong_value_in_json_is_that_value_s(folder):
    lines = GOOD["map.geojson"].splitlines()
    at = next(number for number, line in enumerate(lines) if number > 60 and "53.6" in line)
    lines[at] = lines[at].replace("53.6", '"north"')
    (folder / "map.geojson").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(BadInput, match=rf"map.geojson:{at + 1}: features\[\d\]\.geometry"):
        READ["map.geojson"](folder / "map.geojson")


def test_of_many_mistakes_twenty_are_told_and_how_many_more(folder):
    rows = "\n".join(f"{one},0" for one in range(500))
    (folder / "list.csv").write_text(f"fee.level,recruitment.filling_rate\n{rows}\n", encoding="utf-8")
    with pytest.raises(BadInput) as bad:
        READ["list.csv"](folder / "list.csv")
    said = str(bad.value).splitlines()
    assert len(said) == MOST_SHOWN + 1
    assert said[-1] == f"and {len(bad.value.problems) - MOST_SHOWN:,} more mistakes" and len(bad.value.problems) > 900


@pytest.mark.parametrize("wrong", ["a = ", "[" * 2000, "a = 1\na = 2\n", "a = 1979-99-99", "\x01", "a = nan b"])
def test_a_damaged_file_of_our_own_is_named(tmp_path, wrong):
    (tmp_path / "one.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(BadInput, match=r"one\.toml:\d+: "):
        toml_of(tmp_path / "one.toml")


TOKENS = (*NO_NUMBERS, "\n", "\r", ",", ":", "- ", "  ", '"', "'", "[", "]", "{", "}", "#", "&a", "*a", "!!x", "<<",
          "\t", "\u2028", "null", "999999999", "é", "0", "\x00")  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_whatever_is_changed_in_a_file_it_is_read_or_refused_with_its_name(name, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("changed")
    for other, text in GOOD.items():
        (folder / other).write_text(text, encoding="utf-8")
    text = GOOD[name]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(st.sampled_from(TOKENS) | st.text(max_size=5)) + text[end:]
    (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        READ[name](folder / name)
    except BadInput as bad:
        assert bad.problems and all(problem.file is not None for problem in bad.problems)


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=10, deadline=None)
@given(content=st.binary(max_size=300))
def test_no_bytes_are_a_fault_of_ours(name, tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("bytes")
    for other, text in GOOD.items():
        (folder / other).write_text(text, encoding="utf-8")
    (folder / name).write_bytes(content)
    with pytest.raises(BadInput):
        READ[name](folder / name)
