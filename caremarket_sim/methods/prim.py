"""Scenario discovery: boxes of factors inside which an outcome of interest is common, by the patient rule induction
method (PRIM; Friedman and Fisher 1999, in Statistics and Computing 9, sections 8 and 9).

Peeling: of all thin slices at the edges of the box, take away the one after which the outcome is commonest in what is
left; again, until little is left. Pasting: then give back thin slices for as long as that makes the outcome commoner.
Of the boxes on the way the user chooses; here by the best balance of coverage (the share of all cases of interest that
lie in the box) and density (the share of the box's cases that are of interest; Bryant and Lempert 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

PEEL = 0.05
"""Share of the box taken away at a time: small is patient."""

PASTE = 0.05
SMALLEST = 0.05
"""Share of all cases below which a box is not peeled further."""

FEWEST = 6
"""Cases below which it is not peeled either."""

SIGNIFICANCE = 0.05
GOOD = 0.8
"""Balance of coverage and density from which on one start is enough."""

Cases = NDArray[np.bool_]


@dataclass(frozen=True)
class Box:
    """Limits of some columns: (low, high) of numbers, with nan for no limit, and the values allowed of unordered ones.

    `coverage`, `density` and `mass` (share of all cases in the box); `p_values`: for each limited column the chance
    that the box without it would be as dense by luck.
    """

    limits: dict[int, tuple[float, float]]
    allowed: dict[int, tuple[float, ...]]
    coverage: float
    density: float
    mass: float
    p_values: dict[int, float] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns that the box limits."""
        return tuple(sorted({*self.limits, *self.allowed}))

    def holds(self, points: NDArray[np.float64], but: int | None = None) -> Cases:
        """Which points lie in the box; `but`: as if this column were free."""
        inside = np.ones(len(points), bool)
        for column, (low, high) in self.limits.items():
            if column != but:
                inside &= ~(points[:, column] < low) & ~(points[:, column] > high)
        for column, values in self.allowed.items():
            if column != but:
                inside &= np.isin(points[:, column], values)
        return inside


@dataclass(frozen=True)
class Found:
    """A chosen box, and the boxes that peeling and pasting went through, from all cases to the smallest."""

    box: Box
    course: tuple[Box, ...]


def discover(
    points: NDArray[np.float64], interest: Cases, unordered: Sequence[int] = (), most_boxes: int = 3
) -> list[Found]:
    """Boxes in which cases of interest are common, the best first; each next one among the cases outside those before.

    `unordered` columns hold positions of values without an order. Coverage and mass are of all cases.
    """
    found: list[Found] = []
    left = np.ones(len(points), bool)
    overall = float(interest.mean()) if len(interest) else 0.0
    while len(found) < most_boxes and (interest & left).sum() >= FEWEST and 0 < overall < 1:
        one = _one_box(points, interest, left, frozenset(unordered))
        better = one.box.density > max(overall * 1.2, float(interest[left].mean()) * 1.2)
        if not one.box.columns or not better or one.box.coverage < 0.1:
            break
        found.append(one)
        left &= ~one.box.holds(points)
    return found


def _one_box(points: NDArray[np.float64], interest: Cases, left: Cases, unordered: frozenset[int]) -> Found:
    """The best box from all cases; where that is poor, also from each half of each column, and the best of them.

    Peeling is greedy: between two regions of interest it can end up with a piece of both.
    """
    best = _peeled(points, interest, left, unordered, {}, SIGNIFICANCE)
    if best.box.columns and _balance(best.box) >= GOOD:
        return best
    stricter = SIGNIFICANCE / (2 * points.shape[1]) ** 2  # many starts find many boxes by luck
    for column in sorted(set(range(points.shape[1])) - unordered):
        middle = float(np.median(points[left, column]))
        for half in ((np.nan, middle), (middle, np.nan)):
            one = _peeled(points, interest, left, unordered, {column: half}, stricter)
            if one.box.columns and (not best.box.columns or _balance(one.box) > _balance(best.box)):
                best = one
    return best


def _peeled(
    points: NDArray[np.float64],
    interest: Cases,
    left: Cases,
    unordered: frozenset[int],
    limits: dict[int, tuple[float, float]],
    significance: float,
) -> Found:
    """The box that peeling from these limits, and then pasting, leads to."""
    inside = left & Box(limits, {}, 0.0, 0.0, 0.0).holds(points)
    allowed: dict[int, tuple[float, ...]] = {}
    course = [_box(limits, allowed, points, interest, left)]
    smallest = max(FEWEST, SMALLEST * len(points))
    while True:
        step = _best_peel(points, interest, inside, limits, allowed, unordered, smallest)
        if step is None:
            break
        limits, allowed, inside = step
        course.append(_box(limits, allowed, points, interest, left))
        if course[-1].density == 1.0:
            break
    chosen = max(course, key=lambda box: (_balance(box), -len(box.columns)))
    pasted = _paste(chosen, points, interest, left)
    simple = _without_chance(pasted, points, interest, left, significance)
    return Found(simple, tuple(course))


def _balance(box: Box) -> float:
    """Harmonic mean of coverage and density."""
    return 2 * box.coverage * box.density / (box.coverage + box.density) if box.coverage + box.density else 0.0


def _box(limits: dict, allowed: dict, points: NDArray[np.float64], interest: Cases, left: Cases) -> Box:
    bare = Box(dict(limits), dict(allowed), 0.0, 0.0, 0.0)
    inside = bare.holds(points) & left
    hits, cases = int((interest & inside).sum()), int(inside.sum())
    return Box(bare.limits, bare.allowed, hits / max(1, int(interest.sum())), hits / max(1, cases), cases / len(points))


def _best_peel(
    points: NDArray[np.float64],
    interest: Cases,
    inside: Cases,
    limits: dict[int, tuple[float, float]],
    allowed: dict[int, tuple[float, ...]],
    unordered: frozenset[int],
    smallest: float,
) -> tuple[dict[int, tuple[float, float]], dict[int, tuple[float, ...]], Cases] | None:
    """The box after the slice whose going raises the density most for each case lost; None if none can go."""
    before = float(interest[inside].mean())
    best, best_gain = None, 0.0
    for column in range(points.shape[1]):
        values = points[:, column]
        here = values[inside]
        low, high = limits.get(column, (np.nan, np.nan))
        candidates: list[tuple[Cases, dict, dict]] = []
        if column in unordered:
            kept = allowed.get(column, tuple(np.unique(here)))
            for value in kept if len(kept) > 1 else ():
                rest = tuple(one for one in kept if one != value)
                candidates.append((inside & (values != value), limits, {**allowed, column: rest}))
        else:
            bottom, top = _above(here, PEEL), _below(here, PEEL)
            if bottom is not None:
                candidates.append((inside & (values >= bottom), {**limits, column: (bottom, high)}, allowed))
            if top is not None:
                candidates.append((inside & (values <= top), {**limits, column: (low, top)}, allowed))
        for after, new_limits, new_allowed in candidates:
            cases = int(after.sum())
            if cases < smallest or cases == inside.sum():
                continue
            gain = (float(interest[after].mean()) - before) / (int(inside.sum()) - cases)
            if gain > best_gain:
                best, best_gain = (new_limits, new_allowed, after), gain
    return best


def _above(values: NDArray[np.float64], share: float) -> float | None:
    """Where the box begins once the lowest share of the values (with all that tie) is gone."""
    rest = values[values > np.sort(values)[max(0, int(np.ceil(share * len(values))) - 1)]]
    return float(rest.min()) if len(rest) else None


def _below(values: NDArray[np.float64], share: float) -> float | None:
    above = _above(-values, share)
    return None if above is None else -above


def _paste(box: Box, points: NDArray[np.float64], interest: Cases, left: Cases) -> Box:
    """Give back slices outside the box's limits for as long as the balance of coverage and density gets better."""
    while True:
        best = box
        for column, (low, high) in box.limits.items():
            free = box.holds(points, but=column) & left
            values = points[free, column]
            size = max(1, int(PASTE * box.mass * len(points)))
            below, above = np.sort(values[values < low])[::-1][:size], np.sort(values[values > high])[:size]
            for edge, new in ((below, lambda part, high=high: (part[-1], high)),
                              (above, lambda part, low=low: (low, part[-1]))):  # fmt: skip
                for part in (edge, edge[: max(1, len(edge) // 4)]):
                    if len(part):
                        wider = _box({**box.limits, column: new(part)}, box.allowed, points, interest, left)
                        if _balance(wider) > _balance(best):
                            best = wider
        if best is box:
            return box
        box = best


def _without_chance(box: Box, points: NDArray[np.float64], interest: Cases, left: Cases, significance: float) -> Box:
    """The box without the limits that luck explains, the likeliest first, and the others' chances.

    Quasi p-value (Bryant and Lempert 2010): the chance of as many cases of interest in the box, were they as common as
    they are when the limit is taken away.
    """
    from scipy.special import betainc

    while True:
        inside = box.holds(points) & left
        hits, cases = int((interest & inside).sum()), int(inside.sum())
        p_values = {}
        for column in box.columns:
            free = box.holds(points, but=column) & left
            rate = float(interest[free].mean())
            p_values[column] = 1.0 if hits == 0 or rate >= 1.0 else float(betainc(hits, cases - hits + 1, rate))
        worst = max(p_values, key=lambda column: p_values[column], default=None)
        if worst is None or p_values[worst] <= significance:
            return Box(box.limits, box.allowed, box.coverage, box.density, box.mass, p_values)
        limits = {column: limit for column, limit in box.limits.items() if column != worst}
        allowed = {column: values for column, values in box.allowed.items() if column != worst}
        box = _box(limits, allowed, points, interest, left)
