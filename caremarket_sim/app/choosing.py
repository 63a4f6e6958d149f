"""Choosing: the place, what policies start from, and which stand side by side."""

from __future__ import annotations

import json
from datetime import date

from htmltools import HTML, Tag, tags
from shiny import reactive, render

from caremarket_sim.app import folders
from caremarket_sim.app.drafts import Differs, Draft
from caremarket_sim.app.lines import time_line
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
        visit.leave()
        visit.growing.set(None)
        visit.watched.set(None)
        visit.story.set(None)
        visit.before.clear()
        visit.drafted({})
        visit.target.set(target)
        visit.say("")
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
    """Policies are added and removed, and moves are taken back."""

    @reactive.effect
    @reactive.event(visit.input.add)
    def _added() -> None:
        drafts, target = visit.drafts(), visit.target()
        if target is None or not visit.input.start():
            return
        if len(drafts) >= MOST_POLICIES:
            return visit.say(f"{MOST_POLICIES} policies are the most that stand side by side: remove one first.")
        start = visit.input.start()
        draft = Draft(folders.new_name(target), load(target / start).title, start, {})
        visit.change({**drafts, draft.name: draft}, draft.name)

    @reactive.effect
    @reactive.event(visit.input.remove)
    def _removed() -> None:
        if visit.shown() is not None:
            visit.change({name: one for name, one in visit.drafts().items() if name != visit.input.editing()})

    @reactive.effect
    @reactive.event(visit.input.undo)
    def _undone() -> None:
        if not visit.before:
            return visit.say("There is nothing to undo.")
        visit.leave()
        visit.drafted(visit.before.pop(), visit.input.editing())
        visit.show_anew()

    @reactive.effect
    @reactive.event(visit.input.back)
    def _taken_back() -> None:
        draft, (day, key) = visit.shown(), visit.input.back()
        move = date.fromisoformat(day), key
        if draft is not None and move in draft.moves:
            visit.change({**visit.drafts(), draft.name: draft.without(*move)}, draft.name)
            visit.show_anew()


def serve_draft(visit: Visit) -> None:
    """The policy shown is told in words, with its line of time, and what of it cannot take effect."""

    @render.ui
    def draft() -> Tag | None:
        draft = visit.shown()
        if draft is None:
            return tags.p("Add a policy first; then its levers can be moved.", class_="told")
        try:
            reading = visit.read(draft)
        except CaremarketError as error:
            return tags.div(HTML(warning_html(str(error))))
        drawn = time_line(reading.scenario, date.fromisoformat(visit.input.day())) if visit.input.day() else None
        return tags.div(
            tags.h3("Line of time"),
            HTML(drawn) if drawn else None,
            tags.ul(*(tags.li(said) for said in reading.effect or ["No change of policy."])),
            tags.h3(f"Moved, against {draft.start}"),
            tags.ul(*([_listed(one) for one in reading.differs] or [tags.li("Nothing.")]), class_="moves"),
            class_="told",
        )

    @render.ui
    def never() -> Tag | None:
        draft = visit.shown()
        try:
            said = visit.read(draft).never if draft else ()
        except CaremarketError:
            return None  # what is wrong is said where the policy is shown
        return tags.div(*(HTML(warning_html(f"Cannot take effect: {one}")) for one in said))


def _listed(one: Differs) -> Tag:
    """A difference from the start, and where a move makes it, a button that takes it back."""
    if one.move is None:
        return tags.li(one.words)
    day, key = one.move
    back = f"Shiny.setInputValue('back', {json.dumps([day.isoformat(), key])}, {{priority: 'event'}})"
    said = f"Take back {key} from {day_in_words(day)}"
    button = tags.button("Take back", type="button", class_="btn btn-default", onclick=back, aria_label=said)
    return tags.li(one.words, button)
