"""Finding a provider for each person who needs one."""

import numpy as np
import pytest

from caremarket_sim.market.codes import FIT, GOOD, INADEQUATE, OUTSTANDING, RECEIVING, SELF_FUNDER, UNRATED, WAITING
from caremarket_sim.mechanisms.sourcing import packages_are_sourced
from tests.mechanisms.markets import bare, carry_out, numbers, person, provider

SHARP = {"sourcing__accept_spread": 0, "motive__sourcing_slope": 0, "procurement__trust_discount": 0}
SHARP |= {"procurement__volume_premium": 0, "procurement__payment_premium": 0}
"""All that pays is taken, and nothing else: no spread, no premium, owners alike."""
BY_CHANCE = {"sourcing__size_exponent": 0, "sourcing__nearness_exponent": 0, "sourcing__fill_effect": 0}


def place(providers=2, **columns):
    """A market of alike providers with room for 100 hours each, whom an hour costs £18 and pays £30."""
    market = bare(providers)
    for j in range(providers):
        provider(market, j, capacity=100.0, plan=100.0, demand=50.0, rate=30.0, price=30.0, rating=GOOD)
        provider(market, j, coming=0.0, undelivered=0.0)
        provider(market, j, cost_fixed=16.0, cost_travel=2.0, contracted_hours=50.0, experience=0.5)
        provider(market, j, **columns)
    return market


def sourced(market, policy=None, **changes):
    return carry_out(packages_are_sourced, market, policy or {}, numbers(**changes))


def chosen(market, policy=None, **changes):
    """The providers to whom one person goes in twenty weeks of luck."""
    found = set()
    for week in range(1, 21):
        market.week = week
        found.add(int(sourced(market.copy(), policy, **changes).clients.provider[0]))
    return found


def waiting(market, i=0, **columns):
    person(market, i, **({"status": WAITING} | columns))
    return market


def test_whoever_waits_goes_to_a_provider_that_has_room_and_care_begins():
    market = sourced(waiting(place(1), weeks_waiting=2.0))
    c = market.clients.rows[0]
    assert (c["status"], c["provider"], c["former"], c["weeks_waiting"]) == (RECEIVING, 0, 0, 0)
    assert market.counts["placed"][0] == market.counts["placed_council"][0] == 1
    assert (market.providers.committed[0], market.providers.council_hours[0], market.providers.clients[0]) == (
        3.5,
        3.5,
        1,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"capacity": 3.6},
        {"rate": 17.0},
        {"contracted": 0},
        {"closing": 2},
        {"open": 0},
        {"patch_locality": [1, 2] + 23 * [0], "patch_count": 2},
        {"rating": INADEQUATE},
        {"losing": [-4.0] + 24 * [0.0]},
    ],
    ids=["full", "loses money", "private", "closes", "shut", "elsewhere", "inadequate", "handed back there"],
)
def test_otherwise_the_person_waits_a_week_longer(change):
    market = sourced(waiting(place(1, **change), weeks_waiting=2.0))
    assert (market.clients.status[0], market.clients.weeks_waiting[0]) == (WAITING, 3)
    assert market.counts["placed"][0] == 0 and market.counts["waited"][0] == 1
    assert market.commissioners.waiting_hours[0] == 3.5 and market.commissioners.waiting_council[0] == 1


def test_a_provider_that_the_council_does_not_ask_still_serves_people_who_pay_for_themselves():
    market = place(1, rating=INADEQUATE, losing=[-4.0] + 24 * [0.0])
    assert sourced(waiting(market, payer=SELF_FUNDER)).clients.status[0] == RECEIVING


def test_a_provider_takes_packages_up_to_a_share_of_its_capacity():
    assert sourced(waiting(place(1, capacity=3.5 / 0.97 + 0.01))).clients.status[0] == RECEIVING
    assert sourced(waiting(place(1, capacity=3.5 / 0.97 - 0.01))).clients.status[0] == WAITING


def test_a_provider_takes_packages_for_those_who_start_soon_unless_it_has_let_people_down():
    def takes(**columns):
        columns = {"capacity": 1e-9} | columns
        return sourced(waiting(place(1, **columns))).clients.status[0] == RECEIVING

    assert takes(coming=3.6) and not takes(coming=3.4), "all of their hours"
    assert takes(coming=3.6, undelivered=0.01), "a hundredth is put up with"
    assert takes(coming=7.1, undelivered=0.035) and not takes(coming=6.9, undelivered=0.035), "half of them"
    assert not takes(coming=1000.0, undelivered=0.06), "nothing on promise"
    assert not takes(coming=1000.0, capacity=0.0), "nobody is in post who could begin"


def test_a_shock_of_absence_takes_from_capacity():
    market = waiting(place(1, capacity=4.0))
    assert sourced(market.copy()).clients.status[0] == RECEIVING
    assert sourced(market, {"shocks.absence": 0.2}).clients.status[0] == WAITING


def test_a_mission_bears_a_small_loss_and_declining_for_money_is_counted():
    cost = {"cost_fixed": 20.0, "cost_travel": 0.0}
    paid, sharp = {"contract.payment_basis": "planned_time"}, SHARP | {"motive__sourcing_slope": 1}
    assert sourced(waiting(place(1, rate=19.2, care=1.0, **cost)), paid, **sharp).clients.status[0] == RECEIVING
    market = sourced(waiting(place(2, rate=19.2, care=0.5, **cost)), paid, **sharp)
    assert market.clients.status[0] == WAITING and market.providers.declined.tolist() == [0.5, 0.5]


def test_short_visits_bear_more_travel_for_an_hour():
    market = place(1, cost_fixed=16.0, cost_travel=3.0, rate=20.0)
    taken = sourced(waiting(market.copy(), visit_minutes=35.0), **SHARP)
    assert taken.clients.status[0] == RECEIVING, "16 + 3 = 19 of £19.20"
    assert sourced(waiting(market, visit_minutes=15.0), **SHARP).clients.status[0] == WAITING, "16 + 3 · 35/15 = £23"


def share_taken(policy=None, weeks=200, changes=None, payer=0, **columns):
    """Of so many people, each of another number, the share whose package is taken by one provider with room."""
    market, taken = place(1, **columns), 0
    for number in range(weeks):
        person(market, status=WAITING, number=1000 + number, payer=payer)
        taken += sourced(market.copy(), policy, **(changes or {})).clients.status[0] == RECEIVING
    return taken / weeks


PLANNED = {"contract.payment_basis": "planned_time", "contract.guaranteed_volume": 1.0}
AT_COST = {"rate": 18.0, "trust": 0.5}


def test_a_package_is_taken_with_a_chance_that_rises_with_its_margin_over_the_risk():
    spread = {"sourcing__care_tolerance": 0, "sourcing__accept_spread": 0.05}
    for margin, chance in ((0.0, 0.5), (0.05, 0.731), (-0.05, 0.269)):
        rate = 18.0 / (1.0 - margin)
        assert share_taken(PLANNED, changes=spread, rate=rate, trust=0.5) == pytest.approx(chance, abs=0.1)


@pytest.mark.parametrize("rule", ["fixed", "tendered", "open_book"])
@pytest.mark.parametrize(
    "less",
    [
        {"policy": {"contract.guaranteed_volume": 0.0}},
        {"policy": {"contract.payment_basis": "actual_minutes"}, "rate": 18.0 / 0.96},
        {"policy": {"contract.outcome_share": 0.8}},
        {"policy": {"contract.term_years": 1}, "changes": {"procurement__term_discount": 0.05}},
        {"trust": 0.0},
    ],
    ids=["no volume", "by the minute", "by outcomes", "a short term", "no trust"],
)
def test_the_premium_for_risk_is_asked_for_under_every_fee_rule(rule, less):
    less = dict(less)
    policy, changes = PLANNED | {"fee.rule": rule}, less.pop("changes", {})
    worse = policy | less.pop("policy", {})
    assert share_taken(worse, changes=changes, **(AT_COST | less)) < share_taken(policy, changes=changes, **AT_COST)


def test_people_who_pay_for_themselves_are_no_council_s_risk():
    assert share_taken({}, payer=SELF_FUNDER, price=18.0, trust=0.0) == share_taken(
        PLANNED, payer=SELF_FUNDER, price=18.0, trust=1.0
    )


def test_people_who_pay_for_themselves_and_compare_go_where_it_costs_less():
    market = waiting(place(2), payer=SELF_FUNDER, readiness=1.0)
    assert chosen(market, **BY_CHANCE) == {0, 1}
    provider(market, 1, price=20.0)
    assert chosen(market, **BY_CHANCE | {"sourcing__choice_price": 100}) == {1}
    waiting(market, payer=SELF_FUNDER, readiness=0.0)
    assert chosen(market, **BY_CHANCE | {"sourcing__choice_price": 100}) == {0, 1}, "who takes whoever has room"


def test_a_provider_s_mind_about_a_package_is_made_up_for_a_quarter():
    market, minds = waiting(place(1, **AT_COST)), []
    for week in range(1, 13 * 40):
        market.week = week
        minds.append(int(sourced(market.copy(), PLANNED).clients.status[0]))
    changed = [week for week in range(1, len(minds)) if minds[week] != minds[week - 1]]
    assert len(changed) > 5 and {week % 13 for week in changed} == {changed[0] % 13}


def served_in_order(people, **changes):
    """Who is served, one after the other, where one more has room each time."""
    order = []
    for served in range(1, len(people) + 1):
        market = place(1, capacity=3.5 * served / 0.97 + 0.1)
        for i, columns in enumerate(people):
            waiting(market, i, **columns)
        status = sourced(market, **changes).clients.status[: len(people)].tolist()
        order += [i for i in range(len(people)) if status[i] == RECEIVING and i not in order]
    return order


def test_hospital_and_home_are_in_one_queue_by_weeks_waiting_with_a_head_start():
    in_hospital = {"status": FIT, "provider": -1}
    people = [{"weeks_waiting": 2.0}, {"weeks_waiting": 9.0}, {"weeks_waiting": 5.0}, in_hospital]
    assert served_in_order(people, sourcing__hospital_head_start=4) == [1, 2, 3, 0], "a bed is worth four weeks at home"
    assert served_in_order(people, sourcing__hospital_head_start=52) == [3, 1, 2, 0], "always first"
    assert served_in_order(people, sourcing__hospital_head_start=0) == [1, 2, 0, 3]
    longer = [{"weeks_waiting": 9.0}, in_hospital | {"weeks_waiting": 6.0}]
    assert served_in_order(longer, sourcing__hospital_head_start=4) == [1, 0], "weeks count in hospital too"


def test_whoever_loses_a_provider_has_a_head_start_for_as_long_as_they_wait():
    people = [{"weeks_waiting": 6.0}, {"weeks_waiting": 3.0, "former": 0}, {"weeks_waiting": 0.0, "former": 0}]
    assert served_in_order([*people, {"weeks_waiting": 2.0}]) == [1, 0, 2, 3]


def test_nights_in_hospital_of_somebody_fit_to_leave_are_counted():
    def nights(provider_count, weeks_waiting):
        market = place(provider_count) if provider_count else place(1, open=0)
        person(market, status=FIT, provider=-1, weeks_waiting=weeks_waiting, nights_left=-3.0)
        return sourced(market).counts["delayed_nights"][0]

    assert nights(0, 0.0) == 3, "since the day that they were fit"
    assert nights(0, 1.0) == 7
    assert nights(1, 1.0) == 3, "until the provider starts"
    assert nights(1, 0.0) == 0


def test_notice_passes_and_where_it_runs_out_the_person_waits_displaced():
    market = place(1)
    for i, notice in enumerate((2, 1)):
        person(market, i, notice=notice)
    sourced(market)
    assert market.clients.notice[:2].tolist() == [1, 0]
    assert market.clients.status[:2].tolist() == [RECEIVING, WAITING] and market.counts["displaced"][0] == 1


def test_whoever_has_notice_goes_to_another_provider_and_not_back():
    market = place(2)
    person(market, notice=3)
    sourced(market)
    assert (market.clients.provider[0], market.clients.notice[0]) == (1, 0)
    assert market.providers.committed.tolist() == [0, 3.5]


def test_others_take_the_people_of_a_provider_that_closes_beyond_their_capacity():
    def taken(closing):
        market = place(2)
        provider(market, 0, closing=closing)
        provider(market, 1, capacity=3.0)
        person(market, notice=3)
        return sourced(market).clients.provider[0]

    assert (taken(3), taken(0)) == (1, 0), "3.5 hours are within 1.25 of 3"


def test_the_provider_before_is_asked_first_after_a_hospital_stay():
    returning = waiting(place(3), status=FIT, provider=-1, former=2, weeks_away=3)
    assert chosen(returning, **BY_CHANCE, sourcing__return_bonus=100) == {2}
    never_away = waiting(place(3), former=2)
    assert chosen(never_away, **BY_CHANCE, sourcing__return_bonus=100) == {0, 1, 2}


def test_offered_to_all_a_package_goes_to_whoever_has_room_in_its_plan_near_by_and_by_size():
    market = waiting(place(2))
    assert chosen(market, **BY_CHANCE) == {0, 1}
    provider(market, 1, plan=1e6)
    assert chosen(market, **BY_CHANCE | {"sourcing__size_exponent": 5}) == {1}
    near = waiting(place(2))
    provider(near, 0, calls=25 * [0.0])
    provider(near, 1, calls=[1e3, *24 * [0.0]])
    assert chosen(near, **BY_CHANCE | {"sourcing__nearness_exponent": 20}) == {1}
    full = waiting(place(2))
    for i in range(1, 11):
        person(full, i, provider=0)
    assert chosen(full, **BY_CHANCE | {"sourcing__fill_effect": 100}) == {1}


BLOCK = {"contract.sourcing": "block_first", "contract.guaranteed_volume": 0.9}


def test_block_first_asks_whoever_has_block_hours_unused_and_then_anybody():
    market = waiting(place(3, contracted_hours=0.0))
    provider(market, 1, contracted_hours=10.0)
    assert chosen(market, BLOCK, **BY_CHANCE) == {1}
    assert chosen(market, BLOCK | {"contract.sourcing": "open_spot"}, **BY_CHANCE) == {0, 1, 2}
    provider(market, 1, contracted_hours=3.8)  # 0.9 of which are less than the package
    assert chosen(market, BLOCK, **BY_CHANCE) == {0, 1, 2}


LEAD = {"contract.sourcing": "zoned_lead", "procurement.zoned": True}


def leading(**columns):
    """Three providers of whom number 2 leads in the zone of somebody who waits."""
    market = waiting(place(3))
    provider(market, 2, patch_lead=[1] + 24 * [0], **columns)
    return market


FOR_INDEPENDENCE = {"contract.outcome_share": 0.8, "contract.outcome_measure": "independence"}


@pytest.mark.parametrize(
    ("policy", "person", "refuses"),
    [
        (FOR_INDEPENDENCE, {"log_need": 20.0}, True),
        (FOR_INDEPENDENCE, {"log_need": -20.0}, False),
        (FOR_INDEPENDENCE, {"log_need": 20.0, "payer": SELF_FUNDER}, False),
        (FOR_INDEPENDENCE | {"contract.outcome_measure": "connection"}, {"readiness": 0.0}, True),
        (FOR_INDEPENDENCE | {"contract.outcome_measure": "connection"}, {"readiness": 1.0}, False),
        (FOR_INDEPENDENCE | {"contract.outcome_measure": "experience"}, {"log_need": 20.0, "readiness": 0.0}, False),
    ],
    ids=str,
)
def test_who_picks_refuses_the_council_s_people_with_poor_prospects_of_what_is_paid_for(policy, person, refuses):
    market = sourced(waiting(place(1, picks=1.0), **person), policy)
    assert (market.clients.provider[0] == -1) == refuses == (market.counts["refused"][0] == 1)


def test_a_zone_s_lead_must_take_them():
    policy = LEAD | FOR_INDEPENDENCE
    assert sourced(waiting(leading(picks=1.0), log_need=20.0), policy).clients.provider[0] == 2


def test_a_zone_s_lead_is_asked_first_and_must_accept_even_at_a_loss():
    assert chosen(leading(), LEAD, **BY_CHANCE) == {2}
    assert chosen(leading(rate=10.0), LEAD, **BY_CHANCE) == {2}
    assert chosen(leading(capacity=3.4), LEAD, **BY_CHANCE) == {2}, "and is stretched further"
    assert chosen(leading(), LEAD | {"contract.sourcing": "open_spot"}, **BY_CHANCE) == {0, 1, 2}


def test_where_the_lead_is_full_a_back_up_list_helps_and_without_one_the_person_waits():
    assert chosen(leading(capacity=0.0), LEAD) == {-1}
    assert chosen(leading(capacity=0.0), LEAD | {"procurement.backup_share": 0.1}, **BY_CHANCE) == {0, 1}


def test_the_back_up_list_has_its_share():
    assert chosen(leading(), LEAD | {"procurement.backup_share": 1}, **BY_CHANCE) == {0, 1}
    assert chosen(leading(), LEAD | {"procurement.backup_share": 0.5}, **BY_CHANCE) == {0, 1, 2}


def test_a_zone_whose_lead_may_not_be_asked_is_served_by_anybody():
    assert chosen(leading(rating=INADEQUATE), LEAD, **BY_CHANCE) == {0, 1}
    assert chosen(leading(losing=[-8.0] + 24 * [0.0]), LEAD, **BY_CHANCE) == {0, 1}


def test_a_zone_without_a_lead_is_served_by_anybody():
    assert chosen(waiting(place(2)), LEAD, **BY_CHANCE) == {0, 1}


OWN_CHOICE = {"contract.sourcing": "own_choice"}


def test_whoever_chooses_goes_by_rating_and_by_what_others_say():
    rated = waiting(place(2))
    provider(rated, 1, rating=OUTSTANDING)
    assert chosen(rated, OWN_CHOICE, **BY_CHANCE, sourcing__choice_rating=100) == {1}
    assert chosen(rated, {}, **BY_CHANCE, sourcing__choice_rating=100) == {0, 1}, "offered to all, ratings say nothing"
    spoken_of = waiting(place(2))
    provider(spoken_of, 0, experience=0.9)
    assert chosen(spoken_of, OWN_CHOICE, **BY_CHANCE, sourcing__choice_experience=1000) == {0}


def test_a_provider_that_nobody_has_rated_counts_as_good():
    market = waiting(place(2))
    provider(market, 1, rating=UNRATED)
    assert chosen(market, OWN_CHOICE, **BY_CHANCE, sourcing__choice_rating=100) == {0, 1}
    provider(market, 0, rating=INADEQUATE)
    assert chosen(market, OWN_CHOICE, **BY_CHANCE, sourcing__choice_rating=100) == {1}


def test_people_who_pay_for_themselves_choose_if_somebody_guides_them():
    def goes_to(readiness):
        market = waiting(place(2), payer=SELF_FUNDER, readiness=readiness)
        provider(market, 1, rating=OUTSTANDING)
        return chosen(market, **BY_CHANCE, sourcing__choice_rating=100)

    assert goes_to(0.71) == {1} and goes_to(0.69) == {0, 1}


def test_private_agencies_serve_people_who_pay_for_themselves_and_mostly_they_do():
    market = waiting(place(2), payer=SELF_FUNDER)
    provider(market, 1, contracted=0)
    assert chosen(market, **BY_CHANCE, sourcing__contracted_self_weight=1e-9) == {1}
    assert chosen(market, **BY_CHANCE, sourcing__contracted_self_weight=1) == {0, 1}


def test_demand_quick_and_slow_follows_the_hours_held():
    market = place(1, demand=100.0, demand_slow=100.0)
    for i in range(10):
        person(market, i)
    sourced(market)
    assert market.providers.demand[0] == pytest.approx(100 + 0.15 * (35 - 100))
    assert market.providers.demand_slow[0] == pytest.approx(100 + 0.038 * (35 - 100))


def test_a_kept_place_is_held_and_the_council_s_list_says_who_is_where():
    market = place(1)
    person(market, 0, payer=SELF_FUNDER)
    person(market, 1)
    person(market, 2, status=2, kept=1)
    person(market, 3, status=2, kept=0, provider=-1)
    sourced(market)
    r, council = market.providers.rows[0], market.commissioners.rows[0]
    assert (r["committed"], r["council_hours"], r["clients"]) == (10.5, 7, 3)
    assert (council["people"], council["waiting"], council["receiving_council"]) == (4, 0, 1)
    assert np.isclose(council["waiting_hours"], 0)


def offered(policy=None, weeks_waiting=1.0, hours_held=40, **columns):
    """The market after a person was offered whom the contract rate of £17 would lose £1 of, and £18.90 would not.

    The provider holds so many people's 3.5 hours already."""
    market = place(1, **({"rate": 17.0} | columns))
    for i in range(hours_held):
        person(market, 1 + i)
    waiting(market, weeks_waiting=weeks_waiting)
    return sourced(market, policy if policy is not None else {"sourcing.emergency_rate": 1.15}, **SHARP)


ROOM = {"capacity": 1000.0, "plan": 1000.0}


def test_a_package_that_was_refused_for_money_for_a_week_is_bought_above_the_contract_rate_for_a_quarter():
    market = offered(**ROOM)
    c = market.clients.rows[0]
    assert (c["status"], c["provider"], c["emergency"]) == (RECEIVING, 0, 13)
    assert market.clients.above_rate[0] == pytest.approx(17 * 0.15)
    assert market.providers.rate[0] == 17.0, "the contract rate is what it was"
    assert market.commissioners.hours_emergency[0] == 3.5
    assert market.providers.declined[0] == pytest.approx(1.0), "it has declined once"


@pytest.mark.parametrize(
    "change",
    [
        {"weeks_waiting": 0.0},
        {"policy": {"sourcing.emergency_rate": 1.0}},
        {"policy": {"sourcing.emergency_rate": 1.001}},
        {"capacity": 3.5 * 41 - 0.1},
        {"hours_held": 9},
        {"contracted": 0},
    ],
    ids=["just come", "no such offer", "too small an offer", "no room", "over a tenth of the hours", "no contract"],
)
def test_otherwise_nothing_is_bought_above_it(change):
    market = offered(**(ROOM | change))
    assert market.clients.status[0] == WAITING and market.clients.emergency[0] == 0


def test_what_the_contract_rate_buys_is_bought_at_it():
    market = offered(rate=20.0, **ROOM)
    assert (market.clients.status[0], market.clients.emergency[0]) == (RECEIVING, 0)


@pytest.mark.parametrize(("rate", "notice"), [(17.0, 3), (20.0, 0)], ids=["gives notice", "keeps it"])
def test_after_the_last_week_above_the_rate_a_provider_gives_notice_where_the_rate_is_too_little(rate, notice):
    market = place(1, rate=rate)
    person(market, emergency=2)
    sourced(market, **SHARP)
    assert (market.clients.emergency[0], market.clients.notice[0]) == (1, 0)
    sourced(market, **SHARP)
    assert (market.clients.emergency[0], market.clients.notice[0]) == (0, notice)
    assert market.counts["hand_backs"][0] == 0, "what fees follow takes no notice of it"


def test_a_package_that_goes_to_another_provider_goes_at_the_contract_rate():
    market = place(2)
    person(market, emergency=9, notice=3)
    sourced(market)
    assert (market.clients.provider[0], market.clients.emergency[0]) == (1, 0)


@pytest.mark.parametrize(("waited", "taken"), [(3.0, {-1}), (4.0, {1})])
def test_a_lead_is_the_only_one_asked_for_some_weeks_and_no_longer(waited, taken):
    market = place()
    provider(market, 0, patch_lead=1, capacity=0.0)
    assert chosen(waiting(market, weeks_waiting=waited), LEAD) == taken


def test_who_waits_in_a_bed_outside_hospital_is_looked_for_without_a_head_start_and_costs_no_night_there():
    market = place(1, capacity=4.0)
    waiting(market, 0, status=FIT, provider=-1, bed=2, weeks_waiting=3.0)
    waiting(market, 1, weeks_waiting=5.0)
    sourced(market)
    assert market.clients.status[:2].tolist() == [FIT, RECEIVING]
    assert market.counts["delayed_nights"][0] == 0
