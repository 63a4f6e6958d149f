"""What stands where on the page."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from htmltools import HTML, Tag, head_content, tags
from shiny import ui

from caremarket_sim.app.folders import places
from caremarket_sim.app.growing import FUTURES
from caremarket_sim.app.levers import grouped_levers
from caremarket_sim.scenario.questions import questions

MOST_POLICIES = 4
TITLE = "Commissioning homecare"
CAVEAT = (
    "It explores the consequences of stated assumptions; it is no forecast. Everything is computed on this machine, "
    "and nothing leaves it."
)


def page(yours: Path | None) -> Tag:
    """The whole page: what one chooses and moves on the left, what comes of it on the right."""
    css = (files("caremarket_sim.telling") / "templates" / "report.css").read_text(encoding="utf-8")
    own = files("caremarket_sim.app")
    css += (own / "app.css").read_text(encoding="utf-8")
    return ui.page_fluid(
        head_content(
            tags.meta(name="viewport", content="width=device-width, initial-scale=1"),
            tags.link(rel="icon", href="data:,"),
            tags.style(HTML(css)),
            tags.script(HTML((own / "app.js").read_text(encoding="utf-8"))),
        ),
        tags.a("Skip to what comes of it", href="#found", class_="skip"),
        tags.header(tags.h1(TITLE), tags.p(CAVEAT)),
        tags.div(ui.output_text("status"), class_="status", role="status", aria_live="polite"),
        tags.div(
            tags.div(_choose(yours), _move(), class_="panel", role="region", aria_label="What is compared"),
            tags.main(_found(), id="found", tabindex="-1"),
            class_="page",
        ),
        title=TITLE,
        lang="en-GB",
    )


def _choose(yours: Path | None) -> Tag:
    known = places(yours)
    asks = {"": "No common question", **{name: one.asks for name, one in questions().items()}}
    return tags.section(
        tags.h2("Choose"),
        ui.input_select("place", "Council", {name: name for name in known}, selected=known[0]),
        ui.output_ui("place_note"),
        ui.input_select("question", "A common question", asks, selected=""),
        ui.input_select("start", "A policy starts from", {}),
        ui.input_action_button("add", "Add this policy"),
        ui.input_action_button("remove", "Remove the policy shown"),
        ui.input_select("reference", "All are held against", {}),
        ui.input_numeric("futures", "Simulated futures", FUTURES, min=2, max=200, step=1, update_on="blur"),
        ui.input_action_button("simulate", "Simulate", class_="btn-primary"),
        ui.input_action_button("stop", "Stop"),
    )


def _move() -> Tag:
    return tags.section(
        tags.h2("Move levers"),
        ui.input_select("editing", "Policy shown", {}),
        ui.output_ui("titled"),
        ui.input_select("day", "What is moved holds from", {}),
        tags.div(ui.output_ui("never"), role="status"),
        ui.output_ui("draft"),
        ui.input_action_button("undo", "Undo the last move"),
        *(
            tags.details(tags.summary(head), ui.output_ui(f"group_{number}"))
            for number, head in enumerate(grouped_levers())
        ),
    )


def _found() -> Tag:
    return tags.div(
        tags.h2("What comes of it"),
        ui.navset_tab(
            ui.nav_panel("The answer", ui.output_ui("estimates"), ui.output_ui("answer")),
            ui.nav_panel("Over time", ui.output_ui("time")),
            ui.nav_panel("Who pays", ui.output_ui("payers")),
            ui.nav_panel("Who gains", ui.output_ui("equity")),
            ui.nav_panel(
                "Two lives",
                tags.p("One person who draws on care and one care worker, the same two in every policy."),
                ui.input_action_button("tell_story", "Tell their story"),
                ui.output_ui("story"),
            ),
            ui.nav_panel(
                "The market moving",
                tags.p("One future of the policy shown, zone by zone, week by week."),
                ui.input_action_button("watch", "Watch it"),
                ui.input_action_button("play", "Play or pause"),
                ui.input_numeric("week", "Week", 1, min=1, max=520, step=1, update_on="blur"),
                ui.output_ui("market"),
            ),
            ui.nav_panel(
                "Keep",
                tags.h3("What was put together"),
                ui.output_ui("kept"),
                tags.h3("What came of it"),
                ui.output_ui("found_files"),
            ),
            id="shown",
        ),
    )
