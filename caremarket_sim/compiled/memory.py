"""Hints to the processor: rows that a loop comes to soon are fetched from memory while it works on others.

They change how long a loop takes, never what it finds. In a market too large for the processor's own memory a loop
would otherwise wait for rows as long as it works on them.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from . import compiled, is_compiled

AHEAD = 8
"""Rows ahead of the one in hand: far enough to arrive in time, near enough to be there still (5 and 16 do worse)."""
LINE = 64
"""Bytes that a processor fetches at once."""


def _fetching(most: int) -> Any:
    """A hint that fetches a row, or as many bytes of it as `most`."""

    def instruction(typing_context, rows, row):
        def generate(context, builder, signature, arguments):
            array = context.make_array(signature.args[0])(context, builder, arguments[0])
            place = context.cast(builder, arguments[1], signature.args[1], types.intp)
            address, code = ir.IntType(8).as_pointer(), ir.IntType(32)
            instruction = builder.module.declare_intrinsic(
                "llvm.prefetch", (address,), ir.FunctionType(ir.VoidType(), [address, code, code, code])
            )
            stride = builder.extract_value(array.strides, 0)
            size = min(signature.args[0].dtype.size, most)
            start = builder.add(builder.ptrtoint(array.data, stride.type), builder.mul(place, stride))
            for offset in (*range(0, size, LINE), size - 1):  # a row may begin within a line
                line = builder.inttoptr(builder.add(start, start.type(offset)), address)
                builder.call(instruction, [line, code(0), code(3), code(1)])  # for reading, to keep near, data
            return context.get_dummy_value()

        return types.void(rows, row), generate

    return intrinsic(instruction) if is_compiled() else lambda rows, row: None


fetch = _fetching(4096)
"""Begin to fetch all of `rows[row]`; a row beyond the end is no error."""
fetch_head = _fetching(2 * LINE)
"""Begin to fetch what stands first in `rows[row]`; a row beyond the end is no error."""


@compiled
def look_ahead(rows, row):
    """Begin to fetch a row that a loop over all rows comes to soon."""
    fetch(rows, row + AHEAD)


@compiled
def look_ahead_in(order, rows, place):
    """Begin to fetch a row that a loop over the rows in `order` comes to soon."""
    fetch(rows, order[min(place + AHEAD, len(order) - 1)])


@compiled
def glance_ahead(rows, row):
    """Begin to fetch what stands first in a row that a loop over all rows comes to soon."""
    fetch_head(rows, row + AHEAD)


@compiled
def glance_ahead_in(order, rows, place):
    """Begin to fetch what stands first in a row that a loop over the rows in `order` comes to soon."""
    fetch_head(rows, order[min(place + AHEAD, len(order) - 1)])
