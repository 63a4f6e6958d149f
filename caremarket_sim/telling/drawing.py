"""How every figure is drawn: in one style, from one palette, readable without colour.

Matplotlib is imported only when something is drawn.
"""

from __future__ import annotations

import io
from functools import cache
from textwrap import fill
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

from caremarket_sim.telling.palette import DASHES
from caremarket_sim.telling.palette import MARKERS as MARKS

LINES = tuple((0, dashes) if dashes else "solid" for dashes in DASHES)
"""The palette's dashes as matplotlib takes them."""

_LETTERS = {
    "circle": "o", "square": "s", "triangle": "^", "diamond": "D", "down": "v", "cross": "P", "left": "<", "right": ">",
}  # fmt: skip
MARKERS = tuple(_LETTERS[marker] for marker in MARKS)
"""The palette's markers as matplotlib calls them."""

STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
}


def warned(drawn: Figure, banner: str | None) -> Figure:
    """The figure with a warning under its title, if there is one."""
    if banner:
        drawn.suptitle(f"{drawn.get_suptitle()}\n{fill(banner, 110)}", x=0.01, ha="left", fontsize=8, fontweight="bold")
    return drawn


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of so many inches, which a notebook shows by itself."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    drawn = _shown_figure()(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(drawn)
    return drawn


@cache
def _shown_figure() -> type[Figure]:
    """The kind of figure that a notebook shows by itself, though nobody has loaded pyplot."""
    from matplotlib.figure import Figure

    class ShownFigure(Figure):
        def _repr_png_(self) -> bytes:
            file = io.BytesIO()
            self.savefig(file, format="png", dpi=100)
            return file.getvalue()

    return ShownFigure
