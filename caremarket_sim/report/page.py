"""The pages of the report, in the order they are read."""

from __future__ import annotations

from caremarket_sim.report.audiences import audience_pages, indicator_pages
from caremarket_sim.report.decision import decision_page
from caremarket_sim.report.equal_budgets import equal_budget_pages, placebo_pages
from caremarket_sim.report.equity import equity_page, groups_page
from caremarket_sim.report.finance import budget_page, finance_page
from caremarket_sim.report.results import Results
from caremarket_sim.report.settings import Settings
from caremarket_sim.report.social_value import social_value_page
from caremarket_sim.report.standing import standing_pages
from caremarket_sim.report.trust import assumptions_page, run_page, validation_page
from caremarket_sim.telling.blocks import Data, Page, all_data
from caremarket_sim.telling.page import html_page


def report_html(results: Results, settings: Settings) -> tuple[str, list[Data]]:
    """The whole report as one HTML file, and the tables of numbers behind its charts."""
    pages = pages_of(results, settings)
    title = f"Commissioning homecare in {results.place['name']}: {len(results.names)} ways compared"
    subtitle = "; ".join(f"{name}: {results.title(name)}" for name in results.names)
    html = html_page(title, subtitle, pages, first="the decision", parts="Pages of this report")
    return html, all_data(pages)


def pages_of(results: Results, settings: Settings) -> list[Page]:
    """Every page, in the order they are read."""
    return [
        decision_page(results),
        *standing_pages(results),
        finance_page(results, settings),
        *placebo_pages(results),
        *equal_budget_pages(results),
        *audience_pages(results, settings),
        equity_page(results, settings),
        social_value_page(results),
        budget_page(results),
        *indicator_pages(results),
        groups_page(results, settings),
        assumptions_page(results),
        validation_page(results),
        run_page(results),
    ]
