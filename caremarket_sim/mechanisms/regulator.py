"""ODD 7.30 Regulator: inspections at random intervals of years; a rating is a late, noisy reading of quality."""

from ..compiled import compiled
from ..compiled.draws import key_of, process_code
from ..compiled.hashing import normal_quantile, uniform
from ..compiled.process import process
from ..market.codes import GOOD, INADEQUATE, OUTSTANDING, REQUIRES_IMPROVEMENT, UNRATED

INSPECT, OPENING, RATED = map(process_code, ("regulator_inspects", "opening_rating", "opening_rated"))


@process
def regulator_inspects(market, parameters, policy, draws):
    """Some providers are inspected this week, sooner the worse they were found; the rating reads quality with noise."""
    p = parameters[0]
    key = key_of(draws, INSPECT)
    often = market.prices[0].inspections
    for j in range(len(market.providers)):
        r = market.providers[j]
        if r.open == 0 or r.delivered == 0.0 or r.age <= p.regulator_first_weeks:
            continue
        worse = r.rating != UNRATED and r.rating < GOOD
        rate = p.regulator_reinspection_rate if worse else p.regulator_inspection_rate
        if uniform(key, r.number, 0) < rate * often / 52.0:
            r.rating = grade(r.quality + p.regulator_noise * normal_quantile(uniform(key, r.number, 1)), p)
            market.counts[r.council].inspections += 1.0


@process
def providers_have_been_rated(market, parameters, policy, draws):
    """Before a market begins: some have been inspected, and are rated as an inspector would now."""
    p = parameters[0]
    reading_key, rated_key = key_of(draws, OPENING), key_of(draws, RATED)
    for j in range(len(market.providers)):
        r = market.providers[j]
        reading = r.quality + p.regulator_noise * normal_quantile(uniform(reading_key, r.number, 0))
        rated = uniform(rated_key, r.number, 0) < p.regulator_opening_rated_share
        r.rating = grade(reading, p) if rated else UNRATED


@compiled
def grade(reading, p):
    """The rating that a reading of quality earns."""
    if reading <= p.regulator_inadequate_line:
        return INADEQUATE
    if reading <= p.regulator_good_line:
        return REQUIRES_IMPROVEMENT
    return GOOD if reading <= p.regulator_outstanding_line else OUTSTANDING
