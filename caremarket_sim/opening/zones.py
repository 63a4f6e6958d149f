"""The zones of a place, made from its file."""

import numpy as np

from ..market.codes import PATCH
from ..market.zones import ZONE_TYPE

FEWEST_ASSETS = 0.05
"""Community assets of any zone at least: a guard, so that connectors find something everywhere."""


def make_zones(place, p) -> np.ndarray:
    """The place's zones with kilometre coordinates, deprivation fifths, community assets and cumulative weights."""
    given = place.zones
    zones = np.zeros(len(given), ZONE_TYPE)
    for name in ("code", "name", "area_km2"):
        zones[name] = given[name]
    north = float(given["latitude"].mean())
    zones["y"] = (given["latitude"] - north) * 111.2
    zones["x"] = (given["longitude"] - float(given["longitude"].mean())) * 111.2 * np.cos(np.radians(north))
    score = given["imd_2019_score"]
    zones["neighbourhood"] = neighbourhoods(zones)
    rank = np.argsort(np.argsort(score, kind="stable"), kind="stable")
    zones["fifth"] = rank * 5 // len(given)
    relative = rank / max(len(given) - 1, 1) - 0.5
    zones["assets"] = np.clip(p.connection_assets - p.connection_assets_slope * 2.0 * relative, FEWEST_ASSETS, 1.0)
    older = given["population_65plus"].astype(float)
    oldest = given["population_85plus"].astype(float)
    need = older + p.demand_oldest_weight * oldest
    zones["council_referrals"] = np.cumsum(need * (1.0 + p.demand_deprivation_slope * relative))
    zones["self_referrals"] = np.cumsum(need * (1.0 - p.demand_deprivation_slope * relative))
    zones["residents"] = np.cumsum(given["population"].astype(float))
    for name in ("council_referrals", "self_referrals", "residents"):
        zones[name] /= zones[name][-1]
    return zones


def neighbourhoods(zones):
    """A number for each zone, the same for some zones near one another, as many as a provider can serve at most."""
    if len(zones) <= PATCH:
        return np.zeros(len(zones), np.int64)
    from scipy.spatial import KDTree

    found = np.empty(len(zones), np.int64)
    found[KDTree(np.column_stack([zones["x"], zones["y"]]), leafsize=PATCH).indices] = np.arange(len(zones)) // PATCH
    return found
