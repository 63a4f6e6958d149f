"""The market as compiled code takes it: all its arrays in one piece."""

from typing import NamedTuple

import numpy as np

from ..compiled import by_name, is_compiled, step
from ..compiled.bundle import Bundle

FIRST_WEEK = -1_000
"""Week in which a market is made, long before it begins to settle."""
CLOCK = np.dtype([("week", "i8"), ("clients", "i8"), ("workers", "i8"), ("followed", "i8"), ("firms", "i8")])
"""The week, how many rows of the tables that grow within it are in use, and how many firms are about to open."""
COUNTED = slice(1, 4)
"""The places of these tables in it."""
PRICES = np.dtype(
    [
        (name, "f8")
        for name in (
            "legal_minimum",
            "real_living_wage",
            "outside_pay",
            "price_index",
            "wage_index",
            "cost_growth",
            "next_cost_growth",
            "insurance_rate",
            "insurance_threshold",
            "fair_pay_premium",
            "fair_pay_grant",
            "inspections",
            "applicants_from_abroad",
            "guaranteed_hours_duty",
            "guaranteed_hours_reference",
            "guaranteed_hours_limit",
            "cancelled_shift_pay",
        )
    ]
)
"""What the nation sets this week. `legal_minimum`: the National Living Wage and a Fair Pay Agreement's premium; wages
are in £ an hour, `insurance_threshold` in £ a week; indices are 1 at the start; growth of costs at this April and at
the next. The others are items of the national calendar (`data/national.toml`)."""
FIRM = np.dtype([("number", "i8"), ("council", "u1"), ("cooperative", "u1")])
"""A firm that is about to open."""


class _Arrays(NamedTuple):
    """Arrays of the market. Tables that grow within a week are whole blocks, of which `clock` says what is in use."""

    clients: np.ndarray
    rounds: np.ndarray
    known: np.ndarray
    client_year: np.ndarray
    followed: np.ndarray
    workers: np.ndarray
    worker_rounds: np.ndarray
    worker_year: np.ndarray
    providers: np.ndarray
    commissioners: np.ndarray
    zones: np.ndarray
    localities: np.ndarray
    levers: np.ndarray
    """In force, a row a council; a process sees them as `policy`."""
    decided: np.ndarray
    asked: np.ndarray
    decided_values: np.ndarray
    """The levers decided and asked for as plain numbers."""
    asked_values: np.ndarray
    counts: np.ndarray
    ledger: np.ndarray
    """The week's books: pence by council and line."""
    paid_before: np.ndarray
    clock: np.ndarray
    prices: np.ndarray
    price_path: np.ndarray
    starts: np.ndarray
    transfers: np.ndarray
    series: np.ndarray
    count_values: np.ndarray
    """The counts as plain numbers, and below the record."""
    series_values: np.ndarray
    candidates: np.ndarray
    """Room for a week's people outside care who could come."""
    firms: np.ndarray
    """Room for a week's new firms."""


class State(Bundle, _Arrays):
    """The arrays of the market in one piece."""


def with_rows(state: State, **arrays: np.ndarray) -> State:
    """The state with other rows in the place of some, to ask a rule what it would say of them."""
    return state._replace(**(arrays if is_compiled() else {name: by_name(rows) for name, rows in arrays.items()}))


@step
def week_of(market):
    """The week that is being simulated; weeks before 0 are the market's settling."""
    return market.clock[0].week


@step
def clients_of(market):
    """Everybody who draws on care, waits or has just left."""
    return market.clients[: market.clock[0].clients]


@step
def workers_of(market):
    """All care workers, in post or not."""
    return market.workers[: market.clock[0].workers]


@step
def followed_of(market):
    """Everybody who draws on homecare no longer, with those who have died or come back since April."""
    return market.followed[: market.clock[0].followed]
