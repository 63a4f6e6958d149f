"""What owners are after: traits of their own, and what follows from them."""

import numpy as np
import pytest

from caremarket_sim import settling
from caremarket_sim.compiled.draws import draws_of
from caremarket_sim.market.codes import CHAIN, COOPERATIVE, IN_HOUSE, INDEPENDENT, NOT_FOR_PROFIT
from caremarket_sim.market.firms import drawn_owner, own
from caremarket_sim.market.providers import Providers
from caremarket_sim.parameters import register
from tests.mechanisms.markets import P, numbers
from tests.small_place import REGIMES, begun, small

SLOPES = [name for name in register() if name.startswith("motive.") and name.endswith("_slope")]
ALIKE = {"motive.care_spread": 0.0, "motive.horizon_spread": 0.0, "motive.margin_spread": 0.0}
TRAITS = "care", "horizon", "margin_target"


def owners(count=4000, kinds=None, **changes):
    """So many owners, each of the kind that its number draws unless all are of some kind."""
    p, key = numbers(**changes), draws_of(1, 0).fixed("born_firm")
    rows = Providers().add(count)
    for number, row in enumerate(rows):
        kind = drawn_owner(draws_of(1, 0).uniform("kinds", np.array([number]))[0], p) if kinds is None else kinds
        own(row, kind, number, p, key)
    return rows


def standard(rows):
    """Traits with mean 0 and spread 1, each so that more is further from extraction."""
    traits = np.array([rows["care"], np.log(rows["horizon"]), -rows["margin_target"]])
    return (traits - traits.mean(axis=1, keepdims=True)) / traits.std(axis=1, keepdims=True)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
def test_every_pair_of_traits_has_the_correlation_that_is_set(correlation):
    found = np.corrcoef(standard(owners(motive__correlation=correlation)))[np.triu_indices(3, 1)]
    assert found == pytest.approx([correlation] * 3, abs=0.06), "but for bounds of a trait"


def test_traits_are_spread_about_the_usual_owner_s():
    rows = owners()
    assert rows["care"].mean() == pytest.approx(P.motive_care, abs=0.01)
    assert rows["care"].std() == pytest.approx(P.motive_care_spread, abs=0.02)
    assert np.exp(np.log(rows["horizon"]).mean()) == pytest.approx(P.motive_horizon, rel=0.05)
    assert rows["margin_target"].mean() == pytest.approx(P.motive_margin, abs=0.001)
    assert (rows["margin_target"] >= 0).all() and rows["care"].min() >= 0 and rows["care"].max() <= 1


def test_kinds_of_owner_differ_in_what_traits_share_and_not_where_they_share_nothing():
    def care(kind, correlation):
        return owners(800, kind, motive__correlation=correlation)["care"].mean()

    assert care(CHAIN, 0.5) < care(INDEPENDENT, 0.5) < care(NOT_FOR_PROFIT, 0.5)
    assert care(CHAIN, 0.0) == care(NOT_FOR_PROFIT, 0.0)


def test_owners_who_may_take_surplus_out_take_the_more_the_shorter_their_horizon():
    rows = owners(200, INDEPENDENT)
    assert (np.diff(rows["extraction"][np.argsort(rows["horizon"])]) <= 0).all()
    assert set(owners(50, INDEPENDENT, motive__distribution_slope=0)["extraction"]) == {P.ownership_extraction}
    for kind in (NOT_FOR_PROFIT, COOPERATIVE, IN_HOUSE):
        assert not owners(50, kind)["extraction"].any()


def test_a_firm_s_traits_are_its_number_s_whoever_else_there_is():
    many, few = owners(300), owners(30)
    assert all((many[name][:30] == few[name]).all() for name in TRAITS)


def test_what_a_firm_is_like_to_work_for_is_its_number_s_in_every_regime():
    found = []
    for policy in REGIMES:
        market = settling.go_through(small(policy, 60), settling.fork(begun(small()), small(policy, 60)), 1)
        found.append(dict(zip(market.providers.number.tolist(), market.providers.as_employer.tolist(), strict=True)))
    common = set.intersection(*map(set, found))
    assert len(common) > 1 and len(set(found[0].values())) == len(found[0])
    assert all(one[number] == found[0][number] for one in found for number in common)


def outcome(slope, policy, given):
    """Indicators of a year of a small place, settled with every slope at this value."""
    scenario = small(policy, 52).with_parameters({name: slope for name in SLOPES} | given)
    (found,) = settling.simulate(1, [scenario])
    return found.overall


@pytest.mark.parametrize("policy", ["block", "collaborative"])
def test_with_all_owners_alike_nothing_follows_from_motive_whatever_the_slopes(policy):
    assert np.array_equal(outcome(1.0, policy, ALIKE), outcome(0.0, policy, ALIKE), equal_nan=True)


def test_with_owners_who_differ_slopes_matter():
    assert not np.array_equal(outcome(1.0, "block", {}), outcome(0.0, "block", {}), equal_nan=True)


def test_every_slope_may_be_nothing_and_correlation_may_be_nothing_or_all():
    assert {(register()[name].low, register()[name].high) for name in SLOPES} == {(0.0, 1.0)}
    assert (register()["motive.correlation"].low, register()["motive.correlation"].high) == (0.0, 1.0)
