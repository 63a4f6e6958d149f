"""Taking a mapping's fields one by one and noting every mistake, so that a reader hears of all of them at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from caremarket_sim.errors import MOST_SHOWN, BadInput, Problem, suggestion
from caremarket_sim.policy.advice import Span, shown
from caremarket_sim.policy.values import checked_number
from caremarket_sim.scenario.documents import Mapping, Node, Scalar
from caremarket_sim.scenario.documents import Sequence as ListNode

FORMAT = 2
BEFORE = 1
"""The last format but one, which is still read."""
SINCE_THEN = (
    "in format 1 `employment.paid_travel_share` was the share of travel that was paid, 0.3 unless set; it is now the "
    "least share that the contract requires, 0 unless set, and whoever obeys the law pays more where the law asks it"
)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)
"""Between which dates of places and policies lie; before and after them there are no series of prices."""
_OTHER_DATES = tuple(
    (re.compile(pattern, re.IGNORECASE), parts)
    for pattern, parts in (
        (r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\Z", (1, 2, 3)),
        (r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\Z", (3, 2, 1)),
        (r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\Z", (3, 1, 2)),
        (r"(\d{1,2})(?:st|nd|rd|th)?[- ]([a-z]{3,9})[- ,]+(\d{4})\Z", (3, 2, 1)),
        (r"([a-z]{3,9})[- ](\d{1,2})(?:st|nd|rd|th)?[- ,]+(\d{4})\Z", (3, 1, 2)),
    )
)
"""Other ways to write a date, the English ones first, and where year, month and day stand in each."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Reader:
    """Reads nodes of one file; a method that finds a mistake notes it and returns None."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.older: Problem | None = None
        """What has changed since the format that the file is written in, where it is not the present one."""

    def note(self, what: str, line: int | None, right: str | None = None) -> None:
        """Note one mistake of this file."""
        self.problems.append(Problem(what, self.file, line, right))

    def note_all(self, bad: BadInput, line: int) -> None:
        """Note mistakes found elsewhere, at this line."""
        self.problems.extend(problem.at(self.file, line) for problem in bad.problems)

    def mapping(self, node: Node, name: str, keys: Iterable[str], required: Iterable[str] = ()) -> dict[str, Node]:
        """The entries whose keys are known; unknown and missing ones are noted."""
        if not isinstance(node, Mapping):
            self.note(f"{name} is a set of `name: value` lines, not {_written(node)}", node.line)
            return {}
        known = list(keys)
        where = f" in {name}" if name else ""
        unknown = [(key, line) for key, line in node.lines.items() if key not in known]
        self.unknown(unknown, lambda key: Problem(f"unknown key {key}{where}", right=self.about_unknown(key, known)))
        for key in required:
            if key not in node.entries:
                self.note(f"{name} lacks {key}", node.line, f"add `{key}: …`")
        return {key: value for key, value in node.entries.items() if key in known}

    def unknown(self, keys: Sequence[tuple[str, int]], said: Callable[[str], Problem]) -> None:
        """Note the first twenty of keys that there are not, and how many more there are: each takes time to advise."""
        self.problems += [said(key).at(self.file, line) for key, line in keys[:MOST_SHOWN]]
        if more := keys[MOST_SHOWN:]:
            self.note(f"{len(more):,} more keys that there are not, from here on", more[0][1])

    def about_unknown(self, key: str, known: list[str]) -> str | None:
        """What to write instead of an unknown key."""
        from caremarket_sim.policy import LEVERS

        if key in LEVERS and "set" in known:
            return "a lever goes under `set:`"
        if key in LEVERS:
            return "a lever goes under `set:` of a step of `policy:`"
        return suggestion(key, known)

    def items(self, node: Node, name: str) -> list[Node]:
        """The items of a list."""
        if isinstance(node, ListNode):
            return node.items
        self.note(f"{name} is a list, each item begun with `- `, not {_written(node)}", node.line)
        return []

    def scalar(self, node: Node, name: str) -> Any:
        """One value, or None when it is not one value or is empty."""
        if not isinstance(node, Scalar):
            self.note(f"{name} is one value, not {_written(node)}", node.line)
            return None
        if node.value is None:
            self.note(f"{name} has no value", node.line, "write one, or remove the line")
        return node.value

    def text(self, node: Node, name: str) -> str | None:
        """Text of at most 2,000 characters on one line."""
        value = self.scalar(node, name)
        if value is None:
            return None
        text = " ".join(node.text.split()) if isinstance(node, Scalar) else ""
        if not text or not text.isprintable() or len(text) > 2000:
            self.note(f"{name} is text of 1 to 2000 printable characters", node.line)
            return None
        return text

    def path(self, node: Node, name: str) -> str | None:
        """A path as it is written, or a builtin's name."""
        text = node.text if isinstance(node, Scalar) else ""
        return text if self.text(node, name) is not None else None

    def choice(self, node: Node, name: str, options: Iterable[str]) -> str | None:
        """One of a few words."""
        value = self.scalar(node, name)
        allowed = list(options)
        if value is None or value in allowed:
            return value
        self.note(f"{name} is {shown(value)!r}, which it cannot be", node.line, suggestion(shown(value), allowed))
        return None

    def flag(self, node: Node, name: str) -> bool | None:
        """True or false."""
        value = self.scalar(node, name)
        if value is None or isinstance(value, bool):
            return value
        self.note(f"{name} is {shown(value)!r}, neither true nor false", node.line, "write true or false")
        return None

    def number(
        self, node: Node, name: str, low: float, high: float, *, whole: bool = False, unit: str = ""
    ) -> float | None:
        """A number within its bounds."""
        value = self.scalar(node, name)
        if value is None:
            return None
        try:
            return checked_number(name, value, Span(low, high, unit, whole))
        except BadInput as bad:
            self.note_all(bad, node.line)
            return None

    def day(self, node: Node, name: str, earliest: date | None = None) -> date | None:
        """A date written as year-month-day; none before `earliest` is advised."""
        value = self.scalar(node, name)
        if value is None:
            return None
        text = node.text.strip() if isinstance(node, Scalar) else ""
        meant = next(_days_meant(text), None)
        right = f"write year-month-day{f', {earliest} or later' if earliest else ''}"
        if meant is not None and (earliest is None or meant >= earliest):
            right = f"write {meant}"
        try:
            if _ISO.match(text):
                found = date.fromisoformat(text)
                if _EARLIEST <= found < _LATEST:
                    return found
                self.note(f"{name} is {text}", node.line, f"write a day from {_EARLIEST.year} to {_LATEST.year - 1}")
                return None
        except ValueError as error:
            self.note(f"{name} is {text}, which is no day: {error}", node.line, right)
            return None
        self.note(f"{name} is {text!r}, not a date", node.line, right)
        return None

    def format(self, root: Node) -> None:
        """The file must say that it is written in the format that this version reads."""
        if not isinstance(root, Mapping):
            return
        node = root.entries.get("format")
        if node is None:
            self.note("does not say its format", root.line, f"begin with `format: {FORMAT}`")
        elif (value := self.scalar(node, "format")) == BEFORE and not isinstance(value, bool):
            self.older = Problem(
                f"is written in format {BEFORE}: {SINCE_THEN}", self.file, node.line, f"write {FORMAT}"
            )
        elif value is not None and (value != FORMAT or isinstance(value, bool)):
            what = f"format is {shown(value)!r}" if isinstance(value, str) else f"format is {shown(value)}"
            self.note(f"{what}, which this version does not read", node.line, f"write {FORMAT}")


def _days_meant(text: str) -> Iterator[date]:
    """The days that a text may mean, the likeliest first."""
    for pattern, (year, month, day) in _OTHER_DATES:
        if found := pattern.match(text):
            with suppress(ValueError):
                yield date(int(found[year]), _month(found[month]), int(found[day]))


def _month(text: str) -> int:
    """A month by number or name. Raises ValueError for one that there is not."""
    return int(text) if text.isdecimal() else 1 + _MONTHS.index(text[:3].casefold())


def _written(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a set of lines"
    return "a list" if isinstance(node, ListNode) else f"{node.text[:40]!r}" if node.text else "nothing"
