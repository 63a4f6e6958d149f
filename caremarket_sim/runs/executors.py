"""All batch work goes through one `concurrent.futures.Executor`, and no piece of it is ever lost.

A task that raises is caught in its worker. A worker that dies (out of memory, a crash in compiled code, a kill) has
its chunk sent again task by task; a task under suspicion that takes a second worker with it is tried once more when
all else is done, with nothing beside it, so that a neighbour's hunger for memory is not held against it; a third
death is recorded as a failure. Whatever happens, every task is answered exactly once.
"""

from __future__ import annotations

import functools
import pickle
import queue
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from typing import Any, Protocol

from caremarket_sim.results.records import Failure, Success, cores
from caremarket_sim.runs.guard import require_guard
from caremarket_sim.runs.local_processes import LocalProcesses, WorkerDied, WorkersCannotStart

PRELOADED = "caremarket_sim.runs.preloaded"
"""Module that loads what is compiled, once for all workers."""
DEATHS_ALLOWED = 3
"""A task is recorded as failed when this many workers have died under it."""


class Crew(Protocol):
    """Those who do the work: an executor, how many tasks they can be given at once, and how to send them home."""

    @property
    def executor(self) -> Executor: ...

    def window(self) -> int:
        """How many chunks to have given out at a time."""
        ...

    def look_round(self) -> None:
        """Called every second or so of silence; raises if no answer can be expected any more."""
        ...

    def close(self) -> None:
        """End when all is done."""
        ...

    def kill(self) -> None:
        """End now."""
        ...


def perform(
    function: Callable[[Any], Any],
    tasks: Sequence[Any],
    *,
    workers: int | None = None,
    cluster: str | None = None,
    chunk: int = 1,
    tell: Callable[[str], None] | None = None,
) -> Generator[tuple[int, Success | Failure], None, None]:
    """Call `function` on every task; yield (its position, Success or Failure) in order of completion.

    `function` and the tasks are anything that can be pickled; the function is found by its module and name in the
    worker. `workers`: processes on this machine (default: its cores; 0: none, in this process, for debugging).
    `cluster`: address of a Dask scheduler to use instead. `chunk`: tasks sent together (for tasks of a few
    milliseconds). `tell` is called with a sentence when something noteworthy happens, such as the death of a worker.

    Stopping early (Ctrl-C, or closing the iterator) ends the workers at once; what was yielded before is complete.
    Raises ValueError for impossible arguments, TypeError if `function` cannot be pickled, NotGuarded in a script that
    every worker would do again, WorkersCannotStart if no worker comes up, ClusterLost if the cluster goes away.
    """
    if chunk < 1:
        raise ValueError(f"chunk is {chunk}; it must be 1 or more")
    if workers is not None and workers < 0:
        raise ValueError(f"workers is {workers}; it must be 0 or more")
    try:
        packed = pickle.dumps(function, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        raise TypeError(
            f"{function!r} cannot be sent to a worker: define it at the top of a module ({error})"
        ) from None
    if tasks and workers != 0 and cluster is None:
        require_guard()
    tell = tell or (lambda sentence: None)
    return _perform(function, packed, list(tasks), workers, cluster, chunk, tell)


def _perform(
    function, packed, tasks, workers, cluster, chunk, tell
) -> Generator[tuple[int, Success | Failure], None, None]:
    if not tasks:
        return
    if workers == 0 and cluster is None:
        for index, task in enumerate(tasks):
            yield index, perform_one(function, task)
        return
    chunks = deque(list(range(start, min(start + chunk, len(tasks)))) for start in range(0, len(tasks), chunk))
    crew = open_crew(function, min(workers or cores(), len(chunks)), cluster, tell)
    finished = False
    try:
        yield from _Round(crew, packed, tasks, chunks, tell).answers()
        finished = True
    finally:
        if finished:
            crew.close()
        else:
            crew.kill()


def open_crew(function: Callable, workers: int, cluster: str | None, tell: Callable[[str], None]) -> Crew:
    """Workers on the cluster at this address, or `workers` processes on this machine."""
    if cluster is not None:
        from caremarket_sim.runs.cluster import Cluster

        return Cluster(cluster, tell)
    return LocalCrew(workers, preload=_modules_of(function))


def _modules_of(function: Any) -> tuple[str, ...]:
    """The modules of a function and of the functions bound to it, for workers to have from the start."""
    found = []
    if isinstance(function, functools.partial):
        found = [name for part in (function.func, *function.args) if callable(part) for name in _modules_of(part)]
    elif getattr(function, "__module__", "__main__") != "__main__":
        found = [function.__module__]
    return tuple(dict.fromkeys([__name__, *found, PRELOADED]))


class LocalCrew:
    """Worker processes on this machine."""

    def __init__(self, workers: int, preload: tuple[str, ...] = ()):
        self.executor = LocalProcesses(workers, preload)

    def window(self) -> int:
        return 4 * self.executor.slots

    def look_round(self) -> None:
        """A death here is heard of at once; there is nothing to look for."""

    def close(self) -> None:
        self.executor.shutdown()

    def kill(self) -> None:
        self.executor.kill()


class _Round:
    """One round of work: what is still to be given out, what is under way, and who has died under what."""

    def __init__(self, crew: Crew, packed: bytes, tasks: list, chunks: deque[list[int]], tell: Callable[[str], None]):
        self.crew, self.packed, self.tasks, self.tell = crew, packed, tasks, tell
        self.fresh = chunks
        self.suspects: deque[int] = deque()
        self.last_tries: deque[int] = deque()
        self.deaths: Counter[int] = Counter()
        self.under_way: dict[Future, tuple[list[int], bool]] = {}
        self.done: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self.seconds, self.chunks = 0.0, 0

    def answers(self) -> Iterator[tuple[int, Success | Failure]]:
        while self.fresh or self.suspects or self.last_tries or self.under_way:
            self.give_out()
            try:
                future = self.done.get(timeout=1.0)
            except queue.Empty:
                self.crew.look_round()
                continue
            indices, alone = self.under_way.pop(future)
            yield from self.hear(future, indices, alone)

    def give_out(self) -> None:
        if any(alone for _, alone in self.under_way.values()):
            return
        window = self.window()
        while len(self.under_way) < window:
            if self.suspects:
                self.send([self.suspects.popleft()])
            elif self.fresh:
                self.send(self.fresh.popleft())
            elif self.last_tries and not self.under_way:
                self.send([self.last_tries.popleft()], alone=True)
                return
            else:
                return

    def window(self) -> int:
        """How many chunks to have given out: of short ones enough for a second, so that nobody waits for us."""
        usual = self.crew.window()
        if not self.chunks:
            return usual
        return min(64 * usual, max(usual, int(usual * 0.25 * self.chunks / max(self.seconds, 1e-9))))

    def send(self, indices: list[int], alone: bool = False) -> None:
        try:
            future = self.crew.executor.submit(perform_chunk, self.packed, [self.tasks[index] for index in indices])
        except WorkersCannotStart:
            raise
        except Exception as error:  # a task that cannot be pickled
            future = Future()
            future.set_exception(error)
        self.under_way[future] = indices, alone
        future.add_done_callback(self.done.put)

    def hear(self, future: Future, indices: list[int], alone: bool) -> Iterator[tuple[int, Success | Failure]]:
        try:
            results = future.result()
            self.seconds += sum(result.seconds for result in results if isinstance(result, Success))
            self.chunks += 1
            yield from zip(indices, results, strict=True)
            return
        except WorkersCannotStart:
            raise
        except (WorkerDied, CancelledError) as death:
            yield from self.mourn(death, indices, alone)
        except Exception as error:
            if type(error).__name__ == "KilledWorker":  # Dask's word for it; its module is not loaded for local work
                yield from self.mourn(error, indices, alone)
            elif len(indices) > 1:  # an answer or a task that cannot be sent: find which
                self.suspects.extend(indices)
            else:
                yield indices[0], failure_of(error)

    def mourn(self, death: BaseException, indices: list[int], alone: bool) -> Iterator[tuple[int, Failure]]:
        reason = str(death) or "cancelled from outside"
        lost = 1 + getattr(death, "allowed_failures", 0)  # Dask has sent it again so many times by itself
        self.tell(
            f"A worker died: {reason}. What it was doing ({len(indices)} of {len(self.tasks)} tasks) is tried again."
        )
        for index in indices:
            self.deaths[index] += lost
            if alone and self.deaths[index] >= DEATHS_ALLOWED:
                sentence = f"{self.deaths[index]} workers died doing this, the last with nothing beside it ({reason})"
                self.tell(f"It is recorded as failed: {sentence}.")
                yield index, Failure("killed", sentence, "")
            elif self.deaths[index] >= DEATHS_ALLOWED - 1:
                self.last_tries.append(index)
            else:
                self.suspects.append(index)


@functools.lru_cache(maxsize=4)
def _unpack(packed: bytes) -> Callable[[Any], Any]:
    return pickle.loads(packed)


def perform_chunk(packed: bytes, tasks: list) -> list[Success | Failure]:
    """In the worker: the pickled function called on each task, every error caught with its traceback."""
    function = _unpack(packed)
    return [perform_one(function, task) for task in tasks]


def perform_one(function: Callable[[Any], Any], task: Any) -> Success | Failure:
    """One task done, timed; an exception becomes a Failure. Ctrl-C is let through."""
    start = time.perf_counter()
    try:
        value = function(task)
    except (Exception, SystemExit) as error:
        return failure_of(error)
    return Success(value, time.perf_counter() - start)


def failure_of(error: BaseException) -> Failure:
    """An exception as a record that can be pickled whatever it holds."""
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Failure("raised", message, "".join(traceback.format_exception(error)))
