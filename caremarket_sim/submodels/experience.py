"""ODD 7.9 Experience, connection, quality of life, and providers' latent quality."""

import numpy as np

from ..kernels import agencies, care


def care_is_experienced(market, parameters, policy, draws):
    """Continuity, reliability, length, skill and fit make the experience of care (E12)."""
    commissioner = market.commissioners.rows[0]
    sums = np.zeros((len(market.providers), 4))
    care.care_is_received(
        market.clients.rows,
        market.clients.rounds,
        market.clients.known,
        market.workers.rows,
        market.providers.rows,
        policy.row,
        commissioner["late_intercept"],
        commissioner["codesigned"],
        parameters.row,
        sums,
    )
    agencies.hear_from_people(market.providers.rows, sums, parameters.row)


def connections_form(market, parameters, policy, draws):
    """Connectors reach people, and visits with time to spare help (E18, M30)."""
    p = parameters
    commissioner = market.commissioners.rows[0]
    fte = policy.community_connectors_fte + commissioner["pot_connectors"]
    reach = p.connection_reach * fte / max(commissioner["people"], 1.0)
    market.counts["connections"] += care.connections_form(
        market.clients.rows, market.providers.rows, market.zones, policy.row, reach, parameters.row
    )


def quality_of_life_responds(market, parameters, policy, draws):
    """Quality of life moves towards what hours, experience and connection give (E12, M26)."""
    unmet = care.quality_of_life_responds(
        market.clients.rows,
        market.clients.year,
        market.commissioners.rows[0]["experience_reference"],
        parameters.row,
    )
    market.counts["informal_hours"] += parameters.quality_informal_share * unmet


def quality_drifts(market, parameters, policy, draws):
    """A provider's latent quality follows its staff, manager, reliability, practice and mission, slowly (M13, M19)."""
    agencies.quality_drifts(market.providers.rows, parameters.row)
