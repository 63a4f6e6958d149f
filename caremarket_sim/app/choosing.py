"""Choosing: the place, what policies start from, and which stand side by side."""

from __future__ import annotations

from htmltools import HTML, Tag, tags
from shiny import reactive, render

from caremarket_sim.app import folders
from caremarket_sim.app.drafts import Draft
from caremarket_sim.app.page import MOST_POLICIES
from caremarket_sim.app.views import warning_html
from caremarket_sim.app.visit import BASELINE, Visit
from caremarket_sim.errors import CaremarketError
from caremarket_sim.scenario import load
from caremarket_sim.scenario.questions import questions
from caremarket_sim.scenario.timing import day_in_words


def serve_places(visit: Visit) -> None:
    """The place is chosen, and common questions are put beside it."""

    @reactive.effect
    @reactive.event(visit.input.place)
    def _chosen() -> None:
        try:
            target = folders.place_folder(visit.input.place(), visit.folder, visit.yours)
        except CaremarketError as error:
            return visit.say(str(error))
        visit.target.set(target)
        visit.before.clear()
        visit.drafted({})
        visit.offer(target)

    @reactive.effect
    @reactive.event(visit.input.question, ignore_init=True)
    def _asked() -> None:
        name, target = visit.input.question(), visit.target()
        if not name or target is None:
            return
        try:
            folders.ask([name], target)
        except CaremarketError as error:
            return visit.say(str(error))
        visit.offer(target, questions()[name].file)

    @render.ui
    def place_note() -> Tag | None:
        target = visit.target()
        if target is None:
            return None
        place = load(target / BASELINE).place
        return tags.p(f"{place.name}: {len(place.zones)} zones, from {day_in_words(place.start)}.", class_="about")


def serve_policies(visit: Visit) -> None:
    """Policies are added, removed and undone, and the one shown is told in words."""

    @reactive.effect
    @reactive.event(visit.input.add)
    def _added() -> None:
        drafts, target = visit.drafts(), visit.target()
        if target is None or not visit.input.start():
            return
        if len(drafts) >= MOST_POLICIES:
            return visit.say(f"{MOST_POLICIES} policies are the most that stand side by side: remove one first.")
        number = next(n for n in range(1, MOST_POLICIES + 2) if f"policy-{n}" not in drafts)
        start = visit.input.start()
        draft = Draft(f"policy-{number}", load(target / start).title, start, {})
        visit.change({**drafts, draft.name: draft}, draft.name)

    @reactive.effect
    @reactive.event(visit.input.remove)
    def _removed() -> None:
        if visit.shown() is not None:
            visit.change({name: one for name, one in visit.drafts().items() if name != visit.input.editing()})

    @reactive.effect
    @reactive.event(visit.input.undo)
    def _undone() -> None:
        if visit.before:
            visit.drafted(visit.before.pop(), visit.input.editing())
            visit.show_anew()

    @render.ui
    def draft() -> Tag | None:
        draft = visit.shown()
        if draft is None:
            return tags.p("Add a policy first; then its levers can be moved.", class_="told")
        try:
            reading = visit.read(draft)
        except CaremarketError as error:
            return tags.div(HTML(warning_html(str(error))))
        return tags.div(
            *(HTML(warning_html(f"Cannot take effect: {said}")) for said in reading.never),
            tags.h3("Line of time"),
            tags.ul(*(tags.li(said) for said in reading.effect or ["No change of policy."])),
            tags.h3(f"Moved, against {draft.start}"),
            tags.ul(*(tags.li(said) for said in reading.differs or ["Nothing."]), class_="moves"),
            class_="told",
        )
