"""Moving levers: each in an input of its own, and what is moved goes into the policy shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from htmltools import Tag, tags
from shiny import reactive, render, ui

from caremarket_sim.app import levers
from caremarket_sim.app.drafts import value_at
from caremarket_sim.app.visit import Visit
from caremarket_sim.errors import CaremarketError
from caremarket_sim.policy.levers import Lever


def serve_levers(visit: Visit) -> None:
    """Levers and title are shown as they are in the policy shown, and what is moved goes into it."""

    @reactive.effect
    @reactive.event(visit.input.editing, visit.input.day)
    def _another() -> None:
        visit.show_anew()

    for number, group in enumerate(levers.grouped_levers().values()):
        _show(visit, f"group_{number}", group)
        for lever in group:
            _listen(visit, lever)

    @render.ui
    def titled() -> Tag | None:
        id_ = f"title_{visit.showing()}"
        with reactive.isolate():
            draft = visit.shown()
        if draft is None:
            return None
        visit.held[id_] = draft.title
        return ui.input_text(id_, "Its title", draft.title, update_on="blur")

    @reactive.effect
    def _retitled() -> None:
        id_ = f"title_{visit.showing()}"
        title = " ".join(visit.input[id_]().split())
        with reactive.isolate():
            draft = visit.shown()
            if draft is None or not title or title == visit.held.get(id_):
                return
            visit.held[id_] = title
            drafts = visit.drafts()
            visit.change({**drafts, draft.name: replace(draft, title=title)}, draft.name)


def _show(visit: Visit, output: str, group: Sequence[Lever]) -> None:
    """Levers of a group as they are in the policy shown, on the day chosen."""

    @visit.session.output(id=output, suspend_when_hidden=False)  # a fold that opens is not noticed
    @render.ui
    def shown() -> Tag | None:
        showing = visit.showing()
        with reactive.isolate():
            draft, day = visit.shown(), visit.input.day()
            if draft is None or not day:
                return tags.p("Add a policy first.")
            try:
                scenario = visit.read(draft).scenario
            except CaremarketError:
                return None  # what is wrong is said where the policy is shown
        values = [(lever, value_at(scenario, date.fromisoformat(day), lever.key)) for lever in group]
        for lever, value in values:
            visit.held |= levers.as_given(lever, value, showing)
        return tags.div(*(levers.lever_input(lever, value, showing) for lever, value in values))


def _listen(visit: Visit, lever: Lever) -> None:
    @reactive.effect
    def _moved() -> None:
        ids = levers.input_ids(lever, visit.showing())
        given = {id_: visit.input[id_]() for id_ in ids}
        with reactive.isolate():
            draft = visit.shown()
            if draft is None or all(visit.held.get(id_) == value for id_, value in given.items()):
                return
            visit.held |= given
            try:
                value = levers.value_of(lever, list(given.values()))
            except CaremarketError as error:
                return visit.say(str(error))
            visit.say("")
            day = date.fromisoformat(visit.input.day())
            before = draft.without(day, lever.key)
            unmoved = value_at(visit.read(before).scenario, day, lever.key) == value
            moved = before if unmoved else draft.moved(day, lever.key, value)
            visit.change({**visit.drafts(), draft.name: moved}, draft.name)
