"""What is counted in a week, and the week's row of the record."""

import numpy as np

from .ledger import line
from .people import Clients
from .workers import CareWorkers

COUNTS = (
    "referrals",
    "diverted",
    "conversations",
    "reablement_episodes",
    "admissions",
    "deaths",
    "care_home_moves",
    "recoveries",
    "expected_to_leave_council",
    "expected_to_leave_self",
    "placed",
    "placed_council",
    "waited",
    "delayed_nights",
    "displaced",
    "renegotiated",
    "hand_backs",
    "closures",
    "closures_contracted",
    "entries",
    "leavers",
    "leavers_zero",
    "expected_leavers",
    "leavers_in_post",
    "weeks_in_post",
    "weeks_zero",
    "hires",
    "started",
    "reached_a_year",
    "started_a_year_ago",
    "transferred",
    "connections",
    "hours_delivered",
    "hours_undelivered",
    "clipped_hours",
    "clipped_council",
    "clipped_found",
    "complaints",
    "travel_km",
    "cancelled_hours",
    "idle_hours",
    "idle_pay",
    "weeks_travelled",
    "weeks_travel_unpaid",
    "pay_periods",
    "pay_periods_below",
    "underpaid",
    "found_out",
    "training_days",
    "inspections",
    "steps_for_trust",
    "informal_hours",
)
"""What happens in a week, counted by the processes as it happens."""

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
    "hours_emergency",
    "delivered_council",
    "hours_self",
    "waiting",
    "waiting_council",
    "hours_waiting",
    "fit",
)
WORKER_SUMS = (
    "in_post",
    "zero_hours",
    "volatility",
    "effective_pay",
    "guaranteed",
    "bad_weeks",
    "income_spread",
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
    "emergency": ("council", "providers", "emergency purchase"),
    "block_unused": ("council", "providers", "block hours unused"),
    "retainers": ("council", "providers", "retainers"),
    "outcome_payments": ("council", "providers", "outcome payments"),
    "panel_wages": ("council", "providers", "citizens' panel"),
    "panel": ("council", "suppliers", "citizens' panel"),
    "contributions": ("clients", "council", "client contributions"),
    "self_funded": ("self-funders", "providers", "self-funded care"),
    "returned": ("providers", "council", "surplus returned"),
    "claimed_back": ("providers", "council", "clipped time claimed back"),
    "penalties": ("providers", "council", "penalties"),
    "wage_bill": ("providers", "workers", "wages"),
    "sick_pay": ("providers", "workers", "sick pay"),
    "holiday_pay": ("providers", "workers", "holiday pay"),
    "employer_charges": ("providers", "treasury", "employer charges"),
    "mileage": ("providers", "workers", "mileage"),
    "office_cover": ("providers", "workers", "office cover"),
    "agency_staff": ("providers", "suppliers", "agency staff"),
    "arrears": ("providers", "workers", "arrears of pay"),
    "pay_penalties": ("providers", "treasury", "penalties"),
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
"""The week's row of the record: sums over people, over care workers, of providers, what happened, what was paid (£)."""
COUNT_TYPE = np.dtype([(name, np.float64) for name in COUNTS])
FIRST_LINE = RECORD.itemsize // 8 - len(LINES)
FIRST_COUNT = FIRST_LINE - len(COUNTS)
LINE_PLACES = np.array([line(*parties) for parties in LINES.values()])
"""Places in the books of each of LINES."""
CLIENT_SUMS = Clients.dtype("year").names or ()
STAFF_SUMS = CareWorkers.dtype("year").names or ()
"""What is summed over a year for each person and each care worker."""
