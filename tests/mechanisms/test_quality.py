"""What a provider's care is like."""

import pytest

from caremarket_sim.mechanisms.quality import quality_drifts
from tests.mechanisms.markets import P, bare, carry_out, provider


def drifted(**columns):
    """Quality of a middling provider after a week."""
    market = bare()
    provider(market, quality=0.6, staff=10.0, skill=0.55, manager_quality=0.5, undelivered=0.0)
    provider(market, turnover=0.27 * 52 / 51, leavers=0.0, posts=10 / 0.9, onboarding=0.0)
    provider(market, practice=0.0, strain=0.0, care=P.motive_care, manager_away=0)
    provider(market, **columns)
    return carry_out(quality_drifts, market).providers.quality[0]


@pytest.mark.parametrize(
    ("change", "aim"),
    [
        ({}, 0.6),
        ({"skill": 0.65}, 0.66),
        ({"turnover": 0.47 * 52 / 51}, 0.55),
        ({"leavers": 2.0}, 0.55),
        ({"posts": 12.5}, 0.575),
        ({"posts": 12.5, "onboarding": 1.25}, 0.6),
        ({"posts": 5.0}, 0.625),
        ({"manager_quality": 1.0}, 0.7),
        ({"manager_away": 3}, 0.5),
        ({"undelivered": 0.1}, 0.5),
        ({"care": P.motive_care + 0.5}, 0.65),
        ({"practice": 1.0}, 0.7),
        ({"strain": 1.0}, 0.45),
        ({"undelivered": 1.0}, 0.0),
        ({"skill": 5.0}, 1.0),
    ],
    ids=str,
)
def test_quality_follows_staff_who_leave_and_are_missing_manager_reliability_practice_care_and_strain_slowly(
    change, aim
):
    assert drifted(**change) == pytest.approx(0.6 + 0.02 * (aim - 0.6))


def test_quality_of_a_provider_without_staff_stands_still():
    assert drifted(staff=0.0, skill=5.0) == 0.6


def test_not_to_hire_makes_nothing_better():
    """Ten staff of whom two leave in a year: replaced, or not."""
    replaced, not_replaced = (drifted(leavers=0.2, posts=10 / 0.9, staff=staff) for staff in (10.0, 8.0))
    assert not_replaced < replaced
