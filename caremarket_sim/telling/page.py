"""Pages put together into one HTML file: every text escaped, nothing fetched from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from caremarket_sim import __version__
from caremarket_sim.telling.blocks import Block, Page

FOOTER = (
    f"Made by caremarket-sim {__version__}, an open agent-based model. It explores the consequences of stated "
    "assumptions; it is no forecast."
)


def html_page(
    title: str, subtitle: str, pages: Sequence[Page], *, first: str, parts: str, style: str = "", script: str = ""
) -> str:
    """One HTML file of all pages. `first`: what a reader can skip to; `parts`: what the pages are called together.

    A `script` is the only one that a browser runs there: the page names its hash.
    """
    page = _environment().get_template("page.html.j2")
    script_hash = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return page.render(
        title=title, subtitle=subtitle, pages=pages, footer=FOOTER, first=first, parts=parts, style=style,
        script=Markup(script), script_hash=Markup(script_hash),
    )  # fmt: skip


def blocks_html(blocks: Sequence[Block]) -> Markup:
    """Blocks as they stand in a page, to be put into another one."""
    template = _environment().get_template("block.html.j2")
    return Markup("").join(Markup(template.render(block=block)) for block in blocks)


@cache
def _environment() -> Environment:
    """With its templates, which are compiled once."""
    return Environment(
        loader=PackageLoader("caremarket_sim.telling"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
