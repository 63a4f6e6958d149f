"""The pages put together into one file: every text escaped, nothing fetched from anywhere."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from caremarket_sim import __version__
from caremarket_sim.reporting.report.audiences import audience_pages
from caremarket_sim.reporting.report.blocks import Data, Page, all_data
from caremarket_sim.reporting.report.decision import decision_page
from caremarket_sim.reporting.report.equal_budgets import equal_budget_pages
from caremarket_sim.reporting.report.equity import equity_page
from caremarket_sim.reporting.report.finance import finance_page
from caremarket_sim.reporting.report.results import Results
from caremarket_sim.reporting.report.settings import Settings
from caremarket_sim.reporting.report.social_value import social_value_page
from caremarket_sim.reporting.report.trust import assumptions_page, run_page, validation_page


def report_html(results: Results, settings: Settings) -> tuple[str, list[Data]]:
    """The whole report as one HTML file, and the tables of numbers behind its charts."""
    pages = pages_of(results, settings)
    title = f"Commissioning homecare in {results.place['name']}: {len(results.names)} ways compared"
    html = (
        _environment()
        .get_template("report.html.j2")
        .render(
            title=title,
            subtitle="; ".join(f"{name}: {results.title(name)}" for name in results.names),
            pages=pages,
            footer=f"Made by caremarket-sim {__version__}, an open agent-based model. It explores the consequences of "
            "stated assumptions; it is no forecast.",
        )
    )
    return html, all_data(pages)


def pages_of(results: Results, settings: Settings) -> list[Page]:
    """Every page, in the order they are read."""
    return [
        decision_page(results),
        finance_page(results, settings),
        *equal_budget_pages(results),
        *audience_pages(results, settings),
        equity_page(results, settings),
        social_value_page(results),
        assumptions_page(results),
        validation_page(results),
        run_page(results),
    ]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("caremarket_sim.reporting.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
