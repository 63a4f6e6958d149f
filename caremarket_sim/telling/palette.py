"""One palette for all that is drawn: scenarios are told apart by marker, dashes and name; colour only helps."""

INK, PALE = "#1b1b1b", "#9a9a9a"
COLOURS = (INK, "#0b5394", "#a33c00", "#00614a", "#76367a", "#6b5000", "#a3154f", "#33606e")
"""Of the scenarios in order; all stand out on white in grey as well."""

ACCENT = COLOURS[1]
DASHES = ((), (7, 3), (2, 2.5), (8, 2, 2, 2), (4, 1.5, 1.5, 1.5), (12, 4), (1, 1.5), (5, 1.5))
"""Lengths of dash and gap, in turn; none for a line without gaps."""

MARKERS = ("circle", "square", "triangle", "diamond", "down", "cross", "left", "right")


def style_of(position: int) -> tuple[str, str, str]:
    """Colour, dashes as SVG writes them, and marker of the n-th scenario."""
    at = position % len(COLOURS)
    return COLOURS[at], " ".join(f"{length:g}" for length in DASHES[at]), MARKERS[at]
