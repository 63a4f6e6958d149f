"""How person-centred, community-connected work is invented, shared, kept and forgotten."""

import numpy as np
import pytest

from caremarket_sim.mechanisms.practice import practice_spreads
from tests.mechanisms.markets import P, bare, carry_out, council, provider

NOTHING = {"stewardship.forum_per_year": 0, "stewardship.learning_capture": 0}


def spread(policy=None, week=4, commissioner=0.0, practices=(0.2, 0.4), reach=0.0, **columns):
    """The market after a month of two providers that trust the council by half."""
    market = bare(2, week)
    market.zones["assets"] = 0.5
    council(market, practice=commissioner, reach=reach)
    for j, practice in enumerate(practices):
        provider(market, j, **{"practice": practice, "trust": 0.5, "turnover": P.quality_turnover_reference} | columns)
    return carry_out(practice_spreads, market, NOTHING | (policy or {}))


def test_practice_that_nobody_keeps_alive_fades():
    assert spread().providers.practice == pytest.approx([0.2 * 0.99, 0.4 * 0.99])


def test_captured_learning_fades_less_and_the_commissioner_learns():
    market = spread({"stewardship.learning_capture": 0.5})
    left = 1 - 0.01 * (1 - 0.6 * 0.5)
    assert market.providers.practice == pytest.approx([0.2 * left, 0.4 * left])
    assert market.commissioners.practice[0] == pytest.approx(0.05 * 0.5 * 0.3 * left)


@pytest.mark.parametrize(("forums", "share"), [(3, 0.5), (6, 1), (12, 1)])
def test_forums_invent_and_share_what_others_know_the_more_with_trust(forums, share):
    market = spread({"stewardship.forum_per_year": forums})
    gain = (0.01 + 0.15 * 0.3 * 0.5) * share
    assert market.providers.practice[0] == pytest.approx(0.2 + gain * 0.8 - 0.01 * 0.2)
    knows_more = spread({"stewardship.forum_per_year": forums}, commissioner=0.9).providers.practice[0]
    taught = 0.1 * (0.9 - 0.2)
    assert knows_more == pytest.approx(0.2 + (0.01 + 0.15 * 0.9 * 0.5) * share * 0.8 + taught - 0.01 * 0.2)


def test_a_network_shares_what_other_councils_have_found_with_loss():
    market = spread({"stewardship.forum_per_year": 6, "stewardship.network": 1}, week=104)
    outside = (1 - np.exp(-0.3 * 2)) * 0.6 * 0.5
    gain = 0.01 + 0.15 * (0.3 + outside * 0.7) * 0.5
    assert market.providers.practice[0] == pytest.approx(0.2 + gain * 0.8 - 0.01 * 0.2)


def test_payment_by_outcomes_brings_attention():
    assert spread({"contract.outcome_share": 0.5}).providers.practice[0] == pytest.approx(0.2 + 0.01 * 0.8 - 0.002)


@pytest.mark.parametrize("change", [{"week": 5}, {"contracted": 0}, {"open": 0}])
def test_it_moves_monthly_and_among_contracted_providers_only(change):
    policy = {"stewardship.forum_per_year": 6, "contract.outcome_share": 0.5}
    assert spread(policy, **change).providers.practice.tolist() == [0.2, 0.4]


def test_who_looks_further_ahead_takes_practice_up_faster():
    forums = {"stewardship.forum_per_year": 12}
    usual, ahead = (spread(forums, horizon=P.motive_horizon * times).providers.practice[0] + 0.002 for times in (1, 4))
    assert ahead - 0.2 == pytest.approx(2 * (usual - 0.2)), "what fades is not hastened"


def test_practice_goes_with_those_who_leave_and_less_of_it_where_learning_is_captured():
    def lost(turnover, capture=0.0):
        policy = {"stewardship.learning_capture": capture}
        return 0.2 - spread(policy, turnover=turnover * P.quality_turnover_reference).providers.practice[0]

    assert lost(2.0) == pytest.approx(2 * lost(1.0)) == pytest.approx(0.004)
    assert lost(2.0, capture=0.5) == pytest.approx(0.7 * lost(2.0))


def test_who_knows_less_than_the_council_is_taught_and_who_knows_more_is_not():
    practice = spread(commissioner=0.3).providers.practice
    assert practice == pytest.approx([0.2 * 0.99 + 0.1 * 0.1, 0.4 * 0.99])


def test_what_other_councils_found_reaches_providers_through_stewards_too_and_the_council_keeps_it():
    def after(reach, **policy):
        return spread({"stewardship.network": 1} | policy, week=104, reach=reach)

    assert after(0.0).providers.practice[0] == pytest.approx(0.2 * 0.99), "nobody brings it"
    assert after(0.8).providers.practice[0] > after(0.4).providers.practice[0] > 0.2 * 0.99
    capture = {"stewardship.learning_capture": 1}
    alone = spread(capture, week=104).commissioners.practice[0]
    assert after(0.0, **capture).commissioners.practice[0] > alone
