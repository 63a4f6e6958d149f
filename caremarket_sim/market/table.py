"""A table: one row an agent, each column declared once with its unit and meaning.

A table is one or a few structured arrays, read or written as `market.clients.connection`, wherever a column is kept. A
row of memory holds what most processes ask of one person, which is what compiled code walks over; what few of them ask
is kept in parts of its own, so that the others have less to walk past. A copy of the arrays is a copy of the market.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ..compiled.memory import LINE


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
        self._show({part: empty_rows(capacity, self.dtype(part)) for part in self.parts()}, 0)

    def _show(self, blocks: dict[str, np.ndarray], count: int) -> None:
        self.__dict__.clear()
        self.__dict__.update(_blocks=blocks, count=count)

    def __getattr__(self, name):
        if name not in self.parts():
            raise AttributeError(f"{type(self).__name__} has no {name}")
        part = self.__dict__[name] = self._blocks[name][: self.count]
        return part

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
        first = self.count
        self.make_room(how_many)
        self._show(self._blocks, first + how_many)
        return self.rows[first:]

    def make_room(self, how_many: int) -> None:
        """See to it that so many rows can be added without moving the others."""
        needed = self.count + how_many
        if needed <= len(self._blocks["rows"]):
            return
        blocks = {part: empty_rows(2 * needed, block.dtype) for part, block in self._blocks.items()}
        for part, block in blocks.items():
            block[: self.count] = getattr(self, part)
        self._show(blocks, self.count)

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


def empty_rows(count: int, dtype: np.dtype) -> np.ndarray:
    """So many zeroed rows that begin where a line of the processor's memory does: a row as long is then in one."""
    room = np.zeros(count * dtype.itemsize + LINE, np.uint8)
    first = -int(room.__array_interface__["data"][0]) % LINE
    return room[first : first + count * dtype.itemsize].view(dtype)


def as_bytes(rows: np.ndarray) -> np.ndarray:
    """Rows as rows of bytes, which numpy moves sixteen times as fast as records."""
    return rows.view(np.uint8).reshape(len(rows), rows.dtype.itemsize)


def _table_of(kind, parts):
    table = kind(0)
    table._show(parts, len(parts["rows"]))
    return table.copy()


_KINDS: dict[np.dtype, np.dtype] = {}


def of_one_kind(rows: np.ndarray) -> np.ndarray:
    """The rows under the one dtype object of all rows like them.

    Compiled code knows a dtype by its object; two that are equal, as after a journey to another process, it has to
    compare field by field at every call, which takes longer than the call.
    """
    return rows.view(_KINDS.setdefault(rows.dtype, rows.dtype))
