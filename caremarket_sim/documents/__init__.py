"""Documents made from the registers, the week and its docstrings, so that they are never out of date.

Prose that no register holds is in `templates/`, one Markdown file a document; what is in double braces there is filled
in from the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

    from caremarket_sim.parameters import Parameter


def filled(template: str, **parts: object) -> str:
    """A document of `templates/` with its gaps filled; a gap without a part, or unknown to it, is an error."""
    return _environment().get_template(f"{template}.md.j2").render(**parts)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("caremarket_sim.documents"),
        autoescape=False,  # Markdown, and nothing in it comes from a user's file
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    names = list(header)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(cell: object) -> str:
    return " ".join(str(cell).replace("|", "\\|").split())


def code(name: str) -> str:
    """A name as it is written in code."""
    return f"`{name}`"


def prose(docstring: str | None) -> str:
    """A docstring as paragraphs, each in one line."""
    paragraphs = re.split(r"\n\s*\n", (docstring or "").strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def first_sentence(docstring: str | None) -> str:
    """What a docstring says first."""
    return prose(docstring).split("\n", maxsplit=1)[0]


def sources_of(parameter: Parameter) -> str:
    """Where a parameter comes from: publisher, year and id of each source; a dash without any."""
    return named_sources(parameter.source) or "–"


def named_sources(ids: Iterable[str]) -> str:
    """Publisher, year and id of each source."""
    from caremarket_sim.parameters import sources

    known = sources()
    found = [(known[one].publisher, known[one].year, one) for one in ids]
    return "; ".join(f"{publisher}{', ' + year if year else ''} [{one}]" for publisher, year, one in found)
