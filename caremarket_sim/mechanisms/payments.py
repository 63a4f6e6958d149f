"""ODD 7.22 What the council pays: fees and what goes with them, and the cost of commissioning."""

import numpy as np

from ..compiled import compiled, step
from ..compiled.process import process
from ..market.codes import COUNCIL, FOR_EXPERIENCE, FOR_INDEPENDENCE, IN_HOSPITAL, RECEIVING
from ..market.ledger import line, pay, pay_provider, provider_pays
from ..market.providers import on_cost, paid_share, weeks_kept
from ..market.state import clients_of

FEES = line("council", "providers", "fees")
EMERGENCY = line("council", "providers", "emergency purchase")
OWN_SERVICE = line("council", "providers", "service of last resort")
OUTCOME = line("council", "providers", "outcome payments")
PANEL_WAGES = line("council", "providers", "citizens' panel")
RETAINERS = line("council", "providers", "retainers")
UNUSED = line("council", "providers", "block hours unused")
CLAIMED_BACK = line("providers", "council", "clipped time claimed back")
CONTRIBUTIONS = line("clients", "council", "client contributions")
MONITORING = line("council", "suppliers", "monitoring")
BROKERAGE = line("council", "suppliers", "brokerage")
DISPUTES = line("council", "suppliers", "disputes")
THEIR_DISPUTES = line("providers", "suppliers", "disputes")
STEWARDSHIP = line("council", "suppliers", "stewardship")
FORUMS = line("council", "suppliers", "forums")
NETWORK = line("council", "suppliers", "network")
CONNECTORS = line("council", "suppliers", "connectors")
FRONT_DOOR = line("council", "suppliers", "front door")
REABLEMENT = line("council", "suppliers", "reablement")
PANEL = line("council", "suppliers", "citizens' panel")
ADMISSIONS = line("nhs", "suppliers", "hospital admissions")
GRANT = line("treasury", "council", "fair pay grant")
NIGHTS = line("nhs", "suppliers", "delayed nights")


@process
def council_pays(market, parameters, policy, draws):
    """Fees by payment basis, what is paid above them in an emergency, block hours unused, retainers, outcome payments;
    what was billed for time that is found to be clipped is claimed back with a penalty; the cost of commissioning; and
    what disputes over packages cost either side.
    The Treasury gives what it gives towards a Fair Pay Agreement for each hour delivered.

    What its own service cost last week the council pays. A fresh page begins for what each provider earns and spends.
    """
    p, prices = parameters[0], market.prices[0]
    clients, providers = clients_of(market), market.providers
    councils = len(market.commissioners)
    away = np.zeros(len(providers))
    for j in range(len(providers)):
        providers[j].above_rate = 0.0
    for i in range(len(clients)):
        c = clients[i]
        if c.emergency > 0 and c.status == RECEIVING:
            providers[c.provider].above_rate += c.delivered * market.rounds[i].above_rate
        if c.status == IN_HOSPITAL and c.kept == 1 and c.provider >= 0 and c.payer == COUNCIL:
            away[c.provider] += c.hours
    due, funded = np.zeros(councils), np.zeros(councils)
    for j in range(len(providers)):
        r = providers[j]
        owed = r.cost * r.last_resort
        r.revenue = 0.0
        r.cost = 0.0
        pay_provider(market.ledger, r, OWN_SERVICE, owed)
        lever, council = policy[r.council], market.commissioners[r.council]
        hours_away = away[j] if weeks_kept(lever, p) > 0.0 else 0.0
        r.above_rate = np.rint(r.above_rate * paid_share(lever, p) * 100.0) / 100.0
        due[r.council] += fees_are_paid(
            market.ledger, r, hours_away, lever, council, market.counts[r.council], prices, p
        )
        funded[r.council] += r.delivered_council
        provider_pays(market.ledger, r, THEIR_DISPUTES, r.disputes * p.trust_dispute_cost * prices.price_index)
    for k in range(councils):
        pay(market.ledger, k, CONTRIBUTIONS, p.money_client_contribution_share * due[k])
        pay(market.ledger, k, GRANT, prices.fair_pay_grant * funded[k])
        commissioning_is_paid(market, k, policy[k], p)


@compiled
def fees_are_paid(ledger, provider, hours_away, lever, council, counts, prices, p):
    """What the council owes a provider this week. Returns the fees due before any part depends on outcomes, £.

    That part is paid in proportion to the reported outcome over the baseline's: the measured one, and what is only
    reported.
    """
    r = provider
    hours = r.delivered_council * paid_share(lever, p)
    pay_provider(ledger, r, FEES, hours * r.rate * (1.0 - lever.contract_outcome_share))
    pay_provider(ledger, r, EMERGENCY, r.above_rate)
    if lever.contract_outcome_share > 0.0:
        if lever.contract_outcome_measure == FOR_EXPERIENCE:
            measured = r.experience / council.experience_reference
        elif lever.contract_outcome_measure == FOR_INDEPENDENCE:
            measured = r.independence / p.outcome_independence_reference
        else:
            measured = r.connection / p.outcome_connection_reference
        shown = min(max(measured, 0.0), p.outcome_highest_score)
        r.outcome_score = min(max(measured + p.outcome_reporting * r.only_reported, 0.0), p.outcome_highest_score)
        at_stake = hours * r.rate * lever.contract_outcome_share
        counts.outcomes_overpaid += at_stake * (r.outcome_score - shown)
        pay_provider(ledger, r, OUTCOME, at_stake * r.outcome_score)
    pay_provider(ledger, r, PANEL_WAGES, hours * max(council.pot_wages, 0.0) * on_cost(r, prices, p))
    pay_provider(ledger, r, RETAINERS, hours_away * r.rate * p.contract_retainer_share)
    provider_pays(ledger, r, CLAIMED_BACK, r.clip_found * r.rate * (1.0 + p.clipping_penalty))
    if r.contracted == 1 and r.open == 1 and r.closing == 0:
        promised = lever.contract_guaranteed_volume * r.contracted_hours
        unused = max(promised - (hours + hours_away), 0.0) * min(1.0, r.capacity / max(promised, 1.0))
        pay_provider(ledger, r, UNUSED, unused * r.rate)
    return hours * (r.rate if r.last_resort == 0 else council.fee)


@step
def commissioning_is_paid(market, c, lever, p):
    """What commissioning costs a council this week, and what its people's hospital care costs the NHS.

    A check costs more the less trust there is (M45); brokerage is paid for each package placed and for those chased.
    """
    counts, index = market.counts[c], market.prices[0].price_index
    contracted = 0.0
    trust = 0.0
    people = 0.0
    for j in range(len(market.providers)):
        r = market.providers[j]
        if r.council == c and r.contracted == 1 and r.open == 1:
            contracted += 1.0
            trust += r.trust
            people += r.clients
    checks = lever.stewardship_monitoring * people * 12.0 / 52.0
    check_cost = p.commissioning_check_cost * (1.0 + p.trust_monitoring_effect * (0.5 - trust / max(contracted, 1.0)))
    books = lever.stewardship_open_book * p.commissioning_open_book_cost * contracted
    pay_checks = lever.stewardship_pay_checks * p.commissioning_pay_check_cost * contracted
    packages = counts.placed_council + p.commissioning_chase_share * counts.waited
    connectors = lever.community_connectors_fte + market.commissioners[c].pot_connectors
    learning = (
        lever.stewardship_learning_capture * p.commissioning_learning_cost
        + lever.stewardship_network * p.commissioning_network_cost
    )
    pay(market.ledger, c, MONITORING, (checks * check_cost + (books + pay_checks) / 52.0) * index)
    pay(market.ledger, c, BROKERAGE, packages * p.commissioning_brokerage_cost * index)
    pay(market.ledger, c, DISPUTES, counts.disputes * p.trust_dispute_cost * index)
    pay(market.ledger, c, STEWARDSHIP, lever.stewardship_capacity_fte * p.commissioning_fte_cost / 52.0 * index)
    pay(market.ledger, c, FORUMS, lever.stewardship_forum_per_year * p.commissioning_forum_cost / 52.0 * index)
    pay(market.ledger, c, NETWORK, learning / 52.0 * index)
    pay(market.ledger, c, CONNECTORS, connectors * p.commissioning_connector_cost / 52.0 * index)
    pay(market.ledger, c, FRONT_DOOR, counts.conversations * p.commissioning_conversation_cost * index)
    episodes = counts.reablement_weeks / p.reablement_weeks
    pay(market.ledger, c, REABLEMENT, episodes * p.commissioning_reablement_cost * index)
    pay(market.ledger, c, PANEL, (lever.stewardship_citizens_share > 0.0) * p.commissioning_panel_cost / 52.0 * index)
    pay(market.ledger, c, ADMISSIONS, counts.admissions * p.money_admission_cost * index)
    pay(market.ledger, c, NIGHTS, counts.delayed_nights * p.money_delayed_night_cost * index)
