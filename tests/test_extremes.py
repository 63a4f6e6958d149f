"""What becomes of a market at the ends of its levers, and that the council answers: signs, at full size."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from caremarket_sim import week
from caremarket_sim.indicators import INDICATORS, add_up, evaluate, record_of
from caremarket_sim.market.codes import FIT, WARD
from caremarket_sim.parameters import Numbers
from caremarket_sim.policy import NEUTRAL
from caremarket_sim.scenario import Change
from tests.small_place import begun, wigan

pytestmark = pytest.mark.slow
YEARS = 3
HUNDREDS = 100
ONE_A_ZONE = {
    "procurement.retender_at_start": True,
    "procurement.zoned": True,
    "procurement.providers_per_zone": 1,
    "procurement.max_providers": 4,
    "contract.sourcing": "zoned_lead",
}
FAILS = 100
"""Week in which a lead fails, well after contracts have started."""


class Course(NamedTuple):
    """What a market came to: indicators of each year, and by week who waits in hospital fit to leave it, who in an
    interim bed, who at home, and whether the year's net spend was below its budget to date by more than a twentieth;
    and what an hour is paid in the last week, £, by whom staff work for."""

    yearly: np.ndarray
    in_hospital: np.ndarray
    interim: np.ndarray
    at_home: np.ndarray
    underspends: np.ndarray
    pay: float

    def of(self, name, year=-1):
        """An indicator in a year, the last unless told."""
        return self.yearly[year, list(INDICATORS).index(name)]


@cache
def course(*levers, later=(), at=0, seed=1):
    """Three years of Wigan with these levers, and others besides from a week on."""
    first = NEUTRAL.changed(dict(levers))
    changes = (Change(0, first), *((Change(at, first.changed(dict(later))),) if later else ()))
    scenario = wigan("baseline", 52 * YEARS).with_prices("frozen")
    scenario = type(scenario)("extreme", "", scenario.path, scenario.place, scenario.weeks, "frozen", changes=changes)
    market = begun(scenario, seed)
    below, p = [], scenario.parameters.numbers
    for number in range(scenario.weeks):
        council = market.commissioners.rows[0]
        before = 0.0 if number % 52 == 0 else float(council["year_spend"])
        week.one_week(market, p, Numbers(scenario.levers_at(number).row), seed)
        council = market.commissioners.rows[0]
        spent = before + float(council["spend"])
        below.append(spent < 0.95 * float(council["budget"]) * (number % 52 + 1))
    assert ((market.clients.status != FIT) | (market.clients.bed >= WARD)).all()
    record, open_still = record_of(market), market.providers.open == 1
    pay = float(np.average(market.providers.pay[open_still], weights=market.providers.staff[open_still]))
    years = evaluate(add_up(record.reshape(YEARS, -1)))
    return Course(years, record["fit"], record["interim"], record["waiting"], np.array(below), pay)


def usual():
    """No policy."""
    return course()


def nobody_waits_in_hospital_while_the_council_underspends(found):
    """Hundreds never wait in hospital for more than a month while there is money for a bed."""
    idle = (found.in_hospital > HUNDREDS) & found.underspends
    longest = max(len(run) for run in "".join("x" if one else " " for one in idle).split(" "))
    return longest <= 4


EXTREMES = {
    "fee .7 with a freeze": ((("fee.level", 0.7), ("shocks.fee_freeze", True)), ()),
    "fee .7": ((("fee.level", 0.7),), ()),
    "absence": ((("shocks.absence", 0.3),), ()),
    "few applicants": ((("shocks.labour_supply", 0.2),), ()),
    "demand": ((("shocks.demand", 2.0),), ()),
    "a lead fails": (tuple(ONE_A_ZONE.items()), (("shocks.provider_failure", 0.3),)),
}


def extreme(name):
    """The course of a named extreme."""
    levers, later = EXTREMES[name]
    return course(*levers, later=later, at=FAILS)


@pytest.mark.parametrize("name", EXTREMES)
def test_hundreds_never_wait_in_hospital_for_long_while_the_council_underspends(name):
    assert nobody_waits_in_hospital_while_the_council_underspends(extreme(name))


def test_with_a_fee_below_cost_and_a_freeze_firms_leave_and_the_council_buys_beds():
    found = extreme("fee .7 with a freeze")
    assert found.of("contracted_providers") < 0.2 * usual().of("contracted_providers")
    assert found.of("people_waiting") > 5 * usual().of("people_waiting")
    assert found.of("other_beds_spend") > 10 * usual().of("other_beds_spend")


def test_without_the_freeze_the_fee_is_reviewed_and_firms_come_back():
    frozen, free = extreme("fee .7 with a freeze"), extreme("fee .7")
    assert free.of("fee") > frozen.of("fee") or np.isnan(frozen.of("fee"))
    assert free.of("contracted_providers") > frozen.of("contracted_providers") + 1
    assert free.of("hours_delivered") > frozen.of("hours_delivered")
    assert free.of("people_waiting") < frozen.of("people_waiting")


def test_where_a_third_of_staff_are_off_work_care_is_lost_and_hospital_fills():
    found = extreme("absence")
    assert found.of("hours_delivered") < 0.8 * usual().of("hours_delivered")
    assert found.of("delayed_nights") > usual().of("delayed_nights")
    assert found.interim[-52:].mean() > usual().interim[-52:].mean()


def test_where_few_apply_pay_rises_and_more_wait():
    found = extreme("few applicants")
    assert found.of("vacancy_rate") > usual().of("vacancy_rate")
    assert found.pay > usual().pay
    assert found.of("people_waiting") > usual().of("people_waiting")


def test_where_demand_doubles_more_wait_spend_rises_and_care_grows():
    found = extreme("demand")
    assert found.of("people_waiting") > usual().of("people_waiting")
    assert found.of("council_spend") > 1.2 * usual().of("council_spend")
    assert found.of("hours_delivered") > usual().of("hours_delivered")


def test_where_the_only_lead_of_its_zones_fails_people_are_displaced_and_find_somebody_again():
    alone = course(*ONE_A_ZONE.items())
    found = extreme("a lead fails")
    displaced = [one.of("people_displaced", FAILS // 52) for one in (alone, found)]
    assert displaced[1] > displaced[0] + 50
    after = found.at_home[FAILS + 1 : FAILS + 5].max()
    assert found.at_home[-8:].mean() < after
