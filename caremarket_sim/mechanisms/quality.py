"""ODD 7.21 Quality: what a provider's care is like, which nobody sees as it is."""

from ..compiled import compiled
from ..compiled.process import process
from ..market.motive import cares


@process
def quality_drifts(market, parameters, policy, draws):
    """A provider's latent quality follows its staff, how many leave and are missing, its manager, reliability,
    practice, its owner's care for the work, and strain, slowly (M13, M19): not to hire makes nothing better."""
    p = parameters[0]
    for j in range(len(market.providers)):
        r = market.providers[j]
        if r.staff == 0.0:
            continue
        r.turnover += r.leavers / r.staff - r.turnover / 52.0
        aim = (
            p.quality_resting_level
            + p.quality_skill_effect * (r.skill - p.quality_skill_reference)
            - p.quality_turnover_effect * (r.turnover - p.quality_turnover_reference)
            - p.quality_vacancy_effect * (vacant_share(r) - p.quality_vacancy_reference)
            + p.quality_manager_effect * (r.manager_quality - 0.5)
            - p.quality_no_manager_effect * (r.manager_away > 0)
            - p.quality_undelivered_effect * r.undelivered
            + p.quality_care_effect * (cares(r, p.motive_quality_slope, p) - p.motive_care)
            + p.quality_practice_effect * r.practice
            - p.quality_strain_effect * r.strain
        )
        r.quality += p.quality_speed * (min(max(aim, 0.0), 1.0) - r.quality)


@compiled
def vacant_share(provider):
    """Share of its posts that nobody has been hired for."""
    return max(1.0 - (provider.staff + provider.onboarding) / max(provider.posts, 1.0), 0.0)
