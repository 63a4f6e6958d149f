"""Which hours providers guarantee."""

import numpy as np
import pytest

from caremarket_sim.mechanisms.contract_offers import contracts_convert, providers_offer_contracts
from tests.mechanisms.markets import bare, carry_out, council, numbers, provider, worker


def offered(policy=None, **columns):
    """The share of posts with guaranteed hours of a provider for whom nothing speaks for it or against."""
    market = bare()
    council(market, contract_intercept=0.0)
    provider(market, **columns)
    return carry_out(providers_offer_contracts, market, policy or {}).providers.guaranteed_share[0]


def share(logit):
    return pytest.approx(1 / (1 + np.exp(-logit)))


def test_half_of_posts_where_nothing_speaks_for_it_or_against():
    assert offered() == share(0)


@pytest.mark.parametrize(
    ("lever", "value", "logit"),
    [
        ("contract.guaranteed_volume", 0.8, 2.0 * 0.8),
        ("contract.payment_basis", "planned_time", 1.2),
        ("contract.payment_basis", "actual_minutes", 0),
        ("contract.retainer_weeks", 4, 0.05 * 4),
        ("contract.term_years", 6, 0.15 * 2),
    ],
)
def test_certain_volume_planned_payment_and_a_long_term_let_a_provider_guarantee_hours(lever, value, logit):
    assert offered({lever: value}) == share(logit)
    assert offered({lever: value}, council_hours=50.0) == share(logit / 2), "for the part that the council buys"
    assert offered({lever: value}, contracted=0) == share(0)


def test_mission_makes_it_guarantee_more():
    assert offered(mission=0.9) == share(1.5 * 0.4)


def test_the_council_s_cap_on_zero_hours_holds_for_those_with_a_contract():
    assert offered({"employment.zero_hours_cap": 0.2}) == pytest.approx(0.8)
    assert offered({"employment.zero_hours_cap": 0.2}, contracted=0) == share(0)


def test_the_council_s_norm_is_what_those_with_a_contract_offer():
    assert offered({"employment.contract_norm": "guaranteed"}) == 1
    assert offered({"employment.contract_norm": "zero_hours", "contract.guaranteed_volume": 1}) == 0
    assert offered({"employment.contract_norm": "guaranteed"}, contracted=0) == share(0)
    assert offered({"employment.contract_norm": "zero_hours"}, contracted=0) == share(0)
    assert offered({"employment.contract_norm": "guaranteed", "employment.zero_hours_cap": 0.2}) == 1


def guaranteed_after(policy=None, aim=1.0, zero_staff=1.0, guaranteed=0.0, keenness=1.0, tenure=30.0):
    """Guaranteed hours of one of a provider's staff, where every offer and lapse that may come this week comes."""
    market = bare()
    provider(market, guaranteed_share=aim, staff=1.0, zero_staff=zero_staff)
    worker(market, guaranteed=guaranteed, keenness=keenness, tenure=tenure)
    sure = numbers(contract__conversion_rate=1, contract__lapse_rate=1)
    return carry_out(contracts_convert, market, policy or {}, sure).workers.guaranteed[0]


def test_staff_on_zero_hours_get_a_guarantee_where_the_provider_has_fewer_than_it_wants():
    assert guaranteed_after() == pytest.approx(0.85 * 30)
    assert guaranteed_after(aim=0.0) == 0


def test_some_decline_and_starters_have_to_wait():
    assert guaranteed_after(keenness=0.2) == guaranteed_after(tenure=25.0) == 0


def test_a_cap_on_zero_hours_leaves_no_room_to_decline_or_to_wait():
    assert guaranteed_after({"employment.zero_hours_cap": 0}, keenness=0.2, tenure=0.0) == pytest.approx(0.85 * 30)


def test_a_norm_of_guaranteed_hours_lets_some_decline_up_to_its_cap():
    norm = {"employment.contract_norm": "guaranteed", "employment.zero_hours_cap": 0.2}
    assert guaranteed_after(norm, keenness=0.2, zero_staff=0.15) == 0
    assert guaranteed_after(norm, keenness=0.2, zero_staff=0.25) == pytest.approx(0.85 * 30)
    assert guaranteed_after({"employment.contract_norm": "guaranteed"}, keenness=0.2) == 0
    assert guaranteed_after(norm, keenness=0.9, zero_staff=0.15) == pytest.approx(0.85 * 30)


def test_a_norm_of_zero_hours_makes_guarantees_lapse():
    norm = {"employment.contract_norm": "zero_hours"}
    assert guaranteed_after(norm, aim=0.0, zero_staff=0.0, guaranteed=25.0) == 0


def test_guarantees_lapse_where_a_provider_has_more_than_it_wants():
    assert guaranteed_after(aim=0.0, zero_staff=0.0, guaranteed=25.0) == 0
    assert guaranteed_after(aim=1.0, zero_staff=0.0, guaranteed=25.0) == 25
