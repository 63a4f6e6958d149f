"""Which zones a provider serves, and in which it is a lead provider."""

import numpy as np

from .codes import PATCH


def leads_in(providers, j, zone) -> bool:
    """Whether a provider is a lead provider of a zone."""
    patch = providers.patch_zone[j, : providers.patch_count[j]]
    return bool((providers.patch_lead[j, : providers.patch_count[j]][patch == zone] == 1).any())


def take_zones(providers, j, zones, keep_leads=False):
    """A provider becomes lead in these zones: they come first in its patch, then those it served before."""
    count = providers.patch_count[j]
    before = providers.patch_zone[j, :count].tolist()
    led = set(providers.patch_zone[j, :count][providers.patch_lead[j, :count] == 1].tolist()) if keep_leads else set()
    zones = [int(zone) for zone in zones]
    patch = (zones + [z for z in before if z in led and z not in zones])[:PATCH]
    leads = len(patch)
    patch += [z for z in before if z not in patch][: PATCH - leads]
    providers.patch_zone[j, : len(patch)] = patch
    providers.patch_count[j] = len(patch)
    providers.patch_lead[j] = 0
    providers.patch_lead[j, :leads] = 1


def away_from(zones, bases) -> np.ndarray:
    """Kilometres from each zone to the zones of these bases: a row a zone, a column a base."""
    all_zones, bases = zones, zones[bases]
    return np.hypot(all_zones["x"][:, None] - bases["x"], all_zones["y"][:, None] - bases["y"])


def cover_zones(market, rows, zones, fewest):
    """Each of these zones is served by some of these providers at least, the nearest ones where too few do."""
    providers = market.providers
    away = away_from(market.zones, providers.base_zone[rows])
    for zone in zones:
        serving = [j for j in rows if zone in providers.patch_zone[j][: providers.patch_count[j]]]
        for j in rows[np.argsort(away[zone], kind="stable")]:
            if len(serving) >= fewest:
                break
            if j not in serving and providers.patch_count[j] < PATCH:
                providers.patch_zone[j, providers.patch_count[j]] = zone
                providers.patch_count[j] += 1
                serving.append(j)
