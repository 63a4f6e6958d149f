"""What can be wrong, said so that the reader can put it right: what, where, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

LONGEST_MESSAGE = 600
MOST_SHOWN = 20
"""Mistakes that are told one by one; of the rest it is said how many they are."""


def printable(text: str) -> str:
    """A text as it may be shown on a terminal: what does not print is replaced."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


@dataclass(frozen=True)
class Problem:
    """One mistake in one place: `what` is wrong, in which `file` and `line`, and what would be `right`."""

    what: str
    file: str | Path | None = None
    line: int | None = None
    right: str | None = None

    def at(self, file: str | Path | None, line: int | None) -> Problem:
        """The same mistake, with its place."""
        return replace(self, file=file, line=line)

    def __str__(self) -> str:
        place = "" if self.file is None else f"{self.file}: " if self.line is None else f"{self.file}:{self.line}: "
        text = f"{place}{self.what}" + (f"; {self.right}" if self.right else "")
        return printable(" ".join(text.split())[:LONGEST_MESSAGE])


class CaremarketError(Exception):
    """A failure that we expected and can explain; `exit_status` is what the command returns for it."""

    exit_status = 70


class BadInput(CaremarketError):
    """Files or values that are not what they must be: every mistake found, each a `Problem`, of which few are told."""

    exit_status = 2

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.problems)

    @property
    def told(self) -> tuple[Problem, ...]:
        """The first twenty mistakes, and how many more there are."""
        more = len(self.problems) - MOST_SHOWN
        return self.problems[:MOST_SHOWN] + ((Problem(f"and {more:,} more mistakes"),) if more > 0 else ())

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.told)


class DoesNotSettle(CaremarketError):
    """A place whose market finds no balance before the first day, so that nothing can be simulated there."""

    exit_status = 4


class ComparisonRefused(CaremarketError):
    """Scenarios that may not be compared with each other; the message says every reason and what would be right."""

    exit_status = 3


class CannotWrite(CaremarketError):
    """A folder or file that could not be written: `what` failed, on which `path`."""

    exit_status = 5

    def __init__(self, what: str, path: str | Path | None = None) -> None:
        self.what, self.path = what, path
        super().__init__(what, path)

    def __str__(self) -> str:
        return self.what if self.path is None else f"{self.path}: {self.what}"


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The valid name most like `name`, or none that is near; a dotted name is also found by its last part."""
    candidates = list(names)
    by_last_part = [candidate for candidate in candidates if candidate.rpartition(".")[2] == name.rpartition(".")[2]]
    if len(by_last_part) == 1:
        return by_last_part[0]
    return next(iter(difflib.get_close_matches(name, candidates, n=1, cutoff=0.6)), None)


def suggestion(name: str, names: Iterable[str], otherwise: str | None = None) -> str | None:
    """What to say about an unknown name: the nearest valid one, or the few there are, or `otherwise`."""
    candidates = list(names)
    near = nearest(name, candidates)
    if near is not None:
        return f"did you mean {near}?"
    if otherwise is not None:
        return otherwise
    return "write one of: " + ", ".join(candidates) if candidates else None
