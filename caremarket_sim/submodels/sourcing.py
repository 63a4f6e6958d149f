"""ODD 7.3 Sourcing: finding a provider for each package."""

import numpy as np

from ..entities import RECEIVING, SELF_FUNDER, WAITING
from ..kernels import geography, sourcing


def self_funders_choose(market, parameters, policy, draws):
    """A self-funder who is badly served looks for another provider: gives notice and joins the queue."""
    p = parameters
    clients = market.clients
    paying = (clients.payer == SELF_FUNDER) & (clients.status == RECEIVING) & (clients.notice == 0)
    paying &= clients.weeks_in_care > p.sourcing_settling_weeks
    rows = np.flatnonzero(paying & (clients.experience < p.sourcing_unhappy_line))
    leaving = draws.uniform("self_funders_choose", clients.number[rows]) < p.sourcing_switch_rate
    clients.notice[rows[leaving]] = round(p.exit_notice_weeks)


def packages_are_sourced(market, parameters, policy, draws):
    """Fit patients first, then those displaced, then by weeks waiting; one after the other, as each takes capacity."""
    p = parameters
    clients, providers = market.clients, market.providers
    sourcing.count_packages(clients.rows, providers.rows)
    start, rows, patches = geography.providers_by_zone(providers.rows, len(market.zones))
    open_plan = float(providers.plan @ providers.open)
    load = float(providers.demand.sum()) / max(open_plan, 1.0)
    capacity = providers.capacity.copy()
    providers.capacity = capacity * (1.0 - policy.shocks_absence)
    placed, council, nights = sourcing.source_packages(
        clients.rows,
        providers.rows,
        start,
        rows,
        patches,
        parameters.row,
        policy.row,
        np.ascontiguousarray(providers.cost_fixed),
        np.ascontiguousarray(providers.cost_travel),
        load,
        draws.key("packages_are_sourced"),
    )
    market.counts["displaced"] += sourcing.notices_run(clients.rows)
    market.counts["placed"] += placed
    market.counts["placed_council"] += council
    market.counts["delayed_nights"] += nights
    market.counts["waited"] += np.count_nonzero(clients.status == WAITING)
    sourcing.count_packages(clients.rows, providers.rows)
    open_now = providers.open == 1
    memory = p.posts_demand_memory
    providers.demand += memory * (providers.committed - providers.demand) * open_now
    providers.demand_slow += p.posts_slow_memory * (providers.committed - providers.demand_slow) * open_now
    providers.capacity = capacity
