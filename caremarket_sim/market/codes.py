"""Codes, once for Python and compiled code: what a status, payer or rating says, and what a lever is set to.

A lever's options are coded by their place in `data/levers.toml`; here each has its name.
"""

from ..policy import LEVERS

WAITING, RECEIVING, IN_HOSPITAL, FIT, IN_REABLEMENT, LEFT = 0, 1, 2, 3, 4, 5
"""What somebody who draws on homecare does; who has left is followed elsewhere, under one of the next four."""
IN_CARE_HOME, DIVERTED, RECOVERED, DIED = 6, 7, 8, 9
WARD, STEP_DOWN, INTERIM = 0, 1, 2
"""Where somebody waits who is fit to leave hospital."""
POOL, ONBOARDING, IN_POST, GONE = 0, 1, 2, 3
IN, ON_LEAVE, SICK = 0, 1, 2
COUNCIL, SELF_FUNDER = 0, 1
INDEPENDENT, CHAIN, NOT_FOR_PROFIT, COOPERATIVE, IN_HOUSE = 0, 1, 2, 3, 4
UNRATED, INADEQUATE, REQUIRES_IMPROVEMENT, GOOD, OUTSTANDING = 0, 1, 2, 3, 4

CLIENT_STATUS = ("waiting", "receiving", "in hospital", "fit to leave hospital", "in reablement", "left")
BEDS = ("in hospital", "in a step-down bed", "in an interim bed in a care home")
STATES = (*CLIENT_STATUS, "in a care home", "diverted", "recovered", "died")
"""Everybody ever referred is in one of these; "left" says that a row is nobody's any more."""
WORKER_STATUS = ("between jobs", "onboarding", "in post", "gone")
PAYERS = ("council", "self-funder")
OWNERSHIPS = ("for-profit independent", "for-profit chain", "not-for-profit", "co-operative or mutual", "council's own")
RATINGS = ("not rated", "inadequate", "requires improvement", "good", "outstanding")
AGE_GROUPS = ("under 65", "65 to 74", "75 to 84", "85 and over")

SLOTS = 4
BLOCKS = 8
"""Blocks of the week a visit can fall in: four slots of the day, on weekdays and at weekends."""
RUNS = 16
"""Most runs a client can have: a block each for one or two care workers."""
FAMILIAR = 10
"""Care workers whom a client can know at once."""
PATCH = 25
"""Most localities a provider serves."""
NOBODY, OFFICE, AGENCY = -1, -2, -3
"""Who made a visit where no care worker of the provider did. Rows that point to nobody hold -1 as well."""
NUMBERS_A_COUNCIL = 1 << 40
"""Permanent numbers of a council's people, care workers and firms; those of the next begin after them."""


def option(key: str, name: str) -> float:
    """What a row of levers holds where the lever `key` is set to the option `name`."""
    return float(LEVERS[key].options.index(name))


OPEN_SPOT = option("contract.sourcing", "open_spot")
BLOCK_FIRST = option("contract.sourcing", "block_first")
ZONED_LEAD = option("contract.sourcing", "zoned_lead")
OWN_CHOICE = option("contract.sourcing", "own_choice")
PLANNED_TIME = option("contract.payment_basis", "planned_time")
FOR_EXPERIENCE = option("contract.outcome_measure", "experience")
FOR_INDEPENDENCE = option("contract.outcome_measure", "independence")
FOR_CONNECTION = option("contract.outcome_measure", "connection")
TENDERED = option("fee.rule", "tendered")
OPEN_BOOK = option("fee.rule", "open_book")
ZERO_HOURS = option("employment.contract_norm", "zero_hours")
GUARANTEED = option("employment.contract_norm", "guaranteed")
STATUTORY = option("employment.wage_floor", "statutory")
REAL_LIVING_WAGE = option("employment.wage_floor", "real_living_wage")
