"""A story as a page and as files: two lives side by side, each through every scenario."""

from __future__ import annotations

import base64

import pandas as pd
from markupsafe import Markup, escape

from caremarket_sim import __version__, markup
from caremarket_sim.settling import code_version
from caremarket_sim.studies.story.figures import course, svg_bytes, timeline
from caremarket_sim.studies.story.lines import facts, paragraph, told
from caremarket_sim.studies.story.result import Person, Story
from caremarket_sim.telling.blocks import (
    Block,
    Cell,
    Columns,
    Data,
    Figure,
    Group,
    Heading,
    Page,
    Points,
    Row,
    Table,
    Text,
)
from caremarket_sim.telling.page import html_page
from caremarket_sim.telling.svg import Drawing

STYLE = "\nimg { width: 100%; max-width: 66rem; height: auto; }\n.pictures { display: block; }\n"
"""Timelines are as wide as the page and stand under each other."""

CAUTION = (
    "These are two people in one simulated future, to see how the model works and what a policy can mean in a life. It "
    "is no evidence of what a policy does: for that, compare many people in many futures (caremarket compare)."
)
LUCK = (
    "The scenarios begin with the same market, so this is the same person in each, with the same luck: every draw "
    "belongs to the person, the week and what it is for. What differs is what came of it, such as who came, "
    "what was paid and whether a place was kept. Luck that meets other circumstances can end otherwise."
)


class Picture(Drawing):
    """A finished SVG, shown as an image of its own so that nothing in it can touch the page; its content in words."""

    def __init__(self, svg: bytes, width: float, height: float, words: str) -> None:
        super().__init__(width, height, words)
        self._svg = svg

    def markup(self) -> Markup:
        """The picture, to stand in a page; a screen reader reads its words."""
        source = "data:image/svg+xml;base64," + base64.b64encode(self._svg).decode()
        size = f'width="{self.width:g}" height="{self.height:g}"'
        return Markup(f'<img src="{source}" {size} alt="{escape(self.words)}">')


def paragraphs(story: Story) -> list[str]:
    """Each life in each scenario in a sentence or two, and how to take them."""
    said = [story.banner] if story.banner else []
    for person in story.people:
        said.append(f"{introduction(person)} {_described(person)}")
        said += [paragraph(story, name, person.who) for name in story.names]
    return [*said, LUCK, CAUTION]


def introduction(person: Person) -> str:
    """Who is followed and why."""
    return f"One {person.who}, number {person.number}: {person.rule}."


def _described(person: Person) -> str:
    return "; ".join(f"{name}: {value}" for name, value in person.facts) + "."


def lives(story: Story) -> list[Page]:
    """What this is, and each of the two lives."""
    client, worker = story.people
    return [
        Page("about", "What this is", "", _about(story)),
        Page("client", "One person who draws on care", "", _life(story, client)),
        Page("worker", "One care worker", "", _life(story, worker)),
    ]


def story_html(story: Story) -> str:
    """The whole story as one HTML file that needs no network."""
    pages = [*lives(story), Page("how", "How it was made", "", _how(story))]
    place = story.scenarios[0].place.name
    title = f"Two lives in {place}'s homecare market"
    subtitle = "; ".join(f"{one.name}: {one.title}" for one in story.scenarios)
    return html_page(title, subtitle, pages, first="the story", parts="Parts of this page", style=STYLE)


def story_table_html(story: Story) -> str:
    """Two lives for a notebook: in words, and in numbers side by side."""
    parts = [markup.sentences("Two lives", paragraphs(story))]
    for person in story.people:
        by_scenario = [facts(story, name, person.who) for name in story.names]
        rows = [(measure, *(found[measure] for found in by_scenario)) for measure in by_scenario[0]]
        parts.append(markup.table(f"{person.who} {person.number}", ("measure", *story.names), rows))
    return "".join(parts)


def _about(story: Story) -> list[Block]:
    return [
        *([Text(story.banner, "warning")] if story.banner else []),
        Text(CAUTION, "note"),
        Text(LUCK),
        Text(
            "Nobody here exists: both people are made up by the model, with attributes that are typical of the place."
        ),
    ]


def _life(story: Story, person: Person) -> list[Block]:
    """One life: who it is, the timeline, numbers side by side, and what happened in each scenario."""
    by_scenario = {name: facts(story, name, person.who) for name in story.names}
    measures = list(next(iter(by_scenario.values())))
    rows = [Row(Cell(one), [Cell(by_scenario[name][one]) for name in story.names]) for one in measures]
    numbers = pd.DataFrame(
        [
            {"scenario": name, "measure": one, "value": by_scenario[name][one]}
            for name in story.names
            for one in measures
        ]
    )
    short = person.who.split(" ")[-1]
    drawn = timeline(story, person.who)
    width, height = (float(side) * 72 for side in drawn.get_size_inches())
    words = f"Timeline of {person.who} {person.number}. " + " ".join(
        paragraph(story, name, person.who) for name in story.names
    )
    events = [
        Columns([Points([one.words for one in told(story, name, person.who)] or ["Nothing changed."], name)])
        for name in story.names
    ]
    return [
        Text(introduction(person)),
        Points([f"{name}: {value}" for name, value in person.facts]),
        *(Text(paragraph(story, name, person.who)) for name in story.names),
        Figure(
            [Picture(svg_bytes(drawn), width, height, words)],
            "How each week was, the scenarios one above the other.",
            Data(f"weeks-{short}", _weeks(story, person.who)),
        ),
        Table(
            f"The {person.who}'s life in numbers, side by side",
            ["Measure", *story.names],
            [Group("", rows)],
            "Counted from the log of events.",
            Data(f"numbers-{short}", numbers),
            stacks=True,
        ),
        Heading("What happened, in order"),
        Columns([part.columns[0] for part in events]),
    ]


def _weeks(story: Story, who: str) -> pd.DataFrame:
    """The courses that the timeline draws, a row a scenario and week."""
    parts = []
    for name in story.names:
        found = course(story, name, who).drop(columns=["situation"], errors="ignore").reset_index()
        parts.append(found.assign(scenario=name).set_index("scenario").reset_index())
    return pd.concat(parts, ignore_index=True)


def _how(story: Story) -> list[Block]:
    weeks = story.scenarios[0].weeks
    points = [
        f"{one.name}: {one.title} ({one.path}); {weeks} weeks from {one.start}; key {one.key[:16]}"
        for one in story.scenarios
    ]
    return [
        Points(points, "Scenarios"),
        Text(
            f"Seed {story.seed}: the first of the futures that caremarket compare simulates with it, with the seed "
            f"{story.future} of its own. Version {__version__}, code {code_version()[:16]}. The same command gives the "
            "same page."
        ),
        Text(
            "Everything told here is in events.csv beside this page: a row an event, with its week, the process of the "
            "model that made it, and how every week was. Late visits are an expected number. Dates are Mondays, when "
            "weeks begin; a year has 52 weeks, so dates drift from the calendar by a day or so a year."
        ),
    ]
