"""Pages put together into one HTML file: every text escaped, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from caremarket_sim import __version__
from caremarket_sim.telling.blocks import Page

FOOTER = (
    f"Made by caremarket-sim {__version__}, an open agent-based model. It explores the consequences of stated "
    "assumptions; it is no forecast."
)


def html_page(title: str, subtitle: str, pages: Sequence[Page], *, first: str, parts: str, style: str = "") -> str:
    """One HTML file of all pages. `first`: what a reader can skip to; `parts`: what the pages are called together."""
    environment = Environment(
        loader=PackageLoader("caremarket_sim.telling"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    page = environment.get_template("page.html.j2")
    return page.render(
        title=title, subtitle=subtitle, pages=pages, footer=FOOTER, first=first, parts=parts, style=style
    )
