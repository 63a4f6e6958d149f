"""ODD 7.8 Rostering: the week's visits to care workers."""

from ..kernels import rostering


def visits_are_rostered(market, parameters, policy, draws):
    """Every run of visits goes to its owner, a stand-in, the office, agency staff, or nobody."""
    delivered, undelivered, travel = rostering.roster(
        market.clients.rows,
        market.clients.rounds,
        market.clients.known,
        market.workers.rows,
        market.workers.rounds,
        market.providers.rows,
        market.zones,
        parameters.row,
        market.commissioners.rows[0]["leg_factor"],
        parameters.rostering_office_share,
        draws.key("visits_are_rostered"),
    )
    market.counts["hours_delivered"] += delivered
    market.counts["hours_undelivered"] += undelivered
    p = parameters
    market.counts["travel_km"] += travel * p.travel_driving_speed * p.travel_driven_share
