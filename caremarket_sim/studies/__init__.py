"""One folder a study: its plan, its result, its words and its figures, and the command that asks for it.

To add one: a folder with `command.py`, whose `register` adds the command to the application, and a line in STUDIES.
What its result shows itself by is the folder's `display.py`.
"""

STUDIES = (
    "compare",
    "sweep",
    "sensitivity",
    "whatif",
    "explore",
    "stress",
    "calibration",
    "explain",
    "story",
)
"""The studies that have commands, in the order in which help lists them."""
