"""ODD 7.2 Referral: who is referred, whom the front door helps without a package, and who is offered reablement."""

import math

from ..compiled import compiled
from ..compiled.draws import fixed_key, key_of, process_code
from ..compiled.hashing import poisson_quantile, uniform
from ..compiled.process import process
from ..market.codes import COUNCIL, DIVERTED, FIT, IN_REABLEMENT, LEFT, SELF_FUNDER, WAITING
from ..market.followed import leave_homecare
from ..market.people import born, first_referral, needs_little
from ..market.state import week_of
from ..market.zones import localities_of, zones_of

REFERRED, MADE, BORN = map(process_code, ("people_are_referred", "referral_is_made", "born"))
FRONT_DOOR, FOLLOWED = process_code("meet_the_front_door"), process_code("follow")
MOST_DEMAND = 2.0
"""Referrals in the queue over those at neutral demand: the top of the bounds of `shocks.demand`."""


@process
def people_are_referred(market, parameters, policy, draws):
    """A queue of referrals is made from place and date alone; policy decides who of them comes, who is helped without a
    package and who is offered reablement. Who begins in hospital is fit to leave it.

    Poisson around the level that held the present numbers steady, with a winter peak. The queue holds twice the
    neutral demand, thinned by `shocks.demand` with each person's own draw.
    """
    p = parameters[0]
    week = week_of(market)
    key, made_key, attributes = key_of(draws, REFERRED), key_of(draws, MADE), fixed_key(draws, BORN)
    reach_key, own_key = fixed_key(draws, FRONT_DOOR), fixed_key(draws, FOLLOWED)
    season = 1.0 + p.demand_winter_peak * math.cos(2.0 * math.pi * (week - p.demand_winter_week) / 52.0)
    for c in range(len(market.commissioners)):
        council, lever = market.commissioners[c], policy[c]
        zones, first_zone = zones_of(market, c)
        localities, first_locality = localities_of(market, c)
        growth = (1.0 + council.growth) ** (max(week, 0) / 52.0)
        share = lever.shocks_demand / MOST_DEMAND
        for payer in (COUNCIL, SELF_FUNDER):
            factor = council.referral_factor if payer == COUNCIL else council.self_referral_factor
            first = first_referral(week, c, payer)
            for number in range(
                first, first + queue_length(key, 2 * c + payer, MOST_DEMAND * factor * season * growth)
            ):
                if uniform(made_key, number, 0) >= share:
                    continue
                i = market.clock[0].clients
                market.clock[0].clients = i + 1
                born(
                    market.clients[i],
                    market.rounds[i],
                    market.known[i],
                    number,
                    c,
                    payer,
                    zones,
                    first_zone,
                    localities,
                    first_locality,
                    p,
                    attributes,
                )
                market.counts[c].referrals += 1.0
                council.referred += 1.0
                status = FIT if uniform(key, number, 1) < p.demand_hospital_share else WAITING
                market.clients[i].status = status
                if payer == COUNCIL:
                    meet_the_front_door(
                        market.clients[i],
                        lever.community_front_door,
                        lever.community_reablement_share,
                        market.counts[c],
                        p,
                        reach_key,
                    )
                if market.clients[i].status == LEFT:
                    leave_homecare(market, i, DIVERTED, p, own_key)


@compiled
def queue_length(key, who, mean):
    """How many people are in the week's queue of a council and payer."""
    return poisson_quantile(uniform(key, who, 0), mean)


@compiled
def meet_the_front_door(client, front_door, reablement, counts, p, key):
    """A new council referral may meet a strengths-based conversation, by which some who need little are helped without
    a package; of all others a share is offered reablement first, at home, wherever they come from."""
    if uniform(key, client.number, 1) < front_door:
        counts.conversations += 1.0
        if needs_little(client, p) and uniform(key, client.number, 2) < p.demand_diverted_share:
            client.status = LEFT
            counts.diverted += 1.0
            return
    if uniform(key, client.number, 3) < reablement:
        client.status = IN_REABLEMENT
        client.episode = round(p.reablement_weeks)
        counts.reablement_episodes += 1.0
