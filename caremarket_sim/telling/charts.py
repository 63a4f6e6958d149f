"""The report's charts: narrow enough for a telephone, labelled at what they show, and each also said in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from caremarket_sim.telling.palette import INK, style_of
from caremarket_sim.telling.svg import Drawing, shortened, spread, ticks, told_apart

WIDTH = 340.0
GREY, PALE = "#595959", "#dedede"


@dataclass(frozen=True, slots=True)
class Effect:
    """One scenario's difference in one indicator: numbers to place it by and the words that are shown for it."""

    scenario: str
    position: int
    difference: float
    low: float
    high: float
    shown: str
    verdict: str
    beside: Mapping[str, float] = field(default_factory=dict)
    """The difference in other periods, by what they are called: at most two, drawn as a stroke and a small triangle."""


@dataclass(frozen=True, slots=True)
class EffectRow:
    """An indicator and its effects; `sign` is -1 where lower is better, so that right is better in the picture."""

    label: str
    smallest: float
    sign: float
    effects: Sequence[Effect]


def effects(title: str, rows: Sequence[EffectRow], reference: str) -> Drawing:
    """Differences with their intervals, an indicator a band; each has its own scale, and right is always better."""
    each, head, foot = 40.0, 36.0, 12.0
    height = sum(head + each * len(row.effects) + foot for row in rows) + 4
    words = f"{title}: differences from {reference}. " + " ".join(
        f"{row.label}: " + "; ".join(f"{e.scenario} {e.shown}, {e.verdict}" for e in row.effects) + "." for row in rows
    )
    drawing = Drawing(WIDTH, height, words)
    top, left, right = 0.0, 8.0, WIDTH - 8.0
    middle = (left + right) / 2
    for row in rows:
        numbers = [number for e in row.effects for number in (e.low, e.high, e.difference, *e.beside.values())]
        known = [abs(number) for number in numbers if math.isfinite(number)]
        reach = max([*known, row.smallest]) * 1.05

        def place(value: float, row: EffectRow = row, reach: float = reach) -> float:
            return middle + row.sign * value / reach * (right - left) / 2

        drawing.text(left, top + 14, row.label, 13, bold=True)
        drawing.text(left, top + 29, "← worse", 11, colour=GREY)
        drawing.text(right, top + 29, "better →", 11, "end", GREY)
        below, above = sorted((place(-row.smallest), place(row.smallest)))
        names = told_apart([effect.scenario for effect in row.effects], 18)
        for number, effect in enumerate(row.effects):
            colour, _, marker = style_of(effect.position)
            y = top + head + each * number
            drawing.box(below, y + 22, above - below, 14, PALE)
            drawing.line(middle, y + 21, middle, y + 37)
            drawing.text(left, y + 13, f"{names[effect.scenario]}: {effect.shown}", 12, colour=colour)
            if math.isfinite(effect.low) and math.isfinite(effect.high):
                drawing.line(place(effect.low), y + 29, place(effect.high), y + 29, colour, 2.5)
            if math.isfinite(effect.difference):
                drawing.mark(place(effect.difference), y + 29, marker, colour, 5)
            for period, value in effect.beside.items():
                if not math.isfinite(value):
                    continue
                if period.startswith("all"):
                    drawing.line(place(value), y + 23, place(value), y + 35, colour, 1.6)
                else:
                    drawing.mark(place(value), y + 22, "down", colour, 3)
        top += head + each * len(row.effects) + foot
    return drawing


@dataclass(frozen=True, slots=True)
class Line:
    """A named line through points (x, y), with a band where low and high are known."""

    name: str
    position: int
    points: Sequence[tuple[float, float]]
    band: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """What lines are drawn on: `from_zero`, nought is on the vertical axis; `least`, what that spans at least, so that
    little does not look like much; what lies before `grey_until` is grey; `events` are marked on the horizontal axis,
    where and of which scenario by its position."""

    from_zero: bool = False
    least: float = 0.0
    grey_until: float | None = None
    events: Sequence[tuple[float, int]] = ()


def course(
    title: str,
    lines: Sequence[Line],
    names_of_x: Mapping[float, str],
    shown: Callable[[float], str],
    words: str,
    *,
    x_title: str = "",
    ground: Ground = Ground(),
) -> Drawing:
    """Lines with their names at their ends; `names_of_x` labels places on the horizontal axis."""
    top, bottom, left, right, height = 30.0, 192.0, 58.0, WIDTH - 104.0, 222.0
    drawing = Drawing(WIDTH, height, words)
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points] + [y for line in lines for pair in line.band for y in pair]
    ys = [y for y in ys if math.isfinite(y)] or [0.0, 1.0]
    low, high = (min(0.0, *ys) if ground.from_zero else min(ys)), max(ys)
    short = max(ground.least - (high - low), 0.0) / 2
    floor = 0.0 if low >= 0.0 else -math.inf
    low, high = max(low - short, floor), high + short
    margin = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    low, high = (low if low == 0 else low - margin), high + margin
    first, last = min(xs), max(xs)

    def across(x: float) -> float:
        return left + (x - first) / ((last - first) or 1) * (right - left)

    def up(y: float) -> float:
        return bottom - (y - low) / (high - low) * (bottom - top)

    drawing.text(4, 15, title, 13, bold=True)
    grey_until = ground.grey_until
    if grey_until is not None and grey_until > first:
        drawing.box(left, top, across(min(grey_until, last)) - left, bottom - top, "#efefef")
    for tick in ticks(low, high):
        drawing.line(left, up(tick), right, up(tick), PALE)
        drawing.text(left - 5, up(tick) + 4, shown(tick), 11, "end", GREY)
    for x, name in names_of_x.items():
        drawing.text(across(x), bottom + 15, name, 10.5, "middle", GREY)
    if x_title:
        drawing.text((left + right) / 2, height - 2, x_title, 11, "middle", GREY)
    for line in lines:
        colour, dash, marker = style_of(line.position)
        pairs = [(x, low, high) for (x, _), (low, high) in zip(line.points, line.band, strict=False)]
        if pairs and all(math.isfinite(low + high) for _, low, high in pairs):
            edge = [(across(x), up(high)) for x, _, high in pairs]
            drawing.area(edge + [(across(x), up(low)) for x, low, _ in reversed(pairs)], colour, 0.13)
        known = [(across(x), up(y)) for x, y in line.points if math.isfinite(y)]
        drawing.path(known, colour, 1.8, dash)
        for x, y in known if len(known) <= 8 else known[:: max(1, len(known) // 5)]:
            drawing.mark(x, y, marker, colour, 3.2)
    for number, (x, position) in enumerate(ground.events):
        beside = max(across(x) + 7 * (number % 3 - 1), left + 5)
        drawing.mark(beside, bottom - 5, "down", style_of(position)[0], 4)
    names = told_apart([line.name for line in lines], 15)
    ends = [next((up(y) for _, y in reversed(line.points) if math.isfinite(y)), bottom) for line in lines]
    for line, end, height_of in zip(lines, ends, spread(ends, 14, top, bottom), strict=True):
        colour, _, _ = style_of(line.position)
        drawing.line(right + 2, end, right + 8, height_of, colour, 0.7)
        drawing.text(right + 10, height_of + 4, names[line.name], 11.5, colour=colour)
    return drawing


@dataclass(frozen=True, slots=True)
class Cloud:
    """One scenario's paired points on the incremental plane."""

    name: str
    position: int
    points: Sequence[tuple[float, float]]


def plane(clouds: Sequence[Cloud], words: str, x_title: str, y_title: str, reference: str) -> Drawing:
    """Every paired point of gain (across) and extra cost (up); the cross of lines is the reference."""
    top, bottom, left, right, height = 34.0, 268.0, 52.0, WIDTH - 12.0, 306.0
    drawing = Drawing(WIDTH, height, words)
    xs = [0.0] + [x for cloud in clouds for x, _ in cloud.points]
    ys = [0.0] + [y for cloud in clouds for _, y in cloud.points]
    (x_low, x_high), (y_low, y_high) = (_widened(min(v), max(v)) for v in (xs, ys))

    def across(x: float) -> float:
        return left + (x - x_low) / (x_high - x_low) * (right - left)

    def up(y: float) -> float:
        return bottom - (y - y_low) / (y_high - y_low) * (bottom - top)

    drawing.text(4, 14, y_title, 11.5, bold=True)
    drawing.text((left + right) / 2, height - 4, x_title, 11.5, "middle", bold=True)
    for tick in ticks(y_low, y_high):
        drawing.line(left, up(tick), right, up(tick), PALE)
        drawing.text(left - 5, up(tick) + 4, f"{tick:g}", 11, "end", GREY)
    for tick in ticks(x_low, x_high):
        drawing.text(across(tick), bottom + 16, f"{tick:g}", 11, "middle", GREY)
    drawing.line(left, up(0), right, up(0), INK)
    drawing.line(across(0), top, across(0), bottom, INK)
    drawing.text(right, top + 11, "more gain, dearer", 10.5, "end", GREY)
    drawing.text(right, bottom - 4, "more gain, cheaper", 10.5, "end", GREY)
    drawing.text(left + 4, top + 11, "less gain, dearer", 10.5, colour=GREY)
    drawing.text(left + 4, bottom - 4, "less gain, cheaper", 10.5, colour=GREY)
    names = told_apart([cloud.name for cloud in clouds], 20)
    middles = []
    for cloud in clouds:
        colour, _, marker = style_of(cloud.position)
        for x, y in cloud.points:
            drawing.mark(across(x), up(y), marker, colour, 3, 0.6)
        mean = [sum(values) / len(values) for values in zip(*cloud.points, strict=True)]
        middles.append((across(mean[0]), up(mean[1])))
    heights = spread([y - 12 for _, y in middles], 14, top + 24, bottom - 18)
    for cloud, (x, _), y in zip(clouds, middles, heights, strict=True):
        colour, _, _ = style_of(cloud.position)
        anchor = "end" if x > (left + right) / 2 else "start"
        drawing.text(x, y, names[cloud.name], 12, anchor, colour, bold=True)
    drawing.text(across(0) + 4, up(0) - 4, shortened(reference, 20), 11, colour=GREY)
    return drawing


def _widened(low: float, high: float) -> tuple[float, float]:
    margin = (high - low) * 0.12 or 1.0
    return low - margin, high + margin
