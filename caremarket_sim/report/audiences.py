"""A page for each who must be convinced: scrutiny, provider, care worker, citizen, health partner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caremarket_sim.findings import economics
from caremarket_sim.methods.statistics import CLEAR
from caremarket_sim.report.effects import course_figure, effect_table
from caremarket_sim.report.equity import group_table
from caremarket_sim.report.results import Results
from caremarket_sim.report.settings import Settings
from caremarket_sim.telling.blocks import Block, Cell, Data, Group, Heading, Page, Points, Row, Table, Text
from caremarket_sim.telling.words import clauses


@dataclass(frozen=True, slots=True)
class Audience:
    """A reader, the indicators that answer their questions, those drawn through time, and what to ask next."""

    id: str
    title: str
    reader: str
    opening: str
    indicators: Sequence[str]
    drawn: Sequence[str]
    asks: Sequence[str]


AUDIENCES = (
    Audience(
        "scrutiny",
        "Scrutiny",
        "The scrutiny committee",
        "Is the market more or less likely to let people down, and who would notice first?",
        (
            "people_waiting", "undelivered_share", "unmet_share", "people_displaced", "people_transferred",
            "hand_backs", "closures", "closure_rate", "largest_share", "concentration", "provider_count",
            "contracted_providers", "good_rating_share", "care_home_moves", "package_share",
            "surplus_distributed", "trust", "practice",
        ),
        ("people_waiting", "hand_backs", "closures"),
        (
            "Early warnings to watch, in the order in which they move in the model: providers' margins and vacancies, "
            "then packages handed back and hours not delivered, then people waiting and providers closing.",
            "Which verdicts rest on an assumption that nobody has measured? See “Assumptions”.",
            "Who is served worse although the average is better? See “Who gains: equity”.",
            "What would the council do if its largest provider failed? Compare the same policy with the shocks levers "
            "set and without.",
        ),
    ),
    Audience(
        "provider",
        "Providers",
        "A provider of homecare",
        "Would the work pay, would the hours be sure, and would there be people to do it?",
        (
            "median_margin", "provider_surplus", "surplus_distributed", "national_insurance", "idle_pay",
            "inspections", "fee", "cost_per_hour", "closures",
            "hand_backs", "vacancy_rate", "turnover", "headcount", "agency_hours_share", "travel_share",
            "private_providers", "contracted_providers", "trust", "hours_delivered",
        ),
        ("median_margin", "vacancy_rate", "fee"),
        (
            "What share of hours is guaranteed, and for how long? “What each policy sets” lists the terms.",
            "Who carries travel, gaps and sickness: the fee, the firm or the worker?",
        ),
    ),
    Audience(
        "worker",
        "Care workers",
        "A care worker",
        "What is an hour on duty paid, how sure are next week's hours, and who is still there after a year?",
        (
            "effective_pay", "zero_hours_share", "guaranteed_hours", "hours_volatility", "bad_weeks_share",
            "income_spread", "cancelled_hours", "turnover",
            "still_in_post_12_months", "jobs_over_a_year", "above_real_living_wage", "strain", "travel_share",
            "training_days", "turnover_gap", "workers_net_pay",
        ),
        ("effective_pay", "zero_hours_share", "turnover"),
        ("Pay for an hour on duty counts contact, travel and gaps: a higher rate for contact may be less.",),
    ),
    Audience(
        "citizen",
        "People who draw on care",
        "A citizen, a family, an unpaid carer",
        "Who comes, do they come on time, do they stay long enough, and does anybody wait for nobody?",
        (
            "quality_of_life", "continuity", "carers_per_fortnight", "late_share", "missed_share", "experience",
            "package_fit", "people_waiting", "days_waiting", "lonely_share", "connection", "satisfied_share",
            "people_displaced", "people_transferred", "care_home_moves", "informal_hours", "unpaid_strain",
            "unpaid_breakdowns", "unpaid_quality", "client_contributions", "self_funder_spend",
        ),
        ("quality_of_life", "continuity", "lonely_share"),
        ("A tender moves people to another provider once; continuity counts what comes after.",),
    ),
    Audience(
        "health",
        "Health partner",
        "The hospital, the integrated care board",
        "Does anybody stay in hospital for want of homecare, and does homecare keep people out of it?",
        (
            "delayed_nights", "days_waiting", "admissions", "nhs_cost", "delayed_nights_cost", "people_waiting",
            "undelivered_share", "unmet_share", "people_in_reablement", "care_home_moves", "qalys",
        ),
        ("delayed_nights", "admissions", "nhs_cost"),
        ("NHS cost is admissions and delayed nights of people with a package or waiting for one, no more.",),
    ),
)  # fmt: skip
"""Pages in the order of the report."""
PLAIN = "Under each verdict the difference and its 95% interval; the CSV has every period and how often it is better."


def audience_pages(results: Results, settings: Settings) -> list[Page]:
    """A page for each reader."""
    return [audience_page(results, settings, audience) for audience in AUDIENCES]


def indicator_pages(results: Results) -> list[Page]:
    """The readers' tables on a page of their own, where so many policies are compared that sentences stand for them."""
    if results.are_few:
        return []
    blocks: list[Block] = [_table(results, audience) for audience in AUDIENCES]
    return [Page("indicators", "Every reader’s indicators", "Whoever wants the numbers", blocks, annex=True)]


def _table(results: Results, audience: Audience) -> Table:
    caption = f"{audience.title}: differences from {results.reference}, {results.periods.words}"
    return effect_table(results, audience.indicators, caption, audience.id, PLAIN, brief=True)


def _sentences(results: Results, audience: Audience) -> list[Block]:
    """What clearly moves for a reader, a sentence a policy."""
    said = []
    for name in results.others:
        rows = results.differences(name).loc[list(audience.indicators)].reset_index()
        said.append(f"{name}: {clauses(rows[rows.verdict.isin(CLEAR)]) or 'nothing clear that matters'}.")
    against = f"Against {results.reference}, {results.periods.words}"
    return [Points(said, against), Text("By how much, with intervals: annex “Every reader’s indicators”.", "tablenote")]


def audience_page(results: Results, settings: Settings, audience: Audience) -> Page:
    """One reader's page."""
    blocks: list[Block] = [
        Text(audience.opening),
        *([_table(results, audience)] if results.are_few else _sentences(results, audience)),
        course_figure(results, audience.drawn, f"{audience.id}_courses"),
    ]
    if audience.id == "provider":
        blocks += _where_the_hour_goes(results)
    if audience.id == "worker":
        blocks += [
            Heading("Zero-hours and guaranteed hours apart"),
            group_table(results, "contract", "bad_weeks_share", settings),
        ]
    blocks.append(Points(audience.asks, "To ask"))
    return Page(audience.id, audience.title, audience.reader, blocks)


def _where_the_hour_goes(results: Results) -> list[Block]:
    """What providers take in for a delivered hour, and what becomes of it, mean over futures."""
    values = economics.wide(results.tables["overall"])
    hours = values["hours_delivered"] * 52.0
    ladder = {
        "Paid by the council": {"care_spend": 1},
        "Paid by self-funders": {"self_funder_spend": 1},
        "less staff: pay, on-costs, mileage": {"staff_costs": -1},
        "less overhead, hiring, training, agency": {"other_provider_costs": -1},
        "less returned to the council": {"returned_to_council": -1},
    }
    rows, sums = [], dict.fromkeys(results.names, 0)
    table = []
    for label, parts in ladder.items():
        an_hour = (economics.summed(values, parts) / hours).groupby("scenario", sort=False).mean()
        cells = []
        for name in results.names:
            pence = int(np.rint(an_hour[name] * 100))
            sums[name] += pence
            cells.append(Cell(f"{pence / 100:+,.2f}"))
            table.append({"scenario": name, "line": label, "pounds_an_hour": float(an_hour[name])})
        rows.append(Row(Cell(label), cells))
    rows.append(Row(Cell("Surplus"), [Cell(f"{sums[name] / 100:+,.2f}") for name in results.names], strong=True))
    return [
        Heading("Where an hour's price goes"),
        Table(
            "All providers together, £ a delivered hour",
            ["£ an hour", *results.names],
            [Group("", rows)],
            "Means over futures, council and self-funded hours together; the surplus is the sum of what is shown.",
            Data("provider_hour", pd.DataFrame(table)),
        ),
    ]
