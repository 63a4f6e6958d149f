"""A drawing as PNG, for documents that cannot hold SVG: the same shapes, painted by matplotlib."""

from __future__ import annotations

import io

from caremarket_sim.telling.svg import Drawing

DOTS = 220
"""An inch, which a drawing has 96 of its units of."""
_ANCHORS = {"middle": "center", "end": "right"}


def painted(drawing: Drawing) -> bytes:
    """The picture as PNG, with nothing in it of when or where it was painted."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle, Polygon, Rectangle

    figure = Figure(figsize=(drawing.width / 96, drawing.height / 96))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, drawing.width)
    axes.set_ylim(drawing.height, 0)
    axes.axis("off")
    for order, (tag, text, at) in enumerate(drawing.shapes):
        face, edge = at.get("fill") or "none", at.get("stroke") or "none"
        look = {"facecolor": face, "edgecolor": edge, "alpha": at.get("fill_opacity") or 1.0, "zorder": order}
        stroke = {"color": edge, "linewidth": (at.get("stroke_width") or 1) * 0.75, "zorder": order}
        if at.get("stroke_dasharray"):
            stroke["linestyle"] = (0, [float(length) * 0.75 for length in at["stroke_dasharray"].split()])
        if tag == "line":
            axes.plot([at["x1"], at["x2"]], [at["y1"], at["y2"]], **stroke)
        elif tag == "polyline":
            axes.plot(*zip(*_points(at["points"]), strict=True), **stroke)
        elif tag == "polygon":
            axes.add_patch(Polygon(_points(at["points"]), closed=True, linewidth=0.75, **look))
        elif tag == "rect":
            axes.add_patch(Rectangle((at["x"], at["y"]), at["width"], at["height"], linewidth=0.75, **look))
        elif tag == "circle":
            axes.add_patch(Circle((at["cx"], at["cy"]), at["r"], linewidth=0, **look))
        else:
            axes.text(
                at["x"], at["y"], (text or "").replace("$", r"\$"), fontsize=at["font_size"] * 0.72, color=face,
                ha=_ANCHORS.get(at["text_anchor"], "left"), va="baseline",
                fontweight=at.get("font_weight") or "normal", zorder=order,
            )  # fmt: skip
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DOTS, metadata={"Software": "caremarket-sim"})
    return file.getvalue()


def _points(text: str) -> list[tuple[float, float]]:
    """Points as SVG writes them."""
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]
