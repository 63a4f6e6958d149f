"""A document as a terminal shows it: a table that is too wide for one is a list, an entry a row."""

from __future__ import annotations

import re
from collections.abc import Iterator

WIDEST = 4
"""Columns of a table that a terminal has room for."""
_BETWEEN = re.compile(r"(?<!\\)\|")


def for_terminal(markdown: str) -> str:
    """Markdown without tables of more than four columns: of each row its first two cells, then what else it says."""
    return "\n".join(_laid_out(markdown.splitlines()))


def _laid_out(lines: list[str]) -> Iterator[str]:
    names: list[str] = []
    for line in lines:
        cells = [cell.strip() for cell in _BETWEEN.split(line.strip().strip("|"))] if line.startswith("|") else []
        if len(cells) <= WIDEST:
            names = []
            yield line
        elif not names:
            names = cells
        elif any(cell.strip("-: ") for cell in cells):
            yield f"- **{cells[0]}**: {cells[1]}"
            said = [f"{name}: {cell}" for name, cell in zip(names[2:], cells[2:], strict=False) if cell]
            yield f"  *{'; '.join(said)}*" if said else ""
