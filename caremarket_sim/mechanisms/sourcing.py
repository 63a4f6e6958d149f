"""ODD 7.8 Sourcing: finding a provider for each person who needs one, one after the other, as each takes capacity."""

import math

import numpy as np

from ..compiled import compiled, step
from ..compiled.arithmetic import in_order
from ..compiled.draws import key_of, process_code
from ..compiled.geography import providers_by_locality
from ..compiled.hashing import gumbel, pair, stream_key, uniform
from ..compiled.memory import fetch_head, glance_ahead, look_ahead_in
from ..compiled.process import process
from ..market.codes import (
    BLOCK_FIRST,
    COUNCIL,
    FIT,
    FOR_CONNECTION,
    FOR_INDEPENDENCE,
    GOOD,
    INADEQUATE,
    LEFT,
    OWN_CHOICE,
    RECEIVING,
    WAITING,
    WARD,
    ZONED_LEAD,
)
from ..market.motive import cares
from ..market.people import join_queue, place_package
from ..market.providers import paid_share, risk_premium
from ..market.state import FIRST_WEEK, clients_of, week_of

SOURCED, AT_FIRST, TAKEN = map(process_code, ("packages_are_sourced", "place_everybody", "packages_are_taken"))
QUARTER = 13
"""Weeks for which a provider's mind about a person's package is made up."""
FULLEST = 2.0
"""Fill beyond the plan above which no more weight is lost: a guard, hardly anybody comes to so full a provider."""
NOT_ASKED = -1.0
"""In place of how far a provider is stretched."""
CONTRACT_RATE = 1.0
"""What is offered for a package, over the contract rate."""
NOBODY_ABLE = -1e300
"""In place of a score, and below any other."""


@process
def packages_are_sourced(market, parameters, policy, draws):
    """By weeks waiting, with a head start for fit patients and for those displaced; one after the other, as each takes
    capacity.

    Before, a week above the contract rate passes; after the last a provider that would not take the package at that
    rate gives notice.
    What nobody takes for a while though somebody has room is offered above the rate, within a limit. Then notice
    passes, and where it runs out care stops and the person waits, displaced. Demand, quick and slow,
    follows the hours that each provider holds.
    """
    p = parameters[0]
    providers = market.providers
    load, plans = np.zeros(len(policy)), np.zeros(len(policy))
    count_packages(market, policy, p, draws, False)
    for j in range(len(providers)):
        plans[providers[j].council] += providers[j].plan * providers[j].open
        load[providers[j].council] += providers[j].demand
    for c in range(len(policy)):
        load[c] /= max(plans[c], 1.0)
    begun = week_of(market) != FIRST_WEEK  # in it, those who are there at the start are placed, with luck of its own
    source_packages(market, p, policy, load, draws, key_of(draws, SOURCED if begun else AT_FIRST))
    count_packages(market, policy, p, draws, True)
    for c in range(len(policy)):
        market.counts[c].waited += market.commissioners[c].waiting
    for j in range(len(providers)):
        r = providers[j]
        if r.open == 1:
            r.demand += p.posts_demand_memory * (r.committed - r.demand)
            r.demand_slow += p.posts_slow_memory * (r.committed - r.demand_slow)


@step
def source_packages(market, p, policy, load, draws, key):
    """Place everybody who can be placed; count packages placed and nights in hospital of those fit to leave it.

    People who pay for themselves choose; for the council's people each way of sourcing says who may be asked, in which
    round and how far. The provider before is asked first after a hospital stay. `load` is demand over plans in each
    council's place.
    """
    clients, providers = clients_of(market), market.providers
    serving = providers_by_locality(providers, len(market.localities))
    for j in range(len(providers)):
        providers[j].declined = 0.0
        providers[j].refused = 0.0
    queue = queue_of(clients, p, key)
    for m in range(len(queue)):
        look_ahead_in(queue, clients, m)
        look_for_next(queue, clients, providers, serving, m)
        c = clients[queue[m]]
        lever, counts = policy[c.council], market.counts[c.council]
        minds = minds_about(c, draws)
        j = provider_for(c, providers, serving, lever, load[c.council], CONTRACT_RATE, p, key, minds)
        emergency = j < 0 and may_pay_more(c, lever, market.commissioners[c.council], p)
        if emergency:
            rate = lever.sourcing_emergency_rate
            j = provider_for(c, providers, serving, lever, load[c.council], rate, p, key, minds)
        if j < 0 and c.payer == COUNCIL and c.weeks_waiting >= p.provision_wait:
            j = last_resort_for(c, providers, serving, lever, p)
        if j < 0:
            if c.status == FIT and c.bed == WARD:
                counts.delayed_nights += min(7.0, max(0.0, -c.nights_left)) if c.weeks_waiting == 0.0 else 7.0
            if c.status != RECEIVING:
                c.weeks_waiting += 1.0
            continue
        if c.status == FIT and c.bed == WARD and c.weeks_waiting > 0.0:
            counts.delayed_nights += p.sourcing_days_to_start
        counts.placed += 1.0
        counts.placed_council += c.payer == COUNCIL
        if c.status == RECEIVING:
            providers[c.provider].committed -= c.hours
            providers[c.provider].council_hours -= c.hours * (c.payer == COUNCIL)
        providers[j].committed += c.hours
        providers[j].council_hours += c.hours * (c.payer == COUNCIL)
        place_package(c, j)
        if emergency and providers[j].last_resort == 0:
            c.emergency = round(p.sourcing_emergency_weeks)
            market.rounds[queue[m]].above_rate = providers[j].rate * (lever.sourcing_emergency_rate - CONTRACT_RATE)
            market.commissioners[c.council].hours_emergency += c.hours
        c.status = RECEIVING
        c.weeks_waiting = 0.0
        c.weeks_away = 0
    for j in range(len(providers)):
        market.counts[providers[j].council].refused += providers[j].refused


@compiled
def may_pay_more(client, lever, council, p):
    """Whether a package of the council's that nobody takes may be offered above the contract rate.

    Whoever has room and would take it then has refused it for money: price makes no staff.
    """
    if client.payer != COUNCIL or client.status == RECEIVING or lever.sourcing_emergency_rate <= CONTRACT_RATE:
        return False
    limit = p.sourcing_emergency_share * council.hours_held
    return client.weeks_waiting >= p.sourcing_emergency_wait and council.hours_emergency + client.hours <= limit


@compiled
def queue_of(clients, p, key):
    """Rows of people who need a provider, by weeks waiting and how many weeks more their case is worth."""
    rows = np.empty(len(clients), np.int64)
    rank = np.empty(len(clients))
    n = 0
    for i in range(len(clients)):
        c = clients[i]
        if not is_sought_for(c):
            continue
        rows[n] = i
        rank[n] = uniform(key, c.number, 9) - c.weeks_waiting - head_start(c, p)
        n += 1
    return rows[:n][in_order(rank[:n])]


@compiled
def is_sought_for(client):
    """Whether somebody needs a provider: waits at home or in hospital, or is about to lose the one there is."""
    return client.status == FIT or client.status == WAITING or (client.status == RECEIVING and client.notice > 0)


@compiled
def head_start(client, p):
    """Weeks of waiting at home that a hospital bed is worth in the queue, or care that stops or has stopped."""
    if client.status == FIT and client.bed == WARD:
        return p.sourcing_hospital_head_start
    return p.sourcing_displaced_head_start if client.status == RECEIVING or client.former >= 0 else 0.0


@compiled
def look_for_next(queue, clients, providers, serving, m):
    """Begin to fetch those who are asked for the next in the queue."""
    if m + 1 < len(queue):
        locality = clients[queue[m + 1]].locality
        for n in range(serving.start[locality], serving.start[locality + 1]):
            fetch_head(providers, serving.rows[n])


@compiled
def provider_for(client, providers, serving, lever, load, offer, p, key, minds):
    """Row of the provider who takes a package at `offer` times its rate, -1 nobody: the best of the first round in
    which anybody does."""
    mode = lever.contract_sourcing if client.payer == COUNCIL else OWN_CHOICE
    rounds = 1
    turn_to_backup = False
    if mode == BLOCK_FIRST:
        rounds = 2
    elif mode == ZONED_LEAD:
        turn_to_backup = uniform(key, client.number, 1) < lever.procurement_backup_share
        exclusive = lever.procurement_backup_share <= 0.0 and client.weeks_waiting < p.sourcing_exclusive_weeks
        rounds = 2 if exclusive and has_a_lead(client.locality, providers, serving) else 3
    for attempt in range(rounds):
        best = -1
        best_score = NOBODY_ABLE
        for n in range(serving.start[client.locality], serving.start[client.locality + 1]):
            j, patch = serving.rows[n], serving.patches[n]
            score = answer(
                client, providers, j, patch, mode, attempt, turn_to_backup, serving, lever, load, offer, p, key, minds
            )
            if score > best_score:
                best_score = score
                best = j
        if best >= 0:
            return best
    return -1


@compiled
def last_resort_for(client, providers, serving, lever, p):
    """Row of the council's own service, where it has one with room within the hours decided, -1 if not."""
    for n in range(serving.start[client.locality], serving.start[client.locality + 1]):
        provider = providers[serving.rows[n]]
        if provider.last_resort == 1 and serving.rows[n] != client.provider:
            room = min(room_of(provider, p.sourcing_accept_share, lever, p), lever.provision_last_resort_hours)
            if provider.committed + client.hours <= room:
                return serving.rows[n]
    return -1


@compiled
def has_a_lead(locality, providers, serving):
    """Whether a locality has a lead provider whom the council asks."""
    for n in range(serving.start[locality], serving.start[locality + 1]):
        provider, patch = providers[serving.rows[n]], serving.patches[n]
        if provider.patch_lead[patch] == 1 and may_be_asked(provider, patch):
            return True
    return False


@compiled
def answer(client, providers, j, patch, mode, attempt, turn_to_backup, serving, lever, load, offer, p, key, minds):
    """How much a provider who is asked and able wants the package, as a log weight with chance; else `NOBODY_ABLE`.

    Declining the contract rate for money is counted against the provider. Packages of a provider that closes bring
    their care workers (TUPE), so others take them beyond their present capacity.
    """
    provider = providers[j]
    from_council = client.payer == COUNCIL
    losing = client.notice > 0 and j == client.provider
    if provider.last_resort == 1 or (from_council and not may_be_asked(provider, patch)) or losing:
        return NOBODY_ABLE
    lead = provider.patch_lead[patch] == 1
    stretch = p.sourcing_accept_share
    if client.notice > 0 and providers[client.provider].closing > 0:
        stretch = p.sourcing_takeover_stretch
    if mode == ZONED_LEAD:
        stretch = asked_in_zone(lead, attempt, turn_to_backup, stretch, p)
    elif mode == BLOCK_FIRST:
        stretch = asked_by_block(provider, client.hours, attempt, stretch, lever)
    on_duty = mode == ZONED_LEAD and lead
    asked = max(1, serving.start[client.locality + 1] - serving.start[client.locality])
    if stretch == NOT_ASKED or (from_council and not on_duty and is_refused(provider, client, asked, lever, minds, p)):
        return NOBODY_ABLE
    if provider.committed + client.hours > room_of(provider, stretch, lever, p):
        return NOBODY_ABLE
    if not pays_enough(provider, client, offer, lever, minds, p):
        if from_council and offer == CONTRACT_RATE:
            provider.declined += 1.0 / asked
        if not on_duty:
            return NOBODY_ABLE
    score = gumbel(key, pair(client.number, provider.number), 2)
    unguided = not from_council and client.readiness < p.sourcing_unguided_share
    if mode == OWN_CHOICE and not unguided:
        score += liking(provider, p) - (0.0 if from_council else p.sourcing_choice_price * log_price(provider))
    else:
        score += appeal(provider, patch, load, p)
    if not from_council and provider.contracted:
        score += math.log(p.sourcing_contracted_self_weight)
    if j == client.former and client.notice == 0 and client.weeks_away > 0:
        score += p.sourcing_return_bonus
    return score


@compiled
def may_be_asked(provider, patch):
    """Whether the council asks a provider in a locality: under contract, not found inadequate, and not having handed
    its work there back lately."""
    return provider.contracted == 1 and provider.rating != INADEQUATE and provider.losing[patch] >= 0.0


@compiled
def asked_in_zone(lead, attempt, turn_to_backup, stretch, p):
    """How far a provider is stretched where localities have leads: first the leads, who must accept, or for its share
    the back-up list; then the leads; then anybody in the locality."""
    if attempt == 0 and lead == turn_to_backup:
        return NOT_ASKED
    if attempt == 1 and not lead:
        return NOT_ASKED
    return max(stretch, p.sourcing_duty_stretch) if lead else stretch


@compiled
def asked_by_block(provider, hours, attempt, stretch, lever):
    """How far a provider is stretched under block contracts: first whoever holds unused block hours, then anybody."""
    unused = lever.contract_guaranteed_volume * provider.contracted_hours - provider.council_hours
    return NOT_ASKED if attempt == 0 and unused < hours else stretch


@compiled
def room_of(provider, stretch, lever, p):
    """Hours a week up to which a provider takes packages: of what its started staff can deliver, and ahead of
    recruitment what those due to start soon will, the less the more of its care has not been delivered lately. Whoever
    has nobody in post takes nobody.

    Shortage so shows as undelivered care too. Undamped, strain makes people leave, and that strains those who stay.
    """
    unreliable = provider.undelivered - p.sourcing_ahead_line
    ahead = min(max(1.0 - p.sourcing_ahead_caution * unreliable, 0.0), 1.0)
    ahead *= provider.capacity > 0.0
    return (stretch * provider.capacity + ahead * provider.coming) * (1.0 - lever.shocks_absence)


@compiled
def minds_about(client, draws):
    """The key of what providers make of a person's package: another each quarter, which begins for each person in a
    week of their own."""
    quarter = (np.int64(draws.week) + client.number % QUARTER) // QUARTER
    return stream_key(draws.seed, TAKEN, quarter)


@compiled
def pays_enough(provider, client, offer, lever, minds, p):
    """Whether a provider takes a package for the money: with the chance logistic((margin − ρ)/spread), once a quarter.

    The margin is the price less the marginal cost of these visits, over the price, and what the owner's care for the
    work bears (E2); ρ the risk premium of the council's terms. A spread of 0 is the sharp rule: all that pays, and
    nothing else.
    """
    price, premium = provider.price, 0.0
    if client.payer == COUNCIL:
        price = offer * provider.rate * paid_share(lever, p)
        premium = risk_premium(lever, provider.trust, p)
    marginal = provider.cost_fixed + provider.cost_travel * (
        p.travel_reference_minutes / max(client.visit_minutes, 1.0)
    )
    bears = p.sourcing_care_tolerance * cares(provider, p.motive_sourcing_slope, p)
    chance = uniform(minds, pair(client.number, provider.number), 0)
    asked = premium - bears + p.sourcing_accept_spread * math.log(chance / (1.0 - chance))
    return price - marginal >= asked * price


@compiled
def log_price(provider):
    """Log of what a provider asks of those who pay for themselves."""
    return math.log(max(provider.price, 1.0))


@compiled
def is_refused(provider, client, asked, lever, minds, p):
    """Whether a provider would rather not have somebody for little prospect of the outcome that is paid for: the more
    likely, the less there is, and decided once a quarter. Of so many who are `asked` it counts as one."""
    if provider.picks == 0.0:
        return False
    chance = provider.picks * (1.0 - prospects(client, lever, p))
    refuses = uniform(minds, pair(client.number, provider.number), 1) < chance
    provider.refused += refuses / asked
    return refuses


@compiled
def prospects(client, lever, p):
    """How likely somebody is to show the outcome that is paid for, 0 to 1: with less need to stay independent, and when
    ready for it to find connection. How care is experienced does not hang on who somebody is."""
    if lever.contract_outcome_measure == FOR_INDEPENDENCE:
        return 1.0 / (1.0 + math.exp(p.outcome_prospects_slope * client.log_need))
    return client.readiness if lever.contract_outcome_measure == FOR_CONNECTION else 1.0


@compiled
def liking(provider, p):
    """Log weight of a provider for somebody who chooses: its rating, good where it has none, and its people's word."""
    rating = provider.rating if provider.rating > 0 else GOOD
    return p.sourcing_choice_rating * (rating - GOOD) + p.sourcing_choice_experience * provider.experience


@compiled
def appeal(provider, patch, load, p):
    """Log weight of a provider among those able: room for more, spread over its patch, already near (E2)."""
    fill = provider.committed / max(provider.plan * load, 1.0) - 1.0
    return (
        p.sourcing_size_exponent * math.log(max(provider.plan, 1.0) / max(provider.patch_count, 1))
        + p.sourcing_nearness_exponent * math.log(provider.calls[patch] + p.sourcing_nearness_floor)
        - p.sourcing_fill_effect * min(max(fill, p.sourcing_emptiest), FULLEST)
    )


@step
def count_packages(market, policy, p, draws, week_ends):
    """Hours that each provider is committed to, kept places included, and the people it holds a place for; and each
    council's own list: people here, people waiting, and council clients waiting, for how many hours, and receiving.

    When the search of a week begins, weeks above the contract rate pass first; when it ends, notice: where it runs out,
    care stops and the person waits, displaced.
    The list is as it stands here: whoever is displaced by a closure later in the week is on next week's.
    """
    clients, providers = clients_of(market), market.providers
    for j in range(len(providers)):
        providers[j].committed = 0.0
        providers[j].council_hours = 0.0
        providers[j].clients = 0.0
    for k in range(len(market.commissioners)):
        council = market.commissioners[k]
        council.people = 0.0
        council.waiting = 0.0
        council.waiting_council = 0.0
        council.waiting_hours = 0.0
        council.receiving_council = 0.0
        council.hours_held = 0.0
        council.hours_emergency = 0.0
    for i in range(len(clients)):
        glance_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        if week_ends and c.notice > 0:
            c.notice -= 1
            if c.notice == 0 and c.status == RECEIVING:
                join_queue(c)
                market.counts[c.council].displaced += 1.0
        if not week_ends and c.emergency > 0:
            emergency_passes(c, providers, policy[c.council], minds_about(c, draws), p)
        council = market.commissioners[c.council]
        council.people += 1.0
        from_council = c.payer == COUNCIL
        if c.status == WAITING:
            council.waiting += 1.0
            council.waiting_council += from_council
            council.waiting_hours += from_council * c.hours
        elif c.provider >= 0 and (c.status == RECEIVING or c.kept == 1):
            provider = providers[c.provider]
            provider.committed += c.hours
            provider.clients += 1.0
            if from_council:
                provider.council_hours += c.hours
                council.hours_held += c.hours
                council.hours_emergency += c.hours * (c.emergency > 0)
                council.receiving_council += c.status == RECEIVING


@compiled
def emergency_passes(client, providers, lever, minds, p):
    """A week above the contract rate passes. After the last the provider gives notice if it would not take the package
    at the contract rate, which it is paid from then on."""
    client.emergency -= 1
    if client.emergency > 0 or client.status != RECEIVING or client.notice > 0:
        return
    if not pays_enough(providers[client.provider], client, CONTRACT_RATE, lever, minds, p):
        client.notice = round(p.exit_notice_weeks)
