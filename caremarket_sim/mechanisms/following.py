"""ODD 7.41 Everybody ever referred is followed: whoever draws on homecare no longer lives on elsewhere, and dies."""

from ..compiled.process import process
from ..market.codes import DIED, LEFT
from ..market.state import followed_of


@process
def people_live_on_elsewhere(market, parameters, policy, draws):
    """In a care home, diverted or recovered, a week of the life that is left passes; quality of life moves towards what
    it is there as fast as in homecare, and is summed for the year."""
    p = parameters[0]
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
        r.quality_of_life += p.quality_adjustment * (r.quality_ahead - r.quality_of_life)
        r.sum_followed += 1.0
        r.sum_quality += r.quality_of_life
