"""Guarded reading of a YAML file into nodes that know their lines.

The file may come from anybody. So it passes the guard of all files (`reading`), and then is read as a stream of parser
events in which anchors, aliases, merge keys, tags, directives, second documents and deep nesting end the reading at
once: nothing is ever expanded, and nothing in the file can name a Python type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.reading import MOST_DEPTH, line_at, text_of

MOST_VALUES = 10_000
MOST_LINES = 10_000
LONGEST_LINE = 4_000

_WHOLE = re.compile(r"[-+]?[0-9]+\Z")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")


@dataclass(frozen=True)
class Scalar:
    """One value as written; `quoted` text is always text."""

    text: str
    line: int
    quoted: bool

    @property
    def value(self) -> bool | int | float | str | None:
        """The value meant: true or false, a number, nothing, or text. Dates stay text."""
        if self.quoted:
            return self.text
        if self.text in ("", "~", "null"):
            return None
        if self.text in ("true", "false"):
            return self.text == "true"
        if _WHOLE.match(self.text) and len(self.text) <= 18:
            return int(self.text)
        return float(self.text) if _NUMBER.match(self.text) else self.text


@dataclass
class Sequence:
    """A list of nodes."""

    line: int
    items: list[Node] = field(default_factory=list)


@dataclass
class Mapping:
    """Nodes by key, each with the line of its key."""

    line: int
    entries: dict[str, Node] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True)
class Document:
    """What a file holds, and the mistakes of form after which reading could go on (a key written twice)."""

    root: Node
    problems: tuple[Problem, ...]


def read_document(path: Path, shown: str) -> Document:
    """The nodes of a YAML file. Raises BadInput at the first thing that a scenario or place file may not hold."""
    text = text_of(path, shown)
    _guard_lines(text, shown)
    problems: list[Problem] = []
    builder = _Builder(shown, problems)
    for event in _events(text, shown):
        builder.take(event)
    if builder.root is None:
        raise BadInput(Problem("is empty", shown, 1, "begin with `format: 2`"))
    return Document(builder.root, tuple(problems))


def _guard_lines(text: str, shown: str) -> None:
    """Raise BadInput for a text that is too long for a person's file, before the parser spends time on it."""
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise BadInput(Problem(f"has {len(lines):,} lines", shown, MOST_LINES, f"keep to {MOST_LINES:,}"))
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            right = f"keep lines to {LONGEST_LINE:,}"
            raise BadInput(Problem(f"has a line of {len(line):,} letters", shown, number, right))


def _events(text: str, shown: str) -> Iterator[Any]:
    """The parser's events; whatever it raises becomes one BadInput with the line."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    stream = YAML(typ="safe", pure=True).parse(text)
    while True:
        try:
            event = next(stream)
        except StopIteration:
            return
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            what = (error.problem or error.context or "cannot be understood").strip()
            line = mark.line + 1 if mark is not None else 1
            raise BadInput(Problem(f"is not YAML: {what}", shown, line, _hint(text, line))) from None
        except Exception as error:  # noqa: BLE001 - the parser's own slips on odd bytes are the file's fault, not ours
            line = line_at(text, getattr(error, "position", 0) or 0)
            reason = getattr(error, "reason", None) or type(error).__name__
            raise BadInput(Problem(f"is not YAML: {reason}", shown, line)) from None
        yield event


class _Builder:
    """Builds nodes from events and stops at the first event that may not be."""

    def __init__(self, shown: str, problems: list[Problem]) -> None:
        self.shown = shown
        self.problems = problems
        self.root: Node | None = None
        self._open: list[Mapping | Sequence] = []
        self._keys: list[tuple[str, int] | None] = []
        self._values = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        line = event.start_mark.line + 1
        if kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                self._stop("a second document begins here", line, "keep one document in a file")
            if event.version is not None or event.tags:
                self._stop("a % directive", line, "remove it")
        elif kind == "AliasEvent":
            self._stop(f"the alias *{event.anchor}", line, "write the value out")
        elif kind in ("MappingStartEvent", "SequenceStartEvent", "ScalarEvent"):
            self._guard(event, line)
            if kind == "ScalarEvent":
                self._place(Scalar(event.value, line, event.style is not None))
            else:
                node = Mapping(line) if kind == "MappingStartEvent" else Sequence(line)
                self._place(node)
                self._open.append(node)
                self._keys.append(None)
                if len(self._open) > MOST_DEPTH:
                    self._stop(f"nested more than {MOST_DEPTH} deep", line, "a scenario needs about five")
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._open.pop()
            self._keys.pop()

    def _guard(self, event: Any, line: int) -> None:
        self._values += 1
        if self._values > MOST_VALUES:
            self._stop(f"more than {MOST_VALUES:,} values", line, "a scenario needs some hundred")
        if event.anchor is not None:
            self._stop(f"the anchor &{event.anchor}", line, "write the value out where it is used")
        if event.tag is not None:
            self._stop(f"the tag {event.tag}", line, "remove it: types follow from the names")

    def _place(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self._keys[-1]
        if key is None:
            if not isinstance(node, Scalar):
                self._stop("a key that is not one word", node.line, "write `name: value`")
            elif node.text == "<<":
                self._stop("the merge key <<", node.line, "write the values out, or use `extends`")
            else:
                self._keys[-1] = (node.text, node.line)
            return
        name, line = key
        self._keys[-1] = None
        if name in parent.entries:
            first = parent.lines[name]
            self.problems.append(Problem(f"{name} is given twice", self.shown, line, f"it is in line {first} already"))
        else:
            parent.entries[name] = replace(node, line=line) if isinstance(node, Scalar) and not node.text else node
            parent.lines[name] = line

    def _stop(self, what: str, line: int, right: str) -> None:
        raise BadInput(
            Problem(f"{what} is not allowed here" if not what.startswith("a second") else what, self.shown, line, right)
        )


def _hint(text: str, line: int) -> str | None:
    """What is most often wrong on a line that the parser cannot read."""
    lines = text.splitlines()
    here = "\n".join(lines[max(0, line - 2) : line])
    if "\t" in here:
        return "indent with spaces, not tabs"
    if re.search(r":\s+[%@`]", here):
        return "put quotes around text that begins with %, @ or `"
    return None
