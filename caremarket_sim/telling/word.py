"""Pages put together into one Word document: the blocks of the HTML page, all text as text, pictures with words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from caremarket_sim.telling.blocks import Cell, Columns, Figure, Heading, Page, Points, Table, Text
from caremarket_sim.telling.palette import INK
from caremarket_sim.telling.raster import painted

if TYPE_CHECKING:
    from docx.document import Document

WIDTH = 18.4
"""Centimetres between the margins of an A4 page."""
SIZES = {"Normal": 8.2, "Title": 13.0, "Heading 1": 11.5, "Heading 2": 9.0, "List Bullet": 7.8, "Caption": 8.2}
SMALL, IN_TABLES = 6.8, 7.4
GREY, SHADE = "595959", {"better": "E9F1F9", "worse": "F6ECE6"}


def word_bytes(title: str, subtitle: str, pages: Sequence[Page], footer: str, size: float = 1.0) -> bytes:
    """The document; equal pages give equal bytes. `size`: of its print, 1 as usual."""
    from docx import Document
    from docx.shared import Cm

    made = Document()
    made.core_properties.author, made.core_properties.title = "caremarket-sim", title
    made.core_properties.created = made.core_properties.modified = datetime(2000, 1, 1)
    made.core_properties.comments = ""
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21.0 - WIDTH) / 2)
    section.top_margin = section.bottom_margin = Cm(1.1)
    section.header_distance = section.footer_distance = Cm(0.5)
    _styles(made, size)
    made.add_paragraph(title, style="Title")
    _small(made.add_paragraph(), subtitle, size)
    for number, page in enumerate(pages):
        heading = made.add_heading(page.title, level=1)
        heading.paragraph_format.page_break_before = number > 0
        for block in page.blocks:
            _block(made, block, size)
    _small(made.add_paragraph(), footer, size)
    file = io.BytesIO()
    made.save(file)
    return _dated(file.getvalue())


def _styles(made: Document, size: float) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, points in SIZES.items():
        style: Any = made.styles[name]
        style.font.name, style.font.size = "Arial", Pt(points * size)
        style.font.color.rgb = RGBColor.from_string(INK.removeprefix("#").upper())
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):
            del fonts.attrib[key]
        for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(kind), "Arial")
        style.paragraph_format.space_before = Pt(4 if name.startswith("Heading") else 1)
        style.paragraph_format.space_after = Pt(1)
        style.paragraph_format.line_spacing = 1.0


def _block(into: Any, block: Any, size: float) -> None:
    """One block of a page into the document, or into a cell of it."""
    if isinstance(block, Text):
        paragraph = into.add_paragraph()
        paragraph.add_run(block.text).bold = block.tone == "warning"
    elif isinstance(block, Heading):
        into.add_paragraph(block.text, style="Heading 2")
    elif isinstance(block, Points):
        if block.head:
            into.add_paragraph(block.head, style="Heading 2")
        for point in block.points:
            into.add_paragraph(point, style="List Bullet")
    elif isinstance(block, Columns):
        _columns(into, block, size)
    elif isinstance(block, Table):
        _table(into, block, size)
    elif isinstance(block, Figure):
        _figure(into, block, size)
    else:
        raise TypeError(f"a document has no {type(block).__name__}")


def _columns(into: Any, block: Columns, size: float) -> None:
    """Lists side by side, three in a row."""
    from docx.shared import Cm

    for first in range(0, len(block.columns), 3):
        row = block.columns[first : first + 3]
        table = into.add_table(rows=1, cols=len(row))
        table.autofit = False
        for column, cell in zip(row, table.rows[0].cells, strict=True):
            cell.width = Cm(WIDTH / len(row))
            _block(cell, column, size)
            cell._element.remove(cell.paragraphs[0]._element)  # the empty one that every cell begins with


def _table(into: Any, block: Table, size: float) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm

    into.add_paragraph(block.caption, style="Caption").paragraph_format.keep_with_next = True
    table = into.add_table(rows=1, cols=len(block.columns), style="Table Grid")
    table.autofit = False
    widths = _widths(len(block.columns))
    for cell, text in zip(table.rows[0].cells, block.columns, strict=True):
        _fill(cell, Cell(text), size, bold=True)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for group in block.groups:
        if group.head:
            cells = table.add_row().cells
            _fill(cells[0].merge(cells[-1]), Cell(group.head), size, bold=True)
        for row in group.rows:
            for cell, content in zip(table.add_row().cells, (row.head, *row.cells), strict=True):
                _fill(cell, content, size, bold=row.strong or bool(content.tone))
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
    if block.note:
        _small(into.add_paragraph(), block.note, size)


def _widths(columns: int) -> list[float]:
    """Centimetres: a heading a fifth, the rest alike."""
    if columns == 1:
        return [WIDTH]
    return [WIDTH / 5] + [WIDTH * 0.8 / (columns - 1)] * (columns - 1)


def _fill(cell: Any, content: Cell, size: float, bold: bool = False) -> None:
    """What a cell says into a cell of the document: what is read first, and under it the rest."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(content.text)
    run.bold, run.font.size = bold, Pt(IN_TABLES * size)
    if content.rest:
        run.add_break()
        _small(paragraph, content.rest, size)
    if content.tone in SHADE:
        shade = OxmlElement("w:shd")
        for key, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", SHADE[content.tone])):
            shade.set(qn(key), value)
        cell._element.get_or_add_tcPr().append(shade)


def _figure(into: Any, block: Figure, size: float) -> None:
    """Pictures side by side, each with its words for who does not see it, and under them the caption."""
    from docx.shared import Cm

    paragraph = into.add_paragraph()
    for drawing in block.drawings:
        width = Cm(WIDTH / max(len(block.drawings), 2) - 0.7)
        picture = paragraph.add_run().add_picture(io.BytesIO(painted(drawing)), width=width)
        picture._inline.docPr.set("descr", drawing.words)
    _small(into.add_paragraph(), block.caption, size)


def _small(paragraph: Any, text: str, size: float) -> None:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = Pt(SMALL * size), RGBColor.from_string(GREY)


def _dated(content: bytes) -> bytes:
    """The same document with nothing in it of when it was written."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
    return file.getvalue()
