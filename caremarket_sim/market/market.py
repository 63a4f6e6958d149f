"""The whole state of one run: tables, books, prices, levers in force, and the record."""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from ..compiled import by_name, entry, is_compiled, plain
from .commissioners import Commissioners
from .followed import Followed
from .ledger import PARTY, PURPOSE, as_parties, line, net, pay, pay_provider, provider_pays
from .people import Clients
from .providers import Providers
from .record import COUNT_TYPE, COUNTS
from .state import CLOCK, COUNTED, FIRM, State
from .table import Table, of_one_kind
from .workers import CareWorkers

TIMES_AS_MANY, AND_MORE = 4, 200
"""Room for a week's referrals in a council: so many times those expected, and so many more. The queue has twice as many
as are expected, more in winter, and by chance some eight times its root above that."""


@dataclass
class Market:
    """Tables of people, care workers, providers and councils, and what else there is to know of a market.

    What belongs to a council has a row for each: `levers` in force, `decided` and still in preparation, and `asked` for
    by the scenario this week; `counts` of what happened this week; `ledger`, the week's payments in pence by line of
    the books (`ledger.line`), and `paid_before`, those of the weeks before. A market has one council today.
    """

    zones: np.ndarray
    localities: np.ndarray
    clients: Clients
    followed: Followed
    workers: CareWorkers
    providers: Providers
    commissioners: Commissioners
    levers: np.ndarray
    decided: np.ndarray
    asked: np.ndarray
    counts: np.ndarray
    ledger: np.ndarray
    paid_before: np.ndarray
    clock: np.ndarray
    price_rows: np.ndarray
    """What the nation sets this week: one row of `state.PRICES`."""
    price_path: np.ndarray
    """The same of each week from the start on."""
    starts: np.ndarray
    """Care workers who started in each of the last 52 weeks, by council."""
    transfers: np.ndarray
    """Weeks until each locality's packages move to the providers of a new contract, -1 none."""
    series: np.ndarray
    """The record: a row a week and council, as `record.RECORD`."""
    breakdowns: list[np.ndarray]
    """Sums by group of each year that has ended."""
    candidates: np.ndarray
    """Room for a week's people outside care who could come."""
    firms: np.ndarray
    """Room for a week's new firms."""
    _state: tuple[list[Any], np.ndarray, State] | None = field(default=None, repr=False, compare=False)

    @property
    def week(self) -> int:
        """The week that is being simulated, or is next; weeks before 0 are the market's settling."""
        return int(self.clock["week"][0])

    @week.setter
    def week(self, week: int) -> None:
        self.clock["week"] = week

    @property
    def prices(self):
        """What the nation sets this week, by name."""
        return self.price_rows[0]

    @property
    def state(self) -> State:
        """All arrays as compiled code takes them, with room for those who come this week."""
        self._make_room()
        arrays = [self.clients._blocks, self.followed._blocks, self.workers._blocks, self.series, self.price_path]
        providers = self.providers.rows
        self._counts[:] = [table.count for table in self._that_grow()]
        if self._state is None or any(a is not b for a, b in zip(arrays, self._state[0], strict=True)):
            self._state = arrays, providers, self._new_state()
        elif providers is not self._state[1]:
            there = providers if is_compiled() else by_name(providers)
            self._state = arrays, providers, self._state[2].but("providers", there)
        return self._state[2]

    def catch_up(self) -> None:
        """Show in the tables whoever has come in compiled code."""
        for table, count in zip(self._that_grow(), self._counts.tolist(), strict=True):
            if count != table.count:
                table._show(table._blocks, count)

    def _that_grow(self) -> tuple[Table, ...]:
        """The tables that grow within a week, in the order of the clock's `COUNTED`."""
        return self.clients, self.workers, self.followed

    @property
    def _counts(self) -> np.ndarray:
        """How many rows of them are in use, as compiled code has it."""
        return self.clock.view(np.int64)[COUNTED]

    def _make_room(self) -> None:
        """See to it that whoever comes this week has a row: far more than the queue of referrals can hold by chance."""
        councils = self.commissioners
        factors = councils.referral_factor.tolist(), councils.self_referral_factor.tolist(), councils.growth.tolist()
        years = max(self.week, 0) / 52.0
        expected = sum((ours + own) * (1.0 + growth) ** years for ours, own, growth in zip(*factors, strict=True))
        referrals = TIMES_AS_MANY * expected + AND_MORE * len(councils)
        self.clients.make_room(int(referrals))
        self.followed.make_room(len(self.clients) + int(referrals))
        self.workers.make_room(len(self.candidates))

    def _new_state(self) -> State:
        clients, workers = self.clients._blocks, self.workers._blocks
        weeks, councils = self.series.shape
        state = State(
            clients=clients["rows"],
            rounds=clients["rounds"],
            known=clients["known"],
            client_year=clients["year"],
            followed=self.followed._blocks["rows"],
            workers=workers["rows"],
            worker_rounds=workers["rounds"],
            worker_year=workers["year"],
            providers=self.providers.rows,
            commissioners=self.commissioners.rows,
            zones=self.zones,
            localities=self.localities,
            levers=self.levers,
            decided=self.decided,
            asked=self.asked,
            decided_values=self.decided.view(np.float64).reshape(councils, len(self.decided.dtype.names or ())),
            asked_values=self.asked.view(np.float64).reshape(councils, len(self.asked.dtype.names or ())),
            counts=self.counts,
            ledger=self.ledger,
            paid_before=self.paid_before,
            clock=self.clock,
            prices=self.price_rows,
            price_path=self.price_path,
            starts=self.starts,
            transfers=self.transfers,
            series=self.series,
            count_values=self.counts.view(np.float64).reshape(councils, len(COUNTS)),
            series_values=self.series.view(np.float64).reshape(weeks, councils, len(self.series.dtype.names or ())),
            candidates=self.candidates,
            firms=self.firms,
        )
        return state if is_compiled() else State(*map(by_name, state))

    @property
    def purses(self) -> np.ndarray:
        """What each party has received less paid since the start, in pence: council × party."""
        return net(self.paid_before + self.ledger)

    def stewardship(self, council: int = 0) -> float:
        """How far a council's stewardship reaches, s = 1 − exp(−FTE / (FTE a provider · contracted ones)) (E14)."""
        return float(self.commissioners.reach[council])

    def pay(self, payer: str, payee: str, purpose: str, pounds, council: int = 0) -> None:
        """Post a payment. Where providers pay or are paid, `pounds` has one amount for each; pence are rounded once."""
        place = line(payer, payee, purpose)
        if "providers" in (payer, payee):
            post = _each_pays if payer == "providers" else _pay_each
            post(self.ledger, self.providers.rows, place, np.ascontiguousarray(pounds, np.float64))
        else:
            plain(pay)(self.ledger, council, place, float(pounds))

    def paid(self, payer: str | None = None, payee: str | None = None, purpose: str | None = None) -> float:
        """Pounds paid this week, by any payer, to any payee, for any purpose unless named."""
        named = (payer, PARTY), (payee, PARTY), (purpose, PURPOSE)
        places = tuple(slice(None) if name is None else codes[name] for name, codes in named)
        return int(as_parties(self.ledger)[(slice(None), *places)].sum()) / 100.0

    def copy(self) -> "Market":
        """A market of its own in the same state."""
        parts = {part.name: getattr(self, part.name) for part in fields(self) if part.init and part.name != "_state"}
        return Market(**{name: _copied(part) for name, part in parts.items()})

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_state": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        kinds = {name: of_one_kind(part) for name, part in state.items() if isinstance(part, np.ndarray)}
        self.__dict__.update(state | kinds)


def empty_market(councils: int = 1) -> Market:
    """A market of nobody, to be filled; also what the types of compiled code are known from."""
    from ..policy import ROW_TYPE
    from .ledger import PARTIES, PURPOSES
    from .record import RECORD
    from .state import PRICES
    from .zones import LOCALITY_TYPE, ZONE_TYPE

    commissioners = Commissioners()
    commissioners.add(councils)
    lines = len(PARTIES) * len(PARTIES) * len(PURPOSES)
    return Market(
        zones=np.zeros(0, ZONE_TYPE),
        localities=np.zeros(0, LOCALITY_TYPE),
        clients=Clients(),
        followed=Followed(),
        workers=CareWorkers(),
        providers=Providers(),
        commissioners=commissioners,
        levers=np.zeros(councils, ROW_TYPE),
        decided=np.zeros(councils, ROW_TYPE),
        asked=np.zeros(councils, ROW_TYPE),
        counts=np.zeros(councils, COUNT_TYPE),
        ledger=np.zeros((councils, lines), np.int64),
        paid_before=np.zeros((councils, lines), np.int64),
        clock=np.zeros(1, CLOCK),
        price_rows=np.zeros(1, PRICES),
        price_path=np.zeros(1, PRICES),
        starts=np.zeros((councils, 52)),
        transfers=np.zeros(0, np.int64),
        series=np.zeros((52, councils), RECORD),
        breakdowns=[],
        candidates=np.zeros(0, CareWorkers.dtype()),
        firms=np.zeros(0, FIRM),
    )


@entry
def _pay_each(ledger, providers, line, pounds):
    for j in range(len(pounds)):
        pay_provider(ledger, providers[j], line, pounds[j])


@entry
def _each_pays(ledger, providers, line, pounds):
    for j in range(len(pounds)):
        provider_pays(ledger, providers[j], line, pounds[j])


def _copied(part) -> Any:
    if isinstance(part, Table | list):
        return part.copy()
    return of_one_kind(part.copy())
