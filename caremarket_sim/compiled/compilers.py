"""How numba is asked for machine code: of what is called by its address, and of helpers as parts of whoever calls them.

Nobody jumps to a helper, so no machine code is made of it alone: numba would optimise each helper, make machine code of
it, and do both again for every function that it becomes part of.

numba does some things over and over that come out the same, and together take a quarter of the time. Here each is done
once:

- What is compiled is written out before each step of compiling, for listeners that nobody here is: a row of the model's
  numbers, field by field, some twenty thousand times.
- Which of its forms `a + b` or `max(a, b)` has for arguments of some types is found by trying one after the other, and
  writing down of each why it does not fit.
- Options are compared by asking each of twenty whether it was given.

Two things that numba does for everybody are left out, which together take a thirtieth of a week:

- A place below zero counts from the end of an array, and numba asks that of each place. Here a row is where it is said
  to be, unless -1 is written there. Like one beyond the end, a place below zero is a fault that compiled code does not
  see; `NUMBA_BOUNDSCHECK=1` has it say so.
- An array is kept for as long as somebody counts as its user, and numba counts so that many threads could at once. No
  rule lets another thread run while it works (`nogil` is never asked for), so a count is an addition like any other.
"""

from contextlib import contextmanager
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.targetconfig import TargetConfig
from numba.core.types.functions import BaseFunction
from numba.np import arrayobj

_USERS = ("NRT_incref", "NRT_decref")
"""What numba calls one user of an array more, and one less."""
_COUNTING = """
define void @NRT_incref(ptr %array) alwaysinline {
  %none = icmp eq ptr %array, null
  br i1 %none, label %end, label %count
count:
  %before = load i64, ptr %array
  %after = add i64 %before, 1
  store i64 %after, ptr %array
  br label %end
end:
  ret void
}

declare void @NRT_MemInfo_call_dtor(ptr)

define void @NRT_decref(ptr %array) alwaysinline {
  %none = icmp eq ptr %array, null
  br i1 %none, label %end, label %count
count:
  %before = load i64, ptr %array
  %after = sub i64 %before, 1
  store i64 %after, ptr %array
  %unused = icmp eq i64 %after, 0
  br i1 %unused, label %free, label %end
free:
  call void @NRT_MemInfo_call_dtor(ptr nonnull %array)
  br label %end
end:
  ret void
}
"""
"""The same as numba defines them (`nrtdynmod`), but for many threads: an array begins with how many users it has."""


_written: dict[int, tuple[types.Record, str]] = {}
"""Types of rows, and what is written of them, by their place in memory; they are few, and last."""


def _written_once(self: types.Record, write=types.Record.__repr__) -> str:
    if id(self) not in _written:
        _written[id(self)] = self, write(self)
    return _written[id(self)][1]


types.Record.__repr__ = _written_once

_usual: dict[type, dict] = {}
"""What each option is where it is not given, by the kind of options."""


def _options(self: TargetConfig) -> dict:
    kind = type(self)
    if kind not in _usual:
        _usual[kind] = {name: option.default for name, option in kind.options.items()}
    return {**_usual[kind], **self._values}


TargetConfig.values = _options

_found: dict[tuple, tuple[BaseFunction, Any]] = {}
"""The form of a function for arguments of some types, by its place in memory and these types; and the function, so that
no other comes to lie there."""


def _found_once(self: BaseFunction, context, args, kws, find=BaseFunction.get_call_type):
    """What numba finds the form of a function to be for arguments of these types."""
    if kws:
        return find(self, context, args, kws)
    asked = id(self), args
    if asked not in _found:
        _found[asked] = self, find(self, context, args, kws)
    return _found[asked][1]


class PartCompiler(Compiler):
    """Compiles a helper as far as others need it."""

    def compile_extra(self, func):
        """As numba does, into a `_Part`."""
        self.state.library = _Part(self.state.targetctx.codegen(), func.__qualname__)
        with _as_we_compile():
            return super().compile_extra(func)


class WholeCompiler(Compiler):
    """Compiles what is called by its address: a process, or what Python calls."""

    def compile_extra(self, func):
        """As numba does, into a `_Whole`."""
        self.state.library = _Whole(self.state.targetctx.codegen(), func.__qualname__)
        self.state.library.enable_object_caching()
        with _as_we_compile():
            return super().compile_extra(func)


class _Part(JITCodeLibrary):
    """Code of a helper with that of its own helpers, to be linked into others."""

    def finalize(self):
        for library in dict.fromkeys(self._linking_libraries):
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalized = True

    def get_pointer_to_function(self, name):
        return 0

    @property
    def codegen(self):
        return self

    def set_env(self, name, env):
        """There is nothing to tell where Python's names are: code that runs without Python asks for none."""


class _Whole(JITCodeLibrary):
    """Code of a function with that of all its helpers, which counts the users of arrays in its own lines."""

    def _optimize_final_module(self):
        """As numba does; the counting is put in once what cancels out has been taken out."""
        cheap, builder = self._codegen._module_pass_manager(
            loop_vectorize=self._codegen._loopvect, slp_vectorize=False, opt=self._codegen._opt_level, cost="cheap"
        )
        cheap.run(self._final_module, builder)
        counting = llvm.parse_assembly(_COUNTING)
        counting.triple, counting.data_layout = self._final_module.triple, self._final_module.data_layout
        self._final_module.link_in(counting)
        for name in _USERS:
            self._final_module.get_function(name).linkage = llvm.Linkage.internal
        full, builder = self._codegen._module_pass_manager()
        full.run(self._final_module, builder)


@contextmanager
def _as_we_compile():
    """While it lasts, places in arrays are compiled as they are, and forms of functions found once."""
    before = arrayobj.fix_integer_index, BaseFunction.get_call_type
    arrayobj.fix_integer_index, BaseFunction.get_call_type = _as_it_is, _found_once
    try:
        yield
    finally:
        arrayobj.fix_integer_index, BaseFunction.get_call_type = before


def _as_it_is(context, builder, kind, place, size, _count_from_the_end=arrayobj.fix_integer_index):
    """What numba makes of a place in an array of this size: one that is written there may count from the end."""
    if isinstance(place, ir.Constant):
        return _count_from_the_end(context, builder, kind, place, size)
    return context.cast(builder, place, kind, types.intp if kind.signed else types.uintp)
