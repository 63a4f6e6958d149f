"""The files of a story."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from caremarket_sim.studies.story.figures import svg_bytes, timeline
from caremarket_sim.studies.story.lines import facts
from caremarket_sim.studies.story.page import story_html
from caremarket_sim.studies.story.result import Story
from caremarket_sim.telling.files import csv_bytes, png_bytes


def story_files(story: Story) -> Iterator[tuple[str, bytes]]:
    """The log, the page and the timelines."""
    yield "events.csv", csv_bytes(story.frame())
    yield "story.html", story_html(story).encode()
    yield "summary.txt", ("\n\n".join(story.summary()) + "\n").encode()
    for person in story.people:
        drawn = timeline(story, person.who)
        name = person.who.split(" ")[-1]
        yield f"{name}.png", png_bytes(drawn)
        yield f"{name}.svg", svg_bytes(drawn)


def story_summary(story: Story, folder: Path) -> dict[str, Any]:
    """What was found as an object for JSON."""
    return {
        "command": "story",
        "results": str(folder),
        "seed": story.seed,
        "future": story.future,
        "client": story.client.number,
        "worker": story.worker.number,
        "sentences": story.summary(),
        "facts": {
            person.who: {name: facts(story, name, person.who) for name in story.names} for person in story.people
        },
    }
