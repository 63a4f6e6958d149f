"""Which hours providers guarantee."""

import numpy as np
import pytest

from caremarket_sim.mechanisms.contract_offers import contracts_convert, providers_offer_contracts
from tests.mechanisms.markets import P, bare, carry_out, council, numbers, provider, worker

SPREAD = 0.15
"""Spread of hours lost at short notice at which the hours that a guarantee leaves open are one spread."""
IDLE = (
    12.0
    * (1 + P.money_holiday_share + P.money_employer_charge_share + 0.138 * 0.5)
    * 29.5
    * SPREAD
    * (0.24197072451914337 - 0.15865525393145707)
)
"""What a guarantee then costs, £ a worker-week: pay with on-costs, hours wanted, and the normal loss at one spread."""


def offered(policy=None, parameters=None, commissioner=None, **columns):
    """The share of posts with guaranteed hours of a provider for whom nothing speaks for it or against."""
    market = bare()
    alike = {"volatility_zero": 0.06, "volatility_guaranteed": 0.06, "volatility_reference": 0.06}
    council(market, contract_intercept=0.0, leaving_usual=np.log(0.27 / 0.73), **alike | (commissioner or {}))
    provider(market, **{"cuts": 0.0, "rate": 24.0, "cost_fixed": 15.0, "cost_travel": 1.0} | columns)
    return carry_out(
        providers_offer_contracts, market, policy or {}, parameters or numbers()
    ).providers.guaranteed_share[0]


def logit(share):
    return np.log(share / (1 - share))


def share(logit):
    return pytest.approx(1 / (1 + np.exp(-logit)))


def test_half_of_posts_where_nothing_speaks_for_it_or_against():
    assert offered() == share(0)


def test_hours_paid_without_a_visit_speak_against_a_guarantee():
    assert logit(offered(cuts=SPREAD**2)) == pytest.approx(-IDLE / 3)
    assert offered(cuts=0.3**2) < offered(cuts=SPREAD**2) < offered(cuts=0.05**2) < 0.5


def test_the_part_that_the_council_pays_for_used_or_not_costs_a_provider_nothing():
    half = {"contract.guaranteed_volume": 0.5}
    assert logit(offered(half, cuts=SPREAD**2)) == pytest.approx(-0.5 * IDLE / 3)
    assert logit(offered(half, cuts=SPREAD**2, council_hours=50.0)) == pytest.approx(-0.75 * IDLE / 3)
    assert logit(offered(half, cuts=SPREAD**2, contracted=0)) == pytest.approx(-IDLE / 3)


def test_leavers_whom_certain_hours_would_keep_speak_for_a_guarantee():
    def worth(horizon=P.motive_horizon, **changes):
        apart = {"volatility_zero": 0.11}
        return 3 * logit(
            offered({"contract.payment_basis": "planned_time"}, numbers(**changes), apart, horizon=horizon)
        )

    more = P.leaving_volatility_effect * (1 - 0.8 * 0.5)
    weekly = [1 - (1 + 0.27 / 0.73 * np.exp(change)) ** (-1 / 52) for change in (0.0, more)]
    assert worth() == pytest.approx((weekly[1] - weekly[0]) * (1500 + 8 * 29.5 * (24 - 15 - 1)))
    assert worth(horizon=P.motive_horizon / 4) == pytest.approx(worth() / 2), "the square root at a slope of a half"
    assert worth(horizon=P.motive_horizon / 4, motive__offers_slope=0) == worth()
    assert worth(leaving__volatility_effect=0) == 0


@pytest.mark.parametrize(
    ("lever", "value"),
    [("contract.payment_basis", "planned_time"), ("contract.term_years", 8), ("contract.retainer_weeks", 4)],
)
def test_the_form_of_a_contract_alone_moves_no_choice_of_employment(lever, value):
    assert offered({lever: value}, cuts=SPREAD**2) == offered(cuts=SPREAD**2)


def test_the_council_s_cap_on_zero_hours_holds_for_those_with_a_contract():
    assert offered({"employment.zero_hours_cap": 0.2}) == pytest.approx(0.8)
    assert offered({"employment.zero_hours_cap": 0.2}, contracted=0) == share(0)


def test_the_council_s_norm_is_what_those_with_a_contract_offer():
    assert offered({"employment.contract_norm": "guaranteed"}) == 1
    assert offered({"employment.contract_norm": "zero_hours", "contract.guaranteed_volume": 1}) == 0
    assert offered({"employment.contract_norm": "guaranteed"}, contracted=0) == share(0)
    assert offered({"employment.contract_norm": "zero_hours"}, contracted=0) == share(0)
    assert offered({"employment.contract_norm": "guaranteed", "employment.zero_hours_cap": 0.2}) == 1


def guaranteed_after(policy=None, aim=1.0, zero_staff=1.0, guaranteed=0.0, flexibility=0.0, tenure=30.0):
    """Guaranteed hours of one of a provider's staff, where every offer and lapse that may come this week comes."""
    market = bare()
    provider(market, guaranteed_share=aim, staff=1.0, zero_staff=zero_staff)
    worker(market, guaranteed=guaranteed, flexibility=flexibility, tenure=tenure)
    sure = numbers(contract__conversion_rate=1, contract__lapse_rate=1)
    return carry_out(contracts_convert, market, policy or {}, sure).workers.guaranteed[0]


def test_staff_on_zero_hours_get_a_guarantee_where_the_provider_has_fewer_than_it_wants():
    assert guaranteed_after() == pytest.approx(0.85 * 30)
    assert guaranteed_after(aim=0.0) == 0


def test_whoever_wants_flexibility_declines_and_starters_have_to_wait():
    assert guaranteed_after(flexibility=0.8) == guaranteed_after(tenure=25.0) == 0


def test_a_cap_on_zero_hours_leaves_no_room_to_decline_or_to_wait():
    assert guaranteed_after({"employment.zero_hours_cap": 0}, flexibility=0.8, tenure=0.0) == pytest.approx(0.85 * 30)


def test_a_norm_of_guaranteed_hours_lets_some_decline_up_to_its_cap():
    norm = {"employment.contract_norm": "guaranteed", "employment.zero_hours_cap": 0.2}
    assert guaranteed_after(norm, flexibility=0.8, zero_staff=0.15) == 0
    assert guaranteed_after(norm, flexibility=0.8, zero_staff=0.25) == pytest.approx(0.85 * 30)
    assert guaranteed_after({"employment.contract_norm": "guaranteed"}, flexibility=0.8) == 0
    assert guaranteed_after(norm, flexibility=0.1, zero_staff=0.15) == pytest.approx(0.85 * 30)


def test_a_norm_of_zero_hours_makes_guarantees_lapse():
    norm = {"employment.contract_norm": "zero_hours"}
    assert guaranteed_after(norm, aim=0.0, zero_staff=0.0, guaranteed=25.0) == 0


def test_guarantees_lapse_where_a_provider_has_more_than_it_wants():
    assert guaranteed_after(aim=0.0, zero_staff=0.0, guaranteed=25.0) == 0
    assert guaranteed_after(aim=1.0, zero_staff=0.0, guaranteed=25.0) == 25
