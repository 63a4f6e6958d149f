"""Many arrays as compiled code takes them in one piece: by the address of a list that says where each lies.

numba hands a named tuple over array by array, seven numbers each, and spells all of them out wherever the tuple is
named. For the thirty arrays of a market that takes a third of the time that compiling takes. Of a bundle compiled code
has an address; an array is looked up when it is asked for, and whoever made the bundle keeps the arrays.
"""

import hashlib
from functools import cached_property

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np.arrayobj import get_itemsize, populate_array


class Bundle:
    """A named tuple of contiguous arrays of which compiled code takes `address`."""

    _fields: tuple[str, ...]

    @cached_property
    def memory(self) -> np.ndarray:
        """Where each array begins, and how long it is in each direction."""
        places = (number for array in self for number in (array.ctypes.data, *array.shape))  # pyright: ignore
        return np.fromiter(places, np.int64)

    @cached_property
    def address(self) -> int:
        """Where the list lies; the bundle has to live for as long as it is used."""
        return self.memory.ctypes.data

    def but(self, name: str, array: np.ndarray):
        """The same bundle with another array in the place of one, sooner than a new one is made."""
        twin = self._replace(**{name: array})  # pyright: ignore
        place = sum(1 + before.ndim for before in self[: self._fields.index(name)])  # pyright: ignore
        twin.memory = self.memory.copy()
        twin.memory[place : place + 1 + array.ndim] = array.ctypes.data, *array.shape
        return twin


class BundleType(types.Type):
    """What numba knows of a bundle: its arrays by name, and the place of each in the list."""

    def __init__(self, arrays: dict[str, types.Array]):
        self.arrays = arrays
        self.places: dict[str, int] = {}
        place = 0
        for name, array in arrays.items():
            if array.layout != "C":
                raise TypeError(f"{name} of a bundle has gaps between its rows; give a copy without")
            self.places[name] = place
            place += 1 + array.ndim
        told = repr([(name, array.name) for name, array in arrays.items()])
        super().__init__(f"Bundle({hashlib.sha256(told.encode()).hexdigest()[:24]})")


@typeof_impl.register(Bundle)
def _type_of(bundle, context):
    return BundleType(dict(zip(bundle._fields, map(numba.typeof, bundle), strict=True)))


register_model(BundleType)(models.OpaqueModel)


@infer_getattr
class _Attributes(AttributeTemplate):
    key = BundleType

    def generic_resolve(self, typ, attr):
        return typ.arrays.get(attr)


@lower_getattr_generic(BundleType)
def _look_up(context, builder, typ, address, name):
    """An array, from the list; the list never changes, so it need not be asked twice."""
    kind = typ.arrays[name]
    number = ir.IntType(64)
    numbers = builder.bitcast(address, number.as_pointer())

    def at(place):
        found = builder.load(builder.gep(numbers, [number(typ.places[name] + place)]))
        found.set_metadata("invariant.load", builder.module.add_metadata([]))
        return found

    array = context.make_array(kind)(context, builder)
    shape = [at(1 + direction) for direction in range(kind.ndim)]
    itemsize = number(get_itemsize(context, kind))
    strides = [itemsize]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    data = builder.inttoptr(at(0), context.get_data_type(kind.dtype).as_pointer())
    populate_array(array, data=data, shape=shape, strides=strides, itemsize=itemsize, meminfo=None, parent=None)
    return array._getvalue()


@unbox(BundleType)
def _from_python(typ, bundle, c):
    number = c.pyapi.object_getattr_string(bundle, "address")
    address = c.builder.inttoptr(c.pyapi.long_as_longlong(number), cgutils.voidptr_t)
    c.pyapi.decref(number)
    return NativeValue(address, is_error=cgutils.is_not_null(c.builder, c.pyapi.err_occurred()))
