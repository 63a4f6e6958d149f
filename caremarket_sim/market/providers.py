"""ODD 2: homecare agencies, and what an hour of care costs them (E8)."""

import numpy as np

from ..compiled import compiled, entry
from ..compiled.arithmetic import middle
from .codes import PATCH, PLANNED_TIME
from .motive import office_spending
from .table import Column, Table


class Providers(Table):
    """Homecare agencies, contracted to the council or private."""

    number = Column("i8", "", "permanent number; keys every draw")
    ownership = Column("i1", "code", "0 independent, 1 chain, 2 not-for-profit, 3 co-operative, 4 council's own")
    contracted = Column("i1", "0/1", "holds a contract with the council")
    last_resort = Column("i1", "0/1", "the council's own service, which takes what nobody else takes")
    council = Column("u1", "", "row of the council that the provider works for or in")
    open = Column("i1", "0/1", "trading")
    rating = Column("i1", "code", "0 not rated, 1 inadequate, 2 requires improvement, 3 good, 4 outstanding")
    won = Column("i1", "0/1", "holds a contract that has been awarded and not yet started")
    closing = Column("i4", "weeks", "weeks until it stops, 0 not closing")
    base_zone = Column("i4", "", "zone of its office")
    patch_count = Column("i4", "localities", "number of localities served")
    plan = Column("f8", "hours a week", "size that the owner can manage")
    contracted_hours = Column("f8", "hours a week", "volume awarded by the council")
    rate = Column("f8", "£ an hour", "council fee")
    price = Column("f8", "£ an hour", "price to people who pay for themselves")
    markup = Column("f8", "£ an hour", "of it, overhead and margin over pay and travel, at the prices of the start")
    recovers = Column("f8", "£ an hour", "of it, what makes up for council work that the fee does not cover")
    committed = Column("f8", "hours a week", "hours of packages held, kept places included")
    council_hours = Column("f8", "hours a week", "of which the council's")
    clients = Column("f8", "people", "people it holds a place for")
    capacity = Column("f8", "hours a week", "hours its started staff can deliver in an average week")
    coming = Column("f8", "hours a week", "hours that staff due to start soon will deliver in an average week")
    lawful = Column("i1", "1/0/-1", "pays the legal minimum for working time: 1 yes, 0 no, -1 to be decided")
    scruple = Column("f8", "0 to 1", "its draw in obeying the law, for good: it obeys where the chance is higher")
    bound = Column("i4", "weeks", "weeks for which it obeys because it was found out")
    underpaid = Column("f8", "£", "pay below the legal minimum in pay periods that ended this week")
    arrears = Column("f8", "£", "pay below the legal minimum that could be claimed back")
    cost_fixed = Column("f8", "£ an hour", "marginal cost of a contact hour but for travel")
    cost_travel = Column("f8", "£ an hour", "marginal cost of travel for a contact hour")
    care = Column("f8", "0 to 1", "its owner's care for the work")
    horizon = Column("f8", "years", "how far its owner looks ahead")
    experience = Column("f8", "0 to 1", "mean experience of its clients, recent weeks")
    declined = Column("f8", "packages", "packages declined for money, this week")
    base_x = Column("f8", "km", "its office, east of the middle of the place")
    base_y = Column("f8", "km", "its office, north of it")
    margin_target = Column("f8", "share", "margin its owner aims at")
    pass_through = Column("f8", "share", "share of fee growth that goes to pay")
    extraction = Column("f8", "share", "share of distributable surplus paid out")
    voice = Column("f8", "0 to 1", "say of staff in how it is run")
    evasion = Column("f8", "share", "cost it would add to open books if nobody looked")
    as_employer = Column("f8", "standard score", "what lastingly makes people leave it, beyond all else")
    manager_quality = Column("f8", "0 to 1", "quality of its registered manager's practice")
    manager_away = Column("i4", "weeks", "weeks until a new manager is in post, 0 in post")
    age = Column("f8", "weeks", "weeks trading")
    pay = Column("f8", "£ an hour", "hourly pay of a new care worker")
    premium = Column("f8", "£ an hour", "pay above the National Living Wage after last April")
    guaranteed_share = Column("f8", "share", "share of posts it offers with guaranteed hours")
    cuts = Column(
        "f8", "share squared", "mean square of hours its staff lose at short notice over hours wanted, recent"
    )
    training_days = Column("f8", "days a year", "training a worker a year")
    overhead_scale = Column("f8", "£", "overhead coefficient o in o·H·max(H, floor)^(b−1)·(1+(H/H2)²)")
    overhead_opening = Column("f8", "£", "its value at the start")
    demand = Column("f8", "hours a week", "committed hours, recent weeks")
    usual_hours = Column("f8", "hours a week", "hours delivered, recent half-year")
    demand_slow = Column("f8", "hours a week", "committed hours, recent year")
    posts = Column("f8", "posts", "posts it wants filled")
    staff = Column("f8", "care workers", "in post and started")
    onboarding = Column("f8", "care workers", "hired and not yet started")
    due = Column("f8", "hours", "hours due this week")
    due_council = Column("f8", "hours", "of which council-funded")
    delivered = Column("f8", "hours", "hours delivered this week")
    delivered_council = Column("f8", "hours", "of which council-funded")
    clipping = Column("f8", "share", "share of billed hours by which its visits are shorter this week")
    clip_found = Column("f8", "hours", "council-funded hours clipped this week that are found")
    office = Column("f8", "hours", "delivered by office staff")
    agency = Column("f8", "hours", "delivered by agency staff")
    contact = Column("f8", "hours", "contact hours of its care workers this week")
    travel = Column("f8", "hours", "their travel between visits")
    gap = Column("f8", "hours", "their gaps between visits")
    wages = Column("f8", "£", "wages this week")
    sick_pay = Column("f8", "£", "sick pay this week")
    insurance = Column("f8", "£", "employer's National Insurance this week")
    insured = Column("f8", "ratio", "pay above the threshold of National Insurance, holiday pay with it, over wages")
    hires = Column("f8", "hires", "hires this week")
    late_visits = Column("f8", "visits", "late visits this week")
    visits_due = Column("f8", "visits", "visits due this week")
    travel_share = Column("f8", "share", "travel over contact plus travel, recent weeks")
    above_rate = Column("f8", "£", "paid above the contract rate for packages bought in an emergency, this week")
    revenue = Column("f8", "£", "revenue this week")
    cost = Column("f8", "£", "cost this week")
    margin = Column("f8", "share", "margin, recent weeks")
    unit_cost = Column("f8", "£ an hour", "cost per hour delivered, recent weeks")
    overhead_hour = Column("f8", "£ an hour", "overhead for an hour at its present size")
    open_cost = Column("f8", "£ an hour", "what its open books would show an hour costs")
    bid = Column("f8", "£ an hour", "price of its bid in the tender under way")
    lots = Column("i4", "localities", "number of localities won as lead provider in an award not yet started")
    cash = Column("i8", "pence", "cash")
    year_surplus = Column("f8", "£", "surplus since the last April")
    return_owed = Column("f8", "£", "of which is owed back to the council so far, above the norm of its contract")
    year_revenue = Column("f8", "£", "revenue since the last April")
    year_council = Column("f8", "£", "of which goes with hours that the council bought under a contract")
    weeks_below = Column("f8", "weeks", "weeks in which its council work as a whole has lost money")
    weeks_insolvent = Column("f8", "weeks", "weeks below the line without cash")
    trust = Column("f8", "0 to 1", "trust between it and the commissioner")
    hurt = Column("f8", "weeks", "weeks since the last event that cost trust")
    practice = Column("f8", "0 to 1", "how far it works in a person-centred, community-connected way")
    quality = Column("f8", "0 to 1", "latent quality")
    connection = Column("f8", "0 to 1", "mean connection of its clients")
    independence = Column("f8", "share", "1 less rises in need a person a year among its clients, recent year")
    need_rises = Column("f8", "rises", "rises in need among its clients this week")
    disputes = Column("f8", "packages", "changes of need over which it and the council fell out this week")
    warned = Column("i1", "0/1", "it has told the council that its contract loses money")
    undelivered = Column("f8", "share", "share of hours due undelivered, recent weeks")
    promised = Column("f8", "£ a year", "social value promised in its bid")
    realised = Column("f8", "£ a year", "social value that events show, recent year")
    zero_staff = Column("f8", "care workers", "started staff on zero-hours contracts")
    skill = Column("f8", "0 to 1", "mean skill of started staff")
    strain = Column("f8", "0 to 1", "mean strain of started staff")
    leavers = Column("f8", "care workers", "leavers this week")
    turnover = Column("f8", "share a year", "leavers for each of its started staff, recent year")
    outcome_score = Column("f8", "ratio", "measured outcome over the baseline's, as the contract measures it")
    effort = Column("f8", "0 to 1", "effort put into the outcome that is paid for")
    only_reported = Column("f8", "0 to 1", "effort put into what is reported of it, and into nothing else")
    picks = Column("f8", "0 to 1", "chance that it refuses somebody without any prospect of that outcome")
    refused = Column("f8", "packages", "packages refused for their prospects, this week")
    patch_locality = Column("i4", "", "localities served: its patch", PATCH)
    patch_lead = Column("i1", "0/1", "lead provider in that locality", PATCH)
    calls = Column("f4", "calls a day", "calls by locality served", PATCH)
    losing = Column(
        "f8", "weeks", "weeks in which council work there has lost money, or below 0 until it takes any again", PATCH
    )
    lot = Column("i4", "localities", "localities won as lead provider in an award not yet started", PATCH)


@compiled
def is_trading(provider):
    """Whether it is open and has not said that it will close."""
    return provider.open == 1 and provider.closing == 0


@compiled
def council_part(provider):
    """Share of its committed hours that the council buys."""
    return min(max(provider.council_hours / max(provider.committed, 1.0), 0.0), 1.0)


@compiled
def growth_of(provider, p):
    """Growth of its demand a year."""
    return p.posts_slow_memory * 52.0 * (provider.demand / max(provider.demand_slow, 1.0) - 1.0)


@compiled
def on_cost(provider, prices, p):
    """Pounds of employment cost for a pound of wages: holiday pay, pension and the like, National Insurance."""
    insurance = prices.insurance_rate * provider.insured
    return 1.0 + p.money_holiday_share + p.money_employer_charge_share + insurance


@compiled
def usually_insured(prices, p):
    """Pay above the threshold for a pound of wages, holiday pay with it, for usual hours at usual pay."""
    week = p.recruitment_hours_wanted * p.pay_opening * prices.wage_index
    return (1.0 + p.money_holiday_share) * max(1.0 - prices.insurance_threshold / week, 0.0)


@compiled
def paid_share(lever, p):
    """Hours paid for an hour delivered: the plan's, or the minutes logged."""
    return 1.0 if lever.contract_payment_basis == PLANNED_TIME else p.contract_actual_paid_share


@compiled
def fee_left_over(provider, lever, p):
    """Share of the council's fee that is left when pay and travel of an hour are paid."""
    return 1.0 - (provider.cost_fixed + provider.cost_travel) / max(provider.rate * paid_share(lever, p), 1.0)


@compiled
def risk_premium(lever, trust, p):
    """Share that a provider asks for the risks of a council's terms, under every fee rule: no guaranteed volume, pay by
    the minute or by outcomes; less for years of contract and for trust."""
    by_the_minute = lever.contract_payment_basis != PLANNED_TIME
    return (
        p.procurement_volume_premium * (1.0 - lever.contract_guaranteed_volume)
        + p.procurement_payment_premium * (1.0 if by_the_minute else 0.0)
        + p.procurement_outcome_premium * lever.contract_outcome_share
        - p.procurement_term_discount * (lever.contract_term_years - p.procurement_term_reference)
        - p.procurement_trust_discount * (trust - 0.5)
    )


@compiled
def weeks_kept(lever, p):
    """Weeks that a place is kept during a hospital stay: the retainer's, or a week's notice where the plan is paid."""
    planned = lever.contract_payment_basis == PLANNED_TIME
    return max(lever.contract_retainer_weeks, p.contract_planned_notice_weeks if planned else 0.0)


@compiled
def overhead_an_hour(hours, scale, p):
    """Overhead £ an hour, o·max(H, floor)^(b−1)·(1 + (H/H2)²): falls up to some 2,000 hours a week, then rises (E8)."""
    return (
        scale
        * max(hours, p.overhead_floor_hours) ** (p.overhead_scale_exponent - 1.0)
        * (1.0 + (hours / p.overhead_sprawl_hours) ** 2)
    )


@compiled
def overhead_known(provider, hours, p):
    """Overhead £ an hour that it knows of at a size in hours a week, before inflation: its office, and what is spent on
    hiring, training and effort for outcomes that are paid for."""
    training = provider.training_days * p.training_day_cost / 52.0 / p.recruitment_hours_wanted
    office = overhead_an_hour(hours, provider.overhead_scale, p) * office_spending(provider, p)
    return (
        office
        + p.overhead_hiring_allowance
        + training
        + provider.effort * p.outcome_effort_cost * council_part(provider)
    )


@compiled
def cost_of_an_hour(provider):
    """What an hour of contact costs it at its present size, £: pay, travel and overhead."""
    return provider.cost_fixed + provider.cost_travel + provider.overhead_hour


@compiled
def median_open_cost(providers, council, extra, delivering):
    """Median of what the open books of a council's contracted providers show, infinite where there are none; `extra` is
    what new terms add for each. With `delivering`, of those that delivered care this week."""
    shown = np.empty(len(providers))
    count = 0
    for j in range(len(providers)):
        r = providers[j]
        if r.council == council and r.contracted == 1 and r.open == 1 and (r.delivered > 0.0 or not delivering):
            shown[count] = r.open_cost + extra[j]
            count += 1
    return middle(shown[:count]) if count > 0 else np.inf


@compiled
def open_book_rate(open_cost, median, lever, p):
    """The rate that open books justify: own cost, capped a margin above the median, plus the allowed surplus, at the
    fee level; at least what the books show, or they would not be what decides."""
    books = min(open_cost, median * (1.0 + p.fees_open_book_tolerance))
    surplus = open_book_surplus(lever, p)
    return books / paid_share(lever, p) * (1.0 + surplus) * max(lever.fee_level, 1.0 / (1.0 + surplus))


@compiled
def open_book_surplus(lever, p):
    """Surplus, a share of cost, in a rate that open books justify."""
    norm = lever.stewardship_profit_norm
    return min(norm, p.fees_open_book_surplus) if norm >= 0.0 else p.fees_open_book_surplus


@entry
def overheads(hours, scales, parameters):
    """`overhead_an_hour` of each size in hours a week with its own scale, for Python."""
    out = np.empty(len(hours))
    for j in range(len(hours)):
        out[j] = overhead_an_hour(hours[j], scales[j], parameters[0])
    return out
