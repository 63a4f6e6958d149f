"""Every run of visits to a care worker who is in and has time, else office, agency or nobody."""

from itertools import combinations

import numpy as np
import pytest

from caremarket_sim.market.codes import AGENCY, IN, IN_HOSPITAL, NOBODY, OFFICE, ON_LEAVE, SELF_FUNDER, WAITING
from caremarket_sim.mechanisms.rostering import visits_are_rostered
from tests.mechanisms.markets import P, bare, carry_out, numbers, person, provider, worker

ALONE = {"rostering__office_hours": 0, "rostering__office_share": 0, "rostering__agency_share": 0}


def rostered(market, **changes):
    """The market after its roster, without help from office or agency unless said."""
    return carry_out(visits_are_rostered, market, {}, numbers(**(ALONE | changes)))


def place(staff=1, people=1, **columns):
    """A provider with so many staff and people, who have a morning visit of half an hour."""
    market = bare()
    for w in range(staff):
        worker(market, w)
    for i in range(people):
        person(market, i, **columns)
    return market


MORNINGS = [0, 4]
"""Runs of a morning visit: weekdays and weekend."""


def test_whoever_has_time_takes_the_runs_for_good_and_all_is_delivered():
    market = rostered(place())
    assert market.clients.carer[0, MORNINGS].tolist() == market.clients.seen[0, MORNINGS].tolist() == [0, 0]
    r, c = market.workers.rows[0], market.clients.rows[0]
    assert (c["due"], c["delivered"], c["visits_due"], c["missed"]) == (3.5, 3.5, 7, 0)
    assert r["contact"] == pytest.approx(3.5) and r["owned"] == pytest.approx(3.5)
    assert r["gap"] == pytest.approx(7 * 3 / 60)
    assert market.providers.delivered[0] == market.providers.delivered_council[0] == 3.5
    assert market.counts["hours_delivered"][0] == 3.5 and market.counts["hours_undelivered"][0] == 0


def test_the_hours_of_people_who_pay_for_themselves_are_not_the_council_s():
    r = rostered(place(payer=SELF_FUNDER)).providers.rows[0]
    assert (r["due"], r["due_council"], r["delivered"], r["delivered_council"]) == (3.5, 0, 3.5, 0)


def test_a_provider_with_no_workers_delivers_nothing():
    market = rostered(place(staff=0))
    c = market.clients.rows[0]
    assert (c["due"], c["delivered"], c["missed"]) == (3.5, 0, 7)
    assert market.counts["hours_undelivered"][0] == 3.5
    assert market.clients.seen[0, MORNINGS].tolist() == [NOBODY, NOBODY]


def test_the_office_steps_out_for_some_hours_and_agency_staff_for_a_share_of_the_rest():
    def covered(**changes):
        market = place(staff=0)
        provider(market, plan=100.0)
        rostered(market, **changes)
        return market.clients.seen[0, MORNINGS].tolist(), market.providers.office[0], market.providers.agency[0]

    assert covered(rostering__office_hours=2.5) == ([OFFICE, NOBODY], 2.5, 0)
    assert covered(rostering__office_share=0.035) == ([OFFICE, OFFICE], 3.5, 0)
    assert covered(rostering__agency_share=1) == ([AGENCY, AGENCY], 0, 3.5)
    assert covered(rostering__office_hours=2.5, rostering__agency_share=1) == ([OFFICE, AGENCY], 2.5, 1)


def test_a_run_is_its_owner_s_and_while_the_owner_is_away_a_stand_in_does_it():
    market = place(staff=2)
    market.clients.carer[0, MORNINGS] = 1
    assert rostered(market.copy()).clients.seen[0, MORNINGS].tolist() == [1, 1]
    market.workers.absent[1] = ON_LEAVE
    rostered(market)
    assert market.clients.seen[0, MORNINGS].tolist() == [0, 0], "the other one comes"
    assert market.clients.carer[0, MORNINGS].tolist() == [1, 1], "the run stays its owner's"
    assert market.workers.contact[:2] == pytest.approx([3.5, 0]) and market.workers.owned[:2] == pytest.approx([0, 3.5])


def left(weeks, **changes):
    """The market after the owner of a person's mornings has left, and so many weeks in which two others could come."""
    market = place(staff=3)
    market.clients.carer[0, MORNINGS] = 2
    market.workers.provider[2] = -1
    market.workers.status[2] = 0
    for _ in range(weeks):
        market = rostered(market, **changes)
    return market


def test_runs_of_somebody_who_has_left_are_covered_for_weeks_before_they_are_somebody_s():
    market = left(1)
    assert market.clients.carer[0, MORNINGS].tolist() == [NOBODY, NOBODY]
    assert (market.clients.seen[0, MORNINGS] >= 0).all(), "somebody comes all the same"
    assert market.clients.waits[0, MORNINGS].tolist() == [5, 5]


def test_who_keeps_coming_has_them_sooner():
    weeks = next(weeks for weeks in range(1, 9) if (left(weeks).clients.carer[0, MORNINGS] >= 0).all())
    assert weeks == 5, "six weeks are over after four in which the same person came: 1 + 2 + 2 + 1"


def test_a_new_package_is_somebody_s_at_once():
    market = rostered(place(staff=2))
    assert (market.clients.carer[0, MORNINGS] >= 0).all()


def test_whom_the_person_knows_best_comes_before_others():
    market = place(staff=3)
    market.clients.familiar[0, :2], market.clients.familiarity[0, :2] = [2, 1], [0.3, 0.6]
    assert rostered(market).clients.seen[0, MORNINGS].tolist() == [1, 1]


def test_among_strangers_whoever_is_near_comes_and_whoever_lacks_guaranteed_hours():
    market = place(staff=2)
    worker(market, 0, zone=2)  # the person lives in zone 0
    assert rostered(market).clients.seen[0, 0] == 1
    market = place(staff=2)
    market.workers.guaranteed[1] = 20.0
    assert rostered(market).clients.seen[0, 0] == 1


def two_teams(**columns):
    """Two teams of twelve in two neighbourhoods eight kilometres apart, with a dozen people each.

    Care workers 0 to 11 and people 0 to 11 live in one, the others in the other; columns are of the first dozen.
    """
    market = bare()
    for n in range(24):
        east = {"x": 8.0 * (n >= 12), "y": 0.1 * (n % 12)}
        worker(market, n, **east, **(columns if n < 12 else {}))
        person(market, n, **east)
    return market


def test_an_open_run_is_taken_in_the_team_whatever_others_have_to_spare():
    fullest_first = {"rostering__distance_weight": 0.0, "rostering__spare_weight": -1.0}
    came = rostered(two_teams(), **fullest_first).clients.seen[:24, 0]
    assert (came[:12] < 12).all() and (came[12:] >= 12).all()
    came = rostered(two_teams(), **fullest_first, rostering__team_size=24).clients.seen[:24, 0]
    assert (came[12:] < 12).any(), "in one team of all"


def test_a_neighbouring_team_helps_out_where_nobody_of_the_team_has_time():
    market = rostered(two_teams(absent=ON_LEAVE))
    assert (market.clients.seen[:24, 0] >= 12).all() and market.counts["hours_undelivered"][0] == 0


def test_a_round_begins_and_ends_in_its_team():
    """With two teams no leg leads over the eight kilometres between them, with one that of the first and thirteenth."""
    assert (rostered(two_teams()).clients.leg[:24] < 10).all()
    one = rostered(two_teams(), rostering__team_size=24).clients.leg[:24]
    assert (one > 15).sum() == 2


def test_two_care_workers_at_a_visit_are_two_people():
    two = rostered(place(staff=2, carers=2)).clients
    assert sorted(two.seen[0, [0, 8]]) == [0, 1] == sorted(two.seen[0, [4, 12]])
    one = rostered(place(staff=1, carers=2)).clients
    assert (one.due[0], one.delivered[0], one.missed[0]) == (7, 3.5, 7)


def test_nobody_works_more_above_the_hours_wanted_than_a_roster_stretches_or_than_fit_in_a_block():
    mornings = rostered(place(people=20))
    assert mornings.workers.block_hours[0].tolist() == pytest.approx([15, 0, 0, 0, 6, 0, 0, 0]), (
        "5 and 2 times 3.3 hours"
    )
    assert mornings.counts["hours_undelivered"][0] == pytest.approx(70 - 21)
    all_day = rostered(place(people=20, visits=4))
    most = 30 * P.rostering_stretch
    assert most - 1 <= all_day.workers.contact[0] <= most
    few = place(people=20)
    few.workers.hours_wanted[0] = 10.0
    assert 10 <= rostered(few).workers.contact[0] <= 10 * P.rostering_stretch


@pytest.mark.parametrize("chance", range(6))
def test_a_run_is_left_open_only_where_nobody_has_time_for_it(chance):
    drawn = np.random.default_rng(chance)
    market = place(staff=7, people=60)
    people, staff = market.clients, market.workers
    people.visits[:60], people.visit_minutes[:60] = drawn.integers(1, 5, 60), drawn.choice([15, 30, 45, 60], 60)
    staff.hours_wanted[:7], staff.absent[:7] = drawn.uniform(8, 45, 7), drawn.random(7) < 0.2
    rostered(market)
    blocks = np.arange(8)
    spare = P.rostering_block_hours * np.where(blocks < 4, 5, 2) - market.workers.block_hours
    time = np.minimum(spare, (staff.hours_wanted * P.rostering_stretch - staff.contact)[:, None])[:7]
    time[staff.absent[:7] > 0] = 0.0
    slots = {1: {0}, 2: {0, 3}, 3: {0, 1, 3}, 4: {0, 1, 2, 3}}
    left_open = 0
    for i in range(60):
        for block in blocks:
            if block % 4 in slots[int(people.visits[i])] and people.seen[i, block] == NOBODY:
                hours = (5 if block < 4 else 2) * people.visit_minutes[i] / 60
                assert hours > time[:, block].max() - 1e-9
                left_open += 1
    assert left_open > 0 and (people.seen >= 0).any()


def test_whose_visits_come_first_changes_from_week_to_week():
    served = set()
    for week in range(1, 21):
        market = place(people=2)
        market.workers.hours_wanted[0] = 3.5
        market.week = week
        served.add(tuple(rostered(market).clients.delivered[:2].tolist()))
    assert served == {(3.5, 0.0), (0.0, 3.5)}


@pytest.mark.parametrize(("visits", "slots"), [(1, {0}), (2, {0, 3}), (3, {0, 1, 3}), (4, {0, 1, 2, 3})])
def test_visits_fall_in_the_morning_at_bedtime_at_midday_and_at_tea(visits, slots):
    seen = rostered(place(visits=visits)).clients.seen[0]
    assert set(np.flatnonzero(seen >= 0)) == slots | {slot + 4 for slot in slots}


def minutes_of(kilometres):
    """Minutes for a leg on the road: driven and parked, or walked if quicker."""
    return pytest.approx(min(kilometres / 20 * 60 + 2.5, kilometres / 5 * 60))


def rounds_of(at, factor=0.5, **columns):
    """The market after the roster of a provider with one care worker, whose people live at these points."""
    market = bare()
    market.commissioners.leg_factor = factor
    provider(market, practice=0.0)
    worker(market)
    for i, (x, y) in enumerate(at):
        person(market, i, x=x, y=y, **columns)
    return rostered(market)


def test_a_leg_is_the_way_from_the_provider_s_call_before_in_the_order_of_a_tour():
    in_a_row = rounds_of([(0.1, 0.0), (1.1, 0.0), (3.1, 0.0)]).clients.leg[:3]
    assert in_a_row.tolist() == [minutes_of(0.5 * 1.3 * apart) for apart in (3, 1, 2)], (
        "before the first comes the last"
    )
    shuffled = rounds_of([(3.1, 0.0), (0.1, 0.0), (1.1, 0.0)])
    assert shuffled.clients.leg[:3].tolist() == in_a_row[[2, 0, 1]].tolist(), "whoever was there first"
    assert shuffled.workers.travel[0] == pytest.approx(7 * in_a_row.sum() / 60)
    assert shuffled.counts["travel_km"][0] == pytest.approx(shuffled.workers.travel[0] * 20 * 0.8)


def test_legs_go_from_call_to_call_in_each_slot_of_the_day():
    market = bare()
    market.commissioners.leg_factor = 1.0
    provider(market, practice=0.0)
    worker(market)
    for i, visits in enumerate((2, 1, 2)):
        person(market, i, visits=visits, x=i + 0.1, y=0.0)
    legs = [minutes_of(1.3), minutes_of(2.6)]
    rostered(market)
    mornings, bedtimes = 2 * legs[0].expected + legs[1].expected, 2 * legs[1].expected
    assert market.workers.travel[0] == pytest.approx(7 * (mornings + bedtimes) / 60), "nobody calls on 1 at bedtime"
    assert market.clients.leg[2] == pytest.approx((legs[0].expected + legs[1].expected) / 2)


def test_neighbours_under_one_roof_are_no_way_apart_and_a_leg_is_never_longer_than_the_longest():
    assert rounds_of(3 * [(0.1, 0.1)]).workers.travel[0] == 0
    assert rounds_of([(0.1, 0.0), (90.0, 0.0)]).clients.leg[0] == minutes_of(5)


def test_whoever_covers_for_a_week_comes_from_where_they_are_if_that_is_further():
    def travel(away):
        market = bare()
        market.commissioners.leg_factor = 1.0
        provider(market, practice=0.0)
        for w in (0, 1):
            worker(market, w)
        for i, x in enumerate((0.1, 1.1, 2.1)):
            person(market, i, x=x, y=0.0)
        market.clients.carer[:3, MORNINGS] = [[0, 0], [1, 1], [1, 1]]
        market.clients.familiar[:3, 0], market.clients.familiarity[:3, 0] = 0, 1.0
        market.workers.absent[1] = ON_LEAVE if away else IN
        rostered(market)
        return market.workers.travel[:2].sum()

    # 0 calls at 0.1, then covers at 1.1 and 2.1 or the other way round, whoever comes first this week
    legs, further = [1.3, 1.3, 2.6], ([2.6, 1.3, 1.3], [2.6, 1.3, 2.6])
    assert travel(away=False) == pytest.approx(7 * sum(minutes_of(leg).expected for leg in legs) / 60)
    assert travel(away=True) in [pytest.approx(7 * sum(minutes_of(leg).expected for leg in of) / 60) for of in further]


@pytest.mark.parametrize("exponent", [0.5, 0.35])
def test_with_a_lower_exponent_a_leg_shrinks_less_with_density(exponent):
    market = bare()
    market.commissioners.leg_factor = 0.5
    provider(market, practice=0.0)
    worker(market)
    for i, x in enumerate((0.1, 1.1)):
        person(market, i, x=x, y=0.0)
    rostered(market, travel__density_exponent=exponent, travel__reference_area=2)
    assert market.clients.leg[0] == minutes_of(0.5 * 1.3 * np.sqrt(2) * (1 / 2) ** exponent)


def shortened(at):
    """Length of a round tour of these points that is turned about wherever that makes it shorter (2-opt)."""
    apart = np.hypot(*(at[:, None] - at).transpose(2, 0, 1))
    tour, better = list(range(len(at))), True
    while better:
        better = False
        for a, b in combinations(range(len(at)), 2):
            before, after = tour[a], tour[(b + 1) % len(at)]
            turned = apart[before, tour[b]] + apart[tour[(a + 1) % len(at)], after]
            if turned < apart[before, tour[(a + 1) % len(at)]] + apart[tour[b], after] - 1e-9 and before != after:
                tour[a + 1 : b + 1] = tour[a + 1 : b + 1][::-1]
                better = True
    return apart[tour, np.roll(tour, -1)].sum()


def rounds(people, side):
    """Mean leg to so many people who live anywhere in a square of so many kilometres a side, as the crow flies, and the
    same of a good tour; of a dozen squares somewhere."""
    straight = {"travel__longest_leg": 1000, "travel__parking_minutes": 0, "travel__walking_speed": 1}
    legs, good = [], []
    luck = np.random.default_rng(people)
    for at in luck.uniform(0, side, (12, people, 2)) + luck.uniform(-40, 40, (12, 1, 2)):
        market = bare()
        market.commissioners.leg_factor = 1 / 1.3
        provider(market, practice=0.0)
        for i, (x, y) in enumerate(at):
            person(market, i, x=x, y=y)
        legs.append(rostered(market, **straight).clients.leg[:people].mean() / 60 * 20)
        good.append(shortened(at) / people)
    return np.mean(legs), np.mean(good)


@pytest.mark.parametrize(("people", "side"), [(12, 8.0), (50, 8.0), (50, 30.0)])
def test_legs_follow_the_square_root_law_of_density(people, side):
    """Known answer: c·√(A/n), with c above 0.7124, which no tour of many is below (Beardwood, Halton and Hammersley
    1959), and the whole some two fifths above the best, as tours along a space-filling curve are."""
    legs, good = rounds(people, side)
    assert legs / (side / np.sqrt(people)) == pytest.approx(1.2, rel=0.08)
    assert 1.2 < legs / good < 1.5


def test_what_was_seen_a_week_ago_is_kept_and_who_receives_no_care_sees_nobody():
    market = place()
    market.clients.seen[0, 0] = 5
    person(market, 1, status=WAITING, due=9.0, delivered=9.0)
    market.clients.seen[1, 0] = 7
    rostered(market)
    assert market.clients.seen_before[:2, 0].tolist() == [5, 7] and market.clients.seen[1, 0] == NOBODY
    assert market.clients.due[1] == market.clients.delivered[1] == 0


def with_a_cut(guaranteed=(20.0, 0.0), **columns):
    """Two care workers with three people each, of whom the first's last has just gone to hospital."""
    market = place(staff=2, people=6, **columns)
    market.clients.carer[:6, MORNINGS] = np.array([[0, 0], [0, 0], [0, 0], [1, 1], [1, 1], [1, 1]])
    market.workers.owned[:2] = 10.5
    market.workers.guaranteed[:2] = guaranteed
    market.clients.status[2] = IN_HOSPITAL
    return market


def test_what_somebody_with_a_guarantee_loses_at_short_notice_is_made_up_out_of_a_colleague_s_round():
    market = rostered(with_a_cut(), rostering__buffer_share=1)
    assert market.workers.owned[:2] == pytest.approx([10.5, 7.0])
    assert market.workers.contact[:2] == pytest.approx([10.5, 7.0])
    assert market.workers.cancelled[:2] == pytest.approx([3.5, 3.5])
    assert market.counts["cancelled_hours"][0] == pytest.approx(3.5), "who has a guarantee is paid for them"
    half = rostered(with_a_cut(), rostering__buffer_share=0.5)
    assert half.workers.owned[:2] == pytest.approx([8.0, 9.5]), "a run is not cut in two"
    none = rostered(with_a_cut(), rostering__buffer_share=0)
    assert none.workers.owned[:2] == pytest.approx([7.0, 10.5]) and none.counts["cancelled_hours"][0] == 0


def test_nobody_makes_up_for_what_is_above_a_guarantee_nor_for_two_alike():
    for guaranteed in ((6.0, 0.0), (0.0, 0.0), (20.0, 20.0)):
        market = rostered(with_a_cut(guaranteed), rostering__buffer_share=1)
        assert market.workers.owned[:2] == pytest.approx([7.0, 10.5])
        assert market.counts["cancelled_hours"][0] == pytest.approx(3.5 * (guaranteed[0] == 0.0))


def test_a_package_that_moves_with_notice_is_no_cut_and_one_in_hospital_is():
    market = with_a_cut((0.0, 0.0))
    market.clients.status[2] = WAITING
    market.clients.provider[2] = -1
    assert rostered(market).workers.cancelled[0] == 0
    assert rostered(with_a_cut((0.0, 0.0))).workers.cancelled[0] == pytest.approx(3.5)


def test_a_provider_learns_how_much_its_staff_lose():
    market = with_a_cut((0.0, 0.0))
    provider(market, cuts=0.0)
    expected = 0.05 * (3.5 / 30) ** 2 / 2
    assert rostered(market).providers.cuts[0] == pytest.approx(expected)


def test_cover_beyond_a_guarantee_goes_to_whoever_has_none():
    def who_covers(guaranteed, weight):
        market = place(staff=3, people=1)
        market.clients.carer[0, MORNINGS] = 2
        market.workers.absent[2] = ON_LEAVE
        market.workers.guaranteed[0] = guaranteed
        market.workers.zone[:2] = 0, 1  # the person lives in zone 0
        return rostered(market, rostering__extra_weight=weight).clients.seen[0, 0]

    assert who_covers(25.0, 2) == 0, "who lacks guaranteed hours comes first"
    assert who_covers(0.01, 2) in (0, 1)
