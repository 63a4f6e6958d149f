"""ODD 2: people who draw on homecare no longer and are followed for as long as they live."""

import math

from ..compiled import compiled, step
from ..compiled.hashing import uniform
from .codes import COUNCIL, DIVERTED, IN_CARE_HOME, LEFT, SELF_FUNDER
from .people import death_rate, end_care, most_from_care
from .table import Column, Table

KIND_OF_STAY, LIFE_LEFT, WHO_PAYS = 0, 1, 2
"""Parts of the draw that is somebody's own whenever they leave homecare."""


class Followed(Table):
    """People who were referred and draw on homecare no longer: in a care home, diverted or recovered, until they die.

    Rows are few and short, so that a week passes over them in no time; whoever comes back to homecare is born anew with
    the same number, and the row here is left.
    """

    number = Column("i8", "", "permanent number, as in homecare")
    client = Column("i4", "", "row in homecare that is still theirs, -1 once rows of those who have left are dropped")
    zone = Column("i4", "", "home zone before: row in the place's zones")
    council = Column("u1", "", "row of the council that they lived in")
    state = Column("i1", "code", "6 in a care home, 7 diverted, 8 recovered, 9 died, 5 left")
    payer = Column("i1", "code", "who paid for homecare: 0 council, 1 self-funder")
    home_payer = Column("i1", "code", "who pays for a place in a care home: 0 council, 1 self-funder")
    age_group = Column("i1", "code", "0 under 65, 1 65 to 74, 2 75 to 84, 3 85 and over")
    visits = Column("i1", "visits a day", "visits a day that need asked for")
    need_minutes = Column("f8", "minutes", "minutes a visit that need asked for")
    need_hours = Column("f8", "hours a week", "weekly hours that need asked for")
    connection = Column("f8", "0 to 1", "social connection when care ended")
    quality_of_life = Column("f8", "ASCOT points", "gain in social care related quality of life over no care")
    quality_ahead = Column("f8", "ASCOT points", "what that moves towards")
    weeks_left = Column("f8", "weeks", "weeks left to live")
    sum_followed = Column("f8", "weeks", "weeks followed here this year")
    sum_quality = Column("f8", "point-weeks", "quality of life summed over those weeks")


@step
def leave_homecare(market, i, state, p, key):
    """The person in row `i` draws on homecare no longer, and is followed from now on."""
    place = market.clock[0].followed
    market.clock[0].followed = place + 1
    follow(market.followed[place], market.clients[i], state, p, key)
    market.followed[place].client = i
    market.clients[i].status = LEFT
    end_care(market.clients[i])


@compiled
def follow(row, client, state, p, key):
    """Fill a row with somebody who leaves homecare for a state; how long they live, and who pays for a care home, is
    their own luck, the same in every scenario."""
    row.number = client.number
    row.zone = client.zone
    row.council = client.council
    row.state = state
    row.payer = client.payer
    row.age_group = client.age_group
    row.visits = client.visits
    row.need_minutes = client.need_minutes
    row.need_hours = client.visits * client.need_minutes / 60.0 * 7.0 * client.carers
    row.connection = client.connection
    row.quality_of_life = client.quality_of_life
    row.sum_followed = 0.0
    row.sum_quality = 0.0
    if state == IN_CARE_HOME:
        move_in(row, p, key)
        return
    mean = 52.0 / death_rate(client.age_group, p)
    helped = p.followed_diverted_help if state == DIVERTED else 1.0
    gain = most_from_care(row.need_hours, p) * (1.0 - math.exp(-p.quality_hours_slope * helped))
    row.quality_ahead = gain + p.quality_connection_gain * (client.connection - 0.5)
    row.weeks_left = -mean * math.log(uniform(key, row.number, LIFE_LEFT))


@compiled
def move_in(row, p, key):
    """Somebody moves to a care home for good: how long the stay is, and who pays for it, is their own luck."""
    row.state = IN_CARE_HOME
    alone = p.care_home_self_share if row.payer == COUNCIL else p.care_home_stay_self_share
    row.home_payer = SELF_FUNDER if uniform(key, row.number, WHO_PAYS) < alone else COUNCIL
    short = uniform(key, row.number, KIND_OF_STAY) < p.care_home_short_share
    row.quality_ahead = p.care_home_quality
    row.weeks_left = -mean_stay(short, p) * math.log(uniform(key, row.number, LIFE_LEFT))


@compiled
def mean_stay(short, p):
    """Weeks that stays of a kind last on average: short ones, or the others, so that all have the published mean."""
    days = p.care_home_short_stay
    if not short:
        days = (p.care_home_mean_stay - p.care_home_short_share * days) / (1.0 - p.care_home_short_share)
    return days / 7.0


@compiled
def price_of_a_place(prices, p):
    """What a council pays for a week in a care home, £: it follows the growth of providers' costs."""
    costs = p.money_wage_weight * prices.wage_index + (1.0 - p.money_wage_weight) * prices.price_index
    return p.care_home_weekly_cost * costs
