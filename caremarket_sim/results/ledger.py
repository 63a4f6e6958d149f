"""The ledger of an experiment: which runs there are, what came of them, and where from. One SQLite file.

SQLite rather than DuckDB because others can read it while it is written. Write-ahead logging with full
synchronisation: a transaction that has returned survives a kill and a power cut. Only the driver writes.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from caremarket_sim.errors import BadInput, CannotWrite, Problem
from caremarket_sim.results.belongings import APPLICATION_ID, Belongings
from caremarket_sim.results.durable import writing
from caremarket_sim.results.records import LEDGER
from caremarket_sim.results.soundness import refuse, require_ledger_file, require_sound

NAME = LEDGER

TABLES = """
CREATE TABLE provenance (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE scenarios (
    position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, key TEXT NOT NULL, title TEXT NOT NULL,
    path TEXT NOT NULL, resolved TEXT NOT NULL, groups TEXT NOT NULL
);
CREATE TABLE parameters (
    scenario TEXT NOT NULL, variant TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (scenario, variant, name)
) WITHOUT ROWID;
CREATE TABLE indicators (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, label TEXT NOT NULL, unit TEXT NOT NULL,
    family TEXT NOT NULL, better TEXT NOT NULL, definition TEXT NOT NULL
);
CREATE TABLE parts (
    part INTEGER NOT NULL, series TEXT NOT NULL, file TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL, PRIMARY KEY (part, series)
) WITHOUT ROWID;
CREATE TABLE runs (
    scenario TEXT NOT NULL, variant TEXT NOT NULL, replicate INTEGER NOT NULL, seed INTEGER NOT NULL,
    key TEXT NOT NULL, seconds REAL NOT NULL, finished TEXT NOT NULL, part INTEGER NOT NULL,
    weekly_from INTEGER NOT NULL, weekly_rows INTEGER NOT NULL,
    breakdowns_from INTEGER NOT NULL, breakdowns_rows INTEGER NOT NULL,
    overall BLOB NOT NULL, stages BLOB NOT NULL, yearly BLOB NOT NULL, sha256 TEXT NOT NULL,
    PRIMARY KEY (scenario, variant, replicate)
);
CREATE TABLE failures (
    scenario TEXT NOT NULL, variant TEXT NOT NULL, replicate INTEGER NOT NULL, seed INTEGER NOT NULL,
    key TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL, traceback TEXT NOT NULL, happened TEXT NOT NULL
);
"""
"""`overall`, `stages` and `yearly` are float64, little end first, in the order of `indicators` (stages and years
are rows); `sha256` is the hash of all of a run's numbers (see `records.hash_of`)."""


class Ledger:
    """The open ledger of a folder. Errors of writing are CannotWrite and leave what was committed."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, reading_only: bool):
        self.path = folder / NAME
        self.reading_only = reading_only
        self._connection = connection
        self._identity = _identity(self.path)
        self._closed = False

    @classmethod
    def create(cls, folder: Path) -> Ledger:
        """A new, empty ledger; made aside, so that there is never half of one."""
        with writing(folder / NAME), TemporaryDirectory(prefix="caremarket-") as aside:
            connection = sqlite3.connect(Path(aside) / NAME, isolation_level=None)
            try:
                connection.executescript(f"PRAGMA application_id={APPLICATION_ID}; BEGIN; {TABLES} COMMIT;")
            finally:
                connection.close()
            content = (Path(aside) / NAME).read_bytes()
        Belongings(folder).write(NAME, content, database=True)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Ledger:
        """The ledger of a folder, to go on writing. Raises CannotWrite if it is missing or not writable, BadInput if it
        is damaged or none of ours."""
        path = folder / NAME
        if not path.exists():
            raise CannotWrite(f"the ledger is missing, so these results cannot be resumed; {_HELP}", path)
        require_ledger_file(path)
        with writing(path):
            if not os.access(path, os.W_OK):
                raise PermissionError(13, "Permission denied", str(path))
            connection = sqlite3.connect(path, isolation_level=None, timeout=60)
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
                require_sound(connection, path, TABLES)
            except BaseException:
                connection.close()
                raise
        return cls(folder, connection, reading_only=False)

    @classmethod
    def read(cls, folder: Path) -> Ledger:
        """The ledger of a folder, to look only; works while another process writes, and on a read-only disk.

        Raises BadInput where there is none, or one that is damaged or none of ours.
        """
        path = folder / NAME
        if not os.path.lexists(path):
            right = "name a folder that `caremarket run` or `compare` has written"
            raise BadInput(Problem("there are no results here", file=folder, right=right))
        require_ledger_file(path)
        address = path.resolve().as_uri()
        connection = sqlite3.connect(f"{address}?mode=ro", uri=True, isolation_level=None, timeout=60)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:  # on a read-only disk it cannot have its log
            connection.close()
            waiting = path.with_name(f"{NAME}-wal")
            if waiting.exists() and waiting.stat().st_size:
                refuse(path, f"the ledger cannot be read: {error}")
            connection = sqlite3.connect(f"{address}?immutable=1", uri=True, isolation_level=None)
        except sqlite3.DatabaseError:
            pass  # what is wrong with it is said next
        try:
            require_sound(connection, path, TABLES)
        except sqlite3.DatabaseError as error:
            connection.close()
            refuse(path, f"the ledger cannot be read: {error}")
        except BaseException:
            connection.close()
            raise
        return cls(folder, connection, reading_only=True)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of what is written inside, or none of it."""
        with writing(self.path):
            self._must_still_be_there()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, values: Iterable = ()) -> list[tuple]:
        """The rows of a query."""
        return self._connection.execute(query, tuple(values)).fetchall()

    def table(self, query: str) -> tuple[list[str], list[tuple]]:
        """The names of the columns of a query, and its rows."""
        cursor = self._connection.execute(query)
        return [column[0] for column in cursor.description], cursor.fetchall()

    def close(self) -> None:
        """Bring the log into the file itself, as far as readers and the disk allow, and close; safe to call twice.

        With nobody reading, the ledger is then one plain file, which can be copied and read from a read-only disk.
        """
        if self._closed:
            return
        self._closed = True
        try:
            if not self.reading_only:
                with writing(self.path):
                    self._must_still_be_there()
                    self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    with suppress(sqlite3.OperationalError):  # somebody reads: it stays as it is
                        self._connection.execute("PRAGMA busy_timeout=0")
                        self._connection.execute("PRAGMA journal_mode=DELETE")
        finally:
            self._connection.close()

    def _must_still_be_there(self) -> None:
        """SQLite would write on into a file that has been deleted, and lose it all without a word."""
        if _identity(self.path) != self._identity:
            raise CannotWrite(f"the ledger was deleted or replaced while runs were being written; {_HELP}", self.path)


_HELP = "put it back from a copy, or start again with --replace or another --out"


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
