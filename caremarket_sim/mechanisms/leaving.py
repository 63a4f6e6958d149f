"""ODD 7.12 Leaving: which care workers leave, and where they go."""

import math

import numpy as np

from ..compiled import compiled, entry
from ..compiled.draws import key_of, process_code
from ..compiled.hashing import uniform
from ..compiled.memory import look_ahead
from ..compiled.process import process
from ..market.codes import GONE, IN_POST, POOL
from ..market.providers import growth_of
from ..market.state import workers_of
from ..market.workers import count_as_leaver, end_job, volatility_felt, yearly_to_weekly

LEAVE = process_code("carers_leave")
SEEN = np.dtype((np.record, [("logits", "f8"), ("zero", "f8"), ("others", "f8")]))
"""Sums over a council's care workers: log-odds of leaving, and volatility of those on zero-hours and of the others."""


@process
def carers_leave(market, parameters, policy, draws):
    """Weekly chance 1 − (1 − p)^(1/52) of leaving (E4); most stay in the sector, in the pool between jobs (M16), unless
    they are of an age to retire. Who is between jobs may give up looking.

    Counts care workers in post, of whom on zero-hours, how many were to be expected to leave, how many left, and of
    whom on zero-hours.
    """
    p = parameters[0]
    key = key_of(draws, LEAVE)
    workers, providers = workers_of(market), market.providers
    seen = np.zeros(len(market.commissioners), SEEN)
    for j in range(len(providers)):
        providers[j].leavers = 0.0
    for w in range(len(workers)):
        look_ahead(workers, w)
        r = workers[w]
        if r.status == POOL:
            if uniform(key, r.number, 2) < p.recruitment_pool_abandon_rate:
                r.status = GONE
            continue
        if r.status != IN_POST:
            continue
        provider = providers[r.provider]
        c = provider.council
        counts = market.counts[c]
        zero = r.guaranteed == 0.0
        counts.weeks_in_post += 1.0
        counts.weeks_zero += zero
        outside_pay = market.prices[0].outside_pay * policy[c].shocks_outside_pay
        logit = leaving_logit(r, provider, outside_pay, market.commissioners[c], p)
        weekly = yearly_to_weekly(logit)
        who_is_there(seen[c], logit, zero, r.volatility)
        counts.expected_leavers += weekly
        if uniform(key, r.number, 0) < weekly:
            counts.leavers += 1.0
            counts.leavers_in_post += 1.0
            counts.leavers_zero += zero
            provider.leavers += 1.0
            count_as_leaver(market.worker_year[w], zero)
            retires = r.age > p.leaving_retirement_age
            end_job(r, 0.0 if retires else p.leaving_stay_in_sector_share, uniform(key, r.number, 1))
    for c in range(len(seen)):
        certainty_is_seen(market.commissioners[c], market.counts[c], seen[c], p)


@compiled
def who_is_there(seen, logit, zero, volatility):
    """Add somebody in post to the sums of their council."""
    seen.logits += logit
    seen.zero += zero * volatility
    seen.others += (1.0 - zero) * volatility


@compiled
def certainty_is_seen(council, counts, seen, p):
    """What providers know of how many leave, and of how hours vary with a guarantee and without, follows this week."""
    others = counts.weeks_in_post - counts.weeks_zero
    if counts.weeks_in_post > 0.0:
        council.leaving_usual += p.contract_cuts_memory * (seen.logits / counts.weeks_in_post - council.leaving_usual)
    if counts.weeks_zero > 0.0:
        council.volatility_zero += p.contract_cuts_memory * (seen.zero / counts.weeks_zero - council.volatility_zero)
    if others > 0.0:
        council.volatility_guaranteed += p.contract_cuts_memory * (seen.others / others - council.volatility_guaranteed)


@compiled
def leaving_logit(worker, provider, outside_pay, council, p):
    """Annual log-odds of leaving (E4): effective pay against outside pay (M1, M9), volatility and shortfall of hours
    (M4, M5), tenure (M6), age (M7) and retirement, distance (M8), training and qualification (M10, M11), values (M12),
    manager (M13), shrinking or growing provider (M14), voice (M18), if only in what was designed together, strain, and
    what the employer is lastingly like beyond all that. Zero-hours has no term of its own."""
    logit = council.leaving_intercept
    on_duty = math.log(max(worker.effective_pay, 1.0) / outside_pay)
    agreed = math.log(worker.pay / outside_pay)
    logit += p.leaving_pay_effect * (agreed + p.leaving_travel_salience * (on_duty - agreed))
    logit += volatility_felt(worker.volatility, worker.flexibility, council.volatility_reference, p)
    logit += p.leaving_shortfall_effect * worker.shortfall
    if worker.tenure < 52.0:
        logit += p.leaving_first_year
    elif worker.tenure > p.leaving_long_tenure_weeks:
        logit -= p.leaving_long_tenure
    logit -= p.leaving_age_effect * (worker.age - p.leaving_age_reference) / p.leaving_age_span
    logit += p.leaving_retirement_effect * max(worker.age - p.leaving_retirement_age, 0.0)
    logit += p.leaving_distance_effect * math.log(max(worker.commute, p.leaving_nearest) / p.leaving_distance_reference)
    logit -= p.leaving_training_effect * math.log((1.0 + worker.training) / (1.0 + p.leaving_training_reference))
    if worker.qualified:
        logit -= p.leaving_qualification_effect
    logit -= p.leaving_values_effect * 2.0 * (worker.values_match - 0.5)
    if provider.manager_away > 0:
        logit += p.leaving_no_manager_effect
    logit -= p.leaving_manager_effect * (provider.manager_quality - 0.5)
    logit += p.leaving_employer_spread * provider.as_employer
    growth = min(max(growth_of(provider, p), -p.leaving_growth_limit), p.leaving_growth_limit)
    logit -= (p.leaving_contraction_effect if growth < 0.0 else p.leaving_expansion_effect) * growth
    heard = p.leaving_design_voice * min(council.codesigned, 1.0) * provider.contracted
    logit += math.log(p.leaving_voice_ratio) * max(provider.voice, heard)
    logit += p.leaving_strain_effect * worker.strain
    return logit


@entry
def leaving_logits(market, parameters, policy):
    """Each care worker's annual log-odds of leaving, 0 for those not in post: for taking a difference in turnover
    apart."""
    p = parameters[0]
    workers = workers_of(market)
    logits = np.zeros(len(workers))
    for w in range(len(workers)):
        r = workers[w]
        if r.status == IN_POST:
            provider = market.providers[r.provider]
            outside_pay = market.prices[0].outside_pay * policy[provider.council].shocks_outside_pay
            logits[w] = leaving_logit(r, provider, outside_pay, market.commissioners[provider.council], p)
    return logits
