"""The procurement clock, bids, their scores, the award, and a framework that has lost providers."""

import numpy as np
import pytest

from caremarket_sim.market.codes import COOPERATIVE, GOOD, INADEQUATE, INDEPENDENT
from caremarket_sim.market.ledger import PARTY, PURPOSE, as_parties
from caremarket_sim.mechanisms.tender import contracts_run_out, council_tenders, gaps_are_filled
from caremarket_sim.policy import NEUTRAL
from tests.mechanisms.markets import bare, carry_out, council, numbers, provider, under

NEVER = np.inf


def clock(week=100, months=0, **columns):
    market = under(bare(week=week), {})
    market.decided["stewardship_codesign_months"] = months
    council(market, awarding=1.0, starting=0.0, contract_end=NEVER, tender_due=0.0)
    council(market, **columns)
    return carry_out(contracts_run_out, market, {})


def of_clock(*arguments, **columns):
    return clock(*arguments, **columns).commissioners.rows[0]


@pytest.mark.parametrize("months", [0, 9])
def test_a_tender_begins_so_early_that_its_contracts_start_as_those_before_them_end(months):
    weeks = 24 + round(months * 52 / 12)
    r = of_clock(months=months, contract_end=100.0 + weeks - 1)
    assert (r["tender_due"], r["contract_end"], r["awarding"]) == (weeks - 1, NEVER, 0)
    assert of_clock(months=months, contract_end=100.0 + weeks)["tender_due"] == 0, "a week too early"
    assert of_clock(months=months, contract_end=90.0)["tender_due"] == weeks - 1, "late, and so at once"
    assert of_clock(months=months)["tender_due"] == 0, "no contract has an end"
    assert of_clock(-5000, months=months, contract_end=-5000.0)["tender_due"] == weeks - 1, "long before the start"


def test_a_service_let_again_is_designed_again_and_paid_for():
    p = numbers()
    market = clock(months=9, contract_end=100.0)
    assert market.commissioners.rows[0]["codesign_done"] == pytest.approx(
        p.procurement_heard_alone * 9 / p.procurement_full_codesign_months
    )
    paid = as_parties(market.ledger)[0, PARTY["council"], PARTY["suppliers"], PURPOSE["co-design"]]
    assert paid == round(100 * 9 * p.procurement_codesign_cost * market.prices["price_index"])
    assert not clock(contract_end=100.0).ledger.any(), "nothing is designed where nobody asks for it"


@pytest.mark.parametrize(
    ("due", "awarding", "starting"), [(14, 0, 0), (13, 1, 0), (12, 0, 0), (2, 0, 0), (1, 0, 1), (0, 0, 0)]
)
def test_contracts_are_awarded_when_there_is_time_to_prepare_and_then_they_start(due, awarding, starting):
    r = of_clock(tender_due=float(due))
    assert (r["tender_due"], r["awarding"], r["starting"]) == (max(due - 1, 0), awarding, starting)


ON_COST = 1.0 + 0.1207 + 0.095 + 0.138 * 0.5
"""Holiday pay, pension and the like, and National Insurance on half of pay."""
SURE = {"procurement__outside_bidders": 0, "procurement__estimate_error": 0, "procurement__signal": 1}
PRICE, QUALITY, VALUES, SOCIAL = (
    {part: float(part == wanted) for part in ("price", "quality", "values", "social_value")}
    for wanted in ("price", "quality", "values", "social_value")
)
HALF_SOCIAL = {"price": 0.0, "quality": 0.5, "values": 0.0, "social_value": 0.5}
"""So much social value that nobody's promise reaches the whole, beside a quality that is everybody's."""
CONTEST = {"procurement.max_providers": 1, "fee.rule": "tendered", "contract.payment_basis": "planned_time"}
CONTEST |= {"contract.guaranteed_volume": 1, "contract.term_years": 2, "procurement.weights": PRICE}


def tender(policy=None, providers=2, awarding=1.0, reach=1.0, changes=None, **columns):
    """The market after a tender in which everything can be read off the bids and nobody comes from outside.

    Column values are given for each provider.
    """
    market = under(bare(providers), {})
    market.decided[:] = NEUTRAL.changed(CONTEST | (policy or {})).row
    council(market, awarding=awarding, reach=reach)
    for j in range(providers):
        provider(market, j, demand=100.0, rate=20.0, cost_fixed=16.0, cost_travel=2.0, overhead_scale=10.0)
        provider(market, j, margin_target=0.05, trust=0.5, quality=0.5, travel_share=0.2, lots=9, bid=0.0)
        provider(market, j, **{name: values[j] for name, values in columns.items()})
    return carry_out(council_tenders, market, None, numbers(**(SURE | (changes or {}))))


def test_the_cheapest_wins_where_price_decides():
    market = tender(cost_fixed=(17.0, 16.0))
    assert market.providers.won.tolist() == [0, 1] and market.providers.bid[0] > market.providers.bid[1]


@pytest.mark.parametrize(
    ("weights", "columns"),
    [(QUALITY, {"quality": (0.4, 0.6)}), (VALUES, {"care": (0.4, 0.6)}), (HALF_SOCIAL, {"care": (0.4, 0.6)})],
)
def test_the_better_one_wins_where_quality_values_or_social_value_decide(weights, columns):
    cheap = {"cost_fixed": (12.0, 18.0)}
    assert tender({"procurement.weights": weights}, **columns, **cheap).providers.won.tolist() == [0, 1]
    assert tender(**columns, **cheap).providers.won.tolist() == [1, 0], "price would have said otherwise"


@pytest.mark.parametrize(("reach", "won"), [(0.0, [1, 0]), (1.0, [0, 1])])
def test_writing_flatters_whoever_does_not_care_unless_the_council_looks(reach, won):
    gaming = {"procurement__gaming": 100}
    market = tender({"procurement.weights": QUALITY}, reach=reach, changes=gaming, care=(0.0, 1.0), quality=(0.5, 0.51))
    assert market.providers.won.tolist() == won


@pytest.mark.parametrize(("weight", "won"), [(0.02, [0, 1]), (0.98, [1, 0])])
def test_writing_flatters_a_criterion_the_more_the_more_it_weighs(weight, won):
    weights = {"price": 1 - weight, "quality": weight, "values": 0, "social_value": 0}
    gaming = {"procurement__gaming": 4, "motive__writing_slope": 1}
    market = tender(
        {"procurement.weights": weights},
        reach=0.0,
        changes=gaming,
        care=(0.0, 1.0),
        quality=(0.5, 0.52),
        cost_fixed=(16.0, 15.95),
    )
    assert market.providers.won.tolist() == won


def test_a_bid_is_cost_at_the_volume_with_a_margin_shaded_by_competition_and_a_premium_for_risk():
    def bid(policy=None, **columns):
        return tender(policy, **columns).providers.bid[0]

    volume = 200.0  # of two providers' 100 council hours, for the one who wins
    overhead = 10 * volume ** (0.7 - 1) * (1 + (volume / 5000) ** 2)
    estimate = 18 + overhead + 0.6
    shade = 1 - 0.5 * (1 - 1 / 2)
    assert bid() == pytest.approx(estimate * (1 + 0.05 * shade))
    assert bid({"contract.guaranteed_volume": 0.5}) == pytest.approx(estimate * (1 + 0.05 * shade + 0.04 / 2))
    minutes = estimate * (1 + 0.05 * shade + 0.03) / 0.96
    assert bid({"contract.payment_basis": "actual_minutes"}) == pytest.approx(minutes)
    assert bid({"contract.outcome_share": 0.5}) == pytest.approx(estimate * (1 + 0.05 * shade + 0.05 / 2))
    assert bid({"contract.term_years": 6}) == pytest.approx(estimate * (1 + 0.05 * shade - 0.005 * 4))
    assert bid(trust=(1.0, 0.5)) == pytest.approx(estimate * (1 + 0.05 * shade - 0.02 / 2))
    assert bid(overhead_scale=(0.0, 10.0), margin_target=(-0.5, 0.05)) == pytest.approx(1.03 * 18), "lowest"


def test_a_bid_has_the_owner_s_margin_as_far_as_its_slope_says():
    def bid(slope):
        return tender(changes={"motive__asking_slope": slope}, margin_target=(0.09, 0.01)).providers.bid

    one, usual, half = bid(1.0), bid(0.0), bid(0.5)
    assert usual[0] == usual[1] and one[0] > half[0] > usual[0]
    assert half - usual == pytest.approx((one - usual) / 2)


def test_new_terms_are_in_the_bid():
    wages = {"employment.wage_floor": 13.0}
    raised = tender(wages, pay=(12.0, 12.0)).providers.bid[0] - tender(pay=(12.0, 12.0)).providers.bid[0]
    more = 1.0 * ON_COST
    assert raised == pytest.approx(more * (1 + 0.05 * 0.75))


def test_a_bid_knows_what_the_bidder_means_to_pay_for_travel():
    plain, required, obeying = (
        tender(policy, pay=(12.0, 12.0), scruple=(scruple, 1.0)).providers.bid[0]
        for policy, scruple in (({}, 1.0), ({"employment.paid_travel_share": 1}, 1.0), ({}, 0.0))
    )
    assert required - plain == pytest.approx(12 * 0.2 * ON_COST * (1 + 0.05 * 0.75))
    assert obeying - plain == pytest.approx((11.44 * 1.2 - 12) * ON_COST * (1 + 0.05 * 0.75))


def test_pay_checks_are_in_the_bids_of_those_who_would_obey_because_of_them():
    unsure = {"pay": (12.0, 12.0), "scruple": (0.5, 1.0), "care": (0.0, 0.0)}
    checked = {"stewardship.pay_checks": 1}
    assert tender(checked, **unsure).providers.bid[0] > tender(**unsure).providers.bid[0]


def test_a_bid_above_the_ceiling_comes_after_all_others_and_is_held_to_it():
    ceiling = {"fee.ceiling": 21.0, "procurement.weights": QUALITY}
    market = tender(ceiling, cost_fixed=(25.0, 12.0), quality=(0.9, 0.5))
    assert market.providers.won.tolist() == [0, 1] and market.providers.bid[0] == 21
    assert tender({"procurement.weights": QUALITY}, cost_fixed=(25.0, 12.0), quality=(0.9, 0.5)).providers.won[0] == 1


def test_a_promise_of_social_value_is_inflated_by_its_weight_less_by_an_owner_who_cares():
    market = tender({"procurement.weights": HALF_SOCIAL}, care=(0.0, 1.0))
    assert market.providers.promised == pytest.approx([0.45 * 1.75, 0.65 * (1 + 0.75 * 0.5)])
    assert tender(care=(0.0, 1.0)).providers.promised == pytest.approx([0.45, 0.65])


def test_nobody_promises_more_than_the_whole_of_social_value():
    market = tender({"procurement.weights": SOCIAL}, care=(0.0, 1.0))
    assert market.providers.promised.tolist() == [1, 1], "and not 1.125 and 1.1375"


def test_who_may_bid_is_local_agencies_of_some_size_and_firms_from_outside():
    market = tender({"procurement.max_providers": 9}, 3, contracted=(1, 0, 0), demand=(10.0, 151.0, 149.0))
    assert market.providers.won.tolist() == [1, 1, 0]
    many = tender({"procurement.max_providers": 99}, changes={"procurement__outside_bidders": 20})
    newcomers = len(many.providers) - 2
    assert newcomers == pytest.approx(20, abs=18) and newcomers > 0
    assert set(many.providers.open[2:]) == {0} and set(many.providers.won[2:]) == {1}
    assert many.paid("council", "suppliers", "procurement") == 60_000 + 1500 * (2 + newcomers)


def test_without_a_contest_everybody_who_is_there_goes_on():
    market = tender({"procurement.max_providers": 0, "fee.rule": "fixed"}, contracted=(1, 0))
    assert market.providers.won.tolist() == [1, 0] and market.providers.bid.tolist() == [20, 20]
    assert market.paid("council", "suppliers", "procurement") == 60_000
    priced = tender({"procurement.max_providers": 0}, contracted=(1, 0), demand=(100.0, 200.0))
    assert priced.providers.won.sum() == 1 and priced.paid("council") == 63_000, "a price is a contest for as many"
    as_many = tender({"procurement.max_providers": 0}, 3, contracted=(1, 1, 0), demand=(100.0, 100.0, 200.0))
    assert as_many.providers.won.sum() == 2


def test_zones_get_near_lead_providers_in_turn():
    zoned = {"procurement.zoned": True, "procurement.max_providers": 2, "procurement.providers_per_zone": 1}
    market = tender(zoned, base_zone=(2, 1), changes={"procurement__lot_distance": 0.5})
    lots = [set(r["lot"][: r["lots"]].tolist()) for r in market.providers.rows]
    assert sorted(lots[0] | lots[1]) == [0, 1, 2] and not lots[0] & lots[1]
    assert 2 in lots[0] and 1 in lots[1], "each leads where its office is"
    both = tender(zoned | {"procurement.providers_per_zone": 2})
    assert both.providers.lots.tolist() == [3, 3]


def test_without_a_limit_there_are_as_many_winners_as_zones_to_lead_need():
    zoned = {"procurement.zoned": True, "procurement.max_providers": 0, "procurement.providers_per_zone": 1}
    assert tender(zoned, 3).providers.won.sum() == 2, "three zones, two for each"


def test_nothing_is_awarded_in_another_week():
    market = tender(awarding=0.0)
    assert market.paid() == 0 and not market.providers.won.any()


CLOSED = {"procurement.max_providers": 2}


def looked_at(policy=None, week=4, soon=True, **columns):
    """The market after the look at a framework of two that has lost one, and at an agency that it might take."""
    market = bare(2, week)
    council(market, fee=20.0, reach=1.0)
    provider(market, 1, contracted=0, demand=61.0, plan=100.0, cost_fixed=16.0, cost_travel=2.0, overhead_hour=1.0)
    provider(market, 1, **columns)
    lag = 4 if soon else 1e9
    parameters = numbers(stewardship__fast_lag=lag, stewardship__slow_lag=lag)
    return carry_out(gaps_are_filled, market, CLOSED if policy is None else policy, parameters)


def test_a_closed_framework_that_has_lost_providers_takes_an_agency_whose_cost_the_fee_covers():
    r = looked_at().providers.rows[1]
    assert (r["contracted"], r["rate"], r["plan"]) == (1, 20, 150)


@pytest.mark.parametrize(
    "change",
    [
        {"week": 5},
        {"policy": {}},
        {"policy": {"procurement.max_providers": 1}},
        {"soon": False},
        {"demand": 60.0},
        {"cost_fixed": 17.0},
        {"closing": 2},
    ],
    ids=["not this month", "open list", "full", "not seen yet", "small", "dear", "closes"],
)
def test_otherwise_it_takes_nobody(change):
    assert looked_at(**change).providers.contracted[1] == 0


def test_whoever_joins_a_closed_framework_serves_the_whole_borough():
    assert looked_at(patch_count=1).providers.patch_count[1] == 3


def test_a_zoned_framework_without_a_limit_seeks_as_many_as_its_zones_need():
    zoned = {"procurement.zoned": True, "procurement.providers_per_zone": 2}  # three zones, two zones for a winner
    assert looked_at(zoned).providers.contracted[1] == 1
    assert looked_at(zoned | {"procurement.max_providers": 1}).providers.contracted[1] == 0


def test_it_takes_the_cheapest():
    market = bare(3, 4)
    council(market, fee=30.0, reach=1.0)
    for j, cost in ((1, 16.0), (2, 15.0)):
        provider(market, j, contracted=0, demand=100.0, cost_fixed=cost, cost_travel=2.0, overhead_hour=1.0)
    soon = numbers(stewardship__fast_lag=4, stewardship__slow_lag=4)
    assert carry_out(gaps_are_filled, market, CLOSED, soon).providers.contracted.tolist() == [1, 0, 1]


def test_zones_without_a_lead_get_the_contracted_provider_with_the_best_margin():
    zoned = {"procurement.zoned": True, "procurement.providers_per_zone": 1}
    market = bare(2, 4)
    council(market, reach=1.0)
    provider(market, 0, margin=0.01, patch_lead=[1, 0, 0] + 22 * [0])
    provider(market, 1, margin=0.05)
    market.transfers[2] = 3  # packages of zone 2 are still to move
    soon = numbers(stewardship__fast_lag=4, stewardship__slow_lag=4)
    carry_out(gaps_are_filled, market, zoned, soon)
    leads = [set(r["patch_locality"][r["patch_lead"] == 1].tolist()) for r in market.providers.rows]
    assert leads == [{0}, {1}]
    assert np.all(market.providers.patch_count == 3)


def test_a_zone_whose_lead_is_found_inadequate_gets_another():
    market = bare(2, 4)
    council(market, reach=1.0)
    provider(market, 0, margin=0.05, rating=INADEQUATE, patch_lead=[1, 0, 0] + 22 * [0])
    provider(market, 1, margin=0.01, rating=GOOD, patch_lead=[0, 1, 1] + 22 * [0])
    soon = numbers(stewardship__fast_lag=4, stewardship__slow_lag=4)
    carry_out(gaps_are_filled, market, {"procurement.zoned": True, "procurement.providers_per_zone": 1}, soon)
    assert market.providers.patch_lead[1, :3].tolist() == [1, 1, 1]
    assert market.providers.patch_lead[0, :3].tolist() == [1, 0, 0], "and may lead again when it is better"


def test_more_of_a_design_is_there_where_citizens_decide():
    def designed(share):
        market = under(bare(), {"stewardship.citizens_share": share})
        market.decided["stewardship_codesign_months"] = 9
        council(market, awarding=0.0, starting=0.0, contract_end=0.0, tender_due=0.0)
        return carry_out(contracts_run_out, market, {}).commissioners.codesign_done[0]

    assert (
        designed(0.0) < designed(0.5) < designed(1.0) == pytest.approx(9 / numbers().procurement_full_codesign_months)
    )


@pytest.mark.parametrize(
    ("support", "ownership", "bids"),
    [(50_000, COOPERATIVE, True), (0, COOPERATIVE, False), (50_000, INDEPENDENT, False)],
)
def test_support_lets_a_co_operative_bid_that_is_too_small_otherwise(support, ownership, bids):
    market = tender(
        {"community.coop_support": support, "procurement.max_providers": 2},
        providers=3,
        demand=(100.0, 100.0, 100.0),
        contracted=(1, 1, 0),
        ownership=(INDEPENDENT, INDEPENDENT, ownership),
        cost_fixed=(17.0, 17.0, 15.0),
    )
    assert (market.providers.bid[2] > 0) == bids == (market.providers.won[2] == 1)
