"""Questions to a results folder that ask for too much, or that are none: one clear error, and nothing written."""

import os
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caremarket_sim.cli import main
from caremarket_sim.errors import BadInput
from caremarket_sim.results.query import sql
from caremarket_sim.results.store import Store
from tests.tiny_driver import SCENARIOS, carry_out
from tests.tiny_model import TinyTask

TOO_LONG = [
    "select count(*) from range(1000000000000) a, range(100000000) b",
    "with recursive t as (select 1 as n union all select n + 1 from t) select max(n) from t",
    "with recursive t as (select 1 as n union all select n + 1 from t) select * from t",
    "select count(*) from weekly a, weekly b, weekly c, weekly d, weekly e, weekly f, weekly g",
    "select max(a.range * b.range) from range(10000000) a, range(10000000) b",
]
TOO_MUCH = [
    "select list(a.range) from range(1000000000) a",
    "select string_agg(a.range::text, '') from range(1000000000) a",
    "select array_agg(a) from weekly a, range(10000000) b",
    "select median(range) from range(1000000000)",
    "select * from range(100000000)",
]
NOT_ASKED = [
    "", " ", ";", "select", "select 1; select 2", "drop table runs", "create table t (a int)",
    "insert into runs values (1)",
    "copy runs to 'out.csv'", "copy (select 1) to '/dev/stdout'", "attach 'other.db'", "install httpfs", "load httpfs",
    "set memory_limit = '1TB'", "pragma database_list", "call pragma_version()", "export database 'out'", "checkpoint",
    "select * from 'runs.csv'", "select * from read_csv('/etc/passwd')", "select * from read_text('/etc/passwd')",
    "select * from glob('/*')", "select * from read_parquet('http://localhost/x')", "select * from nowhere",
    "select nothing from runs", "selekt 1", "select 1 from runs where", "select '", "select \"", "/*", "\0",
    "select * from sqlite_scan('ledger.sqlite', 'runs')", "explain analyze delete from runs", "vacuum", "begin",
    "prepare p as select 1", "use memory", "select getenv('HOME')", "select ()" * 1000, "(" * 5000,
]  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("asked") / "results"
    carry_out(folder, [TinyTask(seed, SCENARIOS) for seed in range(6)], workers=0)
    return folder


def there(folder):
    return sorted((str(path), path.lstat().st_size) for path in folder.parent.rglob("*"))


def asked(results, query, capfd, *more):
    before = there(results)
    capfd.readouterr()
    status = main(["sql", str(results), query, *more])
    out, said = capfd.readouterr()
    assert there(results) == before
    assert "Traceback" not in said and "\x1b" not in out + said and len(said) < 2000
    return status, out, said


@pytest.mark.parametrize("query", TOO_LONG)
def test_a_query_that_takes_too_long_is_ended_and_says_so(results, query, capfd):
    status, _, said = asked(results, query, capfd, "--seconds", "0.5", "--memory", "300")
    assert status == 2 and "the query took more than 0.5 s; ask for less, or give it more with --seconds" in said


@pytest.mark.parametrize("query", TOO_MUCH)
def test_a_query_that_asks_for_too_much_is_refused_and_says_so(results, query, capfd):
    status, _, said = asked(results, query, capfd, "--seconds", "60", "--memory", "100")
    assert status == 2 and ("needs more than 100 MB of memory" in said or "more than 1,000,000 rows" in said)


@pytest.mark.parametrize("query", NOT_ASKED)
def test_what_is_no_question_to_these_tables_is_refused(results, query, capfd):
    status, out, said = asked(results, query, capfd)
    assert status == 2 and out == "" and len(said.strip().splitlines()) == 1


@pytest.mark.parametrize("letters", ["chr(27) || '[2J'", "chr(7)", "chr(8232)", "chr(8238) || 'a'", "chr(155)"])
def test_an_answer_steers_no_terminal(results, letters, capfd):
    status, out, _ = asked(results, f"select {letters} as one", capfd)
    assert status == 0 and all(line.isprintable() for line in out.split("\n"))


# What stands in a CSV file of the user's own in the folder, and whether it can be asked.
TABLES = {
    "a table": (b"a,b\n1,2\n", 0),
    "one of text": ("place\nWigan\u00a0North\n".encode(), 0),
    "nothing": (b"", 2),
    "no text": (b"\xff\xfe\x00", 2),
    "binary": (b"\x7fELF\x00\x00", 2),
    "rows of other lengths": (b"a,b\n1\n1,2,3\n", 2),
    "a quote that never ends": (b'a,b\n"1,2\n3', 2),
}


@pytest.mark.parametrize("wrong", TABLES)
def test_a_csv_of_the_user_s_own_is_asked_or_refused(results, wrong, capfd):
    content, status = TABLES[wrong]
    (results / "own.csv").write_bytes(content)
    try:
        found, _, said = asked(results, "select * from own", capfd)
        assert found == status or (found, status) == (0, 2) and wrong == "a quote that never ends"
        assert found == 0 or "own.csv" in said or "own" in said
    finally:
        (results / "own.csv").unlink()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process cannot be held to so much memory")
@pytest.mark.parametrize(
    "value", ["repeat('x', 3000000000)", "len(range(1000000000))", "repeat(repeat('x', 9999999), 99)"]
)
def test_a_single_value_that_outgrows_the_limit_is_refused(results, value):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_AS)
    with Store.read(results) as store:
        with pytest.raises(BadInput, match="needs more than 50 MB"):
            sql(store, f"select length({value}::text)", memory_mb=50)
        assert sql(store, "select 1 + 1 as two") == (["two"], [(2,)])
    assert resource.getrlimit(resource.RLIMIT_AS) == limits


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices are a matter of POSIX")
@pytest.mark.parametrize("make", [
    os.mkfifo, os.mkdir, lambda path: os.symlink("/dev/zero", path), lambda path: os.symlink("/etc/passwd", path),
    lambda path: os.symlink("own.csv", path), lambda path: os.symlink("/dev/tty", path),
])  # fmt: skip
def test_a_csv_that_is_no_file_is_refused_at_once(results, make, capfd):
    make(results / "own.csv")
    try:
        status, out, said = asked(results, "select * from own", capfd)
        assert (status, out) == (2, "") and "own.csv" in said
    finally:
        (results / "own.csv").rmdir() if (results / "own.csv").is_dir() else (results / "own.csv").unlink()


WORDS = ["select", "from", "runs", "weekly", "*", "(", ")", ",", "count", "group by", "order by", "where", "1", "'a'",
         "union", "limit", "scenario", "=", "join", "using", ";", "with", "as",
         "null", "::int", "[", "]", "{", "}"]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=12))
def test_whatever_is_asked_is_answered_or_refused(results, words):
    with Store.read(results) as store:
        try:
            names, rows = sql(store, " ".join(words), seconds=5, memory_mb=200)
        except BadInput:
            return
    assert all(len(row) == len(names) for row in rows)
