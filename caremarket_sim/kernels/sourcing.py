"""Finding a provider for each person who needs one, one after the other, because each package takes capacity."""

import math

import numpy as np

from . import compiled
from .geography import patch_of
from .hashing import gumbel, pair, uniform

WAITING, RECEIVING, FIT, LEFT = 0, 1, 3, 4
COUNCIL = 0
GOOD = 3.0
"""The rating that an unrated provider is taken to have, and from which others are counted."""
FULLEST = 2.0
"""Fill beyond the plan above which no more weight is lost: a guard, hardly anybody comes to so full a provider."""
OPEN_SPOT, BLOCK_FIRST, ZONED_LEAD, OWN_CHOICE = 0.0, 1.0, 2.0, 3.0


@compiled
def queue_of(clients, week_key):
    """Rows of people who need a provider: fit patients first, then those with notice, then by weeks waiting."""
    rows = np.empty(len(clients), np.int64)
    rank = np.empty(len(clients))
    n = 0
    for i in range(len(clients)):
        c = clients[i]
        if c.status == FIT:
            first = 0.0
        elif c.notice > 0 and c.status == RECEIVING:
            first = 1.0
        elif c.status == WAITING:
            first = 1.0 if c.former >= 0 and c.weeks_waiting < 1.0 else 2.0
        else:
            continue
        rows[n] = i
        rank[n] = first * 1e6 - c.weeks_waiting + uniform(week_key, c.number, 9)
        n += 1
    return rows[:n][np.argsort(rank[:n])]


@compiled
def able(provider, client, p, price, mc_fixed, mc_travel, most, hours):
    """1 where a provider that can hold `most` hours can take the package, 0 for lack of staff, -1 where it would lose
    money (E2)."""
    if provider.committed + hours > most:
        return 0
    minutes = max(client.visit_minutes, 1.0)
    marginal = mc_fixed + mc_travel * (p.travel_reference_minutes / minutes)
    if price - marginal < -p.sourcing_mission_tolerance * provider.mission * price:
        return -1
    return 1


@compiled
def appeal(provider, patch, p, load, mode):
    """Log weight of a provider among those able: room for more, spread over its patch, already near (E2)."""
    if mode == OWN_CHOICE:
        rating = provider.rating if provider.rating > 0 else GOOD
        return p.sourcing_choice_rating * (rating - GOOD) + p.sourcing_choice_experience * provider.experience
    fill = provider.committed / max(provider.plan * load, 1.0) - 1.0
    calls = 0.0
    for s in range(4):
        calls += provider.calls[patch * 4 + s]
    return (
        p.sourcing_size_exponent * math.log(max(provider.plan, 1.0) / max(provider.patch_count, 1))
        + p.sourcing_nearness_exponent * math.log(calls + p.sourcing_nearness_floor)
        - p.sourcing_fill_effect * min(max(fill, p.sourcing_emptiest), FULLEST)
    )


@compiled
def source_packages(
    clients,
    providers,
    zone_start,
    zone_rows,
    zone_patches,
    parameters,
    levers,
    paid_share,
    present,
    mc_fixed,
    mc_travel,
    load,
    key,
):
    """Place everybody who can be placed. Returns (placed, council placements, delayed nights).

    Mode 0 asks any provider with room, mode 1 holders of unused block hours first, mode 2 the zone's lead providers,
    who must accept, and the back-up list for its share, mode 3 lets the person choose. The provider before is asked
    first after a hospital stay. Packages of a provider that closes bring their care workers (TUPE), so others take
    them beyond their present capacity. Declining for money is counted against the provider. `present` is the share of
    its staff who are there.
    """
    p = parameters[0]
    lever = levers[0]
    placed = 0.0
    council = 0.0
    nights = 0.0
    for j in range(len(providers)):
        providers[j].declined = 0.0
    queue = queue_of(clients, key)
    for q in range(len(queue)):
        c = clients[queue[q]]
        hours = c.hours
        is_council = c.payer == COUNCIL
        mode = lever.contract_sourcing if is_council else OWN_CHOICE
        best = -1
        best_score = -1e300
        backup = lever.procurement_backup_share
        use_backup = is_council and mode == ZONED_LEAD and uniform(key, c.number, 1) < backup
        leads = 0
        for n in range(zone_start[c.zone], zone_start[c.zone + 1]):
            leads += (
                providers[zone_rows[n]].contracted == 1 and providers[zone_rows[n]].patch_lead[zone_patches[n]] == 1
            )
        for attempt in range(3):
            if best >= 0 or (attempt > 0 and not (is_council and mode in (BLOCK_FIRST, ZONED_LEAD))):
                break
            if attempt == 2 and mode != ZONED_LEAD:
                break
            if mode == ZONED_LEAD and attempt == 2 and backup <= 0.0 and leads > 0:
                break
            for n in range(zone_start[c.zone], zone_start[c.zone + 1]):
                j = zone_rows[n]
                provider = providers[j]
                if is_council and provider.contracted == 0:
                    continue
                if c.notice > 0 and j == c.provider:
                    continue
                lead = provider.patch_lead[zone_patches[n]] == 1
                stretch = p.sourcing_accept_share
                if c.notice > 0 and providers[c.provider].closing > 0:
                    stretch = p.sourcing_takeover_stretch
                if is_council and mode == ZONED_LEAD:
                    if attempt == 0 and lead == use_backup:
                        continue
                    if attempt == 1 and not lead:
                        continue
                    if lead:
                        stretch = max(stretch, p.sourcing_duty_stretch)
                if is_council and mode == BLOCK_FIRST and attempt == 0:
                    room = lever.contract_guaranteed_volume * provider.contracted_hours - provider.council_hours
                    if room < hours:
                        continue
                price = provider.rate * paid_share if is_council else provider.price
                most = stretch * (provider.capacity * present)
                answer = able(provider, c, p, price, mc_fixed[j], mc_travel[j], most, hours)
                if answer < 0 and is_council:
                    provider.declined += 1.0 / max(1, zone_start[c.zone + 1] - zone_start[c.zone])
                    if lead and mode == ZONED_LEAD:
                        answer = 1
                if answer <= 0:
                    continue
                score = gumbel(key, pair(c.number, provider.number), 2)
                weighing = OPEN_SPOT if not is_council and c.readiness < p.sourcing_unguided_share else mode
                score += appeal(provider, zone_patches[n], p, load, weighing)
                if not is_council and provider.contracted:
                    score += math.log(p.sourcing_contracted_self_weight)
                if j == c.former and c.notice == 0 and c.weeks_away > 0:
                    score += p.sourcing_return_bonus
                if score > best_score:
                    best_score = score
                    best = j
        if best < 0:
            if c.status == FIT:
                nights += min(7.0, max(0.0, -c.nights_left)) if c.weeks_waiting == 0.0 else 7.0
            if c.status != RECEIVING:
                c.weeks_waiting += 1.0
            continue
        if c.status == FIT and c.weeks_waiting > 0.0:
            nights += p.sourcing_days_to_start
        placed += 1.0
        council += is_council
        if c.status == RECEIVING:
            providers[c.provider].committed -= hours
            if is_council:
                providers[c.provider].council_hours -= hours
        c.provider = best
        c.former = best
        c.status = RECEIVING
        c.notice = 0
        c.weeks_waiting = 0.0
        c.weeks_away = 0
        providers[best].committed += hours
        if is_council:
            providers[best].council_hours += hours
    return placed, council, nights


@compiled
def count_packages(clients, providers, commissioners, week_ends):
    """Hours that each provider is committed to, kept places included, and the people it holds a place for; and the
    council's own list: people here, people waiting, and council clients waiting, for how many hours, and receiving.

    When the search of a week ends, notice passes first; where it runs out, care stops and the person waits, displaced.
    Returns how many.

    The list is as it stands here: whoever is displaced by a closure later in the week is on next week's.
    """
    for j in range(len(providers)):
        providers[j].committed = 0.0
        providers[j].council_hours = 0.0
        providers[j].clients = 0.0
    here = 0.0
    waiting = 0.0
    waiting_council = 0.0
    waiting_hours = 0.0
    receiving_council = 0.0
    displaced = 0.0
    for i in range(len(clients)):
        c = clients[i]
        if c.status == LEFT:
            continue
        if week_ends and c.notice > 0:
            c.notice -= 1
            if c.notice == 0 and c.status == RECEIVING:
                c.status = WAITING
                c.provider = -1
                c.weeks_waiting = 0.0
                displaced += 1.0
        here += 1.0
        is_council = c.payer == COUNCIL
        if c.status == WAITING:
            waiting += 1.0
            waiting_council += is_council
            waiting_hours += is_council * c.hours
        elif c.provider >= 0 and (c.status == RECEIVING or c.kept == 1):
            provider = providers[c.provider]
            provider.committed += c.hours
            provider.clients += 1.0
            if is_council:
                provider.council_hours += c.hours
                receiving_council += c.status == RECEIVING
    council = commissioners[0]
    council.people = here
    council.waiting = waiting
    council.waiting_council = waiting_council
    council.waiting_hours = waiting_hours
    council.receiving_council = receiving_council
    return displaced


@compiled
def give_notice(clients, providers, handing_back, share, weeks, key):
    """Providers hand back a share of their council packages, the least dense zones and shortest visits first.

    `handing_back` says which. Returns the people given notice.
    """
    held = np.zeros(len(providers))
    rows = np.empty(len(clients), np.int32)
    worth = np.empty(len(clients))
    n = 0
    for i in range(len(clients)):
        c = clients[i]
        if c.provider < 0 or not handing_back[c.provider] or c.payer != COUNCIL or c.notice != 0:
            continue
        if c.status != RECEIVING and c.kept == 0:
            continue
        provider = providers[c.provider]
        k = patch_of(provider, c.zone)
        calls = 0.0
        if k >= 0:
            for s in range(4):
                calls += provider.calls[k * 4 + s]
        rows[n] = i
        worth[n] = c.visit_minutes + calls + uniform(key, c.number, 0)
        held[c.provider] += 1.0
        n += 1
    left = np.ceil(share * held)
    given = 0.0
    for m in np.argsort(worth[:n]):
        c = clients[rows[m]]
        j = c.provider
        if left[j] == 0.0:
            continue
        left[j] -= 1.0
        given += 1.0
        if c.status == RECEIVING:
            c.notice = weeks
        else:
            c.kept = 0
            c.provider = -1
    return given
