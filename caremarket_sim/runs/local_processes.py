"""Worker processes on this machine, behind the standard `concurrent.futures.Executor`.

The standard library's pool is not used because, when one of its workers dies, it fails everything that was in the
pool without saying which piece of work was to blame, and its orphans outlive a driver that is killed. Here every
worker has a pipe of its own: a death is laid to the piece of work that the worker held and to no other, its exit
code is known, and a worker whose driver has gone ends by itself.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from typing import Any

from caremarket_sim.errors import CaremarketError

ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
"""Environment variables that limit numerical libraries to one thread, read by them when they are loaded."""

FAILED_STARTS_ALLOWED = 3
MEMORY = "CAREMARKET_WORKER_MEMORY"
"""Environment variable: megabytes of memory that a worker may take, instead of nine tenths of its share."""
LEAST_MEMORY = 4_000_000_000
"""Bytes that a worker may always take; libraries reserve far more than they use."""
_GONE = 255
"""What stands for the exit status of a worker when the fork server that would know it is gone."""


class WorkerDied(BrokenExecutor):
    """The worker that held this piece of work ended without answering; `deaths` workers were lost to it."""

    deaths = 1


class WorkersCannotStart(CaremarketError, BrokenExecutor):
    """Workers end before they are ready for work, so that no work can be done at all; what was done is kept."""

    exit_status = 130


@dataclass
class _Worker:
    process: Any
    pipe: connection.Connection
    ready: bool = False
    future: Future | None = None


def memory_each(workers: int) -> int:
    """Bytes of memory for each of so many workers: nine tenths of its share of what this machine or container has."""
    if os.environ.get(MEMORY, "").isdecimal():
        return int(os.environ[MEMORY]) * 1_000_000
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else LEAST_MEMORY
    with suppress(OSError, ValueError):  # no container, or one without a limit
        whole = min(whole, int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    return max(LEAST_MEMORY, int(0.9 * whole / max(1, workers)))


def _hold_to(memory: int) -> None:
    """Let this process take no more than so much memory, so that a hungry one fails itself and no other dies of it."""
    with suppress(ImportError, ValueError, OSError):  # not on every platform
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _work(pipe: connection.Connection, environment: dict[str, str], memory: int) -> None:
    """Answer calls from the pipe until it closes. Ctrl-C is the driver's business: it ends its workers itself.

    The environment is the driver's of now: a fork server has that of the day on which it was started.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()
    os.environ.update(environment | dict.fromkeys(ONE_THREAD, "1"))
    _hold_to(memory)
    with suppress(EOFError, OSError):
        pipe.send_bytes(b"ready")
        while True:
            call = pipe.recv_bytes()
            try:
                function, arguments, named = pickle.loads(call)
                answer = pickle.dumps((True, function(*arguments, **named)), pickle.HIGHEST_PROTOCOL)
            except BaseException as error:
                answer = _failed(error)
            pipe.send_bytes(answer)


def _failed(error: BaseException) -> bytes:
    text = "".join(traceback.format_exception(error))
    try:
        error.add_note(f"In the worker:\n{text}")
        answer = pickle.dumps((False, error))
        pickle.loads(answer)
        return answer
    except Exception:
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}\nIn the worker:\n{text}")))


def _reason(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        with suppress(ValueError):
            name = signal.Signals(-exit_code).name
            return f"by {name}" + (", often a sign that memory ran out" if name == "SIGKILL" else "")
    return "with the server that starts workers" if exit_code == _GONE else f"with exit status {exit_code}"


class LocalProcesses(Executor):
    """At most `slots` worker processes, each with one piece of work at a time.

    Workers are started by forkserver where there is one, else by spawn, never by fork, with the numerical libraries
    held to one thread. `preload` names modules that the fork server loads once, for all workers to share.
    """

    def __init__(self, slots: int, preload: tuple[str, ...] = ()):
        method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        self._context: Any = multiprocessing.get_context(method)
        if method == "forkserver" and preload:
            self._context.set_forkserver_preload(list(preload))
        self._environment = {name: os.environ.get(name) for name in ONE_THREAD}
        os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
        self.slots = slots
        self._waiting: deque[tuple[Future, bytes]] = deque()
        self._workers: list[_Worker] = []
        self._failed_starts = 0
        self._broken: WorkersCannotStart | None = None
        self._closing = self._killing = False
        self._lock = threading.Lock()
        self._wake_reader, self._wake_writer = self._context.Pipe(duplex=False)
        self._thread: threading.Thread | None = None

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Have `fn(*args, **kwargs)` called by a worker; raises at once what cannot be pickled."""
        call = pickle.dumps((fn, args, kwargs), pickle.HIGHEST_PROTOCOL)
        future: Future = Future()
        with self._lock:
            if self._broken:
                raise self._broken
            if self._closing:
                raise RuntimeError("no work can be given to an executor that has been shut down")
            self._waiting.append((future, call))
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="local processes", daemon=True)
                self._thread.start()
        self._wake()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let what was given be finished (or, with `cancel_futures`, only what has begun), then end the workers."""
        with self._lock:
            first, self._closing = not self._closing, True
            if cancel_futures:
                for future, _ in self._waiting:
                    future.cancel()
        self._wake()
        if wait and self._thread is not None:
            self._thread.join()
        if first:
            for name, value in self._environment.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    def kill(self) -> None:
        """End the workers at once, whatever they are doing."""
        self._killing = True
        self.shutdown(wait=True, cancel_futures=True)

    def _wake(self) -> None:
        with suppress(OSError):
            self._wake_writer.send_bytes(b"")

    def _serve(self) -> None:
        try:
            while not self._killing:
                self._give_out_work()
                with self._lock:
                    if self._closing and not self._waiting and not any(worker.future for worker in self._workers):
                        break
                by_end: dict[Any, _Worker] = {}
                for worker in self._workers:
                    by_end[worker.pipe] = by_end[worker.process.sentinel] = worker
                ready = connection.wait([self._wake_reader, *by_end])
                if self._wake_reader in ready:
                    self._wake_reader.recv_bytes()
                for worker in {id(by_end[end]): by_end[end] for end in ready if end in by_end}.values():
                    self._hear(worker)
        except BaseException as error:
            self._break(f"the thread that serves the workers failed: {error!r}")
            raise
        finally:
            self._end_workers()

    def _give_out_work(self) -> None:
        with self._lock:
            while self._waiting and self._waiting[0][0].cancelled():
                self._waiting.popleft()
            wanted = min(self.slots, len(self._waiting) + sum(worker.future is not None for worker in self._workers))
        while len(self._workers) < wanted and not self._broken:
            self._start()
        for worker in self._workers:
            if worker.ready and worker.future is None:
                with self._lock:
                    while self._waiting and not self._waiting[0][0].set_running_or_notify_cancel():
                        self._waiting.popleft()
                    if not self._waiting:
                        return
                    worker.future, call = self._waiting.popleft()
                with suppress(OSError):  # a worker that is gone is heard of through its pipe
                    worker.pipe.send_bytes(call)

    def _start(self) -> None:
        ours, theirs = self._context.Pipe()
        about = theirs, dict(os.environ), memory_each(self.slots)
        process = self._context.Process(target=_work, args=about, name="caremarket worker", daemon=True)
        try:
            process.start()
        except Exception as error:  # the fork server was ended, say: multiprocessing starts another when asked again
            ours.close()
            self._failed_starts += 1
            if self._failed_starts >= FAILED_STARTS_ALLOWED:
                self._break(f"a worker process could not be started: {error!r}")
            time.sleep(0.2 * self._failed_starts)
            return
        finally:
            theirs.close()
        self._workers.append(_Worker(process, ours))

    def _hear(self, worker: _Worker) -> None:
        try:
            if not worker.pipe.poll():
                self._bury(worker)
                return
            message = worker.pipe.recv_bytes()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if not worker.ready:
            worker.ready, self._failed_starts = True, 0
            return
        future, worker.future = worker.future, None
        assert future is not None
        try:
            done, value = pickle.loads(message)
        except Exception as error:
            future.set_exception(error)
            return
        if done:
            future.set_result(value)
        else:
            future.set_exception(value)

    def _bury(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.process.join(5)
        why = _reason(worker.process.exitcode)
        worker.pipe.close()
        if worker.process.exitcode == _GONE:  # it may live on, working for nobody
            with suppress(OSError):
                os.kill(worker.process.pid, signal.SIGKILL)
        if worker.future is not None:
            worker.future.set_exception(WorkerDied(f"ended {why}"))
        elif not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= FAILED_STARTS_ALLOWED:
                self._break(f"worker processes end before they are ready, {why}{_advice()}")

    def _break(self, why: str) -> None:
        with self._lock:
            self._broken = WorkersCannotStart(why)
            waiting, self._waiting = list(self._waiting), deque()
        for future, _ in waiting:
            if future.set_running_or_notify_cancel():
                future.set_exception(self._broken)

    def _end_workers(self) -> None:
        for worker in self._workers:
            if self._killing:
                worker.process.terminate()
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            if worker.future is not None and not worker.future.done():
                worker.future.set_exception(WorkerDied("ended with the rest"))
        self._workers.clear()


def _advice() -> str:
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    if script is None:
        return ""
    return f'; a script that starts workers does so under `if __name__ == "__main__":` (here: {script})'
