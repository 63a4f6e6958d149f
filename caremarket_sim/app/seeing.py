"""Seeing what comes of it: the comparison as it grows, the market moving, two lives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from htmltools import HTML
from shiny import reactive, render, ui

from caremarket_sim.app.estimates import estimates_html
from caremarket_sim.app.growing import FUTURES, Growing
from caremarket_sim.app.views import VIEWS, story_html, week_html
from caremarket_sim.app.visit import BASELINE, BASELINE_NAME, LOOK, Visit
from caremarket_sim.app.watching import watch
from caremarket_sim.errors import CaremarketError
from caremarket_sim.scenario import load

OUT_OF_DATE = "That is of the policies as they were; simulate them as they are now."


def serve_simulation(visit: Visit) -> None:
    """The comparison is begun and stopped."""

    @reactive.effect
    @reactive.event(visit.input.simulate)
    def _begun() -> None:
        drafts, target = visit.drafts(), visit.target()
        if target is None or not drafts:
            return visit.say("Add a policy first.")
        visit.leave()
        try:
            readings = [visit.read(draft) for draft in drafts.values()]
            baseline = load(target / BASELINE)
        except CaremarketError as error:
            return visit.say(str(error))
        scenarios = [reading.scenario for reading in readings]
        inputs = [*(reading.path for reading in readings), target / BASELINE]
        visit.say("")
        count = sum(1 for _ in target.glob("results-*")) + 1
        growing = Growing(
            [*scenarios, baseline], inputs, visit.input.reference() or BASELINE_NAME, target / f"results-{count}",
            max(2, int(visit.input.futures() or FUTURES)), visit.workers, texts=visit.texts,
        )  # fmt: skip
        growing.start()
        visit.growing.set(growing)

    @reactive.effect
    @reactive.event(visit.input.stop)
    def _stopped() -> None:
        visit.leave()


def serve_found(visit: Visit) -> None:
    """How far the comparison is, and what is known of it by now, are shown as it grows."""

    @render.text
    def status() -> str:
        growing = visit.looked()
        if visit.told() or growing is None:
            return visit.told() or "Add a policy, move its levers, and simulate."
        return growing.status if growing.texts == visit.texts else f"{growing.status} {OUT_OF_DATE}"

    def offer(name: str) -> None:
        @visit.session.output(id=name)
        @render.ui
        def view() -> HTML | None:
            growing = visit.looked()
            return HTML(growing.views[name]) if growing and growing.views else None

    for name in VIEWS:
        offer(name)

    @render.ui
    def estimates() -> HTML | None:
        """What is expected of the policies as they are, until futures of these are simulated."""
        growing, drafts, target = visit.looked(), visit.drafts(), visit.target()
        if not drafts or target is None or (growing and growing.views and growing.texts == visit.texts):
            return None
        try:
            policies = {name: visit.read(draft).scenario for name, draft in drafts.items()}
        except CaremarketError:
            return None  # what is wrong is said where the policy is shown
        reference = policies.pop(visit.input.reference() or BASELINE_NAME, None) or load(target / BASELINE)
        return HTML(estimates_html(list(policies.values()), reference))


async def apart(work: Callable[[], Any]) -> Any:
    """What takes seconds, beside the page, which goes on answering."""
    return await asyncio.get_running_loop().run_in_executor(None, work)


def serve_market(visit: Visit) -> None:
    """One future of the policy shown is watched week by week."""

    @reactive.effect
    @reactive.event(visit.input.watch)
    async def _watched() -> None:
        draft = visit.shown()
        try:
            scenario = visit.read(draft).scenario if draft else load((visit.target() or Path()) / BASELINE)
            visit.watched.set(await apart(lambda: watch(scenario)))
        except CaremarketError as error:
            visit.say(str(error))

    @reactive.effect
    @reactive.event(visit.input.play)
    def _played() -> None:
        visit.playing.set(not visit.playing())

    @reactive.effect
    def _on() -> None:
        watched = visit.watched()
        if not visit.playing() or watched is None:
            return
        with reactive.isolate():
            week = int(visit.input.week() or 1)
        if week >= watched.scenario.weeks:
            visit.playing.set(False)
            return
        ui.update_numeric("week", value=week + 1)
        reactive.invalidate_later(LOOK)

    @render.ui
    def market() -> HTML | None:
        watched = visit.watched()
        if watched is None:
            return None
        week = min(max(1, int(visit.input.week() or 1)), watched.scenario.weeks)
        return HTML(week_html(watched, week - 1))


def serve_story(visit: Visit) -> None:
    """One person's life and one care worker's are told through every policy."""

    @reactive.effect
    @reactive.event(visit.input.tell_story)
    async def _told() -> None:
        from caremarket_sim.studies.story.study import story as tell

        try:
            scenarios = [visit.read(draft).scenario for draft in visit.drafts().values()]
            if not scenarios:
                return visit.say("Add a policy first.")
            visit.story.set(HTML(await apart(lambda: story_html(tell(*scenarios)))))
        except CaremarketError as error:
            visit.say(str(error))

    @render.ui
    def story() -> HTML | None:
        return visit.story()
