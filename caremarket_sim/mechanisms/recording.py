"""ODD 10: the week is recorded; the year's sums of each person go to breakdowns by group."""

import numpy as np

from ..compiled import compiled, entry, step
from ..compiled.arithmetic import middle
from ..compiled.draws import key_of, process_code
from ..compiled.hashing import normal_quantile, uniform
from ..compiled.memory import look_ahead
from ..compiled.process import guard, process, when
from ..market.codes import (
    COUNCIL,
    DIED,
    DIVERTED,
    FIT,
    GOOD,
    IN_CARE_HOME,
    IN_HOSPITAL,
    IN_POST,
    IN_REABLEMENT,
    INTERIM,
    LEFT,
    RECEIVING,
    RECOVERED,
    STEP_DOWN,
    UNRATED,
    WAITING,
    WARD,
)
from ..market.providers import fee_left_over
from ..market.record import CLIENT_SUMS, FIRST_COUNT, FIRST_LINE, LINE_PLACES, STAFF_SUMS
from ..market.state import clients_of, followed_of, week_of, workers_of
from ..market.tidy import tidy_rows
from ..market.workers import income_spread

SURVEY = process_code("satisfaction_survey")


@process
def the_week_is_recorded(market, parameters, policy, draws):
    """Write the week's row of the record: sums over people and care workers, values of providers, what happened, what
    was paid."""
    p = parameters[0]
    at = week_of(market) % len(market.series)
    market.series_values[at, :, :] = 0.0
    sum_clients(market, at, p)
    sum_followed(market, at)
    sum_workers(market, at, p)
    for c in range(len(market.commissioners)):
        row, values = market.series[at, c], market.series_values[at, c]
        record_providers(market, c, policy[c], p, row)
        row.posts = max(row.posts, row.staff)  # who closes plans no posts, and those of its staff are filled
        row.weeks = 1.0
        row.package_share = market.commissioners[c].package_share
        row.referred = market.commissioners[c].referred
        row.died = market.commissioners[c].died
        for n in range(market.count_values.shape[1]):
            values[FIRST_COUNT + n] = market.count_values[c, n]
        for n in range(len(LINE_PLACES)):
            values[FIRST_LINE + n] = market.ledger[c, LINE_PLACES[n]] / 100.0
        if week_of(market) % 52 == 26:
            row.surveys = 1.0
            row.satisfied = satisfied_share(market, c, p, key_of(draws, SURVEY))


@step
def sum_clients(market, at, p):
    """Add up what people who draw on care had this week."""
    clients = clients_of(market)
    for i in range(len(clients)):
        look_ahead(clients, i)
        c = clients[i]
        if c.status == LEFT:
            continue
        r = market.series[at, c.council]
        council = c.payer == COUNCIL
        r.people += 1.0
        r.people_council += council
        r.unpaid_carers += c.unpaid_carer
        r.unpaid_strain += c.unpaid_carer * c.unpaid_strain
        worse = p.unpaid_quality_effect * (c.unpaid_strain - p.unpaid_usual_strain)
        r.unpaid_quality += c.unpaid_carer * min(max(p.unpaid_quality - worse, 0.0), 12.0)
        r.followed += 1.0
        r.quality_followed += c.quality_of_life
        r.connection += c.connection
        r.lonely += c.connection < p.connection_lonely_line
        r.due += c.due  # of this week, whatever has become of the person since, as where a provider closed
        r.delivered += c.delivered
        r.delivered_council += council * c.delivered
        r.visits_due += c.visits_due
        r.missed += c.missed
        r.late += c.late
        if c.status == RECEIVING:
            r.receiving += 1.0
            r.receiving_council += council
            r.experience += c.experience
            r.continuity += c.continuity
            r.carers_fortnight += c.carers_fortnight
            r.package_fit += c.package_fit
            if council:
                r.hours_council += c.hours
                r.hours_emergency += c.hours * (c.emergency > 0)
            else:
                r.hours_self += c.hours
        elif c.status == WAITING:
            r.waiting += 1.0
            r.waiting_council += council
            r.hours_waiting += c.hours
        elif c.status == FIT:
            r.fit += c.bed == WARD
            r.step_down += c.bed == STEP_DOWN
            r.interim += c.bed == INTERIM
        elif c.status == IN_HOSPITAL:
            r.in_hospital += 1.0
        elif c.status == IN_REABLEMENT:
            r.in_reablement += 1.0


@step
def sum_followed(market, at):
    """Add up where people are who draw on homecare no longer, and their quality of life there."""
    people = followed_of(market)
    for i in range(len(people)):
        c = people[i]
        if c.state == DIED or c.state == LEFT:
            continue
        r = market.series[at, c.council]
        r.followed += 1.0
        r.quality_followed += c.quality_of_life
        if c.state == IN_CARE_HOME:
            r.in_care_home += 1.0
            r.in_care_home_council += c.home_payer == COUNCIL
        elif c.state == DIVERTED:
            r.diverted += 1.0
        elif c.state == RECOVERED:
            r.recovered += 1.0


@step
def sum_workers(market, at, p):
    """Add up what care workers in post had this week."""
    workers = workers_of(market)
    real_living_wage = market.prices[0].real_living_wage
    for i in range(len(workers)):
        w = workers[i]
        if w.status != IN_POST:
            continue
        r = market.series[at, market.providers[w.provider].council]
        r.in_post += 1.0
        r.zero_hours += w.guaranteed == 0.0
        r.volatility += w.volatility
        r.effective_pay += w.effective_pay
        r.guaranteed += w.guaranteed
        r.bad_weeks += w.week_pay < p.pay_bad_week_share * w.pay * w.hours_wanted
        r.income_spread += income_spread(w)
        r.contact += w.contact
        r.travel += w.travel
        r.strain += w.strain
        r.long_held += w.tenure >= 52.0
        r.above_real_living_wage += w.effective_pay >= real_living_wage
        r.wages += w.week_pay


@step
def record_providers(market, council, lever, p, out):
    """Numbers, sizes, margins, trust and ratings of a council's providers; contracted ones weigh by its hours."""
    providers = market.providers
    contracted = np.empty(len(providers))
    private = np.empty(len(providers))
    n_council = 0
    n_private = 0
    hours = 0.0
    weight = 0.0
    for j in range(len(providers)):
        r = providers[j]
        if r.council != council:
            continue
        hours += r.delivered
        out.agency += r.agency
        out.office += r.office
        out.quality_latent += r.delivered * r.quality
        if r.open == 0:
            continue
        out.posts += r.posts
        out.staff += r.staff
        out.onboarding += r.onboarding
        out.rated += r.rating != UNRATED
        out.rated_good += r.rating >= GOOD
        if r.contracted == 1:
            contracted[n_council] = r.margin
            n_council += 1
            weight += r.council_hours
            out.trust += r.council_hours * r.trust
            out.practice += r.council_hours * r.practice
            out.fee += r.council_hours * r.rate
            out.marginal_margin += r.council_hours * fee_left_over(r, lever, p)
            out.promised += r.council_hours * r.promised
            out.realised += r.council_hours * r.realised
        elif r.last_resort == 0:
            private[n_private] = r.margin
            n_private += 1
    record_shares(providers, council, hours, out)
    out.weeks_held = weight > 0.0
    weight = max(weight, 1e-9)  # whoever holds no contract divides by nothing
    out.trust /= weight
    out.practice /= weight
    out.fee /= weight
    out.marginal_margin /= weight
    out.promised /= weight
    out.realised /= weight
    out.quality_latent /= max(hours, 1.0)
    out.contracted_open = n_council
    out.private_open = n_private
    out.median_margin = middle(contracted[:n_council]) if out.weeks_held > 0.0 else 0.0
    out.private_margin = middle(private[:n_private]) if n_private > 0 else 0.0
    out.weeks_delivered = hours > 0.0


@compiled
def record_shares(providers, council, hours, out):
    """The largest provider's share of the hours delivered, and how concentrated they are."""
    for j in range(len(providers)):
        share = providers[j].delivered / max(hours, 1.0) * (providers[j].council == council)
        out.largest_share = max(out.largest_share, share)
        out.concentration += share * share


@step
def satisfied_share(market, council, p, key):
    """Share of people receiving care who would say extremely or very satisfied: a noisy reading of experience."""
    yes = 0.0
    asked = 0.0
    clients = clients_of(market)
    for i in range(len(clients)):
        c = clients[i]
        if c.status == RECEIVING and c.council == council:
            asked += 1.0
            noise = p.experience_survey_noise * normal_quantile(uniform(key, c.number, 0))
            yes += c.experience + noise > p.experience_satisfied_line
    return yes / max(asked, 1.0)


@guard
def the_year_ends(market, parameters, policy, draws):
    """Whether this is the last week before April."""
    return week_of(market) % 52 == 51


@when(the_year_ends)
def the_year_is_summed(market, parameters, policy, draws):
    """At the year's end each group is added up, and rows of those who have gone are dropped."""
    market.breakdowns.append(sums_by_group(market))
    tidy_rows(market)


def groups(zones) -> list[tuple[str, str]]:
    """Every group of every breakdown: (dimension, label)."""
    return [
        *(("zone", str(name)) for name in zones["name"]),
        *(("deprivation", f"fifth {fifth} of 5" + {1: ", least deprived", 5: ", most deprived"}.get(fifth, ""))
          for fifth in range(1, 6)),
        *(("age", label) for label in ("under 65", "65 to 74", "75 to 84", "85 and over")),
        *(("need", label) for label in ("under 8 hours a week", "8 to 20 hours a week", "over 20 hours a week")),
        *(("payer", label) for label in ("council", "self-funder")),
        *(("contract", label) for label in ("zero-hours", "guaranteed hours")),
    ]  # fmt: skip


def sums_by_group(market) -> np.ndarray:
    """The year's sums of people and of care workers for each group, as (groups, client sums then worker sums).

    A zone belongs to one council; all other groups are of all councils together.
    """
    clients, followed, workers, zones = market.clients, market.followed, market.workers, market.zones
    count = len(zones)
    fifth = zones["fifth"]
    elsewhere = [CLIENT_SUMS.index("sum_followed"), CLIENT_SUMS.index("sum_quality")]
    total = count + 5 + 4 + 3 + 2 + 2
    out = np.full((total, len(CLIENT_SUMS) + len(STAFF_SUMS)), np.nan)
    start = 0
    first = len(CLIENT_SUMS)
    here, there = _by_dimension(clients, fifth), _by_dimension(followed, fifth)
    for size, group, other in zip((count, 5, 4, 3, 2), here, there, strict=True):
        out[start : start + size, :first] = _sums(clients.year, group, size)
        for column in elsewhere:
            out[start : start + size, column] += np.bincount(other, getattr(followed, CLIENT_SUMS[column]), size)
        start += size
    out[:count, first:] = _sums(workers.year, workers.zone, count)
    out[count : count + 5, first:] = _sums(workers.year, fifth[workers.zone], 5)
    zero = workers.sum_zero / np.maximum(workers.sum_weeks, 1.0)
    for label, share in ((0, zero), (1, 1.0 - zero)):
        for column, name in enumerate(STAFF_SUMS):
            out[start + label, first + column] = float((getattr(workers, name) * share).sum())
    out[start, first + STAFF_SUMS.index("sum_left")] = workers.sum_left_zero.sum()
    out[start + 1, first + STAFF_SUMS.index("sum_left")] = (workers.sum_left - workers.sum_left_zero).sum()
    for year in (clients.year, workers.year):
        year.view(np.float64)[:] = 0.0
    followed.sum_followed = followed.sum_quality = 0.0
    return out


def _by_dimension(people, fifth):
    """Zone, deprivation, age, need and payer of everybody, as numbers of groups."""
    need = np.searchsorted(np.array([8.0, 20.0]), people.need_hours)
    return people.zone, fifth[people.zone], people.age_group, need, people.payer


def _sums(year, group, count):
    """The year's sums of everybody in each of so many groups; `group` has a number for each person."""
    sums = np.zeros((count, len(year.dtype)))
    add_up(year.view(np.float64).reshape(len(year), len(year.dtype)), group.astype(np.int64), sums)
    return sums


@entry
def add_up(values, group, sums):
    """Add each person's row of `values` to the row of `sums` that belongs to the person's group."""
    for i in range(len(values)):
        for column in range(values.shape[1]):
            sums[group[i], column] += values[i, column]
