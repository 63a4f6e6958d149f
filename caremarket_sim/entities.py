"""ODD 2, entities: one table a kind, and the market that holds them.

A table is one or a few structured arrays, one row an agent; each of its columns is declared once with its unit and
meaning, and read or written as `market.clients.connection`, wherever it is kept. A row of memory holds what most
processes ask of one person, which is what the compiled kernels walk over; what few of them ask is kept in parts of its
own, so that the others have less to walk past. A copy of the arrays is a copy of the market.
"""

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .kernels import books

# Codes. A status is what a person is doing now; a payer, ownership or rating what it says.
WAITING, RECEIVING, IN_HOSPITAL, FIT, LEFT = 0, 1, 2, 3, 4
POOL, ONBOARDING, IN_POST, GONE = 0, 1, 2, 3
IN, ON_LEAVE, SICK = 0, 1, 2
COUNCIL, SELF_FUNDER = 0, 1
INDEPENDENT, CHAIN, NOT_FOR_PROFIT, COOPERATIVE, IN_HOUSE = 0, 1, 2, 3, 4
UNRATED, INADEQUATE, REQUIRES_IMPROVEMENT, GOOD, OUTSTANDING = 0, 1, 2, 3, 4

CLIENT_STATUS = ("waiting", "receiving", "in hospital", "fit to leave hospital", "left")
WORKER_STATUS = ("between jobs", "onboarding", "in post", "gone")
PAYERS = ("council", "self-funder")
OWNERSHIPS = ("for-profit independent", "for-profit chain", "not-for-profit", "co-operative or mutual", "council's own")
RATINGS = ("not rated", "inadequate", "requires improvement", "good", "outstanding")
AGE_GROUPS = ("under 65", "65 to 74", "75 to 84", "85 and over")

SLOTS = 4
BLOCKS = 8
"""Blocks of the week a visit can fall in: four slots of the day, on weekdays and at weekends."""
RUNS = 16
"""Most runs a client can have: a block each for one or two care workers."""
FAMILIAR = 10
"""Care workers whom a client can know at once."""
PATCH = 25
"""Most zones a provider serves."""


class Column:
    """A column of a table: dtype, unit and meaning, and the part of the table that keeps it.

    Reading gives the array; assigning writes it through.
    """

    def __init__(self, dtype: str, unit: str, meaning: str, length: int = 0, part: str = "rows"):
        self.dtype, self.unit, self.meaning, self.length, self.part = dtype, unit, meaning, length, part
        self.name = ""

    def __set_name__(self, owner, name):
        self.name = name

    if TYPE_CHECKING:

        def __set__(self, table, values: object) -> None: ...

    def __get__(self, table, owner=None) -> Any:
        if table is None:
            return self
        column = getattr(table, self.part)[self.name]
        table.__dict__[self.name] = column
        return column


class Table:
    """Rows of one kind of agent. `rows` and the other parts are the live part of larger blocks that grow by doubling;
    what is not live is zero.

    A column once read is remembered until rows are added or dropped.
    """

    rows: np.ndarray
    count: int
    _blocks: dict[str, np.ndarray]

    def __init__(self, capacity: int = 64):
        self._show({part: np.zeros(capacity, self.dtype(part)) for part in self.parts()}, 0)

    def _show(self, blocks: dict[str, np.ndarray], count: int) -> None:
        self.__dict__.clear()
        self.__dict__.update(_blocks=blocks, count=count)
        self.__dict__.update({part: block[:count] for part, block in blocks.items()})

    def __setattr__(self, name, values):
        column = getattr(type(self), name, None)
        if not isinstance(column, Column):
            raise AttributeError(f"{type(self).__name__} has no column {name!r}")
        if values is not self.__dict__.get(name):
            getattr(self, column.part)[name] = values

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """The declared columns by name, in order."""
        return {name: value for name, value in vars(cls).items() if isinstance(value, Column)}

    @classmethod
    @cache
    def parts(cls) -> tuple[str, ...]:
        """Names of the arrays that keep the columns, `rows` first."""
        return tuple(dict.fromkeys(column.part for column in cls.columns().values()))

    @classmethod
    @cache
    def dtype(cls, part: str = "rows") -> np.dtype:
        """The structured dtype of a row of a part."""
        fields = [
            (name, column.dtype, (column.length,)) if column.length else (name, column.dtype)
            for name, column in cls.columns().items()
            if column.part == part
        ]
        return np.dtype(fields, align=True)

    def __len__(self) -> int:
        return self.count

    def add(self, how_many: int) -> np.ndarray:
        """Append zeroed rows and return them."""
        first, needed = self.count, self.count + how_many
        blocks = self._blocks
        if needed > len(blocks["rows"]):
            blocks = {part: np.zeros(2 * needed, block.dtype) for part, block in blocks.items()}
            for part, block in blocks.items():
                block[:first] = getattr(self, part)
        self._show(blocks, needed)
        return self.rows[first:]

    def extend(self, rows: np.ndarray) -> None:
        """Append these rows; what other parts keep of them is zero."""
        as_bytes(self.add(len(rows)))[:] = as_bytes(rows)

    def keep(self, wanted: np.ndarray) -> np.ndarray:
        """Keep the rows `wanted`, in this order, and drop all others.

        Returns the new row of each old one, -1 where dropped, and a last -1, so that whoever had nobody still has.
        """
        moved = np.full(self.count + 1, -1, np.int32)
        moved[wanted] = np.arange(len(wanted))
        for block in self._blocks.values():
            rows = as_bytes(block)
            rows[: len(wanted)] = rows[wanted]
            rows[len(wanted) : self.count] = 0
        self._show(self._blocks, len(wanted))
        return moved

    def copy(self):
        """A table of its own with the same rows, and room to grow."""
        twin = type(self)(max(64, self.count + self.count // 4))
        for part, block in twin._blocks.items():
            block[: self.count] = getattr(self, part)
        twin._show(twin._blocks, self.count)
        return twin

    def __reduce__(self):
        return _table_of, (type(self), {part: getattr(self, part) for part in self.parts()})


def as_bytes(rows: np.ndarray) -> np.ndarray:
    """Rows as rows of bytes, which numpy moves sixteen times as fast as records."""
    return rows.view(np.uint8).reshape(len(rows), rows.dtype.itemsize)


def _table_of(kind, parts):
    table = kind(0)
    table._show(parts, len(parts["rows"]))
    return table.copy()


class Clients(Table):
    """People who draw on care, council-funded or paying for themselves."""

    number = Column("i8", "", "permanent number; keys every draw")
    zone = Column("i4", "", "home zone: row in the place's zones")
    provider = Column("i4", "", "row of the provider that delivers or keeps the place, -1 none")
    visit_minutes = Column("f8", "minutes", "minutes a visit commissioned")
    status = Column("i1", "code", "0 waiting, 1 receiving, 2 in hospital, 3 fit to leave hospital, 4 left")
    payer = Column("i1", "code", "0 council, 1 self-funder")
    visits = Column("i1", "visits a day", "visits a day, 1 to 4")
    carers = Column("i1", "care workers", "care workers at each visit, 1 or 2")
    age_group = Column("i1", "code", "0 under 65, 1 65 to 74, 2 75 to 84, 3 85 and over")
    lives_alone = Column("i1", "0/1", "lives alone")
    kept = Column("i1", "0/1", "the provider keeps the place during a hospital stay")
    notice = Column("i4", "weeks", "weeks of notice left before the provider stops, 0 no notice")
    hours = Column("f8", "hours a week", "weekly hours of the package as commissioned")
    need_hours = Column("f8", "hours a week", "weekly hours that need asks for")
    log_need = Column("f8", "log ratio", "log of those hours over the reference of hospital admissions")
    weeks_in_care = Column("f8", "weeks", "weeks since care first began")
    need_minutes = Column("f8", "minutes", "minutes a visit that need asks for")
    due = Column("f8", "hours", "hours due this week")
    delivered = Column("f8", "hours", "hours delivered this week")
    visits_due = Column("f8", "visits", "visits due this week")
    missed = Column("f8", "visits", "visits missed this week")
    late = Column("f8", "visits", "visits more than 30 minutes late this week")
    carer = Column(
        "i4",
        "",
        "row of the care worker whose run this is, -1 nobody's: blocks of the first care worker, then of the second",
        RUNS,
        part="rounds",
    )
    seen = Column(
        "i4", "", "row of who did each run this week: -1 nobody, -2 office staff, -3 agency", RUNS, part="rounds"
    )
    seen_before = Column("i4", "", "the same a week ago", RUNS, part="rounds")
    familiar = Column("i4", "", "rows of the care workers whom the person knows, -1 none", FAMILIAR, part="known")
    familiarity = Column("f4", "0 to 1", "how well the person knows each of them", FAMILIAR, part="known")
    continuity = Column("f8", "0 to 1", "share of care from people the person knows, recent weeks")
    experience = Column("f8", "0 to 1", "experience of care")
    connection = Column("f8", "0 to 1", "social connection")
    quality_of_life = Column("f8", "ASCOT points", "gain in social care related quality of life over no care")
    delivered_share = Column("f8", "share", "share of hours due delivered, recent weeks")
    missed_share = Column("f8", "share", "share of visits missed, recent weeks")
    late_share = Column("f8", "share", "share of visits late, recent weeks")
    skill = Column("f8", "0 to 1", "skill of the care workers who came this week")
    slack = Column("f8", "minutes", "time to spare in a visit")
    carers_fortnight = Column("f8", "care workers", "different care workers in this week and the last")
    package_fit = Column("f8", "0 to 1", "how well the package fits the person")
    unmet_hours = Column("f8", "hours", "hours of care due or waited for that nobody delivered, this week")
    readiness = Column("f8", "0 to 1", "readiness to take up a connection when offered")
    sociability = Column("f8", "0 to 1", "connection that the person tends to without help")
    weeks_waiting = Column("f8", "weeks", "weeks waiting for a provider")
    nights_left = Column("f8", "nights", "hospital nights left before being medically fit")
    weeks_away = Column("i4", "weeks", "weeks since this hospital stay began")
    former = Column("i4", "", "row of the provider before, asked first on return, -1 none")
    sum_weeks = Column("f8", "weeks", "weeks as a client this year (receiving, waiting or in hospital)", part="year")
    sum_receiving = Column("f8", "weeks", "weeks receiving care this year", part="year")
    sum_waiting = Column("f8", "weeks", "weeks waiting this year", part="year")
    sum_quality = Column("f8", "point-weeks", "quality of life summed over the year's weeks", part="year")
    sum_experience = Column("f8", "weeks", "experience summed over weeks receiving", part="year")
    sum_continuity = Column("f8", "weeks", "continuity summed over weeks receiving", part="year")
    sum_carers = Column("f8", "", "care workers a fortnight summed over weeks receiving", part="year")
    sum_due = Column("f8", "hours", "hours due this year", part="year")
    sum_delivered = Column("f8", "hours", "hours delivered this year", part="year")
    sum_visits = Column("f8", "visits", "visits due this year", part="year")
    sum_late = Column("f8", "visits", "late visits this year", part="year")
    sum_lonely = Column("f8", "weeks", "weeks lonely this year", part="year")
    sum_admissions = Column("f8", "admissions", "hospital admissions this year", part="year")


class CareWorkers(Table):
    """Care workers in post, starting, or between jobs in this place."""

    number = Column("i8", "", "permanent number; keys every draw")
    status = Column("i1", "code", "0 between jobs, 1 onboarding, 2 in post, 3 gone")
    absent = Column("i1", "code", "0 in, 1 on annual leave, 2 off sick, this week")
    qualified = Column("i1", "0/1", "holds a level 2 qualification or higher")
    provider = Column("i4", "", "row of the employer, -1 none")
    zone = Column("i4", "", "home zone: row in the place's zones")
    tenure = Column("f8", "weeks", "weeks since starting with this provider")
    age = Column("f8", "years", "age")
    experience = Column("f8", "years", "years in the sector")
    training = Column("f8", "days a year", "training days, recent year")
    values_match = Column("f8", "0 to 1", "how well the person's values fit the work")
    hours_wanted = Column("f8", "hours a week", "contact hours wanted")
    guaranteed = Column("f8", "hours a week", "guaranteed hours; 0 is a zero-hours contract")
    strain = Column("f8", "0 to 1", "overload and rushed visits, recent weeks")
    effective_pay = Column("f8", "£ an hour", "pay per hour on duty, recent weeks")
    pay = Column("f8", "£ an hour", "hourly pay")
    volatility = Column("f8", "share", "week-to-week change of hours over hours wanted, recent weeks")
    shortfall = Column("f8", "share", "hours wanted but not had, recent weeks")
    commute = Column("f8", "km", "distance from home to the provider's base")
    flexibility = Column("f8", "0 to 1", "taste for flexible hours")
    keenness = Column("f8", "0 to 1", "rank among those who might take up a guarantee of hours")
    weeks_to_start = Column("i4", "weeks", "weeks of checks and induction left")
    contact = Column("f8", "hours", "contact hours this week")
    travel = Column("f8", "hours", "travel between visits this week")
    gap = Column("f8", "hours", "gaps between visits this week")
    block_hours = Column("f8", "hours", "contact hours in each block this week", BLOCKS, part="rounds")
    owned = Column("f8", "hours", "contact hours of the runs that are this worker's own")
    last_paid = Column("f8", "hours", "contact hours paid in the last week at work")
    week_pay = Column("f8", "£", "pay this week")
    sum_weeks = Column("f8", "weeks", "weeks in post this year", part="year")
    sum_zero = Column("f8", "weeks", "weeks in post on a zero-hours contract this year", part="year")
    sum_bad = Column("f8", "weeks", "weeks with pay below the bad-week line this year", part="year")
    sum_pay = Column("f8", "£", "effective pay summed over weeks in post", part="year")
    sum_volatility = Column("f8", "", "volatility summed over weeks in post", part="year")
    sum_guaranteed = Column("f8", "hours", "guaranteed hours summed over weeks in post", part="year")
    sum_left = Column("f8", "leavings", "times left a job this year", part="year")
    sum_left_zero = Column("f8", "leavings", "times left a zero-hours job this year", part="year")


class Providers(Table):
    """Homecare agencies, contracted to the council or private."""

    number = Column("i8", "", "permanent number; keys every draw")
    ownership = Column("i1", "code", "0 independent, 1 chain, 2 not-for-profit, 3 co-operative, 4 council's own")
    contracted = Column("i1", "0/1", "holds a contract with the council")
    open = Column("i1", "0/1", "trading")
    closing = Column("i4", "weeks", "weeks until it stops, 0 not closing")
    base_zone = Column("i4", "", "zone of its office")
    patch_zone = Column("i4", "", "zones served", PATCH)
    patch_lead = Column("i1", "0/1", "lead provider in that zone", PATCH)
    patch_count = Column("i4", "zones", "number of zones served")
    calls = Column("f4", "calls a day", "calls by zone served and slot of the day", PATCH * SLOTS)
    mission = Column("f8", "0 to 1", "weight on mission against surplus")
    margin_target = Column("f8", "share", "margin it aims at")
    pass_through = Column("f8", "share", "share of fee growth that goes to pay")
    extraction = Column("f8", "share", "share of distributable surplus paid out")
    voice = Column("f8", "0 to 1", "say of staff in how it is run")
    evasion = Column("f8", "share", "cost it would add to open books if nobody looked")
    manager_quality = Column("f8", "0 to 1", "quality of its registered manager's practice")
    manager_away = Column("i4", "weeks", "weeks until a new manager is in post, 0 in post")
    age = Column("f8", "weeks", "weeks trading")
    plan = Column("f8", "hours a week", "size that the owner can manage")
    contracted_hours = Column("f8", "hours a week", "volume awarded by the council")
    rate = Column("f8", "£ an hour", "council fee")
    price = Column("f8", "£ an hour", "price to people who pay for themselves")
    pay = Column("f8", "£ an hour", "hourly pay of a new care worker")
    premium = Column("f8", "£ an hour", "pay above the National Living Wage after last April")
    guaranteed_share = Column("f8", "share", "share of posts it offers with guaranteed hours")
    training_days = Column("f8", "days a year", "training a worker a year")
    overhead_scale = Column("f8", "£", "overhead coefficient o in o·H·max(H, floor)^(b−1)·(1+(H/H2)²)")
    overhead_opening = Column("f8", "£", "its value at the start")
    committed = Column("f8", "hours a week", "hours of packages held, kept places included")
    council_hours = Column("f8", "hours a week", "of which the council's")
    demand = Column("f8", "hours a week", "committed hours, recent weeks")
    usual_hours = Column("f8", "hours a week", "hours delivered, recent half-year")
    demand_slow = Column("f8", "hours a week", "committed hours, recent year")
    capacity = Column("f8", "hours a week", "hours its started staff can deliver in an average week")
    posts = Column("f8", "posts", "posts it wants filled")
    staff = Column("f8", "care workers", "in post and started")
    onboarding = Column("f8", "care workers", "hired and not yet started")
    due = Column("f8", "hours", "hours due this week")
    due_council = Column("f8", "hours", "of which council-funded")
    delivered = Column("f8", "hours", "hours delivered this week")
    delivered_council = Column("f8", "hours", "of which council-funded")
    office = Column("f8", "hours", "delivered by office staff")
    agency = Column("f8", "hours", "delivered by agency staff")
    contact = Column("f8", "hours", "contact hours of its care workers this week")
    travel = Column("f8", "hours", "their travel between visits")
    gap = Column("f8", "hours", "their gaps between visits")
    wages = Column("f8", "£", "wages this week")
    hires = Column("f8", "hires", "hires this week")
    late_visits = Column("f8", "visits", "late visits this week")
    visits_due = Column("f8", "visits", "visits due this week")
    travel_share = Column("f8", "share", "travel over contact plus travel, recent weeks")
    revenue = Column("f8", "£", "revenue this week")
    cost = Column("f8", "£", "cost this week")
    margin = Column("f8", "share", "margin, recent weeks")
    unit_cost = Column("f8", "£ an hour", "cost per hour delivered, recent weeks")
    cost_fixed = Column("f8", "£ an hour", "marginal cost of a contact hour but for travel")
    cost_travel = Column("f8", "£ an hour", "marginal cost of travel for a contact hour")
    overhead_hour = Column("f8", "£ an hour", "overhead for an hour at its present size")
    open_cost = Column("f8", "£ an hour", "what its open books would show an hour costs")
    bid = Column("f8", "£ an hour", "price of its bid in the tender under way")
    won = Column("i1", "0/1", "holds a contract that has been awarded and not yet started")
    lot = Column("i4", "zones", "zones won as lead provider in an award not yet started", PATCH)
    lots = Column("i4", "zones", "number of zones won in it")
    cash = Column("i8", "pence", "cash")
    year_surplus = Column("f8", "£", "surplus since the last April")
    year_revenue = Column("f8", "£", "revenue since the last April")
    weeks_below = Column("f8", "weeks", "weeks with margin below the hand-back line")
    weeks_insolvent = Column("f8", "weeks", "weeks below the line without cash")
    handing_back = Column("f8", "weeks", "weeks since it last handed packages back")
    trust = Column("f8", "0 to 1", "trust between it and the commissioner")
    hurt = Column("f8", "weeks", "weeks since the last event that cost trust")
    declined = Column("f8", "packages", "packages declined for money, this week")
    practice = Column("f8", "0 to 1", "how far it works in a person-centred, community-connected way")
    quality = Column("f8", "0 to 1", "latent quality")
    rating = Column("i1", "code", "0 not rated, 1 inadequate, 2 requires improvement, 3 good, 4 outstanding")
    experience = Column("f8", "0 to 1", "mean experience of its clients, recent weeks")
    connection = Column("f8", "0 to 1", "mean connection of its clients")
    independence = Column("f8", "share", "1 less rises in need a person a year among its clients, recent year")
    need_rises = Column("f8", "rises", "rises in need among its clients this week")
    undelivered = Column("f8", "share", "share of hours due undelivered, recent weeks")
    promised = Column("f8", "£ a year", "social value promised in its bid")
    realised = Column("f8", "£ a year", "social value that events show, recent year")
    clients = Column("f8", "people", "people it holds a place for")
    zero_staff = Column("f8", "care workers", "started staff on zero-hours contracts")
    skill = Column("f8", "0 to 1", "mean skill of started staff")
    strain = Column("f8", "0 to 1", "mean strain of started staff")
    leavers = Column("f8", "care workers", "leavers this week")
    newcomers = Column("f8", "share", "share of started staff with under a year in post")
    outcome_score = Column("f8", "ratio", "measured outcome over the baseline's, as the contract measures it")


class Commissioners(Table):
    """The council as commissioner: one row."""

    number = Column("i8", "", "permanent number")
    package_share = Column("f8", "share", "share of assessed time that packages are bought at")
    budget = Column("f8", "£ a week", "budget for homecare")
    spend = Column("f8", "£ a week", "spend on homecare, this week")
    quarter_spend = Column("f8", "£", "spend this quarter")
    year_spend = Column("f8", "£", "spend this year")
    quarters_over = Column("f8", "quarters", "quarters in a row above the budget")
    fee_restraint = Column("f8", "share", "fee growth withheld at the next uplift")
    people = Column("f8", "people", "people here, after this week's packages were placed")
    waiting = Column("f8", "people", "of whom wait for a provider")
    waiting_council = Column("f8", "people", "of whom the council's")
    waiting_hours = Column("f8", "hours a week", "hours that those wait for")
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
    codesign_done = Column("f8", "0/1", "the contract in preparation was co-designed")
    contract_end = Column("f8", "week", "week in which the contracts in force end")
    uplift_cap = Column("f8", "share", "uplift share in force after steering")
    fee = Column("f8", "£ an hour", "standard fee in force at fee level 1")
    reach = Column("f8", "0 to 1", "how far stewardship reaches")
    failed = Column("f8", "0/1", "the provider failure that the scenario sets has happened")
    returned = Column("f8", "£", "surplus returned under the profit norm this year")
    experience_reference = Column("f8", "0 to 1", "mean experience in the baseline, frozen")
    continuity_reference = Column("f8", "0 to 1", "mean continuity in the baseline, frozen")
    leaving_intercept = Column("f8", "logit", "a0 of leaving, solved at spin-up")
    contract_intercept = Column("f8", "logit", "gamma0 of contract offers, solved at spin-up")
    late_intercept = Column("f8", "logit", "lambda0 of late visits, solved at spin-up")
    leg_factor = Column("f8", "", "phi of travel legs, solved at spin-up")
    hours_a_post = Column("f8", "hours", "planned contact hours a post, solved at spin-up")
    referral_factor = Column("f8", "", "referral level that holds numbers steady, council clients, solved at spin-up")
    self_referral_factor = Column("f8", "", "the same for self-funders")
    volatility_reference = Column("f8", "share", "mean volatility in the baseline, frozen")


PARTIES = (
    "council",
    "clients",
    "self-funders",
    "nhs",
    "treasury",
    "providers",
    "workers",
    "owners",
    "suppliers",
    "world",
)
PURPOSES = (
    "fees",
    "block hours unused",
    "retainers",
    "outcome payments",
    "client contributions",
    "self-funded care",
    "surplus returned",
    "penalties",
    "wages",
    "sick pay",
    "holiday pay",
    "employer charges",
    "mileage",
    "office cover",
    "agency staff",
    "overhead",
    "recruitment",
    "training",
    "distribution",
    "capital",
    "brokerage",
    "monitoring",
    "procurement",
    "stewardship",
    "forums",
    "co-design",
    "connectors",
    "front door",
    "reablement",
    "citizens' panel",
    "co-operative support",
    "network",
    "hospital admissions",
    "delayed nights",
    "income tax and benefits",
)
PARTY = {name: index for index, name in enumerate(PARTIES)}
PURPOSE = {name: index for index, name in enumerate(PURPOSES)}

COUNTS = (
    "referrals",
    "diverted",
    "conversations",
    "reablement_episodes",
    "admissions",
    "deaths",
    "care_home_moves",
    "recoveries",
    "expected_to_leave_council",
    "expected_to_leave_self",
    "placed",
    "placed_council",
    "waited",
    "delayed_nights",
    "displaced",
    "hand_backs",
    "closures",
    "closures_contracted",
    "entries",
    "leavers",
    "leavers_zero",
    "expected_leavers",
    "leavers_in_post",
    "weeks_in_post",
    "weeks_zero",
    "hires",
    "started",
    "reached_a_year",
    "started_a_year_ago",
    "transferred",
    "connections",
    "hours_delivered",
    "hours_undelivered",
    "travel_km",
    "training_days",
    "inspections",
    "steps_for_trust",
    "informal_hours",
)


@dataclass
class Market:
    """The whole state of one run.

    `ledger` holds the week's payments in pence, payer × payee × purpose; `purses` what each party has received less
    paid since the start; `counts` what happened this week, by the names of COUNTS; `levers` what is in force,
    `decided` what the council has decided and may still be preparing.
    """

    zones: np.ndarray
    clients: Clients
    workers: CareWorkers
    providers: Providers
    commissioners: Commissioners
    week: int
    levers: np.ndarray
    decided: np.ndarray
    ledger: np.ndarray
    purses: np.ndarray
    counts: dict[str, float]
    starts: np.ndarray
    """Care workers who started in each of the last 52 weeks."""
    transfers: np.ndarray
    """Weeks until each zone's packages move to the providers of a new contract, -1 none."""
    prices: dict[str, float]
    """Dated prices in force: national_living_wage, real_living_wage, outside_pay (£ an hour), price_index and
    wage_index (1 at the start), cost_growth and fee_growth (share, at the last April)."""
    scale: float
    """Size of the labour market over that of the place the register's searchers were given for."""
    candidates: int
    """People outside care who could come in a week."""
    growth: float
    """Growth of referrals a year."""
    price_path: list[dict[str, float]]
    """`prices` of each year from the start on."""
    series: np.ndarray
    """The record: a row a week, as `submodels.recording.RECORD`."""
    breakdowns: list[np.ndarray]
    """Sums by group of each year that has ended."""

    @property
    def stewardship(self) -> float:
        """How far stewardship reaches, s = 1 − exp(−FTE / (FTE a provider · contracted providers)) (E14)."""
        return float(self.commissioners.rows[0]["reach"])

    def pay(self, payer: str, payee: str, purpose: str, pounds) -> None:
        """Post a payment. Where providers pay or are paid, `pounds` has one amount for each; pence are rounded once."""
        if payer == "providers" or payee == "providers":
            self.pay_each(((payer, payee, purpose),), np.ascontiguousarray(pounds, np.float64)[None, :])
            return
        a, b = PARTY[payer], PARTY[payee]
        total = round(float(pounds) * 100.0)
        self.ledger[a, b, PURPOSE[purpose]] += total
        self.purses[a] -= total
        self.purses[b] += total

    def pay_all(self, owed: dict[tuple[str, str, str], float]) -> None:
        """Post payments between parties other than providers: pounds by (payer, payee, purpose)."""
        books.post_totals(self.ledger, self.purses, _codes(tuple(owed)), np.array(list(owed.values()), np.float64))

    def pay_each(self, lines: tuple[tuple[str, str, str], ...], pounds: np.ndarray) -> None:
        """Post payments by or to providers: a row of `pounds` for each (payer, payee, purpose), by provider."""
        if pounds.shape != (len(lines), len(self.providers)):
            raise ValueError(f"{len(lines)} lines for {len(self.providers)} providers, and amounts of {pounds.shape}")
        books.post(self.providers.rows, self.ledger, self.purses, _codes(lines), pounds)

    def paid(self, payer: str | None = None, payee: str | None = None, purpose: str | None = None) -> float:
        """Pounds paid this week, by any payer, to any payee, for any purpose unless named."""
        a = -1 if payer is None else PARTY[payer]
        b = -1 if payee is None else PARTY[payee]
        c = -1 if purpose is None else PURPOSE[purpose]
        return books.pence_paid(self.ledger, a, b, c) / 100.0

    def copy(self) -> "Market":
        """A market of its own in the same state."""
        return Market(**{part.name: _copied(getattr(self, part.name)) for part in fields(self)})


@cache
def _codes(lines) -> np.ndarray:
    """Lines of payments as codes: payer, payee, purpose, and 1 where providers pay."""
    return np.array([(PARTY[a], PARTY[b], PURPOSE[c], a == "providers") for a, b, c in lines], np.int64)


def _copied(part) -> Any:
    if isinstance(part, int | float):
        return part
    return of_one_kind(part.copy()) if isinstance(part, np.ndarray) else part.copy()


_KINDS: dict[np.dtype, np.dtype] = {}


def of_one_kind(rows: np.ndarray) -> np.ndarray:
    """The rows under the one dtype object of all rows like them.

    A compiled kernel knows a dtype by its object; two that are equal, as after a journey to another process, it has to
    compare field by field at every call, which takes longer than the kernel.
    """
    return rows.view(_KINDS.setdefault(rows.dtype, rows.dtype))
