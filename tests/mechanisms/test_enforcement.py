"""Who obeys the law on pay, who is found out, and what that costs."""

import numpy as np
import pytest

from caremarket_sim.compiled import plain
from caremarket_sim.market.law import UNDECIDED, chance_to_be_found, chance_to_obey, solve_care_weight
from caremarket_sim.mechanisms.enforcement import providers_weigh_the_law, the_law_is_enforced
from caremarket_sim.parameters import Numbers
from caremarket_sim.policy import NEUTRAL
from tests.mechanisms.markets import P, bare, carry_out, council, numbers, provider
from tests.small_place import begun, from_python, small

CHECKED = {"stewardship.pay_checks": 0.25}
CERTAIN = numbers(law__found_chance=0.05, law__arrears_years=6, law__penalty=2)


def weighed(policy=None, parameters=P, week=52, care_weight=1.0, **columns):
    """Whether a provider obeys after it has weighed the law."""
    market = bare(week=week)
    council(market, care_weight=care_weight)
    provider(market, care=0.5, **columns)
    return carry_out(providers_weigh_the_law, market, policy or {}, parameters).providers.lawful[0]


def obeys(care, care_weight, found, parameters=P):
    return from_python(chance_to_obey)(care, care_weight, found, parameters.row[0])


def test_the_chance_to_obey_follows_care_and_what_is_expected_back():
    expected = 1 / (1 + np.exp((1 - 0.01 * 3 * 2 - 0.5) / 0.2))
    assert obeys(0.5, 1.0, 0.01) == pytest.approx(expected)
    assert obeys(0.5, 1.0, 0.05) > obeys(0.5, 1.0, 0.01) > obeys(0.2, 1.0, 0.01)
    assert obeys(0.5, 1.0, 0.05, CERTAIN) > obeys(0.5, 1.0, 0.05)


def test_who_may_be_found_nationally_may_also_be_found_by_the_council_that_contracts_with_it():
    found, checked = plain(chance_to_be_found), Numbers(NEUTRAL.changed(CHECKED).row)
    assert found(checked, 1, P) == pytest.approx(0.01 + 0.8 * 0.25)
    assert found(checked, 0, P) == pytest.approx(0.01)


def test_a_provider_obeys_where_the_chance_is_above_its_draw():
    chance = obeys(0.5, 1.0, 0.01)
    assert weighed(scruple=chance - 0.01) == 1
    assert weighed(scruple=chance + 0.01) == 0


def test_pay_checks_make_those_obey_who_would_not():
    assert weighed(scruple=0.5) == 0 == weighed(CHECKED, scruple=0.5, contracted=0)
    assert weighed(CHECKED, scruple=0.5) == 1


def test_it_is_weighed_in_april_or_where_it_has_not_been():
    assert weighed(week=51, scruple=0.01, lawful=0) == 0
    assert weighed(week=51, scruple=0.01, lawful=UNDECIDED) == 1 == weighed(week=52, scruple=0.01, lawful=0)
    assert weighed(week=51, scruple=0.99, lawful=1) == 1


def test_whoever_was_found_obeys_for_some_years():
    assert weighed(scruple=0.99, bound=2) == 1
    assert weighed(scruple=0.99, bound=1) == 0


def enforced(policy=None, parameters=P, seeds=range(40), **columns):
    """Markets after a week of enforcement, for many lots of chance."""
    for seed in seeds:
        market = bare()
        usual = {"arrears": 1000.0, "underpaid": 0.0, "cash": 50_000, "year_surplus": 0.0}
        provider(market, **(usual | columns))
        yield carry_out(the_law_is_enforced, market, policy or {}, parameters, seed)


def test_whoever_is_found_pays_arrears_and_a_penalty_from_its_cash_and_obeys():
    often = numbers(law__found_chance=0.05)
    found = [m for m in enforced({"stewardship.pay_checks": 1}, often) if m.counts["found_out"][0]]
    assert found
    owed = 1000 * (1 - 1 / 156)
    for market in found:
        assert market.paid("providers", "workers", "arrears of pay") == pytest.approx(owed, abs=0.01)
        assert market.paid("providers", "treasury", "penalties") == pytest.approx(owed, abs=0.01)
        r = market.providers.rows[0]
        assert r["cash"] == pytest.approx(50_000 - 200 * owed, abs=2) and r["year_surplus"] == pytest.approx(-2 * owed)
        assert (r["lawful"], r["bound"], r["arrears"]) == (1, 156, 0)


def test_nobody_is_found_who_owes_nothing_has_closed_or_obeys_since_it_was_found():
    for columns in ({"arrears": 0.0}, {"open": 0}, {"bound": 5}):
        markets = enforced({"stewardship.pay_checks": 1}, **columns)
        assert not any(market.counts["found_out"][0] for market in markets)


def test_as_many_are_found_in_a_year_as_the_chance_says():
    found = sum(m.counts["found_out"][0] for m in enforced({"stewardship.pay_checks": 0.5}, seeds=range(1500)))
    expected = 1500 * (1 - (1 - 0.41) ** (1 / 52))
    assert abs(found - expected) < 4 * np.sqrt(expected)


def test_what_can_be_claimed_back_settles_at_so_many_years_of_underpayment():
    market = bare()
    provider(market, arrears=0.0, underpaid=10.0)
    for _ in range(52 * 30):
        carry_out(the_law_is_enforced, market, {}, numbers(law__found_chance=0.002), seed=3)
        assert market.counts["found_out"][0] == 0
    assert market.providers.arrears[0] == pytest.approx(10 * 52 * 3, rel=1e-3)
    assert market.counts["underpaid"][0] == pytest.approx(52 * 30 * 10)


def test_care_for_staff_weighs_so_much_that_as_many_go_without_pay_for_travel_as_a_survey_found():
    market = begun(small())
    weight = solve_care_weight(market, 0, P)
    providers = market.providers.rows[market.providers.open == 1]
    unpaid = [1 - obeys(j["care"], weight, 0.01) for j in providers]
    assert np.average(unpaid, weights=providers["staff"]) == pytest.approx(P.baseline_unpaid_travel_share, abs=1e-6)
