"""ODD 2: councils as commissioners, with all that is solved, counted or averaged for each."""

from ..compiled import compiled
from .table import Column, Table


class Commissioners(Table):
    """Councils as commissioners: one row each; what is solved, counted or averaged for a council stands in it."""

    number = Column("i8", "", "permanent number")
    package_share = Column("f8", "share", "share of assessed time that packages are bought at")
    budget = Column("f8", "£ a week", "budget for homecare, care homes and commissioning")
    budgeted = Column("f8", "0/1", "the budget holds: not while the place's baseline settles")
    spend = Column("f8", "£ a week", "net spend on homecare at contract rates, care homes and commissioning, this week")
    quarter_spend = Column("f8", "£", "spend this quarter")
    year_spend = Column("f8", "£", "spend this year")
    quarters_over = Column("f8", "quarters", "quarters in a row above the budget")
    weeks_short = Column("f8", "weeks", "weeks in a row in which more people than usual have waited")
    interim_spend = Column("f8", "£ a week", "of the spend, on interim beds of people whom no provider takes")
    fee_restraint = Column("f8", "share", "fee growth withheld at the next uplift")
    referred = Column("f8", "people", "people referred since the start, and those who were followed then")
    died = Column("f8", "people", "of whom have died")
    people = Column("f8", "people", "people here, after this week's packages were placed")
    waiting = Column("f8", "people", "of whom wait for a provider")
    waiting_council = Column("f8", "people", "of whom the council's")
    waiting_hours = Column("f8", "hours a week", "hours that those wait for")
    hours_held = Column("f8", "hours a week", "hours of packages that its providers hold")
    hours_emergency = Column("f8", "hours a week", "of which above the contract rate, for a time")
    receiving_council = Column("f8", "people", "council clients receiving care")
    waiting_seen = Column("f8", "share", "share of council clients waiting, as the council sees it")
    hand_backs_seen = Column("f8", "share", "share of packages handed back a year, as the council sees it")
    overspend_seen = Column("f8", "share", "overspend, as the council sees it")
    practice = Column("f8", "0 to 1", "what the commissioner has learned")
    codesigned = Column("f8", "0 to 1", "how far the service in force was designed with people and providers")
    pot_hours = Column("f8", "share", "panel's addition to package time")
    pot_wages = Column("f8", "£ an hour", "panel's addition to pay")
    pot_connectors = Column("f8", "FTE", "panel's addition to connectors")
    tender_due = Column("f8", "weeks", "weeks until contracts in preparation start, 0 none")
    awarding = Column("f8", "0/1", "contracts are awarded this week")
    starting = Column("f8", "0/1", "the contract in preparation starts this week")
    codesign_done = Column("f8", "0 to 1", "how far the contract in preparation was co-designed")
    contract_end = Column("f8", "week", "week in which the contracts in force end, infinite where none has an end")
    contract_age = Column("f8", "weeks", "weeks since the contracts in force were let")
    effort = Column("f8", "0 to 1", "effort that the share of its fee which depends on outcomes draws")
    uplift_cap = Column("f8", "share", "what steering adds to the share of cost growth passed on")
    fee = Column("f8", "£ an hour", "standard fee in force at fee level 1")
    reach = Column("f8", "0 to 1", "how far stewardship reaches")
    failed = Column("f8", "0/1", "the provider failure that the scenario sets has happened")
    experience_reference = Column("f8", "0 to 1", "mean experience in the baseline, frozen")
    continuity_reference = Column("f8", "0 to 1", "mean continuity in the baseline, frozen")
    leaving_intercept = Column("f8", "logit", "a0 of leaving, solved at spin-up")
    contract_intercept = Column("f8", "logit", "gamma0 of contract offers, solved at spin-up")
    care_weight = Column("f8", "", "weight c of care for staff in obeying the law on pay, solved at spin-up")
    late_intercept = Column("f8", "logit", "lambda0 of late visits, solved at spin-up")
    leg_factor = Column("f8", "", "phi of travel legs, solved at spin-up")
    hours_a_post = Column("f8", "hours", "planned contact hours a post, solved at spin-up")
    referral_factor = Column("f8", "", "referral level that holds numbers steady, council clients, solved at spin-up")
    self_referral_factor = Column("f8", "", "the same for self-funders")
    volatility_reference = Column("f8", "share", "mean volatility in the baseline, frozen")
    leaving_usual = Column("f8", "logit", "mean annual log-odds of leaving, recent weeks")
    volatility_zero = Column("f8", "share", "mean volatility of hours of those on zero-hours, recent weeks")
    volatility_guaranteed = Column("f8", "share", "mean volatility of hours of the others, recent weeks")
    growth = Column("f8", "share a year", "growth of referrals")
    fee_growth = Column("f8", "share", "growth of fees this week: in April, else 0")
    labour_market = Column(
        "f8", "ratio", "size of its labour market over that of the place the register's searchers are of"
    )
    candidates = Column("i8", "people", "people outside care who could come in a week")
    pool = Column("f8", "people", "care workers between jobs, this week")
    first_zone = Column("i4", "", "row of its first zone")
    zones = Column("i4", "zones", "number of its zones")
    first_locality = Column("i4", "", "row of its first locality")
    localities = Column("i4", "localities", "number of its localities")
    invites = Column("f8", "ratio", "how far margins and waiting invite firms in, 1 in the baseline")


@compiled
def net_spend_permits(council, more, week):
    """Whether a council can spend so much more this week, £, within the year's budget to date: what it has spent, and
    this week again what it spent in the last. While the place's baseline settles there is no budget yet."""
    return council.budgeted == 0.0 or council.year_spend + council.spend + more <= council.budget * (week % 52 + 1.0)
