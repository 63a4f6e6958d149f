"""Small pieces of work for the tests of executors: importable by workers, deterministic, some of them deadly."""

from __future__ import annotations

import os
import signal
import threading
import time


def square(number: int) -> int:
    return number * number


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def square_unless_told_otherwise(task: tuple[int, str]) -> int:
    number, what = task
    if what == "raise":
        raise ValueError(f"told to raise at {number}")
    if what == "die":
        time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "leave":
        raise SystemExit(3)
    if what == "return a lock":
        return threading.Lock()  # type: ignore[return-value]
    return number * number


def die_the_first_time(task: tuple[int, str]) -> int:
    """Die in the first attempt, told from later ones by a file named in the task."""
    number, trace = task
    if trace and not os.path.exists(trace):
        with open(trace, "w", encoding="utf-8") as file:
            file.write("here")
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def surroundings(_: int) -> dict[str, object]:
    import sys

    heavy = [name for name in ("mesa", "pandas", "matplotlib", "scipy.stats") if name in sys.modules]
    threads = {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    cache = os.environ.get("CAREMARKET_CACHE")
    return {"pid": os.getpid(), "heavy": heavy, "threads": threads, "numpy": "numpy" in sys.modules, "cache": cache}


def eat(task: tuple[int, int]) -> int:
    """The square of a number, holding so many megabytes meanwhile."""
    number, megabytes = task
    held = bytearray(megabytes * 1_000_000)
    return number * number + 0 * len(held)


def kill_the_fork_server(task: tuple[int, str]) -> int:
    """The square of a number; the first time that the task asks for it the process that starts workers is ended."""
    number, trace = task
    if trace and not os.path.exists(trace):
        with open(trace, "w", encoding="utf-8") as file:
            file.write("here")
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(0.2)
    return number * number
