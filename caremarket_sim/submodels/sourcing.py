"""ODD 7.3 Sourcing: finding a provider for each package."""

import numpy as np

from .. import costs
from ..arithmetic import total
from ..kernels import agencies, geography, people, sourcing


def self_funders_choose(market, parameters, policy, draws):
    """A self-funder who is badly served looks for another provider: gives notice and joins the queue."""
    people.self_funders_choose(market.clients.rows, parameters.row, draws.key("self_funders_choose"))


def packages_are_sourced(market, parameters, policy, draws):
    """Fit patients first, then those displaced, then by weeks waiting; one after the other, as each takes capacity."""
    clients, providers, commissioner = market.clients, market.providers, market.commissioners
    sourcing.count_packages(clients.rows, providers.rows, commissioner.rows, False)
    start, rows, patches = geography.providers_by_zone(providers.rows, len(market.zones))
    open_plan = total(providers.plan * providers.open)
    load = total(providers.demand) / max(open_plan, 1.0)
    placed, council, nights = sourcing.source_packages(
        clients.rows,
        providers.rows,
        start,
        rows,
        patches,
        parameters.row,
        policy.row,
        costs.paid_share(policy, parameters),
        1.0 - policy.shocks_absence,
        np.ascontiguousarray(providers.cost_fixed),
        np.ascontiguousarray(providers.cost_travel),
        load,
        draws.key("packages_are_sourced"),
    )
    market.counts["placed"] += placed
    market.counts["placed_council"] += council
    market.counts["delayed_nights"] += nights
    market.counts["displaced"] += sourcing.count_packages(clients.rows, providers.rows, commissioner.rows, True)
    market.counts["waited"] += commissioner.waiting[0]
    agencies.remember_demand(providers.rows, parameters.row)
