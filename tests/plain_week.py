"""The week's books, hours, sourcing and roster once more, in slow plain Python: a loop a rule, nothing compiled.

Written from the rules as the model's documents give them. `market` is a photograph of the market just before the
process in question, `p` the parameters and `lever` the levers in force; money is in pounds until it is posted.
"""

import math

WAITING, RECEIVING, IN_HOSPITAL, FIT, LEFT = range(5)
POOL, ONBOARDING, IN_POST, GONE = range(4)
COUNCIL, SELF_FUNDER = 0, 1
NOBODY, OFFICE, AGENCY = -1, -2, -3
RUNS = 16


def days_of(run):
    """Days a week of a run: runs of the first four blocks are on weekdays, of the last four at weekends."""
    return 2.0 if run // 2 >= 4 else 5.0


def by_provider(market):
    """A zero for each provider."""
    return [0.0] * len(market.providers)


# -- hours -------------------------------------------------------------------------------------------------------------


def hours_due(client):
    """Hours due to a person in a week: nothing unless receiving care."""
    if client["status"] != RECEIVING:
        return 0.0
    return float(client["visits"]) * 7.0 * client["carers"] * client["visit_minutes"] / 60.0


def hours_by_who_came(market):
    """Who did each run, added up: contact hours of each care worker, hours of office and of agency staff by provider,
    and hours that nobody did by person."""
    contact = [0.0] * len(market.workers)
    office, agency = by_provider(market), by_provider(market)
    nobody = [0.0] * len(market.clients)
    for i, client in enumerate(market.clients.rows):
        if client["status"] != RECEIVING:
            continue
        for run in runs_of(client):
            hours = days_of(run) * float(client["visit_minutes"]) / 60.0
            who = client["seen"][run]
            if who >= 0:
                contact[who] += hours
            elif who == OFFICE:
                office[client["provider"]] += hours
            elif who == AGENCY:
                agency[client["provider"]] += hours
            else:
                nobody[i] += hours
    return contact, office, agency, nobody


def slots_of(visits):
    """Slots of the day of so many visits: morning; and bedtime; and midday; and tea."""
    return {1: (0,), 2: (0, 3), 3: (0, 1, 3), 4: (0, 1, 2, 3)}[int(visits)]


def runs_of(client):
    """The runs of a person: each slot of the day, on weekdays and at weekends, for each care worker who comes."""
    return [
        2 * (slot + 4 * weekend) + place
        for slot in slots_of(client["visits"])
        for weekend in (0, 1)
        for place in range(client["carers"])
    ]


# -- books -------------------------------------------------------------------------------------------------------------


def pence(pounds):
    """A payment in whole pence."""
    return round(pounds * 100.0)


def employment_cost(p):
    """What a pound of wages costs the employer."""
    return 1.0 + p.money_holiday_share + p.money_employer_charge_share


def council_books(market, p, lever):
    """What the council and the NHS pay and get in the week by payer, payee, purpose: a list by provider, or a sum."""
    providers, counts, council = market.providers.rows, market.counts[0], market.commissioners.rows[0]
    planned = lever.contract_payment_basis == 1.0
    paid_hours, used, people = by_provider(market), by_provider(market), by_provider(market)
    for client in market.clients.rows:
        j = client["provider"]
        if client["status"] == RECEIVING and client["payer"] == COUNCIL:
            paid_hours[j] += client["delivered"] * (1.0 if planned else p.contract_actual_paid_share)
        if j >= 0 and (client["status"] == RECEIVING or client["kept"]):
            people[j] += 1.0
    books = {
        ("council", "providers", "fees"): [
            hours * j["rate"] * (1.0 - lever.contract_outcome_share)
            for hours, j in zip(paid_hours, providers, strict=True)
        ],
        ("council", "providers", "outcome payments"): [
            hours * j["rate"] * lever.contract_outcome_share * outcome_reached(j, council, p, lever)
            for hours, j in zip(paid_hours, providers, strict=True)
        ],
        ("council", "providers", "citizens' panel"): [
            hours * council["pot_wages"] * employment_cost(p) for hours in paid_hours
        ],
    }
    weeks = max(lever.contract_retainer_weeks, p.contract_planned_notice_weeks if planned else 0.0)
    retained = by_provider(market)
    if weeks > 0.0:
        for client in market.clients.rows:
            if client["status"] == IN_HOSPITAL and client["kept"] and client["payer"] == COUNCIL:
                retained[client["provider"]] += client["hours"]
    books["council", "providers", "retainers"] = [
        hours * j["rate"] * p.contract_retainer_share for hours, j in zip(retained, providers, strict=True)
    ]
    unused = by_provider(market)
    for n, j in enumerate(providers):
        used[n] = paid_hours[n] + retained[n]
        if j["contracted"] and j["open"] and not j["closing"]:
            promised = lever.contract_guaranteed_volume * j["contracted_hours"]
            ready = min(1.0, j["capacity"] / max(promised, 1.0))
            unused[n] = max(promised - used[n], 0.0) * ready * j["rate"]
    books["council", "providers", "block hours unused"] = unused
    fees_due = sum(hours * j["rate"] for hours, j in zip(paid_hours, providers, strict=True))
    books["clients", "council", "client contributions"] = p.money_client_contribution_share * fees_due

    holders = [n for n, j in enumerate(providers) if j["open"] and j["contracted"]]
    trust = sum(providers[n]["trust"] for n in holders) / max(len(holders), 1)
    checks = lever.stewardship_monitoring * sum(people[n] for n in holders) * 12.0 / 52.0
    check = p.commissioning_check_cost * (1.0 + p.trust_monitoring_effect * (0.5 - trust))
    open_books = p.commissioning_open_book_cost * len(holders) / 52.0 if lever.stewardship_open_book else 0.0
    learning = lever.stewardship_learning_capture * p.commissioning_learning_cost
    networking = lever.stewardship_network * p.commissioning_network_cost
    connectors = lever.community_connectors_fte + council["pot_connectors"]
    chased = counts["placed_council"] + p.commissioning_chase_share * counts["waited"]
    a_year = {
        "stewardship": lever.stewardship_capacity_fte * p.commissioning_fte_cost,
        "forums": lever.stewardship_forum_per_year * p.commissioning_forum_cost,
        "network": learning + networking,
        "connectors": connectors * p.commissioning_connector_cost,
        "citizens' panel": p.commissioning_panel_cost if lever.stewardship_citizens_share > 0.0 else 0.0,
    }
    this_week = {purpose: [cost / 52.0] for purpose, cost in a_year.items()} | {
        "monitoring": [checks * check + open_books],
        "brokerage": [chased * p.commissioning_brokerage_cost],
        "front door": [counts["conversations"] * p.commissioning_conversation_cost],
        "reablement": [counts["reablement_episodes"] * p.commissioning_reablement_cost],
    }
    index = market.prices["price_index"]
    books |= {
        ("council", "suppliers", purpose): [amount * index for amount in amounts]
        for purpose, amounts in this_week.items()
    }
    books["nhs", "suppliers", "hospital admissions"] = [counts["admissions"] * p.money_admission_cost * index]
    books["nhs", "suppliers", "delayed nights"] = [counts["delayed_nights"] * p.money_delayed_night_cost * index]
    return books


def outcome_reached(provider, council, p, lever):
    """A provider's measured outcome over its reference, within what the contract pays for."""
    measured = {
        0.0: provider["experience"] / council["experience_reference"],
        1.0: provider["independence"] / p.outcome_independence_reference,
        2.0: provider["connection"] / p.outcome_connection_reference,
    }[lever.contract_outcome_measure]
    return min(max(measured, 0.0), p.outcome_highest_score)


def week_of_pay(worker, provider, living_wage, p, lever):
    """(wages, sick pay, pay while on leave) of a care worker's week."""
    rate = provider["pay"] + (p.pay_experience_premium if worker["experience"] >= 5.0 else 0.0)
    usual = min(worker["owned"], worker["hours_wanted"])
    if worker["absent"] == 1:
        return 0.0, 0.0, usual * rate
    if worker["absent"] == 2:
        return 0.0, lever.employment_sick_pay * usual * rate, 0.0
    hours = max(worker["contact"], worker["guaranteed"])
    hours += lever.employment_paid_travel_share * worker["travel"] + lever.employment_shift_pay * worker["gap"]
    lawful = living_wage * (worker["contact"] + worker["travel"])
    pay = rate * hours
    return pay + p.pay_enforcement_share * max(lawful - pay, 0.0), 0.0, 0.0


def provider_books(market, p, lever):
    """What providers, people who fund themselves and care workers pay in the week, from hours and rates."""
    providers = market.providers.rows
    wages, sick, travel = by_provider(market), by_provider(market), by_provider(market)
    for worker in market.workers.rows:
        if worker["status"] != IN_POST:
            continue
        j = worker["provider"]
        earned, ill, _ = week_of_pay(worker, providers[j], market.prices["national_living_wage"], p, lever)
        wages[j] += earned
        sick[j] += ill
        travel[j] += worker["travel"]
    _, office, agency, _ = hours_by_who_came(market)
    self_hours = by_provider(market)
    for client in market.clients.rows:
        if client["status"] == RECEIVING and client["payer"] == SELF_FUNDER:
            self_hours[client["provider"]] += client["delivered"]
    overhead = by_provider(market)
    for n, j in enumerate(providers):
        if j["open"]:
            size = j["size"]
            an_hour = (
                j["overhead_scale"]
                * max(size, p.overhead_floor_hours) ** (p.overhead_scale_exponent - 1.0)
                * (1.0 + (size / p.overhead_sprawl_hours) ** 2)
            )
            overhead[n] = size * an_hour
        overhead[n] = (overhead[n] + self_hours[n] * p.overhead_self_funded_cost) * market.prices["price_index"]
    rows = range(len(providers))
    index, wage_index = market.prices["price_index"], market.prices["wage_index"]
    return {
        ("self-funders", "providers", "self-funded care"): [self_hours[n] * providers[n]["price"] for n in rows],
        ("providers", "workers", "wages"): wages,
        ("providers", "workers", "sick pay"): sick,
        ("providers", "workers", "holiday pay"): [wages[n] * p.money_holiday_share for n in rows],
        ("providers", "treasury", "employer charges"): [
            (wages[n] + sick[n]) * p.money_employer_charge_share for n in rows
        ],
        ("providers", "workers", "mileage"): [travel[n] * p.money_mileage_per_travel_hour * index for n in rows],
        ("providers", "workers", "office cover"): [office[n] * p.money_office_rate * wage_index for n in rows],
        ("providers", "suppliers", "agency staff"): [agency[n] * p.money_agency_rate * wage_index for n in rows],
        ("providers", "suppliers", "overhead"): overhead,
        ("providers", "suppliers", "recruitment"): [
            providers[n]["hires"] * p.recruitment_hire_cost * index for n in rows
        ],
        ("providers", "suppliers", "training"): [
            providers[n]["training_days"] * providers[n]["staff"] / 52.0 * p.training_day_cost * index for n in rows
        ],
        ("workers", "treasury", "income tax and benefits"): (sum(wages) + sum(sick)) * p.money_treasury_share,
    }


def surplus_books(market, p, lever):
    """What goes back to the council above the profit norm and out to owners, on the last week of a year."""
    returned, paid_out = by_provider(market), by_provider(market)
    if market.week % 52 != 51:
        return {
            ("providers", "council", "surplus returned"): returned,
            ("providers", "owners", "distribution"): paid_out,
        }
    for n, j in enumerate(market.providers.rows):
        cash = j["cash"] / 100.0
        if lever.stewardship_open_book and lever.stewardship_profit_norm >= 0.0 and j["contracted"] and j["open"]:
            reach = float(market.commissioners.rows[0]["reach"])
            hidden = j["evasion"] * (1.0 - reach) * p.money_evasion_reach
            over = j["year_surplus"] - j["year_revenue"] * (lever.stewardship_profit_norm + hidden)
            share = min(max(j["council_hours"] / max(j["committed"], 1.0), 0.0), 1.0)
            returned[n] = min(max(over, 0.0) * share, max(cash, 0.0))
        cash -= pence(returned[n]) / 100.0
        if j["open"]:
            spare = max(cash - p.money_reserve_weeks / 52.0 * j["year_revenue"], 0.0)
            paid_out[n] = spare * j["extraction"] * p.money_payout_share
    return {("providers", "council", "surplus returned"): returned, ("providers", "owners", "distribution"): paid_out}


def penalties(before, market, p, lever):
    """What providers pay for social value promised and not shown, on the last week of a year; `before` is a photograph
    of just before it was counted, `market` one of just after."""
    paid = by_provider(market)
    if market.week % 52 != 51:
        return paid
    for n, j in enumerate(market.providers.rows):
        if not (j["contracted"] and j["open"]) or j["promised"] <= 0.0:
            continue
        short = max(j["promised"] - j["realised"], 0.0)
        share = min(max(j["council_hours"] / max(j["committed"], 1.0), 0.0), 1.0)
        owed = lever.stewardship_monitoring * short * p.place_penalty_share * j["year_revenue"] * share
        paid[n] = min(owed, max(before.providers.cash[n] / 100.0, 0.0))
    return paid


def opening_capital(provider, p):
    """What a firm that opens may bring: (a co-operative with support, any other)."""
    return p.entry_coop_capital, p.entry_capital + p.entry_capital_per_hour * provider["plan"]


# -- chance ------------------------------------------------------------------------------------------------------------

WORD = 1 << 64
PART = 0xD1B54A32D192ED03


def mixed(state):
    """One output of splitmix64 (Steele, Lea and Flood 2014), in whole numbers of Python."""
    x = (state + 0x9E3779B97F4A7C15) % WORD
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB % WORD
    return x ^ (x >> 31)


def chance(key, who, part):
    """A number between 0 and 1 that belongs to who, what and when."""
    x = mixed(int(key) ^ mixed((int(who) + part * PART) % WORD))
    return ((x >> 12) + 0.5) / 2.0**52


def pair(first, second):
    """One number for two."""
    return mixed(mixed(int(first) % WORD) ^ (int(second) * PART % WORD)) >> 1


# -- sourcing ----------------------------------------------------------------------------------------------------------


def in_queue(market, key):
    """Rows of people who need a provider: fit patients, then those with notice or just displaced, then by waiting."""
    ranked = []
    for i, client in enumerate(market.clients.rows):
        displaced = client["former"] >= 0 and client["weeks_waiting"] < 1.0
        if client["status"] == FIT:
            turn = 0
        elif client["status"] == RECEIVING and client["notice"] > 0:
            turn = 1
        elif client["status"] == WAITING:
            turn = 1 if displaced else 2
        else:
            continue
        ranked.append((turn * 1e6 - client["weeks_waiting"] + chance(key, client["number"], 9), i))
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


def source(market, p, lever, key):
    """Find providers for everybody in the queue. Returns the row of everybody's provider, their statuses, and how many
    were placed."""
    clients, providers = market.clients.rows, market.providers.rows
    held, council = packages_held(market)
    provider = [int(j) for j in market.clients.provider]
    status = [int(code) for code in market.clients.status]
    plans = sum(j["plan"] for j in providers if j["open"])
    load = sum(j["demand"] for j in providers) / max(plans, 1.0)
    paid_share = 1.0 if lever.contract_payment_basis == 1.0 else p.contract_actual_paid_share
    placed = 0
    for i in in_queue(market, key):
        client = clients[i]
        hours, is_council = client["hours"], client["payer"] == COUNCIL
        mode = lever.contract_sourcing if is_council else 3.0
        serving = []  # (provider, place of the zone in its patch)
        for n, j in enumerate(providers):
            zones = [int(zone) for zone in j["patch_zone"][: j["patch_count"]]]
            if j["open"] and not j["closing"] and client["zone"] in zones:
                serving.append((n, zones.index(client["zone"])))
        leads = any(providers[n]["contracted"] and providers[n]["patch_lead"][k] for n, k in serving)
        backup = lever.procurement_backup_share
        drawn = mode == 2.0 and chance(key, client["number"], 1) < backup
        best, best_score = None, -math.inf
        for turn, asked in enumerate(rounds(client, mode, backup > 0.0, leads, drawn)):
            for n, k in serving:
                j = providers[n]
                lead = bool(j["patch_lead"][k])
                if (is_council and not j["contracted"]) or (client["notice"] > 0 and n == client["provider"]):
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
                stretch = p.sourcing_duty_stretch if on_duty else stretch
                if held[n] + hours > stretch * j["capacity"] * (1.0 - lever.shocks_absence):
                    continue
                price = j["rate"] * paid_share if is_council else j["price"]
                travel = j["cost_travel"] * (p.travel_reference_minutes / max(client["visit_minutes"], 1.0))
                loses = price - (j["cost_fixed"] + travel) < -p.sourcing_mission_tolerance * j["mission"] * price
                if loses and not on_duty:
                    continue
                score = weight(client, n, k, j, held[n], load, mode, p, key)
                if score > best_score:
                    best, best_score = n, score
            if best is not None:
                break
        if best is None:
            continue
        placed += 1
        if status[i] == RECEIVING:
            held[provider[i]] -= hours
            council[provider[i]] -= hours * is_council
        held[best] += hours
        council[best] += hours * is_council
        provider[i], status[i] = best, RECEIVING
    for i, client in enumerate(clients):  # notice that ends this week, of whoever has found nobody else
        if client["notice"] == 1 and client["status"] == RECEIVING and provider[i] == client["provider"]:
            provider[i], status[i] = NOBODY, WAITING
    return provider, status, placed


def weight(client, n, k, provider, held, load, mode, p, key):
    """Log weight of a provider in the choice, with the luck of the pair."""
    luck = -math.log(-math.log(chance(key, pair(client["number"], provider["number"]), 2)))
    unguided = client["payer"] == SELF_FUNDER and client["readiness"] < p.sourcing_unguided_share
    if mode == 3.0 and not unguided:
        rating = provider["rating"] if provider["rating"] > 0 else 3.0
        score = p.sourcing_choice_rating * (rating - 3.0) + p.sourcing_choice_experience * provider["experience"]
    else:
        fill = held / max(provider["plan"] * load, 1.0) - 1.0
        calls = sum(float(number) for number in provider["calls"][4 * k : 4 * k + 4])
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


# -- the roster --------------------------------------------------------------------------------------------------------


class Rota:
    """What is left of every care worker's week, and where each block of it took them last."""

    def __init__(self, market, p):
        self.market, self.p = market, p
        self.staff = [w for w, worker in enumerate(market.workers.rows) if worker["status"] == IN_POST]
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

    def has_time(self, w, block, hours):
        """Whether a care worker can take a run of these hours."""
        return self.free[w] >= hours and self.block[w, block] >= hours

    def kilometres(self, first, second):
        """Distance between two zones' centres."""
        zones = self.market.zones
        return math.sqrt((zones["x"][first] - zones["x"][second]) ** 2 + (zones["y"][first] - zones["y"][second]) ** 2)

    def give(self, client, run, w, leg):
        """Give a run to a care worker, whose legs are so many hours each."""
        block, days = run // 2, days_of(run)
        hours = days * client["visit_minutes"] / 60.0
        self.free[w] -= hours
        self.block[w, block] -= hours
        self.travel[w] += days * leg
        if self.at.get((w, block), client["zone"]) != client["zone"]:
            self.travel[w] += days * self.kilometres(self.at[w, block], client["zone"]) / self.p.travel_driving_speed
        self.at[w, block] = client["zone"]
        self.days[w] += days

    def best_for(self, client, run, for_good):
        """Who takes an open run: whoever the person knows best, else whom distance, time and guarantees favour."""
        block, hours = run // 2, days_of(run) * client["visit_minutes"] / 60.0
        workers, p = self.market.workers.rows, self.p
        able = [
            w
            for w in self.staff
            if workers[w]["provider"] == client["provider"]
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
        for w in able:
            worker = workers[w]
            away = self.kilometres(self.at.get((w, block), worker["zone"]), client["zone"])
            overtime = worker["hours_wanted"] * (p.rostering_stretch - 1.0)
            spare = self.own[w] if for_good else self.free[w] - overtime
            scores[w] = -p.rostering_distance_weight * away + p.rostering_spare_weight * spare / worker["hours_wanted"]
            lacking = worker["guaranteed"] - (worker["hours_wanted"] - spare)
            if lacking > 0.0 and worker["guaranteed"] > 0.0:
                scores[w] += p.rostering_guarantee_weight * lacking / worker["guaranteed"]
        return max(scores, key=scores.get) if scores else NOBODY


def legs(market, p):
    """Hours of a leg by provider, zone and slot, from how dense the provider's calls are there."""
    calls, hours = {}, {}
    for client in market.clients.rows:
        if client["status"] == RECEIVING:
            for slot in slots_of(client["visits"]):
                place = int(client["provider"]), int(client["zone"]), slot
                calls[place] = calls.get(place, 0) + int(client["carers"])
    for (j, zone, slot), number in calls.items():
        provider = market.providers.rows[j]
        if zone not in provider["patch_zone"][: provider["patch_count"]]:
            hours[j, zone, slot] = p.travel_longest_leg / p.travel_driving_speed
            continue
        density = float(market.zones["area_km2"][zone]) / max(number, p.travel_fewest_calls)
        reference = p.travel_reference_area
        leg = 0.7124 * p.travel_detour * math.sqrt(reference) * (density / reference) ** p.travel_density_exponent
        leg = min(leg * market.commissioners.leg_factor[0], p.travel_longest_leg)
        leg *= 1.0 - p.practice_travel_effect * provider["practice"]
        driven = leg / p.travel_driving_speed + p.travel_parking_minutes / 60.0
        hours[j, zone, slot] = min(driven, leg / p.travel_walking_speed)
    return hours


def roster(market, p, key):
    """Roster the week: owners, then stand-ins, then the office, then agency staff, else nobody.

    Returns who did each run by (person, run), and the rota.
    """
    clients = market.clients.rows
    rota, leg, who, open_runs = Rota(market, p), legs(market, p), {}, []
    first = int(chance(key, 0, 0) * len(clients))
    for i in [*range(first, len(clients)), *range(first)]:
        client = clients[i]
        if client["status"] != RECEIVING:
            continue
        for run in runs_of(client):
            hours = days_of(run) * client["visit_minutes"] / 60.0
            owner = int(client["carer"][run])
            if owner not in rota.free or market.workers.provider[owner] != client["provider"]:
                owner = NOBODY
            if owner >= 0 and rota.has_time(owner, run // 2, hours):
                rota.own[owner] -= hours
                rota.give(client, run, owner, leg[int(client["provider"]), int(client["zone"]), run // 2 % 4])
                who[i, run] = owner
                continue
            kept = owner >= 0 and market.workers.absent[owner] != 0
            if kept:
                rota.own[owner] -= hours
            open_runs.append((i, run, kept))
    left = []
    for i, run, kept in open_runs:
        client, w = clients[i], NOBODY
        if not kept:
            w = rota.best_for(client, run, for_good=True)
            if w >= 0:
                rota.own[w] -= days_of(run) * client["visit_minutes"] / 60.0
        if w < 0:
            w = rota.best_for(client, run, for_good=False)
        if w >= 0:
            rota.give(client, run, w, leg[int(client["provider"]), int(client["zone"]), run // 2 % 4])
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
