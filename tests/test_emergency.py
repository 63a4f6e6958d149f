"""Emergency purchase at its ceiling for two years: it stays under its limit, ends, and moves no other rate."""

from dataclasses import replace

import numpy as np
import pytest

from caremarket_sim import week
from caremarket_sim.market.codes import RECEIVING
from caremarket_sim.parameters import Numbers, Parameters
from tests.small_place import begun, wigan

WEEKS = 104
LIMIT = 0.02
SHORT_OF_MONEY = {"fee.level": 0.72, "sourcing.emergency_rate": 1.6}
"""A fee at which many packages are refused for money, and the most that may be offered for them."""

NOBODY_GIVES_UP = {"exit.hand_back_rate": 0.0, "exit.insolvent_rate": 0.0, "exit.owners_capital": 1e9}
"""So that such a market lasts for two years, and no firm lives or dies by what is paid above the rate."""


def nothing_is_paid_above_the_rate(market, parameters, policy, draws):
    """What was agreed above the rate is forgotten just before the council pays."""
    market.clients.above_rate = 0.0


def ends_of_weeks(rule, paid=True):
    """The market of a council that is short of money under a fee rule, at the end of each week of two years."""
    scenario = wigan("baseline", WEEKS).with_levers(SHORT_OF_MONEY | {"fee.rule": rule})
    scenario = replace(scenario, parameters=Parameters({"sourcing.emergency_share": LIMIT} | NOBODY_GIVES_UP))
    processes = list(week.PROCESSES)
    if not paid:
        at = [str(process.__name__) for process in processes].index("council_pays")
        processes.insert(at, nothing_is_paid_above_the_rate)
    market = begun(scenario)
    for number in range(WEEKS):
        decided = Numbers(scenario.levers_at(number).row)
        week.one_week(market, scenario.parameters.numbers, decided, 1, tuple(processes))
        yield market


def rates(market):
    """The contract rate of each provider by its number."""
    return dict(zip(market.providers.number.tolist(), market.providers.rate.tolist(), strict=True))


@pytest.mark.parametrize(("rule", "least"), [("fixed", 100_000), ("open_book", 10_000)])
def test_at_its_ceiling_for_two_years_it_moves_no_rate_of_any_other_package(rule, least):
    """Open books pay at least what they show, so that less is refused for money."""
    spent = 0.0
    for paid, unpaid in zip(ends_of_weeks(rule), ends_of_weeks(rule, paid=False), strict=True):
        spent += paid.paid("council", "providers", "emergency purchase")
        assert unpaid.paid("council", "providers", "emergency purchase") == 0
        there, here = rates(paid), rates(unpaid)
        common = there.keys() & here.keys()
        assert {number: there[number] for number in common} == {number: here[number] for number in common}
    assert spent > least


def test_it_comes_to_its_ceiling_stays_under_it_and_ends():
    shares, before = [], 0.0
    above: dict[tuple[int, int], int] = {}
    for market in ends_of_weeks("fixed"):
        council, clients = market.commissioners.rows[0], market.clients
        hours = float(council["hours_emergency"])
        shares.append(hours / float(council["hours_held"]))
        if hours > before:
            assert shares[-1] < LIMIT * 1.01, "nothing is bought beyond it; what is held may shrink about it"
        before = hours
        now = (clients.emergency > 0) & (clients.status == RECEIVING)
        who = zip(clients.number[now].tolist(), market.providers.number[clients.provider[now]].tolist(), strict=True)
        above = {pair: above.get(pair, 0) + 1 for pair in who}
        assert max(above.values(), default=0) <= 13
    assert np.mean(shares[26:]) > 0.9 * LIMIT
