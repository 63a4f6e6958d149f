"""ODD 2: people who draw on care, and what several mechanisms do to them."""

import math

from ..compiled import compiled
from ..compiled.arithmetic import place_among
from ..compiled.draws import EARLIEST
from ..compiled.hashing import normal_quantile, uniform
from .codes import COUNCIL, FAMILIAR, FIT, NUMBERS_A_COUNCIL, RUNS, SLOTS, WAITING, WARD
from .table import Column, Table
from .zones import home_in, locality_at, tour_at

UNDER_65, OVER_84 = 0, 3
"""Age groups."""
NUMBERS_A_WEEK = 10_000
"""Permanent numbers for a week's referrals in a council, half of them for each payer."""


@compiled
def first_referral(week, council, payer):
    """First permanent number in a week's queue of a council's referrals of a payer; the same in every scenario."""
    return council * NUMBERS_A_COUNCIL + (week + EARLIEST) * NUMBERS_A_WEEK + payer * (NUMBERS_A_WEEK // 2)


class Clients(Table):
    """People who draw on care, council-funded or paying for themselves."""

    number = Column("i8", "", "permanent number; keys every draw")
    zone = Column("i4", "", "home zone: row in the place's zones")
    locality = Column("i4", "", "home locality: row in the place's localities")
    tour = Column("i4", "", "when a tour of the whole place passes the person's home")
    provider = Column("i4", "", "row of the provider that delivers or keeps the place, -1 none")
    visit_minutes = Column("f8", "minutes", "minutes a visit commissioned")
    status = Column("i1", "code", "0 waiting, 1 receiving, 2 in hospital, 3 fit to leave it, 4 in reablement, 5 left")
    payer = Column("i1", "code", "0 council, 1 self-funder")
    visits = Column("i1", "visits a day", "visits a day, 1 to 4")
    carers = Column("i1", "care workers", "care workers at each visit, 1 or 2")
    age_group = Column("i1", "code", "0 under 65, 1 65 to 74, 2 75 to 84, 3 85 and over")
    council = Column("u1", "", "row of the council that the person lives in")
    lives_alone = Column("i1", "0/1", "lives alone")
    kept = Column("i1", "0/1", "the provider keeps the place during a hospital stay")
    bed = Column("i1", "code", "where who is fit to leave hospital waits: 0 there, 1 step-down bed, 2 interim bed")
    notice = Column("i4", "weeks", "weeks of notice left before the provider stops, 0 no notice")
    review = Column("i4", "weeks", "weeks until the package follows a change of need, 0 none waits")
    emergency = Column("i4", "weeks", "weeks left in which the provider is paid above the contract rate, 0 none")
    episode = Column("i4", "weeks", "weeks of an episode of reablement that are left")
    relearned = Column("i1", "visits a day", "visits a day that reablement made needless and that may be needed again")
    hours = Column("f8", "hours a week", "weekly hours of the package as commissioned")
    weeks_in_care = Column("f8", "weeks", "weeks since care first began")
    weeks_waiting = Column("f8", "weeks", "weeks waiting for a provider")
    due = Column("f8", "hours", "hours due this week")
    delivered = Column("f8", "hours", "hours delivered this week")
    visits_due = Column("f8", "visits", "visits due this week")
    missed = Column("f8", "visits", "visits missed this week")
    late = Column("f8", "visits", "visits more than 30 minutes late this week")
    need_hours = Column("f8", "hours a week", "weekly hours that need asks for")
    agreed_hours = Column("f8", "hours a week", "weekly hours of need on which the package was agreed")
    log_need = Column("f8", "log ratio", "log of those hours over the reference of hospital admissions")
    need_minutes = Column("f8", "minutes", "minutes a visit that need asks for")
    carer = Column(
        "i4",
        "",
        "row of the care worker whose run this is, -1 nobody's: blocks of the first care worker, then of the second",
        RUNS,
        part="rounds",
    )
    waits = Column(
        "i1", "weeks", "weeks for which each run whose owner has left is still nobody's", RUNS, part="rounds"
    )
    seen = Column(
        "i4", "", "row of who did each run this week: -1 nobody, -2 office staff, -3 agency", RUNS, part="rounds"
    )
    seen_before = Column("i4", "", "the same a week ago", RUNS, part="rounds")
    home_x = Column("f8", "km", "home, east of the middle of the place", part="rounds")
    home_y = Column("f8", "km", "home, north of it", part="rounds")
    above_rate = Column("f8", "£ an hour", "paid above the contract rate in those weeks", part="rounds")
    leg = Column("f8", "minutes", "way to a visit from the provider's call before it, this week", part="rounds")
    familiar = Column("i4", "", "rows of the care workers whom the person knows, -1 none", FAMILIAR, part="known")
    familiarity = Column("f4", "0 to 1", "how well the person knows each of them", FAMILIAR, part="known")
    unpaid_carer = Column("i1", "0/1", "has an unpaid carer")
    unpaid_hours = Column("f8", "hours a week", "hours that an unpaid carer of the person gives whatever else happens")
    unpaid_strain = Column("f8", "0 to 1", "how strained the unpaid carer is")
    continuity = Column("f8", "0 to 1", "share of care from people the person knows, recent weeks")
    experience = Column("f8", "0 to 1", "experience of care")
    connection = Column("f8", "0 to 1", "social connection")
    quality_of_life = Column("f8", "ASCOT points", "gain in social care related quality of life over no care")
    delivered_share = Column("f8", "share", "share of hours due delivered, recent weeks")
    missed_share = Column("f8", "share", "share of visits missed, recent weeks")
    late_share = Column("f8", "share", "share of visits late, recent weeks")
    skill = Column("f8", "0 to 1", "skill of the care workers who came this week")
    carers_fortnight = Column("f8", "care workers", "different care workers in this week and the last")
    package_fit = Column("f8", "0 to 1", "how well the package fits the person")
    unmet_hours = Column("f8", "hours", "hours of care due or waited for that nobody delivered, this week")
    readiness = Column("f8", "0 to 1", "readiness to take up a connection when offered")
    supported = Column("i4", "weeks", "weeks of a connector's support that are left")
    unasked = Column("i4", "weeks", "weeks until a connector may ask again")
    sociability = Column("f8", "0 to 1", "connection that the person tends to without help")
    nights_left = Column("f8", "nights", "hospital nights left before being medically fit")
    weeks_away = Column("i4", "weeks", "weeks since this hospital stay began")
    former = Column("i4", "", "row of the provider before, asked first on return, -1 none")
    sum_weeks = Column("f8", "weeks", "weeks as a client this year (receiving, waiting or in hospital)", part="year")
    sum_followed = Column("f8", "weeks", "weeks followed this year, here or elsewhere", part="year")
    sum_receiving = Column("f8", "weeks", "weeks receiving care this year", part="year")
    sum_waiting = Column("f8", "weeks", "weeks waiting this year", part="year")
    sum_quality = Column("f8", "point-weeks", "quality of life summed over the year's weeks", part="year")
    sum_experience = Column("f8", "weeks", "experience summed over weeks receiving", part="year")
    sum_continuity = Column("f8", "weeks", "continuity summed over weeks receiving", part="year")
    sum_carers = Column("f8", "", "care workers a fortnight summed over weeks receiving", part="year")
    sum_due = Column("f8", "hours", "hours due this year", part="year")
    sum_delivered = Column("f8", "hours", "hours delivered this year", part="year")
    sum_visits = Column("f8", "visits", "visits due this year", part="year")
    sum_late = Column("f8", "visits", "late visits this year", part="year")
    sum_lonely = Column("f8", "weeks", "weeks lonely this year", part="year")
    sum_admissions = Column("f8", "admissions", "hospital admissions this year", part="year")


@compiled
def category(u, first, second, third):
    """0, 1, 2 or 3 by cumulative shares."""
    if u < first:
        return 0
    if u < second:
        return 1
    return 2 if u < third else 3


@compiled
def born(client, rounds, known, number, council, payer, zones, first_zone, localities, first_locality, p, key):
    """Give a person the attributes that their number was born with; policy touches none of them.

    `zones` and `localities` are the council's, from rows `first_zone` and `first_locality` on.
    """
    client.number = number
    client.council = council
    client.payer = payer
    weights = zones["council_referrals"] if payer == COUNCIL else zones["self_referrals"]
    zone = place_among(weights, uniform(key, number, 1))
    client.zone = first_zone + zone
    rounds.home_x, rounds.home_y = home_in(zones[zone], number, key)
    client.locality = first_locality + locality_at(localities, rounds.home_x, rounds.home_y)
    client.tour = tour_at(rounds.home_x, rounds.home_y)
    client.age_group = category(
        uniform(key, number, 2),
        p.demand_under_65_share,
        p.demand_under_65_share + p.demand_age_65_74_share,
        p.demand_under_65_share + p.demand_age_65_74_share + p.demand_age_75_84_share,
    )
    client.lives_alone = uniform(key, number, 3) < p.demand_living_alone_share
    u = uniform(key, number, 4)
    client.visits = 1 + category(
        u,
        p.demand_one_visit_share,
        p.demand_one_visit_share + p.demand_two_visits_share,
        p.demand_one_visit_share + p.demand_two_visits_share + p.demand_three_visits_share,
    )
    u = uniform(key, number, 5)
    minutes = 15.0 * (
        1
        + category(
            u,
            p.demand_minutes_15_share,
            p.demand_minutes_15_share + p.demand_minutes_30_share,
            p.demand_minutes_15_share + p.demand_minutes_30_share + p.demand_minutes_45_share,
        )
    )
    client.carers = 1 + (uniform(key, number, 6) < p.demand_two_carers_share)
    if payer != COUNCIL:
        client.carers = 1
    client.need_minutes = minutes
    client.readiness = uniform(key, number, 7)
    client.sociability = (
        p.connection_resting_level
        - p.connection_living_alone_loss * client.lives_alone
        + p.connection_spread * normal_quantile(uniform(key, number, 8))
    )
    client.sociability = min(max(client.sociability, 0.0), 1.0)
    client.connection = client.sociability
    together = p.unpaid_share / (1.0 - p.demand_living_alone_share * (1.0 - p.unpaid_alone_ratio))
    chance = together * (p.unpaid_alone_ratio if client.lives_alone else 1.0)
    client.unpaid_carer = uniform(key, number, 9) < chance
    client.unpaid_hours = p.unpaid_hours * math.exp(p.unpaid_hours_spread * normal_quantile(uniform(key, number, 10)))
    client.unpaid_strain = p.unpaid_usual_strain
    client.provider = -1
    client.former = -1
    known.familiar[:] = -1
    rounds.carer[:] = -1
    rounds.waits[:] = 0
    rounds.seen[:] = -1
    rounds.seen_before[:] = -1
    client.delivered_share = 1.0
    client.late_share = p.experience_opening_late_share
    client.package_fit = p.experience_fit_start
    client.continuity = p.experience_opening_continuity
    client.experience = p.experience_opening_experience
    client.status = WAITING


@compiled
def death_rate(age_group, p):
    """Deaths a year at an age, of people who are not in a care home."""
    rate = p.demand_death_rate
    if age_group == OVER_84:
        rate *= p.demand_death_ratio_85
    elif age_group == UNDER_65:
        rate *= p.demand_death_ratio_under_65
    return rate


@compiled
def care_home_rate(log_need, unmet, connection, p):
    """Moves a year to a care home of somebody who lives at home: they rise with need, with the share of it that nobody
    meets and with isolation."""
    return p.demand_care_home_rate * math.exp(
        p.demand_care_home_need_elasticity * log_need
        + p.demand_care_home_unmet_effect * unmet
        + p.demand_care_home_isolation_effect * (p.connection_resting_level - connection)
    )


@compiled
def most_from_care(need_hours, p):
    """Most that care can give somebody of this need, ASCOT points: more, the more is needed (M26)."""
    ratio = need_hours / p.hospital_need_reference
    if ratio < 1.0:
        return p.quality_gain_low + (p.quality_gain_mid - p.quality_gain_low) * min(max(2.0 * ratio - 1.0, 0.0), 1.0)
    return p.quality_gain_mid + (p.quality_gain_high - p.quality_gain_mid) * min(ratio - 1.0, 1.0)


@compiled
def needs_little(client, p):
    """Whether somebody needs so little that help may leave them without a package."""
    return client.visits <= p.demand_light_visits and client.carers == 1


@compiled
def expect_to_leave(client, counts, chance):
    """Count, by who pays, how many were to be expected to leave homecare: referrals are balanced by it."""
    if client.payer == COUNCIL:
        counts.expected_to_leave_council += chance
    else:
        counts.expected_to_leave_self += chance


@compiled
def end_care(client):
    """No provider delivers or keeps a place any more, and no notice runs."""
    client.provider = -1
    client.kept = 0
    client.notice = 0


@compiled
def lose_kept_place(client):
    """The place kept during a hospital stay is lost."""
    client.kept = 0
    client.provider = -1


@compiled
def join_queue(client):
    """Care stops and the person waits for a provider, displaced."""
    client.status = WAITING
    client.provider = -1
    client.weeks_waiting = 0.0


@compiled
def place_package(client, j):
    """A package goes to provider j at its rate; the person would go back to it after a hospital stay."""
    client.provider = j
    client.former = j
    client.notice = 0
    client.emergency = 0
    client.bed = WARD


@compiled
def becomes_fit(client):
    """Somebody is fit to leave hospital and waits in it for a provider."""
    client.status = FIT
    client.bed = WARD
    client.weeks_waiting = 0.0


@compiled
def slot_of(visits, visit):
    """Slot of the day (0 morning, 1 midday, 2 tea, 3 bedtime) of a person's n-th visit: the last of several is at
    bedtime."""
    return SLOTS - 1 if (visit > 0) & (visit == visits - 1) else visit


@compiled
def days_of(block):
    """Days of a week that a block has: five on weekdays, two at weekends."""
    return 2.0 if block >= 4 else 5.0
