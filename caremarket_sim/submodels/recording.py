"""ODD 10: the week is recorded; the year's sums of each person go to breakdowns by group."""

import numpy as np

from ..entities import COUNTS, GONE, LEFT, PARTY, PURPOSE, CareWorkers, Clients
from ..kernels import agencies, care, recording

PERSON_SUMS = (
    "people",
    "people_council",
    "quality",
    "connection",
    "lonely",
    "receiving",
    "receiving_council",
    "experience",
    "continuity",
    "carers_fortnight",
    "package_fit",
    "due",
    "delivered",
    "visits_due",
    "missed",
    "late",
    "hours_council",
    "delivered_council",
    "hours_self",
    "waiting",
    "waiting_council",
    "fit",
)
WORKER_SUMS = (
    "in_post",
    "zero_hours",
    "volatility",
    "effective_pay",
    "guaranteed",
    "bad_weeks",
    "contact",
    "travel",
    "strain",
    "long_held",
    "above_real_living_wage",
    "wages",
)
PROVIDER_VALUES = (
    "contracted_open",
    "private_open",
    "largest_share",
    "concentration",
    "median_margin",
    "private_margin",
    "trust",
    "practice",
    "quality_latent",
    "rated",
    "rated_good",
    "posts",
    "staff",
    "onboarding",
    "agency",
    "office",
    "promised",
    "realised",
    "fee",
    "package_share",
    "surveys",
    "satisfied",
    "weeks",
)
LINES = {
    "fees": ("council", "providers", "fees"),
    "block_unused": ("council", "providers", "block hours unused"),
    "retainers": ("council", "providers", "retainers"),
    "outcome_payments": ("council", "providers", "outcome payments"),
    "panel_wages": ("council", "providers", "citizens' panel"),
    "panel": ("council", "suppliers", "citizens' panel"),
    "contributions": ("clients", "council", "client contributions"),
    "self_funded": ("self-funders", "providers", "self-funded care"),
    "returned": ("providers", "council", "surplus returned"),
    "penalties": ("providers", "council", "penalties"),
    "wage_bill": ("providers", "workers", "wages"),
    "sick_pay": ("providers", "workers", "sick pay"),
    "holiday_pay": ("providers", "workers", "holiday pay"),
    "employer_charges": ("providers", "treasury", "employer charges"),
    "mileage": ("providers", "workers", "mileage"),
    "office_cover": ("providers", "workers", "office cover"),
    "agency_staff": ("providers", "suppliers", "agency staff"),
    "overhead": ("providers", "suppliers", "overhead"),
    "recruitment": ("providers", "suppliers", "recruitment"),
    "training": ("providers", "suppliers", "training"),
    "distribution": ("providers", "owners", "distribution"),
    "brokerage": ("council", "suppliers", "brokerage"),
    "monitoring": ("council", "suppliers", "monitoring"),
    "procurement": ("council", "suppliers", "procurement"),
    "stewardship": ("council", "suppliers", "stewardship"),
    "forums": ("council", "suppliers", "forums"),
    "codesign": ("council", "suppliers", "co-design"),
    "connectors": ("council", "suppliers", "connectors"),
    "front_door": ("council", "suppliers", "front door"),
    "reablement": ("council", "suppliers", "reablement"),
    "coop_support": ("council", "suppliers", "co-operative support"),
    "network": ("council", "suppliers", "network"),
    "hospital_admissions": ("nhs", "suppliers", "hospital admissions"),
    "hospital_nights": ("nhs", "suppliers", "delayed nights"),
    "income_tax": ("workers", "treasury", "income tax and benefits"),
}
COUNCIL_LINES = tuple(name for name, (payer, _, _) in LINES.items() if payer == "council")
COUNCIL_INCOME = tuple(name for name, (_, payee, _) in LINES.items() if payee == "council")
RECORD = np.dtype(
    [
        (name, np.float64)
        for name in (*PERSON_SUMS, *WORKER_SUMS, *PROVIDER_VALUES, *(f"n_{name}" for name in COUNTS), *LINES)
    ]
)
_LINE_PLACES = np.array([(PARTY[a] * len(PARTY) + PARTY[b]) * len(PURPOSE) + PURPOSE[c] for a, b, c in LINES.values()])
_LINE_FIELDS = list(LINES)
_FIRST_LINE = RECORD.itemsize // 8 - len(LINES)
_FIRST_COUNT = _FIRST_LINE - len(COUNTS)

CLIENT_SUMS = Clients.dtype("year").names or ()
STAFF_SUMS = CareWorkers.dtype("year").names or ()


def the_week_is_recorded(market, parameters, policy, draws):
    """Write the week's row of the record; at the year's end add up each group, and drop rows of those who have gone."""
    at = market.week % len(market.series)
    row = market.series[at : at + 1]
    values = row.view(np.float64)
    values[:] = 0.0
    recording.sum_clients(market.clients.rows, parameters.row, row)
    recording.sum_workers(market.workers.rows, parameters.row, market.prices["real_living_wage"], row)
    agencies.record_providers(market.providers.rows, row)
    row["weeks"] = 1.0
    row["package_share"] = market.commissioners.package_share[0]
    values[_FIRST_COUNT:_FIRST_LINE] = list(market.counts.values())
    values[_FIRST_LINE:] = market.ledger.take(_LINE_PLACES) / 100.0
    if market.week % 52 == 26:
        row["surveys"] = 1.0
        row["satisfied"] = care.satisfied_share(market.clients.rows, parameters.row, draws.key("satisfaction_survey"))
    if market.week % 52 == 51:
        market.breakdowns.append(sums_by_group(market, parameters))
        tidy_rows(market)


def groups(zones) -> list[tuple[str, str]]:
    """Every group of every breakdown: (dimension, label)."""
    return [
        *(("zone", str(name)) for name in zones["name"]),
        *(("deprivation", f"fifth {fifth} of 5" + {1: ", least deprived", 5: ", most deprived"}.get(fifth, ""))
          for fifth in range(1, 6)),
        *(("age", label) for label in ("under 65", "65 to 74", "75 to 84", "85 and over")),
        *(("need", label) for label in ("under 8 hours a week", "8 to 20 hours a week", "over 20 hours a week")),
        *(("payer", label) for label in ("council", "self-funder")),
        *(("contract", label) for label in ("zero-hours", "guaranteed hours")),
    ]  # fmt: skip


def sums_by_group(market, parameters) -> np.ndarray:
    """The year's sums of people and of care workers for each group, as (groups, client sums then worker sums)."""
    clients, workers, zones = market.clients, market.workers, market.zones
    count = len(zones)
    fifth = zones["fifth"]
    need = np.searchsorted(np.array([8.0, 20.0]), clients.need_hours)
    dimensions = (
        (clients.zone, count),
        (fifth[clients.zone], 5),
        (clients.age_group, 4),
        (need, 3),
        (clients.payer, 2),
    )
    total = count + 5 + 4 + 3 + 2 + 2
    out = np.full((total, len(CLIENT_SUMS) + len(STAFF_SUMS)), np.nan)
    start = 0
    first = len(CLIENT_SUMS)
    for index, size in dimensions:
        out[start : start + size, :first] = _sums(clients.year, index, size)
        start += size
    out[:count, first:] = _sums(workers.year, workers.zone, count)
    out[count : count + 5, first:] = _sums(workers.year, fifth[workers.zone], 5)
    zero = workers.sum_zero / np.maximum(workers.sum_weeks, 1.0)
    for label, share in ((0, zero), (1, 1.0 - zero)):
        for column, name in enumerate(STAFF_SUMS):
            out[start + label, first + column] = float((getattr(workers, name) * share).sum())
    out[start, first + STAFF_SUMS.index("sum_left")] = workers.sum_left_zero.sum()
    out[start + 1, first + STAFF_SUMS.index("sum_left")] = (workers.sum_left - workers.sum_left_zero).sum()
    for year in (clients.year, workers.year):
        year.view(np.float64)[:] = 0.0
    return out


def _sums(year, group, count):
    """The year's sums of everybody in each of so many groups; `group` has a number for each person."""
    sums = np.zeros((count, len(year.dtype)))
    recording.add_up(year.view(np.float64).reshape(len(year), len(year.dtype)), group.astype(np.int64), sums)
    return sums


def tidy_rows(market):
    """Rows of those who have gone are dropped: people who left care, care workers who left for good, firms that closed.
    The others are put in order: providers by neighbourhood, and with them their people and their care workers. Who
    deals with one another is then near in memory too."""
    clients, workers, providers = market.clients, market.workers, market.providers
    moved = providers.keep(
        _in_order((providers.open == 1) | (providers.won == 1), market.zones["neighbourhood"][providers.base_zone])
    )
    clients.provider = moved[clients.provider]
    clients.former = moved[clients.former]
    workers.provider = moved[workers.provider]
    clients.keep(_in_order(clients.status != LEFT, clients.provider))
    moved = workers.keep(_in_order(workers.status != GONE, workers.provider))
    care.forget_rows(clients.rounds, clients.known, moved)


def _in_order(wanted, by):
    """Rows that are wanted, in order of `by`."""
    rows = np.flatnonzero(wanted)
    return rows[np.argsort(by[rows], kind="stable")]
