"""Every pound paid is a pound received: purses balance to the penny, and payments are hours times rates."""

import numpy as np
import pytest
from hypothesis import given

from caremarket_sim.market.ledger import PARTY, PURPOSE, as_parties
from caremarket_sim.parameters import Numbers
from tests import plain_books
from tests.small_place import FEW, REGIMES, begun, random_policies, small, weekly, wigan

WATCHED = (
    "council_pays",
    "carers_are_paid",
    "social_value_is_counted",
    "providers_distribute_surplus",
    "the_law_is_enforced",
    "providers_hand_back",
    "providers_close",
    "providers_enter",
    "regulator_inspects",
)


def books_of(market):
    """The week's books of the only council: payer × payee × purpose, in pence."""
    (books,) = as_parties(market.ledger)
    return books


def check_balance(start, end):
    """Opening + in − out = closing for every purse, and what parties have gained others have lost.

    It holds in the week in which firms that have closed are dropped too: what was theirs is with their owners.
    """
    books = books_of(end)
    paid, received = books.sum(axis=(1, 2)), books.sum(axis=(0, 2))
    assert np.array_equal(start.purses[0] + received - paid, end.purses[0])
    assert end.purses.sum() == 0
    assert (received - paid).sum() == 0
    providers = PARTY["providers"]
    assert end.providers.cash.sum() - start.providers.cash.sum() == received[providers] - paid[providers]


def check_line(ledger, line, amounts):
    """The ledger's line holds these amounts, each rounded once to the penny."""
    payer, payee, purpose = line
    amounts = [float(amount) for amount in np.atleast_1d(amounts)]
    posted = int(ledger[PARTY[payer], PARTY[payee], PURPOSE[purpose]])
    on_the_edge = sum(abs(abs(100.0 * amount) % 1.0 - 0.5) < 1e-5 for amount in amounts)
    expected = sum(plain_books.pence(amount) for amount in amounts)
    assert abs(posted - expected) <= on_the_edge, f"{line}: {posted} pence posted, {expected} by hours and rates"


def check_cash(before, books, after):
    """Every single provider's cash moved by what the books say of it, to the penny."""
    cash = before.providers.cash.copy()
    for (payer, payee, _), amounts in books.items():
        if "providers" in (payer, payee):
            cash += np.array([plain_books.pence(amount) for amount in amounts]) * (1 if payee == "providers" else -1)
    assert np.abs(cash - after.providers.cash).max() <= 1  # a penny, where an amount was on the edge of one


def check_openings_and_closings(seen, p):
    """Whoever opens brings capital, and what is left of whoever closes goes to its owners."""
    start, before, after = seen["start"].providers, seen["providers_close"].providers, seen["providers_enter"].providers
    ledger = books_of(seen["end"])
    closed = (before.open == 1) & (after.open == 0)
    assert not after.cash[closed].any()
    left = int(before.cash[closed].sum())
    assert ledger[PARTY["providers"], PARTY["owners"], PURPOSE["capital"]] == left
    brought = 0
    for row in seen["regulator_inspects"].providers.rows[len(after) :]:
        brought += int(row["cash"])
        assert int(row["cash"]) in [plain_books.pence(pounds) for pounds in plain_books.opening_capital(row, p)]
    settled = seen["council_pays"].providers
    agencies = (settled.open == 1) & (settled.last_resort == 0)
    newcomers = set(settled.number[agencies]) - set(start.number[start.open == 1])
    capital = p.entry_capital + p.entry_capital_per_hour * p.procurement_newcomer_hours
    brought += len(newcomers) * plain_books.pence(capital)
    assert ledger[PARTY["world"], PARTY["providers"], PURPOSE["capital"]] == brought


def check_procurement(seen, p):
    """A tender costs the council so much, each bid and each person who moves to a new provider so much more."""
    end = seen["end"]
    index = end.prices["price_index"]
    total = int(books_of(end)[PARTY["council"], PARTY["suppliers"], PURPOSE["procurement"]])
    tender = total - plain_books.pence(float(end.counts["transferred"][0]) * p.procurement_transfer_cost * index)
    bids = (tender / 100.0 / index - p.procurement_tender_cost) / p.procurement_bid_cost
    assert abs(tender) <= 1 or (abs(bids - round(bids)) * p.procurement_bid_cost < 0.02 and bids > -0.5)


def check_week(scenario, seen):
    """All that the plain books say of a week, against what the model posted."""
    end = seen["end"]
    p = scenario.parameters.numbers
    lever = Numbers(seen["council_pays"].levers)
    check_balance(seen["start"], end)
    council = plain_books.council_books(seen["council_pays"], p, lever)
    check_cash(seen["council_pays"], council, seen["carers_are_paid"])
    provider = plain_books.provider_books(seen["carers_are_paid"], p, lever)
    check_cash(seen["carers_are_paid"], provider, seen["social_value_is_counted"])
    after = seen["providers_distribute_surplus"]
    penalties = {
        ("providers", "council", "penalties"): plain_books.penalties(seen["social_value_is_counted"], after, p, lever)
    }
    check_cash(seen["social_value_is_counted"], penalties, after)
    surplus = plain_books.surplus_books(after, p, lever)
    found = plain_books.found_out(seen["the_law_is_enforced"], seen["providers_hand_back"], p)
    check_cash(seen["the_law_is_enforced"], found, seen["providers_hand_back"])
    support = {("council", "suppliers", "co-operative support"): lever.community_coop_support / 52.0}
    homes = plain_books.care_home_books(seen["council_pays"], p)
    books = council | provider | penalties | surplus | support | found | homes
    for line, amounts in books.items():
        check_line(books_of(end), line, amounts)
    check_openings_and_closings(seen, p)
    check_procurement(seen, p)
    nowhere_else = books_of(end).copy()
    for payer, payee, purpose in books:
        nowhere_else[PARTY[payer], PARTY[payee], PURPOSE[purpose]] = 0
    for purpose in ("capital", "procurement", "co-design"):
        nowhere_else[:, :, PURPOSE[purpose]] = 0
    assert not nowhere_else.any()


@given(random_policies())
@FEW
def test_purses_balance_and_payments_are_hours_times_rates_whatever_the_policy(scenario):
    for seen in weekly(scenario, begun(scenario), watched=WATCHED):
        check_week(scenario, seen)


@pytest.mark.parametrize("name", REGIMES)
def test_purses_balance_to_the_penny_at_full_size(name):
    scenario = wigan(name, 3)
    for seen in weekly(scenario, begun(scenario), watched=WATCHED):
        check_week(scenario, seen)


def test_purses_balance_to_the_penny_in_an_emergency():
    scenario = wigan("baseline", 8).with_levers({"fee.level": 0.7})
    for seen in weekly(scenario, begun(scenario), watched=WATCHED):
        check_week(scenario, seen)
    assert seen["end"].paid("council", "providers", "emergency purchase") > 0


def test_co_design_is_paid_for_once_when_it_begins():
    scenario = small("collaborative", 60)
    months = scenario.levers_at(0)["stewardship.codesign_months"]
    paid = [
        seen["end"].paid("council", "suppliers", "co-design") for seen in weekly(scenario, begun(scenario), watched=())
    ]
    assert months > 0
    assert paid == [pytest.approx(months * scenario.parameters["procurement.codesign_cost"]), *[0.0] * 59]


@pytest.mark.parametrize("payer", ["council", "workers"])
def test_a_payment_is_the_same_pence_on_both_sides(payer):
    market = begun(small())
    market.ledger[:] = 0
    market.pay(payer, "suppliers", "overhead", 12.345)
    assert market.paid(payer, "suppliers", "overhead") == market.paid() == 12.34  # half a penny goes to the even one
    assert market.purses[0, PARTY[payer]] == -1234
    assert market.purses[0, PARTY["suppliers"]] == 1234


def test_what_providers_receive_and_pay_is_in_their_own_cash_revenue_and_cost():
    market = begun(small())
    market.ledger[:] = 0
    providers = market.providers
    cash, revenue, cost = providers.cash.copy(), providers.revenue.copy(), providers.cost.copy()
    amounts = np.linspace(0.0, 99.999, len(providers))
    market.pay("council", "providers", "fees", amounts)
    market.pay("providers", "workers", "wages", 2.0 * amounts)
    pence = np.rint(100.0 * amounts) - np.rint(200.0 * amounts)
    assert np.array_equal(providers.cash - cash, pence)
    assert providers.revenue - revenue == pytest.approx(np.rint(100.0 * amounts) / 100.0)
    assert providers.cost - cost == pytest.approx(np.rint(200.0 * amounts) / 100.0)
    assert market.purses[0, PARTY["providers"]] == pence.sum()
