"""The page as an application: each visit is served by itself."""

from __future__ import annotations

from pathlib import Path

from shiny import App, Inputs, Outputs, Session

from caremarket_sim.app.choosing import serve_draft, serve_places, serve_policies
from caremarket_sim.app.keeping import serve_files, serve_results
from caremarket_sim.app.moving import serve_levers
from caremarket_sim.app.page import page
from caremarket_sim.app.seeing import serve_found, serve_market, serve_simulation, serve_story
from caremarket_sim.app.visit import Visit

SERVED = (
    serve_places,
    serve_policies,
    serve_draft,
    serve_levers,
    serve_simulation,
    serve_found,
    serve_market,
    serve_story,
    serve_files,
    serve_results,
)


def make_app(workspace: Path, yours: Path | None = None, workers: int | None = None) -> App:
    """The page: visits write into the workspace; `yours` is a folder to begin from, `workers` as `compare` takes it."""

    def server(inputs: Inputs, outputs: Outputs, session: Session) -> None:
        visit = Visit(inputs, session, workspace, yours, workers)
        for serve in SERVED:
            serve(visit)
        session.on_ended(visit.leave)

    return App(page(yours), server)
