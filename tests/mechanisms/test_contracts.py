"""What a council decides takes effect, contracts start, and packages and staff move with them."""

import numpy as np
import pytest

from caremarket_sim.market.codes import COUNCIL, GONE, IN_POST, POOL, SELF_FUNDER
from caremarket_sim.mechanisms.contracts import contracts_start, packages_move, policy_takes_effect
from caremarket_sim.policy import NEUTRAL
from tests.mechanisms.markets import P, bare, carry_out, council, numbers, person, provider, under, worker


def asked(policy, before=None, **columns):
    """The market in the week in which a scenario asks for these levers."""
    market = under(bare(2), before or {})
    council(market, tender_due=0.0, contract_end=500.0)
    for j in (0, 1):
        provider(market, j, rate=20.0, contracted_hours=7.0, council_hours=40.0 + j, **columns)
    market.asked[:] = NEUTRAL.changed({**(before or {}), **policy}).row
    return carry_out(policy_takes_effect, market)


def test_what_is_no_term_of_a_contract_takes_effect_at_once():
    market = asked({"stewardship.capacity_fte": 5})
    assert market.levers["stewardship_capacity_fte"][0] == market.decided["stewardship_capacity_fte"][0] == 5
    assert market.providers.contracted_hours.tolist() == [7, 7], "contracts are as they were"


def test_new_terms_are_varied_into_the_contracts_in_force_and_hours_held_become_their_volume():
    market = asked({"contract.retainer_weeks": 4, "fee.level": 1.1})
    assert market.levers["contract_retainer_weeks"][0] == 4
    assert market.providers.contracted_hours.tolist() == [40, 41]
    assert market.providers.rate == pytest.approx([22, 22])


def test_open_books_set_rates_from_the_day_that_they_are_agreed():
    policy = {"fee.rule": "open_book", "contract.payment_basis": "planned_time"}
    market = asked(policy, open_cost=18.0, pay=12.0, travel_share=0.0)
    assert market.providers.rate == pytest.approx([18 * 1.05, 18 * 1.05]), "cost and the surplus allowed"
    assert asked({"fee.rule": "tendered"}, open_cost=18.0).providers.rate.tolist() == [20, 20], "bids come first"


def test_rates_that_open_books_gave_stand_while_other_terms_change():
    assert asked({"contract.retainer_weeks": 4}, {"fee.rule": "open_book"}, open_cost=18.0).providers.rate[0] == 20


def test_a_tender_comes_after_co_design_and_until_then_the_old_terms_hold():
    policy = {"procurement.retender_at_start": True, "stewardship.codesign_months": 9, "contract.retainer_weeks": 4}
    market = asked(policy)
    assert market.levers["contract_retainer_weeks"][0] == 0 and market.decided["contract_retainer_weeks"][0] == 4
    assert market.commissioners.tender_due[0] == 39 + 12 + 12
    assert market.commissioners.codesign_done[0] == pytest.approx(P.procurement_heard_alone * 9 / 18)
    assert market.paid("council", "suppliers", "co-design") == 9 * 5000


def test_a_council_that_goes_on_as_it_is_decides_nothing():
    market = asked({})
    assert market.levers.tobytes() == NEUTRAL.row.tobytes() and market.providers.contracted_hours.tolist() == [7, 7]


TENDER = {
    "procurement.max_providers": 1,
    "fee.rule": "tendered",
    "contract.retainer_weeks": 4,
    "contract.term_years": 3,
}


def starting(decided, starts=1.0, before=None, winners=(1, 0), each=None, **columns):
    """The market in the week in which contracts start that provider 0 has won and provider 1 has lost."""
    market = under(bare(2, week=60), before or {})
    market.decided[:] = NEUTRAL.changed(decided).row
    council(market, starting=starts, codesign_done=0.0, contract_end=0.0, fee=23.0, codesigned=0.7)
    for j, won in enumerate(winners):
        provider(market, j, won=won, bid=21.0 + j, rate=20.0, plan=100.0, trust=0.5, demand=80.0, usual_hours=80.0)
        provider(market, j, **(each or {}))
    council(market, **columns)
    return carry_out(contracts_start, market)


def test_new_terms_begin_with_the_contract_for_its_years():
    market = starting(TENDER)
    assert market.levers.tobytes() == market.decided.tobytes()
    assert market.commissioners.contract_end[0] == 60 + 3 * 52 and market.commissioners.starting[0] == 0


def test_winners_have_the_contract_at_their_bid_and_all_the_hours_and_losers_are_hurt():
    market = starting(TENDER)
    assert market.providers.contracted.tolist() == [1, 0]
    assert market.providers.contracted_hours.tolist() == [200, 0]
    assert market.providers.rate.tolist() == [21, 20] and market.commissioners.fee[0] == 21
    assert market.providers.trust.tolist() == [0.5, 0.5 * 0.85]
    assert market.providers.plan.tolist() == [200, pytest.approx(20)]


def test_a_fixed_fee_pays_winners_the_council_s_standard():
    market = starting({"procurement.max_providers": 1, "fee.level": 1.1})
    assert market.providers.rate.tolist() == [pytest.approx(23 * 1.1), 20] and market.commissioners.fee[0] == 23


def test_open_books_pay_the_winner_of_a_contest_the_overhead_of_the_scale_that_it_was_awarded():
    def rate(**columns):
        policy = {"procurement.max_providers": 1, "fee.rule": "open_book", "contract.payment_basis": "planned_time"}
        return float(starting(policy, each={"overhead_scale": 10.0, "evasion": 0.0, **columns}).providers.rate[0])

    assert rate(council_hours=400.0, committed=400.0) < rate(council_hours=100.0), "800 hours rather than 200"
    assert rate(usual_hours=199.0) == pytest.approx(rate(usual_hours=80.0)), "whatever size it has before"


def test_an_open_list_without_a_contest_readmits_everybody_at_the_standard_fee():
    market = starting({"contract.retainer_weeks": 4}, winners=(1, 1))
    assert market.providers.contracted.tolist() == [1, 1] and market.providers.rate == pytest.approx([23, 23])
    assert not (market.transfers >= 0).any(), "nobody has to move"
    assert not market.providers.won.any(), "what was won has begun"


def test_a_service_is_co_designed_until_a_contest_replaces_it():
    assert starting(TENDER).commissioners.codesigned[0] == 0
    assert starting(TENDER, codesign_done=0.4).commissioners.codesigned[0] == 0.4
    assert starting({"contract.retainer_weeks": 4}, winners=(1, 1)).commissioners.codesigned[0] == 0.7


def test_a_winner_from_outside_opens_an_office_with_capital():
    market = under(bare(2), {})
    market.decided[:] = NEUTRAL.changed(TENDER).row
    council(market, starting=1.0)
    provider(market, 0, won=1, open=0, usual_hours=0.0, bid=21.0, cash=0)
    carry_out(contracts_start, market)
    assert market.providers.open[0] == 1 and market.counts["entries"][0] == 1
    assert market.paid("world", "providers", "capital") == 20_000 + 40 * 300


def test_zones_get_lead_providers_and_move_one_after_the_other():
    policy = {"procurement.zoned": True, "contract.sourcing": "zoned_lead", "procurement.phase_in_weeks": 8}
    market = under(bare(2), {})
    market.decided[:] = NEUTRAL.changed(policy).row
    council(market, starting=1.0)
    provider(market, 0, won=1, lots=2, lot=[2, 1] + 23 * [0])
    provider(market, 1, won=1, lots=1, lot=[0] + 24 * [0])
    carry_out(contracts_start, market)
    leads = [set(p["patch_locality"][p["patch_lead"] == 1].tolist()) for p in market.providers.rows]
    assert leads == [{1, 2}, {0}]
    assert market.providers.contracted_hours == pytest.approx([200 * 2 / 3, 200 / 3]), "by zones won"
    assert sorted(market.transfers.tolist()) == [0, 3, 6]


def patch_of(market, j):
    """The localities that a provider serves, as they follow in its patch."""
    return market.providers.patch_locality[j, : market.providers.patch_count[j]].tolist()


def serving(localities, **columns):
    """The columns of a provider that serves these localities."""
    return {"patch_locality": localities + (25 - len(localities)) * [0], "patch_count": len(localities), **columns}


def contest(decided, people=(), before=None):
    """The market when contracts start that provider 0, of locality 1, has won (it leads locality 2 where that is let by
    zones) and provider 1, of localities 0 and 1, has lost; each of the `people` is (provider, locality, payer)."""
    market = under(bare(2), before or {})
    market.decided[:] = NEUTRAL.changed(decided).row
    council(market, starting=1.0)
    provider(market, 0, won=1, bid=21.0, **serving([1]), lots=1, lot=[2] + 24 * [0])
    provider(market, 1, won=0, **serving([0, 1]), base_zone=0)
    for i, (j, locality, payer) in enumerate(people):
        person(market, i, provider=j, zone=locality, payer=payer)
    return carry_out(contracts_start, market)


ZONED = {"procurement.zoned": True, "contract.sourcing": "zoned_lead"}


def test_the_winner_of_a_borough_serves_all_of_it_from_the_start_and_leads_nowhere():
    market = contest(TENDER)
    assert sorted(patch_of(market, 0)) == [0, 1, 2] and not market.providers.patch_lead[0].any()


def test_the_winner_of_a_zone_no_longer_serves_where_it_did_before_unless_somebody_pays_for_themselves_there():
    assert patch_of(contest(ZONED, [(0, 1, COUNCIL)]), 0) == [2], "the council's people go to whoever leads there"
    market = contest(ZONED, [(0, 1, SELF_FUNDER)])
    assert patch_of(market, 0) == [2, 1] and market.providers.patch_lead[0, :2].tolist() == [1, 0]


def test_a_loser_stays_where_it_has_people_and_where_it_was_if_it_has_none():
    assert patch_of(contest(TENDER, [(1, 1, SELF_FUNDER), (0, 2, COUNCIL)]), 1) == [1]
    assert patch_of(contest(TENDER), 1) == [0, 1]


def test_what_a_winner_knows_of_losing_money_in_a_place_begins_afresh_and_what_a_loser_knows_stays_with_the_place():
    market = under(bare(2), {})
    market.decided[:] = NEUTRAL.changed(TENDER).row
    council(market, starting=1.0)
    provider(market, 0, won=1, bid=21.0, losing=[-30.0, 8.0] + 23 * [0.0], calls=[3, 4, 5] + 22 * [0])
    provider(market, 1, won=0, losing=[0.0, 8.0, -30.0] + 22 * [0.0], calls=[3, 4, 5] + 22 * [0])
    person(market, provider=1, zone=2)
    carry_out(contracts_start, market)
    assert not market.providers.losing[0].any()
    assert dict(zip(patch_of(market, 0), market.providers.calls[0], strict=False)) == {0: 3, 1: 4, 2: 5}
    assert (patch_of(market, 1), market.providers.losing[1, 0], market.providers.calls[1, 0]) == ([2], -30, 5)


def test_on_an_open_list_everybody_serves_what_they_chose():
    market = starting({"contract.retainer_weeks": 4}, winners=(1, 1))
    assert market.providers.patch_count.tolist() == [3, 3]
    market = contest({"contract.retainer_weeks": 4})
    assert patch_of(market, 0) == [1] and patch_of(market, 1) == [0, 1]


def test_where_an_open_list_follows_a_contest_firms_choose_again_near_their_offices():
    market = contest({"contract.retainer_weeks": 4}, before=TENDER)
    assert len(patch_of(market, 0)) == 3 == round(P.ownership_fewest_zones), "as few as any firm serves"
    assert patch_of(market, 1) == [0, 1], "who holds no contract stays"


def test_no_contract_starts_before_its_week():
    market = starting(TENDER, starts=0.0)
    assert market.levers.tobytes() == NEUTRAL.row.tobytes() and market.providers.contracted.tolist() == [1, 1]


def moving(policy=None, parameters=None, transfers=(0, -1, -1), **columns):
    """A zone moves from provider 0, which lost, to provider 1; worker 0 does all the person's runs."""
    market = bare(2)
    market.transfers[:] = transfers
    provider(market, 0, contracted=0)
    provider(market, 1, contracted_hours=50.0, council_hours=0.0)
    person(market, **columns)
    market.clients.carer[0, [0, 4]] = 0
    worker(market, guaranteed=5.0)
    return carry_out(packages_move, market, policy or {}, parameters or numbers(procurement__staff_move_share=1))


def test_packages_of_a_zone_whose_turn_it_is_move_and_the_council_pays_for_each():
    market = moving()
    assert market.clients.provider[0] == market.clients.former[0] == 1
    assert market.counts["transferred"][0] == 1 and market.paid("council", "suppliers", "procurement") == 250
    assert market.providers.council_hours.tolist() == [96.5, 3.5] and market.transfers[0] == -1


@pytest.mark.parametrize(
    ("transfers", "columns"), [((2, 0, -1), {}), ((-1, -1, -1), {}), ((0, -1, -1), {"payer": SELF_FUNDER})]
)
def test_other_zones_and_people_who_pay_for_themselves_stay(transfers, columns):
    market = moving(transfers=transfers, **columns)
    assert market.clients.provider[0] == market.workers.provider[0] == 0 == market.counts["transferred"][0]
    assert market.transfers.tolist() == [max(week - 1, -1) for week in transfers]


def test_a_package_stays_with_whoever_holds_the_new_contract_unless_the_zone_has_another_lead():
    market = bare(2)
    market.transfers[0] = 0
    provider(market, 1, patch_lead=[1] + 24 * [0], contracted_hours=50.0)
    person(market)
    assert carry_out(packages_move, market, {}).clients.provider[0] == 0
    market.transfers[0] = 0
    assert carry_out(packages_move, market, {"procurement.zoned": True}).clients.provider[0] == 1


def test_staff_follow_their_people_and_guaranteed_hours_are_those_of_a_new_contract():
    market = moving()
    assert market.workers.provider[0] == 1 and market.workers.guaranteed[0] == pytest.approx(0.85 * 30)


@pytest.mark.parametrize(("stay", "status"), [(1, POOL), (0, GONE)])
def test_staff_who_do_not_follow_leave_for_the_pool_or_for_good(stay, status):
    market = moving(parameters=numbers(procurement__staff_move_share=0, procurement__staff_pool_share=stay))
    assert market.workers.status[0] == status and market.workers.provider[0] == -1
    assert market.counts["leavers"][0] == market.providers.leavers[0] == market.workers.sum_left[0] == 1


def test_staff_most_of_whose_hours_stay_stay():
    market = bare(2)
    market.transfers[0] = 0
    provider(market, 0, contracted=0)
    provider(market, 1, contracted_hours=50.0)
    worker(market)
    for i, zone in enumerate((0, 1, 1)):
        person(market, i, zone=zone)
        market.clients.carer[i, 0] = 0
    carry_out(packages_move, market, {}, numbers(procurement__staff_move_share=1))
    assert market.clients.provider[:3].tolist() == [1, 0, 0]
    assert (market.workers.provider[0], market.workers.status[0]) == (0, IN_POST)


def test_what_a_provider_thinks_its_demand_is_follows_a_large_move():
    market = bare(2)
    market.transfers[:] = [0, -1, -1]
    provider(market, 0, contracted=0, demand=35.0)
    provider(market, 1, contracted_hours=50.0, demand=0.0)
    for i in range(10):
        person(market, i)
    carry_out(packages_move, market, {})
    assert np.allclose(market.providers.demand, [0, 35])
