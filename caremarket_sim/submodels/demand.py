"""ODD 7.1 Demand: who is referred, how needs change, who leaves care."""

import math

import numpy as np

from ..entities import COUNCIL, SELF_FUNDER
from ..kernels import people

MOST_DEMAND = 2.0
"""Referrals in the queue over those at neutral demand: the top of the bounds of `shocks.demand`."""
NUMBERS_A_WEEK = 10_000


def first_referral(week: int, payer: int) -> int:
    """First permanent number in a week's queue of referrals of a payer; the same in every scenario."""
    return (week + 1_000_000) * NUMBERS_A_WEEK + payer * (NUMBERS_A_WEEK // 2)


def people_are_referred(market, parameters, policy, draws):
    """A queue of referrals is made from place and date alone; policy decides who of them comes and who is diverted.

    Poisson around the level that held the present numbers steady, with a winter peak. The queue holds twice the
    neutral demand, thinned by `shocks.demand` with each person's own draw.
    """
    p = parameters
    commissioner = market.commissioners.rows[0]
    key, attributes = draws.key("people_are_referred"), draws.fixed("born")
    season = 1.0 + p.demand_winter_peak * math.cos(2.0 * math.pi * (market.week - p.demand_winter_week) / 52.0)
    growth = (1.0 + market.growth) ** (max(market.week, 0) / 52.0)
    first = market.clients.count
    factors = commissioner["referral_factor"], commissioner["self_referral_factor"]
    numbers, payers = people.referred(
        np.array([first_referral(market.week, payer) for payer in (COUNCIL, SELF_FUNDER)]),
        np.array([MOST_DEMAND * factor * season * growth for factor in factors]),
        policy.shocks_demand / MOST_DEMAND,
        key,
        draws.key("referral_is_made"),
    )
    people.born_clients(
        market.clients.add(len(numbers)),
        market.clients.rounds[first:],
        market.clients.known[first:],
        numbers,
        payers,
        market.zones["council_referrals"],
        market.zones["self_referrals"],
        parameters.row,
        attributes,
    )
    market.counts["referrals"] += len(numbers)
    conversations, episodes, diverted = people.meet_the_front_door(
        market.clients.rows, first, parameters.row, policy.row, draws.fixed("meet_the_front_door"), key
    )
    market.counts["conversations"] += conversations
    market.counts["reablement_episodes"] += episodes
    market.counts["diverted"] += diverted


def needs_change(market, parameters, policy, draws):
    """Needs drift up, and packages follow need, the shortest visit allowed and what the council can pay."""
    commissioner = market.commissioners.rows[0]
    people.needs_change(
        market.clients.rows,
        market.providers.rows,
        parameters.row,
        policy.row,
        commissioner["package_share"] * (1.0 + commissioner["pot_hours"]),
        draws.key("needs_change"),
    )


def people_leave_care(market, parameters, policy, draws):
    """People die, move to a care home, or recover."""
    deaths, moves, recoveries, council, self_funders = people.leave_care(
        market.clients.rows, parameters.row, draws.key("people_leave_care")
    )
    market.counts["deaths"] += deaths
    market.counts["care_home_moves"] += moves
    market.counts["recoveries"] += recoveries
    market.counts["expected_to_leave_council"] += council
    market.counts["expected_to_leave_self"] += self_funders
