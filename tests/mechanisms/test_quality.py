"""What a provider's care is like."""

import pytest

from caremarket_sim.mechanisms.quality import quality_drifts
from tests.mechanisms.markets import P, bare, carry_out, provider


def drifted(**columns):
    """Quality of a middling provider after a week."""
    market = bare()
    provider(market, quality=0.6, staff=10.0, skill=0.55, newcomers=0.25, manager_quality=0.5, undelivered=0.0)
    provider(market, practice=0.0, strain=0.0, care=P.motive_care, manager_away=0)
    provider(market, **columns)
    return carry_out(quality_drifts, market).providers.quality[0]


@pytest.mark.parametrize(
    ("change", "aim"),
    [
        ({}, 0.6),
        ({"skill": 0.65}, 0.66),
        ({"newcomers": 0.45}, 0.55),
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
def test_quality_follows_staff_manager_reliability_practice_care_and_strain_slowly(change, aim):
    assert drifted(**change) == pytest.approx(0.6 + 0.02 * (aim - 0.6))


def test_quality_of_a_provider_without_staff_stands_still():
    assert drifted(staff=0.0, skill=5.0) == 0.6
