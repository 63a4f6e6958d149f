"""Stories: one person who draws on care and one care worker, the same two with the same luck, through each scenario.

All scenarios fork from the same settled market, so whoever is there on the day they begin is the same person in each,
and every draw belongs to the person, the week and the process: what differs is what the policy made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caremarket_sim.errors import BadInput, Problem
from caremarket_sim.market.codes import AGE_GROUPS, COUNCIL, GONE, IN_POST, LEFT, PAYERS, RECEIVING
from caremarket_sim.market.market import Market
from caremarket_sim.market.table import Table
from caremarket_sim.parameters import Numbers
from caremarket_sim.runs.allowances import allowances, banner_of, require_in_force
from caremarket_sim.runs.comparability import ground, require_common_ground
from caremarket_sim.runs.design import ready, replicate_seeds
from caremarket_sim.runs.plan import at_horizon, require_distinct_names, told_apart
from caremarket_sim.runs.progress import showing_progress
from caremarket_sim.runs.settled import settled_folder
from caremarket_sim.runs.work import Tell
from caremarket_sim.scenario import Scenario
from caremarket_sim.settling import fork, settled_market
from caremarket_sim.studies.story.following import CLIENT, WORKER, Event, Follower
from caremarket_sim.studies.story.result import Person, Story
from caremarket_sim.week import one_week

NEAREST = 20
"""How many of the most typical people are looked at for one with a story to tell."""

LEAST_WEEKS = 52
"""For how long somebody must stay in every scenario to be chosen; half of the whole time where that is shorter."""

CLIENT_RULE = (
    "of all people whom the council pays for and who receive care when the scenarios begin, the one nearest the median "
    "in hours a week, continuity of care and quality of life, passing over those who leave care within a year in any "
    "of the scenarios"
)
WORKER_RULE = (
    "of all care workers in post when the scenarios begin, the one nearest the median in hours wanted, pay and weeks "
    "with the employer, passing over those who are in post for less than a year in any of the scenarios"
)
NAMED = "chosen by number"

COLUMNS = ["scenario", "who", "number", "week", "date", "kind", "event", "detail", "value", "unit", "by"]


@showing_progress
def story(
    *scenarios: Scenario,
    client: int | None = None,
    worker: int | None = None,
    seed: int = 1,
    years: int | None = None,
    allow: str | Sequence[str] = (),
    why: str = "",
    tell: Tell | None = None,
) -> Story:
    """Follow one client and one care worker, by permanent number or by the stated rules, through each scenario.

    The future is the first of those that `compare` simulates with the same seed. Raises BadInput for a number that is
    not in the market when the scenarios begin and for levers that are never in force, ComparisonRefused for scenarios
    that differ in more than policy; the latter two unless `allow` names them, for the reason `why`.
    """
    tell = tell or _say_nothing
    followed = told_apart(scenarios)
    if not followed:
        raise BadInput(Problem("no scenario is given", right="a story needs at least one"))
    require_distinct_names(followed)
    followed = at_horizon(followed, years)
    allowed = allowances(allow, why)
    different = require_common_ground({one.name: ground(one) for one in followed}, followed[0].name, allowed)
    banner = banner_of([require_in_force(followed, allowed), *different])
    (future,) = replicate_seeds(seed, 1)
    ready(tell)
    tell("spinning up", 0, 0)
    settled = settled_market(followed[0], future, settled_folder())
    require_there(settled, client, worker)
    rules = NAMED if client is not None else CLIENT_RULE, NAMED if worker is not None else WORKER_RULE
    if client is None or worker is None:
        tell("looking for typical people", 0, 0)
        client, worker = with_a_story(followed, future, *candidates(settled, client, worker))
    people = client_of(settled, client, rules[0]), worker_of(settled, worker, rules[1])
    parts = []
    for place, scenario in enumerate(followed):
        tell("simulating", place, len(followed))
        parts += [(scenario.name, event) for event in follow(scenario, future, people[0].number, people[1].number)]
    return Story(followed, *people, seed, future, log_of(parts), banner)


def follow(scenario: Scenario, seed: int, client: int, worker: int) -> list[Event]:
    """What happens to two people, by permanent number, in one scenario of one future."""
    market = fork(settled_market(scenario, seed, settled_folder()), scenario)
    follower = Follower(market, scenario.start, client, worker)
    processes = follower.processes()
    for week in range(scenario.weeks):
        one_week(market, scenario.parameters.numbers, Numbers(scenario.levers_at(week).row), seed, processes)
        follower.week_ends(market)
    return follower.events


def log_of(events: Sequence[tuple[str, Event]]) -> pd.DataFrame:
    """The events, each with the name of its scenario, as a table; the first week is week 1.

    Units stand beside each value, and in `attrs["units"]` by event.
    """
    rest = attrgetter(*COLUMNS[5:])
    rows = [(name, one.who, one.number, one.week + 1, one.day.isoformat(), *rest(one)) for name, one in events]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    units = {one.event: one.unit for _, one in events if one.unit}
    frame.attrs.update(units=units, note="one person and one care worker in one simulated future")
    return frame


def candidates(market: Market, client: int | None, worker: int | None) -> tuple[list[int], list[int]]:
    """Who may be followed: the one named, else the most typical, the nearest to the median first."""
    clients, workers = market.clients, market.workers
    receiving = (clients.status == RECEIVING) & (clients.payer == COUNCIL)
    return (
        most_typical(clients, receiving, ("hours", "continuity", "quality_of_life")) if client is None else [client],
        most_typical(workers, workers.status == IN_POST, ("hours_wanted", "pay", "tenure"))
        if worker is None
        else [worker],
    )


def most_typical(table: Table, among: NDArray[np.bool_], columns: Sequence[str], count: int = NEAREST) -> list[int]:
    """The numbers of those nearest the median in all columns, each in units of its middle half; ties by number.

    Raises BadInput where there is nobody.
    """
    rows = table.rows[among]
    if not len(rows):
        raise BadInput(Problem("there is nobody to follow when the scenarios begin", right="name somebody by number"))
    away = np.zeros(len(rows))
    for name in columns:
        low, middle, high = np.quantile(rows[name], [0.25, 0.5, 0.75])
        away += ((rows[name] - middle) / (high - low or 1.0)) ** 2
    return rows["number"][np.lexsort((rows["number"], away))][:count].tolist()


def with_a_story(
    scenarios: Sequence[Scenario], seed: int, clients: Sequence[int], workers: Sequence[int]
) -> tuple[int, int]:
    """The first of each who draws on care, or is in post, for long enough in every scenario; else who does longest."""
    client_weeks = np.zeros((len(scenarios), len(clients)))
    worker_weeks = np.zeros((len(scenarios), len(workers)))
    for place, scenario in enumerate(scenarios):
        market = fork(settled_market(scenario, seed, settled_folder()), scenario)
        for week in range(scenario.weeks):
            one_week(market, scenario.parameters.numbers, Numbers(scenario.levers_at(week).row), seed)
            client_weeks[place] += np.isin(clients, market.clients.number[market.clients.status != LEFT])
            worker_weeks[place] += np.isin(workers, market.workers.number[market.workers.status == IN_POST])
    enough = min(LEAST_WEEKS, scenarios[0].weeks // 2)
    client, worker = (np.minimum(weeks.min(axis=0), enough).argmax() for weeks in (client_weeks, worker_weeks))
    return clients[int(client)], workers[int(worker)]


def client_of(market: Market, number: int, rule: str) -> Person:
    """The person who is followed, and what is the same of them in every scenario."""
    row = market.clients.rows[market.clients.number == number][0]
    zones = market.zones["name"]
    facts = (
        ("Age", AGE_GROUPS[row["age_group"]]),
        ("Home", f"{zones[row['zone']]}, {'lives alone' if row['lives_alone'] else 'lives with others'}"),
        ("Who pays", PAYERS[row["payer"]]),
        ("Visits when the story begins", _package(row)),
        ("Weeks in care before it begins", f"{row['weeks_in_care']:.0f}"),
    )
    return Person(CLIENT, number, rule, facts)


def _package(row: np.void) -> str:
    carers = " by two care workers" if row["carers"] == 2 else ""
    return f"{row['visits']} a day of {row['visit_minutes']:.0f} minutes{carers}, {row['hours']:.1f} hours a week"


def worker_of(market: Market, number: int, rule: str) -> Person:
    """The care worker who is followed, and what is the same of them in every scenario."""
    row = market.workers.rows[market.workers.number == number][0]
    facts = (
        ("Age when the story begins", f"{row['age']:.0f}"),
        ("Home", str(market.zones["name"][row["zone"]])),
        ("Years in the sector", f"{row['experience']:.0f}"),
        ("Qualified to level 2 or higher", "yes" if row["qualified"] else "no"),
        ("Contact hours wanted", f"{row['hours_wanted']:.1f} a week"),
    )
    return Person(WORKER, number, rule, facts)


def require_there(market: Market, client: int | None, worker: int | None) -> None:
    """Raise BadInput for each number that nobody has, with the nearest that somebody has and where they end."""
    clients, workers = market.clients, market.workers
    asked = (
        (client, clients.number[clients.status != LEFT], "person who draws on care", "client"),
        (worker, workers.number[workers.status != GONE], "care worker", "worker"),
    )
    problems = []
    for number, there, who, option in asked:
        if number is None or number in there:
            continue
        near = there[np.argsort(np.abs(there - number), kind="stable")[:3]]
        right = f"the nearest are {', '.join(map(str, sorted(near.tolist())))} ({len(there)} people, {there.min()} to "
        right += f"{there.max()}); without a number for the {option} a typical one is chosen"
        problems.append(Problem(f"no {who} has the number {number} when the scenarios begin", right=right))
    if problems:
        raise BadInput(problems)


def _say_nothing(what: str, done: int, total: int) -> None:
    """Nobody wants to be told."""
