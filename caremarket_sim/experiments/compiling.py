"""How much of the model is compiled, and the telling of it while it goes on.

Whatever numba compiles into its cache is counted by its files there, so that it does not matter which functions there
are, in what order they are compiled, or in which process.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from numba.core.dispatcher import Dispatcher

LOOKS = 0.5
"""Seconds between two looks at how far it is."""


def compiled_so_far() -> tuple[int, int]:
    """How many of the package's functions are compiled and kept, of how many (of none where nothing is compiled)."""
    found = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == __name__.partition(".")[0]:
            found |= {id(value): value for value in vars(module).values() if isinstance(value, Dispatcher)}
    folders = {Path(one.stats.cache_path) for one in found.values() if one.stats.cache_path}
    done = sum(1 for folder in folders for _ in folder.glob("*.nbi"))
    return min(done, len(found)), len(found)


@contextmanager
def told(tell: Callable[[int, int], None]) -> Iterator[None]:
    """While the body compiles, `tell` hears how many functions of how many are done: at once, and when it grows."""
    ended = threading.Event()

    def look() -> None:
        last = -1
        while True:
            done, total = compiled_so_far()
            if done != last:
                tell(done, total)
                last = done
            if ended.wait(LOOKS):
                return

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        ended.set()
        looking.join()
