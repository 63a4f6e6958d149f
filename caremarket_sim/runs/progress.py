"""How far work is, where somebody watches: one line on a terminal, one cell's line in a notebook, else nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
OFTEN = 0.2
"""Seconds between two tellings of the same work."""


class Line:
    """A line that is written over: what is being done, how far it is, and about how long it will take yet."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._write, self._clock = write, clock
        self._what, self._since, self._told = "", 0.0, 0.0

    def tell(self, what: str, done: int, total: int) -> None:
        """Hear how far the work is, and write it if that is news."""
        now = self._clock()
        if what != self._what:
            self._what, self._since, self._told = what, now, 0.0
        elif now - self._told < OFTEN and done < total:
            return
        self._told = now
        said = what
        if total:
            said += f": {done} of {total}"
        if 0 < done < total:
            said += f", about {_in_words((now - self._since) * (total - done) / done)} left"
        self._write(said)

    def close(self) -> None:
        """Write the line away."""
        self._write("")


def _in_words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def showing_progress(function: Callable[P, R]) -> Callable[P, R]:
    """A study's function that tells how far it is where nobody is named to hear it (`tell`) and somebody watches."""

    @wraps(function)
    def watched(*args: P.args, **kwargs: P.kwargs) -> R:
        line = None if kwargs.get("tell") is not None else _line()
        if line is None:
            return function(*args, **kwargs)
        kwargs["tell"] = line.tell
        try:
            return function(*args, **kwargs)
        finally:
            line.close()

    return watched


def _line() -> Line | None:
    """Where to write for whoever watches; None where nobody does."""
    shell = sys.modules.get("IPython")
    if shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell":
        return Line(_in_notebook())
    if sys.stderr is not None and sys.stderr.isatty():
        return Line(lambda text: print(f"\r\x1b[2K{text}", end="", file=sys.stderr, flush=True))
    return None


def _in_notebook() -> Callable[[str], None]:
    """Writes one output of a cell over and over."""
    from IPython.display import display

    shown = display({"text/plain": ""}, raw=True, display_id=True)

    def write(text: str) -> None:
        if shown is not None:
            shown.update({"text/plain": text}, raw=True)

    return write
