"""Work that is killed at random moments ends, gone on with, with the same tables; without transactions it does not."""

import random
import shutil
import time
from pathlib import Path

import pytest

from benchmarks.kills import HERE, ROOT, Trial, Work, tables_of, tried

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks in /proc")]
TINY = ("-m", "tests.tiny_driver", "drive", "{folder}", "{folder}.diary")
BEGIN = '            self._connection.execute("BEGIN IMMEDIATE")\n'
END = '                self._connection.execute("COMMIT")\n'
SLOW = '''

class Slow:
    """A connection that rests before each row, so that a kill among the rows of one transaction is likely."""

    def __init__(self, connection):
        self.connection = connection

    def executemany(self, query, rows):
        import time

        for row in rows:
            time.sleep(0.02)
            self.connection.execute(query, row)

    def execute(self, *query):
        return self.connection.execute(*query)
'''


def a_copy(folder: Path, *, transactions: bool) -> Work:
    """The work on a copy of the package whose ledger writes row by row, with its transactions or without."""
    for part in ("caremarket_sim", "tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "caremarket_sim" / "results" / "ledger.py"
    text = file.read_text(encoding="utf-8")
    assert BEGIN in text and END in text
    text = text.replace("yield self._connection\n", "yield Slow(self._connection)\n") + SLOW
    if not transactions:
        text = text.replace(BEGIN, "").replace(END, "                pass\n")
    file.write_text(text, encoding="utf-8")
    return Work(TINY, (), folder)


def killed(work: Work, folder: Path, times: int, seed: int, victims: tuple[str, ...] = HERE) -> list[Trial]:
    """The work killed so many times at random moments of its course."""
    began, whole = time.monotonic(), work.begun(folder / "whole")
    said = whole.communicate()[1]
    assert whole.returncode == 0, said
    right, chance, long = tables_of(folder / "whole"), random.Random(seed), time.monotonic() - began
    return [
        tried("tiny", work, victims[turn % len(victims)], long * chance.uniform(0.3, 0.9), folder / str(turn), right)
        for turn in range(times)
    ]


def test_whatever_is_killed_and_whenever_the_tables_come_out_the_same(tmp_path):
    found = killed(Work(TINY, ()), tmp_path, 6, 1)
    assert all(one.same for one in found), [one for one in found if not one.same]
    assert sum(one.killed for one in found) >= 3


def test_with_the_ledger_s_transactions_taken_out_they_do_not(tmp_path):
    for name, transactions in (("with", True), ("without", False)):
        work = a_copy(tmp_path / name, transactions=transactions)
        found: list[Trial] = []
        for seed in (2, 3, 4, 5):  # a kill that falls between two runs spoils nothing, so that it may take some more
            folder = tmp_path / f"{name}-results-{seed}"
            folder.mkdir()
            found += killed(work, folder, 3, seed, ("driver",))
            if transactions or not all(one.same for one in found):
                break
        assert sum(one.killed for one in found) >= 2
        assert all(one.same for one in found) == transactions, [one for one in found if not one.same]
