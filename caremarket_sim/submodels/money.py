"""ODD 7.10 Money: what the council, people, the NHS and the Treasury pay, and what providers earn and spend.

Every pound paid is a pound received: payments go through `Market.pay`, which posts the same pence on both sides.
"""

import numpy as np

from .. import costs
from ..arithmetic import total
from ..kernels import accounts, staff

OWED_BY_COUNCIL = tuple(
    ("council", "providers", purpose)
    for purpose in ("fees", "outcome payments", "citizens' panel", "retainers", "block hours unused")
)
"""What the council owes providers, in the order in which `accounts.council_owes` reckons it."""
SETTLED_BY_PROVIDERS = (
    ("self-funders", "providers", "self-funded care"),
    ("providers", "workers", "wages"),
    ("providers", "workers", "sick pay"),
    ("providers", "workers", "holiday pay"),
    ("providers", "treasury", "employer charges"),
    ("providers", "workers", "mileage"),
    ("providers", "workers", "office cover"),
    ("providers", "suppliers", "agency staff"),
    ("providers", "suppliers", "overhead"),
    ("providers", "suppliers", "recruitment"),
    ("providers", "suppliers", "training"),
)
"""What providers are paid for self-funded care, and what they owe, in the order in which `accounts.providers_settle`
reckons it."""


def council_pays(market, parameters, policy, draws):
    """Fees by payment basis, block hours unused, retainers, outcome payments; and the cost of commissioning."""
    p = parameters
    providers, counts = market.providers, market.counts
    commissioner = market.commissioners
    owed = np.zeros((len(OWED_BY_COUNCIL), len(providers)))
    due, contracted, trust, people = accounts.council_owes(
        market.clients.rows,
        providers.rows,
        commissioner.rows,
        p.row,
        policy.row,
        costs.paid_share(policy, p),
        costs.on_cost(p),
        owed,
    )
    market.pay_each(OWED_BY_COUNCIL, owed)
    index = market.prices["price_index"]
    commissioning = commissioning_costs(market, p, policy, contracted, trust, people)
    market.pay_all(
        {
            ("clients", "council", "client contributions"): p.money_client_contribution_share * due,
            **{("council", "suppliers", purpose): pounds * index for purpose, pounds in commissioning.items()},
            ("nhs", "suppliers", "hospital admissions"): counts["admissions"] * p.money_admission_cost * index,
            ("nhs", "suppliers", "delayed nights"): counts["delayed_nights"] * p.money_delayed_night_cost * index,
        }
    )
    spend = market.paid("council") - market.paid(None, "council")
    council = commissioner.rows[0]
    council["spend"] = spend
    council["quarter_spend"] += spend
    council["year_spend"] += spend


def commissioning_costs(market, p, lever, contracted, trust, people) -> dict[str, float]:
    """What commissioning costs the council this week, £ at the start's prices, by purpose.

    A check costs more the less trust there is (M45); brokerage is paid for each package placed and for those chased.
    `contracted` providers have together `trust`, and hold `people`.
    """
    counts = market.counts
    checks = lever.stewardship_monitoring * people * 12.0 / 52.0
    check_cost = p.commissioning_check_cost * (1.0 + p.trust_monitoring_effect * (0.5 - trust / max(contracted, 1.0)))
    books = lever.stewardship_open_book * p.commissioning_open_book_cost * contracted
    packages = counts["placed_council"] + p.commissioning_chase_share * counts["waited"]
    connectors = lever.community_connectors_fte + market.commissioners.pot_connectors[0]
    learning = (
        lever.stewardship_learning_capture * p.commissioning_learning_cost
        + lever.stewardship_network * p.commissioning_network_cost
    )
    return {
        "monitoring": checks * check_cost + books / 52.0,
        "brokerage": packages * p.commissioning_brokerage_cost,
        "stewardship": lever.stewardship_capacity_fte * p.commissioning_fte_cost / 52.0,
        "forums": lever.stewardship_forum_per_year * p.commissioning_forum_cost / 52.0,
        "network": learning / 52.0,
        "connectors": connectors * p.commissioning_connector_cost / 52.0,
        "front door": counts["conversations"] * p.commissioning_conversation_cost,
        "reablement": counts["reablement_episodes"] * p.commissioning_reablement_cost,
        "citizens' panel": (lever.stewardship_citizens_share > 0.0) * p.commissioning_panel_cost / 52.0,
    }


def providers_settle_accounts(market, parameters, policy, draws):
    """Providers are paid by people who fund themselves, and pay wages, travel, overhead, hiring, training, agency."""
    p = parameters
    providers, prices = market.providers, market.prices
    wages = np.zeros(len(providers))
    sick = np.zeros(len(providers))
    staff.pay_wages(
        market.workers.rows,
        market.workers.year,
        providers.rows,
        policy.row,
        prices["national_living_wage"],
        p.row,
        wages,
        sick,
    )
    due = np.zeros((len(SETTLED_BY_PROVIDERS), len(providers)))
    accounts.providers_settle(providers.rows, wages, sick, p.row, prices["price_index"], prices["wage_index"], due)
    market.pay_each(SETTLED_BY_PROVIDERS, due)
    market.pay("workers", "treasury", "income tax and benefits", (total(wages) + total(sick)) * p.money_treasury_share)
    accounts.close_the_week(providers.rows, p.row)
    if market.week % 52 == 51:
        accounts.trim_overhead(providers.rows, p.row)
    count_costs(market, parameters, policy)


def count_costs(market, parameters, policy):
    """What an hour costs each provider, which it knows when it bids, takes packages and opens its books."""
    index = market.prices["price_index"]
    p = parameters
    accounts.count_costs(market.providers.rows, p.row, policy.row, costs.on_cost(p), index, market.stewardship)
