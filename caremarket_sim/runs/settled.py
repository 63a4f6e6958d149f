"""Where settled markets are kept between runs, so that a seed's years of settling are simulated once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from tempfile import TemporaryDirectory

MOST_BYTES = 1_000_000_000
"""Above this the oldest settled markets are deleted (one of Wigan takes 5 MB); they can always be made again."""


_OURS = re.compile(r"[0-9a-f-]+\.market|tmp\w+\.part")
"""How settled markets are named, and one while it is written; nothing else in their folder is touched."""

_elsewhere: ContextVar[Path | None] = ContextVar("_elsewhere", default=None)


def settled_folder() -> Path | None:
    """The folder of settled markets, or None where nothing can be kept."""
    from caremarket_sim.compiled.keeping import cache_folder, is_for_us  # loads a compiler, which workers do without

    base = _elsewhere.get() or cache_folder()
    folder = base and base / "settled"
    return folder if folder is not None and is_for_us(folder) else None


@contextmanager
def nothing_settled() -> Iterator[None]:
    """Within, no market that was settled before is used; what is compiled is."""
    with TemporaryDirectory() as folder:
        before = _elsewhere.set(Path(folder))
        try:
            yield
        finally:
            _elsewhere.reset(before)


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
