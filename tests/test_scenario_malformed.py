"""Malformed files: each gets one clear error with file and line, status 2, no traceback, nothing written, at once."""

import os
import re
import time

import pytest

from caremarket_sim.cli import main

HEAD = "format: 2\nextends: builtin:wigan/baseline\n"
STEP = HEAD + "policy:\n  - from: 2024-04-01\n    "

# What is wrong: the text of the file, the line of the error, and a part of what is said.
MALFORMED = {
    "a key that there is not": (HEAD + "titel: x\n", 3, "unknown key titel in a scenario; did you mean title?"),
    "a lever outside set": (HEAD + "fee.level: 1\n", 3, "a lever goes under `set:`"),
    "a key of a step that there is not": (STEP + "when: now\n    use: block\n", 5, "unknown key when in a step"),
    "a lever that there is not": (STEP + "set:\n      fee.levle: 1\n", 6, "did you mean fee.level?"),
    "a group of levers": (STEP + "set:\n      fee:\n        level: 1\n", 6, "such as `fee.level: 1`"),
    "per cent": (STEP + "set:\n      employment.zero_hours_cap: 10%\n", 6, "write 0.1"),
    "per cent without the sign": (STEP + "set:\n      employment.zero_hours_cap: 10\n", 6, "write 0.1"),
    "pounds": (STEP + "set:\n      employment.wage_floor: £12.60\n", 6, "write 12.60"),
    "a unit": (STEP + "set:\n      contract.term_years: 7 years\n", 6, "write 7"),
    "a quoted number": (STEP + 'set:\n      fee.level: "1.1"\n', 6, "write 1.1"),
    "out of bounds": (STEP + "set:\n      fee.level: 2\n", 6, "write a number from 0.7 to 1.5"),
    "no finite number": (STEP + "set:\n      fee.level: .inf\n", 6, "write a number from 0.7 to 1.5"),
    "a flag for a number": (STEP + "set:\n      fee.level: true\n", 6, "fee.level is a number, not a flag true"),
    "a number for a flag": (STEP + "set:\n      procurement.zoned: 1\n", 6, "write true"),
    "a list for a number": (STEP + "set:\n      fee.level: [1]\n", 6, "is one value, not a list"),
    "no value": (STEP + "set:\n      fee.level:\n", 6, "fee.level has no value"),
    "a half year": (STEP + "set:\n      contract.term_years: 2.5\n", 6, "whole number"),
    "a choice that there is not": (STEP + "set:\n      fee.rule: tender\n", 6, "did you mean tendered?"),
    "weights that do not sum to 1": (
        STEP + "set:\n      procurement.weights: {price: 1, quality: 0.1, values: 0, social_value: 0}\n",
        6,
        "sums to 1.1; weights must sum to 1",
    ),
    "a negative weight": (
        STEP + "set:\n      procurement.weights: {price: 0.9, quality: -0.1, values: 0.2, social_value: 0}\n",
        6,
        "outside its bounds",
    ),
    "a lever without what it needs": (
        STEP + "set:\n      procurement.backup_share: 0.2\n",
        6,
        "set contract.sourcing: zoned_lead and procurement.zoned: true with it",
    ),
    "a preset that there is not": (STEP + "use: colaborative\n", 5, "did you mean collaborative?"),
    "a step that changes nothing": (STEP + "why: no reason\n", 4, "a step changes nothing"),
    "a step without a date": (HEAD + "policy:\n  - use: block\n", 4, "a step of policy lacks from"),
    "a policy that is no list": (HEAD + "policy:\n  from: 2024-04-01\n", 4, "each item begun with `- `"),
    "no date": (HEAD + "policy:\n  - from: soon\n    use: block\n", 4, "is 'soon', not a date"),
    "an English date": (HEAD + "policy:\n  - from: 01/04/2024\n    use: block\n", 4, "write 2024-04-01"),
    "no such day": (HEAD + "policy:\n  - from: 2024-02-30\n    use: block\n", 4, "which is no day"),
    "a date before the start": (HEAD + "policy:\n  - from: 2024-03-25\n    use: block\n", 4, "is before the start"),
    "dates out of order": (
        STEP + "use: block\n  - from: 2024-04-01\n    use: collaborative\n",
        6,
        "does not come after 2024-04-01 of the step before; put both into one step",
    ),
    "too many years": (HEAD + "years: 11\n", 3, "write a whole number from 1 to 10"),
    "years in words": (HEAD + "years: five\n", 3, "years is a number, not text five"),
    "prices that there are not": (HEAD + "prices: frosen\n", 3, "did you mean frozen?"),
    "a parameter that there is not": (HEAD + "parameters:\n  no.such_thing: 1\n", 4, "there is no parameter"),
    "no format": ("extends: builtin:wigan/baseline\n", 1, "begin with `format: 2`"),
    "another format": ("format: 3\nextends: builtin:wigan/baseline\n", 1, "format is 3"),
    "a quoted format": ('format: "2"\nextends: builtin:wigan/baseline\n', 1, "write 2"),
    "an impossible file name": (f"format: 2\nextends: {'x' * 300}.yaml\n", 2, "there is no such file"),
    "a folder for a parent": ("format: 2\nextends: ..\n", 2, "lies outside the workspace"),
    "a missing parent": ("format: 2\nextends: basline.yaml\n", 2, "there is no such file"),
    "a builtin that there is not": (
        "format: 2\nextends: builtin:wigan/basline\n",
        2,
        "did you mean builtin:wigan/baseline?",
    ),
    "a circle of one": ("format: 2\nextends: scenario.yaml\n", 2, "which extends this file; break the circle"),
    "a path out of the workspace": ("format: 2\nextends: ../outside.yaml\n", 2, "lies outside the workspace"),
    "a path from the root": ("format: 2\nextends: /etc/passwd\n", 2, "lies outside the workspace"),
    "no place": ("format: 2\ntitle: nowhere\n", 1, "names no place"),
    "a missing place": ("format: 2\nplace: nowhere.yaml\n", 2, "there is no place file nowhere.yaml"),
    "a key twice": (HEAD + "years: 3\nyears: 4\n", 4, "years is given twice; it is in line 3 already"),
    "a tag": (HEAD + "title: !!python/object/apply:os.system ['true']\n", 3, "the tag"),
    "an anchor": (HEAD + "title: &t x\n", 3, "the anchor &t"),
    "an alias": (HEAD + "title: *t\n", 3, "the alias *t"),
    "a bomb of aliases": (
        "a: &a [x, x]\n"
        + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)),
        1,
        "the anchor &a",
    ),
    "a merge key": (HEAD + "<<: {years: 3}\n", 3, "the merge key <<"),
    "a directive": ("%YAML 1.1\n---\n" + HEAD, 2, "a % directive"),
    "two documents": (HEAD + "---\n" + HEAD, 3, "a second document begins here"),
    "deep nesting": ("a: " + "[" * 30 + "]" * 30 + "\n", 1, "nested more than 20 deep"),
    "no YAML": (HEAD + "title: [x\n", 4, "is not YAML"),
    "a tab": (HEAD + "policy:\n\t- from: 2024-04-01\n", 4, "indent with spaces, not tabs"),
    "one word": ("hello\n", 1, "a scenario is a set of `name: value` lines, not 'hello'"),
    "a list": ("- format: 2\n", 1, "a scenario is a set of `name: value` lines, not a list"),
    "nothing": ("", 1, "is empty"),
    "a comment alone": ("# nothing\n", 1, "is empty"),
    "binary": (b"\x7fELF\0\0\0\0", 1, "is binary"),
    "another encoding": (HEAD.encode() + "title: £\n".encode("latin-1"), 3, "is not text in UTF-8"),
    "20 MB": (b"format: 2\n" + b"# more\n" * 2_900_000, 1, "is 20.3 MB; files of at most 1 MB are read"),
    "a very long line": (HEAD + "title: " + "x" * 900_000 + "\n", 3, "has a line of 900,007 letters"),
    "very many lines": (HEAD + "a:\n" * 300_000, 10_000, "has 300,002 lines"),
    "very many values": (
        HEAD + "title: [" + "[a, b, c, d, e, f, g, h],\n" * 9_000 + "]\n",
        None,
        "more than 10,000 values",
    ),
}


def refused(path, capsys):
    """Validate a file that must be refused; return the one line that is said of it."""
    before = sorted(os.listdir(path.parent))
    began = time.process_time()  # of this process alone, however busy the machine is
    status = main(["validate", str(path)])
    took = time.process_time() - began
    out, err = capsys.readouterr()
    assert status == 2
    assert out == ""
    assert len(err.splitlines()) == 1, err
    assert "Traceback" not in err
    assert sorted(os.listdir(path.parent)) == before
    assert took < 2
    return err.strip()


@pytest.mark.parametrize("wrong", MALFORMED)
def test_a_malformed_file_gets_one_clear_error_with_its_line(wrong, tmp_path, capsys):
    content, line, said = MALFORMED[wrong]
    (tmp_path / "outside.yaml").write_text(HEAD, encoding="utf-8")
    path = tmp_path / "inside" / "scenario.yaml"
    path.parent.mkdir()
    (path.parent / "caremarket.toml").write_text("", encoding="utf-8")
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    error = refused(path, capsys)
    place = re.match(re.escape(str(path)) + r":(\d+): ", error)
    assert place, error
    assert line is None or int(place[1]) == line, error
    assert said in error


def test_a_symbolic_link_out_of_the_workspace_is_refused(tmp_path, capsys):
    (tmp_path / "outside.yaml").write_text(HEAD, encoding="utf-8")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "caremarket.toml").write_text("", encoding="utf-8")
    (inside / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    path = inside / "scenario.yaml"
    path.write_text("format: 2\nextends: link.yaml\n", encoding="utf-8")
    assert "scenario.yaml:2: link.yaml lies outside the workspace" in refused(path, capsys)


def test_a_circle_of_files_is_refused(tmp_path, capsys):
    for name, parent in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{name}.yaml").write_text(f"format: 2\nextends: {parent}.yaml\n", encoding="utf-8")
    assert "c.yaml:2: extends a.yaml, which extends this file" in refused(tmp_path / "a.yaml", capsys)


def test_a_loop_of_symbolic_links_is_refused(tmp_path, capsys):
    (tmp_path / "x.yaml").symlink_to(tmp_path / "y.yaml")
    (tmp_path / "y.yaml").symlink_to(tmp_path / "x.yaml")
    path = tmp_path / "scenario.yaml"
    path.write_text("format: 2\nextends: x.yaml\n", encoding="utf-8")
    assert "scenario.yaml:2: " in refused(path, capsys)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path, capsys):
    path = tmp_path / "scenario.yaml"
    os.mkfifo(path)
    assert "is no regular file" in refused(path, capsys)


@pytest.mark.parametrize("missing", ["nowhere.yaml", "", "."])
def test_a_file_that_is_none_is_refused(missing, tmp_path, capsys):
    status = main(["validate", str(tmp_path / missing)])
    out, err = capsys.readouterr()
    assert status == 2 and out == "" and len(err.splitlines()) == 1


# What is wrong with a place: a shipped file, a text of it, what that becomes, what is said, and in how many lines.
WRONG_PLACES = {
    "a figure missing": ("place.yaml", "  care_workers:", "  cear_workers:", "did you mean care_workers?", 2),
    "a grade that there is not": ("place.yaml", "grade: measured", "grade: good", "write one of: measured", 1),
    "a figure without a source": ("place.yaml", "    source: A20\n", "", "is derived but names no source", 1),
    "a figure out of its range": ("place.yaml", "high: 2845", "high: 1000", "low ≤ value ≤ high", 1),
    "another year's prices": (
        "place.yaml",
        "price_base: 2024/25",
        "price_base: 2023/24",
        "fiscal year of the start",
        1,
    ),
    "no fiscal year": ("place.yaml", "price_base: 2024/25", "price_base: 2024", "write one such as 2024/25", 1),
    "no zones": ("place.yaml", "zones: zones.csv", "zones: zone.csv", "there is no zones file zone.csv", 1),
    "an unknown key": ("place.yaml", "licence:", "license:", "did you mean licence?", 1),
    "a zone twice": ("zones.csv", "E05000841", "E05000840", "is given twice; it is in line 2 already", 1),
    "a cell that is no number": ("zones.csv", "12.993", "12,993", "another number of cells", 1),
    "an empty cell": ("zones.csv", "12.993", "", "area_km2 is ''", 1),
    "older people than people": ("zones.csv", "15909,2416", "1590,2416", "more older people than people", 1),
    "a column missing": ("zones.csv", "imd_2019_score", "imd", "lacks the column imd_2019_score", 2),
}


@pytest.mark.parametrize("wrong", WRONG_PLACES)
def test_a_malformed_place_gets_clear_errors(wrong, tmp_path, capsys):
    from caremarket_sim.scenario.workspace import shipped_scenarios

    changed, old, new, said, number = WRONG_PLACES[wrong]
    for name in ("place.yaml", "zones.csv"):
        text = (shipped_scenarios() / "wigan" / name).read_text(encoding="utf-8")
        if name == changed:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / name).write_text(text, encoding="utf-8")
    status = main(["validate", str(tmp_path / "place.yaml")])
    out, err = capsys.readouterr()
    assert status == 2 and out == ""
    assert len(err.splitlines()) == number, err
    assert said in err and re.search(re.escape(changed) + r":\d+: ", err), err
