"""Packages that move to the providers of a new contract."""

from . import compiled
from .geography import patch_of
from .hashing import pair, uniform

RECEIVING, LEFT = 1, 4
COUNCIL = 0


@compiled
def transfer_zone(clients, providers, zone, zoned, zone_start, zone_rows, zone_patches, wanted_hours, key):
    """Move the zone's council packages held by providers without the new contract to those with it.

    Each goes to the new provider of the zone that is furthest below the hours it was awarded. Returns people moved.
    """
    moved = 0.0
    for i in range(len(clients)):
        c = clients[i]
        if c.zone != zone or c.payer != COUNCIL or c.provider < 0 or c.status == LEFT:
            continue
        old = c.provider
        k = patch_of(providers[old], zone)
        holds = providers[old].contracted == 1 and providers[old].open == 1
        if zoned:
            holds = holds and k >= 0 and providers[old].patch_lead[k] == 1
        if holds:
            continue
        best = -1
        best_room = -1e300
        for n in range(zone_start[zone], zone_start[zone + 1]):
            j = zone_rows[n]
            if providers[j].contracted == 0 or (zoned and providers[j].patch_lead[zone_patches[n]] == 0):
                continue
            room = (wanted_hours[j] - providers[j].council_hours) / max(wanted_hours[j], 1.0)
            room += 1e-3 * uniform(key, pair(c.number, providers[j].number), 0)
            if room > best_room:
                best_room = room
                best = j
        if best < 0:
            continue
        providers[old].council_hours -= c.hours
        providers[old].committed -= c.hours
        providers[best].council_hours += c.hours
        providers[best].committed += c.hours
        c.provider = best
        c.former = best
        c.notice = 0
        moved += 1.0
    return moved
