"""The week's books once more, in slow plain Python: what everybody pays, from hours and rates, £ until posted."""

from tests.plain_week import (
    COUNCIL,
    FIT,
    IN_CARE_HOME,
    IN_HOSPITAL,
    IN_POST,
    RECEIVING,
    SELF_FUNDER,
    by_provider,
    hours_by_who_came,
)


def pence(pounds):
    """A payment in whole pence."""
    return round(pounds * 100.0)


def employment_cost(provider, prices, p):
    """What a pound of wages costs the employer."""
    insurance = prices["insurance_rate"] * provider["insured"]
    return 1.0 + p.money_holiday_share + p.money_employer_charge_share + insurance


def council_books(market, p, lever):
    """What the council and the NHS pay and get in the week by payer, payee, purpose: a list by provider, or a sum."""
    providers, counts, council = market.providers.rows, market.counts[0], market.commissioners.rows[0]
    planned = lever.contract_payment_basis == 1.0
    paid_hours, used, people = by_provider(market), by_provider(market), by_provider(market)
    above = by_provider(market)
    for i, client in enumerate(market.clients.rows):
        j = client["provider"]
        if client["status"] == RECEIVING and client["payer"] == COUNCIL:
            paid = client["delivered"] * (1.0 if planned else p.contract_actual_paid_share)
            paid_hours[j] += paid
            if client["emergency"] > 0:
                above[j] += paid * market.clients.above_rate[i]
        if j >= 0 and (client["status"] == RECEIVING or client["kept"]):
            people[j] += 1.0
    books = {
        ("council", "providers", "fees"): [
            hours * j["rate"] * (1.0 - lever.contract_outcome_share)
            for hours, j in zip(paid_hours, providers, strict=True)
        ],
        ("council", "providers", "emergency purchase"): above,
        ("council", "providers", "service of last resort"): [j["cost"] * j["last_resort"] for j in providers],
        ("council", "providers", "outcome payments"): [
            hours * j["rate"] * lever.contract_outcome_share * outcome_reached(j, council, p, lever)
            for hours, j in zip(paid_hours, providers, strict=True)
        ],
        ("council", "providers", "citizens' panel"): [
            hours * council["pot_wages"] * employment_cost(j, market.prices, p)
            for hours, j in zip(paid_hours, providers, strict=True)
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
    index = market.prices["price_index"]
    books["council", "suppliers", "disputes"] = counts["disputes"] * p.trust_dispute_cost * index
    books["providers", "suppliers", "disputes"] = [j["disputes"] * p.trust_dispute_cost * index for j in providers]
    books["providers", "council", "clipped time claimed back"] = [
        j["clip_found"] * j["rate"] * (1.0 + p.clipping_penalty) for j in providers
    ]
    unused = by_provider(market)
    for n, j in enumerate(providers):
        used[n] = paid_hours[n] + retained[n]
        if j["contracted"] and j["open"] and not j["closing"]:
            promised = lever.contract_guaranteed_volume * j["contracted_hours"]
            ready = min(1.0, j["capacity"] / max(promised, 1.0))
            unused[n] = max(promised - used[n], 0.0) * ready * j["rate"]
    books["council", "providers", "block hours unused"] = unused
    fees_due = sum(
        hours * (council["fee"] if j["last_resort"] else j["rate"])
        for hours, j in zip(paid_hours, providers, strict=True)
    )
    books["clients", "council", "client contributions"] = p.money_client_contribution_share * fees_due

    holders = [n for n, j in enumerate(providers) if j["open"] and j["contracted"]]
    trust = sum(providers[n]["trust"] for n in holders) / max(len(holders), 1)
    checks = lever.stewardship_monitoring * sum(people[n] for n in holders) * 12.0 / 52.0
    check = p.commissioning_check_cost * (1.0 + p.trust_monitoring_effect * (0.5 - trust))
    open_books = p.commissioning_open_book_cost * len(holders) / 52.0 if lever.stewardship_open_book else 0.0
    learning = lever.stewardship_learning_capture * p.commissioning_learning_cost
    networking = lever.stewardship_network * p.commissioning_network_cost
    connectors = lever.community_connectors_fte + council["pot_connectors"]
    payrolls = lever.stewardship_pay_checks * len(holders) * p.commissioning_pay_check_cost / 52.0
    chased = counts["placed_council"] + p.commissioning_chase_share * counts["waited"]
    books["treasury", "council", "fair pay grant"] = market.prices["fair_pay_grant"] * hours_funded(market)
    a_year = {
        "stewardship": lever.stewardship_capacity_fte * p.commissioning_fte_cost,
        "forums": lever.stewardship_forum_per_year * p.commissioning_forum_cost,
        "network": learning + networking,
        "connectors": connectors * p.commissioning_connector_cost,
        "citizens' panel": p.commissioning_panel_cost if lever.stewardship_citizens_share > 0.0 else 0.0,
    }
    this_week = {purpose: [cost / 52.0] for purpose, cost in a_year.items()} | {
        "monitoring": [checks * check + open_books + payrolls],
        "brokerage": [chased * p.commissioning_brokerage_cost],
        "front door": [counts["conversations"] * p.commissioning_conversation_cost],
        "reablement": [counts["reablement_weeks"] / p.reablement_weeks * p.commissioning_reablement_cost],
    }
    index = market.prices["price_index"]
    books |= beds(market, p, lever) | {
        ("council", "suppliers", purpose): [amount * index for amount in amounts]
        for purpose, amounts in this_week.items()
    }
    books["nhs", "suppliers", "hospital admissions"] = [counts["admissions"] * p.money_admission_cost * index]
    books["nhs", "suppliers", "delayed nights"] = [counts["delayed_nights"] * p.money_delayed_night_cost * index]
    return books


def hours_funded(market):
    """Hours of care delivered in the week that the council pays for."""
    clients = market.clients.rows
    return sum(one["delivered"] for one in clients if one["status"] == RECEIVING and one["payer"] == COUNCIL)


def beds(market, p, lever):
    """What is paid for beds outside hospital in which people wait."""
    waits = [c for c in market.clients.rows if c["status"] == FIT]
    step_down = max(sum(c["bed"] == 1 for c in waits), lever.hospital_step_down_beds)
    interim = [sum(c["bed"] == 2 and c["payer"] == payer for c in waits) for payer in (COUNCIL, SELF_FUNDER)]
    index = market.prices["price_index"]
    costs = p.money_wage_weight * market.prices["wage_index"] + (1.0 - p.money_wage_weight) * index
    place = p.care_home_weekly_cost * costs
    return {
        ("council", "care homes", "step-down beds"): [step_down * p.hospital_step_down_cost * index],
        ("council", "care homes", "interim beds"): [interim[0] * place],
        ("self-funders", "care homes", "interim beds"): [interim[1] * place],
    }


def outcome_reached(provider, council, p, lever):
    """A provider's measured outcome over its reference, within what the contract pays for."""
    measured = {
        0.0: provider["experience"] / council["experience_reference"],
        1.0: provider["independence"] / p.outcome_independence_reference,
        2.0: provider["connection"] / p.outcome_connection_reference,
    }[lever.contract_outcome_measure]
    measured += p.outcome_reporting * provider["only_reported"]
    return min(max(measured, 0.0), p.outcome_highest_score)


def week_of_pay(worker, provider, prices, week, p, lever):
    """(wages, sick pay, pay while on leave) of a care worker's week."""
    rate = provider["pay"] + (p.pay_experience_premium if worker["experience"] >= 5.0 else 0.0)
    usual = min(worker["owned"], worker["hours_wanted"])
    if worker["absent"] == 1:
        return 0.0, 0.0, usual * rate
    if worker["absent"] == 2:
        return 0.0, lever.employment_sick_pay * usual * rate, 0.0
    lost = prices["cancelled_shift_pay"] * worker["cancelled"]
    hours = max(worker["contact"] + lost, worker["guaranteed"]) + lever.employment_shift_pay * worker["gap"]
    travel_paid = lever.employment_paid_travel_share * worker["travel"] * rate if provider["contracted"] else 0.0
    begins = week % p.law_pay_period == 0
    worked = worker["contact"] + worker["travel"] + (0.0 if begins else worker["period_hours"])
    earned = worker["contact"] * rate + travel_paid + (0.0 if begins else worker["period_pay"])
    lacks = max(prices["legal_minimum"] * worked - earned, 0.0) if provider["lawful"] == 1 else 0.0
    return rate * hours + travel_paid + lacks, 0.0, 0.0


def provider_books(market, p, lever):
    """What providers, people who fund themselves and care workers pay in the week, from hours and rates."""
    providers = market.providers.rows
    wages, sick, travel = by_provider(market), by_provider(market), by_provider(market)
    insurance = by_provider(market)
    for worker in market.workers.rows:
        if worker["status"] != IN_POST:
            continue
        j = worker["provider"]
        earned, ill, away = week_of_pay(worker, providers[j], market.prices, market.week, p, lever)
        threshold, rate = market.prices["insurance_threshold"], market.prices["insurance_rate"]
        insurance[j] += rate * max(earned + ill + away - threshold, 0.0)
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
            size = j["usual_hours"]
            an_hour = (
                j["overhead_scale"]
                * max(size, p.overhead_floor_hours) ** (p.overhead_scale_exponent - 1.0)
                * (1.0 + (size / p.overhead_sprawl_hours) ** 2)
            )
            ahead = (j["horizon"] / p.motive_horizon) ** p.motive_investment_slope
            overhead[n] = size * an_hour * (1.0 + p.motive_office_share * (ahead - 1.0))
        care = p.motive_care_cost * p.motive_quality_slope * (j["care"] - p.motive_care) * j["delivered"]
        care += j["delivered_council"] * j["effort"] * p.outcome_effort_cost
        overhead[n] = (overhead[n] + self_hours[n] * p.overhead_self_funded_cost + care) * market.prices["price_index"]
    rows = range(len(providers))
    index, wage_index = market.prices["price_index"], market.prices["wage_index"]
    return {
        ("self-funders", "providers", "self-funded care"): [self_hours[n] * providers[n]["price"] for n in rows],
        ("providers", "workers", "wages"): wages,
        ("providers", "workers", "sick pay"): sick,
        ("providers", "workers", "holiday pay"): [wages[n] * p.money_holiday_share for n in rows],
        ("providers", "treasury", "national insurance"): insurance,
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


def care_home_books(market, p):
    """What places in care homes cost whom in the week: a sum a line."""
    prices = market.prices
    cost = p.money_wage_weight * prices["wage_index"] + (1.0 - p.money_wage_weight) * prices["price_index"]
    paid = [row["home_payer"] for row in market.followed.rows if row["state"] == IN_CARE_HOME]
    gross = paid.count(COUNCIL) * cost * p.care_home_weekly_cost
    return {
        ("council", "care homes", "care homes"): [gross],
        ("clients", "council", "care home contributions"): [gross * p.care_home_contribution_share],
        ("self-funders", "care homes", "care homes"): [
            paid.count(SELF_FUNDER) * cost * p.care_home_weekly_cost * p.care_home_own_price
        ],
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
            share = j["year_council"] / max(j["year_revenue"], 1.0)
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


def found_out(before, after, p):
    """What providers that were found to have underpaid pay, from photographs of just before and just after the law was
    enforced: all that could be claimed back, and a penalty."""
    arrears = by_provider(after)
    for n, (j, now) in enumerate(zip(before.providers.rows, after.providers.rows, strict=True)):
        if now["bound"] > j["bound"]:
            arrears[n] = j["arrears"] * (1.0 - 1.0 / (52.0 * p.law_arrears_years)) + j["underpaid"]
    return {
        ("providers", "workers", "arrears of pay"): arrears,
        ("providers", "treasury", "penalties"): [p.law_penalty * owed for owed in arrears],
    }


def opening_capital(provider, p):
    """What a firm that opens may bring: (a co-operative with support, any other)."""
    return p.entry_coop_capital, p.entry_capital + p.entry_capital_per_hour * provider["plan"]
