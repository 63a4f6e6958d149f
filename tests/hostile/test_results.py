"""Results folders from elsewhere, or damaged: one clear error, or the right numbers, and nothing read outside."""

import json
import os
import shutil
import sqlite3
import sys
from pathlib import Path

import numpy as np
import pytest

from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.indicators import Outcome
from caremarket_sim.results import query
from caremarket_sim.results.store import Store
from tests.hostile.test_kept import spoilings
from tests.small_place import FOLDER

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="links and pipes are a matter of POSIX"),
    pytest.mark.usefixtures("undrawn"),
]
WEEKLY, BREAKDOWNS = "weekly/part-000001.parquet", "breakdowns/part-000001.parquet"
ALLOWED = {0, 1, 2, 3, 5}
TIMES = 250
COMPARE = [str(FOLDER / "baseline.yaml"), str(FOLDER / "block.yaml"), "--years", "1", "--replicates", "2"]
HOW = ["--workers", "0", "--quiet", "--allow", "never-in-force", "--why", "a test"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "results"
    assert main(["compare", *COMPARE, *HOW, "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def copy(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "results")


def sql(statements):
    def damage(folder):
        connection = sqlite3.connect(folder / "ledger.sqlite")
        connection.executescript(statements)
        connection.close()

    return damage


def holding(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def cut(name, at):
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:at])


def gone(name):
    def damage(folder):
        shutil.rmtree(folder / name) if (folder / name).is_dir() else (folder / name).unlink()

    return damage


def linked(name, to):
    def damage(folder):
        gone(name)(folder)
        os.symlink(to, folder / name)

    return damage


def pipe(name):
    def damage(folder):
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return damage


def turned(name, at, damage=4):
    def change(folder):
        content = bytearray((folder / name).read_bytes())
        content[int(len(content) * at)] ^= damage
        (folder / name).write_bytes(content)

    return change


def a_folder(name):
    def damage(folder):
        (folder / name).unlink()
        (folder / name).mkdir()

    return damage


def note(name, value):
    return sql(f"UPDATE provenance SET value = '{value}' WHERE name = '{name}'")


OTHER = json.dumps({"weekly": ["a"], "indicators": ["b"], "broken_down": ["c"]})
ESCAPE = "char(27) || '[2J'"
LEDGERS = {
    "empty": holding("ledger.sqlite", b""),
    "a head only": cut("ledger.sqlite", 50),
    "cut": cut("ledger.sqlite", 5000),
    "cut at the end": cut("ledger.sqlite", -700),
    "text": holding("ledger.sqlite", b"hello" * 100),
    "gone": gone("ledger.sqlite"),
    "a folder": a_folder("ledger.sqlite"),
    "a link": linked("ledger.sqlite", "/etc/passwd"),
    "a link to all there is": linked("ledger.sqlite", "/dev/zero"),
    "a pipe": pipe("ledger.sqlite"),
    "a pipe for a log": pipe("ledger.sqlite-wal"),
    "another table of runs": sql("DROP TABLE runs; CREATE TABLE runs (a)"),
    "a view for runs": sql("ALTER TABLE runs RENAME TO x; CREATE VIEW runs AS SELECT * FROM x"),
    "a trigger": sql("CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM runs; END"),
    "a table more": sql("CREATE TABLE more (a)"),
    "an index more": sql("CREATE INDEX i ON runs (seed)"),
    "no provenance": sql("DELETE FROM provenance"),
    "another format": note("results_format", "9"),
    "a layout cut": note("layout", "[1"),
    "a layout that is a list": note("layout", "[]"),
    "a deep layout": note("layout", "[" * 100_000),
    "another layout": note("layout", OTHER),
    "values cut": sql("UPDATE runs SET overall = x'00'"),
    "values that are text": sql("UPDATE runs SET overall = 'abc'"),
    "a text for a number": sql("UPDATE runs SET weekly_rows = 'many'"),
    "rows from before the first": sql("UPDATE runs SET weekly_from = -5"),
    "rows after the last": sql("UPDATE runs SET weekly_rows = 99999"),
    "years of another run": sql("UPDATE runs SET yearly = (SELECT yearly FROM runs WHERE scenario = 'block')"),
    "a part that is not there": sql("UPDATE runs SET part = 77"),
    "groups cut": sql("UPDATE scenarios SET groups = '{'"),
    "other groups": sql("UPDATE scenarios SET groups = '[]'"),
    "a title that steers the terminal": sql(f"UPDATE scenarios SET title = {ESCAPE} || title"),
    "a label that steers the terminal": sql(f"UPDATE indicators SET label = {ESCAPE}"),
    "a scenario cut": sql("UPDATE scenarios SET resolved = '{'"),
    "no scenarios": sql("DELETE FROM scenarios"),
    "no runs": sql("DELETE FROM runs"),
}
PARTS = {
    "gone": gone(WEEKLY),
    "empty": holding(WEEKLY, b""),
    "cut": cut(WEEKLY, -9),
    "text": holding(WEEKLY, b"hello"),
    "a bit turned": turned(WEEKLY, 0.5),
    "a bit turned in breakdowns": turned(BREAKDOWNS, 0.3),
    "a link": linked(WEEKLY, "/etc/passwd"),
    "a pipe": pipe(WEEKLY),
    "a folder": a_folder(WEEKLY),
    "all linked": linked("weekly", "/etc"),
    "all gone": gone("weekly"),
    "outside": sql("UPDATE parts SET file = '../../../etc/passwd' WHERE part = 1 AND series = 'weekly'"),
    "outside by a whole name": sql("UPDATE parts SET file = '/etc/passwd' WHERE part = 1 AND series = 'weekly'"),
    "of another name": sql("UPDATE parts SET file = 'weekly/../ledger.sqlite' WHERE part = 1 AND series = 'weekly'"),
    "of another hash": sql("UPDATE parts SET sha256 = '00'"),
}
NOTES = {
    **{f"{name} {how}": damage
       for name in ("manifest.json", ".written", "differences.csv", "scenarios/block.json")
       for how, damage in {
           "gone": gone(name),
           "empty": holding(name, b""),
           "cut": cut(name, 30),
           "of bytes": holding(name, b"\x00\xff\xfe" * 20),
           "deep": holding(name, b"[" * 200_000),
           "another": holding(name, b"[]"),
           "a bit turned": turned(name, 0.6),
           "a link": linked(name, "/etc/passwd"),
           "a pipe": pipe(name),
       }.items()},
    "a log of junk": holding("ledger.sqlite-wal", b"junk" * 100),
    "a journal of junk": holding("ledger.sqlite-journal", b"junk" * 100),
}  # fmt: skip
COMMANDS = {
    "sql of weeks": lambda folder: ["sql", folder, "select count(*), avg(council_spend) from weekly"],
    "sql of outcomes": lambda folder: ["sql", folder, "select avg(value) from outcomes"],
    "sql of a csv": lambda folder: ["sql", folder, "select * from differences limit 1"],
    "export": lambda folder: ["export", folder, "--to", f"{folder}-exported"],
    "verify": lambda folder: ["verify", folder],
    "reproduce": lambda folder: ["reproduce", folder, "--replicates", "1", "--workers", "0"],
    "report": lambda folder: ["report", folder],
    "compare --resume": lambda folder: ["compare", *COMPARE, *HOW, "--out", folder, "--resume"],
}


def carried_out(folder, capfd, without=()):
    """Every command on the folder: its status; no traceback, no fault of ours, no character that steers a terminal."""
    statuses = {}
    for name, command in COMMANDS.items():
        if name in without:
            continue
        capfd.readouterr()
        statuses[name] = main(command(str(folder)))
        said = "".join(capfd.readouterr())
        assert statuses[name] in ALLOWED, (name, said)
        assert "Traceback" not in said and "\x1b" not in said and "root:" not in said, name
        assert statuses[name] != 2 or len(said.strip().splitlines()) <= 5, (name, said)
    return statuses


@pytest.mark.slow
@pytest.mark.parametrize("damage", LEDGERS)
def test_a_ledger_that_is_not_ours_or_damaged_is_named_and_no_number_of_it_is_used(copy, damage, capfd):
    LEDGERS[damage](copy)
    statuses = carried_out(copy, capfd)
    assert statuses["sql of outcomes"] == statuses["export"] == 2
    assert statuses["verify"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("damage", PARTS)
def test_a_part_that_is_not_what_was_written_is_named_and_not_read(copy, damage, capfd):
    PARTS[damage](copy)
    statuses = carried_out(copy, capfd, ("reproduce",))
    assert statuses["export"] == statuses["compare --resume"] == 2
    assert statuses["verify"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("damage", NOTES)
def test_notes_that_are_tampered_with_are_named(copy, damage, capfd):
    NOTES[damage](copy)
    carried_out(copy, capfd, () if "manifest" in damage else ("reproduce", "sql of outcomes"))


def numbers_of(folder):
    """Every number that there is of the runs."""
    with Store.read(folder) as store:
        outcomes = store.outcomes(Outcome)
        tables = [query.table(store, name).to_pandas().to_numpy() for name in ("weekly", "outcomes", "breakdowns")]
    return outcomes, tables


def test_of_bits_and_pages_spoilt_in_ledgers_and_parts_never_a_wrong_number_comes(whole, tmp_path):
    before, tables = numbers_of(whole)
    for name in ("ledger.sqlite", WEEKLY):
        content = (whole / name).read_bytes()
        copy = shutil.copytree(whole, tmp_path / Path(name).stem)
        found = 0
        for spoilt in spoilings(content, TIMES):
            (copy / name).write_bytes(spoilt)
            try:
                now, their = numbers_of(copy)
            except BadInput:
                found += 1
                continue
            assert now.keys() == before.keys()
            for run, outcome in before.items():
                assert all(np.array_equal(getattr(outcome, one), getattr(now[run], one), equal_nan=True) for one in
                           ("weekly", "yearly", "overall", "stages", "breakdowns", "counts"))  # fmt: skip
            for one, other in zip(tables, their, strict=True):
                assert all((a == b) or (a != a and b != b) for a, b in zip(one.flat, other.flat, strict=True))
        assert found > TIMES // 2
