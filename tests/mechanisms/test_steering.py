"""What the council sees of its market, and what it makes of it."""

import numpy as np
import pytest

from caremarket_sim.mechanisms.steering import council_steers
from tests.mechanisms.markets import bare, carry_out, council, numbers, provider

CALM = {"receiving_council": 100.0, "waiting_council": 1.6, "spend": 1000.0, "budget": 1000.0}
CALM |= {"waiting_seen": 0.016, "hand_backs_seen": 0.02, "overspend_seen": 0.0}


def steered(policy=None, noise=0.0, hand_backs=100 * 0.02 / 52, seed=1, **columns):
    """The council, which sees what it puts up with but for what is said, after a week."""
    market = bare()
    market.counts["hand_backs"] = hand_backs
    council(market, **(CALM | columns))
    policy = {"stewardship.capacity_fte": 0} | (policy or {})
    return carry_out(council_steers, market, policy, numbers(stewardship__noise=noise), seed).commissioners.rows[0]


@pytest.mark.parametrize(("fte", "reach"), [(0, 0), (0.15, 1 - np.exp(-1)), (0.3, 1 - np.exp(-2))])
def test_stewardship_reaches_the_further_the_more_of_it_there_is_for_a_provider(fte, reach):
    assert steered({"stewardship.capacity_fte": fte})["reach"] == pytest.approx(reach)


def test_a_provider_that_is_private_or_shut_needs_no_stewardship():
    market = bare(3)
    provider(market, 1, contracted=0)
    provider(market, 2, open=0)
    carry_out(council_steers, market, {"stewardship.capacity_fte": 0.15})
    assert market.commissioners.reach[0] == pytest.approx(1 - np.exp(-1))
    for j in (1, 2):
        provider(market, j, contracted=1, open=1)
    carry_out(council_steers, market, {"stewardship.capacity_fte": 0.15})
    assert market.commissioners.reach[0] == pytest.approx(1 - np.exp(-1 / 3))


def test_what_is_put_up_with_changes_nothing():
    assert steered()["uplift_cap"] == pytest.approx(0)


@pytest.mark.parametrize(
    ("change", "uplift"),
    [
        ({"waiting_seen": 0.026, "waiting_council": 2.6}, 5 * 0.01),
        ({"hand_backs_seen": 0.07, "hand_backs": 100 * 0.07 / 52}, 2 * 0.05),
        ({"overspend_seen": 0.05, "spend": 1050.0}, -4 * 0.05),
        ({"overspend_seen": -0.5, "spend": 500.0}, 0),
        ({"waiting_seen": 1.0, "waiting_council": 100.0}, 0.3),
        ({"overspend_seen": 1.0, "spend": 2000.0}, -0.3),
    ],
)
def test_the_next_uplift_follows_waiting_hand_backs_and_overspend_within_a_limit(change, uplift):
    assert steered(**change)["uplift_cap"] == pytest.approx(uplift)


@pytest.mark.parametrize(("fte", "lag"), [(0, 13), (1e3, 4)])
def test_the_council_sees_late_and_sooner_with_stewardship(fte, lag):
    r = steered({"stewardship.capacity_fte": min(fte, 20)}, waiting_council=10.0, hand_backs=10.0, spend=1200.0)
    assert r["waiting_seen"] == pytest.approx(0.016 + (0.1 - 0.016) / lag)
    assert r["hand_backs_seen"] == pytest.approx(0.02 + (5.2 - 0.02) / (4 * lag))
    assert r["overspend_seen"] == pytest.approx(0.2 / (2 * lag))


def test_what_it_sees_has_noise_that_stewardship_takes_away():
    assert steered(noise=0.01)["waiting_seen"] != steered(noise=0.01, seed=2)["waiting_seen"]
    close = {"stewardship.capacity_fte": 20}
    assert steered(close, noise=0.01)["waiting_seen"] == pytest.approx(0.016)
