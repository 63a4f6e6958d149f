"""Visits that are billed as planned and shorter in fact."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caremarket_sim.market.codes import POOL
from caremarket_sim.mechanisms.clipping import visits_are_clipped
from caremarket_sim.mechanisms.experience import care_is_experienced
from caremarket_sim.mechanisms.payments import council_pays
from caremarket_sim.mechanisms.trust import trust_moves
from caremarket_sim.mechanisms.wellbeing import quality_of_life_responds
from tests.mechanisms.markets import P, bare, carry_out, council, numbers, person, provider, worker

UNSEEN = {"stewardship.monitoring": 0, "contract.payment_basis": "planned_time"}


def clipped(policy=None, parameters=None, **columns):
    """The market after a week of a provider at its margin, whom nobody trusts or checks, with 100 hours delivered."""
    market = bare()
    provider(market, delivered=100.0, delivered_council=80.0, margin=P.motive_margin, trust=0.0, clients=10.0)
    provider(market, **columns)
    worker(market, contact=30.0)
    worker(market, 1, contact=30.0, status=POOL)
    return carry_out(visits_are_clipped, market, UNSEEN | (policy or {}), parameters or numbers())


def share(*arguments, **columns):
    return clipped(*arguments, **columns).providers.clipping[0]


def test_the_usual_owner_under_no_pressure_clips_the_usual_share_and_staff_are_there_for_so_much_less():
    market = clipped()
    assert market.providers.clipping[0] == pytest.approx(0.07)
    assert market.workers.contact[:2] == pytest.approx([30 * 0.93, 30]), "nobody employs the other"
    assert market.counts["clipped_hours"][0] == pytest.approx(7)
    assert market.counts["clipped_council"][0] == pytest.approx(5.6)


def test_care_for_the_work_makes_for_longer_visits_as_far_as_its_slope_says():
    assert share(care=2 * P.motive_care) == pytest.approx(0.035)
    assert share(care=0.0) == pytest.approx(0.105)
    assert share(None, numbers(motive__clipping_slope=0), care=0.0) == share(None, numbers(motive__clipping_slope=0))
    assert share(None, numbers(motive__clipping_slope=1), care=2 * P.motive_care) == 0


@pytest.mark.parametrize(("margin", "times"), [(0.05, 1), (0.0, 1.5), (-0.5, 1.5), (0.075, 0.75), (0.5, 0.5)])
def test_a_margin_that_falls_short_presses(margin, times):
    assert share(margin=margin) == pytest.approx(0.07 * times)


def test_where_minutes_are_logged_and_paid_for_less_is_clipped_by_those_with_a_contract():
    minutes = {"contract.payment_basis": "actual_minutes"}
    assert share(minutes) == pytest.approx(0.035)
    assert share(minutes, contracted=0) == pytest.approx(0.07)


@pytest.mark.parametrize(
    ("policy", "columns", "chance"),
    [
        ({"stewardship.monitoring": 1}, {}, 12 / 52 * 0.6),
        ({}, {"trust": 1.0}, 0.1),
        ({}, {"clipping": 0.5}, 0.05),
        ({"stewardship.monitoring": 1}, {"trust": 1.0}, 1 - (1 - 12 / 52 * 0.6) * 0.9),
    ],
    ids=["checks", "trust", "complaints", "checks and trust"],
)
def test_checks_trust_and_complaints_find_a_part_and_whoever_is_found_clips_less(policy, columns, chance):
    market = clipped(policy, **columns)
    assert market.providers.clipping[0] == pytest.approx(0.07 * (1 - 1.5 * chance))
    assert market.providers.clip_found[0] == pytest.approx(80 * market.providers.clipping[0] * chance)
    assert market.counts["clipped_found"][0] == market.providers.clip_found[0]


def test_complaints_are_the_more_the_more_is_clipped():
    assert clipped().counts["complaints"][0] == pytest.approx(10 * 0.1 * 0.07)
    assert clipped(None, numbers(clipping__usual=0)).counts["complaints"][0] == 0


@given(
    st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(-1, 1), st.floats(0, 1),
    st.sampled_from(["planned_time", "actual_minutes"]),
)  # fmt: skip
def test_no_more_is_found_than_was_clipped_and_no_more_clipped_than_billed(care, trust, clip, margin, check, basis):
    policy = {"stewardship.monitoring": check, "contract.payment_basis": basis}
    most = numbers(clipping__complaints=0.3, clipping__trust_finds=0.3, clipping__check_finds=1, clipping__reckoning=0)
    counts = clipped(policy, most, care=care, trust=trust, clipping=clip, margin=margin).counts[0]
    assert 0 <= counts["clipped_found"] <= counts["clipped_council"] <= counts["clipped_hours"] <= 100


def test_what_is_found_is_claimed_back_with_a_penalty_and_what_is_not_found_is_billed():
    def books(**columns):
        market = bare()
        provider(market, delivered_council=80.0, rate=20.0, clipping=0.07, **columns)
        return carry_out(council_pays, market, {"contract.payment_basis": "planned_time"})

    found = books(clip_found=2.0)
    assert found.paid("providers", "council", "clipped time claimed back") == pytest.approx(2 * 20 * 1.5)
    assert found.paid("council", "providers", "fees") == books(clip_found=0.0).paid("council", "providers", "fees")
    assert found.paid("council", "providers", "fees") == 80 * 20


def test_trust_follows_what_is_found_and_not_what_is_clipped():
    def trust(**columns):
        market = bare()
        provider(market, delivered_council=80.0, trust=0.9, rate=20.0, open_cost=20.0, undelivered=0.0, **columns)
        return carry_out(trust_moves, market, {"stewardship.monitoring": 0}).providers.trust[0]

    assert trust(clipping=0.1, clip_found=0.0) == trust(clipping=0.0, clip_found=0.0)
    assert trust(clipping=0.1, clip_found=4.0) == pytest.approx(trust(clipping=0.1, clip_found=0.0) - 0.06 * 4 * 0.05)


def test_quality_of_life_follows_what_is_given_in_fact_found_or_not():
    def life(unpaid_carer=1, **columns):
        market = bare()
        council(market, experience_reference=0.7)
        provider(market, **columns)
        felt = {"experience": 0.7, "quality_of_life": 0.2, "unpaid_carer": unpaid_carer}
        person(market, need_hours=14.4, due=14.4, delivered=14.4, **felt)
        return carry_out(quality_of_life_responds, market, {}).clients.rows[0]

    for carer, filled in ((1, 0.45), (0, 0.0)):
        gain = 0.28 * (1 - np.exp(-1.256 * (0.9 + filled * 0.1)))
        assert life(carer, clipping=0.1)["quality_of_life"] == pytest.approx(0.2 + (gain - 0.2) / 8)
    assert life(clipping=0.1, clip_found=5.0)["quality_of_life"] == life(clipping=0.1)["quality_of_life"]
    assert life(clipping=0.1)["unmet_hours"] == pytest.approx(1.44)


def test_a_clipped_visit_is_felt_to_be_as_short_as_it_is():
    def felt(minutes, clip):
        market = bare()
        provider(market, clipping=clip)
        person(market, visit_minutes=minutes, continuity=0.5, skill=0.5, package_fit=0.5)
        return carry_out(care_is_experienced, market, {}).clients.experience[0]

    assert felt(50.0, 0.1) == pytest.approx(felt(45.0, 0.0))
    assert felt(50.0, 0.1) < felt(50.0, 0.0)
