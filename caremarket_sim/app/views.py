"""What the page shows of a comparison: the report's own pages, made of what is known by now."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from caremarket_sim.app.watching import Watched
from caremarket_sim.findings.frames import headlines
from caremarket_sim.report.decision import decision_page
from caremarket_sim.report.effects import course_figure
from caremarket_sim.report.equity import equity_page, tile_places
from caremarket_sim.report.finance import payer_table
from caremarket_sim.report.settings import Settings
from caremarket_sim.scenario.timing import day_in_words, monday_of
from caremarket_sim.studies.compare.display import results_of
from caremarket_sim.studies.compare.result import Comparison
from caremarket_sim.studies.story.page import lives
from caremarket_sim.studies.story.result import Story
from caremarket_sim.telling.blocks import Figure, Heading, Text
from caremarket_sim.telling.maps import Tile, tile_map
from caremarket_sim.telling.page import blocks_html

VIEWS = ("answer", "time", "payers", "equity")


def views_of(known: Comparison) -> dict[str, Markup]:
    """Each of VIEWS as HTML, every text escaped."""
    results = results_of(known)
    ids = [indicator.id for indicator in headlines()]
    return {
        "answer": blocks_html(decision_page(results).blocks),
        "time": blocks_html([course_figure(results, ids, "headlines")]),
        "payers": blocks_html([payer_table(results)]),
        "equity": blocks_html(equity_page(results, Settings()).blocks),
    }


def week_html(watched: Watched, week: int) -> Markup:
    """The market of one week on a map: people who wait, care workers and providers in each zone."""
    zones = watched.scenario.place.zones
    places = tile_places(list(zones))
    drawings = []
    for title, counts, better in (
        ("People waiting", watched.waiting, -1.0),
        ("Care workers", watched.staff, 1.0),
        ("Providers' offices", watched.providers, 1.0),
    ):
        moved = counts[week] - counts[0]
        largest = max(1.0, float(np.abs(counts - counts[0]).max()))
        tiles = [
            Tile(str(zone["name"]), row, column, f"{counts[week, z]}", better * float(moved[z]) / largest)
            for z, (zone, (row, column)) in enumerate(zip(zones, places, strict=True))
        ]
        said = "; ".join(f"{tile.name} {tile.shown}" for tile in tiles)
        drawings.append(tile_map(f"{title}: {counts[week].sum():,}", tiles, f"{title}: {said}."))
    day = day_in_words(monday_of(week, watched.scenario.start))
    caption = (
        f"Week {week + 1}, from {day}: one simulated future of {watched.scenario.name}. Blue: better than in week 1; "
        "orange: worse. Counts in each zone; one future is one course that chance could take."
    )
    return blocks_html([Figure(drawings, caption)])


def story_html(told: Story) -> Markup:
    """One person's and one care worker's story, as the study's own page tells it."""
    return Markup("").join(blocks_html([Heading(page.title), *page.blocks]) for page in lives(told))


def warning_html(sentence: str) -> Markup:
    """A sentence that must not be overlooked."""
    return blocks_html([Text(sentence, "warning")])
