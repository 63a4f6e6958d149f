"""How things show themselves in a notebook: a table with its caption, a few sentences; every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib import import_module
from typing import Any


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column heads its rows."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def sentences(title: str, lines: Iterable[str]) -> str:
    """A heading and a list of sentences."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<p><strong>{escape(title)}</strong></p><ul>{items}</ul>"


def display(thing: object) -> Any:
    """The module `display` of the folder that a thing's class stands in.

    What draws and words a result knows the result; the result knows only that its folder has such a module, which is
    loaded when somebody looks.
    """
    return import_module(f"{type(thing).__module__.rpartition('.')[0]}.display")
