"""What is measured (ODD 10): each indicator once, with unit, direction, audience, definition and the smallest
difference that matters, and the outcome of one simulated scenario.

An indicator is a formula on sums over a period of weeks, so the same formula gives a week, a year and the whole.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .market.record import CLIENT_SUMS, COUNCIL_INCOME, COUNCIL_LINES, LINES, STAFF_SUMS
from .mechanisms import recording


@dataclass(frozen=True)
class Indicator:
    """One quantity that is reported.

    `better` is higher, lower or neither; `smallest` is the smallest difference that matters, in the unit, by judgement.
    """

    id: str
    label: str
    unit: str
    family: str
    better: str
    smallest: float
    audience: str
    definition: str
    headline: bool = False
    weekly: bool = False
    broken_down: bool = False


@dataclass(frozen=True)
class Outcome:
    """What one scenario came to for one seed.

    `weekly` is weeks × WEEKLY, `yearly` years × INDICATORS, `overall` one value an indicator for all weeks, `stages`
    STAGES × INDICATORS, nan where there is no such stage; `breakdowns` and `counts` are (years + 1) × groups ×
    BROKEN_DOWN, the last entry for the whole period, with nan where a group is empty and the people or care workers
    (on average over the period) behind each cell.
    """

    weekly: np.ndarray
    yearly: np.ndarray
    overall: np.ndarray
    stages: np.ndarray
    breakdowns: np.ndarray
    counts: np.ndarray


INDICATORS: dict[str, Indicator] = {}
_FORMULAS: dict[str, Callable] = {}


def _indicator(id, label, unit, family, better, smallest, audience, definition, formula, **flags):
    INDICATORS[id] = Indicator(id, label, unit, family, better, smallest, audience, definition, **flags)
    _FORMULAS[id] = formula


def _over(top, bottom):
    return lambda r: r[top] / _some(r[bottom])


def _some(values):
    """The values, nan where there is nothing to divide by."""
    return np.where(values > 0.0, values, np.nan)


def _mean(name):
    return lambda r: r[name] / r["weeks"]


def _a_year(*names):
    return lambda r: sum(r[name] for name in names) / r["weeks"] * 52.0


def _council_spend(r):
    return sum(r[name] for name in COUNCIL_LINES) - sum(r[name] for name in COUNCIL_INCOME)


def _commissioning(r):
    care = ("fees", "block_unused", "retainers", "outcome_payments", "panel_wages")
    return sum(r[name] for name in COUNCIL_LINES if name not in care)


HEADLINE = {"headline": True, "weekly": True}
CITIZEN, FINANCE, WORKER, SCRUTINY, PROVIDER, HEALTH = (
    "citizen",
    "finance director",
    "care worker",
    "scrutiny committee",
    "provider",
    "health partner",
)

# Outcomes for people who draw on care
_indicator(
    "quality_of_life", "Quality of life", "ASCOT points", "outcomes", "higher", 0.005, CITIZEN,
    "Mean gain in social care related quality of life over no care, of everybody with a package or waiting for one.",
    _over("quality", "people"), **HEADLINE, broken_down=True,
)  # fmt: skip
_indicator(
    "continuity", "Continuity of care", "share", "outcomes", "higher", 0.02, CITIZEN,
    "Share of visits by care workers whom the person knows, weighted by how well.",
    _over("continuity", "receiving"), **HEADLINE, broken_down=True,
)  # fmt: skip
_indicator(
    "people_waiting", "People waiting for care at home", "people", "outcomes", "lower", 5.0, SCRUTINY,
    "People at home with an assessed package and no provider, on average over the period.",
    _mean("waiting"), **HEADLINE,
)  # fmt: skip
_indicator(
    "experience", "Experience of care", "0 to 1", "outcomes", "higher", 0.01, CITIZEN,
    "Continuity, reliability, length of visit, skill and fit of the package to the person, weighted.",
    _over("experience", "receiving"), weekly=True, broken_down=True,
)  # fmt: skip
_indicator(
    "qalys", "ASCOT-QALYs a year", "QALYs a year", "outcomes", "higher", 5.0, FINANCE,
    "Quality of life summed over everybody with a package or waiting for one.",
    lambda r: r["quality"] / r["weeks"],
)  # fmt: skip
_indicator(
    "satisfied_share", "People very or extremely satisfied", "share", "outcomes", "higher", 0.02, CITIZEN,
    "Share who would say so in the yearly survey: a noisy reading of experience.",
    _over("satisfied", "surveys"),
)  # fmt: skip
_indicator(
    "carers_per_fortnight", "Different carers in a fortnight", "care workers", "outcomes", "lower", 0.3, CITIZEN,
    "Different people who came in this week and the last.",
    _over("carers_fortnight", "receiving"), weekly=True, broken_down=True,
)  # fmt: skip
_indicator(
    "undelivered_share", "Hours not delivered", "share", "outcomes", "lower", 0.002, SCRUTINY,
    "Hours due to people with a provider that nobody delivered, over hours due.",
    lambda r: 1.0 - r["delivered"] / _some(r["due"]), weekly=True, broken_down=True,
)  # fmt: skip
_indicator(
    "late_share", "Visits over 30 minutes late", "share", "outcomes", "lower", 0.01, CITIZEN,
    "Late visits over visits due.", _over("late", "visits_due"), weekly=True, broken_down=True,
)  # fmt: skip
_indicator(
    "missed_share", "Visits missed", "share", "outcomes", "lower", 0.002, CITIZEN,
    "Missed visits over visits due.", _over("missed", "visits_due"),
)  # fmt: skip
_indicator(
    "days_waiting", "Days waited for a provider", "days a package", "outcomes", "lower", 1.0, HEALTH,
    "Days spent waiting at home over packages that found a provider.",
    lambda r: 7.0 * r["waiting"] / np.maximum(r["n_placed"], 1.0),
)  # fmt: skip
_indicator(
    "lonely_share", "People who are lonely", "share", "outcomes", "lower", 0.01, CITIZEN,
    "Share of people whose social connection is below the line for loneliness.",
    _over("lonely", "people"), broken_down=True,
)  # fmt: skip
_indicator(
    "connection", "Social connection", "0 to 1", "outcomes", "higher", 0.01, CITIZEN,
    "Mean social connection.", _over("connection", "people"),
)  # fmt: skip
_indicator(
    "package_fit", "Fit of packages", "0 to 1", "outcomes", "higher", 0.02, CITIZEN,
    "How well packages fit the people who receive them.", _over("package_fit", "receiving"),
)  # fmt: skip
_indicator(
    "admissions", "Hospital admissions", "a person a year", "outcomes", "lower", 0.01, HEALTH,
    "Emergency admissions a year for each person with a package or waiting for one.",
    lambda r: r["n_admissions"] / r["people"] * 52.0, broken_down=True,
)  # fmt: skip
_indicator(
    "delayed_nights", "Delayed nights in hospital", "nights a year", "outcomes", "lower", 100.0, HEALTH,
    "Nights spent in hospital by people fit to leave it, waiting for homecare.",
    _a_year("n_delayed_nights"),
)  # fmt: skip
_indicator(
    "care_home_moves", "Moves to a care home", "people a year", "outcomes", "lower", 3.0, SCRUTINY,
    "People with a package or waiting for one who move to a care home.", _a_year("n_care_home_moves"),
)  # fmt: skip
_indicator(
    "people_receiving", "People receiving care", "people", "outcomes", "neither", 10.0, SCRUTINY,
    "People receiving care at home, council-funded and self-funding.", _mean("receiving"), weekly=True,
)  # fmt: skip
_indicator(
    "hours_per_client", "Hours a council client", "hours a week", "outcomes", "neither", 0.2, FINANCE,
    "Hours commissioned a week for each council client receiving care.", _over("hours_council", "receiving_council"),
)  # fmt: skip
_indicator(
    "hours_delivered", "Hours delivered", "hours a week", "outcomes", "higher", 100.0, SCRUTINY,
    "Hours of care delivered a week.", _mean("delivered"), weekly=True,
)  # fmt: skip
_indicator(
    "informal_hours", "Unpaid carers' hours", "hours a year", "outcomes", "lower", 1000.0, CITIZEN,
    "Hours that unpaid carers give where care is missed or waited for.", _a_year("n_informal_hours"),
)  # fmt: skip

# Costs
_indicator(
    "council_spend", "Council spend", "£ a year", "costs", "lower", 100_000.0, FINANCE,
    "All that the council pays for homecare and its commissioning, less client contributions and money returned.",
    lambda r: _council_spend(r) / r["weeks"] * 52.0, **HEADLINE,
)  # fmt: skip
_indicator(
    "cost_per_hour", "Cost of a delivered council hour", "£ an hour", "costs", "lower", 0.2, FINANCE,
    "All that the council and its clients pay over council-funded hours delivered.",
    lambda r: (_council_spend(r) + r["contributions"]) / _some(r["delivered_council"]), **HEADLINE,
)  # fmt: skip
_indicator(
    "nhs_cost", "NHS cost", "£ a year", "costs", "lower", 50_000.0, HEALTH,
    "Emergency admissions and delayed nights of people with a package or waiting for one.",
    _a_year("hospital_admissions", "hospital_nights"), **HEADLINE,
)  # fmt: skip
_indicator(
    "cost_per_client", "Council cost a client", "£ a week", "costs", "lower", 3.0, FINANCE,
    "Council spend over council clients receiving care.", lambda r: _council_spend(r) / _some(r["receiving_council"]),
)  # fmt: skip
_indicator(
    "care_spend", "Council spend on care", "£ a year", "costs", "neither", 100_000.0, FINANCE,
    "Fees, block hours unused, retainers, outcome payments and the panel's additions to pay.",
    _a_year("fees", "block_unused", "retainers", "outcome_payments", "panel_wages"),
)  # fmt: skip
_indicator(
    "commissioning_spend", "Council spend on commissioning", "£ a year", "costs", "neither", 25_000.0, FINANCE,
    "Brokerage, monitoring, procurement, stewardship, forums, co-design, connectors, front door and the like.",
    lambda r: _commissioning(r) / r["weeks"] * 52.0,
)  # fmt: skip
_indicator(
    "brokerage_spend", "Brokerage", "£ a year", "costs", "lower", 5_000.0, FINANCE,
    "Cost of finding providers for packages.", _a_year("brokerage"),
)  # fmt: skip
_indicator(
    "monitoring_spend", "Monitoring", "£ a year", "costs", "lower", 5_000.0, FINANCE,
    "Cost of checking packages and books.", _a_year("monitoring"),
)  # fmt: skip
_indicator(
    "procurement_spend", "Procurement", "£ a year", "costs", "lower", 5_000.0, FINANCE,
    "Cost of tenders, bids and transfers.", _a_year("procurement"),
)  # fmt: skip
_indicator(
    "stewardship_spend", "Stewardship, forums and community", "£ a year", "costs", "neither", 5_000.0, FINANCE,
    "Stewardship, forums, co-design, panel, network, connectors, front door, reablement, co-operative support.",
    _a_year(
        "stewardship", "forums", "codesign", "panel", "network", "connectors", "front_door", "reablement",
        "coop_support",
    ),
)  # fmt: skip
_indicator(
    "block_hours_unused_spend", "Hours paid and not used", "£ a year", "costs", "lower", 20_000.0, FINANCE,
    "Guaranteed hours paid for and not used, and places kept during hospital stays.",
    _a_year("block_unused", "retainers"),
)  # fmt: skip
_indicator(
    "client_contributions", "Client contributions", "£ a year", "costs", "neither", 20_000.0, FINANCE,
    "What council clients pay towards their care.", _a_year("contributions"),
)  # fmt: skip
_indicator(
    "fee", "Council fee", "£ an hour", "costs", "neither", 0.2, FINANCE,
    "Mean fee, weighted by council hours.", _mean("fee"), weekly=True,
)  # fmt: skip
_indicator(
    "treasury_net", "Treasury receipts", "£ a year", "costs", "higher", 50_000.0, FINANCE,
    "Tax, National Insurance and benefits saved on care workers' pay.", _a_year("employer_charges", "income_tax"),
)  # fmt: skip
_indicator(
    "self_funder_spend", "Self-funders' spend", "£ a year", "costs", "lower", 50_000.0, CITIZEN,
    "What people who fund themselves pay for homecare.", _a_year("self_funded"),
)  # fmt: skip
_indicator(
    "package_share", "Package time bought", "share", "costs", "higher", 0.01, SCRUTINY,
    "Share of assessed time that the council buys, after cuts to keep within budget.", _mean("package_share"),
)  # fmt: skip
_indicator(
    "fees_paid", "Fees paid", "£ a year", "costs", "neither", 100_000.0, FINANCE,
    "Fees for hours of care, by the contract's payment basis.", _a_year("fees"),
)  # fmt: skip
_indicator(
    "outcome_payments", "Outcome payments", "£ a year", "costs", "neither", 20_000.0, FINANCE,
    "The part of the fee that is paid by measured outcomes.", _a_year("outcome_payments"),
)  # fmt: skip
_indicator(
    "returned_to_council", "Money returned by providers", "£ a year", "costs", "neither", 20_000.0, FINANCE,
    "Surplus above a contract's norm, and penalties for social value promised and not realised.",
    _a_year("returned", "penalties"),
)  # fmt: skip
_indicator(
    "delayed_nights_cost", "NHS cost of delayed nights", "£ a year", "costs", "lower", 20_000.0, HEALTH,
    "Nights in hospital of people fit to leave it, waiting for homecare.", _a_year("hospital_nights"),
)  # fmt: skip
_indicator(
    "staff_costs", "Providers' cost of staff", "£ a year", "costs", "neither", 100_000.0, PROVIDER,
    "Wages, sick and holiday pay, mileage and office cover, with the employer's charges on them.",
    _a_year("wage_bill", "sick_pay", "holiday_pay", "mileage", "office_cover", "employer_charges"),
)  # fmt: skip
_indicator(
    "other_provider_costs", "Providers' other costs", "£ a year", "costs", "neither", 50_000.0, PROVIDER,
    "Agency staff, overhead, recruitment and training.",
    _a_year("agency_staff", "overhead", "recruitment", "training"),
)  # fmt: skip
_indicator(
    "provider_surplus", "Providers' surplus", "£ a year", "costs", "neither", 50_000.0, PROVIDER,
    "What the council and self-funders pay providers, less their costs and what they return; before it is paid out.",
    lambda r: (
        sum(r[name] for name in ("fees", "block_unused", "retainers", "outcome_payments", "panel_wages", "self_funded"))
        - sum(r[name] for name, (payer, _, _) in LINES.items() if payer == "providers")
        + r["distribution"]
    ) / r["weeks"] * 52.0,
)  # fmt: skip
_indicator(
    "workers_net_pay", "Care workers' net pay and mileage", "£ a year", "costs", "neither", 100_000.0, WORKER,
    "Wages, sick and holiday pay, mileage and office cover, less tax and benefits lost.",
    lambda r: (
        r["wage_bill"] + r["sick_pay"] + r["holiday_pay"] + r["mileage"] + r["office_cover"] - r["income_tax"]
    ) / r["weeks"] * 52.0,
)  # fmt: skip

# Jobs
_indicator(
    "turnover", "Turnover of care workers", "share a year", "jobs", "lower", 0.01, WORKER,
    "Leavers over care workers in post.", lambda r: r["n_leavers"] / r["in_post"] * 52.0, **HEADLINE, broken_down=True,
)  # fmt: skip
_indicator(
    "zero_hours_share", "Care workers on zero-hours", "share", "jobs", "lower", 0.02, WORKER,
    "Care workers in post without guaranteed hours.", _over("zero_hours", "in_post"), **HEADLINE,
)  # fmt: skip
_indicator(
    "effective_pay", "Pay for an hour on duty", "£ an hour", "jobs", "higher", 0.1, WORKER,
    "Pay over contact, travel and gaps together.", _over("effective_pay", "in_post"), **HEADLINE, broken_down=True,
)  # fmt: skip
_indicator(
    "vacancy_rate", "Vacancy rate", "share of posts", "jobs", "lower", 0.005, PROVIDER,
    "Posts wanted and not filled by anybody who has started.",
    lambda r: 1.0 - r["staff"] / r["posts"], weekly=True,
)  # fmt: skip
_indicator(
    "still_in_post_12_months", "Still in post after 12 months", "share of starters", "jobs", "higher", 0.02, WORKER,
    "Starters of a year ago who have been with their provider ever since.",
    lambda r: r["n_reached_a_year"] / np.maximum(r["n_started_a_year_ago"], 1.0),
)  # fmt: skip
_indicator(
    "hours_volatility", "Change of hours from week to week", "share of hours wanted", "jobs", "lower", 0.005, WORKER,
    "Mean absolute change of paid hours over hours wanted.", _over("volatility", "in_post"), broken_down=True,
)  # fmt: skip
_indicator(
    "bad_weeks_share", "Weeks of low pay", "share of weeks", "jobs", "lower", 0.01, WORKER,
    "Weeks with pay below the bad-week line.", _over("bad_weeks", "in_post"), broken_down=True,
)  # fmt: skip
_indicator(
    "income_spread", "Spread of weekly pay", "share of pay for hours wanted", "jobs", "lower", 0.005, WORKER,
    "How far a care worker's pay in a week at work usually is from what recent weeks at work paid (root mean square), "
    "over the pay for the hours wanted.",
    _over("income_spread", "in_post"), broken_down=True,
)  # fmt: skip
_indicator(
    "cancelled_hours", "Hours cancelled at short notice", "hours a week", "jobs", "lower", 0.05, WORKER,
    "Hours of their own round that a care worker on zero-hours loses from one week to the next, to hospital, death, a "
    "smaller package or a colleague with a guarantee, whether or not others come instead; moves with notice left out.",
    lambda r: r["n_cancelled_hours"] / _some(r["n_weeks_zero"]), broken_down=True,
)  # fmt: skip
_indicator(
    "idle_pay", "Pay for guaranteed hours without a visit", "£ a year", "jobs", "neither", 50_000.0, PROVIDER,
    "What providers pay, before on-costs, for guaranteed hours in which nobody is visited.", _a_year("n_idle_pay"),
)  # fmt: skip
_indicator(
    "guaranteed_hours", "Guaranteed hours", "hours a week", "jobs", "higher", 0.5, WORKER,
    "Guaranteed hours a care worker in post.", _over("guaranteed", "in_post"), broken_down=True,
)  # fmt: skip
_indicator(
    "headcount", "Care workers in post", "care workers", "jobs", "neither", 10.0, PROVIDER,
    "Care workers in post and started.", _mean("in_post"), weekly=True,
)  # fmt: skip
_indicator(
    "turnover_gap", "Turnover gap of zero-hours", "points of share", "jobs", "neither", 0.01, WORKER,
    "Turnover on zero-hours less turnover on guaranteed hours.",
    lambda r: 52.0 * (
        r["n_leavers_zero"] / np.maximum(r["n_weeks_zero"], 1.0)
        - (r["n_leavers_in_post"] - r["n_leavers_zero"]) / np.maximum(r["n_weeks_in_post"] - r["n_weeks_zero"], 1.0)
    ),
)  # fmt: skip
_indicator(
    "strain", "Strain of care workers", "0 to 1", "jobs", "lower", 0.02, WORKER,
    "Mean strain from overload.", _over("strain", "in_post"),
)  # fmt: skip
_indicator(
    "travel_share", "Travel in working time", "share", "jobs", "lower", 0.005, PROVIDER,
    "Travel over contact and travel.", lambda r: r["travel"] / (r["travel"] + r["contact"]), weekly=True,
)  # fmt: skip

# Market
_indicator(
    "provider_count", "Providers trading", "providers", "market", "neither", 2.0, SCRUTINY,
    "Providers trading, contracted and private.", lambda r: (r["contracted_open"] + r["private_open"]) / r["weeks"],
    weekly=True,
)  # fmt: skip
_indicator(
    "contracted_providers", "Contracted providers", "providers", "market", "neither", 1.0, SCRUTINY,
    "Providers with a council contract.", _mean("contracted_open"),
)  # fmt: skip
_indicator(
    "private_providers", "Private providers", "providers", "market", "neither", 2.0, SCRUTINY,
    "Providers without a council contract.", _mean("private_open"),
)  # fmt: skip
_indicator(
    "largest_share", "Largest provider's share", "share of hours", "market", "lower", 0.02, SCRUTINY,
    "Share of all hours that the largest provider delivers.", _mean("largest_share"),
)  # fmt: skip
_indicator(
    "concentration", "Concentration", "Herfindahl index", "market", "neither", 0.01, SCRUTINY,
    "Sum of squared shares of hours.", _mean("concentration"),
)  # fmt: skip
_indicator(
    "closures", "Providers closing", "a year", "market", "lower", 1.0, SCRUTINY,
    "Providers that close.", _a_year("n_closures"),
)  # fmt: skip
_indicator(
    "closure_rate", "Closure rate", "share a year", "market", "lower", 0.02, SCRUTINY,
    "Providers that close over providers trading.",
    lambda r: r["n_closures"] / (r["contracted_open"] + r["private_open"]) * 52.0,
)  # fmt: skip
_indicator(
    "hand_backs", "Packages handed back", "packages a year", "market", "lower", 5.0, SCRUTINY,
    "Packages that providers hand back with notice.", _a_year("n_hand_backs"),
)  # fmt: skip
_indicator(
    "people_displaced", "People displaced", "people a year", "market", "lower", 5.0, CITIZEN,
    "People whose provider stopped before another was found.", _a_year("n_displaced"),
)  # fmt: skip
_indicator(
    "people_transferred", "People moved by a tender", "people a year", "market", "lower", 10.0, CITIZEN,
    "People whose package moved to another provider because of a tender.", _a_year("n_transferred"),
)  # fmt: skip
_indicator(
    "median_margin", "Median contracted margin", "share of revenue", "market", "neither", 0.01, PROVIDER,
    "Median recent margin of contracted providers.", _mean("median_margin"), weekly=True,
)  # fmt: skip
_indicator(
    "surplus_distributed", "Surplus distributed", "£ a year", "market", "neither", 25_000.0, SCRUTINY,
    "Surplus paid out to owners.", _a_year("distribution"),
)  # fmt: skip
_indicator(
    "good_rating_share", "Providers rated good or outstanding", "share of rated", "market", "higher", 0.03, SCRUTINY,
    "Rated providers whose rating is good or outstanding.", _over("rated_good", "rated"),
)  # fmt: skip
_indicator(
    "quality_latent", "Latent quality of care", "0 to 1", "market", "higher", 0.01, SCRUTINY,
    "Providers' latent quality, weighted by hours.", _mean("quality_latent"),
)  # fmt: skip
_indicator(
    "trust", "Trust", "0 to 1", "market", "higher", 0.03, PROVIDER,
    "Trust between contracted providers and the council, weighted by hours.", _mean("trust"),
)  # fmt: skip
_indicator(
    "practice", "Person-centred practice", "0 to 1", "market", "higher", 0.03, SCRUTINY,
    "How far contracted providers work in a person-centred, community-connected way.", _mean("practice"),
)  # fmt: skip
_indicator(
    "agency_hours_share", "Hours by agency staff", "share", "market", "lower", 0.002, PROVIDER,
    "Hours delivered by agency staff over hours delivered.", _over("agency", "delivered"),
)  # fmt: skip

# Place
_indicator(
    "money_kept_local", "Money kept local", "£ a year", "place", "higher", 100_000.0, SCRUTINY,
    "Net pay of care workers: wages, sick and holiday pay and office cover, less tax.",
    lambda r: (r["wage_bill"] + r["sick_pay"] + r["holiday_pay"] + r["office_cover"] - r["income_tax"])
    / r["weeks"] * 52.0,
)  # fmt: skip
_indicator(
    "jobs_over_a_year", "Jobs held over 12 months", "care workers", "place", "higher", 10.0, SCRUTINY,
    "Care workers with their provider for a year or more.", _mean("long_held"),
)  # fmt: skip
_indicator(
    "above_real_living_wage", "Paid the Real Living Wage on duty", "share", "place", "higher", 0.02, WORKER,
    "Care workers whose pay for an hour on duty reaches the Real Living Wage.",
    _over("above_real_living_wage", "in_post"),
)  # fmt: skip
_indicator(
    "training_days", "Training days", "days a year", "place", "higher", 100.0, WORKER,
    "Days of training.", _a_year("n_training_days"),
)  # fmt: skip
_indicator(
    "travel_km", "Kilometres driven between visits", "km a year", "place", "lower", 20_000.0, SCRUTINY,
    "Driven between visits, a week scaled to a year.", _a_year("n_travel_km"),
)  # fmt: skip
_indicator(
    "connections_made", "Connections made", "a year", "place", "higher", 20.0, CITIZEN,
    "Connections that connectors and practice offered and people could take.", _a_year("n_connections"),
)  # fmt: skip
_indicator(
    "social_value_promised", "Social value promised", "0 to 1", "place", "neither", 0.05, SCRUTINY,
    "What winners' bids promised, weighted by council hours; 0 where nothing was promised.", _mean("promised"),
)  # fmt: skip
_indicator(
    "social_value_realised", "Social value realised", "0 to 1", "place", "higher", 0.02, SCRUTINY,
    "What events show: jobs held, pay, training, connection, weighted by council hours.", _mean("realised"),
)  # fmt: skip

WEEKLY: tuple[str, ...] = tuple(indicator.id for indicator in INDICATORS.values() if indicator.weekly)
STAGES = ("transition", "in force", "last year")
"""Before all policies that are compared are in force; from then on; the last 52 weeks."""

BROKEN_DOWN: tuple[str, ...] = tuple(indicator.id for indicator in INDICATORS.values() if indicator.broken_down)
_OF_WORKERS = (
    "turnover",
    "effective_pay",
    "hours_volatility",
    "bad_weeks_share",
    "income_spread",
    "cancelled_hours",
    "guaranteed_hours",
)
_OF_GROUPS = {
    "quality_of_life": ("sum_quality", "sum_weeks"),
    "experience": ("sum_experience", "sum_receiving"),
    "continuity": ("sum_continuity", "sum_receiving"),
    "carers_per_fortnight": ("sum_carers", "sum_receiving"),
    "late_share": ("sum_late", "sum_visits"),
    "lonely_share": ("sum_lonely", "sum_weeks"),
    "admissions": ("sum_admissions", "sum_weeks"),
    "undelivered_share": ("sum_delivered", "sum_due"),
    "turnover": ("sum_left", "sum_weeks"),
    "effective_pay": ("sum_pay", "sum_weeks"),
    "hours_volatility": ("sum_volatility", "sum_weeks"),
    "bad_weeks_share": ("sum_bad", "sum_weeks"),
    "income_spread": ("sum_income_spread", "sum_weeks"),
    "cancelled_hours": ("sum_cancelled", "sum_weeks"),
    "guaranteed_hours": ("sum_guaranteed", "sum_weeks"),
}


def groups(place) -> list[tuple[str, str]]:
    """Every group of every breakdown of a place: (dimension, label)."""
    return recording.groups(place.zones)


def evaluate(sums: np.ndarray, ids=tuple(INDICATORS)) -> np.ndarray:
    """Values of indicators for periods given as sums of record rows; one column an indicator."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.column_stack([np.broadcast_to(_FORMULAS[name](sums), sums.shape) for name in ids])


def add_up(rows: np.ndarray) -> np.ndarray:
    """Sum record rows along their second axis: (periods, weeks) to (periods,)."""
    values = rows.view(np.float64).reshape(*rows.shape, len(rows.dtype.names or ())).sum(axis=1)
    return np.ascontiguousarray(values).view(rows.dtype)[:, 0]


def stages(rows: np.ndarray, in_force: int | None) -> np.ndarray:
    """Values of every indicator in each of STAGES, from record rows a week; nan where there is no such stage.

    `in_force` is the week from which the policies that are compared are in force; None where one of them never is, and
    all weeks are then its transition. Sums come before ratios, as in every period.
    """
    first = len(rows) if in_force is None else min(in_force, len(rows))
    values = np.full((len(STAGES), len(INDICATORS)), np.nan)
    for stage, part in enumerate((rows[:first], rows[first:], rows[-52:])):
        if len(part):
            values[stage] = evaluate(add_up(part.reshape(1, -1)))[0]
    return values


def record_of(market, council: int = 0) -> np.ndarray:
    """The recorded weeks of a council's place."""
    return np.ascontiguousarray(market.series[:, council])


def outcome_of(market, in_force: int | None = 0) -> Outcome:
    """What the recorded weeks of a market came to. A year that is not whole counts with the whole period only.

    `in_force`: see `stages`.
    """
    series = record_of(market)
    years = max(len(series) // 52, 1)
    whole = series[: years * 52].reshape(years, -1) if len(series) >= 52 else series.reshape(1, -1)
    breakdowns, counts = break_down(market.breakdowns, years)
    return Outcome(
        evaluate(series, WEEKLY),
        evaluate(add_up(np.ascontiguousarray(whole))),
        evaluate(add_up(series.reshape(1, -1)))[0],
        stages(series, in_force),
        breakdowns,
        counts,
    )


def break_down(sums: list[np.ndarray], years: int) -> tuple[np.ndarray, np.ndarray]:
    """Indicators by group for each year and the whole, and the mean number of people or care workers behind each."""
    if not sums:
        return np.full((years + 1, 0, len(BROKEN_DOWN)), np.nan), np.zeros((years + 1, 0, len(BROKEN_DOWN)))
    periods = np.stack([*sums, np.sum(sums, axis=0)])
    values = np.full((*periods.shape[:2], len(BROKEN_DOWN)), np.nan)
    counts = np.zeros(values.shape)
    for k, name in enumerate(BROKEN_DOWN):
        top, bottom = _OF_GROUPS[name]
        first, names = (len(CLIENT_SUMS), STAFF_SUMS) if name in _OF_WORKERS else (0, CLIENT_SUMS)
        over = periods[:, :, first + names.index(bottom)]
        people = periods[:, :, first + names.index("sum_weeks")]
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = periods[:, :, first + names.index(top)] / np.where(over > 0.0, over, np.nan)
        if name == "undelivered_share":
            ratio = 1.0 - ratio
        elif name in ("turnover", "admissions"):
            ratio = ratio * 52.0
        values[:, :, k] = ratio
        weeks = np.full((len(periods), 1), 52.0)
        weeks[-1] = 52.0 * len(sums)
        counts[:, :, k] = np.nan_to_num(people / weeks)
    return values, counts
