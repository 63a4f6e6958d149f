"""Maps of zones: squares near where they lie, or their own outlines; values are written in, and shade only helps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from caremarket_sim.telling.charts import WIDTH
from caremarket_sim.telling.svg import Drawing, shortened


@dataclass(frozen=True, slots=True)
class Tile:
    """A zone on the map: its square on the grid, its value and the value in words; `tint` is +1 better to -1 worse.

    `mark` stands after the value; `sign` says in one letter whether it is better or worse by enough to matter.
    """

    name: str
    row: int
    column: int
    shown: str
    tint: float
    mark: str = ""
    sign: str = ""


NAMED = 6
"""Squares in a row whose names can be read; in more, zones have numbers."""
LETTER, BOLD = 0.58, 0.68
"""How wide a letter and a bold figure are, of their height."""


def _fitting(text: str, width: float, most: float) -> float:
    """The size at which bold figures fit a width, at most so large."""
    return min(most, width / (max(len(text), 1) * BOLD))


def _numbered(tiles: Sequence[Tile]) -> dict[str, int]:
    """Zones numbered as one reads, from the north-west; none where their names can be read."""
    if max(tile.column for tile in tiles) < NAMED:
        return {}
    ordered = sorted(tiles, key=lambda tile: (tile.row, tile.column))
    return {tile.name: number for number, tile in enumerate(ordered, start=1)}


def tile_key(tiles: Sequence[Tile]) -> str:
    """What the numbers on a map of squares stand for; nothing where it has names."""
    return "".join(f"{';' if number > 1 else ':'} {number} {name}" for name, number in _numbered(tiles).items())


def tile_map(title: str, tiles: Sequence[Tile], words: str) -> Drawing:
    """A square a zone, about where it lies; the value is written in it, and shade only helps."""
    columns = max(tile.column for tile in tiles) + 1
    rows = max(tile.row for tile in tiles) + 1
    side = (WIDTH - 4) / columns
    tall = max(34.0, side * 0.72) if columns > 1 else 60.0
    numbers = _numbered(tiles)
    drawing = Drawing(WIDTH, 26 + rows * tall, words)
    drawing.text(4, 15, title, 13, bold=True)
    for tile in tiles:
        x, y = 2 + tile.column * side, 22 + tile.row * tall
        drawing.box(x + 1, y + 1, side - 2, tall - 2, tint(tile.tint), "#8a8a8a")
        name = str(numbers[tile.name]) if numbers else shortened(tile.name, max(4, int((side - 6) / (10 * LETTER))))
        value = f"{tile.shown}{tile.mark}"
        drawing.text(x + side / 2, y + tall / 2 - 3, name, 10, "middle")
        drawing.text(x + side / 2, y + tall / 2 + 11, value, _fitting(value, side - 4, 11.5), "middle", bold=True)
    return drawing


def outline_map(title: str, shapes: Sequence[tuple[Tile, list[list[tuple[float, float]]]]], words: str) -> Drawing:
    """Zones in their own outlines (rings of longitude and latitude), tinted as the tiles are.

    The value is written where it fits into the zone and over no other; elsewhere only whether it is better or worse.
    """
    points = [point for _, rings in shapes for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = min((WIDTH - 8) / ((east - west) * squeeze or 1), 420 / ((north - south) or 1))
    drawing = Drawing(WIDTH, 30 + (north - south) * scale, words)
    drawing.text(4, 15, title, 13, bold=True)

    def at(x: float, y: float) -> tuple[float, float]:
        return 4 + (x - west) * squeeze * scale, 24 + (north - y) * scale

    drawn = [(tile, [[at(x, y) for x, y in ring] for ring in rings]) for tile, rings in shapes]
    for tile, rings in drawn:
        for ring in rings:
            drawing.area(ring, tint(tile.tint), 1, "#595959")
    for tile, rings in drawn:
        largest = max(rings, key=lambda ring: abs(_area(ring)))
        x, y = _middle(largest)
        value = f"{tile.shown}{tile.mark}"
        fits = min(_across(largest, y + up) for up in (3, -4)) >= len(value) * 10 * BOLD
        drawing.text(x, y + 4, value if fits else tile.sign, 10, "middle", bold=True)
    return drawing


def _area(ring: Sequence[tuple[float, float]]) -> float:
    """Twice the area of a ring, with a sign for which way round it goes."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))


def _middle(ring: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The middle of the longest stretch inside a ring at the height of its centre."""
    y = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))
    height = y / (3 * (_area(ring) or 1.0)) if _area(ring) else ring[0][1]
    return _stretch(ring, height)[0], height


def _across(ring: Sequence[tuple[float, float]], y: float) -> float:
    """How long the longest stretch inside a ring is at a height."""
    return _stretch(ring, y)[1]


def _stretch(ring: Sequence[tuple[float, float]], y: float) -> tuple[float, float]:
    """Middle and length of the longest stretch inside a ring at a height; a corner of it where there is none."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    crossed = sorted(a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) for a, b in pairs if (a[1] > y) != (b[1] > y))
    parts = [((a + b) / 2, b - a) for a, b in zip(crossed[::2], crossed[1::2], strict=True)]
    return max(parts, key=lambda part: part[1], default=(ring[0][0], 0.0))


def tint(value: float) -> str:
    """White for none, blue for better, orange for worse; never so dark that black text is hard to read on it."""
    value = max(-1.0, min(1.0, value)) if math.isfinite(value) else 0.0
    full = (139, 184, 232) if value >= 0 else (240, 178, 122)
    red, green, blue = (round(255 + (end - 255) * abs(value)) for end in full)
    return f"#{red:02x}{green:02x}{blue:02x}"
