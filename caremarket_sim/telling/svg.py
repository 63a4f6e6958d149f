"""Drawings as inline SVG: text stays text, nothing has an id or a date, equal content gives equal bytes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

from caremarket_sim.telling.palette import INK


def shortened(text: str, letters: int) -> str:
    """A text cut to so many letters, the cut shown."""
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def told_apart(names: Iterable[str], letters: int) -> dict[str, str]:
    """Names cut to so many letters; of those that would read the same both ends are kept."""
    cut = {name: shortened(name, letters) for name in names}
    seen = Counter(cut.values())
    return {
        name: short if seen[short] == 1 else f"{name[: letters // 3]}…{name[letters // 3 + 1 - letters :]}"
        for name, short in cut.items()
    }


class Drawing:
    """A picture of a fixed size in its own units, with its content in words; every text is escaped."""

    def __init__(self, width: float, height: float, words: str) -> None:
        self.width, self.height, self.words = width, height, words
        self.shapes: list[tuple[str, str | None, dict[str, Any]]] = []
        """Tag, text and attributes of each shape, in the order in which they are drawn."""

    def _add(self, tag: str, content: str | None = None, **attributes: object) -> None:
        self.shapes.append((tag, content, attributes))

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str = INK, width: float = 1, dash: str = ""):
        """A straight line."""
        self._add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=colour, stroke_width=width, stroke_dasharray=dash)

    def path(self, points: list[tuple[float, float]], colour: str = INK, width: float = 1.8, dash: str = "") -> None:
        """A line through points."""
        where = " ".join(f"{_plain(x)},{_plain(y)}" for x, y in points)
        self._add("polyline", points=where, fill="none", stroke=colour, stroke_width=width, stroke_dasharray=dash)

    def area(self, points: list[tuple[float, float]], colour: str, opacity: float = 1, edge: str = "") -> None:
        """A filled shape."""
        where = " ".join(f"{_plain(x)},{_plain(y)}" for x, y in points)
        self._add("polygon", points=where, fill=colour, fill_opacity=opacity, stroke=edge)

    def box(self, x: float, y: float, width: float, height: float, colour: str, edge: str = "") -> None:
        """A filled rectangle."""
        self._add("rect", x=x, y=y, width=max(width, 0), height=max(height, 0), fill=colour, stroke=edge)

    def mark(self, x: float, y: float, marker: str, colour: str, size: float = 4, opacity: float = 1) -> None:
        """A marker: circle, square, triangle (up), down, left, right, diamond or cross."""
        if marker == "circle":
            self._add("circle", cx=x, cy=y, r=size, fill=colour, fill_opacity=opacity)
            return
        arm = size * 0.45
        shapes = {
            "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
            "triangle": [(0, -1.2), (1.15, 1), (-1.15, 1)],
            "diamond": [(0, -1.35), (1.35, 0), (0, 1.35), (-1.35, 0)],
            "down": [(0, 1.2), (1.15, -1), (-1.15, -1)],
            "left": [(-1.2, 0), (1, 1.15), (1, -1.15)],
            "right": [(1.2, 0), (-1, 1.15), (-1, -1.15)],
        }
        if marker == "cross":
            self.box(x - size, y - arm, 2 * size, 2 * arm, colour)
            self.box(x - arm, y - size, 2 * arm, 2 * size, colour)
            return
        self.area([(x + size * a, y + size * b) for a, b in shapes[marker]], colour, opacity)

    def text(
        self, x: float, y: float, text: str, size: float = 12, anchor: str = "", colour: str = INK, bold: bool = False
    ) -> None:
        """A line of text; `anchor` is start, middle or end."""
        self._add(
            "text",
            text,
            x=x,
            y=y,
            font_size=size,
            text_anchor=anchor,
            fill=colour,
            font_weight="bold" if bold else None,
        )

    def markup(self) -> Markup:
        """The picture, to stand in a page; a screen reader reads its words."""
        box = f"0 0 {_plain(self.width)} {_plain(self.height)}"
        size = f'width="{_plain(self.width)}" height="{_plain(self.height)}"'
        head = f'<svg viewBox="{box}" {size} role="img" aria-label="{escape(self.words)}">'
        return Markup(head + "".join(_written(*shape) for shape in self.shapes) + "</svg>")


def _written(tag: str, content: str | None, attributes: dict[str, Any]) -> str:
    """A shape as SVG."""
    written = "".join(
        f' {name.replace("_", "-")}="{escape(_plain(value))}"'
        for name, value in attributes.items()
        if value not in (None, "")
    )
    return f"<{tag}{written}/>" if content is None else f"<{tag}{written}>{escape(content)}</{tag}>"


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers that span a range, about so many."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low]
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * lead for lead in (1, 2, 2.5, 5, 10) if power * lead >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def spread(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Heights for labels as near as may be to where they belong, none closer than `gap`, in the same order.

    Labels that would meet stand about their middle; where all together take more room than there is, they are closer.
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    gap = min(gap, (high - low) / max(len(places) - 1, 1))
    groups: list[tuple[float, int]] = []  # where a group's first label would best be, and how many it has
    for index in order:
        groups.append((places[index], 1))
        while len(groups) > 1 and groups[-1][0] < groups[-2][0] + gap * groups[-2][1]:
            (above, few), (here, more) = groups[-2:]
            groups[-2:] = [((above * few + (here - gap * few) * more) / (few + more), few + more)]
    wanted = [first + gap * number for first, count in groups for number in range(count)]
    found = [0.0] * len(places)
    for number, (index, height) in enumerate(zip(order, wanted, strict=True)):
        found[index] = min(max(height, low + gap * number), high - gap * (len(places) - 1 - number))
    return found


def _plain(value: object) -> object:
    return f"{round(value, 2):g}" if isinstance(value, float) else value
