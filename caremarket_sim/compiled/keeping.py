"""What is kept between runs (compiled code, settled markets): where, and so that nothing else is ever loaded.

Compiled code is carried out and a settled market decides numbers, both without a further look. So a folder in which
somebody else could have put a file is not used, each file begins with a hash over its name and content, and what does
not check is made again.
"""

import hashlib
import os
import secrets
import stat
import sys
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path

MARK = b"kept by caremarket-sim, with the sha256 of its name and content: "
OTHERS = stat.S_IWGRP | stat.S_IWOTH
"""Permissions to write of anybody but the owner."""


class KeptIsDamaged(RuntimeWarning):
    """A kept file is not what was written; what was in it is made again."""


def cache_folder() -> Path | None:
    """Where things are kept: `CAREMARKET_CACHE`, else the platform's cache folder.

    Falls back to a folder of the user's own among the temporary files where that cannot be written or others could
    write to it, and to None (keep nothing) where even that fails.
    """
    named = os.environ.get("CAREMARKET_CACHE")
    wanted = Path(named) if named else _platform_cache()
    return next((folder for folder in (wanted, _temporary_cache()) if folder is not None and is_for_us(folder)), None)


def is_for_us(folder: Path) -> bool:
    """Make the folder if need be, and say whether we can write to it and nobody else could have."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.access(folder, os.W_OK | os.X_OK) and is_ours_alone(folder)
    except (OSError, RuntimeError, ValueError):  # a loop of links, a null in the name
        return False


def is_ours_alone(folder: Path) -> bool:
    """Whether nobody but us (and root) could have put anything into the folder or exchanged it for another.

    It is ours, and each folder above, as named and where links lead, is ours or root's and for no other to write to,
    or, as the temporary folder, one in which nobody can move what is another's.
    """
    if not hasattr(os, "getuid"):
        return True
    trusted = {os.getuid(), 0}
    real = folder.resolve(strict=True)
    found = real.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & OTHERS:
        return False
    for above in {*real.parents, *folder.absolute().parents}:
        found = above.stat()
        if found.st_uid not in trusted or (found.st_mode & OTHERS and not found.st_mode & stat.S_ISVTX):
            return False
    return True


def keep(file: Path, content: bytes) -> None:
    """Write a file that `kept` reads: whole on disk or not at all. Raises OSError."""
    beside = file.with_name(f"tmp{secrets.token_hex(8)}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as writing:
            writing.write(MARK + _hash(file, content) + b"\n")
            writing.write(content)
            writing.flush()
            os.fsync(writing.fileno())
        os.replace(beside, file)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def kept(file: Path) -> bytes | None:
    """What was kept under this name; None where there is nothing, or, with a warning, something else."""
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
    try:
        descriptor = os.open(file, flags)
    except FileNotFoundError:
        return None
    except OSError as error:
        return _damaged(file, error.strerror or str(error))
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return _damaged(file, "it is no regular file")
        if hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & OTHERS):
            return _damaged(file, "others could have written it")
        with open(descriptor, "rb", closefd=False) as reading:
            whole = reading.read()
    except OSError as error:
        return _damaged(file, error.strerror or str(error))
    finally:
        os.close(descriptor)
    head, _, content = whole.partition(b"\n")
    if head != MARK + _hash(file, content):
        return _damaged(file, "its content is not what was written")
    return content


def _hash(file: Path, content: bytes) -> bytes:
    digest = hashlib.sha256(file.name.encode())
    digest.update(b"\n")
    digest.update(content)
    return digest.hexdigest().encode()


def _damaged(file: Path, why: str) -> None:
    warnings.warn(f"{file} is not used, and what was in it is made again: {why}", KeptIsDamaged, stacklevel=3)


def _platform_cache() -> Path | None:
    try:
        home = Path.home()
    except (RuntimeError, KeyError):  # no home, and no entry for the user
        return None
    if sys.platform == "darwin":
        base = home / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "caremarket-sim"


def _temporary_cache() -> Path | None:
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    try:
        return Path(tempfile.gettempdir()) / f"caremarket-sim-{owner}"
    except OSError:  # nowhere to write at all
        return None
