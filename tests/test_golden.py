"""A small run whose numbers are kept: it guards refactoring, never truth.

Where numbers are meant to change, renew them with `python -m tests.test_golden` in a commit of their own, and say so
in the changelog.
"""

import json
from pathlib import Path

import pytest

from caremarket_sim import settling
from caremarket_sim.indicators import INDICATORS
from caremarket_sim.policy import of_preset
from tests.small_place import REGIMES, small

GOLDEN = Path(__file__).parent / "data" / "golden.json"


def numbers_now():
    """The headline indicators of the small place over a year, under each way of commissioning."""
    base = small("baseline", 52)
    outcomes = settling.simulate(1, [base.with_levers(dict(of_preset(name))) for name in REGIMES])
    return {
        name: {
            indicator.id: float(value)
            for indicator, value in zip(INDICATORS.values(), outcome.overall, strict=True)
            if indicator.headline
        }
        for name, outcome in zip(REGIMES, outcomes, strict=True)
    }


@pytest.mark.parametrize("name", REGIMES)
def test_the_small_place_gives_the_numbers_that_were_kept(name):
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))[name]
    # on machines of other kinds the last digits differ: functions such as exp are not the same there
    assert numbers_now()[name] == pytest.approx(kept, rel=1e-9, nan_ok=True), "renew with `python -m tests.test_golden`"


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(numbers_now(), indent=2) + "\n", encoding="utf-8")
    print(f"Renewed {GOLDEN}")
