"""Who pays for places in care homes."""

import numpy as np
import pytest

from caremarket_sim.indicators import INDICATORS, evaluate, record_of
from caremarket_sim.market.codes import COUNCIL, DIVERTED, IN_CARE_HOME, SELF_FUNDER
from caremarket_sim.mechanisms.care_homes import care_homes_are_paid
from tests.mechanisms.markets import P, bare, carry_out
from tests.mechanisms.test_following import begun_after, moved
from tests.small_place import small


def with_residents(*payers, state=IN_CARE_HOME):
    """A market with a resident of each payer."""
    market = bare()
    rows = market.followed.add(len(payers))
    rows["home_payer"], rows["state"], rows["weeks_left"] = payers, state, 100.0
    return market


def test_the_council_pays_for_its_residents_and_they_give_a_part_back():
    market = carry_out(care_homes_are_paid, with_residents(COUNCIL, COUNCIL, SELF_FUNDER), {})
    gross = market.paid("council", "care homes")
    assert gross == pytest.approx(2 * P.care_home_weekly_cost)
    assert market.paid("clients", "council", "care home contributions") == pytest.approx(0.3 * gross, abs=0.01)
    assert market.paid("self-funders", "care homes") == pytest.approx(1.41 * P.care_home_weekly_cost, abs=0.01)


def test_nobody_pays_for_whoever_is_elsewhere():
    assert carry_out(care_homes_are_paid, with_residents(COUNCIL, SELF_FUNDER, state=DIVERTED), {}).paid() == 0


def test_prices_follow_pay_and_prices():
    market = with_residents(COUNCIL)
    market.price_rows["wage_index"] = 1.1
    carry_out(care_homes_are_paid, market, {})
    assert market.paid("council", "care homes") == pytest.approx(P.care_home_weekly_cost * (1 + 0.1 * 0.75), abs=0.01)


def test_some_council_clients_pay_for_themselves_in_a_care_home():
    for share in (0.0, 0.3, 1.0):
        _, rows = moved(2000, care_home__self_share=share)
        assert (rows["home_payer"] == SELF_FUNDER).mean() == pytest.approx(share, abs=0.04)


def test_homecare_care_homes_and_commissioning_are_all_that_the_council_spends():
    rows = record_of(begun_after(small("collaborative", 60)))
    parts = ("homecare_spend", "care_home_spend", "commissioning_spend")
    values = dict(zip(INDICATORS, evaluate(rows).T, strict=True))
    assert sum(values[part] for part in parts) == pytest.approx(values["council_spend"])
    assert (values["care_home_spend"] > 0).any() and np.isfinite(values["council_spend"]).all()
