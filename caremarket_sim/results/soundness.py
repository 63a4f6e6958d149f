"""Whether what is in a results folder is what we wrote, asked before any of it is believed.

A folder may come from elsewhere, from a disk that lost something, or from somebody who means ill. Whatever is read is a
regular file of the folder, reached through no link; the ledger has the tables, types and plain text that we give it; a
part has the hash that the ledger names, a run the hash of its numbers, and a finished ledger that of its manifest.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import stat
import sys
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NoReturn

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.reading import content_of as content_of_file
from caremarket_sim.results.belongings import Belongings
from caremarket_sim.results.durable import sha256_of
from caremarket_sim.results.records import LEDGER, MANIFEST

RIGHT = "take the folder from a copy, or simulate again into another"
PART = re.compile(r"(weekly|breakdowns)/part-\d{6,9}\.parquet")
"""How parts are named; the ledger can name no other file to be read."""
UNPRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that steer a terminal or turn the direction of text."""
FREE = ("message", "traceback", "resolved")
"""Columns of what others said, which whoever prints them has to make harmless."""
MOST_BYTES_OF_TEXT = 200_000_000
"""More than the text of any results: what is larger is not read at all."""
_OF_THE_DISK = (
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
)
"""Errors that say nothing of what is in the file."""
_KINDS = {"TEXT": ("text",), "INTEGER": ("integer",), "REAL": ("real",), "BLOB": ("blob",)}


def refuse(path: Path, what: str) -> NoReturn:
    """Raise BadInput that names the file, what is wrong with it, and what to do."""
    raise BadInput(Problem(what, file=path, right=RIGHT)) from None


def require_file(folder: Path, name: str) -> Path:
    """The path of a regular file within the folder, reached through no link. Raises BadInput where it is none."""
    path = folder
    for part in PurePosixPath(name).parts:
        path = path / part
        try:
            found = path.lstat()
        except FileNotFoundError:
            refuse(folder / name, "this file is missing")
        except OSError as error:
            refuse(folder / name, error.strerror or str(error))
        if stat.S_ISLNK(found.st_mode):
            refuse(path, "this is a symbolic link, and results are read through none")
    if not stat.S_ISREG(found.st_mode):
        refuse(path, "this is no regular file")
    return path


def content_of(folder: Path, name: str, sha256: str | None = None) -> bytes:
    """The content of a file of the folder, held against a hash where there is one. Raises BadInput."""
    path = require_file(folder, name)
    content = content_of_file(path, path, sys.maxsize - 1, through_links=False)
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        refuse(path, "this is not what was written when its runs were done")
    return content


def text_of(folder: Path, name: str, others: bool = False) -> str:
    """The text of a file of the folder that is as we wrote it, or with `others` of one that we never wrote.

    Raises BadInput where it is not.
    """
    path = require_file(folder, name)
    if path.stat().st_size > MOST_BYTES_OF_TEXT:
        refuse(path, "this file is larger than any that we write")
    ours = Belongings(folder)
    if not ours.is_ours(name) and not (others and not ours.has_noted(name)):
        refuse(path, "this file is not, or is no longer, as it was written")
    try:
        return content_of(folder, name).decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(path, "this is no text")


def part_of(folder: Path, file: str, sha256: str) -> bytes:
    """The content of a part that the ledger names. Raises BadInput where the name is no part's, or the hash differs."""
    if not PART.fullmatch(file):
        refuse(folder / LEDGER, f"the ledger names {file!r} as a part, which is no name of one")
    return content_of(folder, file, sha256)


def require_ledger_file(path: Path) -> None:
    """Raise BadInput unless the ledger, and what SQLite keeps beside it, are regular files and no links."""
    require_file(path.parent, path.name)
    for beside in ("-wal", "-shm", "-journal"):
        if os.path.lexists(path.with_name(path.name + beside)):
            require_file(path.parent, path.name + beside)


def require_sound(connection: sqlite3.Connection, path: Path, tables: str) -> None:
    """Raise BadInput unless the database holds just these tables, with values of their types and text that prints."""
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        ((found,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
        if found != "ok":
            refuse(path, "the ledger is damaged")
        for kind, name in connection.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_auto%'"):
            if kind != "table" or name not in _columns_of(tables):
                refuse(path, f"the ledger holds a {kind} {name!r}, which is none of ours")
        for name, columns in _columns_of(tables).items():
            here = tuple((row[1], row[2]) for row in connection.execute(f"PRAGMA table_info({name})"))
            if here != columns:
                refuse(path, f"the ledger's table {name} is another than ours")
            for column, kind in columns:
                _require_values(connection, path, name, column, kind)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _OF_THE_DISK:
            raise
        refuse(path, f"the ledger is damaged: {error}")


def _require_values(connection: sqlite3.Connection, path: Path, table: str, column: str, kind: str) -> None:
    kinds = ", ".join(f"'{one}'" for one in _KINDS[kind])
    ((wrong,),) = connection.execute(f'SELECT count(*) FROM {table} WHERE typeof("{column}") NOT IN ({kinds})')
    if wrong:
        refuse(path, f"{column} in the ledger's table {table} holds what is no {kind.lower()}")
    if kind == "TEXT" and column not in FREE:
        for (text,) in connection.execute(f'SELECT DISTINCT "{column}" FROM {table}'):
            if UNPRINTED.search(text):
                refuse(path, f"{column} in the ledger's table {table} holds characters that do not print")


@cache
def _columns_of(tables: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Names and types of the columns of each table that these statements make."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(tables)
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: tuple((row[1], row[2]) for row in connection.execute(f"PRAGMA table_info({name})")) for name in names
        }
    finally:
        connection.close()


def is_as_it_ended(folder: Path) -> bool:
    """Whether work has ended and the ledger is what its manifest says. False while it goes on, or where none is sound.

    Raises BadInput where the two contradict each other.
    """
    ledger = folder / LEDGER
    try:
        if not Belongings(folder).is_ours(MANIFEST) or ledger.with_name(f"{ledger.name}-wal").exists():
            return False
        said = json.loads((folder / MANIFEST).read_bytes())
        hash_ = said["outputs"].get(ledger.name, {}).get("sha256")
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return False
    if said.get("status") == "running" or hash_ is None:
        return False
    if hash_ != sha256_of(ledger):
        refuse(ledger, "the ledger is not what it was when the work ended")
    return True
