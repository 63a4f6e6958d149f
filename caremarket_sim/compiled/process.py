"""A process of the week as compiled code, and the processes of a week one after the other in one compiled call.

Each process is compiled for itself and kept for itself: to change one mechanism is to compile one file anew, and
several can be compiled at once. The week calls them by the addresses of their machine code, which costs a third of a
microsecond each. numba has no such call for arrays in a named tuple, so it is made here of what numba calls its own
functions with.
"""

import functools
import gc
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from . import INNER, by_name, cached, entry, is_compiled


class Process:
    """A sentence of the week: `(market, parameters, policy, draws)`, which compiled code takes as arrays.

    Called from Python it takes what a process written in plain Python takes: the market, two `Numbers` and `Draws`.
    """

    __name__: str
    __module__: str
    asks = False
    """Whether it answers yes or no (a guard) instead of changing the market."""

    def __init__(self, rule: Callable[..., Any]):
        functools.update_wrapper(self, rule)
        self.rule = rule
        self._addresses: dict[tuple, int] = {}

    @cached_property
    def compiled(self):
        """The rule as numba compiles it; Python cannot call it, only the week can."""
        return cached(self.rule, error_model="numpy", **INNER)

    @cached_property
    def _alone(self) -> "Steps":
        return Steps((self,))

    def address(self, signature: tuple) -> int:
        """Where its machine code for arguments of these types begins; compiled now, or fetched if it is kept."""
        if signature not in self._addresses:
            with no_garbage_collected():
                self.compiled.compile(signature)
            result = self.compiled.overloads[signature]
            self._addresses[signature] = result.library.get_pointer_to_function(result.fndesc.llvm_func_name)
        return self._addresses[signature]

    def __call__(self, market, parameters, policy, draws) -> Any:
        """Carry it out by itself; a guard says what it found."""
        stopped = self._alone.go_on(0, market.state, parameters.row, policy.row, draws)
        market.catch_up()
        return stopped == 0 if self.asks else None


class Guard(Process):
    """A question that compiled code answers: whether a process that is written in Python has anything to do."""

    asks = True


def process(rule: Callable[..., None]) -> Process:
    """Make a process of a rule."""
    return Process(rule)


def guard(rule: Callable[..., bool]) -> Guard:
    """Make a guard of a rule."""
    return Guard(rule)


def when(due: Guard):
    """A process written in Python that is called in weeks when `due` says so: rare, and too varied to compile."""

    def mark(function):
        function.when = due
        return function

    return mark


class Steps:
    """Processes in their order, of which compiled code carries out as many at once as do not need Python."""

    def __init__(self, processes: Sequence[Callable[..., None]]):
        self.processes = tuple(processes)
        self.rules = tuple(one if isinstance(one, Process) else getattr(one, "when", None) for one in processes)
        self._asks = np.array([rule is not None and rule.asks for rule in self.rules], np.bool_)
        self._addresses: np.ndarray | None = None

    def addresses(self, *arguments) -> np.ndarray:
        """Addresses of the compiled rules and guards, 0 for what is written in plain Python.

        They are looked up once: a market is always made of arrays of the same types.
        """
        if self._addresses is None:
            signature = signature_of(*arguments)
            found = [0 if rule is None else rule.address(signature) for rule in self.rules]
            self._addresses = np.array(found, np.int64)
        return self._addresses

    def go_on(self, first: int, state, parameters: np.ndarray, policy: np.ndarray, draws) -> int:
        """Carry out processes from the `first` on. Returns the place of the one that Python has to carry out, or how
        many there are."""
        if is_compiled():
            addresses = self.addresses(state, parameters, policy, draws)
            return _go_on(addresses, self._asks, first, state.address, parameters, policy, draws)
        arguments = state, by_name(parameters), by_name(policy), draws
        with np.errstate(all="ignore"):
            for place in range(first, len(self.rules)):
                rule = self.rules[place]
                if rule is None or (rule.rule(*arguments) and rule.asks):
                    return place
        return len(self.rules)


@contextmanager
def no_garbage_collected():
    """While a compiler makes and keeps millions of small objects, looking for garbage takes a quarter of its time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def signature_of(*arguments) -> tuple:
    """The types of these arguments, as numba knows them."""
    return tuple(map(numba.typeof, arguments))


def _call(returned) -> Any:
    """A compiled call of what is at an address, which takes the four arguments of a process; the market's a number."""

    @intrinsic
    def call(typing_context, address, market, parameters, policy, draws):
        taken = types.voidptr, parameters, policy, draws

        def generate(context, builder, signature, arguments):
            conventions = context.call_conv
            kind = conventions.get_function_type(returned, taken)
            function = builder.inttoptr(arguments[0], kind.as_pointer())
            state = builder.inttoptr(arguments[1], cgutils.voidptr_t)
            status, found = conventions.call_function(builder, function, returned, taken, (state, *arguments[2:]))
            with cgutils.if_unlikely(builder, status.is_error):
                conventions.return_status_propagate(builder, status)
            return context.get_dummy_value() if returned is types.none else found

        return returned(address, market, parameters, policy, draws), generate

    return call


_carry_out, _ask = _call(types.none), _call(types.boolean)


@entry
def _go_on(addresses, asks, first, market, parameters, policy, draws):
    """Call one address after the other until a guard says yes or there is none. Returns the place reached."""
    for place in range(first, len(addresses)):
        if addresses[place] == 0:
            return place
        if asks[place]:
            if _ask(addresses[place], market, parameters, policy, draws):
                return place
        else:
            _carry_out(addresses[place], market, parameters, policy, draws)
    return len(addresses)
