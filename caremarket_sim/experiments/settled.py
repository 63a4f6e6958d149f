"""Where settled markets are kept between runs, so that a seed's years of settling are simulated once."""

from __future__ import annotations

import os
import re
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 1_000_000_000
"""Above this the oldest settled markets are deleted (one of Wigan takes 5 MB); they can always be made again."""


_OURS = re.compile(r"[0-9a-f-]+\.market|tmp\w+\.part")
"""How settled markets are named, and one while it is written; nothing else in their folder is touched."""


def settled_folder() -> Path | None:
    """The folder of settled markets, or None where nothing can be kept."""
    folder = cache_folder()
    return None if folder is None else folder / "settled"


def trim(folder: Path, most_bytes: int = MOST_BYTES) -> None:
    """Delete the oldest settled markets of a folder until those left hold no more than `most_bytes`."""
    with suppress(OSError), os.scandir(folder) as entries:
        ours = [entry for entry in entries if _OURS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)]
        found = [(entry.stat(), entry.path) for entry in ours]
        total = sum(status.st_size for status, _ in found)
        for status, path in sorted(found, key=lambda one: one[0].st_mtime):
            if total <= most_bytes:
                break
            with suppress(OSError):  # another process was quicker
                os.unlink(path)
            total -= status.st_size


def cache_folder() -> Path | None:
    """Where settled states are kept between runs: `CAREMARKET_CACHE`, else the platform's cache folder.

    Falls back to a folder of the user's own among the temporary files where that cannot be written, and to None (keep
    nothing) where even that fails.
    """
    named = os.environ.get("CAREMARKET_CACHE")
    wanted = Path(named) if named else _platform_cache()
    if wanted is not None and _is_writable(wanted):
        return wanted
    spare = _temporary_cache()
    return spare if _is_writable(spare) and _is_ours_alone(spare) else None


def _platform_cache() -> Path | None:
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "darwin":
        base = home / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "caremarket-sim"


def _temporary_cache() -> Path:
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"caremarket-sim-{owner}"


def _is_writable(folder: Path) -> bool:
    """Make the folder if need be, and say whether files can be made in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _is_ours_alone(folder: Path) -> bool:
    """Whether nobody else could have put a file there; temporary folders are shared and their names can be guessed."""
    found = folder.lstat()
    if not hasattr(os, "getuid"):
        return True
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022
