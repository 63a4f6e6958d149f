"""What a page is made of: paragraphs, lists, tables and figures, each with the data behind it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd
from markupsafe import Markup

from caremarket_sim.telling.files import csv_bytes
from caremarket_sim.telling.svg import Drawing


@dataclass(frozen=True, slots=True)
class Data:
    """A table of numbers that a reader can take away as CSV; `name` is the file's, without its ending."""

    name: str
    frame: pd.DataFrame

    @property
    def content(self) -> bytes:
        """The file."""
        return csv_bytes(self.frame)

    @property
    def link(self) -> str:
        """The file as an address that needs no network."""
        return "data:text/csv;charset=utf-8;base64," + base64.b64encode(self.content).decode()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what is read first, and under it the rest; `tone` is a class for its look, never the only sign."""

    text: str
    rest: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row: its heading and its cells; `strong` for totals."""

    head: Cell
    cells: Sequence[Cell]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading of their own; no heading for the only group."""

    head: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption. `stacks`: its rows stand under each other on a narrow screen; `numbers`: its cells
    are numbers to be read downwards."""

    caption: str
    columns: Sequence[str]
    groups: Sequence[Group]
    note: str = ""
    data: Data | None = None
    stacks: bool = False
    numbers: bool = False
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Figure:
    """One or more pictures side by side under one caption."""

    drawings: Sequence[Drawing]
    caption: str
    data: Data | None = None
    kind: str = "figure"

    @property
    def pictures(self) -> list[Markup]:
        """The pictures as inline SVG."""
        return [drawing.markup() for drawing in self.drawings]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `tone` is `note`, `warning` or nothing."""

    text: str
    tone: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Points:
    """A list, with a heading before it if there is one."""

    points: Sequence[str]
    head: str = ""
    kind: str = "points"


@dataclass(frozen=True, slots=True)
class Columns:
    """Lists side by side where there is room."""

    columns: Sequence[Points]
    kind: str = "columns"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a page."""

    text: str
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Folded:
    """A long table that is opened by whoever wants it; printed, it stays folded and only its heading is there."""

    head: str
    table: Table
    kind: str = "folded"

    @property
    def data(self) -> Data | None:
        """What is behind the table."""
        return self.table.data


@dataclass(frozen=True, slots=True)
class Panel:
    """What a page's own script works on: markup that is escaped already."""

    markup: Markup
    kind: str = "panel"


Block = Panel | Table | Figure | Text | Points | Columns | Heading | Folded


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the report: `id` is its anchor, `reader` for whom it is; an `annex` is behind what is to be read."""

    id: str
    title: str
    reader: str
    blocks: Sequence[Block] = field(default_factory=list)
    annex: bool = False


def plain_rows(rows: Sequence[Sequence[str]]) -> list[Group]:
    """One group of rows of text, the first of each being its heading."""
    return [Group("", [Row(Cell(row[0]), [Cell(text) for text in row[1:]]) for row in rows])]


def all_data(pages: Sequence[Page]) -> list[Data]:
    """Every table of numbers behind the pages, each once."""
    found = {
        block.data.name: block.data
        for page in pages
        for block in page.blocks
        if isinstance(block, Table | Figure | Folded) and block.data is not None
    }
    return list(found.values())
