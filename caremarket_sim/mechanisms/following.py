"""ODD 7.41 Everybody ever referred is followed: whoever draws on homecare no longer lives on elsewhere, and dies."""

import math

from ..compiled.draws import fixed_key, key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.process import process
from ..market.codes import DIED, DIVERTED, LEFT
from ..market.followed import move_in
from ..market.people import care_home_rate
from ..market.state import followed_of

LIVES_ON, FOLLOWED = process_code("people_live_on_elsewhere"), process_code("follow")


@process
def people_live_on_elsewhere(market, parameters, policy, draws):
    """In a care home, diverted or recovered, a week of the life that is left passes; quality of life moves towards what
    it is there as fast as in homecare, and is summed for the year.

    Who was helped without a package may move to a care home, as somebody of the same need in homecare may: what help
    does not meet counts as care that is not delivered.
    """
    p = parameters[0]
    key, own_key = key_of(draws, LIVES_ON), fixed_key(draws, FOLLOWED)
    unmet = max(0.0, 1.0 - p.followed_diverted_help)
    people = followed_of(market)
    for i in range(len(people)):
        r = people[i]
        if r.state == DIED or r.state == LEFT:
            continue
        r.weeks_left -= 1.0
        if r.weeks_left <= 0.0:
            r.state = DIED
            market.counts[r.council].deaths_elsewhere += 1.0
            market.commissioners[r.council].died += 1.0
            continue
        if r.state == DIVERTED:
            log_need = math.log(r.need_hours / p.hospital_need_reference)
            if uniform(key, r.number, 0) < care_home_rate(log_need, unmet, r.connection, p) / 52.0:
                market.counts[r.council].care_home_moves += 1.0
                move_in(r, p, own_key)
        r.quality_of_life += p.quality_adjustment * (r.quality_ahead - r.quality_of_life)
        r.sum_followed += 1.0
        r.sum_quality += r.quality_of_life
