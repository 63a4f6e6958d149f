"""How work is done, and how it is told: what every study takes, and passes on as one thing."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from caremarket_sim.results.records import Failure, Success
from caremarket_sim.runs.executors import perform

Tell = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many tasks are done (of 0 when nothing can be counted)."""

Answers = Generator[tuple[int, Success | Failure], None, None]


class How(TypedDict, total=False):
    """How work is done and told, as keywords that a function takes and passes on: `**how: Unpack[How]`."""

    workers: int | None
    """Processes on this machine; its cores when None, and 0 for none, in this process."""
    cluster: str | None
    """The address of a Dask scheduler to use instead."""
    tell: Tell | None
    """Hears how far the work is."""
    say: Callable[[str], None] | None
    """Hears what is out of the ordinary, such as the death of a worker."""


@dataclass(frozen=True, slots=True)
class Work:
    """What `How` says, with what holds where it says nothing."""

    workers: int | None = None
    cluster: str | None = None
    tell: Tell | None = None
    say: Callable[[str], None] | None = None

    def heard(self, what: str, done: int, total: int) -> None:
        """Tell how far the work is, if anybody listens."""
        if self.tell is not None:
            self.tell(what, done, total)

    def answers(self, function: Callable[[Any], Any], tasks: Sequence[Any]) -> Answers:
        """Call the function on every task; (its position, its result) in order of completion, as `perform` gives."""
        return perform(function, tasks, workers=self.workers, cluster=self.cluster, tell=self.say)

    def each(
        self, function: Callable[[Any], Any], tasks: Sequence[Any], what: str = "simulating"
    ) -> list[Success | Failure]:
        """Call the function on every task; results in the order of the tasks, whatever order they ended in."""
        self.heard(what, 0, len(tasks))
        found: dict[int, Success | Failure] = {}
        for index, result in self.answers(function, tasks):
            found[index] = result
            self.heard(what, len(found), len(tasks))
        return [found[index] for index in range(len(tasks))]
