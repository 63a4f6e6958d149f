"""Writing so that a crash, a kill or a full disk leaves either the old or the new, never half of one."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from caremarket_sim.errors import BadInput, CannotWrite, Problem

_NOT_OURS = (sqlite3.OperationalError, sqlite3.DatabaseError)
_DEFECTS = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InternalError, sqlite3.NotSupportedError)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the operating system or SQLite refuses into one CannotWrite that names the file and the reason."""
    try:
        yield
    except _DEFECTS:
        raise
    except _NOT_OURS as error:
        raise CannotWrite(f"{error}; what was written before is kept", path) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotWrite(f"{reason}; what was written before is kept", error.filename or path) from error


def write_file(path: Path, content: bytes) -> None:
    """Write, fsync, rename, fsync the folder: when this returns, the file is there whole, power cut or not."""
    beside = path.with_name(f".{path.name}.{hashlib.sha256(content).hexdigest()[:8]}.part")
    with writing(path):
        try:
            beside.unlink(missing_ok=True)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
            try:
                view = memoryview(content)
                while view:
                    view = view[os.write(descriptor, view) :]
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.replace(beside, path)
        except BaseException as error:
            with suppress(OSError):
                beside.unlink()
            if isinstance(error, OSError):
                error.filename = str(path)  # whoever reads of it never heard of the other
            raise
        settle(path.parent)


def require_document(path: Path, mark: str) -> None:
    """Raise BadInput if a file that somebody named is there and `mark` does not say that we wrote it."""
    with writing(path):
        there = path.read_bytes() if path.is_file() else b""
    if there.strip() and mark.encode() not in there:
        right = "move it elsewhere or name another file; it was not changed"
        raise BadInput(Problem(f"there is a file here that is not ours: {mark!r} is not in it", path, None, right))


def require_office(path: Path) -> None:
    """Raise BadInput where something is in the way that is no workbook or document which we wrote."""
    if not path.exists() and not path.is_symlink():
        return
    try:
        with zipfile.ZipFile(path) as file:
            ours = _CREATOR in file.read("docProps/core.xml")
    except (OSError, zipfile.BadZipFile, KeyError):
        ours = False
    if path.is_symlink() or not ours:
        raise BadInput(Problem("there is a file here that is not ours", path, right="name another with --to"))


def write_document(path: Path, content: bytes, mark: str) -> None:
    """Write a file that somebody named, which holds `mark`; over none without it. Raises as `require_document` does."""
    require_document(path, mark)
    write_file(path, content)


def half_written(name: str) -> tuple[str, str] | None:
    """Of a file that a kill left half-written: the name it was to have, and how the hash of its content begins."""
    found = re.fullmatch(r"\.(.+)\.([0-9a-f]{8})\.part", name)
    return (found[1], found[2]) if found else None


def settle(folder: Path) -> None:
    """Have the folder's list of files on disk, where the operating system lets a folder be synchronised."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EROFS):  # file systems that have no such thing
            raise
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


LOCK = ".lock"
_CREATOR = b"<dc:creator>caremarket-sim</dc:creator>"


class FolderLock:
    """Held by the one process that writes to a folder; the operating system frees it however that process ends."""

    def __init__(self, folder: Path):
        path = folder / LOCK
        with writing(path):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        try:
            _lock(self._descriptor)
        except BlockingIOError:
            os.close(self._descriptor)
            what = "another run is writing to this folder; wait for it, or use another --out"
            raise CannotWrite(what, folder) from None

    def release(self) -> None:
        """Let others write; safe to call twice."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def _lock(descriptor: int) -> None:
    if os.name == "nt":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            raise BlockingIOError from None
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.EINVAL):  # a file system without locks: go on without
            raise
