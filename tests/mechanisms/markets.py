"""Small markets to try one process in: who there is, what they are like, and the process carried out by itself."""

import numpy as np

from caremarket_sim.compiled.draws import draws_of
from caremarket_sim.market.codes import COUNCIL, GONE, IN, IN_POST, INDEPENDENT, LEFT, NOBODY, POOL, RECEIVING, WAITING
from caremarket_sim.market.tidy import tours
from caremarket_sim.parameters import Numbers, Parameters
from caremarket_sim.policy import NEUTRAL
from tests.small_place import begun, small

P = small().parameters.numbers
"""The model's numbers."""


CONTRACTED = {
    **{"open": 1, "contracted": 1, "closing": 0, "ownership": INDEPENDENT, "manager_away": 0, "manager_quality": 0.5},
    **{
        "care": P.motive_care,
        "horizon": P.motive_horizon,
        "margin_target": P.motive_margin,
        "as_employer": 0.0,
        "clipping": 0.0,
        "clip_found": 0.0,
    },
    **{"clipping": 0.0, "clip_found": 0.0},
    **{"patch_count": 3, "patch_lead": 0, "age": 500.0, "voice": 0.0, "won": 0, "lots": 0, "hurt": 100.0},
    **{"committed": 100.0, "council_hours": 100.0, "delivered": 0.0, "delivered_council": 0.0, "pay": 12.0},
    **{
        "return_owed": 0.0,
        "lawful": 0,
        "bound": 0,
        "arrears": 0.0,
        "underpaid": 0.0,
        "scruple": 1.0,
        "insured": 0.5,
        "insurance": 0.0,
    },
}
"""What a provider is like where a test says nothing else."""


PEOPLE, STAFF = 80, 40
"""Rows for people and for care workers, at the least."""


def bare(providers=1, week=1):
    """A place of three zones, each a locality, with so many contracted providers and nobody in care or at work, in no
    week of note."""
    market = begun(small())
    market.providers.keep(np.arange(providers))
    for table, least in ((market.clients, PEOPLE), (market.workers, STAFF)):
        room = max(least - len(table), 0)
        table.add(room)["number"] = 10**9 + np.arange(room)
    market.clients.status = LEFT
    market.followed.state = LEFT
    market.workers.status = GONE
    for column in (market.clients.provider, market.clients.former, market.workers.provider):
        column[:] = -1
    for runs in (market.clients.carer, market.clients.seen, market.clients.seen_before, market.clients.familiar):
        runs[:] = NOBODY
    market.clients.familiarity = 0.0
    market.transfers[:] = -1
    for books in (market.counts, market.ledger, market.paid_before, market.starts):
        books[:] = np.zeros(1, books.dtype)
    market.price_rows[:] = market.price_path[0]
    market.candidates["number"] = 0
    market.week = week
    for axis in ("x", "y"):
        market.localities[axis] = market.zones[axis]
    for j in range(providers):
        provider(market, j, patch_locality=[*range(3), *22 * [0]], **CONTRACTED)
    council(market, fee_restraint=0.0, uplift_cap=0.0, package_share=1.0, codesigned=0.0, reach=0.0)
    assert market.state is market.state, "there is room for whoever comes, so rows stay where they are"
    return market


def person(market, i=0, **columns):
    """The i-th person: a council client of provider 0 with half an hour every morning, but for these columns.

    Home is the middle of the zone, but for `x` and `y`.
    """
    usual = {"status": RECEIVING, "payer": COUNCIL, "provider": 0, "former": -1, "age_group": 2}
    usual |= {"visits": 1, "carers": 1, "visit_minutes": 30.0, "need_minutes": 30.0, "hours": 3.5, "need_hours": 3.5}
    usual |= {"kept": 0, "notice": 0, "weeks_waiting": 0.0, "weeks_away": 0, "nights_left": 0.0, "log_need": 0.0}
    usual |= {"connection": 0.5, "sociability": 0.5, "delivered_share": 1.0, "missed_share": 0.0, "lives_alone": 0}
    usual |= {"unpaid_carer": 1, "unpaid_hours": 20.0, "unpaid_strain": P.unpaid_usual_strain, "late_share": 0.0}
    if columns.get("status") == WAITING:
        usual["provider"] = -1
    zone = market.zones[columns.get("zone", 0)]
    market.clients.home_x[i], market.clients.home_y[i] = columns.pop("x", zone["x"]), columns.pop("y", zone["y"])
    market.clients.tour[i] = tours(market.clients.home_x[i : i + 1], market.clients.home_y[i : i + 1])[0]
    market.clients.leg[i] = columns.pop("leg", 0.0)
    usual |= {"zone": columns.get("zone", 0), "locality": columns.get("zone", 0), "review": 0}
    need = usual | columns
    usual["agreed_hours"] = need["visits"] * need["need_minutes"] / 60.0 * 7.0 * need["carers"]
    return filled(market.clients.rows[i], usual | columns)


def worker(market, w=0, **columns):
    """The w-th care worker: in post with provider 0 on a zero-hours contract, but for these columns.

    Home is the middle of the zone, but for `x` and `y`.
    """
    zone = market.zones[columns.get("zone", 0)]
    usual = {"status": IN_POST, "provider": 0, "zone": 0, "absent": IN, "hours_wanted": 30.0, "guaranteed": 0.0}
    usual |= {"home_x": columns.pop("x", zone["x"]), "home_y": columns.pop("y", zone["y"])}
    usual["tour"] = tours(*np.array([[usual["home_x"]], [usual["home_y"]]]))[0]
    usual |= {"contact": 0.0, "travel": 0.0, "gap": 0.0, "owned": 0.0, "tenure": 100.0, "age": 42.0, "strain": 0.0}
    usual |= {"period_hours": 0.0, "period_pay": 0.0}
    if columns.get("status") == POOL:
        usual["provider"] = -1
    return filled(market.workers.rows[w], usual | columns)


def provider(market, j=0, **columns):
    """The j-th provider, with these columns; its office is in the middle of the zone that they give."""
    if "base_zone" in columns:
        zone = market.zones[columns["base_zone"]]
        columns |= {"base_x": zone["x"], "base_y": zone["y"]}
    return filled(market.providers.rows[j], columns)


def council(market, **columns):
    """The council, with these columns."""
    return filled(market.commissioners.rows[0], columns)


def filled(row, columns):
    """The row with these columns."""
    for name, value in columns.items():
        row[name] = value
    return row


def numbers(**changes):
    """The model's numbers with some changed, written `subject__quantity`."""
    return Parameters({name.replace("__", "."): float(value) for name, value in changes.items()}).numbers


def under(market, policy):
    """The market with these levers in force, decided and asked for; all others are neutral."""
    for levers in (market.levers, market.decided, market.asked):
        levers[:] = NEUTRAL.changed(policy).row
    return market


def carry_out(process, market, policy=None, parameters=P, seed=1):
    """The market after one process, if it is due; under these levers, all others neutral, unless told to keep them."""
    if policy is not None:
        market.levers[:] = NEUTRAL.changed(policy).row
    arguments = market, parameters, Numbers(market.levers), draws_of(seed, market.week)
    due = getattr(process, "when", None)
    if due is None or due(*arguments):
        process(*arguments)
    return market


def chances(market, process, who, part=0, seed=1):
    """The uniforms that these numbers draw in a process this week."""
    return draws_of(seed, market.week).uniform(process, who, part)
