"""Mesa's view of a row: reading an attribute reads the column, assigning writes it through.

The state of the market is its tables. An agent here holds no state of its own, only which row is its own, found by its
permanent `number`, and so agrees with the columns at every moment.
"""

from functools import cache
from typing import Any, ClassVar

import mesa
import numpy as np

from .errors import nearest, suggestion
from .market.codes import (
    AGE_GROUPS,
    BEDS,
    CLIENT_STATUS,
    GONE,
    LEFT,
    OWNERSHIPS,
    PATCH,
    PAYERS,
    RATINGS,
    SLOTS,
    WORKER_STATUS,
)
from .market.commissioners import Commissioners
from .market.people import Clients
from .market.providers import Providers
from .market.table import Column, Table
from .market.workers import CareWorkers

ABSENCES = ("in", "on annual leave", "off sick")

POINTERS = {
    "council": ("commissioners", 0),
    "zone": ("zones", 0),
    "base_zone": ("zones", 0),
    "locality": ("localities", 0),
    "patch_locality": ("localities", -1),
    "lot": ("localities", -1),
    "provider": ("providers", -1),
    "former": ("providers", -1),
    "familiar": ("workers", -1),
    "carer": ("workers", -1),
    "seen": ("workers", -3),
    "seen_before": ("workers", -3),
}
"""Columns that hold rows of another table, with the lowest value that is no row. A wrong row would be read by compiled
loops without a check."""

LIMITS = {"visits": (1, SLOTS), "carers": (1, 2), "patch_count": (0, PATCH), "lots": (0, PATCH)}
"""Counts that compiled loops rely on."""

NEVER_ASSIGNED = {
    "number": "it is who the agent is",
    "tour": "it follows from where the home is",
    **dict.fromkeys(
        ("first_zone", "zones", "first_locality", "localities", "candidates"), "the market's tables were made for it"
    ),
}
"""Columns that nobody may assign, and why."""

_OWN = frozenset({"model", "unique_id", "pos", "_table", "_row", "_number"})


class ColumnOfRow:
    """A column as an attribute of the agent whose row it is. Lists of values are read-only: assign them whole."""

    def __init__(self, name: str, column: Column, words: tuple[str, ...]):
        self.name, self.column, self.words = name, column, words
        self.__doc__ = f"{column.meaning}" + (f" ({column.unit})" if column.unit else "")

    def __get__(self, agent, kind=None):
        if agent is None:
            return self
        value = getattr(agent._table, self.name)[agent.row]
        if self.column.length:
            value.flags.writeable = False
            return value
        return value.item()

    def __set__(self, agent, value):
        getattr(agent._table, self.name)[agent.row] = self.accepted(agent, value)

    def accepted(self, agent, value) -> np.ndarray:
        """The value in the column's own type. Raises AttributeError or ValueError, saying what would be right."""
        about = f"{self.name} of {agent!r}"
        if self.name in NEVER_ASSIGNED:
            raise AttributeError(f"{about} cannot be assigned: {NEVER_ASSIGNED[self.name]}")
        if isinstance(value, str) and self.words:
            if value not in self.words:
                raise ValueError(f"{about} is {value!r}; {suggestion(value, self.words)}")
            value = self.words.index(value)
        given = np.asarray(value)
        shape = (self.column.length,) if self.column.length else ()
        if given.dtype.kind not in "biuf" or given.shape != shape or np.isnan(given).any():
            wanted = f"{self.column.length} numbers" if shape else "a number"
            raise ValueError(f"{about} is {value!r}; give {wanted}" + self._in_unit())
        if self.column.dtype.startswith(("i", "u")) and (given != np.rint(given)).any():
            raise ValueError(f"{about} is {value!r}; give whole numbers" + self._in_unit())
        low, high = self._bounds(agent.model.market)
        if (given < low).any() or (given > high).any():
            raise ValueError(f"{about} is {value!r}; give {low:g} to {high:g}" + self._in_unit())
        return given

    def _in_unit(self) -> str:
        return f": {self.column.meaning}" + (f" ({self.column.unit})" if self.column.unit else "")

    def _bounds(self, market) -> tuple[float, float]:
        if self.words:
            return 0, len(self.words) - 1
        if self.name in POINTERS:
            table, low = POINTERS[self.name]
            return low, len(getattr(market, table)) - 1
        if self.name in LIMITS:
            return LIMITS[self.name]
        if self.column.unit in ("0/1", "0 to 1"):
            return 0, 1
        if self.column.dtype.startswith(("i", "u")):
            kind = np.iinfo(self.column.dtype)
            return kind.min, kind.max
        return -np.inf, np.inf


class View(mesa.Agent):
    """An agent that is a row of a table.

    `number` is who the agent is, the same person or firm in every scenario of a seed; `unique_id`, made from it, is the
    same too, and differs between kinds. The model makes views and takes them away; see `CareMarket.agents`. Codes can
    be read in words, as `status_name`, and written in words, as `status = "left"`. What is assigned stands until a
    process of the week writes that column: a care worker's `pay` follows the provider's, for one.
    Raises LookupError on reading an agent whose row was dropped: those who have gone are dropped once a year.
    """

    TABLE: ClassVar[type[Table]]
    IN_MARKET: ClassVar[str]
    """Name of the table in the market."""
    CODE: ClassVar[int]
    """Tells kinds apart in `unique_id`, which is 4 × number + CODE."""
    CALLED: ClassVar[str]
    WORDS: ClassVar[dict[str, tuple[str, ...]]] = {}

    # Mesa 3.3 counts agents in a dictionary that keeps every model alive for good; ours have numbers already.
    _ids: ClassVar = type("NoCount", (), {"__getitem__": lambda self, model: iter((0,))})()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "TABLE" not in vars(cls):
            return
        for name, column in cls.TABLE.columns().items():
            setattr(cls, name, ColumnOfRow(name, column, cls.WORDS.get(name, ())))
        for name, words in cls.WORDS.items():
            setattr(cls, f"{name}_name", property(lambda agent, n=name, w=words: w[getattr(agent, n)], doc=str(words)))
        for name in ("zone", "base_zone"):
            if name in cls.TABLE.columns():
                setattr(cls, f"{name}_name", property(lambda agent, n=name: agent.model.zone_name(getattr(agent, n))))

    def __init__(self, model, number: int, row: int):
        self._table, self._number, self._row = getattr(model.market, self.IN_MARKET), number, row
        super().__init__(model)
        self.unique_id = 4 * number + self.CODE

    @staticmethod
    def here(table) -> np.ndarray:
        """Which rows of the table are agents now."""
        return np.ones(len(table), bool)

    @property
    def row(self) -> int:
        """The row of its table that holds the agent now; it changes when those who have gone are dropped."""
        numbers = self._table.rows["number"]
        if self._row < len(numbers) and numbers[self._row] == self._number:
            return self._row
        found = np.flatnonzero(numbers == self._number)
        if len(found) == 0:
            raise LookupError(f"{self!r} has gone: rows of those who have gone are dropped once a year")
        self._row = int(found[0])
        return self._row

    def remove(self) -> None:
        """Leave the market, as Mesa's `remove` does; raises TypeError for those who cannot leave at once."""
        raise TypeError(f"a {self.CALLED} cannot be removed")

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(_refusal(type(self).__name__, name))

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in _OWN and not hasattr(type(self), name):
            raise AttributeError(_refusal(type(self).__name__, name))
        object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(number={self.__dict__.get('_number')})"


@cache
def _refusal(kind_name: str, name: str) -> str:
    """Why there is no such attribute; found once, as a reporter may ask it of every agent every week."""
    kind = next(kind for kind in KINDS if kind.__name__ == kind_name)
    said = f"a {kind.CALLED} has no {name}"
    if name.startswith("__"):
        return said
    near = nearest(name, [known for known in dir(kind) if not known.startswith("_")])
    return f"{said}; did you mean {near}?" if near else f"{said}; dir({kind.__name__}) lists what it has"


class Client(View):
    """Somebody who draws on care, council-funded or paying for themselves, until they leave care."""

    TABLE, IN_MARKET, CODE, CALLED = Clients, "clients", 0, "client"
    WORDS: ClassVar = {"status": CLIENT_STATUS, "payer": PAYERS, "age_group": AGE_GROUPS, "bed": BEDS}

    @staticmethod
    def here(table) -> np.ndarray:
        """Everybody who has not left care."""
        return table.status != LEFT

    @property
    def agency(self) -> "Provider | None":
        """The provider that delivers the care or keeps the place."""
        return self.model.agent_in_row(Provider, self.provider)

    @property
    def familiar_carers(self) -> list["CareWorker"]:
        """The care workers whom the person knows and who are still in the market."""
        found = (self.model.agent_in_row(CareWorker, row) for row in self.familiar)
        return [worker for worker in found if worker is not None]

    def remove(self) -> None:
        """Leave care."""
        self.status, self.provider, self.kept, self.notice = LEFT, -1, 0, 0
        self.model.forget(self)


class CareWorker(View):
    """Somebody in post, starting, or between jobs in this place, until they leave care work."""

    TABLE, IN_MARKET, CODE, CALLED = CareWorkers, "workers", 1, "care worker"
    WORDS: ClassVar = {"status": WORKER_STATUS, "absent": ABSENCES}

    @staticmethod
    def here(table) -> np.ndarray:
        """Everybody who has not gone for good."""
        return table.status != GONE

    @property
    def employer(self) -> "Provider | None":
        """The provider that the worker is in post or onboarding with."""
        return self.model.agent_in_row(Provider, self.provider)

    def remove(self) -> None:
        """Leave care work for good."""
        self.status, self.provider, self.guaranteed, self.tenure = GONE, -1, 0.0, 0.0
        self.model.forget(self)


class Provider(View):
    """A homecare agency, contracted or private, while it trades."""

    TABLE, IN_MARKET, CODE, CALLED = Providers, "providers", 2, "provider"
    WORDS: ClassVar = {"ownership": OWNERSHIPS, "rating": RATINGS}

    @staticmethod
    def here(table) -> np.ndarray:
        """Those that trade."""
        return table.open == 1

    @property
    def care_workers(self) -> list[CareWorker]:
        """Its care workers, in post or onboarding."""
        return self.model.agents_in_rows(CareWorker, self.model.market.workers.provider == self.row)

    @property
    def people(self) -> list[Client]:
        """The people whom it holds a place for."""
        return self.model.agents_in_rows(Client, self.model.market.clients.provider == self.row)

    def remove(self) -> None:
        """Refused: a provider that closes must settle with people, staff and owners first."""
        raise TypeError("a provider cannot be removed at once; set closing = 1 and it stops in the week to come")


class Commissioner(View):
    """The council as commissioner."""

    TABLE, IN_MARKET, CODE, CALLED = Commissioners, "commissioners", 3, "commissioner"


KINDS: tuple[type[View], ...] = (Client, CareWorker, Provider, Commissioner)
