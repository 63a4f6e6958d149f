"""ODD 3: the week as a list of sentences."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from .compiled.draws import draws_of
from .compiled.process import Steps
from .market.market import Market
from .market.table import as_bytes
from .mechanisms.absence import carers_take_leave_and_fall_sick
from .mechanisms.accounts import providers_know_their_costs, providers_settle_accounts
from .mechanisms.beds import people_wait_in_other_beds
from .mechanisms.budget import budget_is_checked, council_counts_its_spend
from .mechanisms.care_homes import care_homes_are_paid
from .mechanisms.clipping import visits_are_clipped
from .mechanisms.clock import time_passes
from .mechanisms.closing import providers_close
from .mechanisms.connection import connections_form
from .mechanisms.contract_offers import contracts_convert, providers_offer_contracts
from .mechanisms.contracts import contracts_start, packages_move, policy_takes_effect
from .mechanisms.conversion import staff_take_over
from .mechanisms.distribution import providers_distribute_surplus
from .mechanisms.enforcement import providers_weigh_the_law, the_law_is_enforced
from .mechanisms.entry import agencies_join_the_list, firms_consider_coming, providers_enter
from .mechanisms.experience import care_is_experienced
from .mechanisms.fee_review import council_reviews_fees
from .mechanisms.fees import council_uprates_fees
from .mechanisms.following import people_live_on_elsewhere
from .mechanisms.guaranteed_hours import guaranteed_hours_are_offered
from .mechanisms.hand_backs import providers_hand_back
from .mechanisms.hospital import people_become_fit_to_leave_hospital, people_go_to_hospital
from .mechanisms.last_resort import council_cuts_its_service, council_opens_its_service
from .mechanisms.leaving import carers_leave
from .mechanisms.leaving_care import people_leave_care
from .mechanisms.managers import managers_come_and_go
from .mechanisms.needs import needs_change
from .mechanisms.outcomes import providers_work_for_outcomes
from .mechanisms.panel import citizens_are_heard
from .mechanisms.pay import providers_set_pay
from .mechanisms.payments import council_pays
from .mechanisms.posts import providers_plan_posts, staff_are_counted
from .mechanisms.practice import practice_spreads
from .mechanisms.quality import quality_drifts
from .mechanisms.reablement import people_relearn, who_was_helped_comes_back
from .mechanisms.recording import the_week_is_recorded, the_year_is_summed
from .mechanisms.recruitment import providers_recruit, recruits_start
from .mechanisms.referral import people_are_referred
from .mechanisms.regulator import regulator_inspects
from .mechanisms.renegotiation import low_bids_are_put_right
from .mechanisms.rostering import visits_are_rostered
from .mechanisms.self_funders import providers_set_prices, self_funders_choose
from .mechanisms.social_value import social_value_is_counted
from .mechanisms.sourcing import packages_are_sourced
from .mechanisms.steering import council_steers
from .mechanisms.tender import contracts_run_out, council_tenders, gaps_are_filled
from .mechanisms.training import carers_train
from .mechanisms.trust import trust_moves
from .mechanisms.unpaid_carers import unpaid_carers_break_down, unpaid_carers_cope
from .mechanisms.wages import carers_are_paid
from .mechanisms.wellbeing import quality_of_life_responds
from .parameters import Numbers
from .policy import ROW_TYPE

PROCESSES = (
    time_passes,
    policy_takes_effect,
    people_relearn,
    who_was_helped_comes_back,
    people_are_referred,
    providers_work_for_outcomes,
    unpaid_carers_break_down,
    needs_change,
    people_go_to_hospital,
    people_become_fit_to_leave_hospital,
    people_leave_care,
    council_uprates_fees,
    low_bids_are_put_right,
    contracts_run_out,
    council_tenders,
    contracts_start,
    packages_move,
    gaps_are_filled,
    providers_weigh_the_law,
    self_funders_choose,
    council_opens_its_service,
    council_cuts_its_service,
    packages_are_sourced,
    people_wait_in_other_beds,
    providers_set_pay,
    providers_offer_contracts,
    managers_come_and_go,
    carers_leave,
    contracts_convert,
    staff_are_counted,
    providers_plan_posts,
    providers_recruit,
    recruits_start,
    carers_train,
    carers_take_leave_and_fall_sick,
    visits_are_rostered,
    visits_are_clipped,
    care_is_experienced,
    connections_form,
    quality_of_life_responds,
    unpaid_carers_cope,
    people_live_on_elsewhere,
    quality_drifts,
    care_homes_are_paid,
    council_pays,
    carers_are_paid,
    guaranteed_hours_are_offered,
    providers_settle_accounts,
    providers_know_their_costs,
    providers_set_prices,
    social_value_is_counted,
    providers_distribute_surplus,
    the_law_is_enforced,
    providers_hand_back,
    staff_take_over,
    providers_close,
    firms_consider_coming,
    providers_enter,
    agencies_join_the_list,
    regulator_inspects,
    trust_moves,
    practice_spreads,
    citizens_are_heard,
    council_counts_its_spend,
    council_steers,
    council_reviews_fees,
    budget_is_checked,
    the_week_is_recorded,
    the_year_is_summed,
)
"""The week, in order: each process sees what those before it did. Most are compiled, and follow one another without
Python; those that are rare and varied are written in Python and called when they have something to do. One written in
plain Python can be put anywhere among them."""


def one_week(market: Market, parameters, decided, seed: int, processes=PROCESSES) -> None:
    """Simulate one week.

    `parameters` and `decided` are `Numbers`: the model's numbers, and the levers that the council has decided. Those in
    force, which processes see as `policy`, follow with the contract.
    """
    as_bytes(market.asked)[:] = as_bytes(decided.row)
    draws = draws_of(seed, market.week)
    steps = THE_WEEK if processes is PROCESSES else steps_of(tuple(processes))
    place = 0
    while place < len(processes):
        place = steps.go_on(place, market.state, parameters.row, market.levers, draws)
        market.catch_up()
        if place < len(processes):
            processes[place](market, parameters, _in_force(market.levers.tobytes()), draws)
            place += 1
    market.week += 1


@lru_cache(maxsize=64)
def steps_of(processes: tuple[Callable[..., None], ...]) -> Steps:
    """The processes as compiled code takes them; made once for each list."""
    return Steps(processes)


THE_WEEK = steps_of(PROCESSES)


@lru_cache(maxsize=64)
def _in_force(levers: bytes) -> Numbers:
    """The levers in force as numbers; made once for each set."""
    return Numbers(np.frombuffer(levers, ROW_TYPE).copy())
