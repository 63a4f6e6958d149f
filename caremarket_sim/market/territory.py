"""Which localities a provider serves, and in which it is a lead provider."""

import numpy as np

from .codes import PATCH


def leads_in(providers, j, locality) -> bool:
    """Whether a provider is a lead provider of a locality."""
    patch = providers.patch_locality[j, : providers.patch_count[j]]
    return bool((providers.patch_lead[j, : providers.patch_count[j]][patch == locality] == 1).any())


def has_given_up(providers, j, locality) -> bool:
    """Whether a provider has lately handed back the council's work in a locality."""
    patch = providers.patch_locality[j, : providers.patch_count[j]]
    return bool((providers.losing[j, : providers.patch_count[j]][patch == locality] < 0.0).any())


def take_localities(providers, j, localities, keep_leads=False):
    """A provider becomes lead in these localities: they come first in its patch, then those it served before."""
    count = providers.patch_count[j]
    before = providers.patch_locality[j, :count].tolist()
    led = before if keep_leads else []
    led = {place for place, lead in zip(led, providers.patch_lead[j, :count], strict=False) if lead == 1}
    localities = [int(locality) for locality in localities]
    patch = (localities + [place for place in before if place in led and place not in localities])[:PATCH]
    leads = len(patch)
    patch += [place for place in before if place not in patch][: PATCH - leads]
    losing = dict(zip(before, providers.losing[j, :count].tolist(), strict=True)) | dict.fromkeys(localities, 0.0)
    providers.losing[j, : len(patch)] = [losing.get(place, 0.0) for place in patch]
    providers.patch_locality[j, : len(patch)] = patch
    providers.patch_count[j] = len(patch)
    providers.patch_lead[j] = 0
    providers.patch_lead[j, :leads] = 1


def away_from(localities, providers) -> np.ndarray:
    """Kilometres from each locality to the offices of these providers: a row a locality, a column a provider."""
    east = localities["x"][:, None] - providers["base_x"]
    return np.hypot(east, localities["y"][:, None] - providers["base_y"])


def cover_localities(market, rows, localities, fewest):
    """Each of these localities is served by some of these providers at least, the nearest ones where too few do."""
    providers = market.providers
    away = away_from(market.localities, providers.rows[rows])
    for locality in localities:
        serving = [j for j in rows if locality in providers.patch_locality[j][: providers.patch_count[j]]]
        for j in rows[np.argsort(away[locality], kind="stable")]:
            if len(serving) >= fewest:
                break
            if j not in serving and providers.patch_count[j] < PATCH:
                providers.patch_locality[j, providers.patch_count[j]] = locality
                providers.losing[j, providers.patch_count[j]] = 0.0
                providers.patch_count[j] += 1
                serving.append(j)
