"""ODD 7.21 Quality: what a provider's care is like, which nobody sees as it is."""

from ..compiled.process import process
from ..market.motive import cares


@process
def quality_drifts(market, parameters, policy, draws):
    """A provider's latent quality follows its staff, manager, reliability, practice, its owner's care for the work, and
    strain, slowly (M13, M19)."""
    p = parameters[0]
    for j in range(len(market.providers)):
        r = market.providers[j]
        if r.staff == 0.0:
            continue
        aim = (
            p.quality_resting_level
            + p.quality_skill_effect * (r.skill - p.quality_skill_reference)
            - p.quality_newcomer_effect * (r.newcomers - p.quality_newcomer_reference)
            + p.quality_manager_effect * (r.manager_quality - 0.5)
            - p.quality_no_manager_effect * (r.manager_away > 0)
            - p.quality_undelivered_effect * r.undelivered
            + p.quality_care_effect * (cares(r, p.motive_quality_slope, p) - p.motive_care)
            + p.quality_practice_effect * r.practice
            - p.quality_strain_effect * r.strain
        )
        r.quality += p.quality_speed * (min(max(aim, 0.0), 1.0) - r.quality)
