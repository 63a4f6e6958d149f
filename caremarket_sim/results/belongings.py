"""What in a folder is ours, and so may be written over or removed. Nothing else may, and nothing through a link.

Before a file is written, its name and the hash of its content are noted in `.written` in its folder. A file is ours if
its name is noted there and its content is one that was noted with it; so a file that somebody has put there or changed
is not, and one that a kill left half-written is told by its name, which holds the hash of what was to be in it. Names
that lead out of the folder are of no effect: what is in the folder is looked up in the notes, never the reverse.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NoReturn

from caremarket_sim.errors import BadInput, CannotWrite, Problem
from caremarket_sim.results.durable import LOCK, FolderLock, half_written, sha256_of, write_file, writing

NAME = ".written"
APPLICATION_ID = int.from_bytes(b"care", "big")
"""What SQLite keeps in the head of our databases, whose content changes while they are ours."""

_HEAD = b'"Files that caremarket-sim has written here, each with the hash of its content"\n'
_DATABASE, _NESTED = "database", "folder"
_BESIDE_A_DATABASE = {
    "-wal": (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"),
    "-shm": (b"\x18\xe2\x2d\x00", b"\x00\x2d\xe2\x18", bytes(4)),
    "-journal": (b"\xd9\xd5\x05\xf9", bytes(4)),
}
"""The files that SQLite keeps beside a database, and how they begin if they are not empty."""

_OF_THE_DESKTOP = {".DS_Store", "Thumbs.db", "desktop.ini"}
"""Files that a desktop leaves in a folder which it has shown: they stay, and are in nobody's way."""


class Belongings:
    """The files of ours in a folder, which need not exist yet."""

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self._noted: dict[str, set[str]] = {}
        self._ours_to_note = True
        with suppress(OSError):
            self._read((self.folder / NAME).read_bytes() if _is_file(self.folder / NAME) else b"")

    def _read(self, content: bytes) -> None:
        if not content.startswith(_HEAD):
            self._ours_to_note = _HEAD.startswith(content)
            return
        for line in content[len(_HEAD) :].splitlines():
            with suppress(ValueError, TypeError):  # a line that a kill cut short: its file was not begun
                name, hash_ = json.loads(line)
                self._noted.setdefault(str(name), set()).add(str(hash_))

    def require(self, *, resume: bool | None = False, replace: bool = False) -> bool:
        """Whether there is anything of ours here, to go on with or to replace. Nothing is changed.

        Raises BadInput for a link, for anything that is not ours, and for work of ours with which neither is to be
        done. `resume` is None for a command that has no such option.
        """
        return self._checked(resume, replace).ours

    def take(self, *, resume: bool | None = False, replace: bool = False) -> bool:
        """Make the folder ready to be written to, and say whether there is work of ours in it to go on with.

        What a kill left half-written is removed, and with `replace` everything of ours. Raises as `require` does,
        having changed nothing; CannotWrite where the disk refuses, or another process writes to a folder within.
        """
        found = self._checked(resume, replace)
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            if replace:
                self._remove(found)
            for name in found.halves:
                (self.folder / name).unlink(missing_ok=True)
        return found.ours and not replace

    def _checked(self, resume: bool | None, replace: bool) -> _Found:
        """What is in the folder. Raises BadInput as `require` says."""
        if self.folder.is_symlink():
            self._refuse("this is a symbolic link, and nothing is written through one", "name the folder itself")
        with writing(self.folder):
            found = self._look()
        if found.links:
            what = f"nothing is written or removed where there are symbolic links: {_some(found.links)}"
            self._refuse(what, "move them elsewhere, or choose another --out")
        if found.strangers and not found.ours:
            what = f"this folder holds files that are not results: {_some(found.strangers)}"
            self._refuse(what, "choose an empty or new folder")
        if found.ours and not resume and not replace:
            right = "--replace starts again" if resume is None else "--resume goes on with them, --replace starts again"
            self._refuse("there are results here already", f"{right}, or choose another --out")
        if found.strangers:
            what = "beside results this folder holds what is not, or is no longer, as we wrote it"
            self._refuse(f"{what}: {_some(found.strangers)}", "move it elsewhere, or choose another --out")
        return found

    def _refuse(self, what: str, right: str) -> NoReturn:
        raise BadInput(Problem(what, self.folder, right=f"{right}; nothing was changed"))

    def write(self, name: str, content: bytes, *, database: bool = False) -> None:
        """Write a file of the folder, whole or not at all, noted as ours beforehand; `database` if it will change.

        Raises CannotWrite where it would be written through a link or over a file that is not ours.
        """
        path = self.folder / name
        self._require_ours(name)
        hash_ = hashlib.sha256(content).hexdigest()
        self._note([(name, hash_), (name, _DATABASE)] if database else [(name, hash_)])
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, content)

    def write_all(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write files (name, content) one after the other."""
        for name, content in files:
            self.write(name, content)

    def replace_all(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write files (name, content) in place of all that is ours here. Raises as `take` does."""
        self.take(resume=None, replace=True)
        self.write_all(files)

    def adopt(self, name: str) -> Path:
        """Note a folder within as ours, with what is noted in it as its own; gives its path."""
        self._require_ours(name)
        self._note([(name, _NESTED)])
        return self.folder / name

    def discard(self, names: Iterable[str]) -> None:
        """Remove files that are ours, if they are there. Raises CannotWrite for one that is not ours."""
        for name in names:
            self._require_ours(name)
            with writing(self.folder / name):
                (self.folder / name).unlink(missing_ok=True)

    def present(self) -> Iterator[str]:
        """The names of noted files that are there, whatever is in them now."""
        return (name for name in sorted(self._noted) if _is_within(name) and _is_file(self.folder / name))

    def has_noted(self, name: str) -> bool:
        """Whether we have ever written a file of this name here."""
        return name in self._noted

    def is_ours(self, name: str) -> bool:
        """Whether a regular file of the folder has content that we have written under this name."""
        path = self.folder / name
        hashes = self._noted.get(name, set())
        if not _is_file(path):
            return False
        if _DATABASE in hashes and _begins(path, 100)[68:72] == APPLICATION_ID.to_bytes(4, "big"):
            return True
        if hashes:
            return sha256_of(path) in hashes
        for suffix, beginnings in _BESIDE_A_DATABASE.items():
            if name.endswith(suffix) and _DATABASE in self._noted.get(name.removesuffix(suffix), ()):
                return _begins(path, 4) in (b"", *beginnings)
        half = half_written(path.name)
        if half is not None:
            meant = self._noted.get(PurePosixPath(name).with_name(half[0]).as_posix(), set())
            return any(hash_.startswith(half[1]) for hash_ in meant)
        return False

    def _require_ours(self, name: str) -> None:
        """Raise CannotWrite unless a file may be written here without harm to anything that is not ours."""
        path = self.folder / name
        if not self._ours_to_note:
            raise CannotWrite("there is a file of this name that is not ours", self.folder / NAME)
        for place in (self.folder / NAME, path, *path.parents[: len(PurePosixPath(name).parts)]):
            if place.is_symlink():
                raise CannotWrite("this is a symbolic link, and nothing is written or removed through one", place)
        if os.path.lexists(path) and not (self.is_ours(name) or _NESTED in self._noted.get(name, ())):
            what = "what is there is not, or is no longer, as we wrote it, so it is left as it is; move it elsewhere"
            raise CannotWrite(what, path)

    def _note(self, entries: list[tuple[str, str]]) -> None:
        """Add names and hashes to the notes, durably, before anything is written under these names."""
        path = self.folder / NAME
        new = [entry for entry in entries if entry[1] not in self._noted.get(entry[0], ())]
        if not new:
            return
        with writing(path):
            self.folder.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
            with closing(os.fdopen(os.open(path, flags, 0o644), "r+b", buffering=0)) as file:
                size = file.seek(0, os.SEEK_END)
                if size < len(_HEAD):  # new, or cut short by a kill
                    file.truncate(0)
                    start = _HEAD
                else:
                    file.seek(-1, os.SEEK_END)
                    start = b"" if file.read(1) == b"\n" else b"\n"
                file.write(start + b"".join(json.dumps(entry).encode() + b"\n" for entry in new))
                os.fsync(file.fileno())
        for name, hash_ in new:
            self._noted.setdefault(name, set()).add(hash_)

    def _look(self) -> _Found:
        """Everything in the folder, told apart; folders that can hold nothing of ours are not gone into."""
        found = _Found()
        within = {parent.as_posix() for name in self._noted for parent in PurePosixPath(name).parents}
        left = [self.folder]
        while left:
            with suppress(FileNotFoundError, NotADirectoryError), os.scandir(left.pop()) as entries:
                for entry in sorted(entries, key=lambda one: one.name):
                    path = Path(entry.path)
                    name = path.relative_to(self.folder).as_posix()
                    nested = _NESTED in self._noted.get(name, ())
                    if entry.is_symlink():
                        found.links.append(name)
                    elif not entry.is_dir(follow_symlinks=False):
                        self._sort(name, path, found)
                    elif nested:
                        found.add(name, Belongings(path))
                    elif name in within:
                        found.folders.append(path)
                        left.append(path)
                    else:
                        found.strangers.append(f"{name}/")
        return found

    def _sort(self, name: str, path: Path, found: _Found) -> None:
        """Put a file where it belongs; our notes, our lock and what a desktop leaves belong nowhere."""
        if path.name in _OF_THE_DESKTOP or (name == NAME and self._ours_to_note and _is_file(path)):
            return
        with suppress(FileNotFoundError):  # another process was quicker
            if name == LOCK and _is_file(path) and not path.stat().st_size:
                return
            if not self.is_ours(name):
                found.strangers.append(name)
            elif _DATABASE in self._noted.get(name, ()):
                found.databases.append(name)
            else:
                (found.files if name in self._noted or not half_written(path.name) else found.halves).append(name)

    def _remove(self, found: _Found) -> None:
        """Remove what is ours, the notes last, so that after a kill the rest is still known to be ours."""
        with ExitStack() as locks:
            for nested in found.nested:
                if _is_file(nested.folder / LOCK):
                    locks.callback(FolderLock(nested.folder).release)
            for name in (*found.databases, *found.files, *found.halves):  # without its ledger it is no work
                (self.folder / name).unlink(missing_ok=True)
            for nested in found.nested:
                (nested.folder / NAME).unlink(missing_ok=True)
                (nested.folder / LOCK).unlink(missing_ok=True)
        for folder in reversed(found.folders):
            with suppress(OSError):  # what a desktop left is in it
                folder.rmdir()
        (self.folder / NAME).unlink(missing_ok=True)
        self._noted = {}


@dataclass
class _Found:
    """What is in a folder, by names relative to it."""

    databases: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    halves: list[str] = field(default_factory=list)
    """What a kill left half-written."""
    strangers: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    nested: list[Belongings] = field(default_factory=list)

    @property
    def ours(self) -> bool:
        """Whether anything of ours is there whole."""
        return bool(self.databases or self.files)

    def add(self, name: str, nested: Belongings) -> None:
        """Add what is in a folder within, which has notes of its own."""
        within = nested._look()
        for kind in ("databases", "files", "halves", "strangers", "links"):
            getattr(self, kind).extend(f"{name}/{one}" for one in getattr(within, kind))
        self.folders += [nested.folder, *within.folders]
        self.nested += [nested, *within.nested]


def _some(names: list[str], most: int = 3) -> str:
    """A few of the names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _is_file(path: Path) -> bool:
    """Whether it is a file itself, not a link to one."""
    return path.is_file() and not path.is_symlink()


def _is_within(name: str) -> bool:
    return not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts


def _begins(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        return file.read(count)
