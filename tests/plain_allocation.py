"""Sourcing and the roster once more, in slow plain Python: who takes each package, and who does each run of visits."""

import math

from tests.plain_week import (
    AGENCY,
    COUNCIL,
    FIT,
    IN_POST,
    INADEQUATE,
    LEFT,
    NOBODY,
    OFFICE,
    RECEIVING,
    SELF_FUNDER,
    WAITING,
    by_provider,
    chance,
    days_of,
    pair,
    runs_of,
    slots_of,
    whole,
)


def in_queue(market, p, key):
    """Rows of people who need a provider, by weeks waiting and the weeks that hospital or losing care is worth."""
    ranked = []
    for i, client in enumerate(market.clients.rows):
        if client["status"] == FIT and client["bed"] == 0:
            worth = p.sourcing_hospital_head_start
        elif client["status"] == RECEIVING and client["notice"] > 0:
            worth = p.sourcing_displaced_head_start
        elif client["status"] in (WAITING, FIT):
            worth = p.sourcing_displaced_head_start if client["former"] >= 0 else 0.0
        else:
            continue
        ranked.append((chance(key, client["number"], 9) - client["weeks_waiting"] - worth, i))
    return [i for _, i in sorted(ranked)]


def packages_held(market):
    """Hours that each provider has promised, and of those the council's; places kept for people in hospital count."""
    held, council = by_provider(market), by_provider(market)
    for client in market.clients.rows:
        if client["provider"] >= 0 and (client["status"] == RECEIVING or client["kept"]):
            held[client["provider"]] += client["hours"]
            if client["payer"] == COUNCIL:
                council[client["provider"]] += client["hours"]
    return held, council


def rounds(client, mode, has_backup, leads, drawn):
    """Whom the broker asks, one round after the other, until somebody takes the package: each a test of (is lead)."""
    if client["payer"] != COUNCIL or mode in (0.0, 3.0):
        return [lambda lead: True]
    if mode == 1.0:
        return [lambda lead: True] * 2  # holders of unused block hours first, then all
    first = [lambda lead: not lead] if drawn else [lambda lead: lead]
    everybody = [] if not has_backup and leads else [lambda lead: True]
    return [*first, lambda lead: lead, *everybody]


def may_be_asked(provider, k):
    """Whether the council asks a provider in a locality of its patch."""
    return provider["contracted"] and provider["rating"] != INADEQUATE and provider["losing"][k] >= 0.0


def source(market, p, lever, key, minds):
    """Find providers for everybody in the queue, in an emergency above the contract rate. Returns the row of
    everybody's provider, their statuses, how many were placed, and everybody's weeks above the rate. `minds` gives the
    key of what providers make this quarter of the package of a person of that number."""
    market = market.copy()
    clients, providers = market.clients.rows, market.providers.rows
    emergencies_pass(clients, providers, lever, minds, p)
    held, council = packages_held(market)
    provider = [int(j) for j in market.clients.provider]
    status = [int(code) for code in market.clients.status]
    plans = sum(j["plan"] for j in providers if j["open"])
    load = sum(j["demand"] for j in providers) / max(plans, 1.0)
    weeks_above = [int(weeks) for weeks in clients["emergency"]]
    keeps_place = [int(c["provider"]) >= 0 and (c["status"] == RECEIVING or bool(c["kept"])) for c in clients]
    above = sum(float(c["hours"]) for i, c in enumerate(clients) if weeks_above[i] > 0 and keeps_place[i])
    limit = p.sourcing_emergency_share * sum(council)
    placed = 0
    for i in in_queue(market, p, key):
        client = clients[i]
        hours, is_council = client["hours"], client["payer"] == COUNCIL
        mode = lever.contract_sourcing if is_council else 3.0
        serving = []  # (provider, place of the locality in its patch)
        for n, j in enumerate(providers):
            patch = [int(locality) for locality in j["patch_locality"][: j["patch_count"]]]
            if j["open"] and not j["closing"] and client["locality"] in patch:
                serving.append((n, patch.index(client["locality"])))
        leads = any(providers[n]["patch_lead"][k] and may_be_asked(providers[n], k) for n, k in serving)
        backup = lever.procurement_backup_share
        exclusive = backup <= 0.0 and client["weeks_waiting"] < p.sourcing_exclusive_weeks
        drawn = mode == 2.0 and chance(key, client["number"], 1) < backup
        best, best_score = None, -math.inf
        offers = [1.0]
        if is_council and status[i] != RECEIVING and client["weeks_waiting"] >= p.sourcing_emergency_wait:
            offers += [lever.sourcing_emergency_rate] if above + hours <= limit else []
        asking = [
            (offer, turn, asked)
            for offer in offers
            for turn, asked in enumerate(rounds(client, mode, not exclusive, leads, drawn))
        ]
        offered = 1.0
        for offer, turn, asked in asking:
            for n, k in serving:
                j = providers[n]
                lead = bool(j["patch_lead"][k])
                if (is_council and not may_be_asked(j, k)) or (client["notice"] > 0 and n == client["provider"]):
                    continue
                if j["last_resort"]:
                    continue
                if not asked(lead):
                    continue
                if is_council and mode == 1.0 and turn == 0:
                    unused = lever.contract_guaranteed_volume * j["contracted_hours"] - council[n]
                    if unused < hours:
                        continue
                on_duty = is_council and mode == 2.0 and lead
                follows = client["notice"] > 0 and providers[client["provider"]]["closing"]  # and care workers with it
                stretch = p.sourcing_takeover_stretch if follows else p.sourcing_accept_share
                stretch = max(stretch, p.sourcing_duty_stretch) if on_duty else stretch
                if held[n] + hours > room_of(j, stretch, p) * (1.0 - lever.shocks_absence):
                    continue
                if not pays_enough(j, client, offer, lever, minds, p) and not on_duty:
                    continue
                refuses = j["picks"] * (1.0 - prospects(client, lever, p))
                luck = chance(minds(client["number"]), pair(client["number"], j["number"]), 1)
                if is_council and not on_duty and luck < refuses:
                    continue
                score = weight(client, n, k, j, held[n], load, mode, p, key)
                if score > best_score:
                    best, best_score, offered = n, score, offer
            if best is not None:
                break
        if best is None and is_council and client["weeks_waiting"] >= p.provision_wait:
            best = last_resort(client, serving, providers, held, lever, p)
        if best is None:
            continue
        placed += 1
        if status[i] == RECEIVING:
            held[provider[i]] -= hours
            council[provider[i]] -= hours * is_council
        held[best] += hours
        council[best] += hours * is_council
        provider[i], status[i] = best, RECEIVING
        weeks_above[i] = round(p.sourcing_emergency_weeks) if offered > 1.0 else 0
        above += hours * (offered > 1.0)
    for i, client in enumerate(clients):  # notice that ends this week, of whoever has found nobody else
        if client["notice"] == 1 and client["status"] == RECEIVING and provider[i] == client["provider"]:
            provider[i], status[i] = NOBODY, WAITING
    return provider, status, placed, weeks_above


def last_resort(client, serving, providers, held, lever, p):
    """Row of the council's own service where it has room for a package, else None."""
    for n, _ in serving:
        if providers[n]["last_resort"] and n != client["provider"]:
            room = room_of(providers[n], p.sourcing_accept_share, p) * (1.0 - lever.shocks_absence)
            if held[n] + client["hours"] <= min(room, lever.provision_last_resort_hours):
                return n
    return None


def emergencies_pass(clients, providers, lever, minds, p):
    """A week above the contract rate passes; after the last, notice where the contract rate is not enough."""
    for client in clients:
        if client["status"] == LEFT or client["emergency"] == 0:
            continue
        client["emergency"] -= 1
        if client["emergency"] == 0 and client["status"] == RECEIVING and client["notice"] == 0:
            j = providers[client["provider"]]
            if not pays_enough(j, client, 1.0, lever, minds, p):
                client["notice"] = round(p.exit_notice_weeks)


def prospects(client, lever, p):
    """How likely somebody is to show the outcome that is paid for."""
    if lever.contract_outcome_measure == 1.0:
        return 1.0 / (1.0 + math.exp(p.outcome_prospects_slope * client["log_need"]))
    return client["readiness"] if lever.contract_outcome_measure == 2.0 else 1.0


def room_of(provider, stretch, p):
    """Hours that a provider takes packages for: of its started staff, and of those due unless it lets people down or
    has nobody else."""
    if provider["capacity"] == 0.0:
        return 0.0
    beyond = max(provider["undelivered"] - p.sourcing_ahead_line, 0.0)
    return stretch * provider["capacity"] + max(1.0 - p.sourcing_ahead_caution * beyond, 0.0) * provider["coming"]


def pays_enough(provider, client, offer, lever, minds, p):
    """Whether luck is below the logistic chance of taking a package, which rises with margin over the risk premium."""
    price, premium = float(provider["price"]), 0.0
    if client["payer"] == COUNCIL:
        planned = lever.contract_payment_basis == 1.0
        price = offer * provider["rate"] * (1.0 if planned else p.contract_actual_paid_share)
        premium = p.procurement_volume_premium * (1.0 - lever.contract_guaranteed_volume)
        premium += 0.0 if planned else p.procurement_payment_premium
        premium += p.procurement_outcome_premium * lever.contract_outcome_share
        premium -= p.procurement_term_discount * (lever.contract_term_years - p.procurement_term_reference)
        premium -= p.procurement_trust_discount * (provider["trust"] - 0.5)
    if price <= 0.0:
        return False
    travel = provider["cost_travel"] * (p.travel_reference_minutes / max(client["visit_minutes"], 1.0))
    cares = p.motive_care + p.motive_sourcing_slope * (provider["care"] - p.motive_care)
    margin = 1.0 - (provider["cost_fixed"] + travel) / price + p.sourcing_care_tolerance * cares - premium
    odds = math.exp(min(max(margin / p.sourcing_accept_spread, -700.0), 700.0))
    return chance(minds(client["number"]), pair(client["number"], provider["number"]), 0) <= odds / (1.0 + odds)


def weight(client, n, k, provider, held, load, mode, p, key):
    """Log weight of a provider in the choice, with the luck of the pair."""
    luck = -math.log(-math.log(chance(key, pair(client["number"], provider["number"]), 2)))
    unguided = client["payer"] == SELF_FUNDER and client["readiness"] < p.sourcing_unguided_share
    if mode == 3.0 and not unguided:
        rating = provider["rating"] if provider["rating"] > 0 else 3.0
        score = p.sourcing_choice_rating * (rating - 3.0) + p.sourcing_choice_experience * provider["experience"]
        if client["payer"] == SELF_FUNDER:
            score -= p.sourcing_choice_price * math.log(max(provider["price"], 1.0))
    else:
        fill = held / max(provider["plan"] * load, 1.0) - 1.0
        calls = float(provider["calls"][k])
        score = (
            p.sourcing_size_exponent * math.log(max(provider["plan"], 1.0) / max(provider["patch_count"], 1))
            + p.sourcing_nearness_exponent * math.log(calls + p.sourcing_nearness_floor)
            - p.sourcing_fill_effect * min(max(fill, -0.5), 2.0)
        )
    if client["payer"] == SELF_FUNDER and provider["contracted"]:
        score += math.log(p.sourcing_contracted_self_weight)
    if n == client["former"] and client["notice"] == 0 and client["weeks_away"] > 0:
        score += p.sourcing_return_bonus
    return score + luck


class Rota:
    """What is left of every care worker's week, and where each block of it took them last."""

    def __init__(self, market, p):
        self.market, self.p = market, p
        self.staff = [w for w, worker in enumerate(market.workers.rows) if worker["status"] == IN_POST]
        self.staff.sort(key=lambda w: market.workers.rows[w]["tour"])
        self.free, self.own, self.block, self.at = {}, {}, {}, {}
        self.travel, self.days = {}, {}
        for w in self.staff:
            worker = market.workers.rows[w]
            self.own[w] = float(worker["hours_wanted"])
            here = worker["absent"] == 0
            self.free[w] = worker["hours_wanted"] * p.rostering_stretch if here else -1.0
            for block in range(8):
                self.block[w, block] = (2.0 if block >= 4 else 5.0) * p.rostering_block_hours if here else 0.0
            self.travel[w] = self.days[w] = 0.0
        self.cancelled, self.owed = cut_short(market, self.staff, p)
        self.team = {w: team for team, _, staff in teams(market, whole(market.clients), p) for w in staff}

    def who_makes_up(self, client, run, owner):
        """The colleague with a guarantee who lost most hours that are still to be made up for, to take a run from an
        owner on zero-hours who comes alone; else the owner."""
        hours = days_of(run) * client["visit_minutes"] / 60.0
        workers, best, most = self.market.workers.rows, owner, hours
        if workers[owner]["guaranteed"] > 0.0 or client["carers"] == 2:
            return owner
        for w in self.staff:
            if workers[w]["provider"] != client["provider"] or workers[w]["absent"] != 0 or self.owed[w] < most:
                continue
            if self.has_time(w, run % 8, hours) and self.own[w] >= hours:
                best, most = w, self.owed[w]
        if best != owner:
            self.owed[best] -= hours
            self.cancelled[owner] += hours
        return best

    def has_time(self, w, block, hours):
        """Whether a care worker can take a run of these hours."""
        return self.free[w] >= hours and self.block[w, block] >= hours

    def give(self, client, run, w, leg):
        """Give a run to a care worker, whose legs are so many hours each."""
        block, days = run % 8, days_of(run)
        hours = days * client["visit_minutes"] / 60.0
        self.free[w] -= hours
        self.block[w, block] -= hours
        self.travel[w] += days * leg
        self.at[w, block] = home(client)
        self.days[w] += days

    def best_for(self, client, run, for_good, beside, team):
        """Who takes an open run: whoever the person knows best, else whom distance, time and guarantees favour, of the
        team if any of it can; never who comes to the same visits already."""
        block, hours = run % 8, days_of(run) * client["visit_minutes"] / 60.0
        workers, p = self.market.workers.rows, self.p
        able = [
            w
            for w in self.staff
            if workers[w]["provider"] == client["provider"]
            and w != beside
            and self.has_time(w, block, hours)
            and not (for_good and self.own[w] < hours)
        ]
        known = {}
        for w, familiarity in zip(client["familiar"].tolist(), client["familiarity"].tolist(), strict=True):
            if w in able and familiarity > 0.0:
                known.setdefault(w, familiarity)
        if known:
            return max(known, key=known.get)
        scores = {}
        able = [w for w in able if self.team[w] == team] or able
        for w in able:
            worker = workers[w]
            away = math.dist(self.at.get((w, block), home(worker)), home(client))
            overtime = worker["hours_wanted"] * (p.rostering_stretch - 1.0)
            spare = self.own[w] if for_good else self.free[w] - overtime
            scores[w] = -p.rostering_distance_weight * away + p.rostering_spare_weight * spare / worker["hours_wanted"]
            lacking = worker["guaranteed"] - (worker["hours_wanted"] - spare)
            if lacking > 0.0 and worker["guaranteed"] > 0.0:
                scores[w] += p.rostering_guarantee_weight * lacking / worker["guaranteed"]
            elif worker["guaranteed"] > 0.0 and not for_good:
                scores[w] -= p.rostering_extra_weight
        return max(scores, key=scores.get) if scores else NOBODY


def cut_short(market, staff, p):
    """Hours of their own rounds that care workers lost since last week, other than by a move of the package, and the
    part of these below a guarantee that is to be made up for."""
    kept = dict.fromkeys(staff, 0.0)
    for client in whole(market.clients):
        if client["status"] in (RECEIVING, WAITING):
            for run in runs_of(client):
                if int(client["carer"][run]) in kept:
                    hours = client["visit_minutes"] / 60.0  # rounded so, for ties between those who lost the same
                    kept[int(client["carer"][run])] += days_of(run) * hours
    cancelled, owed = {}, {}
    for w in staff:
        worker = market.workers.rows[w]
        cancelled[w] = max(worker["owned"] - kept[w], 0.0)
        owed[w] = p.rostering_buffer_share * min(cancelled[w], max(worker["guaranteed"] - kept[w], 0.0))
    return cancelled, owed


def home(row):
    """Where somebody lives."""
    return float(row["home_x"]), float(row["home_y"])


def hours_of_leg(market, j, apart, p):
    """Hours of a leg of a provider between two calls so many kilometres apart as the crow flies."""
    reference = p.travel_reference_area
    leg = p.travel_detour * math.sqrt(reference) * (apart**2 / reference) ** p.travel_density_exponent
    leg = min(leg * market.commissioners.leg_factor[0], p.travel_longest_leg)
    leg *= 1.0 - p.practice_travel_effect * market.providers.practice[j]
    return min(leg / p.travel_driving_speed + p.travel_parking_minutes / 60.0, leg / p.travel_walking_speed)


def teams(market, clients, p):
    """The name of each team, the rows of its people, and of its care workers: both in the order of the tour."""
    workers = market.workers.rows
    for j in range(len(market.providers)):
        people = in_turn(clients, j)
        staff = [w for w, worker in enumerate(workers) if worker["status"] == IN_POST and worker["provider"] == j]
        staff.sort(key=lambda w: workers[w]["tour"])
        count = max(1, round(len(staff) / p.rostering_team_size))
        for k in range(count):
            parts = (rows[k * len(rows) // count : (k + 1) * len(rows) // count] for rows in (people, staff))
            yield (j, k), *parts


def legs(market, clients, p):
    """Hours of a leg to each person by slot: from the team's call before it in that slot, in the order of the tour, and
    to the first call from the last."""
    hours = {}
    for (j, _), people, _ in teams(market, clients, p):
        for slot in range(4):
            called = [i for i in people if slot in slots_of(clients[i]["visits"])]
            for before, i in zip(called[-1:] + called[:-1], called, strict=True):
                hours[i, slot] = hours_of_leg(market, j, math.dist(home(clients[before]), home(clients[i])), p)
    return hours


def in_turn(clients, j):
    """Rows of a provider's people who receive care, as a tour of the place passes their homes."""
    own = [i for i, client in enumerate(clients) if client["status"] == RECEIVING and client["provider"] == j]
    return sorted(own, key=lambda i: clients[i]["tour"])


def by_turns(clients, numbers, key):
    """Rows of people who receive care: provider by provider, and of each in order from somebody drawn by lot on."""
    for j, number in enumerate(numbers.tolist()):
        own = in_turn(clients, j)
        first = int(chance(key, number, 0) * len(own))
        yield from own[first:] + own[:first]


def roster(market, p, key):
    """Roster the week: owners, then stand-ins, then the office, then agency staff, else nobody.

    Returns who did each run by (person, run), and the rota.
    """
    clients = whole(market.clients)
    rota, leg, who, open_runs, owners = Rota(market, p), legs(market, clients, p), {}, [], {}
    team_of = {i: team for team, people, _ in teams(market, clients, p) for i in people}
    for i in by_turns(clients, market.providers.number, key):
        client = clients[i]
        for run in runs_of(client):
            hours = days_of(run) * client["visit_minutes"] / 60.0
            owner = int(client["carer"][run])
            waits = int(client["waits"][run])
            if owner not in rota.free or market.workers.provider[owner] != client["provider"]:
                waits = round(p.rostering_vacant_weeks) if owner >= 0 else waits
                owner = NOBODY
            if run >= 8 and owner == owners.get((i, run - 8)):
                owner = NOBODY  # two care workers at one visit are two people
            if owner >= 0 and rota.has_time(owner, run % 8, hours):
                owner = rota.who_makes_up(client, run, owner)
                rota.own[owner] -= hours
                rota.give(client, run, owner, leg[i, run % 4])
                who[i, run] = owners[i, run] = owner
                continue
            kept = owner >= 0 and market.workers.absent[owner] != 0
            if kept:
                owners[i, run] = owner
                rota.own[owner] -= hours
            open_runs.append((i, run, kept or waits > 0))  # kept for its owner, or for whoever will be
    left = []
    for i, run, kept in open_runs:
        client, w = clients[i], NOBODY
        beside = who.get((i, run ^ 8), NOBODY)
        if not kept:
            w = rota.best_for(client, run, True, beside, team_of[i])
            if w >= 0:
                rota.own[w] -= days_of(run) * client["visit_minutes"] / 60.0
        way = leg[i, run % 4]
        if w < 0:
            w = rota.best_for(client, run, False, beside, team_of[i])
            if (w, run % 8) in rota.at:  # cover for a week comes from where the block has taken them
                apart = math.dist(rota.at[w, run % 8], home(client))
                way = max(way, hours_of_leg(market, int(client["provider"]), apart, p))
        if w >= 0:
            rota.give(client, run, w, way)
            who[i, run] = w
        else:
            left.append((i, run))
    office = by_provider(market)
    for i, run in left:
        client = clients[i]
        j = client["provider"]
        hours = days_of(run) * client["visit_minutes"] / 60.0
        room = p.rostering_office_hours + p.rostering_office_share * market.providers.plan[j]
        if office[j] + hours <= room:
            office[j] += hours
            who[i, run] = OFFICE
        elif chance(key, client["number"], 1 + run) < p.rostering_agency_share:
            who[i, run] = AGENCY
        else:
            who[i, run] = NOBODY
    return who, rota
