"""ODD 7.9 Experience, connection, quality of life, and providers' latent quality."""

import numpy as np

from ..arithmetic import within
from ..entities import LEFT
from ..kernels import care


def care_is_experienced(market, parameters, policy, draws):
    """Continuity, reliability, length, skill and fit make the experience of care (E12)."""
    p, lever = parameters, policy
    commissioner = market.commissioners.rows[0]
    providers = market.providers
    care.care_is_received(
        market.clients.rows,
        market.workers.rows,
        commissioner["late_intercept"],
        lever.contract_payment_basis == 1.0,
        parameters.row,
    )
    sums = np.zeros((len(providers), 4))
    care.care_is_experienced(
        market.clients.rows,
        providers.rows,
        policy.row,
        commissioner["codesigned"],
        parameters.row,
        sums,
    )
    served = sums[:, 2] > 0.0
    people = np.maximum(sums[:, 2], 1.0)
    memory = p.experience_memory * served
    providers.experience += memory * (sums[:, 0] / people - providers.experience)
    providers.connection += memory * (sums[:, 1] / people - providers.connection)
    providers.late_visits = sums[:, 3]
    kept = 1.0 - 52.0 * providers.need_rises / people
    providers.independence += p.outcome_independence_memory * served * (kept - providers.independence)
    lack = 1.0 - providers.delivered / np.maximum(providers.due, 1.0)
    providers.undelivered += p.experience_memory * (lack - providers.undelivered) * (providers.due > 0.0)


def connections_form(market, parameters, policy, draws):
    """Connectors reach people, and visits with time to spare help (E18, M30)."""
    p = parameters
    fte = policy.community_connectors_fte + market.commissioners.rows[0]["pot_connectors"]
    here = max(np.count_nonzero(market.clients.status != LEFT), 1)
    reach = p.connection_reach * fte / here
    market.counts["connections"] += care.connections_form(
        market.clients.rows, market.providers.rows, market.zones, policy.row, reach, parameters.row
    )


def quality_of_life_responds(market, parameters, policy, draws):
    """Quality of life moves towards what hours, experience and connection give (E12, M26)."""
    care.quality_of_life_responds(
        market.clients.rows, market.commissioners.rows[0]["experience_reference"], parameters.row
    )
    unmet = market.clients.unmet_hours[market.clients.status != LEFT]
    market.counts["informal_hours"] += parameters.quality_informal_share * unmet.sum()


def quality_drifts(market, parameters, policy, draws):
    """A provider's latent quality follows its staff, manager, reliability, practice and mission, slowly (M13, M19)."""
    p = parameters
    providers = market.providers
    aim = (
        p.quality_resting_level
        + p.quality_skill_effect * (providers.skill - p.quality_skill_reference)
        - p.quality_newcomer_effect * (providers.newcomers - p.quality_newcomer_reference)
        + p.quality_manager_effect * (providers.manager_quality - 0.5)
        - p.quality_no_manager_effect * (providers.manager_away > 0)
        - p.quality_undelivered_effect * providers.undelivered
        + p.quality_mission_effect * (providers.mission - 0.5)
        + p.quality_practice_effect * providers.practice
        - p.quality_strain_effect * providers.strain
    )
    moved = p.quality_speed * (within(aim, 0.0, 1.0) - providers.quality)
    providers.quality += moved * (providers.staff > 0.0)
