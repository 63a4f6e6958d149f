"""The zones of a place, made from its file, and the localities that it is served in, made from where people live."""

import numpy as np

from ..market.zones import LOCALITY_TYPE, ZONE_TYPE

FEWEST_ASSETS = 0.05
"""Community assets of any zone at least: a guard, so that connectors find something everywhere."""
POINTS = 4096
"""Points that stand for all residents where localities are made: many more than localities."""


def make_zones(place, p) -> np.ndarray:
    """The place's zones with kilometre coordinates, deprivation fifths, community assets and cumulative weights.

    How deprived a zone is counts by the share of residents who live in less deprived ones.
    """
    given = place.zones
    zones = np.zeros(len(given), ZONE_TYPE)
    for name in ("code", "name", "area_km2"):
        zones[name] = given[name]
    people = given["population"].astype(float)
    north = float(np.average(given["latitude"], weights=given["area_km2"]))
    zones["y"] = (given["latitude"] - north) * 111.2
    middle = float(np.average(given["longitude"], weights=given["area_km2"]))
    zones["x"] = (given["longitude"] - middle) * 111.2 * np.cos(np.radians(north))
    order = np.argsort(given["imd_2019_score"], kind="stable")
    passed = np.empty(len(given))
    passed[order] = (np.cumsum(people[order]) - people[order] / 2.0) / people.sum()
    zones["fifth"] = np.floor(5.0 * passed)
    relative = passed - 0.5
    zones["assets"] = np.clip(p.connection_assets - p.connection_assets_slope * 2.0 * relative, FEWEST_ASSETS, 1.0)
    older = given["population_65plus"].astype(float)
    oldest = given["population_85plus"].astype(float)
    need = older + p.demand_oldest_weight * oldest
    zones["council_referrals"] = np.cumsum(need * (1.0 + p.demand_deprivation_slope * relative))
    zones["self_referrals"] = np.cumsum(need * (1.0 - p.demand_deprivation_slope * relative))
    zones["residents"] = np.cumsum(people)
    for name in ("council_referrals", "self_referrals", "residents"):
        zones[name] /= zones[name][-1]
    return zones


def make_localities(zones, residents, p) -> np.ndarray:
    """Localities of about as many residents each, halved again and again across their longer side.

    They are made of points all over each zone, never of zones: however the place is cut they come out alike.
    """
    rows = max(1, round(np.sqrt(POINTS / len(zones))))
    within = (np.arange(rows) + 0.5) / rows - 0.5
    side = np.sqrt(zones["area_km2"])[:, None, None]
    x = (zones["x"][:, None, None] + side * within[None, :, None] + 0.0 * within).ravel()
    y = (zones["y"][:, None, None] + side * within + 0.0 * within[None, :, None]).ravel()
    people = np.repeat(residents / rows**2, rows**2)
    count = int(max(round(float(residents.sum()) / p.ownership_locality_residents), round(p.ownership_fewest_zones)))
    localities = np.zeros(count, LOCALITY_TYPE)
    parts = [(np.arange(len(x)), 0, count)]
    while parts:
        points, first, many = parts.pop()
        weight = people[points]
        if many == 1:
            localities["x"][first] = np.average(x[points], weights=weight)
            localities["y"][first] = np.average(y[points], weights=weight)
            localities["residents"][first] = weight.sum()
            continue
        spreads = [
            np.average((at - np.average(at, weights=weight)) ** 2, weights=weight) for at in (x[points], y[points])
        ]
        along = x if spreads[0] >= spreads[1] else y
        points = points[np.argsort(along[points], kind="stable")]
        passed = np.cumsum(people[points]) / people[points].sum()
        half = many // 2
        cut = int(np.clip(np.searchsorted(passed, half / many) + 1, half, len(points) - (many - half)))
        parts += [(points[:cut], first, half), (points[cut:], first + half, many - half)]
    return localities
